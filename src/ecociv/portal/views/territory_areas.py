"""Areas from layers: a table by year with the counties, and one area down to its patches."""

from __future__ import annotations

from decimal import Decimal
from functools import partial

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import read_as_of
from ecociv.portal.collation import collation_key
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.known import read_year
from ecociv.portal.layer_areas import LayerReading, layer_readings
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language
from ecociv.territory.layers.kinds import UnknownKind, layer_kind
from ecociv.territory.models import LayerVersion
from ecociv.territory.queries import may_read
from ecociv.territory.retained.declaration import load_retained


def _county(row: LayerReading, key: str) -> Decimal | None:
    return next((place.figure for place in row.found.places if place.key == key), None)


def _columns(counties: list[tuple[str, str]]) -> list[Column[LayerReading]]:
    return [
        Column(
            "number",
            gettext_lazy("No."),
            lambda r: r.number,
            sort_by=lambda r: r.number,
            numeric=True,
        ),
        Column("name", gettext_lazy("What is measured"), lambda r: r.name, sort_by=lambda r: collation_key(r.name)),
        Column("series", gettext_lazy("Key"), lambda r: r.declared.series, export_only=True),
        Column("year", gettext_lazy("Year"), lambda r: r.found.year, export_only=True),
        Column("unit", gettext_lazy("Unit"), lambda r: r.unit, export_only=True),
        Column(
            "value",
            gettext_lazy("City, from layers"),
            lambda r: r.value if r.found.number is None else r.found.number,
            sort_by=lambda r: r.found.number,
            numeric=True,
        ),
        *[
            Column(key, name, partial(_county, key=key), sort_by=partial(_county, key=key), numeric=True)
            for key, name in counties
        ],
        Column(
            "recorded",
            gettext_lazy("Recorded figure"),
            lambda r: r.recorded,
            export_only=True,
        ),
        Column(
            "difference",
            gettext_lazy("Recorded, difference"),
            lambda r: r.difference,
            sort_by=lambda r: r.difference,
            numeric=True,
        ),
        Column("allowed", gettext_lazy("Allowed"), lambda r: r.allowed, export_only=True),
        Column(
            "agrees",
            gettext_lazy("Agrees"),
            lambda r: "" if r.agrees is None else _("yes") if r.agrees else _("no"),
            export_only=True,
        ),
        Column("reason", gettext_lazy("Why there is none"), lambda r: r.reason, export_only=True),
        Column(
            "layers",
            gettext_lazy("Layer versions"),
            lambda r: "; ".join(f"{each.label} {each.sha256[:12]}" for each in r.found.versions),
            export_only=True,
        ),
        Column(
            "sample",
            gettext_lazy("Sample data"),
            lambda r: _("yes") if r.found.sample else "",
            export_only=True,
        ),
    ]


def _years(plan: ZonePackage) -> list[int]:
    """Years that have ended, from the first declared one; the newest first."""
    return list(range(timezone.localdate().year - 1, load_retained(plan.zone.key).first_year - 1, -1))


def _year(plan: ZonePackage, asked: int | None) -> int | None:
    years = _years(plan)
    if asked in years:
        return asked
    last = max(plan.zone.milestones, default=0)
    return last if last in years else years[0] if years else None


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Every declared area in one year, with the counties and the recorded figure."""
    as_of = read_as_of(request)
    year = _year(plan, read_year(request.GET.get("year", "")))
    rows = layer_readings(plan, None, year, as_of.moment) if year else []
    filters = Filters(
        request.GET,
        [
            Filter(
                "year",
                _("Year"),
                [Choice(str(each), str(each)) for each in _years(plan)],
                _("Last milestone"),
            ),
            Filter(
                "is",
                _("Against the recorded figure"),
                [Choice("apart", _("Differ")), Choice("agree", _("Agree")), Choice("missing", _("Missing"))],
                _("Any"),
            ),
        ],
    )
    kept = [row for row in rows if _keep(row, filters)]
    counties = list(
        {
            place.key: plan_name(plan, place.key, place.name) for row in rows for place in row.found.places
        }.items()
    )
    table = Table(_columns(counties), kept, request.GET, default_sort="number", page_size=100)
    if download := export(request, table, f"{_('Areas from layers')} {year or ''}".strip()):
        return download
    context = {
        "table": table,
        "filters": filters,
        "filters_kept": (("as_of", as_of.asked),) if as_of.moment else (),
        "as_of": as_of,
        "year": year,
        "declared": bool(rows),
        "lines": [(row, [(name, _county(row, key)) for key, name in counties]) for row in table.page_rows],
    }
    return render(request, "portal/territory_areas/list.html", context)


def plan_name(plan: ZonePackage, code: str, name: str) -> str:
    """Name of a county in the reader's language; as the layer has it where the plan does not know its code."""
    county = next((each for each in plan.zone.counties if each.code == code), None)
    return county.name.in_language(language()) if county else name


def _keep(row: LayerReading, filters: Filters) -> bool:
    if filters["is"] == "apart" and row.agrees is not False:
        return False
    if filters["is"] == "agree" and row.agrees is not True:
        return False
    if filters["is"] == "missing" and row.found.number is not None:
        return False
    return filters.text == str(row.number) or matches(
        filters.text, row.declared.name.zh, row.declared.name.en, row.declared.series
    )


@require_safe
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, series: str, year: int) -> HttpResponse:
    """One area in a year: its counties, their largest patches, the layer versions and the arithmetic."""
    as_of = read_as_of(request)
    if load_retained(plan.zone.key).of(series) is None or year not in _years(plan):
        raise Http404
    row = layer_readings(plan, [series], year, as_of.moment)[0]
    seen = {
        f"{version.layer.key} v{version.number}"
        for version in LayerVersion.objects.of_zone(plan.zone.key)
        .filter(sha256__in=[each.sha256 for each in row.found.versions])
        .select_related("layer")
        if may_read(request.user, version)
    }
    kinds = {each.label: each.kind for each in row.found.versions}
    context = {
        "row": row,
        "year": year,
        "years": [each for each in reversed(_years(plan)) if each <= max(plan.zone.milestones)],
        "as_of": as_of,
        "versions": [(each, each.label in seen) for each in row.found.versions],
        "places": [
            (
                place,
                plan_name(plan, place.key, place.name),
                [
                    (patch, _class_name(kinds.get(patch.source, ""), patch.class_key))
                    for patch in place.largest
                    if patch.source in seen
                ],
                sum(patch.source not in seen for patch in place.largest),
                max(0, place.patches - len(place.largest)),
            )
            for place in row.found.places
        ],
        "ratio": row.declared.denominator is not None,
    }
    return render(request, "portal/territory_areas/detail.html", context)


def _class_name(kind: str, key: str) -> str:
    try:
        return layer_kind(kind).class_name(key).in_language(language())
    except UnknownKind:
        return key
