"""Instruments, more kinds of places, and the inbox of single readings."""

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0001_initial"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sensor",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.SlugField(max_length=80, unique=True, verbose_name="key")),
                ("name_zh", models.CharField(max_length=200, verbose_name="name in Chinese")),
                ("name_en", models.CharField(max_length=200, verbose_name="name in English")),
                ("method", models.CharField(blank=True, default="", max_length=200, verbose_name="method")),
                (
                    "organisation",
                    models.CharField(blank=True, default="", max_length=128, verbose_name="run by"),
                ),
                ("lowest", models.FloatField(blank=True, null=True, verbose_name="lowest value it can show")),
                (
                    "highest",
                    models.FloatField(blank=True, null=True, verbose_name="highest value it can show"),
                ),
                (
                    "detection_limit",
                    models.FloatField(blank=True, null=True, verbose_name="limit of detection"),
                ),
            ],
            options={
                "verbose_name": "instrument or method",
                "verbose_name_plural": "instruments and methods",
                "ordering": ["key"],
            },
        ),
        migrations.AddField(
            model_name="place",
            name="details",
            field=models.JSONField(
                blank=True,
                default=dict,
                help_text="What else is declared of it, such as the target class of a section or the mineral of a mine.",
                verbose_name="details",
            ),
        ),
        migrations.AlterField(
            model_name="place",
            name="kind",
            field=models.CharField(
                choices=[
                    ("province", "Province"),
                    ("city", "City"),
                    ("county", "County"),
                    ("station", "Station"),
                    ("section", "Section"),
                    ("water-source", "Water source"),
                    ("plot", "Plot"),
                    ("meter", "Meter"),
                    ("enterprise", "Enterprise"),
                    ("outfall", "Outfall"),
                    ("area", "Area"),
                ],
                max_length=16,
                verbose_name="kind",
            ),
        ),
        migrations.AlterField(
            model_name="series",
            name="statistic",
            field=models.CharField(
                choices=[
                    ("mean", "Mean"),
                    ("maximum", "Maximum"),
                    ("minimum", "Minimum"),
                    ("total", "Total"),
                    ("reading", "Momentary reading"),
                    ("figure", "Reported figure"),
                    ("index", "Index"),
                    ("unknown", "Not known"),
                ],
                max_length=16,
                verbose_name="statistic",
            ),
        ),
        migrations.CreateModel(
            name="InboxReading",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("key", models.CharField(max_length=200, unique=True, verbose_name="key of the message")),
                ("channel", models.CharField(max_length=24, verbose_name="channel")),
                ("valid_from", models.DateTimeField(verbose_name="valid from")),
                ("valid_to", models.DateTimeField(verbose_name="valid to")),
                ("value", models.FloatField(blank=True, null=True, verbose_name="value")),
                (
                    "missing",
                    models.CharField(blank=True, default="", max_length=16, verbose_name="why there is none"),
                ),
                (
                    "censored",
                    models.CharField(blank=True, default="", max_length=1, verbose_name="below or above"),
                ),
                ("censor_limit", models.FloatField(blank=True, null=True, verbose_name="limit")),
                ("quality", models.CharField(default="good", max_length=16, verbose_name="quality")),
                (
                    "quality_reason",
                    models.CharField(
                        blank=True, default="", max_length=80, verbose_name="reason of the mark"
                    ),
                ),
                (
                    "supplier",
                    models.CharField(blank=True, default="", max_length=150, verbose_name="supplied by"),
                ),
                ("note", models.CharField(blank=True, default="", max_length=400, verbose_name="note")),
                ("received_at", models.DateTimeField(verbose_name="received at")),
                ("batch", models.UUIDField(blank=True, db_index=True, null=True, verbose_name="batch")),
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
                "verbose_name": "reading in the inbox",
                "verbose_name_plural": "readings in the inbox",
                "ordering": ["pk"],
            },
        ),
        migrations.AddField(
            model_name="series",
            name="sensor",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                to="evidence.sensor",
                verbose_name="instrument or method",
            ),
        ),
    ]
