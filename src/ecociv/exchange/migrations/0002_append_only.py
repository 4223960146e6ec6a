"""The journal is only ever added to."""

from django.db import migrations

from ecociv.people.append_only import AppendOnly


class Migration(migrations.Migration):
    """Closes the table of the journal against change."""

    dependencies = [("exchange", "0001_initial")]

    operations = [AppendOnly("exchange_journalentry")]
