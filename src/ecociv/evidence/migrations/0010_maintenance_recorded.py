from __future__ import annotations

from django.db import migrations, models
from django.db.models import F


class Migration(migrations.Migration):
    """Maintenance says when it came on record and whether it is sample data; a run says by which rules it looked."""

    dependencies = [("evidence", "0008_inbox_by_series_and_time")]

    operations = [
        migrations.AddField(
            model_name="maintenance",
            name="recorded_at",
            field=models.DateTimeField(null=True, verbose_name="recorded at"),
        ),
        migrations.RunPython(
            lambda apps, schema: (
                apps.get_model("evidence", "Maintenance")
                .objects.using(schema.connection.alias)
                .update(recorded_at=F("declared_at"))
            ),
            migrations.RunPython.noop,
        ),
        migrations.AlterField(
            model_name="maintenance",
            name="recorded_at",
            field=models.DateTimeField(verbose_name="recorded at"),
        ),
        migrations.AddField(
            model_name="maintenance",
            name="sample",
            field=models.BooleanField(default=False, verbose_name="sample data"),
        ),
        migrations.AddField(
            model_name="qualityrun",
            name="basis",
            field=models.CharField(
                blank=True, default="", max_length=64, verbose_name="digest of the rules"
            ),
        ),
    ]
