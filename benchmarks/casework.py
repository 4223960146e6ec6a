"""Cases: how long lists of many take, and how many steps a second go on record.

Times of lists are processor time of this process and elapsed time, rates the same: the first hardly moves with the other
work of the machine (on PostgreSQL the server's own time is not in it). Run on an empty database of its own: ``ECOCIV_VAR=$(mktemp -d) python benchmarks/casework.py`` for SQLite, with
``ECOCIV_DATABASE_URL`` for PostgreSQL. It makes accounts and cases there.
"""

from __future__ import annotations

import argparse
import datetime as dt
import os
import statistics
import time
from collections.abc import Callable
from typing import Any

import django

ZONE = "jingdezhen"


def timed(what: str, read: Callable[[], Any], times: int = 15) -> None:
    """Median of processor and of elapsed time of some runs, in milliseconds."""
    read()
    taken, worked = [], []
    for _ in range(times):
        start, work = time.perf_counter(), time.process_time()
        read()
        taken.append((time.perf_counter() - start) * 1000)
        worked.append((time.process_time() - work) * 1000)
    print(
        f"{what:<34} processor {statistics.median(worked):8.1f} ms   elapsed {statistics.median(taken):8.1f} ms"
        f"   longest {max(taken):8.1f} ms"
    )


def rate(what: str, count: int, work: Callable[[], Any]) -> Any:
    """How many a second of elapsed and of processor time."""
    start, worked = time.perf_counter(), time.process_time()
    found = work()
    seconds, own = time.perf_counter() - start, time.process_time() - worked
    print(
        f"{what:<34} {count / seconds:8.0f} a second elapsed   {count / own:8.0f} a second of processor time"
    )
    return found


def main() -> None:
    """Make the cases, time the lists, then the steps."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--cases", type=int, default=20_000)
    parser.add_argument("--steps", type=int, default=300)
    given = parser.parse_args()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "ecociv.server.settings")
    django.setup()
    from django.core.management import call_command
    from django.db import connection

    from ecociv.casework.actions import AddNote, BulkStep, OpenCase, TakeStep
    from ecociv.casework.models import Case, CaseParty, RunningClock
    from ecociv.casework.queries import cases_for, due_between, inbox, overdue
    from ecociv.people.models import User
    from ecociv.plan.actions import LoadZonePackage

    call_command("migrate", verbosity=0)
    LoadZonePackage(ZONE).execute()
    office, _ = User.objects.get_or_create(username="bench-office", role="leading_group_office", zone=ZONE)
    officer, _ = User.objects.get_or_create(
        username="bench-officer", role="department_officer", zone=ZONE, organisation="finance-bureau"
    )

    def opened(n: int) -> Case:
        return OpenCase(
            ZONE, "general", f"事项{time.time_ns()}-{n}", office, "task:1",
            {"responsible": ["finance-bureau"]}, {"request": "办理", "report_by": "2030-12-31"},
        ).execute()  # fmt: skip

    first, base = opened(0), time.time_ns()
    made = Case.objects.bulk_create(
        [
            Case(
                zone=ZONE, type="general", declaration_id=first.declaration_id, number=f"{base}-{n}", year=1000, serial=base % 10**9 + n,
                visibility="internal", title=f"事项{n}", opened_at=first.opened_at, state="assigned",
                due=dt.date(2020, 1, 1) + dt.timedelta(days=n % 365), steps_taken=1,
            )
            for n in range(given.cases)
        ],
        batch_size=2000,
    )  # fmt: skip
    CaseParty.objects.bulk_create(
        [CaseParty(case=each, part="responsible", organisation="finance-bureau" if n % 60 == 0 else "forestry-bureau") for n, each in enumerate(made)],
        batch_size=2000,
    )  # fmt: skip
    RunningClock.objects.bulk_create(
        [RunningClock(case=each, clock="sign", started_on=each.due, due_on=each.due) for each in made],
        batch_size=2000,
    )
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE")
    day = dt.date(2020, 7, 1)
    print(f"{connection.vendor}, {Case.objects.count()} cases")
    timed(f"inbox of one body ({len(inbox(officer, ZONE, day))} cases)", lambda: inbox(officer, ZONE, day))
    timed("overdue, first 50", lambda: list(overdue(ZONE, day, officer)[:50]))
    timed("overdue, counted", lambda: overdue(ZONE, day, officer).count())
    timed("due within a week", lambda: list(due_between(ZONE, day, day + dt.timedelta(days=7), officer)))
    timed("list, first 50", lambda: list(cases_for(officer, ZONE)[:50]))

    cases = rate("open, one by one", given.steps, lambda: [opened(n) for n in range(given.steps)])
    half = len(cases) // 2
    rate(
        "move, one by one",
        half,
        lambda: [TakeStep(case, "sign", officer, 1).execute() for case in cases[:half]],
    )
    rest = cases[half:]
    for case in rest:
        case.refresh_from_db()
    outcomes = rate("move, in bulk", len(rest), lambda: BulkStep(rest, "sign", officer).execute())
    assert all(each.done for each in outcomes), [each.refusal for each in outcomes if not each.done][:1]
    rate("note, one by one", given.steps, lambda: [AddNote(case, office, "说明").execute() for case in cases])


if __name__ == "__main__":
    main()
