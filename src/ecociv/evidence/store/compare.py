"""Staged observations set beside what is known: which of them are new, the same, or another value."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from ecociv.evidence.schema import CONTENT, MONTH_ZONE, OBSERVATIONS, SAME_STATEMENT
from ecociv.evidence.store.duck import connection, scratch_folder
from ecociv.evidence.store.moments import instant, microseconds, month_bounds, month_of, months_between

AT_A_TIME = 4_000_000
"""Staged rows that are compared and sorted together; a larger batch is taken month by month."""

_BATCH = 65_536
_FEW = 24
_STATEMENT = ", ".join(f"{name} := {{0}}.{name}" for name in SAME_STATEMENT)


@dataclass(frozen=True, slots=True)
class Stamp:
    """What all rows of one batch have in common."""

    recorded_at: datetime
    source: str
    load_key: str
    batch: str
    sample: bool


@dataclass(slots=True)
class Comparison:
    """What a batch comes to. Holds the rows to be written, in files of a folder of its own, until it is closed."""

    folder: Path
    new: int = 0
    unchanged: int = 0
    revised: int = 0
    files: list[Path] = field(default_factory=list)

    def __enter__(self) -> Comparison:
        return self

    def __exit__(self, *_: object) -> None:
        shutil.rmtree(self.folder, ignore_errors=True)

    def rows(self, stamp: Stamp) -> Iterator[pa.RecordBatch]:
        """The new and the revised rows as they go to the table, by month, series, period and revision."""
        same_for_all = {
            "recorded_at": pa.scalar(microseconds(stamp.recorded_at), OBSERVATIONS.field("recorded_at").type),
            "source": pa.scalar(stamp.source),
            "load_key": pa.scalar(stamp.load_key),
            "batch": pa.scalar(stamp.batch),
            "sample": pa.scalar(stamp.sample),
        }
        for path in self.files:
            with pq.ParquetFile(path) as file:
                for batch in file.iter_batches(_BATCH):
                    columns = [
                        pa.repeat(same_for_all[item.name], batch.num_rows)
                        if item.name in same_for_all
                        else batch.column(item.name).cast(item.type)
                        for item in OBSERVATIONS
                    ]
                    yield pa.RecordBatch.from_arrays(columns, schema=OBSERVATIONS)


@dataclass(frozen=True, slots=True)
class _Part:
    """Months that are compared in one go, as instants [start, end)."""

    start: int
    end: int
    months: tuple[str, ...]


def compare(staged: Path, load_key: str, *, loaded_before: bool, files_of: Any) -> Comparison:
    """See :meth:`ecociv.evidence.store.table.EvidenceStore.compare`; ``files_of(start, end)`` lists the table's files."""
    done = Comparison(Path(tempfile.mkdtemp(prefix="batch-", dir=scratch_folder())))
    try:
        with connection() as cursor:
            for part in _parts(cursor, staged):
                files = files_of(instant(part.start), instant(part.end - 1))
                _compare_part(cursor, staged, load_key, loaded_before, part, files, done)
    except BaseException:
        done.__exit__()
        raise
    return done


def _parts(cursor: duckdb.DuckDBPyConnection, staged: Path) -> list[_Part]:
    ((low, high, rows),) = cursor.execute(
        "SELECT epoch_us(min(valid_from)), epoch_us(max(valid_from)), count(*) FROM read_parquet($staged)",
        {"staged": str(staged)},
    ).fetchall()
    if not rows:
        return []
    months = months_between(month_of(instant(low)), month_of(instant(high)))
    if rows <= AT_A_TIME:
        return [_part(months)]
    # Counting by days needs no calendar and is exact enough to share the work out.
    days = dict(
        cursor.execute(
            "SELECT epoch_us(valid_from) // 86400000000, count(*) FROM read_parquet($staged) GROUP BY 1",
            {"staged": str(staged)},
        ).fetchall()
    )
    counts = dict.fromkeys(months, 0)
    for day, count in days.items():
        counts[month_of(min(max(instant(day * 86_400_000_000), instant(low)), instant(high)))] += count
    parts: list[list[str]] = [[]]
    held = 0
    for month in months:
        if parts[-1] and held + counts[month] > AT_A_TIME:
            parts.append([])
            held = 0
        parts[-1].append(month)
        held += counts[month]
    return [_part(group) for group in parts]


def _part(months: list[str]) -> _Part:
    return _Part(
        microseconds(month_bounds(months[0])[0]), microseconds(month_bounds(months[-1])[1]), tuple(months)
    )


def _compare_part(
    cursor: duckdb.DuckDBPyConnection,
    staged: Path,
    load_key: str,
    loaded_before: bool,
    part: _Part,
    files: list[str],
    done: Comparison,
) -> None:
    given: dict[str, Any] = {"staged": str(staged), "start": part.start, "end": part.end}
    within = "valid_from >= make_timestamptz($start) AND valid_from < make_timestamptz($end)"
    batch = f"SELECT * FROM read_parquet($staged) WHERE {within}"
    ((count,),) = cursor.execute(f"SELECT count(*) FROM ({batch})", given).fetchall()
    if not count:
        return
    again = bool(
        cursor.execute(
            f"SELECT 1 FROM ({batch}) GROUP BY series_id, valid_from, valid_to HAVING count(*) > 1 LIMIT 1",
            given,
        ).fetchall()
    )
    if not files and not again:
        rows = _copy(cursor, f"SELECT *, 1 AS revision FROM ({batch})", given, part, done)
        done.new += rows
        return
    given |= {"load_key": load_key, "loaded_before": loaded_before}
    if files:
        given["files"] = files
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE compared AS {_compared(batch, bool(files), again)}", given)
    counts = dict(cursor.execute("SELECT outcome, count(*) FROM compared GROUP BY outcome").fetchall())
    done.new += counts.get("new", 0)
    done.revised += counts.get("revised", 0)
    done.unchanged += counts.get("unchanged", 0) + counts.get("known", 0)
    if counts.get("new", 0) + counts.get("revised", 0):
        _copy(cursor, "SELECT * FROM compared WHERE outcome IN ('new', 'revised')", {}, part, done)
    cursor.execute("DROP TABLE compared")


def _compared(batch: str, known: bool, again: bool) -> str:
    """The statement that tells the outcome of each staged row.

    With ``again`` some period is spoken of more than once: each statement is then set beside the one before it, in
    the order of ``source_row``.
    """
    before = "SELECT * FROM read_parquet($files, hive_partitioning = false)" if known else _NOTHING
    said = f"struct_pack({_STATEMENT.format('n')})"
    turn = "PARTITION BY n.series_id, n.valid_from, n.valid_to ORDER BY n.source_row"
    return f"""
        WITH n AS ({batch}),
        known AS (SELECT * FROM ({before}) WHERE series_id IN (SELECT DISTINCT series_id FROM n)
            AND valid_from >= make_timestamptz($start) AND valid_from < make_timestamptz($end)),
        latest AS (SELECT * FROM known QUALIFY row_number() OVER (
            PARTITION BY series_id, valid_from, valid_to ORDER BY revision DESC, recorded_at DESC) = 1),
        said AS (SELECT DISTINCT series_id, source_row FROM known WHERE load_key = $load_key),
        beside AS (
            SELECT n.*, {
        said
    } AS statement, k.series_id IS NOT NULL AS there, coalesce(k.revision, 0) AS last,
                struct_pack({_STATEMENT.format("k")}) AS standing,
                s.series_id IS NOT NULL OR ($loaded_before AND k.series_id IS NOT NULL) AS repeated
            FROM n LEFT JOIN latest k USING (series_id, valid_from, valid_to)
            LEFT JOIN said s ON s.series_id = n.series_id AND s.source_row = n.source_row
        ),
        ordered AS (
            SELECT *, {
        f"row_number() OVER ({turn.replace('n.', '')}, repeated DESC)" if again else "1"
    } AS turn,
                {
        f"lag(statement) OVER ({turn.replace('n.', '')}, repeated DESC)" if again else "NULL"
    } AS earlier
            FROM beside
        ),
        judged AS (
            SELECT *, CASE
                WHEN repeated THEN 'known'
                WHEN turn = 1 AND NOT there THEN 'new'
                WHEN statement IS NOT DISTINCT FROM (CASE WHEN turn = 1 THEN standing ELSE earlier END)
                    THEN 'unchanged'
                ELSE 'revised' END AS outcome
            FROM ordered
        )
        SELECT * EXCLUDE (statement, standing, earlier), last + {
        f"count(*) FILTER (outcome IN ('new', 'revised')) OVER ({turn.replace('n.', '')}, repeated DESC)"
        if again
        else "1"
    } AS revision
        FROM judged
        """


def _copy(
    cursor: duckdb.DuckDBPyConnection, rows: str, given: dict[str, Any], part: _Part, done: Comparison
) -> int:
    """Write rows in the order of the table to a file of ``done``."""
    path = done.folder / f"part-{len(done.files):04d}.parquet"
    columns = ", ".join(f.name for f in CONTENT)
    ((count,),) = cursor.execute(
        f"""COPY (
            SELECT series_id, valid_from, valid_to, {columns}, revision::INTEGER AS revision, source_row,
                {_month(part.months)} AS month
            FROM ({rows}) ORDER BY {_number_of_month(part.months)}, series_id, valid_from, valid_to, revision
        ) TO '{str(path).replace("'", "''")}' (FORMAT parquet, COMPRESSION lz4)""",
        given,
    ).fetchall()
    done.files.append(path)
    return int(count)


def _number_of_month(months: tuple[str, ...]) -> str:
    """What to sort by; numbers are sorted faster than texts."""
    return "month" if len(months) > _FEW else _cases(months, [str(number) for number in range(len(months))])


def _month(months: tuple[str, ...]) -> str:
    """The month of ``valid_from``; among few months comparisons cost less than the calendar."""
    if len(months) > _FEW:
        return f"strftime(valid_from AT TIME ZONE '{MONTH_ZONE}', '%Y-%m')"
    return _cases(months, [f"'{month}'" for month in months])


def _cases(months: tuple[str, ...], values: list[str]) -> str:
    cases = " ".join(
        f"WHEN valid_from < make_timestamptz({microseconds(month_bounds(month)[1])}) THEN {value}"
        for month, value in zip(months, values, strict=True)
    )
    return f"CASE {cases} END"


def _nothing() -> str:
    kinds = {
        pa.int64(): "BIGINT",
        pa.int32(): "INTEGER",
        pa.float64(): "DOUBLE",
        pa.string(): "VARCHAR",
        pa.bool_(): "BOOLEAN",
        pa.timestamp("us", "UTC"): "TIMESTAMPTZ",
    }
    columns = ", ".join(f"NULL::{kinds[item.type]} AS {item.name}" for item in OBSERVATIONS)
    return f"SELECT * FROM (SELECT {columns}) WHERE false"


_NOTHING = _nothing()
