"""The digest of what the table holds, read month by month."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from ecociv.evidence.schema import OBSERVATIONS
from ecociv.evidence.seals.digest import ContentDigest, runs_of
from ecociv.evidence.store import EvidenceStore

_BATCH = 65_536


def rows_of_month(store: EvidenceStore, month: str, batch: str | None = None) -> Iterator[pa.RecordBatch]:
    """Rows of one partition in canonical order, batch by batch (or of one batch only), in the shape ``OBSERVATIONS``."""
    only = "" if batch is None else "WHERE batch = $batch"
    columns = ", ".join(name for name in OBSERVATIONS.names if name != "month")
    reader = store.sql(
        f"SELECT {columns} FROM read_parquet($files, hive_partitioning = false) {only} "
        "ORDER BY batch, series_id, valid_from, valid_to, revision, source_row",
        {} if batch is None else {"batch": batch},
        months=(month, month),
    )
    if reader is None:
        return
    for part in reader.to_arrow_reader(_BATCH):
        yield pa.RecordBatch.from_arrays(
            [
                pa.repeat(pa.scalar(month), part.num_rows)
                if field.name == "month"
                else part.column(field.name).cast(field.type)
                for field in OBSERVATIONS
            ],
            schema=OBSERVATIONS.remove_metadata(),
        )


def content_of_batch(
    store: EvidenceStore, batch: str, months: list[str]
) -> tuple[int, dict[str, tuple[int, str]], str]:
    """Rows, months and digest of what the table holds of one batch in these months."""
    digest = ContentDigest()
    for month in months:
        for part in rows_of_month(store, month, batch):
            digest.update(month, part)
    rows, content = digest.finish()
    return rows, digest.months, content


def content_of_month(store: EvidenceStore, month: str) -> dict[str, tuple[int, str]]:
    """Rows and digest of each batch's part of one month."""
    found: dict[str, tuple[int, str]] = {}
    current, digest = "", ContentDigest()
    for part in rows_of_month(store, month):
        for batch, rows in runs_of(part, "batch"):
            if batch != current:
                if current:
                    digest.finish()
                    found[current] = digest.months[month]
                current, digest = batch, ContentDigest()
            digest.update(month, rows)
    if current:
        digest.finish()
        found[current] = digest.months[month]
    return found
