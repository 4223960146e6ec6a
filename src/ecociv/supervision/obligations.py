"""What a duty owes by when. Pure: no Django."""

from __future__ import annotations

import calendar
import datetime as dt
from dataclasses import dataclass

from ecociv.plan.package import PlanDate, ProjectOrTask, ZonePackage

YEARLY = "yearly"


@dataclass(frozen=True, slots=True)
class Obligation:
    """One date of a duty.

    Attributes
    ----------
    date : PlanDate
        As exact as the plan gives it; the obligation falls on its last day.
    kinds : tuple of str
        What is due then: outcomes of milestones, ``target``, ``due``, ``yearly``.
    """

    date: PlanDate
    kinds: tuple[str, ...]

    @property
    def day(self) -> dt.date:
        """The last day on which it can be met in time."""
        return self.date.last_day

    @property
    def period(self) -> int:
        """The year of which a report is expected."""
        return self.date.year

    @property
    def yearly(self) -> bool:
        """Whether it comes back each year; then each year needs its own report."""
        return YEARLY in self.kinds

    def covered_by(self, period: int) -> bool:
        """Whether a report of a year covers the obligation: its own year, or for a one-off date any later one."""
        return period == self.period if self.yearly else period >= self.period


def cell_owner(duty: ProjectOrTask, package: ZonePackage) -> ProjectOrTask:
    """The duty whose goal cell this one shares: its dates and figures hold for both."""
    return package.shared_cell(duty)


def obligations_of(duty: ProjectOrTask, package: ZonePackage) -> tuple[Obligation, ...]:
    """Every date of a duty, earliest first; none where the plan sets none.

    A duty of every year is due by its day of the year (31 December where the plan names none) from its first year
    to its last: the year in which the duty is due, else the plan's last milestone, after which the plan asks nothing.
    Dates of the row whose goal cell a duty shares are its own dates too.
    """
    owner = cell_owner(duty, package)
    found: dict[dt.date, tuple[PlanDate, list[str]]] = {}
    for source in dict.fromkeys((duty.place, owner.place)):
        row = duty if source == duty.place else owner
        for date, kind in (*row.dates(), *((date, YEARLY) for date in _yearly_dates(row, package))):
            _, kinds = found.setdefault(date.last_day, (date, []))
            if kind not in kinds:
                kinds.append(kind)
    return tuple(Obligation(date, tuple(kinds)) for _, (date, kinds) in sorted(found.items()))


def can_be_owed(obligation: Obligation, package: ZonePackage) -> bool:
    """Whether anything can be owed on a date: not when it lay behind on the day on which the plan was issued.

    The one place that says so: states, lists of what is owed, reports in time and triggers all ask here.
    """
    return obligation.day >= package.zone.plan.issued


def owed_dates(duty: ProjectOrTask, package: ZonePackage) -> tuple[Obligation, ...]:
    """The dates of a duty on which something can be owed, earliest first."""
    return tuple(each for each in obligations_of(duty, package) if can_be_owed(each, package))


def plan_end(package: ZonePackage) -> dt.date:
    """The last day of the plan's last milestone."""
    return dt.date(max(package.zone.milestones), 12, 31)


def as_need_arises(duty: ProjectOrTask, package: ZonePackage) -> bool:
    """Whether the duty is done whenever it is needed, which no date can be put on."""
    owner = cell_owner(duty, package)
    return any(row.recurring is not None and row.recurring.every == "need" for row in (duty, owner))


def first_year(duty: ProjectOrTask, package: ZonePackage) -> int:
    """The first year that a report can be about: when the duty starts or, if sooner, when the plan was issued."""
    years = [package.zone.plan.issued.year]
    if duty.start is not None:
        years.append(duty.start.year)
    if duty.recurring is not None:
        years.append(duty.recurring.from_.year)
    years += [obligation.period for obligation in obligations_of(duty, package)]
    return min(years)


def _yearly_dates(duty: ProjectOrTask, package: ZonePackage) -> list[PlanDate]:
    rule = duty.recurring
    if rule is None or rule.every != "year":
        return []
    last = duty.due.year if duty.due is not None else plan_end(package).year
    month, day = (int(part) for part in (rule.by or "12-31").split("-"))
    dates = []
    for year in range(rule.from_.year, last + 1):
        date = PlanDate(year, month, min(day, calendar.monthrange(year, month)[1]))
        if rule.by is None:
            date = PlanDate(year)
        if date.last_day >= rule.from_.first_day:
            dates.append(date)
    return dates
