"""What the operator may not do to the books: take away what orders hold, change owners in mid-trade, count beyond bounds."""

from __future__ import annotations

from typing import Any

import pytest

from exchange.engine_situations import Desk, issue_to, prepared

SERIES = ["so2", 2016, "jingdezhen"]


@pytest.fixture
def waiting() -> Desk:
    """A sell order of 10,000 units and a buy order at 38,800: units and money are held for them."""
    desk = prepared()
    desk.order("kiln", "sell", 10_000, 39_000)
    desk.order("plant", "buy", 10_000, 38_800)
    return desk


def units(**changed: Any) -> dict[str, Any]:
    line = {
        "line": "units",
        "series": SERIES,
        "quantity": 10_000,
        "giver": "kiln",
        "before": "reserved",
        "taker": "kiln",
        "after": "expired",
        "giver_claim": "order 1",
    }
    return {**line, **changed}


def cash(**changed: Any) -> dict[str, Any]:
    return {"line": "cash", "amount": 100, "giver": "plant", "taker": "mill", **changed}


@pytest.mark.parametrize(
    ("kind", "line"),
    [
        ("expire", units()),
        ("pay", cash(giver_reserved=True, giver_claim="order 2")),
        ("pay", cash(taker_reserved=True, taker_claim="order 9")),
        ("realise", cash(giver_reserved=True, giver_claim="order 2")),
        ("grant", cash(giver_reserved=True, giver_claim="order 2")),
    ],
)
def test_what_an_order_holds_is_not_moved_by_hand(waiting: Desk, kind: str, line: dict[str, Any]) -> None:
    moved = {"kind": kind, "document": "order", "lines": [line]}
    assert waiting.refused("movement", movement=moved) == "reserved"
    # the order still trades: 10,000 at 39,000 x 5 years / 1000 = 1,950,000 fen
    told = waiting.order("mill", "buy", 10_000, 39_000)
    assert told["trades"] and waiting.engine.verify() == []


def test_free_units_expire_while_an_order_waits(waiting: Desk) -> None:
    line = units(before="free", giver_claim="", giver="mill", taker="mill")
    waiting.done("movement", movement={"kind": "expire", "document": "order", "lines": [line]})


@pytest.mark.parametrize(
    ("account", "code"), [("kiln", "orders-open"), ("plant", "orders-open"), ("nobody", "account-unknown")]
)
def test_an_owner_does_not_change_in_mid_trade(waiting: Desk, account: str, code: str) -> None:
    assert waiting.refused("change-owner", account=account, owner="group", document="finding") == code


def test_from_then_on_the_group_does_not_trade_with_itself(waiting: Desk) -> None:
    waiting.done("change-owner", account="mill", owner="kiln", document="finding")
    told = waiting.order("mill", "buy", 100, 39_000)  # would meet the sell order of kiln
    assert told["state"] == "withdrawn" and told["cause"] == "self-trade"
    assert waiting.refused("change-owner", account="mill", owner="kiln", document="finding") == "owner-same"
    waiting.done("change-owner", account="mill", owner="mill", document="finding withdrawn")
    assert waiting.order("mill", "buy", 100, 39_000)["trades"]


def test_the_other_side_of_a_proposal_keeps_its_owner_until_it_is_answered() -> None:
    desk = prepared()
    said = {"account": "kiln", "counterparty": "plant", "market": "so2", "side": "sell", "price": 38_900}
    desk.done("block-propose", **said, quantity=50_000)
    assert desk.refused("change-owner", account="plant", owner="kiln", document="finding") == "orders-open"
    desk.done("block-withdraw", account="kiln", proposal=1)
    desk.done("change-owner", account="plant", owner="kiln", document="finding")
    assert desk.refused("block-propose", **said, quantity=50_000) == "self-trade"


def test_totals_beyond_what_tables_hold_are_refused() -> None:
    desk = prepared()
    for _ in range(999):  # 999 x 10^15 and three million
        command = issue_to("kiln", 10**15)
        assert desk.send(command.pop("kind"), **command)["ok"]
    command = issue_to("kiln", 10**15)
    assert desk.refused(command.pop("kind"), **command) == "too-large"
    assert len(desk.engine.digest()) == 64
