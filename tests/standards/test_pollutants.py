"""Total amounts, permitted amounts, replacement, quotas, restrictions of trade."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.standards import MeasurementError, ParameterOutsideValidity, pollutants
from ecociv.standards.compensation import AllocationError
from ecociv.standards.pollutants import RightsError


def test_the_total_shows_its_arithmetic():
    # industry 1000 + 50 - 150 = 900; households 500 - 20 = 480; 1380 / 1500 = -8 %
    found = pollutants.total_amount(
        base={"industry": 1000, "households": 500},
        new={"industry": 50},
        reduced={"industry": 150, "households": 20},
    )
    assert (found.value, found.by_source["industry"], found.change_percent) == (1380, 900, -8)
    assert "base + new - reduced" in found.explain("en")


def test_a_reduction_of_all_is_possible_and_of_more_is_not():
    assert pollutants.total_amount(base={"a": 10}, new={"a": 5}, reduced={"a": 15}).value == 0
    with pytest.raises(MeasurementError, match="more than the 15 t"):
        pollutants.total_amount(base={"a": 10}, new={"a": 5}, reduced={"a": 15.001})
    with pytest.raises(MeasurementError, match="b"):
        pollutants.total_amount(base={"a": 10}, reduced={"b": 1})


def test_a_missing_source_leaves_no_total():
    found = pollutants.total_amount(base={"a": [1, np.nan], "b": 2})
    assert found.value[0] == 3
    assert np.isnan(found.value[1])
    assert found.validity.enough.tolist() == [True, False]
    assert np.isnan(pollutants.total_amount(base={"a": 0}, new={"a": 3}).change_percent)


@given(st.lists(st.tuples(st.floats(0, 1e6), st.floats(0, 1e6), st.floats(0, 1)), min_size=1, max_size=10))
def test_totals_of_scalars_and_arrays_agree_and_sources_may_come_in_any_order(rows):
    base, new, share = np.array(rows).T
    reduced = base * share
    both = pollutants.total_amount(base={"a": base, "b": new}, new={"b": new}, reduced={"a": reduced})
    turned = pollutants.total_amount(base={"b": new, "a": base}, new={"b": new}, reduced={"a": reduced})
    assert both.value.tolist() == pytest.approx(turned.value.tolist())
    alone = [
        pollutants.total_amount(base={"a": b, "b": n}, new={"b": n}, reduced={"a": r}).value
        for b, n, r in zip(base, new, reduced, strict=True)
    ]
    assert both.value.tolist() == alone
    assert sum(both.by_source.values()).tolist() == pytest.approx(both.value.tolist())


def test_permitted_amounts_show_their_arithmetic():
    # 50 mg/m3 * 200000 m3/h * 7200 h = 7.2e10 mg = 72 t
    assert pollutants.permitted_air(concentration_mg_m3=50, flow_m3_h=200_000, hours=7200).value == 72
    # 50 mg/L * 10000 m3/d * 365 d = 182.5 t; what was assigned is smaller
    water = pollutants.permitted_water(
        concentration_mg_l=50, flow_m3_d=10_000, days=365, assigned_t=[150, 182.5, 200, np.nan]
    )
    assert water.value.tolist() == [150, 182.5, 182.5, 182.5]
    assert water.limited_by.tolist() == ["assigned", "concentration", "concentration", "concentration"]
    assert "182.5" in water.explain("en", at=1)
    assert "废水量" in water.explain("zh", at=1)


def test_time_and_figures_have_their_bounds():
    assert pollutants.permitted_air(concentration_mg_m3=1, flow_m3_h=1, hours=8784).value > 0
    with pytest.raises(MeasurementError, match="8784"):
        pollutants.permitted_air(concentration_mg_m3=1, flow_m3_h=1, hours=8785)
    with pytest.raises(MeasurementError, match="366"):
        pollutants.permitted_water(concentration_mg_l=1, flow_m3_d=1, days=367)
    gap = pollutants.permitted_water(concentration_mg_l=np.nan, flow_m3_d=1, days=365)
    assert np.isnan(gap.value)
    assert gap.limited_by == ""


@given(st.lists(st.floats(0, 1e4), min_size=1, max_size=10), st.floats(0, 1e6))
def test_a_stricter_limit_never_permits_more(values, flow):
    ordered = np.sort(values)
    found = pollutants.permitted_water(concentration_mg_l=ordered, flow_m3_d=flow, days=365)
    assert (np.diff(found.value) >= 0).all()
    alone = [
        pollutants.permitted_water(concentration_mg_l=c, flow_m3_d=flow, days=365).value for c in ordered
    ]
    assert found.value.tolist() == alone


@pytest.mark.parametrize("pollutant", ["cod", "nh3n", "so2", "nox", "dust", "vocs"])
def test_replacement_once_and_twice(pollutant):
    assert pollutants.required_reduction(12.5, pollutant, environment_met=True).value == Decimal("12.5")
    twice = pollutants.required_reduction(12.5, pollutant, environment_met=False)
    assert (twice.value, twice.ratio) == (Decimal("25.0"), 2)
    assert "memory" in twice.explain("en")


def test_the_rule_of_replacement_is_dated():
    assert pollutants.required_reduction(1, "cod", environment_met=True, on=date(2014, 12, 30)).ratio == 1
    with pytest.raises(ParameterOutsideValidity):
        pollutants.required_reduction(1, "cod", environment_met=True, on=date(2014, 12, 29))
    with pytest.raises(RightsError, match="mercury"):
        pollutants.required_reduction(1, "mercury", environment_met=True)
    with pytest.raises(RightsError, match="negative"):
        pollutants.required_reduction(-1, "cod", environment_met=True)


def test_historical_quotas_close_with_the_reserve():
    # 900 * 500 / 1101 = 408.72; 300: 245.23; 301: 246.05 -> 408 + 245 + 246 = 899, the one left goes to a
    found = pollutants.historical_quotas(1000, {"a": 500, "b": 300, "c": 301}, reserve=100)
    assert [int(quota) for quota in found.value.values()] == [409, 245, 246]
    assert sum(found.value.values()) + found.reserve == 1000
    assert "409" in found.explain("zh")
    with pytest.raises(AllocationError, match="reserve"):
        pollutants.historical_quotas(1000, {"a": 1}, reserve=1001)


def test_benchmark_quotas_stay_under_the_cap_and_under_the_claims():
    # a: 1000 * 0.5 * 0.9 = 450, b: 500 * 0.5 = 250: 700 in all
    def quotas(cap):
        return pollutants.benchmark_quotas(
            {"a": 1000, "b": 500}, {"a": 0.5, "b": 0.5}, corrections={"a": 0.9}, cap=cap
        )

    assert list(quotas(700).value.values()) == [450, 250]
    assert quotas(800).reserve == 100
    # 350 of 700: halves
    assert list(quotas(350).value.values()) == [225, 125]
    with pytest.raises(AllocationError, match="same holders"):
        pollutants.benchmark_quotas({"a": 1}, {"b": 1}, cap=1)


holders = st.dictionaries(st.sampled_from("abcdefgh"), st.integers(1, 10**5), min_size=2, max_size=8)


@given(holders, st.integers(0, 10**6), st.integers(0, 1000))
def test_quotas_add_up_and_more_is_never_less(emissions, cap, more):
    found = pollutants.historical_quotas(cap, emissions)
    assert sum(found.value.values()) == cap
    name = sorted(emissions)[0]
    larger = pollutants.historical_quotas(cap, emissions | {name: emissions[name] + more})
    assert larger.value[name] >= found.value[name]
    turned = pollutants.historical_quotas(cap, dict(reversed(emissions.items())))
    assert turned.value == found.value
    ones = dict.fromkeys(emissions, 1)
    by_benchmark = pollutants.benchmark_quotas(emissions, ones, cap=cap)
    assert sum(by_benchmark.value.values()) == min(cap, sum(emissions.values()))
    assert all(by_benchmark.value[key] <= claim for key, claim in emissions.items())


@pytest.mark.parametrize(
    ("pollutant", "seller", "buyer", "area_met", "codes"),
    [
        ("so2", "power", "power", True, []),
        ("so2", "industry", "industry", True, []),
        ("so2", "power", "industry", True, ["power-and-other-air"]),
        ("nox", "industry", "power", True, ["power-and-other-air"]),
        ("cod", "power", "industry", True, []),
        ("cod", "agriculture", "industry", True, ["industry-and-agriculture"]),
        ("nh3n", "industry", "agriculture", True, ["industry-and-agriculture"]),
        ("cod", "agriculture", "agriculture", True, []),
        ("cod", "industry", "industry", False, ["area-not-met"]),
        ("tp", "industry", "industry", True, ["pollutant-not-traded"]),
    ],
)
def test_what_may_be_traded(pollutant, seller, buyer, area_met, codes):
    found = pollutants.may_trade(pollutant, seller=seller, buyer=buyer, buyer_area_met=area_met)
    assert list(found.codes) == [*codes, "not-verified"]
    assert found.ok is (not codes)


def test_an_unknown_area_leaves_the_answer_open_and_local_pollutants_may_be_added():
    trade = {"seller": "industry", "buyer": "industry"}
    assert pollutants.may_trade("cod", **trade, buyer_area_met=None).ok is None
    assert pollutants.may_trade("cod", **trade, buyer_area_met=False, same_area=True).ok is True
    assert pollutants.may_trade("tp", **trade, buyer_area_met=True, locally_traded=["tp"]).ok is True
    with pytest.raises(RightsError, match="traffic"):
        pollutants.may_trade("cod", seller="traffic", buyer="industry", buyer_area_met=True)


def test_the_amounts_of_the_first_trades():
    # 96 * 389 * 5 = 186720; 137 * 489 * 5 = 334965
    assert pollutants.trade_amount(96, 389, 5) == Decimal("186720.00")
    assert pollutants.trade_amount(137, 489, 5) == Decimal("334965.00")
    with pytest.raises(RightsError, match="0 years"):
        pollutants.trade_amount(1, 1, 0)
