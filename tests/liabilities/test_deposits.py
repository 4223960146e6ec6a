"""Deposits and funds of mines: called, paid in, drawn for accepted works, given back."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from decimal import Decimal

import pytest
from django.core.exceptions import PermissionDenied

from ecociv.core.missing import Missing
from ecociv.liabilities.deposits.actions import MoveDepositMoney
from ecociv.liabilities.deposits.queries import MinePosition, mine_positions, readable
from ecociv.liabilities.models import Movement
from ecociv.liabilities.money import LiabilityRefused, disagreements
from ecociv.liabilities.queries import due, total_due
from ecociv.people.models import User
from ecociv.registers.actions import ChangeState, ReviseEntry
from liabilities.conftest import FACTORY, MINE, ZONE


def move(author: object, kind: str, day: dt.date, fen: int, **more: object) -> Movement:
    return MoveDepositMoney(
        zone=ZONE,
        right=MINE,
        kind=kind,
        day=day,
        fen=fen,
        document="凭证",
        author=author,
        **more,  # type: ignore[arg-type]
    ).execute()


def here(on: dt.date) -> MinePosition:
    (found,) = mine_positions(ZONE, on)
    return found


def close(day: dt.date) -> None:
    for to in ("closing", "closed"):
        ChangeState(
            zone=ZONE, kind="mining-right", key=MINE, author="test", on=day, to=to, document="闭坑验收"
        ).execute()


def test_the_deposit_is_called_whole_until_october_2017_and_the_fund_by_the_day_after(
    mine: str, finance: User
) -> None:
    move(finance, "paid", dt.date(2016, 3, 1), 10_000_000)
    # 576,000 called, 100,000 paid in: 476,000 short.
    before = here(dt.date(2017, 10, 31))
    assert (before.regime.key, before.called_fen, before.short) == ("deposit", 57_600_000, 47_600_000)  # type: ignore[union-attr]
    # 671 of 3,653 days: 105,802.35 called, 5,802.35 short.
    after = here(dt.date(2017, 11, 1))
    assert (after.regime.key, after.called_fen, after.short) == ("fund", 10_580_235, 580_235)  # type: ignore[union-attr]
    assert here(dt.date(2016, 2, 29)).sums.paid == 0


def test_works_are_paid_from_what_is_there_and_lessen_what_is_due(mine: str, finance: User) -> None:
    move(finance, "paid", dt.date(2016, 3, 1), 10_000_000)
    with pytest.raises(LiabilityRefused, match="below its floor"):
        move(finance, "works", dt.date(2016, 5, 1), 10_000_001)
    move(finance, "works", dt.date(2016, 5, 1), 4_000_000)
    found = here(dt.date(2016, 5, 1))
    # 576,000 - 40,000; drawing leaves no new gap: what was called was paid in to the same extent as before.
    assert (found.to_restore, found.sums.held, found.short) == (53_600_000, 6_000_000, 47_600_000)
    assert disagreements(ZONE) == []


def test_a_larger_mine_calls_for_more_from_its_day_on(mine: str) -> None:
    ReviseEntry(
        zone=ZONE,
        kind="mining-right",
        key=MINE,
        author="test",
        on=dt.date(2017, 1, 1),
        changes={"area": "50000"},
        reason="扩界",
    ).execute()
    # 50,000 x 12 x 1.2 = 720,000.
    assert (here(dt.date(2016, 12, 31)).cost_fen, here(dt.date(2017, 1, 1)).cost_fen) == (
        57_600_000,
        72_000_000,
    )


def test_a_deposit_is_given_back_once_the_mine_is_closed(mine: str, finance: User) -> None:
    move(finance, "paid", dt.date(2016, 3, 1), 10_000_000)
    with pytest.raises(LiabilityRefused, match="it is not closed"):
        move(finance, "refund", dt.date(2017, 10, 31), 10_000_000)
    close(dt.date(2017, 6, 1))
    move(finance, "refund", dt.date(2017, 10, 31), 10_000_000)
    found = here(dt.date(2017, 10, 31))
    assert (found.sums.held, found.to_restore) == (0, 0)
    assert due(ZONE, dt.date(2017, 10, 31)) == []


def test_a_deposit_becomes_a_fund_with_a_reason(mine: str, finance: User) -> None:
    move(finance, "paid", dt.date(2016, 3, 1), 10_000_000)
    with pytest.raises(LiabilityRefused, match="say why"):
        move(finance, "refund", dt.date(2017, 11, 1), 10_000_000)
    move(finance, "refund", dt.date(2017, 11, 1), 10_000_000, reason="保证金转基金")
    assert here(dt.date(2017, 11, 1)).short == 10_580_235


def test_what_the_register_does_not_say_is_missing_and_not_zero(mine: str) -> None:
    ReviseEntry(
        zone=ZONE,
        kind="mining-right",
        key=MINE,
        author="test",
        on=dt.date(2017, 1, 1),
        changes={"area": "缺失"},
        reason="待测",
    ).execute()
    found = here(dt.date(2017, 1, 1))
    assert (found.cost, found.short, found.to_restore) == (None, None, None)
    (one,) = due(ZONE, dt.date(2017, 1, 1))
    assert one.amount is Missing.MISSING
    added = total_due(ZONE, dt.date(2017, 1, 1))
    assert added.value == Decimal(0) and "left out" in added.notes[0].en


def test_a_mine_that_was_not_there_takes_no_money(mine: str, finance: User) -> None:
    with pytest.raises(LiabilityRefused, match="no mining right"):
        move(finance, "paid", dt.date(2015, 12, 31), 100)


def test_who_books_and_who_reads(mine: str, bureau: User, user: Callable[..., User]) -> None:
    with pytest.raises(PermissionDenied):
        move(bureau, "paid", dt.date(2016, 3, 1), 100)
    found = mine_positions(ZONE, dt.date(2017, 1, 1))
    assert len(readable(user("enterprise", FACTORY), found)) == 1
    assert readable(user("enterprise", "91350100M000100Y43"), found) == []
    assert readable(None, found) == []
