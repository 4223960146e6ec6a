"""The cells of an account of an area and year, each from the first of its sources that has a figure."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ecociv.accounts.cells import Cell, missing_cell
from ecociv.accounts.declaration import CellSource, ZoneAccounts
from ecociv.accounts.forms import AccountForm, national
from ecociv.accounts.gather.figures import Figures, inside, parts_of
from ecociv.accounts.gather.layers import layer_area
from ecociv.accounts.gather.registers import register_figure
from ecociv.accounts.gather.sections import SectionYear, counted, section_years
from ecociv.core.missing import Missing
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Rounding, Trace


@dataclass(frozen=True)
class Sources:
    """Everything that the accounts of a zone read, as known at a moment."""

    zone: str
    declared: ZoneAccounts
    figures: Figures
    as_of: dt.datetime | None
    sections: dict[str, Mapping[tuple[str, int], SectionYear]] = field(default_factory=dict, repr=False)

    def section_years(self, group: str) -> Mapping[tuple[str, int], SectionYear]:
        """The sections of a group by year."""
        if group not in self.sections:
            self.sections[group] = section_years(self.zone, group, self.as_of)
        return self.sections[group]

    def cells(self, key: str, area: str, year: int) -> dict[tuple[str, str], Cell]:
        """The cells of an account that have a source."""
        account, form = self.declared.accounts[key], self.declared.form(key)
        found: dict[tuple[str, str], Cell] = {}
        for row, sources in account.rows.items():
            for column, name in self.declared.columns(key).items():
                filling = [source for source in sources if source.fills(column)]
                if filling:
                    found[row, column] = self._first(form, area, year, row, column, name, filling)
        return found

    def compared(self, key: str, area: str, year: int) -> dict[str, Cell]:
        """The second source of the closing by column; empty where none is declared."""
        source, form = self.declared.accounts[key].compare, self.declared.form(key)
        if source is None:
            return {}
        return {
            column: self.cell(form, area, year, "closing", column, name, source)
            for column, name in self.declared.columns(key).items()
            if source.fills(column)
        }

    def _first(
        self, form: AccountForm, area: str, year: int, row: str, column: str, name: Text, sources: list[CellSource]
    ) -> Cell:  # fmt: skip
        first: Cell | None = None
        for number, source in enumerate(sources):
            cell = self.cell(form, area, year, row, column, name, source)
            if cell.number is not None:
                return cell if number == 0 else _lowered(cell, "fallback")
            first = first or cell
        assert first is not None
        return first

    def cell(
        self, form: AccountForm, area: str, year: int, row: str, column: str, name: Text, source: CellSource
    ) -> Cell:
        """A cell from one source."""
        what = form.rows[row].name
        label = Text(zh=f"{name.zh}{year}年{what.zh}", en=f"{name.en}, {what.en}, {year}")
        if source.none is not None:
            return missing_cell(source.none.kind, label, form.unit, source.none.reason)
        marks = {"estimate"} if source.estimate else set()
        if source.layer:
            got = layer_area(
                self.zone, area, source.layer, source.classes[column], year, form.unit, form.decimals, label, self.as_of
            )  # fmt: skip
            if isinstance(got.figure, Missing):
                return missing_cell(
                    got.figure, label, form.unit, got.reason or got.figure.label, source="layer", trace=got.trace
                )
            marks |= {"older"} if got.older else set()
            return _cell(form, got.figure, "layer", got.trace, marks, sample=got.sample)
        if source.sections:
            members = inside(self.figures.places, area, self.figures.places.groups[source.sections])
            if not members:
                return missing_cell(Missing.NOT_APPLICABLE, label, form.unit, _NO_SECTION, source="sections")
            made = counted(
                self.declared, self.section_years(source.sections), members, row, column, year, source.weigh, label,
                form.unit,
            )  # fmt: skip
            if made.figure is None:
                assert made.reason is not None
                return missing_cell(
                    Missing.MISSING, label, form.unit, made.reason, source="sections", trace=made.trace
                )
            marks |= {"partial"} if made.partial else set()
            return _cell(form, made.figure, "sections", made.trace, marks, sample=made.sample)
        if source.register_:
            summed = register_figure(self.zone, area, source, row, column, year, form.unit, self.as_of)
        else:
            parts = parts_of(self.figures.places, area, row, column, source)
            summed = self.figures.summed(parts, year, form.unit)
        trace = summed.trace(label, form.unit)
        if isinstance(summed.figure, Missing):
            assert summed.reason is not None
            return missing_cell(
                summed.figure, label, form.unit, summed.reason, source=source.kind, sample=summed.sample, trace=trace
            )  # fmt: skip
        return _cell(form, summed.figure, source.kind, trace, marks, sample=summed.sample)


_NO_SECTION = Text(zh="本地区没有评价断面", en="The area has no section that is evaluated")


def _cell(
    form: AccountForm, figure: Decimal, source: str, trace: Trace, marks: set[str], *, sample: bool
) -> Cell:
    rounded = round_half_even(figure, form.decimals)
    if rounded != figure:
        trace = replace(trace, value=rounded, rounding=Rounding("half-even", form.decimals))
    every = frozenset(marks | ({"sample"} if sample else set()))
    return Cell(rounded, source, trace, national().grades.grade(source, every), every, None, sample)


def _lowered(cell: Cell, mark: str) -> Cell:
    marks = cell.marks | {mark}
    return replace(cell, marks=marks, grade=national().grades.grade(cell.source, marks))
