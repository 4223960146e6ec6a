"""The derivation SQL on DuckDB, in memory, over the table's own file list."""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from ecociv.evidence.store import connection
from ecociv.indicators.engine.asking import INSTANTS, SqlEngine
from ecociv.indicators.engine.base import Window, microseconds


class DuckDBEngine(SqlEngine):
    """The engine of one machine."""

    name = "duckdb"

    def _answer(
        self,
        statement: str,
        numbers: list[int],
        files: list[str],
        windows: Sequence[Window],
        shape: pa.Schema,
    ) -> pa.Table:
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
