"""A generated year: 176 tasks, 60 bodies, thousands of events, and what must hold on each of its days."""

from __future__ import annotations

import datetime as dt
import os
import random
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.db.models import Count, Max
from tests.supervision.generated_year import ZONE, Clock, Zone

from ecociv.casework.declaration import StateKind
from ecociv.casework.models import Case, CaseStep, RunningClock
from ecociv.casework.queries import overdue
from ecociv.casework.recorded import declaration_of, standings
from ecociv.core.workdays import is_working_day
from ecociv.people import audit
from ecociv.people.models import User
from ecociv.people.roles import Role
from ecociv.plan.queries import current_package
from ecociv.supervision.models import ProgressReport
from ecociv.supervision.queries import statuses

pytestmark = pytest.mark.django_db

YEAR = 2017
EVENTS = int(os.environ.get("ECOCIV_TEST_YEAR_EVENTS", "6000"))
"""Two dozen on each working day; 20,000 (``docs/benchmarks.md``) show the same and take three times as long."""


@pytest.fixture
def zone(
    db: None, plan_in_database: None, monkeypatch: pytest.MonkeyPatch, tmp_path: Path, settings: Any
) -> Zone:
    settings.MEDIA_ROOT = str(tmp_path / "documents")
    clock = Clock(dt.date(YEAR, 1, 1))
    monkeypatch.setattr("django.utils.timezone.now", clock.now)
    package = current_package(ZONE)
    paper = tmp_path / "paper.xlsx"
    openpyxl.Workbook().save(paper)

    def account(name: str, role: Role, body: str = "") -> User:
        return User.objects.create(username=name, role=role.value, organisation=body, zone=ZONE)

    day = dt.date(YEAR, 1, 1)
    held = {package.body_on(body.key, day).key for body in package.organisations if body.in_plan}
    officers = {
        key: account(f"officer-{place}", Role.DEPARTMENT_OFFICER, key)
        for place, key in enumerate(sorted(held))
    }
    return Zone(
        package=package,
        clock=clock,
        chance=random.Random(20150724),
        paper=paper,
        offices=(
            account("office-1", Role.LEADING_GROUP_OFFICE),
            account("office-2", Role.LEADING_GROUP_OFFICE),
        ),
        leader=account("leader-1", Role.LEADER),
        officers=officers,
    )


def holds_at_the_end_of(zone: Zone, day: dt.date) -> None:
    """The invariants of a day: what is kept beside the log is what the log comes to, and nothing is lost."""
    cases = list(
        Case.objects.filter(pk__in=zone.touched)
        .prefetch_related("clocks", "parties")
        .annotate(steps_there=Count("steps"), last_number=Max("steps__number"))
    )
    come_to = standings(cases)
    for case in cases:
        now, declared = come_to[case.pk], declaration_of(case)
        assert (case.state, case.due, case.outcome) == (now.state, now.due, now.outcome or "")
        ended = declared.states[now.state].kind is StateKind.END
        assert ended == (case.closed_at is not None)
        assert not (ended and case.clocks.all()), "a closed case has no running clock"
        assert {(run.clock, run.due_on) for run in case.clocks.all()} == {
            (run.clock, run.due_on) for run in now.clocks
        }
        for run in now.clocks:
            if run.due_on is not None and declared.clocks[run.clock].working_days is not None:
                assert run.due_on > run.started_on, "a limit in working days ends after the day it starts"
                assert is_working_day(run.due_on), "and on a day on which offices work"
        # Numbers are unique within a case: as many steps as the highest number says leave no gap.
        assert case.steps_there == case.last_number == case.steps_taken
    zone.touched.clear()
    assert Case.objects.count() == zone.opened + zone.followed
    assert ProgressReport.objects.count() == zone.reports
    assert CaseStep.objects.count() == zone.opened + zone.moves + zone.others
    late = {
        pk
        for pk, due in RunningClock.objects.filter(case__closed_at=None, due_on__lt=day).values_list(
            "case", "due_on"
        )
        if due is not None
    }
    assert set(overdue(ZONE, day).values_list("pk", flat=True)) == late


ORDER = "supervision-order"


@pytest.mark.long
def test_a_year_of_the_zone(zone: Zone) -> None:
    assert len(zone.officers) >= 60 and len(zone.package.tasks) == 176
    days = [dt.date(YEAR, 1, 1) + dt.timedelta(days=number) for number in range(365)]
    working = [day for day in days if is_working_day(day)]
    assert (
        len(working) == 249
    )  # the notice for 2017: 365 days less weekends and holidays, with days worked in exchange
    waiting = list(zone.package.tasks)
    zone.chance.shuffle(waiting)
    for place, day in enumerate(working):
        zone.clock.begin(day)
        quota = EVENTS * (place + 1) // len(working)
        open_cases = list(Case.objects.filter(closed_at=None, type=ORDER))
        while zone.events < quota:
            zone.clock.pass_by(zone.chance.randrange(90, 300))
            if len(open_cases) < 40 or (waiting and zone.chance.random() < 0.03):
                task = waiting.pop() if waiting else zone.chance.choice(zone.package.tasks)
                case = zone.open(task, day)
                if case is not None:
                    open_cases.append(case)
                continue
            if zone.chance.random() < 0.1:
                zone.report(zone.chance.choice(zone.package.tasks), day)
                continue
            case = zone.chance.choice(open_cases)
            case.refresh_from_db()
            if case.closed_at is not None:
                open_cases.remove(case)
            elif zone.chance.random() < 0.45 or not zone.move(case, day):
                zone.ask_or_note(case)
        holds_at_the_end_of(zone, day)
    assert zone.events >= EVENTS and not waiting
    assert audit.verify() is None
    closed = Case.objects.exclude(closed_at=None)
    assert closed.count() > 176  # orders are settled, and others take their place
    assert {"urged", "blue", "yellow", "red", "interview"} <= set(
        CaseStep.objects.values_list("state", flat=True)
    )
    serials = sorted(Case.objects.filter(type=ORDER).values_list("serial", flat=True))
    assert serials == list(range(1, len(serials) + 1))
    standing = statuses(ZONE, dt.date(YEAR, 12, 31), package=zone.package)
    assert len(standing) == len(zone.package.duties)
