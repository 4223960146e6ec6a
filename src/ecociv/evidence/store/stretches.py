"""The table in the order of time: files that overlap stand together, and no stretch has to be read before its turn."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from ecociv.evidence.store.listing import CUT, File
from ecociv.evidence.store.moments import month_bounds


@dataclass(frozen=True, slots=True)
class Stretch:
    """Files whose periods begin in [first, last]; those of other stretches all begin before or after that."""

    paths: tuple[str, ...]
    rows: int
    first: datetime
    last: datetime


def stretches(files: Iterable[File], series: Sequence[int]) -> list[Stretch]:
    """Stretches of the files that can hold one of ``series`` (sorted numbers), in time order.

    Months never overlap. Inside a month, batches that came one after the other are stretches of their own; what came
    late joins those that it overlaps, and a month that was compacted is one.
    """
    held = [(*_span(file), file) for file in files if _holds(file, series)]
    found: list[Stretch] = []
    for first, last, file in sorted(held, key=lambda item: (item[0], item[2].path)):
        if found and first <= found[-1].last:
            before = found.pop()
            found.append(
                Stretch(
                    (*before.paths, file.path),
                    before.rows + file.rows,
                    before.first,
                    max(before.last, last),
                )
            )
        else:
            found.append(Stretch((file.path,), file.rows, first, last))
    return found


def portion(found: Sequence[Stretch], wanted: int) -> int:
    """How many of the first stretches together hold ``wanted`` rows (all of them where they hold fewer).

    The rows that a file counts are of all series and all revisions: they can turn out to be too few.

    >>> from datetime import UTC
    >>> moment = datetime(2017, 1, 1, tzinfo=UTC)
    >>> months = [Stretch((f"{number}.parquet",), 60, moment, moment) for number in range(6)]
    >>> portion(months, 50), portion(months, 61), portion(months, 1000)
    (1, 2, 6)
    """
    rows = 0
    for number, stretch in enumerate(found, start=1):
        rows += stretch.rows
        if rows >= wanted:
            return number
    return len(found)


def _span(file: File) -> tuple[datetime, datetime]:
    start, end = month_bounds(file.month)
    return file.first or start, end if file.last is None else file.last + CUT


def _holds(file: File, series: Sequence[int]) -> bool:
    if file.lowest is None or file.highest is None:
        return bool(series)
    position = bisect_left(series, file.lowest)
    return position < len(series) and series[position] <= file.highest
