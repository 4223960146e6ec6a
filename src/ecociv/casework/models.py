"""Cases: an append-only log, and what it comes to, kept beside it for lists.

The log (`CaseStep`) is the record; the columns of `Case`, `CaseParty` and `RunningClock` are what the log comes to,
written in the same transaction as the step, so that a list of thousands of cases needs no replay.
"""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.evidence.models import Document
from ecociv.people.recorded import AppendOnlyModel


class StepKind(models.TextChoices):
    """What a step of a case is."""

    OPENED = "opened", _("Opened")
    MOVED = "moved", _("Moved on")
    NOTED = "noted", _("Note")
    PAUSED = "paused", _("Clock paused")
    RESUMED = "resumed", _("Clock resumed")
    EXTENSION_ASKED = "extension-asked", _("Extension asked for")
    EXTENSION_GRANTED = "extension-granted", _("Extension granted")
    EXTENSION_REFUSED = "extension-refused", _("Extension refused")
    HANDED_OVER = "handed-over", _("Handed over")
    OFFICER_NAMED = "officer-named", _("Officer named")
    ESCALATED = "escalated", _("Escalated")
    REMINDED = "reminded", _("Reminder")


class CaseTypeRevision(models.Model):
    """A case type as it was declared; a case keeps to the declaration under which it was opened.

    It is named by the digest of zone and content, so that what is remembered under a name can never be another's.
    """

    digest = models.CharField(max_length=64, primary_key=True)
    zone = models.CharField(max_length=64)
    key = models.CharField(max_length=64)
    content = models.TextField(
        help_text=_("JSON as text: the order of states and moves is part of the declaration.")
    )
    recorded_at = models.DateTimeField()

    class Meta:
        verbose_name = _("case type")
        verbose_name_plural = _("case types")

    def __str__(self) -> str:
        return f"{self.zone} {self.key} {self.digest[:12]}"


class CaseCounter(models.Model):
    """The last number given to a case of a type in a year: a transaction that is undone gives its number back."""

    zone = models.CharField(max_length=64)
    type = models.CharField(max_length=64)
    year = models.PositiveIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("counter of cases")
        verbose_name_plural = _("counters of cases")
        constraints = [models.UniqueConstraint(fields=["zone", "type", "year"], name="one_counter_a_year")]

    def __str__(self) -> str:
        return f"{self.zone} {self.type} {self.year}: {self.last}"


class Case(models.Model):
    """A matter that someone must close by a date (案件、督办事项).

    ``subject`` is what it is about, written as places are elsewhere: ``task:112``, ``indicator:35``,
    ``organisation:市环保局``, or any key of another room; "" for none.
    """

    zone = models.CharField(_("zone"), max_length=64)
    type = models.CharField(_("type"), max_length=64)
    declaration = models.ForeignKey(CaseTypeRevision, on_delete=models.PROTECT, related_name="+")
    number = models.CharField(_("number"), max_length=64)
    year = models.PositiveIntegerField(_("year"))
    serial = models.PositiveIntegerField(_("serial number"))
    visibility = models.CharField(max_length=16)
    title = models.CharField(_("title"), max_length=200)
    subject = models.CharField(_("about"), max_length=200, blank=True, default="", db_index=True)
    origin = models.CharField(_("came from"), max_length=200, blank=True, default="", db_index=True)
    parent = models.ForeignKey(
        "self", null=True, blank=True, on_delete=models.PROTECT, related_name="children"
    )
    sample = models.BooleanField(_("sample data"), default=False)
    opened_at = models.DateTimeField(_("opened at"))
    # What the log comes to.
    state = models.CharField(_("state"), max_length=64)
    closed_at = models.DateTimeField(_("closed at"), null=True, blank=True)
    outcome = models.CharField(_("outcome"), max_length=64, blank=True, default="")
    due = models.DateField(_("due"), null=True, blank=True)
    due_by_notice = models.BooleanField(default=True)
    extension_asked = models.CharField(_("extension asked for"), max_length=64, blank=True, default="")
    officer = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    fields = models.JSONField(_("details"), default=dict, blank=True)
    steps_taken = models.PositiveIntegerField(default=0)

    class Meta:
        verbose_name = _("case")
        verbose_name_plural = _("cases")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(fields=["zone", "type", "number"], name="one_case_a_number"),
            models.UniqueConstraint(fields=["zone", "type", "year", "serial"], name="one_case_a_serial"),
        ]
        indexes = [
            models.Index(fields=["zone", "closed_at", "due"], name="case_by_due"),
            models.Index(fields=["zone", "closed_at", "state"], name="case_by_state"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"


class CaseStep(AppendOnlyModel):
    """One step of a case, with actor, reason and documents; never changed, never removed.

    ``at`` is when it happened, ``recorded_at`` when it was put on record; clocks count by the first, what was known
    on a day by the second.
    """

    refusal = "a step of a case is never changed or removed; take the next step instead"

    case = models.ForeignKey(Case, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField(_("step"))
    kind = models.CharField(_("kind"), max_length=24, choices=StepKind)
    transition = models.CharField(max_length=64, blank=True, default="")
    state = models.CharField(_("state after"), max_length=64)
    part = models.CharField(_("acting as"), max_length=64, blank=True, default="")
    actor = models.ForeignKey(
        settings.AUTH_USER_MODEL, null=True, blank=True, on_delete=models.PROTECT, related_name="+"
    )
    actor_name = models.CharField(_("by"), max_length=150)
    organisation = models.CharField(_("body"), max_length=128, blank=True, default="")
    reason = models.TextField(_("reason"), blank=True, default="")
    data = models.JSONField(default=dict, blank=True)
    at = models.DateTimeField(_("at"))
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("step of a case")
        verbose_name_plural = _("steps of cases")
        ordering = ["case", "number"]
        constraints = [models.UniqueConstraint(fields=["case", "number"], name="one_step_a_number")]
        indexes = [models.Index(fields=["recorded_at"], name="case_step_by_time")]

    def __str__(self) -> str:
        return f"{self.case_id}.{self.number} {self.kind}"


class CaseStepDocument(models.Model):
    """A document that a step brought: ``key`` is the declared one it answers, "" for any other."""

    step = models.ForeignKey(CaseStep, on_delete=models.PROTECT, related_name="documents")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    key = models.CharField(max_length=64, blank=True, default="")
    file_name = models.CharField(_("file name"), max_length=255)

    class Meta:
        verbose_name = _("document of a step")
        verbose_name_plural = _("documents of steps")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.file_name


class CalendarFeed(models.Model):
    """Somebody's calendar address; the address holds a signature of this row, and is dead once it is revoked."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField(_("made"))
    revoked_at = models.DateTimeField(_("revoked"), null=True, blank=True)

    class Meta:
        verbose_name = _("calendar address")
        verbose_name_plural = _("calendar addresses")
        constraints = [
            models.UniqueConstraint(
                fields=["user"], condition=models.Q(revoked_at__isnull=True), name="one_calendar_address"
            )
        ]

    def __str__(self) -> str:
        return f"{self.user_id} {self.created_at:%Y-%m-%d}"


class CaseParty(models.Model):
    """A body that plays a part in a case; what the log comes to."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="parties")
    part = models.CharField(max_length=64)
    organisation = models.CharField(_("body"), max_length=128, db_index=True)

    class Meta:
        verbose_name = _("party to a case")
        verbose_name_plural = _("parties to cases")
        constraints = [
            models.UniqueConstraint(fields=["case", "part", "organisation"], name="a_party_is_named_once")
        ]

    def __str__(self) -> str:
        return f"{self.part}: {self.organisation}"


class RunningClock(models.Model):
    """A clock of a case that has not stopped; what the log comes to."""

    case = models.ForeignKey(Case, on_delete=models.CASCADE, related_name="clocks")
    clock = models.CharField(max_length=64)
    started_on = models.DateField()
    due_on = models.DateField(null=True, blank=True, help_text=_("None while it stands still."))
    paused = models.BooleanField(default=False)
    by_notice = models.BooleanField(default=True)
    extended_days = models.PositiveIntegerField(default=0)
    escalated = models.JSONField(default=list, blank=True)

    class Meta:
        verbose_name = _("running clock")
        verbose_name_plural = _("running clocks")
        constraints = [models.UniqueConstraint(fields=["case", "clock"], name="one_run_of_a_clock")]
        indexes = [models.Index(fields=["due_on"], name="clock_by_due")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.clock}"


# The rows of the notices belong to this room; Django finds them by its module of models.
from ecociv.casework.notices.models import (  # noqa: E402
    Delivery,
    DeliveryAttempt,
    Notice,
    NoticePreference,
    Webhook,
)

__all__ = [
    "Case",
    "CaseCounter",
    "CaseParty",
    "CaseStep",
    "CaseStepDocument",
    "CaseTypeRevision",
    "CalendarFeed",
    "Delivery",
    "DeliveryAttempt",
    "Notice",
    "NoticePreference",
    "RunningClock",
    "StepKind",
    "Webhook",
]
