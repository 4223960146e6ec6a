"""The report as a workbook: one sheet a table, every figure a link to its arithmetic."""

from __future__ import annotations

import io
from copy import copy
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.hyperlink import Hyperlink
from openpyxl.worksheet.properties import Outline, PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet
from openpyxl.xml.constants import COREPROPS_NS, DCTERMS_NS, DCTERMS_PREFIX
from openpyxl.xml.functions import register_namespace  # type: ignore[attr-defined]

from ecociv.reporting.document import Cell, Column, Document, Heading, Paragraph, Table
from ecociv.reporting.render.archive import fixed_archive

_THIN = Side(style="thin", color="808080")
_FRAME = Border(left=_THIN, right=_THIN, top=_THIN, bottom=_THIN)
_HEAD = PatternFill("solid", fgColor="E7ECEF")
_GROUP = PatternFill("solid", fgColor="F3F5F6")
_LINK = "1F4E79"
_SAMPLE = "9C1C1C"
_DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"
_SCHEMA_INSTANCE = "http://www.w3.org/2001/XMLSchema-instance"
_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
_PAGE_WIDTHS = {False: 86.0, True: 132.0}
"""Characters that an A4 page holds, upright and turned, at the size of the sheets."""


def to_workbook(document: Document) -> bytes:
    """The document as the bytes of an .xlsx file; the same document gives the same bytes."""
    return fixed_archive(_Writer(document).write(), document.as_of)


def _own_prefixes() -> None:
    """Prefixes of names in XML are one table for the process: another library's would change the bytes of the file."""
    for prefix, namespace in (
        (DCTERMS_PREFIX, DCTERMS_NS),
        ("cp", COREPROPS_NS),
        ("dc", _DUBLIN_CORE),
        ("xsi", _SCHEMA_INSTANCE),
    ):
        register_namespace(prefix, namespace)


def plain_text(text: str) -> str:
    """Text that no spreadsheet takes for a formula (OWASP, “CSV injection”): other people typed it.

    >>> plain_text("=1+1"), plain_text("-"), plain_text("—")
    ("'=1+1", '-', '—')
    """
    return f"'{text}" if text.startswith(_RISKY) and text != "-" else text


class _Writer:
    """One document on its way to a workbook."""

    def __init__(self, document: Document) -> None:
        self.document = document
        self.words = document.words
        self.book = Workbook()
        self.font = "仿宋" if document.language == "zh" else "Calibri"
        self.looks: dict[tuple[bool, bool, str], Any] = {}
        # Where each figure's entry stands is fixed before any sheet links to it: two rows of heading, then row by row.
        self.rows: dict[int, int] = {}
        row = self._top() + 1
        for entry in document.entries:
            self.rows[entry.number] = row
            row += 1 + len(entry.lines)

    def write(self) -> bytes:
        _own_prefixes()
        properties = self.book.properties
        properties.title, properties.creator = self.document.title, self.document.cover.office
        properties.lastModifiedBy = self.document.cover.office
        properties.created = properties.modified = self.document.as_of.replace(tzinfo=None)
        properties.keywords = self.document.sample_mark
        self._cover()
        self._text()
        for section in self.document.sections:
            for block in section.blocks:
                if isinstance(block, Table):
                    self._table(block, wide=section.landscape)
        for ledger in self.document.ledgers:
            self._table(ledger.table, wide=True, of=ledger.mark)
        self._trace()
        target = io.BytesIO()
        self.book.save(target)
        return target.getvalue()

    # -- sheets ------------------------------------------------------------------------------------------------

    def _top(self) -> int:
        """The row of column headings: below the title and, where there is one, the sample mark."""
        return 3 if self.document.sample_mark else 2

    def _sheet(self, name: str, title: str, widths: list[float], *, wide: bool) -> Worksheet:
        sheet: Worksheet = self.book.create_sheet(name)
        for index, width in enumerate(widths, start=1):
            sheet.column_dimensions[get_column_letter(index)].width = width
        self._heading(sheet, 1, title, len(widths), size=14)
        if self.document.sample_mark:
            self._heading(sheet, 2, self.document.sample_mark, len(widths), size=11, colour=_SAMPLE)
        self._print(sheet, wide=wide)
        return sheet

    def _heading(self, sheet: Worksheet, row: int, text: str, span: int, *, size: float, colour: str = "000000") -> None:
        cell = sheet.cell(row, 1, plain_text(text))
        cell.font = Font(name=self.font, size=size, bold=True, color=colour)
        cell.alignment = Alignment(horizontal="center", vertical="center", wrap_text=True)
        if span > 1:
            sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=span)
        sheet.row_dimensions[row].height = 26 if size > 12 else 18

    def _print(self, sheet: Worksheet, *, wide: bool) -> None:
        setup = sheet.page_setup
        setup.paperSize, setup.orientation = "9", "landscape" if wide else "portrait"
        setup.fitToWidth, setup.fitToHeight = 1, 0
        sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)
        sheet.print_options.horizontalCentered = True
        margins = sheet.page_margins
        margins.left = margins.right = 0.6
        margins.top, margins.bottom = 0.8, 0.7
        mark = _code(self.document.sample_mark)
        header, footer = sheet.HeaderFooter.oddHeader, sheet.HeaderFooter.oddFooter
        assert header is not None and footer is not None  # a new sheet has both
        running = _code(self.words["running"])
        header.center.text = f"{mark}  {running}" if mark else running
        header.center.size = 9
        footer.center.text = "— &P —"

    def _cover(self) -> None:
        sheet = self.book.active
        assert isinstance(sheet, Worksheet)
        sheet.title = self.words["cover_sheet"]
        cover = self.document.cover
        for index, width in enumerate((24.0, 62.0), start=1):
            sheet.column_dimensions[get_column_letter(index)].width = width
        self._heading(sheet, 2, cover.title, 2, size=20)
        self._heading(sheet, 3, cover.subtitle, 2, size=22)
        sheet.row_dimensions[2].height = sheet.row_dimensions[3].height = 40
        if self.document.sample_mark:
            self._heading(sheet, 1, self.document.sample_mark, 2, size=14, colour=_SAMPLE)
        for row, (name, value) in enumerate((*cover.facts, ("", ""), ("", cover.office), ("", cover.date)), start=5):
            self._put(sheet.cell(row, 1), name, bold=True)
            self._put(sheet.cell(row, 2), value)
        self._print(sheet, wide=False)

    def _text(self) -> None:
        name = self.words["text_sheet"]
        sheet = self._sheet(name, self.document.title, [16.0, 96.0], wide=True)
        self._columns(sheet, [Column(self.words["chapter"], 1), Column(self.words["words"], 1)])
        row = self._top()
        for section in self.document.sections:
            row += 1
            self._put(sheet.cell(row, 1), section.title, bold=True, frame=True)
            self._put(sheet.cell(row, 2), "", frame=True)
            sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=2)
            sheet.cell(row, 1).fill = _GROUP
            for block in section.blocks:
                if isinstance(block, Table):
                    continue
                row += 1
                heading = isinstance(block, Heading)
                self._put(sheet.cell(row, 1), block.text if isinstance(block, Heading) else "", bold=True, frame=True)
                target = sheet.cell(row, 2)
                if isinstance(block, Paragraph):
                    marks = [run.mark for run in block.runs if run.mark is not None]
                    words = "".join(
                        run.text + (self.document.mark(run.mark) if run.mark is not None else "") for run in block.runs
                    )
                    self._put(target, words, bold=block.style == "notice", frame=True)
                    if marks:
                        self._link(target, marks[0])
                    sheet.row_dimensions[row].height = 15.0 * _lines(words, 96.0)
                elif heading:
                    self._put(target, "", frame=True)

    def _table(self, table: Table, *, wide: bool, of: int | None = None) -> None:
        room = _PAGE_WIDTHS[wide]
        total = sum(column.share for column in table.columns)
        widths = [max(6.5, room * column.share / total) for column in table.columns]
        head = f"{self.words['table']}{table.number}  " if of is None else f"{self.document.mark(of)}  "
        sheet = self._sheet(table.sheet, head + table.title, widths, wide=wide)
        if of is not None:
            self._link(sheet.cell(1, 1), of)
        self._columns(sheet, list(table.columns))
        top = self._top()
        sheet.freeze_panes = f"{'C' if len(table.columns) > 7 else 'A'}{top + 1}"
        row = top
        for content in table.rows:
            row += 1
            if content.kind == "group":
                self._cell(sheet.cell(row, 1), content.cells[0], "left", bold=True)
                sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(widths))
                sheet.cell(row, 1).fill = _GROUP
                sheet.row_dimensions[row].height = 15.0 * _lines(content.cells[0].text, sum(widths))
                continue
            for index, (column, value) in enumerate(zip(table.columns, content.cells, strict=True), start=1):
                self._cell(sheet.cell(row, index), value, column.align, bold=content.kind == "total")
            tallest = max(_lines(cell.text, width) for cell, width in zip(content.cells, widths, strict=True))
            sheet.row_dimensions[row].height = 15.0 * tallest
        for words in (table.note, table.empty if not table.rows else ""):
            if words:
                row += 1
                self._put(sheet.cell(row, 1), words)
                sheet.merge_cells(start_row=row, start_column=1, end_row=row, end_column=len(widths))
                sheet.row_dimensions[row].height = 15.0 * _lines(words, sum(widths))

    def _columns(self, sheet: Worksheet, columns: list[Column]) -> None:
        row = self._top()
        tallest = 1
        for index, column in enumerate(columns, start=1):
            cell = sheet.cell(row, index)
            words = column.heading + (self.document.mark(column.mark) if column.mark is not None else "")
            self._put(cell, words, bold=True, frame=True, align="center")
            cell.fill = _HEAD
            if column.mark is not None:
                self._link(cell, column.mark)
            width = sheet.column_dimensions[get_column_letter(index)].width
            tallest = max(tallest, _lines(words, width))
        sheet.row_dimensions[row].height = 15.0 * tallest + 3
        sheet.print_title_rows = f"{row}:{row}"

    # -- cells -------------------------------------------------------------------------------------------------

    def _put(self, cell: Any, value: Any, *, bold: bool = False, frame: bool = False, align: str = "left") -> None:
        cell.value = plain_text(value) if isinstance(value, str) else value
        known = self.looks.get((bold, frame, align))
        if known is not None:
            # A copy of a look is ten times as quick as the same look said again.
            cell._style = copy(known)
            return
        cell.font = Font(name=self.font, size=10, bold=bold)
        cell.alignment = Alignment(horizontal=align, vertical="center", wrap_text=True)
        if frame:
            cell.border = _FRAME
        self.looks[bold, frame, align] = copy(cell._style)

    def _cell(self, target: Any, content: Cell, align: str, *, bold: bool) -> None:
        mark = "" if content.mark is None else self.document.mark(content.mark)
        sample = f" {self.words['sample']}" if content.sample else ""
        if content.value is not None:
            # The number stays a number that can be summed; its mark and its sample sign stand in the number format.
            self._put(target, content.value, bold=bold, frame=True, align=align)
            target.number_format = _number_format(content.text, f"{mark}{sample}")
        else:
            shape = "" if content.sign is None else f"{content.sign.shape} "
            self._put(target, f"{shape}{content.text}{mark}{sample}", bold=bold, frame=True, align=align)
        if content.sign is not None:
            target.font = Font(name=self.font, size=10, bold=bold, color=content.sign.colour)
        if content.mark is not None:
            self._link(target, content.mark)

    def _link(self, cell: Any, number: int) -> None:
        place = f"'{self.words['trace_sheet']}'!A{self.rows[number]}"
        cell.hyperlink = Hyperlink(ref=cell.coordinate, location=place, tooltip=self.document.mark(number))
        cell.font = Font(name=self.font, size=10, bold=cell.font.bold, color=_LINK, underline="single")

    # -- the arithmetic ----------------------------------------------------------------------------------------

    def _trace(self) -> None:
        words = self.words
        widths = [9.0, 12.0, 66.0, 12.0, 10.0, 30.0, 8.0, 14.0, 16.0, 8.0]
        sheet = self._sheet(words["trace_sheet"], words["appendix"], widths, wide=True)
        headings = ("number", "kind", "says", "value", "unit", "source", "revision", "valid", "recorded", "sample")
        self._columns(sheet, [Column(words[name], 1) for name in headings])
        sheet.freeze_panes = f"A{self._top() + 1}"
        sheet.sheet_properties.outlinePr = Outline(summaryBelow=False)
        row = self._top()
        for entry in self.document.entries:
            row += 1
            assert row == self.rows[entry.number]
            sample = words["sample"] if entry.sample else ""
            line = (self.document.mark(entry.number), words["figure"], f"{entry.title} = {entry.shown}")
            for index, words_here in enumerate((*line, "", "", "", "", "", "", sample), start=1):
                self._put(sheet.cell(row, index), words_here, bold=True, frame=True)
                sheet.cell(row, index).fill = _GROUP
            sheet.row_dimensions[row].height = 15.0 * _lines(line[2], widths[2])
            for step in entry.lines:
                row += 1
                value = step.value
                values = (
                    "",
                    step.label,
                    "    " * step.depth + step.text,
                    value if isinstance(value, Decimal | int) or value is None else float(value),
                    step.unit if value is not None else "",
                    step.source,
                    step.revision,
                    step.valid,
                    step.recorded,
                    words["sample"] if step.sample else "",
                )
                for index, shown in enumerate(values, start=1):
                    self._put(sheet.cell(row, index), shown, frame=True)
                sheet.row_dimensions[row].height = 15.0 * min(
                    27, max(_lines(str(values[2]), widths[2]), _lines(step.source, widths[5]))
                )
                sheet.row_dimensions[row].outline_level = min(step.depth + 1, 7)


def _number_format(shown: str, tail: str) -> str:
    """A number format with the digits as published, and the mark after them.

    >>> _number_format("8.20", "[数3]")
    '0.00" [数3]"'
    """
    decimals = len(shown.partition(".")[2]) if shown.replace(".", "").replace("-", "").isdigit() else 0
    digits = "0" if decimals == 0 else f"0.{'0' * decimals}"
    return f'{digits}" {tail.strip()}"' if tail else digits


def _lines(text: str, width: float) -> int:
    """How many lines a text takes in a column; a Chinese character is as wide as two digits."""
    room = max(1.0, width - 1.5)
    total = 0
    for part in text.split("\n"):
        length = sum(2.0 if ord(character) > 0x2E7F else 1.05 for character in part)
        total += max(1, -(-int(length * 10) // int(room * 10)))
    return total


def _code(text: str) -> str:
    """Text for a header or footer, where an ampersand begins a code."""
    return text.replace("&", "&&")


__all__ = ["plain_text", "to_workbook"]
