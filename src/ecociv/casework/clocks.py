"""Clocks of a case, in working days of the PRC. Pure: no Django.

A run of a clock (`ClockRun`) is a value; each of `start`, `pause`, `go_on`, `extend` and `stop` gives the next one.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime
from zoneinfo import ZoneInfo

from ecociv.casework.declaration import CaseClock
from ecociv.core.workdays import add_working_days, working_days_between

BEIJING = ZoneInfo("Asia/Shanghai")
"""The whole country counts its days by this time."""


def day_of(moment: datetime) -> date:
    """The day on which a moment falls, by Beijing time.

    Examples
    --------
    >>> from datetime import UTC
    >>> day_of(datetime(2016, 2, 5, 17, 0, tzinfo=UTC))
    datetime.date(2016, 2, 6)
    """
    return moment.astimezone(BEIJING).date()


@dataclass(frozen=True, slots=True)
class ClockRun:
    """One run of a clock (时限).

    Attributes
    ----------
    clock
        Key of the declared clock.
    started_on
        Day on which it began, which itself does not count.
    due_on
        Last day in time; none while it stands still, and where the field that gives it is empty.
    paused
        Whether it stands still.
    by_notice
        False where part of the way lies in years without a holiday notice (counted Monday to Friday).
    extended_days, extensions
        Working days and number of the extensions granted in this run.
    stopped_on
        Day on which it ended; none while it runs.
    paused_days
        Working days for which it stood still, up to the last time it went on.
    paused_on
        Since when it stands still.
    held
        Whether somebody stopped it by hand, besides what the state of the case says.
    escalated
        The escalations already done in this run, by their ``after``.
    """

    clock: str
    started_on: date
    due_on: date | None
    paused: bool = False
    by_notice: bool = True
    extended_days: int = 0
    stopped_on: date | None = None
    extensions: int = 0
    paused_days: int = 0
    paused_on: date | None = None
    held: bool = False
    escalated: tuple[int, ...] = ()

    def overdue(self, day: date) -> bool:
        """Whether it was past due on a day; a stopped one is judged on the day it stopped."""
        return self.due_on is not None and min(day, self.stopped_on or day) > self.due_on

    def days_left(self, day: date) -> int | None:
        """Working days left after ``day``, negative when late; none while it stands still."""
        return None if self.due_on is None else working_days_between(day, self.due_on)


def start(key: str, clock: CaseClock, day: date, fields: Mapping[str, object]) -> ClockRun:
    """Begin a run.

    Examples
    --------
    Five working days over Spring Festival 2016: 6 and 14 February are worked in exchange, 7 to 13 are off.

    >>> from ecociv.core.text import Text
    >>> clock = CaseClock(title=Text(zh="签收", en="Sign"), working_days=5, runs_in=("assigned",))
    >>> start("sign", clock, date(2016, 2, 5), {}).due_on
    datetime.date(2016, 2, 17)
    """
    return due(ClockRun(key, day, None), clock, fields)


def due(run: ClockRun, clock: CaseClock, fields: Mapping[str, object]) -> ClockRun:
    """The run with its due day counted from its beginning, its extensions and the days for which it stood still."""
    if run.paused:
        return replace(run, due_on=None, by_notice=True)
    more = run.paused_days + run.extended_days
    if clock.working_days is not None:
        reached = add_working_days(run.started_on, clock.working_days + more)
        return replace(run, due_on=reached.day, by_notice=reached.by_notice)
    given = str(fields.get(clock.until_field or "") or "")
    if not given:
        return replace(run, due_on=None, by_notice=True)
    until = max(date.fromisoformat(given), run.started_on)
    if more == 0:
        return replace(run, due_on=until, by_notice=True)
    reached = add_working_days(until, more)
    return replace(run, due_on=reached.day, by_notice=reached.by_notice)


def pause(run: ClockRun, day: date) -> ClockRun:
    """Let it stand still from a day on."""
    return run if run.paused else replace(run, paused=True, paused_on=day, due_on=None, by_notice=True)


def go_on(run: ClockRun, clock: CaseClock, day: date, fields: Mapping[str, object]) -> ClockRun:
    """Let it run on: it is due as many working days later as it stood still."""
    if not run.paused or run.paused_on is None:
        return run
    stood = working_days_between(run.paused_on, day)
    return due(replace(run, paused=False, paused_on=None, paused_days=run.paused_days + stood), clock, fields)


def extend(run: ClockRun, clock: CaseClock, days: int, fields: Mapping[str, object]) -> ClockRun:
    """Grant more working days."""
    return due(
        replace(run, extended_days=run.extended_days + days, extensions=run.extensions + 1), clock, fields
    )


def stop(run: ClockRun, clock: CaseClock, day: date, fields: Mapping[str, object]) -> ClockRun:
    """End the run; one that stood still is judged as if it had gone on that day."""
    return replace(go_on(run, clock, day, fields), stopped_on=day, held=False)
