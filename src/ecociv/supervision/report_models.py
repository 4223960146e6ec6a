"""What belongs to reports: their documents, their review, drafts that are no record, and yearly self-reports."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.evidence.models import Document, DocumentFiling
from ecociv.people.recorded import AppendOnlyModel

_REFUSAL = "this record is added to, never changed or removed"


class AddedOnly(AppendOnlyModel):
    """Rows that are added and never changed; the database refuses it as well."""

    refusal = _REFUSAL

    class Meta:
        abstract = True


class ReportEvidence(AddedOnly):
    """A document that a revision of a report was handed in with (佐证材料), filed in the library for the same duty."""

    report = models.ForeignKey(
        "supervision.ProgressReport",
        verbose_name=_("progress report"),
        on_delete=models.PROTECT,
        related_name="evidence",
    )
    document = models.ForeignKey(Document, verbose_name=_("file"), on_delete=models.PROTECT, related_name="+")
    filing = models.ForeignKey(
        DocumentFiling, verbose_name=_("filing"), on_delete=models.PROTECT, related_name="+"
    )
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("document of a report")
        verbose_name_plural = _("documents of reports")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["report", "document"], name="supervision_document_once")
        ]

    def __str__(self) -> str:
        return f"{self.report}: {self.document}"


class SelfReport(AddedOnly):
    """The yearly self-report of a body (年度自查报告), as revisions; what was handed in, with its figures of that day.

    ``duties`` is a list of ``{place, role, state, percent, report, text}``; ``figures`` of ``{series, year, value,
    missing, unit, light, trace}``, where ``trace`` names the recorded value that the figure was read from; ``cases`` of
    the open cases of that day; ``promised`` is what the report of the year before announced.
    """

    zone = models.CharField(_("zone"), max_length=64)
    organisation = models.CharField(_("reporting body"), max_length=128)
    year = models.PositiveSmallIntegerField(_("year reported on"))
    revision = models.PositiveIntegerField(_("revision"))
    duties = models.JSONField(_("what was done"), default=list)
    figures = models.JSONField(_("figures"), default=list)
    cases = models.JSONField(_("open cases"), default=list)
    promised = models.TextField(_("steps announced the year before"), blank=True, default="")
    promised_outcome = models.TextField(_("what became of them"), blank=True, default="")
    summary = models.TextField(_("summary"), blank=True, default="")
    problems = models.TextField(_("problems"))
    next_steps = models.TextField(_("steps of the next year"))
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("author"), on_delete=models.PROTECT, related_name="+"
    )
    reported_at = models.DateTimeField(_("reported at"))
    recorded_at = models.DateTimeField(_("recorded at"))
    correction_reason = models.TextField(_("reason of the correction"), blank=True, default="")

    class Meta:
        verbose_name = _("yearly self-report")
        verbose_name_plural = _("yearly self-reports")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "organisation", "year", "revision"], name="supervision_one_self_report"
            ),
            models.CheckConstraint(
                condition=models.Q(revision=1) | ~models.Q(correction_reason=""),
                name="supervision_self_report_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.zone} {self.organisation} {self.year} r{self.revision}"

    def content(self) -> dict[str, Any]:
        """What was handed in, as plain values."""
        return {
            "year": self.year,
            "organisation": self.organisation,
            "duties": self.duties,
            "figures": self.figures,
            "cases": self.cases,
            "promised": self.promised,
            "promised_outcome": self.promised_outcome,
            "summary": self.summary,
            "problems": self.problems,
            "next_steps": self.next_steps,
        }


OUTCOME_CHOICES = [("accepted", _("accepted")), ("sent-back", _("sent back"))]


class ReportReview(AddedOnly):
    """The office's review of one revision of a report or a self-report (审核意见); each revision has at most one."""

    report = models.OneToOneField(
        "supervision.ProgressReport",
        verbose_name=_("progress report"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="review",
    )
    self_report = models.OneToOneField(
        SelfReport,
        verbose_name=_("yearly self-report"),
        null=True,
        blank=True,
        on_delete=models.PROTECT,
        related_name="review",
    )
    outcome = models.CharField(_("outcome"), max_length=16, choices=OUTCOME_CHOICES)
    reason = models.TextField(_("reason"), blank=True, default="")
    answer_by = models.DateField(_("to be corrected by"), null=True, blank=True)
    reviewer = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("reviewer"), on_delete=models.PROTECT, related_name="+"
    )
    reviewed_at = models.DateTimeField(_("reviewed at"))

    class Meta:
        verbose_name = _("review of a report")
        verbose_name_plural = _("reviews of reports")
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(report__isnull=False, self_report__isnull=True)
                | models.Q(report__isnull=True, self_report__isnull=False),
                name="supervision_review_of_one",
            ),
            models.CheckConstraint(
                condition=models.Q(outcome="accepted", answer_by__isnull=True)
                | (models.Q(outcome="sent-back", answer_by__isnull=False) & ~models.Q(reason="")),
                name="supervision_sent_back_says_why",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.report or self.self_report}: {self.outcome}"


class WorkDraft(models.Model):
    """What somebody has typed and not handed in: their own, no record, gone when it is handed in.

    ``subject`` is the duty (``task:112``) or ``self-report:<body>``; there is one draft a year of each.
    """

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("author"), on_delete=models.CASCADE, related_name="+"
    )
    zone = models.CharField(_("zone"), max_length=64)
    subject = models.CharField(_("subject"), max_length=160)
    year = models.PositiveSmallIntegerField(_("year reported on"))
    content = models.JSONField(_("content"), default=dict)
    saved_at = models.DateTimeField(_("saved at"))

    class Meta:
        verbose_name = _("draft")
        verbose_name_plural = _("drafts")
        ordering = ["-saved_at"]
        constraints = [
            models.UniqueConstraint(
                fields=["author", "zone", "subject", "year"], name="supervision_one_draft"
            )
        ]

    def __str__(self) -> str:
        return f"{self.subject} {self.year} ({self.author})"
