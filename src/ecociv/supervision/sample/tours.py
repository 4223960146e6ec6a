"""Sample inspection tours: published, drawn, under way or reported, with visits and findings."""

from __future__ import annotations

import datetime as dt
import tempfile
from pathlib import Path

from django.db import transaction
from django.utils import timezone
from PIL import Image, ImageDraw

from ecociv.people.models import User
from ecociv.plan.queries import current_package
from ecociv.supervision.inspection.actions import BeginTour, DrawSample, PlanTour, PublishTour, ReportTour
from ecociv.supervision.inspection.field_actions import RecordFinding, RecordVisit
from ecociv.supervision.inspection.models import InspectionTour
from ecociv.supervision.inspection.queries import tour_standing
from ecociv.supervision.sample.accounts import body_of, sample_accounts
from ecociv.supervision.sample.declaration import SampleFinding, SampleTour, SampleTours, read_sample


def load_sample_tours(zone: str, *, today: dt.date | None = None) -> int:
    """Play the declared tours; returns how many, 0 where a sample tour is there already."""
    declared = read_sample(zone, "tours.yaml", SampleTours)
    people = sample_accounts(zone)
    if declared is None or not people or InspectionTour.objects.filter(zone=zone, sample=True).exists():
        return 0
    day = today or timezone.localdate()
    with tempfile.TemporaryDirectory() as folder, transaction.atomic():
        for each in declared.tours:
            _play(zone, each, people, day, Path(folder))
    return len(declared.tours)


def _play(zone: str, declared: SampleTour, people: dict[str, User], day: dt.date, folder: Path) -> None:
    office, auditor = people["office"], people["auditor"]
    begins = day - dt.timedelta(days=declared.days_ago)
    ends = begins + dt.timedelta(days=declared.lasts)
    tour = PlanTour(
        zone, declared.title, begins, ends, declared.scope, declared.purpose, office, sample=True
    ).execute()
    PublishTour(tour, declared.seed, declared.size, office).execute()
    DrawSample(tour, office).execute()
    BeginTour(tour, office).execute()
    standing = tour_standing(tour)
    drawn = [each["key"] for each in standing.drawn["sample"]]
    named = {each["key"]: each["bodies"] for each in standing.published["population"]}
    seen = min(begins + dt.timedelta(days=1), day, ends)
    for found in declared.findings:
        if found.unit <= len(drawn):
            unit = drawn[found.unit - 1]
            body = next(iter(named[unit]), body_of(people["department"], current_package(zone)))
            _find(tour, found, unit, body, seen, auditor, folder)
    for visit in declared.visits:
        if visit.unit <= len(drawn):
            RecordVisit(tour, drawn[visit.unit - 1], seen, visit.outcome, visit.note, auditor).execute()
    if declared.conclusion:
        ReportTour(tour, declared.conclusion, office).execute()


def _find(
    tour: InspectionTour,
    found: SampleFinding,
    unit: str,
    body: str,
    day: dt.date,
    author: User,
    folder: Path,
) -> None:
    picture = folder / f"sample-{tour.pk}-{found.unit}.png"
    _picture(picture, f"SAMPLE {tour.pk}-{found.unit}")
    RecordFinding(
        tour=tour,
        unit=unit,
        title=found.title,
        description=found.description,
        rule=found.rule,
        severity=found.severity,
        body=body,
        found_on=day,
        photographs=((picture, picture.name),),
        author=author,
        place_text=found.place_text,
        longitude=found.longitude,
        latitude=found.latitude,
    ).execute()


def _picture(path: Path, words: str) -> None:
    """A grey picture that says in large letters that it is none."""
    picture = Image.new("RGB", (640, 480), (225, 229, 224))
    pen = ImageDraw.Draw(picture)
    pen.rectangle((20, 20, 619, 459), outline=(120, 130, 120), width=4)
    pen.text((320, 240), f"{words}\nnot a photograph", fill=(90, 60, 40), anchor="mm", align="center", font_size=48)
    picture.save(path)
