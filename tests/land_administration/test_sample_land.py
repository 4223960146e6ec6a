"""Sample land administration: declared, played once by the sample accounts, marked."""

from __future__ import annotations

import datetime as dt
from pathlib import Path

import pytest
import shapely

from ecociv.casework.models import Case
from ecociv.land_administration.approvals.models import ProjectApplication
from ecociv.land_administration.patches.models import DispatchedPatch
from ecociv.land_administration.rights.models import Registration, RightUnit
from ecociv.land_administration.rights.queries import registrations_in_force
from ecociv.land_administration.sample import load_sample_land
from ecociv.land_administration.sample.declared import SampleRegister, sample_land
from ecociv.land_administration.sample.playing import began
from ecociv.people.actions import create_sample_accounts
from ecociv.territory.actions import AddLayerVersion
from ecociv.territory.layers.features import Features
from ecociv.territory.models import LayerVersion
from land_administration.situations import BUREAU, FULIANG, LEPING, SINCE, ZONE

pytestmark = pytest.mark.django_db


@pytest.fixture
def ground(plan_in_database: None) -> None:
    """Wide counties, patches in the north, and the accounts: the sample layers themselves would take long."""
    counties = Features.of(
        [shapely.box(116.5, 29.1, 118.0, 30.5), shapely.box(116.5, 28.5, 118.0, 29.1)],
        [FULIANG, LEPING], [FULIANG, LEPING], ["浮梁县", "乐平市"],
    )  # fmt: skip
    AddLayerVersion(
        counties, ZONE, "counties", "administrative-boundary", "行政区划", "test", SINCE, sample=True
    ).execute()
    patches = Features.of(
        [shapely.box(117.1 + n / 50, 29.5, 117.11 + n / 50, 29.51) for n in range(8)],
        [f"P{n}" for n in range(8)],
        ["new-construction"] * 8,
    )
    AddLayerVersion(
        patches,
        ZONE,
        "change-patches",
        "change-patches",
        "图斑",
        "test",
        dt.date(2018, 7, 1),
        owner=BUREAU,
        sample=True,
    ).execute()
    window = "development-and-reform-commission"
    create_sample_accounts(
        ZONE, department="ecology-and-environment-bureau", county="fuliang-county", office=window, land=BUREAU, window=window
    )  # fmt: skip


def test_it_is_all_there_once_and_says_that_it_is_sample(ground: None) -> None:
    added = load_sample_land(ZONE)
    assert added == {"registrations": 14, "patches": 6, "applications": 3}
    assert load_sample_land(ZONE) == {"registrations": 0, "patches": 0, "applications": 0}
    assert RightUnit.objects.count() == 9 and not RightUnit.objects.filter(sample=False).exists()
    assert (
        len(registrations_in_force(ZONE)) == 8
        and len(registrations_in_force(ZONE, dt.date(2018, 10, 31))) == 9
    )
    assert {one.event for one in Registration.objects.all()} == {
        "first",
        "transfer",
        "change",
        "correction",
        "cancellation",
    }
    assert not LayerVersion.objects.filter(layer__kind="registered-rights", sample=False).exists()
    assert not Case.objects.filter(sample=False).exists()
    states = {one.case.state for one in DispatchedPatch.objects.select_related("case")}
    assert states == {"dispatched", "looked-at", "closed", "repairing", "repaired"}
    applications = {one.case.state: one for one in ProjectApplication.objects.select_related("case")}
    assert set(applications) == {"waiting", "circulating", "approved"}
    open_opinions = [
        Case.objects.filter(parent=applications[state].case, closed_at__isnull=True).count()
        for state in ("circulating", "approved")
    ]
    assert (
        open_opinions[1] == 0
        and Case.objects.filter(parent=applications["circulating"].case, outcome="agree").exists()
    )


def test_nothing_is_added_to_a_real_register_nor_without_accounts(
    plan_in_database: None, counties: LayerVersion
) -> None:
    now = counties.recorded_at
    RightUnit.objects.create(
        zone=ZONE, number="360222L000001", kind="forest", county=FULIANG, recorded_at=now
    )
    assert load_sample_land(ZONE) == {"registrations": 0, "patches": 0, "applications": 0}


def test_a_register_is_declared_in_the_order_of_its_days() -> None:
    given = sample_land(ZONE)
    assert given is not None
    entries = given.register_.registrations
    with pytest.raises(ValueError, match="in the order of their days"):
        SampleRegister(units=given.register_.units, registrations=tuple(reversed(entries)))
    texts = Path(__file__).parents[2] / "src/ecociv/zones/jingdezhen/land_sample.yaml"
    assert all("示例" in unit.state.name for unit in given.register_.units) and texts.is_file()


def test_an_age_is_counted_in_working_days() -> None:
    # Monday 4 June 2018: one working day before is Friday the 1st; from a Sunday the day itself is moved back.
    assert began(dt.date(2018, 6, 4), 1) == dt.date(2018, 6, 1)
    assert began(dt.date(2018, 6, 3), 0) == dt.date(2018, 6, 1)
