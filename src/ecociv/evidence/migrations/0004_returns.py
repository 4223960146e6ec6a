"""Departmental returns: revisions and steps, closed against change, and drafts."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ecociv.people.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0003_seals"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DepartmentalReturn",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("zone", models.CharField(max_length=64, verbose_name="zone")),
                ("form", models.CharField(max_length=60, verbose_name="form")),
                ("place", models.CharField(max_length=80, verbose_name="place")),
                ("period", models.CharField(max_length=10, verbose_name="period")),
                ("period_end", models.DateField(verbose_name="end of the period")),
                ("sample", models.BooleanField(default=False, verbose_name="sample data")),
                ("created_at", models.DateTimeField(verbose_name="made at")),
            ],
            options={
                "verbose_name": "departmental return",
                "verbose_name_plural": "departmental returns",
                "ordering": ["-period_end", "form", "place"],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("zone", "form", "place", "period", "sample"),
                        name="one_return_a_form_place_period",
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ReturnDraft",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("cells", models.JSONField(default=dict, verbose_name="cells")),
                ("explanations", models.JSONField(default=dict, verbose_name="explanations")),
                (
                    "reason",
                    models.TextField(blank=True, default="", verbose_name="reason of the restatement"),
                ),
                ("version", models.PositiveIntegerField(default=1, verbose_name="version")),
                ("saved_by", models.CharField(max_length=150, verbose_name="saved by")),
                ("saved_at", models.DateTimeField(verbose_name="saved at")),
                (
                    "of",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="draft",
                        to="evidence.departmentalreturn",
                        verbose_name="return",
                    ),
                ),
            ],
            options={
                "verbose_name": "draft of a return",
                "verbose_name_plural": "drafts of returns",
            },
        ),
        migrations.CreateModel(
            name="ReturnRevision",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("number", models.PositiveIntegerField(verbose_name="revision")),
                ("cells", models.JSONField(verbose_name="cells")),
                ("explanations", models.JSONField(default=dict, verbose_name="explanations")),
                (
                    "reason",
                    models.TextField(blank=True, default="", verbose_name="reason of the restatement"),
                ),
                ("form_digest", models.CharField(max_length=64, verbose_name="version of the form")),
                ("author_name", models.CharField(max_length=150, verbose_name="submitted by")),
                ("body", models.CharField(max_length=128, verbose_name="body")),
                ("body_name", models.CharField(max_length=200, verbose_name="name of the body")),
                ("submitted_at", models.DateTimeField(verbose_name="submitted at")),
                ("order", models.PositiveBigIntegerField(unique=True, verbose_name="place in the chain")),
                ("digest", models.CharField(max_length=64, verbose_name="digest of the content")),
                (
                    "previous_hash",
                    models.CharField(blank=True, default="", max_length=64, verbose_name="hash before"),
                ),
                ("hash", models.CharField(max_length=64, verbose_name="hash")),
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
                    "of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="revisions",
                        to="evidence.departmentalreturn",
                        verbose_name="return",
                    ),
                ),
            ],
            options={
                "verbose_name": "revision of a return",
                "verbose_name_plural": "revisions of returns",
                "ordering": ["order"],
            },
        ),
        migrations.CreateModel(
            name="ReturnStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("opened", "Draft begun"),
                            ("submitted", "Submitted"),
                            ("sent-back", "Sent back"),
                            ("reviewed", "Reviewed"),
                            ("accepted", "Accepted"),
                            ("locked", "Locked"),
                            ("restating", "Restatement begun"),
                            ("dropped", "Restatement dropped"),
                        ],
                        max_length=16,
                        verbose_name="step",
                    ),
                ),
                ("actor_name", models.CharField(max_length=150, verbose_name="by")),
                (
                    "organisation",
                    models.CharField(blank=True, default="", max_length=128, verbose_name="body"),
                ),
                ("reason", models.TextField(blank=True, default="", verbose_name="reason")),
                ("rule", models.CharField(blank=True, default="", max_length=40, verbose_name="rule")),
                ("run", models.UUIDField(blank=True, null=True, verbose_name="batch of observations")),
                ("at", models.DateTimeField(verbose_name="at")),
                (
                    "actor",
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
                    "of",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="evidence.departmentalreturn",
                        verbose_name="return",
                    ),
                ),
                (
                    "revision",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="evidence.returnrevision",
                        verbose_name="revision",
                    ),
                ),
            ],
            options={
                "verbose_name": "step of a return",
                "verbose_name_plural": "steps of returns",
                "ordering": ["pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="returnrevision",
            constraint=models.UniqueConstraint(fields=("of", "number"), name="one_number_a_return_revision"),
        ),
        AppendOnly("evidence_departmentalreturn"),
        AppendOnly("evidence_returnrevision"),
        AppendOnly("evidence_returnstep"),
    ]
