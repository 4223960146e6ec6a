"""The ladder walked from filing to closing by five roles, each step on its day."""

from __future__ import annotations

import datetime as dt
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import PermissionDenied
from openpyxl import Workbook

from ecociv.casework.actions import Attachment, OpenCase, TakeStep
from ecociv.casework.follow_on import opened_by, opener_of
from ecociv.casework.load import case_type
from ecociv.casework.models import Case
from ecociv.casework.refusals import CaseRefused

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("plan_in_database")]
BODY = "statistics-bureau"


def at(day: str) -> dt.datetime:
    return dt.datetime.combine(dt.date.fromisoformat(day), dt.time(9), tzinfo=ZoneInfo("Asia/Shanghai"))


@pytest.fixture
def paper(tmp_path, settings):
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    book = Workbook()
    book.active["A1"] = "督办单"
    book.save(tmp_path / "order.xlsx")
    return tmp_path / "order.xlsx"


def test_the_whole_ladder(user, paper) -> None:
    office, second, leader = user("leading_group_office"), user("leading_group_office"), user("leader")
    officer, auditor = user("department_officer", BODY), user("auditor")
    declared = case_type("jingdezhen", "supervision-order")
    case = OpenCase(
        "jingdezhen",
        "supervision-order",
        "督办",
        office,
        subject="task:126",
        parties={"responsible": (BODY,)},
        fields={"demand": "按期办结", "basis": "逾期"},
        sample=True,
        at=at("2017-01-03"),
    ).execute()

    def take(move: str, who, day: str, outcome: str = "", **fields: str) -> None:
        now = Case.objects.get(pk=case.pk)
        papers = tuple(Attachment(paper, "order.xlsx", key) for key in declared.transitions[move].documents)
        TakeStep(now, move, who, now.steps_taken, "按规定办理", fields, papers, outcome, at(day)).execute()

    def state() -> str:
        return Case.objects.get(pk=case.pk).state

    take("assign", office, "2017-01-03")
    with pytest.raises(PermissionDenied):
        take("sign", auditor, "2017-01-04")  # an auditor looks and notes, and signs nothing
    take("sign", officer, "2017-01-04", contact="张")
    with pytest.raises(CaseRefused):
        take("urge", office, "2017-01-20")  # the fifteen working days are not over
    for move, who, day, reached in [
        ("urge", office, "2017-02-20", "urged"),
        ("issue-blue", office, "2017-03-06", "blue"),
        ("issue-yellow", office, "2017-03-20", "yellow"),
        ("propose-red", office, "2017-04-10", "red-proposed"),
        ("refuse-red", leader, "2017-04-11", "yellow"),
        ("propose-red", office, "2017-04-24", "red-proposed"),
        ("approve-red", leader, "2017-04-25", "red"),
        ("propose-interview", office, "2017-05-10", "interview-proposed"),
        ("approve-interview", leader, "2017-05-11", "interview"),
    ]:
        take(move, who, day)
        assert state() == reached
    take("record-commitment", office, "2017-05-15", commitment="月底办结", commitment_due="2017-05-31")
    take("propose-accountability", office, "2017-06-05")
    take("approve-accountability", leader, "2017-06-06")
    take("report", officer, "2017-06-08", feedback="已办")
    take("verify-fail", office, "2017-06-09", finding="佐证不足")
    assert state() == "rework"
    take("back-to-yellow", office, "2017-07-03")
    take("report", officer, "2017-07-05", feedback="已补齐")
    take("verify-pass", office, "2017-07-06", finding="属实")
    with pytest.raises(CaseRefused):
        take("close", office, "2017-07-07", "done-late")  # whoever verified does not strike it off
    take("close", second, "2017-07-07", "done-late")
    closed = Case.objects.get(pk=case.pk)
    interview, accountability = opened_by(Case.objects.all(), closed)
    assert (interview.type, interview.state) == ("interview", "approved")  # the leader decided that already
    assert (accountability.type, accountability.state) == ("accountability", "proposed")
    assert interview.opened_at == at("2017-05-11") and "按规定办理" in interview.fields["matter"]
    assert opener_of(Case.objects.all(), interview) == closed
    # Nobody was on record as in post: the case says so, and guesses no name.
    assert "2017-05-11" in interview.fields["interviewee"]
    assert "没有" in interview.fields["interviewee"]
    assert closed.state == "closed" and closed.closed_at is not None and closed.outcome == "done-late"


@pytest.mark.parametrize("key", ["supervision-order", "interview", "accountability"])
def test_every_state_is_left_by_somebody_whose_turn_it_is(key: str) -> None:
    declared = case_type("jingdezhen", key)
    for name, state in declared.states.items():
        moves = [move for move in declared.transitions.values() if name in move.from_]
        assert bool(moves) is (state.kind != "end"), name
        for part in state.turn:
            assert any(part in move.by for move in moves), (name, part)
