"""Which places are public: all but those whose declaration, or whose record, says ``public: false``.

A place is registered with what its declaration says on the day. A declaration that is changed later counts as well, so
that a place can be closed after it is in use (from the next start of the server on).
"""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db.models import Q, QuerySet

from ecociv.evidence.mapping import load_places
from ecociv.evidence.models import Place, Series
from ecociv.people.permissions import allowed
from ecociv.people.policy import Action


def public_places(prefix: str = "") -> Q:
    """The condition for places, or with ``prefix`` (``place__``) for what belongs to one.

    Anything but true counts as false, so that a slip of the pen hides a place and does not show it.
    """
    recorded = ~Q(**{f"{prefix}details__has_key": "public"}) | Q(**{f"{prefix}details__public": True})
    closed = [
        place.key
        for place in load_places(settings.ECOCIV_ZONE).places
        if place.details.get("public", True) is not True
    ]
    return recorded & ~Q(**{f"{prefix}key__in": closed}) if closed else recorded


def readable_series(user: Any) -> QuerySet[Series]:
    """The series that somebody may see: all for people of the zone, those of public places for visitors."""
    found = Series.objects.all()
    return found if _reads_all(user) else found.filter(public_places("place__"))


def readable_places(user: Any) -> QuerySet[Place]:
    """The places that somebody may see."""
    found = Place.objects.all()
    return found if _reads_all(user) else found.filter(public_places())


def _reads_all(user: Any) -> bool:
    return allowed(user, Action.READ, zone=settings.ECOCIV_ZONE)
