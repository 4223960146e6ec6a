"""A zone package as a workbook that an office can read, edit and send back."""

from __future__ import annotations

import datetime as dt
import io
import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from ecociv.core.digests import digest_of_json
from ecociv.core.text import Text
from ecociv.plan.exchange.rows import ItemKind
from ecociv.plan.exchange.workbook_cells import number_text
from ecociv.plan.exchange.workbook_columns import (
    Column,
    duty_columns,
    indicator_columns,
    rest_column,
    rest_of,
)
from ecociv.plan.exchange.workbook_shape import (
    ABOUT_SHEET,
    BASE_SHEET,
    CHOICES_SHEET,
    DIGEST_LABEL,
    FORMAT,
    FORMAT_LABEL,
    SHEETS,
    ZONE_LABEL,
    choices_of,
    surroundings,
    years_of,
)
from ecociv.plan.package import ZonePackage
from ecociv.plan.package.load import payload

_HEADING = PatternFill("solid", fgColor="1F5F4A")
_KEY = PatternFill("solid", fgColor="F1F3F2")
_THIN = Side(style="thin", color="D5DAD8")
_BORDER = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_CHUNK = 30_000
_MARGIN = 200

_HOW_TO = (
    Text(
        zh="在三张表中直接修改单元格，保存后用“ecociv plan diff 文件 --zone {zone}”查看差异；确认后才会生效，导入从不只改一半。",
        en="Edit cells in the three sheets, save, and see the differences with: ecociv plan diff FILE --zone {zone}. Nothing takes effect until it is confirmed, and never by half.",
    ),
    Text(
        zh="灰色列用来认行，请勿修改；行的顺序、列的顺序可以调整。删去一行不会删除该项。",
        en="Grey columns identify rows and must stay as they are; rows and columns may be moved. Leaving out a row does not delete the item.",
    ),
    Text(
        zh="同一指标有多个分项时，指标本身的内容写在第一个分项那一行。",
        en="Where an indicator has several parts, what concerns the indicator as a whole stands in the row of its first part.",
    ),
    Text(
        zh="以 json: 开头的单元格是程序写入的原值，请勿修改。公式请先粘贴为数值。",
        en="Cells that begin with json: hold exact values and must stay as they are. Paste formulas as values first.",
    ),
)


def export_workbook(package: ZonePackage, *, exported_on: dt.date | None = None) -> bytes:
    """The workbook of a zone package, as bytes.

    Parameters
    ----------
    package : ZonePackage
        What is exported. Its digest and every item as exported go with it, so that an import can tell what was
        edited from what has changed in the plan since.
    exported_on : date, optional
        Printed in the sheet 说明.
    """
    book = Workbook()
    about = book.active
    assert isinstance(about, Worksheet)
    about.title = ABOUT_SHEET
    items: dict[ItemKind, list[dict[str, Any]]] = {
        "indicator": [payload(item) for item in package.indicators],
        "task": [payload(item) for item in package.tasks],
        "project": [payload(item) for item in package.projects],
    }
    choices = choices_of(package)
    columns: dict[ItemKind, list[Column]] = {
        "indicator": indicator_columns(
            (int(year) for year in years_of(items["indicator"])), package.zone.base_year
        ),
        "task": duty_columns("task"),
        "project": duty_columns("project"),
    }
    for kind, title in SHEETS.items():
        _write_sheet(book.create_sheet(title), kind, columns[kind], items[kind], choices)
    _write_choices(book, columns, choices)
    _write_base(book.create_sheet(BASE_SHEET), package, items)
    _write_about(about, package, columns, exported_on)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def write_workbook(package: ZonePackage, path: Path | str, *, exported_on: dt.date | None = None) -> None:
    """As `export_workbook`, into a file."""
    Path(path).write_bytes(export_workbook(package, exported_on=exported_on))


def _write_sheet(
    sheet: Worksheet,
    kind: ItemKind,
    columns: list[Column],
    items: Sequence[Mapping[str, Any]],
    choices: Mapping[str, Mapping[str, str]],
) -> None:
    rests = [_json(rest_of(item, columns)) for item in items]
    series_rests = {
        (item["number"], series["key"]): _json(rest_of(item, columns, series["key"]))
        for item in items
        for series in item.get("series", ())
    }
    if any(rests):
        columns.append(rest_column())
    if any(series_rests.values()):
        columns.append(rest_column(of_series=True))
    for position, column in enumerate(columns, start=1):
        cell = sheet.cell(1, position, column.heading)
        cell.font = Font(bold=True, color="FFFFFF")
        cell.fill = _HEADING
        cell.alignment = Alignment(wrap_text=True, vertical="center", horizontal="center")
        cell.border = _BORDER
        sheet.column_dimensions[get_column_letter(position)].width = column.width
    row = 1
    for item, rest in zip(items, rests, strict=True):
        around = surroundings(choices, item)
        for order, series in enumerate(item.get("series", ()) or (None,)):
            row += 1
            key = series["key"] if series is not None else None
            for position, column in enumerate(columns, start=1):
                if column.path[-1] == "*":
                    words = (
                        series_rests.get((item["number"], str(key)), "")
                        if column.of_series
                        else rest
                        if order == 0
                        else ""
                    )
                elif order > 0 and not column.of_series and column.path != ("number",):
                    words = ""
                else:
                    words = column.write(item, around, key)
                _write_cell(sheet, row, position, column, words)
    sheet.row_dimensions[1].height = 32
    sheet.freeze_panes = "E2" if kind != "project" else "D2"
    sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{row}"
    sheet.print_title_rows = "1:1"
    sheet.page_setup.orientation = "landscape"
    sheet.page_setup.paperSize = sheet.PAPERSIZE_A3
    sheet.page_setup.fitToHeight = 0
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _write_cell(sheet: Worksheet, row: int, position: int, column: Column, words: str) -> None:
    cell = sheet.cell(row, position)
    cell.alignment = Alignment(wrap_text=True, vertical="top")
    cell.border = _BORDER
    if column.key or column.path[-1] == "*":
        cell.fill = _KEY
    if column.codec.name in ("date", "text", "names") or column.codec.name.startswith("choice"):
        # The text format keeps Excel from turning 2016-06 into a day when the cell is edited.
        cell.number_format = "@"
    if not words:
        return
    number = _as_number(words) if column.codec.numeric else None
    if number is not None:
        cell.value = number
        return
    cell.value = words
    # Words that begin with = are words, not a formula.
    cell.data_type = "s"


def _as_number(words: str) -> int | float | None:
    """The number that a cell may hold; Excel keeps fifteen digits, so that longer ones stay words."""
    if sum(sign.isdigit() for sign in words) > 15:
        return None
    try:
        number: int | float = int(words) if words.lstrip("-").isdigit() else float(words)
        return number if number_text(number) == words else None
    except (ValueError, OverflowError, ArithmeticError):
        return None


def _json(value: Mapping[str, Any]) -> str:
    return json.dumps(value, ensure_ascii=True) if value else ""


def _write_choices(
    book: Workbook, columns: Mapping[ItemKind, Sequence[Column]], choices: Mapping[str, Mapping[str, str]]
) -> None:
    """Lists for the drop-downs; another value only warns, since the reader explains it better."""
    sheet = book.create_sheet(CHOICES_SHEET)
    sheet.sheet_state = "hidden"
    lists = {name: dict(labels) for name, labels in choices.items() if labels} | {
        "yes-no": {"是": "yes", "否": "no"}
    }
    ranges: dict[str, str] = {}
    for order, (name, labels) in enumerate(lists.items()):
        # Label and key side by side: a workbook is then complete in itself, for a system that does not have the plan.
        position = 2 * order + 1
        sheet.cell(1, position, name)
        for row, (label, key) in enumerate(labels.items(), start=2):
            for at, words in ((position, label), (position + 1, key)):
                cell = sheet.cell(row, at, words)
                cell.data_type = "s"
        letter = get_column_letter(position)
        ranges[name] = f"'{CHOICES_SHEET}'!${letter}$2:${letter}${len(labels) + 1}"
    for kind, title in SHEETS.items():
        for position, column in enumerate(columns[kind], start=1):
            name = column.codec.name.removeprefix("choice:")
            if name in ranges:
                validation = DataValidation(
                    "list", formula1=ranges[name], allow_blank=True, errorStyle="warning"
                )
                target = book[title]
                letter = get_column_letter(position)
                validation.add(f"{letter}2:{letter}{target.max_row + _MARGIN}")
                target.add_data_validation(validation)


def _write_base(
    sheet: Worksheet, package: ZonePackage, items: Mapping[ItemKind, Sequence[Mapping[str, Any]]]
) -> None:
    sheet.sheet_state = "veryHidden"
    sheet.append([FORMAT, package.zone.key, package.digest])
    for kind, payloads in items.items():
        for item in payloads:
            # ASCII only: a workbook escapes or refuses some characters.
            text = json.dumps(item, ensure_ascii=True)
            chunks = [text[at : at + _CHUNK] for at in range(0, len(text), _CHUNK)]
            sheet.append([kind, item["number"], digest_of_json(item), *chunks])


def _write_about(
    sheet: Worksheet,
    package: ZonePackage,
    columns: Mapping[ItemKind, Sequence[Column]],
    exported_on: dt.date | None,
) -> None:
    sheet.column_dimensions["A"].width = 24
    sheet.column_dimensions["B"].width = 26
    sheet.column_dimensions["C"].width = 26
    sheet.column_dimensions["D"].width = 60
    sheet.column_dimensions["E"].width = 60
    title = package.zone.title
    sheet.append([title.zh])
    sheet.append([title.en])
    sheet["A1"].font = Font(bold=True, size=14)
    sheet.append([ZONE_LABEL, package.zone.key])
    sheet.append([DIGEST_LABEL, package.digest])
    sheet.append([FORMAT_LABEL, FORMAT])
    if exported_on is not None:
        sheet.append(["导出日期 Exported on", exported_on.isoformat()])
    sheet.append([])
    for text in _HOW_TO:
        told = text.fill(zone=package.zone.key)
        sheet.append([told.zh])
        sheet.append([told.en])
    sheet.append([])
    sheet.append(["工作表 Sheet", "列 Column", "Column", "说明", "What it holds"])
    for cell in sheet[sheet.max_row]:
        cell.font = Font(bold=True)
    for kind, listed in columns.items():
        for column in listed:
            sheet.append([SHEETS[kind], column.heading, column.heading_en, column.about.zh, column.about.en])
            for cell in sheet[sheet.max_row][3:]:
                cell.alignment = Alignment(wrap_text=True, vertical="top")
