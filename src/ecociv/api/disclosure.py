"""Which places are public: all but those whose declaration, or whose record, says ``public: false``.

A place is registered with what its declaration says on the day. A declaration that is changed later counts as well, so
that a place can be closed after it is in use (from the next start of the server on).
"""

from __future__ import annotations

from django.conf import settings
from django.db.models import Q

from ecociv.evidence.mapping import load_places


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
