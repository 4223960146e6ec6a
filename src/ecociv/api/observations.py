"""Observations as the interfaces show them: the table, and what was acknowledged and is still on its way into it.

Pages go by key (time, series, end, revision), never by offset, and read only the months that they need.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from django.db.models import Q, QuerySet

from ecociv.evidence.models import InboxReading, Series
from ecociv.evidence.schema import SAME_STATEMENT
from ecociv.evidence.store import EvidenceStore, connection

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_COLUMNS = (
    "series_id",
    "valid_from",
    "valid_to",
    "revision",
    "recorded_at",
    "value",
    "missing",
    "censored",
    "censor_limit",
    "quality",
    "quality_reason",
    "supplier",
    "note",
)
_MONTH = re.compile(r"month=(\d{4}-\d{2})")
# A flushed reading stays in the inbox for a while; only those that wait are looked at.
_WAITING = Q(flushed_at=None)

_PAST = 2**31  # a revision after all others of its period; 0 is before them
Key = tuple[int, int, int, int]
"""Beginning in microseconds, series, end in microseconds, revision."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One observation. ``waiting``: acknowledged, not yet in the table; ``recorded_at`` is then its receipt."""

    series_id: int
    valid_from: datetime
    valid_to: datetime
    revision: int
    recorded_at: datetime
    value: float | None
    missing: str | None
    censored: str | None
    censor_limit: float | None
    quality: str
    quality_reason: str | None
    supplier: str | None
    note: str | None
    waiting: bool = False

    @property
    def key(self) -> Key:
        """Its place in the order of pages."""
        return (microseconds(self.valid_from), self.series_id, microseconds(self.valid_to), self.revision)

    def says(self) -> tuple[object, ...]:
        """What two statements agree on when they are the same."""
        return tuple(getattr(self, name) for name in SAME_STATEMENT)


@dataclass(frozen=True, slots=True)
class Reach:
    """Which observations are asked for: of which series, in which time, as known when."""

    series: QuerySet[Series]
    start: datetime | None = None
    end: datetime | None = None
    as_of: datetime | None = None
    all_revisions: bool = False
    descending: bool = False

    def ids(self) -> list[int]:
        """Numbers of the series."""
        return list(self.series.order_by().values_list("pk", flat=True))


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of an instant."""
    since = moment - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def instant(number: int) -> datetime:
    """The instant of `microseconds`."""
    return _EPOCH + timedelta(microseconds=number)


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
    files = _files(store, reach.start, reach.end) if ids else []
    total = 0
    if files:
        where, parameters = _where(reach, ids)
        columns = "*" if reach.all_revisions else "DISTINCT (series_id, valid_from, valid_to)"
        sql = f"SELECT count({columns}) FROM read_parquet($files, hive_partitioning = false) WHERE {where}"
        total = int(connection().execute(sql, {**parameters, "files": files}).fetchall()[0][0])
    waiting = list(_waiting(reach, None))
    for start in range(0, len(waiting), 2_000):
        block = waiting[start : start + 2_000]
        known = _known(block, reach, store)
        for period, extra in _chains(block, known).items():
            if reach.all_revisions:
                total += len(extra)
            elif extra and not known.get(period):
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

    waiting = list(_waiting(reach, after)[: step + 1])
    cut = len(waiting) > step
    if cut:
        # a period whose messages are only partly here is left for the next stretch, unless it is all there is
        whole = [item for item in waiting if _period(item) != _period(waiting[-1])]
        waiting = whole or list(_same_period(reach, waiting[-1]))
    known = _known(waiting, reach, store)
    room = step + 1 + len(waiting)
    rows = _table_rows(reach, ids, after, room, store)
    ends: list[Key] = []
    if len(rows) == room:
        ends.append(rows[-1].key)
    if cut and waiting:
        last = waiting[-1]
        revision = 0 if reach.descending else _PAST
        ends.append((microseconds(last.valid_from), last.series_id, microseconds(last.valid_to), revision))
    merged: dict[tuple[int, ...], Seen] = {order(row.key): row for row in rows}
    for extra in _chains(waiting, known).values():
        for seen in extra if reach.all_revisions else extra[-1:]:
            if after is None or order(seen.key) > order(after):
                merged[order(seen.key)] = seen
    horizon = min((order(end) for end in ends), default=None)
    kept = [merged[key] for key in sorted(merged) if horizon is None or key <= horizon]
    if len(kept) > step:
        return kept[:step], kept[step - 1].key
    return kept, min(ends, key=order) if ends else None


def _where(reach: Reach, ids: list[int]) -> tuple[str, dict[str, Any]]:
    where = ["series_id IN (SELECT unnest($ids))"]
    parameters: dict[str, Any] = {"ids": ids}
    for name, moment, test in (
        ("start", reach.start, "valid_from >= make_timestamptz($start)"),
        ("end", reach.end, "valid_from < make_timestamptz($end)"),
        ("as_of", reach.as_of, "recorded_at <= make_timestamptz($as_of)"),
    ):
        if moment is not None:
            parameters[name] = microseconds(moment.astimezone(UTC))
            where.append(test)
    return " AND ".join(where), parameters


def _table_rows(
    reach: Reach, ids: list[int], after: Key | None, limit: int, store: EvidenceStore
) -> list[Seen]:
    start, end = reach.start, reach.end
    if after is not None:
        here = instant(after[0])
        if reach.descending:
            end = min(end, here + timedelta(microseconds=1)) if end else here + timedelta(microseconds=1)
        else:
            start = max(start, here) if start else here
    months: dict[str, list[str]] = {}
    for file in _files(store, start, end):
        found = _MONTH.search(file)
        months.setdefault(found.group(1) if found else "", []).append(file)
    names = sorted(months, reverse=reach.descending)
    rows: list[Seen] = []
    at, width = 0, 3
    while at < len(names) and len(rows) < limit:
        files = [file for name in names[at : at + width] for file in months[name]]
        rows += _read(reach, ids, after, limit - len(rows), files, start, end)
        at, width = at + width, width * 2
    return rows


def _read(
    reach: Reach,
    ids: list[int],
    after: Key | None,
    limit: int,
    files: list[str],
    start: datetime | None,
    end: datetime | None,
) -> list[Seen]:
    where, parameters = _where(Reach(reach.series, start, end, reach.as_of), ids)
    latest = (
        ""
        if reach.all_revisions
        else "QUALIFY row_number() OVER (PARTITION BY series_id, valid_from, valid_to "
        "ORDER BY revision DESC, recorded_at DESC) = 1"
    )
    direction = "DESC" if reach.descending else "ASC"
    beyond = ""
    if after is not None:
        parts = ["epoch_us(valid_from)", "series_id", "epoch_us(valid_to)"]
        marks = ["$k0", "$k1", "$k2"]
        parameters |= {"k0": after[0], "k1": after[1], "k2": after[2]}
        if reach.all_revisions:
            parts.append("revision")
            marks.append("$k3")
            parameters["k3"] = after[3]
        sign = "<" if reach.descending else ">"
        beyond = f"WHERE ({', '.join(parts)}) {sign} ({', '.join(marks)})"
    columns = ", ".join(_COLUMNS)
    sql = (
        f"SELECT {columns} FROM (SELECT {columns} FROM read_parquet($files, hive_partitioning = false) "
        f"WHERE {where} {latest}) {beyond} "
        f"ORDER BY valid_from {direction}, series_id {direction}, valid_to {direction}, revision {direction} "
        f"LIMIT {int(limit)}"
    )
    return _seen(sql, {**parameters, "files": files})


def _seen(sql: str, parameters: dict[str, Any]) -> list[Seen]:
    table = connection().sql(sql, params=parameters).to_arrow_table()
    return [
        Seen(
            **{
                **row,
                "valid_from": _utc(row["valid_from"]),
                "valid_to": _utc(row["valid_to"]),
                "recorded_at": _utc(row["recorded_at"]),
            }
        )
        for row in table.to_pylist()
    ]


def _utc(moment: datetime) -> datetime:
    return moment.astimezone(UTC)


# -- what waits ---------------------------------------------------------------------------------------------


def _period(item: InboxReading) -> tuple[int, datetime, datetime]:
    return item.series_id, item.valid_from, item.valid_to


def _waiting(reach: Reach, after: Key | None) -> QuerySet[InboxReading]:
    found = InboxReading.objects.filter(_WAITING, series__in=reach.series.order_by().values("pk"))
    if reach.start is not None:
        found = found.filter(valid_from__gte=reach.start)
    if reach.end is not None:
        found = found.filter(valid_from__lt=reach.end)
    if reach.as_of is not None:
        found = found.filter(received_at__lte=reach.as_of)
    if after is not None:
        sign = "lt" if reach.descending else "gt"
        begin, end = instant(after[0]), instant(after[2])
        same = {"valid_from": begin, "series_id": after[1]}
        # with all revisions the period of the last row may have more of them
        last = f"{sign}e" if reach.all_revisions and 0 < after[3] < _PAST else sign
        found = found.filter(
            Q(**{f"valid_from__{sign}": begin})
            | Q(valid_from=begin, **{f"series_id__{sign}": after[1]})
            | Q(**same, **{f"valid_to__{last}": end})
        )
    if reach.descending:
        return found.order_by("-valid_from", "-series_id", "-valid_to", "pk")
    return found.order_by("valid_from", "series_id", "valid_to", "pk")


def _same_period(reach: Reach, item: InboxReading) -> QuerySet[InboxReading]:
    return _waiting(reach, None).filter(
        series_id=item.series_id, valid_from=item.valid_from, valid_to=item.valid_to
    )


def _known(
    waiting: Iterable[InboxReading], reach: Reach, store: EvidenceStore
) -> dict[tuple[int, datetime, datetime], list[Seen]]:
    """Revisions in the table of the periods about which something waits, oldest first."""
    periods = sorted({_period(item) for item in waiting})
    if not periods:
        return {}
    begins = sorted({begin for _, begin, _ in periods})
    files: set[str] = set()
    for month in sorted({(begin.year, begin.month) for begin in begins}):
        inside = [begin for begin in begins if (begin.year, begin.month) == month]
        files.update(_files(store, inside[0], inside[-1] + timedelta(microseconds=1)))
    if not files:
        return {}
    parameters: dict[str, Any] = {
        "files": sorted(files),
        "s": [series for series, _, _ in periods],
        "f": [microseconds(begin) for _, begin, _ in periods],
        "t": [microseconds(end) for _, _, end in periods],
    }
    known_by = ""
    if reach.as_of is not None:
        known_by = "AND recorded_at <= make_timestamptz($as_of)"
        parameters["as_of"] = microseconds(reach.as_of.astimezone(UTC))
    rows = _seen(
        f"SELECT {', '.join(_COLUMNS)} FROM read_parquet($files, hive_partitioning = false) "
        "WHERE (series_id, epoch_us(valid_from), epoch_us(valid_to)) IN (SELECT unnest($s), unnest($f), unnest($t)) "
        f"{known_by} ORDER BY revision",
        parameters,
    )
    found: dict[tuple[int, datetime, datetime], list[Seen]] = {}
    for row in rows:
        found.setdefault((row.series_id, row.valid_from, row.valid_to), []).append(row)
    return found


def _chains(
    waiting: Iterable[InboxReading], known: dict[tuple[int, datetime, datetime], list[Seen]]
) -> dict[tuple[int, datetime, datetime], list[Seen]]:
    """The revisions that the waiting readings will become, by period, in the order of their acknowledgement."""
    made: dict[tuple[int, datetime, datetime], list[Seen]] = {}
    for item in sorted(waiting, key=lambda reading: reading.pk):
        period = (item.series_id, item.valid_from.astimezone(UTC), item.valid_to.astimezone(UTC))
        there = known.get(period, [])
        chain = made.setdefault(period, [])
        last = chain[-1] if chain else there[-1] if there else None
        seen = Seen(
            *period,
            revision=last.revision + 1 if last else 1,
            recorded_at=item.received_at.astimezone(UTC),
            value=item.value,
            missing=item.missing or None,
            censored=item.censored or None,
            censor_limit=item.censor_limit,
            quality=item.quality,
            quality_reason=item.quality_reason or None,
            supplier=item.supplier or None,
            note=item.note or None,
            waiting=True,
        )
        written = item.batch is not None and any(row.says() == seen.says() for row in there)
        if not written and (last is None or last.says() != seen.says()):
            chain.append(seen)
    return made


def _files(store: EvidenceStore, start: datetime | None, end: datetime | None) -> list[str]:
    """Files of the table whose month can hold periods that begin in [start, end)."""
    return store.files(start, end)
