"""Measures by readings: yearly means of monthly or daily series of an area and its peers, with the weather taken out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache

import numpy as np

from ecociv.accounts.audit.attribution import Ends
from ecociv.accounts.audit.methods import Reading, Regression, SeriesAt, Wider
from ecociv.accounts.audit.normalise import Fit, Month, NotAdjusted, adjusted, fit, kept
from ecociv.core import periods
from ecociv.core.decimals import to_decimal
from ecociv.core.verdicts import Reason
from ecociv.evidence.queries import Observation, observations, series_key, yearly_figures
from ecociv.evidence.schema import Quality
from ecociv.evidence.section_months import used_value
from ecociv.evidence.store import EvidenceStore
from ecociv.evidence.store.table import evidence_uri
from ecociv.standards import air


@dataclass(frozen=True, slots=True)
class Months:
    """Monthly means of a series, and whether they are generated."""

    means: Mapping[Month, float]
    sample: bool

    def year(self, year: int, least: int) -> Decimal | None:
        """Mean of the months of a year; none with fewer than ``least``."""
        found = [value for at, value in self.means.items() if at[0] == year]
        return kept(sum(found) / len(found)) if len(found) >= least else None


@dataclass(frozen=True, slots=True)
class Side:
    """A reading at both ends, by area, with the area's course before the term: as measured, or without the weather.

    Attributes
    ----------
    peers : mapping of str to Ends
        Peers with a figure at one end at the least.
    history : mapping of int to Decimal
        Yearly figures up to the opening; without the weather, those of the years that could be adjusted.
    """

    own: Ends
    peers: Mapping[str, Ends]
    history: Mapping[int, Decimal]


@dataclass(frozen=True, slots=True)
class ReadingEnds:
    """A reading as measured, and without the weather as far as that could be done.

    Attributes
    ----------
    adjusted : Side or None
        None where the area's own closing could not be adjusted; its peers are empty where not all of them could.
    fitted : Fit or None
        The area's own regression.
    refused : Reason or None
        Why the weather was not taken out of the area, or of a peer, though a method is declared.
    """

    measured: Side
    adjusted: Side | None
    fitted: Fit | None
    refused: Reason | None
    sample: bool


def reading_ends(
    reading: Reading,
    method: Regression | None,
    area: str,
    peers: Iterable[str],
    term: tuple[dt.date, dt.date],
    ends: tuple[int, int],
    first_year: int,
    as_of: dt.datetime | None = None,
) -> ReadingEnds:
    """Read a measure at both ends of a term, as known at a moment.

    Parameters
    ----------
    term
        First and last day: their months take no part in the regression.
    ends
        Years of the opening and of the closing.
    first_year
        The first year that is read.

    Notes
    -----
    The weather is taken out of every peer that has figures at both ends, or of none: to adjust one and not the other would put
    the weather into the comparison.
    """
    opening, closing = ends
    least, where_all = reading.least_months, (area, *peers)
    months = monthly(reading, where_all, daily=reading.daily, as_of=as_of)
    plain = {where: Ends(one.year(opening, least), one.year(closing, least)) for where, one in months.items()}
    years = {year: months[area].year(year, least) for year in range(first_year, opening + 1)}
    history = {year: value for year, value in years.items() if value is not None}
    others = {
        where: one
        for where, one in plain.items()
        if where != area and (one.before is not None or one.after is not None)
    }
    measured = Side(plain[area], others, history)
    sample = any(one.sample for one in months.values())
    if method is None or plain[area].before is None or plain[area].after is None:
        return ReadingEnds(measured, None, None, None, sample)
    read = {name: monthly(at, where_all, as_of=as_of) for name, at in reading.drivers.items()}
    # What is adjusted by generated weather is generated, whatever was measured.
    sample |= any(one.sample for by_area in read.values() for one in by_area.values())
    drivers = {where: {name: one[where].means for name, one in read.items()} for where in where_all}

    def without(where: str) -> tuple[Fit, Ends]:
        found, after = fit(method, outside(months[where].means, term), drivers[where]), plain[where].after
        assert after is not None
        made = adjusted(found, after, drivers[where], closing, opening, least)
        return found, Ends(plain[where].before, after, taken=(made.value, made.low, made.high))

    try:
        fitted, own = without(area)
    except NotAdjusted as refused:
        return ReadingEnds(measured, None, None, refused.reason, sample)
    steady = {opening: history[opening]}
    for year in history.keys() - {opening}:
        with suppress(NotAdjusted):
            steady[year] = adjusted(fitted, history[year], drivers[area], year, opening, least).value
    try:
        both = [where for where, one in others.items() if one.before is not None and one.after is not None]
        taken, why = {where: without(where)[1] for where in both}, None
    except NotAdjusted as refused:
        taken, why = {}, refused.reason
    return ReadingEnds(measured, Side(own, taken, steady), fitted, why, sample)


def outside(means: Mapping[Month, float], term: tuple[dt.date, dt.date]) -> dict[Month, float]:
    """The months that lie wholly outside the term."""
    first, last = ((day.year, day.month) for day in term)
    return {at: value for at, value in means.items() if not first <= at <= last}


def monthly(
    series: SeriesAt, areas: Iterable[str], *, daily: bool = False, as_of: dt.datetime | None = None
) -> dict[str, Months]:
    """Monthly means of the series by area; real ones where an area has any, generated ones otherwise, never both."""
    places = {area: series.place_of(area) for area in areas}
    state = (evidence_uri(), EvidenceStore().version())
    found = _monthly(
        series.network, tuple(dict.fromkeys(places.values())), series.property, daily, as_of, state
    )
    return {area: found[place] for area, place in places.items()}


@lru_cache(maxsize=32)
def _monthly(
    network: str,
    places: tuple[str, ...],
    property_: str,
    daily: bool,
    as_of: dt.datetime | None,
    _state: tuple[object, ...],
) -> Mapping[str, Months]:
    keys = {
        (place, sample): series_key(network, place, property_, sample=sample)
        for place in places
        for sample in (False, True)
    }
    seen = observations(keys.values(), as_of=as_of)
    made = {}
    for place in places:
        sample = keys[place, False] not in seen
        known = seen.get(keys[place, sample], [])
        made[place] = Months(means_of_days(known) if daily else _of_months(known), sample and bool(known))
    return made


def _of_months(seen: list[Observation]) -> dict[Month, float]:
    found: dict[Month, list[float]] = {}
    for one in seen:
        value = used_value(one)
        if value is not None:
            found.setdefault((one.day.year, one.day.month), []).append(value)
    return {at: sum(values) / len(values) for at, values in found.items()}


def means_of_days(seen: list[Observation]) -> dict[Month, float]:
    """Means of the months that have the days GB 3095 asks for."""
    found: dict[Month, dict[dt.date, float]] = {}
    for one in seen:
        if one.quality is Quality.GOOD and one.value is not None:
            found.setdefault((one.day.year, one.day.month), {})[one.day] = one.value
    means = {}
    for (year, month), days in found.items():
        made = air.monthly_mean(
            list(days.values()), np.array(list(days), dtype="datetime64[D]"), periods.Month(year, month)
        )
        if bool(made.validity.enough):
            means[year, month] = float(made.value)
    return means


def wider_figures(
    wider: Wider, first: int, last: int, as_of: dt.datetime | None = None
) -> dict[int, Decimal]:
    """Yearly figures of a wider series; real ones where there are any, generated ones otherwise."""
    for sample in (False, True):
        found = yearly_figures(
            wider.network, wider.place, [wider.property], first, last, sample=sample, as_of=as_of
        )
        figures = {year: to_decimal(one.usable) for (_, year), one in found.items() if one.usable is not None}
        if figures:
            return figures
    return {}


__all__ = [
    "Months",
    "ReadingEnds",
    "Side",
    "means_of_days",
    "monthly",
    "outside",
    "reading_ends",
    "wider_figures",
]
