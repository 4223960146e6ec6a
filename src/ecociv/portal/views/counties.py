"""Counties: every figure that each of them has, beside the city's, for one year."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.evidence.mapping import place_name
from ecociv.indicators.derivations import load_derivations
from ecociv.indicators.models import IndicatorValue
from ecociv.plan.package import Indicator, Series, ZonePackage
from ecociv.portal.county_figures import ADDITIVE, counties_of, county_series, figure_of, values_of
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.indicator_rows import OfSeries, leading_columns, unit_column
from ecociv.portal.known import Known, read_known, read_year
from ecociv.portal.tables import Cell, Column, Table
from ecociv.portal.values import value_text
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language


@dataclass(frozen=True, slots=True)
class CountyRow(OfSeries):
    """One series in a year: the city's figure and each county's."""

    indicator: Indicator
    series: Series
    category: str
    home: str
    values: dict[str, IndicatorValue]

    @property
    def adds_up(self) -> bool:
        """Whether the counties add up to the city."""
        return self.indicator.kind in ADDITIVE

    @property
    def sample(self) -> bool:
        """Whether any figure rests on generated data."""
        return any(value.sample for value in self.values.values())

    def text(self, place: str) -> str:
        """The figure of a place in words; a dash where nothing was computed."""
        value = self.values.get(place)
        if value is None:
            return "—"
        return value_text(self.indicator, value.missing or figure_of(value))

    def number(self, place: str) -> Decimal | None:
        """The figure of a place as a number, for sorting and files."""
        value = self.values.get(place)
        return value.value if value is not None else None

    def there(self, place: str) -> bool:
        """Whether the place has a figure; zero is one."""
        return figure_of(self.values.get(place)) is not None

    def extreme(self, place: str, counties: tuple[str, ...]) -> str:
        """``highest`` or ``lowest`` among the counties, where they differ."""
        numbers = [number for each in counties if (number := self.number(each)) is not None]
        own = self.number(place)
        if own is None or len(numbers) < 2 or min(numbers) == max(numbers):
            return ""
        return "highest" if own == max(numbers) else "lowest" if own == min(numbers) else ""


def _columns(plan: ZonePackage, home: str, counties: tuple[str, ...]) -> list[Column[CountyRow]]:
    def of(place: str) -> Callable[[CountyRow], Cell]:
        return lambda row: number if (number := row.number(place)) is not None else row.text(place)

    def by(place: str) -> Callable[[CountyRow], Decimal | None]:
        return lambda row: row.number(place)

    return [
        *leading_columns(),
        Column("category", gettext_lazy("Category"), lambda r: r.category, export_only=True),
        unit_column(),
        *[
            Column(
                place,
                place_name(plan.zone.key, place).in_language(language()),
                of(place),
                sort_by=by(place),
                numeric=True,
            )
            for place in (home, *counties)
        ],
        Column(
            "sample", gettext_lazy("Sample data"), lambda r: _("yes") if r.sample else "", export_only=True
        ),
    ]


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Indicators by counties for one year, to filter, sort and export."""
    known = read_known(request, plan)
    plan = known.plan
    home, counties = load_derivations(plan).place, counties_of(plan)
    below = county_series(plan)
    declared = [
        (indicator, series)
        for indicator in plan.indicators
        for series in indicator.series
        if series.key in below
    ]
    values = values_of(plan, [series.key for _indicator, series in declared], known.moment)
    years = sorted({year for _key, place, year in values if place in counties})
    year = _year(request, known, values, counties, years)
    tongue = language()
    categories = {each.key: each.name.in_language(tongue) for each in plan.zone.categories}
    rows = [
        CountyRow(
            indicator,
            series,
            categories[indicator.category],
            home,
            {
                place: value
                for place in (home, *counties)
                if year and (value := values.get((series.key, place, year))) is not None
            },
        )
        for indicator, series in declared
    ]
    used = {row.indicator.category for row in rows}
    filters = Filters(
        request.GET,
        [
            Filter(
                "year",
                _("Year"),
                [Choice(str(each), str(each)) for each in reversed(years)],
                _("Latest year"),
            ),
            Filter(
                "category",
                _("Category"),
                [Choice(key, name) for key, name in categories.items() if key in used],
                _("All categories"),
            ),
        ],
    )
    kept = [row for row in rows if _keep(row, filters)] if years else []
    table = Table(_columns(plan, home, counties), kept, request.GET, default_sort="number", page_size=100)
    if download := export(request, table, f"{_('Counties')} {year or ''}".strip()):
        return download
    places = (home, *counties)
    context = {
        "table": table,
        "filters": filters,
        "filters_kept": (("as_of", known.as_of.asked),) if known.moment else (),
        "lines": [
            (
                row,
                [
                    (heading, row.text(place), row.there(place), row.extreme(place, counties))
                    for place, heading in zip(places, table.headings()[2:], strict=True)
                ],
            )
            for row in table.page_rows
        ],
        "year": year,
        "any_year": bool(years),
        "known": known,
        "as_of": known.as_of,
    }
    return render(request, "portal/counties.html", context)


def _year(
    request: HttpRequest,
    known: Known,
    values: dict[tuple[str, str, int], IndicatorValue],
    counties: tuple[str, ...],
    years: list[int],
) -> int | None:
    """The year asked for; else the last that had ended on the reader's day and in which most figures are there."""
    asked = read_year(request.GET.get("year", ""))
    if asked in years:
        return asked
    there = dict.fromkeys(years, 0)
    for (_key, place, year), value in values.items():
        if place in counties and figure_of(value) is not None:
            there[year] += 1
    full = max(there.values(), default=0)
    ended = [year for year in years if year <= known.day.year and there[year] * 2 >= full]
    return ended[-1] if ended else years[-1] if years else None


def _keep(row: CountyRow, filters: Filters) -> bool:
    if filters["category"] and row.indicator.category != filters["category"]:
        return False
    name = row.indicator.series_name(row.series)
    return filters.text == str(row.indicator.number) or matches(filters.text, name.zh, name.en)
