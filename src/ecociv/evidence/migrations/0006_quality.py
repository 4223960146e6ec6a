"""Quality control: runs, findings, decisions and declared maintenance, closed against change."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ecociv.people.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0007_document_filings"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Maintenance",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("zone", models.CharField(db_index=True, max_length=64, verbose_name="zone")),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="to")),
                ("reason", models.CharField(max_length=400, verbose_name="what was done")),
                ("author_name", models.CharField(max_length=150, verbose_name="declared by")),
                ("declared_at", models.DateTimeField(verbose_name="declared at")),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.place",
                        verbose_name="place",
                    ),
                ),
                (
                    "series",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.series",
                        verbose_name="series",
                    ),
                ),
            ],
            options={
                "verbose_name": "maintenance",
                "verbose_name_plural": "maintenance",
                "ordering": ["starts_at"],
            },
        ),
        migrations.CreateModel(
            name="QualityFinding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("identity", models.CharField(db_index=True, max_length=32)),
                ("content", models.CharField(max_length=32)),
                ("rule", models.CharField(db_index=True, max_length=40, verbose_name="rule")),
                (
                    "severity",
                    models.CharField(
                        choices=[("error", "Serious"), ("warning", "To be looked at"), ("note", "Note")],
                        max_length=16,
                        verbose_name="severity",
                    ),
                ),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="to")),
                ("marked", models.PositiveIntegerField(default=0, verbose_name="values in doubt")),
                ("score", models.FloatField(blank=True, null=True, verbose_name="score")),
                ("p_value", models.FloatField(blank=True, null=True, verbose_name="p-value")),
                ("sentence_zh", models.TextField(verbose_name="finding in Chinese")),
                ("sentence_en", models.TextField(verbose_name="finding in English")),
                ("causes", models.JSONField(default=list, verbose_name="honest causes")),
                ("evidence", models.JSONField(default=dict, verbose_name="evidence")),
                ("gone", models.BooleanField(default=False, verbose_name="no longer found")),
                ("sample", models.BooleanField(default=False, verbose_name="sample data")),
                ("recorded_at", models.DateTimeField(db_index=True, verbose_name="recorded at")),
                (
                    "series",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.series",
                        verbose_name="series",
                    ),
                ),
            ],
            options={
                "verbose_name": "finding of quality control",
                "verbose_name_plural": "findings of quality control",
                "ordering": ["-recorded_at", "pk"],
            },
        ),
        migrations.CreateModel(
            name="FindingDecision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("identity", models.CharField(db_index=True, max_length=32)),
                (
                    "decision",
                    models.CharField(
                        choices=[
                            ("confirm", "Confirmed: the data are wrong"),
                            ("explain", "Explained: there is an honest cause"),
                            ("dismiss", "Dismissed: no matter"),
                        ],
                        max_length=16,
                        verbose_name="decision",
                    ),
                ),
                ("reason", models.TextField(verbose_name="reason")),
                ("author_name", models.CharField(max_length=150, verbose_name="decided by")),
                ("decided_at", models.DateTimeField(db_index=True, verbose_name="decided at")),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="decisions",
                        to="evidence.qualityfinding",
                        verbose_name="finding",
                    ),
                ),
            ],
            options={
                "verbose_name": "decision on a finding",
                "verbose_name_plural": "decisions on findings",
                "ordering": ["-decided_at", "-pk"],
            },
        ),
        migrations.CreateModel(
            name="QualityRun",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                ("zone", models.CharField(db_index=True, max_length=64, verbose_name="zone")),
                ("networks", models.JSONField(verbose_name="networks")),
                ("starts_at", models.DateTimeField(verbose_name="from")),
                ("ends_at", models.DateTimeField(verbose_name="to")),
                ("as_of", models.DateTimeField(blank=True, null=True, verbose_name="as known at")),
                ("author_name", models.CharField(max_length=150, verbose_name="author")),
                ("recorded_at", models.DateTimeField(db_index=True, verbose_name="recorded at")),
                (
                    "counts",
                    models.JSONField(
                        help_text="Series, readings, marks and findings by rule.", verbose_name="counts"
                    ),
                ),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
            ],
            options={
                "verbose_name": "run of quality control",
                "verbose_name_plural": "runs of quality control",
                "ordering": ["-recorded_at"],
            },
        ),
        migrations.AddField(
            model_name="qualityfinding",
            name="run",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="findings",
                to="evidence.qualityrun",
                verbose_name="run",
            ),
        ),
        AppendOnly("evidence_maintenance"),
        AppendOnly("evidence_qualityrun"),
        AppendOnly("evidence_qualityfinding"),
        AppendOnly("evidence_findingdecision"),
    ]
