"""The table of plan item revisions, closed against change."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ecociv.people.append_only import AppendOnly


class Migration(migrations.Migration):
    initial = True

    dependencies = [migrations.swappable_dependency(settings.AUTH_USER_MODEL)]

    operations = [
        migrations.CreateModel(
            name="PlanItemRevision",
            fields=[
                ("id", models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID")),
                ("zone", models.CharField(max_length=64)),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("zone", "Zone"),
                            ("organisation", "Organisation"),
                            ("indicator", "Indicator"),
                            ("task", "Task"),
                            ("project", "Project"),
                        ],
                        max_length=16,
                    ),
                ),
                ("key", models.CharField(max_length=96)),
                ("revision", models.PositiveIntegerField()),
                ("payload", models.JSONField()),
                (
                    "source",
                    models.CharField(
                        choices=[("package", "Zone package"), ("workbook", "Workbook"), ("page", "Page")], max_length=16
                    ),
                ),
                ("recorded_at", models.DateTimeField(db_index=True)),
                ("reason", models.CharField(max_length=500)),
                (
                    "author",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "verbose_name": "plan item revision",
                "verbose_name_plural": "plan item revisions",
                "indexes": [
                    models.Index(fields=["zone", "kind", "key", "-revision"], name="plan_latest_revision")
                ],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("zone", "kind", "key", "revision"), name="plan_one_revision_number"
                    )
                ],
            },
        ),
        AppendOnly("plan_planitemrevision"),
    ]
