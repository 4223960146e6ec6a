"""Observations as the interfaces show them: the table, and what was acknowledged and is still on its way into it.

Pages go by key (time, series, end, revision), never by offset, and read only the files that they need.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta

from ecociv.api.reach import PAST, Key, Reach, Seen, instant, microseconds
from ecociv.api.recorded import count_rows, known, table_rows
from ecociv.api.waiting import chains, period_of, same_period, waiting_readings
from ecociv.evidence.models import Series
from ecociv.evidence.store import EvidenceStore

__all__ = ["Key", "Reach", "Seen", "count", "instant", "microseconds", "newest", "one", "walk"]


def walk(reach: Reach, *, after: Key | None = None, step: int = 1_000) -> Iterator[Seen]:
    """All observations in order, read ``step`` at a time."""
    ids = reach.ids()
    store = EvidenceStore()
    while True:
        rows, last = _stretch(reach, ids, after, step, store)
        yield from rows
        if last is None:
            return
        after = last


def count(reach: Reach) -> int:
    """How many there are: counted in the files, then what waits beside."""
    ids, store = reach.ids(), EvidenceStore()
    total = count_rows(reach, ids, store)
    waiting = list(waiting_readings(reach, None))
    for start in range(0, len(waiting), 2_000):
        block = waiting[start : start + 2_000]
        revisions = known(map(period_of, block), reach, store)
        for period, extra in chains(block, revisions).items():
            if reach.all_revisions:
                total += len(extra)
            elif extra and not revisions.get(period):
                total += 1
    return total


def newest(series_ids: Sequence[int], *, as_of: datetime | None = None) -> dict[int, Seen]:
    """The latest observation of each series; series without any are absent."""
    found: dict[int, Seen] = {}
    for number in series_ids:
        reach = Reach(Series.objects.filter(pk=number), as_of=as_of, descending=True)
        first = next(walk(reach, step=1), None)
        if first is not None:
            found[number] = first
    return found


def one(series_id: int, start: datetime, end: datetime, revision: int | None) -> Seen | None:
    """The observation of one period: a given revision, or the newest."""
    reach = Reach(
        Series.objects.filter(pk=series_id),
        start=start,
        end=start + timedelta(microseconds=1),
        all_revisions=True,
    )
    found = [seen for seen in walk(reach) if seen.valid_to == end and revision in (None, seen.revision)]
    return found[-1] if found else None


def _stretch(
    reach: Reach, ids: list[int], after: Key | None, step: int, store: EvidenceStore
) -> tuple[list[Seen], Key | None]:
    """The next rows, and where to go on; the latter is none at the end."""
    if not ids:
        return [], None
    sign = -1 if reach.descending else 1

    def order(key: Key) -> tuple[int, ...]:
        return tuple(sign * part for part in (key if reach.all_revisions else key[:3]))

    waiting = list(waiting_readings(reach, after)[: step + 1])
    cut = len(waiting) > step
    if cut:
        # a period whose messages are only partly here is left for the next stretch, unless it is all there is
        whole = [item for item in waiting if period_of(item) != period_of(waiting[-1])]
        waiting = whole or list(same_period(reach, waiting[-1]))
    revisions = known(map(period_of, waiting), reach, store)
    room = step + 1 + len(waiting)
    rows = table_rows(reach, ids, after, room, store)
    ends: list[Key] = []
    if len(rows) == room:
        ends.append(rows[-1].key)
    if cut and waiting:
        last = waiting[-1]
        revision = 0 if reach.descending else PAST
        ends.append((microseconds(last.valid_from), last.series_id, microseconds(last.valid_to), revision))
    merged: dict[tuple[int, ...], Seen] = {order(row.key): row for row in rows}
    for extra in chains(waiting, revisions).values():
        for seen in extra if reach.all_revisions else extra[-1:]:
            if after is None or order(seen.key) > order(after):
                merged[order(seen.key)] = seen
    horizon = min((order(end) for end in ends), default=None)
    kept = [merged[key] for key in sorted(merged) if horizon is None or key <= horizon]
    if len(kept) > step:
        return kept[:step], kept[step - 1].key
    return kept, min(ends, key=order) if ends else None
