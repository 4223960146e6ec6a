"""A book of a finance bureau with an account that cannot be overdrawn, one of a county, and the outside."""

from __future__ import annotations

import datetime as dt
from typing import Any

import pytest

from ecociv.core.text import Text
from ecociv.ledger.actions import OpenAccount, OpenBook
from ecociv.ledger.models import Book, LedgerAccount

OPENED = dt.date(2015, 1, 1)


@pytest.fixture(autouse=True)
def documents_folder(settings: Any, tmp_path: Any) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "documents")


def open_book(zone: str = "jingdezhen") -> Book:
    book = OpenBook(
        zone=zone, key="compensation", title=Text(zh="生态补偿专账", en="Compensation"), keeper="finance-bureau", author="tests"
    ).execute()  # fmt: skip
    for key, kind, floor in (("city", "finance", 0), ("fuliang", "finance", 0), ("province", "party", None)):
        OpenAccount(
            book=book, key=key, title=Text(zh=f"账户{key}", en=f"Account {key}"), body=key, kind=kind, floor=floor,
            opened_on=OPENED, author="tests",
        ).execute()  # fmt: skip
    return book


@pytest.fixture
def book(db: None) -> Book:
    return open_book()


@pytest.fixture
def city(book: Book) -> LedgerAccount:
    return book.accounts.get(key="city")
