"""Several people, or one impatient person, at the same moment; real transactions on the database in use."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from at_once import at_once
from casework.conftest import assignment
from ecociv.casework.actions import CaseMovedOn, CaseRefused, TakeStep
from ecociv.casework.models import Case, CaseStep
from ecociv.people import audit
from ecociv.people.models import User
from ecociv.plan.actions import LoadZonePackage
from ecociv.plan.queries import forget_packages

pytestmark = pytest.mark.django_db(transaction=True)
PEOPLE = 6


@pytest.fixture(autouse=True)
def plan_committed() -> Iterator[None]:

    forget_packages()
    LoadZonePackage("jingdezhen").execute()
    yield
    forget_packages()


def test_of_different_people_one_acts_and_the_others_are_told(office: User, officer: User) -> None:
    case = assignment(office).execute()
    works = [
        TakeStep(case, "sign", officer, 1).execute,
        TakeStep(case, "withdraw", office, 1, reason="重复").execute,
        TakeStep(case, "ask", officer, 1, reason="不明").execute,
    ]
    results = at_once(works, CaseRefused)
    assert sum(isinstance(each, CaseStep) for each in results) == 1
    assert sum(isinstance(each, CaseMovedOn) for each in results) == 2
    assert CaseStep.objects.filter(case=case).count() == 2
    assert audit.verify() is None


def test_one_person_clicking_many_times_takes_one_step(office: User, officer: User) -> None:
    case = assignment(office).execute()
    results = at_once([TakeStep(case, "sign", officer, 1).execute] * PEOPLE, CaseRefused)
    assert {each.number for each in results} == {2}
    assert CaseStep.objects.filter(case=case).count() == 2


def test_one_person_opening_many_times_opens_one_case(office: User) -> None:
    results = at_once([assignment(office).execute] * PEOPLE, CaseRefused)
    assert len({each.pk for each in results}) == Case.objects.count() == 1


def test_numbers_have_no_gap_and_no_twin(office: User) -> None:
    works = [assignment(office, title=f"事项{n}").execute for n in range(PEOPLE)]
    # One in between is refused: it takes no number with it.
    refused = assignment(office, title="").execute
    results = at_once([*works[:3], refused, *works[3:]], CaseRefused)
    assert sum(isinstance(each, CaseRefused) for each in results) == 1
    assert sorted(Case.objects.values_list("serial", flat=True)) == list(range(1, PEOPLE + 1))
