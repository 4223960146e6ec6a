"""The database itself refuses to change or remove progress reports."""

from django.db import migrations

from ecociv.people.append_only import AppendOnly


class Migration(migrations.Migration):
    """After the table is there."""

    dependencies = [("supervision", "0001_initial")]

    operations = [AppendOnly("supervision_progressreport")]
