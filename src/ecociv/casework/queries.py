"""Reading cases: lists, my move, what is late, timelines; every list sees only what its reader may see.

Each function asks a fixed number of queries, however many cases there are.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Exists, OuterRef, Q, QuerySet
from django.utils import timezone

from ecociv.casework.declaration import CasePart, CaseType, Visibility
from ecociv.casework.guards import Offer, offered
from ecociv.casework.models import Case, CaseParty, CaseStep, RunningClock
from ecociv.casework.permissions import OVERSIGHT, bodies_held, children_of, may_as, parties_of
from ecociv.casework.recorded import as_known, case_standing, declaration_of, declared, standings
from ecociv.casework.standing import Standing
from ecociv.people.permissions import allowed
from ecociv.people.policy import Action

__all__ = [
    "Waiting",
    "by_body",
    "by_type",
    "case_standing",
    "cases_for",
    "every_case",
    "counts_by_state",
    "due_between",
    "escalations_due",
    "inbox",
    "inbox_known",
    "offers",
    "overdue",
    "standings",
    "timeline",
]


@dataclass(frozen=True, slots=True)
class Waiting:
    """A case that waits for its reader: in which parts, for a move or for a decision on an extension."""

    case: Case
    parts: tuple[str, ...]
    due: dt.date | None
    overdue: bool
    decides_extension: bool = False


def cases_for(user: Any, zone: str, *, as_of: dt.datetime | None = None) -> QuerySet[Case]:
    """The cases of a zone that a user may see, newest first.

    With ``as_of``, those that were on record by then; their columns say what they are now, `standings` what was
    known of them then.
    """
    cases = Case.objects.filter(_visible(user, zone), zone=zone)
    return cases if as_of is None else _on_record(cases, as_of)


def every_case(zone: str, *, as_of: dt.datetime) -> QuerySet[Case]:
    """The cases of a zone that were on record by then, whoever may see them: for no reader, only for the operator."""
    return _on_record(Case.objects.filter(zone=zone), as_of)


def _on_record(cases: QuerySet[Case], as_of: dt.datetime) -> QuerySet[Case]:
    opened = CaseStep.objects.filter(case=OuterRef("pk"), number=1, recorded_at__lte=as_of)
    return cases.filter(Exists(opened))


def _visible(user: Any, zone: str) -> Any:
    seen: Any = Q(pk__in=[])
    if allowed(user, Action.READ, zone=zone, public=True):
        seen |= Q(visibility=Visibility.PUBLIC)
    if allowed(user, Action.READ, zone=zone):
        seen |= Q(visibility=Visibility.INTERNAL)
    if allowed(user, Action.READ_CASE, zone=zone, roles=OVERSIGHT):
        return seen | Q(visibility=Visibility.PARTIES)
    own = getattr(user, "organisation", "")
    if own and allowed(user, Action.READ_CASE, zone=zone, lead={own}):
        held = bodies_held(zone, own, timezone.localdate())
        mine = CaseParty.objects.filter(case=OuterRef("pk"), organisation__in=held)
        seen |= Q(visibility=Visibility.PARTIES) & Exists(mine)
    by_role = [
        revision
        for revision in _revisions(zone, visibility=Visibility.PARTIES)
        if allowed(user, Action.READ_CASE, zone=zone, roles=_roles(declared(revision).parts.values()))
    ]
    return seen | Q(visibility=Visibility.PARTIES, declaration__in=by_role) if by_role else seen


def inbox_known(user: Any, zone: str, as_of: dt.datetime) -> list[Waiting]:
    """What `inbox` would have shown at a moment: by the steps on record then, for the parts the user plays today."""
    day = timezone.localdate(as_of)
    own = getattr(user, "organisation", "")
    as_body = bool(own) and allowed(user, Action.ACT_ON_CASE, zone=zone, lead={own})
    held = bodies_held(zone, own, day) if as_body else frozenset()
    then = as_known(cases_for(user, zone, as_of=as_of).select_related("officer"), as_of)
    waiting = [case for case in then if case.closed_at is None]
    by_role = {
        revision: _parts_by_role(user, zone, declared(revision))
        for revision in {case.declaration_id for case in waiting}
    }
    found = [_waiting(case, by_role[case.declaration_id], held, day) for case in waiting]
    mine = [each for each in found if each.parts]
    return sorted(mine, key=lambda each: (each.due is None, each.due or day, each.case.pk))


def inbox(user: Any, zone: str, day: dt.date) -> list[Waiting]:
    """The open cases in which the next move, or an answer to an extension, is the user's; by due day, undated last.

    Cases with an officer named are shown to the whole body: a colleague steps in where the officer is away.
    """
    own = getattr(user, "organisation", "")
    as_body = bool(own) and allowed(user, Action.ACT_ON_CASE, zone=zone, lead={own})
    held = bodies_held(zone, own, day) if as_body else frozenset()
    wanted = Q(pk__in=[])
    # What the user may act as follows from role and declaration, so that it is asked once for each and not for each case.
    by_role: dict[str, frozenset[str]] = {}
    for revision in _revisions(zone, closed_at__isnull=True):
        case_type = declared(revision)
        by_role[revision] = _parts_by_role(user, zone, case_type)
        for part, states, clocks in _turns(case_type):
            waits = Q(state__in=states) | Q(extension_asked__in=clocks)
            if case_type.parts[part].role is not None:
                if part in by_role[revision]:
                    wanted |= Q(declaration=revision) & waits
            elif held:
                mine = CaseParty.objects.filter(part=part, organisation__in=held).values("case")
                wanted |= Q(declaration=revision, pk__in=mine) & waits
    cases = Case.objects.filter(wanted, zone=zone, closed_at__isnull=True).select_related("officer")
    found = [
        _waiting(case, by_role[case.declaration_id], held, day)
        for case in cases.prefetch_related("parties")
    ]
    return sorted(found, key=lambda each: (each.due is None, each.due or day, each.case.pk))


def _parts_by_role(user: Any, zone: str, case_type: CaseType) -> frozenset[str]:
    """The parts of a type that a user plays by role."""
    return frozenset(
        part
        for part, played in case_type.parts.items()
        if played.role is not None and allowed(user, Action.ACT_ON_CASE, zone=zone, roles={played.role})
    )


def _turns(case_type: CaseType) -> Iterable[tuple[str, list[str], list[str]]]:
    """For each part: the states in which the next move is its, and the clocks on whose extension it decides."""
    for part in case_type.parts:
        states = [key for key, state in case_type.states.items() if part in state.turn]
        clocks = [
            key
            for key, clock in case_type.clocks.items()
            if clock.extension and part in clock.extension.decided_by
        ]
        if states or clocks:
            yield part, states, clocks


def _waiting(case: Case, by_role: frozenset[str], held: frozenset[str], day: dt.date) -> Waiting:
    case_type = declared(case.declaration_id)
    named = {row.part for row in case.parties.all() if row.organisation in held}
    mine = [
        part
        for part, played in case_type.parts.items()
        if part in (named if played.role is None else by_role)
    ]
    turn = case_type.states[case.state].turn
    asked = case_type.clocks[case.extension_asked].extension if case.extension_asked else None
    return Waiting(
        case,
        tuple(part for part in mine if part in turn or (asked and part in asked.decided_by)),
        case.due,
        case.due is not None and day > case.due,
        decides_extension=asked is not None and any(part in asked.decided_by for part in mine),
    )


def overdue(zone: str, day: dt.date, user: Any = None) -> QuerySet[Case]:
    """Open cases past due on a day, longest first; with ``user`` those that they may see, else all."""
    return _open(zone, user).filter(due__lt=day).order_by("due", "id")


def due_between(zone: str, first: dt.date, last: dt.date, user: Any = None) -> QuerySet[Case]:
    """Open cases due from ``first`` to ``last``, both included, soonest first."""
    return _open(zone, user).filter(due__gte=first, due__lte=last).order_by("due", "id")


def by_body(cases: QuerySet[Case], zone: str, organisation: str, day: dt.date) -> QuerySet[Case]:
    """Those in which a body plays a part on a day, for itself or for bodies it took over from."""
    mine = CaseParty.objects.filter(
        case=OuterRef("pk"), organisation__in=bodies_held(zone, organisation, day) | {organisation}
    )
    return cases.filter(Exists(mine))


def by_type(cases: QuerySet[Case], key: str) -> QuerySet[Case]:
    """Those of a type."""
    return cases.filter(type=key)


def escalations_due(zone: str, day: dt.date) -> QuerySet[RunningClock]:
    """Running clocks that could have something to escalate by a day: due then or within a month after.

    `ecociv.casework.escalation.due_steps` says which steps are due; the month is the longest warning ahead.
    """
    return (
        RunningClock.objects.filter(case__zone=zone, due_on__lte=day + dt.timedelta(days=45))
        .select_related("case")
        .order_by("due_on", "id")
    )


def timeline(case: Case, as_of: dt.datetime | None = None, at: dt.datetime | None = None) -> list[CaseStep]:
    """The steps of a case with their documents, in order: as on record at ``as_of``, as happened by ``at``."""
    steps = CaseStep.objects.filter(case=case).select_related("actor").prefetch_related("documents__document")
    if as_of is not None:
        steps = steps.filter(recorded_at__lte=as_of)
    if at is not None:
        steps = steps.filter(at__lte=at)
    return list(steps.order_by("number"))


def offers(user: Any, case: Case, day: dt.date, now: Standing | None = None) -> tuple[Offer, ...]:
    """The moves that a user may take now by their part, each with whether state and guards allow it and why not."""
    case_type, parties = declaration_of(case), parties_of(case)
    found = offered(
        case_type,
        now or case_standing(case),
        day,
        children=children_of(case),
        actor=str(getattr(user, "pk", "") or ""),
    )
    return tuple(each for each in found if may_as(user, case.zone, case_type, each.parts, parties, day).ok)


def counts_by_state(cases: QuerySet[Case]) -> Mapping[tuple[str, str], int]:
    """Number of cases by type and state."""
    rows = cases.order_by().values("type", "state").annotate(count=Count("id"))
    return {(row["type"], row["state"]): row["count"] for row in rows}


def _open(zone: str, user: Any) -> QuerySet[Case]:
    cases = Case.objects.filter(zone=zone) if user is None else cases_for(user, zone)
    return cases.filter(closed_at__isnull=True)


def _revisions(zone: str, **of: Any) -> list[str]:
    """The declarations that cases of a zone are kept by."""
    return sorted(
        Case.objects.filter(zone=zone, **of).order_by().values_list("declaration", flat=True).distinct()
    )


def _roles(parts: Iterable[CasePart]) -> set[Any]:
    return {part.role for part in parts if part.role is not None}
