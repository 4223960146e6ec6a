"""From cells to an account that closes or says by how much it does not. Pure: no Django.

Opening + additions - reductions = closing, column by column. The unexplained residual is a line of its own and is shared out
nowhere; a missing cell leaves its column open, and stays missing with its kind.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

from ecociv.accounts.cells import Cell, missing_cell
from ecociv.accounts.closing import absent, closes, continues, exchanges, keeps_total
from ecociv.accounts.forms import CLOSING, OPENING, AccountForm, national
from ecociv.core.decimals import plain
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.core.verdicts import Verdict, all_hold
from ecociv.standards.natural_capital.balance import Balance, add_up, balance

Amount = Decimal | None
FIRST_YEAR = Text(
    zh="上一年度没有账户，期初存量没有来源",
    en="There is no account of the year before, and no source of the opening",
)
ADDITIONS = Text(zh="增加合计", en="Additions in all")
REDUCTIONS = Text(zh="减少合计", en="Reductions in all")
COMPUTED = Text(zh="期末推算值", en="Closing stock that follows")
RESIDUAL = Text(zh="未解释差额", en="Unexplained residual")


@dataclass(frozen=True, slots=True)
class AccountSheet:
    """One account of one area and year.

    Attributes
    ----------
    cells : mapping of (row, column) to Cell
        What the sources gave; a cell that is not there has no source because there is no such change.
    balance : Balance or None
        The columns that are part of the account; none for an account of flows.
    outside : tuple of str
        Columns that do not arise here (not applicable at both ends).
    totals : mapping of str to (Decimal or None)
        Sum of each row over the columns, where they may be added.
    verdict : Verdict
        Codes: ``unexplained``, ``entry-missing``, ``below-zero``, ``exchange``, ``discontinuous``, ``total-changed``.
    """

    key: str
    form: AccountForm = field(repr=False)
    columns: Mapping[str, Text]
    cells: Mapping[tuple[str, str], Cell] = field(repr=False)
    balance: Balance | None = field(repr=False)
    outside: tuple[str, ...]
    verdict: Verdict
    tolerance: Decimal

    @property
    def title(self) -> Text:
        """Title in both languages."""
        return self.form.name

    @property
    def unit(self) -> str:
        """Unit expression."""
        return self.form.unit

    @property
    def stock(self) -> bool:
        """Whether the account has stocks."""
        return self.form.kind == "stock"

    @property
    def sample(self) -> bool:
        """Whether any figure is generated."""
        return any(cell.sample for cell in self.cells.values() if cell.number is not None)

    def figure(self, row: str, column: str) -> Amount:
        """A figure; none where it is missing or there is no such change."""
        cell = self.cells.get((row, column))
        return None if cell is None else cell.number

    def line(self, name: str) -> Mapping[str, Amount]:
        """Additions, reductions, computed closing or residual by column."""
        if self.balance is None:
            return {}
        return getattr(self.balance, name)  # type: ignore[no-any-return]

    @property
    def addable(self) -> bool:
        """Whether the columns may be added: not ore of several minerals, not several pollutants."""
        return self.form.resource not in ("minerals", "emissions")

    def total(self, row: str) -> Amount:
        """Sum of a row over the columns that are part of the account; none where one is missing, or they cannot be added."""
        if not self.addable:
            return None
        if row in ("additions", "reductions", "computed", "residual"):
            amounts = [gap for column, gap in self.line(row).items() if column not in self.outside]
            return add_up(amounts) if amounts else None
        of_row = [self.cells[row, column] for column in self.columns if (row, column) in self.cells]
        taken = [cell for cell in of_row if cell.figure is not Missing.NOT_APPLICABLE]
        return add_up(cell.number for cell in taken) if taken else None

    def absence(self, line: str, column: str) -> Missing:
        """Why a line that follows has no figure: the kind of the entries without one, or missing where they differ."""
        sides = {"additions": ("add",), "reductions": ("reduce",), "computed": ("opening", "add", "reduce")}
        wanted = sides.get(line, ("opening", "add", "reduce", "closing"))
        kinds = {
            cell.missing
            for (row, its), cell in self.cells.items()
            if its == column and self.form.rows[row].side in wanted and cell.missing is not None
        } - {Missing.NOT_APPLICABLE}
        return kinds.pop() if len(kinds) == 1 else Missing.MISSING

    def grade(self, column: str) -> str:
        """The lowest grade of the cells of a column."""
        return national().grades.worst(
            tuple(cell.grade for (_, its), cell in self.cells.items() if its == column)
        )

    def missing(self) -> Iterator[tuple[str, str, Cell]]:
        """Every cell without a figure, with its row and column."""
        for (row, column), cell in self.cells.items():
            if cell.missing is not None:
                yield row, column, cell

    def trace(self, row: str, column: str) -> Trace:
        """The arithmetic of a cell, or of a line that follows from them (additions, reductions, computed, residual).

        Raises
        ------
        KeyError
            No such row or column.
        """
        if (row, column) in self.cells:
            return self.cells[row, column].trace
        if self.balance is None or column not in self.balance.items:
            raise KeyError((row, column))
        name = self.columns[column]
        if row == "computed":
            label = Text(zh=f"{name.zh}：{COMPUTED.zh}", en=f"{name.en}: {COMPUTED.en}")
            value = self.balance.computed[column]
            return Trace(label, value, self.unit, "opening + additions - reductions", self._signed(column))
        if row == "residual":
            label = Text(zh=f"{name.zh}：{RESIDUAL.zh}", en=f"{name.en}: {RESIDUAL.en}")
            return Trace(
                label,
                self.balance.residual[column],
                self.unit,
                "closing as recorded - computed closing",
                (self.trace(CLOSING, column), self.trace("computed", column)),
            )
        side, words = {"additions": ("add", ADDITIONS), "reductions": ("reduce", REDUCTIONS)}[row]
        rows = [each for each in self.form.rows_of(side) if (each, column) in self.cells]  # type: ignore[arg-type]
        label = Text(zh=f"{name.zh}：{words.zh}", en=f"{name.en}: {words.en}")
        value = getattr(self.balance, row)[column]
        return Trace(label, value, self.unit, "sum", tuple(self.cells[each, column].trace for each in rows))

    def _signed(self, column: str) -> tuple[Trace, ...]:
        """The cells from which the closing follows, each with its sign."""
        found = []
        for row, declared in self.form.rows.items():
            sign = {"opening": "", "add": "+ ", "reduce": "- "}.get(declared.side)
            cell = self.cells.get((row, column))
            if sign is None or cell is None or cell.missing is Missing.NOT_APPLICABLE:
                continue
            label = cell.trace.label
            found.append(replace(cell.trace, label=Text(zh=f"{sign}{label.zh}", en=f"{sign}{label.en}")))
        return tuple(found)

    def to_json(self, *, traces: bool = False) -> dict[str, Any]:
        """As plain JSON values."""
        found: dict[str, Any] = {
            "account": self.key,
            "resource": self.form.resource,
            "title": self.title.to_mapping(),
            "unit": self.unit,
            "kind": self.form.kind,
            "columns": {key: name.to_mapping() for key, name in self.columns.items()},
            "rows": {
                key: {
                    "side": row.side,
                    "name": row.name.to_mapping(),
                    "cells": {
                        column: self.cells[key, column].to_json()
                        | ({"trace": self.cells[key, column].trace.to_json()} if traces else {})
                        for column in self.columns
                        if (key, column) in self.cells
                    },
                    "total": _plain(self.total(key)),
                }
                for key, row in self.form.rows.items()
                if any((key, column) in self.cells for column in self.columns)
            },
            "closes": self.verdict.ok,
            "reasons": [
                {"code": reason.code, "text": reason.text.to_mapping()} for reason in self.verdict.reasons
            ],
            "sample": self.sample,
        }
        if self.balance is not None:
            found |= {
                name: {column: _plain(value) for column, value in self.line(name).items()}
                for name in ("additions", "reductions", "computed", "residual")
            }
            found["not_applicable"] = list(self.outside)
        return found


def opening_from(
    previous: AccountSheet | None, form: AccountForm, column: str, name: Text, year: int
) -> Cell:
    """The opening stock as the closing of the year before."""
    label = Text(zh=f"{name.zh}{year}年期初", en=f"{name.en}: opening {year}")
    before = previous.cells.get((CLOSING, column)) if previous is not None else None
    if before is None:
        return missing_cell(Missing.MISSING, label, form.unit, FIRST_YEAR, source="previous")
    if before.missing is not None:
        said = before.reason or before.missing.label
        reason = Text(zh=f"上年期末缺：{said.zh}", en=f"The closing of the year before is missing: {said.en}")
        return missing_cell(
            before.missing, label, form.unit, reason, source="previous", sample=before.sample,
            trace=Trace(label, before.missing, form.unit, "closing of the year before", (before.trace,)),
        )  # fmt: skip
    trace = Trace(label, before.figure, form.unit, "closing of the year before", (before.trace,))
    return Cell(before.figure, "previous", trace, before.grade, before.marks, None, before.sample)


def compile_account(
    key: str,
    form: AccountForm,
    columns: Mapping[str, Text],
    cells: Mapping[tuple[str, str], Cell],
    *,
    year: int,
    previous: AccountSheet | None = None,
    tolerance: Decimal = Decimal(0),
    boundary_changed: bool = False,
) -> AccountSheet:
    """Balance an account from its cells.

    Parameters
    ----------
    cells
        By row and column. The opening that is not there is the closing of `previous`; a change that is not there does not
        arise; a change that is not applicable does not either, and is shown as such.
    previous
        The same account of the year before.
    tolerance
        Largest residual that counts as closed.

    Raises
    ------
    ecociv.standards.natural_capital.AccountError
        A negative or infinite amount; the message names row and column.
    """
    found = dict(cells)
    if form.kind == "flow":
        gaps = [cell for cell in found.values() if cell.missing not in (None, Missing.NOT_APPLICABLE)]
        verdict = Verdict(None if gaps else True, tuple(absent(form, columns, found)))
        return AccountSheet(key, form, columns, found, None, (), verdict, tolerance)
    for column, name in columns.items():
        if (OPENING, column) not in found:
            found[OPENING, column] = opening_from(previous, form, column, name, year)
    outside = tuple(
        column
        for column in columns
        if (CLOSING, column) not in found
        or (
            found[CLOSING, column].missing is Missing.NOT_APPLICABLE and found[OPENING, column].number is None
        )
    )
    part = [column for column in columns if column not in outside]
    worked = balance(
        {column: found[OPENING, column].number for column in part},
        _amounts(form, "add", found, part),
        _amounts(form, "reduce", found, part),
        {column: found[CLOSING, column].number for column in part},
    )
    before = {}
    if previous is not None:
        before = {column: previous.figure(CLOSING, column) for column in part}
    reasons = [
        *closes(form, columns, worked, tolerance),
        *exchanges(form, found, part),
        *continues(columns, worked, before, tolerance),
    ]
    if form.total_constant and not boundary_changed:
        reasons += keeps_total(worked, tolerance)
    answers: list[bool | None] = [False] if any(r.code != "entry-missing" for r in reasons) else [True]
    answers += [None for reason in reasons if reason.code == "entry-missing"]
    return AccountSheet(
        key, form, columns, found, worked, outside, Verdict(all_hold(answers), tuple(reasons)), tolerance
    )


def _amounts(
    form: AccountForm, side: str, cells: Mapping[tuple[str, str], Cell], columns: list[str]
) -> dict[str, dict[str, Amount]]:
    found: dict[str, dict[str, Amount]] = {}
    for row in form.rows_of(side):  # type: ignore[arg-type]
        amounts = {
            column: cell.number
            for column in columns
            if (cell := cells.get((row, column))) is not None and cell.missing is not Missing.NOT_APPLICABLE
        }
        if amounts:
            found[row] = amounts
    return found


def _plain(value: Amount) -> str | None:
    return None if value is None else plain(value)


@dataclass(frozen=True, slots=True)
class StockAt:
    """A stock on a day."""

    account: str
    column: str
    name: Text
    figure: Decimal | Missing
    unit: str
    on_year: int
    grade: str
    sample: bool
    reason: Text | None
    trace: Trace = field(repr=False)

    @property
    def number(self) -> Amount:
        """The figure, or none where it is missing."""
        return None if isinstance(self.figure, Missing) else self.figure
