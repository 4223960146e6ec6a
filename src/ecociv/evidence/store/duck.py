"""DuckDB in memory: one database for each process, with its memory held within bounds."""

from __future__ import annotations

import os
import threading
from contextlib import suppress

import duckdb

from ecociv.evidence.store.scratch import scratch_folder

_LOCK = threading.Lock()
_DATABASES: dict[int, duckdb.DuckDBPyConnection] = {}
MEMORY = "ECOCIV_EVIDENCE_MEMORY"
"""Variable of the environment that bounds the memory of one process's database, as in ``2GB`` (the default)."""


def connection() -> duckdb.DuckDBPyConnection:
    """A cursor on this process's in-memory database; a forked process gets a database of its own."""
    with _LOCK:
        database = _DATABASES.get(os.getpid())
        if database is None:
            database = duckdb.connect(":memory:", config=_bounds())
            with suppress(duckdb.Error):  # a build without it only reads footers again
                database.execute("SET parquet_metadata_cache = true")  # files of the table never change
            database.execute("SET GLOBAL TimeZone = 'UTC'")
            _DATABASES[os.getpid()] = database
        return database.cursor()


def _bounds() -> dict[str, str | bool | int | float | list[str]]:
    return {
        "memory_limit": os.environ.get(MEMORY, "2GB"),
        "temp_directory": str(scratch_folder() / "duckdb"),
    }
