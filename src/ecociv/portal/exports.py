"""Tables as files: CSV that Excel opens with its Chinese intact, and workbooks.

A cell whose text begins like a formula is written so that no program runs it (OWASP, "CSV injection"): the plan and
the reports hold text that other people typed.
"""

from __future__ import annotations

import csv
import datetime as dt
import io
from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any, TypeVar
from urllib.parse import quote

from django.http import HttpResponse
from django.utils import timezone
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter

from ecociv.portal.tables import Column

Row = TypeVar("Row")

_RISKY = ("=", "+", "-", "@", "\t", "\r", "\n")
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMS = ("csv", "xlsx")


def safe_text(value: Any) -> Any:
    """A value for a cell, with text that looks like a formula made plain.

    >>> safe_text("=1+1"), safe_text("-"), safe_text("-3.2"), safe_text(-3)
    ("'=1+1", '-', '-3.2', -3)
    """
    if value is None:
        return ""
    if isinstance(value, bool | int | float | Decimal):
        return value
    if isinstance(value, dt.datetime):
        return (
            timezone.localtime(value).strftime("%Y-%m-%d %H:%M") if timezone.is_aware(value) else str(value)
        )
    text = str(value)
    if text.startswith(_RISKY) and text != "-" and not _is_number(text):
        return "'" + text
    return text


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def to_csv(columns: Sequence[Column[Row]], rows: Iterable[Row], notes: Sequence[str] = ()) -> bytes:
    """The rows as CSV in UTF-8 with a byte order mark, by which Excel knows the encoding."""
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow([safe_text(column.label) for column in columns])
    for row in rows:
        writer.writerow([safe_text(column.value(row)) for column in columns])
    for note in notes:
        writer.writerow([safe_text(note)])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode("utf-8")


def to_xlsx(
    columns: Sequence[Column[Row]], rows: Iterable[Row], title: str, notes: Sequence[str] = ()
) -> bytes:
    """The rows as a workbook: a frozen heading, a filter, columns as wide as their text needs."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(_sheet_name(title))
    table = [[safe_text(column.value(row)) for column in columns] for row in rows]
    labels = [str(column.label) for column in columns]
    for place, label in enumerate(labels):
        widest = max([_width(label), *(_width(str(line[place])) for line in table)], default=8)
        sheet.column_dimensions[get_column_letter(place + 1)].width = min(max(widest + 2, 8), 60)
    sheet.freeze_panes = "A2"
    if table:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(table) + 1}"
    sheet.append([_heading(sheet, label) for label in labels])
    for line in table:
        sheet.append([_cell(sheet, value) for value in line])
    for note in notes:
        sheet.append([safe_text(note)])
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def _heading(sheet: Any, label: str) -> Any:
    cell = WriteOnlyCell(sheet, value=safe_text(label))
    cell.font = Font(bold=True)
    cell.fill = PatternFill("solid", fgColor="E6F2EC")
    cell.alignment = Alignment(vertical="top", wrap_text=True)
    return cell


def _cell(sheet: Any, value: Any) -> Any:
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        cell.data_type = "s"
        if len(value) > 40:
            cell.alignment = Alignment(vertical="top", wrap_text=True)
    return cell


def _width(text: str) -> int:
    """Columns that a text takes: a Chinese character is two wide."""
    return sum(2 if ord(character) > 0x2E7F else 1 for character in text)


def _sheet_name(title: str) -> str:
    return "".join(c for c in title if c not in "[]:*?/\\")[:31] or "Sheet"


def export_response(
    form: str, columns: Sequence[Column[Row]], rows: Iterable[Row], title: str, notes: Sequence[str] = ()
) -> HttpResponse:
    """The rows as a download named for the table and the day, for ``form`` in ``FORMS``."""
    day = timezone.localdate().isoformat()
    if form == "xlsx":
        response = HttpResponse(to_xlsx(columns, rows, title, notes), content_type=_XLSX)
    else:
        response = HttpResponse(to_csv(columns, rows, notes), content_type="text/csv; charset=utf-8")
    name = quote(f"{title}-{day}.{form}")
    response["Content-Disposition"] = f"attachment; filename=\"ecociv-{day}.{form}\"; filename*=UTF-8''{name}"
    response["Cache-Control"] = "private, no-store"
    return response
