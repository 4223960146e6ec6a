"""One sheet of an Excel workbook (.xlsx) as records: cells as text, rows numbered as Excel shows them.

Dates become text in the format that the mapping declares for its date column; text stays as it is. Numbers are written
as Excel keeps them, whole numbers without a decimal point. What holds no plain content is reported with its cell:
merged cells, and formulas whose result is not in the file (or is an error).
"""

from __future__ import annotations

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from xml.etree.ElementTree import ParseError, iterparse

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook

from ecociv.core.text import Text
from ecociv.evidence.mapping import Mapping
from ecociv.evidence.records import FileRefused, Record

_OLD, _ZIP = b"\xd0\xcf\x11\xe0", b"PK\x03\x04"
LARGEST = 200 * 1024 * 1024
"""Bytes of an unpacked workbook at most: a small file can unpack into one that no machine holds."""

_MAIN = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_LINKS = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"


def sheet_records(path: Path, mapping: Mapping) -> Iterator[Record]:
    """The header and the rows below it that are not empty.

    Raises
    ------
    FileRefused
        When the file is no .xlsx workbook, is locked, or has no such sheet.
    """
    _check_kind(path)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        name = _sheet_name(workbook.sheet_names, mapping)
        sheet = workbook.get_sheet_by_name(name)
        faulty = _faulty_cells(path, name)
        return _rows(sheet, mapping, faulty)
    except (CalamineError, zipfile.BadZipFile, ParseError, KeyError, OSError, ValueError) as error:
        if isinstance(error, FileRefused):
            raise
        raise FileRefused(
            "workbook-broken",
            Text(
                zh=f"工作簿打不开（{error}），可能设了密码或没有传完。请去掉密码或重新取得文件。",
                en=f"The workbook cannot be opened ({error}); it may have a password, or part of it was lost on the way. "
                "Take the password off, or get it again.",
            ),
        ) from error


def _check_kind(path: Path) -> None:
    with path.open("rb") as file:
        begin = file.read(8)
    if begin.startswith(_OLD):
        raise FileRefused(
            "workbook-old",
            Text(
                zh="这是旧格式(.xls)或加了密码的工作簿。请在Excel中去掉密码，另存为“Excel工作簿(.xlsx)”。",
                en="This is a workbook of the old format (.xls), or one with a password. Take the password off and save "
                "it as Excel workbook (.xlsx).",
            ),
        )
    if not begin.startswith(_ZIP):
        raise FileRefused(
            "workbook-not",
            Text(
                zh=f"{path.name} 不是Excel工作簿(.xlsx)，像是改了名的文本文件。请在Excel中打开后另存为.xlsx，"
                "或用读取分隔文本的映射。",
                en=f"{path.name} is no Excel workbook (.xlsx); it looks like a text file that was renamed. Open it in "
                "Excel and save it as .xlsx, or load it through a mapping that reads delimited text.",
            ),
        )
    with zipfile.ZipFile(path) if zipfile.is_zipfile(path) else _broken() as packed:
        if sum(item.file_size for item in packed.infolist()) > LARGEST:
            raise FileRefused(
                "workbook-large",
                Text(
                    zh=f"工作簿解包后超过{LARGEST // 1_048_576}兆字节。请拆分，或改用CSV。",
                    en=f"The workbook unpacks to more than {LARGEST // 1_048_576} megabytes. Split it, or use CSV.",
                ),
            )


def _broken() -> zipfile.ZipFile:
    raise FileRefused(
        "workbook-broken",
        Text(zh="工作簿不完整，请重新取得文件。", en="The workbook is not complete; get it again."),
    )


def _sheet_name(names: list[str], mapping: Mapping) -> str:
    wanted = mapping.file.sheet
    if wanted is None and len(names) == 1:
        return names[0]
    if wanted in names:
        return str(wanted)
    listed = "、".join(names), ", ".join(names)
    if wanted is None:
        raise FileRefused(
            "sheet",
            Text(
                zh=f"工作簿有多个工作表（{listed[0]}）。请在映射 file.sheet 中写明读哪一个。",
                en=f"The workbook has several sheets ({listed[1]}). Say which one under file.sheet of the mapping.",
            ),
        )
    raise FileRefused(
        "sheet",
        Text(
            zh=f"工作簿没有名为“{wanted}”的工作表，只有：{listed[0]}。请改表名，或修改映射 file.sheet。",
            en=f"The workbook has no sheet {wanted!r}; it has: {listed[1]}. Rename the sheet, or change file.sheet of the "
            "mapping.",
        ),
    )


def _rows(
    sheet: CalamineSheet, mapping: Mapping, faulty: dict[tuple[int, int], tuple[str, str]]
) -> Iterator[Record]:
    merged: dict[tuple[int, int], str] = {}
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or []:
        name = f"{_cell(top, left)}:{_cell(bottom, right)}"
        for row in range(top, min(bottom, top + 100_000) + 1):
            for column in range(left, min(right, left + 500) + 1):
                merged[row, column] = name
    date_format, width = mapping.time.date.format, 0
    for index, values in enumerate(sheet.to_python(skip_empty_area=False)):
        number = index + 1
        if number < mapping.file.header_row:
            continue
        cells = [_text(value, date_format) for value in values]
        if number == mapping.file.header_row:
            while cells and not cells[-1].strip():
                cells.pop()
            width = len(cells)
            yield Record(number, cells)
            continue
        beyond = any(cell.strip() for cell in cells[width:])
        cells = cells if beyond else cells[:width] + [""] * (width - len(cells))
        faults = []
        for column in range(len(cells)):
            where = (index, column)
            if where in faulty:
                faults.append((column, *faulty[where]))
            elif where in merged:
                faults.append((column, "cell-merged", merged[where]))
        if faults or any(cell.strip() for cell in cells):
            yield Record(number, cells, tuple(faults))


def _text(value: Any, date_format: str) -> str:
    """A cell as text: a date in the declared format, a number as shortly as it can be written exactly."""
    if isinstance(value, bool):
        return "TRUE" if value else "FALSE"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, datetime | date):
        return value.strftime(date_format)
    if isinstance(value, time | timedelta):
        return str(value)
    return str(value)


def _cell(row: int, column: int) -> str:
    """Name of a cell, as Excel writes it.

    >>> _cell(0, 0), _cell(9, 27)
    ('A1', 'AB10')
    """
    letters, column = "", column + 1
    while column:
        column, rest = divmod(column - 1, 26)
        letters = chr(65 + rest) + letters
    return f"{letters}{row + 1}"


def _faulty_cells(path: Path, sheet: str) -> dict[tuple[int, int], tuple[str, str]]:
    """Cells that hold an error, or a formula whose result was never stored (as programs other than Excel leave them):
    the code of the fault, and the cell's name with what it shows."""
    found: dict[tuple[int, int], tuple[str, str]] = {}
    with zipfile.ZipFile(path) as packed, packed.open(_part_of(packed, sheet)) as part:
        for _, element in iterparse(part):
            if element.tag == f"{_MAIN}c":
                name, value = element.get("r", "A1"), element.find(f"{_MAIN}v")
                shown = (value.text or "") if value is not None else ""
                if element.get("t") == "e":
                    found[_position(name)] = "formula-error", f"{name} {shown}"
                elif element.find(f"{_MAIN}f") is not None and not shown and element.get("t") != "str":
                    found[_position(name)] = "formula-without-result", name
            elif element.tag == f"{_MAIN}row":
                element.clear()
    return found


def _part_of(packed: zipfile.ZipFile, sheet: str) -> str:
    """The part of the package that holds a sheet."""
    with packed.open("xl/workbook.xml") as part:
        link = next(
            e.get(f"{_LINKS}id")
            for _, e in iterparse(part)
            if e.tag == f"{_MAIN}sheet" and e.get("name") == sheet
        )
    with packed.open("xl/_rels/workbook.xml.rels") as part:
        target = next(e.get("Target", "") for _, e in iterparse(part) if e.get("Id") == link)
    return target.lstrip("/") if target.startswith("/") else f"xl/{target}"


def _position(name: str) -> tuple[int, int]:
    letters = name.rstrip("0123456789")
    column = 0
    for letter in letters:
        column = column * 26 + ord(letter) - 64
    return int(name[len(letters) :]) - 1, column - 1
