"""Who may write in a book: officers of the body that keeps it, and commands; who may read: people of the zone."""

from __future__ import annotations

from typing import Any

from django.utils import timezone

from ecociv.people import permissions
from ecociv.people.models import User
from ecociv.people.policy import Action
from ecociv.plan.queries import ZoneNotLoaded, current_package


def keeper_today(zone: str, keeper: str) -> str:
    """Key of the body that stands for a declared keeper today."""
    try:
        package = current_package(zone)
    except ZoneNotLoaded:
        return keeper
    return package.body_on(keeper, timezone.localdate()).key if package.has_organisation(keeper) else keeper


def may_keep(author: Any, zone: str, keeper: str) -> bool:
    """Whether somebody may write in a book of a body; a command without an account may."""
    if not isinstance(author, User):
        return isinstance(author, str) and bool(author.strip())
    return permissions.allowed(
        author, Action.KEEP_BOOKS, zone=zone, lead=[keeper_today(zone, keeper)], public=False
    )


def require_keeper(author: Any, zone: str, keeper: str) -> None:
    """Refuse whoever may not write in a book of a body.

    Raises
    ------
    PermissionDenied
        With the sentence of the policy that names the body.
    """
    if not may_keep(author, zone, keeper):
        permissions.require(
            author, Action.KEEP_BOOKS, zone=zone, lead=[keeper_today(zone, keeper)], public=False
        )
