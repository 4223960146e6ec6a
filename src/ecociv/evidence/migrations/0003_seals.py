"""The chain of seals over batches, what a run is about to write, and when a message went to the table."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ecociv.people.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0002_sensors_and_inbox"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="importrun",
            name="intent",
            field=models.JSONField(blank=True, null=True, verbose_name="what it is about to write"),
        ),
        migrations.AlterField(
            model_name="importrun",
            name="kind",
            field=models.CharField(
                choices=[
                    ("file", "File loaded"),
                    ("correction", "Correction"),
                    ("return", "Statistical return"),
                    ("messages", "Messages from stations"),
                    ("quality", "Quality marks"),
                    ("bulk", "Bulk data"),
                ],
                default="file",
                max_length=16,
                verbose_name="kind",
            ),
        ),
        migrations.AddIndex(
            model_name="importrun",
            index=models.Index(
                condition=models.Q(("state", "started")), fields=["started_at"], name="unfinished_runs"
            ),
        ),
        migrations.AddField(
            model_name="inboxreading",
            name="flushed_at",
            field=models.DateTimeField(
                blank=True, db_index=True, null=True, verbose_name="taken to the table at"
            ),
        ),
        migrations.CreateModel(
            name="EvidenceSeal",
            fields=[
                (
                    "order",
                    models.PositiveBigIntegerField(primary_key=True, serialize=False, verbose_name="number"),
                ),
                ("rows", models.PositiveBigIntegerField(verbose_name="rows")),
                (
                    "months",
                    models.JSONField(
                        help_text="Rows and digest of each month's part of the batch.", verbose_name="months"
                    ),
                ),
                ("content", models.CharField(max_length=64, verbose_name="digest of the content")),
                (
                    "statement",
                    models.CharField(
                        help_text="Who brought the batch, and why.",
                        max_length=64,
                        verbose_name="digest of the statement",
                    ),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                (
                    "previous",
                    models.CharField(blank=True, default="", max_length=64, verbose_name="hash before"),
                ),
                ("hash", models.CharField(max_length=64, unique=True, verbose_name="hash")),
                (
                    "run",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="seal",
                        to="evidence.importrun",
                        verbose_name="run",
                    ),
                ),
            ],
            options={
                "verbose_name": "seal of a batch",
                "verbose_name_plural": "seals of batches",
                "ordering": ["order"],
            },
        ),
        AppendOnly("evidence_evidenceseal"),
    ]
