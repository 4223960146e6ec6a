"""Several people, or one impatient person, at the same moment; real transactions on the database in use."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal
from threading import Barrier
from typing import Any, TypeVar

import pytest
from django.db import connections

from ecociv.people import audit
from ecociv.people.models import User
from ecociv.plan.actions import LoadZonePackage
from ecociv.plan.queries import forget_packages
from ecociv.supervision.actions import CorrectReport, Reported, ReportProgress
from ecociv.supervision.drafts import DraftRefused
from ecociv.supervision.models import ProgressReport, ReportReview
from ecociv.supervision.review import ReviewRefused, ReviewReport
from ecociv.supervision.states import ReviewOutcome
from supervision.cases import draft

pytestmark = pytest.mark.django_db(transaction=True)

Result = TypeVar("Result")
ZONE, PLACE, PEOPLE = "jingdezhen", "task:94", 6


@pytest.fixture(autouse=True)
def plan_committed() -> Iterator[None]:
    forget_packages()
    LoadZonePackage(ZONE).execute()
    yield
    forget_packages()


def at_once(works: Sequence[Callable[[], Result]]) -> list[Result | Exception]:
    start = Barrier(len(works))

    def run(work: Callable[[], Result]) -> Result | Exception:
        start.wait()
        try:
            return work()
        except (DraftRefused, ReviewRefused) as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_one_person_clicking_many_times_makes_one_report(officer: User) -> None:
    click = ReportProgress(ZONE, PLACE, draft(), officer).execute
    results = at_once([click] * PEOPLE)
    assert sorted(r.created for r in results if isinstance(r, Reported)) == [False] * (PEOPLE - 1) + [True]
    assert ProgressReport.objects.count() == 1


def test_different_reports_at_once_are_all_kept_and_numbered(officer: User) -> None:
    works = [
        ReportProgress(ZONE, PLACE, draft(percent=Decimal(n)), officer).execute for n in range(1, PEOPLE)
    ]
    results = at_once(works)
    assert all(isinstance(r, Reported) and r.created for r in results)
    assert sorted(ProgressReport.objects.values_list("number", flat=True)) == list(range(1, PEOPLE))
    assert audit.verify() is None


def test_of_two_corrections_at_once_one_is_told_of_the_other(officer: User) -> None:
    ReportProgress(ZONE, PLACE, draft(), officer).execute()
    works = [
        CorrectReport(ZONE, PLACE, 1, 1, draft(percent=Decimal(n)), "数字抄错", officer).execute
        for n in (50, 60)
    ]
    results = at_once(works)
    (refused,) = [r for r in results if isinstance(r, DraftRefused)]
    assert refused.problems[0].reason.code == "changed-meanwhile"
    assert ProgressReport.objects.count() == 2


def test_of_reviewers_at_once_one_outcome_stands(officer: User, user: Any) -> None:
    ReportProgress(ZONE, PLACE, draft(), officer).execute()
    outcomes = [ReviewOutcome.ACCEPTED, ReviewOutcome.SENT_BACK] * (PEOPLE // 2)
    works = [
        ReviewReport(ZONE, PLACE, 1, 1, outcome, "看过", user("leading_group_office")).execute
        for outcome in outcomes
    ]
    results = at_once(works)
    refused = [r for r in results if isinstance(r, ReviewRefused)]
    (stands,) = [r for r in results if isinstance(r, ReportReview)]
    assert [r.code for r in refused] == ["reviewed-already"] * (PEOPLE - 1)
    assert ReportReview.objects.get() == stands
    assert audit.verify() is None
