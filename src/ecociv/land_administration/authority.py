"""The body that answers for land in a zone (自然资源主管部门), by date."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.core.exceptions import PermissionDenied
from django.utils import timezone
from django.utils.translation import get_language

from ecociv.core.text import Text, language_of
from ecociv.evidence.declared import Declared, LocalText, zone_declaration
from ecociv.people.models import User
from ecociv.people.permissions import actor_of
from ecociv.people.roles import Role
from ecociv.plan.queries import current_package


class _Land(Declared):
    authority: str
    citation: LocalText
    verified: bool = False


def authority(zone: str, day: dt.date) -> str:
    """Key of the body that answers for land on a day, following its successors."""
    return current_package(zone).body_on(zone_declaration(zone, "land.yaml", _Land).authority, day).key


def answers_for_land(user: Any, zone: str, day: dt.date) -> bool:
    """Whether a user acts for that body; a command without an account does."""
    if not isinstance(user, User):
        return isinstance(user, str) and bool(user.strip())
    actor = actor_of(user)
    return (
        actor.active
        and actor.zone == zone
        and actor.role is Role.DEPARTMENT_OFFICER
        and actor.organisation == authority(zone, day)
    )


def require_authority(user: Any, zone: str) -> None:
    """Refuse whoever does not act for the body that answers for land today.

    Raises
    ------
    PermissionDenied
        With the sentence that names the body.
    """
    today = timezone.localdate()
    if not answers_for_land(user, zone, today):
        body = current_package(zone).organisation(authority(zone, today))
        said = Text(zh=f"这项工作由{body.name}办理。", en=f"This is done by the {body.shown('en')}.")
        raise PermissionDenied(said.in_language(language_of(get_language() or "")))


def may_coordinate(user: Any, zone: str) -> bool:
    """Whether a user acts for that body or for the leading group's office; a command without an account does."""
    if answers_for_land(user, zone, timezone.localdate()):
        return True
    if not isinstance(user, User):
        return False
    actor = actor_of(user)
    return actor.active and actor.zone == zone and actor.role is Role.LEADING_GROUP_OFFICE


def require_coordinator(user: Any, zone: str) -> None:
    """Refuse whoever acts neither for the body that answers for land today nor for the leading group's office.

    Raises
    ------
    PermissionDenied
        With the sentence that names both.
    """
    if not may_coordinate(user, zone):
        body = current_package(zone).organisation(authority(zone, timezone.localdate()))
        said = Text(
            zh=f"这项工作由{body.name}或领导小组办公室办理。",
            en=f"This is done by the {body.shown('en')} or the office of the leading group.",
        )
        raise PermissionDenied(said.in_language(language_of(get_language() or "")))
