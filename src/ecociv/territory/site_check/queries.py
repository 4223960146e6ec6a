"""Reading checks that are on record, and who may."""

from __future__ import annotations

from typing import Any

from ecociv.people.permissions import actor_of
from ecociv.people.roles import Role
from ecociv.territory.models import SEES_ALL
from ecociv.territory.site_check.models import SiteCheck, SiteCheckBatch


def may_check(user: Any, zone: str) -> bool:
    """Whether a user may have sites checked: anybody of the zone; enterprises ask the window that receives applications."""
    actor = actor_of(user)
    return bool(
        actor.active
        and actor.role.of_the_zone
        and (actor.zone == zone or actor.role is Role.ADMINISTRATOR)
    )


def may_read_check(user: Any, check: SiteCheck) -> bool:
    """Whether a user may read a check: people of the zone; one that rests on restricted layers is for its own body,
    the office of the leading group, leaders and auditors."""
    if not may_check(user, check.zone):
        return False
    actor = actor_of(user)
    if not check.restricted or actor.role in SEES_ALL or check.author_id == getattr(user, "pk", None):
        return True
    return bool(actor.organisation and actor.organisation == check.author_organisation)


def may_read_batch(user: Any, batch: SiteCheckBatch) -> bool:
    """Whether a user may read a batch: who sent it, and those who see all."""
    if not may_check(user, batch.zone):
        return False
    return actor_of(user).role in SEES_ALL or batch.author_id == getattr(user, "pk", None)
