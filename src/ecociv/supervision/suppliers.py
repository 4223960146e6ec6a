"""Which bodies answer for a series of evidence: who supplies it, else the county in which it is measured."""

from __future__ import annotations

import datetime as dt

from ecociv.evidence.models import Series
from ecociv.plan.package import UnknownOrganisation, ZonePackage
from ecociv.supervision.ladder.evidence_facts import bodies_of_place


def suppliers(plan: ZonePackage, series: Series, day: dt.date) -> frozenset[str]:
    """Keys of the bodies that answer for a series on a day: its supplier, or who took that body's duties over."""
    name = series.organisation or (series.sensor.organisation if series.sensor else "")
    if not name:
        return frozenset()
    try:
        key = name if plan.has_organisation(name) else plan.resolve(name).key
    except UnknownOrganisation:
        return frozenset({name})
    return frozenset({key, plan.body_on(key, day).key})


def answering_for(plan: ZonePackage, series: Series, day: dt.date) -> frozenset[str]:
    """The suppliers; where a series names none, the county units of its place, as the triggers see it."""
    return suppliers(plan, series, day) or frozenset(bodies_of_place(plan, series.place, day))
