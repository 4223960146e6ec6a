"""Bands rounded inwards, closes, fees, steps, hours and trading days."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.exchange.market.calendar import (
    local_day,
    moment,
    next_trading_day,
    second_of_day,
    trading_day,
    within,
)
from ecociv.exchange.market.fees import Fee
from ecociv.exchange.market.prices import band, close, half_even
from ecociv.exchange.market.rules import MarketRules, RulesRefused, rules_of
from exchange.engine_situations import rules


def test_a_band_never_lets_a_price_move_by_more_than_the_share() -> None:
    # 62.35 yuan: 62.35 x 0.9 = 56.115, up to 56.12; 62.35 x 1.1 = 68.585, down to 68.58
    assert band(6235, 1000, 1) == (5612, 6858)
    # +-30 %: 43.645 up, 81.055 down
    assert band(6235, 3000, 1) == (4365, 8105)


@given(st.integers(1, 10**7), st.integers(1, 9999), st.integers(1, 500))
def test_the_band_is_the_widest_of_whole_ticks_inside_the_share(reference: int, share: int, tick: int) -> None:
    low, high = band(reference, share, tick)
    part = Fraction(share, 10_000)
    assert low % tick == 0 and high % tick == 0
    assert low >= reference * (1 - part) and high <= reference * (1 + part)
    assert low - tick < reference * (1 - part) or low == tick
    assert high + tick > reference * (1 + part)


@given(st.integers(-(10**9), 10**9), st.integers(1, 10**6))
def test_half_goes_to_the_even_fen(numerator: int, denominator: int) -> None:
    assert half_even(numerator, denominator) == round(Fraction(numerator, denominator))


def test_the_close_is_the_weighted_mean_else_the_close_before() -> None:
    # (62.00 x 100 + 63.00 x 50) / 150 = 62.3333
    assert close(6200 * 100 + 6300 * 50, 150, 6235) == 6233
    # (1 x 1 + 2 x 1) / 2 = 1.5 -> 2; (2 + 3) / 2 = 2.5 -> 2
    assert (close(3, 2, 9), close(5, 2, 9)) == (2, 2)
    assert close(0, 0, 6235) == 6235


def test_a_fee_is_a_share_with_a_minimum_rounded_once() -> None:
    fee = Fee.of("0.0005", 100)
    assert [fee.on(amount) for amount in (0, 1, 200_000, 200_999, 201_000, 203_000)] == [
        0,
        100,  # the minimum
        100,
        100,  # 100.4995
        100,  # 100.5, half to even
        102,  # 101.5, half to even
    ]
    for rate in ("0.0000001", "-0.1", "1.1"):
        with pytest.raises(ValueError, match="millionths"):
            Fee.of(rate, 0)


@given(st.integers(0, 10**12), st.integers(0, 10**12), st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_larger_amount_never_has_the_smaller_fee(one: int, more: int, rate: int, minimum: int) -> None:
    fee = Fee(rate, minimum)
    assert fee.on(one) <= fee.on(one + more)


def test_amounts_are_price_times_quantity_times_years() -> None:
    so2 = rules_of(rules())
    # 96 t at 389 yuan for 5 years: 186,720 yuan; NOx 137 t at 489: 334,965 yuan
    assert so2.amount(38_900, 96_000) == 18_672_000
    assert so2.amount(48_900, 137_000) == 33_496_500


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"market": ""}, "market"),
        ({"lot": 0}, "at least 1"),
        ({"band": -1}, "at least 0"),
        ({"tick": 1.0}, "whole number"),
        ({"tick": True}, "whole number"),
        ({"colour": "red"}, "colour"),
        ({"tick": 1, "lot": 1, "years": 1}, "whole number of fen"),
        ({"band": 10_000}, "below 10000"),
        ({"largest": 150}, "multiple of the lot"),
        ({"reference": 38_950}, "multiple of the tick"),
        ({"fee": {"rate": "0.001"}}, "millionths"),
        ({"fee": {"share": 1}}, "rate"),
        ({"market_maker": True}, "market makers"),
        ({"same_day": "no"}, "true or false"),
        ({"region": 5}, "is a text"),
        ({"hours": [["11:30", "09:30"]]}, "spans"),
        ({"hours": [["09:30", "25:00"]]}, "spans"),
        ({"hours": 5}, "spans"),
    ],
)
def test_rules_that_contradict_themselves_are_refused_by_name(changed: dict[str, Any], said: str) -> None:
    with pytest.raises(RulesRefused, match=said):
        rules_of(rules(**changed))


def test_rules_come_back_from_the_form_in_which_a_journal_holds_them() -> None:
    made = rules_of(rules(hours=[["09:30", "11:30"], ["13:00", "24:00"]], same_day=False))
    assert rules_of(made.to_json()) == made
    assert isinstance(made, MarketRules)


def test_hours_begin_included_and_end_not() -> None:
    spans = rules_of(rules(hours=[["09:30", "11:30"], ["13:00", "15:00"]])).hours
    seen = {clock: within(spans, moment("2017-06-21", clock)) for clock in ("09:29", "09:30", "11:29", "11:30", "12:59", "13:00", "14:59", "15:00")}
    assert [clock for clock, open_then in seen.items() if open_then] == ["09:30", "11:29", "13:00", "14:59"]


def test_days_and_seconds_are_those_of_china() -> None:
    # 16:00 UTC of the day before is midnight in China
    midnight = moment("2017-06-21", "00:00")
    assert local_day(midnight) == "2017-06-21" and local_day(midnight - 1) == "2017-06-20"
    assert second_of_day(midnight - 1) == 86_399


def test_exchanges_rest_on_weekends_even_where_offices_work() -> None:
    assert trading_day(date(2015, 10, 9))
    assert not trading_day(date(2015, 10, 10))  # a Saturday worked in exchange
    assert not trading_day(date(2015, 10, 7))  # National Day
    assert next_trading_day(date(2015, 9, 30)) == date(2015, 10, 8)
