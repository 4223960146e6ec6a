"""Runs: how often in a row something was so. Pure: no Django."""

from __future__ import annotations

import calendar
import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

Item = TypeVar("Item")


@dataclass(frozen=True, slots=True)
class Run(Generic[Item]):
    """Items in a row that were bad, and the first item after them that was not (none while the run goes on)."""

    items: tuple[Item, ...]
    ended_by: Item | None


def runs(marked: Sequence[tuple[Item, bool | None]]) -> list[Run[Item]]:
    """Runs of items marked true, in their order; an item marked none is passed over: it neither ends nor lengthens one.

    >>> [(run.items, run.ended_by) for run in runs([("a", True), ("b", None), ("c", True), ("d", False), ("e", True)])]
    [(('a', 'c'), 'd'), (('e',), None)]
    """
    found: list[Run[Item]] = []
    current: list[Item] = []
    for item, bad in marked:
        if bad:
            current.append(item)
        elif bad is False and current:
            found.append(Run(tuple(current), item))
            current = []
    if current:
        found.append(Run(tuple(current), None))
    return found


def month_end(month: tuple[int, int]) -> dt.date:
    """The last day of a month: only then is the month known.

    >>> month_end((2016, 2))
    datetime.date(2016, 2, 29)
    """
    return dt.date(*month, calendar.monthrange(*month)[1])


def months_through(first: tuple[int, int], last: tuple[int, int]) -> list[tuple[int, int]]:
    """Every month from the first to the last, both included.

    >>> months_through((2016, 11), (2017, 1))
    [(2016, 11), (2016, 12), (2017, 1)]
    """
    start, end = first[0] * 12 + first[1] - 1, last[0] * 12 + last[1] - 1
    return [(number // 12, number % 12 + 1) for number in range(start, end + 1)]


def month_text(month: tuple[int, int]) -> str:
    """``2017-03``.

    >>> month_text((2017, 3))
    '2017-03'
    """
    return f"{month[0]:04d}-{month[1]:02d}"
