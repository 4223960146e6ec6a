"""Sample rounds are marked; SQLite makes the table anew for it, so that it is closed again."""

from django.db import migrations, models

from ecociv.people.append_only import AppendOnly


class Migration(migrations.Migration):
    """One column."""

    dependencies = [("assessment", "0001_initial")]

    operations = [
        migrations.AddField(
            model_name="assessmentround",
            name="sample",
            field=models.BooleanField(db_default=False, default=False, verbose_name="sample data"),
        ),
        AppendOnly("assessment_assessmentround"),
    ]
