"""A body's yearly self-report as its document reads it. Pure."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from ecociv.core.text import Text
from ecociv.reporting.marks import Figure


@dataclass(frozen=True)
class SheetDuty:
    """A duty with what the body said on it; ``late`` and ``done`` as the record stood when it was handed in."""

    place: str
    title: Text
    leads: bool
    label: Text
    light: str
    percent: str
    text: str
    done: bool
    late: bool


@dataclass(frozen=True)
class SheetFigure:
    """A series that the body supplies, with the arithmetic of the value that it reported; none where it had none."""

    series: str
    name: Text
    value: str
    unit: str
    light: str
    figure: Figure | None
    sample: bool = False


@dataclass(frozen=True)
class SheetCase:
    """A case that was open when the report was handed in."""

    number: str
    title: str
    state: Text
    due: str


@dataclass(frozen=True)
class SelfReportSheet:
    """One revision of a self-report, with the office's review of it as known at the moment of the document.

    ``source`` names the revision on record (``self-report:ZONE/BODY/YEAR``).
    """

    source: str
    revision: int
    reported_on: dt.date
    recorded_at: dt.datetime
    due: dt.date
    late: bool
    outcome: Text
    summary: str
    duties: tuple[SheetDuty, ...]
    figures: tuple[SheetFigure, ...]
    cases: tuple[SheetCase, ...]
    promised: str
    promised_outcome: str
    problems: str
    next_steps: str

    @property
    def sample(self) -> bool:
        """Whether any figure rests on sample data."""
        return any(figure.sample for figure in self.figures)
