"""What waits in the inbox is searched by series and time."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("evidence", "0006_quality")]

    operations = [
        migrations.AddIndex(
            model_name="inboxreading",
            index=models.Index(
                fields=["flushed_at", "series", "valid_from"], name="inbox_by_series_and_time"
            ),
        ),
    ]
