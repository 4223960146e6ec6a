"""Compensation by rates and areas in a year, by county, from the returns as known at a moment."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass, replace
from decimal import Decimal

from ecociv.compensation.areas.declaration import LandKind, Scheme, schemes
from ecociv.core.decimals import to_decimal
from ecociv.core.text import Text
from ecociv.core.trace import Citation, Trace, TraceInput, TraceParameter
from ecociv.evidence.queries import yearly_figures
from ecociv.standards.compensation import AreaCompensation, farmland_compensation, forest_compensation

_FORMULAS = {
    "farmland": farmland_compensation,
    "forest": forest_compensation,
    # Wetland and mining are paid by area and rate as forest is; only their names differ.
    "wetland": forest_compensation,
    "mining": forest_compensation,
}


@dataclass(frozen=True, slots=True)
class CountyAmount:
    """What a county comes to under a scheme; ``missing`` names kinds of land without an area, then there is no result."""

    scheme: Scheme
    county: str
    result: AreaCompensation | None
    trace: Trace | None
    missing: tuple[str, ...]


def area_compensation(zone: str, year: int, as_of: dt.datetime | None = None) -> list[CountyAmount]:
    """Every scheme of a zone in a year, county by county.

    Raises
    ------
    NoRate
        A year for which a kind of land has no rate, or two.
    """
    return [county_amount(scheme, county, year, as_of) for scheme in schemes(zone) for county in scheme.counties]


def county_amount(scheme: Scheme, county: str, year: int, as_of: dt.datetime | None = None) -> CountyAmount:
    """One scheme in one county and year; the areas as known at a moment.

    Raises
    ------
    NoRate
        A year for which a kind of land has no rate, or two.
    """
    areas: dict[str, Decimal] = {}
    sources: list[TraceInput | Trace] = []
    missing = []
    for key, land in scheme.lands.items():
        found = _area(scheme, land, county, year, as_of)
        if found is None:
            missing.append(key)
            continue
        areas[key] = found[0]
        sources.append(found[1])
    if missing:
        return CountyAmount(scheme, county, None, None, tuple(missing))
    result = _FORMULAS[scheme.kind](areas, scheme.rates(), on=dt.date(year, 12, 31), unit="hectare")
    own = result.trace()
    trace = replace(own, label=scheme.title, inputs=(*own.inputs, *sources))
    return CountyAmount(scheme, county, result, trace, ())


def _area(
    scheme: Scheme, land: LandKind, county: str, year: int, as_of: dt.datetime | None
) -> tuple[Decimal, TraceInput | Trace] | None:
    if land.stated is not None:
        stated = land.stated.hectares.get(county, {}).get(year)
        if stated is None:
            return None
        return stated, TraceInput(
            land.name, stated, "hectare", land.stated.document, valid=str(year), sample=scheme.sample
        )
    assert land.area is not None
    found = yearly_figures(
        land.area.network, county, land.area.properties, year, year, sample=scheme.sample, as_of=as_of
    )
    inputs = []
    total = Decimal(0)
    for name in land.area.properties:
        observation = found.get((name, year))
        if observation is None or observation.usable is None:
            return None
        value = to_decimal(observation.usable)
        total += value
        inputs.append(
            TraceInput(
                Text(zh=name, en=name),
                value,
                "hectare",
                observation.series,
                observation.revision,
                str(year),
                observation.recorded_at,
                observation.sample,
            )
        )
    share = TraceParameter(
        Text(zh="纳入补偿的比例", en="share that is eligible"),
        land.area.share,
        citation=Citation(land.rates[0].source.document, land.rates[0].source.clause, verified=False),
    )
    area = total * land.area.share
    return area, Trace(land.name, area, "hectare", "sum(areas) * share", tuple(inputs), parameters=(share,))


__all__ = ["CountyAmount", "area_compensation", "county_amount"]
