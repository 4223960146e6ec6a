"""Who may read a case, open one, and take which step: the policy's answer for what the declaration says."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import get_language

from ecociv.casework.bodies import all_holders, held_by
from ecociv.casework.declaration import CaseType, Visibility
from ecociv.casework.guards import Children, verdict_on
from ecociv.casework.models import Case
from ecociv.casework.recorded import case_standing, declaration_of
from ecociv.casework.standing import Standing
from ecociv.core.text import Text
from ecociv.core.verdicts import Reason, Verdict
from ecociv.people.permissions import actor_of, decide
from ecociv.people.policy import Action
from ecociv.people.roles import Role
from ecociv.plan.package import ZonePackage
from ecociv.plan.queries import ZoneNotLoaded, current_package

OVERSIGHT = frozenset({Role.LEADING_GROUP_OFFICE, Role.LEADER, Role.AUDITOR})
"""Roles that read every case of the zone, and may add a note to it."""


def parties_of(case: Case) -> dict[str, tuple[str, ...]]:
    """Bodies by part, as the log names them (one query, none where they were fetched with the case)."""
    found: dict[str, list[str]] = {}
    for row in sorted(case.parties.all(), key=lambda row: row.pk):
        found.setdefault(row.part, []).append(row.organisation)
    return {part: tuple(keys) for part, keys in found.items()}


def parts_played(
    user: Any, case: Case, case_type: CaseType | None = None, day: dt.date | None = None
) -> frozenset[str]:
    """Keys of the parts that a user plays in a case on a day, by role or for a body (successors included)."""
    case_type = case_type or declaration_of(case)
    parties = parties_of(case)
    return frozenset(
        part
        for part in case_type.parts
        if may_as(user, case.zone, case_type, (part,), parties, day or timezone.localdate()).ok
    )


def may_as(
    user: Any,
    zone: str,
    case_type: CaseType,
    parts: Iterable[str],
    parties: dict[str, tuple[str, ...]],
    day: dt.date,
    action: Action = Action.ACT_ON_CASE,
    *,
    more_roles: Iterable[Role] = (),
) -> Verdict:
    """The policy's answer for whoever plays one of these parts."""
    parts = tuple(parts)
    roles = {role for part in parts if (role := case_type.parts[part].role) is not None}
    keys = [key for part in parts for key in parties.get(part, ())]
    # Parts of bodies are held by bodies of the plan; the account of an enterprise holds none, whatever key it has.
    of_a_body = actor_of(user).role is not Role.ENTERPRISE
    lead = all_holders(package_of(zone), keys, day) if keys and of_a_body else frozenset()
    return decide(user, action, zone=zone, lead=lead, roles={*roles, *more_roles})


def may_read(user: Any, case: Case, day: dt.date | None = None) -> Verdict:
    """Whether the user may read a case."""
    if case.visibility == Visibility.PUBLIC:
        return decide(user, Action.READ, zone=case.zone, public=True)
    if case.visibility == Visibility.INTERNAL:
        return decide(user, Action.READ, zone=case.zone)
    case_type = declaration_of(case)
    return may_as(
        user,
        case.zone,
        case_type,
        case_type.parts,
        parties_of(case),
        day or timezone.localdate(),
        Action.READ_CASE,
        more_roles=OVERSIGHT,
    )


def may_open(
    user: Any,
    zone: str,
    case_type: CaseType,
    parties: dict[str, tuple[str, ...]] | None = None,
    day: dt.date | None = None,
) -> Verdict:
    """Whether the user may open a case of a type; for a body's part, with their own body named for it.

    Without ``parties`` the question is whether they could at all.
    """
    own = getattr(user, "organisation", "")
    if parties is None:
        bodies = [part for part in case_type.open_by if case_type.parts[part].bodies is not None]
        parties = {part: (own,) for part in bodies if own}
    return may_as(
        user,
        zone,
        case_type,
        case_type.open_by,
        parties,
        day or timezone.localdate(),
        Action.OPEN_CASE,
    )


def may_take(
    user: Any,
    case: Case,
    transition: str,
    day: dt.date | None = None,
    *,
    now: Standing | None = None,
    children: Children | None = None,
) -> Verdict:
    """Whether the user may take a move now: the policy first, then state and guards."""
    day = day or timezone.localdate()
    case_type = declaration_of(case)
    if transition not in case_type.transitions:
        known = ", ".join(case_type.transitions)
        text = Text(
            zh=f"没有“{transition}”这一步；有：{known}。",
            en=f"There is no move {transition!r}; there are: {known}.",
        )
        return Verdict(False, (Reason("no-such-move", text),))
    allowed = may_as(user, case.zone, case_type, case_type.transitions[transition].by, parties_of(case), day)
    if not allowed.ok:
        return allowed
    return verdict_on(
        case_type,
        transition,
        now or case_standing(case),
        day,
        children=children_of(case) if children is None else children,
        actor=str(user.pk),
    )


def may_manage(user: Any, case: Case, day: dt.date | None = None) -> Verdict:
    """Whether the user may stop clocks, hand over and name officers."""
    case_type = declaration_of(case)
    return may_as(
        user, case.zone, case_type, case_type.managers, parties_of(case), day or timezone.localdate()
    )


def may_note(user: Any, case: Case, day: dt.date | None = None) -> Verdict:
    """Whether the user may add a note: whoever plays a part, and oversight."""
    case_type = declaration_of(case)
    return may_as(
        user,
        case.zone,
        case_type,
        case_type.parts,
        parties_of(case),
        day or timezone.localdate(),
        more_roles=OVERSIGHT,
    )


def children_of(case: Case) -> Children:
    """The cases under this one: how many are open, and how the others ended."""
    rows = Case.objects.filter(parent=case).values_list("closed_at", "outcome")
    return Children(
        sum(closed is None for closed, _outcome in rows),
        frozenset(outcome for closed, outcome in rows if closed is not None),
    )


def package_of(zone: str) -> ZonePackage:
    """The plan of a zone, by which bodies are followed to their successors."""
    return current_package(zone)


def bodies_held(zone: str, organisation: str, day: dt.date) -> frozenset[str]:
    """Keys, as logs name them, of the bodies for which a body acts on a day; none without a plan."""
    try:
        return held_by(current_package(zone), organisation, day)
    except ZoneNotLoaded:
        return frozenset({organisation} - {""})


def refuse(verdict: Verdict) -> None:
    """Raise ``PermissionDenied`` with the sentence of a no, in the reader's language."""
    if not verdict.ok:
        language = get_language() or "zh-hans"
        raise PermissionDenied(" ".join(reason.text.in_language(language) for reason in verdict.reasons))
