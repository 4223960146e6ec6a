"""Several officers at the same moment; real transactions on the database in use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import shapely
from django.db import connections
from django.utils import timezone

from ecociv.land_administration.approvals.actions import ReceiveApplication
from ecociv.land_administration.approvals.models import ProjectApplication
from ecociv.land_administration.rights.actions import CancelUnit, RegisterFirst, RegistrationRefused, Source
from ecociv.land_administration.rights.models import Registration, RightUnit
from ecociv.land_administration.rights.state import Holding, Party, UnitState
from ecociv.people import audit
from ecociv.people.models import User
from ecociv.plan.actions import LoadZonePackage
from ecociv.plan.queries import forget_packages
from ecociv.territory.actions import AddLayerVersion
from ecociv.territory.layers.features import Features
from ecociv.territory.queries import layer_file
from ecociv.territory.site_check.actions import SiteRequest
from land_administration.situations import BUREAU, FULIANG, SINCE, ZONE

pytestmark = pytest.mark.django_db(transaction=True)
STATE = UnitState(
    "林",
    (Party("p1", "国家", "state"), Party("p2", "市政府", "body")),
    (Holding("ownership", "p1"), Holding("representative", "p2")),
)


@pytest.fixture(autouse=True)
def ground() -> Iterator[None]:
    forget_packages()
    LoadZonePackage(ZONE).execute()
    county = Features.of([shapely.box(117.0, 29.0, 117.5, 29.5)], [FULIANG], [FULIANG], ["浮梁县"])
    AddLayerVersion(county, ZONE, "counties", "administrative-boundary", "行政区划", "test", SINCE).execute()
    yield
    forget_packages()


def at_once(works: list[Callable[[], Any]]) -> list[Any]:
    start = Barrier(len(works))

    def run(work: Callable[[], Any]) -> Any:
        start.wait()
        try:
            return work()
        except RegistrationRefused as refused:
            return refused
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(works)) as pool:
        return list(pool.map(run, works))


def test_of_overlapping_units_one_is_registered_and_numbers_have_no_twin(user: Any, tmp_path: Path) -> None:
    bureau: User = user("department_officer", BUREAU)
    paper = tmp_path / "a.txt"
    paper.write_text("批复", encoding="utf-8")

    def register(west: float, kind: str = "forest") -> Callable[[], Any]:
        return RegisterFirst(
            zone=ZONE, kind=kind, state=STATE, boundary=shapely.box(west, 29.1, west + 0.02, 29.12), author=bureau,
            documents=(Source(paper, "a.txt"),), effective_on=dt.date(2018, 6, 1), notice_from=dt.date(2018, 5, 2),
            notice_to=dt.date(2018, 5, 22),
        ).execute  # fmt: skip

    # Three over one another, two more beside them.
    results = at_once(
        [register(117.10), register(117.11), register(117.105, "water"), register(117.2), register(117.3)]
    )
    entered = [one for one in results if isinstance(one, Registration)]
    refused = [one for one in results if isinstance(one, RegistrationRefused)]
    assert (len(entered), len(refused)) == (3, 2)
    assert all("It lies over the registered unit" in str(one) for one in refused)
    numbers = list(RightUnit.objects.values_list("number", flat=True))
    assert len(set(numbers)) == 3
    newest = max(one.boundary.number for one in entered)
    last = next(one.boundary for one in entered if one.boundary.number == newest)
    assert {one.identity for one in layer_file(last).all()} == set(numbers)

    unit = entered[0].unit
    cancel = [
        CancelUnit(
            unit=unit, seen=1, author=bureau, documents=(Source(paper, "a.txt"),), reason=f"并入{n}"
        ).execute
        for n in range(3)
    ]
    ended = at_once(cancel)
    assert sum(isinstance(one, Registration) for one in ended) == 1
    assert unit.registrations.count() == 2 and audit.verify() is None


def test_one_application_sent_many_times_is_received_once(user: Any) -> None:
    window: User = user("department_officer", "development-and-reform-commission")
    site = SiteRequest("POLYGON((117.1 29.1,117.11 29.1,117.11 29.11,117.1 29.11,117.1 29.1))", "ceramics-works", timezone.localdate())  # fmt: skip

    def receive() -> Any:
        return ReceiveApplication(
            zone=ZONE, title="园区", applicant="某公司", project_class="enterprise-record", site=site, author=window
        ).execute()  # fmt: skip

    results = at_once([receive] * 4)
    assert len({one.pk for one in results}) == ProjectApplication.objects.count() == 1
