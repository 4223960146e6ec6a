"""A file read through its mapping into a temporary Parquet file, before anything is decided or written."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from ecociv.core.text import Text
from ecociv.evidence.documents import digest_of_file
from ecociv.evidence.issues import Issue, Severity, issue
from ecociv.evidence.mapping import Mapping
from ecociv.evidence.parsing import parse
from ecociv.evidence.reading import FileRefused, open_records
from ecociv.evidence.report import ImportReport
from ecociv.evidence.schema import CONTENT, STAGED
from ecociv.evidence.store import connection

Progress = Callable[[int, str], None]
"""Called with the rows read so far and the stage: "reading", "comparing" or "writing"."""


@dataclass(frozen=True, slots=True)
class Staged:
    """Observations of a file, one statement a period, with the report so far and the series that occur."""

    observations: Path
    series: frozenset[tuple[str, str]]
    report: ImportReport


def stage(path: Path, mapping: Mapping, folder: Path, *, zone: str, sample: bool, tell: Progress) -> Staged:
    """Read ``path`` chunk by chunk into ``folder``; memory holds one chunk at a time.

    Raises
    ------
    FileRefused
        When the file cannot be used as a whole.
    """
    columns, records = open_records(path, mapping)
    report = ImportReport(path.name, digest_of_file(path), mapping.key, zone, sample, caveats=mapping.caveats)
    read, clean, series = folder / "read.parquet", folder / "clean.parquet", set[tuple[str, str]]()
    with pq.ParquetWriter(read, STAGED) as writer:
        for chunk in parse(records, columns, mapping, sample=sample):
            report.rows_read += chunk.rows
            report.rows_rejected += chunk.rejected_rows
            for name, count in chunk.skipped.items():
                report.rows_skipped[name] = report.rows_skipped.get(name, 0) + count
            report.values_flagged += sum(item.severity is Severity.FLAGGED for item in chunk.issues)
            report.add(chunk.issues)
            series |= chunk.series
            if chunk.observations.num_rows:
                writer.write_table(chunk.observations)
            tell(report.rows_read, "reading")
    observations, repeated = _keep_first_statements(read, clean)
    report.rows_repeated = sum(item.severity is Severity.REPEATED for item in repeated)
    report.rows_rejected += len(repeated) - report.rows_repeated
    report.add(repeated)
    left_out = report.rows_rejected + report.rows_repeated + sum(report.rows_skipped.values())
    report.rows_taken = report.rows_read - left_out
    _refuse_useless(mapping, report)
    return Staged(observations, frozenset(series), report)


def _keep_first_statements(read: Path, clean: Path) -> tuple[Path, list[Issue]]:
    """The file with the first statement on each period, and the rows that repeat or contradict one.

    Most files speak of each period once: then what was read is that file. Digests of the periods tell; should two
    periods ever have the same digest, the longer way is taken for nothing.
    """
    file = {"read": str(read)}
    with connection() as database:
        ((rows, different),) = database.execute(
            "SELECT count(*), count(DISTINCT hash(series_id, valid_from, valid_to)) FROM read_parquet($read)",
            file,
        ).fetchall()
        if rows == different:
            return read, []
        return clean, _repeated(database, read, clean)


def _repeated(database: duckdb.DuckDBPyConnection, read: Path, clean: Path) -> list[Issue]:
    same = " AND ".join(f"r.{field.name} IS NOT DISTINCT FROM f.{field.name}" for field in CONTENT)
    database.execute(
        """CREATE OR REPLACE TEMP TABLE ranked AS SELECT *, row_number() OVER (
            PARTITION BY series_id, valid_from, valid_to ORDER BY source_row) AS turn FROM read_parquet(?)""",
        [str(read)],
    )
    again = database.execute(
        f"""SELECT r.source_row, min(f.source_row), bool_and({same}), arg_min(r.value, r.series_id)
            FROM ranked r JOIN ranked f USING (series_id, valid_from, valid_to)
            WHERE r.turn > 1 AND f.turn = 1 GROUP BY r.source_row ORDER BY r.source_row"""
    ).fetchall()
    database.execute(
        f"""COPY (
            SELECT {", ".join(STAGED.names)} FROM ranked
            WHERE source_row NOT IN (SELECT source_row FROM ranked WHERE turn > 1)
        ) TO '{str(clean).replace("'", "''")}' (FORMAT parquet)"""
    )
    database.execute("DROP TABLE ranked")
    return [
        issue(
            "repeated-in-file" if equal else "conflict-in-file",
            row=row,
            field="",
            found="" if value is None else f"{value:g}",
            first=first,
        )
        for row, first, equal, value in again
    ]


def _refuse_useless(mapping: Mapping, report: ImportReport) -> None:
    if report.rows_read == 0:
        raise FileRefused(
            "empty", Text(zh="文件只有表头，没有数据。", en="The file has a header and no rows.")
        )
    if report.rows_taken == 0:
        first = next((item for item in report.issues if item.severity is Severity.REJECTED), None)
        zh = f"首个问题：第 {first.row} 行 {first.field} “{first.found}”，{first.rule.zh}。" if first else ""
        en = f" First: row {first.row}, {first.field} {first.found!r}: {first.rule.en}." if first else ""
        raise FileRefused(
            "nothing-usable",
            Text(
                zh=f"{report.rows_read} 行中没有一行可用，文件整体退回。{zh}",
                en=f"Not one of {report.rows_read} rows can be used; the file is refused whole.{en}",
            ),
        )
    if mapping.on_rejected_rows == "refuse-file" and report.rows_rejected:
        raise FileRefused(
            "all-or-nothing",
            Text(
                zh=f"映射 {mapping.key} 要求整件采用；有 {report.rows_rejected} 行被退回，故全部未采用。请改正后重交。",
                en=f"Mapping {mapping.key} takes all or nothing; {report.rows_rejected} rows are rejected, so nothing "
                "was taken. Correct them and send the file again.",
            ),
        )
