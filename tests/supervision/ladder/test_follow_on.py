"""A step that opens a case: in one transaction, once, filled in with who was in post; or refused with the reason."""

from __future__ import annotations

import datetime as dt

import pytest
from django.test import Client

from ecociv.casework.actions import CaseRefused, OpenCase, TakeStep, opening
from ecociv.casework.follow_on import opened_by
from ecociv.casework.load import case_type
from ecociv.casework.models import Case, CaseStep
from ecociv.casework.recorded import case_standing, write_standing
from ecociv.supervision.responsibility.actions import PostDraft, RecordOfficial, RecordPost

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]
BODY = "statistics-bureau"
WALK = (
    "assign",
    "deem-signed",
    "urge",
    "issue-blue",
    "issue-yellow",
    "propose-red",
    "approve-red",
    "propose-interview",
)


@pytest.fixture
def order(user):
    """An order that waits for the approval of an interview, put there step by step in its log."""
    office = user("leading_group_office")
    case = OpenCase(
        "jingdezhen",
        "supervision-order",
        "逾期未办",
        office,
        subject="task:126",
        parties={"responsible": (BODY,)},
        fields={"demand": "按期办结", "basis": "逾期"},
    ).execute()
    # The walk up the ladder takes months of clocks and has its own test; here only the last step counts.
    first = CaseStep.objects.get(case=case)
    states = {key: move.to for key, move in case_type("jingdezhen", "supervision-order").transitions.items()}
    CaseStep.objects.bulk_create(
        CaseStep(
            case=case,
            number=number,
            kind="moved",
            transition=move,
            state=states[move],
            actor=office,
            actor_name="o",
            at=first.at,
            recorded_at=first.recorded_at,
        )
        for number, move in enumerate(WALK, start=2)
    )
    write_standing(case, case_standing(case))
    return case


def approve(order: Case, leader, seen: int = 1 + len(WALK)) -> CaseStep:
    return TakeStep(order, "approve-interview", leader, seen, "多次逾期").execute()


def in_post(user, name: str, starts: str, ends: str | None) -> None:
    office = user("leading_group_office")
    person = RecordOfficial("jingdezhen", name, "", office).execute()
    last = dt.date.fromisoformat(ends) if ends else None
    draft = PostDraft(
        BODY, "局长", dt.date.fromisoformat(starts), last, "任字1号", without_document="档案未移交"
    )
    RecordPost(person, draft, office).execute()


def test_the_interview_is_of_whoever_is_in_post_on_the_day(user, order) -> None:
    in_post(user, "前任", "2015-01-01", "2018-12-31")
    in_post(user, "现任", "2019-01-01", None)
    leader = user("leader")
    approve(order, leader)
    (case,) = opened_by(Case.objects.all(), order)
    assert (case.type, case.state, case.subject) == ("interview", "approved", "task:126")
    assert (case.fields["interviewee"], case.fields["interviewee_post"]) == ("现任", "局长")
    assert "多次逾期" in case.fields["matter"] and order.number in case.fields["matter"]
    assert [party.organisation for party in case.parties.all()] == [BODY]
    client = Client()
    client.force_login(leader)
    there = client.get(f"/cases/supervision-order/{order.number}/").content.decode()
    back = client.get(f"/cases/interview/{case.number}/").content.decode()
    assert "/cases/interview/" in there and case.number in there
    assert "/cases/supervision-order/" in back and order.number in back


def test_sent_twice_it_opens_one(user, order) -> None:
    leader = user("leader")
    assert approve(order, leader).pk == approve(order, leader).pk
    assert Case.objects.filter(type="interview").count() == 1


def test_what_cannot_be_opened_stops_the_step_and_says_why(user, order, monkeypatch) -> None:
    real = opening.case_type

    def closed_to_leaders(zone: str, key: str):
        found = real(zone, key)
        return found.model_copy(update={"open_by": ("office",)}) if key == "interview" else found

    monkeypatch.setattr(opening, "case_type", closed_to_leaders)
    with pytest.raises(CaseRefused) as refused:
        approve(order, user("leader"))
    assert refused.value.code == "cannot-open"
    order.refresh_from_db()
    assert (order.state, order.steps_taken) == ("interview-proposed", 1 + len(WALK))
    assert not Case.objects.filter(type="interview").exists()


def test_others_are_still_opened_by_hand(user) -> None:
    case = OpenCase(
        "jingdezhen",
        "interview",
        "约谈",
        user("leading_group_office"),
        parties={"responsible": (BODY,)},
        fields={"interviewee": "某某", "interviewee_post": "局长", "matter": "水质恶化"},
    ).execute()
    assert (case.state, case.origin) == ("planned", "")
