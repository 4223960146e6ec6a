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
import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from ecociv.evidence.schema import CONTENT, MONTH_ZONE, OBSERVATIONS, SAME_STATEMENT
from ecociv.evidence.store.duck import connection
from ecociv.evidence.store.listing import Listing
from ecociv.evidence.store.moments import instant, microseconds, month_bounds, month_of, months_between
from ecociv.evidence.store.scratch import scratch_folder

AT_A_TIME = 4_000_000
"""Staged rows that are compared and sorted together; a larger batch is taken month by month."""

IN_MEMORY = 250_000
"""Rows that stay in memory between being compared and being written; more are kept in a file, or sorted when wanted."""

_BATCH = 65_536
_FEW = 24
_STATEMENT = ", ".join(f"{name} := {{0}}.{name}" for name in SAME_STATEMENT)
_PERIOD = ("series_id", "valid_from", "valid_to")


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
    """What a batch comes to, with the rows to be written until it is closed: in memory, in files of a folder of its
    own, or, where there is nothing to compare with, as a question to the staged file that sorts it when wanted."""

    new: int = 0
    unchanged: int = 0
    revised: int = 0
    parts: list[pa.Table | Path | Sorted] = field(default_factory=list)
    _folder: Path | None = None

    def __enter__(self) -> Comparison:
        return self

    def __exit__(self, *_: object) -> None:
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)

    def new_file(self) -> Path:
        """A name for another file of the folder."""
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="batch-", dir=scratch_folder()))
        return self._folder / f"part-{len(self.parts):04d}.parquet"

    def rows(self, stamp: Stamp) -> Iterator[pa.RecordBatch]:
        """The new and the revised rows as they go to the table, by month, series, period and revision.

        Texts that are the same for all rows are encoded by a dictionary of one entry: writing and digesting them costs
        next to nothing then.
        """
        same_for_all = {
            "recorded_at": pa.scalar(microseconds(stamp.recorded_at), OBSERVATIONS.field("recorded_at").type),
            "source": pa.scalar(stamp.source),
            "load_key": pa.scalar(stamp.load_key),
            "batch": pa.scalar(stamp.batch),
            "sample": pa.scalar(stamp.sample),
        }
        for part in self.parts:
            for batch in _batches_of(part):
                columns = [
                    _repeated(same_for_all[item.name], batch.num_rows)
                    if item.name in same_for_all
                    else batch.column(item.name).cast(item.type)
                    for item in OBSERVATIONS
                ]
                yield pa.RecordBatch.from_arrays(columns, names=OBSERVATIONS.names)


@dataclass(frozen=True, slots=True)
class Sorted:
    """A question to the staged file, whose answer is in the order of the table."""

    sql: str
    given: dict[str, Any]


def _repeated(value: pa.Scalar, times: int) -> pa.Array:
    if not pa.types.is_string(value.type):
        return pa.repeat(value, times)
    return pa.DictionaryArray.from_arrays(
        pa.repeat(pa.scalar(0, pa.int8()), times), pa.array([value.as_py()])
    )


def _batches_of(part: pa.Table | Path | Sorted, columns: list[str] | None = None) -> Iterator[pa.RecordBatch]:
    if isinstance(part, pa.Table):
        yield from (part if columns is None else part.select(columns)).to_batches(_BATCH)
    elif isinstance(part, Path):
        with pq.ParquetFile(part) as file:
            yield from file.iter_batches(_BATCH, columns=columns)
    else:
        with connection() as cursor:
            yield from cursor.sql(part.sql, params=part.given).to_arrow_reader(_BATCH)


@dataclass(frozen=True, slots=True)
class _Part:
    """Months that are compared in one go, as instants [start, end)."""

    start: int
    end: int
    months: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class _Question:
    """The staged rows as the database of this process sees them."""

    cursor: duckdb.DuckDBPyConnection
    source: str
    given: dict[str, Any]
    lasting: bool
    """Whether the source is there for another cursor too."""


def compare(
    staged: Path | pa.Table, load_key: str, *, loaded_before: bool, listing: Listing | None
) -> Comparison:
    """See :meth:`ecociv.evidence.store.table.EvidenceStore.compare`; ``listing`` has the table's files."""
    done = Comparison()
    try:
        with connection() as cursor:
            if isinstance(staged, pa.Table):
                cursor.register("staged_rows", staged)
                asked = _Question(cursor, "staged_rows", {}, lasting=False)
            else:
                asked = _Question(cursor, "read_parquet($staged)", {"staged": str(staged)}, lasting=True)
            rising = _rises(staged)
            for part in _parts(asked):
                _compare_part(asked, rising, load_key, loaded_before, part, listing, done)
    except BaseException:
        done.__exit__()
        raise
    return done


def _parts(asked: _Question) -> list[_Part]:
    ((low, high, rows),) = asked.cursor.execute(
        f"SELECT epoch_us(min(valid_from)), epoch_us(max(valid_from)), count(*) FROM {asked.source}",
        asked.given,
    ).fetchall()
    if not rows:
        return []
    months = months_between(month_of(instant(low)), month_of(instant(high)))
    if rows <= AT_A_TIME:
        return [_part(months)]
    # Counting by days needs no calendar and is exact enough to share the work out.
    days = dict(
        asked.cursor.execute(
            f"SELECT epoch_us(valid_from) // 86400000000, count(*) FROM {asked.source} GROUP BY 1",
            asked.given,
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
    asked: _Question,
    rising: bool,
    load_key: str,
    loaded_before: bool,
    part: _Part,
    listing: Listing | None,
    done: Comparison,
) -> None:
    cursor = asked.cursor
    given: dict[str, Any] = {**asked.given, "start": part.start, "end": part.end}
    within = "valid_from >= make_timestamptz($start) AND valid_from < make_timestamptz($end)"
    batch = f"SELECT * FROM {asked.source} WHERE {within}"
    ((count, first, last, lowest, highest),) = cursor.execute(
        f"SELECT count(*), epoch_us(min(valid_from)), epoch_us(max(valid_from)), min(series_id), max(series_id) "
        f"FROM ({batch})",
        given,
    ).fetchall()
    if not count:
        return
    # Only files that can hold one of these series in the stretch of time of the batch are looked into.
    files = (
        [file.path for file in listing.choose(instant(first), instant(last + 1), None, (lowest, highest))]
        if listing is not None
        else []
    )
    again = not rising and _speaks_again(asked, batch, given, count)
    if not files and not again:
        ordered = _in_order(f"SELECT *, 1 AS revision FROM ({batch})", part)
        if asked.lasting:
            done.parts.append(Sorted(ordered, given))
        else:
            done.parts.append(cursor.sql(ordered, params=given).to_arrow_table())
        done.new += count
        return
    given |= {"load_key": load_key, "loaded_before": loaded_before}
    if files:
        given["files"] = files
    cursor.execute(f"CREATE OR REPLACE TEMP TABLE compared AS {_compared(batch, bool(files), again)}", given)
    counts = dict(cursor.execute("SELECT outcome, count(*) FROM compared GROUP BY outcome").fetchall())
    done.new += counts.get("new", 0)
    done.revised += counts.get("revised", 0)
    done.unchanged += counts.get("unchanged", 0) + counts.get("known", 0)
    changes = counts.get("new", 0) + counts.get("revised", 0)
    ordered = _in_order("SELECT * FROM compared WHERE outcome IN ('new', 'revised')", part)
    if 0 < changes <= IN_MEMORY:
        done.parts.append(cursor.sql(ordered).to_arrow_table())
    elif changes:
        path = done.new_file()
        target = str(path).replace("'", "''")
        cursor.execute(f"COPY ({ordered}) TO '{target}' (FORMAT parquet, COMPRESSION lz4)")
        done.parts.append(path)
    cursor.execute("DROP TABLE compared")


def _speaks_again(asked: _Question, batch: str, given: dict[str, Any], count: int) -> bool:
    """Whether some period is spoken of more than once.

    Digests of the periods are counted; should two periods ever have the same digest, the batch only takes the longer way.
    """
    ((different,),) = asked.cursor.execute(
        f"SELECT count(DISTINCT hash({', '.join(_PERIOD)})) FROM ({batch})", given
    ).fetchall()
    return bool(different < count)


def _rises(staged: Path | pa.Table) -> bool:
    """Whether periods rise from row to row, by time and series or by series and time: then no two are the same.

    Files come in some order, mostly one of these; one look through two columns then is enough.
    """
    names = ["valid_from", "series_id"]
    by_time = by_series = True
    last: tuple[int, int] | None = None
    for batch in _batches_of(staged, names):
        at, series = (batch.column(name).cast(pa.int64()).to_numpy(zero_copy_only=False) for name in names)
        if not len(at):
            continue
        if last is not None:
            at, series = np.r_[last[0], at], np.r_[last[1], series]
        later, higher = at[1:] > at[:-1], series[1:] > series[:-1]
        by_time = by_time and bool(np.all(later | ((at[1:] == at[:-1]) & higher)))
        by_series = by_series and bool(np.all(higher | ((series[1:] == series[:-1]) & later)))
        if not (by_time or by_series):
            return False
        last = int(at[-1]), int(series[-1])
    return True


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


def _in_order(rows: str, part: _Part) -> str:
    """Rows in the order of the table, with their months."""
    columns = ", ".join(f.name for f in CONTENT)
    return f"""
        SELECT series_id, valid_from, valid_to, {columns}, revision::INTEGER AS revision, source_row,
            {_month(part.months)} AS month
        FROM ({rows}) ORDER BY {_number_of_month(part.months)}, series_id, valid_from, valid_to, revision
        """


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
