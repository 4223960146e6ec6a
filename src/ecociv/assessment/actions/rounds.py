"""Opening a round of assessment and moving it on."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ecociv.assessment.models import AssessmentRound, RoundStep
from ecociv.assessment.permissions import require_office
from ecociv.assessment.refusals import AssessmentRefused, MovedOn
from ecociv.assessment.rules import load_rule_set
from ecociv.assessment.stages import Stage
from ecociv.people import audit


@dataclass(frozen=True, slots=True)
class OpenRound:
    """Open a round by a rule set, which is stored whole as it is declared now."""

    zone: str
    rule_set: str
    year: int
    author: Any
    sample: bool = False

    def check(self) -> None:
        """Refuse who is not of the leading group's office, and a rule set that does not hold in the year.

        Raises
        ------
        PermissionDenied, DeclarationError, AssessmentRefused
        """
        require_office(self.author, self.zone)
        rules = load_rule_set(self.rule_set, self.zone)
        if not rules.in_force(dt.date(self.year, 12, 31)):
            raise AssessmentRefused(
                "not-in-force",
                f"考核办法“{rules.title.zh}”在{self.year}年不适用；请换一个年度或办法。",
                f"The rule set {rules.title.en} does not hold in {self.year}; choose another year or rule set.",
            )
        if rules.unit_kind not in {"county", "department"}:
            raise AssessmentRefused(
                "not-of-the-zone",
                f"考核办法“{rules.title.zh}”考核的不是本示范区的单位。",
                f"{rules.title.en} assesses no units of this zone.",
            )

    def execute(self) -> AssessmentRound:
        """Record the round and its first step."""
        with transaction.atomic():
            self.check()
            rules = load_rule_set(self.rule_set, self.zone)
            opened = AssessmentRound(
                zone=self.zone,
                rule_set=rules.key,
                year=self.year,
                rules=rules.to_json(),
                rules_digest=rules.digest,
                opened_by=self.author,
                opened_at=timezone.now(),
                sample=self.sample,
            )
            opened.save()
            step(opened, 1, Stage.DRAFT, self.author, "")
            audit.record(
                actor=self.author,
                action="open-assessment",
                subject_kind="assessment",
                subject_key=str(opened.pk),
                zone=self.zone,
                after={"rule_set": rules.key, "year": self.year, "digest": rules.digest},
            )
        return opened


@dataclass(frozen=True, slots=True)
class MoveRound:
    """Move a round to its next stage, short of sign-off; ``seen`` is the stage that the page showed."""

    round: AssessmentRound
    seen: Stage
    author: Any
    reason: str = ""

    def check(self) -> None:
        """Refuse who is not of the office, and a round that stands elsewhere.

        Raises
        ------
        PermissionDenied, AssessmentRefused
        """
        require_office(self.author, self.round.zone)
        require_stage(self.round, self.seen)
        if self.seen.following in {None, Stage.SIGNED}:
            raise AssessmentRefused(
                "sign-off-next",
                "下一步是领导签发，不在这里办理。",
                "The next step is the leader's sign-off.",
            )

    def execute(self) -> Stage:
        """Record the step; of two at once one wins."""
        following = self.seen.following
        try:
            with transaction.atomic():
                self.check()
                assert following is not None
                step(self.round, last_number(self.round) + 1, following, self.author, self.reason)
                audit.record(
                    actor=self.author,
                    action="move-assessment",
                    subject_kind="assessment",
                    subject_key=str(self.round.pk),
                    zone=self.round.zone,
                    before=self.seen.value,
                    after=following.value,
                    reason=self.reason,
                )
        except IntegrityError as error:
            raise moved_on(self.round) from error
        return following


def step(round_: AssessmentRound, number: int, stage: Stage, author: Any, reason: str) -> RoundStep:
    """Add a step; the number is taken once, so the second of two at once fails."""
    added = RoundStep(
        round=round_,
        number=number,
        stage=stage.value,
        reason=reason,
        actor=author,
        actor_name=author.name_shown,
        recorded_at=timezone.now(),
    )
    added.save()
    return added


def last_number(round_: AssessmentRound) -> int:
    """Number of the last step."""
    return round_.steps.order_by("-number").values_list("number", flat=True).first() or 0


def require_stage(round_: AssessmentRound, seen: Stage) -> None:
    """Refuse a round that no longer stands where the page showed it."""
    if round_.stage is not seen:
        raise moved_on(round_)


def moved_on(round_: AssessmentRound) -> MovedOn:
    """The refusal that says where the round stands now."""
    now = round_.stage.label
    return MovedOn(
        "moved-on",
        f"考核已进入“{now.zh}”阶段；请刷新页面。",
        f"The assessment is now in the stage “{now.en}”; load the page anew.",
    )
