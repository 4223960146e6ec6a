"""Areas of classes of a layer on the last day of a year, of the city and of a county."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.evidence.mapping import load_places
from ecociv.territory.queries import versions_in_force
from ecociv.territory.retained.declaration import BOUNDARIES, RetainedSeries
from ecociv.territory.retained.queries import measured


@dataclass(frozen=True, slots=True)
class Measured:
    """An area from layers.

    Attributes
    ----------
    older : bool
        Whether the layer in force was not made in the year itself.
    """

    figure: Decimal | Missing
    reason: Text | None
    trace: Trace
    older: bool
    sample: bool


def layer_area(
    zone: str,
    area: str,
    kind: str,
    classes: tuple[str, ...],
    year: int,
    unit: str,
    decimals: int,
    label: Text,
    as_of: dt.datetime | None = None,
) -> Measured:
    """The area of classes of a kind of layer in an area, as a union, on the ellipsoid."""
    declared = RetainedSeries.model_validate(
        {
            "series": "account",
            "name": label,
            "numerator": [{"kind": kind, "classes": list(classes)}],
            "unit": unit,
            "decimals": decimals,
            "basis": {"standard": "TD/T 1055-2019", "year": 2019, "verified": False},
        }
    )
    versions = versions_in_force(zone, dt.date(year, 12, 31), as_of, kinds=[BOUNDARIES, kind])
    found = measured(zone, declared, year, versions)
    older = any(
        used.kind == kind and used.valid_from[:4] != str(year) for used in found.versions
    )
    place = load_places(zone).by_key[area]
    if place.kind != "county" or found.number is None:
        return Measured(found.figure, found.reason, found.trace, older, found.sample)
    mine = next((one for one in found.places if one.key == place.code), None)
    if mine is None or mine.figure is None:
        reason = Text(
            zh=f"行政区划图层中没有{place.name.zh}（{place.code}）",
            en=f"The boundary layer does not have {place.name.en} ({place.code})",
        )
        trace = Trace(label, Missing.MISSING, unit, "area of the union", notes=(reason,))
        return Measured(Missing.MISSING, reason, trace, older, found.sample)
    inputs = tuple(
        each
        for top in found.trace.inputs
        if isinstance(top, Trace)
        for each in top.inputs
        if isinstance(each, Trace) and each.label in (place.name, Text(zh=mine.name, en=mine.name))
    )
    layers = tuple(each for each in found.trace.inputs if not isinstance(each, Trace))
    trace = Trace(
        label, mine.figure, unit, "area of the union", (*inputs, *layers), found.trace.standard,
        rounding=found.trace.rounding, notes=found.trace.notes,
    )  # fmt: skip
    return Measured(mine.figure, None, trace, older, found.sample)
