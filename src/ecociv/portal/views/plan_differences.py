"""The ledger of differences between plans: list, one difference, statistics, outlines as a file, opening cases."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path
from typing import Any

import shapely
from django.conf import settings
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from ecociv.casework.actions import CaseRefused
from ecociv.casework.models import Case
from ecociv.land_administration.authority import may_coordinate
from ecociv.land_administration.differences.cases import CoordinationRefused, OpenDifferences
from ecociv.land_administration.differences.declaration import rules
from ecociv.land_administration.differences.files import as_geopackage
from ecociv.land_administration.differences.models import Difference
from ecociv.land_administration.differences.queries import (
    Tally,
    family_of,
    history_of,
    may_see_differences,
    outline_of,
    runs_of,
    standing_of,
    standings,
    tally_by_county,
    tally_by_pair,
    visible_patches,
)
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import read_as_of
from ecociv.portal.case_rows import rows_of, with_parties
from ecociv.portal.difference_rows import (
    COLUMNS,
    chosen,
    county_names,
    layer_titles,
    row_of,
    total_area,
)
from ecociv.portal.outline import outline
from ecociv.portal.tables import Table, url_with
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language, zone_key
from ecociv.territory.layers.geopackage import LayerFileUnreadable
from ecociv.territory.queries import layer_file


def require_reader(request: HttpRequest) -> None:
    """Differences are for accounts of the zone."""
    if not may_see_differences(request.user, zone_key()):
        raise PermissionDenied(_("Log in with an account of this zone to see differences between plans."))


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The ledger, as known at a moment."""
    require_reader(request)
    as_of = read_as_of(request)
    filters, rows, everything = chosen(request.user, request.GET, plan, as_of.moment)
    table = Table(COLUMNS, rows, request.GET, default_sort="-area")
    if download := export(request, table, _("Differences between plans")):
        return download
    openable = [row for row in rows if row.alive and not _in_hand(row.standing)]
    context = {
        "table": table,
        "filters": filters,
        "filters_kept": [("as_of", as_of.day)] if as_of.day else [],
        "as_of": as_of,
        "there": bool(everything),
        "total": total_area(rows),
        "run": runs_of(zone_key(), as_of.moment).first(),
        "may_coordinate": not as_of.moment and may_coordinate(request.user, zone_key()),
        "openable": len(openable),
        "most": rules().most_at_once,
        "layer_url": reverse("portal:plan-differences-layer") + url_with(request.GET, page=None, sort=None),
        "open_url": reverse("portal:plan-differences-open") + url_with(request.GET, page=None, sort=None),
    }
    return render(request, "portal/differences/list.html", context)


def _in_hand(standing: Any) -> bool:
    return standing.case is not None and standing.case.closed_at is None


@require_safe
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, pk: int) -> HttpResponse:
    """One difference: outline, what it rests on, history across versions, lineage and case."""
    require_reader(request)
    zone, as_of = zone_key(), read_as_of(request)
    one = standing_of(zone, pk, request.user, as_of.moment)
    if one is None:
        raise Http404(_("There is no such difference."))
    counties = county_names(plan)
    seen = set(
        visible_patches(request.user, zone).filter(difference=one.difference).values_list("pk", flat=True)
    )
    parents, children = family_of(one.difference)
    relatives = {
        each.difference.pk
        for each in standings(
            zone,
            request.user,
            differences=[*(p.parent_id for p in parents), *(c.child_id for c in children)],
        )
    }
    try:
        drawn = outline(_shapes(one))
    except (LayerFileUnreadable, LookupError):
        drawn = None
    case = (
        rows_of(with_parties(Case.objects.filter(pk=one.case.pk)), timezone.localdate())[0]
        if one.case
        else None
    )
    context = {
        "one": one,
        "row": row_of(one, counties, layer_titles(zone)),
        "counties": [(counties.get(code, code), area) for code, area in one.patch.counties],
        "outline": drawn,
        "history": [
            moment
            for moment in history_of(one.difference, as_of.moment)
            if moment.patch is None or moment.patch.pk in seen
        ],
        "parents": [each for each in parents if each.parent_id in relatives],
        "children": [each for each in children if each.child_id in relatives],
        "case": case,
        "as_of": as_of,
        "may_open": not as_of.moment
        and one.alive
        and not _in_hand(one)
        and may_coordinate(request.user, zone),
    }
    return render(request, "portal/differences/detail.html", context)


def _shapes(one: Any) -> list[tuple[shapely.Geometry, str, str]]:
    """The difference over the two features that contradict each other, cut to its surroundings."""
    ground = outline_of(one.patch)
    west, south, east, north = ground.bounds
    margin = max(east - west, north - south) * 0.4
    window = shapely.box(west - margin, south - margin, east + margin, north + margin)
    shapes = []
    for version, identity, style in (
        (one.patch.version_a, one.patch.identity_a, "own"),
        (one.patch.version_b, one.patch.identity_b, "other"),
    ):
        feature = layer_file(version).of_identity(identity)
        if feature is not None:
            near = shapely.make_valid(feature.geometry).intersection(window)
            parts = [part for part in shapely.get_parts(near) if part.geom_type == "Polygon"]
            shapes.append((shapely.MultiPolygon(parts), style, version.layer.title.in_language(language())))
    return [*shapes, (ground, "wrong", one.difference.reference)]


@require_safe
@with_plan
def statistics(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Differences that stand, by pair of classes and by county, with the lists behind each figure."""
    require_reader(request)
    as_of = read_as_of(request)
    found = standings(zone_key(), request.user, as_of=as_of.moment)
    counties = county_names(plan)
    pairs = tally_by_pair(found)
    words = {row.standing.difference.pair: (row.first, row.second) for row in _rows(found, counties)}
    context = {
        "pairs": [(words[one.key], "/".join(one.key), one) for one in pairs],
        "counties": [
            (counties.get(one.key[0], one.key[0]), one.key[0] or "outside", one)
            for one in tally_by_county(found)
        ],
        "total": Tally(
            (),
            sum(one.parts for one in pairs),
            sum((one.area for one in pairs), Decimal("0.00")),
            sum(one.in_hand for one in pairs),
        ),
        "run": runs_of(zone_key(), as_of.moment).first(),
        "as_of": as_of,
    }
    return render(request, "portal/differences/statistics.html", context)


def _rows(found: Any, counties: dict[str, str]) -> Any:
    return [row_of(one, counties, {}) for one in found]


@require_safe
@with_plan
def geopackage(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The outlines of the differences that the filters leave."""
    require_reader(request)
    _filters, rows, _everything = chosen(request.user, request.GET, plan, read_as_of(request).moment)
    if not rows:
        raise Http404(_("There is no difference to export."))
    folder = Path(settings.ECOCIV_VAR) / "layers"
    response = HttpResponse(
        as_geopackage([row.standing for row in rows], folder), content_type="application/geopackage+sqlite3"
    )
    response["Content-Disposition"] = 'attachment; filename="plan-differences.gpkg"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@with_plan
def open_cases(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Open a case for the differences named, or for all that the filters leave."""
    require_reader(request)
    named = [int(pk) for pk in request.POST.getlist("pk") if pk.isascii() and pk.isdigit() and len(pk) < 16]
    if request.POST.get("all"):
        _filters, rows, _everything = chosen(request.user, request.GET, plan)
        differences = [row.standing.difference for row in rows if row.alive and not _in_hand(row.standing)]
    else:
        seen = {one.difference.pk for one in standings(zone_key(), request.user, differences=named)}
        differences = list(Difference.objects.filter(zone=zone_key(), pk__in=seen))
    back = (
        reverse("portal:plan-difference", args=[named[0]])
        if len(named) == 1 and differences
        else reverse("portal:plan-differences") + url_with(request.GET)
    )
    try:
        done = OpenDifferences(zone_key(), differences, request.user).execute()
    except CoordinationRefused as refused:
        for text in refused.texts:
            messages.error(request, text.in_language(language()))
    except CaseRefused as refused:
        messages.error(request, refused.text.in_language(language()))
    else:
        count = len(done.cases)
        messages.success(
            request, ngettext("%(n)d case was opened.", "%(n)d cases were opened.", count) % {"n": count}
        )
    return redirect(back)
