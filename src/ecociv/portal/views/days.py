"""The days behind a yearly value, and the arithmetic of one of them."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.indicators.compute import plan_of
from ecociv.indicators.listing import day_rows, day_trace
from ecociv.indicators.models import IndicatorValue
from ecociv.indicators.queries import SeriesValue, series_values
from ecociv.plan.package import Indicator, ZonePackage
from ecociv.portal.as_of import read_as_of
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export, found, with_plan
from ecociv.portal.zone import language, zone_key

Day = dict[str, Any]

_LABELS: dict[str, str | Promise] = {
    "day": gettext_lazy("Day"),
    "aqi": "AQI",
    "primary": gettext_lazy("Primary pollutant"),
    "verdict": gettext_lazy("Counts as"),
    "file": gettext_lazy("File"),
    "row": gettext_lazy("Row"),
    "so2": "SO₂",
    "no2": "NO₂",
    "co": "CO",
    "o3": "O₃",
    "pm10": "PM₁₀",
    "pm2_5": "PM₂.₅",
}
_SHOWN = ("day", "aqi", "verdict", "primary", "pm2_5", "pm10", "so2", "no2", "co", "o3", "file", "row")
_VERDICTS: dict[str, str | Promise] = {
    "good": gettext_lazy("good day"),
    "exceeding": gettext_lazy("not a good day"),
    "not-valid": gettext_lazy("cannot be judged"),
}


def _value_of(
    indicator: Indicator, asked: str | None, as_of: dt.datetime | None = None
) -> SeriesValue | None:
    """The value of the year asked for, or of the latest year with a figure, as on record at a moment; none without."""
    known = series_values(zone_key(), indicator.series[0].key, as_of)
    values = [each for each in known if each.figure is not None]
    wanted = [each for each in values if str(each.year) == asked] or (values[-1:] if not asked else [])
    return wanted[0] if wanted else None


def _no_value(indicator: Indicator, asked: str | None) -> Http404:
    return Http404(f"no value of indicator {indicator.number} for {asked}")


def _column(key: str, *, export_only: bool = False) -> Column[Day]:
    numeric = key not in {"day", "primary", "verdict", "file"}

    def sort_by(day: Day) -> Any:
        return day.get(key) if day.get(key) not in {None, ""} else None

    return Column(
        key,
        _LABELS.get(key, key),
        lambda day: day.get(key),
        sort_by,
        numeric=numeric,
        export_only=export_only,
    )


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage, number: int) -> HttpResponse:
    """Every day of a year with its readings, its index and the row of the file that it came from."""
    as_of = read_as_of(request)
    plan = plan if as_of.moment is None else plan_of(plan.zone.key, as_of.moment)
    indicator, asked = found(plan.indicator, number), request.GET.get("year")
    value = _value_of(indicator, asked, as_of.moment)
    if value is None and as_of.moment is not None and _value_of(indicator, asked) is not None:
        return render(request, "portal/days.html", {"indicator": indicator, "as_of": as_of})
    if value is None:
        raise _no_value(indicator, asked)
    rows = day_rows(value.pk)
    if not rows:
        raise Http404(f"indicator {number} has no days behind it")
    keys = [key for key in _SHOWN if key in rows[0]]
    more = [key for key in rows[0] if key not in keys]
    columns = [_column(key) for key in keys] + [_column(key, export_only=True) for key in more]
    table = Table(columns, rows, request.GET, default_sort="day", page_size=62)
    name = indicator.name.in_language(language())
    if download := export(request, table, f"{name} {value.year}", as_of):
        return download
    context = {
        "indicator": indicator,
        "value": value,
        "as_of": as_of,
        "table": table,
        "cells": [[(key, _shown(key, row.get(key))) for key in keys] for row in table.page_rows],
    }
    return render(request, "portal/days.html", context)


def _shown(key: str, value: Any) -> Any:
    if value is None or value == "":
        return "—"
    if key == "verdict":
        return _VERDICTS.get(value, value)
    if key == "primary":
        return ", ".join(str(_LABELS.get(item, item)) for item in str(value).split(","))
    return value


@require_safe
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, number: int, day: str) -> HttpResponse:
    """The index of one day, sub-index by sub-index."""
    as_of = read_as_of(request)
    plan = plan if as_of.moment is None else plan_of(plan.zone.key, as_of.moment)
    indicator = found(plan.indicator, number)
    try:
        date = dt.date.fromisoformat(day)
    except ValueError as error:
        raise Http404(_("%(day)s is not a day") % {"day": day}) from error
    value = _value_of(indicator, str(date.year), as_of.moment)
    if value is None and as_of.moment is not None:
        raise Http404(_("No figure of %(year)s was on record on that day.") % {"year": date.year})
    if value is None:
        raise _no_value(indicator, str(date.year))
    row = next((row for row in day_rows(value.pk) if row["day"] == day), None)
    if row is None:
        raise Http404(f"no readings of {day}")
    context = {
        "indicator": indicator,
        "value": value,
        "as_of": as_of,
        "date": date,
        "row": row,
        "verdict": _shown("verdict", row.get("verdict")),
        "trace": day_trace(IndicatorValue.objects.get(pk=value.pk), date, as_of.moment),
    }
    return render(request, "portal/day.html", context)
