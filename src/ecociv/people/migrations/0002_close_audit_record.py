"""The database itself refuses to change or remove entries of the record of changes."""

from django.db import migrations

from ecociv.people.append_only import AppendOnly


class Migration(migrations.Migration):
    """After the tables are there."""

    dependencies = [("people", "0001_initial")]

    operations = [AppendOnly("people_auditentry")]
