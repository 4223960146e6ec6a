"""What a derivation gives back."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ecociv.core.mappings import FrozenMapping
from ecociv.core.missing import Missing
from ecociv.core.trace import Trace

Figure = Decimal | Missing | Mapping[str, Decimal]
"""A number, the parts of a composition, or why there is none."""


@dataclass(frozen=True, slots=True)
class DayTable:
    """The days behind a yearly figure. ``columns`` name the cells of each row; ``sources`` are file names by SHA-256."""

    columns: tuple[str, ...]
    rows: tuple[tuple[Any, ...], ...]
    sources: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Derived:
    """A figure of a series at a place in a year, with everything that explains it.

    Parameters
    ----------
    series, place, year
        What it is the figure of.
    figure
        As published, in ``unit``.
    unit
        The plan's unit expression.
    trace
        The arithmetic.
    sample
        True when any evidence is generated sample data.
    evidence_digest
        Digest of the observations used, revisions included: the same evidence has the same digest.
    extras
        Plain values for pages and commands: rank, readings, caveats.
    days
        Makes the table of the days behind it, where there are any: it is only made when the figure is recorded.
    """

    series: str
    place: str
    year: int
    figure: Figure
    unit: str
    trace: Trace
    sample: bool
    evidence_digest: str
    extras: Mapping[str, Any] = field(default_factory=FrozenMapping)
    days: Callable[[], DayTable] | None = None

    @property
    def number(self) -> Decimal | None:
        """The figure where it is one number."""
        return self.figure if isinstance(self.figure, Decimal) else None
