"""Writing files of the table: they are there, complete and on the disk, before a commit makes them part of it."""

from __future__ import annotations

import json
import os
import time
import uuid
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from deltalake.transaction import AddAction

from ecociv.evidence.schema import OBSERVATIONS

ROW_GROUP = 131_072
"""Rows that a reader takes or passes over together."""

STORED = pa.schema([item for item in OBSERVATIONS if item.name != "month"])
"""Columns of a file; the month is the name of its folder."""

_NO_DICTIONARY = {"source_row": "DELTA_BINARY_PACKED"}  # line numbers differ from row to row, and rise evenly
_STATED = ("series_id", "valid_from", "valid_to", "recorded_at", "revision")


def put(root: Path, batches: Iterable[pa.RecordBatch]) -> list[AddAction]:
    """Write rows to new files, one for each month, and give what a commit has to say of them.

    Nothing is part of the table yet. Memory holds the rows of two row groups. Where writing fails, the files are removed
    again; what a killed process leaves is removed by the nightly tidying, like any file that no commit names.

    Parameters
    ----------
    batches
        In the shape ``schema.OBSERVATIONS``, texts encoded by a dictionary or not; months one after the other.
    """
    done: list[AddAction] = []
    writer: _MonthFile | None = None
    try:
        for month, rows in _by_month(batches):
            if writer is None or writer.month != month:
                if writer is not None:
                    done.append(writer.finish())
                writer = _MonthFile(root, month)
            writer.add(rows)
        if writer is not None:
            done.append(writer.finish())
    except BaseException:
        if writer is not None:
            writer.drop()
        discard(root, done)
        raise
    return done


def discard(root: Path, added: Iterable[AddAction]) -> None:
    """Remove files that no commit will name."""
    for action in added:
        (root / action.path).unlink(missing_ok=True)


def name_of_file(month: str) -> str:
    """A new name in the folder of a month."""
    return f"month={month}/part-{uuid.uuid4()}.zstd.parquet"


def added(root: Path, name: str, month: str, *, data_change: bool) -> AddAction:
    """What a commit says of a file, which is on the disk from here on."""
    path = root / name
    with path.open("rb") as file:
        os.fsync(file.fileno())
    return AddAction(
        path=name,
        size=path.stat().st_size,
        partition_values={"month": month},
        modification_time=int(time.time() * 1000),
        data_change=data_change,
        stats=json.dumps(statistics(path)),
    )


def statistics(path: Path) -> dict[str, Any]:
    """What a reader has to know of a file to pass it over."""
    with pq.ParquetFile(path) as file:
        meta, names = file.metadata, file.schema_arrow.names
    groups = [meta.row_group(number) for number in range(meta.num_row_groups)]
    found: dict[str, Any] = {"numRecords": meta.num_rows, "minValues": {}, "maxValues": {}, "nullCount": {}}
    for name in _STATED:
        columns = [group.column(names.index(name)).statistics for group in groups]
        if columns and all(column is not None and column.has_min_max for column in columns):
            found["minValues"][name] = _plain(min(column.min for column in columns))
            found["maxValues"][name] = _plain(max(column.max for column in columns))
            found["nullCount"][name] = sum(column.null_count or 0 for column in columns)
    return found


class _MonthFile:
    """One file while it grows, row group by row group."""

    def __init__(self, root: Path, month: str) -> None:
        self.root, self.month, self.name = root, month, name_of_file(month)
        self._path = root / self.name
        self._path.parent.mkdir(parents=True, exist_ok=True)
        self._writer: pq.ParquetWriter | None = None
        self._held: list[pa.RecordBatch] = []
        self._rows = 0
        # One row group is encoded while the next is gathered (and added to the digest).
        self._pool = ThreadPoolExecutor(1)
        self._writing: Future[None] | None = None

    def add(self, rows: pa.RecordBatch) -> None:
        self._held.append(rows.select(STORED.names))
        self._rows += rows.num_rows
        if self._rows >= ROW_GROUP:
            self._flush(all_of_it=False)

    def finish(self) -> AddAction:
        self._flush(all_of_it=True)
        self._settle()
        assert self._writer is not None
        self._writer.close()
        self._pool.shutdown()
        return added(self.root, self.name, self.month, data_change=True)

    def drop(self) -> None:
        self._pool.shutdown(cancel_futures=True)
        with suppress(OSError, pa.ArrowException):
            if self._writer is not None:
                self._writer.close()
        self._path.unlink(missing_ok=True)

    def _flush(self, *, all_of_it: bool) -> None:
        held = pa.Table.from_batches(self._held)
        whole = held.num_rows if all_of_it else held.num_rows // ROW_GROUP * ROW_GROUP
        if whole:
            self._settle()
            self._writing = self._pool.submit(self._write, held.slice(0, whole))
        rest = held.slice(whole)
        self._held, self._rows = rest.to_batches(), rest.num_rows

    def _settle(self) -> None:
        if self._writing is not None:
            self._writing.result()
            self._writing = None

    def _write(self, rows: pa.Table) -> None:
        if self._writer is None:
            self._writer = pq.ParquetWriter(
                self._path,
                rows.schema,
                compression="zstd",
                compression_level=1,
                use_dictionary=[name for name in STORED.names if name not in _NO_DICTIONARY],
                column_encoding=_NO_DICTIONARY,
                store_schema=False,  # a text is a text, however it was held in memory
            )
        self._writer.write_table(rows, row_group_size=ROW_GROUP)


def _by_month(batches: Iterable[pa.RecordBatch]) -> Iterator[tuple[str, pa.RecordBatch]]:
    for batch in batches:
        months = batch.column("month").dictionary_encode()
        edges = pc.indices_nonzero(
            pc.not_equal(months.indices.slice(1), months.indices.slice(0, max(0, len(months) - 1)))
        ).to_pylist()
        starts = [0, *(edge + 1 for edge in edges)] if batch.num_rows else []
        for start, end in zip(starts, [*starts[1:], batch.num_rows], strict=True):
            yield months[start].as_py(), batch.slice(start, end - start)


def _plain(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")
    return value
