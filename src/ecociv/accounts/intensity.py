"""What an account holds for each unit of another, such as stock of timber per hectare of forest. Pure: no Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ecociv.accounts.cells import Cell, missing_cell
from ecociv.accounts.forms import CLOSING, OPENING, IntensityForm, national
from ecociv.accounts.sheet import AccountSheet
from ecociv.core.missing import Missing
from ecociv.core.quantities import convert
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Rounding, Trace

CHANGE = "change"
_NO_AREA = Text(
    zh="分母为零，没有单位面积量", en="There is nothing to divide by, so that there is no intensity"
)


@dataclass(frozen=True, slots=True)
class Intensity:
    """A form of intensities, filled.

    Attributes
    ----------
    cells : mapping of (row, column) to Cell
        Rows ``opening``, ``change``, ``closing``. The change is that of the figures as shown: it adds up.
    """

    key: str
    form: IntensityForm = field(repr=False)
    columns: Mapping[str, Text]
    cells: Mapping[tuple[str, str], Cell] = field(repr=False)

    @property
    def sample(self) -> bool:
        """Whether any figure is generated."""
        return any(cell.sample for cell in self.cells.values() if cell.number is not None)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        return {
            "title": self.form.title.to_mapping(),
            "unit": self.form.unit,
            "rows": {
                row: {column: self.cells[row, column].to_json() for column in self.columns}
                for row in self.form.rows
            },
        }


def intensity_of(key: str, stock: AccountSheet, by: AccountSheet) -> Intensity:
    """Fill a form from its two accounts.

    A cell whose stock or denominator is missing is missing with the same kind and reason; where the denominator is 0 the
    question does not arise.
    """
    form = national().intensities[key]
    cells: dict[tuple[str, str], Cell] = {}
    for column in form.columns:
        name = stock.columns[column]
        for row in (OPENING, CLOSING):
            label = _label(name, form.rows[row])  # type: ignore[index]
            cells[row, column] = _quotient(
                form, label, stock.cells[row, column], by.cells[row, column], stock.unit, by.unit
            )
        first, last = cells[OPENING, column], cells[CLOSING, column]
        cells[CHANGE, column] = _difference(form, _label(name, form.rows["change"]), first, last)
    return Intensity(key, form, {column: stock.columns[column] for column in form.columns}, cells)


def _quotient(form: IntensityForm, label: Text, above: Cell, below: Cell, unit: str, per: str) -> Cell:
    parts = (above, below)
    sample = any(cell.sample for cell in parts)
    for cell in parts:
        if cell.missing is not None:
            trace = Trace(label, cell.missing, form.unit, "stock / area", (above.trace, below.trace))
            return missing_cell(
                cell.missing, label, form.unit, cell.reason or cell.missing.label, sample=sample, trace=trace
            )
    assert above.number is not None and below.number is not None
    if not below.number:
        return missing_cell(Missing.NOT_APPLICABLE, label, form.unit, _NO_AREA, sample=sample)
    value = round_half_even(
        convert(above.number / below.number, f"({unit}) / ({per})", form.unit), form.decimals
    )
    trace = Trace(
        label, value, form.unit, "stock / area", (above.trace, below.trace), form.basis.citation,
        rounding=Rounding("half-even", form.decimals),
    )  # fmt: skip
    return _cell(value, trace, parts)


def _difference(form: IntensityForm, label: Text, first: Cell, last: Cell) -> Cell:
    for cell in (first, last):
        if cell.missing is not None:
            return missing_cell(
                cell.missing, label, form.unit, cell.reason or cell.missing.label, sample=cell.sample
            )
    assert first.number is not None and last.number is not None
    value = last.number - first.number
    return _cell(
        value, Trace(label, value, form.unit, "closing - opening", (last.trace, first.trace)), (first, last)
    )


def _cell(value: Decimal, trace: Trace, parts: tuple[Cell, Cell]) -> Cell:
    grade = national().grades.worst(tuple(cell.grade for cell in parts))
    marks = parts[0].marks | parts[1].marks
    return Cell(value, "derived", trace, grade, marks, None, any(cell.sample for cell in parts))


def _label(name: Text, row: Text) -> Text:
    return Text(zh=f"{name.zh}：{row.zh}", en=f"{name.en}: {row.en}")
