"""Giving a score: by the unit itself, the reviewers or the auditors."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ecociv.assessment.entries import limits_of
from ecociv.assessment.models import AssessmentRound, EntryDocument, ScoreEntry
from ecociv.assessment.moment import moment_of
from ecociv.assessment.permissions import require_score
from ecociv.assessment.refusals import AssessmentRefused, MovedOn
from ecociv.assessment.rules import InputError, RuleSet
from ecociv.assessment.stages import AmountKind, ScoredBy
from ecociv.assessment.units import units_of
from ecociv.core.decimals import plain
from ecociv.evidence.documents import keep_document
from ecociv.people import audit

_REASON_LONGEST = 2000


@dataclass(frozen=True, slots=True)
class Attached:
    """A file that a score rests on."""

    path: Path
    name: str


@dataclass(frozen=True, slots=True)
class GiveScore:
    """Record a score or a figure; ``seen`` is the revision that the page showed, 0 for none.

    Parameters
    ----------
    kind
        A score, 0 to full; or a figure in the unit of the item, of which the rule makes the score.
    """

    round: AssessmentRound
    unit: str
    item: str
    by: ScoredBy
    amount: Decimal
    author: Any
    seen: int = 0
    kind: AmountKind = AmountKind.SCORE
    reason: str = ""
    documents: Iterable[Attached] = ()

    def check(self) -> None:
        """Refuse whoever may not score, the wrong stage, and a number outside the limits.

        Raises
        ------
        PermissionDenied, AssessmentRefused
        """
        require_score(self.author, self.round.zone, self.unit, self.by)
        stage = self.round.stage
        if stage not in self.by.open_in:
            raise AssessmentRefused(
                "not-open",
                f"考核处于“{stage.label.zh}”阶段，现在不能填{self.by.label.zh}。",
                f"The assessment is in the stage “{stage.label.en}”; no {self.by.label.en} is taken now.",
            )
        rules = RuleSet.model_validate(self.round.rules)
        moment = moment_of(self.round.zone, self.round.year)
        if self.unit not in units_of(rules, moment.package, moment.day):
            raise AssessmentRefused(
                "no-such-unit",
                f"本次考核没有单位“{self.unit}”。",
                f"This assessment has no unit {self.unit!r}.",
            )
        self._within(rules)
        if self.by is not ScoredBy.SELF and not self.reason.strip():
            raise AssessmentRefused("no-reason", "请写明评分理由。", "Say why the score is so.")
        if len(self.reason) > _REASON_LONGEST:
            raise AssessmentRefused(
                "too-long",
                f"理由超过{_REASON_LONGEST}字。",
                f"The reason is longer than {_REASON_LONGEST} characters.",
            )

    def execute(self) -> ScoreEntry:
        """Record the next revision; of two at once one wins."""
        try:
            with transaction.atomic():
                return self._record()
        except IntegrityError as error:
            raise _newer() from error

    def _within(self, rules: RuleSet) -> None:
        try:
            low, high = limits_of(rules, self.item, self.kind)
        except InputError as error:
            raise AssessmentRefused("not-scored", str(error), str(error)) from error
        if not self.amount.is_finite() or len(plain(self.amount)) > 40:
            raise AssessmentRefused("no-number", "请填一个数。", "Give a number.")
        if (low is not None and self.amount < low) or (high is not None and self.amount > high):
            top = "" if high is None else plain(high)
            raise AssessmentRefused(
                "outside-limits",
                f"{plain(self.amount)}超出范围，应在{plain(low or Decimal(0))}至{top or '不限'}之间。",
                f"{plain(self.amount)} lies outside the limits: from {plain(low or Decimal(0))} to {top or 'any'}.",
            )

    def _record(self) -> ScoreEntry:
        self.check()
        last = (
            ScoreEntry.objects.filter(round=self.round, unit=self.unit, item=self.item, stage=self.by.value)
            .order_by("-revision")
            .first()
        )
        if (last.revision if last else 0) != self.seen:
            raise _newer()
        entry = ScoreEntry(
            round=self.round,
            unit=self.unit,
            item=self.item,
            stage=self.by.value,
            revision=self.seen + 1,
            kind=self.kind.value,
            amount_text=plain(self.amount),
            reason=self.reason.strip(),
            author=self.author,
            author_name=self.author.name_shown,
            organisation=self.author.organisation,
            recorded_at=timezone.now(),
        )
        entry.save()
        for each in self.documents:
            kept = keep_document(
                each.path, received_from=self.author.name_shown, sample=self.round.sample, name=each.name
            )
            EntryDocument(entry=entry, document=kept, file_name=each.name[-255:]).save()
        audit.record(
            actor=self.author,
            action="give-score",
            subject_kind="assessment",
            subject_key=f"{self.round.pk}/{self.unit}/{self.item}/{self.by.value}",
            zone=self.round.zone,
            before=None if last is None else {"amount": last.amount_text, "kind": last.kind},
            after={"amount": entry.amount_text, "kind": entry.kind},
            reason=self.reason,
        )
        return entry


def _newer() -> MovedOn:
    return MovedOn(
        "newer-score",
        "有人刚刚改过这一项；请刷新页面后再填。",
        "Somebody has just changed this score; load the page anew and give it again.",
    )
