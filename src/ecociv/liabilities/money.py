"""Money of liabilities in the ledger: one book of the zone, one account for each damage and each mine."""

from __future__ import annotations

import datetime as dt
from abc import ABC, abstractmethod
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.db.models import Q
from django.utils import timezone

from ecociv.core.text import Text
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.ledger.actions import LedgerRefused, OpenAccount, OpenBook, PostEntry
from ecociv.ledger.models import Book, LedgerAccount
from ecociv.ledger.permissions import require_keeper
from ecociv.ledger.queries import balance
from ecociv.liabilities.declaration import declared
from ecociv.liabilities.models import Movement
from ecociv.people import audit

BEGINNING = dt.date(2009, 5, 1)
"""First day on which an entry may touch an account of this book: the first declared regime."""

_WORKS = Text(zh="治理修复工程支出", en="Works of restoration")
_WORDS = {
    Movement.Kind.PAID: Text(zh="缴入", en="Paid in"),
    Movement.Kind.WORKS: Text(zh="工程支出", en="Spent on works"),
    Movement.Kind.REFUND: Text(zh="退还", en="Given back"),
}


class LiabilityRefused(ValueError):
    """What cannot be recorded of a liability; ``texts`` has a sentence for each fault, ``field`` names the first's input."""

    def __init__(self, *faults: tuple[str, Text]) -> None:
        super().__init__(" ".join(text.en for _, text in faults))
        self.faults = faults
        self.texts = tuple(text for _, text in faults)


@dataclass(frozen=True, slots=True)
class Sums:
    """Fen of one liability: paid in, spent on accepted works, given back; ``held`` is what is left on its account."""

    paid: int = 0
    works: int = 0
    refunded: int = 0

    @property
    def held(self) -> int:
        """What is left."""
        return self.paid - self.works - self.refunded


def standing(
    zone: str, about: str, on: dt.date | None = None, as_of: dt.datetime | None = None, key: str | None = None
) -> list[Movement]:
    """Movements up to a day, as known at a moment; one whose entry was reversed by then is left out."""
    rows = Movement.objects.filter(zone=zone, about=about).select_related("entry__reversed_by")
    if key is not None:
        rows = rows.filter(key=key)
    taken_back = Q(entry__reversed_by__isnull=False)
    if on is not None:
        rows = rows.filter(day__lte=on)
        taken_back &= Q(entry__reversed_by__day__lte=on)
    if as_of is not None:
        rows = rows.filter(recorded_at__lte=as_of)
        taken_back &= Q(entry__reversed_by__recorded_at__lte=as_of)
    return list(rows.exclude(taken_back).order_by("day", "id"))


def sums(found: Iterable[Movement]) -> Sums:
    """The sums of movements."""
    by_kind = dict.fromkeys(Movement.Kind.values, 0)
    for one in found:
        by_kind[one.kind] += one.fen
    return Sums(by_kind["paid"], by_kind["works"], by_kind["refund"])


def open_book(zone: str, author: Any, *, sample: bool = False) -> Book:
    """The book of liabilities, opened where it is not there yet."""
    said = declared(zone).book
    known = Book.objects.filter(zone=zone, key=said.key).first()
    return (
        known
        or OpenBook(
            zone=zone, key=said.key, title=said.title, keeper=said.keeper, author=author, sample=sample
        ).execute()
    )


@dataclass(frozen=True, slots=True)
class Owner:
    """Whose money it is: what the liability is about, its key and title, and the enterprise that answers for it."""

    about: str
    key: str
    title: Text
    enterprise: str


@dataclass(kw_only=True, slots=True)
class MoneyMoved:
    """What is said of money that moved, whatever the liability.

    Parameters
    ----------
    kind
        One of ``Movement.Kind``.
    fen
        Whole fen, above zero.
    document
        Receipt, acceptance of the works, decision to give back. Never empty.
    request
        Names the request: sent twice it is recorded once.
    """

    kind: str
    day: dt.date
    fen: int
    document: str
    author: Any
    reason: str = ""
    request: str = ""
    sample: bool = False


@dataclass(kw_only=True, slots=True)
class MoveMoney(MoneyMoved):
    """Record that money of a liability moved, and post it: all or nothing."""

    zone: str
    owner: Owner

    def check(self) -> None:
        """Refuse whoever does not keep the book, and what cannot be.

        Raises
        ------
        PermissionDenied
            With the body that keeps the book.
        LiabilityRefused
            With a sentence for each fault.
        """
        require_keeper(self.author, self.zone, declared(self.zone).book.keeper)
        faults: list[tuple[str, Text]] = []
        if self.kind not in Movement.Kind.values:
            faults.append(
                ("kind", Text(zh=f"没有“{self.kind}”这种收支。", en=f"{self.kind!r} is no kind of movement."))
            )
        if self.fen <= 0:
            faults.append(("amount", Text(zh="金额须大于零。", en="The amount has to be above zero.")))
        if not self.document.strip():
            faults.append(("document", Text(zh="请填写依据文件。", en="Name the document that it rests on.")))
        if self.day > timezone.localdate():
            faults.append(("day", Text(zh=f"{self.day} 还没有到。", en=f"{self.day} has not come yet.")))
        if self.day < BEGINNING:
            faults.append(
                ("day", Text(zh=f"{self.day} 早于 {BEGINNING}。", en=f"{self.day} lies before {BEGINNING}."))
            )
        if faults:
            raise LiabilityRefused(*faults)

    def execute(self) -> Movement:
        """Post the entry and record the movement.

        Raises
        ------
        LiabilityRefused
            Also with what the ledger refuses, such as spending more than is there.
        """
        with transaction.atomic():
            audit.hold()
            self.check()
            if self.request:
                known = Movement.objects.filter(zone=self.zone, entry__key=self.request).first()
                if known is not None:
                    if (known.key, known.kind, known.fen, known.day) != (
                        self.owner.key,
                        self.kind,
                        self.fen,
                        self.day,
                    ):
                        raise LiabilityRefused(
                            (
                                "request",
                                Text(
                                    zh=f"请求“{self.request}”已经记过，内容不同。",
                                    en=f"The request {self.request!r} was recorded before with other content.",
                                ),
                            )
                        )
                    return known
            book = open_book(self.zone, self.author, sample=self.sample)
            own, other = self._accounts(book)
            change = self.fen if self.kind == Movement.Kind.PAID else -self.fen
            words = _WORDS[Movement.Kind(self.kind)]
            try:
                entry = PostEntry(
                    book,
                    self.day,
                    [(other.key, -change), (own.key, change)],
                    self.document,
                    f"{words.zh} {self.owner.title.zh} {self.owner.key}"[:500],
                    self.author,
                    key=self.request,
                    kind="payment-in" if change > 0 else "payment-out",
                    sample=self.sample,
                ).execute()
            except LedgerRefused as refused:
                raise LiabilityRefused(*(("amount", text) for text in refused.texts)) from refused
            movement = Movement(
                zone=self.zone,
                about=self.owner.about,
                key=self.owner.key,
                kind=self.kind,
                day=self.day,
                fen=self.fen,
                entry=entry,
                recorded_at=timezone.now(),
                author=account_of(self.author),
                author_name=name_of(self.author),
                reason=self.reason.strip(),
                document=self.document.strip(),
                sample=self.sample,
            )
            movement.save()
            audit.record(
                actor=self.author,
                action=f"liability.{self.kind}",
                zone=self.zone,
                subject_kind=f"liability-{self.owner.about}",
                subject_key=self.owner.key,
                after={"day": self.day.isoformat(), "fen": self.fen, "entry": entry.number},
                reason=self.reason,
            )
            return movement

    def _accounts(self, book: Book) -> tuple[LedgerAccount, LedgerAccount]:
        """The account of the liability, and the one on the other side."""
        about, key = self.owner.about, self.owner.key
        own_kind = (
            LedgerAccount.Kind.PENALTY if about == Movement.About.DAMAGE else LedgerAccount.Kind.DEPOSIT
        )
        own = self._account(book, f"{about}/{key}", self.owner.title, self.owner.enterprise, own_kind, 0)
        if self.kind == Movement.Kind.WORKS:
            return own, self._account(book, "works", _WORKS, book.keeper, LedgerAccount.Kind.PARTY, None)
        payer = Text(zh=f"缴款单位 {self.owner.enterprise}", en=f"Payer {self.owner.enterprise}")
        return own, self._account(
            book,
            f"payer/{self.owner.enterprise}",
            payer,
            self.owner.enterprise,
            LedgerAccount.Kind.PARTY,
            None,
        )

    def _account(
        self, book: Book, key: str, title: Text, body: str, kind: str, floor: int | None
    ) -> LedgerAccount:
        known = LedgerAccount.objects.filter(book=book, key=key).first()
        return (
            known
            or OpenAccount(
                book=book,
                key=key,
                title=title,
                body=body,
                kind=kind,
                author=self.author,
                floor=floor,
                opened_on=BEGINNING,
            ).execute()
        )


def disagreements(zone: str) -> list[Text]:
    """Where the movements on record and the balances of the ledger say different things; nothing when they agree."""
    book = Book.objects.filter(zone=zone, key=declared(zone).book.key).first()
    if book is None:
        return []
    found = []
    for about in Movement.About.values:
        keys = Movement.objects.filter(zone=zone, about=about).values_list("key", flat=True).distinct()
        for key in sorted(keys):
            account = LedgerAccount.objects.filter(book=book, key=f"{about}/{key}").first()
            held = sums(standing(zone, about, key=key)).held
            there = balance(account) if account else 0
            if held != there:
                found.append(
                    Text(
                        zh=f"{key}：登记的收支余额 {held} 分，账户余额 {there} 分。",
                        en=f"{key}: the movements leave {held} fen, the account holds {there}.",
                    )
                )
    return found


@dataclass(kw_only=True, slots=True)
class MoveMoneyOf(MoneyMoved, ABC):
    """Money of one liability of a kind, which has rules of its own beside those of every movement."""

    @abstractmethod
    def check(self) -> MoveMoney:
        """The movement, when neither set of rules is against it."""

    def movement(self, zone: str, owner: Owner, *, sample: bool) -> MoveMoney:
        """The movement, when the rules of every movement are not against it; sample where its liability is."""
        move = MoveMoney(
            zone=zone,
            owner=owner,
            kind=self.kind,
            day=self.day,
            fen=self.fen,
            document=self.document,
            author=self.author,
            reason=self.reason,
            request=self.request,
            sample=self.sample or sample,
        )
        move.check()
        return move

    def execute(self) -> Movement:
        """Record and post it."""
        with transaction.atomic():
            audit.hold()
            return self.check().execute()
