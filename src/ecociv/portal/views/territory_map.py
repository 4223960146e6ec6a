"""The map of all layers: the page, its print, its table, what lies under a point, and how large a drawing is."""

from __future__ import annotations

import datetime as dt
import json
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from ecociv.core.text import Text
from ecociv.portal.as_of import read_as_of
from ecociv.portal.tables import Column, Table
from ecociv.portal.territory_page import described, settings_of, whole
from ecociv.portal.views.common import export
from ecociv.portal.zone import language, zone_key
from ecociv.standards.land import ledger_area
from ecociv.territory.layers.geopackage import LayerFileUnreadable
from ecociv.territory.layers.kinds import LayerKind
from ecociv.territory.map_layers import Found, history_of, in_window, shown_on, under
from ecociv.territory.measuring import MeasureRefused, measure
from ecociv.territory.models import LayerVersion

PAPERS = {
    "a4-landscape": (297, 210),
    "a4-portrait": (210, 297),
    "a3-landscape": (420, 297),
    "a3-portrait": (297, 420),
}
SCALES = (1000, 2000, 5000, 10_000, 25_000, 50_000, 100_000, 200_000, 500_000)
_MOST_ROWS = 2_000
_LARGEST_DRAWING = 2 * 1024**2


@dataclass(frozen=True, slots=True)
class Day:
    """The day for which layers have to hold."""

    on: dt.date
    refused: str


def _day(request: HttpRequest) -> Day:
    asked = request.GET.get("on", "").strip()[:10]
    if not asked:
        return Day(timezone.localdate(), "")
    try:
        return Day(dt.date.fromisoformat(asked), "")
    except ValueError:
        return Day(timezone.localdate(), asked)


def _shown(request: HttpRequest) -> tuple[Day, Any, list[tuple[LayerVersion, LayerKind]]]:
    day, as_of = _day(request), read_as_of(request)
    return day, as_of, shown_on(zone_key(), day.on, as_of.moment, request.user)


def _context(request: HttpRequest) -> dict[str, Any]:
    day, as_of, shown = _shown(request)
    layers, unreadable = [], []
    for version, kind in shown:
        try:
            layers.append(described(version, kind))
        except LayerFileUnreadable as error:
            unreadable.append(error.text.in_language(language()))
    there = {one["id"] for one in layers}
    versions = [version for version, _kind in shown if f"{version.layer.key}:{version.number}" in there]
    history = [
        {
            "id": f"{one.layer.key}:{one.number}",
            "label": f"{one.layer.title.in_language(language())} · {one.title}",
        }
        for one in history_of(zone_key(), as_of.moment, request.user)
    ]
    return {
        "day": day,
        "as_of": as_of,
        "layers": list(reversed(layers)),
        "history": history,
        "unreadable": unreadable,
        "any_sample": any(one["sample"] for one in layers),
        "map": settings_of(layers, versions, _legends(request, as_of.moment)),
    }


def _legends(request: HttpRequest, moment: dt.datetime | None) -> list[dict[str, Any]]:
    """Every version that may be swiped, with its legend."""
    from ecociv.territory.layers.kinds import layer_kind

    found = []
    for version in history_of(zone_key(), moment, request.user):
        try:
            found.append(described(version, layer_kind(version.layer.kind)))
        except LayerFileUnreadable:
            continue
    return found


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The map."""
    return render(request, "portal/territory/map.html", _context(request))


@require_safe
def printed(request: HttpRequest) -> HttpResponse:
    """A sheet to scale; paper, scale, title, middle and layers come from the address."""
    paper = request.GET.get("paper", "a4-landscape")
    if paper not in PAPERS:
        paper = "a4-landscape"
    try:
        scale = min(max(int(request.GET.get("scale") or 0), 0), 5_000_000)
    except ValueError:
        scale = 0
    context = _context(request)
    width, height = PAPERS[paper]
    context["map"]["sheet"] = {"width": width, "height": height, "scale": scale}
    papers = [
        ("a4-landscape", _("A4, landscape")),
        ("a4-portrait", _("A4, portrait")),
        ("a3-landscape", _("A3, landscape")),
        ("a3-portrait", _("A3, portrait")),
    ]
    kept = [(key, value) for key, value in request.GET.items() if key not in {"paper", "scale", "title"}]
    return render(
        request,
        "portal/territory/print.html",
        {
            **context,
            "paper": paper,
            "papers": papers,
            "scale": scale,
            "scales": SCALES,
            "kept": kept,
            "sheet_title": request.GET.get("title", "")[:120],
            "back": f"{reverse('portal:territory-map')}?{request.GET.urlencode()}",
            "now": timezone.localtime(),
        },
    )


def _chosen(request: HttpRequest, shown: list[tuple[LayerVersion, LayerKind]]) -> list[LayerVersion]:
    """The versions that the address names (``layers=key,key:opacity``), in its order; all, where it names none."""
    by_key = {version.layer.key: version for version, _kind in shown}
    asked = [part.split(":")[0] for part in request.GET.get("layers", "").split(",") if part]
    if not asked:
        return list(by_key.values())
    return [by_key[key] for key in asked if key in by_key]


def _window(
    request: HttpRequest, versions: list[LayerVersion]
) -> tuple[tuple[float, float, float, float], str]:
    """The window of the address (west,south,east,north) and what is wrong with it."""
    asked = request.GET.get("window", "").strip()
    if not asked:
        return whole(versions), ""
    try:
        west, south, east, north = (float(part) for part in asked.split(","))
    except ValueError:
        return whole(versions), asked[:80]
    if not (-180 <= west < east <= 180 and -90 <= south < north <= 90):
        return whole(versions), asked[:80]
    return (west, south, east, north), ""


def _class_name(found: Found) -> str:
    """The class in the reader's language; where a layer has its own words, the name says more than they."""
    if found.kind.open and found.feature.name:
        return found.feature.name
    return found.kind.class_name(found.feature.class_key).in_language(language())


_COLUMNS: list[Column[Found]] = [
    Column("layer", gettext_lazy("Layer"), lambda one: one.version.layer.title.in_language(language()), sort_by=lambda one: one.version.layer.key),
    Column("class", gettext_lazy("Class"), lambda one: _class_name(one), sort_by=lambda one: one.feature.class_key),
    Column("name", gettext_lazy("Name"), lambda one: one.feature.name, sort_by=lambda one: one.feature.name or None),
    Column("identity", gettext_lazy("Identity"), lambda one: one.feature.identity, sort_by=lambda one: one.feature.identity),
    Column("area", gettext_lazy("Area in m²"), lambda one: ledger_area(one.feature.area), sort_by=lambda one: one.feature.area, numeric=True),
    Column("version", gettext_lazy("Version"), lambda one: one.version.title, sort_by=lambda one: one.version.title),
    Column("valid", gettext_lazy("Valid from"), lambda one: one.version.valid_from.isoformat(), sort_by=lambda one: one.version.valid_from),
    Column("sample", gettext_lazy("Sample data"), lambda one: _("sample") if one.version.sample else "", export_only=True),
]  # fmt: skip


@require_safe
def table(request: HttpRequest) -> HttpResponse:
    """What the map shows as rows: for readers who do not use a map, for print, and as a file."""
    day, as_of, shown = _shown(request)
    versions = _chosen(request, shown)
    window, refused = _window(request, versions)
    rows = list(in_window(versions, window, _MOST_ROWS))
    listed = Table(_COLUMNS, rows, request.GET, default_sort="layer")
    if file := export(request, listed, _("Features of layers")):
        return file
    cut = [
        version.layer.title.in_language(language())
        for version in versions
        if sum(row.version.pk == version.pk for row in rows) >= _MOST_ROWS
    ]
    return render(
        request,
        "portal/territory/table.html",
        {
            "table": listed,
            "day": day,
            "as_of": as_of,
            "versions": versions,
            "all_layers": [(version, version in versions) for version, _kind in shown],
            "window": ",".join(f"{part:.5f}" for part in window),
            "refused": refused,
            "cut": cut,
            "most": _MOST_ROWS,
            "map_url": f"{reverse('portal:territory-map')}?{request.GET.urlencode()}",
        },
    )


@require_safe
def identify(request: HttpRequest) -> JsonResponse:
    """Features under a point (``at=longitude,latitude``) of the layers named, as JSON."""
    _of_day, _as_of, shown = _shown(request)
    try:
        longitude, latitude = (float(part) for part in request.GET.get("at", "").split(","))
        if not (-180 <= longitude <= 180 and -90 <= latitude <= 90):
            raise ValueError
    except ValueError:
        return _refuse(Text(zh="请给出经度,纬度（度）。", en="Give longitude,latitude in degrees."))
    tongue = language()
    return JsonResponse(
        {
            "at": [longitude, latitude],
            "features": [
                {
                    "layer": one.version.layer.key,
                    "number": one.version.number,
                    "title": one.version.layer.title.in_language(tongue),
                    "version": one.version.title,
                    "from": one.version.valid_from.isoformat(),
                    "to": one.version.valid_to.isoformat() if one.version.valid_to else "",
                    "class": _class_name(one),
                    "colour": one.kind.colour_of(one.feature.class_key),
                    "name": one.feature.name,
                    "identity": one.feature.identity,
                    "fid": one.feature.fid,
                    "area": str(ledger_area(one.feature.area)),
                    "attributes": {str(key): str(value) for key, value in one.feature.attributes.items()},
                    "sample": one.version.sample,
                }
                for one in under(_chosen(request, shown), longitude, latitude)
            ],
        }
    )


@require_POST
def measured(request: HttpRequest) -> JsonResponse:
    """Length and area of a GeoJSON geometry, on the ellipsoid."""
    if len(request.body) > _LARGEST_DRAWING:
        return _refuse(Text(zh="图形过大。", en="The drawing is too large."))
    try:
        drawing = json.loads(request.body)
        found = measure(drawing)
    except ValueError as error:
        text = (
            error.text if isinstance(error, MeasureRefused) else Text(zh="不是JSON。", en="This is no JSON.")
        )
        return _refuse(text)
    return JsonResponse({"length": found.length, "area": found.area})


def _refuse(text: Text) -> JsonResponse:
    return JsonResponse({"error": text.in_language(language())}, status=400)
