"""Losses and gains of several years at the value of one year (贴现), row by row. Pure: no Django."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal, localcontext

from ecociv.core.quantities import label_of
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput

DIGITS = 50
"""Digits that are carried; the amount alone is rounded, to the fen."""


@dataclass(frozen=True, slots=True)
class DiscountedYear:
    """A figure of a year with its factor and its value in the base year, both unrounded."""

    year: int
    figure: Decimal
    factor: Decimal
    present: Decimal

    @property
    def factor_shown(self) -> Decimal:
        """The factor with six decimals, for reading."""
        return round_half_even(self.factor, 6)

    @property
    def present_shown(self) -> Decimal:
        """The value in the base year with four decimals, for reading."""
        return round_half_even(self.present, 4)


@dataclass(frozen=True, slots=True)
class DiscountTable:
    """One side of an equivalency: its years, and what they come to in the base year."""

    label: Text
    unit: str
    rows: tuple[DiscountedYear, ...]
    total: Decimal

    @property
    def unit_shown(self) -> Text:
        """The unit of the figures in words."""
        return label_of(self.unit)

    @property
    def total_shown(self) -> Decimal:
        """The sum with four decimals, for reading."""
        return round_half_even(self.total, 4)


def discounting(figures: Mapping[int, Decimal], base: int, rate: Decimal) -> tuple[DiscountedYear, ...]:
    """Each year with its factor ``(1 + rate) ^ (base - year)``, oldest first.

    Examples
    --------
    >>> [(row.year, str(row.factor_shown), str(row.present_shown))
    ...  for row in discounting({2018: Decimal(10), 2016: Decimal(10)}, 2017, Decimal("0.03"))]
    [(2016, '1.030000', '10.3000'), (2018, '0.970874', '9.7087')]
    """
    with localcontext() as context:
        context.prec = DIGITS
        found = []
        for year, figure in sorted(figures.items()):
            factor = (1 + rate) ** (base - year)
            found.append(DiscountedYear(year, figure, factor, figure * factor))
    return tuple(found)


def discount_tables(trace: Trace) -> tuple[DiscountTable, ...]:
    """The tables of every equivalency in the arithmetic of a valuation; nothing where there is none.

    Read from what was recorded: the figures of the years, the rate and the base year that the trace carries. Arithmetic that
    was recorded without its base year has no table.
    """
    found: list[DiscountTable] = []
    if trace.formula == "losses / gains * price" and len(trace.parameters) == 2:
        rate, base = (parameter.value for parameter in trace.parameters)
        for side in trace.inputs:
            if not isinstance(side, Trace) or not isinstance(rate, Decimal) or not isinstance(base, Decimal):
                continue
            leaves = [leaf for leaf in side.inputs if isinstance(leaf, TraceInput)]
            figures = {int(leaf.valid): leaf.value for leaf in leaves if isinstance(leaf.value, Decimal)}
            assert isinstance(side.value, Decimal)
            unit = leaves[0].unit if leaves else ""
            found.append(DiscountTable(side.label, unit, discounting(figures, int(base), rate), side.value))
        return tuple(found)
    for each in trace.inputs:
        if isinstance(each, Trace):
            found += discount_tables(each)
    return tuple(found)
