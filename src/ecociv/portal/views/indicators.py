"""Indicators: the table of series, and one indicator with its arithmetic."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.core.missing import Missing
from ecociv.core.targets import Target
from ecociv.indicators.queries import SeriesStanding
from ecociv.plan.package import Indicator, Organisation, Series, ZonePackage
from ecociv.portal.checks import findings_at
from ecociv.portal.county_figures import county_cards
from ecociv.portal.duties import holders
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.indicator_rows import OfSeries, leading_columns, unit_column
from ecociv.portal.known import read_known, read_year
from ecociv.portal.labels import KINDS, OBLIGATIONS
from ecociv.portal.layer_areas import layer_readings
from ecociv.portal.lights import LIGHTS, Shown, counted, shown_as
from ecociv.portal.paths import path_chart, peers_chart, spark_of
from ecociv.portal.sparkline import Spark
from ecociv.portal.standings import standings
from ecociv.portal.tables import Column, Table
from ecociv.portal.values import value_text
from ecociv.portal.views.common import body_choices, by_name, export, found, with_plan
from ecociv.portal.zone import language


@dataclass(frozen=True, slots=True)
class SeriesRow(OfSeries):
    """One series of the plan with its standing."""

    indicator: Indicator
    series: Series
    category: str
    supplier: Organisation
    standing: SeriesStanding
    spark: Spark | None
    milestones: tuple[int, ...]

    @property
    def light(self) -> Shown:
        """The light."""
        return shown_as(self.standing.light)

    @property
    def value(self) -> str:
        """The latest value in words."""
        return value_text(
            self.indicator, self.missing if self.standing.figure is None else self.standing.figure
        )

    @property
    def reasons(self) -> list[str]:
        """Why this light, with the parts of a composition by their names."""
        said = []
        for reason in self.standing.reasons:
            part = (
                self.indicator.parts.get(str(reason.data.get("part")))
                if reason.code == "part-status"
                else None
            )
            if part is None:
                said.append(reason.text.in_language(language()))
            else:
                light = shown_as(str(reason.data["light"]))
                said.append(f"{part.name.in_language(language())}: {light.label}")
        return said

    @property
    def missing(self) -> Missing | None:
        """Why there is no value."""
        return self.standing.value.missing if self.standing.value else None

    @property
    def has_value(self) -> bool:
        """Whether there is a figure; zero is one."""
        return self.standing.figure is not None

    @property
    def baseline(self) -> str:
        """The baseline in words."""
        return value_text(self.indicator, self.series.baseline_value)

    @property
    def targets(self) -> list[tuple[int, Target | None]]:
        """Target of each milestone."""
        return [(year, self.series.target(year)) for year in self.milestones]


def _target_column(year: int) -> Column[SeriesRow]:
    def value(row: SeriesRow) -> str:
        target = row.series.target(year)
        return target.show(language(), "") if target else ""

    return Column(f"target{year}", _("Target %(year)s") % {"year": year}, value)


def _columns(plan: ZonePackage) -> list[Column[SeriesRow]]:
    return [
        *leading_columns(),
        Column("category", gettext_lazy("Category"), lambda r: r.category, export_only=True),
        unit_column(),
        Column(
            "base", _("Baseline %(year)s") % {"year": plan.zone.base_year}, lambda r: r.baseline, numeric=True
        ),
        *[_target_column(year) for year in plan.zone.milestones],
        Column("path", gettext_lazy("Path"), lambda row: None, page_only=True),
        Column(
            "value",
            gettext_lazy("Latest value"),
            lambda r: r.standing.figure if isinstance(r.standing.figure, Decimal) else r.value,
            numeric=True,
        ),
        Column("year", gettext_lazy("Year"), lambda r: r.standing.year, export_only=True),
        Column(
            "sample",
            gettext_lazy("Sample data"),
            lambda r: _("yes") if r.standing.sample else "",
            export_only=True,
        ),
        Column("why", gettext_lazy("Why this light"), lambda r: " ".join(r.reasons), export_only=True),
        Column(
            "light",
            gettext_lazy("Light"),
            lambda r: r.light.label,
            sort_by=lambda r: (r.light.rank, r.indicator.number),
        ),
        Column(
            "supplier",
            gettext_lazy("Supplied by"),
            lambda r: r.supplier.shown(language()),
            sort_by=lambda r: by_name(r.supplier),
        ),
    ]


def series_rows(plan: ZonePackage, found_standings: Mapping[str, SeriesStanding]) -> list[SeriesRow]:
    """Every series of the plan, in its order."""
    categories = {each.key: each.name.in_language(language()) for each in plan.zone.categories}
    rows = []
    for indicator in plan.indicators:
        supplier = plan.resolve(indicator.supplier.body)
        for series in indicator.series:
            standing = found_standings[series.key]
            rows.append(
                SeriesRow(
                    indicator=indicator,
                    series=series,
                    category=categories[indicator.category],
                    supplier=supplier,
                    standing=standing,
                    spark=spark_of(plan, indicator, series, standing),
                    milestones=plan.zone.milestones,
                )
            )
    return rows


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """All series, filtered and sorted; in the plan's order they stand under their categories."""
    known = read_known(request, plan)
    plan, day = known.plan, known.day
    rows = series_rows(plan, standings(plan, day, known.moment))
    tongue = language()
    used = {row.light.value for row in rows}
    filters = Filters(
        request.GET,
        [
            Filter(
                "category",
                _("Category"),
                [Choice(each.key, each.name.in_language(tongue)) for each in plan.zone.categories],
                _("All categories"),
            ),
            Filter(
                "light",
                _("Light"),
                [Choice(k, v.label) for k, v in LIGHTS.items() if k in used],
                _("Any light"),
            ),
            Filter(
                "supplier", _("Supplied by"), body_choices([row.supplier for row in rows]), _("All bodies")
            ),
        ],
    )
    kept = [row for row in rows if _keep(row, filters)]
    table = Table(_columns(plan), kept, request.GET, default_sort="number", page_size=100)
    if download := export(request, table, _("Indicators")):
        return download
    context = {
        "table": table,
        "filters": filters,
        "filters_kept": (("as_of", known.as_of.asked),) if known.moment else (),
        "day": day,
        "known": known,
        "as_of": known.as_of,
        "grouped": table.sort == "number" and not table.descending,
        "counts": counted(row.standing.light for row in rows),
        "milestones": plan.zone.milestones,
    }
    return render(request, "portal/indicators.html", context)


def _keep(row: SeriesRow, filters: Filters) -> bool:
    if filters["category"] and row.indicator.category != filters["category"]:
        return False
    if filters["light"] and row.light.value != filters["light"]:
        return False
    if filters["supplier"] and row.supplier.key != filters["supplier"]:
        return False
    name = row.indicator.series_name(row.series)
    return filters.text == str(row.indicator.number) or matches(
        filters.text, name.zh, name.en, *row.supplier.names
    )


@require_safe
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, number: int) -> HttpResponse:
    """One indicator: chart, values, arithmetic, who answers for it, and what else concerns it."""
    known = read_known(request, plan)
    plan, day, today = known.plan, known.day, timezone.localdate()
    indicator = found(plan.indicator, number)
    tongue = language()
    all_standings = standings(plan, day, known.moment)
    rows = [row for row in series_rows(plan, all_standings) if row.indicator is indicator]
    duties = plan.duties_for_indicator(indicator)
    leads = list({body.key: body for duty in duties for body in plan.leads(duty)}.values())
    place = plan.indicators.index(indicator)
    category = next(each for each in plan.zone.categories if each.key == indicator.category)
    context = {
        "indicator": indicator,
        "category": category,
        "rows": rows,
        "pairs": [
            (
                row,
                path_chart(plan, indicator, row.series, row.standing, tongue),
                peers_chart(row.standing, tongue, row.unit),
            )
            for row in rows
        ],
        "supplier": holders(plan, (rows[0].supplier,), today)[0],
        "leads": holders(plan, tuple(sorted(leads, key=by_name)), today),
        "duties": duties,
        "findings": findings_at(plan, f"indicator:{number}"),
        "previous": plan.indicators[place - 1] if place else None,
        "following": plan.indicators[place + 1] if place + 1 < len(plan.indicators) else None,
        "kind": KINDS[indicator.kind],
        "obligation": OBLIGATIONS[indicator.obligation],
        "milestones": plan.zone.milestones,
        "base_year": plan.zone.base_year,
        "day": day,
        "today": today,
        "known": known,
        "as_of": known.as_of,
        "layers": [
            reading
            for row in rows
            if row.standing.year
            for reading in layer_readings(plan, [row.series.key], row.standing.year, known.moment)
        ],
        "counties": county_cards(plan, indicator, read_year(request.GET.get("counties", "")), known.moment),
    }
    return render(request, "portal/indicator.html", context)
