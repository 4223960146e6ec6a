"""Readings for pages: the newest value of many series, and the course of one over a stretch of time."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

import pyarrow as pa

from ecociv.evidence.schema import OBSERVATIONS
from ecociv.evidence.store import EvidenceStore
from ecociv.evidence.store.moments import microseconds, month_bounds
from ecociv.evidence.store.standing import standing

_COLUMNS = [name for name in OBSERVATIONS.names if name != "month"]
_SHAPE = pa.schema([OBSERVATIONS.field(name) for name in _COLUMNS])
_LAST = timedelta(hours=48)


def latest(
    series_ids: Iterable[int], as_of: datetime | None = None, *, store: EvidenceStore | None = None
) -> pa.Table:
    """The newest valid observation of each series: good quality, and a value or a limit.

    Parameters
    ----------
    series_ids
        Numbers of series. A series without any valid observation has no row.
    as_of
        As it was known at this moment: a value that was marked or corrected since counts as it stood.

    Returns
    -------
    pyarrow.Table
        Columns of ``schema.OBSERVATIONS`` without ``month``, sorted by series.

    Notes
    -----
    The last two days of the newest month are looked at first, then whole months backwards, each only for the series
    that are still wanted: the cost follows how far back the newest values lie, not the size of the table.
    """
    store = store or EvidenceStore()
    wanted = set(series_ids)
    listing = store.listing()
    found: list[pa.Table] = []
    for month in reversed(listing.months if listing else []):
        if not wanted:
            break
        assert listing is not None
        last = listing.last_of(month)
        stages = [None] if last is None else [last - _LAST, None]
        for start in stages:
            part = _latest_of_month(store, month, sorted(wanted), start, as_of) if wanted else None
            if part is not None and part.num_rows:
                found.append(part)
                wanted -= set(part.column("series_id").to_pylist())
    if not found:
        return _SHAPE.empty_table()
    return pa.concat_tables(found).sort_by("series_id")


def _latest_of_month(
    store: EvidenceStore, month: str, ids: list[int], start: datetime | None, as_of: datetime | None
) -> pa.Table | None:
    conditions = ["series_id IN (SELECT unnest($ids))"]
    given: dict[str, object] = {"ids": ids}
    if start is not None:
        conditions.append("valid_from >= make_timestamptz($start)")
        given["start"] = microseconds(start)
    if as_of is not None:
        conditions.append("recorded_at <= make_timestamptz($as_of)")
        given["as_of"] = microseconds(as_of)
    bounds = month_bounds(month)
    # What stands of each period first, then the newest period that is valid.
    statement = f"""
        SELECT {", ".join(_COLUMNS)} FROM ({standing(" AND ".join(conditions))})
        WHERE quality = 'good' AND missing IS NULL
        QUALIFY row_number() OVER (PARTITION BY series_id ORDER BY valid_from DESC, valid_to) = 1
        """
    found = store.query(
        statement,
        given,
        start=max(start, bounds[0]) if start else None,
        months=(month, month),
        series=(ids[0], ids[-1]),
    )
    return None if found is None else found.cast(_SHAPE)


@dataclass(frozen=True, slots=True)
class Window:
    """The course of one series: one row an observation, or, where there are more than points, one a stretch of time.

    ``table`` has the columns ``start``, ``end`` (of the stretch), ``low``, ``mean``, ``high`` of the good values in it,
    ``values`` (how many), ``missing`` (how many periods without a value), ``suspect`` (how many marked) and
    ``revised`` (how many that are not the first statement). ``low``, ``mean`` and ``high`` are null where no good value is.
    """

    table: pa.Table
    reduced: bool


def window(
    series_id: int,
    start: datetime,
    end: datetime,
    as_of: datetime | None = None,
    *,
    points: int = 1500,
    store: EvidenceStore | None = None,
) -> Window:
    """What one series did in [start, end), in at most ``points`` rows.

    A line drawn through so many rows looks the same as one through all: extremes are kept as ``low`` and ``high``.

    Raises
    ------
    ValueError
        When the stretch is empty or ``points`` is not positive.
    """
    if start >= end or points < 1:
        raise ValueError(
            f"A window has a stretch of time and at least one point; got {start} to {end}, {points} points."
        )
    store = store or EvidenceStore()
    given: dict[str, object] = {
        "id": series_id,
        "start": microseconds(start),
        "end": microseconds(end),
        "width": -(-(microseconds(end) - microseconds(start)) // points),
        "points": points,
    }
    known = ""
    if as_of is not None:
        known, given["as_of"] = " AND recorded_at <= make_timestamptz($as_of)", microseconds(as_of)
    within = (
        "series_id = $id AND valid_from >= make_timestamptz($start) AND valid_from < make_timestamptz($end)"
        + known
    )
    good = "quality = 'good' AND value IS NOT NULL"
    found = store.query(
        f"""
        WITH standing AS ({standing(within)}),
        placed AS (
            SELECT *, count(*) OVER () > $points AS reduced, CASE WHEN count(*) OVER () > $points
                THEN (epoch_us(valid_from) - $start) // $width ELSE row_number() OVER (ORDER BY valid_from, valid_to) END
                AS place FROM standing
        )
        SELECT min(valid_from) AS start, max(valid_to) AS "end", min(value) FILTER ({good}) AS low,
            avg(value) FILTER ({good}) AS mean, max(value) FILTER ({good}) AS high,
            count(*) FILTER ({good}) AS values, count(*) FILTER (missing IS NOT NULL) AS missing,
            count(*) FILTER (quality <> 'good') AS suspect, count(*) FILTER (revision > 1) AS revised,
            bool_or(reduced) AS reduced
        FROM placed GROUP BY place ORDER BY start
        """,
        given,
        start=start,
        end=end,
        series=(series_id, series_id),
    )
    if found is None:
        return Window(_EMPTY, False)
    reduced = found.num_rows > 0 and bool(found.column("reduced")[0].as_py())
    return Window(found.drop_columns(["reduced"]), reduced)


_INSTANT = OBSERVATIONS.field("valid_from").type
_EMPTY = pa.schema(
    [
        *((name, _INSTANT) for name in ("start", "end")),
        *((name, pa.float64()) for name in ("low", "mean", "high")),
        *((name, pa.int64()) for name in ("values", "missing", "suspect", "revised")),
    ]
).empty_table()
