"""The whole package of a zone and the questions one asks of it."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import TypeVar

from ecociv.plan.package.duties import Duty, Project, QuantifiedTarget, Task
from ecociv.plan.package.indicators import Indicator, Series
from ecociv.plan.package.organisations import (
    GroupMembers,
    Organisation,
    OrganisationKind,
    UnknownOrganisation,
)
from ecociv.plan.package.zone import Zone

Item = TypeVar("Item", Indicator, Task, Project)


@dataclass(frozen=True)
class ResolvedDuty:
    """A body's part in a duty: ``role`` is ``lead`` or ``support``, ``position`` its place in the list."""

    duty: Task | Project
    role: str
    position: int
    via_group: str | None = None


class ZonePackage:
    """A zone's plan as data; the same object whether read from files or from the database.

    Parameters
    ----------
    zone, organisations, indicators, tasks, projects
        The validated parts.
    digest : str
        Digest of the content, printed on exports so that an import can tell which plan it started from.
    """

    def __init__(
        self,
        zone: Zone,
        organisations: Iterable[Organisation],
        indicators: Iterable[Indicator],
        tasks: Iterable[Task],
        projects: Iterable[Project],
        digest: str = "",
    ) -> None:
        self.zone = zone
        self.organisations = tuple(organisations)
        self.indicators = tuple(sorted(indicators, key=lambda item: item.number))
        self.tasks = tuple(sorted(tasks, key=lambda item: item.number))
        self.projects = tuple(sorted(projects, key=lambda item: item.number))
        self.digest = digest

    # --- single items -------------------------------------------------------------------------------------

    @cached_property
    def _by_name(self) -> dict[str, Organisation]:
        return {name: body for body in self.organisations for name in body.names}

    @cached_property
    def _by_key(self) -> dict[str, Organisation]:
        return {body.key: body for body in self.organisations}

    @cached_property
    def _series(self) -> dict[str, tuple[Indicator, Series]]:
        return {
            series.key: (indicator, series) for indicator in self.indicators for series in indicator.series
        }

    def resolve(self, name: str) -> Organisation:
        """The body that goes by ``name``, in any form the plan prints.

        Raises
        ------
        UnknownOrganisation
            When no body does.
        """
        body = self._by_name.get(name.strip())
        if body is None:
            raise UnknownOrganisation(name)
        return body

    def organisation(self, key: str) -> Organisation:
        """The body with this key; ``KeyError`` when there is none."""
        return self._by_key[key]

    def has_organisation(self, key: str) -> bool:
        """Whether a body with this key is declared."""
        return key in self._by_key

    def indicator(self, number: int) -> Indicator:
        """The indicator with this number; ``KeyError`` when there is none."""
        return _numbered(self.indicators, number, "indicator")

    def task(self, number: int) -> Task:
        """The task with this number; ``KeyError`` when there is none."""
        return _numbered(self.tasks, number, "task")

    def project(self, number: int) -> Project:
        """The project with this number; ``KeyError`` when there is none."""
        return _numbered(self.projects, number, "project")

    def series(self, key: str) -> tuple[Indicator, Series]:
        """The series with this key and its indicator; ``KeyError`` when there is none."""
        return self._series[key]

    @property
    def series_count(self) -> int:
        """Number of series over all indicators."""
        return len(self._series)

    @property
    def duties(self) -> tuple[Task | Project, ...]:
        """All tasks, then all projects."""
        return (*self.tasks, *self.projects)

    # --- bodies over time ---------------------------------------------------------------------------------

    def body_on(self, key: str, day: dt.date) -> Organisation:
        """The body that holds the whole of a body's duties on a day, following its dated successors.

        Partial transfers do not move the whole.

        Raises
        ------
        KeyError
            When no body has this key.
        """
        body = self.organisation(key)
        seen = {body.key}
        while True:
            later = [step for step in body.successors if step.whole and step.from_ <= day]
            if not later:
                return body
            following = max(later, key=lambda step: step.from_).to
            if following in seen:
                raise ValueError(
                    f"the successors of {key!r} run in a circle through {following!r}: mend organisations.yaml"
                )
            seen.add(following)
            body = self.organisation(following)

    def predecessors(self, key: str) -> list[Organisation]:
        """Bodies whose whole duties came to this one, directly or through others."""
        found: list[Organisation] = []
        for body in self.organisations:
            if any(step.whole and step.to == key for step in body.successors):
                found += [body, *self.predecessors(body.key)]
        return list({body.key: body for body in found}.values())

    def members(self, group: Organisation) -> tuple[Organisation, ...]:
        """The bodies a group stands for; a body that is no group stands for itself."""
        if group.kind is not OrganisationKind.GROUP or group.members is None:
            return (group,)
        if isinstance(group.members, GroupMembers):
            kind = group.members.all_of_kind
            keys = group.members.keys
            return tuple(
                body
                for body in self.organisations
                if body.key in keys or (kind is not None and body.kind is kind and body.in_plan)
            )
        return tuple(self.organisation(key) for key in group.members)

    # --- who does what ------------------------------------------------------------------------------------

    def leads(self, duty: Duty) -> tuple[Organisation, ...]:
        """Leading bodies of a duty, in order."""
        return tuple(self.resolve(name) for name in duty.lead)

    def supports(self, duty: Duty) -> tuple[Organisation, ...]:
        """Supporting bodies of a duty, in order."""
        return tuple(self.resolve(name) for name in duty.support)

    @cached_property
    def _duties_by_body(self) -> dict[str, list[ResolvedDuty]]:
        found: dict[str, list[ResolvedDuty]] = {}
        for duty in self.duties:
            for role, bodies in (("lead", self.leads(duty)), ("support", self.supports(duty))):
                for position, named in enumerate(bodies):
                    for body in dict.fromkeys((named, *self.members(named))):
                        via = named.name if body is not named else None
                        found.setdefault(body.key, []).append(ResolvedDuty(duty, role, position, via))
        return found

    def duties_of(self, key: str, *, role: str | None = None) -> list[ResolvedDuty]:
        """Every part that a body has in tasks and projects as the plan names it (groups included)."""
        return [entry for entry in self._duties_by_body.get(key, []) if role is None or entry.role == role]

    def duties_held(self, key: str, day: dt.date, *, role: str | None = None) -> list[ResolvedDuty]:
        """Every part in the plan that a body holds on a day: its own and those it took over."""
        bodies = {body.key for body in (self.organisation(key), *self.predecessors(key))}
        return [
            entry
            for name in sorted(bodies)
            if self.body_on(name, day).key == key
            for entry in self.duties_of(name, role=role)
        ]

    def tasks_by_lead(self) -> dict[str, int]:
        """Number of tasks by first-named leading body, most first."""
        counts = Counter(self.resolve(task.lead[0]).name for task in self.tasks if task.lead)
        return dict(sorted(counts.items(), key=lambda pair: (-pair[1], pair[0])))

    # --- links between the annexes ------------------------------------------------------------------------

    def shared_cell(self, duty: Task | Project) -> Task | Project:
        """The duty whose goal cell this one shares, or the duty itself."""
        if duty.cell_shared_with is None:
            return duty
        number = duty.cell_shared_with
        return self.task(number) if isinstance(duty, Task) else self.project(number)

    def targets_for_series(self, key: str) -> Iterator[tuple[Task | Project, QuantifiedTarget]]:
        """Figures in tasks and projects that speak of a series."""
        for duty in self.duties:
            for target in duty.targets:
                if target.series == key:
                    yield duty, target

    def duties_for_indicator(self, indicator: Indicator) -> list[Task | Project]:
        """Tasks and projects with a figure for one of the indicator's series."""
        keys = set(indicator.series_keys)
        return [duty for duty in self.duties if any(target.series in keys for target in duty.targets)]

    def summary(self) -> dict[str, object]:
        """Counts of the package, as ``ecociv plan summary`` prints them."""
        return {
            "zone": self.zone.key,
            "indicators": len(self.indicators),
            "series": self.series_count,
            "tasks": len(self.tasks),
            "projects": len(self.projects),
            "programmes": len(self.zone.programmes),
            "organisations": len([body for body in self.organisations if body.in_plan]),
            "tasks_by_lead": self.tasks_by_lead(),
        }


def _numbered(items: tuple[Item, ...], number: int, what: str) -> Item:
    if 1 <= number <= len(items) and items[number - 1].number == number:
        return items[number - 1]
    for item in items:
        if item.number == number:
            return item
    raise KeyError(f"there is no {what} {number}")
