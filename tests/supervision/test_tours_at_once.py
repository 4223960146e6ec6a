"""Two people at the same tour at the same moment; real transactions on the database in use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier

import pytest
from django.db import connections
from django.utils import timezone

from ecociv.people import audit
from ecociv.people.models import User
from ecociv.plan.actions import LoadZonePackage
from ecociv.plan.queries import forget_packages
from ecociv.supervision.inspection.actions import DrawSample, PlanTour, PublishTour, TourMovedOn
from ecociv.supervision.inspection.models import InspectionTour, TourStep

pytestmark = pytest.mark.django_db(transaction=True)

ZONE = "jingdezhen"


@pytest.fixture(autouse=True)
def plan_committed() -> Iterator[None]:
    forget_packages()
    LoadZonePackage(ZONE).execute()
    yield
    forget_packages()


@pytest.fixture
def tour() -> InspectionTour:
    people = [User.objects.create(username=f"o{n}", role="leading_group_office", zone=ZONE) for n in range(4)]
    today = timezone.localdate()
    return PlanTour(ZONE, "督查", today, today + dt.timedelta(3), ("task",), "核查", people[0]).execute()


def at_once(actions: list[PublishTour] | list[DrawSample]) -> list[TourStep | TourMovedOn]:
    start = Barrier(len(actions))

    def run(action: PublishTour | DrawSample) -> TourStep | TourMovedOn:
        start.wait()
        try:
            return action.execute()
        except TourMovedOn as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(actions)) as pool:
        return list(pool.map(run, actions))


def test_of_several_who_draw_at_once_one_draws(tour: InspectionTour) -> None:
    people = list(User.objects.order_by("pk"))
    PublishTour(tour, "种子", 10, people[0]).execute()
    results = at_once([DrawSample(tour, person) for person in people])
    (drawn,) = [each for each in results if isinstance(each, TourStep)]
    assert len([each for each in results if isinstance(each, TourMovedOn)]) == 3
    assert TourStep.objects.get(tour=tour, state="drawn").data == drawn.data
    assert audit.verify() is None


def test_of_two_seeds_published_at_once_one_stands(tour: InspectionTour) -> None:
    people = list(User.objects.order_by("pk"))[:2]
    results = at_once([PublishTour(tour, f"种子{n}", 10, person) for n, person in enumerate(people)])
    (published,) = [each for each in results if isinstance(each, TourStep)]
    assert TourStep.objects.get(tour=tour, state="published").data["seed"] == published.data["seed"]
    assert TourStep.objects.filter(tour=tour).count() == 2
