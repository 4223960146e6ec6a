"""Values of indicators, closed against change."""

import django.db.models.deletion
from django.db import migrations, models

from ecociv.people.append_only import AppendOnly


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="IndicatorValue",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("zone", models.CharField(max_length=64, verbose_name="zone")),
                ("series", models.CharField(max_length=64, verbose_name="series")),
                ("place", models.CharField(max_length=80, verbose_name="place")),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("revision", models.PositiveIntegerField(verbose_name="revision")),
                ("figure", models.CharField(blank=True, default="", max_length=64, verbose_name="value")),
                ("part_figures", models.JSONField(blank=True, default=dict, verbose_name="parts")),
                (
                    "missing_kind",
                    models.CharField(blank=True, default="", max_length=16, verbose_name="why there is none"),
                ),
                ("unit", models.CharField(max_length=80, verbose_name="unit")),
                (
                    "light",
                    models.CharField(
                        blank=True, db_index=True, default="", max_length=24, verbose_name="light"
                    ),
                ),
                ("status", models.JSONField(blank=True, default=dict, verbose_name="status")),
                (
                    "extras",
                    models.JSONField(blank=True, default=dict, verbose_name="rank, readings and caveats"),
                ),
                ("trace", models.JSONField(default=dict, verbose_name="arithmetic")),
                ("sample", models.BooleanField(default=False, verbose_name="sample data")),
                ("evidence_digest", models.CharField(max_length=64, verbose_name="digest of the evidence")),
                ("content_digest", models.CharField(max_length=64, verbose_name="digest of the content")),
                ("computed_at", models.DateTimeField(db_index=True, verbose_name="computed at")),
                (
                    "cause",
                    models.CharField(
                        blank=True, default="", max_length=40, verbose_name="why it was computed"
                    ),
                ),
            ],
            options={
                "verbose_name": "indicator value",
                "verbose_name_plural": "indicator values",
                "ordering": ["zone", "series", "place", "year", "revision"],
            },
        ),
        migrations.CreateModel(
            name="DailyDetail",
            fields=[
                (
                    "value",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        primary_key=True,
                        related_name="daily",
                        serialize=False,
                        to="indicators.indicatorvalue",
                        verbose_name="value",
                    ),
                ),
                ("columns", models.JSONField(verbose_name="columns")),
                ("rows", models.JSONField(verbose_name="rows")),
                ("sources", models.JSONField(verbose_name="source files")),
            ],
            options={
                "verbose_name": "days behind a value",
                "verbose_name_plural": "days behind values",
            },
        ),
        migrations.AddIndex(
            model_name="indicatorvalue",
            index=models.Index(fields=["zone", "place", "year"], name="indicators_by_year"),
        ),
        migrations.AddConstraint(
            model_name="indicatorvalue",
            constraint=models.UniqueConstraint(
                fields=("zone", "series", "place", "year", "revision"), name="indicators_one_revision_number"
            ),
        ),
        AppendOnly("indicators_indicatorvalue"),
        AppendOnly("indicators_dailydetail"),
    ]
