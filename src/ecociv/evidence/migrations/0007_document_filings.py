"""Files as evidence for claims: filings with their revisions and readers, closed against change."""

import uuid

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ecociv.people.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("evidence", "0005_intake_rejects"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AddField(
            model_name="document",
            name="text_sha256",
            field=models.CharField(
                blank=True, db_index=True, default="", max_length=64, verbose_name="digest of the words"
            ),
        ),
        migrations.CreateModel(
            name="DocumentFiling",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("zone", models.CharField(db_index=True, max_length=64, verbose_name="zone")),
                (
                    "record",
                    models.UUIDField(db_index=True, default=uuid.uuid4, editable=False, verbose_name="entry"),
                ),
                ("revision", models.PositiveIntegerField(default=1, verbose_name="revision")),
                (
                    "change",
                    models.CharField(
                        choices=[
                            ("first", "First filing"),
                            ("edition", "New edition"),
                            ("correction", "Correction"),
                            ("withdrawal", "Withdrawal"),
                        ],
                        default="first",
                        max_length=16,
                        verbose_name="change",
                    ),
                ),
                ("file_name", models.CharField(max_length=255, verbose_name="file name")),
                ("subject", models.CharField(db_index=True, max_length=200, verbose_name="evidence for")),
                ("type", models.CharField(db_index=True, max_length=32, verbose_name="type")),
                ("title", models.CharField(max_length=200, verbose_name="title")),
                (
                    "issuer",
                    models.CharField(blank=True, default="", max_length=128, verbose_name="issued by"),
                ),
                (
                    "number",
                    models.CharField(blank=True, default="", max_length=80, verbose_name="document number"),
                ),
                ("issued_on", models.DateField(blank=True, null=True, verbose_name="date of issue")),
                ("valid_from", models.DateField(blank=True, null=True, verbose_name="valid from")),
                (
                    "valid_to",
                    models.DateField(
                        blank=True,
                        help_text="The last day on which it holds.",
                        null=True,
                        verbose_name="valid to",
                    ),
                ),
                (
                    "confidentiality",
                    models.CharField(
                        choices=[
                            ("public", "Public"),
                            ("internal", "Internal"),
                            ("restricted", "Restricted"),
                        ],
                        default="internal",
                        max_length=16,
                        verbose_name="confidentiality",
                    ),
                ),
                (
                    "clause",
                    models.CharField(
                        blank=True, default="", max_length=200, verbose_name="clause it rests on"
                    ),
                ),
                ("description", models.TextField(blank=True, default="", verbose_name="description")),
                (
                    "owner",
                    models.CharField(
                        blank=True, db_index=True, default="", max_length=128, verbose_name="filed for"
                    ),
                ),
                ("author_name", models.CharField(max_length=150, verbose_name="filed by")),
                ("reason", models.TextField(blank=True, default="", verbose_name="reason")),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                ("sample", models.BooleanField(default=False, verbose_name="sample data")),
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
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="filings",
                        to="evidence.document",
                        verbose_name="file",
                    ),
                ),
            ],
            options={
                "verbose_name": "filing",
                "verbose_name_plural": "filings",
                "ordering": ["record", "revision"],
            },
        ),
        migrations.CreateModel(
            name="FilingReader",
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
                        choices=[("role", "Role"), ("body", "Body")], max_length=8, verbose_name="kind"
                    ),
                ),
                ("key", models.CharField(max_length=128, verbose_name="role or body")),
                (
                    "filing",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.CASCADE,
                        related_name="readers",
                        to="evidence.documentfiling",
                        verbose_name="filing",
                    ),
                ),
            ],
            options={
                "verbose_name": "reader of a filing",
                "verbose_name_plural": "readers of filings",
                "ordering": ["filing", "kind", "key"],
            },
        ),
        migrations.AddIndex(
            model_name="documentfiling",
            index=models.Index(fields=["zone", "subject", "type"], name="filing_by_subject"),
        ),
        migrations.AddConstraint(
            model_name="documentfiling",
            constraint=models.UniqueConstraint(
                fields=("record", "revision"), name="one_filing_of_each_revision"
            ),
        ),
        migrations.AddConstraint(
            model_name="filingreader",
            constraint=models.UniqueConstraint(
                fields=("filing", "kind", "key"), name="a_reader_is_named_once"
            ),
        ),
        AppendOnly("evidence_documentfiling"),
        AppendOnly("evidence_filingreader"),
    ]
