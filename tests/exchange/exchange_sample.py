"""Playing the messages of a real exchange into a book, and setting its levels beside the published ones.

The sample holds the messages that touched the ten best levels of each side and the ten levels after each. What a row
determines: levels no worse than the tenth of the row before. A level that comes into view from beyond it was never
published, or may have changed unseen meanwhile; the book takes such levels from the row ("revealed") and is not judged
by them. Orders from before the sample have no numbers: each level of theirs is one nameless order at the head of its
queue, because they came before everything in the sample.
"""

from __future__ import annotations

import csv
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

from ecociv.exchange.matching import Book, Life, Side

DEPTH = 10
NEW, REDUCED, DELETED, EXECUTED, HIDDEN, HALTED = 1, 2, 3, 4, 5, 7
Level = tuple[int, int]


@dataclass(frozen=True)
class Message:
    """One line: ``sign`` is the side of the resting order, also for executions."""

    kind: int
    order: int
    quantity: int
    price: int
    sign: int


def messages(path: Path) -> list[Message]:
    """The message file; its first column, the time, is not needed to order them."""
    with path.open(newline="") as lines:
        return [Message(*(int(value) for value in row[1:])) for row in csv.reader(lines)]


def rows(path: Path) -> list[dict[int, list[Level]]]:
    """The published levels after each message, best first, by sign; levels without units are left out."""
    with path.open(newline="") as lines:
        numbers = [[int(value) for value in row] for row in csv.reader(lines)]
    return [
        {
            Side.SELL: [(row[4 * k], row[4 * k + 1]) for k in range(DEPTH) if row[4 * k + 1]],
            Side.BUY: [(row[4 * k + 2], row[4 * k + 3]) for k in range(DEPTH) if row[4 * k + 3]],
        }
        for row in numbers
    ]


@dataclass
class Play:
    """A book that follows the messages, and the tally of how it fared."""

    book: Book = field(default_factory=Book)
    tally: Counter[str] = field(default_factory=Counter)
    wrong: list[str] = field(default_factory=list)
    _edge: dict[int, int] = field(default_factory=dict)
    _nameless: dict[tuple[int, int], list[int]] = field(default_factory=dict)
    _next: int = -1

    def begin(self, first: dict[int, list[Level]], message: Message) -> None:
        """Put what rested before the sample into the book: the first row without its own message."""
        assert message.kind == NEW
        for sign, levels in first.items():
            for price, quantity in levels:
                before = quantity - (
                    message.quantity if (sign, price) == (message.sign, message.price) else 0
                )
                if before:
                    self._rest_nameless(sign, price, before)
            self._edge[sign] = levels[-1][0]

    def follow(self, message: Message) -> None:
        """Do to the book what the message says happened."""
        if message.kind == NEW:
            trades = self.book.submit(message.order, message.sign, message.price, message.quantity)
            self._expect(not trades and not self.book.withdrawn, f"{message}: a new order traded")
        elif message.kind in (REDUCED, DELETED):
            order = self._order_of(message)
            if message.kind == DELETED and order == message.order:
                self._expect(
                    self.book.remaining(order) == message.quantity, f"{message}: other units were open"
                )
            self._expect(
                self.book.cancel(order, message.quantity) == message.quantity, f"{message}: fewer units"
            )
        elif message.kind == EXECUTED:
            self._execute(message)
        self.tally["messages"] += 1

    def judge(self, row: dict[int, list[Level]]) -> None:
        """Set the levels that the sample determines beside the published ones; take over the rest."""
        whole = True
        for sign, published in row.items():
            mine = {price: quantity for price, quantity, _ in self.book.snapshot()[_side(sign)]}
            edge = self._edge[sign]
            determined = [level for level in published if sign * level[0] >= sign * edge]
            expected = [(price, quantity) for price, quantity in mine.items() if sign * price >= sign * edge]
            same = expected[: len(published)] == determined
            self._expect(
                same, f"row {self.tally['messages']}: {expected[: len(published)]} is not {determined}"
            )
            self.tally["levels determined"] += len(determined)
            self.tally["levels reproduced"] += len(determined) if same else 0
            whole = whole and same
            for price, quantity in published[len(determined) :]:
                had = mine.get(price)
                kept = (
                    "never seen" if had is None else "as remembered" if had == quantity else "changed unseen"
                )
                self.tally[f"levels revealed, {kept}"] += 1
                self._take_over(sign, price, quantity, had or 0)
            worst = published[-1][0]
            for price in mine:
                if sign * edge > sign * price >= sign * worst and price not in dict(published):
                    self.tally["levels gone unseen"] += 1
                    self._take_over(sign, price, 0, mine[price])
            self._edge[sign] = worst
        self.tally["rows reproduced"] += whole

    def _execute(self, message: Message) -> None:
        maker = self._order_of(message)
        taker, self._next = self._next, self._next - 1
        trades = self.book.submit(taker, -message.sign, message.price, message.quantity, life=Life.IMMEDIATE)
        found = [(trade.price, trade.quantity, trade.maker) for trade in trades]
        self._expect(found == [(message.price, message.quantity, maker)], f"{message}: traded {found}")
        self.tally["executions"] += 1
        self.tally["executions of a numbered order"] += maker == message.order

    def _order_of(self, message: Message) -> int:
        """The number in the book: the message's, or that of the nameless order at its price."""
        if message.order in self.book:
            return message.order
        waiting = self._nameless.get((message.sign, message.price), [])
        while waiting and waiting[0] not in self.book:
            waiting.pop(0)
        self._expect(bool(waiting), f"{message}: no such order and none from before the sample")
        return waiting[0]

    def _rest_nameless(self, sign: int, price: int, quantity: int) -> None:
        self.book.submit(self._next, sign, price, quantity)
        self._nameless.setdefault((sign, price), []).append(self._next)
        self._next -= 1

    def _take_over(self, sign: int, price: int, quantity: int, had: int) -> None:
        if quantity < had:
            for each in [each for each in self.book.orders(sign) if each.price == price]:
                self.book.cancel(each.order)
            had = 0
        if quantity > had:
            self._rest_nameless(sign, price, quantity - had)

    def _expect(self, held: bool, otherwise: str) -> None:
        if not held:
            self.wrong.append(otherwise)


def _side(sign: int) -> str:
    return "bids" if sign == Side.BUY else "asks"
