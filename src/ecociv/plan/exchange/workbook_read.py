"""The sheets of a plan workbook as rows of raw cells, whatever the order of sheets, rows and columns."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import openpyxl
from openpyxl.utils import get_column_letter

from ecociv.core.digests import digest_of_json
from ecociv.core.text import Text
from ecociv.plan.exchange.characters import fold, fold_name
from ecociv.plan.exchange.container import DAMAGE
from ecociv.plan.exchange.rows import ItemKind, Problem
from ecociv.plan.exchange.workbook_cells import RawCell
from ecociv.plan.exchange.workbook_columns import Column, duty_columns, indicator_columns, rest_column
from ecociv.plan.exchange.workbook_shape import BASE_SHEET, CHOICES_SHEET, FORMAT, SHEETS

MOST_ROWS = 20_000
MOST_COLUMNS = 200
_HEADING_ROWS = 10
_EMPTY = RawCell(None, "")


@dataclass(frozen=True)
class SheetRow:
    """One row: its number in Excel and the cells of the known columns, by field."""

    row: int
    cells: Mapping[str, RawCell]

    def cell(self, column: Column) -> RawCell:
        """The cell of a column; an empty one where the sheet lacks it."""
        return self.cells.get(column_id(column), _EMPTY)


@dataclass
class SheetTable:
    """One of the three sheets."""

    kind: ItemKind
    title: str
    columns: list[Column]
    letters: dict[str, str]
    rows: list[SheetRow]


@dataclass
class Base:
    """What the workbook was exported from: the plan's digest and every item as it was."""

    zone: str
    digest: str
    items: dict[ItemKind, dict[int, dict[str, Any]]]


@dataclass
class WorkbookContent:
    """All that a workbook holds."""

    tables: dict[ItemKind, SheetTable] = field(default_factory=dict)
    choices: dict[str, dict[str, str]] = field(default_factory=dict)
    base: Base | None = None
    problems: list[Problem] = field(default_factory=list)


def column_id(column: Column) -> str:
    """A name for a column that is unique in its sheet."""
    return ".".join(column.path)


def read_workbook(data: bytes) -> WorkbookContent:
    """Read a workbook given as bytes. What is wrong with it is in ``problems``; nothing is raised."""
    content = WorkbookContent()
    try:
        # Streaming mode: memory stays small however long a sheet is. Formulas are kept, to be refused.
        book = openpyxl.load_workbook(io.BytesIO(data), read_only=True, data_only=False)
    except DAMAGE as error:
        content.problems.append(
            Problem(
                "damaged-workbook",
                Text(
                    zh=f"工作簿已损坏，无法读取({error})",
                    en=f"The workbook is damaged and cannot be read ({error})",
                ),
                Text(
                    zh="请在 Excel 或 WPS 中打开并另存后再导入",
                    en="Open it in Excel or WPS, save it again and import that",
                ),
            )
        )
        return content
    try:
        for sheet in book.worksheets:
            if sheet.title == BASE_SHEET:
                content.base = _read_base(_raw_rows(sheet, 20_000))
                continue
            if sheet.title == CHOICES_SHEET:
                content.choices = _read_choices(_raw_rows(sheet, 5_000))
                continue
            _read_sheet(sheet, content)
    except _Damaged as error:
        content.problems.append(
            Problem(
                "damaged-sheet",
                Text(
                    zh=f"工作表内容已损坏，无法读取({error})",
                    en=f"A sheet is damaged and cannot be read ({error})",
                ),
                Text(
                    zh="请在 Excel 或 WPS 中打开并另存后再导入",
                    en="Open it in Excel or WPS, save it again and import that",
                ),
            )
        )
    finally:
        book.close()
    for kind, title in SHEETS.items():
        if kind not in content.tables:
            content.problems.append(_sheet_missing(title, blocking=not content.tables))
    return content


class _Damaged(Exception):
    """A sheet cannot be read on."""


def _raw_rows(sheet: Any, limit: int) -> Iterator[Any]:
    """Rows of a sheet; only what openpyxl itself raises while it parses is taken for damage."""
    try:
        sheet.reset_dimensions()
        rows = iter(sheet.iter_rows(max_row=limit, max_col=MOST_COLUMNS))
    except DAMAGE as error:
        raise _Damaged(str(error)) from error
    while True:
        try:
            row = next(rows)
        except StopIteration:
            return
        except DAMAGE as error:
            raise _Damaged(str(error)) from error
        yield row


def _read_choices(rows: Any) -> dict[str, dict[str, str]]:
    """Labels and keys of fields with fixed values: a name over each pair of columns."""
    names: list[object] = []
    choices: dict[str, dict[str, str]] = {}
    for row in rows:
        values = [cell.value for cell in row]
        if not names:
            names = values
            continue
        for at in range(0, min(len(values), len(names)) - 1, 2):
            if names[at] and values[at] is not None and values[at + 1] is not None:
                choices.setdefault(str(names[at]), {})[str(values[at])] = str(values[at + 1])
    return choices


def _read_base(rows: Any) -> Base | None:
    base: Base | None = None
    for row in rows:
        values = [cell.value for cell in row]
        if base is None:
            if not values or values[0] != FORMAT or len(values) < 3:
                return None
            base = Base(str(values[1]), str(values[2]), {"indicator": {}, "task": {}, "project": {}})
        elif len(values) > 3 and values[0] in base.items:
            text = "".join(str(part) for part in values[3:] if part is not None)
            try:
                item = json.loads(text)
                whole = digest_of_json(item) == values[2] and item["number"] == values[1]
            except (ValueError, TypeError, KeyError, RecursionError):
                whole = False
            if whole:
                # A base that was tampered with is none: the item is then compared with the plan of now.
                base.items[values[0]][item["number"]] = item
    return base


def _read_sheet(sheet: Any, content: WorkbookContent) -> None:
    heading: SheetTable | None = None
    blank: list[int] = []
    last = 0
    for number, row in enumerate(_raw_rows(sheet, MOST_ROWS + 1), start=1):
        last = number
        words = {position: cell.value for position, cell in enumerate(row, start=1) if cell.value is not None}
        if heading is None:
            if number > _HEADING_ROWS:
                return
            heading = _find_heading(sheet.title, words, content)
            continue
        if not words:
            blank.append(number)
            continue
        cells = {}
        for identity, letter in heading.letters.items():
            position = openpyxl.utils.column_index_from_string(letter)
            if position <= len(row) and row[position - 1].value is not None:
                cell = row[position - 1]
                cells[identity] = RawCell(
                    cell.value, letter, cell.data_type, str(cell.number_format or "General")
                )
            else:
                cells[identity] = RawCell(None, letter)
        heading.rows.append(SheetRow(number, cells))
    if heading is None:
        return
    if last > MOST_ROWS:
        content.problems.append(
            Problem(
                "sheet-too-long",
                Text(
                    zh=f"超过{MOST_ROWS}行，只读到第{MOST_ROWS}行",
                    en=f"More than {MOST_ROWS} rows; read up to row {MOST_ROWS}",
                ),
                Text(zh="请删去表后的空白格式行", en="Delete the formatted empty rows below the table"),
                sheet=heading.title,
                row=MOST_ROWS,
            )
        )
    if heading.kind in content.tables:
        content.problems.append(
            Problem(
                "sheet-twice",
                Text(zh=f"有两张{SHEETS[heading.kind]}", en=f"There are two sheets {SHEETS[heading.kind]}"),
                Text(zh="请只保留一张", en="Keep one of them"),
                sheet=heading.title,
            )
        )
        return
    content.tables[heading.kind] = heading


def _find_heading(title: str, words: Mapping[int, object], content: WorkbookContent) -> SheetTable | None:
    """The table whose headings a row holds, or None."""
    texts = {position: fold_name(str(value)) for position, value in words.items()}
    named = next((kind for kind, name in SHEETS.items() if fold_name(title) == name), None)
    best: tuple[int, ItemKind, list[Column], dict[int, Column]] | None = None
    for kind in SHEETS if named is None else (named,):
        columns = _columns_of(kind, texts.values())
        lookup = {
            fold_name(heading).lower(): column
            for column in columns
            for heading in (column.heading, column.heading_en, *column.synonyms)
        }
        found = {position: lookup[text.lower()] for position, text in texts.items() if text.lower() in lookup}
        if best is None or len(found) > best[0]:
            best = (len(found), kind, columns, found)
    if best is None or best[0] < 3 or ("number",) not in [column.path for column in best[3].values()]:
        return None
    _, kind, columns, found = best
    letters: dict[str, str] = {}
    for position, column in found.items():
        letter = get_column_letter(position)
        if column_id(column) in letters:
            content.problems.append(_heading_twice(title, column, letter))
        letters.setdefault(column_id(column), letter)
    unknown = [text for position, text in texts.items() if position not in found]
    lacking = [column for column in columns if column_id(column) not in letters and column.path[-1] != "*"]
    content.problems += [_unknown_heading(title, text, texts, lacking) for text in unknown]
    content.problems += [_column_missing(title, column) for column in lacking]
    return SheetTable(
        kind, title, [column for column in columns if column_id(column) in letters], letters, []
    )


def _columns_of(kind: ItemKind, headings: Any) -> list[Column]:
    if kind != "indicator":
        return [*duty_columns(kind), rest_column()]
    years, base = set(), None
    for text in headings:
        if found := re.fullmatch(r"(\d{4})年(?:目标)?|target(\d{4})", text.lower()):
            years.add(int(found[1] or found[2]))
        elif found := re.fullmatch(r"(\d{4})年基期值", text):
            base = int(found[1])
    return [*indicator_columns(sorted(years), base), rest_column(), rest_column(of_series=True)]


def _sheet_missing(title: str, blocking: bool) -> Problem:
    return Problem(
        "sheet-missing",
        Text(
            zh=f"没有工作表“{title}”，该表内容不变", en=f"There is no sheet {title!r}; nothing changes in it"
        ),
        Text(
            zh="如需修改，请用导出的工作簿，不要改动表名和表头",
            en="To change it, use the exported workbook with its sheet names and headings",
        ),
        sheet=title,
        blocking=blocking,
    )


def _heading_twice(title: str, column: Column, letter: str) -> Problem:
    return Problem(
        "heading-twice",
        Text(zh=f"列“{column.heading}”出现两次", en=f"The column {column.heading!r} stands twice"),
        Text(zh="请只保留一列", en="Keep one of them"),
        sheet=title,
        row=1,
        column=letter,
    )


def _unknown_heading(title: str, text: str, texts: Mapping[int, str], lacking: Sequence[Column]) -> Problem:
    letter = get_column_letter(next(position for position, own in texts.items() if own == text))
    names = "、".join(column.heading for column in lacking[:6])
    return Problem(
        "unknown-column",
        Text(
            zh=f"不认识列“{fold(text)}”，未读入", en=f"The column {fold(text)!r} is not known and was left out"
        ),
        Text(
            zh=f"如果是改了表头，请改回原名(缺少的列：{names})" if names else "新增的列不会导入",
            en=f"If its heading was changed, restore it (columns missing: {names})"
            if names
            else "Added columns are not imported",
        ),
        sheet=title,
        row=1,
        column=letter,
        blocking=False,
    )


def _column_missing(title: str, column: Column) -> Problem:
    return Problem(
        "column-missing",
        Text(
            zh=f"缺少列“{column.heading}”，该列内容不变",
            en=f"The column {column.heading!r} is missing; its content stays as it is",
        ),
        Text(zh="如需修改，请恢复该列和表头", en="To change it, restore the column with its heading"),
        sheet=title,
        row=1,
        # Rows of indicators cannot be told apart without the key of the series.
        blocking=column.path == ("series[]", "key"),
    )
