"""Why a post has no document of appointment on file."""

from django.db import migrations, models

from ecociv.people.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("supervision", "0007_self_reports")]

    operations = [
        migrations.AddField(
            model_name="postholding",
            name="without_document",
            field=models.CharField(
                blank=True, default="", max_length=400, verbose_name="why there is no file"
            ),
        ),
        # SQLite makes the table anew for a column with a default, and its triggers are gone with the old one.
        AppendOnly("supervision_postholding"),
    ]
