"""What a self-report says beside duties and figures; its table is closed again, which adding columns opens on SQLite."""

from django.db import migrations, models

from ecociv.people.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [("supervision", "0006_sample_reports")]

    operations = [
        migrations.AddField("selfreport", "cases", models.JSONField(default=list, verbose_name="open cases")),
        migrations.AddField(
            "selfreport",
            "promised",
            models.TextField(blank=True, default="", verbose_name="steps announced the year before"),
        ),
        migrations.AddField(
            "selfreport",
            "promised_outcome",
            models.TextField(blank=True, default="", verbose_name="what became of them"),
        ),
        migrations.AddField(
            "selfreport", "summary", models.TextField(blank=True, default="", verbose_name="summary")
        ),
        AppendOnly("supervision_selfreport"),
    ]
