"""The append-only table of observations: a Delta Lake table, read through DuckDB in memory.

Nothing is ever overwritten: a second statement about the same period is a new revision, and a read ``as_of`` a moment
sees what was known then. DuckDB is given the table's own file list, so that no extension has to be downloaded; each
process has one connection in memory, and any number of processes read and write side by side.
"""

from __future__ import annotations

import fcntl
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import duckdb
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, write_deltalake
from deltalake.exceptions import TableNotFoundError
from django.conf import settings

from ecociv.evidence.schema import CONTENT, MONTH_ZONE, OBSERVATIONS, SAME_STATEMENT, STAGED

_LOCK = threading.Lock()
_DATABASES: dict[int, duckdb.DuckDBPyConnection] = {}
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_WRITTEN = OBSERVATIONS.remove(OBSERVATIONS.get_field_index("month"))


class NaiveInstant(ValueError):
    """A moment without time zone was given where an instant is needed."""


def evidence_uri() -> str:
    """Where the table is: ``ECOCIV_EVIDENCE_URI`` (settings, then environment), else ``evidence/`` under ``ECOCIV_VAR``."""
    chosen = getattr(settings, "ECOCIV_EVIDENCE_URI", "") or os.environ.get("ECOCIV_EVIDENCE_URI", "")
    return str(chosen or Path(settings.ECOCIV_VAR) / "evidence" / "observations")


def connection() -> duckdb.DuckDBPyConnection:
    """A cursor on this process's in-memory database; a forked process gets a database of its own."""
    with _LOCK:
        database = _DATABASES.get(os.getpid())
        if database is None:
            database = duckdb.connect(":memory:")
            _DATABASES[os.getpid()] = database
        cursor = database.cursor()
    cursor.execute("SET TimeZone = 'UTC'")  # a setting of the cursor, not of the database
    return cursor


@dataclass(frozen=True, slots=True)
class Comparison:
    """Staged observations set beside what is known; holds the cursor with the temporary table ``compared``."""

    cursor: duckdb.DuckDBPyConnection
    new: int
    unchanged: int
    revised: int

    def __enter__(self) -> Comparison:
        return self

    def __exit__(self, *_: object) -> None:
        self.cursor.close()


class EvidenceStore:
    """The observation table at one address.

    >>> EvidenceStore("/nowhere/observations").exists()
    False
    """

    def __init__(self, uri: str | None = None) -> None:
        self.uri = uri or evidence_uri()
        self._table: DeltaTable | None = None

    # -- reading ---------------------------------------------------------------------------------------

    def exists(self) -> bool:
        """Whether anything was ever written here."""
        return self._open() is not None

    def version(self) -> int:
        """Number of the last commit; -1 before the first."""
        table = self._open()
        return -1 if table is None else int(table.version())

    def observations(
        self,
        series_ids: Iterable[int],
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        as_of: datetime | None = None,
        all_revisions: bool = False,
    ) -> pa.Table:
        """Observations of some series, sorted by series, time and revision.

        Parameters
        ----------
        series_ids
            Numbers of the series (:func:`ecociv.evidence.schema.series_id`).
        start, end
            Keep periods that begin at or after ``start`` and before ``end``; instants with a time zone.
        as_of
            Only what was recorded by then; now, when not given.
        all_revisions
            Every revision instead of the newest one of each period.
        """
        ids = sorted(set(series_ids))
        files = self._files(start, end) if ids else []
        if not files:
            return _WRITTEN.empty_table()
        where = ["series_id IN (SELECT unnest($ids))"]
        parameters: dict[str, Any] = {"ids": ids, "files": files}
        for name, moment, test in (
            ("start", start, "valid_from >= make_timestamptz($start)"),
            ("end", end, "valid_from < make_timestamptz($end)"),
            ("as_of", as_of, "recorded_at <= make_timestamptz($as_of)"),
        ):
            if moment is not None:
                parameters[name] = _microseconds(moment)
                where.append(test)
        newest = (
            ""
            if all_revisions
            else "QUALIFY row_number() OVER (PARTITION BY series_id, valid_from, valid_to "
            "ORDER BY revision DESC, recorded_at DESC) = 1"
        )
        sql = (
            f"SELECT {', '.join(_WRITTEN.names)} FROM read_parquet($files, hive_partitioning = false) "
            f"WHERE {' AND '.join(where)} {newest} ORDER BY series_id, valid_from, revision"
        )
        return connection().sql(sql, params=parameters).to_arrow_table().cast(_WRITTEN)

    def count(self) -> int:
        """Rows of the table, all revisions, from the commit log alone."""
        table = self._open()
        if table is None:
            return 0
        return int(sum(pa.table(table.get_add_actions(flatten=True)).column("num_records").to_pylist()))

    def holds(self, load_key: str) -> bool:
        """Whether any row of this loading is in the table."""
        files = self._files(None, None)
        if not files:
            return False
        found = connection().sql(
            "SELECT 1 FROM read_parquet($files, hive_partitioning = false) WHERE load_key = $load_key LIMIT 1",
            params={"files": files, "load_key": load_key},
        )
        return bool(found.fetchall())

    # -- writing ---------------------------------------------------------------------------------------

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Hold the writers' lock: comparing with what is known and adding to it must be one step."""
        if "://" in self.uri and not self.uri.startswith("file://"):
            yield
            return
        folder = Path(self.uri.removeprefix("file://"))
        folder.parent.mkdir(parents=True, exist_ok=True)
        with (folder.parent / f"{folder.name}.lock").open("w") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            try:
                yield
            finally:
                fcntl.flock(lock, fcntl.LOCK_UN)

    def compare(self, staged: Path, load_key: str, *, loaded_before: bool = False) -> Comparison:
        """Set staged observations beside what is known.

        The outcome of each is "new", "unchanged", "revised", or "known" where this very statement (same file, mapping
        and row) was recorded before, whatever was said since. With ``loaded_before`` the whole file was: then a period
        of which anything is known is "known". "Known" counts as unchanged.
        """
        cursor = connection()
        ((low, high),) = cursor.sql(
            "SELECT epoch_us(min(valid_from)), epoch_us(max(valid_from)) FROM read_parquet($staged)",
            params={"staged": str(staged)},
        ).fetchall()
        files = [] if low is None else self._files(_instant(low), _instant(high + 1))
        known = (
            "SELECT * FROM read_parquet($files, hive_partitioning = false) "
            "WHERE series_id IN (SELECT DISTINCT series_id FROM read_parquet($staged))"
            if files
            else f"SELECT * FROM ({_empty_select()}) WHERE false"
        )
        same = " AND ".join(f"n.{name} IS NOT DISTINCT FROM k.{name}" for name in SAME_STATEMENT)
        parameters: dict[str, Any] = {
            "staged": str(staged),
            "load_key": load_key,
            "loaded_before": loaded_before,
        }
        if files:
            parameters["files"] = files
        cursor.execute(
            f"""
            CREATE OR REPLACE TEMP TABLE compared AS
            WITH known AS ({known}),
            latest AS (
                SELECT * FROM known
                QUALIFY row_number() OVER (
                    PARTITION BY series_id, valid_from, valid_to ORDER BY revision DESC, recorded_at DESC) = 1
            ),
            said AS (SELECT DISTINCT series_id, source_row FROM known WHERE load_key = $load_key)
            SELECT n.*, coalesce(k.revision, 0) + 1 AS revision,
                CASE
                    WHEN s.series_id IS NOT NULL OR ($loaded_before AND k.series_id IS NOT NULL) THEN 'known'
                    WHEN k.series_id IS NULL THEN 'new'
                    WHEN {same} THEN 'unchanged'
                    ELSE 'revised'
                END AS outcome
            FROM read_parquet($staged) n
            LEFT JOIN latest k USING (series_id, valid_from, valid_to)
            LEFT JOIN said s ON s.series_id = n.series_id AND s.source_row = n.source_row
            """,
            parameters,
        ).fetchall()
        counts = dict(cursor.sql("SELECT outcome, count(*) FROM compared GROUP BY outcome").fetchall())
        same_as_known = counts.get("unchanged", 0) + counts.get("known", 0)
        return Comparison(cursor, counts.get("new", 0), same_as_known, counts.get("revised", 0))

    def append_compared(
        self,
        compared: Comparison,
        *,
        source: str,
        load_key: str,
        batch: str,
        sample: bool,
        recorded_at: datetime,
        remarks: dict[str, str],
    ) -> None:
        """Add the new and the revised rows of ``compared`` in one commit: all of them are seen at once, or none."""
        content = ", ".join(field.name for field in CONTENT)
        rows = compared.cursor.sql(
            f"""
            SELECT series_id, valid_from, valid_to, make_timestamptz($recorded_at) AS recorded_at, {content},
                revision::INTEGER AS revision, $source AS source, source_row, $load_key AS load_key,
                $batch AS batch, $sample AS sample, strftime(valid_from AT TIME ZONE '{MONTH_ZONE}', '%Y-%m') AS month
            FROM compared WHERE outcome IN ('new', 'revised') ORDER BY month, series_id, valid_from
            """,
            params={
                "recorded_at": _microseconds(recorded_at),
                "source": source,
                "load_key": load_key,
                "batch": batch,
                "sample": sample,
            },
        )
        reader = rows.to_arrow_reader(65_536)
        batches = pa.RecordBatchReader.from_batches(
            OBSERVATIONS, (batch.cast(OBSERVATIONS) for batch in reader)
        )
        write_deltalake(
            self._open_or_create(),
            batches,
            mode="append",
            commit_properties=CommitProperties(custom_metadata={"batch": batch, "source": source, **remarks}),
        )

    # -- the table -------------------------------------------------------------------------------------

    def _open(self) -> DeltaTable | None:
        if self._table is None:
            try:
                self._table = DeltaTable(self.uri)
            except TableNotFoundError:
                return None
        else:
            self._table.update_incremental()
        return self._table

    def _open_or_create(self) -> DeltaTable:
        table = self._open()
        if table is None:
            if "://" not in self.uri:
                Path(self.uri).mkdir(parents=True, exist_ok=True)
            self._table = table = DeltaTable.create(
                self.uri,
                schema=OBSERVATIONS,
                mode="ignore",
                partition_by=["month"],
                name="observations",
                description="Observations of all series; see ecociv.evidence.schema",
                configuration={"delta.appendOnly": "true"},
            )
        return table

    def _files(self, start: datetime | None, end: datetime | None) -> list[str]:
        """Files whose month can hold periods that begin in [start, end)."""
        table = self._open()
        if table is None:
            return []
        filters: list[tuple[str, str, Any]] = []
        if start is not None:
            filters.append(("month", ">=", _month(start)))
        if end is not None:
            filters.append(("month", "<=", _month(end)))
        return sorted(table.file_uris(file_pruning_predicate=filters or None))


def _utc(moment: datetime) -> datetime:
    if moment.tzinfo is None:
        raise NaiveInstant(f"{moment} has no time zone; give an instant, for example with Asia/Shanghai.")
    return moment.astimezone(UTC)


def _month(moment: datetime) -> str:
    return _utc(moment).astimezone(ZoneInfo(MONTH_ZONE)).strftime("%Y-%m")


def _microseconds(moment: datetime) -> int:
    since = _utc(moment) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def _instant(microseconds: int) -> datetime:
    return datetime.fromtimestamp(microseconds / 1_000_000, tz=UTC)


def _empty_select() -> str:
    kinds = {
        pa.int64(): "BIGINT",
        pa.int32(): "INTEGER",
        pa.float64(): "DOUBLE",
        pa.string(): "VARCHAR",
        pa.bool_(): "BOOLEAN",
        pa.timestamp("us", "UTC"): "TIMESTAMPTZ",
    }
    return "SELECT " + ", ".join(f"NULL::{kinds[field.type]} AS {field.name}" for field in _WRITTEN)


assert set(SAME_STATEMENT) <= set(STAGED.names)
