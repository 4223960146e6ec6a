"""One cell of an account: a figure or the reason why there is none, how far it may be trusted, and its arithmetic. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ecociv.core.decimals import plain
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.trace import Trace


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell.

    Attributes
    ----------
    figure : Decimal or Missing
        In the unit of the account.
    source : str
        Kind of source: return, series, layer, sections, register, previous, none.
    grade : str
        Grade of confidence; empty where there is no figure.
    marks : frozenset of str
        What lowered the grade: older, fallback, partial, estimate, sample.
    reason : Text or None
        Why there is no figure.
    """

    figure: Decimal | Missing
    source: str
    trace: Trace = field(repr=False)
    grade: str = ""
    marks: frozenset[str] = frozenset()
    reason: Text | None = None
    sample: bool = False

    @property
    def number(self) -> Decimal | None:
        """The figure, or none where it is missing."""
        return None if isinstance(self.figure, Missing) else self.figure

    @property
    def missing(self) -> Missing | None:
        """The kind of absence, or none where there is a figure."""
        return self.figure if isinstance(self.figure, Missing) else None

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values, without the trace."""
        return {
            "value": None if self.number is None else plain(self.number),
            "missing": None if self.missing is None else self.missing.value,
            "reason": self.reason.to_mapping() if self.reason else None,
            "source": self.source,
            "grade": self.grade,
            "marks": sorted(self.marks),
            "sample": self.sample,
        }


def missing_cell(
    kind: Missing, label: Text, unit: str, reason: Text, *, source: str = "none", sample: bool = False,
    trace: Trace | None = None,
) -> Cell:  # fmt: skip
    """A cell without a figure."""
    made = trace or Trace(label, kind, unit, "", notes=(reason,))
    return Cell(kind, source, made, reason=reason, sample=sample)
