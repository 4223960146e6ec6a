"""Two officers post at the same moment; real transactions on the database in use."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from typing import Any

import pytest

from at_once import at_once
from ecociv.ledger.actions import LedgerRefused, PostEntry, ReverseEntry
from ecociv.ledger.models import Book, Entry
from ecociv.ledger.queries import balance
from ecociv.ledger.verify import verify
from ledger.conftest import open_book

pytestmark = pytest.mark.django_db(transaction=True)
DAY = dt.date(2016, 3, 31)


@pytest.fixture
def funded() -> Book:
    book = open_book()
    PostEntry(book, DAY, [("province", -1000), ("city", 1000)], "文", "拨付", "tests").execute()
    return book


def test_money_is_spent_once_and_numbers_have_no_gap(funded: Book) -> None:
    def pay(amount: int) -> Callable[[], Any]:
        return PostEntry(funded, DAY, [("city", -amount), ("fuliang", amount)], "文", "支付", "tests").execute

    # 1000 are there: of four payments of 400 two can be made (800), the others would leave less than nothing
    results = at_once([pay(400) for _ in range(4)], LedgerRefused)
    assert sum(isinstance(one, Entry) for one in results) == 2
    assert {one.code for one in results if isinstance(one, LedgerRefused)} == {"below-floor"}
    assert balance(funded.accounts.get(key="city")) == 200
    assert [entry.number for entry in funded.entries.all()] == [1, 2, 3]
    assert verify(funded) is None


def test_one_request_sent_by_many_is_one_entry(funded: Book) -> None:
    def pay() -> Any:
        return PostEntry(
            funded, DAY, [("city", -300), ("fuliang", 300)], "文", "支付", "tests", key="once"
        ).execute()

    assert len({one.pk for one in at_once([pay] * 4, LedgerRefused)}) == 1
    paid = funded.entries.get(key="once")
    backs = at_once([ReverseEntry(paid, "有误", "tests").execute] * 3, LedgerRefused)
    assert sum(isinstance(one, Entry) for one in backs) == 1
    assert balance(funded.accounts.get(key="city")) == 1000 and verify(funded) is None
