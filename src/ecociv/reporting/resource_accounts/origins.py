"""Where each figure of a balance sheet comes from, as a table: source, series and revision, grade of confidence."""

from __future__ import annotations

from ecociv.accounts.queries import BalanceSheet
from ecociv.accounts.sdmx.shape import shape
from ecociv.core.quantities import label_of
from ecociv.core.trace import Trace, TraceInput
from ecociv.reporting.resource_accounts.page import Page, said

NAMED = 6
"""Inputs that a line names; the others are counted."""


def origins(page: Page, sheet: BalanceSheet, language: str) -> None:
    """A line for each cell that has a source."""
    page.line(
        [
            said(*words, language)
            for words in (
                ("账户", "Account"), ("行", "Row"), ("栏", "Column"), ("数值", "Figure"), ("单位", "Unit"),
                ("可信度", "Grade"), ("来源", "Source"), ("依据的数据（修订号，入库日期）", "Data it rests on (revision, recorded)"),
                ("示例", "Sample"), ("说明", "Remark"),
            )
        ],
        head=True,
    )  # fmt: skip
    kinds = shape().sources
    for account in sheet.accounts:
        for (row, column), cell in account.cells.items():
            page.line(
                [
                    account.title.in_language(language), account.form.rows[row].name.in_language(language),
                    account.columns[column].in_language(language),
                    cell.missing.label.in_language(language) if cell.missing else cell.number,
                    label_of(account.unit).in_language(language), cell.grade,
                    kinds[cell.source].in_language(language), _rests_on(cell.trace, language),
                    said("是", "yes", language) if cell.sample else "",
                    cell.reason.in_language(language) if cell.reason else "",
                ]
            )  # fmt: skip
    page.widths(30, 16, 10)
    page.sheet.column_dimensions["H"].width = 60


def _rests_on(trace: Trace, language: str) -> str:
    found = list(dict.fromkeys(_named(leaf) for leaf in trace.leaves() if leaf.source_id))
    more = said(f"；另{len(found) - NAMED}项", f"; {len(found) - NAMED} more", language)
    return said("；", "; ", language).join(found[:NAMED]) + (more if len(found) > NAMED else "")


def _named(leaf: TraceInput) -> str:
    told = [f"r{leaf.revision}", *([leaf.recorded.date().isoformat()] if leaf.recorded else [])]
    return f"{leaf.source_id} ({', '.join(told)})"
