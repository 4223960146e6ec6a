"""A dump that was tampered with, or written wrongly: verify names the break that was made."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from ecociv.exchange.registry import (
    DumpError,
    Kind,
    Registry,
    Series,
    borrow,
    deposit,
    exchange_series,
    issue,
    open_account,
    pledge,
    reserve_cash,
    transfer,
)

CEA, NEXT = Series("cea", 2023), Series("cea", 2024)
PAPER = {"document": "paper", "at": 0}


def sound() -> dict[str, Any]:
    """Accounts a and b; series[0] is cea/2023: a has 1-60 free and 61-70 pledged, b has 71-100, 101-120 were banked."""
    registry = Registry()
    for number, account in enumerate("ab", 1):
        registry.apply(open_account(number, account, **PAPER))
    registry.apply(issue(3, CEA, "b", 70, **PAPER))
    registry.apply(transfer(4, CEA, 70, "b", "a", **PAPER))
    registry.apply(issue(5, CEA, "b", 50, **PAPER))
    registry.apply(pledge(6, CEA, 10, "a", "bank", **PAPER))
    registry.apply(exchange_series(7, Kind.BANK, "b", CEA, 20, NEXT, 20, **PAPER))
    registry.apply(borrow(8, "a", NEXT, CEA, 5, **PAPER))
    registry.apply(deposit(9, "a", 500, **PAPER))
    registry.apply(reserve_cash(10, "a", 200, "order", **PAPER))
    assert registry.verify() == []
    return json.loads(json.dumps(registry.dump()))


def pool(dump: dict[str, Any], account: str, state: str) -> list[Any]:
    """Blocks of one holding of the first series."""
    return next(said[3] for said in dump["series"][0]["pools"] if said[:2] == [account, state])


def total(dump: dict[str, Any], account: str, state: str, change: int) -> None:
    """Change what the book says of one holding."""
    for said in dump["series"][0]["totals"]:
        if said[:2] == [account, state]:
            said[2] += change


def spent_twice(dump: dict[str, Any]) -> None:
    pool(dump, "b", "free")[0][0] -= 5  # numbers of a are in the account of b too
    total(dump, "b", "free", 5)


def lost(dump: dict[str, Any]) -> None:
    pool(dump, "b", "free")[0][0] += 5
    total(dump, "b", "free", -5)


def more_in_the_book(dump: dict[str, Any]) -> None:
    total(dump, "a", "free", 1)


def issued_more(dump: dict[str, Any]) -> None:
    dump["series"][0]["issued"] += 1


def reversed_block(dump: dict[str, Any]) -> None:
    block = pool(dump, "a", "pledged")[0]
    block.reverse()


def split_block(dump: dict[str, Any]) -> None:
    blocks = pool(dump, "a", "free")
    first, last = blocks[0]
    blocks[:] = [[first, first], [first + 1, last]]


def negative_total(dump: dict[str, Any]) -> None:
    total(dump, "a", "pledged", -11)
    total(dump, "a", "free", 11)


def origin(dump: dict[str, Any]) -> None:
    dump["series"][0]["origins"]["issue"] += 3


def banked_more(dump: dict[str, Any]) -> None:
    dump["carried"][0][-1] += 1


def forgotten_debt(dump: dict[str, Any]) -> None:
    dump["debts"] = []


def money_made(dump: dict[str, Any]) -> None:
    dump["cash"]["free"][0][1] += 1


def reservation_doubled(dump: dict[str, Any]) -> None:
    dump["cash"]["reserved"][0][2] += 100
    dump["cash"]["free"][0][1] -= 100


def money_below_zero(dump: dict[str, Any]) -> None:
    dump["cash"]["free"][0][1] -= 301
    dump["cash"]["paid_out"] += 301


def account_gone(dump: dict[str, Any]) -> None:
    dump["accounts"] = [said for said in dump["accounts"] if said[0] != "b"]


@pytest.mark.parametrize(
    ("damage", "code"),
    [
        (spent_twice, "serial-twice"),
        (lost, "serial-lost"),
        (more_in_the_book, "total"),
        (issued_more, "serial-end"),
        (reversed_block, "block-reversed"),
        (split_block, "block-order"),
        (negative_total, "negative"),
        (origin, "origins"),
        (banked_more, "carried"),
        (forgotten_debt, "debt"),
        (money_made, "cash"),
        (reservation_doubled, "cash-reserved"),
        (money_below_zero, "negative"),
        (account_gone, "account-unknown"),
    ],
)
def test_the_first_break_is_named(damage: Callable[[dict[str, Any]], None], code: str) -> None:
    dump = sound()
    damage(dump)
    found = Registry.load(dump).verify()
    codes = [each.code for each in found]
    assert codes and codes[0] == code, codes
    assert found[0].text.zh and found[0].text.en and found[0].place


@pytest.mark.parametrize(
    "dump",
    [
        {},
        {"form": 2},
        [],
        {"form": 1},
        {**sound(), "sequence": "7"},
        {**sound(), "cash": {}},
        {**sound(), "debts": [["a", ["cea", 2024, ""], 1.5]]},
        {**sound(), "series": [{"series": ["cea"]}]},
    ],
)
def test_what_is_no_dump_is_refused_in_a_sentence(dump: Any) -> None:
    with pytest.raises(DumpError) as caught:
        Registry.load(dump)
    assert caught.value.text.zh
