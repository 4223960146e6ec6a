"""The accounts as tables of the SEEA central framework: physical rows, and rows of values where a price is declared. Pure: no Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ecociv.accounts.money import Worth
from ecociv.accounts.sheet import RESIDUAL, AccountSheet
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.standards.natural_capital import Change
from ecociv.standards.natural_capital.balance import add_up

FLOWS: Mapping[str, Text] = {
    "opening": Text(zh="期初资产存量", en="Opening stock of resources"),
    **{str(change): change.label for change in Change},
    "closing": Text(zh="期末资产存量", en="Closing stock of resources"),
    "emission": Text(zh="排放", en="Emissions"),
}
RESIDUAL_FLOW = "unexplained"
REVALUATION_FLOW, REVALUATION = "revaluation", Text(zh="重估价", en="Revaluation")
MONEY, MONEY_DECIMALS = "yuan", 2


@dataclass(frozen=True, slots=True)
class FlowRow:
    """One row of an asset account of the framework: the causes that belong to it, added up by column.

    Attributes
    ----------
    amounts : mapping of str to (Decimal or None)
        A column that is not there has no such row.
    absent : mapping of str to Missing
        Why there is no amount, for those without one; also for columns to which the row does not apply.
    """

    flow: str
    name: Text
    causes: tuple[str, ...]
    amounts: Mapping[str, Decimal | None]
    absent: Mapping[str, Missing] = field(default_factory=dict)


def asset_table(sheet: AccountSheet) -> tuple[FlowRow, ...]:
    """An account by the rows of the framework; the unexplained residual is the last row.

    A column with a missing cause is missing in its row: nothing is estimated.
    """
    found: list[FlowRow] = []
    flows = dict.fromkeys(row.flow for row in sheet.form.rows.values())
    for flow in (one for one in FLOWS if one in flows):
        causes = tuple(
            key
            for key, row in sheet.form.rows.items()
            if row.flow == flow and any((key, column) in sheet.cells for column in sheet.columns)
        )
        amounts: dict[str, Decimal | None] = {}
        absent: dict[str, Missing] = {}
        for column in sheet.columns:
            cells = [sheet.cells[cause, column] for cause in causes if (cause, column) in sheet.cells]
            kinds = {cell.missing for cell in cells if cell.missing is not None} - {Missing.NOT_APPLICABLE}
            counted = [cell for cell in cells if cell.missing is not Missing.NOT_APPLICABLE]
            if counted:
                amounts[column] = add_up(cell.number for cell in counted)
            elif cells:
                absent[column] = Missing.NOT_APPLICABLE
            if kinds:
                absent[column] = kinds.pop() if len(kinds) == 1 else Missing.MISSING
        if amounts:
            found.append(FlowRow(flow, FLOWS[flow], causes, amounts, absent))
    if sheet.balance is not None:
        residual = {
            column: gap for column, gap in sheet.balance.residual.items() if column not in sheet.outside
        }
        open_ = {column: sheet.absence("residual", column) for column, gap in residual.items() if gap is None}
        found.append(FlowRow(RESIDUAL_FLOW, RESIDUAL, (), residual, open_))
    return tuple(found)


def monetary_rows(worth: Worth) -> tuple[FlowRow, ...]:
    """An account in yuan by the rows of the framework, each to the fen.

    Reductions are positive amounts, as in the physical account: opening + additions - reductions + unexplained +
    revaluation = closing.
    """
    rows = worth.rows()
    names = {**FLOWS, RESIDUAL_FLOW: RESIDUAL, REVALUATION_FLOW: REVALUATION}
    order = [flow for flow in FLOWS if flow != "closing"] + [RESIDUAL_FLOW, REVALUATION_FLOW, "closing"]

    def signed(flow: str, amounts: Mapping[str, Decimal | None]) -> dict[str, Decimal | None]:
        reduces = flow in set(Change) and not Change(flow).adds
        return {
            column: -value if reduces and value is not None else value for column, value in amounts.items()
        }

    return tuple(FlowRow(flow, names[flow], (), signed(flow, rows[flow])) for flow in order if flow in rows)
