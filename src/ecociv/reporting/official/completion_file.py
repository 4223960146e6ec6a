"""Comparing a completion table that somebody kept as a workbook with what is on record, cell by cell."""

from __future__ import annotations

import datetime as dt
import io
import re
from dataclasses import asdict, dataclass
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any, BinaryIO
from zipfile import BadZipFile

from openpyxl import load_workbook
from openpyxl.utils import get_column_letter
from openpyxl.utils.exceptions import InvalidFileException

from ecociv.core.text import Language, Text
from ecociv.reporting.official.kinds import KINDS
from ecociv.reporting.official.write import Options, compose_document
from ecociv.reporting.problems import ReportRefused
from ecociv.reporting.render.workbook import to_workbook

SHEETS: dict[str, Language] = {"指标完成情况表": "zh", "Indicator completion": "en"}
_MARK = re.compile(r"\s*\[(?:数|F)\d+\]")
_YEAR = re.compile(r"^(?:(\d{4})年实际完成值|Actual (\d{4}))")
MOST_ROWS = 2000


class TableUnreadable(ReportRefused):
    """The file is no workbook of the completion table."""


@dataclass(frozen=True)
class CellDifference:
    """A cell that says something else than the record; "" where there is none."""

    cell: str
    indicator: str
    column: str
    in_file: str
    on_record: str

    def to_json(self) -> dict[str, str]:
        """Plain JSON values."""
        return asdict(self)


@dataclass(frozen=True)
class _Sheet:
    language: Language
    year: int
    head: int
    columns: tuple[str, ...]
    rows: dict[tuple[str, int], tuple[int, tuple[str, ...]]]


def compare_completion(path: Path, zone: str, *, as_of: dt.datetime | None = None) -> list[CellDifference]:
    """Where the table in a file differs from the table that the record gives now, or gave at ``as_of``.

    Rows are found by the name of the indicator, so that a sorted table compares; numbers are compared as numbers.

    Raises
    ------
    TableUnreadable
        When there is no such table in the file.
    """
    with path.open("rb") as file:
        given = _read(file, path.name)
    document = compose_document(
        KINDS["completion"], zone, Options(year=given.year), as_of=as_of, language=given.language
    )
    kept = _read(io.BytesIO(to_workbook(document.as_report())), "record")
    found: list[CellDifference] = []
    for key, (number, cells) in given.rows.items():
        if key not in kept.rows:
            found.append(CellDifference(f"B{number}", key[0], given.columns[1], key[0], ""))
            continue
        for at, (one, two) in enumerate(zip(cells, kept.rows[key][1], strict=False)):
            if at >= 2 and not _same(one, two):
                place = f"{get_column_letter(at + 1)}{number}"
                found.append(CellDifference(place, key[0], given.columns[at], one, two))
    missing = [key for key in kept.rows if key not in given.rows]
    return found + [CellDifference("", name, given.columns[1], "", name) for name, _ in missing]


def _read(file: BinaryIO, name: str) -> _Sheet:
    try:
        book = load_workbook(file, read_only=True, data_only=True)
    except (InvalidFileException, BadZipFile, OSError, KeyError, ValueError) as error:
        raise _unreadable(name) from error
    try:
        sheet = next((each for each in SHEETS if each in book.sheetnames), None)
        lines = [] if sheet is None else list(book[sheet].iter_rows(max_row=MOST_ROWS, values_only=True))
    finally:
        book.close()
    for number, line in enumerate(lines, start=1):
        columns = tuple(_text(cell) for cell in line)
        year = next((found for each in columns if (found := _YEAR.match(each))), None)
        if sheet is not None and year is not None and len(columns) >= 10:
            rows = _rows(lines[number:], number + 1)
            return _Sheet(SHEETS[sheet], int(year[1] or year[2]), number, columns, rows)
    raise _unreadable(name)


def _rows(lines: list[tuple[Any, ...]], first: int) -> dict[tuple[str, int], tuple[int, tuple[str, ...]]]:
    """Rows by the name of the indicator and how often it came before; group headings and notes have no name."""
    found: dict[tuple[str, int], tuple[int, tuple[str, ...]]] = {}
    counts: dict[str, int] = {}
    for number, line in enumerate(lines, start=first):
        cells = tuple(_text(cell) for cell in line)
        if len(cells) > 1 and cells[1]:
            counts[cells[1]] = counts.get(cells[1], 0) + 1
            found[cells[1], counts[cells[1]]] = (number, cells)
    return found


def _text(cell: Any) -> str:
    return "" if cell is None else _MARK.sub("", str(cell)).strip()


def _same(one: str, two: str) -> bool:
    if one == two:
        return True
    try:
        return Decimal(one) == Decimal(two)
    except InvalidOperation:
        return False


def _unreadable(name: str) -> TableUnreadable:
    return TableUnreadable(
        Text(
            zh=f"“{name}”里没有“指标完成情况表”：请给出 ecociv document completion … --out 表.xlsx 写出的文件。",
            en=f"{name!r} holds no table of completion: give a file written by `ecociv document completion … --out table.xlsx`.",
        )
    )
