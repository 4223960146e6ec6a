"""A progress report as the rules read it, and which revision counts on a day. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ecociv.supervision.states import PercentBasis, ReportState


@dataclass(frozen=True, slots=True)
class Report:
    """A progress report as the rules read it.

    Attributes
    ----------
    number, revision : int
        Reports of a duty are numbered; a correction is the next revision of its number.
    organisation : str
        Key of the body that reports.
    period : int
        The year reported on.
    reported_on, recorded_on : datetime.date
        When the report first came in, and when this revision of it did: they differ after a correction.
    percent : Decimal or None
        0 to 100, counted in ``basis``; none when not given, which is not zero.
    done_on : datetime.date or None
        The day of completion, as reported; given when the state is done.
    for_all : bool
        Reported by the office of the leading group for every leading body.
    """

    number: int
    revision: int
    organisation: str
    state: ReportState
    period: int
    reported_on: dt.date
    recorded_on: dt.date
    percent: Decimal | None = None
    basis: PercentBasis | None = None
    done_on: dt.date | None = None
    for_all: bool = False


def in_force(reports: Iterable[Report], day: dt.date, known_on: dt.date) -> tuple[Report, ...]:
    """The last revision of each report that was on record at the end of ``known_on`` and is about no later year."""
    newest: dict[int, Report] = {}
    for report in reports:
        if report.recorded_on <= known_on:
            held = newest.get(report.number)
            if held is None or report.revision > held.revision:
                newest[report.number] = report
    return tuple(
        sorted((r for r in newest.values() if r.period <= day.year), key=lambda r: (r.period, r.number))
    )
