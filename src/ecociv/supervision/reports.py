"""A progress report as the rules read it, and which revision counts on a day. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from ecociv.supervision.states import PercentBasis, ReportingRole, ReportState, ReviewOutcome


@dataclass(frozen=True, slots=True)
class Review:
    """What the office of the leading group made of one revision of a report, and when (审核意见).

    ``answer_by`` is the day by which a report that was sent back is to be corrected; none for an accepted one.
    """

    outcome: ReviewOutcome
    reviewed_on: dt.date
    answer_by: dt.date | None = None


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
    role : ReportingRole
        Whether the body reports as a lead or on what it contributes to another body's duty.
    review : Review or None
        The office's review of this revision; none while it waits for one.
    sample : bool
        Invented, to show how the system works.
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
    role: ReportingRole = ReportingRole.LEAD
    review: Review | None = None
    sample: bool = False

    @property
    def leads(self) -> bool:
        """Whether it is a leading body's report: only such a report can change where a duty stands."""
        return self.role is ReportingRole.LEAD

    def outcome_on(self, day: dt.date) -> ReviewOutcome | None:
        """The outcome of its review as far as it was known at the end of a day."""
        if self.review is None or self.review.reviewed_on > day:
            return None
        return self.review.outcome


def in_force(reports: Iterable[Report], day: dt.date, known_on: dt.date) -> tuple[Report, ...]:
    """The revision of each report that counts, as on record at the end of ``known_on``, of those about no later year.

    The newest revision counts, reviewed or not, unless the office sent it back: then the newest revision that had
    been accepted counts, and without one the report does not count at all.

    Examples
    --------
    >>> from dataclasses import replace
    >>> first = Report(1, 1, "a", ReportState.UNDER_WAY, 2016, dt.date(2016, 12, 1), dt.date(2016, 12, 1))
    >>> back = replace(first, review=Review(ReviewOutcome.SENT_BACK, dt.date(2016, 12, 20)))
    >>> [len(in_force([back], dt.date(2016, 12, n), dt.date(2016, 12, n))) for n in (19, 20)]
    [1, 0]
    """
    counted = (_counting(revisions, known_on) for revisions in _by_number(reports, known_on))
    kept = (report for report in counted if report is not None and report.period <= day.year)
    return tuple(sorted(kept, key=lambda r: (r.period, r.number)))


def sent_back(reports: Iterable[Report], day: dt.date, known_on: dt.date) -> tuple[Report, ...]:
    """The newest revisions that the office sent back and that were not corrected by the end of ``known_on``."""
    newest = (revisions[-1] for revisions in _by_number(reports, known_on))
    waiting = (
        report
        for report in newest
        if report.outcome_on(known_on) is ReviewOutcome.SENT_BACK and report.period <= day.year
    )
    return tuple(sorted(waiting, key=lambda r: (r.period, r.number)))


def _by_number(reports: Iterable[Report], known_on: dt.date) -> list[list[Report]]:
    """The revisions known by a day, report by report, oldest revision first."""
    found: dict[int, list[Report]] = {}
    for report in sorted(reports, key=lambda r: (r.number, r.revision)):
        if report.recorded_on <= known_on:
            found.setdefault(report.number, []).append(report)
    return list(found.values())


def _counting(revisions: list[Report], known_on: dt.date) -> Report | None:
    if revisions[-1].outcome_on(known_on) is not ReviewOutcome.SENT_BACK:
        return revisions[-1]
    accepted = [r for r in revisions if r.outcome_on(known_on) is ReviewOutcome.ACCEPTED]
    return accepted[-1] if accepted else None
