"""One sheet of a workbook of the accounts, filled from above. Figures are numbers; absences stand in words."""

from __future__ import annotations

import io
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.cell.cell import MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from ecociv.accounts.queries import BalanceSheet
from ecociv.core.quantities import label_of
from ecociv.core.text import Text

SAMPLE = Text(zh="示例数据：由程序生成，不是实测", en="Sample data: generated, not measured")
_HEAD = PatternFill("solid", fgColor="E6F2EC")
_EDGE = Side(style="thin", color="C3CBD3")
_THIN = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)


class Page:
    """One sheet.

    Attributes
    ----------
    decimals : int
        Digits that figures are shown with; a figure with more is shown with them all.
    """

    def __init__(self, book: Workbook, title: str, decimals: int = 0) -> None:
        self.sheet: Worksheet = book.create_sheet(_name(title, book.sheetnames))
        self.decimals = decimals
        self.row = 0

    def line(
        self, values: Sequence[Any], *, head: bool = False, font: Font | None = None
    ) -> list[SheetCell | MergedCell]:
        """Write a row."""
        self.row += 1
        cells: list[SheetCell | MergedCell] = []
        for place, value in enumerate(values, start=1):
            cell = self.sheet.cell(self.row, place)
            cell.value = value
            if isinstance(value, str):
                cell.data_type = "s"  # never a formula, whatever the text begins with
                cell.alignment = Alignment(wrap_text=True, vertical="top")
            elif isinstance(value, Decimal):
                cell.number_format = self._digits(value)
            cell.border = _THIN
            if head:
                cell.font, cell.fill = Font(bold=True), _HEAD
            elif font is not None and place > 1:
                cell.font = font
            cells.append(cell)
        if head and self.sheet.freeze_panes is None:
            self.sheet.freeze_panes = f"B{self.row + 1}"
        return cells

    def _digits(self, value: Decimal) -> str:
        exponent = value.normalize().as_tuple().exponent
        digits = max(self.decimals, -exponent if isinstance(exponent, int) else 0)
        return f"#,##0.{'0' * digits}" if digits else "#,##0"

    def heading(self, sheet: BalanceSheet, title: Text, unit: str, language: str) -> None:
        """Area, title and year; unit; moment of the knowledge; that the data are generated."""
        colon = "：" if language == "zh" else ": "
        self.note(
            f"{sheet.area_name.in_language(language)} {title.in_language(language)} {sheet.year}", bold=True
        )
        if unit:
            self.note(f"{said('单位', 'Unit', language)}{colon}{label_of(unit).in_language(language)}")
        if sheet.as_of:
            self.note(f"{said('截至当时所知', 'As known on', language)}{colon}{sheet.as_of.isoformat()}")
        if sheet.sample:
            self.note(SAMPLE.in_language(language))

    def note(self, text: str, *, bold: bool = False) -> None:
        """Write a line of text."""
        self.row += 1
        cell = self.sheet.cell(self.row, 1, text)
        cell.data_type = "s"
        cell.font = Font(bold=bold)

    def gap(self) -> None:
        """Leave a row free."""
        self.row += 1

    def widths(self, first: int, rest: int, columns: int) -> None:
        """Set the widths of columns."""
        for place in range(1, columns + 1):
            self.sheet.column_dimensions[get_column_letter(place)].width = first if place == 1 else rest


def said(zh: str, en: str, language: str) -> str:
    """One of two wordings."""
    return zh if language == "zh" else en


def listed(names: Sequence[str], language: str) -> str:
    """Names in a row."""
    return said("、", ", ", language).join(names)


def new_book() -> Workbook:
    """A workbook without sheets."""
    book = Workbook()
    if book.active is not None:
        book.remove(book.active)
    return book


def saved(book: Workbook) -> bytes:
    """A workbook as a file."""
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _name(title: str, taken: Sequence[str]) -> str:
    base = "".join(c for c in title if c not in "[]:*?/\\")
    if len(base) > 31:
        base = _shorter(base)
    base = base[:31] or "Sheet"
    name, number = base, 2
    while name in taken:
        tail = f" {number}"
        name, number = base[: 31 - len(tail)] + tail, number + 1
    return name


_LINKS = frozenset({"and", "of", "its", "their", "the"})


def _shorter(title: str) -> str:
    """A long English title cut between words; what stands behind a comma tells two sheets apart and stays.

    >>> _shorter("Area of forest and its change, by species"), _shorter("Mineral reserves and their change")
    ('Area of forest, by species', 'Mineral reserves')
    """
    head, comma, tail = title.rpartition(", ")
    room = 31 - len(comma + tail)
    if not comma or room < 7:
        head, comma, tail, room = title, "", "", 31
    words = head[: room + 1].rsplit(" ", 1)[0].split(" ") if len(head) > room else head.split(" ")
    while len(words) > 1 and words[-1].strip(",") in _LINKS:
        words.pop()
    return " ".join(words).rstrip(",") + comma + tail
