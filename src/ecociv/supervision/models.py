"""Progress reports as append-only revisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from typing import Any, NoReturn

from django.conf import settings
from django.db import models
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from ecociv.core.decimals import plain
from ecociv.people.recorded import AppendOnlyError, AppendOnlyModel
from ecociv.supervision.inspection import models as inspection  # noqa: F401  so that Django finds them
from ecociv.supervision.report_models import ReportEvidence, ReportReview, SelfReport, WorkDraft
from ecociv.supervision.reports import Report, Review
from ecociv.supervision.responsibility import models as responsibility  # noqa: F401
from ecociv.supervision.states import PercentBasis, ReportingRole, ReportState, ReviewOutcome

__all__ = [
    "BASIS_CHOICES",
    "READ",
    "STATE_CHOICES",
    "ProgressReport",
    "ProgressReportQuerySet",
    "Proposal",
    "ProposalDecision",
    "ProposalStanding",
    "ReportEvidence",
    "ReportReview",
    "SelfReport",
    "WorkDraft",
    "read_report",
]

_REFUSAL = "a progress report is never changed or removed; record a correction as its next revision"

STATE_CHOICES = [
    (ReportState.NOT_STARTED.value, _("Not started")),
    (ReportState.UNDER_WAY.value, _("Under way")),
    (ReportState.DONE.value, _("Done")),
    (ReportState.DELAYED.value, _("Delayed")),
    (ReportState.STOPPED.value, _("Stopped")),
]

BASIS_CHOICES = [
    (PercentBasis.OUTPUTS.value, _("by quantified outputs")),
    (PercentBasis.STEPS.value, _("by steps of the work")),
    (PercentBasis.MONEY.value, _("by money spent")),
    (PercentBasis.ESTIMATE.value, _("own estimate")),
]


ROLE_CHOICES = [
    (ReportingRole.LEAD.value, _("as lead")),
    (ReportingRole.SUPPORT.value, _("as supporting body")),
]


class ProgressReportQuerySet(models.QuerySet["ProgressReport"]):
    """Reading vocabulary; changing is closed."""

    def of(self, zone: str, place: str = "") -> ProgressReportQuerySet:
        """Reports of a zone, or of one task or project of it (``"task:112"``)."""
        rows = self.filter(zone=zone)
        return rows.filter(place=place) if place else rows

    def in_force(self) -> ProgressReportQuerySet:
        """The newest revision of each report among the rows chosen so far."""
        newest = (
            self.order_by()
            .values("zone", "place", "number")
            .annotate(newest=models.Max("id"))
            .values("newest")
        )
        return ProgressReport.objects.filter(id__in=newest).order_by("id")

    def by_place(self, known_at: dt.datetime | None = None) -> dict[str, list[Report]]:
        """The rows as the rules read them, by task and project; reviews only as far as known at a moment."""
        zone = timezone.get_current_timezone()
        found: dict[str, list[Report]] = {}
        for place, *values in self.values_list("place", *READ):
            found.setdefault(place, []).append(read_report(values, zone, known_at))
        return found

    def update(self, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError(_REFUSAL)

    def bulk_update(self, *args: Any, **kwargs: Any) -> NoReturn:
        raise AppendOnlyError(_REFUSAL)

    def delete(self) -> NoReturn:
        raise AppendOnlyError(_REFUSAL)


class ProgressReport(AppendOnlyModel):
    """What a body says about its part in a task or a project; a report, not evidence.

    Reports of a duty are numbered from 1. A correction is the next revision of the same number, with a reason; the
    revisions before it stay. ``reported_at`` is when the report first came in, so that a correction does not make a
    report late; ``recorded_at`` is when this revision did.
    """

    refusal = _REFUSAL

    zone = models.CharField(_("zone"), max_length=64)
    place = models.CharField(
        _("task or project"), max_length=32, help_text=_("As in task:112 or project:26.")
    )
    number = models.PositiveIntegerField(_("number"))
    revision = models.PositiveIntegerField(_("revision"))
    period = models.PositiveSmallIntegerField(_("year reported on"))
    state = models.CharField(_("state"), max_length=16, choices=STATE_CHOICES)
    percent = models.DecimalField(
        _("progress in per cent"), max_digits=4, decimal_places=1, null=True, blank=True
    )
    percent_basis = models.CharField(
        _("counted"), max_length=16, choices=BASIS_CHOICES, blank=True, default=""
    )
    done_on = models.DateField(_("done on"), null=True, blank=True)
    done_reason = models.TextField(_("why it counts as done"), blank=True, default="")
    narrative = models.TextField(_("narrative"))
    outputs = models.JSONField(_("figures"), default=dict, blank=True)
    organisation = models.CharField(_("reporting body"), max_length=128)
    for_all = models.BooleanField(_("for all leading bodies"), default=False)
    role = models.CharField(_("part"), max_length=8, choices=ROLE_CHOICES, default="lead", db_default="lead")
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("author"), on_delete=models.PROTECT, related_name="+"
    )
    reported_at = models.DateTimeField(_("reported at"))
    recorded_at = models.DateTimeField(_("recorded at"))
    correction_reason = models.TextField(_("reason of the correction"), blank=True, default="")
    sample = models.BooleanField(_("sample data"), default=False, db_default=False)

    objects = ProgressReportQuerySet.as_manager()

    class Meta:
        verbose_name = _("progress report")
        verbose_name_plural = _("progress reports")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "place", "number", "revision"], name="supervision_one_revision"
            ),
            models.CheckConstraint(
                condition=models.Q(percent__isnull=True) | models.Q(percent__gte=0, percent__lte=100),
                name="supervision_percent_0_100",
            ),
            models.CheckConstraint(
                condition=models.Q(state="done", done_on__isnull=False)
                | (~models.Q(state="done") & models.Q(done_on__isnull=True)),
                name="supervision_done_has_day",
            ),
            models.CheckConstraint(
                condition=models.Q(revision=1) | ~models.Q(correction_reason=""),
                name="supervision_correction_says_why",
            ),
        ]
        indexes = [models.Index(fields=["zone", "recorded_at"], name="supervision_by_time")]

    def __str__(self) -> str:
        return f"{self.zone} {self.place} report {self.number} r{self.revision}"

    @property
    def is_correction(self) -> bool:
        """Whether it corrects an earlier revision."""
        return self.revision > 1

    def as_report(self, known_at: dt.datetime | None = None) -> Report:
        """The report as the rules read it, with its review only as far as known at a moment.

        Days are those of the server's time zone.
        """
        review = getattr(self, "review", None)
        judged = (
            (None, None, None) if review is None else (review.outcome, review.reviewed_at, review.answer_by)
        )
        own = [getattr(self, name) for name in READ if "__" not in name]
        return read_report([*own, *judged], timezone.get_current_timezone(), known_at)

    def content(self) -> dict[str, Any]:
        """What was reported, as plain values; two equal contents are the same report sent twice."""
        return {
            "period": self.period,
            "state": self.state,
            "percent": None if self.percent is None else plain(self.percent),
            "percent_basis": self.percent_basis,
            "done_on": None if self.done_on is None else self.done_on.isoformat(),
            "narrative": self.narrative,
            "done_reason": self.done_reason,
            "outputs": self.outputs,
            "organisation": self.organisation,
            "for_all": self.for_all,
            **({"role": self.role} if self.role != "lead" else {}),
            "correction_reason": self.correction_reason,
        }


READ = (
    "number",
    "revision",
    "organisation",
    "state",
    "period",
    "reported_at",
    "recorded_at",
    "percent",
    "percent_basis",
    "done_on",
    "for_all",
    "role",
    "sample",
    "review__outcome",
    "review__reviewed_at",
    "review__answer_by",
)
"""The columns that a status depends on."""


def read_report(values: Sequence[Any], zone: dt.tzinfo, known_at: dt.datetime | None = None) -> Report:
    """A report from the columns `READ`: what a whole zone is read by, without narratives and figures."""
    number, revision, body, state, period, reported_at, recorded_at, percent, basis, done_on, for_all = (
        values[:11]
    )
    role, sample, outcome, reviewed_at, answer_by = values[11:]
    if known_at is not None and reviewed_at is not None and reviewed_at > known_at:
        outcome = None
    return Report(
        number=number,
        revision=revision,
        organisation=body,
        state=ReportState(state),
        period=period,
        reported_on=reported_at.astimezone(zone).date(),
        recorded_on=recorded_at.astimezone(zone).date(),
        percent=percent,
        basis=PercentBasis(basis) if basis else None,
        done_on=done_on,
        for_all=for_all,
        role=ReportingRole(role),
        review=Review(ReviewOutcome(outcome), reviewed_at.astimezone(zone).date(), answer_by)
        if outcome
        else None,
        sample=sample,
    )


# Django looks for models here only.
from ecociv.supervision.ladder.models import Proposal, ProposalDecision, ProposalStanding  # noqa: E402
