"""What is deliberately absent, wrong or late in the sample zone."""

from __future__ import annotations

from decimal import Decimal

import pytest

from ecociv.core.missing import Missing
from ecociv.evidence.returns.deadlines import due_day
from ecociv.evidence.returns.forms import load_form
from ecociv.evidence.returns.periods import ReturnPeriod
from ecociv.evidence.sample.filings import CLOCK
from ecociv.evidence.sample.loading import _filing
from evidence.sample_zone import CITY, COUNTIES, PLACES, YEARS, ZONE, exact, filed

pytestmark = pytest.mark.long


def _kinds(form: str, place: str, year: int) -> dict[str, Missing]:
    return {
        key: value[0]
        for key, value in filed()[0][form, place, year].values.items()
        if isinstance(value, tuple)
    }


def test_figures_are_absent_for_each_reason() -> None:
    assert _kinds("construction", CITY, 2017) == {"park.green": Missing.MISSING}
    assert _kinds("assessment-scheme", CITY, 2014) == dict.fromkeys(
        ("points.all", "points.ecology"), Missing.NOT_APPLICABLE
    )
    assert _kinds("water-use", "zhushan-district", 2016) == {"resource.total": Missing.DELEGATED}
    assert set(_kinds("mine", "mine-other-3", 2013).values()) == {Missing.WITHHELD}
    assert {year for year in YEARS if _kinds("industry-development", CITY, year)} == {2016, 2017}


def test_every_absence_says_why() -> None:
    remarks = [
        value[1] for each in filed()[0].values() for value in each.values.values() if isinstance(value, tuple)
    ]
    assert remarks and all(remarks)


def test_one_county_disagrees_with_the_city_in_one_year() -> None:
    differing = {
        (year, key)
        for year in YEARS
        for key in ("use.total", "use.industry", "use.domestic", "use.agriculture", "use.ecology")
        if sum(exact("water-use", year, key, county) for county in COUNTIES) != exact("water-use", year, key)
    }
    assert differing == {(2016, "use.total"), (2016, "use.industry")}
    surplus = sum(exact("water-use", 2016, "use.total", county) for county in COUNTIES) - exact(
        "water-use", 2016, "use.total"
    )
    assert surplus == Decimal(1860)


def test_two_departments_are_late_and_the_others_in_time() -> None:
    late = {}
    for (form, place, year), each in filed()[0].items():
        due = due_day(load_form(ZONE, form).due.working_days, ReturnPeriod.parse(str(year))).day
        handed_in = each.submitted_at.astimezone(CLOCK).date()
        if handed_in > due:
            late[form, place, year] = (handed_in - due).days
        assert each.accepted_at > each.submitted_at
    assert late == {
        ("forestry", CITY, 2017): 41,
        ("forestry", CITY, 2020): 41,
        ("commerce", CITY, 2016): 67,
        ("commerce", CITY, 2020): 67,
    }


def test_the_restated_return_moves_coal_and_the_total_alone() -> None:
    first, restated = filed()
    before = first["energy", CITY, 2015].values
    changed = {key for key, value in restated.values.items() if value != before[key]}
    assert (restated.form, restated.place, restated.year) == ("energy", CITY, 2015)
    assert changed == {"coal", "total.reported"}
    more = Decimal(str(restated.values["coal"])) - Decimal(str(before["coal"]))
    total = Decimal(str(restated.values["total.reported"])) - Decimal(str(before["total.reported"]))
    # 75,200 t x 0.7143 tce/t = 53,715.4 tce
    assert more == 75200 and abs(total - Decimal("53715.4")) <= Decimal("0.1")
    assert restated.reason and restated.submitted_at.year == 2018


def test_what_was_made_up_says_so() -> None:
    invented = [p for p in PLACES.places if p.kind in {"enterprise", "section", "water-source", "area"}]
    assert len(invented) == 12 + 15 + 18 + 2 + 20
    for place in invented:
        assert place.details["sample"] is True, place.key
        assert place.name.zh.startswith(("示例", "样例")) and place.name.en.startswith("Sample"), place.key
    stations = [p for p in PLACES.places if p.kind == "station"]
    assert {p.details["coordinates"] for p in stations} == {"sample"}
    # inside the box of the city's boundary
    for place in (*invented, *stations):
        assert place.longitude and place.latitude
        assert 116.95 < place.longitude < 117.71 and 28.72 < place.latitude < 29.94, place.key


def test_figures_generated_anew_give_their_reason() -> None:
    """Returns of a later version of the sample restate those of an older one, and a restatement has its reason."""
    first, restated = filed()
    assert all(_filing(each).reason for each in (*first.values(), restated))
