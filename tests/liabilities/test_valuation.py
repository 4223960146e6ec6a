"""The methods of valuation, by hand and by what must always hold."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.periods import OutsideValidity
from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.liabilities.valuation.amounts import (
    CostItem,
    ValuationRefused,
    resource_equivalency,
    restoration_cost,
    total,
)
from ecociv.liabilities.valuation.declaration import methods
from ecociv.liabilities.valuation.virtual_treatment import virtual_treatment_cost

DAY = dt.date(2017, 6, 1)


def water(factor: str, day: dt.date = DAY, **more: object) -> Trace:
    said = {
        "amount": Decimal(500),
        "unit_cost": Decimal(20),
        "medium": "surface-water",
        "function_class": "III",
    }
    return virtual_treatment_cost(**{**said, **more}, factors={"sensitivity": Decimal(factor)}, day=day)  # type: ignore[arg-type]


def test_virtual_treatment_is_amount_times_cost_times_sensitivity() -> None:
    # 500 kg x 20 yuan/kg x 5 = 50,000 yuan.
    found = water("5")
    assert found.value == Decimal("50000.00")
    assert Trace.from_json(found.to_json()) == found
    assert not found.standard.verified  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("factor", "holds"), [("4.5", True), ("4.4999", False), ("6", True), ("6.0001", False)]
)
def test_the_multiplier_of_a_class_lies_in_its_range(factor: str, holds: bool) -> None:
    if holds:
        assert water(factor).value == (Decimal(10000) * Decimal(factor)).quantize(Decimal("0.01"))
    else:
        with pytest.raises(ValuationRefused, match="4.5 to 6"):
            water(factor)


def test_the_edition_is_that_of_the_day_and_none_is_taken_in_its_place() -> None:
    assert water("5", dt.date(2020, 12, 31)).formula.endswith("sensitivity")
    with pytest.raises(ValuationRefused, match="no factor 'sensitivity'"):
        water("5", dt.date(2021, 1, 1))
    with pytest.raises(OutsideValidity):
        water("5", dt.date(2014, 10, 23))
    # 500 x 20 x 1.5 x 1.2 x 2 (class III, fixed) = 36,000.
    later = virtual_treatment_cost(
        Decimal(500),
        Decimal(20),
        "surface-water",
        "III",
        {"hazard": Decimal("1.5"), "exceedance": Decimal("1.2")},
        dt.date(2021, 1, 1),
    )
    assert later.value == Decimal("36000.00")


@pytest.mark.parametrize(
    ("more", "field"),
    [
        ({"function_class": "VI"}, "function_class"),
        ({"medium": "noise"}, "function_class"),
        ({"amount": Decimal(-1)}, "amount"),
        ({"unit_cost": Decimal("NaN")}, "unit_cost"),
    ],
)
def test_what_cannot_be_valued_names_its_field(more: dict[str, object], field: str) -> None:
    with pytest.raises(ValuationRefused) as refused:
        water("5", **more)
    assert refused.value.field == field


def test_worse_classes_of_function_never_cost_more() -> None:
    """A better environment weighs more: ranges touch from class to class and never cross."""
    for edition in methods().virtual_treatment:
        for factor in edition.factors.values():
            for classes in factor.ranges.values():
                order = [classes[key] for key in ("I", "II", "III", "IV", "V") if key in classes]
                for better, worse in zip(order, order[1:], strict=False):
                    assert better.lowest >= worse.highest or (better.lowest, better.highest) > (
                        worse.lowest,
                        worse.highest,
                    )


def test_restoration_adds_the_works_and_their_overheads_and_rounds_once() -> None:
    # 3 x 0.335 = 1.005; with 10 % 1.1055, which is 1.11 (rounded once; 1.00 + 10 % would have been 1.10).
    found = restoration_cost(
        [CostItem("清淤", Decimal(3), "m^3", Decimal("0.335"))], overheads=Decimal("0.1")
    )
    assert found.value == Decimal("1.11")
    with pytest.raises(ValuationRefused, match="at least one"):
        restoration_cost([])


def test_equivalency_discounts_losses_and_gains_to_one_year() -> None:
    # Losses 10 x 1.03 + 10 = 20.3; gains of one hectare 0.5/1.03 + 0.5/1.03^2 = 1.015/1.0609.
    # 20.3 / (1.015/1.0609) = 21.218 ha; x 30,000 = 636,540.
    found = resource_equivalency(
        {2016: Decimal(10), 2017: Decimal(10)},
        {2018: Decimal("0.5"), 2019: Decimal("0.5")},
        Decimal(30000),
        base_year=2017,
    )
    assert found.value == Decimal("636540.00")


@pytest.mark.parametrize(
    ("rate", "holds"), [("0.02", True), ("0.0199", False), ("0.05", True), ("0.0501", False)]
)
def test_the_rate_lies_in_the_declared_range(rate: str, holds: bool) -> None:
    def cost() -> Trace:
        return resource_equivalency(
            {2017: Decimal(1)}, {2017: Decimal(1)}, Decimal(100), base_year=2017, rate=Decimal(rate)
        )

    if holds:
        assert cost().value == Decimal("100.00")
    else:
        with pytest.raises(ValuationRefused, match=r"0\.02 to 0\.05"):
            cost()


@given(
    st.dictionaries(st.integers(2010, 2020), st.decimals(0, 100, places=2), min_size=1, max_size=5),
    st.dictionaries(st.integers(2010, 2030), st.decimals("0.01", 10, places=2), min_size=1, max_size=5),
    st.integers(2015, 2019),
)
def test_the_base_year_does_not_matter(
    losses: dict[int, Decimal], gains: dict[int, Decimal], base: int
) -> None:
    """Both sides are discounted to the same year, which cancels out, to the fen."""

    def cost(year: int) -> Decimal:
        value = resource_equivalency(losses, gains, Decimal(1000), base_year=year).value
        assert isinstance(value, Decimal)
        return value

    assert abs(cost(base) - cost(base + 1)) <= Decimal("0.01")


def test_the_sum_keeps_its_parts() -> None:
    parts = [water("5"), restoration_cost([CostItem("x", Decimal(1), "m^3", Decimal("0.10"))])]
    added = total(parts, Text(zh="合计", en="Total"))
    assert added.value == Decimal("50000.10")
    assert Trace.from_json(added.to_json()).inputs == tuple(parts)
    with pytest.raises(ValuationRefused):
        total([], Text(zh="合计", en="Total"))
