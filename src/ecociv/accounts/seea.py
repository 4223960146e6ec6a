"""The accounts as tables of the SEEA central framework: rows for a workbook, and SDMX-CSV. Pure: no Django."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from pathlib import Path

from ecociv.accounts.cells import Cell
from ecociv.accounts.sheet import AccountSheet
from ecociv.core.decimals import plain
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.evidence.declared import Declared, read_declaration
from ecociv.standards.natural_capital import Change
from ecociv.standards.natural_capital.balance import add_up


class Concept(Declared):
    """A column of the file, and the list that its codes come from."""

    key: str
    codes: str


class Structure(Declared):
    """The declared shape of the file."""

    structure: str
    structure_id: str
    verified: bool
    dimensions: tuple[Concept, ...]
    attributes: tuple[Concept, ...]
    missing: dict[Missing, str]
    observed: str
    estimated: str
    confidential: dict[str, str]

    @property
    def header(self) -> list[str]:
        """Names of the columns."""
        return [
            "STRUCTURE", "STRUCTURE_ID", "ACTION", *(one.key for one in self.dimensions), "OBS_VALUE",
            *(one.key for one in self.attributes),
        ]  # fmt: skip


@lru_cache(maxsize=1)
def structure() -> Structure:
    """The shape in ``sdmx.yaml``."""
    return read_declaration(Path(__file__).parent / "sdmx.yaml", Structure)


FLOWS: Mapping[str, Text] = {
    "opening": Text(zh="期初资产存量", en="Opening stock of resources"),
    **{str(change): change.label for change in Change},
    "closing": Text(zh="期末资产存量", en="Closing stock of resources"),
    "emission": Text(zh="排放", en="Emissions"),
}
RESIDUAL_FLOW = "unexplained"


@dataclass(frozen=True, slots=True)
class FlowRow:
    """One row of an asset account of the framework: the causes that belong to it, added up by column."""

    flow: str
    name: Text
    causes: tuple[str, ...]
    amounts: Mapping[str, Decimal | None]


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
        for column in sheet.columns:
            cells = [
                sheet.cells[cause, column]
                for cause in causes
                if (cause, column) in sheet.cells
                and sheet.cells[cause, column].missing is not Missing.NOT_APPLICABLE
            ]
            if cells:
                amounts[column] = add_up(cell.number for cell in cells)
        if amounts:
            found.append(FlowRow(flow, FLOWS[flow], causes, amounts))
    if sheet.balance is not None:
        residual = {
            column: gap for column, gap in sheet.balance.residual.items() if column not in sheet.outside
        }
        found.append(FlowRow(RESIDUAL_FLOW, Text(zh="未解释差额", en="Unexplained residual"), (), residual))
    return tuple(found)


def sdmx_csv(sheets: Iterable[tuple[str, int, AccountSheet]]) -> str:
    """Accounts as SDMX-CSV 2.0.

    Parameters
    ----------
    sheets
        Area code (GB/T 2260), year and account.

    Returns
    -------
    str
        One line for each cell, missing ones with their status; the unexplained residual as cause ``unexplained``.
    """
    shape = structure()
    buffer = io.StringIO()
    writer = csv.writer(buffer, lineterminator="\r\n")
    writer.writerow(shape.header)
    for area, year, sheet in sheets:
        for line in _lines(shape, area, year, sheet):
            writer.writerow(line)
    return buffer.getvalue()


def _lines(shape: Structure, area: str, year: int, sheet: AccountSheet) -> Iterator[list[str]]:
    def line(item: str, flow: str, cause: str, value: str, status: str, secret: str, grade: str, sample: bool, comment: str) -> list[str]:  # fmt: skip
        return [
            shape.structure, shape.structure_id, "I", "A", area, sheet.key, item, flow, cause, sheet.unit, str(year),
            value, status, secret, str(sheet.form.decimals), grade, "Y" if sample else "N", comment,
        ]  # fmt: skip

    for key, row in sheet.form.rows.items():
        for column in sheet.columns:
            cell = sheet.cells.get((key, column))
            if cell is not None:
                value = "" if cell.number is None else plain(cell.number)
                yield line(
                    column, row.flow, key, value, _status(shape, cell), _secrecy(shape, cell), cell.grade,
                    cell.sample, cell.reason.en if cell.reason else "",
                )  # fmt: skip
    for column, gap in sheet.line("residual").items():
        status = shape.missing[Missing.MISSING] if gap is None else shape.observed
        value = "" if gap is None else plain(gap)
        yield line(
            column, RESIDUAL_FLOW, RESIDUAL_FLOW, value, status, shape.confidential["public"], "", sheet.sample, ""
        )  # fmt: skip


def _status(shape: Structure, cell: Cell) -> str:
    if cell.missing is not None:
        return shape.missing[cell.missing]
    return shape.estimated if "estimate" in cell.marks else shape.observed


def _secrecy(shape: Structure, cell: Cell) -> str:
    return shape.confidential["withheld" if cell.missing is Missing.WITHHELD else "public"]
