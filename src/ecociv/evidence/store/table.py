"""The table itself: reading by series, time and moment of knowledge, and adding in one commit."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Mapping, Sequence
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
from ecociv.evidence.store.files import STORED, put
from ecociv.evidence.store.listing import Listing
from ecociv.evidence.store.moments import microseconds
from ecociv.evidence.store.opened import commit, listing_of
from ecociv.evidence.store.spool import Written, spooled
from ecociv.evidence.store.standing import READ, standing
from ecociv.evidence.store.stretches import Stretch, stretches

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
        self._frozen: tuple[Listing | None] | None = None

    # -- reading ---------------------------------------------------------------------------------------

    def exists(self) -> bool:
        """Whether anything was ever written here."""
        return self.listing() is not None

    @property
    def local(self) -> bool:
        """Whether the table is in a folder of this machine."""
        return "://" not in self.uri or self.uri.startswith("file://")

    @property
    def _root(self) -> Path:
        return Path(self.uri.removeprefix("file://"))

    def table(self) -> DeltaTable:
        """The Delta table, made when it is not there."""
        return self._open_or_create()

    def frozen(self) -> EvidenceStore:
        """The table as it is now: a reader that what is added later does not reach."""
        copy = EvidenceStore(self.uri)
        copy._frozen = (self.listing(),)
        return copy

    def months(self) -> list[str]:
        """Months that the table holds, as in ``2015-01``."""
        listing = self.listing()
        return [] if listing is None else listing.months

    def version(self) -> int:
        """Number of the last commit; -1 before the first."""
        listing = self.listing()
        return -1 if listing is None else listing.version

    def observations(
        self,
        series_ids: Iterable[int],
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        as_of: datetime | None = None,
        all_revisions: bool = False,
        columns: Sequence[str] | None = None,
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
        columns
            Only these columns of ``schema.OBSERVATIONS`` (all but ``month``, when not given); fewer are read faster.
        """
        shape = STORED if columns is None else pa.schema([STORED.field(name) for name in columns])
        ids = sorted(set(series_ids))
        where = ["series_id IN (SELECT unnest($ids))" if len(ids) > 1 else "series_id = $ids[1]"]
        parameters: dict[str, Any] = {"ids": ids}
        for name, moment, test in (
            ("start", start, "valid_from >= make_timestamptz($start)"),
            ("end", end, "valid_from < make_timestamptz($end)"),
            ("as_of", as_of, "recorded_at <= make_timestamptz($as_of)"),
        ):
            if moment is not None:
                parameters[name] = microseconds(moment)
                where.append(test)
        condition = " AND ".join(where)
        names = ", ".join(shape.names)

        def sql(revised: bool) -> str:
            rows = (
                f"SELECT * FROM {READ} WHERE {condition}"
                if all_revisions
                else standing(condition, revised=revised)
            )
            return f"SELECT {names} FROM ({rows}) ORDER BY series_id, valid_from, revision"

        if not ids:
            return shape.empty_table()
        found = self.query(sql, parameters, start=start, end=end, series=(ids[0], ids[-1]))
        return shape.empty_table() if found is None else found.cast(shape)

    def query(
        self,
        statement: str | Callable[[bool], str],
        parameters: Mapping[str, Any] | None = None,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        months: tuple[str, str] | None = None,
        series: tuple[int, int] | None = None,
    ) -> pa.Table | None:
        """The result of a query over the table's files, which the statement reads as ``read_parquet($files, ...)``.

        The statement may be a function of whether any of the files can hold a second revision of a period
        (:func:`ecociv.evidence.store.standing.standing` has less to do where none does). The other parameters say which files are needed (:meth:`files`). None where there is none. A file that a
        compaction removed while it was wanted is not missed: the files are listed anew and the query is asked again.
        """
        for again in (True, False):
            listing = self.listing()
            chosen = [] if listing is None else listing.choose(start, end, months, series)
            if not chosen:
                return None
            files = [file.path for file in chosen]
            asked = statement if isinstance(statement, str) else statement(any(f.revised for f in chosen))
            try:
                with connection() as cursor:
                    return cursor.sql(asked, params={**(parameters or {}), "files": files}).to_arrow_table()
            except duckdb.IOException:
                if not again or self.local and all(Path(file).exists() for file in files):
                    raise
        return None

    def sql(
        self,
        statement: str,
        parameters: Mapping[str, Any] | None = None,
        *,
        start: datetime | None = None,
        end: datetime | None = None,
        months: tuple[str, str] | None = None,
    ) -> duckdb.DuckDBPyRelation | None:
        """As :meth:`query`, as a relation that is read batch by batch; for results larger than memory."""
        files = self.files(start, end, months=months)
        if not files:
            return None
        return connection().sql(statement, params={**(parameters or {}), "files": files})

    def count(self) -> int:
        """Rows of the table, all revisions, from the commit log alone."""
        listing = self.listing()
        return 0 if listing is None else listing.rows

    def holds(self, load_key: str) -> bool:
        """Whether any row of this loading is in the table."""
        found = self.query(
            "SELECT 1 FROM read_parquet($files, hive_partitioning = false) WHERE load_key = $load_key LIMIT 1",
            {"load_key": load_key},
        )
        return found is not None and found.num_rows > 0

    # -- writing ---------------------------------------------------------------------------------------

    def writing(self) -> AbstractContextManager[None]:
        """Hold the writers' lock: comparing with what is known and adding to it must be one step."""
        return locking.writing(self.uri)

    def compare(self, staged: Path | pa.Table, load_key: str, *, loaded_before: bool = False) -> Comparison:
        """Set staged observations beside what is known.

        The outcome of each is new, unchanged, revised, or known: this very statement (same file, mapping and row) was
        recorded before, whatever was said since. With ``loaded_before`` the whole file was: then a period of which
        anything is known is known. Known counts as unchanged. Where the batch speaks of one period more than once,
        each statement is set beside the one before it in the order of ``source_row``.

        Memory is bounded: a batch of many rows is taken a few months at a time, and sorting overflows to disk.
        """
        return compare(staged, load_key, loaded_before=loaded_before, listing=self.listing())

    def put(self, rows: Iterable[pa.RecordBatch]) -> Written:
        """Write rows down, without making them part of the table yet.

        Parameters
        ----------
        rows
            In the shape ``schema.OBSERVATIONS``, sorted by month, series, period and revision.
        """
        if not self.exists():
            self._open_or_create()
        if not self.local:
            return Written(spool=spooled(rows))
        return Written(put(self._root, rows), self._root)

    def append(self, rows: Written | Iterable[pa.RecordBatch], remarks: Mapping[str, str]) -> int:
        """Add rows in one commit: all of them are seen at once, or none. Returns the number of the commit.

        Parameters
        ----------
        rows
            What :meth:`put` wrote down, or rows as it takes them.
        remarks
            Kept with the commit.
        """
        written = rows if isinstance(rows, Written) else self.put(rows)
        if written.spool is None:
            commit(self.uri, written.added, remarks)
        else:
            with written.spool as source:
                write_deltalake(
                    self._open_or_create(),
                    source.reader(),
                    mode="append",
                    writer_properties=_FILES,
                    commit_properties=CommitProperties(custom_metadata=dict(remarks)),
                )
        return self.version()

    # -- the table -------------------------------------------------------------------------------------

    def _open_or_create(self) -> DeltaTable:
        try:
            table = DeltaTable(self.uri)
        except TableNotFoundError:
            if "://" not in self.uri:
                Path(self.uri).mkdir(parents=True, exist_ok=True)
            table = DeltaTable.create(
                self.uri,
                schema=OBSERVATIONS,
                mode="ignore",
                partition_by=["month"],
                name="observations",
                description="Observations of all series; see ecociv.evidence.schema",
                configuration={"delta.appendOnly": "true"},
            )
        return table

    def files(
        self,
        start: datetime | None = None,
        end: datetime | None = None,
        *,
        months: tuple[str, str] | None = None,
        series: tuple[int, int] | None = None,
    ) -> list[str]:
        """Files that can hold periods that begin in [start, end), of series with numbers from ``series[0]`` to
        ``series[1]``; told by month and by the statistics of each file."""
        listing = self.listing()
        return [] if listing is None else [file.path for file in listing.choose(start, end, months, series)]

    def stretches(
        self, series_ids: Iterable[int], start: datetime | None = None, end: datetime | None = None
    ) -> list[Stretch]:
        """The files of some series in the order of time, to be read as far as they are needed
        (:func:`ecociv.evidence.store.stretches.stretches`); all revisions of a period are in one stretch."""
        listing, ids = self.listing(), sorted(series_ids)
        if listing is None or not ids:
            return []
        return stretches(listing.choose(start, end, None, (ids[0], ids[-1])), ids)

    def listing(self) -> Listing | None:
        """The files of the table as it is now; none before anything was written."""
        return listing_of(self.uri) if self._frozen is None else self._frozen[0]


assert set(SAME_STATEMENT) <= set(STAGED.names)
