"""Where the figure of an item comes from (数据来源). The room that gathers follows it; the engine only names it."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated, Literal

from pydantic import Field

from ecociv.assessment.rules.functions import Number
from ecociv.evidence.declared import Declared


class IndicatorSource(Declared):
    """The value of a series of the plan, or its change since a base year in percent (负数为下降)."""

    kind: Literal["indicator"]
    series: str
    measure: Literal["value", "change-percent"] = "value"
    base: int | None = None
    place: Literal["unit", "zone"] = Field(
        default="unit", description="the unit's own figure, or that of the whole zone"
    )


class Credit(Declared):
    """What a duty is worth, 0 to 100, by how it stands; ``not_done`` is one not finished whose date has passed."""

    on_time: Number = Field(default=Decimal(100), ge=0, le=100)
    late: Number = Field(default=Decimal(60), ge=0, le=100)
    not_done: Literal["zero", "progress"] = "zero"
    not_due: Literal["leave-out", "progress"] = "leave-out"


class DutySource(Declared):
    """Tasks or projects that the unit holds: the mean of their credits, weighted by the share of the unit's part."""

    kind: Literal["tasks", "projects"]
    numbers: tuple[int, ...] | Literal["all"] = "all"
    part: Literal["any", "lead", "support"] = "any"
    credit: Credit = Credit()


class CaseSource(Declared):
    """Count (or share) of cases that the unit answers for, in the year of assessment."""

    kind: Literal["cases"]
    types: tuple[str, ...]
    measure: Literal["opened", "overdue", "open-at-year-end", "closed-on-time-share"]
    colours: tuple[str, ...] = Field(
        default=(), description="of supervision orders: blue, yellow, red; none is all"
    )


class ReturnSource(Declared):
    """Statistical returns that the unit owes: the share sent in time, in percent, or the number late."""

    kind: Literal["returns"]
    forms: tuple[str, ...] | Literal["all"] = "all"
    measure: Literal["on-time-share", "late"] = "on-time-share"


class ReportSource(Declared):
    """Progress reports and the yearly self-report: the share sent in time, in percent, or the number late."""

    kind: Literal["reports"]
    measure: Literal["on-time-share", "late"] = "on-time-share"


class ReturnCellSource(Declared):
    """A cell of a return."""

    kind: Literal["return-cell"]
    form: str
    cell: str
    unit: str = "1"


class EventSource(Declared):
    """Count of events on record by hand, each with its document: incidents, recognitions."""

    kind: Literal["event"]
    event: str


DECIDED_FINDINGS = "decided-findings"
"""Method of a figure that people's decisions on findings make: a hand entry may add to it and never take from it."""


class FalsificationSource(Declared):
    """Findings of the tests for falsified data that a person confirmed, on figures of the year that the unit supplied.

    They count by themselves, each with its decision; what was found otherwise may be added by hand.
    """

    kind: Literal["falsification"]


class ReviewSource(Declared):
    """A score or figure that a person gives with evidence: self score, review and audit stand side by side."""

    kind: Literal["review"]


class AssessmentSource(Declared):
    """The total of another rule set for the same unit and year."""

    kind: Literal["assessment"]
    rules: str


class SatisfiedSource(Declared):
    """Indicators that the unit supplies or answers for: the share, in percent, whose target of the year is met."""

    kind: Literal["indicators-met"]


Source = Annotated[
    IndicatorSource
    | DutySource
    | CaseSource
    | ReturnSource
    | ReportSource
    | ReturnCellSource
    | EventSource
    | FalsificationSource
    | ReviewSource
    | AssessmentSource
    | SatisfiedSource,
    Field(discriminator="kind"),
]
