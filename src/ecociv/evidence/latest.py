"""The newest value of each of many series, and how many values are missing of late."""

from __future__ import annotations

import datetime as dt
import threading
from collections import OrderedDict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from ecociv.core.missing import Missing
from ecociv.evidence.models import Series
from ecociv.evidence.schema import Quality
from ecociv.evidence.store import EvidenceStore
from ecociv.evidence.store.moments import microseconds, month_bounds
from ecociv.evidence.store.standing import standing

GAP_DAYS = 30
_LAST = dt.timedelta(hours=48)
_KEPT = 256
_LOCK = threading.Lock()
_KNOWN: OrderedDict[tuple[Any, ...], dict[int, Latest]] = OrderedDict()


@dataclass(frozen=True, slots=True)
class Latest:
    """The newest statement about a series: a value, a limit (``censored``), or why there is none."""

    series_id: int
    valid_from: dt.datetime
    valid_to: dt.datetime
    value: float | None
    missing: Missing | None
    censored: str | None
    censor_limit: float | None
    quality: Quality
    recorded_at: dt.datetime


_PACKED = [name for name in Latest.__dataclass_fields__ if name != "series_id"]
_ORDER = "epoch_us(valid_from)::HUGEINT * 9223372036854775808 + epoch_us(valid_to)"


def latest(
    series_ids: Iterable[int],
    *,
    as_of: dt.datetime | None = None,
    valid: bool = False,
    store: EvidenceStore | None = None,
) -> dict[int, Latest]:
    """The newest period of each series, by its number; series without any are absent.

    Parameters
    ----------
    as_of
        As it was known at this moment: a value that was marked or corrected since counts as it stood.
    valid
        Only periods with a value or a limit of good quality count; else the newest may be missing or suspect.

    Notes
    -----
    The last two days of the newest month are looked at first, then whole months backwards, each only for the series
    that are still wanted: the cost follows how far back the newest values lie, not the size of the table. What a
    month gave is kept while its files are the same ones; files never change.
    """
    table = store or EvidenceStore()
    wanted = set(series_ids)
    listing = table.listing()
    found: dict[int, Latest] = {}
    months = listing.months if listing else []
    last = listing.last_of(months[-1]) if listing and months else None
    steps: list[tuple[str, dt.datetime | None]] = [(month, None) for month in reversed(months)]
    if last is not None:
        steps.insert(0, (months[-1], last - _LAST))
    for month, start in steps:
        if not wanted:
            break
        part = _of_month(table, month, sorted(wanted), start, as_of, valid)
        found |= part
        wanted -= part.keys()
    return found


def forget() -> None:
    """Let go of what is kept of each month, to measure or to free memory; answers stay the same."""
    with _LOCK:
        _KNOWN.clear()


def _of_month(
    table: EvidenceStore,
    month: str,
    ids: list[int],
    start: dt.datetime | None,
    as_of: dt.datetime | None,
    valid: bool,
) -> dict[int, Latest]:
    conditions = ["series_id IN (SELECT unnest($ids))" if len(ids) > 1 else "series_id = $ids[1]"]
    given: dict[str, Any] = {"ids": ids}
    for name, moment, condition in (
        ("start", start, "valid_from >= make_timestamptz($start)"),
        ("as_of", as_of, "recorded_at <= make_timestamptz($as_of)"),
    ):
        if moment is not None:
            conditions.append(condition)
            given[name] = microseconds(moment)
    bounds = {"months": (month, month), "series": (ids[0], ids[-1])}
    begin = None if start is None else max(start, month_bounds(month)[0])
    files = tuple(table.files(begin, **bounds))  # type: ignore[arg-type]
    key = (files, tuple(ids), start, as_of, valid)
    with _LOCK:
        if (known := _KNOWN.get(key)) is not None:
            _KNOWN.move_to_end(key)
            return known
    rows = table.query(
        lambda revised: _newest(" AND ".join(conditions), valid, revised),
        given,
        start=begin,
        **bounds,  # type: ignore[arg-type]
    )
    found = {} if rows is None else _by_series(rows)
    with _LOCK:
        _KNOWN[key] = found
        while len(_KNOWN) > _KEPT:
            _KNOWN.popitem(last=False)
    return found


def _newest(condition: str, valid: bool, revised: bool) -> str:
    """What stands of each period first, then the newest period; of two that begin together the longer one."""
    packed = ", ".join(f"{name} := {name}" for name in _PACKED)
    return f"""
        SELECT series_id, unnest(arg_max(struct_pack({packed}), {_ORDER}))
        FROM ({standing(condition, revised=revised)})
        WHERE {"quality = 'good' AND missing IS NULL" if valid else "true"}
        GROUP BY series_id
        """


def _by_series(rows: pa.Table) -> dict[int, Latest]:
    names = list(Latest.__dataclass_fields__)
    columns = [_plain(rows.column(name)) for name in names]
    kinds: dict[str | None, Missing | None] = {kind.value: kind for kind in Missing}
    kinds[None] = None
    columns[names.index("missing")] = [kinds[kind] for kind in columns[names.index("missing")]]
    qualities = {kind.value: kind for kind in Quality}
    columns[names.index("quality")] = [qualities[kind] for kind in columns[names.index("quality")]]
    return {row[0]: Latest(*row) for row in zip(*columns, strict=True)}


def _plain(column: pa.ChunkedArray) -> list[Any]:
    """Python values of a column; instants by way of their microseconds, which is much faster than one by one."""
    if not pa.types.is_timestamp(column.type):
        return column.to_pylist()  # type: ignore[no-any-return]
    moments = column.cast(pa.timestamp("us", "UTC")).cast(pa.int64()).to_numpy().astype("M8[us]").tolist()
    return [moment.replace(tzinfo=dt.UTC) for moment in moments]


def gap_shares(
    series: Iterable[Series],
    ends: Mapping[str, dt.datetime],
    *,
    as_of: dt.datetime | None = None,
    store: EvidenceStore | None = None,
) -> dict[int, float]:
    """Share of the periods without a usable value in the last 30 days of each network, by the series' number.

    Parameters
    ----------
    series
        The series; only those of hours and days have a number of periods to expect and are answered.
    ends
        Where the last 30 days of each network end: the end of its newest period, so that a station that fell silent
        before its neighbours shows it.
    """
    table = store or EvidenceStore()
    found: dict[int, float] = {}
    by_network: dict[str, list[Series]] = {}
    for each in series:
        if periods_a_day(each.averaging) is not None and network_of(each) in ends:
            by_network.setdefault(network_of(each), []).append(each)
    for network, members in by_network.items():
        end = ends[network]
        rows = table.observations(
            [each.pk for each in members], start=end - dt.timedelta(days=GAP_DAYS), end=end, as_of=as_of
        )
        usable = rows.filter(
            pc.and_(
                pc.or_(pc.is_valid(rows.column("value")), pc.is_valid(rows.column("censored"))),
                pc.equal(rows.column("quality"), Quality.GOOD.value),
            )
        )
        counted = usable.group_by("series_id").aggregate([("valid_from", "count")]).to_pylist()
        present = {row["series_id"]: row["valid_from_count"] for row in counted}
        for each in members:
            expected = GAP_DAYS * (periods_a_day(each.averaging) or 1)
            found[each.pk] = max(0.0, 1 - present.get(each.pk, 0) / expected)
    return found


def periods_a_day(averaging: str) -> int | None:
    """How many periods a day has: 24 for ``PT1H``, 1 for ``P1D``; none where there is no such number.

    >>> periods_a_day("PT1H"), periods_a_day("P1D"), periods_a_day("P1M"), periods_a_day("PT8H")
    (24, 1, None, None)
    """
    if averaging == "P1D":
        return 1
    return 24 if averaging == "PT1H" else None


def network_of(series: Series) -> str:
    """The network with its kind of data: sample and real readings of one network end on different days."""
    return f"{'sample/' if series.sample else ''}{series.network}"
