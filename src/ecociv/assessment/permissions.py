"""Who may open, score and sign off: asked of the policy, with the roles and bodies of each move."""

from __future__ import annotations

from typing import Any

from ecociv.assessment.stages import ScoredBy
from ecociv.core.verdicts import Verdict
from ecociv.people.permissions import decide, require
from ecociv.people.policy import Action
from ecociv.people.roles import Role

_OFFICE = frozenset({Role.LEADING_GROUP_OFFICE})
_ROLES = {
    ScoredBy.SELF: frozenset[Role](),
    ScoredBy.REVIEW: _OFFICE,
    ScoredBy.AUDIT: frozenset({Role.AUDITOR}),
}


def may_score(user: Any, zone: str, unit: str, by: ScoredBy) -> Verdict:
    """A unit's own officers score themselves, the leading group's office reviews, auditors audit."""
    lead = {unit} if by is ScoredBy.SELF else set()
    return decide(user, Action.SCORE, zone=zone, lead=lead, roles=_ROLES[by])


def require_score(user: Any, zone: str, unit: str, by: ScoredBy) -> None:
    """Raise ``PermissionDenied`` with the policy's sentence."""
    lead = {unit} if by is ScoredBy.SELF else set()
    require(user, Action.SCORE, zone=zone, lead=lead, roles=_ROLES[by])


def require_office(user: Any, zone: str) -> None:
    """The leading group's office opens rounds and moves them on."""
    require(user, Action.SCORE, zone=zone, roles=_OFFICE)


def may_run(user: Any, zone: str) -> bool:
    """Whether the user may open rounds and move them on."""
    return bool(decide(user, Action.SCORE, zone=zone, roles=_OFFICE).ok)


def require_sign_off(user: Any, zone: str) -> None:
    """A leader signs off."""
    require(user, Action.SIGN_OFF, zone=zone, roles={Role.LEADER})


def may_sign_off(user: Any, zone: str) -> bool:
    """Whether the user may sign off."""
    return bool(decide(user, Action.SIGN_OFF, zone=zone, roles={Role.LEADER}).ok)


def require_read(user: Any, zone: str) -> None:
    """Results that are not published are internal."""
    require(user, Action.READ, zone=zone, public=False)
