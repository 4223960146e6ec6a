"""Inspection tours, their steps, visits, findings and photographs; all rows are only added."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.casework.models import Case
from ecociv.evidence.models import Document, Place
from ecociv.supervision.responsibility.models import Recorded


class TourState(models.TextChoices):
    """Where a tour is; each state is reached by one step from the one before."""

    PLANNED = "planned", _("Planned")
    PUBLISHED = "published", _("Seed published")
    DRAWN = "drawn", _("Sample drawn")
    UNDER_WAY = "under-way", _("Under way")
    REPORTED = "reported", _("Reported")


class InspectionTour(Recorded):
    """A tour of inspection: what it looks at, and when. What came of it stands in its steps."""

    zone = models.CharField(_("zone"), max_length=64, db_index=True)
    title = models.CharField(_("title"), max_length=120)
    starts = models.DateField(_("first day"))
    ends = models.DateField(_("last day"))
    scope = models.JSONField(_("what is inspected"), help_text=_("Kinds: task, project, indicator, organisation, place."))
    purpose = models.TextField(_("purpose"))
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("inspection tour")
        verbose_name_plural = _("inspection tours")
        ordering = ["-starts", "-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(ends__gte=models.F("starts")), name="supervision_tour_ends_after"
            )
        ]

    def __str__(self) -> str:
        return self.title


class TourStep(Recorded):
    """One step of a tour with everything it settled: population and seed, the sample, the estimate."""

    tour = models.ForeignKey(InspectionTour, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField(_("step"))
    state = models.CharField(_("state after"), max_length=16, choices=TourState)
    reason = models.TextField(_("reason"), blank=True, default="")
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("step of a tour")
        verbose_name_plural = _("steps of tours")
        ordering = ["tour", "number"]
        constraints = [
            models.UniqueConstraint(fields=["tour", "number"], name="supervision_one_tour_step"),
            models.UniqueConstraint(fields=["tour", "state"], name="supervision_one_step_a_state"),
        ]

    def __str__(self) -> str:
        return f"{self.tour_id}.{self.number} {self.state}"


class UnitVisit(Recorded):
    """A visit to a unit of the sample; the newest one of a unit counts."""

    class Outcome(models.TextChoices):
        """What came of a visit."""

        NOTHING = "nothing", _("Nothing found")
        FINDINGS = "findings", _("Findings")
        NOT_POSSIBLE = "not-possible", _("Could not be inspected")

    tour = models.ForeignKey(InspectionTour, on_delete=models.PROTECT, related_name="visits")
    unit = models.CharField(_("unit"), max_length=200)
    visited_on = models.DateField(_("visited on"))
    outcome = models.CharField(_("outcome"), max_length=16, choices=Outcome)
    note = models.TextField(_("note"), blank=True, default="")

    class Meta:
        verbose_name = _("visit")
        verbose_name_plural = _("visits")
        ordering = ["id"]
        indexes = [models.Index(fields=["tour", "unit"], name="supervision_visit_by_unit")]

    def __str__(self) -> str:
        return f"{self.tour_id} {self.unit} {self.outcome}"


class Severity(models.TextChoices):
    """How grave a finding is."""

    MINOR = "minor", _("Minor")
    SERIOUS = "serious", _("Serious")
    GRAVE = "grave", _("Grave")


class InspectionFinding(Recorded):
    """A problem found on the spot; what follows is its case."""

    tour = models.ForeignKey(InspectionTour, on_delete=models.PROTECT, related_name="findings")
    number = models.PositiveIntegerField(_("number"))
    unit = models.CharField(_("unit"), max_length=200, db_index=True)
    title = models.CharField(_("what was found"), max_length=120)
    description = models.TextField(_("description"))
    rule = models.CharField(_("rule broken"), max_length=200)
    severity = models.CharField(_("severity"), max_length=16, choices=Severity)
    body = models.CharField(_("body concerned"), max_length=128, db_index=True)
    found_on = models.DateField(_("found on"))
    place = models.ForeignKey(
        Place, verbose_name=_("place"), null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    place_text = models.CharField(_("where"), max_length=200, blank=True, default="")
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    case = models.OneToOneField(
        Case, verbose_name=_("case"), on_delete=models.PROTECT, related_name="inspection_finding"
    )

    class Meta:
        verbose_name = _("inspection finding")
        verbose_name_plural = _("inspection findings")
        ordering = ["tour", "number"]
        constraints = [
            models.UniqueConstraint(fields=["tour", "number"], name="supervision_one_finding_number")
        ]

    def __str__(self) -> str:
        return f"{self.tour_id}.{self.number} {self.title}"


class FindingPhotograph(models.Model):
    """A photograph of a finding, by the digest of its bytes; what the camera wrote is kept beside it."""

    finding = models.ForeignKey(InspectionFinding, on_delete=models.PROTECT, related_name="photographs")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    media_type = models.CharField(max_length=32)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    taken_at = models.CharField(
        _("taken at, by the camera's clock"), max_length=32, blank=True, default=""
    )
    longitude = models.FloatField(_("longitude"), null=True, blank=True)
    latitude = models.FloatField(_("latitude"), null=True, blank=True)
    doubts = models.JSONField(_("disagrees with the tour"), default=list, blank=True)

    class Meta:
        verbose_name = _("photograph of a finding")
        verbose_name_plural = _("photographs of findings")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.finding_id} {self.document_id[:12]}"

