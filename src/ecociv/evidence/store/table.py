"""The table itself: reading by series, time and moment of knowledge, and adding in one commit."""

from __future__ import annotations

import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
from deltalake import CommitProperties, DeltaTable, WriterProperties, write_deltalake
from deltalake.exceptions import TableNotFoundError
from django.conf import settings

from ecociv.evidence.schema import OBSERVATIONS, SAME_STATEMENT, STAGED
from ecociv.evidence.store import locking
from ecociv.evidence.store.compare import Comparison, compare
from ecociv.evidence.store.duck import connection
from ecociv.evidence.store.moments import microseconds, month_of

_WRITTEN = OBSERVATIONS.remove(OBSERVATIONS.get_field_index("month"))
_FILES = WriterProperties(compression="ZSTD", max_row_group_size=131_072)


def evidence_uri() -> str:
    """Where the table is: ``ECOCIV_EVIDENCE_URI`` (settings, then environment), else ``evidence/`` under ``ECOCIV_VAR``."""
    chosen = getattr(settings, "ECOCIV_EVIDENCE_URI", "") or os.environ.get("ECOCIV_EVIDENCE_URI", "")
    return str(chosen or Path(settings.ECOCIV_VAR) / "evidence" / "observations")


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
                parameters[name] = microseconds(moment)
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

    def sql(
        self,
        statement: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        months: tuple[str, str] | None = None,
    ) -> duckdb.DuckDBPyRelation | None:
        """A query over the table's files, which the statement reads as ``read_parquet($files, ...)``.

        ``start`` and ``end``, or ``months`` (first, last), say which files are needed. None where there is none.
        """
        files = self._files(start, end, months=months)
        if not files:
            return None
        return connection().sql(statement, params={**(parameters or {}), "files": files})

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

    def writing(self) -> AbstractContextManager[None]:
        """Hold the writers' lock: comparing with what is known and adding to it must be one step."""
        return locking.writing(self.uri)

    def compare(self, staged: Path, load_key: str, *, loaded_before: bool = False) -> Comparison:
        """Set staged observations beside what is known.

        The outcome of each is new, unchanged, revised, or known: this very statement (same file, mapping and row) was
        recorded before, whatever was said since. With ``loaded_before`` the whole file was: then a period of which
        anything is known is known. Known counts as unchanged. Where the batch speaks of one period more than once,
        each statement is set beside the one before it in the order of ``source_row``.

        Memory is bounded: a batch of many rows is taken a few months at a time, and sorting overflows to disk.
        """
        return compare(staged, load_key, loaded_before=loaded_before, files_of=self._files)

    def append(self, rows: Iterator[pa.RecordBatch], remarks: Mapping[str, str]) -> int:
        """Add rows in one commit: all of them are seen at once, or none. Returns the number of the commit.

        Parameters
        ----------
        rows
            In the shape ``schema.OBSERVATIONS``, sorted by month, series, period and revision.
        remarks
            Kept with the commit.
        """
        table = self._open_or_create()
        write_deltalake(
            table,
            pa.RecordBatchReader.from_batches(OBSERVATIONS, rows),
            mode="append",
            writer_properties=_FILES,
            commit_properties=CommitProperties(custom_metadata=dict(remarks)),
        )
        return self.version()

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

    def _files(
        self, start: datetime | None, end: datetime | None, *, months: tuple[str, str] | None = None
    ) -> list[str]:
        """Files whose month can hold periods that begin in [start, end)."""
        table = self._open()
        if table is None:
            return []
        low = months[0] if months else None if start is None else month_of(start)
        high = months[1] if months else None if end is None else month_of(end)
        filters: list[tuple[str, str, Any]] = []
        if low is not None:
            filters.append(("month", ">=", low))
        if high is not None:
            filters.append(("month", "<=", high))
        return sorted(table.file_uris(file_pruning_predicate=filters or None))


assert set(SAME_STATEMENT) <= set(STAGED.names)
