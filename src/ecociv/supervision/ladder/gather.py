"""The facts that triggers look at, from the database and the store, as known on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from decimal import Decimal

from django.utils import timezone

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.evidence.models import Place, QualityFinding, Series
from ecociv.evidence.quality.queries import standing_findings
from ecociv.evidence.queries import LOCAL, observations
from ecociv.evidence.returns.queries import obligations
from ecociv.evidence.section_months import sections_tested
from ecociv.indicators.identities import comparisons
from ecociv.indicators.lights import Light
from ecociv.indicators.models import IndicatorValue
from ecociv.indicators.queries import home_of
from ecociv.plan.package import Indicator, ProjectOrTask, ZonePackage
from ecociv.standards import air, surface_water
from ecociv.standards.parameters import ParameterError
from ecociv.supervision.ladder.declaration import AirTrigger, ConflictTrigger, Trigger
from ecociv.supervision.ladder.facts import (
    AirFact,
    AirMonth,
    ConflictFact,
    DutyFact,
    Facts,
    FindingFact,
    LightYear,
    OwedReport,
    ReturnFact,
    SectionFact,
    SectionMonth,
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


def section_facts(package: ZonePackage, day: dt.date, as_of: dt.datetime | None) -> tuple[SectionFact, ...]:
    """Water sections with their classes by month, up to a day."""
    return tuple(
        SectionFact(
            each.place.key,
            Text(zh=each.place.name_zh, en=each.place.name_en),
            each.target,
            tuple(
                SectionMonth(
                    month.month,
                    month.water_class,
                    tuple(surface_water.ITEM_NAMES[item] for item in month.limiting),
                    month.series,
                )
                for month in each.months
            ),
            bodies_of_place(package, each.place, day),
            each.sample,
        )
        for each in sections_tested(_after(day), as_of=as_of)
    )


def air_facts(
    package: ZonePackage, trigger: AirTrigger, day: dt.date, as_of: dt.datetime | None
) -> tuple[AirFact, ...]:
    """Days over the daily limit by month, at the zone's own place."""
    try:
        limit = air.limit(
            trigger.pollutant,
            "mda8" if trigger.pollutant == "o3" else "day",
            area_class=trigger.area_class,
            edition=trigger.edition,
        )
    except (ParameterError, ValueError):
        return ()
    series = Series.objects.filter(
        place__key=home_of(package.zone.key), averaging="P1D", property__key=trigger.pollutant
    ).select_related("place", "property")
    found = observations([each.key for each in series], end=_after(day), as_of=as_of)
    facts = []
    for each in series:
        months: dict[tuple[int, int], list[float]] = {}
        for item in found.get(each.key, []):
            if item.usable is not None:
                months.setdefault((item.day.year, item.day.month), []).append(item.usable)
        facts.append(
            AirFact(
                each.place.key,
                Text(zh=each.place.name_zh, en=each.place.name_en),
                air.POLLUTANT_NAMES[trigger.pollutant],
                Decimal(str(limit.value)).normalize(),
                "mg/m³" if trigger.pollutant == "co" else "μg/m³",
                limit.edition,
                each.key,
                tuple(
                    AirMonth(
                        month,
                        sum(value > limit.value for value in values),
                        len(values),
                        Decimal(f"{max(values):.10g}"),
                    )
                    for month, values in sorted(months.items())
                ),
                bodies_of_place(package, each.place, day),
                each.sample,
            )
        )
    return tuple(facts)


def return_facts(
    package: ZonePackage, day: dt.date, as_of: dt.datetime | None = None
) -> tuple[ReturnFact, ...]:
    """Returns whose period had ended, with who owed them and when they came, as known at the end of the day.

    Generated ones are kept apart. What was handed in after the day, or after ``as_of``, is not there yet.
    """
    known_at = _known_at(day, as_of)
    found = []
    for sample in (False, True):
        owed = obligations(
            package.zone.key,
            today=day,
            directory=package,
            sample=sample,
            first_year=package.zone.plan.issued.year,
            known_at=known_at,
        )
        if sample is False and not any(each.of is not None for each in owed):
            continue  # a zone whose returns are all generated owes no real ones yet
        for each in owed:
            if sample and each.of is None:
                continue
            found.append(
                ReturnFact(
                    each.subject.form.key,
                    each.subject.form.title,
                    each.subject.place.key,
                    each.subject.place.name,
                    str(each.subject.period),
                    each.body.key,
                    each.deadline.due.day,
                    each.handed_on,
                    sample,
                )
            )
    return tuple(found)


def finding_facts(package: ZonePackage, day: dt.date, as_of: dt.datetime | None) -> tuple[FindingFact, ...]:
    """Findings of quality control recorded by a day, with when they were settled, as known at the end of the day.

    A finding counts from the first run that made it, however often it was restated since; one that had gone and came
    back counts from its return.
    """
    end = _known_at(day, as_of)
    begun = _found_since(package.zone.key, end)
    found = []
    for each in standing_findings(package.zone.key, as_of=end):
        row, decision = each.finding, each.decision
        settled = None
        if row.gone:
            settled = timezone.localtime(row.recorded_at).date()
        elif decision is not None and decision.decision != "confirm":
            settled = timezone.localtime(decision.decided_at).date()
        on = timezone.localtime(begun[row.identity]).date()
        place = row.series.place
        found.append(
            FindingFact(
                row.identity,
                row.rule,
                row.severity,
                row.sentence,
                place.key,
                Text(zh=place.name_zh, en=place.name_en),
                row.series.key,
                on,
                settled,
                bodies_of_place(package, place, day),
                row.sample,
            )
        )
    return tuple(found)


def conflict_facts(
    package: ZonePackage, triggers: Mapping[str, Trigger], day: dt.date, as_of: dt.datetime | None
) -> tuple[ConflictFact, ...]:
    """Identities of the last year that had ended, with both sides."""
    if not any(isinstance(trigger, ConflictTrigger) for trigger in triggers.values()):
        return ()
    year = day.year if (day.month, day.day) == (12, 31) else day.year - 1
    return tuple(
        ConflictFact(
            each.key,
            each.title,
            each.year,
            each.left.value,
            each.right.value,
            each.left.unit,
            each.relative,
            each.holds,
            tuple(dict.fromkeys((*each.left.suppliers, *each.right.suppliers))),
            holders(package, (each.settle,), day),
            each.left.sample or each.right.sample,
        )
        for each in comparisons(package.zone.key, year, as_of)
    )


def bodies_of_place(package: ZonePackage, place: Place, day: dt.date) -> tuple[str, ...]:
    """The county units above a place: who answers for its environment; the zone's office where there is none."""
    at: Place | None = place
    while at is not None:
        code = at.code
        for body in package.organisations:
            if code and body.division_code == code:
                return (package.body_on(body.key, day).key,)
        at = at.parent
    return ()


def _duty(package: ZonePackage, place: str) -> ProjectOrTask:
    kind, _, number = place.partition(":")
    return package.task(int(number)) if kind == "task" else package.project(int(number))


def _last_passed(status: DutyStatus, day: dt.date) -> dt.date | None:
    passed = [each.obligation.day for each in status.obligations if each.owed and each.obligation.day <= day]
    return max(passed, default=None)


def _found_since(zone: str, end: dt.datetime) -> dict[str, dt.datetime]:
    """When each finding was first made; for one that went and came back, when it came back."""
    rows = QualityFinding.objects.filter(run__zone=zone, recorded_at__lte=end).order_by("recorded_at", "pk")
    since: dict[str, dt.datetime] = {}
    went: set[str] = set()
    for identity, gone, at in rows.values_list("identity", "gone", "recorded_at"):
        if gone:
            went.add(identity)
        elif identity in went:
            since[identity] = at
            went.discard(identity)
        since.setdefault(identity, at)
    return since


def _known_at(day: dt.date, as_of: dt.datetime | None) -> dt.datetime:
    """The end of the day asked about, or the earlier moment of knowledge."""
    end = _after(day) - dt.timedelta(microseconds=1)
    return end if as_of is None else min(as_of, end)


def _after(day: dt.date) -> dt.datetime:
    return dt.datetime.combine(day + dt.timedelta(days=1), dt.time.min, tzinfo=LOCAL)


__all__ = ["bodies_of_place", "carried", "gather", "red_indicators", "series_lights"]
