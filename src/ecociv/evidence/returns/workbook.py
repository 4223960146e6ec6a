"""The workbook that a form makes of itself: one sheet for each return, labels locked, figures to fill in.

Row 1 is hidden and says which return the sheet is: form, place, period, version of the form. A sheet that was renamed,
moved or copied into another workbook is therefore still known for what it is.
"""

from __future__ import annotations

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import ILLEGAL_CHARACTERS_RE
from openpyxl.styles import Alignment, Border, Font, PatternFill, Protection, Side
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.properties import PageSetupProperties
from openpyxl.worksheet.worksheet import Worksheet

from ecociv.core.missing import Missing
from ecociv.core.quantities import label_of
from ecociv.evidence.returns.actions.base import Subject
from ecociv.evidence.returns.bodies import Body
from ecociv.evidence.returns.cells import CellError, Entry, read_number
from ecociv.evidence.returns.deadlines import due_day
from ecociv.evidence.returns.drafts import Typed
from ecociv.evidence.returns.forms import Cell

MARK = "ecociv-return"
HEADER_ROW = 5
COLUMNS = ("key", "name", "name_en", "unit", "before", "value", "missing", "remark", "note")
VALUE, MISSING, REMARK = (COLUMNS.index(name) + 1 for name in ("value", "missing", "remark"))
_HEADINGS = {
    "key": ("代码", "Code"),
    "name": ("指标", "Figure"),
    "name_en": ("英文名称", "In English"),
    "unit": ("计量单位", "Unit"),
    "before": ("上期数", "Period before"),
    "value": ("本期数", "This period"),
    "missing": ("没有数字的原因", "Why there is none"),
    "remark": ("备注、说明", "Remark, explanation"),
    "note": ("填报说明", "Help"),
}
_WIDTHS = {
    "key": 24,
    "name": 30,
    "name_en": 30,
    "unit": 14,
    "before": 16,
    "value": 18,
    "missing": 20,
    "remark": 36,
    "note": 50,
}
_HEAD = PatternFill("solid", fgColor="E6F2EC")
_FILL = PatternFill("solid", fgColor="FFFBE6")
_EDGE = Side(style="thin", color="C9D2CD")
_LINE = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)
_OPEN = Protection(locked=False)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One return to be written: what stands in it so far, and the figures of the period before."""

    subject: Subject
    body: Body
    typed: Mapping[str, Typed] = field(default_factory=dict)
    explanations: Mapping[str, str] = field(default_factory=dict)
    before: Mapping[str, Entry] = field(default_factory=dict)


def write_workbook(sheets: Sequence[Sheet], *, made_on: date) -> bytes:
    """The workbook of one or several returns, as bytes.

    Raises
    ------
    ValueError
        When there is no return to write.
    """
    if not sheets:
        raise ValueError("A workbook needs at least one return.")
    book = Workbook()
    book.remove(book.worksheets[0])
    used: set[str] = set()
    for each in sheets:
        _sheet(book.create_sheet(_name(each.subject, used)), each, made_on)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def _sheet(sheet: Worksheet, each: Sheet, made_on: date) -> None:
    about = each.subject
    due = due_day(about.form.due.working_days, about.period).day
    identity = (MARK, about.form.key, about.place.key, str(about.period), about.form.digest)
    for column, text in enumerate((*identity, "sample" if about.sample else "real"), start=1):
        _text(sheet, 1, column, text)
    sheet.row_dimensions[1].hidden = True
    title = _text(sheet, 2, 1, f"{about.form.title.zh}  {about.form.title.en}")
    title.font = Font(bold=True, size=14)
    _text(
        sheet,
        3,
        1,
        f"{about.place.name.zh}（{about.place.name.en}） · {about.period.text.zh} · 填报 {each.body.name.zh} · "
        f"截止 {due.isoformat()} · 生成于 {made_on.isoformat()}",
    )
    mark = "【样例数据，不是实测 Sample data】 " if about.sample else ""
    _text(
        sheet,
        4,
        1,
        f"{mark}只填黄色单元格；零是数字，没有数字时选原因并在备注说明。Fill in the yellow cells only; zero is a figure.",
    )
    for column, name in enumerate(COLUMNS, start=1):
        head = _text(sheet, HEADER_ROW, column, "\n".join(_HEADINGS[name]))
        head.font, head.fill, head.border = Font(bold=True), _HEAD, _LINE
        head.alignment = Alignment(wrap_text=True, vertical="center")
        sheet.column_dimensions[head.column_letter].width = _WIDTHS[name]
    row = HEADER_ROW
    for row, cell in enumerate(about.cells, start=HEADER_ROW + 1):
        _cell(sheet, row, cell, each)
    _choices(sheet, HEADER_ROW + 1, row)
    _explanations(sheet, row + 2, each)
    sheet.freeze_panes = f"C{HEADER_ROW + 1}"
    sheet.protection.sheet = True
    sheet.protection.formatColumns = False
    sheet.protection.formatRows = False
    sheet.page_setup.orientation, sheet.page_setup.fitToWidth, sheet.page_setup.fitToHeight = (
        "landscape",
        1,
        0,
    )
    sheet.sheet_properties.pageSetUpPr = PageSetupProperties(fitToPage=True)


def _cell(sheet: Worksheet, row: int, cell: Cell, each: Sheet) -> None:
    typed = each.typed.get(cell.key, Typed())
    before = each.before.get(cell.key)
    required = "" if cell.required else "（可不填 optional）"
    note = f"{cell.note.zh} {cell.note.en}" if cell.note else ""
    unit = label_of(cell.unit)
    for column, text in enumerate((cell.key, cell.name.zh + required, cell.name.en, unit.zh), start=1):
        _text(sheet, row, column, text)
    shown = _number_format(cell)
    if before is not None and before.number is not None:
        _figure(sheet, row, 5, before.number, shown)
    elif before is not None and isinstance(before.value, Missing):
        _text(sheet, row, 5, before.value.label.zh)
    if typed.text:
        number = _exact(typed.text)
        if number is None:
            _text(sheet, row, VALUE, typed.text)
        else:
            _figure(sheet, row, VALUE, number, shown)
    sheet.cell(row, VALUE).number_format = shown
    if typed.missing:
        _text(sheet, row, MISSING, _label(typed.missing))
    if typed.remark:
        _text(sheet, row, REMARK, typed.remark)
    _text(sheet, row, len(COLUMNS), note)
    for column in range(1, len(COLUMNS) + 1):
        here = sheet.cell(row, column)
        here.border = _LINE
        here.alignment = Alignment(wrap_text=column in {2, 3, REMARK, len(COLUMNS)}, vertical="top")
        if column in {VALUE, MISSING, REMARK}:
            here.protection, here.fill = _OPEN, _FILL


def _choices(sheet: Worksheet, first: int, last: int) -> None:
    kinds = DataValidation(
        type="list",
        formula1='"' + ",".join(kind.label.zh.replace(",", "、") for kind in Missing) + '"',
        allow_blank=True,
    )
    kinds.error = "请从列表中选择 choose from the list"
    kinds.add(f"{sheet.cell(first, MISSING).coordinate}:{sheet.cell(last, MISSING).coordinate}")
    sheet.add_data_validation(kinds)


def _explanations(sheet: Worksheet, row: int, each: Sheet) -> None:
    """Rows for the explanations of warnings: rules that may be broken with a reason, and plausible ranges."""
    form = each.subject.form
    asked = {cell.key for cell in each.subject.cells}
    lines = [
        (f"rule:{rule.key}", rule.text.zh, rule.text.en)
        for rule in form.rules
        if rule.severity == "warning" and rule.parsed.cells <= asked
    ]
    lines += [
        (f"plausible:{cell.key}", f"{cell.name.zh}超出通常范围", f"{cell.name.en} outside the usual range")
        for cell in each.subject.cells
        if cell.plausible is not None
    ]
    if not lines:
        return
    head = _text(
        sheet,
        row,
        1,
        "需要说明的情况（出现时在“备注、说明”列写明原因） Explain in the remark column where it occurs",
    )
    head.font = Font(bold=True)
    for place, (key, zh, en) in enumerate(lines, start=row + 1):
        for column, text in enumerate((key, zh, en), start=1):
            _text(sheet, place, column, text)
            sheet.cell(place, column).alignment = Alignment(wrap_text=True, vertical="top")
        given = each.explanations.get(key, "")
        remark = _text(sheet, place, REMARK, given)
        remark.protection, remark.fill, remark.border = _OPEN, _FILL, _LINE
        remark.alignment = Alignment(wrap_text=True, vertical="top")


def _text(sheet: Worksheet, row: int, column: int, text: str) -> Any:
    """A cell that holds text whatever it looks like: no formula comes into the workbook from what people typed."""
    cell = sheet.cell(row, column)
    if text:
        cell.value = ILLEGAL_CHARACTERS_RE.sub("", text)
        cell.data_type = "s"
    return cell


def _figure(sheet: Worksheet, row: int, column: int, number: Decimal, shown: str) -> None:
    """A number; one that a spreadsheet could not hold to the last digit is written as text."""
    if _floats(number):
        sheet.cell(row, column).value = float(number)
    else:
        _text(sheet, row, column, format(number, "f"))
    sheet.cell(row, column).number_format = shown


def _floats(number: Decimal) -> bool:
    return Decimal(repr(float(number))) == number and len(number.normalize().as_tuple().digits) <= 15


def _exact(text: str) -> Decimal | None:
    try:
        return read_number(text)
    except CellError:
        return None


def _number_format(cell: Cell) -> str:
    return "#,##0" + ("." + "0" * cell.decimals if cell.decimals else "")


def _label(kind: str) -> str:
    return Missing(kind).label.zh if kind in set(Missing) else kind


def _name(about: Subject, used: set[str]) -> str:
    base = f"{about.form.title.zh}-{about.place.name.zh}-{about.period}"
    base = "".join(c for c in base if c not in "[]:*?/\\'")[:31] or "sheet"
    name, number = base, 1
    while name.casefold() in used:
        number += 1
        tail = f"~{number}"
        name = base[: 31 - len(tail)] + tail
    used.add(name.casefold())
    return name
