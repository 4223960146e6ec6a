"""Leaving-office audits, their steps and working papers; all rows are only added."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.people.recorded import Recorded
from ecociv.supervision.responsibility.models import Official


class _ByAnAuditor(Recorded):
    """A row that always has an account behind it: nothing of an audit is recorded by the system itself."""

    author = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("account"), on_delete=models.PROTECT, related_name="+"
    )

    class Meta:
        abstract = True


class LeavingAudit(_ByAnAuditor):
    """The audit of an official's term in a body; what came of it stands in its steps and papers."""

    refusal = "an audit is never changed or removed; take its next step"

    zone = models.CharField(_("zone"), max_length=64, db_index=True)
    year = models.PositiveIntegerField(_("year"))
    serial = models.PositiveIntegerField(_("serial number"))
    official = models.ForeignKey(
        Official, verbose_name=_("official"), on_delete=models.PROTECT, related_name="leaving_audits"
    )
    body = models.CharField(_("body"), max_length=128, db_index=True)
    first = models.DateField(_("first day"))
    last = models.DateField(_("last day"))
    sample = models.BooleanField(_("sample data"), default=False)

    class Meta:
        verbose_name = _("leaving-office audit")
        verbose_name_plural = _("leaving-office audits")
        ordering = ["-year", "-serial"]
        constraints = [
            models.UniqueConstraint(fields=["zone", "year", "serial"], name="accounts_one_audit_number"),
            models.UniqueConstraint(
                fields=["official", "body", "first", "last"], name="accounts_one_audit_of_a_term"
            ),
            models.CheckConstraint(
                condition=models.Q(last__gte=models.F("first")), name="accounts_audit_ends_after"
            ),
        ]

    def __str__(self) -> str:
        return self.number

    @property
    def number(self) -> str:
        """Number of the audit (离任审计〔2026〕1号)."""
        return f"离任审计〔{self.year}〕{self.serial}号"


class StepKind(models.TextChoices):
    """What a step of an audit is."""

    OPENED = "opened", _("Opened")
    PUBLISHED = "published", _("Seed published")
    DRAWN = "drawn", _("Sample drawn")
    REQUESTED = "requested", _("Evidence requested")
    DRAFTED = "drafted", _("Draft sent for comment")
    COMMENTED = "commented", _("Commented")
    CONCLUDED = "concluded", _("Concluded")


class AuditStep(_ByAnAuditor):
    """One step with everything it settled: list and seed, sample, frozen draft, comment, conclusion."""

    refusal = "a step of an audit is never changed or removed; take the next one"

    audit = models.ForeignKey(LeavingAudit, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField(_("step"))
    kind = models.CharField(_("kind"), max_length=16, choices=StepKind)
    reason = models.TextField(_("reason"), blank=True, default="")
    data = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("step of an audit")
        verbose_name_plural = _("steps of audits")
        ordering = ["audit", "number"]
        constraints = [models.UniqueConstraint(fields=["audit", "number"], name="accounts_one_audit_step")]

    def __str__(self) -> str:
        return f"{self.audit_id}.{self.number} {self.kind}"


class PaperStatus(models.TextChoices):
    """Where a working paper is."""

    DRAFT = "draft", _("Draft")
    SUBMITTED = "submitted", _("Handed in for review")
    REVIEWED = "reviewed", _("Reviewed")
    RETURNED = "returned", _("Sent back")


class FindingSeverity(models.TextChoices):
    """How grave the finding of a paper is."""

    NONE = "none", _("Nothing found")
    MINOR = "minor", _("Minor")
    SERIOUS = "serious", _("Serious")
    GRAVE = "grave", _("Grave")


class AuditPaper(_ByAnAuditor):
    """One revision of a working paper (审计底稿): what was looked at, how, what was found, and the review."""

    refusal = "a revision of a working paper is never changed or removed; write the next one"

    audit = models.ForeignKey(LeavingAudit, on_delete=models.PROTECT, related_name="papers")
    number = models.PositiveIntegerField(_("number"))
    revision = models.PositiveIntegerField(_("revision"))
    title = models.CharField(_("title"), max_length=200)
    about = models.CharField(_("record looked at"), max_length=200, blank=True, default="")
    procedure = models.TextField(_("what was done"), blank=True, default="")
    finding = models.TextField(_("what was found"), blank=True, default="")
    severity = models.CharField(
        _("severity"), max_length=16, choices=FindingSeverity, default=FindingSeverity.NONE
    )
    status = models.CharField(_("status"), max_length=16, choices=PaperStatus)
    written_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("written by"), on_delete=models.PROTECT, related_name="+"
    )
    note = models.TextField(_("note of the review"), blank=True, default="")

    class Meta:
        verbose_name = _("working paper")
        verbose_name_plural = _("working papers")
        ordering = ["audit", "number", "revision"]
        constraints = [
            models.UniqueConstraint(fields=["audit", "number", "revision"], name="accounts_one_paper_revision")
        ]

    def __str__(self) -> str:
        return f"{self.audit_id}/{self.number} r{self.revision}"
