"""Which rows of a bank and which lines of a book are the same money. Pure: no Django.

A rule matches only what it can tell apart: where two rows could be the same line, both stay open for a person to
decide. The order in which rows come decides nothing.
"""

from __future__ import annotations

import datetime as dt
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from itertools import combinations
from typing import Literal

WINDOW = 7
"""Days that may lie between the book and the bank."""

LARGEST_GROUP = 3
"""Lines that are tried together without a common reference; more would find sums by chance."""

MOST_CANDIDATES = 24
"""Lines within the window beyond which groups without a common reference are not tried."""

How = Literal["reference", "amount", "split", "joined", "reversed"]


@dataclass(frozen=True, slots=True, order=True)
class Item:
    """A row of the bank or a line of the book: fen on a day, with the reference that it carries.

    ``undoes`` groups a line with the line that it takes back (both have the same number there); 0 for others.
    """

    day: dt.date
    number: int
    amount: int
    reference: str = ""
    undoes: int = 0


@dataclass(frozen=True, slots=True)
class Found:
    """Items that are the same money: numbers of rows and of lines."""

    how: How
    rows: tuple[int, ...]
    lines: tuple[int, ...]


def matches(bank: Iterable[Item], book: Iterable[Item], window: int = WINDOW) -> list[Found]:
    """Match rows of the bank with lines of the book, no item twice; what is not told apart stays open.

    Rules in order: an entry and its reversal that the bank never saw; the same amount with the document named in the
    bank's reference; the same amount with no other within the window on either side; one row for several lines; one
    line for several rows.

    Examples
    --------
    >>> day = dt.date(2016, 3, 31)
    >>> matches([Item(day, 1, 500, "付 12号 补偿金")], [Item(day, 7, 500, "12号"), Item(day, 8, 500, "13号")])
    [Found(how='reference', rows=(1,), lines=(7,))]
    """
    pool = _Pool(bank, book, window)
    pool.reversals()
    pool.pairs("reference", lambda row, line: named(line.reference, row.reference))
    pool.pairs("amount", lambda row, line: True)
    pool.groups("split", pool.bank, pool.book, together=_same_document)
    pool.groups("joined", pool.book, pool.bank, together=_named_in)
    return pool.found


def named(document: str, reference: str) -> bool:
    """Whether a bank's reference names a document; widths and spaces do not matter, nor brackets.

    >>> named("景财建〔2016〕12号", "支付 景财建[2016] 12号 补偿金"), named("", "x")
    (True, False)
    """
    wanted = _plain(document)
    return bool(wanted) and wanted in _plain(reference)


_BRACKETS = str.maketrans({"〔": "(", "〕": ")", "[": "(", "]": ")", "【": "(", "】": ")"})


def _plain(text: str) -> str:
    return "".join(unicodedata.normalize("NFKC", text).translate(_BRACKETS).upper().split())


def _same_document(row: Item, lines: Sequence[Item]) -> Iterable[Sequence[Item]]:
    by_document: dict[str, list[Item]] = {}
    for line in lines:
        by_document.setdefault(_plain(line.reference), []).append(line)
    return [group for document, group in by_document.items() if document and len(group) > 1]


def _named_in(line: Item, rows: Sequence[Item]) -> Iterable[Sequence[Item]]:
    group = [row for row in rows if named(line.reference, row.reference)]
    return [group] if len(group) > 1 else []


class _Side:
    """The open items of one side, by number and by day."""

    def __init__(self, items: Iterable[Item]) -> None:
        self.items = {item.number: item for item in sorted(items)}
        self._days: dict[dt.date, dict[int, Item]] = {}
        for item in self.items.values():
            self._days.setdefault(item.day, {})[item.number] = item

    def near(self, day: dt.date, window: int) -> list[Item]:
        """Items at most so many days away, oldest first."""
        days = (day + dt.timedelta(days=away) for away in range(-window, window + 1))
        return [item for each in days for item in self._days.get(each, {}).values()]

    def remove(self, item: Item) -> None:
        """It is matched."""
        del self.items[item.number]
        del self._days[item.day][item.number]


class _Pool:
    """What is still open while the rules go through it."""

    def __init__(self, bank: Iterable[Item], book: Iterable[Item], window: int) -> None:
        self.bank, self.book, self.window = _Side(bank), _Side(book), window
        self.found: list[Found] = []

    def _take(self, how: How, rows: Sequence[Item], lines: Sequence[Item]) -> None:
        for row in rows:
            self.bank.remove(row)
        for line in lines:
            self.book.remove(line)
        self.found.append(
            Found(how, tuple(sorted(r.number for r in rows)), tuple(sorted(x.number for x in lines)))
        )

    def reversals(self) -> None:
        """Lines that take one another back."""
        groups: dict[int, list[Item]] = {}
        for line in self.book.items.values():
            if line.undoes:
                groups.setdefault(line.undoes, []).append(line)
        for group in groups.values():
            if len(group) > 1 and sum(line.amount for line in group) == 0:
                self._take("reversed", (), group)

    def pairs(self, how: How, same: Callable[[Item, Item], bool]) -> None:
        """One row for one line where each is the only candidate of the other, again until nothing more is found."""
        while True:
            wanted: dict[int, list[Item]] = {}
            sought: dict[int, list[Item]] = {}
            for row in self.bank.items.values():
                for line in self.book.near(row.day, self.window):
                    if line.amount == row.amount and same(row, line):
                        wanted.setdefault(row.number, []).append(line)
                        sought.setdefault(line.number, []).append(row)
            sure = [
                (self.bank.items[row], lines[0])
                for row, lines in wanted.items()
                if len(lines) == 1 and len(sought[lines[0].number]) == 1
            ]
            if not sure:
                return
            for row, line in sure:
                self._take(how, [row], [line])

    def groups(
        self,
        how: How,
        ones: _Side,
        many: _Side,
        together: Callable[[Item, Sequence[Item]], Iterable[Sequence[Item]]],
    ) -> None:
        """One item for several of the other side that add up to it: those of a common reference, else the only group."""
        for one in list(ones.items.values()):
            near = [
                each
                for each in many.near(one.day, self.window)
                if (each.amount > 0) == (one.amount > 0) and abs(each.amount) < abs(one.amount)
            ]
            fits = [group for group in together(one, near) if sum(x.amount for x in group) == one.amount]
            if len(fits) != 1 and len(near) <= MOST_CANDIDATES:
                fits = [
                    group
                    for size in range(2, LARGEST_GROUP + 1)
                    for group in combinations(near, size)
                    if sum(x.amount for x in group) == one.amount
                ]
            if len(fits) == 1:
                group = fits[0]
                self._take(how, *(([one], group) if ones is self.bank else (group, [one])))
