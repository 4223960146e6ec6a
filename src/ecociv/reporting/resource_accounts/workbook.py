"""Workbooks of the accounts: the balance sheet, the forms of the 2015 pilot, the tables of the SEEA central framework.

Figures are written as numbers, absences in words: an empty cell would not say which of the kinds it is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from decimal import Decimal
from typing import Any

from openpyxl import Workbook
from openpyxl.styles import Font

from ecociv.accounts.cells import Cell
from ecociv.accounts.companions import intensities, liabilities, pilot_checks, supply_use, worth
from ecociv.accounts.forms import OPENING, national
from ecociv.accounts.gather.supply import KIND_NAMES, KINDS, SupplyUseTable
from ecociv.accounts.intensity import Intensity
from ecociv.accounts.queries import BalanceSheet
from ecociv.accounts.sdmx.shape import shape
from ecociv.accounts.seea import asset_table
from ecociv.accounts.sheet import ADDITIONS, COMPUTED, REDUCTIONS, RESIDUAL, AccountSheet
from ecociv.core.missing import Missing
from ecociv.core.quantities import label_of
from ecociv.core.text import Text
from ecociv.reporting.resource_accounts.origins import origins
from ecociv.reporting.resource_accounts.page import Page, listed, new_book, said, saved
from ecociv.reporting.resource_accounts.values import amounts_of, monetary_lines
from ecociv.standards.natural_capital import Change

MEDIA_TYPE = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
LIABILITIES = Text(zh="负债", en="Liabilities")
SUPPLY_USE = Text(zh="水资源供给使用表", en="Water supply and use")
MISSING_CELLS = Text(zh="缺失项", en="Missing cells")
ORIGINS = Text(zh="来源与可信度", en="Sources and confidence")
_ABSENT = Font(italic=True, color="7B8794")
_GAP = Font(bold=True, color="B3261E")


def balance_sheet_workbook(sheet: BalanceSheet, language: str = "zh") -> bytes:
    """A balance sheet: one sheet for each account with its residuals and its value, liabilities, supply and use, missing cells,
    and where each figure comes from."""
    book = new_book()
    for account in sheet.accounts:
        page = Page(book, account.title.in_language(language), account.form.decimals)
        page.heading(sheet, account.title, account.unit, language)
        _account(page, account, language)
        _worth(page, sheet, account, language)
    page = Page(book, LIABILITIES.in_language(language))
    page.heading(sheet, LIABILITIES, "", language)
    _liabilities(page, sheet, language)
    table = supply_use(sheet.zone, sheet.area, sheet.year, sheet.as_of)
    if table is not None:
        page = Page(book, SUPPLY_USE.in_language(language), 2)
        page.heading(sheet, SUPPLY_USE, table.table.unit, language)
        _supply_use(page, table, language)
    page = Page(book, MISSING_CELLS.in_language(language))
    page.heading(sheet, MISSING_CELLS, "", language)
    _missing(page, sheet, language)
    page = Page(book, ORIGINS.in_language(language))
    page.heading(sheet, ORIGINS, "", language)
    origins(page, sheet, language)
    return saved(book)


def _worth(page: Page, sheet: BalanceSheet, account: AccountSheet, language: str) -> None:
    found = worth(sheet.zone, account, sheet.year)
    if found is not None and found.columns:
        page.gap()
        monetary_lines(page, found, language)


def pilot_workbook(sheet: BalanceSheet, forms: Iterable[str] | None = None, language: str = "zh") -> bytes:
    """The forms of the 2015 pilot that the accounts fill, each with what its check found."""
    book = new_book()
    checks = pilot_checks(sheet)
    chosen = {*checks, *national().intensities} if forms is None else {*forms}
    for key in (one for one in checks if one in chosen):
        account, checked = sheet.account(key), checks[key]
        page = Page(book, checked.form.title.in_language(language), account.form.decimals)
        page.heading(sheet, checked.form.title, checked.form.unit, language)
        columns = [column for column in checked.form.columns if column in account.columns]
        page.line(
            [said("指标", "Item", language), *(checked.form.columns[c].in_language(language) for c in columns),
             said("合计", "Total", language)],
            head=True,
        )  # fmt: skip
        for row, name in checked.form.rows.items():
            if any((row, column) in account.cells for column in columns):
                _cells(page, name.in_language(language), account, row, columns, language)
        page.gap()
        if any(account.line("residual").get(column) for column in columns):
            _line(page, account, "residual", RESIDUAL, columns, language, font=_GAP)
        verdict = {True: ("平衡", "closes"), False: ("不平衡", "does not close"), None: ("有缺项", "entries are missing")}
        page.note(said("检查结果：", "Check: ", language) + said(*verdict[checked.verdict.ok], language), bold=True)
        for reason in checked.verdict.reasons:
            page.note(reason.text.in_language(language))
        for mark in checked.marks:
            page.note(mark.in_language(language))
        page.widths(26, 15, len(columns) + 2)
    for one in intensities(sheet):
        if one.key in chosen:
            _intensity(book, sheet, one, language)
    return saved(book)


def _intensity(book: Workbook, sheet: BalanceSheet, one: Intensity, language: str) -> None:
    page = Page(book, one.form.title.in_language(language), one.form.decimals)
    page.heading(sheet, one.form.title, one.form.unit, language)
    page.line(
        [said("指标", "Item", language), *(name.in_language(language) for name in one.columns.values())], head=True
    )
    for row, name in one.form.rows.items():
        shown = [_shown(one.cells[row, column], language) for column in one.columns]
        page.line([name.in_language(language), *shown])
    page.gap()
    stock, by = (sheet.account(key).title.in_language(language) for key in (one.form.stock, one.form.by))
    page.note(said(f"“{stock}”的存量除以“{by}”的存量", f"Stocks of “{stock}” divided by those of “{by}”", language))
    if not one.form.basis.verified:
        page.note(f"{one.form.basis.citation}{said('（待核实）', ' (to be verified)', language)}")
    page.widths(26, 15, len(one.columns) + 1)


def seea_workbook(sheet: BalanceSheet, language: str = "zh") -> bytes:
    """The accounts by the rows of the SEEA central framework, physical and, where a price is declared, in yuan."""
    book = new_book()
    for account in sheet.accounts:
        page = Page(book, account.title.in_language(language), account.form.decimals)
        page.heading(sheet, account.title, account.unit, language)
        columns = list(account.columns)
        page.line(
            [said("SEEA行", "SEEA row", language), *(account.columns[c].in_language(language) for c in columns),
             said("所含原因", "Causes", language)],
            head=True,
        )  # fmt: skip
        sums = {"add": ADDITIONS, "reduce": REDUCTIONS} if account.balance is not None else {}
        for row in asset_table(account):
            for side, line in (("add", "additions"), ("reduce", "reductions")):
                # The framework has the sums below the rows they are of.
                if side in sums and _comes_after(row.flow, side):
                    _line(page, account, line, sums.pop(side), columns, language)
            causes = listed([account.form.rows[cause].name.in_language(language) for cause in row.causes], language)
            page.line([row.name.in_language(language), *amounts_of(row, columns, language), causes])
        page.widths(26, 15, len(columns) + 2)
        _worth(page, sheet, account, language)
        if not shape().verified:
            page.gap()
            page.note(
                said("SEEA中心框架的行凭记忆录入，待核实", "The rows of the SEEA central framework are to be verified", language)
            )  # fmt: skip
    return saved(book)


def _comes_after(flow: str, side: str) -> bool:
    """Whether the rows of a side are over when a row of the framework comes."""
    if flow in set(Change):
        return side == "add" and not Change(flow).adds
    return flow != OPENING


def _account(page: Page, account: AccountSheet, language: str) -> None:
    columns = list(account.columns)
    total = [said("合计", "Total", language)] if account.addable else []
    page.line(
        [said("项目", "Item", language), *(account.columns[c].in_language(language) for c in columns), *total], head=True
    )
    for row, declared in account.form.rows.items():
        if declared.side == "closing" and account.balance is not None:
            for name, label in (("additions", ADDITIONS), ("reductions", REDUCTIONS), ("computed", COMPUTED)):
                _line(page, account, name, label, columns, language)
        if any((row, column) in account.cells for column in columns):
            _cells(page, declared.name.in_language(language), account, row, columns, language)
    if account.balance is not None:
        _line(page, account, "residual", RESIDUAL, columns, language, font=_GAP)
    page.line(
        [said("可信度（最低）", "Confidence (lowest)", language), *(account.grade(column) for column in columns)]
    )
    page.gap()
    for reason in account.verdict.reasons:
        page.note(reason.text.in_language(language))
    page.widths(26, 15, len(columns) + 2)


def _line(
    page: Page, account: AccountSheet, name: str, label: Text, columns: list[str], language: str,
    font: Font | None = None,
) -> None:  # fmt: skip
    amounts: list[Any] = []
    for column in columns:
        gone = column in account.outside or column not in account.line(name)
        value = None if gone else account.line(name)[column]
        absent = account.absence(name, column).label.in_language(language)
        amounts.append("" if gone else absent if value is None else value)
    page.line([label.in_language(language), *amounts, *_total(account, name, language)], font=font)


def _total(account: AccountSheet, row: str, language: str) -> list[Any]:
    """The sum of a row; no cell where columns cannot be added."""
    if not account.addable:
        return []
    return [_or_missing(account.total(row), language)]


def _or_missing(amount: Decimal | None, language: str) -> Any:
    return Missing.MISSING.label.in_language(language) if amount is None else amount


def _cells(
    page: Page, label: str, account: AccountSheet, row: str, columns: Sequence[str], language: str
) -> None:
    written = page.line(
        [
            label,
            *(_shown(account.cells.get((row, column)), language) for column in columns),
            *_total(account, row, language),
        ]
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
            said(*words, language)
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
        basis = str(one.trace.standard or "") + ("" if one.verified else said("（待核实）", " (to be verified)", language))
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


def _supply_use(page: Page, table: SupplyUseTable, language: str) -> None:
    kinds = [kind for kind in KINDS if any(key[1] == kind for key in table.figures)]
    page.line(
        [said("单元", "Unit of the economy", language), *(KIND_NAMES[kind].in_language(language) for kind in kinds),
         said("耗水", "Consumption", language)],
        head=True,
    )  # fmt: skip
    for key, name in table.names.items():
        values: list[Any] = []
        for kind in kinds:
            one = table.figures.get((key, kind))
            if one is None:
                values.append("")
            elif isinstance(one.figure, Missing):
                values.append(one.figure.label.in_language(language))
            else:
                values.append(one.figure)
        page.line([name.in_language(language), *values, _or_missing(table.table.consumption[key], language)])
    totals = [_or_missing(amount, language) for amount in (*map(table.total, kinds), table.table.value)]
    page.line([said("合计", "Total", language), *totals])
    page.gap()
    page.line(
        [said("供给减获得", "Passed on less received", language), _or_missing(table.table.passed_on, language)]
    )
    for reason in table.table.verdict.reasons:
        page.note(reason.text.in_language(language))
    page.widths(24, 18, len(kinds) + 2)


def _missing(page: Page, sheet: BalanceSheet, language: str) -> None:
    page.line(
        [
            said(*words, language)
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
