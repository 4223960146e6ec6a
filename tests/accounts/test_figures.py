"""Figures of returns on their way into a cell: sums, units, real before generated, five kinds of absence."""

from __future__ import annotations

from decimal import Decimal

import pytest

from accounts.situations import ZONE, figures, observation
from ecociv.accounts.gather.figures import Part, inside
from ecociv.core.missing import Missing
from ecociv.evidence.mapping import load_places
from ecociv.evidence.schema import Quality

LAND = "land/jingdezhen/land.forest"
HYDRAULIC = Part("land", "jingdezhen", "land.hydraulic")
SURFACE = Part("land", "jingdezhen", "land.rivers_lakes")
FOREST = Part("land", "jingdezhen", "land.forest")


def key(part: Part, *, sample: bool = False) -> str:
    return f"{'sample/' if sample else ''}{part.network}/{part.place}/{part.property}"


def test_parts_are_added_in_the_unit_of_the_account() -> None:
    # 4,604.26 + 34,269.12 = 38,873.38 hectare = 3.887338 x 10^4 hectare
    found = figures(observation(key(HYDRAULIC), 2017, 4604.26), observation(key(SURFACE), 2017, 34269.12))
    assert found.summed([HYDRAULIC, SURFACE], 2017, "hectare").figure == Decimal("38873.38")
    assert found.summed([HYDRAULIC, SURFACE], 2017, "wan_hectare").figure == Decimal("3.887338")
    summed = found.summed([HYDRAULIC, SURFACE], 2017, "hectare")
    assert [one.source_id for one in summed.inputs] == [key(HYDRAULIC), key(SURFACE)]
    assert not summed.sample


def test_real_figures_go_first_and_are_never_added_to_generated_ones() -> None:
    found = figures(
        observation(key(HYDRAULIC), 2017, 10.0),
        observation(key(HYDRAULIC, sample=True), 2017, 99.0, sample=True),
        observation(key(SURFACE, sample=True), 2017, 5.0, sample=True),
    )
    mixed = found.summed([HYDRAULIC, SURFACE], 2017, "hectare")
    assert mixed.figure is Missing.MISSING  # the other part has no real figure
    assert found.summed([HYDRAULIC], 2017, "hectare").figure == 10
    only_sample = found.summed([SURFACE], 2017, "hectare")
    assert only_sample.figure == 5 and only_sample.sample


@pytest.mark.parametrize("kind", list(Missing))
def test_each_kind_of_absence_comes_through_with_the_remark_of_the_cell(kind: Missing) -> None:
    found = figures(observation(key(FOREST), 2017, None, missing=kind, note="调查未完成"))
    got = found.summed([FOREST], 2017, "hectare")
    assert got.figure is kind
    assert got.reason is not None and "调查未完成" in got.reason.zh and "林地" in got.reason.zh


def test_zero_is_a_figure() -> None:
    assert figures(observation(key(FOREST), 2017, 0.0)).summed([FOREST], 2017, "hectare").figure == 0


def test_what_nobody_reported_names_cell_place_and_year() -> None:
    got = figures().summed([FOREST], 2017, "hectare")
    assert got.figure is Missing.MISSING
    assert got.reason is not None and "2017" in got.reason.en and "Jingdezhen, Forest land" in got.reason.en


def test_a_cell_that_the_return_does_not_ask_of_a_county_says_so() -> None:
    got = figures().summed([Part("environment", "fuliang-county", "cod.domestic")], 2017, "tonne")
    assert got.reason is not None and "does not ask this area" in got.reason.en


def test_a_value_in_doubt_takes_no_part() -> None:
    got = figures(observation(key(FOREST), 2017, 5.0, quality=Quality.SUSPECT)).summed([FOREST], 2017, "hectare")
    assert got.figure is Missing.MISSING and got.reason is not None and "in doubt" in got.reason.en


def test_a_difference_below_zero_is_refused_not_written() -> None:
    consumed, recovered = Part("mine", "mine-copper-1", "ore.consumed"), Part("mine", "mine-copper-1", "ore.recovered", -1)
    found = figures(observation(key(consumed), 2017, 100.0), observation(key(recovered), 2017, 130.0))
    got = found.summed([consumed, recovered], 2017, "tonne")
    assert got.figure is Missing.MISSING and got.reason is not None and "-30" in got.reason.en


def test_nothing_of_the_kind_does_not_apply() -> None:
    assert figures().summed([], 2017, "tonne").figure is Missing.NOT_APPLICABLE


def test_members_lie_in_their_county_and_in_the_city() -> None:
    places = load_places(ZONE)
    mines = places.groups["mines"]
    assert inside(places, "jingdezhen", mines) == mines
    of_counties = [mine for county in places.groups["counties"] for mine in inside(places, county, mines)]
    assert sorted(of_counties) == sorted(mines)
    assert inside(places, "zhushan-district", mines) == ()
