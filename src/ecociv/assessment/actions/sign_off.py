"""Sign-off: the result is frozen; and the supplement that an upheld objection leads to."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ecociv import __version__
from ecociv.assessment.actions.rounds import last_number, moved_on, require_stage, step
from ecociv.assessment.entries import entries_of, gaps, with_entries
from ecociv.assessment.frozen import content_of, read_frozen
from ecociv.assessment.gather import gather
from ecociv.assessment.models import AssessmentRound, Snapshot
from ecociv.assessment.objections import is_upheld, objections_to, unit_of
from ecociv.assessment.permissions import require_sign_off
from ecociv.assessment.refusals import AssessmentRefused, MovedOn, NotComplete
from ecociv.assessment.rules import ItemScore, RuleSet
from ecociv.assessment.stages import Stage
from ecociv.people import audit


@dataclass(frozen=True, slots=True)
class SignOff:
    """Sign a round off: rules, inputs, scores and results of this moment are frozen."""

    round: AssessmentRound
    author: Any
    reason: str = ""

    def check(self) -> None:
        """Refuse who is no leader, a round that is not in the audit stage, and one with scores missing.

        Raises
        ------
        PermissionDenied, AssessmentRefused
            `NotComplete` lists what is missing.
        """
        require_sign_off(self.author, self.round.zone)
        require_stage(self.round, Stage.AUDIT)
        rules = RuleSet.model_validate(self.round.rules)
        found = gather(self.round.zone, rules, self.round.year)
        missing = gaps(rules, found.units, entries_of(self.round))
        if missing:
            raise NotComplete(missing)

    def execute(self) -> Snapshot:
        """Freeze and record; of two at once one wins."""
        try:
            with transaction.atomic():
                self.check()
                known_at = timezone.now()
                rules = RuleSet.model_validate(self.round.rules)
                found = gather(self.round.zone, rules, self.round.year, as_of=known_at)
                given = entries_of(self.round, known_at)
                content, digest = content_of(
                    rules,
                    found.units,
                    with_entries(found.inputs, given),
                    found.inputs,
                    self.round.year,
                    zone=self.round.zone,
                    known_at=known_at,
                    given=given,
                )
                step(self.round, last_number(self.round) + 1, Stage.SIGNED, self.author, self.reason)
                return _freeze(self.round, 1, content, digest, known_at, self.author, self.reason)
        except IntegrityError as error:
            raise moved_on(self.round) from error


@dataclass(frozen=True, slots=True)
class Supplement:
    """After an upheld objection: other scores for some items, on what was frozen; the old result stays.

    Parameters
    ----------
    scores
        By unit and item, the score that now holds.
    objection
        Number of the case that was upheld; only scores of the unit that objected can change by it, once.
    """

    round: AssessmentRound
    author: Any
    objection: str
    reason: str
    scores: dict[tuple[str, str], ItemScore] = field(default_factory=dict)

    def check(self) -> None:
        """Refuse who is no leader, a round without a result, and a supplement without reason or objection.

        Raises
        ------
        PermissionDenied, AssessmentRefused
        """
        require_sign_off(self.author, self.round.zone)
        require_stage(self.round, Stage.SIGNED)
        if not self.reason.strip() or not self.objection.strip() or not self.scores:
            raise AssessmentRefused(
                "no-reason",
                "补充结果要写明申诉编号、理由和改动的得分。",
                "A supplement names the objection, the reason and the scores that change.",
            )
        self._upheld()
        rules = RuleSet.model_validate(self.round.rules)
        for (_unit, item), given in self.scores.items():
            if item not in rules.items or not 0 <= given.score <= rules.full:
                raise AssessmentRefused(
                    "outside-limits",
                    f"{item}：{given.score}不是该项可给的分数。",
                    f"{item}: {given.score} is no score that can be given.",
                )

    def _upheld(self) -> None:
        number = self.objection.strip()
        case = next((each for each in objections_to(self.round) if each.number == number), None)
        if case is None or not is_upheld(case):
            raise AssessmentRefused(
                "not-upheld",
                f"没有对本次考核成立的申诉“{number}”；申诉认定成立后才能签发补充结果。",
                f"No objection {number} to this assessment was upheld; a supplement follows an upheld one only.",
            )
        if any(unit != unit_of(case) for unit, _item in self.scores):
            raise AssessmentRefused(
                "another-unit",
                f"申诉“{number}”是{unit_of(case)}提出的，不能改动其他单位的得分。",
                f"Objection {number} is that of {unit_of(case)}; it changes no score of another unit.",
            )
        if Snapshot.objects.filter(round=self.round, objection=number).exists():
            raise AssessmentRefused(
                "already-supplemented",
                f"申诉“{number}”已签发过补充结果。",
                f"A supplement after objection {number} has already been signed.",
            )

    def execute(self) -> Snapshot:
        """Freeze the next snapshot from the one before with the other scores."""
        try:
            with transaction.atomic():
                self.check()
                before = Snapshot.objects.filter(round=self.round).order_by("-number")[0]
                frozen = read_frozen(before.content)
                inputs = {unit: dict(row) for unit, row in frozen.inputs.items()}
                for (unit, item), given in self.scores.items():
                    if unit not in inputs:
                        raise AssessmentRefused(
                            "no-such-unit", f"没有单位{unit}。", f"There is no unit {unit}."
                        )
                    inputs[unit][item] = given
                given_before = entries_of(self.round, before.known_at)
                content, digest = content_of(
                    frozen.rules,
                    frozen.units,
                    inputs,
                    frozen.computed,
                    frozen.year,
                    zone=self.round.zone,
                    known_at=before.known_at,
                    given=given_before,
                )
                return _freeze(
                    self.round,
                    before.number + 1,
                    content,
                    digest,
                    before.known_at,
                    self.author,
                    self.reason,
                    self.objection.strip(),
                )
        except IntegrityError as error:
            raise MovedOn(
                "moved-on", "刚刚已签发另一份补充结果。", "Another supplement has just been signed."
            ) from error


def _freeze(
    round_: AssessmentRound,
    number: int,
    content: str,
    digest: str,
    known_at: Any,
    author: Any,
    reason: str,
    objection: str = "",
) -> Snapshot:
    kept = Snapshot(
        round=round_,
        number=number,
        content=content,
        digest=digest,
        engine=__version__,
        known_at=known_at,
        reason=reason,
        objection=objection,
        signed_by=author,
        signed_name=author.name_shown,
        signed_at=timezone.now(),
    )
    kept.save()
    audit.record(
        actor=author,
        action="sign-off-assessment",
        subject_kind="assessment",
        subject_key=f"{round_.pk}/{number}",
        zone=round_.zone,
        after={"digest": digest},
        reason=reason,
    )
    return kept
