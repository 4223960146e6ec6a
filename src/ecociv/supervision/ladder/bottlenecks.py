"""Where work is stuck: load of each body, waiting between bodies, duties that hold up most. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from statistics import median

WEIGHTS: Mapping[str, int] = {"lead": 2, "support": 1, "overdue": 3, "case": 3, "case-overdue": 5}
"""What one open matter weighs in the load of a body; a working rule, shown beside every figure made of it."""


@dataclass(frozen=True, slots=True)
class Load:
    """Open matters of a body by kind (keys of `WEIGHTS`)."""

    body: str
    counts: Mapping[str, int]

    @property
    def weighted(self) -> int:
        """The sum of matters times weights.

        >>> Load("a", {"lead": 3, "support": 2, "overdue": 1}).weighted   # 3 * 2 + 2 * 1 + 1 * 3
        11
        """
        return sum(WEIGHTS[kind] * count for kind, count in self.counts.items())


@dataclass(frozen=True, slots=True)
class Turn:
    """A time in which a case waited for a body: ``asked_by`` made the move before it; ``until`` none while it waits."""

    body: str
    asked_by: str
    since: dt.date
    until: dt.date | None

    def days(self, today: dt.date) -> int:
        """How long it lasted, in calendar days."""
        return max(0, ((self.until or today) - self.since).days)


@dataclass(frozen=True, slots=True)
class Waiting:
    """How long one body (or all that wait for a body) waited for another: number, median and 95th percentile of days."""

    body: str
    asked_by: str
    count: int
    median: float
    high: int


def waiting(turns: Iterable[Turn], today: dt.date, *, by_pair: bool = True) -> list[Waiting]:
    """Waiting between bodies, the longest median first; with ``by_pair`` false, for each body as a whole."""
    groups: dict[tuple[str, str], list[int]] = {}
    for turn in turns:
        groups.setdefault((turn.body, turn.asked_by if by_pair else ""), []).append(turn.days(today))
    found = [
        Waiting(body, asked, len(days), float(median(days)), percentile(days, 95))
        for (body, asked), days in groups.items()
    ]
    return sorted(found, key=lambda each: (-each.median, -each.count, each.body, each.asked_by))


def percentile(days: Sequence[int], share: int) -> int:
    """The smallest value that ``share`` per cent of the values do not exceed (nearest rank).

    >>> percentile([1, 2, 3, 4, 100], 95), percentile(list(range(1, 101)), 95)
    (100, 95)
    """
    ordered = sorted(days)
    return ordered[max(0, -(-share * len(ordered) // 100) - 1)]


@dataclass(frozen=True, slots=True)
class Blocking:
    """A duty with the indicators that it carries, those off track among them, and whether it is late."""

    place: str
    indicators: tuple[int, ...]
    red: tuple[int, ...]
    overdue: bool

    @property
    def rank(self) -> tuple[bool, int, int, str]:
        """Late ones that carry red indicators first, then by number of red ones, then of all."""
        return (not (self.overdue and self.red), -len(self.red), -len(self.indicators), self.place)


def blocking(
    carried: Mapping[str, Iterable[int]], red: Iterable[int], overdue: Iterable[str]
) -> list[Blocking]:
    """Duties that carry an indicator, those that hold up most first.

    >>> [each.place for each in blocking({"task:1": [1, 2], "task:2": [3]}, red=[3], overdue=["task:2"])]
    ['task:2', 'task:1']
    """
    bad, late = set(red), set(overdue)
    found = [
        Blocking(place, tuple(sorted(numbers)), tuple(sorted(bad & set(numbers))), place in late)
        for place, numbers in ((place, list(numbers)) for place, numbers in carried.items())
        if numbers
    ]
    return sorted(found, key=lambda each: each.rank)
