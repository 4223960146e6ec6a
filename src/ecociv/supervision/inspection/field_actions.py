"""On the spot: visits to the units of a sample, findings with their photographs and their cases."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction
from django.utils import timezone

from ecociv.casework.actions import Attachment, OpenCase
from ecociv.evidence.documents import keep_document
from ecociv.evidence.models import Place
from ecociv.plan.queries import current_package
from ecociv.supervision.inspection.actions import InspectionRefused, put_on_record
from ecociv.supervision.inspection.models import (
    FindingPhotograph,
    InspectionFinding,
    InspectionTour,
    Severity,
    TourState,
    UnitVisit,
)
from ecociv.supervision.inspection.permissions import require_inspect
from ecociv.supervision.inspection.photographs import doubts_about, read_photograph
from ecociv.supervision.inspection.queries import tour_standing

MOST_PHOTOGRAPHS = 8


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
            put_on_record(
                self.tour, self.author, "record-visit", {"unit": self.unit, "outcome": self.outcome}
            )
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
            put_on_record(self.tour, self.author, "record-finding", after)
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
