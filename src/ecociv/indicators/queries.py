"""Reading values and lights: fast enough for a page, and as of any day.

``as_of`` is a moment: what had been recorded by then. A *year* is the year that a figure speaks of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from ecociv.core.missing import Missing
from ecociv.indicators.changes import Change, what_changed
from ecociv.indicators.compute import plan_of
from ecociv.indicators.derivations import load_derivations
from ecociv.indicators.judge import status_without_figure
from ecociv.indicators.lights import Light
from ecociv.indicators.models import IndicatorValue
from ecociv.indicators.standings import (
    CategoryLights,
    IndicatorStanding,
    Overview,
    SeriesStanding,
    SeriesValue,
)
from ecociv.plan.package import Indicator, ZonePackage

__all__ = [
    "Change",
    "IndicatorStanding",
    "Overview",
    "SeriesStanding",
    "SeriesValue",
    "indicator_status",
    "overview",
    "series_values",
    "standings_on",
    "what_changed",
    "years_with_values",
]


def series_values(
    zone: str, series: str, as_of: dt.datetime | None = None, *, place: str | None = None
) -> list[SeriesValue]:
    """The newest revision of every year of a series, oldest year first.

    Parameters
    ----------
    zone, series
        Keys.
    as_of
        As recorded by that moment; now, when not given.
    place
        A peer's place; the zone's own, when not given.
    """
    rows = _rows(zone).filter(series=series, place=place or home_of(zone)).newest(as_of)
    return [_value(*cells) for cells in rows.order_by("year").values_list(*_COLUMNS)]


def indicator_status(
    zone: str, number: int, year: int, as_of: dt.datetime | None = None
) -> IndicatorStanding:
    """How an indicator stands in a year.

    Raises
    ------
    KeyError
        When the plan has no such indicator.
    """
    package = plan_of(zone, as_of)
    indicator = package.indicator(number)
    rows = _rows(zone).filter(place=home_of(zone), year=year, series__in=indicator.series_keys).newest(as_of)
    return _standing(package, indicator, year, _with_status(rows))


def overview(zone: str, year: int, as_of: dt.datetime | None = None) -> Overview:
    """Lights of all indicators by category."""
    package = plan_of(zone, as_of)
    found = _with_status(_rows(zone).filter(place=home_of(zone), year=year).newest(as_of))
    categories = tuple(
        CategoryLights(
            category.key,
            category.name,
            tuple(
                _standing(package, indicator, year, found)
                for indicator in package.indicators
                if indicator.category == category.key
            ),
        )
        for category in package.zone.categories
    )
    return Overview(zone, year, as_of, categories)


def standings_on(zone: str, day: dt.date, as_of: dt.datetime | None = None) -> dict[str, SeriesStanding]:
    """Every series as it is to be judged on a day, with its figures of all years that had ended by then.

    The year judged is the last that had ended and has a figure, or whose figure was due by that day and is not there.
    """
    package = plan_of(zone, as_of)
    due = load_derivations(package).due
    last = day.year if (day.month, day.day) == (12, 31) else day.year - 1
    by_series: dict[str, dict[int, SeriesValue]] = {}
    for cells in _rows(zone).filter(place=home_of(zone), year__lte=last).newest(as_of).values_list(*_COLUMNS):
        known = _value(*cells)
        by_series.setdefault(known.series, {})[known.year] = known
    chosen: dict[str, int] = {}
    for key, years in by_series.items():
        judged = (
            year
            for year in sorted(years, reverse=True)
            if years[year].missing is not Missing.MISSING or due.after(year) < day
        )
        chosen[key] = next(judged, last)
    wanted = [value.pk for key, year in chosen.items() if (value := by_series[key].get(year))]
    statuses = dict(IndicatorValue.objects.filter(pk__in=wanted).values_list("pk", "status"))
    standings = {}
    for indicator in package.indicators:
        for series in indicator.series:
            years = by_series.get(series.key, {})
            year = chosen.get(series.key, last)
            actuals = {at: figure for at in sorted(years) if (figure := years[at].figure) is not None}
            value = years.get(year)
            if value is None:
                status = status_without_figure(package, indicator, series, year).to_json()
            else:
                status = statuses[value.pk]
            standings[series.key] = SeriesStanding(indicator, series, year, value, status, actuals)
    return standings


def years_with_values(zone: str, as_of: dt.datetime | None = None) -> list[int]:
    """Years for which the zone has any figure, oldest first."""
    rows = IndicatorValue.objects.filter(zone=zone, place=home_of(zone), missing_kind="")
    if as_of is not None:
        rows = rows.filter(computed_at__lte=as_of)
    return sorted(rows.order_by().values_list("year", flat=True).distinct())


def home_of(zone: str) -> str:
    """Place of the zone's own figures."""
    return load_derivations(plan_of(zone)).place


_COLUMNS = (
    "pk",
    "series",
    "place",
    "year",
    "figure",
    "part_figures",
    "missing_kind",
    "unit",
    "light",
    "sample",
    "revision",
    "computed_at",
)


def _rows(zone: str) -> Any:
    return IndicatorValue.objects.filter(zone=zone)


def _with_status(rows: Any) -> dict[str, tuple[SeriesValue, Mapping[str, Any]]]:
    found = {}
    for *cells, status in rows.values_list(*_COLUMNS, "status"):
        value = _value(*cells)
        found[value.series] = (value, status)
    return found


def _value(
    pk: int,
    series: str,
    place: str,
    year: int,
    figure: str,
    parts: Mapping[str, str],
    missing: str,
    unit: str,
    light: str,
    sample: bool,
    revision: int,
    computed_at: dt.datetime,
) -> SeriesValue:
    return SeriesValue(
        series,
        place,
        year,
        Decimal(figure) if figure else None,
        {name: Decimal(text) for name, text in parts.items()},
        Missing(missing) if missing else None,
        unit,
        Light(light) if light else None,
        sample,
        revision,
        computed_at,
        pk,
    )


def _standing(
    package: ZonePackage,
    indicator: Indicator,
    year: int,
    found: Mapping[str, tuple[SeriesValue, Mapping[str, Any]]],
) -> IndicatorStanding:
    standings = []
    for series in indicator.series:
        value, status = found.get(series.key, (None, None))
        if status is None:
            status = status_without_figure(package, indicator, series, year).to_json()
        standings.append(SeriesStanding(indicator, series, year, value, status))
    return IndicatorStanding(indicator, year, tuple(standings))
