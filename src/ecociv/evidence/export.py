"""Observations as a file that a person can open, and back again."""

from __future__ import annotations

import csv
from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Any
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.parquet as pq

from ecociv.evidence.models import Series
from ecociv.evidence.schema import INSTANT, STAGED, series_id
from ecociv.evidence.staged import AppendRefused
from ecociv.evidence.store import EvidenceStore
from ecociv.evidence.store.moments import microseconds
from ecociv.evidence.store.standing import READ, standing

LOCAL = ZoneInfo("Asia/Shanghai")
_BATCH = 16_384

EXPORTED = pa.schema(
    [
        pa.field("series", pa.string(), nullable=False),
        pa.field("unit", pa.string(), nullable=False),
        pa.field("valid_from", INSTANT, nullable=False),
        pa.field("valid_to", INSTANT, nullable=False),
        pa.field("value", pa.float64()),
        pa.field("absence", pa.string()),
        pa.field("limit", pa.string()),
        pa.field("quality", pa.string(), nullable=False),
        pa.field("quality_reason", pa.string()),
        pa.field("revision", pa.int32(), nullable=False),
        pa.field("recorded_at", INSTANT, nullable=False),
        pa.field("supplier", pa.string()),
        pa.field("note", pa.string()),
        pa.field("source", pa.string(), nullable=False),
        pa.field("source_row", pa.int32(), nullable=False),
        pa.field("sample", pa.bool_(), nullable=False),
    ]
)
"""Columns of an export. ``limit`` is written as in ``<0.02``; a time in CSV is local with its offset."""


def export_csv(rows: Iterator[pa.RecordBatch], file: IO[str]) -> int:
    """Write rows as CSV; returns how many. A spreadsheet opens it when ``file`` begins with a byte order mark."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(EXPORTED.names)
    count = 0
    for batch in rows:
        columns = [_as_text(batch.column(field.name), field.type) for field in EXPORTED]
        writer.writerows(zip(*columns, strict=True))
        count += batch.num_rows
    return count


def export_parquet(rows: Iterator[pa.RecordBatch], path: Path) -> int:
    """Write rows as Parquet, times as instants; returns how many."""
    count = 0
    with pq.ParquetWriter(path, EXPORTED, compression="zstd") as writer:
        for batch in rows:
            writer.write_batch(batch)
            count += batch.num_rows
    return count


def exported_rows(
    series: Sequence[Series],
    *,
    start: datetime | None = None,
    end: datetime | None = None,
    as_of: datetime | None = None,
    all_revisions: bool = False,
    store: EvidenceStore | None = None,
) -> Iterator[pa.RecordBatch]:
    """Observations of the series in the shape :data:`EXPORTED`, by series, time and revision; memory holds a batch."""
    by_number = {item.pk: item for item in series}
    if not by_number:
        return
    conditions = ["series_id IN (SELECT unnest($ids))"]
    given: dict[str, Any] = {"ids": sorted(by_number)}
    for name, moment, test in (
        ("start", start, "valid_from >= make_timestamptz($start)"),
        ("end", end, "valid_from < make_timestamptz($end)"),
        ("as_of", as_of, "recorded_at <= make_timestamptz($as_of)"),
    ):
        if moment is not None:
            given[name] = microseconds(moment)
            conditions.append(test)
    condition = " AND ".join(conditions)
    rows = f"SELECT * FROM {READ} WHERE {condition}" if all_revisions else standing(condition)
    found = (store or EvidenceStore()).sql(
        f"""SELECT series_id, valid_from, valid_to, value, missing AS absence,
            CASE WHEN censored IS NOT NULL THEN censored || censor_limit::VARCHAR END AS limit_text, quality,
            quality_reason, revision, recorded_at, supplier, note, source, source_row, sample
        FROM ({rows}) ORDER BY series_id, valid_from, revision""",
        given,
        start=start,
        end=end,
    )
    if found is None:
        return
    for batch in found.to_arrow_reader(_BATCH):
        numbers = batch.column("series_id").to_pylist()
        columns = {
            "series": pa.array([by_number[number].key for number in numbers]),
            "unit": pa.array([by_number[number].unit for number in numbers]),
            "limit": batch.column("limit_text"),
        }
        yield pa.RecordBatch.from_arrays(
            [
                (columns[field.name] if field.name in columns else batch.column(field.name)).cast(field.type)
                for field in EXPORTED
            ],
            schema=EXPORTED,
        )


def read_export(path: Path) -> pa.Table:
    """An exported file, CSV or Parquet, in the shape ``STAGED``, for ``AppendObservations``.

    ``source_row`` counts the rows of the file from 1, so that the revisions of a period come in their order.

    Raises
    ------
    AppendRefused
        When the file is no export.
    """
    rows = pq.read_table(path).to_pylist() if path.suffix == ".parquet" else _read_csv(path)
    columns: dict[str, list[Any]] = {name: [] for name in STAGED.names}
    for number, row in enumerate(rows, start=1):
        limit = row["limit"]
        made = {
            "series_id": series_id(row["series"]),
            "missing": row["absence"],
            "censored": limit[0] if limit else None,
            "censor_limit": float(limit[1:]) if limit else None,
            "source_row": number,
        }
        for name in STAGED.names:
            columns[name].append(made[name] if name in made else row[name])
    return pa.table([pa.array(columns[field.name], field.type) for field in STAGED], schema=STAGED)


def _read_csv(path: Path) -> list[dict[str, Any]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        reader = csv.DictReader(file)
        if reader.fieldnames is None or list(reader.fieldnames) != EXPORTED.names:
            raise AppendRefused(
                "columns", f"{path.name} is no export; its columns are {', '.join(EXPORTED.names)}"
            )
        rows = []
        for text in reader:
            row: dict[str, Any] = {name: value or None for name, value in text.items()}
            row["valid_from"] = datetime.fromisoformat(text["valid_from"]).astimezone(UTC)
            row["valid_to"] = datetime.fromisoformat(text["valid_to"]).astimezone(UTC)
            row["value"] = float(text["value"]) if text["value"] else None
            rows.append(row)
    return rows


def _as_text(column: pa.Array, kind: pa.DataType) -> list[Any]:
    values = column.to_pylist()
    if kind == INSTANT:
        known: dict[datetime, str] = {}
        return [
            known.get(moment) or known.setdefault(moment, moment.astimezone(LOCAL).isoformat())
            for moment in values
        ]
    if kind == pa.float64():
        return ["" if value is None else repr(value) for value in values]
    if kind == pa.bool_():
        return ["sample 示例" if value else "" for value in values]
    return ["" if value is None else value for value in values]
