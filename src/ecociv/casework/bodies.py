"""Which bodies act for which, on a day: successors take over, members act for their group. Pure: no Django."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from functools import lru_cache

from ecociv.plan.package import ZonePackage


def holders(package: ZonePackage, key: str, day: date) -> frozenset[str]:
    """Keys of the bodies that act on a day for the body written in a log.

    A body that the plan does not know acts for itself.
    """
    if not package.has_organisation(key):
        return frozenset({key})
    return frozenset(
        package.body_on(member.key, day).key for member in package.members(package.body_on(key, day))
    )


def held_by(package: ZonePackage, organisation: str, day: date) -> frozenset[str]:
    """Keys, as logs name them, of the bodies for which ``organisation`` acts on a day; its own included while it acts."""
    if not organisation:
        return frozenset()
    found = _acting(package, day).get(organisation, frozenset())
    return found if package.has_organisation(organisation) else found | {organisation}


def all_holders(package: ZonePackage, keys: Iterable[str], day: date) -> frozenset[str]:
    """Keys of the bodies that act for any of these."""
    return frozenset(holder for key in keys for holder in holders(package, key, day))


@lru_cache(maxsize=32)
def _acting(package: ZonePackage, day: date) -> dict[str, frozenset[str]]:
    found: dict[str, set[str]] = {}
    for body in package.organisations:
        for holder in holders(package, body.key, day):
            found.setdefault(holder, set()).add(body.key)
    return {holder: frozenset(keys) for holder, keys in found.items()}
