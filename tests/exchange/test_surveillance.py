"""Supervision of the market: each threshold from both sides, with the evidence."""

from __future__ import annotations

import datetime as dt
from itertools import combinations, pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ecociv.exchange.surveillance import (
    NoThresholds,
    TradeSeen,
    large_positions,
    ramping,
    thresholds,
    wash_trades,
)

RULES = thresholds(dt.date(2017, 6, 1))
MINUTE = 60_000_000
OPENING = (
    int(dt.datetime(2017, 6, 1, 9, 30, tzinfo=dt.timezone(dt.timedelta(hours=8))).timestamp()) * 1_000_000
)
CLOSE = OPENING + 330 * MINUTE


def trade(
    number: int, seller: str, buyer: str, quantity: int = 100, price: int = 1000, minute: int | None = None
) -> TradeSeen:
    """A trade, ``minute`` minutes after the opening."""
    at = OPENING + (number if minute is None else minute) * MINUTE
    return TradeSeen(number, at, "so2", price, quantity, buyer, seller)


# ------------------------------------------------------------------------------------------------ positions


@pytest.mark.parametrize(("units", "reported"), [(1999, False), (2000, True), (2001, True)])
def test_a_fifth_of_all_units_is_a_large_position(units: int, reported: bool) -> None:
    holdings = {
        "big": units,
        "reserve": 5000,
        "rest": 1,
        **{f"s{n}": (5000 - 1 - units) // 5 for n in range(5)},
    }
    holdings["rest"] += 10_000 - sum(holdings.values())  # 10,000 units in all
    found = large_positions("so2", holdings, RULES.large_position, except_for=("reserve",))
    assert [alert.owner for alert in found if alert.owner == "big"] == (["big"] if reported else [])
    assert "reserve" not in [alert.owner for alert in found]


def test_accounts_of_one_owner_are_put_together() -> None:
    holdings = {"a1": 100, "a2": 100, "b": 100, "c": 100, "d": 100, "reserve": 500}
    assert large_positions("so2", holdings, RULES.large_position, except_for=("reserve",)) == []
    (alert,) = large_positions(
        "so2", holdings, RULES.large_position, owners={"a1": "group", "a2": "group"}, except_for=("reserve",)
    )
    assert (alert.owner, alert.accounts, alert.reason.code) == ("group", ("a1", "a2"), "large-position")
    assert "20.00" in alert.reason.text.zh


@pytest.mark.parametrize(("limit", "kinds"), [(100, []), (99, ["position-limit"])])
def test_the_limit_itself_may_be_held(limit: int, kinds: list[str]) -> None:
    found = large_positions("so2", {"a": 100, "b": 900}, RULES.large_position, limit=limit, except_for=("b",))
    assert [alert.kind for alert in found] == kinds


def test_nobody_holds_a_share_of_nothing() -> None:
    assert large_positions("so2", {"a": 0}, RULES.large_position) == []
    assert large_positions("so2", {}, RULES.large_position) == []


# ------------------------------------------------------------------------------------------------ wash trades


def test_an_owner_on_both_sides_is_reported_with_the_trades() -> None:
    seen = [trade(1, "a", "b"), trade(2, "a1", "a2"), trade(3, "a2", "a1", 40)]
    (alert,) = wash_trades(seen, RULES.wash_trades, owners={"a1": "group", "a2": "group"})
    assert (alert.kind, alert.owner, alert.accounts) == ("wash-own", "group", ("a1", "a2"))
    assert [each.number for each in alert.trades] == [2, 3]
    assert alert.reason.data["units"] == 140


def test_there_and_back_is_a_ring() -> None:
    (alert,) = wash_trades([trade(1, "a", "b"), trade(2, "c", "d", 7), trade(3, "b", "a")], RULES.wash_trades)
    assert alert.kind == "wash-ring" and alert.reason.data["path"] == "a → b → a"
    assert [each.number for each in alert.trades] == [1, 3]


def test_rings_of_three_and_four_are_found_and_five_is_too_long() -> None:
    three = [trade(1, "a", "b"), trade(2, "b", "c"), trade(3, "c", "a")]
    four = [*three[:2], trade(3, "c", "d"), trade(4, "d", "a")]
    five = [*four[:3], trade(4, "d", "e"), trade(5, "e", "a")]
    assert [len(alert.trades) for alert in wash_trades(three, RULES.wash_trades)] == [3]
    assert [len(alert.trades) for alert in wash_trades(four, RULES.wash_trades)] == [4]
    assert wash_trades(five, RULES.wash_trades) == []
    assert wash_trades(list(reversed(three)), RULES.wash_trades)[0].trades == tuple(three)


def test_what_is_sold_before_it_was_bought_is_no_ring() -> None:
    assert wash_trades([trade(1, "b", "c"), trade(2, "a", "b"), trade(3, "c", "d")], RULES.wash_trades) == []


@pytest.mark.parametrize(("minute", "found"), [(1440, 1), (1441, 0)])
def test_a_ring_closes_within_the_window(minute: int, found: int) -> None:
    seen = [trade(1, "a", "b", minute=0), trade(2, "b", "a", minute=minute)]
    assert len(wash_trades(seen, RULES.wash_trades)) == found


@pytest.mark.parametrize(("back", "found"), [(90, 1), (89, 0), (111, 1), (112, 0)])
def test_what_comes_back_is_about_as_much(back: int, found: int) -> None:
    """100 and 90: 90 %. 100 and 111: 90.09 %. 100 and 112: 89.3 %."""
    assert len(wash_trades([trade(1, "a", "b"), trade(2, "b", "a", back)], RULES.wash_trades)) == found


@pytest.mark.parametrize(("others", "found"), [(9_800, 1), (9_801, 0)])
def test_a_ring_below_a_hundredth_of_the_day_is_left_alone(others: int, found: int) -> None:
    """100 of 100 + 100 + 9,800 is exactly one hundredth."""
    seen = [trade(1, "a", "b"), trade(2, "b", "a"), trade(3, "x", "y", others)]
    assert len(wash_trades(seen, RULES.wash_trades)) == found


def test_each_trade_is_evidence_once_and_markets_are_apart() -> None:
    seen = [trade(1, "a", "b"), trade(2, "b", "a"), trade(3, "a", "b"), trade(4, "b", "a")]
    assert [[each.number for each in alert.trades] for alert in wash_trades(seen, RULES.wash_trades)] == [
        [1, 2],
        [3, 4],
    ]
    elsewhere = TradeSeen(2, OPENING, "nox", 1000, 100, "a", "b")
    assert wash_trades([trade(1, "a", "b"), elsewhere], RULES.wash_trades) == []


@given(
    st.lists(
        st.tuples(st.sampled_from("abcd"), st.sampled_from("abcd"), st.sampled_from([90, 100, 111])),
        max_size=9,
    )
)
def test_a_ring_is_found_where_trying_all_chains_finds_one(flows: list[tuple[str, str, int]]) -> None:
    seen = [
        trade(n, seller, buyer, units) for n, (seller, buyer, units) in enumerate(flows, 1) if seller != buyer
    ]
    found = wash_trades(seen, RULES.wash_trades)
    for alert in found:
        chain = alert.trades
        assert (
            all(one.buyer == other.seller for one, other in pairwise(chain))
            and chain[-1].buyer == chain[0].seller
        )
        assert [each.number for each in chain] == sorted({each.number for each in chain})
    there = any(
        all(one.buyer == other.seller for one, other in pairwise(chain))
        and chain[-1].buyer == chain[0].seller
        and all(
            min(each.quantity, chain[0].quantity) * 10 >= max(each.quantity, chain[0].quantity) * 9
            for each in chain
        )
        for length in (2, 3, 4)
        for chain in combinations(seen, length)
    )
    assert bool(found) == there


# ------------------------------------------------------------------------------------------------ ramping


def session(share: int = 50, last: int = 1030, minute: int = 320) -> list[TradeSeen]:
    """At 10.00 yuan until the last quarter of an hour; then ``share`` of 100 are bought by one owner."""
    return [
        trade(1, "a", "b", 500, 1000, 10),
        trade(2, "x", "y", 100 - share, 1000, 316),
        trade(3, "s", "ramper", share, last, minute),
    ]


@pytest.mark.parametrize(
    ("trades", "found"),
    [
        (session(), 1),
        (session(share=49), 0),  # 49 % of what was traded
        (session(last=1029), 0),  # +2.9 %
        (session(share=51, last=1100), 1),
        (session(minute=330), 1),  # the last moment itself
        (session(minute=331), 0),  # after the close
    ],
)
def test_half_of_the_last_trades_and_three_percent_are_ramping(trades: list[TradeSeen], found: int) -> None:
    alerts = [alert for alert in ramping(trades, CLOSE, RULES.ramping) if alert.owner == "ramper"]
    assert len(alerts) == found
    for alert in alerts:
        assert [each.number for each in alert.trades] == [3]


def test_the_last_minutes_begin_fifteen_minutes_before_the_close() -> None:
    """A trade at minute 315 is in them, one at minute 314 is not: then it is the reference itself."""
    inside = [trade(1, "a", "b", 500, 1000, 10), trade(2, "s", "ramper", 100, 1030, 315)]
    before = [trade(1, "a", "b", 500, 1000, 10), trade(2, "s", "ramper", 100, 1030, 314)]
    assert len(ramping(inside, CLOSE, RULES.ramping)) == 1
    assert ramping(before, CLOSE, RULES.ramping) == []


def test_selling_into_a_falling_price_is_ramping_too() -> None:
    seen = [trade(1, "a", "b", 500, 1000, 10), trade(2, "ramper", "z", 100, 970, 320)]
    (alert,) = ramping(seen, CLOSE, RULES.ramping)
    assert alert.owner == "ramper" and "卖出" in alert.reason.text.zh and "-3.00" in alert.reason.text.en


def test_without_anything_to_compare_with_nothing_is_said() -> None:
    seen = [trade(1, "s", "ramper", 100, 1030, 320)]
    assert ramping(seen, CLOSE, RULES.ramping) == []
    assert len(ramping(seen, CLOSE, RULES.ramping, previous=1000)) == 1


# ------------------------------------------------------------------------------------------------ alerts


def test_the_same_finding_has_the_same_key_and_reads_as_json() -> None:
    seen = [trade(1, "a", "b"), trade(2, "b", "a")]
    one, other = wash_trades(seen, RULES.wash_trades)[0], wash_trades(seen[::-1], RULES.wash_trades)[0]
    assert one.key == other.key
    said = one.to_json()
    assert said["trades"][0] == {
        "number": 1,
        "at": OPENING + MINUTE,
        "market": "so2",
        "price": 1000,
        "quantity": 100,
        "buyer": "b",
        "seller": "a",
    }
    assert said["reason"]["code"] == "wash-ring"


def test_there_are_no_thresholds_before_the_rules() -> None:
    with pytest.raises(NoThresholds) as caught:
        thresholds(dt.date(2014, 8, 24))
    assert "2014-08-24" in caught.value.text.zh
