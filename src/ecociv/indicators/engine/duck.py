"""The derivation SQL on DuckDB, in memory, over the table's own file list."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime

import pyarrow as pa

from ecociv.evidence.store import EvidenceStore, connection
from ecociv.indicators.engine import sql
from ecociv.indicators.engine.base import DAYS, LATEST, MARKS, USABLE, Window, microseconds

INSTANTS = ("valid_from", "valid_to", "recorded_at")


class DuckDBEngine:
    """The engine of one machine."""

    name = "duckdb"

    def __init__(self, store: EvidenceStore) -> None:
        self._store = store

    def latest(self, ids: Iterable[int], windows: Sequence[Window], as_of: datetime | None) -> pa.Table:
        """See `Engine`."""
        return self._run(sql.latest(windows, as_of), ids, windows, LATEST)

    def usable(self, ids: Iterable[int], windows: Sequence[Window], as_of: datetime | None) -> pa.Table:
        """See `Engine`."""
        return self._run(sql.usable(windows, as_of), ids, windows, USABLE)

    def days(self, ids: Iterable[int], windows: Sequence[Window], as_of: datetime | None) -> pa.Table:
        """See `Engine`."""
        return self._run(sql.days(windows, as_of), ids, windows, DAYS)

    def marks(self, ids: Iterable[int], windows: Sequence[Window], as_of: datetime | None) -> pa.Table:
        """See `Engine`."""
        return self._run(sql.marks(windows, as_of), ids, windows, MARKS)

    def _run(
        self, statement: str, ids: Iterable[int], windows: Sequence[Window], shape: pa.Schema
    ) -> pa.Table:
        numbers = sorted(set(ids))
        files = sorted({name for window in windows for name in self._store.files(window.start, window.last)})
        if not numbers or not files:
            return shape.empty_table()
        others = ", ".join(INSTANTS)
        micros = ", ".join(f"epoch_us({name}) AS {name}" for name in INSTANTS)
        # The instants are compared twice: as stored, so that files are read only where they can hold such periods.
        stored = " OR ".join(
            f"(valid_from >= make_timestamptz({microseconds(window.start)}) "
            f"AND valid_from < make_timestamptz({microseconds(window.end)}))"
            for window in windows
        )
        cursor = connection()
        try:
            found = cursor.sql(
                f"WITH wanted AS (SELECT unnest($ids) AS series_id), "
                f"evidence AS (SELECT * EXCLUDE ({others}), {micros} "
                f"FROM read_parquet($files, hive_partitioning = false) "
                f"WHERE ({stored}) AND series_id IN (SELECT series_id FROM wanted)) {statement}",
                params={"ids": numbers, "files": files},
            )
            return found.to_arrow_table().select(shape.names).cast(shape)
        finally:
            cursor.close()
