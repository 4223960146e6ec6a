"""Stations and other places of observation: on a map, in a table, and one by one."""

from __future__ import annotations

import datetime as dt
import json
import os
from collections import defaultdict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.evidence.disclosure import readable_places, readable_series
from ecociv.evidence.latest import Latest, gap_shares, latest, network_of
from ecociv.evidence.models import Place, Series
from ecociv.portal.as_of import AsOf, read_as_of
from ecociv.portal.collation import collation_key
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.observed import (
    age_text,
    chain,
    is_suspect,
    network_label,
    network_titles,
    period_text,
    reason_text,
    value_with_unit,
)
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export

_SHOWN = 4
_LARGEST_BOUNDARIES = 8 * 1024**2


@dataclass(frozen=True, slots=True)
class SeriesAtPlace:
    """One series with its newest value."""

    series: Series
    latest: Latest | None
    gaps: float | None
    now: dt.datetime

    @property
    def value(self) -> str:
        """The newest value with its unit, or a dash."""
        return value_with_unit(self.latest, self.series.unit) if self.latest else "—"

    @property
    def suspect(self) -> bool:
        """Whether the newest value is kept out of calculations."""
        return self.latest is not None and is_suspect(self.latest.quality)

    @property
    def when(self) -> str:
        """When the newest period begins."""
        return period_text(self.latest.valid_from, self.series.averaging) if self.latest else "—"

    @property
    def age(self) -> str:
        """How long ago it ended."""
        return age_text(self.latest.valid_to, self.now) if self.latest else ""

    @property
    def gap_text(self) -> str:
        """Share of gaps in percent; a dash where no number of periods is to be expected."""
        return "—" if self.gaps is None else f"{100 * self.gaps:.1f}%"


@dataclass(frozen=True, slots=True)
class StationRow:
    """One place with its series."""

    place: Place
    series: tuple[SeriesAtPlace, ...]

    @property
    def name(self) -> str:
        """Its name in the reader's language."""
        return str(self.place)

    @property
    def area(self) -> str:
        """What it is part of."""
        return str(self.place.parent) if self.place.parent else "—"

    @property
    def newest(self) -> SeriesAtPlace | None:
        """The series with the newest value."""
        known = [each for each in self.series if each.latest]
        return max(known, key=lambda each: each.latest.valid_to, default=None)  # type: ignore[union-attr]

    @property
    def first(self) -> tuple[SeriesAtPlace, ...]:
        """The values shown in the table."""
        return tuple(each for each in self.series if each.latest)[:_SHOWN]

    @property
    def more(self) -> int:
        """How many values are not shown."""
        return len(self.series) - len(self.first)

    @property
    def gaps(self) -> float | None:
        """Mean share of gaps over its series of hours and days."""
        known = [each.gaps for each in self.series if each.gaps is not None]
        return sum(known) / len(known) if known else None

    @property
    def gap_text(self) -> str:
        """The same in percent."""
        return "—" if self.gaps is None else f"{100 * self.gaps:.1f}%"

    @property
    def samples(self) -> str:
        """Whether all, some or none of its series are generated."""
        marks = {each.series.sample for each in self.series}
        return "all" if marks == {True} else "some" if True in marks else "none"

    @property
    def located(self) -> bool:
        """Whether it has coordinates."""
        return self.place.longitude is not None and self.place.latitude is not None


def series_at_places(series: list[Series], as_of: AsOf) -> dict[int, list[SeriesAtPlace]]:
    """Series with their newest values by the number of their place."""
    newest = latest([each.pk for each in series], as_of=as_of.moment)
    ends: dict[str, dt.datetime] = {}
    for each in series:
        if each.pk in newest:
            network = network_of(each)
            ends[network] = max(ends.get(network, newest[each.pk].valid_to), newest[each.pk].valid_to)
    gaps = gap_shares(series, ends, as_of=as_of.moment)
    found: dict[int, list[SeriesAtPlace]] = defaultdict(list)
    for each in series:
        found[each.place_id].append(SeriesAtPlace(each, newest.get(each.pk), gaps.get(each.pk), as_of.now))
    return found


def _columns() -> list[Column[StationRow]]:
    return [
        Column("place", gettext_lazy("Place"), lambda r: r.name, sort_by=lambda r: collation_key(r.name)),
        Column("key", gettext_lazy("Key"), lambda r: r.place.key, export_only=True),
        Column(
            "kind", gettext_lazy("Kind"), lambda r: r.place.get_kind_display(), sort_by=lambda r: r.place.kind
        ),
        Column("area", gettext_lazy("Part of"), lambda r: r.area, sort_by=lambda r: collation_key(r.area)),
        Column("longitude", gettext_lazy("Longitude"), lambda r: r.place.longitude, export_only=True),
        Column("latitude", gettext_lazy("Latitude"), lambda r: r.place.latitude, export_only=True),
        Column("values", gettext_lazy("Latest values"), _values_text),
        Column(
            "time",
            gettext_lazy("Time"),
            lambda r: r.newest.when if r.newest else "",
            sort_by=lambda r: r.newest.latest.valid_to if r.newest and r.newest.latest else None,
        ),
        Column(
            "gaps",
            gettext_lazy("Gaps, 30 days"),
            lambda r: r.gap_text,
            sort_by=lambda r: r.gaps,
            numeric=True,
        ),
        Column("sample", gettext_lazy("Sample data"), lambda r: r.samples, export_only=True),
    ]


def _values_text(row: StationRow) -> str:
    return "; ".join(f"{each.series.property} {each.value}" for each in row.series if each.latest)


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Every place with series, on a map and in a table that says the same."""
    as_of = read_as_of(request)
    series = list(readable_series(request.user).select_related("place__parent__parent__parent", "property"))
    titles = network_titles()
    networks = sorted({each.network for each in series})
    kinds = dict(Place._meta.get_field("kind").flatchoices)
    areas = {above.key: above for each in series for above in chain(each.place) if above.kind == "county"}
    properties = {each.property.key: each.property for each in series}
    filters = Filters(
        request.GET,
        [
            Filter(
                "network", _("Network"), [Choice(k, titles.get(k, k)) for k in networks], _("All networks")
            ),
            Filter(
                "kind",
                _("Kind"),
                [Choice(k, kinds[k]) for k in kinds if k in {each.place.kind for each in series}],
                _("All kinds"),
            ),
            Filter(
                "county",
                _("County"),
                [Choice(k, str(v)) for k, v in sorted(areas.items(), key=lambda p: collation_key(str(p[1])))],
                _("All counties"),
            ),
            Filter(
                "property",
                _("Property"),
                [
                    Choice(k, str(v))
                    for k, v in sorted(properties.items(), key=lambda p: collation_key(str(p[1])))
                ],
                _("All properties"),
            ),
        ],
    )
    kept = [each for each in series if _keep(each, filters)]
    at_places = series_at_places(kept, as_of)
    places = {each.place_id: each.place for each in kept}
    rows = [StationRow(places[pk], tuple(members)) for pk, members in at_places.items()]
    table = Table(_columns(), rows, request.GET, default_sort="place", page_size=100)
    if download := export(request, table, _("Stations")):
        return download
    context = {
        "table": table,
        "filters": filters,
        "as_of": as_of,
        "any_series": bool(series),
        "map": _map_data(rows, as_of),
        "unlocated": [row for row in table.sorted_rows if not row.located],
        "boundaries": _boundaries_file() is not None,
    }
    return render(request, "portal/stations/listing.html", context)


def _keep(series: Series, filters: Filters) -> bool:
    place = series.place
    if filters["network"] and series.network != filters["network"]:
        return False
    if filters["kind"] and place.kind != filters["kind"]:
        return False
    if filters["property"] and series.property.key != filters["property"]:
        return False
    if filters["county"] and filters["county"] not in {place.key, *(above.key for above in chain(place))}:
        return False
    above = [name for each in chain(place) for name in (each.name_zh, each.name_en)]
    return matches(filters.text, place.name_zh, place.name_en, place.key, place.code, *above)


def _map_data(rows: list[StationRow], as_of: AsOf) -> dict[str, Any]:
    """What the map script draws: points with their names, values and pages."""
    features = [
        {
            "type": "Feature",
            "geometry": {"type": "Point", "coordinates": [row.place.longitude, row.place.latitude]},
            "properties": {
                "name": row.name,
                "kind": row.place.kind,
                "kind_label": str(row.place.get_kind_display()),
                "url": reverse("portal:station", args=[row.place.key]) + as_of.suffix,
                "lines": [f"{each.series.property}: {each.value} ({each.when})" for each in row.first],
                "sample": row.samples != "none",
            },
        }
        for row in rows
        if row.located
    ]
    return {"type": "FeatureCollection", "features": features}


@require_safe
def detail(request: HttpRequest, key: str) -> HttpResponse:
    """One place with all its series."""
    as_of = read_as_of(request)
    place = get_object_or_404(readable_places(request.user).select_related("parent__parent__parent"), key=key)
    series = list(place.series_set.select_related("property", "place", "sensor").order_by("network", "key"))
    found = series_at_places(series, as_of).get(place.pk, [])
    networks: dict[str, list[SeriesAtPlace]] = defaultdict(list)
    for each in found:
        networks[network_label(each.series)].append(each)
    context = {
        "place": place,
        "above": list(reversed(chain(place))),
        "parts": place.parts.all(),
        "networks": dict(networks),
        "details": place.details,
        "as_of": as_of,
        "reason": reason_text,
        "is_section": place.kind in {"section", "water-source"},
        "map": _map_data([StationRow(place, tuple(found))], as_of),
        "boundaries": _boundaries_file() is not None,
    }
    return render(request, "portal/stations/detail.html", context)


@require_safe
def boundaries(request: HttpRequest) -> HttpResponse:
    """The boundaries of the counties for the map, where the office has put a layer of them on the machine."""
    path = _boundaries_file()
    if path is None:
        raise Http404("no layer of boundaries; ECOCIV_BOUNDARIES names one")
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise Http404(f"the layer of boundaries cannot be read: {error}") from error
    return JsonResponse(content, json_dumps_params={"ensure_ascii": False})


def _boundaries_file() -> Path | None:
    """The GeoJSON file that ``ECOCIV_BOUNDARIES`` names, when it is there and of a size that a page can take."""
    named = getattr(settings, "ECOCIV_BOUNDARIES", "") or os.environ.get("ECOCIV_BOUNDARIES", "")
    path = Path(named) if named else None
    if path is None or not path.is_file() or path.stat().st_size > _LARGEST_BOUNDARIES:
        return None
    return path
