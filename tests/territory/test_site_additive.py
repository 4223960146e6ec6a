"""Figures of a site check add up to the last digit: places, classes with what is left over, what goes and what stays."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from ecociv.territory.rules.loading import space_rules
from ecociv.territory.rules.purposes import purpose_of
from ecociv.territory.site_check.engine import check_site
from ecociv.territory.site_check.overlaps import ClassOverlap, Overlap
from ecociv.territory.site_check.sites import Site, read_site
from ecociv.territory.site_check.tables import balanced
from ecociv.territory.site_check.verdicts import changes
from territory.site_layers import ZONE, lay_all

PLACE = shapely.box(117.0, 29.0, 117.01, 29.01)
sizes = st.floats(min_value=0.001, max_value=1e8, allow_nan=False)


@given(st.lists(sizes, min_size=1, max_size=7), st.floats(min_value=0, max_value=1e8), st.floats(0, 1e7))
def test_classes_and_what_is_left_out_are_the_site_and_what_counts_twice(
    areas: list[float], uncovered: float, doubled: float
) -> None:
    """By its making: classes add up to what is covered and what two of them share."""
    doubled = min(doubled, sum(areas) - max(areas))
    covered = sum(areas) - doubled
    site = Site(PLACE, covered + uncovered)
    found = Overlap({f"c{place}": ClassOverlap(area=area) for place, area in enumerate(areas)}, covered)
    shown = balanced(found, site)
    parts = [*shown.classes.values(), shown.rest]
    whole = round(Decimal(site.area), 2) + Decimal(shown.overlapping)
    assert sum(Decimal(area) for area, _ in parts) == whole
    if shown.overlapping == "0.00":
        assert sum(Decimal(share) for _, share in parts) == 100


def test_three_thirds_of_a_site_that_is_no_multiple_of_three() -> None:
    # 100.00 m2 into 3 x 33.333...: the remainders are equal, so the first class takes the odd hundredth.
    found = Overlap({key: ClassOverlap(area=100 / 3) for key in "abc"}, 100.0)
    shown = balanced(found, Site(PLACE, 100.0))
    assert shown.classes == {"a": ("33.34", "33.3334"), "b": ("33.33", "33.3333"), "c": ("33.33", "33.3333")}
    assert (shown.rest, shown.overlapping) == (("0.00", "0.0000"), "0.00")


@given(st.floats(min_value=0.0001, max_value=0.0099))
def test_what_goes_and_what_stays_are_the_site(width: float) -> None:
    rules = space_rules(ZONE)
    site = read_site(PLACE, rules.tolerances)
    part = shapely.box(117.0, 29.0, 117.0 + width, 29.01)
    out = changes([part], PLACE, site.area, [], rules, whole=True)["leave_out"]
    assert Decimal(out["area_m2"]) + Decimal(out["remaining_m2"]) == round(Decimal(site.area), 2)


@pytest.mark.django_db
def test_sentences_and_tables_of_a_check_give_the_same_figures() -> None:
    lay_all()
    rules = space_rules(ZONE)
    # Odd corners, so that no area is a round number by chance; it reaches over what the layers of the situation draw.
    around = shapely.Polygon(
        [(117.0123, 29.0137), (117.1871, 29.0311), (117.1533, 29.1719), (117.0411, 29.1457)]
    )
    site = read_site(around, rules.tolerances)
    result = check_site(site, purpose_of("housing", rules), zone=ZONE, on=dt.date(2018, 6, 1)).result
    tables = {
        (layer["key"], each["class"]): (each["area_m2"], each["share"])
        for layer in result["layers"]
        for each in layer["classes"]
    }
    of_classes = [each for each in result["findings"] if each["class"]]
    assert of_classes
    for each in of_classes:
        assert (each["area_m2"], each["share"]) == tables[each["layer"], each["class"]]
    for layer in result["layers"]:
        parts = [layer["uncovered_m2"], *(each["area_m2"] for each in layer["classes"])]
        whole = Decimal(result["site"]["area_m2"]) + Decimal(layer["overlapping_m2"])
        assert sum(map(Decimal, parts)) == whole, layer["key"]
    assert sum(Decimal(each["share"]) for each in result["site"]["places"]) <= 100
