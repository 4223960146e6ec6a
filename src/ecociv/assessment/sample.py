"""Sample rounds of assessment: one under way, one signed off; declared in the zone's ``sample/assessment.yaml``.

The scores are given by the sample accounts through the same actions as real ones; the figures are whatever is on record.
"""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path
from typing import Literal

from django.db import transaction

from ecociv.assessment.actions import Attached, GiveScore, MoveRound, OpenRound, SignOff
from ecociv.assessment.models import AssessmentRound
from ecociv.assessment.stages import ScoredBy, Stage
from ecociv.evidence.declared import Declared, read_declaration, zone_folder
from ecociv.people.models import User

_ACCOUNTS = ("county", "office", "auditor", "leader")
_GIVES = {ScoredBy.SELF: "county", ScoredBy.REVIEW: "office", ScoredBy.AUDIT: "auditor"}
_FOLLOWING = {ScoredBy.SELF: Stage.SELF_SCORING, ScoredBy.REVIEW: Stage.REVIEW, ScoredBy.AUDIT: Stage.AUDIT}


class SampleScore(Declared):
    """A score of the sample county, given on one of the three sides."""

    item: str
    by: ScoredBy
    score: Decimal
    reason: str
    evidence: bool = False


class SampleRound(Declared):
    """A round and how far it came."""

    rule_set: str
    year: int
    stage: Literal["self-scoring", "review", "audit", "signed"]
    scores: tuple[SampleScore, ...] = ()


class SampleRounds(Declared):
    """``assessment.yaml``."""

    rounds: tuple[SampleRound, ...]


def load_sample_rounds(zone: str) -> int:
    """Open the declared rounds and take them as far as they came; returns how many, 0 where a sample round is there."""
    path = Path(zone_folder(zone)) / "sample" / "assessment.yaml"
    people = {user.username: user for user in User.objects.filter(zone=zone, username__in=_ACCOUNTS)}
    if not path.is_file() or set(people) != set(_ACCOUNTS):
        return 0
    if AssessmentRound.objects.filter(zone=zone, sample=True).exists():
        return 0
    declared = read_declaration(path, SampleRounds)
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        paper = Path(folder, "sample.csv")
        paper.write_text("样例佐证材料,sample\n", encoding="utf-8")
        for each in declared.rounds:
            _play(zone, each, people, paper)
    return len(declared.rounds)


def _play(zone: str, declared: SampleRound, people: dict[str, User], paper: Path) -> None:
    office, wanted = people["office"], Stage(declared.stage)
    round_ = OpenRound(zone, declared.rule_set, declared.year, office, sample=True).execute()
    while (stage := round_.stage) is not wanted:
        for each in declared.scores:
            if _FOLLOWING[each.by] is stage:
                _give(round_, each, people, paper)
        if stage is Stage.AUDIT:
            SignOff(round_, people["leader"], "样例：签发").execute()
        else:
            MoveRound(round_, stage, office, "样例").execute()
    for each in declared.scores:
        if _FOLLOWING[each.by] is wanted:
            _give(round_, each, people, paper)


def _give(round_: AssessmentRound, declared: SampleScore, people: dict[str, User], paper: Path) -> None:
    GiveScore(
        round_,
        people["county"].organisation,
        declared.item,
        declared.by,
        declared.score,
        people[_GIVES[declared.by]],
        reason=declared.reason,
        documents=[Attached(paper, "样例佐证材料.csv")] if declared.evidence else (),
    ).execute()
