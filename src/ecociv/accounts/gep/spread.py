"""What the uncertainty of each figure does to a line: the interval where it alone varies. Pure: no Django."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from ecociv.accounts.gep.declaration import ZoneGep
from ecociv.accounts.gep.statement import Draws, Found, GepLine, drawn_values, ends_of
from ecociv.core.missing import Missing
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Citation, Trace

SHARE_DIGITS = 1


@dataclass(frozen=True, slots=True)
class Influence:
    """One figure of a line.

    Attributes
    ----------
    name : str
        Name of the input in the method; "price" for the unit price.
    uncertainty : Decimal
        Relative standard uncertainty, 0.2 for 20 %; 0 where none is declared.
    low, high : Decimal or None
        Ends of the interval of the line, in yi_yuan, where this figure alone varies; none where it does not vary.
    share : Decimal or None
        Its part in the sum of the variances that the figures cause each alone, in per cent.
    used_by : tuple of Text
        Other lines that use the same figure, and move with it.
    """

    name: str
    label: Text
    figure: Decimal | Missing
    unit: str
    uncertainty: Decimal
    citation: Citation | None
    trace: Trace | None
    low: Decimal | None
    high: Decimal | None
    share: Decimal | None
    used_by: tuple[Text, ...]
    reason: Text | None = None
    sample: bool = False


def influences(declared: ZoneGep, line: GepLine, lines: tuple[GepLine, ...]) -> tuple[Influence, ...]:
    """The figures of a line, inputs first and then the price, with what each does to it.

    Parameters
    ----------
    lines
        All lines of the statement, to say which of them share a figure.
    """
    draws = Draws(declared.seed, declared.draws)
    complete = all(isinstance(one.figure, Decimal) for one in line.given.values())
    kept: list[tuple[str, Found | None]] = [(name, found) for name, found in line.given.items()]
    if line.declared.price:
        kept.append(("price", None))
    moved: dict[str, tuple[Decimal | None, Decimal | None, float]] = {}
    for name, found in kept:
        of = found.name if found is not None else f"price:{line.declared.price}"
        if not complete:
            moved[name] = (None, None, 0.0)
            continue
        drawn = drawn_values(declared, line.declared, line.given, draws, only=of)
        low, high = ends_of(drawn, declared.level)
        moved[name] = (low, high, float(np.var(drawn)) if low is not None else 0.0)
    together = sum(variance for _low, _high, variance in moved.values())
    made = []
    for name, found in kept:
        low, high, variance = moved[name]
        share = (
            None
            if low is None or not together
            else round_half_even(Decimal(repr(variance / together * 100)), SHARE_DIGITS)
        )
        made.append(
            _input(name, found, line, lines, (low, high), share)
            if found is not None
            else _price(declared, line, lines, (low, high), share)
        )
    return tuple(made)


Ends = tuple[Decimal | None, Decimal | None]


def _input(
    name: str, found: Found, line: GepLine, lines: tuple[GepLine, ...], ends: Ends, share: Decimal | None
) -> Influence:
    others = tuple(
        other.declared.indicator
        for other in lines
        if found.name
        and other.declared.key != line.declared.key
        and any(one.name == found.name for one in other.given.values())
    )
    return Influence(
        name, found.trace.label, found.figure, found.unit, found.uncertainty, found.trace.standard, found.trace,
        *ends, share, others, found.reason, found.sample,
    )  # fmt: skip


def _price(
    declared: ZoneGep, line: GepLine, lines: tuple[GepLine, ...], ends: Ends, share: Decimal | None
) -> Influence:
    price, named = line.price, declared.prices[line.declared.price]
    assert price is not None
    others = tuple(
        other.declared.indicator
        for other in lines
        if other.declared.price == line.declared.price and other.declared.key != line.declared.key
    )
    return Influence(
        "price",
        named.name,
        price.value,
        price.unit,
        named.uncertainty,
        price.citation,
        None,
        *ends,
        share,
        others,
    )
