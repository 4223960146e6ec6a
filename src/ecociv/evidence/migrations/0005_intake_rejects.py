"""Messages that an intake could not use."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0004_returns"),
    ]

    operations = [
        migrations.CreateModel(
            name="RejectedMessage",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("channel", models.CharField(max_length=24, verbose_name="channel")),
                (
                    "source",
                    models.CharField(
                        help_text="Topic, device, or address of the sender.",
                        max_length=200,
                        verbose_name="source",
                    ),
                ),
                ("code", models.CharField(max_length=40, verbose_name="reason")),
                (
                    "detail",
                    models.CharField(blank=True, default="", max_length=400, verbose_name="what was found"),
                ),
                ("content", models.TextField(blank=True, default="", verbose_name="content")),
                ("count", models.PositiveIntegerField(default=1, verbose_name="count")),
                ("received_at", models.DateTimeField(db_index=True, verbose_name="received at")),
            ],
            options={
                "verbose_name": "rejected message",
                "verbose_name_plural": "rejected messages",
                "ordering": ["-received_at", "-pk"],
            },
        ),
    ]
