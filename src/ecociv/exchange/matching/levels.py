"""The price levels of a book, kept for speed.

The key of a price is the price times the sign of the side, so that on both sides the better price has the larger key, and
the sign of a key tells its side. An order is a tuple ``(units, owner, key)`` under its number, and a queue holds numbers
only: nothing that the garbage collector has to follow is made for an order that rests. The number of a withdrawn order
stays in its queue as a ghost until it comes to either end or until ghosts are two thirds of it, so that withdrawing takes
the same time anywhere in a queue; `Levels.ghosts` knows them, because a number may come again.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from collections import deque

from ecociv.exchange.matching.orders import RestingOrder, Side

Entry = tuple[int, int, int]
"""Open units, owner, key of the price."""

Rows = list[tuple[int, int, int]]
"""Price, units, orders."""

SPARE = 16
"""Ghosts that a queue may hold whatever its length."""


class Level:
    """Orders at one price, first come first (同价位队列).

    Attributes
    ----------
    queue : deque of int
        Numbers of orders, ghosts among them.
    key : int
        The one object that all orders of the level share.
    live : int
        Orders that are not ghosts; never 0 between calls.
    quantity : int
        Their units.
    """

    __slots__ = ("key", "live", "quantity", "queue")

    def __init__(self, key: int) -> None:
        self.key = key
        self.queue: deque[int] = deque()
        self.live = 0
        self.quantity = 0


class Levels:
    """The levels of both sides by key, and the keys of each side in rising order: the best is the last."""

    __slots__ = ("at", "asks", "bids", "entries", "ghosts")

    def __init__(self) -> None:
        self.at: dict[int, Level] = {}
        self.bids: list[int] = []
        self.asks: list[int] = []
        self.entries: dict[int, Entry] = {}
        self.ghosts: dict[int, int] = {}

    def open(self, key: int) -> Level:
        """Make the level of a key that has none."""
        level = self.at[key] = Level(key)
        insort(self.bids if key > 0 else self.asks, key)
        return level

    def close(self, key: int) -> None:
        """Take away a level whose orders are all gone."""
        keys = self.bids if key > 0 else self.asks
        if keys[-1] == key:
            keys.pop()
        else:
            del keys[bisect_left(keys, key)]
        for order in self.at.pop(key).queue:
            del self.ghosts[order]

    def rows(self, keys: list[int], most: int | None) -> Rows:
        """Price, units and number of orders of the levels of one side, best first."""
        shown = keys if most is None else keys[max(0, len(keys) - most) :]
        at = self.at
        return [(abs(key), at[key].quantity, at[key].live) for key in reversed(shown)]

    def tidy(self, level: Level) -> None:
        """Drop the ghosts of a queue."""
        ghosts, kept = self.ghosts, deque[int]()
        for order in level.queue:
            if order in ghosts:
                del ghosts[order]
            else:
                kept.append(order)
        level.queue = kept


def resting(order: int, entry: Entry) -> RestingOrder:
    """An order as it is shown."""
    units, owner, key = entry
    return RestingOrder(order, Side.BUY if key > 0 else Side.SELL, abs(key), units, owner)
