"""Confirmed findings of falsified data reach the veto by themselves, as known on the day; a sign-off is not touched."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from django.utils import timezone

from ecociv.assessment.actions import GiveScore, MoveRound, OpenRound, SignOff
from ecociv.assessment.gather import gather
from ecociv.assessment.models import Snapshot
from ecociv.assessment.rules import load_rule_set
from ecociv.assessment.stages import AmountKind, ScoredBy, Stage
from ecociv.assessment.standing import standing_of
from ecociv.assessment.verify import recompute, restatement_impact
from ecociv.evidence.models import (
    FindingDecision,
    ObservedProperty,
    Place,
    QualityFinding,
    QualityRun,
    Series,
)
from ecociv.evidence.quality.decide import DecideFinding
from ecociv.people.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]
ZONE, BODY, VETO = "jingdezhen", "statistics-bureau", "falsified-data"


def account(role: str) -> User:
    return User.objects.create(username=f"v-{role}", role=role, zone=ZONE)


@pytest.fixture
def finding(make_finding):
    return make_finding("terminal-digits", 2017)


@pytest.fixture
def make_finding():
    def make(rule: str, year: int, organisation: str = BODY) -> QualityFinding:
        now = timezone.now()
        count = QualityFinding.objects.count()
        place, _ = Place.objects.get_or_create(
            key="v-place", defaults={"name_zh": "某断面", "name_en": "A section"}
        )
        what, _ = ObservedProperty.objects.get_or_create(
            key="v-property", defaults={"name_zh": "氨氮", "name_en": "Ammonia"}
        )
        series = Series.objects.create(
            key=f"v-series-{count}",
            place=place,
            property=what,
            unit="mg/l",
            network="v",
            organisation=organisation,
            averaging="P1D",
        )
        run = QualityRun.objects.create(
            zone=ZONE,
            starts_at=dt.datetime(year, 1, 1, tzinfo=dt.UTC),
            ends_at=dt.datetime(year, 12, 31, tzinfo=dt.UTC),
            networks=["v"],
            author_name="job",
            recorded_at=now,
            counts={},
        )
        return QualityFinding.objects.create(
            run=run,
            identity=f"v-{count}",
            content="x",
            rule=rule,
            severity="error",
            series=series,
            starts_at=dt.datetime(year, 3, 1, tzinfo=dt.UTC),
            ends_at=dt.datetime(year, 4, 1, tzinfo=dt.UTC),
            sentence_zh="末位数分布异常",
            sentence_en="Odd last digits",
            recorded_at=now,
        )

    return make


def decide(finding: QualityFinding, decision: str) -> FindingDecision:
    return DecideFinding(finding.pk, decision, "核对原始记录", "office", ZONE).execute()


def counted(year: int = 2017, as_of: dt.datetime | None = None):
    return gather(ZONE, load_rule_set("department-2015", ZONE), year, as_of=as_of).inputs[BODY][VETO]


def test_only_what_a_person_confirmed_counts_and_from_its_moment_on(finding, make_finding) -> None:
    assert counted().value == 0  # a suspicion is none
    before = timezone.now()
    decision = decide(finding, "confirm")
    decide(make_finding("qc-gap", 2017), "confirm")  # a rule of quality control is no test for falsified data
    decide(make_finding("benford-first", 2016), "confirm")  # another year
    decide(make_finding("bunching", 2017, "finance-bureau"), "confirm")  # another body
    found = counted()
    assert found.value == 1
    assert [each.source_id for each in found.trace.inputs] == [f"finding:v-0/decision:{decision.pk}"]
    assert "office" in found.trace.inputs[0].label.en
    assert counted(as_of=before).value == 0
    assert counted(2016).value == 1
    decide(finding, "explain")  # the newest decision stands
    assert counted().value == 0


def test_after_sign_off_it_shows_as_impact_and_leaves_the_snapshot(finding) -> None:
    office, leader = account("leading_group_office"), account("leader")
    round_ = OpenRound(ZONE, "department-2015", 2017, office).execute()
    while round_.stage is not Stage.AUDIT:
        MoveRound(round_, round_.stage, office).execute()
    snapshot = SignOff(round_, leader).execute()
    digest = snapshot.digest
    assert VETO not in restatement_impact(snapshot).figures.get(BODY, {})
    decide(finding, "confirm")
    kept = Snapshot.objects.get(pk=snapshot.pk)
    assert (kept.digest, recompute(kept).ok) == (digest, True)
    assert not standing_of(round_).results[BODY].unqualified
    impact = restatement_impact(kept)
    assert impact.figures[BODY] == {VETO: ("0", "1")}
    assert impact.ranks[BODY][1] != impact.ranks[BODY][0]


def test_a_hand_entry_adds_and_does_not_take_away(finding) -> None:
    office, auditor = account("leading_group_office"), account("auditor")
    round_ = OpenRound(ZONE, "department-2015", 2017, office).execute()
    decide(finding, "confirm")
    while round_.stage is not Stage.AUDIT:
        MoveRound(round_, round_.stage, office).execute()

    def give(number: int, seen: int) -> None:
        GiveScore(
            round_,
            BODY,
            VETO,
            ScoredBy.AUDIT,
            Decimal(number),
            auditor,
            kind=AmountKind.VALUE,
            reason="现场核查",
            seen=seen,
        ).execute()

    assert standing_of(round_, intervals=False).results[BODY].unqualified
    give(0, 0)
    assert standing_of(round_, intervals=False).results[BODY].unqualified
