"""What changed over a term, account by account, column by column, by cause. Pure: no Django.

Opening + what each cause brought + unexplained residuals + breaks between years = closing. Nothing is shared out: the residual
and the break (an opening that is not the closing of the year before) are lines of their own.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from ecociv.accounts.audit.attribution import Ends
from ecociv.accounts.audit.declaration import Measure, RuleSet
from ecociv.accounts.forms import CLOSING, OPENING
from ecociv.accounts.sheet import AccountSheet
from ecociv.core.missing import Missing
from ecociv.core.text import Text

Amount = Decimal | None


@dataclass(frozen=True, slots=True)
class RowSum:
    """One row over the term: signed, so that a reduction is negative; none where a year has no figure."""

    row: str
    name: Text
    cause: str
    amount: Amount


@dataclass(frozen=True, slots=True)
class Movement:
    """One column of one account from the opening to the closing.

    Attributes
    ----------
    causes : mapping of str to Decimal or None
        Net change by cause.
    residual, breaks : Decimal or None
        Unexplained residuals of the years, and jumps from a closing to the next opening.
    gaps : tuple of int
        Years without a figure somewhere in the column.
    places : mapping of str to tuple of int
        By row (and ``residual``), the years whose balance sheet has a cell there: where a reader finds what was added up.
    broken : tuple of int
        Years whose opening is not the closing of the year before.
    """

    account: str
    title: Text
    column: str
    name: Text
    unit: str
    opening: Amount
    closing: Amount
    opening_label: Text | None
    closing_label: Text | None
    rows: tuple[RowSum, ...]
    causes: Mapping[str, Amount]
    residual: Amount
    breaks: Amount
    gaps: tuple[int, ...]
    grade: str
    sample: bool
    stock: bool = True
    places: Mapping[str, tuple[int, ...]] = field(default_factory=dict)
    broken: tuple[int, ...] = ()

    @property
    def change(self) -> Amount:
        """Closing less opening."""
        return None if self.opening is None or self.closing is None else self.closing - self.opening

    @property
    def empty(self) -> bool:
        """Whether it holds nothing at either end and nothing moved between: zeros only, nothing missing."""
        parts = [self.opening, self.closing, *self.causes.values(), *(each.amount for each in self.rows)]
        if self.stock:
            parts += [self.residual, self.breaks]
        return all(each is not None and each == 0 for each in parts)

    @property
    def closes(self) -> bool | None:
        """Whether the lines lead from the opening to the closing; none where one is missing."""
        parts = (self.opening, self.closing, self.residual, self.breaks, *self.causes.values())
        if any(each is None for each in parts):
            return None
        lines = sum((each for each in self.causes.values() if each is not None), Decimal(0))
        assert self.opening is not None and self.closing is not None
        assert self.residual is not None and self.breaks is not None
        return self.opening + lines + self.residual + self.breaks == self.closing


def movements(
    rules: RuleSet, opening: AccountSheet, sheets: Sequence[AccountSheet], first_year: int
) -> tuple[Movement, ...]:
    """Every column of an account over a term.

    Parameters
    ----------
    opening
        The sheet of the year whose closing is the opening position.
    sheets
        Those of the years after it, one a year, in order; none where no year closed within the term.
    first_year
        The year of the first of them.

    Returns
    -------
    tuple of Movement
        Without the columns that do not arise at either end.
    """
    last = sheets[-1] if sheets else opening
    found = []
    for column, name in last.columns.items():
        if column in opening.outside and column in last.outside:
            continue
        found.append(_flows(opening, sheets, column, name, first_year) if not last.stock else _stocks(rules, opening, sheets, column, name, first_year))
    return tuple(found)


def _stocks(
    rules: RuleSet, opening: AccountSheet, sheets: Sequence[AccountSheet], column: str, name: Text, first_year: int
) -> Movement:
    last = sheets[-1] if sheets else opening
    rows: list[RowSum] = []
    totals: dict[str, Amount] = dict.fromkeys(rules.cause_names, Decimal(0))
    for row, declared in last.form.rows.items():
        if declared.side not in ("add", "reduce"):
            continue
        sign = 1 if declared.side == "add" else -1
        cells = [sheet.cells.get((row, column)) for sheet in sheets]
        asked = [cell for cell in cells if cell is not None and cell.missing is not Missing.NOT_APPLICABLE]
        if not asked:
            continue
        amount = _sum(cell.number for cell in asked)
        signed = None if amount is None else sign * amount
        cause = rules.cause_of(row)
        rows.append(RowSum(row, declared.name, cause, signed))
        totals[cause] = _plus(totals[cause], signed)
    gaps: list[int] = []
    residual: Amount = Decimal(0)
    breaks: Amount = Decimal(0)
    broken: list[int] = []
    before = _at(opening, CLOSING, column)
    for year, sheet in enumerate(sheets, first_year):
        gap = sheet.line("residual").get(column) if column not in sheet.outside else Decimal(0)
        start = _at(sheet, OPENING, column)
        if gap is None:
            gaps.append(year)
        residual = _plus(residual, gap)
        breaks = _plus(breaks, None if start is None or before is None else start - before)
        if start != before:
            broken.append(year)
        before = _at(sheet, CLOSING, column)
    start_cell, end_cell = opening.cells.get((CLOSING, column)), last.cells.get((CLOSING, column))
    return Movement(
        last.key, last.title, column, name, last.unit, _at(opening, CLOSING, column), _at(last, CLOSING, column),
        _label(start_cell), _label(end_cell), tuple(rows), totals, residual, breaks, tuple(gaps),
        _worst(opening, last, column), opening.sample or last.sample,
        places=_places({first_year - 1: opening, **dict(enumerate(sheets, first_year))}, column), broken=tuple(broken),
    )  # fmt: skip


def _flows(opening: AccountSheet, sheets: Sequence[AccountSheet], column: str, name: Text, first_year: int) -> Movement:
    last = sheets[-1] if sheets else opening
    return Movement(
        last.key, last.title, column, name, last.unit, flow_of(opening, column), flow_of(last, column), None, None, (), {},
        None, None, (), _worst(opening, last, column), opening.sample or last.sample, stock=False,
        places=_places({first_year - 1: opening, first_year - 1 + len(sheets): last}, column),
    )  # fmt: skip


def _places(sheets: Mapping[int, AccountSheet], column: str) -> dict[str, tuple[int, ...]]:
    found: dict[str, list[int]] = {}
    for year, sheet in sheets.items():
        for row in sheet.form.rows:
            if (row, column) in sheet.cells:
                found.setdefault(row, []).append(year)
        if column in sheet.line("residual") and column not in sheet.outside:
            found.setdefault("residual", []).append(year)
    return {row: tuple(years) for row, years in found.items()}


def flow_of(sheet: AccountSheet, column: str) -> Amount:
    """Amount of the year in a column of an account of flows; none where a row is missing."""
    cells = [sheet.cells[row, column] for row in sheet.form.rows if (row, column) in sheet.cells]
    taken = [cell for cell in cells if cell.missing is not Missing.NOT_APPLICABLE]
    return _sum(cell.number for cell in taken) if taken else None


def figure_of(measure: Measure, sheet: AccountSheet | None) -> Amount:
    """A measure at the end of a year: columns added up, or their share in percent.

    Columns that do not arise count nothing; one that is missing makes the figure missing.
    """
    if sheet is None:
        return None
    part = _added(sheet, measure.columns)
    if not measure.share or part is None:
        return part
    whole = _added(sheet, measure.of)
    return None if not whole else part * 100 / whole


def driver_of(row: str, sheet: AccountSheet | None) -> Amount:
    """A row over all columns, as the driver of a method that takes the weather out."""
    return None if sheet is None else sheet.total(row)


def ends_of(
    measure: Measure,
    before: AccountSheet | None,
    after: AccountSheet | None,
    drivers: tuple[Amount, Amount] = (None, None),
) -> Ends:
    """A measure at both ends of a term."""
    return Ends(figure_of(measure, before), figure_of(measure, after), *drivers)


def _added(sheet: AccountSheet, columns: Iterable[str]) -> Amount:
    found: list[Amount] = []
    for column in columns:
        if column not in sheet.columns:
            continue
        if sheet.stock:
            cell = sheet.cells.get((CLOSING, column))
            if cell is None or cell.missing is Missing.NOT_APPLICABLE:
                continue
            found.append(cell.number)
        else:
            found.append(flow_of(sheet, column))
    return _sum(found) if found else None


def _at(sheet: AccountSheet, row: str, column: str) -> Amount:
    cell = sheet.cells.get((row, column))
    if cell is None or cell.missing is Missing.NOT_APPLICABLE:
        # What does not arise holds nothing.
        return Decimal(0)
    return cell.number


def _label(cell: object) -> Text | None:
    missing = getattr(cell, "missing", None)
    return missing.label if missing is not None else None


def _worst(opening: AccountSheet, last: AccountSheet, column: str) -> str:
    grades = [grade for grade in (opening.grade(column), last.grade(column)) if grade]
    return max(grades, default="")


def _sum(amounts: Iterable[Amount]) -> Amount:
    total = Decimal(0)
    for each in amounts:
        if each is None:
            return None
        total += each
    return total


def _plus(one: Amount, other: Amount) -> Amount:
    return None if one is None or other is None else one + other
