"""Opening a book and its accounts, and how a book refuses."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone

from ecociv.core.text import Text
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.ledger.models import Book, LedgerAccount
from ecociv.ledger.permissions import require_keeper
from ecociv.people import audit


class LedgerRefused(ValueError):
    """What cannot stand in a book; ``texts`` has a sentence for each fault, ``code`` names the first."""

    def __init__(self, *faults: tuple[str, Text]) -> None:
        super().__init__(" ".join(text.en for _, text in faults))
        self.texts = tuple(text for _, text in faults)
        self.code = faults[0][0]
        self.codes = tuple(code for code, _ in faults)


@dataclass(kw_only=True, slots=True)
class OpenBook:
    """Open a book (建账) of a zone that a body keeps; the same request again gives the book that is there."""

    zone: str
    key: str
    title: Text
    keeper: str
    author: Any
    sample: bool = False

    def check(self) -> Book | None:
        """The book where it was opened before.

        Raises
        ------
        PermissionDenied
            For whoever does not act for the keeper.
        LedgerRefused
            ``no-key``, ``key-taken``.
        """
        require_keeper(self.author, self.zone, self.keeper)
        if not self.key.strip() or not self.keeper.strip():
            raise LedgerRefused(
                (
                    "no-key",
                    Text(zh="账簿须有代码和记账单位。", en="A book needs a key and a body that keeps it."),
                )
            )
        known = Book.objects.filter(zone=self.zone, key=self.key).first()
        if known is not None and (known.title, known.keeper) != (self.title, self.keeper):
            raise LedgerRefused(
                (
                    "key-taken",
                    Text(
                        zh=f"账簿代码“{self.key}”已用于“{known.title.zh}”。",
                        en=f"The key {self.key!r} is that of the book {known.title.en!r}; choose another.",
                    ),
                )
            )
        return known

    def execute(self) -> Book:
        """Open it."""
        with transaction.atomic():
            audit.hold()
            known = self.check()
            if known is not None:
                return known
            book = Book(
                zone=self.zone,
                key=self.key,
                title_zh=self.title.zh,
                title_en=self.title.en,
                keeper=self.keeper,
                sample=self.sample,
                recorded_at=timezone.now(),
            )
            book.save()
            audit.record(
                actor=self.author,
                action="ledger.open-book",
                zone=self.zone,
                subject_kind="ledger-book",
                subject_key=self.key,
                after={"title": self.title.to_mapping(), "keeper": self.keeper},
            )
            return book


@dataclass(kw_only=True, slots=True)
class OpenAccount:
    """Open an account (开户) in a book; the same request again gives the account that is there.

    Parameters
    ----------
    kind
        One of ``LedgerAccount.Kind``.
    floor
        Fen below which the balance never falls; 0 for an account that cannot be overdrawn, ``None`` for no floor.
    opened_on
        First day on which an entry may touch it.
    """

    book: Book
    key: str
    title: Text
    body: str
    kind: str
    author: Any
    floor: int | None = 0
    opened_on: dt.date | None = None

    def check(self) -> LedgerAccount | None:
        """The account where it was opened before.

        Raises
        ------
        PermissionDenied
            For whoever does not act for the keeper of the book.
        LedgerRefused
            ``no-key``, ``kind-unknown``, ``floor-above-zero``, ``key-taken``.
        """
        require_keeper(self.author, self.book.zone, self.book.keeper)
        faults: list[tuple[str, Text]] = []
        if not self.key.strip() or not self.body.strip():
            faults.append(
                ("no-key", Text(zh="账户须有代码和户主。", en="An account needs a key and a body."))
            )
        if self.kind not in LedgerAccount.Kind.values:
            known_kinds = ", ".join(LedgerAccount.Kind.values)
            faults.append(
                (
                    "kind-unknown",
                    Text(
                        zh=f"没有账户类型“{self.kind}”：{known_kinds}。",
                        en=f"{self.kind!r} is no kind of account: {known_kinds}.",
                    ),
                )
            )
        if self.floor is not None and self.floor > 0:
            faults.append(
                (
                    "floor-above-zero",
                    Text(
                        zh="新账户余额为零，下限不能大于零。",
                        en="A new account holds nothing: its floor cannot lie above 0.",
                    ),
                )
            )
        known = LedgerAccount.objects.filter(book=self.book, key=self.key).first()
        if known is not None and (known.title, known.body, known.kind, known.floor) != (
            self.title,
            self.body,
            self.kind,
            self.floor,
        ):
            faults.append(
                (
                    "key-taken",
                    Text(
                        zh=f"账户代码“{self.key}”已用于“{known.title.zh}”。",
                        en=f"The key {self.key!r} is that of the account {known.title.en!r}; choose another.",
                    ),
                )
            )
        if faults:
            raise LedgerRefused(*faults)
        return known

    def execute(self) -> LedgerAccount:
        """Open it."""
        with transaction.atomic():
            audit.hold()
            known = self.check()
            if known is not None:
                return known
            account = LedgerAccount(
                book=self.book,
                key=self.key,
                title_zh=self.title.zh,
                title_en=self.title.en,
                body=self.body,
                kind=self.kind,
                floor=self.floor,
                opened_on=self.opened_on or timezone.localdate(),
                recorded_at=timezone.now(),
                author=account_of(self.author),
                author_name=name_of(self.author),
            )
            account.save()
            audit.record(
                actor=self.author,
                action="ledger.open-account",
                zone=self.book.zone,
                subject_kind="ledger-account",
                subject_key=f"{self.book.key}/{self.key}",
                after={"title": self.title.to_mapping(), "body": self.body, "floor": self.floor},
            )
            return account
