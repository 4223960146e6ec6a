"""Outlook: will the next milestone be met, which pace does it need, and how long is there to act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.core.decimals import plain
from ecociv.indicators.forecast.outlook import Outlook, PartOutlook, Prospect
from ecociv.indicators.forecast.queries import SeriesOutlook, all_outlooks, outlooks_of
from ecociv.plan.package import Indicator, ZonePackage
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.indicator_rows import leading_columns, unit_column
from ecociv.portal.known import read_known
from ecociv.portal.paths import Chart
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export, found, with_plan
from ecociv.portal.zone import language

_ICONS = {
    Prospect.MET: "circle-check",
    Prospect.LIKELY: "trending-up",
    Prospect.OPEN: "hourglass",
    Prospect.UNLIKELY: "alert-triangle",
    Prospect.MISSED: "circle-x",
    Prospect.UNKNOWN: "circle-dashed",
}
_ORDER = {
    prospect: rank
    for rank, prospect in enumerate(
        (Prospect.MISSED, Prospect.UNLIKELY, Prospect.OPEN, Prospect.UNKNOWN, Prospect.LIKELY, Prospect.MET)
    )
}


@dataclass(frozen=True, slots=True)
class OutlookRow:
    """The outlook of one series, or of one part of a composition, at one milestone."""

    found: SeriesOutlook
    milestone: int
    part: PartOutlook

    @property
    def indicator(self) -> Indicator:
        """The indicator."""
        return self.found.indicator

    @property
    def name(self) -> str:
        """Name of the series, with the part."""
        name = self.indicator.series_name(self.found.series).in_language(language())
        return f"{name} · {self.part_name}" if self.part.part else name

    @property
    def part_name(self) -> str:
        """Name of the part; "" for single figures."""
        declared = self.indicator.parts.get(self.part.part)
        return declared.name.in_language(language()) if declared else ""

    @property
    def unit(self) -> str:
        """Unit in the reader's language."""
        return self.indicator.unit_label.in_language(language())

    @property
    def prospect(self) -> str:
        """The prospect in words."""
        return self.part.prospect.label.in_language(language())

    @property
    def code(self) -> str:
        """The prospect's key, for its colour."""
        return self.part.prospect.value

    @property
    def icon(self) -> str:
        """The sign beside the words."""
        return _ICONS[self.part.prospect]

    @property
    def chance(self) -> int | None:
        """Chance in whole per cent; never 0 or 100, which a forecast cannot know."""
        chance = self.part.chance
        if chance is None or self.part.forecast is None:
            return None
        return min(99, max(1, round(chance * 100)))

    @property
    def last(self) -> str:
        """Last figure."""
        return plain(self.part.last[1]) if self.part.last else "—"

    @property
    def last_year(self) -> int | None:
        """Year of the last figure."""
        return self.part.last[0] if self.part.last else None

    @property
    def bound(self) -> str:
        """Level to be met."""
        return "—" if self.part.bound is None else plain(self.part.bound)

    @property
    def required(self) -> str:
        """Required yearly change, to four significant figures."""
        return rate_text(self.part.required_rate)

    @property
    def recent(self) -> str:
        """Mean yearly change of the last three figures."""
        return rate_text(self.part.recent_rate)

    @property
    def interval(self) -> str:
        """The 80 % interval in the milestone's year."""
        made = self.part.forecast
        if made is None:
            return "—"
        low, high = made.interval[0.80][self.milestone]
        return f"{low:.4g} – {high:.4g}"

    @property
    def act_by(self) -> str:
        """The latest year to act."""
        return "—" if self.part.act_by is None else str(self.part.act_by)

    @property
    def reasons(self) -> list[str]:
        """What is said beside the numbers."""
        return [reason.text.in_language(language()) for reason in self.part.reasons]


def rate_text(rate: Decimal | None) -> str:
    """A yearly change with its sign, to four significant figures; a dash where there is none."""
    if rate is None:
        return "—"
    return "0" if rate == 0 else f"{float(rate):+.4g}"


def _columns() -> list[Column[OutlookRow]]:
    return [
        *leading_columns(),
        unit_column(),
        Column(
            "milestone",
            gettext_lazy("Milestone"),
            lambda r: r.milestone,
            export_only=True,
        ),
        Column("last", gettext_lazy("Last value"), lambda r: r.last, numeric=True),
        Column("last_year", gettext_lazy("Year"), lambda r: r.last_year, export_only=True),
        Column("bound", gettext_lazy("To be met"), lambda r: r.bound, numeric=True),
        Column(
            "prospect",
            gettext_lazy("Prospect"),
            lambda r: r.prospect,
            sort_by=lambda r: (_ORDER[r.part.prospect], r.part.chance or 0, r.indicator.number),
        ),
        Column("chance", gettext_lazy("Chance (%)"), lambda r: r.chance, export_only=True),
        Column("interval", gettext_lazy("80 % interval"), lambda r: r.interval, numeric=True),
        Column("required", gettext_lazy("Needed a year"), lambda r: r.required, numeric=True),
        Column("recent", gettext_lazy("Lately a year"), lambda r: r.recent, numeric=True),
        Column(
            "act_by",
            gettext_lazy("Act by"),
            lambda r: r.act_by,
            sort_by=lambda r: r.part.act_by,
            numeric=True,
        ),
        Column(
            "sample",
            gettext_lazy("Sample data"),
            lambda r: _("yes") if r.found.sample else "",
            export_only=True,
        ),
        Column("why", gettext_lazy("Why"), lambda r: " ".join(r.reasons), export_only=True),
    ]


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Every series at its next milestone, the least likely first."""
    known = read_known(request, plan)
    plan, day = known.plan, known.day
    until = day.year if (day.month, day.day) == (12, 31) else day.year - 1
    tongue = language()
    rows = [
        OutlookRow(item, item.outlooks[0].milestone, part)
        for item in all_outlooks(plan.zone.key, until=until, as_of=known.moment)
        if item.outlooks
        for part in item.outlooks[0].parts
    ]
    filters = Filters(
        request.GET,
        [
            Filter(
                "prospect",
                _("Prospect"),
                [Choice(p.value, p.label.in_language(tongue)) for p in Prospect],
                _("All prospects"),
            ),
            Filter(
                "category",
                _("Category"),
                [Choice(c.key, c.name.in_language(tongue)) for c in plan.zone.categories],
                _("All categories"),
            ),
        ],
    )
    kept = [row for row in rows if _keep(row, filters)]
    table = Table(_columns(), kept, request.GET, default_sort="prospect", page_size=100)
    if download := export(request, table, _("Outlook"), known.as_of):
        return download
    counts = [
        (prospect, sum(row.part.prospect is prospect for row in rows), _ICONS[prospect])
        for prospect in sorted(Prospect, key=_ORDER.__getitem__)
    ]
    context = {
        "table": table,
        "filters": filters,
        "counts": counts,
        "day": day,
        "until": until,
        "total": len(rows),
        "known": known,
        "as_of": known.as_of,
        "filters_kept": (("as_of", known.as_of.asked),) if known.moment else (),
    }
    return render(request, "portal/outlook/list.html", context)


def _keep(row: OutlookRow, filters: Filters) -> bool:
    if filters["prospect"] and row.code != filters["prospect"]:
        return False
    if filters["category"] and row.indicator.category != filters["category"]:
        return False
    name = row.indicator.series_name(row.found.series)
    return filters.text == str(row.indicator.number) or matches(filters.text, name.zh, name.en)


@require_safe
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, number: int) -> HttpResponse:
    """The outlook of one indicator with its chart, at every milestone to come."""
    known = read_known(request, plan)
    plan, day = known.plan, known.day
    indicator = found(plan.indicator, number)
    until = day.year if (day.month, day.day) == (12, 31) else day.year - 1
    series = outlooks_of(plan.zone.key, number, until=until, as_of=known.moment)
    context = {
        "indicator": indicator,
        "day": day,
        "until": until,
        "known": known,
        "as_of": known.as_of,
        "cards": [
            (
                item,
                indicator.series_name(item.series).in_language(language()),
                [OutlookRow(item, seen.milestone, part) for seen in item.outlooks for part in seen.parts],
                _charts(item, indicator),
            )
            for item in series
        ],
    }
    return render(request, "portal/outlook/detail.html", context)


def _charts(item: SeriesOutlook, indicator: Indicator) -> list[Chart]:
    """One chart a part: figures on record, median and interval of the years to come, and the levels to be met."""
    if not item.outlooks:
        return []
    last = item.outlooks[-1]
    made = [(part, item.outlooks) for part in last.parts if part.forecast is not None]
    return [_chart(item, indicator, part, seen) for part, seen in made]


def _chart(item: SeriesOutlook, indicator: Indicator, part: PartOutlook, seen: tuple[Outlook, ...]) -> Chart:
    made = part.forecast
    assert made is not None
    known = {
        year: float(value[part.part] if isinstance(value, Mapping) else value)
        for year, value in item.figures.items()
        if not isinstance(value, Mapping) or part.part in value
    }
    years = list(range(min(known), max(made.years) + 1))
    joined = max(known)

    def cells(values: Mapping[int, float]) -> list[float | None]:
        return [float(f"{values[year]:.6g}") if year in values else None for year in years]

    start = {joined: known[joined]}
    low80, high80 = ({year: made.interval[0.80][year][side] for year in made.years} for side in (0, 1))
    low95, high95 = ({year: made.interval[0.95][year][side] for year in made.years} for side in (0, 1))
    bounds = {
        outlook.milestone: float(other.bound)
        for outlook in seen
        for other in outlook.parts
        if other.part == part.part and other.bound is not None
    }
    measured = _("Measured (sample data)") if item.sample else _("Measured")
    drawn: list[dict[str, Any]] = [
        {"role": "actual", "name": measured, "values": cells(known)},
        {"role": "forecast", "name": _("Forecast, median"), "values": cells(start | dict(made.median))},
        {"role": "interval", "name": _("80 %, low"), "values": cells(start | low80)},
        {"role": "interval", "name": _("80 %, high"), "values": cells(start | high80)},
        {"role": "wide", "name": _("95 %, low"), "values": cells(start | low95)},
        {"role": "wide", "name": _("95 %, high"), "values": cells(start | high95)},
        {
            "role": "milestone",
            "name": _("Target"),
            "values": cells(bounds),
            "labels": [f"{bounds[y]:.6g}" if y in bounds else "" for y in years],
        },
    ]
    unit = indicator.unit_label.in_language(language())
    title = indicator.series_name(item.series).in_language(language())
    if part.part:
        title = f"{title} · {indicator.parts[part.part].name.in_language(language())}"
    rows = tuple(
        (str(year), *("–" if each["values"][at] is None else f"{each['values'][at]:.6g}" for each in drawn))
        for at, year in enumerate(years)
    )
    summary = _("Values from %(first)s to %(last)s in %(unit)s.") % {
        "first": years[0],
        "last": years[-1],
        "unit": unit,
    }
    payload = {"kind": "path", "years": years, "unit": unit, "series": drawn}
    heads = (_("Year"), *(each["name"] for each in drawn))
    key = f"outlook-{item.series.key}-{part.part}".replace(".", "-")
    return Chart(key, "path", title, summary, payload, heads, rows)
