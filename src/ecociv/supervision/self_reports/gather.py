"""What the record says of a body's year, read as known at a moment."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from django.utils import timezone

from ecociv.core.decimals import plain, shortest
from ecociv.core.text import Text
from ecociv.indicators.lights import Light
from ecociv.indicators.queries import overview
from ecociv.indicators.standings import SeriesStanding
from ecociv.plan.package import ProjectOrTask, ZonePackage
from ecociv.supervision.ladder.names import duty_name
from ecociv.supervision.models import ProgressReport, SelfReport
from ecociv.supervision.parts import held_by, name_of
from ecociv.supervision.queries import statuses
from ecociv.supervision.responsibility.matters import matters_known
from ecociv.supervision.rules import DutyStatus
from ecociv.supervision.self_reports.composition import CaseFact, DutyFact, FigureFact, YearFacts
from ecociv.supervision.states import DutyState

_LATE = frozenset({DutyState.OVERDUE, DutyState.DELAYED, DutyState.STOPPED})
_RED = frozenset({Light.OFF_TRACK, Light.WORSENING})


def year_facts(package: ZonePackage, body: str, year: int, moment: dt.datetime, reader: Any) -> YearFacts:
    """Everything known of a body's year at a moment; cases only as far as the reader may see them.

    Parameters
    ----------
    body : str
        Key of the body whose report it is.
    moment : datetime.datetime
        What was on record then. The year is told as it stood on its last day, or at the moment while it runs.
    """
    zone, today = package.zone.key, timezone.localdate(moment)
    day = min(dt.date(year, 12, 31), today)
    known = statuses(zone, day, known_on=today, known_at=moment, package=package)
    return YearFacts(
        body=name_of(body, package),
        year=year,
        day=day,
        duties=tuple(_duties(package, body, year, day, moment, known)),
        figures=tuple(_figures(package, body, year, day, moment)),
        cases=tuple(_cases(package, body, today, reader)),
        promised=_promised(zone, body, year, moment),
    )


def _duties(
    package: ZonePackage,
    body: str,
    year: int,
    day: dt.date,
    moment: dt.datetime,
    known: Mapping[str, DutyStatus],
) -> Iterator[DutyFact]:
    held: dict[str, tuple[ProjectOrTask, str]] = {}
    for entry in package.duties_held(body, day):
        before = held.get(entry.duty.place)
        if before is None or (before[1] != "lead" and entry.role == "lead"):
            held[entry.duty.place] = (entry.duty, entry.role)
    said = _said(package, body, year, moment)
    order = {duty.place: number for number, duty in enumerate(package.duties)}
    for place in sorted(held, key=lambda each: order[each]):
        duty, role = held[place]
        status = known[place]
        mine = next((p for p in status.parts if p.part.body and p.part.answered_by(body)), None)
        state = mine.state if role == "lead" and mine is not None else status.state
        number, percent, text = said.get(place, ("", None, ""))
        yield DutyFact(
            place=place,
            title=duty_name(duty),
            role="lead" if role == "lead" else "support",
            state=state.value,
            label=state.label,
            done=state.is_done,
            late=state in _LATE,
            percent="" if percent is None else shortest(percent),
            report=number,
            said=text,
        )


def _said(
    package: ZonePackage, body: str, year: int, moment: dt.datetime
) -> dict[str, tuple[str, Decimal | None, str]]:
    """The newest report of the body on the year, by place; reports of those who took its place count as its own."""
    rows = ProgressReport.objects.of(package.zone.key).filter(recorded_at__lte=moment).in_force()
    mine = rows.filter(organisation__in=held_by(body, package), period=year).order_by("number")
    return {row.place: (f"{row.number}/{row.revision}", row.percent, row.narrative) for row in mine}


def _figures(
    package: ZonePackage, body: str, year: int, day: dt.date, moment: dt.datetime
) -> Iterator[FigureFact]:
    for standing in overview(package.zone.key, year, moment).indicators:
        supplier = package.resolve(standing.indicator.supplier.body).key
        if package.has_organisation(supplier) and package.body_on(supplier, day).key == body:
            for series in standing.series:
                yield _figure(series, year)


def _figure(standing: SeriesStanding, year: int) -> FigureFact:
    value, figure = standing.value, standing.figure
    shown = ""
    if isinstance(figure, Decimal):
        shown = plain(figure)
    elif figure is not None:
        shown = ":".join(plain(part) for part in figure.values())
    missing = "" if figure is not None else (value.missing.value if value and value.missing else "missing")
    return FigureFact(
        series=standing.series.key,
        name=standing.indicator.series_name(standing.series),
        year=year,
        value=shown,
        missing=missing,
        unit=standing.indicator.unit,
        light=standing.light.value,
        red=standing.light in _RED,
        sample=bool(value and value.sample),
        trace={}
        if value is None
        else {"value": value.pk, "revision": value.revision, "computed_at": value.computed_at.isoformat()},
    )


def _cases(package: ZonePackage, body: str, today: dt.date, reader: Any) -> Iterator[CaseFact]:
    keys = held_by(body, package)
    for matter in matters_known(reader, package.zone.key, today):
        if matter.closed_on is None and keys & set(matter.parties):
            title = matter.state_title or Text(zh=matter.state, en=matter.state)
            yield CaseFact(matter.type, matter.number, matter.title, title, matter.due)


def _promised(zone: str, body: str, year: int, moment: dt.datetime) -> str:
    rows = SelfReport.objects.filter(zone=zone, organisation=body, year=year - 1, recorded_at__lte=moment)
    return rows.order_by("-revision").values_list("next_steps", flat=True).first() or ""
