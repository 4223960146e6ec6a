"""Reading values and lights: fast enough for a page, and as of any day.

``as_of`` is a moment: what had been recorded by then. A *year* is the year that a figure speaks of.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property
from typing import Any

from ecociv.core.missing import Missing
from ecociv.core.targets import Target
from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.core.verdicts import Reason
from ecociv.indicators.changes import Change, what_changed
from ecociv.indicators.compute import plan_of
from ecociv.indicators.derivations import load_derivations
from ecociv.indicators.judge import status_without_figure
from ecociv.indicators.lights import Light
from ecociv.indicators.models import IndicatorValue
from ecociv.plan.package import Indicator, Series, ZonePackage

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


@dataclass(frozen=True, slots=True)
class SeriesValue:
    """The value of a series at a place in a year, as recorded."""

    series: str
    place: str
    year: int
    value: Decimal | None
    parts: Mapping[str, Decimal]
    missing: Missing | None
    unit: str
    light: Light | None
    sample: bool
    revision: int
    computed_at: dt.datetime
    pk: int

    @property
    def figure(self) -> Decimal | Mapping[str, Decimal] | None:
        """The number, or the parts of a composition; none where it is missing."""
        return self.parts or self.value


class SeriesStanding:
    """How one series stands in one year: figure, light, reasons, target and path. The arithmetic is read on demand."""

    def __init__(
        self,
        indicator: Indicator,
        series: Series,
        year: int,
        value: SeriesValue | None,
        status: Mapping[str, Any],
        actuals: Mapping[int, Decimal | Mapping[str, Decimal]] | None = None,
    ) -> None:
        self.indicator = indicator
        self.series = series
        self.year = year
        self.value = value
        self.status = status
        self.actuals = dict(actuals or {})

    @property
    def light(self) -> Light:
        """The light."""
        return Light(self.status["light"])

    @property
    def name(self) -> Text:
        """Name of the series, with the indicator's where there are several."""
        return self.indicator.series_name(self.series)

    @property
    def figure(self) -> Decimal | Mapping[str, Decimal] | None:
        """The figure of the year."""
        return None if self.value is None else self.value.figure

    @property
    def sample(self) -> bool:
        """Whether the figure rests on generated sample data."""
        return self.value is not None and self.value.sample

    @cached_property
    def reasons(self) -> tuple[Reason, ...]:
        """Why this light."""
        return tuple(
            Reason(item["code"], Text(zh=item["zh"], en=item["en"]), item["data"])
            for item in self.status["reasons"]
        )

    @property
    def milestone(self) -> int | None:
        """Year of the milestone that the figure was held against."""
        return self.status.get("milestone")

    @property
    def target(self) -> Target | None:
        """The target of that milestone."""
        return None if self.milestone is None else self.series.target(self.milestone)

    @property
    def expected(self) -> Decimal | None:
        """What the stated path expects of the year."""
        return _decimal(self.status.get("expected"))

    @property
    def gap(self) -> Decimal | None:
        """How far ahead of the path (0 or more) or behind it (less than 0)."""
        return _decimal(self.status.get("gap"))

    @cached_property
    def _arithmetic(self) -> tuple[Trace | None, Mapping[str, Any]]:
        if self.value is None:
            return None, {}
        trace, extras = IndicatorValue.objects.values_list("trace", "extras").get(pk=self.value.pk)
        return Trace.from_json(trace), extras

    @property
    def trace(self) -> Trace | None:
        """The arithmetic; none before the year was computed."""
        return self._arithmetic[0]

    @property
    def extras(self) -> Mapping[str, Any]:
        """Rank, peers, readings and caveats as plain values."""
        return self._arithmetic[1]


@dataclass(frozen=True, slots=True)
class IndicatorStanding:
    """How an indicator stands: its worst series decides, and nothing is averaged."""

    indicator: Indicator
    year: int
    series: tuple[SeriesStanding, ...]

    @property
    def light(self) -> Light:
        """The worst light among the series."""
        return max((standing.light for standing in self.series), key=lambda light: light.severity)

    @property
    def worst(self) -> SeriesStanding:
        """The first series with that light."""
        return next(standing for standing in self.series if standing.light is self.light)

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The reasons of the worst series."""
        return self.worst.reasons

    @property
    def sample(self) -> bool:
        """Whether any series rests on generated sample data."""
        return any(standing.sample for standing in self.series)


@dataclass(frozen=True, slots=True)
class CategoryLights:
    """One category of the plan with the lights of its indicators."""

    key: str
    name: Text
    indicators: tuple[IndicatorStanding, ...]

    @property
    def counts(self) -> dict[Light, int]:
        """Number of indicators of each light; every light is there."""
        return count_lights(self.indicators)


@dataclass(frozen=True, slots=True)
class Overview:
    """Where the zone stands in a year."""

    zone: str
    year: int
    as_of: dt.datetime | None
    categories: tuple[CategoryLights, ...]

    @property
    def indicators(self) -> tuple[IndicatorStanding, ...]:
        """All indicators in the plan's order."""
        return tuple(item for category in self.categories for item in category.indicators)

    @property
    def counts(self) -> dict[Light, int]:
        """Number of indicators of each light; every light is there."""
        return count_lights(self.indicators)

    @property
    def sample(self) -> bool:
        """Whether any figure rests on generated sample data."""
        return any(item.sample for item in self.indicators)


def count_lights(standings: tuple[IndicatorStanding, ...]) -> dict[Light, int]:
    """Number of indicators of each light, 0 where there is none."""
    counts = dict.fromkeys(Light, 0)
    for standing in standings:
        counts[standing.light] += 1
    return counts


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
    rows = _rows(zone).filter(series=series, place=place or home_of(zone)).latest(as_of)
    return [_value(row) for row in rows.order_by("year")]


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
    rows = _rows(zone).filter(place=home_of(zone), year=year, series__in=indicator.series_keys).latest(as_of)
    found = {row.series: (_value(row), row.status) for row in rows}
    return _standing(package, indicator, year, found)


def overview(zone: str, year: int, as_of: dt.datetime | None = None) -> Overview:
    """Lights of all indicators by category."""
    package = plan_of(zone, as_of)
    rows = _rows(zone).filter(place=home_of(zone), year=year).latest(as_of)
    found = {row.series: (_value(row), row.status) for row in rows}
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
    for row in (
        _rows(zone)
        .filter(place=home_of(zone), year__lte=last)
        .latest(as_of)
        .defer("trace", "extras", "status")
    ):
        by_series.setdefault(row.series, {})[row.year] = _value(row)
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


def _rows(zone: str) -> Any:
    return IndicatorValue.objects.filter(zone=zone)


def _value(row: IndicatorValue) -> SeriesValue:
    return SeriesValue(
        row.series,
        row.place,
        row.year,
        row.value,
        row.parts,
        row.missing,
        row.unit,
        Light(row.light) if row.light else None,
        row.sample,
        row.revision,
        row.computed_at,
        row.pk,
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


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
