"""What an engine answers, whatever runs the SQL."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Protocol

import pyarrow as pa

from ecociv.evidence.queries import LOCAL

EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
DAY = timedelta(days=1)

LATEST = pa.schema(
    [
        pa.field("series_id", pa.int64()),
        pa.field("valid_from", pa.int64()),
        pa.field("value", pa.float64()),
        pa.field("missing", pa.string()),
        pa.field("censored", pa.string()),
        pa.field("censor_limit", pa.float64()),
        pa.field("quality", pa.string()),
        pa.field("quality_reason", pa.string()),
        pa.field("revision", pa.int64()),
        pa.field("recorded_at", pa.int64()),
        pa.field("source", pa.string()),
        pa.field("source_row", pa.int64()),
        pa.field("supplier", pa.string()),
        pa.field("note", pa.string()),
        pa.field("batch", pa.string()),
        pa.field("sample", pa.bool_()),
    ]
)
"""Latest revision of each period; instants in microseconds since 1970, UTC."""

USABLE = pa.schema([LATEST.field(name) for name in ("series_id", "valid_from", "value", "revision")])
"""Values that calculations may use, with the instant of their period."""

DAYS = pa.schema(
    [
        pa.field("series_id", pa.int64()),
        pa.field("day", pa.int64()),
        pa.field("n", pa.int64()),
        pa.field("total", pa.float64()),
        pa.field("lowest", pa.float64()),
        pa.field("highest", pa.float64()),
    ]
)
"""Days by the clock of China (days since 1970-01-01), with the number of usable hours, their sum and extremes."""

MARKS = pa.schema(
    [
        pa.field("series_id", pa.int64()),
        pa.field("span", pa.int64()),
        pa.field("rows", pa.int64()),
        pa.field("revisions", pa.int64()),
        pa.field("recorded_at", pa.int64()),
    ]
)
"""How much is known of each series in each window (by its place): rows, sum of revisions, and when the last was recorded."""


class EngineMissing(RuntimeError):
    """The engine asked for cannot run here; the message says what to install."""


@dataclass(frozen=True, slots=True)
class Window:
    """Periods that begin in [start, end)."""

    start: datetime
    end: datetime

    @classmethod
    def year(cls, year: int) -> Window:
        """A whole year by the clock of China."""
        return cls(datetime(year, 1, 1, tzinfo=LOCAL), datetime(year + 1, 1, 1, tzinfo=LOCAL))

    @classmethod
    def yearly(cls, year: int) -> Window:
        """Where yearly figures begin: the first day of the year, which is one file's month."""
        start = datetime(year, 1, 1, tzinfo=LOCAL)
        return cls(start, start + DAY)

    @property
    def last(self) -> datetime:
        """The last instant within."""
        return self.end - timedelta(microseconds=1)


def microseconds(moment: datetime) -> int:
    """Since 1970, UTC.

    >>> microseconds(datetime(1970, 1, 2, tzinfo=UTC))
    86400000000
    """
    since = moment.astimezone(UTC) - EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


class Engine(Protocol):
    """Answers of the observation table. Every table is sorted by its first columns."""

    name: str

    def latest(self, ids: Iterable[int], windows: Sequence[Window], as_of: datetime | None) -> pa.Table:
        """The newest revision of each period that was recorded by ``as_of`` (now, when none), as `LATEST`."""

    def usable(self, ids: Iterable[int], windows: Sequence[Window], as_of: datetime | None) -> pa.Table:
        """Of these, the values that calculations may use, as `USABLE`."""

    def days(self, ids: Iterable[int], windows: Sequence[Window], as_of: datetime | None) -> pa.Table:
        """Of hourly series, each day with its usable hours, as `DAYS`."""

    def marks(self, ids: Iterable[int], windows: Sequence[Window], as_of: datetime | None) -> pa.Table:
        """How much is known of each series, as `MARKS`: any new row changes it."""
