"""Officials and their posts; inspection tours with steps, visits, findings and photographs; all closed against change."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

from ecociv.people.append_only import AppendOnly


class Migration(migrations.Migration):
    dependencies = [
        ("casework", "0001_initial"),
        ("evidence", "0010_maintenance_recorded"),
        ("supervision", "0004_ladder"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="InspectionFinding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("unit", models.CharField(db_index=True, max_length=200, verbose_name="unit")),
                ("title", models.CharField(max_length=120, verbose_name="what was found")),
                ("description", models.TextField(verbose_name="description")),
                ("rule", models.CharField(max_length=200, verbose_name="rule broken")),
                (
                    "severity",
                    models.CharField(
                        choices=[("minor", "Minor"), ("serious", "Serious"), ("grave", "Grave")],
                        max_length=16,
                        verbose_name="severity",
                    ),
                ),
                ("body", models.CharField(db_index=True, max_length=128, verbose_name="body concerned")),
                ("found_on", models.DateField(verbose_name="found on")),
                (
                    "place_text",
                    models.CharField(blank=True, default="", max_length=200, verbose_name="where"),
                ),
                ("longitude", models.FloatField(blank=True, null=True, verbose_name="longitude")),
                ("latitude", models.FloatField(blank=True, null=True, verbose_name="latitude")),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "case",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="inspection_finding",
                        to="casework.case",
                        verbose_name="case",
                    ),
                ),
                (
                    "place",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.place",
                        verbose_name="place",
                    ),
                ),
            ],
            options={
                "verbose_name": "inspection finding",
                "verbose_name_plural": "inspection findings",
                "ordering": ["tour", "number"],
            },
        ),
        migrations.CreateModel(
            name="FindingPhotograph",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("media_type", models.CharField(max_length=32)),
                ("width", models.PositiveIntegerField()),
                ("height", models.PositiveIntegerField()),
                (
                    "taken_at",
                    models.CharField(
                        blank=True, default="", max_length=32, verbose_name="taken at, by the camera's clock"
                    ),
                ),
                ("longitude", models.FloatField(blank=True, null=True, verbose_name="longitude")),
                ("latitude", models.FloatField(blank=True, null=True, verbose_name="latitude")),
                (
                    "doubts",
                    models.JSONField(blank=True, default=list, verbose_name="disagrees with the tour"),
                ),
                (
                    "document",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT, related_name="+", to="evidence.document"
                    ),
                ),
                (
                    "finding",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="photographs",
                        to="supervision.inspectionfinding",
                    ),
                ),
            ],
            options={
                "verbose_name": "photograph of a finding",
                "verbose_name_plural": "photographs of findings",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="InspectionTour",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                ("zone", models.CharField(db_index=True, max_length=64, verbose_name="zone")),
                ("title", models.CharField(max_length=120, verbose_name="title")),
                ("starts", models.DateField(verbose_name="first day")),
                ("ends", models.DateField(verbose_name="last day")),
                (
                    "scope",
                    models.JSONField(
                        help_text="Kinds: task, project, indicator, organisation, place.",
                        verbose_name="what is inspected",
                    ),
                ),
                ("purpose", models.TextField(verbose_name="purpose")),
                ("sample", models.BooleanField(default=False, verbose_name="sample data")),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
            ],
            options={
                "verbose_name": "inspection tour",
                "verbose_name_plural": "inspection tours",
                "ordering": ["-starts", "-id"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("ends__gte", models.F("starts"))),
                        name="supervision_tour_ends_after",
                    )
                ],
            },
        ),
        migrations.AddField(
            model_name="inspectionfinding",
            name="tour",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="findings",
                to="supervision.inspectiontour",
            ),
        ),
        migrations.CreateModel(
            name="Official",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                ("zone", models.CharField(db_index=True, max_length=64, verbose_name="zone")),
                ("sample", models.BooleanField(default=False, verbose_name="sample data")),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
            ],
            options={
                "verbose_name": "official",
                "verbose_name_plural": "officials",
                "ordering": ["id"],
            },
        ),
        migrations.CreateModel(
            name="OfficialName",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                ("revision", models.PositiveIntegerField(verbose_name="revision")),
                ("name", models.CharField(max_length=64, verbose_name="name")),
                (
                    "note",
                    models.CharField(blank=True, default="", max_length=120, verbose_name="to tell apart"),
                ),
                ("reason", models.TextField(blank=True, default="", verbose_name="reason of the correction")),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "official",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="names",
                        to="supervision.official",
                    ),
                ),
            ],
            options={
                "verbose_name": "name of an official",
                "verbose_name_plural": "names of officials",
                "ordering": ["official", "revision"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("revision", 1), models.Q(("reason", ""), _negated=True), _connector="OR"
                        ),
                        name="supervision_name_says_why",
                    ),
                    models.UniqueConstraint(
                        fields=("official", "revision"), name="supervision_one_name_revision"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="PostHolding",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                ("number", models.PositiveIntegerField(verbose_name="number")),
                ("revision", models.PositiveIntegerField(verbose_name="revision")),
                ("body", models.CharField(db_index=True, max_length=128, verbose_name="body")),
                ("title", models.CharField(max_length=64, verbose_name="post")),
                ("starts", models.DateField(verbose_name="first day in post")),
                ("ends", models.DateField(blank=True, null=True, verbose_name="last day in post")),
                ("source", models.CharField(max_length=200, verbose_name="document of appointment")),
                ("withdrawn", models.BooleanField(default=False, verbose_name="recorded by mistake")),
                ("reason", models.TextField(blank=True, default="", verbose_name="reason of the correction")),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "document",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="evidence.document",
                        verbose_name="file",
                    ),
                ),
                (
                    "official",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="posts",
                        to="supervision.official",
                    ),
                ),
            ],
            options={
                "verbose_name": "post of an official",
                "verbose_name_plural": "posts of officials",
                "ordering": ["official", "number", "revision"],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(
                            ("revision", 1), models.Q(("reason", ""), _negated=True), _connector="OR"
                        ),
                        name="supervision_post_says_why",
                    ),
                    models.CheckConstraint(
                        condition=models.Q(
                            ("ends__isnull", True), ("ends__gte", models.F("starts")), _connector="OR"
                        ),
                        name="supervision_post_ends_after",
                    ),
                    models.UniqueConstraint(
                        fields=("official", "number", "revision"), name="supervision_one_post_revision"
                    ),
                ],
            },
        ),
        migrations.CreateModel(
            name="TourStep",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                ("number", models.PositiveIntegerField(verbose_name="step")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("planned", "Planned"),
                            ("published", "Seed published"),
                            ("drawn", "Sample drawn"),
                            ("under-way", "Under way"),
                            ("reported", "Reported"),
                        ],
                        max_length=16,
                        verbose_name="state after",
                    ),
                ),
                ("reason", models.TextField(blank=True, default="", verbose_name="reason")),
                ("data", models.JSONField(default=dict)),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "tour",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="steps",
                        to="supervision.inspectiontour",
                    ),
                ),
            ],
            options={
                "verbose_name": "step of a tour",
                "verbose_name_plural": "steps of tours",
                "ordering": ["tour", "number"],
                "constraints": [
                    models.UniqueConstraint(fields=("tour", "state"), name="supervision_one_step_a_state"),
                    models.UniqueConstraint(fields=("tour", "number"), name="supervision_one_tour_step"),
                ],
            },
        ),
        migrations.CreateModel(
            name="UnitVisit",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("recorded_at", models.DateTimeField(verbose_name="recorded at")),
                ("unit", models.CharField(max_length=200, verbose_name="unit")),
                ("visited_on", models.DateField(verbose_name="visited on")),
                (
                    "outcome",
                    models.CharField(
                        choices=[
                            ("nothing", "Nothing found"),
                            ("findings", "Findings"),
                            ("not-possible", "Could not be inspected"),
                        ],
                        max_length=16,
                        verbose_name="outcome",
                    ),
                ),
                ("note", models.TextField(blank=True, default="", verbose_name="note")),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                        verbose_name="author",
                    ),
                ),
                (
                    "tour",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="visits",
                        to="supervision.inspectiontour",
                    ),
                ),
            ],
            options={
                "verbose_name": "visit",
                "verbose_name_plural": "visits",
                "ordering": ["id"],
                "indexes": [models.Index(fields=["tour", "unit"], name="supervision_visit_by_unit")],
            },
        ),
        migrations.AddConstraint(
            model_name="inspectionfinding",
            constraint=models.UniqueConstraint(
                fields=("tour", "number"), name="supervision_one_finding_number"
            ),
        ),
        AppendOnly("supervision_official"),
        AppendOnly("supervision_officialname"),
        AppendOnly("supervision_postholding"),
        AppendOnly("supervision_inspectiontour"),
        AppendOnly("supervision_tourstep"),
        AppendOnly("supervision_unitvisit"),
        AppendOnly("supervision_inspectionfinding"),
        AppendOnly("supervision_findingphotograph"),
    ]
