"""What computing a period came to: the readings used, the amount with its trace, and why there is none. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ecociv.compensation.agreements.periods import Month, SettlementPeriod
from ecociv.core.digests import digest_of_json
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput


@dataclass(frozen=True, slots=True)
class Reading:
    """A reading as it enters the arithmetic.

    ``how`` is ``measured``, or ``half-limit`` for one below the limit of detection, which enters as half of it.
    """

    place: str
    item: str
    month: Month
    value: Decimal
    unit: str
    series: str
    revision: int
    recorded: dt.datetime
    how: str = "measured"
    sample: bool = False

    def identity(self) -> tuple[str, str, str, str, int]:
        """What tells two states of the evidence apart: series, month, value, how it was taken, revision."""
        month = f"{self.month[0]}-{self.month[1]:02d}"
        return (self.series, month, str(self.value), self.how, self.revision)

    def as_input(self, label: Text) -> TraceInput:
        """As a leaf of a trace."""
        return TraceInput(
            label,
            self.value,
            self.unit,
            self.series,
            self.revision,
            f"{self.month[0]}-{self.month[1]:02d}",
            self.recorded,
            self.sample,
        )


Given = Mapping[tuple[str, str, Month], tuple[Reading, ...]]
"""Readings by place, item and month."""


@dataclass(frozen=True, slots=True)
class Computed:
    """The outcome of a period.

    Attributes
    ----------
    amount : Decimal or None
        Yuan to fen: positive where upstream pays downstream, negative where downstream pays upstream; ``None`` where
        the period cannot be settled, for the reasons in ``open``.
    uncapped : Decimal or None
        Before caps and the least amount.
    """

    period: SettlementPeriod
    amount: Decimal | None
    uncapped: Decimal | None
    trace: Trace | None
    readings: tuple[Reading, ...]
    notes: tuple[Text, ...] = ()
    open: tuple[Text, ...] = ()

    def fingerprint(self) -> str:
        """Digest of the readings alone, to see whether they were restated."""
        return readings_digest(self.readings)

    def content(self) -> dict[str, Any]:
        """As plain JSON, to be kept."""
        return {
            "period": str(self.period),
            "amount": None if self.amount is None else str(self.amount),
            "uncapped": None if self.uncapped is None else str(self.uncapped),
            "trace": self.trace.to_json() if self.trace else None,
            "readings": [
                {
                    "place": each.place,
                    "item": each.item,
                    "month": list(each.month),
                    "value": str(each.value),
                    "unit": each.unit,
                    "series": each.series,
                    "revision": each.revision,
                    "recorded": each.recorded.astimezone(dt.UTC).isoformat(),
                    "how": each.how,
                    "sample": each.sample,
                }
                for each in self.readings
            ],
            "notes": [text.to_mapping() for text in self.notes],
            "open": [text.to_mapping() for text in self.open],
        }

    def digest(self) -> str:
        """Digest of everything: the same evidence and the same version give the same, bit for bit."""
        return digest_of_json(self.content())


def readings_digest(readings: Iterable[Reading]) -> str:
    """Digest of readings in a fixed order."""
    return digest_of_json(sorted([list(each.identity()) for each in readings]))
