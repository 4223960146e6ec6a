"""Variants of the simulator that were kept, and what was done with them."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ecociv.people.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("compensation", "0002_yearly_payments"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="KeptVariant",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recorded_at", models.DateTimeField(db_index=True, verbose_name="recorded at")),
                ("author_name", models.CharField(max_length=150, verbose_name="recorded by")),
                ("zone", models.CharField(max_length=64, verbose_name="zone")),
                ("serial", models.PositiveIntegerField(verbose_name="number")),
                ("agreement", models.CharField(max_length=96, verbose_name="agreement")),
                ("title", models.CharField(max_length=120, verbose_name="title")),
                ("note", models.TextField(blank=True, default="", verbose_name="note")),
                ("first_year", models.PositiveSmallIntegerField(verbose_name="first year")),
                ("last_year", models.PositiveSmallIntegerField(verbose_name="last year")),
                ("known_at", models.DateTimeField(verbose_name="as known at")),
                ("said", models.JSONField(verbose_name="the agreement as declared")),
                ("terms", models.JSONField(verbose_name="other terms")),
                (
                    "net_in_force",
                    models.DecimalField(decimal_places=2, max_digits=20, verbose_name="net in force, yuan"),
                ),
                (
                    "net",
                    models.DecimalField(
                        decimal_places=2, max_digits=20, verbose_name="net under the other terms, yuan"
                    ),
                ),
                (
                    "open_periods",
                    models.PositiveIntegerField(default=0, verbose_name="periods without an amount"),
                ),
                ("digest", models.CharField(max_length=64, verbose_name="digest")),
                ("sample", models.BooleanField(default=False, verbose_name="sample data")),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
            ],
            options={
                "verbose_name": "kept variant",
                "verbose_name_plural": "kept variants",
                "ordering": ["zone", "-serial"],
            },
        ),
        migrations.CreateModel(
            name="VariantPutAway",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recorded_at", models.DateTimeField(db_index=True, verbose_name="recorded at")),
                ("author_name", models.CharField(max_length=150, verbose_name="recorded by")),
                ("away", models.BooleanField(verbose_name="put away")),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="account",
                    ),
                ),
                (
                    "variant",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="moves",
                        to="compensation.keptvariant",
                        verbose_name="kept variant",
                    ),
                ),
            ],
            options={
                "verbose_name": "putting away of a variant",
                "verbose_name_plural": "puttings away of variants",
                "ordering": ["variant", "pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="keptvariant",
            constraint=models.UniqueConstraint(
                fields=("zone", "serial"), name="a_variant_number_is_used_once"
            ),
        ),
        AppendOnly("compensation_keptvariant"),
        AppendOnly("compensation_variantputaway"),
    ]
