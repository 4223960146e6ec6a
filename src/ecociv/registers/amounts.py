"""Amounts of entries on record, added up with every entry in the trace. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput


@dataclass(frozen=True, slots=True)
class Amount:
    """What one entry amounts to. ``unit`` is that of its field."""

    kind: str
    key: str
    title: str
    amount: Decimal
    unit: str
    day: dt.date
    revision: int = 1
    recorded: dt.datetime | None = None
    sample: bool = False

    @property
    def leaf(self) -> TraceInput:
        """The entry at the bottom of a trace, by kind, number and revision."""
        return TraceInput(
            Text(zh=self.title, en=self.title),
            self.amount,
            self.unit,
            source_id=f"register:{self.kind}/{self.key}",
            revision=self.revision,
            valid=self.day.isoformat(),
            recorded=self.recorded,
            sample=self.sample,
        )


def total(amounts: Iterable[Amount]) -> Decimal:
    """The sum; 0 where there is none.

    >>> def one(amount): return Amount("k", "1", "t", Decimal(amount), "yuan", dt.date(2016, 5, 1))
    >>> total([one("0.10"), one("0.20")]), total([])
    (Decimal('0.30'), Decimal('0'))
    """
    return sum((one.amount for one in amounts), Decimal(0))


def summed(label: Text, amounts: Iterable[Amount], unit: str, formula: str) -> Trace:
    """The sum as a trace with an input for each entry."""
    rows = tuple(amounts)
    return Trace(label, total(rows), unit, formula, tuple(one.leaf for one in rows))
