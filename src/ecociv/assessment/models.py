"""Records of assessments: rounds with their steps, scores given, and what was frozen at sign-off. All are only added to."""

from __future__ import annotations

import json
from decimal import Decimal
from functools import cached_property
from typing import Any

from django.conf import settings
from django.db import models
from django.utils.translation import gettext_lazy as _

from ecociv.assessment.stages import AmountKind, ScoredBy, Stage
from ecociv.evidence.models import Document
from ecociv.people.recorded import AppendOnlyModel

_REFUSAL = "a record of an assessment is never changed or removed; record what follows as the next one"

STAGE_CHOICES = [
    (Stage.DRAFT.value, _("In preparation")),
    (Stage.SELF_SCORING.value, _("Self-scoring")),
    (Stage.REVIEW.value, _("Review")),
    (Stage.AUDIT.value, _("Audit")),
    (Stage.SIGNED.value, _("Signed off")),
]
SCORED_CHOICES = [
    (ScoredBy.SELF.value, _("Self score")),
    (ScoredBy.REVIEW.value, _("Review score")),
    (ScoredBy.AUDIT.value, _("Audit score")),
]
KIND_CHOICES = [(AmountKind.SCORE.value, _("Score")), (AmountKind.VALUE.value, _("Figure"))]


class Added(AppendOnlyModel):
    """A row that is added once; the database itself refuses to change or remove it."""

    refusal = _REFUSAL

    class Meta:
        abstract = True


class AssessmentRound(Added):
    """One assessment of a year by one rule set (考核), with the rule set as it was declared when the round was opened.

    The rules are stored whole, so that a later change of their file changes nothing here. Where the round stands is
    its last step.
    """

    zone = models.CharField(_("zone"), max_length=64)
    rule_set = models.CharField(_("rule set"), max_length=80)
    year = models.PositiveSmallIntegerField(_("year"))
    rules = models.JSONField(_("rules as declared"))
    rules_digest = models.CharField(_("digest of the rules"), max_length=64)
    opened_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, verbose_name=_("opened by"), on_delete=models.PROTECT, related_name="+"
    )
    opened_at = models.DateTimeField(_("opened at"))
    sample = models.BooleanField(_("sample data"), default=False, db_default=False)

    class Meta:
        verbose_name = _("round of assessment")
        verbose_name_plural = _("rounds of assessment")
        ordering = ["-year", "-id"]
        indexes = [models.Index(fields=["zone", "rule_set", "year"], name="assessment_round_of")]

    def __str__(self) -> str:
        return f"{self.zone} {self.rule_set} {self.year} #{self.pk}"

    @property
    def stage(self) -> Stage:
        """Where the round stands."""
        last = self.steps.order_by("-number").values_list("stage", flat=True).first()
        return Stage(last) if last else Stage.DRAFT


class RoundStep(Added):
    """One step of a round to its next stage; the number keeps two at once from both being taken."""

    round = models.ForeignKey(AssessmentRound, on_delete=models.PROTECT, related_name="steps")
    number = models.PositiveIntegerField(_("step"))
    stage = models.CharField(_("stage after"), max_length=16, choices=STAGE_CHOICES)
    reason = models.TextField(_("reason"), blank=True, default="")
    actor = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    actor_name = models.CharField(_("by"), max_length=150)
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("step of a round")
        verbose_name_plural = _("steps of rounds")
        ordering = ["round", "number"]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="assessment_one_step_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.round_id}.{self.number} {self.stage}"


class ScoreEntry(Added):
    """A score or a figure that somebody gave for an item of a unit; a correction is the next revision.

    The number is kept as exact text: neither database keeps a decimal of any length as it was written. ``author`` and
    ``organisation`` are those of the day.
    """

    round = models.ForeignKey(AssessmentRound, on_delete=models.PROTECT, related_name="entries")
    unit = models.CharField(_("unit"), max_length=128)
    item = models.CharField(_("item"), max_length=80)
    stage = models.CharField(_("whose score"), max_length=8, choices=SCORED_CHOICES)
    revision = models.PositiveIntegerField(_("revision"))
    kind = models.CharField(_("kind"), max_length=8, choices=KIND_CHOICES)
    amount_text = models.CharField(_("number"), max_length=40)
    reason = models.TextField(_("reason"), blank=True, default="")
    author = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    author_name = models.CharField(_("by"), max_length=150)
    organisation = models.CharField(_("body"), max_length=128, blank=True, default="")
    recorded_at = models.DateTimeField(_("recorded at"))

    class Meta:
        verbose_name = _("score given")
        verbose_name_plural = _("scores given")
        ordering = ["round", "unit", "item", "stage", "revision"]
        constraints = [
            models.UniqueConstraint(
                fields=["round", "unit", "item", "stage", "revision"], name="assessment_one_score_a_revision"
            )
        ]

    def __str__(self) -> str:
        return f"{self.round_id} {self.unit} {self.item} {self.stage} r{self.revision}"

    @property
    def amount(self) -> Decimal:
        """The number, exact."""
        return Decimal(self.amount_text)


class EntryDocument(Added):
    """A document on which a score rests (佐证材料)."""

    entry = models.ForeignKey(ScoreEntry, on_delete=models.PROTECT, related_name="documents")
    document = models.ForeignKey(Document, on_delete=models.PROTECT, related_name="+")
    file_name = models.CharField(_("file name"), max_length=255)

    class Meta:
        verbose_name = _("document of a score")
        verbose_name_plural = _("documents of scores")
        ordering = ["id"]

    def __str__(self) -> str:
        return self.file_name


class Snapshot(Added):
    """What was frozen at sign-off, whole: rules, units, inputs with their revisions, scores given, results (考核结果).

    ``content`` is canonical JSON and ``digest`` its SHA-256. A later restatement of data never touches it; a supplement
    after an upheld objection is the next number, and the one before stays.
    """

    round = models.ForeignKey(AssessmentRound, on_delete=models.PROTECT, related_name="snapshots")
    number = models.PositiveIntegerField(_("number"))
    content = models.TextField(_("content"))
    digest = models.CharField(_("digest"), max_length=64)
    engine = models.CharField(_("version of the arithmetic"), max_length=32)
    known_at = models.DateTimeField(_("from what was known at"))
    reason = models.TextField(_("reason"), blank=True, default="")
    objection = models.CharField(_("number of the objection"), max_length=64, blank=True, default="")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_name = models.CharField(_("signed by"), max_length=150)
    signed_at = models.DateTimeField(_("signed at"))

    class Meta:
        verbose_name = _("frozen result")
        verbose_name_plural = _("frozen results")
        ordering = ["round", "number"]
        constraints = [
            models.UniqueConstraint(fields=["round", "number"], name="assessment_one_snapshot_a_number")
        ]

    def __str__(self) -> str:
        return f"{self.round_id} snapshot {self.number} {self.digest[:12]}"

    @cached_property
    def data(self) -> dict[str, Any]:
        """The content, read."""
        found: dict[str, Any] = json.loads(self.content)
        return found
