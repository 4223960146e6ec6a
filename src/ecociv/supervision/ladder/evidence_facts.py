"""Facts of the evidence that triggers look at: sections, air, returns, findings, conflicts, as known on a day."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.utils import timezone

from ecociv.core.text import Text
from ecociv.evidence.models import Place, QualityFinding, Series
from ecociv.evidence.quality.queries import standing_findings
from ecociv.evidence.queries import LOCAL, observations
from ecociv.evidence.returns.queries import obligations
from ecociv.evidence.section_months import sections_tested
from ecociv.indicators.identities import comparisons
from ecociv.indicators.queries import home_of
from ecociv.plan.package import ZonePackage
from ecociv.standards import air, surface_water
from ecociv.standards.parameters import ParameterError
from ecociv.supervision.ladder.declaration import AirTrigger, ConflictTrigger, Trigger
from ecociv.supervision.ladder.facts import (
    AirFact,
    AirMonth,
    ConflictFact,
    FindingFact,
    ReturnFact,
    SectionFact,
    SectionMonth,
)
from ecociv.supervision.ladder.names import holders


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
