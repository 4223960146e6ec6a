"""Water sections: the class of the month, the target, what decides, the year; one section item by item."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.evidence.disclosure import readable_places
from ecociv.evidence.models import Place
from ecociv.evidence.section_months import Month
from ecociv.portal.as_of import AsOf, read_as_of
from ecociv.portal.collation import collation_key
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.observed import chain
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export
from ecociv.portal.views.stations import _boundaries_file
from ecociv.portal.water_months import (
    MonthResult,
    Section,
    YearResult,
    class_limits,
    last_month,
    month_text,
    months_before,
    read_month,
    sections,
    unit_of,
    water_series,
)
from ecociv.portal.zone import language
from ecociv.standards import surface_water

_COLOURS = ("#8d959e", "#5aa9dd", "#5aa9dd", "#4d9a46", "#c9a400", "#d8741a", "#b3261e")


@dataclass(frozen=True, slots=True)
class Row:
    """One section in one month."""

    section: Section
    month: MonthResult
    year: YearResult
    trend: list[MonthResult]

    @property
    def name(self) -> str:
        """Its name in the reader's language."""
        return str(self.section.place)

    @property
    def target(self) -> str:
        """The target class as it is written."""
        return surface_water.class_name(self.section.target or 0, language())

    @property
    def verdict(self) -> str:
        """Whether the month complies, in words."""
        return verdict_text(self.month.complies)

    @property
    def deciding(self) -> str:
        """The deciding items in words."""
        return ", ".join(
            f"{each.name} {each.water_class}" + (f" (+{each.multiple})" if each.multiple else "")
            for each in self.month.deciding
        )


def _order(complies: bool | None) -> int:
    """What misses its target first, what was not evaluated last."""
    return 2 if complies is None else int(complies)


def verdict_text(complies: bool | None) -> str:
    """Whether the target is met, in words."""
    return {True: _("meets the target"), False: _("misses the target"), None: _("not evaluated")}[complies]


def _columns(year: int) -> list[Column[Row]]:
    return [
        Column("section", gettext_lazy("Section"), lambda r: r.name, sort_by=lambda r: collation_key(r.name)),
        Column(
            "class", gettext_lazy("Class"), lambda r: r.month.name, sort_by=lambda r: r.month.value or None
        ),
        Column(
            "target", gettext_lazy("Target class"), lambda r: r.target, sort_by=lambda r: r.section.target
        ),
        Column(
            "verdict",
            gettext_lazy("Target"),
            lambda r: r.verdict,
            sort_by=lambda r: _order(r.month.complies),
        ),
        Column("deciding", gettext_lazy("Deciding items"), lambda r: r.deciding),
        Column("trend", gettext_lazy("12 months"), lambda r: " ".join(m.short for m in r.trend)),
        Column(
            "year",
            _("Year %(year)s") % {"year": year},
            lambda r: f"{verdict_text(r.year.complies)} {r.year.share}",
            sort_by=lambda r: _order(r.year.complies),
        ),
        Column(
            "sample",
            gettext_lazy("Sample data"),
            lambda r: _("yes") if r.section.sample else "",
            export_only=True,
        ),
    ]


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All sections in the month asked for, or in the latest one with tests."""
    as_of = read_as_of(request)
    series = water_series(request.user)
    newest = last_month(series, as_of.moment)
    month = read_month(request.GET.get("month", "")) or newest
    if month is None:
        return render(request, "portal/water/listing.html", {"as_of": as_of, "empty": True})
    first = min(months_before(month, 12)[-1], (month[0], 1))
    every = sections(series, first, max(month, (month[0], 12)), as_of.moment)
    areas = {
        above.key: above for each in every for above in chain(each.place) if above.kind in {"county", "city"}
    }
    filters = Filters(
        request.GET,
        [
            Filter(
                "class",
                _("Class"),
                [Choice(str(n), surface_water.class_name(n, language())) for n in range(1, 7)],
                _("All classes"),
            ),
            Filter(
                "target",
                _("Target"),
                [
                    Choice("met", _("meets the target")),
                    Choice("missed", _("misses the target")),
                    Choice("none", _("not evaluated")),
                ],
                _("Any"),
            ),
            Filter(
                "area", _("Part of"), [Choice(k, str(v)) for k, v in sorted(areas.items())], _("Everywhere")
            ),
        ],
    )
    rows = [Row(each, each.month(month), each.year(month[0]), each.trend(month)) for each in every]
    kept = [row for row in rows if _keep(row, filters)]
    table = Table(_columns(month[0]), kept, request.GET, default_sort="section", page_size=100)
    if download := export(request, table, f"{_('Water sections')} {month_text(month)}"):
        return download
    counts = [
        (n, surface_water.class_name(n, language()), sum(r.month.value == n for r in kept))
        for n in range(1, 7)
    ]
    context = {
        "as_of": as_of,
        "month": month_text(month),
        "newest": month_text(newest) if newest else "",
        "before": month_text(months_before(month, 2)[1]),
        "after": month_text((month[0] + month[1] // 12, month[1] % 12 + 1)),
        "filters": filters,
        "table": table,
        "counts": [each for each in counts if each[2]],
        "complying": sum(row.month.complies is True for row in kept),
        "judged": sum(row.month.complies is not None for row in kept),
        "map": _map_data(kept, as_of),
        "boundaries": _boundaries_file() is not None,
        "unlocated": [row for row in kept if row.section.place.longitude is None],
        "year": month[0],
    }
    return render(request, "portal/water/listing.html", context)


def _keep(row: Row, filters: Filters) -> bool:
    place = row.section.place
    if filters["class"] and str(row.month.value) != filters["class"]:
        return False
    wanted = {"met": True, "missed": False, "none": None}
    if filters["target"] and row.month.complies is not wanted[filters["target"]]:
        return False
    if filters["area"] and filters["area"] not in {above.key for above in chain(place)}:
        return False
    return matches(filters.text, place.name_zh, place.name_en, place.key)


def _map_data(rows: list[Row], as_of: AsOf) -> dict[str, Any]:
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "geometry": {
                    "type": "Point",
                    "coordinates": [row.section.place.longitude, row.section.place.latitude],
                },
                "properties": {
                    "name": row.name,
                    "kind": row.section.place.kind,
                    "colour": _COLOURS[row.month.value],
                    "url": reverse("portal:water-section", args=[row.section.place.key]) + as_of.suffix,
                    "lines": [f"{row.month.shown}: {row.month.name}", row.verdict],
                },
            }
            for row in rows
            if row.section.place.longitude is not None and row.section.place.latitude is not None
        ],
    }


@require_safe
def detail(request: HttpRequest, key: str) -> HttpResponse:
    """One section: items by month, a chart of one item with the limits of the classes, the years."""
    as_of = read_as_of(request)
    place = get_object_or_404(readable_places(request.user).select_related("parent__parent"), key=key)
    series = [each for each in water_series(request.user) if each.place_id == place.pk]
    if not series:
        raise Http404(f"no monthly tests at {key}")
    newest = last_month(series, as_of.moment)
    month = read_month(request.GET.get("month", "")) or newest
    if month is None:
        return render(request, "portal/water/section.html", {"as_of": as_of, "place": place, "empty": True})
    first = (month[0] - 4, 1)
    found = sections(series, first, max(month, (month[0], 12)), as_of.moment)
    wanted = request.GET.get("data", "")
    section = next(
        (each for each in found if each.tests and (not wanted or each.sample == (wanted == "sample"))),
        found[0],
    )
    months = section.trend(month)
    items = [item for item in surface_water.ITEMS if any(item in each.tests for each in months)]
    item = request.GET.get("item", "")
    item = (
        item
        if item in items
        else (months[-1].deciding[0].item if months[-1].deciding else (items[0] if items else ""))
    )
    rows = [
        {
            "item": each,
            "name": surface_water.ITEM_NAMES[each].in_language(language()),
            "unit": unit_of(each),
            "cells": [
                {
                    "test": result.tests.get(each),
                    "grade": result.grade(each),
                    "over": section.target is not None and result.grade(each) > section.target,
                    "multiple": result.multiple(each),
                }
                for result in months
            ],
        }
        for each in items
    ]
    if download := _table_download(request, rows, months, place):
        return download
    context = {
        "as_of": as_of,
        "place": place,
        "above": list(reversed(chain(place))),
        "section": section,
        "both": len([each for each in found if each.tests]) > 1,
        "month": months[-1],
        "months": months,
        "newest": month_text(newest) if newest else "",
        "before": month_text(months_before(month, 13)[-1]),
        "after": month_text((month[0] + 1, month[1])),
        "target": surface_water.class_name(section.target or 0, language()),
        "verdict": verdict_text(months[-1].complies),
        "rows": rows,
        "item": item,
        "items": [(each, surface_water.ITEM_NAMES[each].in_language(language())) for each in items],
        "chart": _chart(section, item, month) if item else None,
        "years": [section.year(year) for year in range(month[0] - 4, month[0] + 1)],
        "verdicts": {True: verdict_text(True), False: verdict_text(False), None: verdict_text(None)},
    }
    return render(request, "portal/water/section.html", context)


def _chart(section: Section, item: str, month: Month) -> dict[str, Any]:
    """One item over 24 months with the limits of the classes; '<limit' values at half the limit."""
    results = section.trend(month, 24)
    on = dt.date(*month, 1)
    name, unit = surface_water.ITEM_NAMES[item].in_language(language()), unit_of(item)
    values = [each.tests[item].used if item in each.tests else None for each in results]
    top = max([v for v in values if v is not None], default=0.0)
    limits = class_limits(item, on)
    # Only limits near the values: one far above them would press the line flat.
    near = [each for each in limits if each[1] <= 2.2 * top] or limits[:1]
    return {
        "id": "water",
        "data_id": "chart-data-water",
        "kind": "path",
        "title": f"{name}{f' ({unit})' if unit else ''}",
        "summary": _("24 months with the limits of the classes near the values."),
        "table_heads": [_("Month"), name],
        "table_rows": [
            [each.shown, each.tests[item].text if item in each.tests else "—"] for each in results
        ],
        "payload": {
            "kind": "path",
            "years": [each.shown for each in results],
            "unit": unit,
            "series": [
                {"name": name, "role": "actual", "part": None, "values": values, "labels": None},
                *(
                    {
                        "name": f"{grade} {limit:g}",
                        "role": "path",
                        "part": at,
                        "values": [limit] * len(results),
                        "labels": None,
                    }
                    for at, (grade, limit) in enumerate(near, 1)
                ),
            ],
        },
    }


def _table_download(
    request: HttpRequest, rows: list[dict[str, Any]], months: list[MonthResult], place: Place
) -> HttpResponse | None:
    def cell(at: int) -> Any:
        return lambda row: row["cells"][at]["test"].text if row["cells"][at]["test"] else ""

    columns: list[Column[dict[str, Any]]] = [
        Column("item", gettext_lazy("Item"), lambda r: r["name"]),
        Column("unit", gettext_lazy("Unit"), lambda r: r["unit"]),
        *(Column(each.shown, each.shown, cell(at)) for at, each in enumerate(months)),
    ]
    return export(request, Table(columns, rows, request.GET), str(place))
