"""Proposals: what a trigger said, whether it still holds, and what people decided. Rows are only added."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.casework.models import Case
from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.people.recorded import AppendOnlyModel

_REFUSAL = (
    "a proposal and what was decided on it are never changed or removed; record the next decision instead"
)


class Added(AppendOnlyModel):
    """A row that is added and never changed."""

    refusal = _REFUSAL

    class Meta:
        abstract = True


class Proposal(Added):
    """What a trigger proposes (督办建议): one row for each occurrence, with the rule and the figures of that day.

    ``first_day`` is when the trigger first fired, ``day`` the day on which it was asked; ``recorded_at`` when the
    proposal was put on record.
    """

    zone = models.CharField(_("zone"), max_length=64)
    trigger = models.CharField(_("trigger"), max_length=64)
    kind = models.CharField(_("kind"), max_length=16)
    digest = models.CharField(_("digest of the rule"), max_length=64)
    occurrence = models.CharField(_("occurrence"), max_length=200)
    subject = models.CharField(_("about"), max_length=200, blank=True, default="", db_index=True)
    title_zh = models.CharField(_("matter in Chinese"), max_length=300)
    title_en = models.CharField(_("matter in English"), max_length=300)
    proposes = models.CharField(_("type proposed"), max_length=64)
    severity = models.CharField(_("weight"), max_length=16)
    reasons = models.JSONField(_("reasons"))
    evidence = models.JSONField(_("evidence"))
    bodies = models.JSONField(_("bodies proposed"))
    sample = models.BooleanField(_("sample data"), default=False)
    first_day = models.DateField(_("first fired on"))
    day = models.DateField(_("day asked about"))
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        app_label = "supervision"
        verbose_name = _("proposal")
        verbose_name_plural = _("proposals")
        ordering = ["-id"]
        constraints = [
            models.UniqueConstraint(
                fields=["zone", "trigger", "occurrence"], name="one_proposal_an_occurrence"
            )
        ]
        indexes = [models.Index(fields=["zone", "recorded_at"], name="proposal_by_time")]

    def __str__(self) -> str:
        return f"{self.trigger} {self.occurrence}"

    @property
    def title(self) -> Text:
        """The matter in both languages."""
        return Text(zh=self.title_zh, en=self.title_en)

    @property
    def why(self) -> tuple[Reason, ...]:
        """The reasons as they were."""
        return tuple(Reason(r["code"], Text(zh=r["zh"], en=r["en"]), r["data"]) for r in self.reasons)


class ProposalStanding(Added):
    """A proposal no longer holds, or holds again: the newest row counts; without any it holds."""

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="standings")
    holds = models.BooleanField(_("holds"))
    since = models.DateField(_("since"))
    day = models.DateField(_("day asked about"))
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        app_label = "supervision"
        verbose_name = _("standing of a proposal")
        verbose_name_plural = _("standings of proposals")
        ordering = ["id"]

    def __str__(self) -> str:
        return f"{self.proposal_id} {'holds' if self.holds else 'no longer holds'} {self.since}"


class ProposalDecision(Added):
    """What a person decided on a proposal, with the reason: the newest counts; accepting and declining end it."""

    class Decision(models.TextChoices):
        """What was decided."""

        ACCEPTED = "accepted", _("Accepted, case opened")
        DECLINED = "declined", _("Declined")
        DEFERRED = "deferred", _("Deferred")

    proposal = models.ForeignKey(Proposal, on_delete=models.PROTECT, related_name="decisions")
    number = models.PositiveIntegerField(_("number"))
    decision = models.CharField(_("decision"), max_length=16, choices=Decision)
    reason = models.TextField(_("reason"))
    until = models.DateField(_("deferred until"), null=True, blank=True)
    case = models.ForeignKey(Case, null=True, blank=True, on_delete=models.PROTECT, related_name="+")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(_("decided by"), max_length=150)
    recorded_at = models.DateTimeField(_("decided at"))

    class Meta:
        app_label = "supervision"
        verbose_name = _("decision on a proposal")
        verbose_name_plural = _("decisions on proposals")
        ordering = ["id"]
        constraints = [
            models.UniqueConstraint(fields=["proposal", "number"], name="one_decision_a_number"),
            models.UniqueConstraint(
                fields=["proposal"], condition=models.Q(decision="accepted"), name="a_proposal_opens_one_case"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.proposal_id}.{self.number} {self.decision}"
