"""The ecosystem product: published sums, lines that stay missing, intervals that repeat."""

from __future__ import annotations

import csv
from decimal import ROUND_DOWN, Decimal
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ecociv.accounts.gep.declaration import ZoneGep, load_gep
from ecociv.accounts.gep.spread import influences
from ecociv.accounts.gep.statement import Found, GepStatement, compile_statement
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.standards.natural_capital import Category
from shared_data import shared_file

BASIS = {"standard": "test"}
PLACE = Text(zh="示例县", en="Sample County")


def declared(*lines: dict[str, Any], **more: Any) -> ZoneGep:
    coefficients = {
        "rain": {"name": ["降水", "rain"], "value": 1000, "unit": "mm", "uncertainty": "0.2", "basis": BASIS},
        "npp": {"name": ["生产力", "production"], "value": 10, "unit": "tonne / hectare", "basis": BASIS},
    }
    prices = {"water": {"name": ["水价", "price of water"], "value": 2, "unit": "yuan / m3", "basis": BASIS}}
    return ZoneGep.model_validate(
        {
            "zone": "test",
            "first_year": 2015,
            "basis": BASIS,
            "draws": 400,
            "coefficients": coefficients,
            "prices": prices,
            "lines": list(lines),
        }
        | more
    )


def runoff(key: str, forest: str = "mixed") -> dict[str, Any]:
    return {
        "key": key,
        "category": "regulation",
        "service": ["水源涵养", "Water"],
        "indicator": [key, key],
        "method": "forest-runoff",
        "options": {"forest": forest},
        "price": "water",
        "inputs": {"precipitation": {"coefficient": "rain"}, "area": {"return": "forestry", "cells": key}},
    }


def stated(key: str, category: str = "provision") -> dict[str, Any]:
    return {
        "key": key,
        "category": category,
        "service": [key, key],
        "indicator": [key, key],
        "method": "stated",
        "inputs": {"value": {"return": "economy", "cells": key}},
    }


def have(name: str, figure: Decimal | Missing, unit: str = "1", uncertainty: str = "0") -> Found:
    label = Text(zh=name, en=name)
    reason = Text(zh="没有填报", en="not filed") if isinstance(figure, Missing) else None
    return Found(name, figure, unit, Decimal(uncertainty), Trace(label, figure, unit, ""), reason)


def drawn_up(zone: ZoneGep, found: dict[tuple[str, str], Found]) -> GepStatement:
    return compile_statement(zone, found, area="county", area_name=PLACE, year=2017)


def rain() -> Found:
    return have("coefficient:rain", Decimal(1000), "mm", "0.2")


def test_a_line_by_hand() -> None:
    zone = declared(runoff("wood"))
    found = drawn_up(
        zone, {("wood", "precipitation"): rain(), ("wood", "area"): have("a", Decimal(1_000_000), "m2")}
    )
    # 1000 mm on 1,000,000 m2 is 1,000,000 m3; 0.6 of it makes runoff and a mixed forest holds 0.34 of that:
    # 204,000 m3 at 2 yuan are 408,000 yuan, 0.00408 x 10^8.
    # Measurements are binary; money is compared after the digits that noise can reach.
    quantity = found.lines[0].quantity
    assert isinstance(quantity, Decimal) and quantity.quantize(Decimal("0.001")) == Decimal("204000")
    assert found.total is not None and found.total.quantize(Decimal("1e-12")) == Decimal("0.00408")
    assert "0.34" in str(found.lines[0].trace.to_json())


def test_what_is_missing_stays_missing_and_the_total_says_so() -> None:
    zone = declared(stated("farms"), stated("fish"), stated("visits", "culture"))
    found = drawn_up(
        zone,
        {
            ("farms", "value"): have("farms", Decimal(3)),
            ("fish", "value"): have("fish", Decimal(0)),
            ("visits", "value"): have("visits", Missing.MISSING),
        },
    )
    assert found.total == 3
    assert [line.declared.key for line in found.without] == ["visits"]
    assert found.lines[1].value == 0 and found.lines[2].value is Missing.MISSING
    assert found.of_category(Category.CULTURE) is None and found.of_category(Category.PROVISION) == 3
    assert any("visits" in note.en for note in found.trace.notes)


def test_nothing_known_is_no_total() -> None:
    found = drawn_up(declared(stated("farms")), {("farms", "value"): have("farms", Missing.WITHHELD)})
    assert found.total is None and found.low is None and found.lines[0].value is Missing.WITHHELD


def test_a_shared_coefficient_moves_all_its_lines_together() -> None:
    zone = declared(runoff("one"), runoff("two"), draws=4000)
    area = have("area", Decimal(1_000_000), "m2")
    found = drawn_up(
        zone,
        {(key, name): rain() if name == "precipitation" else area for key in ("one", "two") for name in ("precipitation", "area")},
    )
    first, total = found.lines[0], found
    assert first.low is not None and first.high is not None and total.low is not None and total.high is not None
    # Fully dependent: the interval of the sum is the sum of the intervals, not a root-two narrower one.
    assert abs((total.high - total.low) - 2 * (first.high - first.low)) < Decimal("1e-9")
    # Log-normal with mean 1 and 20 %: the 5 % and 95 % points lie at exp(-s2/2 -+ 1.645 s), s2 = ln 1.04.
    assert abs(first.low / Decimal("0.00408") - Decimal("0.710")) < Decimal("0.02")
    assert abs(first.high / Decimal("0.00408") - Decimal("1.354")) < Decimal("0.03")


def test_the_interval_repeats_and_another_line_changes_nothing_in_it() -> None:
    found = {
        ("one", "precipitation"): rain(),
        ("one", "area"): have("area", Decimal(500), "m2", "0.1"),
        ("farms", "value"): have("farms", Decimal(3), "1", "0.05"),
    }
    alone = drawn_up(declared(runoff("one")), found)
    both = drawn_up(declared(stated("farms"), runoff("one")), found)
    again = drawn_up(declared(runoff("one")), found)
    assert (alone.low, alone.high) == (again.low, again.high)
    assert (alone.lines[0].low, alone.lines[0].high) == (both.lines[1].low, both.lines[1].high)
    other = drawn_up(declared(runoff("one"), seed=1), found)
    assert other.low != alone.low and other.total == alone.total


@settings(max_examples=60, deadline=None)
@given(
    st.lists(
        st.one_of(
            st.decimals(0, 1000, places=3), st.sampled_from([Missing.MISSING, Missing.WITHHELD, Missing.NOT_APPLICABLE])
        ),
        min_size=1,
        max_size=8,
    ),
    st.randoms(use_true_random=False),
)
def test_the_total_is_what_is_known_in_any_order(values: list[Decimal | Missing], order: Any) -> None:
    keys = [f"line-{place}" for place in range(len(values))]
    found = {(key, "value"): have(key, value) for key, value in zip(keys, values, strict=True)}
    first = drawn_up(declared(*(stated(key) for key in keys)), found)
    order.shuffle(keys)
    second = drawn_up(declared(*(stated(key) for key in keys)), found)
    known = [value for value in values if not isinstance(value, Missing)]
    assert first.total == second.total == (sum(known, Decimal(0)) if known else None)
    assert len(first.without) == len(values) - len(known)
    services = [first.of_service(line.declared.service) for line in first.lines]
    assert sum((one for one in services if one is not None), Decimal(0)) == (first.total or 0)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"method": "guess"}, "no method"),
        ({"options": {"forest": "palm"}}, "options.forest"),
        ({"price": ""}, "has no price"),
        ({"inputs": {"area": {"coefficient": "rain"}}}, "takes the inputs"),
        ({"inputs": {"precipitation": {"coefficient": "snow"}, "area": {"coefficient": "npp"}}}, "no coefficient"),
        ({"price": "gold"}, "no price 'gold'"),
    ],
)
def test_a_wrong_line_is_named(change: dict[str, Any], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        declared(runoff("wood") | change)


def test_the_zone_declares_lines_that_can_be_computed() -> None:
    zone = load_gep("jingdezhen")
    assert {line.category for line in zone.lines} == set(Category)
    assert all(not each.basis.verified for each in zone.coefficients.values()), "checked against a source now: say which"


@pytest.mark.oracle
def test_garze_2010_comes_out_of_the_engine() -> None:
    path = shared_file("published/gep_garze_2010_table3.csv")
    with path.open(encoding="utf-8") as file:
        rows = [row for row in csv.DictReader(file) if not row["service"].startswith("合计")]
    assert len(rows) == 28
    lines = [stated(f"line-{place}") for place in range(len(rows))]
    found = {
        (f"line-{place}", "value"): have(f"line-{place}", Decimal(row["value_1e8_yuan"])) for place, row in enumerate(rows)
    }
    total = drawn_up(declared(*lines), found).total
    # The 28 lines add up to 7545.5980; the paper cuts its sums after two digits.
    assert total == Decimal("7545.5980") and total.quantize(Decimal("0.01"), rounding=ROUND_DOWN) == Decimal("7545.59")
    # Quantity times price, line by line, for the storage of lakes: 2.43 x 10^8 m3 at 7.06 yuan a m3 are 17.1558, printed 17.143.
    lake = next(row for row in rows if row["indicator"].startswith("湖泊"))
    assert abs(Decimal("2.43") * Decimal("7.06") - Decimal(lake["value_1e8_yuan"])) < Decimal("0.04")


def test_what_each_figure_does_to_a_line_alone() -> None:
    zone = declared(runoff("one"), runoff("two"), draws=4000)
    area = have("returns:wood", Decimal(1_000_000), "m2", "0.1")
    found = drawn_up(
        zone,
        {(key, name): rain() if name == "precipitation" else area for key in ("one", "two") for name in ("precipitation", "area")},
    )
    rained, wooded, priced = influences(zone, found.lines[0], found.lines)
    assert [each.name for each in (rained, wooded, priced)] == ["precipitation", "area", "price"]
    value, whole = found.lines[0].number, found.lines[0]
    assert value is not None and whole.low is not None and whole.high is not None
    for each in (rained, wooded):
        assert each.low is not None and each.high is not None and whole.low < each.low < value < each.high < whole.high
    # the price has no uncertainty; 20 % against 10 %: variances as ln 1.04 to ln 1.01, about 4 to 1
    assert priced.low is None and priced.share is None and priced.uncertainty == 0
    assert rained.share is not None and Decimal(75) < rained.share < Decimal(84)
    assert abs(rained.share + wooded.share - 100) <= Decimal("0.1")  # type: ignore[operator]
    assert [text.en for text in rained.used_by] == ["two"] and rained.figure == 1000


def test_a_line_with_a_gap_says_which_figure_is_missing_and_moves_nothing() -> None:
    zone = declared(runoff("wood"))
    gap = have("a", Missing.MISSING, "m2")
    found = drawn_up(zone, {("wood", "precipitation"): rain(), ("wood", "area"): gap})
    shown = {each.name: each for each in influences(zone, found.lines[0], found.lines)}
    assert shown["area"].figure is Missing.MISSING and shown["area"].reason is not None
    assert all(each.low is None for each in shown.values())
