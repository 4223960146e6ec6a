"""Who may record officials, and who may see persons: the public sees bodies only."""

from __future__ import annotations

from typing import Any

from ecociv.people.permissions import allowed, decide, require
from ecociv.people.policy import Action


def require_record(user: Any, zone: str) -> None:
    """Raise ``PermissionDenied`` unless the user may record officials and posts: whoever may edit the plan."""
    require(user, Action.EDIT_PLAN, zone=zone)


def may_record(user: Any, zone: str) -> bool:
    """Whether the user may record officials and posts."""
    return allowed(user, Action.EDIT_PLAN, zone=zone)


def may_see_persons(user: Any, zone: str) -> bool:
    """Whether names of persons are shown: to people of the zone with an account."""
    return bool(decide(user, Action.READ, zone=zone, public=False).ok)


def require_see_persons(user: Any, zone: str) -> None:
    """Raise ``PermissionDenied`` for whoever may not see persons."""
    require(user, Action.READ, zone=zone, public=False)
