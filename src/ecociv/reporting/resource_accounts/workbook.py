"""Workbooks of the accounts: the balance sheet, the forms of the 2015 pilot, the tables of the SEEA central framework.

Figures are written as numbers, absences in words: an empty cell would not say which of the kinds it is.
"""

from __future__ import annotations

import io
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.cell.cell import Cell as SheetCell
from openpyxl.cell.cell import MergedCell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.worksheet import Worksheet

from ecociv.accounts.cells import Cell
from ecociv.accounts.companions import liabilities, pilot_checks, supply_use
from ecociv.accounts.gather.supply import KIND_NAMES, KINDS, SupplyUseTable
from ecociv.accounts.queries import BalanceSheet
from ecociv.accounts.sdmx.shape import shape
from ecociv.accounts.seea import asset_table
from ecociv.accounts.sheet import ADDITIONS, COMPUTED, REDUCTIONS, RESIDUAL, AccountSheet
from ecociv.core.missing import Missing
from ecociv.core.quantities import label_of
from ecociv.core.text import Text

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
SAMPLE = Text(zh="示例数据：由程序生成，不是实测", en="Sample data: generated, not measured")
_HEAD = PatternFill("solid", fgColor="E6F2EC")
_ABSENT = Font(italic=True, color="7B8794")
_GAP = Font(bold=True, color="B3261E")
_EDGE = Side(style="thin", color="C3CBD3")
_THIN = Border(left=_EDGE, right=_EDGE, top=_EDGE, bottom=_EDGE)


class Page:
    """One sheet of a workbook, filled from above."""

    def __init__(self, book: Workbook, title: str) -> None:
        self.sheet: Worksheet = book.create_sheet(_name(title, book.sheetnames))
        self.row = 0

    def line(self, values: Sequence[Any], *, head: bool = False, font: Font | None = None) -> list[SheetCell | MergedCell]:
        """Write a row."""
        self.row += 1
        cells: list[SheetCell | MergedCell] = []
        for place, value in enumerate(values, start=1):
            cell = self.sheet.cell(self.row, place)
            if isinstance(value, str):
                cell.value = value
                cell.data_type = "s"  # never a formula, whatever the text begins with
                cell.alignment = Alignment(wrap_text=True, vertical="top")
            else:
                cell.value = value
            cell.border = _THIN
            if head:
                cell.font, cell.fill = Font(bold=True), _HEAD
            elif font is not None and place > 1:
                cell.font = font
            cells.append(cell)
        return cells

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


def balance_sheet_workbook(sheet: BalanceSheet, language: str = "zh") -> bytes:
    """A balance sheet: one sheet for each account with its residuals, liabilities, supply and use, missing cells."""
    book = _book()
    for account in sheet.accounts:
        page = Page(book, account.title.in_language(language))
        _heading(page, sheet, account.title, account.unit, language)
        _account(page, account, language)
    _liabilities(Page(book, _t("负债", "Liabilities", language)), sheet, language)
    table = supply_use(sheet.zone, sheet.area, sheet.year, sheet.as_of)
    if table is not None:
        _supply_use(Page(book, _t("水资源供给使用表", "Water supply and use", language)), sheet, table, language)
    _missing(Page(book, _t("缺失项", "Missing cells", language)), sheet, language)
    return _saved(book)


def pilot_workbook(sheet: BalanceSheet, forms: Iterable[str] | None = None, language: str = "zh") -> bytes:
    """The forms of the 2015 pilot that the accounts fill, each with what its check found."""
    book = _book()
    checks = pilot_checks(sheet)
    for key in forms if forms is not None else checks:
        account, checked = sheet.account(key), checks[key]
        page = Page(book, checked.form.title.in_language(language))
        _heading(page, sheet, checked.form.title, checked.form.unit, language)
        columns = [column for column in checked.form.columns if column in account.columns]
        page.line(
            [_t("指标", "Item", language), *(checked.form.columns[c].in_language(language) for c in columns),
             _t("合计", "Total", language)],
            head=True,
        )  # fmt: skip
        for row, name in checked.form.rows.items():
            if any((row, column) in account.cells for column in columns):
                _cells(page, name.in_language(language), account, row, columns, language)
        page.gap()
        verdict = {True: ("平衡", "closes"), False: ("不平衡", "does not close"), None: ("有缺项", "entries are missing")}
        page.note(
            f"{_t('检查结果', 'Check', language)}：{_t(*verdict[checked.verdict.ok], language)}", bold=True
        )
        for reason in checked.verdict.reasons:
            page.note(reason.text.in_language(language))
        for mark in checked.marks:
            page.note(mark.in_language(language))
        page.widths(26, 15, len(columns) + 2)
    return _saved(book)


def seea_workbook(sheet: BalanceSheet, language: str = "zh") -> bytes:
    """The accounts by the rows of the SEEA central framework."""
    book = _book()
    for account in sheet.accounts:
        page = Page(book, account.title.in_language(language))
        _heading(page, sheet, account.title, account.unit, language)
        columns = list(account.columns)
        page.line(
            [_t("SEEA行", "SEEA row", language), *(account.columns[c].in_language(language) for c in columns),
             _t("所含原因", "Causes", language)],
            head=True,
        )  # fmt: skip
        for row in asset_table(account):
            causes = "、".join(account.form.rows[cause].name.in_language(language) for cause in row.causes)
            values = [_amount(row.amounts, column, language) for column in columns]
            page.line([row.name.in_language(language), *values, causes])
        page.widths(26, 15, len(columns) + 2)
        if not shape().verified:
            page.gap()
            page.note(
                _t("SEEA中心框架的行凭记忆录入，待核实", "The rows of the SEEA central framework are to be verified", language)
            )  # fmt: skip
    return _saved(book)


def _amount(amounts: Mapping[str, Decimal | None], column: str, language: str) -> Any:
    if column not in amounts:
        return ""
    value = amounts[column]
    return Missing.MISSING.label.in_language(language) if value is None else value


def _heading(page: Page, sheet: BalanceSheet, title: Text, unit: str, language: str) -> None:
    page.note(f"{sheet.area_name.in_language(language)} {title.in_language(language)} {sheet.year}", bold=True)
    page.note(f"{_t('单位', 'Unit', language)}：{label_of(unit).in_language(language)}")
    if sheet.as_of:
        page.note(f"{_t('截至当时所知', 'As known on', language)}：{sheet.as_of.isoformat()}")
    if sheet.sample:
        page.note(SAMPLE.in_language(language))


def _account(page: Page, account: AccountSheet, language: str) -> None:
    columns = list(account.columns)
    page.line(
        [_t("项目", "Item", language), *(account.columns[c].in_language(language) for c in columns),
         _t("合计", "Total", language)],
        head=True,
    )  # fmt: skip
    for row, declared in account.form.rows.items():
        if declared.side == "closing" and account.balance is not None:
            for name, label in (("additions", ADDITIONS), ("reductions", REDUCTIONS), ("computed", COMPUTED)):
                _line(page, account, name, label, columns, language)
        if any((row, column) in account.cells for column in columns):
            _cells(page, declared.name.in_language(language), account, row, columns, language)
    if account.balance is not None:
        _line(page, account, "residual", RESIDUAL, columns, language, font=_GAP)
    page.line(
        [_t("可信度（最低）", "Confidence (lowest)", language), *(account.grade(column) for column in columns), ""]
    )
    page.gap()
    for reason in account.verdict.reasons:
        page.note(reason.text.in_language(language))
    page.sheet.freeze_panes = "B5"
    page.widths(26, 15, len(columns) + 2)


def _line(
    page: Page, account: AccountSheet, name: str, label: Text, columns: list[str], language: str,
    font: Font | None = None,
) -> None:  # fmt: skip
    amounts = account.line(name)
    page.line(
        [label.in_language(language), *(_amount(amounts, column, language) for column in columns), ""], font=font
    )


def _cells(
    page: Page, label: str, account: AccountSheet, row: str, columns: Sequence[str], language: str
) -> None:
    written = page.line(
        [label, *(_shown(account.cells.get((row, column)), language) for column in columns), account.total(row)]
    )
    for place, column in enumerate(columns, start=1):
        cell = account.cells.get((row, column))
        if cell is not None and cell.missing is not None:
            written[place].font = _ABSENT


def _shown(cell: Cell | None, language: str) -> Any:
    if cell is None:
        return ""
    return cell.number if cell.missing is None else cell.missing.label.in_language(language)


def _liabilities(page: Page, sheet: BalanceSheet, language: str) -> None:
    page.line(
        [
            _t(*words, language)
            for words in (
                ("负债", "Liability"), ("类别", "Kind"), ("数量", "Amount"), ("单位", "Unit"),
                ("价值（元）", "Value (yuan)"), ("说明", "Remark"), ("依据", "Basis"),
            )
        ],
        head=True,
    )  # fmt: skip
    for one in liabilities(sheet.zone, sheet.area, sheet.year, sheet.as_of):
        amount: Any = one.number
        if amount is None:
            amount = one.amount.label.in_language(language)  # type: ignore[union-attr]
        basis = str(one.trace.standard or "") + ("" if one.verified else _t("（待核实）", " (to be verified)", language))
        page.line(
            [
                one.name.in_language(language), KIND_WORDS[one.kind].in_language(language), amount,
                label_of(one.unit).in_language(language), one.value,
                one.reason.in_language(language) if one.reason else "", basis,
            ]
        )  # fmt: skip
    page.widths(34, 18, 7)


KIND_WORDS = {
    "overuse": Text(zh="过度利用", en="Overuse"),
    "pollution": Text(zh="污染", en="Pollution"),
    "restoration": Text(zh="应修复", en="Restoration due"),
}


def _supply_use(page: Page, sheet: BalanceSheet, table: SupplyUseTable, language: str) -> None:
    _heading(page, sheet, Text(zh="水资源供给使用表", en="Water supply and use"), table.table.unit, language)
    kinds = [kind for kind in KINDS if any(key[1] == kind for key in table.figures)]
    page.line(
        [_t("单元", "Unit of the economy", language), *(KIND_NAMES[kind].in_language(language) for kind in kinds),
         _t("耗水", "Consumption", language)],
        head=True,
    )  # fmt: skip
    for key, name in table.names.items():
        values = []
        for kind in kinds:
            one = table.figures.get((key, kind))
            if one is None:
                values.append("")
            elif isinstance(one.figure, Missing):
                values.append(one.figure.label.in_language(language))
            else:
                values.append(one.figure)  # type: ignore[arg-type]
        page.line([name.in_language(language), *values, table.table.consumption[key]])
    page.gap()
    for reason in table.table.verdict.reasons:
        page.note(reason.text.in_language(language))
    page.widths(24, 18, len(kinds) + 2)


def _missing(page: Page, sheet: BalanceSheet, language: str) -> None:
    page.line(
        [
            _t(*words, language)
            for words in (("账户", "Account"), ("行", "Row"), ("栏", "Column"), ("缺失类型", "Kind"), ("原因", "Reason"))
        ],
        head=True,
    )  # fmt: skip
    for account in sheet.accounts:
        for row, column, cell in account.missing():
            assert cell.missing is not None
            page.line(
                [
                    account.title.in_language(language), account.form.rows[row].name.in_language(language),
                    account.columns[column].in_language(language), cell.missing.label.in_language(language),
                    cell.reason.in_language(language) if cell.reason else "",
                ]
            )  # fmt: skip
    page.widths(34, 26, 5)


def _t(zh: str, en: str, language: str) -> str:
    return zh if language == "zh" else en


def _book() -> Workbook:
    book = Workbook()
    if book.active is not None:
        book.remove(book.active)
    return book


def _name(title: str, taken: Sequence[str]) -> str:
    base = "".join(c for c in title if c not in "[]:*?/\\")[:31] or "Sheet"
    name, number = base, 2
    while name in taken:
        tail = f" {number}"
        name, number = base[: 31 - len(tail)] + tail, number + 1
    return name


def _saved(book: Workbook) -> bytes:
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()
