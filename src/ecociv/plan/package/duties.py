"""Duties: tasks (任务) and projects (项目) with who leads, by when, and what is counted."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator
from enum import StrEnum
from typing import Any, Literal

from pydantic import Field, PrivateAttr, model_validator

from ecociv.core.targets import Direction, Target, target_from_mapping
from ecociv.plan.package.dates import PlanDate, PlanDateField
from ecociv.plan.package.fields import LocalText, PackageModel, Uncertain, Unit


class Outcome(StrEnum):
    """A dated outcome that is not a number."""

    STARTED = "started"
    TAKING_SHAPE = "taking-shape"
    BASICALLY_FORMED = "basically-formed"
    COMPLETED = "completed"
    ISSUED = "issued"
    PILOTED = "piloted"
    MAJOR_PROGRESS = "major-progress"
    INTERIM_RESULTS = "interim-results"
    IMPROVED = "improved"
    BUILT = "built"


class Milestone(PackageModel):
    """What must have happened by a date."""

    by: PlanDateField
    outcome: Outcome
    text: LocalText | None = None


class Recurrence(PackageModel):
    """A duty that comes back: every year, or as the need arises from a year on."""

    every: Literal["year", "need"]
    from_: PlanDateField = Field(alias="from")
    by: str | None = Field(default=None, pattern=r"^\d\d-\d\d$")
    duty: LocalText


class QuantifiedTarget(PackageModel):
    """A figure that a task or a project undertakes to reach.

    ``year`` is none where the plan gives no date for the figure. ``made_up_of`` names the quantities of the same duty and year that must add up to this one.
    """

    quantity: LocalText
    series: str | None = None
    year: int | None
    unit: Unit
    unit_label: str
    direction: Direction | None = None
    target: dict[str, Any]
    scope: LocalText | None = None
    made_up_of: tuple[str, ...] = ()

    _typed: Target | None = PrivateAttr(default=None)

    @model_validator(mode="after")
    def _read_target(self) -> QuantifiedTarget:
        self._typed = target_from_mapping(self.target, self.direction or _direction_of(self.target))
        return self

    @property
    def typed(self) -> Target:
        """The typed target."""
        assert self._typed is not None
        return self._typed


def _direction_of(mapping: dict[str, Any]) -> Direction:
    """The direction that the operator itself states; a bare ``hold`` keeps the level."""
    kind = next(iter(mapping), "")
    if kind in ("at_least", "cumulative"):
        return Direction.INCREASE
    return Direction.DECREASE if kind in ("at_most", "zero") else Direction.KEEP


class Duty(PackageModel):
    """What tasks and projects share."""

    number: int
    title: LocalText
    summary: LocalText
    lead: tuple[str, ...]
    support: tuple[str, ...]
    support_open: bool = False
    start: PlanDateField | None
    due: PlanDateField | None
    milestones: tuple[Milestone, ...] = ()
    recurring: Recurrence | None = None
    targets: tuple[QuantifiedTarget, ...] = ()
    cell_shared_with: int | None = None
    uncertain: tuple[Uncertain, ...] = ()

    @property
    def place(self) -> str:
        """How findings and links name this duty, e.g. ``task:112``."""
        return f"{self.place_kind}:{self.number}"

    @property
    def place_kind(self) -> str:
        """``task`` or ``project``."""
        raise TypeError("a duty is a task or a project")

    def dates(self) -> Iterator[tuple[PlanDate, str]]:
        """Every date by which something is due, with what it is for."""
        for milestone in self.milestones:
            yield milestone.by, milestone.outcome.value
        for target in self.targets:
            if target.year is not None:
                yield PlanDate(target.year), "target"
        if self.due is not None:
            yield self.due, "due"

    def next_due(self, today: dt.date) -> PlanDate | None:
        """The nearest date not before ``today``, or none when all have passed."""
        return min(
            (date for date, _ in self.dates() if date.last_day >= today),
            default=None,
            key=lambda d: d.last_day,
        )

    @property
    def measurable(self) -> bool:
        """Whether the duty names an outcome that can be seen to be reached: a figure or a dated result."""
        return bool(self.targets) or any(
            milestone.outcome not in (Outcome.STARTED, Outcome.MAJOR_PROGRESS, Outcome.IMPROVED)
            for milestone in self.milestones
        )


class Task(Duty):
    """A task of the plan's systems (六大体系任务)."""

    system: str
    topic: str

    @property
    def place_kind(self) -> str:
        return "task"


class Project(Duty):
    """A project of the plan's programmes (十大工程项目)."""

    programme: str

    @property
    def place_kind(self) -> str:
        return "project"


ProjectOrTask = Task | Project
