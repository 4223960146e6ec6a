"""The register of issued documents and their annulments, closed against change."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ecociv.people.append_only import AppendOnly


class Migration(migrations.Migration):
    initial = True

    dependencies = [
        ("evidence", "0010_maintenance_recorded"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="IssuedDocument",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("zone", models.CharField(max_length=64, verbose_name="zone")),
                ("series", models.CharField(max_length=20, verbose_name="series")),
                ("year", models.PositiveSmallIntegerField(verbose_name="year")),
                ("serial", models.PositiveIntegerField(verbose_name="serial")),
                ("kind", models.CharField(max_length=40, verbose_name="kind")),
                ("title", models.CharField(max_length=300, verbose_name="title")),
                ("addressees", models.CharField(max_length=500, verbose_name="addressees")),
                ("dated", models.DateField(verbose_name="date of the document")),
                ("language", models.CharField(max_length=2, verbose_name="language")),
                ("as_of", models.DateTimeField(verbose_name="as known at")),
                ("parameters", models.JSONField(default=dict, verbose_name="parameters")),
                ("content_digest", models.CharField(max_length=64, verbose_name="digest of the content")),
                ("software", models.CharField(max_length=32, verbose_name="version of the software")),
                ("file_name", models.CharField(max_length=255, verbose_name="file name")),
                ("sample", models.BooleanField(default=False, verbose_name="sample data")),
                ("author_name", models.CharField(max_length=150, verbose_name="issued by")),
                (
                    "organisation",
                    models.CharField(blank=True, default="", max_length=128, verbose_name="body"),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="issued by",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.document",
                        verbose_name="file",
                    ),
                ),
            ],
            options={
                "verbose_name": "issued document",
                "verbose_name_plural": "issued documents",
                "ordering": ["zone", "series", "year", "serial"],
            },
        ),
        migrations.CreateModel(
            name="Annulment",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("reason", models.TextField(verbose_name="reason")),
                ("author_name", models.CharField(max_length=150, verbose_name="annulled by")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="annulled by",
                    ),
                ),
                (
                    "issued",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="annulment",
                        to="reporting.issueddocument",
                        verbose_name="document",
                    ),
                ),
            ],
            options={
                "verbose_name": "annulment",
                "verbose_name_plural": "annulments",
                "ordering": ["id"],
            },
        ),
        migrations.AddConstraint(
            model_name="issueddocument",
            constraint=models.UniqueConstraint(
                fields=("zone", "series", "year", "serial"), name="reporting_one_document_a_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="issueddocument",
            constraint=models.CheckConstraint(
                condition=models.Q(("serial__gte", 1)), name="reporting_serial_from_1"
            ),
        ),
        migrations.AddConstraint(
            model_name="annulment",
            constraint=models.CheckConstraint(
                condition=models.Q(("reason", ""), _negated=True), name="reporting_annulment_says_why"
            ),
        ),
        AppendOnly("reporting_issueddocument"),
        AppendOnly("reporting_annulment"),
    ]
