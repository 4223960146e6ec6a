"""Tasks and projects as rows of a table: who leads them, and where they stand on the reader's day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from dataclasses import dataclass

from ecociv.plan.package import Duty, Organisation, PlanDate, Project, Task, ZonePackage
from ecociv.supervision.queries import statuses
from ecociv.supervision.rules import DutyStatus


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
    status: DutyStatus

    @property
    def number(self) -> int:
        """Number in its annex."""
        return self.duty.number

    @property
    def next_due(self) -> PlanDate | None:
        """The nearest date that has not passed."""
        following = self.status.next
        return following.obligation.date if following else None


def duty_statuses(
    package: ZonePackage, day: dt.date, today: dt.date, as_of: dt.datetime | None = None
) -> dict[str, DutyStatus]:
    """Where every task and project stood on a day, by what is known today, or was on record at ``as_of``."""
    return statuses(package.zone.key, day, known_on=max(day, today), known_at=as_of, package=package)


def group_titles(package: ZonePackage, language: str) -> dict[str, str]:
    """Titles of systems and programmes by key."""
    systems = {each.key: each.title.in_language(language) for each in package.zone.systems}
    return systems | {each.key: each.title.in_language(language) for each in package.zone.programmes}


def group_of(duty: Task | Project) -> str:
    """Key of the system of a task or the programme of a project."""
    return duty.system if isinstance(duty, Task) else duty.programme


def duty_rows(
    package: ZonePackage, duties: Iterable[Task | Project], known: dict[str, DutyStatus], language: str
) -> list[DutyRow]:
    """Rows of duties in the order given."""
    titles = group_titles(package, language)
    return [
        DutyRow(
            duty=duty,
            goal=package.shared_cell(duty),
            group=titles[group_of(duty)],
            leads=package.leads(duty),
            status=known[duty.place],
        )
        for duty in duties
    ]


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
