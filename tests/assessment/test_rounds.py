"""A round from its opening to what is frozen: rights, limits, one winner, recomputation to the last bit."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.db import DatabaseError, transaction
from django.utils import timezone

from ecociv.assessment.actions import GiveScore, MoveRound, OpenRound, SignOff, Supplement
from ecociv.assessment.models import ScoreEntry, Snapshot
from ecociv.assessment.objections import last_day, refused, subject_of
from ecociv.assessment.refusals import AssessmentRefused, MovedOn
from ecociv.assessment.rules import ItemScore
from ecociv.assessment.stages import ScoredBy, Stage
from ecociv.assessment.verify import recompute, restatement_impact
from ecociv.casework.actions import InputRefused, OpenCase, TakeStep
from ecociv.casework.models import Case
from ecociv.casework.subject_checks import Opening
from ecociv.core.workdays import working_days_between
from ecociv.people.models import User

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]
ZONE, UNIT = "jingdezhen", "fuliang-county"


@pytest.fixture
def people(db: None, settings: Any, tmp_path: Any) -> dict[str, User]:
    settings.ECOCIV_EVIDENCE_URI = str(tmp_path / "evidence")
    roles = {
        "county": ("county_officer", UNIT),
        "other": ("county_officer", "leping-city"),
        "office": ("leading_group_office", ""),
        "auditor": ("auditor", ""),
        "leader": ("leader", ""),
        "admin": ("administrator", ""),
    }
    return {
        name: User.objects.create(username=f"a-{name}", role=role, organisation=body, zone=ZONE)
        for name, (role, body) in roles.items()
    }


def opened(people: dict[str, User], stage: Stage) -> Any:
    round_ = OpenRound(ZONE, "county-2015", 2017, people["office"]).execute()
    while round_.stage is not stage:
        MoveRound(round_, round_.stage, people["office"]).execute()
    return round_


def objection(round_: Any, author: User, unit: str = UNIT, **more: Any) -> Case:
    return OpenCase(
        ZONE,
        "score-objection",
        "对得分有异议",
        author,
        subject=subject_of(round_, unit),
        parties={"unit": [unit]},
        fields={"items": "任务完成情况", "grounds": "数据有误"},
        **more,
    ).execute()


ALLOWED = {
    ScoredBy.SELF: ({"county"}, Stage.SELF_SCORING),
    ScoredBy.REVIEW: ({"office"}, Stage.REVIEW),
    ScoredBy.AUDIT: ({"auditor"}, Stage.AUDIT),
}


@pytest.mark.parametrize("by", ScoredBy)
def test_each_score_is_given_by_its_own_role_only(people: dict[str, User], by: ScoredBy) -> None:
    allowed, stage = ALLOWED[by]
    round_ = opened(people, stage)
    item = next(iter(round_.rules["categories"].values()))["items"]
    key = next(iter(item))
    for name, user in people.items():
        action = GiveScore(round_, UNIT, key, by, Decimal(80), user, reason="查阅台账")
        if name in allowed:
            assert action.execute().revision == 1
        else:
            with pytest.raises(PermissionDenied):
                action.execute()


def test_sign_off_freezes_what_can_be_found_again(people: dict[str, User]) -> None:
    round_ = opened(people, Stage.REVIEW)
    key = next(iter(next(iter(round_.rules["categories"].values()))["items"]))
    give = GiveScore(round_, UNIT, key, ScoredBy.REVIEW, Decimal("101"), people["office"], reason="x")
    with pytest.raises(AssessmentRefused, match="outside"):  # a score lies between 0 and 100
        give.execute()
    GiveScore(
        round_, UNIT, key, ScoredBy.REVIEW, Decimal("61.5"), people["office"], reason="查阅台账"
    ).execute()
    with pytest.raises(MovedOn):  # the page showed no score, but one is there
        GiveScore(round_, UNIT, key, ScoredBy.REVIEW, Decimal("70"), people["office"], reason="x").execute()
    MoveRound(round_, Stage.REVIEW, people["office"]).execute()
    with pytest.raises(PermissionDenied):
        SignOff(round_, people["office"]).execute()
    snapshot = SignOff(round_, people["leader"]).execute()
    assert snapshot.data["results"][UNIT]["items"][key]["score"] == "61.50"
    with pytest.raises(AssessmentRefused):  # one sign-off only
        SignOff(round_, people["leader"]).execute()
    assert recompute(Snapshot.objects.get(pk=snapshot.pk)).to_json() == {
        "ok": True,
        "digest_holds": True,
        "difference_from_content": None,
        "difference_from_record": None,
    }
    assert restatement_impact(snapshot).totals == {}

    case = objection(round_, people["county"])
    supplement = Supplement(
        round_,
        people["leader"],
        case.number,
        "申诉成立",
        {(UNIT, key): ItemScore(Decimal(90), "objection")},
    )
    with pytest.raises(AssessmentRefused, match="was upheld"):  # the case is still open
        supplement.execute()
    TakeStep(case, "accept", people["office"], 1, reason="符合条件").execute()
    TakeStep(case, "uphold", people["auditor"], 2, reason="复核", fields={"finding": "重新计算"}).execute()
    with pytest.raises(AssessmentRefused, match="another unit"):
        replace(supplement, scores={("leping-city", key): ItemScore(Decimal(90), "objection")}).execute()
    second = supplement.execute()
    with pytest.raises(AssessmentRefused, match="already been signed"):
        supplement.execute()
    assert (second.number, second.data["results"][UNIT]["items"][key]["score"]) == (2, "90.00")
    assert Snapshot.objects.get(pk=snapshot.pk).digest == snapshot.digest
    assert recompute(second).ok


def test_the_database_refuses_to_change_a_score(people: dict[str, User]) -> None:
    round_ = opened(people, Stage.SELF_SCORING)
    key = next(iter(next(iter(round_.rules["categories"].values()))["items"]))
    entry = GiveScore(round_, UNIT, key, ScoredBy.SELF, Decimal(80), people["county"]).execute()
    with pytest.raises(DatabaseError), transaction.atomic():
        ScoreEntry.objects.filter(pk=entry.pk).update(amount_text="100")


def test_objections_are_taken_for_the_declared_days_only(people: dict[str, User]) -> None:
    round_ = opened(people, Stage.AUDIT)
    with pytest.raises(InputRefused, match="no published score"):  # nothing is signed yet
        objection(round_, people["county"])
    snapshot = SignOff(round_, people["leader"]).execute()
    with pytest.raises(InputRefused, match="its own score"):
        OpenCase(
            ZONE,
            "score-objection",
            "他人得分",
            people["county"],
            subject=subject_of(round_, "leping-city"),
            parties={"unit": [UNIT]},
            fields={"items": "x", "grounds": "y"},
        ).execute()
    # Ten working days after the day of publication, which itself does not count; the eleventh is too late.
    published = timezone.localdate(snapshot.signed_at)
    last = last_day(round_)
    assert last is not None
    assert working_days_between(published, last) == 10
    about = Opening(ZONE, "score-objection", subject_of(round_, UNIT), {"unit": (UNIT,)}, last)
    assert refused(about) is None
    late = refused(replace(about, day=last + dt.timedelta(days=1)))
    assert late is not None
    assert str(last) in late.en
    assert objection(round_, people["county"]).state == "filed"
