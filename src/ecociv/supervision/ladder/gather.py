"""The facts that triggers look at, from the database and the store, as known on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping

from django.utils import timezone

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.indicators.lights import Light
from ecociv.indicators.models import IndicatorValue
from ecociv.indicators.queries import home_of
from ecociv.plan.package import Indicator, ProjectOrTask, ZonePackage
from ecociv.supervision.ladder.declaration import AirTrigger, Trigger
from ecociv.supervision.ladder.evidence_facts import (
    air_facts,
    conflict_facts,
    finding_facts,
    return_facts,
    section_facts,
)
from ecociv.supervision.ladder.facts import (
    DutyFact,
    Facts,
    LightYear,
    OwedReport,
    SeriesLights,
)
from ecociv.supervision.ladder.names import duty_name, holders
from ecociv.supervision.models import ProgressReport
from ecociv.supervision.parts import leads_on
from ecociv.supervision.queries import known_by, statuses
from ecociv.supervision.reports import in_force
from ecociv.supervision.rules import DutyStatus
from ecociv.supervision.states import DutyState, ReportState

_RED = frozenset({Light.OFF_TRACK, Light.WORSENING})


def gather(
    package: ZonePackage, triggers: Mapping[str, Trigger], day: dt.date, *, as_of: dt.datetime | None = None
) -> Facts:
    """Everything that the declared triggers need, up to a day, as known at ``as_of`` (now, when none)."""
    kinds = {trigger.kind for trigger in triggers.values()}
    lights = series_lights(package, day, as_of) if kinds & {"light", "milestone", "task"} else ()
    known_on = timezone.localdate(as_of) if as_of else max(day, timezone.localdate())
    return Facts(
        lights=lights,
        reports=owed_reports(package, day, known_on) if "report" in kinds else (),
        duties=duty_facts(package, day, known_on, red_indicators(lights)) if "task" in kinds else (),
        sections=section_facts(package, day, as_of) if "water" in kinds else (),
        air={
            key: air_facts(package, trigger, day, as_of)
            for key, trigger in triggers.items()
            if isinstance(trigger, AirTrigger)
        },
        returns=return_facts(package, day, as_of) if "return" in kinds else (),
        findings=finding_facts(package, day, as_of) if "suspect" in kinds else (),
        conflicts=conflict_facts(package, triggers, day, as_of),
    )


def series_lights(package: ZonePackage, day: dt.date, as_of: dt.datetime | None) -> tuple[SeriesLights, ...]:
    """The light of every series in every year that had ended, in the newest revision known."""
    zone = package.zone.key
    rows = (
        IndicatorValue.objects.filter(zone=zone, place=home_of(zone), year__lte=day.year)
        .newest(as_of)
        .exclude(light="")
        .order_by("year")
        .values_list("series", "year", "light", "status", "revision", "sample")
    )
    years: dict[str, list[LightYear]] = {}
    for series, year, light, status, revision, sample in rows:
        first = next(iter(status.get("reasons", [])), None)
        reason = Reason(first["code"], Text(zh=first["zh"], en=first["en"]), first["data"]) if first else None
        years.setdefault(series, []).append(
            LightYear(year, Light(light), reason, status.get("milestone"), revision, sample)
        )
    return tuple(
        SeriesLights(
            series.key,
            indicator.number,
            indicator.series_name(series),
            tuple(years.get(series.key, ())),
            answering(package, indicator, day),
        )
        for indicator in package.indicators
        for series in indicator.series
    )


def red_indicators(lights: Iterable[SeriesLights]) -> frozenset[int]:
    """Numbers of the indicators of which the last judged light of a series is off track or worsening."""
    found = set()
    for each in lights:
        judged = [year for year in each.years if year.light.judged]
        if judged and judged[-1].light in _RED:
            found.add(each.indicator)
    return frozenset(found)


def answering(package: ZonePackage, indicator: Indicator, day: dt.date) -> tuple[str, ...]:
    """Who would answer for an indicator: the leads of the duties with its figures; else the body that supplies it."""
    leads = [
        body.key for duty in package.duties_for_indicator(indicator) for body in leads_on(duty, package, day)
    ]
    return tuple(dict.fromkeys(leads)) or holders(package, (indicator.supplier.body,), day)


def owed_reports(package: ZonePackage, day: dt.date, known_on: dt.date) -> tuple[OwedReport, ...]:
    """Every report that fell due by a day, body by body, with the day on which one came."""
    zone = package.zone.key
    by_place = ProgressReport.objects.of(zone).filter(recorded_at__lt=known_by(known_on)).by_place()
    found = []
    for place, status in statuses(zone, day, known_on=known_on, package=package).items():
        if status.state is DutyState.HISTORICAL:
            continue
        duty = _duty(package, place)
        counted = in_force(by_place.get(place, ()), day, known_on)
        for part in status.parts:
            if not part.part.body:
                continue
            reports = [each for each in counted if each.for_all or part.part.answered_by(each.organisation)]
            body = package.body_on(part.part.body, day).key
            for owed in status.obligations:
                if not owed.owed or owed.obligation.day > day:
                    continue
                covering = [
                    each.reported_on
                    for each in reports
                    if owed.obligation.covered_by(each.period)
                    or (not owed.obligation.yearly and each.state in _SETTLED)
                ]
                found.append(
                    OwedReport(
                        place,
                        duty_name(duty),
                        body,
                        owed.obligation.period,
                        owed.obligation.day,
                        min(covering, default=None),
                    )
                )
    return tuple(found)


_SETTLED = frozenset({ReportState.DONE, ReportState.STOPPED})


def duty_facts(
    package: ZonePackage, day: dt.date, known_on: dt.date, red: frozenset[int]
) -> tuple[DutyFact, ...]:
    """Every duty on a day, with the red indicators that it carries."""
    carries = carried(package)
    return tuple(
        DutyFact(
            place,
            duty_name(duty),
            status.state,
            _last_passed(status, day),
            status.reasons,
            tuple(body.key for body in leads_on(duty, package, day)),
            tuple(sorted(red & carries.get(place, frozenset()))),
        )
        for place, status in statuses(package.zone.key, day, known_on=known_on, package=package).items()
        for duty in (_duty(package, place),)
    )


def carried(package: ZonePackage) -> dict[str, frozenset[int]]:
    """Numbers of the indicators for which a duty has a figure, by the duty's place."""
    found: dict[str, set[int]] = {}
    for indicator in package.indicators:
        for duty in package.duties_for_indicator(indicator):
            found.setdefault(duty.place, set()).add(indicator.number)
    return {place: frozenset(numbers) for place, numbers in found.items()}


def _duty(package: ZonePackage, place: str) -> ProjectOrTask:
    kind, _, number = place.partition(":")
    return package.task(int(number)) if kind == "task" else package.project(int(number))


def _last_passed(status: DutyStatus, day: dt.date) -> dt.date | None:
    passed = [each.obligation.day for each in status.obligations if each.owed and each.obligation.day <= day]
    return max(passed, default=None)


__all__ = ["carried", "gather", "red_indicators", "series_lights"]
