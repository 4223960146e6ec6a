"""Orders settled to the fen: reservations, better prices, fees over an order, and what is refused."""

from __future__ import annotations

from typing import Any

import pytest

from ecociv.exchange.engine.state import FEES
from ecociv.exchange.registry import State
from exchange.engine_situations import DAY, prepared

MILLIONS = 1_000_000_000
"""Ten million yuan in fen."""


def test_a_bid_holds_its_amount_and_fee_and_an_ask_its_units() -> None:
    desk = prepared()
    desk.order("kiln", "buy", 10_000, 38_900)
    # 389 yuan x 10 t x 5 years = 19,450 yuan; 0.1 % of it is 19.45
    assert desk.cash("kiln") == (MILLIONS - 1_945_000 - 1_945, 1_945_000 + 1_945)
    desk.order("plant", "sell", 3_000, 40_000)
    assert desk.engine.state.registry.claimed("plant", desk.engine.state.markets["so2"].series, State.RESERVED, "order 2") == 3_000


def test_units_and_money_change_hands_at_the_resting_price_and_the_rest_comes_back() -> None:
    desk = prepared()
    desk.order("plant", "sell", 4_000, 38_000)
    told = desk.order("kiln", "buy", 10_000, 39_000)
    assert told["trades"] == [[1, 38_000, 4_000]] and told["open"] == 6_000
    # traded: 380 x 4 t x 5 = 7,600.00; fee 7.60 each side
    # still held: 390 x 6 t x 5 = 11,700.00 and the fee on 19,300.00 in all, 19.30, less the 7.60 that was charged
    assert desk.cash("plant") == (MILLIONS + 760_000 - 760, 0)
    assert desk.cash("kiln") == (MILLIONS - 760_000 - 760 - 1_170_000 - 1_170, 1_170_000 + 1_170)
    assert desk.cash(FEES) == (1_520, 0)
    assert (desk.units("plant"), desk.units("kiln")) == (996_000, 1_004_000)
    desk.done("cancel", account="kiln", order=2)
    assert desk.cash("kiln") == (MILLIONS - 760_760, 0)


def test_the_minimum_fee_is_due_once_for_an_order() -> None:
    desk = prepared(fee={"rate": 0, "minimum": 500})
    for _ in range(3):
        desk.order("plant", "sell", 100, 38_900)
    desk.order("kiln", "buy", 300, 38_900)
    # three asks of their own pay 5 yuan each, the one bid pays 5 yuan although it traded three times
    assert desk.cash(FEES) == (4 * 500, 0)
    assert desk.cash("kiln") == (MILLIONS - 3 * 19_450 - 500, 0)


def test_a_seller_is_never_charged_more_than_a_trade_brings() -> None:
    desk = prepared(fee={"rate": 0, "minimum": 30_000})
    desk.order("plant", "sell", 300, 38_900)
    desk.order("kiln", "buy", 100, 38_900)
    # 194.50 come in, 300.00 are due: all of it goes to the fee, and 105.50 wait for the next trade
    assert desk.cash("plant") == (MILLIONS, 0)
    desk.order("kiln", "buy", 200, 38_900)
    assert desk.cash("plant") == (MILLIONS + 3 * 19_450 - 30_000, 0)


def test_price_then_time_decide() -> None:
    desk = prepared()
    desk.order("plant", "sell", 100, 38_900)
    desk.order("mill", "sell", 100, 38_800)
    desk.order("plant", "sell", 100, 38_800)
    desk.order("kiln", "buy", 300, 38_900)
    # the two at 388 first, the mill before the plant because it came first
    assert [(trade.seller, trade.price) for trade in desk.engine.drain().touched.trades] == [
        ("mill", 38_800),
        ("plant", 38_800),
        ("plant", 38_900),
    ]


def test_an_order_at_the_market_reaches_to_the_band_and_does_not_rest() -> None:
    desk = prepared()
    desk.order("plant", "sell", 100, 42_700)
    told = desk.order("kiln", "buy", 300, None)
    # the band of 389 +- 10 % ends at 427.90, to the tick of a yuan 427
    assert told["trades"] == [[1, 42_700, 100]]
    assert (told["state"], told["cause"], told["open"]) == ("withdrawn", "unfilled", 0)
    assert desk.cash("kiln")[1] == 0


def test_fill_or_kill_trades_all_or_nothing() -> None:
    desk = prepared()
    desk.order("plant", "sell", 100, 38_900)
    told = desk.order("kiln", "buy", 200, 38_900, life="fill-or-kill")
    assert (told["traded"], told["cause"]) == (0, "not-in-full")
    assert desk.order("kiln", "buy", 100, 38_900, life="fill-or-kill")["state"] == "filled"


def test_two_accounts_of_one_owner_do_not_trade() -> None:
    desk = prepared()
    desk.done("open-account", account="kiln-2", name="kiln 2", owner="kiln", document="agreement")
    desk.done("deposit", account="kiln-2", amount=10_000_000, document="slip")
    desk.order("kiln", "sell", 100, 38_900)
    told = desk.order("kiln-2", "buy", 100, 38_900)
    assert (told["state"], told["cause"], told["traded"]) == ("withdrawn", "self-trade", 0)
    assert desk.cash("kiln-2") == (10_000_000, 0)


def test_part_of_an_order_is_withdrawn_and_the_rest_keeps_its_place() -> None:
    desk = prepared()
    desk.order("plant", "sell", 500, 38_900)
    desk.order("mill", "sell", 500, 38_900)
    assert desk.done("cancel", account="plant", order=1, quantity=200)["open"] == 300
    desk.order("kiln", "buy", 300, 38_900)
    assert desk.units("plant") == 1_000_000 - 300 and desk.units("mill") == 1_000_000
    assert desk.refused("cancel", account="mill", order=2, quantity=50) == "lot"
    desk.done("cancel", account="mill", order=2, quantity=900)  # more than is open withdraws all
    assert desk.engine.state.orders == {}


def test_what_was_bought_today_is_not_sold_today() -> None:
    desk = prepared(same_day=False)
    desk.order("plant", "sell", 1_000, 38_900)
    desk.order("kiln", "buy", 1_000, 38_900)
    said = {"account": "kiln", "market": "so2", "side": "sell", "price": 38_900}
    assert desk.refused("order", **said, quantity=1_000_100) == "same-day"
    line = {"line": "units", "series": ["so2", 2016, "jingdezhen"], "quantity": 1_000_100, "giver": "kiln", "before": "free", "taker": "mill", "after": "free"}
    moved = {"movement": {"kind": "transfer", "document": "contract", "lines": [line]}}
    assert desk.refused("movement", **moved) == "same-day"
    desk.order("kiln", "sell", 1_000_000, 39_000)
    desk.done("end-of-day", day=DAY)
    desk.done("open-session", market="so2", day="2017-06-22")
    desk.order("kiln", "sell", 1_001_000, 39_000)


def test_a_position_counts_what_is_held_and_what_is_about_to_be_bought() -> None:
    desk = prepared(position=1_000_300)
    desk.order("kiln", "buy", 200, 38_900)
    said = {"account": "kiln", "market": "so2", "side": "buy", "price": 38_900}
    assert desk.refused("order", **said, quantity=200) == "position"
    desk.order("kiln", "buy", 100, 38_900)


@pytest.mark.parametrize(
    ("changed", "code"),
    [
        ({"quantity": 150}, "lot"),
        ({"quantity": 0}, "malformed"),
        ({"quantity": 1.5}, "malformed"),
        ({"quantity": True}, "malformed"),
        ({"quantity": 10**16}, "malformed"),
        ({"quantity": 20_100}, "too-large"),
        ({"price": 38_950}, "tick"),
        ({"price": 42_700}, ""),
        ({"price": 42_800}, "band"),
        ({"price": 35_100}, ""),
        ({"price": 35_000}, "band"),
        ({"price": -100}, "malformed"),
        ({"side": "both"}, "malformed"),
        ({"life": "for ever"}, "malformed"),
        ({"account": "nobody"}, "account-unknown"),
        ({"account": ["kiln"]}, "malformed"),
        ({"market": "gold"}, "market-unknown"),
        ({"colour": "red"}, "malformed"),
        ({"quantity": 20_000, "price": 42_700, "account": "poor"}, "cash-short"),
        ({"side": "sell", "account": "poor"}, "short"),
    ],
)
def test_each_rule_from_both_sides(changed: dict[str, Any], code: str) -> None:
    desk = prepared(largest=20_000)
    desk.done("open-account", account="poor", name="poor", document="agreement")
    desk.done("deposit", account="poor", amount=1_000, document="slip")
    said = {"account": "kiln", "market": "so2", "side": "buy", "price": 38_900, "quantity": 100, **changed}
    if code:
        assert desk.refused("order", **said) == code
    else:
        assert desk.done("order", **said)["ok"]


def test_a_command_that_is_none_is_refused() -> None:
    desk = prepared()
    assert desk.refused("dance") == "unknown-command"
    assert desk.engine.apply({}, 1)["code"] == "unknown-command"
    assert desk.engine.apply({"kind": ["order"]}, 1)["code"] == "unknown-command"
    assert desk.refused("cancel", account="kiln", order=99) == "order-not-open"


def test_nobody_withdraws_an_order_of_another() -> None:
    desk = prepared()
    desk.order("kiln", "buy", 100, 38_900)
    assert desk.refused("cancel", account="plant", order=1) == "order-not-open"
