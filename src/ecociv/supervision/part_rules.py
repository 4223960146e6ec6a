"""Where one leading body's part of a duty stands on a day. Pure: no Django, no clock."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ecociv.core.verdicts import Reason
from ecociv.plan.package import ProjectOrTask, ZonePackage
from ecociv.supervision import sentences
from ecociv.supervision.obligations import (
    Obligation,
    as_need_arises,
    plan_end,
)
from ecociv.supervision.parts import Part
from ecociv.supervision.reports import Report
from ecociv.supervision.states import DutyState, ReportState

SOON_DAYS = 90
"""A date this many days ahead, or fewer, is near: about the quarter in which an office still plans its work."""


CLOSING_YEARS = 1
"""Whole years after the plan's last milestone in which last reports are still owed; then the rest is history."""


@dataclass(frozen=True, slots=True)
class PartStatus:
    """Where one leading body's part stands."""

    part: Part
    state: DutyState
    reasons: tuple[Reason, ...]
    latest: Report | None
    sent_back: tuple[Report, ...] = ()
    """Reports that the office sent back and that do not count until they are corrected."""


@dataclass(frozen=True, slots=True)
class Moment:
    """A duty on a day, as one looks at it from the day of knowledge."""

    duty: ProjectOrTask
    package: ZonePackage
    today: dt.date
    known: dt.date
    owed: tuple[Obligation, ...]
    before_plan: tuple[Obligation, ...]

    def passed(self, obligation: Obligation) -> bool:
        """The end of its last day lies behind: on the day itself only when looked back at from later."""
        return obligation.day <= self.today and obligation.day < self.known

    def late(self, obligation: Obligation) -> int:
        """Days since its last day, by the end of the day; counted from the day of knowledge on the day itself."""
        return (self.today - obligation.day).days or (self.known - obligation.day).days

    def near(self, obligation: Obligation) -> bool:
        """It has not passed and is at most `SOON_DAYS` days away."""
        return not self.passed(obligation) and (obligation.day - self.today).days <= SOON_DAYS


def part_status(part: Part, reports: Sequence[Report], moment: Moment) -> PartStatus:
    latest = reports[-1] if reports else None
    issued = moment.package.zone.plan.issued
    if latest is None and moment.today < issued:
        return PartStatus(part, DutyState.NOT_DUE, (sentences.not_issued(issued),), None)
    if any(obligation.yearly for obligation in moment.owed):
        state, reasons = _yearly(reports, latest, moment)
    else:
        state, reasons = _dated(latest, moment)
    end = max([plan_end(moment.package), *(obligation.day for obligation in moment.owed)])
    closed = dt.date(end.year + CLOSING_YEARS, 12, 31)
    if moment.today > closed and state not in _FINAL:
        reasons = [sentences.period_over(end, state.value, state.label), *reasons]
        state = DutyState.HISTORICAL
    return PartStatus(part, state, tuple(reasons), latest)


_FINAL = {DutyState.DONE, DutyState.DONE_LATE, DutyState.DELAYED, DutyState.STOPPED}


Decision = tuple[DutyState, list[Reason]]


def _dated(latest: Report | None, moment: Moment) -> Decision:
    """A duty with one or more dates, or none."""
    if latest is not None and latest.state is ReportState.STOPPED:
        return DutyState.STOPPED, _told(latest)
    if latest is not None and latest.done_on is not None and latest.done_on <= moment.today:
        return _done(latest, latest.done_on, moment)
    told = _told(latest)
    ahead = [each for each in moment.owed if not moment.passed(each)]
    if len(ahead) < len(moment.owed):
        behind = _behind(
            latest, moment.owed[len(moment.owed) - len(ahead) - 1], final=not ahead, moment=moment
        )
        if behind is not None:
            return behind[0], [*behind[1], *told]
    if latest is not None and latest.state is ReportState.DELAYED:
        return DutyState.DELAYED, told
    if not ahead:
        begun = latest is not None and latest.state is not ReportState.NOT_STARTED
        state = DutyState.UNDER_WAY if begun else DutyState.NO_DATE
        if moment.before_plan:
            issued = moment.package.zone.plan.issued
            return state, [*told, sentences.before_plan(moment.before_plan[-1].date, issued)]
        return state, [*told, sentences.no_date(as_need_arises(moment.duty, moment.package))]
    silence = _silence(latest, moment)
    if moment.near(ahead[0]):
        left = (ahead[0].day - moment.today).days
        return DutyState.DUE_SOON, [sentences.due_soon(ahead[0].date, left), *silence, *told]
    if silence:
        return DutyState.NO_REPORT, [*silence, *told, sentences.nothing_due(ahead[0].date)]
    return _running(latest, [*told, sentences.nothing_due(ahead[0].date)])


def _behind(latest: Report | None, last: Obligation, *, final: bool, moment: Moment) -> Decision | None:
    """What the date that passed last makes of a duty that is not done; none when nothing is wrong."""
    late = moment.late(last)
    if latest is None or not last.covered_by(latest.period):
        told_for = latest.period if latest is not None else None
        return DutyState.OVERDUE, [sentences.overdue(last.date, late, told_for)]
    if final:
        return DutyState.DELAYED, [sentences.not_done(last.date, late, latest.period)]
    if latest.state is ReportState.NOT_STARTED:
        return DutyState.DELAYED, [sentences.not_started(last.date, late, latest.period)]
    return None


def _yearly(reports: Sequence[Report], latest: Report | None, moment: Moment) -> Decision:
    """A duty of every year: each year that has passed needs its own report."""

    def covers(obligation: Obligation) -> list[Report]:
        return [report for report in reports if obligation.covered_by(report.period)]

    missing = [each for each in moment.owed if moment.passed(each) and not covers(each)]
    late = [
        each.period
        for each in moment.owed
        if (found := covers(each)) and min(report.reported_on for report in found) > each.day
    ]
    told = [*_told(latest), *([sentences.years_reported_late(late)] if late else [])]
    if missing:
        return DutyState.OVERDUE, [sentences.years_unreported([each.period for each in missing]), *told]
    if latest is not None and latest.state in (ReportState.STOPPED, ReportState.DELAYED):
        stopped = latest.state is ReportState.STOPPED
        return (DutyState.STOPPED if stopped else DutyState.DELAYED), told
    open_ones = [each for each in moment.owed if not covers(each)]
    if not open_ones:
        done = latest is not None and latest.state is ReportState.DONE
        reasons = [sentences.years_reported(len(moment.owed)), *told]
        if not done:
            return DutyState.UNDER_WAY, reasons
        return (DutyState.DONE_LATE if late else DutyState.DONE), reasons
    if moment.near(open_ones[0]):
        left = (open_ones[0].day - moment.today).days
        return DutyState.DUE_SOON, [sentences.due_soon(open_ones[0].date, left), *told]
    return _running(latest, [*told, sentences.nothing_due(open_ones[0].date)])


def _running(latest: Report | None, reasons: list[Reason]) -> Decision:
    begun = latest is not None and latest.state in (ReportState.UNDER_WAY, ReportState.DONE)
    return (DutyState.UNDER_WAY if begun else DutyState.NOT_DUE), reasons


def _done(latest: Report, done_on: dt.date, moment: Moment) -> Decision:
    final = moment.owed[-1] if moment.owed else None
    short = [] if latest.percent in (None, 100) else [sentences.done_short(latest.percent)]
    if final is None:
        return DutyState.DONE, [sentences.done(done_on, None), *short]
    if done_on > final.day:
        return DutyState.DONE_LATE, [sentences.done_late(done_on, final.date), *short]
    told_late = latest.reported_on > final.day
    after = [sentences.told_after_due(latest.reported_on, final.date)] if told_late else []
    return DutyState.DONE, [sentences.done(done_on, final.date), *after, *short]


def _told(latest: Report | None) -> list[Reason]:
    """What the last report says, unless that is done or not started."""
    if latest is None:
        return []
    if latest.state is ReportState.STOPPED:
        return [sentences.stopped(latest.period)]
    if latest.state is ReportState.DELAYED:
        return [sentences.delayed(latest.period)]
    if latest.state is ReportState.UNDER_WAY:
        basis = latest.basis.label if latest.basis is not None else None
        return [sentences.under_way(latest.period, latest.percent, basis)]
    return []


def _silence(latest: Report | None, moment: Moment) -> list[Reason]:
    """The last full year of the duty, when no report is about it or a later one."""
    year = moment.today.year - 1
    begins = moment.package.zone.plan.issued.year
    if moment.duty.start is not None:
        begins = max(begins, moment.duty.start.year)
    if year < begins or (latest is not None and latest.period >= year):
        return []
    return [sentences.no_report(year)]
