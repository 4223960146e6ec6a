"""Values at declared prices in a workbook: each row of the framework in yuan, and what has no value with the reason."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from ecociv.accounts.money import Worth
from ecociv.accounts.seea import FlowRow, monetary_rows
from ecociv.core.missing import Missing
from ecociv.reporting.resource_accounts.page import Page, said


def amounts_of(row: FlowRow, columns: Sequence[str], language: str) -> list[Any]:
    """The amounts of a row by column; an absence in words, of its kind."""
    found: list[Any] = []
    for column in columns:
        value = row.amounts.get(column)
        if value is not None:
            found.append(value)
        elif column in row.absent or column in row.amounts:
            found.append(row.absent.get(column, Missing.MISSING).label.in_language(language))
        else:
            found.append("")
    return found


def monetary_lines(page: Page, worth: Worth, language: str) -> None:
    """An account in yuan below its physical rows."""
    names = worth.sheet.columns
    page.note(
        said("按声明单价的价值（元）", "Value at declared prices (yuan)", language)
        + ("" if worth.verified else said("（单价待核实）", " (prices to be verified)", language)),
        bold=True,
    )
    page.line(
        [
            said("SEEA行", "SEEA row", language),
            *(names[column].in_language(language) for column in worth.columns),
        ],
        head=True,
    )
    for row in monetary_rows(worth):
        page.line([row.name.in_language(language), *amounts_of(row, worth.columns, language)])
    for column, reason in worth.without.items():
        page.note(
            f"{names[column].in_language(language)}{said('：', ': ', language)}{reason.in_language(language)}"
        )
    for citation in worth.citations:
        page.note(str(citation))


__all__ = ["amounts_of", "monetary_lines"]
