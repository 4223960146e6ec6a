"""Rows between being written down and becoming part of the table."""

from __future__ import annotations

import tempfile
from collections.abc import Iterable
from dataclasses import dataclass, field
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
from deltalake.transaction import AddAction

from ecociv.evidence.schema import OBSERVATIONS
from ecociv.evidence.store.files import discard
from ecociv.evidence.store.scratch import scratch_folder

_BATCH = 65_536


class Spool:
    """Rows in a file of this machine, for a table on object storage; the file goes when it is left."""

    def __init__(self, path: Path) -> None:
        self._path = path

    def __enter__(self) -> Spool:
        return self

    def __exit__(self, *_: object) -> None:
        self._path.unlink(missing_ok=True)

    def reader(self) -> pa.RecordBatchReader:
        """The rows, batch by batch."""
        return pa.RecordBatchReader.from_batches(
            OBSERVATIONS, pq.ParquetFile(self._path).iter_batches(_BATCH)
        )


def spooled(rows: Iterable[pa.RecordBatch]) -> Spool:
    """Write rows to a file of this machine."""
    with tempfile.NamedTemporaryFile(
        prefix="spool-", suffix=".parquet", dir=scratch_folder(), delete=False
    ) as file:
        path = Path(file.name)
    with pq.ParquetWriter(path, OBSERVATIONS, compression="lz4") as writer:
        for batch in rows:
            writer.write_batch(batch.cast(OBSERVATIONS))
    return Spool(path)


@dataclass(slots=True)
class Written:
    """Rows that are written down and not yet part of the table: files in its folders, or a spool."""

    added: list[AddAction] = field(default_factory=list)
    root: Path | None = None
    spool: Spool | None = None

    def discard(self) -> None:
        """Remove what will not become part of the table."""
        if self.spool is not None:
            self.spool.__exit__()
        if self.root is not None:
            discard(self.root, self.added)
