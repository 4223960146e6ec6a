"""Lists of many cases ask a fixed number of queries; the calendar and the diagram show what the cases are."""

from __future__ import annotations

import datetime as dt
from xml.etree import ElementTree

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from casework.conftest import ECOLOGY, ZONE, assignment
from casework.every_feature import every_feature
from ecociv.casework.actions import AddNote, BulkStep, HandOverAll, TakeStep
from ecociv.casework.calendar_feed import MakeCalendarAddress, RevokeCalendarAddress, token_of
from ecociv.casework.diagram import described, diagram
from ecociv.casework.models import Case, CaseParty, RunningClock
from ecociv.casework.queries import cases_for, due_between, inbox, overdue, standings
from ecociv.people.models import User

pytestmark = pytest.mark.django_db


def many(case: Case, count: int) -> None:
    """More cases of the same kind, with columns only."""
    made = Case.objects.bulk_create(
        [
            Case(
                zone=ZONE, type=case.type, declaration_id=case.declaration_id, number=f"批{n}", year=2000, serial=n,
                visibility="internal", title=f"事项{n}", opened_at=case.opened_at, state="assigned",
                due=dt.date(2020, 1, 1) + dt.timedelta(days=n % 365), steps_taken=1,
            )
            for n in range(count)
        ]
    )  # fmt: skip
    CaseParty.objects.bulk_create(
        [
            CaseParty(
                case=each, part="responsible", organisation=ECOLOGY if n % 20 == 0 else "finance-bureau"
            )
            for n, each in enumerate(made)
        ]
    )
    RunningClock.objects.bulk_create(
        [RunningClock(case=each, clock="sign", started_on=each.due, due_on=each.due) for each in made]
    )


@pytest.mark.long
def test_twenty_thousand_cases_in_a_fixed_number_of_queries(case: Case, officer: User) -> None:
    day = dt.date(2020, 7, 1)

    def asked() -> list[int]:
        counts = []
        for read in (
            lambda: inbox(officer, ZONE, day),
            lambda: list(overdue(ZONE, day, officer)[:50]),
            lambda: list(due_between(ZONE, day, day + dt.timedelta(days=7), officer)[:50]),
            lambda: list(cases_for(officer, ZONE)[:50]),
        ):
            with CaptureQueriesContext(
                connection,
            ) as seen:
                read()
            counts.append(len(seen))
        return counts

    inbox(officer, ZONE, day)
    few = asked()
    many(case, 20_000)
    assert asked() == few
    assert max(few) <= 7
    # One in twenty of 20,000, and the one that was there.
    assert len(inbox(officer, ZONE, day)) == 1_001
    assert inbox(officer, ZONE, day)[0].overdue


def test_standings_of_many_in_one_query(case: Case, office: User) -> None:
    cases = [case, *(assignment(office, title=f"事项{n}").execute() for n in range(5))]
    standings(cases)
    with CaptureQueriesContext(connection) as seen:
        assert len(standings(cases)) == 6
    assert len(seen) == 1


def test_what_was_known_then(case: Case, officer: User) -> None:
    before = timezone.now()
    TakeStep(case, "sign", officer, 1).execute()
    case.refresh_from_db()
    assert standings([case], before)[case.pk].state == "assigned"
    assert standings([case])[case.pk].state == "in-hand"
    assert cases_for(officer, ZONE, as_of=before).count() == 1
    assert cases_for(officer, ZONE, as_of=case.opened_at - dt.timedelta(days=1)).count() == 0


def test_a_bulk_step_reports_case_by_case(case: Case, office: User, officer: User) -> None:
    other = assignment(office, title="另一件").execute()
    foreign = assignment(office, title="第三件", parties={"responsible": ["finance-bureau"]}).execute()
    TakeStep(other, "sign", officer, 1).execute()
    AddNote(case, office, "请抓紧").execute()
    other.refresh_from_db()
    done = BulkStep([case, other, foreign], "sign", officer).execute()
    assert [each.done for each in done] == [True, False, False]
    assert done[1].refusal is not None
    assert "In hand" in done[1].refusal.en
    foreign.refresh_from_db()
    assert foreign.state == "assigned"


def test_all_open_cases_follow_the_plan_s_successor(case: Case, office: User) -> None:
    old = "environmental-protection-bureau"
    moved = assignment(office, title="旧单位的事项", parties={"responsible": [old]}).execute()
    (done,) = HandOverAll(ZONE, old, "", office, "机构改革").execute()
    assert done.case == moved
    assert done.done
    assert [row.organisation for row in moved.parties.all()] == [ECOLOGY]


def test_the_calendar_address_opens_until_it_is_revoked(case: Case, officer: User) -> None:
    icalendar = pytest.importorskip("icalendar")
    feed = MakeCalendarAddress(officer).execute()
    address = reverse("portal:case-calendar")
    answer = Client().get(address, {"key": token_of(feed)})
    assert answer.status_code == 200
    events = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    # The clock to sign and the clock to report.
    assert {event.decoded("dtstart") for event in events} == {clock.due_on for clock in case.clocks.all()}
    assert all(case.number in event["summary"] for event in events)
    assert Client().get(address, {"key": f"{feed.pk}:forged"}).status_code == 404
    RevokeCalendarAddress(officer).execute()
    assert Client().get(address, {"key": token_of(feed)}).status_code == 404


@pytest.mark.parametrize("language", ["zh", "en"])
def test_the_diagram_names_every_state_and_move_once(language: str) -> None:
    case_type = every_feature()
    root = ElementTree.fromstring(diagram(case_type, language=language, current="work"))
    space = "{http://www.w3.org/2000/svg}"
    assert root.get("role") == "img"
    assert root.find(f"{space}title") is not None
    groups = root.findall(f"{space}g")
    assert len(groups) == len(case_type.states)
    assert sum("is-current" in str(group.get("class")) for group in groups) == 1
    # One line for each pair of states: drop has five beginnings, send and warn two, the five others one.
    assert len(root.findall(f"{space}path")) == 5 + 2 + 2 + 5
    assert len(described(case_type, language)) == len(case_type.states)
