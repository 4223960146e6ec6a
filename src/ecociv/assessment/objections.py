"""Objections to published scores (考核申诉): until when they are taken, of whom, and which of them was upheld."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.utils import timezone

from ecociv.assessment.models import AssessmentRound, Snapshot
from ecociv.assessment.rules import RuleSet
from ecociv.casework.models import Case
from ecociv.casework.subject_checks import Opening
from ecociv.core.text import Text
from ecociv.core.workdays import add_working_days

CASE_TYPE, UPHELD = "score-objection", "upheld"


def subject_of(round_: AssessmentRound, unit: str) -> str:
    """The subject of a case about the score of a unit.

    >>> subject_of(AssessmentRound(pk=3), "fuliang-county")
    'score:3/fuliang-county'
    """
    return f"score:{round_.pk}/{unit}"


def last_day(round_: AssessmentRound) -> dt.date | None:
    """The last day on which the newest result can be objected to; None without a result or a declared period."""
    rules = RuleSet.model_validate(round_.rules)
    newest = Snapshot.objects.filter(round=round_).order_by("-number").first()
    if newest is None or rules.objections is None:
        return None
    return add_working_days(timezone.localdate(newest.signed_at), rules.objections.working_days).day


def refused(opening: Opening) -> Text | None:
    """Why a score may not be objected to now; asked by casework for every case about a score."""
    number, _, unit = opening.subject.removeprefix("score:").partition("/")
    known = number.isascii() and number.isdigit() and len(number) < 16
    round_ = AssessmentRound.objects.filter(zone=opening.zone, pk=int(number)).first() if known else None
    newest = Snapshot.objects.filter(round=round_).order_by("-number").first() if round_ else None
    if round_ is None or newest is None or unit not in newest.data["units"]:
        return Text(
            zh="“{subject}”不是已公布的得分；请从考核结果页面提出申诉。",
            en="“{subject}” is no published score; object from the page of the assessment.",
        ).fill(subject=opening.subject)
    if opening.type != CASE_TYPE:
        return None
    if tuple(opening.parties.get("unit", ())) != (unit,):
        return Text(
            zh="只能由被考核单位对自己的得分提出申诉；申诉单位须是该得分的单位。",
            en="A unit objects to its own score only: the objecting unit has to be the one that was scored.",
        )
    last = last_day(round_)
    if last is None:
        return Text(
            zh="本考核办法没有规定申诉期限，不受理申诉；如有异议请与领导小组办公室联系。",
            en="The rule set declares no time for objections, so none is taken; ask the office of the leading group.",
        )
    if opening.day > last:
        rules = RuleSet.model_validate(round_.rules)
        assert rules.objections is not None
        return Text(
            zh="申诉期限已过：结果公布于{published}，之后{days}个工作日内可申诉，截止{last}。",
            en=(
                "The time to object is over: the result was published on {published}; objections are taken for {days} "
                "working days after it, until {last}."
            ),
        ).fill(
            published=str(timezone.localdate(newest.signed_at)),
            days=str(rules.objections.working_days),
            last=str(last),
        )
    return None


def objections_to(round_: AssessmentRound) -> list[Case]:
    """The objections to the scores of a round, the newest first."""
    return list(
        Case.objects.filter(
            zone=round_.zone, type=CASE_TYPE, subject__startswith=f"score:{round_.pk}/"
        ).order_by("-opened_at", "-pk")
    )


def unit_of(case: Any) -> str:
    """The unit that an objection is about."""
    return str(case.subject).partition("/")[2]


def upheld_without_supplement(round_: AssessmentRound) -> list[Case]:
    """Upheld objections from which no supplement has been made yet."""
    used = set(Snapshot.objects.filter(round=round_).values_list("objection", flat=True))
    return [each for each in objections_to(round_) if is_upheld(each) and each.number not in used]


def is_upheld(case: Case) -> bool:
    """Whether the case is closed and was upheld."""
    return case.closed_at is not None and case.state == UPHELD
