"""What can be inspected in a zone, with what is known of each unit on a day."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Callable, Iterator
from decimal import Decimal

from ecociv.casework.models import Case
from ecociv.core.text import Text
from ecociv.evidence.models import FindingDecision, Place, QualityFinding
from ecociv.indicators.queries import standings_on
from ecociv.indicators.standings import SeriesStanding
from ecociv.plan.package import ProjectOrTask, ZonePackage
from ecociv.plan.queries import current_package
from ecociv.supervision.inspection.declaration import InspectionRules
from ecociv.supervision.inspection.risk import Fact, Unit
from ecociv.supervision.parts import leads_on
from ecociv.supervision.queries import known_by, statuses
from ecociv.supervision.rules import DutyStatus
from ecociv.supervision.states import DutyState

KINDS = ("task", "project", "indicator", "organisation", "place")
_STATES = {
    DutyState.OVERDUE: "overdue",
    DutyState.DELAYED: "off-track",
    DutyState.STOPPED: "off-track",
    DutyState.DUE_SOON: "at-risk",
    DutyState.NO_REPORT: "no-data",
}
_LIGHTS = {"worsening": "off-track", "off-track": "off-track", "at-risk": "at-risk", "no-data": "no-data"}
_YUAN = {"yuan": 1, "wan_yuan": 10**4, "yi_yuan": 10**8}


def population(
    zone: str, kinds: tuple[str, ...], day: dt.date, rules: InspectionRules, *, package: ZonePackage | None = None
) -> list[Unit]:
    """Every unit of some kinds, each with the facts that make it risky on a day.

    ``kinds``: any of `KINDS`; stations are the places of kinds that are measured at.
    """
    package = package or current_package(zone)
    known = statuses(zone, day, package=package)
    standings = standings_on(zone, day, known_by(day) - dt.timedelta(microseconds=1))
    earlier = _earlier(zone, day, rules)
    makers: dict[str, Callable[[], Iterator[Unit]]] = {
        "task": lambda: _duties(package, package.tasks, known, day, rules),
        "project": lambda: _duties(package, package.projects, known, day, rules),
        "indicator": lambda: _indicators(package, standings),
        "organisation": lambda: _bodies(package, known, day),
        "place": lambda: _stations(zone),
    }
    found = []
    for kind in KINDS:
        if kind in kinds:
            for unit in makers[kind]():
                found.append(_with_earlier(unit, earlier, rules))
    return found


def _duties(
    package: ZonePackage,
    duties: tuple[ProjectOrTask, ...],
    known: dict[str, DutyStatus],
    day: dt.date,
    rules: InspectionRules,
) -> Iterator[Unit]:
    for duty in duties:
        facts = []
        status = known[duty.place]
        if factor := _STATES.get(status.state):
            facts.append(Fact(factor, 1, status.reasons[0].text))
        # The largest sum counts: figures of several years are mostly the same money told again.
        money = max(
            (value * _YUAN[target.unit] for target in duty.targets if target.unit in _YUAN and (value := _amount(target.target))),
            default=Decimal(0),
        )
        if money >= rules.large_money_yuan:
            yi = f"{money / 10**8:.2f}"
            facts.append(Fact("money", 1, Text(zh=f"涉及{yi}亿元", en=f"{yi} hundred million yuan")))
        bodies = tuple(body.key for body in leads_on(duty, package, day))
        yield Unit(duty.place, duty.place_kind, duty.title, bodies, tuple(facts))


def _amount(target: dict[str, object]) -> Decimal | None:
    value = next(iter(target.values()), None)
    try:
        return Decimal(str(value))
    except ArithmeticError:
        return None


def _indicators(package: ZonePackage, standings: dict[str, SeriesStanding]) -> Iterator[Unit]:
    for indicator in package.indicators:
        lights = Counter(_LIGHTS.get(standings[key].light.value, "") for key in indicator.series_keys)
        facts = tuple(
            Fact(factor, count, Text(zh=f"{count}个数据系列", en=f"{count} series"))
            for factor, count in sorted(lights.items())
            if factor
        )
        body = package.resolve(indicator.supplier.body).key
        yield Unit(f"indicator:{indicator.number}", "indicator", indicator.name, (body,), facts)


def _bodies(package: ZonePackage, known: dict[str, DutyStatus], day: dt.date) -> Iterator[Unit]:
    parts: dict[str, Counter[str]] = {}
    for status in known.values():
        for part in status.parts:
            if part.part.body and (factor := _STATES.get(part.state)):
                parts.setdefault(package.body_on(part.part.body, day).key, Counter())[factor] += 1
    for body in package.organisations:
        if package.body_on(body.key, day).key != body.key or not package.duties_held(body.key, day):
            continue
        facts = tuple(
            Fact(factor, count, Text(zh=f"牵头任务、项目{count}项", en=f"{count} duties led"))
            for factor, count in sorted(parts.get(body.key, Counter()).items())
        )
        yield Unit(f"organisation:{body.key}", "organisation", Text(zh=body.name, en=body.name_en), (body.key,), facts)


def _stations(zone: str) -> Iterator[Unit]:
    suspected: Counter[str] = Counter()
    newest: dict[str, QualityFinding] = {}
    for row in QualityFinding.objects.filter(run__zone=zone).select_related("series__place").order_by("pk"):
        newest[row.identity] = row
    decided = dict(FindingDecision.objects.order_by("pk").values_list("identity", "decision"))
    cleared = {identity for identity, decision in decided.items() if decision != FindingDecision.Decision.CONFIRM}
    for row in newest.values():
        if not row.gone and row.severity != QualityFinding.Severity.NOTE and row.identity not in cleared:
            suspected[row.series.place.key] += 1
    kinds = ("station", "section", "water-source", "outfall", "enterprise")
    for place in Place.objects.filter(kind__in=kinds).order_by("key"):
        count = suspected[place.key]
        facts = (
            (Fact("falsification-suspicion", count, Text(zh=f"{count}条未排除的数据疑点", en=f"{count} findings in its data")),)
            if count
            else ()
        )
        yield Unit(f"place:{place.key}", "place", place.name, (), facts)


def _earlier(zone: str, day: dt.date, rules: InspectionRules) -> Counter[str]:
    since = known_by(dt.date(day.year - rules.earlier_findings_years, day.month, min(day.day, 28)))
    rows = Case.objects.filter(
        zone=zone, type="inspection-finding", opened_at__gte=since, opened_at__lt=known_by(day)
    ).exclude(outcome="not-a-finding")
    return Counter(rows.values_list("subject", flat=True))


def _with_earlier(unit: Unit, earlier: Counter[str], rules: InspectionRules) -> Unit:
    count = earlier[unit.key]
    if not count:
        return unit
    years = rules.earlier_findings_years
    fact = Fact(
        "earlier-finding", count, Text(zh=f"近{years}年{count}个问题", en=f"{count} findings in {years} years")
    )
    return Unit(unit.key, unit.kind, unit.name, unit.bodies, (*unit.facts, fact))
