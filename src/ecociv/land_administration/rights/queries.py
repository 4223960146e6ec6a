"""Reading the register: which units are on it on a day, as known at a moment, and what each reader may see."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from django.utils import timezone

from ecociv.core.text import Text
from ecociv.land_administration.rights.models import Registration, RightUnit
from ecociv.land_administration.rights.state import UnitState
from ecociv.people.permissions import allowed
from ecociv.people.policy import Action


def registrations_in_force(
    zone: str, on: dt.date | None = None, as_of: dt.datetime | None = None, *, with_ended: bool = False
) -> list[Registration]:
    """The registration that holds of each unit on a day, as known at a moment, by number of the unit."""
    day = on or timezone.localdate()
    rows = (
        Registration.objects.filter(unit__zone=zone, effective_on__lte=day)
        .select_related("unit", "boundary__layer")
        .order_by("unit__number", "serial")
    )
    if as_of is not None:
        rows = rows.filter(recorded_at__lte=as_of)
    holding: dict[int, Registration] = {}
    for row in rows:
        holding[row.unit_id] = row
    return [row for row in holding.values() if with_ended or not row.ended]


def registration_in_force(
    unit: RightUnit, on: dt.date | None = None, as_of: dt.datetime | None = None
) -> Registration | None:
    """The registration of one unit that holds on a day, as known at a moment; a cancellation too."""
    rows = unit.registrations.filter(effective_on__lte=on or timezone.localdate()).select_related(
        "boundary__layer", "unit"
    )
    if as_of is not None:
        rows = rows.filter(recorded_at__lte=as_of)
    return rows.order_by("-serial").first()


def shown_to(user: Any, zone: str, state: UnitState) -> UnitState:
    """What a reader sees: identifiers of parties only for people of the zone, names of persons not for visitors."""
    return state if allowed(user, Action.READ, zone=zone) else masked(state)


def masked(state: UnitState) -> UnitState:
    """What the public sees: no identifiers, and names of persons masked, in free texts too."""
    hidden = {one.name: _masked(one.name) for one in state.parties if one.kind == "person"}
    hidden |= {one.identifier: "***" for one in state.parties if len(one.identifier) > 3}

    def public(text: str) -> str:
        for word, instead in hidden.items():
            text = text.replace(word, instead)
        return text

    return replace(
        state,
        name=public(state.name),
        parties=tuple(
            replace(one, identifier="", name=_masked(one.name) if one.kind == "person" else one.name)
            for one in state.parties
        ),
        restrictions=tuple(
            replace(one, text=public(one.text), document=public(one.document)) for one in state.restrictions
        ),
    )


def _masked(name: str) -> str:
    return name[:1] + "*" * max(1, len(name) - 1)


def ladm(registration: Registration, history: Iterable[Registration], state: UnitState) -> Mapping[str, Any]:
    """A unit in the words of the Land Administration Domain Model (ISO 19152:2012), as JSON.

    ``state`` is what the reader may see (:func:`shown_to`). Rights and restrictions are the RRR package, documents
    the sources; every object carries its life span (``VersionedObject``).
    """
    unit = registration.unit
    begin = registration.effective_on.isoformat()
    return {
        "LA_BAUnit": {
            "uID": unit.number,
            "name": state.name,
            "type": unit.kind,
            "beginLifespanVersion": begin,
        },
        "LA_Party": [
            {"pID": one.key, "name": one.name, "type": one.kind, "extPID": one.identifier}
            for one in state.parties
        ],
        "LA_Right": [
            {
                "rID": f"{unit.number}/{place}",
                "type": one.right,
                "party": one.party,
                "share": {"numerator": one.share.numerator, "denominator": one.share.denominator},
                "timeSpec": one.until.isoformat() if one.until else None,
            }
            for place, one in enumerate(state.holdings, 1)
        ],
        "LA_Restriction": [
            {
                "type": one.kind,
                "description": one.text,
                "source": one.document,
                "timeSpec": one.until.isoformat() if one.until else None,
            }
            for one in state.restrictions
        ],
        "LA_SpatialUnit": {
            "suID": unit.number,
            "area": {"value": str(registration.area), "unit": "m2", "type": "ellipsoidal, CGCS2000"},
            "layer": {
                "key": registration.boundary.layer.key,
                "version": registration.boundary.number,
                "sha256": registration.boundary.sha256,
            },
        },
        "LA_Source": [
            {
                "registration": row.serial,
                "type": row.event,
                "acceptance": row.effective_on.isoformat(),
                "sha256": [one.sha256 for one in row.documents.all()],
            }
            for row in history
        ],
    }


def event_words(event: str) -> Text:
    """The kind of registration in both languages."""
    return _EVENTS[event]


_EVENTS = {
    "first": Text(zh="首次登记", en="First registration"),
    "change": Text(zh="变更登记", en="Change"),
    "transfer": Text(zh="转移登记", en="Transfer"),
    "correction": Text(zh="更正登记", en="Correction"),
    "cancellation": Text(zh="注销登记", en="Cancellation"),
}
