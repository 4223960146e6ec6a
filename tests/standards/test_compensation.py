"""Compensation: the P index and its thresholds, exceedance, loads, basin fund, areas; sums that close exactly."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.core.periods import Validity
from ecociv.core.trace import Citation
from ecociv.standards import MeasurementError, ParameterOutsideValidity, compensation
from ecociv.standards.compensation import AllocationError, AreaRate, BasinCounty, NoRate

BASE = {"codmn": 1.99, "nh3n": 0.12, "tn": 1.25, "tp": 0.031}
YEAR = {"codmn": 2.05, "nh3n": 0.10, "tn": 1.20, "tp": 0.030}
ONES = dict.fromkeys(BASE, 1.0)


def test_p_index_golden_vector():
    # (2.05/1.99 + 0.10/0.12 + 1.20/1.25 + 0.030/0.031) / 4 = 0.9478; times 0.85 and 0.89
    first = compensation.p_index(**YEAR, baseline=BASE, on=date(2013, 12, 31))
    second = compensation.p_index(**YEAR, baseline=BASE, on=date(2016, 12, 31))
    assert (round(first.value, 4), first.payer, first.amount) == (0.8056, "downstream", Decimal(10000))
    assert (round(second.value, 4), second.payer, second.amount) == (0.8435, "downstream", Decimal(20000))
    assert first.marks
    assert "memory" in first.explain("en")
    assert "下游补偿上游10000万元" in first.explain("zh")


def test_the_weights_of_the_third_round():
    # 0.9 * (0.22 * 2 + 0.22 + 0.28 + 0.28) = 0.9 * 1.22 = 1.098
    found = compensation.p_index(**(ONES | {"codmn": 2.0}), baseline=ONES, on=date(2018, 1, 1))
    assert found.value == pytest.approx(1.098)
    assert (found.payer, found.amount) == ("upstream", Decimal(10000))


@pytest.mark.parametrize(
    ("edition", "k0", "limit", "at", "above"),
    [
        ("Xin'an round 1", 0.85, 1.0, ("downstream", 10000), ("upstream", 10000)),
        ("Xin'an round 2", 0.89, 0.95, ("downstream", 20000), ("downstream", 10000)),
        ("Xin'an round 2", 0.89, 1.0, ("downstream", 10000), ("upstream", 10000)),
        ("Xin'an round 3", 0.90, 0.95, ("downstream", 20000), ("downstream", 10000)),
    ],
)
def test_both_sides_of_every_threshold(edition, k0, limit, at, above):
    # with equal ratios r the index is k0 * r
    def verdict(p):
        found = compensation.p_index(**dict.fromkeys(BASE, p / k0), baseline=ONES, edition=edition)
        return found.payer, found.amount

    assert verdict(limit) == at
    assert verdict(limit + 1e-6) == above


def test_an_accident_makes_upstream_pay_and_a_gap_leaves_nothing():
    found = compensation.p_index(
        **(YEAR | {"tp": [0.03, 0.03, np.nan]}),
        baseline=BASE,
        major_accident=[False, True, False],
        edition="Xin'an round 1",
    )
    assert found.payer.tolist() == ["downstream", "upstream", ""]
    assert found.amount.tolist() == [Decimal(10000), Decimal(10000), None]
    assert found.validity.enough.tolist() == [True, True, False]
    assert "upstream pays downstream" in found.explain("en", at=1)
    assert "P index = none" in found.explain("en", at=2)


def test_a_year_without_an_agreement_is_an_error():
    with pytest.raises(ParameterOutsideValidity, match="2021"):
        compensation.p_index(**YEAR, baseline=BASE, on=date(2021, 1, 1))
    with pytest.raises(MeasurementError, match="above 0"):
        compensation.p_index(**YEAR, baseline=BASE | {"tp": 0.0}, edition="Xin'an round 1")


@given(st.lists(st.floats(0.001, 50), min_size=1, max_size=8), st.sampled_from(sorted(BASE)))
def test_p_scalars_and_arrays_agree_and_worse_water_never_lowers_p(values, item):
    ordered = np.sort(values)
    together = compensation.p_index(**(YEAR | {item: ordered}), baseline=BASE, edition="Xin'an round 2")
    alone = [
        compensation.p_index(**(YEAR | {item: value}), baseline=BASE, edition="Xin'an round 2")
        for value in ordered
    ]
    assert together.value.tolist() == [one.value for one in alone]
    assert together.amount.tolist() == [one.amount for one in alone]
    assert (np.diff(together.value) >= 0).all()


def test_exceedance_shows_its_arithmetic():
    # COD (22 - 20) * 10 * 31.536 = 630.72 t * 700 = 441504; NH3-N 0.9 < 1.0 earns (0.1 * 315.36 = 31.536 t) * 100
    found = compensation.exceedance_compensation(
        {"cod": 22.0, "nh3n": 0.9},
        {"cod": 20.0, "nh3n": 1.0},
        {"cod": 700, "nh3n": 3000},
        flow=10,
        days=365,
        reward_prices={"nh3n": 100},
    )
    assert found.items == {"cod": Decimal("441504.00"), "nh3n": Decimal("-3153.60")}
    assert found.value == Decimal("438350.40")
    # the multiple: (22 - 20) / 20 * 315360000 m3 * 0.01 yuan = 315360
    multiple = compensation.exceedance_compensation(
        {"cod": 22.0}, {"cod": 20.0}, {"cod": 0.01}, flow=10, days=365, method="multiple"
    )
    assert multiple.value == Decimal("315360.00")
    assert "438350.4" in found.explain("en")


def test_the_limit_itself_costs_nothing_and_a_missing_flow_is_reported():
    found = compensation.exceedance_compensation(
        {"cod": [20.0, 20.001, 22.0, 22.0]},
        {"cod": 20.0},
        {"cod": 1000},
        flow=[10, 10, np.nan, 10],
        days=[30, 30, 30, np.nan],
        design_flow=5,
    )
    # 0.001 * 10 * 2.592 = 0.02592 t -> 25.92; 2 * 5 * 2.592 = 25.92 t -> 25920
    assert found.value.tolist() == [Decimal("0.00"), Decimal("25.92"), Decimal("25920.00"), None]
    assert found.design_flow_used.tolist() == [False, False, True, False]
    assert "design flow" in found.explain("en", at=2)


def test_flow_weighted_load():
    # row 1: (2 * 30 + 4 * 10) / 40 = 2.5; row 2: only the second month has both figures: 4
    found = compensation.flow_weighted_load([[2.0, 4.0], [np.nan, 4.0]], [30.0, 10.0], [30, 30])
    assert found.value.tolist() == [2.5, 4.0]
    assert found.load.tolist() == pytest.approx([259.2, 103.68])
    assert found.validity.enough.tolist() == [True, False]
    assert np.isnan(compensation.flow_weighted_load([np.nan], [3.0], [30]).value)


def counties(**changes):
    rows = {
        "A": {
            "water_quality": 92,
            "water_treatment": 95,
            "forest": 71.2,
            "water_management": 88,
            "coefficient": 1.2,
        },
        "B": {"water_quality": 85, "water_treatment": 80, "forest": 64, "water_management": 90},
        "C": {"water_quality": 78, "water_treatment": 88, "forest": 55, "water_management": 75},
    }
    return [BasinCounty(name, **(row | changes.get(name, {}))) for name, row in rows.items()]


def test_basin_allocation_golden_vector():
    found = compensation.allocate_basin_fund(3000, counties())
    # A: 1.2 * (46 + 19 + 14.24 + 8.8) = 1.2 * 88.04 = 105.648; B: 42.5 + 16 + 12.8 + 9 = 80.3; C: 39 + 17.6 + 11 + 7.5
    assert found.scores == {"A": Decimal("105.648"), "B": Decimal("80.3"), "C": Decimal("75.1")}
    assert list(found.value.values()) == [Decimal("1214.12"), Decimal("922.82"), Decimal("863.06")]
    assert sum(found.value.values()) == 3000
    assert any("our reading" in mark.en for mark in found.marks)
    assert "1214.12" in found.explain("zh", at=0)


def test_bases_are_paid_first():
    found = compensation.allocate_basin_fund(3000, counties(C={"base": 1500}))
    # the remaining 1500 by score: C gets 1500 + 1500 * 75.1 / 261.048 = 1500 + 431.53
    assert found.value["C"] == Decimal("1931.53")
    assert sum(found.value.values()) == 3000
    assert compensation.allocate_basin_fund(1500, counties(C={"base": 1500})).value["A"] == 0
    with pytest.raises(AllocationError, match="more than the fund"):
        compensation.allocate_basin_fund(Decimal("1499.99"), counties(C={"base": 1500}))


@pytest.mark.parametrize(("share", "allowed"), [(0.29, False), (0.3, True), (0.5, True), (0.51, False)])
def test_both_sides_of_the_deduction_for_a_major_event(share, allowed):
    if not allowed:
        with pytest.raises(AllocationError, match="0.3 to 0.5"):
            compensation.allocate_basin_fund(3000, counties(A={"withheld": share}))
        return
    found = compensation.allocate_basin_fund(3000, counties(A={"withheld": share}))
    # 1214.12 * 0.3 = 364.236 -> 364.23 withheld, a part of a step stays with the county; 1214.12 * 0.5 = 607.06
    assert found.carried_over == {0.3: Decimal("364.23"), 0.5: Decimal("607.06")}[share]
    assert sum(found.value.values()) + found.carried_over == 3000


@pytest.mark.parametrize(
    ("fund", "changes", "says"),
    [
        (Decimal("3000.001"), {}, "multiple of the step"),
        (3000, {"A": {"coefficient": 0}}, "coefficient of A"),
        (3000, {"B": {"forest": -1}}, "forest of B"),
        (3000, {"B": {"base": -1}}, "base of B"),
    ],
)
def test_an_impossible_allocation_is_refused(fund, changes, says):
    with pytest.raises(AllocationError, match=says):
        compensation.allocate_basin_fund(fund, counties(**changes))
    with pytest.raises(AllocationError, match="twice"):
        compensation.allocate_basin_fund(1, counties() + counties())


shares = st.dictionaries(
    st.text("abcdefgh", min_size=1, max_size=3), st.integers(0, 1000), min_size=1, max_size=9
)


@given(st.integers(0, 10**7), shares, st.randoms(use_true_random=False))
def test_apportionment_closes_is_fair_and_ignores_the_order(hundredths, given_shares, random):
    if not any(given_shares.values()):
        given_shares["z"] = 1
    total = Decimal(hundredths) / 100
    parts = compensation.apportion(total, given_shares, step=0.01)
    assert sum(parts.values()) == total
    weight = sum(given_shares.values())
    for name, part in parts.items():
        assert abs(part - total * given_shares[name] / weight) < Decimal("0.01") + Decimal("1e-15")
        assert all(part >= parts[other] for other in parts if given_shares[name] > given_shares[other])
    names = list(given_shares)
    random.shuffle(names)
    assert compensation.apportion(total, {name: given_shares[name] for name in names}, step=0.01) == parts


@given(st.integers(0, 10**6), shares, st.integers(1, 500))
def test_a_larger_share_never_gets_less(hundredths, given_shares, more):
    given_shares["z"] = 5
    total = Decimal(hundredths) / 100
    before = compensation.apportion(total, given_shares, step=0.01)
    after = compensation.apportion(total, given_shares | {"z": 5 + more}, step=0.01)
    assert after["z"] >= before["z"]


def test_equal_remainders_are_settled_by_name():
    assert compensation.apportion(1, {"b": 1, "a": 1}, step=1) == {"a": Decimal(1), "b": Decimal(0)}
    assert compensation.apportion(0, {"a": 0}, step=1) == {"a": Decimal(0)}
    with pytest.raises(AllocationError, match="nobody"):
        compensation.apportion(1, {"a": 0}, step=1)


def test_areas_take_the_rate_of_their_day():
    source = Citation("invented county rule", "2", 2016, verified=False)
    rates = [
        AreaRate("basic", 30, Validity(date(2016, 1, 1), date(2016, 12, 31)), source),
        AreaRate("basic", Decimal("37.5"), Validity(date(2017, 1, 1)), source),
    ]
    # 2 hectares are 30 mu: 30 * 30 = 900 on the last day, 30 * 37.5 = 1125 on the first of the next year
    last = compensation.farmland_compensation({"basic": 2}, rates, on=date(2016, 12, 31), unit="hectare")
    first = compensation.farmland_compensation({"basic": 2}, rates, on=date(2017, 1, 1), unit="hectare")
    assert (last.value, first.value) == (Decimal("900.00"), Decimal("1125.00"))
    assert first.marks
    assert "37.5" in first.explain("en")
    with pytest.raises(NoRate, match="invented county rule"):
        compensation.farmland_compensation({"basic": 2}, rates, on=date(2015, 12, 31))
    with pytest.raises(NoRate, match="2 rates"):
        compensation.forest_compensation({"basic": 2}, [rates[0]] * 2, on=date(2016, 1, 1))
    with pytest.raises(AllocationError, match="negative"):
        compensation.forest_compensation({"basic": -2}, rates, on=date(2016, 1, 1))
