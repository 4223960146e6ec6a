"""How much of a book somebody reads: all of it, or what touches the accounts of their own body.

The rule is that of the documents that a book stands for: a county sees its own part of a settlement or of a yearly
payment, and of the entry that pays it no more than that.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from ecociv.ledger.models import Book, Entry, EntryLine, LedgerAccount
from ecociv.ledger.permissions import keeper_today
from ecociv.people import permissions
from ecociv.people.models import User
from ecociv.people.policy import Action


def _may_read(reader: Any, zone: str, body: str) -> bool:
    """Whether the policy opens what belongs to a body; a command without an account reads everything."""
    if not isinstance(reader, User):
        return isinstance(reader, str) and bool(reader.strip())
    return permissions.allowed(
        reader, Action.READ_BOOK, zone=zone, lead=[keeper_today(zone, body)], public=False
    )


@dataclass(frozen=True, slots=True)
class Reach:
    """What of a book somebody reads.

    ``own`` are the keys in the database of the accounts whose lines, balances and rows of the bank are open to the
    reader; none where the whole book is.
    """

    book: Book
    own: frozenset[int] | None

    @property
    def whole(self) -> bool:
        """Whether all of the book is open."""
        return self.own is None

    @property
    def nothing(self) -> bool:
        """Whether nothing of it is: to this reader there is no such book."""
        return self.own is not None and not self.own

    def reads(self, account: LedgerAccount) -> bool:
        """Whether an account of the book is open."""
        return self.own is None or account.pk in self.own


def reach_of(reader: Any, book: Book) -> Reach:
    """What of a book is open to somebody.

    Parameters
    ----------
    reader
        A user; or a word that names a command without an account, which reads everything. Nobody (none, a visitor)
        reads nothing.

    Notes
    -----
    Bodies are those of today: the successor of a body reads what touches its accounts.
    """
    if _may_read(reader, book.zone, book.keeper):
        return Reach(book, None)
    bodies: dict[str, bool] = {}
    found = []
    for pk, body in book.accounts.values_list("pk", "body"):
        if body not in bodies:
            bodies[body] = _may_read(reader, book.zone, body)
        if bodies[body]:
            found.append(pk)
    return Reach(book, frozenset(found))


def books_read(reader: Any, zone: str) -> list[Reach]:
    """The books of a zone of which something is open to somebody, in order."""
    found = (reach_of(reader, book) for book in Book.objects.filter(zone=zone))
    return [reach for reach in found if not reach.nothing]


def entries_read(reader: Any, entries: Iterable[Entry]) -> frozenset[int]:
    """Which of some entries somebody reads, by their keys in the database; pages link to those alone."""
    by_book: dict[Book, list[int]] = {}
    for entry in entries:
        by_book.setdefault(entry.book, []).append(entry.pk)
    found: set[int] = set()
    for book, keys in by_book.items():
        reach = reach_of(reader, book)
        touched = EntryLine.objects.filter(entry__in=keys)
        if reach.own is not None:
            touched = touched.filter(account__in=reach.own)
        found.update(touched.order_by().values_list("entry", flat=True))
    return frozenset(found)


@dataclass(frozen=True, slots=True)
class SeenLine:
    """A line of an entry as a reader sees it, in fen.

    ``account`` is none where several accounts of others stand on the other side: their part together, and no names.
    """

    account: LedgerAccount | None
    amount: int


def seen_lines(lines: Iterable[EntryLine], reach: Reach) -> tuple[SeenLine, ...]:
    """The lines of an entry that a reader sees; they add up to zero.

    Of an entry that touches an account of the reader: the own lines, and where the money came from or went to. Where
    others have lines on the reader's own side (the counties of a yearly payment), the other side is shown with no more
    than the reader's part of it. Of an entry that touches no own account: nothing.
    """
    lines = list(lines)
    if reach.whole:
        return tuple(SeenLine(line.account, line.amount) for line in lines)
    own = [line for line in lines if reach.reads(line.account)]
    if not own:
        return ()
    seen = [SeenLine(line.account, line.amount) for line in own]
    net = sum(line.amount for line in own)
    others = [line for line in lines if not reach.reads(line.account)]
    across = [line for line in others if (line.amount > 0) != (net > 0)]
    if net and len(across) == len(others):
        seen += [SeenLine(line.account, line.amount) for line in across]
    elif net:
        accounts = list({line.account_id: line.account for line in across}.values())
        seen.append(SeenLine(accounts[0] if len(accounts) == 1 else None, -net))
    return tuple(seen)


def moved(seen: Iterable[SeenLine | EntryLine]) -> int:
    """Fen that an entry moved, as far as the reader sees it."""
    return sum(line.amount for line in seen if line.amount > 0)
