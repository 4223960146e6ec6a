"""Which files of the table can hold what is asked for, by month and by the statistics of each file."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import unquote

import pyarrow as pa
from deltalake import DeltaTable

from ecociv.evidence.store.moments import month_of, utc

# Statistics of Delta Lake are cut to milliseconds, downwards: the highest may lie that much below the true one.
CUT = timedelta(milliseconds=1)


@dataclass(frozen=True, slots=True)
class File:
    """One file of the table, and what the commit log tells of its rows."""

    path: str
    month: str
    rows: int
    size: int
    first: datetime | None
    last: datetime | None
    lowest: int | None
    highest: int | None
    revised: bool = True
    """Whether it can hold a second statement about a period; where nothing is told, it can."""


class Listing:
    """The files of one version of the table."""

    def __init__(self, table: DeltaTable, root: str) -> None:
        self.version = int(table.version())
        actions = pa.table(table.get_add_actions(flatten=True))
        absent = [None] * actions.num_rows

        def column(name: str) -> list[Any]:
            return actions.column(name).to_pylist() if name in actions.column_names else absent

        revisions = [None if top is None else int(top) for top in column("max.revision")]
        base = root.removeprefix("file://").rstrip("/")
        self.files = [
            File(f"{base}/{unquote(path)}", *rest)
            for path, *rest in sorted(
                zip(
                    column("path"),
                    column("partition.month"),
                    column("num_records"),
                    column("size_bytes"),
                    column("min.valid_from"),
                    column("max.valid_from"),
                    column("min.series_id"),
                    column("max.series_id"),
                    [top is None or top > 1 for top in revisions],
                    strict=True,
                ),
                key=lambda row: (row[1], row[0]),
            )
        ]

    def choose(
        self,
        start: datetime | None,
        end: datetime | None,
        months: tuple[str, str] | None,
        series: tuple[int, int] | None,
    ) -> list[File]:
        """The files that can hold periods beginning in [start, end) of series in [lowest, highest]."""
        low = months[0] if months else "" if start is None else month_of(start)
        high = months[1] if months else "9999-12" if end is None else month_of(end)
        begin = None if start is None else utc(start) - CUT
        stop = None if end is None else utc(end)
        return [
            file
            for file in self.files
            if low <= file.month <= high
            and (begin is None or file.last is None or file.last >= begin)
            and (stop is None or file.first is None or file.first < stop)
            and (series is None or file.lowest is None or file.lowest <= series[1])
            and (series is None or file.highest is None or file.highest >= series[0])
        ]

    @property
    def rows(self) -> int:
        """Rows of all files."""
        return sum(file.rows for file in self.files)

    def last_of(self, month: str) -> datetime | None:
        """The latest beginning of a period in a month, as far as the files tell."""
        return max(
            (file.last for file in self.files if file.month == month and file.last is not None), default=None
        )

    @property
    def months(self) -> list[str]:
        """Months with files."""
        return sorted({file.month for file in self.files})
