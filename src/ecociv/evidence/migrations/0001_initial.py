"""Places, properties, series, documents and the runs that brought observations in."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="Document",
            fields=[
                (
                    "sha256",
                    models.CharField(
                        max_length=64, primary_key=True, serialize=False, verbose_name="SHA-256"
                    ),
                ),
                ("name", models.CharField(max_length=255, verbose_name="file name")),
                ("size", models.BigIntegerField(verbose_name="size in bytes")),
                ("media_type", models.CharField(blank=True, default="", max_length=100, verbose_name="type")),
                ("stored_as", models.CharField(max_length=255, verbose_name="stored as")),
                ("received_at", models.DateTimeField(auto_now_add=True, verbose_name="received at")),
                (
                    "received_from",
                    models.CharField(blank=True, default="", max_length=150, verbose_name="received from"),
                ),
                ("sample", models.BooleanField(default=False, verbose_name="sample data")),
            ],
            options={
                "verbose_name": "document",
                "verbose_name_plural": "documents",
                "ordering": ["-received_at", "name"],
            },
        ),
        migrations.CreateModel(
            name="ObservedProperty",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=80, unique=True, verbose_name="key")),
                ("name_zh", models.CharField(max_length=200, verbose_name="name in Chinese")),
                ("name_en", models.CharField(max_length=200, verbose_name="name in English")),
            ],
            options={
                "verbose_name": "observed property",
                "verbose_name_plural": "observed properties",
                "ordering": ["key"],
            },
        ),
        migrations.CreateModel(
            name="ImportRun",
            fields=[
                (
                    "id",
                    models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[("file", "File loaded"), ("correction", "Correction")],
                        default="file",
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                ("zone", models.CharField(db_index=True, max_length=64, verbose_name="zone")),
                ("mapping", models.CharField(blank=True, default="", max_length=80, verbose_name="mapping")),
                (
                    "mapping_digest",
                    models.CharField(
                        blank=True, default="", max_length=64, verbose_name="digest of the mapping"
                    ),
                ),
                ("load_key", models.CharField(db_index=True, max_length=64)),
                ("author_name", models.CharField(max_length=150, verbose_name="author")),
                ("reason", models.TextField(blank=True, default="", verbose_name="reason")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("started", "Started"),
                            ("finished", "Finished"),
                            ("refused", "Refused"),
                            ("interrupted", "Interrupted"),
                        ],
                        default="started",
                        max_length=16,
                        verbose_name="state",
                    ),
                ),
                ("sample", models.BooleanField(default=False, verbose_name="sample data")),
                ("started_at", models.DateTimeField(verbose_name="started at")),
                ("recorded_at", models.DateTimeField(blank=True, null=True, verbose_name="recorded at")),
                ("finished_at", models.DateTimeField(blank=True, null=True, verbose_name="finished at")),
                ("rows_read", models.PositiveBigIntegerField(default=0, verbose_name="rows read")),
                ("rows_taken", models.PositiveBigIntegerField(default=0, verbose_name="rows taken")),
                ("rows_rejected", models.PositiveBigIntegerField(default=0, verbose_name="rows rejected")),
                ("rows_repeated", models.PositiveBigIntegerField(default=0, verbose_name="rows repeated")),
                (
                    "rows_skipped",
                    models.JSONField(blank=True, default=dict, verbose_name="rows passed over, as declared"),
                ),
                ("values_new", models.PositiveBigIntegerField(default=0, verbose_name="new values")),
                (
                    "values_unchanged",
                    models.PositiveBigIntegerField(default=0, verbose_name="values already known"),
                ),
                ("values_revised", models.PositiveBigIntegerField(default=0, verbose_name="values revised")),
                ("values_flagged", models.PositiveBigIntegerField(default=0, verbose_name="values flagged")),
                ("refusal_zh", models.TextField(blank=True, default="", verbose_name="refusal in Chinese")),
                ("refusal_en", models.TextField(blank=True, default="", verbose_name="refusal in English")),
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
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="runs",
                        to="evidence.document",
                        verbose_name="document",
                    ),
                ),
            ],
            options={
                "verbose_name": "import run",
                "verbose_name_plural": "import runs",
                "ordering": ["-started_at"],
            },
        ),
        migrations.CreateModel(
            name="Place",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=80, unique=True, verbose_name="key")),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("province", "Province"),
                            ("city", "City"),
                            ("county", "County"),
                            ("station", "Station"),
                        ],
                        max_length=16,
                        verbose_name="kind",
                    ),
                ),
                ("name_zh", models.CharField(max_length=120, verbose_name="name in Chinese")),
                ("name_en", models.CharField(max_length=120, verbose_name="name in English")),
                (
                    "code",
                    models.CharField(blank=True, default="", max_length=12, verbose_name="division code"),
                ),
                ("longitude", models.FloatField(blank=True, null=True, verbose_name="longitude")),
                ("latitude", models.FloatField(blank=True, null=True, verbose_name="latitude")),
                (
                    "parent",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="evidence.place",
                        verbose_name="part of",
                    ),
                ),
            ],
            options={
                "verbose_name": "place",
                "verbose_name_plural": "places",
                "ordering": ["code", "key"],
            },
        ),
        migrations.CreateModel(
            name="RowIssue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("row", models.PositiveBigIntegerField(verbose_name="row")),
                ("field", models.CharField(blank=True, default="", max_length=80, verbose_name="field")),
                ("found", models.CharField(blank=True, default="", max_length=200, verbose_name="found")),
                ("code", models.CharField(max_length=40, verbose_name="rule")),
                ("severity", models.CharField(max_length=16, verbose_name="what became of it")),
                ("rule_zh", models.TextField(verbose_name="rule in Chinese")),
                ("rule_en", models.TextField(verbose_name="rule in English")),
                ("remedy_zh", models.TextField(verbose_name="remedy in Chinese")),
                ("remedy_en", models.TextField(verbose_name="remedy in English")),
                (
                    "run",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="issues",
                        to="evidence.importrun",
                        verbose_name="import run",
                    ),
                ),
            ],
            options={
                "verbose_name": "finding in a row",
                "verbose_name_plural": "findings in rows",
                "ordering": ["run", "row", "pk"],
            },
        ),
        migrations.CreateModel(
            name="Series",
            fields=[
                ("id", models.BigIntegerField(editable=False, primary_key=True, serialize=False)),
                ("key", models.CharField(max_length=200, unique=True, verbose_name="key")),
                ("network", models.CharField(db_index=True, max_length=80, verbose_name="network or return")),
                ("unit", models.CharField(max_length=80, verbose_name="unit")),
                (
                    "statistic",
                    models.CharField(
                        choices=[
                            ("mean", "Mean"),
                            ("maximum", "Maximum"),
                            ("figure", "Reported figure"),
                            ("index", "Index"),
                            ("unknown", "Not known"),
                        ],
                        max_length=16,
                        verbose_name="statistic",
                    ),
                ),
                (
                    "averaging",
                    models.CharField(
                        help_text="ISO 8601 duration, for example PT1H or P1D.",
                        max_length=16,
                        verbose_name="averaging period",
                    ),
                ),
                (
                    "organisation",
                    models.CharField(blank=True, default="", max_length=128, verbose_name="supplied by"),
                ),
                ("note_zh", models.TextField(blank=True, default="", verbose_name="note in Chinese")),
                ("note_en", models.TextField(blank=True, default="", verbose_name="note in English")),
                ("sample", models.BooleanField(db_index=True, default=False, verbose_name="sample data")),
                (
                    "place",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, to="evidence.place", verbose_name="place"
                    ),
                ),
                (
                    "property",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        to="evidence.observedproperty",
                        verbose_name="property",
                    ),
                ),
            ],
            options={
                "verbose_name": "series",
                "verbose_name_plural": "series",
                "ordering": ["key"],
                "indexes": [
                    models.Index(fields=["network", "place", "property", "sample"], name="series_by_subject")
                ],
            },
        ),
    ]
