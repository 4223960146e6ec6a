"""Figures of the counties beside the city's, and what a county contributes where figures add up."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.utils.translation import gettext as _

from ecociv.core.decimals import plain
from ecociv.evidence.mapping import load_places, place_name
from ecociv.indicators.derivations import load_derivations
from ecociv.indicators.models import IndicatorValue
from ecociv.plan.package import Indicator, Series, ZonePackage
from ecociv.plan.package.indicators import IndicatorKind
from ecociv.portal.indicator_rows import OfSeries
from ecociv.portal.paths import Chart, Figure
from ecociv.portal.zone import language

ADDITIVE = frozenset({IndicatorKind.STOCK, IndicatorKind.FLOW, IndicatorKind.CUMULATIVE})
"""Kinds whose county figures add up to the city's; a ratio has its own numerator and denominator in each county."""


def counties_of(plan: ZonePackage) -> tuple[str, ...]:
    """Keys of the counties of the zone's derivations, in their declared order."""
    return load_places(plan.zone.key).groups.get(load_derivations(plan).counties or "", ())


def county_series(plan: ZonePackage) -> frozenset[str]:
    """Keys of the series of which each county has a figure too."""
    return frozenset(rule.series for rule in load_derivations(plan).derivations if "county" in rule.levels)


def values_of(
    plan: ZonePackage, series: Iterable[str], as_of: dt.datetime | None = None
) -> dict[tuple[str, str, int], IndicatorValue]:
    """Newest values at ``as_of`` of some series by (series, place, year), for the city and its counties."""
    places = (load_derivations(plan).place, *counties_of(plan))
    rows = IndicatorValue.objects.filter(zone=plan.zone.key, place__in=places, series__in=list(series))
    return {(row.series, row.place, row.year): row for row in rows.newest(as_of)}


def figure_of(value: IndicatorValue | None) -> Figure | None:
    """The figure of a value: a number, or parts by name; none where there is none."""
    if value is None:
        return None
    return value.value if value.value is not None else value.parts or None


@dataclass(frozen=True, slots=True)
class CountyFigure:
    """One county's figure. ``share`` is its part of the city's in per cent, where figures add up and the city has one."""

    place: str
    name: str
    value: IndicatorValue | None
    share: Decimal | None

    @property
    def share_text(self) -> str:
        """The share to one decimal, for reading only."""
        return "" if self.share is None else f"{self.share:.1f} %"


@dataclass(frozen=True, slots=True)
class CountyCard(OfSeries):
    """What the page of an indicator says of one series in the counties for one year."""

    indicator: Indicator
    series: Series
    year: int
    years: tuple[int, ...]
    city: IndicatorValue | None
    counties: tuple[CountyFigure, ...]
    chart: Chart | None

    @property
    def adds_up(self) -> bool:
        """Whether the shares are shown."""
        return any(each.share is not None for each in self.counties)

    @property
    def rest(self) -> Decimal | None:
        """The sum of the counties less the city's figure, where every county has one and figures add up."""
        figures = [each.value.value for each in self.counties if each.value is not None]
        numbers = [figure for figure in figures if figure is not None]
        if (
            not self.adds_up
            or len(numbers) < len(self.counties)
            or self.city is None
            or self.city.value is None
        ):
            return None
        return sum(numbers, Decimal(0)) - self.city.value

    @property
    def rest_text(self) -> str:
        """That difference with its sign; "" where there is none."""
        rest = self.rest
        if not rest:
            return ""
        return f"+{plain(rest)}" if rest > 0 else plain(rest).replace("-", "−")

    @property
    def sample(self) -> bool:
        """Whether any of the figures rests on generated data."""
        return any(each.value is not None and each.value.sample for each in self.counties)


def county_cards(
    plan: ZonePackage, indicator: Indicator, year: int | None, as_of: dt.datetime | None = None
) -> list[CountyCard]:
    """A card for each series of an indicator that has figures of counties; the latest year, where none is asked for."""
    below = county_series(plan)
    series = [each for each in indicator.series if each.key in below]
    if not series:
        return []
    known = values_of(plan, [each.key for each in series], as_of)
    home, counties = load_derivations(plan).place, counties_of(plan)
    cards = []
    for each in series:
        years = sorted({at for key, place, at in known if key == each.key and place in counties})
        if not years:
            continue
        chosen = year if year in years else _latest(known, each.key, counties, years)
        city = known.get((each.key, home, chosen))
        figures = tuple(
            _county(plan, indicator, place, known.get((each.key, place, chosen)), city) for place in counties
        )
        chart = _chart(each.key, indicator, chosen, figures)
        cards.append(CountyCard(indicator, each, chosen, tuple(years), city, figures, chart))
    return cards


def _latest(
    known: Mapping[tuple[str, str, int], IndicatorValue],
    series: str,
    counties: tuple[str, ...],
    years: list[int],
) -> int:
    """The last year in which any county has a figure; the last year, where none ever had one."""
    for year in reversed(years):
        if any(figure_of(known.get((series, place, year))) is not None for place in counties):
            return year
    return years[-1]


def _county(
    plan: ZonePackage,
    indicator: Indicator,
    place: str,
    value: IndicatorValue | None,
    city: IndicatorValue | None,
) -> CountyFigure:
    share = None
    comparable = city is not None and value is not None and city.sample is value.sample
    if (
        indicator.kind in ADDITIVE
        and comparable
        and value
        and city
        and value.value is not None
        and city.value
    ):
        share = value.value / city.value * 100
    return CountyFigure(place, place_name(plan.zone.key, place).in_language(language()), value, share)


def _chart(series: str, indicator: Indicator, year: int, figures: tuple[CountyFigure, ...]) -> Chart | None:
    """Bars of the counties; none for compositions, and where fewer than two have a figure."""
    drawn = [
        (each.name, each.value.value)
        for each in figures
        if each.value is not None and each.value.value is not None
    ]
    if len(drawn) < 2:
        return None
    unit = indicator.unit_label.in_language(language())
    title = _("Counties, %(year)s") % {"year": year}
    names = [name for name, _value in drawn]
    payload = {
        "kind": "bars",
        "unit": unit,
        "names": names,
        "series": [{"name": title, "values": [float(value) for _name, value in drawn]}],
        "own": None,
    }
    rows = tuple((name, plain(value)) for name, value in drawn)
    summary = _("%(count)s counties in %(unit)s.") % {"count": len(drawn), "unit": unit}
    return Chart(
        f"counties-{series.replace('.', '-')}",
        "bars",
        title,
        summary,
        payload,
        (_("Place"), _("Value")),
        rows,
    )
