"""Parts of the sample zone hold together exactly: counties and city, sectors and totals, land and its area."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.evidence.returns.cells import Entry
from ecociv.evidence.returns.checks import Severity, check_entries
from ecociv.evidence.returns.forms import load_forms
from ecociv.evidence.sample.book import share_out
from ecociv.evidence.sample.filings import write_book
from evidence.sample_zone import CITY, COUNTIES, PLACES, YEARS, ZONE, assumptions, exact, filed

pytestmark = pytest.mark.long

FORMS = {form.key: form for form in load_forms(ZONE)}
SHARED = sorted(
    key for key, form in FORMS.items() if {"zone", "counties"} <= {each.group for each in form.places}
)
NOT_ADDITIVE = {"income.urban", "income.rural"} | {
    # Water between two counties enters neither the city nor leaves it.
    f"waterbody.{body}.{row}"
    for body in ("reservoir", "lake", "river", "ground")
    for row in ("inflow", "outflow")
}
BOOK = write_book(ZONE, assumptions())


@pytest.mark.parametrize("form", SHARED)
def test_counties_add_up_to_the_city_in_every_cell(form: str) -> None:
    for year in YEARS:
        for cell in FORMS[form].cells:
            if cell.key in NOT_ADDITIVE:
                continue
            parts = [BOOK.number(form, county, year, cell.key) for county in COUNTIES]
            assert sum(parts) == BOOK.number(form, CITY, year, cell.key), (form, year, cell.key)


@pytest.mark.parametrize("place", (CITY, *COUNTIES))
def test_sectors_and_classes_close(place: str) -> None:
    for year in YEARS:
        shares = [
            exact("economy", year, f"value_added.{k}", place) for k in ("primary", "secondary", "tertiary")
        ]
        assert sum(shares) == exact("economy", year, "gdp.current", place)
        uses = [
            exact("water-use", year, f"use.{k}", place)
            for k in ("agriculture", "industry", "domestic", "ecology")
        ]
        assert sum(uses) == exact("water-use", year, "use.total", place)
        classes = [c.key for c in FORMS["land"].cells if c.key != "land.total"]
        assert sum(exact("land", year, key, place) for key in classes) == exact(
            "land", year, "land.total", place
        )


def test_the_area_of_the_city_is_that_of_the_zone() -> None:
    # 37,800 + 3,100 + 286,700 + 198,000 = 525,600 hectare = 5,256 km2
    assert exact("land", 2017, "land.total") == Decimal("525600.00")


def test_the_bureaus_total_of_energy_is_that_of_the_carriers() -> None:
    # GB/T 2589-2008; 10^4 m3 gas = 13.3 tce, 10^4 kWh = 1.229 tce
    factors = {
        "coal": "0.7143",
        "coke": "0.9714",
        "gasoline": "1.4714",
        "diesel": "1.4571",
        "fuel_oil": "1.4286",
        "lpg": "1.7143",
        "natural_gas": "13.3",
        "electricity.net_import": "1.229",
        "electricity.hydro": "1.229",
        "electricity.solar": "1.229",
        "electricity.wind": "1.229",
        "biomass_energy": "1",
    }
    for year in YEARS:
        total = sum(Decimal(factor) * exact("energy", year, key) for key, factor in factors.items())
        assert abs(total - exact("energy", year, "total.reported")) <= Decimal("0.05"), year
    restated = filed()[1].values
    total = sum(Decimal(factor) * Decimal(str(restated[key])) for key, factor in factors.items())
    assert abs(total - Decimal(str(restated["total.reported"]))) <= Decimal("0.05")


def test_no_return_breaks_a_rule_of_its_form() -> None:
    first, restated = filed()
    for (form, place, year), each in [*first.items(), (("energy", CITY, 2015), restated)]:
        cells = FORMS[form].cells_for(place, PLACES)
        assert {cell.key for cell in cells} == set(each.values), (form, place, year)
        before = first.get((form, place, year - 1))
        findings = check_entries(
            FORMS[form],
            cells,
            _entries(each.values),
            _entries(before.values if before else {}),
            each.explanations,
        )
        assert [f for f in findings if f.severity is not Severity.NOTE and f.blocks] == [], (
            form,
            place,
            year,
        )


def test_there_is_a_return_for_every_form_place_and_year_but_the_one_never_handed_in() -> None:
    due = {
        (key, place, year)
        for key, form in FORMS.items()
        for place in form.place_keys(PLACES)
        for year in YEARS
    }
    assert due - set(filed()[0]) == {("procurement", CITY, 2020)}
    assert set(filed()[0]) <= due


def _entries(values: object) -> dict[str, Entry]:
    assert isinstance(values, dict)
    return {
        key: Entry(value) if isinstance(value, Decimal) else Entry(*value) for key, value in values.items()
    }


weights = st.lists(st.floats(0.001, 1000), min_size=1, max_size=12)


@given(total=st.integers(0, 10**12), given_weights=weights)
def test_what_is_shared_out_adds_up(total: int, given_weights: list[float]) -> None:
    parts = share_out(total, given_weights)
    assert sum(parts) == total
    assert all(part >= 0 for part in parts)


@given(data=st.data(), given_weights=weights)
def test_no_part_is_more_than_it_may_be(data: st.DataObject, given_weights: list[float]) -> None:
    most = data.draw(
        st.lists(st.integers(0, 10**6), min_size=len(given_weights), max_size=len(given_weights))
    )
    total = data.draw(st.integers(0, sum(most)))
    parts = share_out(total, given_weights, most)
    assert sum(parts) == total
    assert all(0 <= part <= limit for part, limit in zip(parts, most, strict=True))


def test_what_does_not_fit_is_refused() -> None:
    with pytest.raises(ValueError, match="10 does not fit into 9"):
        share_out(10, [1, 1], [4, 5])
