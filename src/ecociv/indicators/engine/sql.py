"""The derivation SQL, once, for every engine.

Each engine supplies two relations: ``evidence``, the observation table with instants as microseconds (so that time
zones, timestamp types and literals of the dialects play no part), and ``wanted``, one column ``series_id``. What the
dialects do differently is left out on purpose: no rounding, no ``QUALIFY``, no approximate functions, no order of NULLs,
no integer division. A value that may not be used is filtered before anything is counted, and NaN is never stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from ecociv.indicators.engine.base import DAYS, LATEST, MARKS, USABLE, Window, microseconds

_LOCAL_OFFSET = 8 * 3_600_000_000
_DAY = 86_400_000_000.0


def latest(windows: Sequence[Window], as_of: datetime | None) -> str:
    """The newest revision of each period."""
    columns = ", ".join(LATEST.names)
    return f"SELECT {columns} FROM ({_newest(windows, as_of)}) newest ORDER BY series_id, valid_from"


def usable(windows: Sequence[Window], as_of: datetime | None) -> str:
    """The values that calculations may use."""
    columns = ", ".join(USABLE.names)
    return f"SELECT {columns} FROM ({_usable(windows, as_of)}) usable ORDER BY series_id, valid_from"


def days(windows: Sequence[Window], as_of: datetime | None) -> str:
    """Hours to days: number, sum and extremes of the usable hours of each day.

    The hour that ends at midnight belongs to the day that it closes, because a period is named by its beginning.
    """
    return (
        f"SELECT {', '.join(DAYS.names)} FROM ("
        f"SELECT series_id, CAST(floor((valid_from + {_LOCAL_OFFSET}) / {_DAY}) AS BIGINT) AS day, count(*) AS n, "
        f"sum(value) AS total, min(value) AS lowest, max(value) AS highest "
        f"FROM ({_usable(windows, as_of)}) usable GROUP BY 1, 2) by_day ORDER BY series_id, day"
    )


def marks(windows: Sequence[Window], as_of: datetime | None) -> str:
    """Rows, sum of revisions and the last recording of each series in each window."""
    spans = " ".join(f"WHEN {_inside(window)} THEN {place}" for place, window in enumerate(windows))
    return (
        f"SELECT {', '.join(MARKS.names)} FROM ("
        f"SELECT series_id, span, count(*) AS rows, CAST(sum(revision) AS BIGINT) AS revisions, "
        f"max(recorded_at) AS recorded_at FROM ("
        f"SELECT e.series_id, CAST(CASE {spans} END AS BIGINT) AS span, revision, recorded_at "
        f"FROM evidence e JOIN wanted w ON e.series_id = w.series_id WHERE {_within(windows, as_of)}"
        f") said GROUP BY series_id, span) marks ORDER BY series_id, span"
    )


def _newest(windows: Sequence[Window], as_of: datetime | None) -> str:
    return (
        "SELECT * FROM (SELECT e.*, row_number() OVER (PARTITION BY e.series_id, valid_from, valid_to "
        "ORDER BY revision DESC, recorded_at DESC) AS place "
        "FROM evidence e JOIN wanted w ON e.series_id = w.series_id "
        f"WHERE {_within(windows, as_of)}) ranked WHERE place = 1"
    )


def _usable(windows: Sequence[Window], as_of: datetime | None) -> str:
    return f"SELECT * FROM ({_newest(windows, as_of)}) known WHERE quality = 'good' AND value IS NOT NULL"


def _within(windows: Sequence[Window], as_of: datetime | None) -> str:
    ranges = " OR ".join(f"({_inside(window)})" for window in windows)
    known = "" if as_of is None else f" AND recorded_at <= {microseconds(as_of)}"
    return f"({ranges}){known}"


def _inside(window: Window) -> str:
    return f"valid_from >= {microseconds(window.start)} AND valid_from < {microseconds(window.end)}"
