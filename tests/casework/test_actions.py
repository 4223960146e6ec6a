"""An assignment from the day it is given to the day it is closed, and what is refused on the way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from django.core.exceptions import PermissionDenied
from django.utils import timezone

from casework.conftest import ECOLOGY, ZONE, assignment
from ecociv.casework.actions import (
    AddNote,
    AskExtension,
    CaseMovedOn,
    DecideExtension,
    HandOver,
    InputRefused,
    MoveNotOpen,
    NameOfficer,
    PauseClocks,
    ResumeClocks,
    TakeStep,
)
from ecociv.casework.models import Case, CaseStep
from ecociv.casework.queries import cases_for, inbox, offers, overdue, timeline
from ecociv.casework.recorded import case_standing
from ecociv.people import audit
from ecociv.people.models import AuditEntry, User

pytestmark = pytest.mark.django_db


def test_the_whole_way(case: Case, office: User, officer: User) -> None:
    day = timezone.localdate()
    assert (case.number, case.state) == (f"交办〔{day.year}〕1号", "assigned")
    assert [w.case.pk for w in inbox(officer, ZONE, day)] == [case.pk]
    assert inbox(office, ZONE, day) == []
    assert [o.key for o in offers(officer, case, day)] == ["sign", "ask"]
    TakeStep(case, "sign", officer, 1).execute()
    with pytest.raises(InputRefused) as refused:
        TakeStep(case, "report", officer, 2).execute()
    assert set(refused.value.faults) == {"fields.result"}
    TakeStep(case, "report", officer, 2, fields={"result": "12处排口已整治"}).execute()
    assert [w.parts for w in inbox(office, ZONE, day)] == [("office",)]
    with pytest.raises(MoveNotOpen) as closed:
        TakeStep(case, "sign", officer, 3).execute()
    assert closed.value.code == "not-from-here"
    with pytest.raises(InputRefused) as refused:
        TakeStep(case, "close", office, 3).execute()
    assert set(refused.value.faults) == {"reason", "outcome"}
    TakeStep(case, "close", office, 3, reason="现场核查属实", outcome="done").execute()
    case.refresh_from_db()
    assert (case.state, case.outcome, case.due, case.steps_taken) == ("closed", "done", None, 4)
    assert case.clocks.count() == 0
    assert [step.kind for step in timeline(case)] == ["opened", "moved", "moved", "moved"]
    assert AuditEntry.objects.filter(subject_kind="case").count() == 4
    assert audit.verify() is None


def test_who_plays_no_part_is_refused_and_nothing_is_written(case: Case, user: Callable[..., User]) -> None:
    stranger = user("department_officer", "finance-bureau")
    with pytest.raises(PermissionDenied, match="由下列各方办理"):
        TakeStep(case, "sign", stranger, 1).execute()
    assert CaseStep.objects.count() == 1
    assert AuditEntry.objects.filter(subject_kind="case").count() == 1


def test_a_double_click_is_one_step_and_a_stale_page_is_told(case: Case, officer: User, office: User) -> None:
    first = TakeStep(case, "sign", officer, 1).execute()
    assert TakeStep(case, "sign", officer, 1).execute().pk == first.pk
    with pytest.raises(CaseMovedOn, match="In hand"):
        TakeStep(case, "withdraw", office, 1, reason="重复交办").execute()
    assert CaseStep.objects.count() == 2


def test_a_note_does_not_stop_who_has_the_page_open(case: Case, officer: User, office: User) -> None:
    AddNote(case, office, "请抓紧").execute()
    assert TakeStep(case, "sign", officer, 1).execute().number == 3


def test_extension_asked_and_granted(case: Case, officer: User, office: User) -> None:
    TakeStep(case, "sign", officer, 1).execute()
    with pytest.raises(InputRefused) as refused:
        AskExtension(case, "report", 16, "汛期无法施工", officer).execute()
    assert set(refused.value.faults) == {"days"}
    AskExtension(case, "report", 5, "汛期无法施工", officer).execute()
    day = timezone.localdate()
    assert [w.decides_extension for w in inbox(office, ZONE, day)] == [True]
    with pytest.raises(PermissionDenied):
        DecideExtension(case, True, 5, "同意", officer).execute()
    DecideExtension(case, True, 5, "同意", office).execute()
    case.refresh_from_db()
    # No holiday notice covers 2031: Monday to Friday are counted from Tuesday 31 December 2030:
    # Wed 1, Thu 2, Fri 3, Mon 6, Tue 7 January.
    assert (case.due.isoformat(), case.due_by_notice) == ("2031-01-07", False)
    assert inbox(office, ZONE, day) == []


def test_clocks_stopped_by_hand(case: Case, officer: User, office: User) -> None:
    with pytest.raises(PermissionDenied):
        PauseClocks(case, officer, "等资料").execute()
    PauseClocks(case, office, "等资料").execute()
    case.refresh_from_db()
    assert case.due is None
    assert all(clock.paused for clock in case.clocks.all())
    TakeStep(case, "sign", officer, 2).execute()
    ResumeClocks(case, office, "资料已到").execute()
    case.refresh_from_db()
    assert case.due.isoformat() == "2030-12-31"


def test_handing_over_moves_the_rights(
    case: Case, officer: User, office: User, user: Callable[..., User]
) -> None:
    other = user("department_officer", "finance-bureau")
    HandOver(case, "responsible", ECOLOGY, "finance-bureau", office, "职责调整").execute()
    with pytest.raises(PermissionDenied):
        TakeStep(case, "sign", officer, 2).execute()
    NameOfficer(case, other, other, "本科室办理").execute()
    TakeStep(case, "sign", other, 2).execute()
    case.refresh_from_db()
    assert case.officer == other
    assert case_standing(case).parties == {"responsible": ("finance-bureau",)}


def test_lists(case: Case, office: User, officer: User, user: Callable[..., User]) -> None:
    assert cases_for(officer, ZONE).count() == 1
    assert cases_for(user("department_officer", "x", zone="elsewhere"), ZONE).count() == 0
    due = case.due
    assert overdue(ZONE, due).count() == 0
    assert overdue(ZONE, due.replace(year=due.year + 1)).count() == 1


def test_input_at_opening_is_refused_field_by_field(plan_in_database: None, office: User) -> None:
    action = assignment(
        office,
        title=" ",
        subject="task:999",
        parties={"responsible": ["nobody"], "office": ["x"]},
        fields={"report_by": "2016-13-01"},
    )
    with pytest.raises(InputRefused) as refused:
        action.execute()
    assert set(refused.value.faults) == {
        "title",
        "subject",
        "parties.responsible",
        "parties.office",
        "fields.request",
        "fields.report_by",
    }
    assert Case.objects.count() == 0
