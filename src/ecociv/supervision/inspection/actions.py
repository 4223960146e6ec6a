"""Tours: planned, published, drawn, begun, reported. What is found on the way stands in `field_actions`."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ecociv.core.text import Text
from ecociv.people import audit
from ecociv.supervision.inspection.allocation import Allocation
from ecociv.supervision.inspection.declaration import load_inspection_rules
from ecociv.supervision.inspection.design import publication, sample_of
from ecociv.supervision.inspection.models import (
    InspectionTour,
    TourState,
    TourStep,
)
from ecociv.supervision.inspection.permissions import require_plan
from ecociv.supervision.inspection.population import KINDS, population
from ecociv.supervision.inspection.queries import estimate_of, tour_standing

STATE_NAMES = {
    TourState.PLANNED: Text(zh="已计划", en="Planned"),
    TourState.PUBLISHED: Text(zh="种子已公布", en="Seed published"),
    TourState.DRAWN: Text(zh="已抽样", en="Sample drawn"),
    TourState.UNDER_WAY: Text(zh="进行中", en="Under way"),
    TourState.REPORTED: Text(zh="已报告", en="Reported"),
}
ORDER = (TourState.PLANNED, TourState.PUBLISHED, TourState.DRAWN, TourState.UNDER_WAY, TourState.REPORTED)


class InspectionRefused(ValueError):
    """What was asked does not hold together; ``text`` says why and what to do in both languages.

    ``field`` names the input that it is about; empty where it is about none or several.
    """

    def __init__(self, zh: str, en: str, field: str = "") -> None:
        self.text = Text(zh=zh, en=en)
        self.field = field
        super().__init__(en)


class TourMovedOn(InspectionRefused):
    """Somebody else took the step first."""


@dataclass(frozen=True, slots=True)
class PlanTour:
    """Plan a tour: what is inspected, when, what for."""

    zone: str
    title: str
    starts: dt.date
    ends: dt.date
    scope: tuple[str, ...]
    purpose: str
    author: Any
    sample: bool = False

    def check(self) -> None:
        """Refuse whoever may not plan, and a plan without title, purpose, scope or days."""
        require_plan(self.author, self.zone)
        if not self.title.strip() or len(self.title) > 120 or not self.purpose.strip():
            raise InspectionRefused(
                "请填写标题（不超过120字）和目的。", "Give a title (at most 120 characters) and a purpose."
            )
        if self.ends < self.starts:
            raise InspectionRefused("结束日早于开始日。", "The last day lies before the first.", "ends")
        if not self.scope or set(self.scope) - set(KINDS):
            raise InspectionRefused(
                "请选择督查对象的类别。", "Choose the kinds of units to inspect.", "scope"
            )

    def execute(self) -> InspectionTour:
        """Record the tour with its first step."""
        with transaction.atomic():
            self.check()
            tour = InspectionTour(
                zone=self.zone,
                title=self.title.strip(),
                starts=self.starts,
                ends=self.ends,
                scope=[kind for kind in KINDS if kind in self.scope],
                purpose=self.purpose.strip(),
                sample=self.sample,
                author=self.author,
                recorded_at=timezone.now(),
            )
            tour.save()
            _step(tour, TourState.PLANNED, self.author, {}, "")
        return tour


@dataclass(frozen=True, slots=True)
class PublishTour:
    """Freeze the population as it stands today and publish it with strata, sizes and seed, before any draw."""

    tour: InspectionTour
    seed: str
    size: int
    author: Any
    how: Allocation = Allocation.PROPORTIONAL
    declared: Mapping[str, int] = field(default_factory=dict)
    public_number_of: str = ""

    def check(self) -> dict[str, Any]:
        """What would be published; refuses as :func:`publication` does."""
        require_plan(self.author, self.tour.zone)
        rules = load_inspection_rules(self.tour.zone)
        units = population(self.tour.zone, tuple(self.tour.scope), timezone.localdate(), rules)
        return publication(
            units,
            rules,
            seed=self.seed.strip(),
            size=self.size,
            how=self.how,
            declared=self.declared or None,
            public_number_of=self.public_number_of.strip(),
        )

    def execute(self) -> TourStep:
        """Publish; of two at once the second is refused."""
        return _take(self.tour, TourState.PUBLISHED, self.author, self.check)


@dataclass(frozen=True, slots=True)
class DrawSample:
    """Draw the sample that follows from what was published; nothing is left to choose."""

    tour: InspectionTour
    author: Any
    public_number: str = ""

    def check(self) -> dict[str, Any]:
        """The sample; refuses a draw before publication, and one without the public number that was announced."""
        require_plan(self.author, self.tour.zone)
        published = tour_standing(self.tour).published
        if not published:
            raise InspectionRefused("请先公布名单和随机种子。", "Publish the list and the seed first.")
        if bool(published["public_number_of"]) != bool(self.public_number.strip()):
            raise InspectionRefused(
                "公布时指定了公开号码的，抽样时须填写；未指定的不得填写。",
                "Where a public number was announced it has to be given at the draw, and only there.",
                "public_number",
            )
        return sample_of(published, self.public_number.strip())

    def execute(self) -> TourStep:
        """Put the sample on record; of two at once the second is refused."""
        return _take(self.tour, TourState.DRAWN, self.author, self.check)


@dataclass(frozen=True, slots=True)
class BeginTour:
    """Say that the inspectors have set out."""

    tour: InspectionTour
    author: Any

    def check(self) -> dict[str, Any]:
        """Refuse whoever may not."""
        require_plan(self.author, self.tour.zone)
        return {}

    def execute(self) -> TourStep:
        """Take the step."""
        return _take(self.tour, TourState.UNDER_WAY, self.author, self.check)


@dataclass(frozen=True, slots=True)
class ReportTour:
    """Close the visits and put the estimate on record; findings go on as cases."""

    tour: InspectionTour
    conclusion: str
    author: Any

    def check(self) -> dict[str, Any]:
        """The estimate that goes on record; refuses a report without words."""
        require_plan(self.author, self.tour.zone)
        if not self.conclusion.strip():
            raise InspectionRefused("请填写督查结论。", "Write the conclusion.", "conclusion")
        found = estimate_of(tour_standing(self.tour))
        return {"estimate": found.to_json() if found else {}, "conclusion": self.conclusion.strip()}

    def execute(self) -> TourStep:
        """Take the step."""
        return _take(self.tour, TourState.REPORTED, self.author, self.check)


def _take(tour: InspectionTour, state: TourState, author: Any, check: Any) -> TourStep:
    try:
        with transaction.atomic():
            data = check()
            now = tour_standing(tour).state
            wanted = ORDER[ORDER.index(state) - 1]
            if now is not wanted:
                raise TourMovedOn(
                    f"督查现处于“{STATE_NAMES[now].zh}”，这一步须从“{STATE_NAMES[wanted].zh}”开始。",
                    f"The tour is at “{STATE_NAMES[now].en}”; this step starts from “{STATE_NAMES[wanted].en}”.",
                )
            return _step(tour, state, author, data, "")
    except IntegrityError as error:
        raise TourMovedOn("他人刚刚已办理这一步。", "Somebody else has just taken this step.") from error


def _step(tour: InspectionTour, state: TourState, author: Any, data: dict[str, Any], why: str) -> TourStep:
    step = TourStep(
        tour=tour,
        number=ORDER.index(state) + 1,
        state=state,
        data=data,
        reason=why,
        author=author,
        recorded_at=timezone.now(),
    )
    step.save()
    put_on_record(tour, author, f"tour-{state.value}", data)
    return step


def put_on_record(tour: InspectionTour, author: Any, action: str, after: Any) -> None:
    """The audit entry of a change to a tour."""
    audit.record(
        actor=author,
        action=action,
        zone=tour.zone,
        subject_kind="inspection",
        subject_key=str(tour.pk),
        after=after,
    )
