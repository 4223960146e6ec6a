"""Merging the small files of a month into sorted ones; what the table says stays the same, byte for byte of meaning."""

from __future__ import annotations

import json
import time
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pyarrow as pa
from deltalake import CommitProperties, DeltaTable
from deltalake.transaction import AddAction, RemoveAction

from ecociv.evidence.schema import OBSERVATIONS
from ecociv.evidence.store import locking
from ecociv.evidence.store.duck import connection
from ecociv.evidence.store.files import ROW_GROUP, STORED, added, name_of_file
from ecociv.evidence.store.table import EvidenceStore

LARGE = 64 * 1024**2
"""Bytes from which a file is left as it is."""

ROWS_OF_A_FILE = 8_000_000
RETENTION = timedelta(days=7)
"""How long a file that was merged stays for readers that hold a list of files; the table's own lower bound."""


@dataclass(frozen=True, slots=True)
class Merged:
    """What a compaction came to."""

    months: int
    files_before: int
    files_after: int
    rows: int


def compact(store: EvidenceStore, *, at_least: int = 2, large: int = LARGE) -> Merged:
    """Merge, month by month, the files below ``large`` bytes where there are ``at_least`` of them.

    Rows are sorted by series, period and revision. One commit a month takes the old files out and the new ones in, and
    says that no data changed; a reader sees the month before or after it. Writers wait only for the commit itself.
    Only one compaction runs at a time. A table on object storage is compacted by ``deltalake`` without the order.
    """
    if not store.exists():
        return Merged(0, 0, 0, 0)
    if not store.local:
        found = store.table().optimize.compact()
        changed = int(found["numFilesRemoved"]), int(found["numFilesAdded"])
        return Merged(int(found["partitionsOptimized"]), *changed, 0)
    months = before = after = rows = 0
    with locking.writing(f"{store.uri}.compaction"):
        for month, files in _small_files(store.table(), large):
            if len(files) < at_least:
                continue
            merged = _merge(store, month, files)
            months, before, after = months + 1, before + len(files), after + len(merged)
            rows += sum(file["rows"] for file in files)
    return Merged(months, before, after, rows)


def vacuum(store: EvidenceStore, retention: timedelta = RETENTION) -> int:
    """Remove files that left the table longer ago than ``retention``, and what a write that was cut off left behind.

    Returns how many files were removed.
    """
    if not store.exists():
        return 0
    table = store.table()
    table.create_checkpoint()
    hours = int(retention.total_seconds() // 3600)
    return len(table.vacuum(retention_hours=hours, dry_run=False, full=True))


def _small_files(table: DeltaTable, large: int) -> Iterator[tuple[str, list[dict[str, Any]]]]:
    actions = pa.table(table.get_add_actions(flatten=True))
    by_month: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for path, size, rows, month in zip(
        *(
            actions.column(name).to_pylist()
            for name in ("path", "size_bytes", "num_records", "partition.month")
        ),
        strict=True,
    ):
        if size < large:
            by_month[month].append({"path": path, "size": size, "rows": rows})
    yield from sorted(by_month.items())


def _merge(store: EvidenceStore, month: str, files: list[dict[str, Any]]) -> list[AddAction]:
    root = Path(store.uri.removeprefix("file://"))
    paths = [str(root / file["path"]) for file in files]
    rows = sum(file["rows"] for file in files)
    merged = [
        _write(root, month, paths, low, high) for low, high in _ranges(paths, -(-rows // ROWS_OF_A_FILE))
    ]
    written = sum(json.loads(action.stats)["numRecords"] for action in merged)
    if written != rows:
        raise RuntimeError(
            f"Merging {month} gave {written} rows of {rows}; the files stay as they were. Run `ecociv evidence verify`."
        )
    now = int(time.time() * 1000)
    removed = [
        RemoveAction(
            path=file["path"],
            data_change=False,
            deletion_timestamp=now,
            size=file["size"],
            partition_values={"month": month},
        )
        for file in files
    ]
    with store.writing():
        store.table().create_write_transaction(
            [*merged, *removed],
            mode="append",
            schema=OBSERVATIONS,
            partition_by=["month"],
            commit_properties=CommitProperties(custom_metadata={"compaction": month}),
        )
    return merged


def _ranges(paths: list[str], parts: int) -> list[tuple[int, int]]:
    """Series numbers [low, high) of each file to be written."""
    if parts <= 1:
        return [(0, 2**63 - 1)]
    with connection() as cursor:
        ((cuts,),) = cursor.execute(
            "SELECT quantile_disc(series_id, $points) FROM read_parquet($files, hive_partitioning = false)",
            {"points": [part / parts for part in range(1, parts)], "files": paths},
        ).fetchall()
    edges = [0, *sorted(set(cuts)), 2**63 - 1]
    return list(zip(edges, edges[1:], strict=False))


def _write(root: Path, month: str, paths: list[str], low: int, high: int) -> AddAction:
    name = name_of_file(month)
    target = root / name
    with connection() as cursor:
        cursor.execute(
            f"""COPY (
                SELECT {", ".join(STORED.names)} FROM read_parquet($files, hive_partitioning = false)
                WHERE series_id >= $low AND (series_id < $high OR $high = 9223372036854775807)
                ORDER BY series_id, valid_from, valid_to, revision, batch, source_row
            ) TO '{str(target).replace("'", "''")}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE {ROW_GROUP})""",
            {"files": paths, "low": low, "high": high},
        )
    return added(root, name, month, data_change=False)
