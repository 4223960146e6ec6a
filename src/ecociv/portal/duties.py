"""Tasks and projects as rows of a table: who leads, where in its term a duty stands on a day."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from enum import StrEnum

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from ecociv.plan.package import Duty, Organisation, PlanDate, Project, Task, ZonePackage

SOON = dt.timedelta(days=92)


class Phase(StrEnum):
    """Where a duty stands in its term: a matter of dates alone, not of what was done."""

    PAST_DUE = "past-due"
    DUE_SOON = "due-soon"
    RUNNING = "running"
    NOT_STARTED = "not-started"
    STANDING = "standing"
    UNDATED = "undated"


PHASE_LABELS: dict[Phase, str | Promise] = {
    Phase.PAST_DUE: _("Term over"),
    Phase.DUE_SOON: _("Due within three months"),
    Phase.RUNNING: _("Running"),
    Phase.NOT_STARTED: _("Not begun"),
    Phase.STANDING: _("Standing duty"),
    Phase.UNDATED: _("No date in the plan"),
}


def phase_of(duty: Duty, day: dt.date) -> Phase:
    """The phase of a duty on a day. The day on which it is due still belongs to its term."""
    if duty.start is not None and duty.start.first_day > day:
        return Phase.NOT_STARTED
    following = duty.next_due(day)
    if following is not None:
        return Phase.DUE_SOON if following.last_day - day <= SOON else Phase.RUNNING
    if duty.recurring is not None:
        return Phase.STANDING
    if next(duty.dates(), None) is None:
        return Phase.UNDATED
    return Phase.PAST_DUE


@dataclass(frozen=True, slots=True)
class DutyRow:
    """One task or project for a table.

    ``goal`` is the row of the plan that holds its dates and figures: itself, unless the plan merged its goal cell
    with an earlier row's.
    """

    duty: Task | Project
    goal: Duty
    group: str
    leads: tuple[Organisation, ...]
    phase: Phase
    next_due: PlanDate | None

    @property
    def number(self) -> int:
        """Number in its annex."""
        return self.duty.number

    @property
    def phase_label(self) -> str | Promise:
        """The phase in words."""
        return PHASE_LABELS[self.phase]


def duty_row(package: ZonePackage, duty: Task | Project, day: dt.date, group: str) -> DutyRow:
    """The row of one duty on a day; ``group`` names its system or programme for the reader."""
    goal = package.shared_cell(duty)
    return DutyRow(
        duty=duty,
        goal=goal,
        group=group,
        leads=package.leads(duty),
        phase=phase_of(goal, day),
        next_due=goal.next_due(day),
    )


@dataclass(frozen=True, slots=True)
class Due:
    """Something that is due on a day."""

    duty: Task | Project
    date: PlanDate
    what: str


def due_between(package: ZonePackage, first: dt.date, last: dt.date) -> list[Due]:
    """Every dated outcome of the plan that falls due in a span of days, both ends included, soonest first."""
    found = {
        (duty.place, date): Due(duty, date, what)
        for duty in package.duties
        for date, what in duty.dates()
        if first <= date.last_day <= last
    }
    return sorted(found.values(), key=lambda due: (due.date.last_day, due.duty.place_kind == "project", due.duty.number))


@dataclass(frozen=True, slots=True)
class Holder:
    """A body that the plan names, and who holds its duties on the day of reading."""

    named: Organisation
    holder: Organisation

    @property
    def moved(self) -> bool:
        """Whether another body holds them now."""
        return self.named.key != self.holder.key


def holders(package: ZonePackage, bodies: tuple[Organisation, ...], day: dt.date) -> list[Holder]:
    """The bodies with their successors on a day."""
    return [Holder(body, package.body_on(body.key, day)) for body in bodies]


def holder_keys(package: ZonePackage, duty: Task | Project, day: dt.date) -> frozenset[str]:
    """Keys of the bodies that lead a duty on a day: those named, the members of groups, and all successors."""
    named = [member for body in package.leads(duty) for member in (body, *package.members(body))]
    return frozenset(key for body in named for key in (body.key, package.body_on(body.key, day).key))
