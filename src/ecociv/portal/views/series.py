"""Series: the list of all, and one with its chart, its revisions and the runs that wrote it."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.timezone import localtime
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.core.quantities import label_of
from ecociv.evidence import queries
from ecociv.evidence.disclosure import readable_series
from ecociv.evidence.latest import latest
from ecociv.evidence.models import ImportRun, Series
from ecociv.people.permissions import allowed
from ecociv.people.policy import Action
from ecociv.portal.as_of import LOCAL, read_as_of
from ecociv.portal.collation import collation_key
from ecociv.portal.exports import FORMS, export_response
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.observed import (
    age_text,
    chain,
    is_suspect,
    network_label,
    network_titles,
    period_text,
    reason_text,
    value_text,
    value_with_unit,
)
from ecociv.portal.series_limits import limits_of
from ecociv.portal.series_window import WINDOWS, Point, drawn, points_of, read_window
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export
from ecociv.portal.zone import language, zone_key

_WINDOW_NAMES = {
    "day": gettext_lazy("24 hours"),
    "week": gettext_lazy("7 days"),
    "month": gettext_lazy("Month"),
    "year": gettext_lazy("Year"),
    "custom": gettext_lazy("From and to"),
}
_RUNS = 10


def _list_columns() -> list[Column[Series]]:
    return [
        Column(
            "property",
            gettext_lazy("Property"),
            lambda s: str(s.property),
            sort_by=lambda s: collation_key(str(s.property)),
        ),
        Column(
            "place",
            gettext_lazy("Place"),
            lambda s: str(s.place),
            sort_by=lambda s: collation_key(str(s.place)),
        ),
        Column("network", gettext_lazy("Network or return"), network_label, sort_by=lambda s: s.network),
        Column("unit", gettext_lazy("Unit"), lambda s: label_of(s.unit).in_language(language())),
        Column(
            "averaging",
            gettext_lazy("Averaging period"),
            lambda s: s.averaging,
            sort_by=lambda s: s.averaging,
        ),
        Column(
            "organisation",
            gettext_lazy("Supplied by"),
            lambda s: s.organisation,
            sort_by=lambda s: s.organisation or None,
        ),
        Column("key", gettext_lazy("Key"), lambda s: s.key, export_only=True),
        Column(
            "sample", gettext_lazy("Sample data"), lambda s: _("yes") if s.sample else "", export_only=True
        ),
    ]


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All series, to search, filter and sort."""
    as_of = read_as_of(request)
    every = list(readable_series(request.user).select_related("place", "property"))
    titles = network_titles()
    filters = Filters(
        request.GET,
        [
            Filter(
                "network",
                _("Network or return"),
                [Choice(k, titles.get(k, k)) for k in sorted({s.network for s in every})],
                _("All networks"),
            ),
            Filter(
                "kind",
                _("Data"),
                [Choice("real", _("real")), Choice("sample", _("sample"))],
                _("Real and sample"),
            ),
        ],
    )
    kept = [
        each
        for each in every
        if (not filters["network"] or each.network == filters["network"])
        and (not filters["kind"] or each.sample == (filters["kind"] == "sample"))
        and matches(
            filters.text,
            each.key,
            each.property.name_zh,
            each.property.name_en,
            each.place.name_zh,
            each.place.name_en,
            each.organisation,
        )
    ]
    table = Table(_list_columns(), kept, request.GET, default_sort="place", page_size=100)
    if download := export(request, table, _("Series")):
        return download
    context = {
        "table": table,
        "rows": [
            (each, network_label(each), label_of(each.unit).in_language(language()))
            for each in table.page_rows
        ],
        "filters": filters,
        "any_series": bool(every),
        "as_of": as_of,
    }
    return render(request, "portal/series/listing.html", context)


def _point_columns(unit: str) -> list[Column[Point]]:
    return [
        Column("when", gettext_lazy("Period begins"), lambda p: p.when, sort_by=lambda p: p.valid_from),
        Column(
            "value", unit or gettext_lazy("Value"), lambda p: p.text, sort_by=lambda p: p.drawn, numeric=True
        ),
        Column(
            "quality",
            gettext_lazy("Mark"),
            lambda p: p.reason if p.suspect else "",
            sort_by=lambda p: p.reason if p.suspect else None,
        ),
        Column(
            "revision",
            gettext_lazy("Revision"),
            lambda p: p.revision,
            sort_by=lambda p: p.revision,
            numeric=True,
        ),
        Column(
            "recorded",
            gettext_lazy("Recorded"),
            lambda p: p.recorded_at.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M"),
            sort_by=lambda p: p.recorded_at,
        ),
    ]


@require_safe
def detail(request: HttpRequest, key: str) -> HttpResponse:
    """One series: what, where, by whom; its chart and table in a window; revisions of a point; runs."""
    as_of = read_as_of(request)
    series = get_object_or_404(
        readable_series(request.user).select_related("place__parent__parent", "property", "sensor"), key=key
    )
    newest = latest([series.pk], as_of=as_of.moment).get(series.pk)
    window = read_window(request, newest, series.averaging)
    unit = "" if series.unit in {"", "1"} else label_of(series.unit).in_language(language())
    if request.GET.get("format") in FORMS:
        return _download(request, series, window.start, window.end, as_of.moment)
    points = points_of(series, window, as_of.moment)
    limits = limits_of(series, window.end.astimezone(LOCAL).date())
    chart = drawn(series, points, limits, unit, window)
    table = Table(_point_columns(unit), points, request.GET, default_sort="-when", page_size=31)
    usable = [each.drawn for each in points if each.drawn is not None and not each.suspect]
    context = {
        "series": series,
        "above": list(reversed(chain(series.place))),
        "network": network_label(series),
        "unit": unit,
        "latest": newest,
        "latest_text": value_with_unit(newest, series.unit) if newest else "—",
        "latest_when": period_text(newest.valid_from, series.averaging) if newest else "",
        "latest_age": age_text(newest.valid_to, as_of.now) if newest else "",
        "latest_suspect": newest is not None and is_suspect(newest.quality),
        "window": window,
        "windows": [(each, _WINDOW_NAMES[each], each == window.kind) for each in WINDOWS],
        "points": points,
        "chart": chart,
        "table": table,
        "limits": limits,
        "counts": {
            "values": len(usable),
            "suspect": sum(each.suspect for each in points),
            "absent": sum(each.missing is not None for each in points),
            "revised": sum(each.revision > 1 for each in points),
        },
        "chosen": _revisions(request, series, as_of.moment),
        "runs": ImportRun.objects.filter(pk__in=list({each.batch for each in points})).order_by(
            "-started_at"
        )[:_RUNS],
        "may_see_runs": allowed(request.user, Action.READ, zone=zone_key(), public=False),
        "as_of": as_of,
    }
    return render(request, "portal/series/detail.html", context)


def _revisions(request: HttpRequest, series: Series, as_of: dt.datetime | None) -> dict[str, Any] | None:
    """Every revision of the period that the address names (``point``), with who wrote each, why, and from what."""
    asked = request.GET.get("point", "")
    try:
        moment = dt.datetime.fromisoformat(asked)
    except ValueError:
        return None
    if moment.tzinfo is None or not 1900 <= moment.year <= 2999:
        return None
    items = queries.observations(
        [series.key], start=moment, end=moment + dt.timedelta(seconds=1), as_of=as_of, all_revisions=True
    ).get(series.key, [])
    if not items:
        return None
    return {"when": period_text(moment, series.averaging), "rows": _with_sources(items)}


def _with_sources(items: list[queries.Observation]) -> list[dict[str, Any]]:
    runs = queries.runs(each.batch for each in items)
    files = queries.sources(each.source for each in items)
    rows = []
    for each in items:
        run = runs.get(each.batch)
        rows.append(
            {
                "item": each,
                "value": value_text(each),
                "suspect": is_suspect(each.quality),
                "reason_of_mark": reason_text(each.quality_reason),
                "recorded": localtime(each.recorded_at, LOCAL).strftime("%Y-%m-%d %H:%M"),
                "run": run,
                "file": files.get(each.source, ""),
            }
        )
    return rows


def _download(
    request: HttpRequest, series: Series, start: dt.datetime, end: dt.datetime, as_of: dt.datetime | None
) -> HttpResponse:
    """The window as a file, whole, with source, row, author and reason of each value; all revisions when asked."""
    items = queries.observations(
        [series.key], start=start, end=end, as_of=as_of, all_revisions=request.GET.get("revisions") == "all"
    ).get(series.key, [])
    unit = "" if series.unit in {"", "1"} else label_of(series.unit).in_language(language())
    columns: list[Column[dict[str, Any]]] = [
        Column("series", gettext_lazy("Series"), lambda r: series.key),
        Column(
            "from",
            gettext_lazy("Period begins"),
            lambda r: r["item"].valid_from.astimezone(LOCAL).isoformat(),
        ),
        Column("to", gettext_lazy("Period ends"), lambda r: r["item"].valid_to.astimezone(LOCAL).isoformat()),
        Column("value", gettext_lazy("Value"), lambda r: r["value"]),
        Column("unit", gettext_lazy("Unit"), lambda r: unit),
        Column(
            "missing", gettext_lazy("Absence"), lambda r: r["item"].missing.value if r["item"].missing else ""
        ),
        Column("quality", gettext_lazy("Mark"), lambda r: r["item"].quality.value),
        Column("why", gettext_lazy("Reason of the mark"), lambda r: r["reason_of_mark"]),
        Column("revision", gettext_lazy("Revision"), lambda r: r["item"].revision),
        Column(
            "recorded",
            gettext_lazy("Recorded"),
            lambda r: r["item"].recorded_at.astimezone(LOCAL).isoformat(),
        ),
        Column("supplier", gettext_lazy("Supplied by"), lambda r: r["item"].supplier or ""),
        Column("file", gettext_lazy("File"), lambda r: r["file"]),
        Column("row", gettext_lazy("Row"), lambda r: r["item"].row),
        Column("author", gettext_lazy("Author"), lambda r: r["run"].author_name if r["run"] else ""),
        Column("reason", gettext_lazy("Reason"), lambda r: r["run"].reason if r["run"] else ""),
        Column("sample", gettext_lazy("Sample data"), lambda r: _("yes") if r["item"].sample else ""),
    ]
    notes = [_("Sample data: generated to show the product, not measured.")] if series.sample else []
    return export_response(
        request.GET["format"], columns, _with_sources(items), series.key.replace("/", "-"), notes
    )
