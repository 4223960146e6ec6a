"""The books in which compensation is paid, opened as the zone declares them."""

from __future__ import annotations

from typing import Any

from ecociv.compensation.agreements.declaration import compensation
from ecociv.ledger.actions import OpenAccount, OpenBook
from ecociv.ledger.models import Book


def declared_book(zone: str, key: str, author: Any) -> Book:
    """A declared book with the accounts of all bodies, opened where they were not."""
    declared = compensation(zone)
    title = declared.books[key]
    book = OpenBook(
        zone=zone, key=key, title=title.title, keeper=title.keeper, author=author, sample=title.sample
    ).execute()
    known = set(book.accounts.values_list("key", flat=True))
    opened = min(version.valid_from for each in declared.agreements for version in each.versions)
    for body, account in declared.accounts.items():
        if account.key not in known:
            OpenAccount(
                book=book,
                key=account.key,
                title=account.title,
                body=body,
                kind=account.kind,
                # Money of a bureau or a fund cannot be overdrawn; a party outside shows what came from it.
                floor=None if account.kind == "party" else 0,
                opened_on=opened,
                author=author,
            ).execute()
    return book
