"""Tours: planned, published, drawn, begun, reported; visits and findings on the way."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ecociv.casework.actions import Attachment, OpenCase
from ecociv.core.text import Text
from ecociv.evidence.documents import keep_document
from ecociv.evidence.models import Place
from ecociv.people import audit
from ecociv.plan.queries import current_package
from ecociv.supervision.inspection.allocation import Allocation
from ecociv.supervision.inspection.declaration import load_inspection_rules
from ecociv.supervision.inspection.design import publication, sample_of
from ecociv.supervision.inspection.models import (
    FindingPhotograph,
    InspectionFinding,
    InspectionTour,
    Severity,
    TourState,
    TourStep,
    UnitVisit,
)
from ecociv.supervision.inspection.permissions import require_inspect, require_plan
from ecociv.supervision.inspection.photographs import doubts_about, read_photograph
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
MOST_PHOTOGRAPHS = 8


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


@dataclass(frozen=True, slots=True)
class RecordVisit:
    """Record that a unit of the sample was visited, and what came of it."""

    tour: InspectionTour
    unit: str
    visited_on: dt.date
    outcome: str
    note: str
    author: Any

    def check(self) -> None:
        """Refuse whoever may not, a unit outside the sample, and a day outside the tour or ahead."""
        require_inspect(self.author, self.tour.zone)
        _require_in_sample(self.tour, self.unit)
        _require_day(self.tour, self.visited_on, "visited_on")
        if self.outcome not in UnitVisit.Outcome.values:
            raise InspectionRefused("请选择结果。", "Choose an outcome.", "outcome")
        if self.outcome == UnitVisit.Outcome.NOT_POSSIBLE and not self.note.strip():
            raise InspectionRefused("请说明为何无法检查。", "Say why it could not be inspected.", "note")

    def execute(self) -> UnitVisit:
        """Record the visit; a later one of the same unit takes its place and this one stays to be read."""
        with transaction.atomic():
            self.check()
            visit = UnitVisit(
                tour=self.tour,
                unit=self.unit,
                visited_on=self.visited_on,
                outcome=self.outcome,
                note=self.note.strip(),
                author=self.author,
                recorded_at=timezone.now(),
            )
            visit.save()
            _audit(self.tour, self.author, "record-visit", {"unit": self.unit, "outcome": self.outcome})
        return visit


@dataclass(frozen=True, slots=True)
class RecordFinding:
    """Record a finding with its photographs and open its case."""

    tour: InspectionTour
    unit: str
    title: str
    description: str
    rule: str
    severity: str
    body: str
    found_on: dt.date
    photographs: tuple[tuple[Path, str], ...]
    author: Any
    place: Place | None = None
    place_text: str = ""
    longitude: float | None = None
    latitude: float | None = None

    def check(self) -> None:
        """Refuse whoever may not, what is not complete, and files that are no photographs.

        Raises
        ------
        PermissionDenied, InspectionRefused, PhotographRefused
        """
        require_inspect(self.author, self.tour.zone)
        _require_in_sample(self.tour, self.unit)
        _require_day(self.tour, self.found_on, "found_on")
        for name, text, most, zh, en in (
            ("title", self.title, 120, "问题标题", "what was found in a line"),
            ("description", self.description, 4000, "问题描述", "a description"),
            ("rule", self.rule, 200, "违反的规定", "the rule broken"),
        ):
            if not text.strip() or len(text.strip()) > most:
                raise InspectionRefused(
                    f"请填写{zh}，不超过{most}个字。", f"Give {en}, in at most {most} characters.", name
                )
        if self.severity not in Severity.values:
            raise InspectionRefused("请选择严重程度。", "Choose how grave it is.", "severity")
        if not current_package(self.tour.zone).has_organisation(self.body):
            raise InspectionRefused("请选择责任单位。", "Choose the body concerned.", "body")
        if (self.longitude is None) != (self.latitude is None):
            raise InspectionRefused(
                "经度和纬度须同时填写。", "Give longitude and latitude, or neither.", "latitude"
            )
        if (
            self.longitude is not None
            and self.latitude is not None
            and not (73 <= self.longitude <= 136 and 3 <= self.latitude <= 54)
        ):
            raise InspectionRefused(
                "坐标不在中国境内，请检查经纬度是否颠倒。",
                "The coordinates are not in China; are longitude and latitude exchanged?",
                "longitude",
            )
        if self.place is None and self.longitude is None and not self.place_text.strip():
            raise InspectionRefused(
                "请说明地点：选点位、填坐标或文字。",
                "Say where: choose a place, give coordinates, or write it.",
                "place_text",
            )
        if not 1 <= len(self.photographs) <= MOST_PHOTOGRAPHS:
            raise InspectionRefused(
                f"请附1至{MOST_PHOTOGRAPHS}张照片。",
                f"Add 1 to {MOST_PHOTOGRAPHS} photographs.",
                "photographs",
            )
        for path, _name in self.photographs:
            read_photograph(path)

    def execute(self) -> InspectionFinding:
        """Record the finding, keep the photographs by digest, open the case: all of it or nothing."""
        with transaction.atomic():
            self.check()
            InspectionTour.objects.select_for_update().get(pk=self.tour.pk)
            last = self.tour.findings.order_by("-number").values_list("number", flat=True).first() or 0
            case = OpenCase(
                zone=self.tour.zone,
                type="inspection-finding",
                title=self.title.strip(),
                author=self.author,
                subject=self.unit,
                parties={"responsible": [self.body]},
                fields={
                    "severity": self.severity,
                    "rule": self.rule.strip(),
                    "description": self.description.strip(),
                },
                origin=f"inspection:{self.tour.pk}",
                documents=[Attachment(path, name) for path, name in self.photographs],
                sample=self.tour.sample,
            ).execute()
            before = InspectionFinding.objects.filter(case=case).first()
            if before is not None:
                return before  # the same form sent twice within a minute
            longitude, latitude = self._position()
            finding = InspectionFinding(
                tour=self.tour,
                number=last + 1,
                unit=self.unit,
                title=self.title.strip(),
                description=self.description.strip(),
                rule=self.rule.strip(),
                severity=self.severity,
                body=self.body,
                found_on=self.found_on,
                place=self.place,
                place_text=self.place_text.strip(),
                longitude=longitude,
                latitude=latitude,
                case=case,
                author=self.author,
                recorded_at=timezone.now(),
            )
            finding.save()
            for path, name in self.photographs:
                self._photograph(finding, path, name)
            after = {"unit": self.unit, "title": self.title, "case": case.number}
            _audit(self.tour, self.author, "record-finding", after)
        return finding

    def _position(self) -> tuple[float | None, float | None]:
        if self.longitude is not None:
            return self.longitude, self.latitude
        return (self.place.longitude, self.place.latitude) if self.place else (None, None)

    def _photograph(self, finding: InspectionFinding, path: Path, name: str) -> None:
        told = read_photograph(path)
        doubts = doubts_about(
            told,
            first_day=self.tour.starts,
            last_day=self.tour.ends,
            longitude=finding.longitude,
            latitude=finding.latitude,
        )
        FindingPhotograph.objects.create(
            finding=finding,
            document=keep_document(path, received_from=str(self.author), sample=self.tour.sample, name=name),
            media_type=told.media_type,
            width=told.width,
            height=told.height,
            taken_at=told.taken_at.isoformat(sep=" ") if told.taken_at else "",
            longitude=told.longitude,
            latitude=told.latitude,
            doubts=[each.to_json() for each in doubts],
        )


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
    _audit(tour, author, f"tour-{state.value}", data)
    return step


def _require_in_sample(tour: InspectionTour, unit: str) -> None:
    standing = tour_standing(tour)
    if standing.state is not TourState.UNDER_WAY:
        raise InspectionRefused("督查不在进行中。", "The tour is not under way.")
    if unit not in {each["key"] for each in standing.drawn["sample"]}:
        raise InspectionRefused("该单元不在样本中。", "This unit is not in the sample.", "unit")


def _require_day(tour: InspectionTour, day: dt.date, field: str) -> None:
    if not tour.starts <= day <= min(tour.ends, timezone.localdate()):
        raise InspectionRefused(
            f"日期须在督查期间（{tour.starts}至{tour.ends}）且不晚于今天。",
            f"The day has to lie within the tour ({tour.starts} to {tour.ends}) and not ahead.",
            field,
        )


def _audit(tour: InspectionTour, author: Any, action: str, after: Any) -> None:
    audit.record(
        actor=author,
        action=action,
        zone=tour.zone,
        subject_kind="inspection",
        subject_key=str(tour.pk),
        after=after,
    )
