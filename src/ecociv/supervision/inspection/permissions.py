"""Who plans and who inspects: the office of the leading group plans; it and auditors go and look."""

from __future__ import annotations

from typing import Any

from ecociv.people.permissions import allowed, require
from ecociv.people.policy import Action
from ecociv.people.roles import Role

INSPECTORS = frozenset({Role.LEADING_GROUP_OFFICE, Role.AUDITOR})
PLANNERS = frozenset({Role.LEADING_GROUP_OFFICE})


def require_plan(user: Any, zone: str) -> None:
    """Raise ``PermissionDenied`` for whoever may not plan, publish, draw or report a tour."""
    require(user, Action.OPEN_CASE, zone=zone, roles=PLANNERS)


def may_plan(user: Any, zone: str) -> bool:
    """Whether the user plans tours."""
    return allowed(user, Action.OPEN_CASE, zone=zone, roles=PLANNERS)


def require_inspect(user: Any, zone: str) -> None:
    """Raise ``PermissionDenied`` for whoever may not record visits and findings."""
    require(user, Action.ACT_ON_CASE, zone=zone, roles=INSPECTORS)


def may_inspect(user: Any, zone: str) -> bool:
    """Whether the user records visits and findings."""
    return allowed(user, Action.ACT_ON_CASE, zone=zone, roles=INSPECTORS)


def require_read(user: Any, zone: str) -> None:
    """Raise ``PermissionDenied`` for whoever may not see a tour before and beside its published seed."""
    require(user, Action.READ, zone=zone, public=False)
