"""What the bottlenecks are computed from: duties, cases and their logs."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from typing import Any

from django.utils import timezone

from ecociv.casework.models import Case, CaseStep
from ecociv.casework.queries import cases_for
from ecociv.casework.recorded import as_known, declaration_of
from ecociv.plan.package import ZonePackage
from ecociv.supervision.ladder.bottlenecks import Blocking, Load, Turn, blocking
from ecociv.supervision.ladder.gather import carried, red_indicators, series_lights
from ecociv.supervision.parts import leads_on, supports_on
from ecociv.supervision.rules import DutyStatus
from ecociv.supervision.states import DutyState

LATE = (DutyState.OVERDUE, DutyState.DELAYED, DutyState.STOPPED)
_CLOSED = (DutyState.DONE, DutyState.DONE_LATE, DutyState.HISTORICAL)


def loads(
    user: Any,
    package: ZonePackage,
    known: Mapping[str, DutyStatus],
    day: dt.date,
    as_of: dt.datetime | None = None,
) -> list[Load]:
    """Open duties and cases of each body on a day, the heaviest first; cases as known at a moment (now)."""
    today = timezone.localdate(as_of)
    counts: dict[str, Counter[str]] = {}
    for duty in package.duties:
        state = known[duty.place].state
        if state in _CLOSED:
            continue
        for body in leads_on(duty, package, day):
            tally = counts.setdefault(body.key, Counter())
            tally["lead"] += 1
            tally["overdue"] += state in LATE
        for body in supports_on(duty, package, day):
            counts.setdefault(body.key, Counter())["support"] += 1
    for case in _open_cases(user, package.zone.key, as_of):
        for party in case.parties.all():
            if package.has_organisation(party.organisation):
                tally = counts.setdefault(package.body_on(party.organisation, day).key, Counter())
                late = case.due is not None and case.due < today
                tally["case-overdue" if late else "case"] += 1
    found = [Load(body, dict(tally)) for body, tally in counts.items()]
    return sorted(found, key=lambda each: (-each.weighted, each.body))


def _open_cases(user: Any, zone: str, as_of: dt.datetime | None) -> list[Case]:
    """Cases that were open, with the parties and the due day that they had."""
    found = cases_for(user, zone, as_of=as_of)
    if as_of is None:
        return list(found.filter(closed_at__isnull=True).prefetch_related("parties"))
    return [case for case in as_known(found, as_of) if case.closed_at is None]


def turns(user: Any, package: ZonePackage, as_of: dt.datetime | None = None) -> list[Turn]:
    """The times in which cases waited for a body, from their logs; a role waits under its part's name.

    With ``as_of`` only steps count that were on record then, and the parties are those of then.
    """
    found: list[Turn] = []
    cases = cases_for(user, package.zone.key, as_of=as_of).select_related("declaration")
    rows = list(cases.prefetch_related("parties", "steps"))
    logs = {case.pk: list(case.steps.all()) for case in rows}
    for case in rows if as_of is None else as_known(rows, as_of):
        steps = sorted(
            (step for step in logs[case.pk] if as_of is None or step.recorded_at <= as_of),
            key=lambda step: step.number,
        )
        entered = [step for at, step in enumerate(steps) if at == 0 or step.state != steps[at - 1].state]
        for at, step in enumerate(entered):
            until = entered[at + 1] if at + 1 < len(entered) else None
            found += _turns_of(case, step, until)
    return found


def _turns_of(case: Case, step: CaseStep, until: CaseStep | None) -> list[Turn]:
    case_type = declaration_of(case)
    asked = step.organisation or step.part
    end = timezone.localtime(until.at).date() if until is not None else None
    waits = []
    for part in case_type.states[step.state].turn:
        bodies = [party.organisation for party in case.parties.all() if party.part == part]
        waits += bodies or [part]
    return [Turn(body, asked, timezone.localtime(step.at).date(), end) for body in waits]


def blockers(
    package: ZonePackage,
    known: Mapping[str, DutyStatus],
    day: dt.date,
    as_of: dt.datetime | None = None,
) -> list[Blocking]:
    """Duties that carry indicators, those that hold up most first; by the figures known at a moment (now)."""
    late = [place for place, status in known.items() if status.state in LATE]
    return blocking(carried(package), red_indicators(series_lights(package, day, as_of)), late)
