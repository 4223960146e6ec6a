"""The product of one area and year from its inputs: each line, sums of what is known, and an interval. Pure: no Django.

A line with a missing input stays missing, and so do the sums say what they leave out; nothing is put in its place. The
interval comes from draws: every coefficient, price and reported figure with an uncertainty is drawn once from a log-normal
distribution with its own value as mean, and all lines that use it use the same draw. Each has a generator of its own, made
from the declared seed and its name, so that a line more or less changes nothing in the others.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from ecociv.accounts.gep.declaration import RECORDED, STATED, GepLineDeclared, GepPrice, ZoneGep
from ecociv.accounts.gep.methods import METHODS
from ecociv.core.decimals import to_decimal
from ecociv.core.missing import Missing
from ecociv.core.quantities import convert
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.standards.natural_capital import Category, GepItem, UnitPrice, gep_account, unit_price

MONEY = "yi_yuan"
"""10^8 yuan."""


@dataclass(frozen=True, slots=True)
class Found:
    """An input as it was found.

    Attributes
    ----------
    name : str
        What the draws are kept under: two inputs with one name are one figure.
    figure : Decimal or Missing
        In `unit`.
    """

    name: str
    figure: Decimal | Missing
    unit: str
    uncertainty: Decimal
    trace: Trace
    reason: Text | None = None
    sample: bool = False


@dataclass(frozen=True)
class GepLine:
    """A line with its figures; `quantity` and `value` (yi_yuan) are unrounded.

    Attributes
    ----------
    given : mapping of str to Found
        Its inputs by their name in the method.
    """

    declared: GepLineDeclared
    quantity: Decimal | Missing
    unit: str
    price: UnitPrice | None
    value: Decimal | Missing
    reason: Text | None
    low: Decimal | None
    high: Decimal | None
    trace: Trace = field(repr=False)
    sample: bool = False
    given: Mapping[str, Found] = field(default_factory=dict, repr=False)

    @property
    def number(self) -> Decimal | None:
        """The value where there is one."""
        return None if isinstance(self.value, Missing) else self.value


@dataclass(frozen=True)
class GepStatement:
    """The product of an area in a year.

    Attributes
    ----------
    total : Decimal or None
        Sum of the lines that have a value, in yi_yuan; ``None`` where none has.
    without : tuple of GepLine
        Lines that have none: the total is without them.
    low, high : Decimal or None
        Ends of the interval of the total at `level`, from draws.
    """

    zone: str
    area: str
    area_name: Text
    year: int
    declared: ZoneGep = field(repr=False)
    lines: tuple[GepLine, ...] = field(repr=False)
    total: Decimal | None
    low: Decimal | None
    high: Decimal | None
    trace: Trace = field(repr=False)

    @property
    def without(self) -> tuple[GepLine, ...]:
        """Lines without a value."""
        return tuple(line for line in self.lines if line.number is None)

    @property
    def sample(self) -> bool:
        """Whether any figure is generated."""
        return any(line.sample for line in self.lines)

    def of_category(self, category: Category) -> Decimal | None:
        """Sum of the lines of a category that have a value."""
        return _sum([line.number for line in self.lines if line.declared.category is category])

    def of_service(self, service: Text) -> Decimal | None:
        """Sum of the lines of a service that have a value."""
        return _sum([line.number for line in self.lines if line.declared.service == service])


def compile_statement(
    declared: ZoneGep,
    found: Mapping[tuple[str, str], Found],
    *,
    area: str,
    area_name: Text,
    year: int,
) -> GepStatement:
    """Draw up the product.

    Parameters
    ----------
    found
        Every input by line and name, in the unit of its method.
    """
    draws = Draws(declared.seed, declared.draws)
    lines, drawn = [], np.zeros(declared.draws)
    for line in declared.lines:
        made, values = _line(declared, line, found, draws)
        lines.append(made)
        if values is not None:
            drawn = drawn + values
    total = _sum([line.number for line in lines])
    low, high = ends_of(drawn, declared.level) if total is not None else (None, None)
    trace = _trace(declared, lines, total)
    return GepStatement(declared.zone, area, area_name, year, declared, tuple(lines), total, low, high, trace)


def price_of(price: GepPrice) -> UnitPrice:
    """The price itself, with its document."""
    if price.published:
        return unit_price(price.published, edition=price.edition)
    assert price.value is not None and price.basis is not None
    return UnitPrice(price.value, price.unit, price.basis.standard, price.basis.citation)


class Draws:
    """Factors around 1, one row for each name."""

    def __init__(self, seed: int, count: int) -> None:
        self._seed, self._count, self._kept = seed, count, dict[str, NDArray[np.float64]]()

    def of(self, name: str, uncertainty: Decimal) -> NDArray[np.float64] | float:
        """Log-normal factors with mean 1 and the relative standard deviation given; 1 without uncertainty."""
        if not uncertainty:
            return 1.0
        if name not in self._kept:
            own = int.from_bytes(sha256(name.encode()).digest()[:8], "big")
            spread = math.log1p(float(uncertainty) ** 2)
            normal = np.random.default_rng([self._seed, own]).standard_normal(self._count)
            self._kept[name] = np.exp(math.sqrt(spread) * normal - spread / 2)
        return self._kept[name]


def _line(
    declared: ZoneGep, line: GepLineDeclared, found: Mapping[tuple[str, str], Found], draws: Draws
) -> tuple[GepLine, NDArray[np.float64] | None]:
    given = {name: found[line.key, name] for name in line.inputs}
    sample = any(one.sample for one in given.values())
    price = price_of(declared.prices[line.price]) if line.price else None
    label = Text(
        zh=f"{line.service.zh}：{line.indicator.zh}", en=f"{line.service.en}: {line.indicator.en}"
    )
    gaps = [one for one in given.values() if isinstance(one.figure, Missing)]
    if gaps:
        worst = min(gaps, key=lambda one: list(Missing).index(one.figure))  # type: ignore[arg-type]
        assert isinstance(worst.figure, Missing)
        notes = tuple(one.reason for one in gaps if one.reason)
        trace = Trace(label, worst.figure, MONEY, "", tuple(one.trace for one in given.values()), notes=notes)
        return (
            GepLine(line, worst.figure, line.unit, price, worst.figure, worst.reason, None, None, trace, sample, given),
            None,
        )
    if line.method == STATED:
        only = given["value"]
        assert isinstance(only.figure, Decimal)
        item = GepItem(line.category, line.service, line.indicator, stated=only.figure)
        quantity, unit, below = only.figure, MONEY, only.trace
    else:
        if line.method == RECORDED:
            only = given["quantity"]
            assert isinstance(only.figure, Decimal)
            quantity, unit, below = only.figure, line.unit, only.trace
        else:
            once = METHODS[line.method].formula(numbers_of(given), line.options)
            quantity, unit = to_decimal(float(once.value)), once.unit
            below = _with_sources(once.trace, given)
        assert price is not None
        item = GepItem(
            line.category, line.service, line.indicator, quantity, unit, price.value, price.unit
        )  # fmt: skip
    drawn = drawn_values(declared, line, given, draws)
    value = gep_account([item]).values[0]
    assert value is not None
    trace = _line_trace(label, value, below, price, declared.prices.get(line.price), line.note)
    low, high = ends_of(drawn, declared.level)
    return GepLine(line, quantity, unit, price, value, None, low, high, trace, sample, given), drawn


def numbers_of(given: Mapping[str, Found]) -> dict[str, float]:
    """The inputs that have a figure, as numbers."""
    return {name: float(one.figure) for name, one in given.items() if isinstance(one.figure, Decimal)}


def drawn_values(
    declared: ZoneGep,
    line: GepLineDeclared,
    given: Mapping[str, Found],
    draws: Draws,
    only: str | None = None,
) -> NDArray[np.float64]:
    """The value of a line in every draw, in yi_yuan.

    Parameters
    ----------
    given
        Inputs that all have a figure.
    only
        Name under which draws are kept of the one figure that varies; all vary where none is named.
    """

    def factor(name: str, uncertainty: Decimal) -> NDArray[np.float64] | float:
        return draws.of(name, uncertainty) if only in (None, name) else 1.0

    numbers = numbers_of(given)
    varied = {
        name: np.broadcast_to(number * factor(given[name].name, given[name].uncertainty), (declared.draws,))
        for name, number in numbers.items()
    }
    if line.method == STATED:
        return varied["value"]
    if line.method == RECORDED:
        quantity, unit = varied["quantity"], line.unit
    else:
        found = METHODS[line.method].formula(varied, line.options)
        quantity, unit = found.value, found.unit
    price = price_of(declared.prices[line.price])
    worth = float(convert(Decimal(1), f"{unit} * {price.unit}", MONEY)) * float(price.value)
    moved = quantity * worth * factor(f"price:{line.price}", declared.prices[line.price].uncertainty)
    return np.broadcast_to(np.asarray(moved, dtype=float), (declared.draws,))


def _with_sources(trace: Trace, given: Mapping[str, Found]) -> Trace:
    """The arithmetic of a formula, with where its inputs come from below it."""
    return replace(trace, inputs=(*trace.inputs, *(one.trace for one in given.values())))


def _line_trace(
    label: Text, value: Decimal, below: Trace, price: UnitPrice | None, named: GepPrice | None, note: Text | None
) -> Trace:
    inputs: list[Trace | TraceInput] = [below]
    citation = None
    if price is not None and named is not None:
        inputs.append(TraceInput(named.name, price.value, price.unit))
        citation = price.citation
    formula = "quantity * price" if price is not None else "as stated"
    return Trace(label, value, MONEY, formula, tuple(inputs), citation, notes=(note,) if note else ())


def _trace(declared: ZoneGep, lines: list[GepLine], total: Decimal | None) -> Trace:
    without = [line for line in lines if line.number is None]
    notes: list[Text] = [declared.note] if declared.note else []
    if without:
        zh = "、".join(line.declared.indicator.zh for line in without)
        en = ", ".join(line.declared.indicator.en for line in without)
        notes.append(Text(zh=f"合计不含：{zh}", en=f"The total is without: {en}"))
    return Trace(
        Text(zh="生态系统生产总值", en="Gross ecosystem product"),
        Missing.MISSING if total is None else total,
        MONEY,
        "sum(quantity * price)",
        tuple(line.trace for line in lines if line.number is not None),
        declared.basis.citation,
        notes=tuple(notes),
    )


def ends_of(drawn: NDArray[np.float64], level: Decimal) -> tuple[Decimal, Decimal] | tuple[None, None]:
    """Ends of the interval; none where nothing varies."""
    if not np.ptp(drawn):
        return None, None
    tail = (1 - float(level)) / 2
    low, high = np.quantile(drawn, [tail, 1 - tail])
    return to_decimal(float(low)), to_decimal(float(high))


def _sum(numbers: list[Decimal | None]) -> Decimal | None:
    known = [number for number in numbers if number is not None]
    return sum(known, Decimal(0)) if known else None
