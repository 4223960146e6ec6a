"""Sample reports are marked; SQLite makes the table anew for it, so that it is closed again."""

from django.db import migrations, models

from ecociv.people.append_only import AppendOnly


class Migration(migrations.Migration):
    """One column."""

    dependencies = [("supervision", "0005_responsibility_and_inspection")]

    operations = [
        migrations.AddField(
            model_name="progressreport",
            name="sample",
            field=models.BooleanField(db_default=False, default=False, verbose_name="sample data"),
        ),
        AppendOnly("supervision_progressreport"),
    ]
