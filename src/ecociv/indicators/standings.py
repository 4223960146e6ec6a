"""How series, indicators and categories stand, as objects for pages, commands and reports."""

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
from ecociv.indicators.lights import Light
from ecociv.indicators.models import IndicatorValue
from ecociv.plan.package import Indicator, Series


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


def _decimal(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)
