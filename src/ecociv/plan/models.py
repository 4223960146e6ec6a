"""Plan items as append-only revisions.

The schema of an item is its pydantic model in ``ecociv.plan.package``; the database keeps every version of
it with who changed it, when and why, so that the plan can be read as it stood on any day.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.people.recorded import AppendOnlyModel


class ItemKind(models.TextChoices):
    """What a revision is a revision of."""

    ZONE = "zone", _("Zone")
    ORGANISATION = "organisation", _("Organisation")
    INDICATOR = "indicator", _("Indicator")
    TASK = "task", _("Task")
    PROJECT = "project", _("Project")


class RevisionSource(models.TextChoices):
    """Where a revision came from."""

    PACKAGE = "package", _("Zone package")
    WORKBOOK = "workbook", _("Workbook")
    PAGE = "page", _("Page")


class PlanItemRevision(AppendOnlyModel):
    """One version of one plan item; never changed, only followed by the next."""

    refusal = "a plan item revision is never changed or removed; record the next revision instead"

    zone = models.CharField(max_length=64)
    kind = models.CharField(max_length=16, choices=ItemKind)
    key = models.CharField(max_length=96)
    revision = models.PositiveIntegerField()
    payload = models.JSONField()
    source = models.CharField(max_length=16, choices=RevisionSource)
    recorded_at = models.DateTimeField(db_index=True)
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    reason = models.CharField(max_length=500)

    class Meta:
        verbose_name = _("plan item revision")
        verbose_name_plural = _("plan item revisions")
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "kind", "key", "revision"], name="plan_one_revision_number"
            ),
        ]
        indexes = [models.Index(fields=["zone", "kind", "key", "-revision"], name="plan_latest_revision")]

    def __str__(self) -> str:
        return f"{self.zone} {self.kind}:{self.key} r{self.revision}"
