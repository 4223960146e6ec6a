"""Measures by readings: yearly means of monthly or daily series of an area and its peers, with the weather taken out."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
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
class ReadingEnds:
    """A reading at both ends, by area, with the course before the term.

    Attributes
    ----------
    own, peers
        Ends of the area and of each peer; with the weather taken out of all of them, or of none.
    earlier
        The same from the first year on record to the opening; none where that is the opening.
    history : mapping of int to Decimal
        The area's yearly figures up to the opening, with the weather of the opening where it is taken out.
    fitted : Fit or None
        The area's own regression, where the weather was taken out.
    refused : Reason or None
        Why the weather was not taken out though a method is declared.
    """

    own: Ends
    peers: Mapping[str, Ends]
    history: Mapping[int, Decimal]
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
    The weather is taken out of the area and every peer that has figures at both ends, or of none: to adjust one and not the
    other would put the weather into the comparison.
    """
    opening, closing = ends
    months = {where: monthly(reading, where, daily=reading.daily, as_of=as_of) for where in (area, *peers)}
    plain = {
        where: Ends(one.year(opening, reading.least_months), one.year(closing, reading.least_months))
        for where, one in months.items()
    }
    own, least = months[area], reading.least_months
    history = {
        year: value for year in range(first_year, opening + 1) if (value := own.year(year, least)) is not None
    }
    sample = any(one.sample for one in months.values() if one.means)
    others = {where: one for where, one in plain.items() if where != area}
    if method is None or plain[area].before is None or plain[area].after is None:
        return ReadingEnds(plain[area], others, history, None, None, sample)
    try:
        taken, fits = {}, {}
        for where, one in plain.items():
            if where != area and (one.before is None or one.after is None):
                continue
            drivers = {name: monthly(at, where, as_of=as_of).means for name, at in reading.drivers.items()}
            fits[where] = fit(method, outside(months[where].means, term), drivers)
            taken[where] = _taken(fits[where], one, drivers, closing, opening, least)
        drivers = {name: monthly(at, area, as_of=as_of).means for name, at in reading.drivers.items()}
        steady = {
            year: value
            if year == opening
            else adjusted(fits[area], value, drivers, year, opening, least).value
            for year, value in history.items()
        }
    except NotAdjusted as refused:
        return ReadingEnds(plain[area], others, history, None, refused.reason, sample)
    return ReadingEnds(
        taken[area],
        {where: taken.get(where, others[where]) for where in others},
        steady,
        fits[area],
        None,
        sample,
    )


def _taken(
    found: Fit,
    one: Ends,
    drivers: Mapping[str, Mapping[Month, float]],
    closing: int,
    opening: int,
    least: int,
) -> Ends:
    assert one.after is not None
    made = adjusted(found, one.after, drivers, closing, opening, least)
    return Ends(one.before, one.after, taken=(made.value, made.low, made.high))


def outside(means: Mapping[Month, float], term: tuple[dt.date, dt.date]) -> dict[Month, float]:
    """The months that lie wholly outside the term."""
    first, last = ((day.year, day.month) for day in term)
    return {at: value for at, value in means.items() if not first <= at <= last}


def monthly(series: SeriesAt, area: str, *, daily: bool = False, as_of: dt.datetime | None = None) -> Months:
    """Monthly means of the series of an area; real ones where there are any, generated ones otherwise, never both."""
    state = (evidence_uri(), EvidenceStore().version())
    return _monthly(series.network, series.place_of(area), series.property, daily, as_of, state)


@lru_cache(maxsize=128)
def _monthly(
    network: str,
    place: str,
    property_: str,
    daily: bool,
    as_of: dt.datetime | None,
    _state: tuple[object, ...],
) -> Months:
    for sample in (False, True):
        key = series_key(network, place, property_, sample=sample)
        seen = observations([key], as_of=as_of).get(key, [])
        if seen:
            return Months(_of_days(seen) if daily else _of_months(seen), sample)
    return Months({}, sample=False)


def _of_months(seen: list[Observation]) -> dict[Month, float]:
    found: dict[Month, list[float]] = {}
    for one in seen:
        value = used_value(one)
        if value is not None:
            found.setdefault((one.day.year, one.day.month), []).append(value)
    return {at: sum(values) / len(values) for at, values in found.items()}


def _of_days(seen: list[Observation]) -> dict[Month, float]:
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


__all__ = ["Months", "ReadingEnds", "monthly", "outside", "reading_ends", "wider_figures"]
