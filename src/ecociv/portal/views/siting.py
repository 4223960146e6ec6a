"""Where could a use go: the form, ranked alternatives with their reasons, scenarios that were kept."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe
from shapely.geometry import shape

from ecociv.evidence.declared import DeclarationError
from ecociv.plan.package import ZonePackage
from ecociv.portal.outline import outline
from ecociv.portal.repeated import tell_repeated
from ecociv.portal.siting_forms import SitingForm
from ecociv.portal.views.common import with_plan
from ecociv.portal.zone import language, zone_key
from ecociv.territory.layers.geopackage import LayerFileUnreadable
from ecociv.territory.queries import layer_file, versions_in_force
from ecociv.territory.rules.purposes import PurposeRefused
from ecociv.territory.site_check.queries import may_check
from ecociv.territory.site_check.sites import SiteRefused
from ecociv.territory.siting.actions import FindSites, may_read_scenario, repeat
from ecociv.territory.siting.candidates import SitingRefused
from ecociv.territory.siting.declaration import criteria
from ecociv.territory.siting.files import as_geojson
from ecociv.territory.siting.models import SitingScenario

_REFUSED = (SitingRefused, PurposeRefused, SiteRefused, LayerFileUnreadable)


def _require(request: HttpRequest) -> None:
    if not may_check(request.user, zone_key()):
        raise PermissionDenied(_("Log in with an account of this zone to search for sites."))


@require_safe
@with_plan
def search(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The form, and the alternatives once it was sent; nothing is recorded."""
    _require(request)
    sent = "search" in request.GET
    form = SitingForm(plan, request.user, request.GET if sent else None)
    context: dict[str, Any] = {
        "form": form,
        "scenarios": [
            one
            for one in SitingScenario.objects.filter(zone=zone_key())
            if may_read_scenario(request.user, one)
        ][:50],
        "query": request.GET.urlencode(),
        "citation": criteria().citation.in_language(language()),
    }
    status = 200
    if sent and form.is_valid():
        try:
            made = FindSites(form.asked(), zone_key(), request.user).examine()
            context |= _shown(made.result, plan)
            context["sample"] = made.sample
        except _REFUSED as refused:
            context["refused"], status = refused.text.in_language(language()), 422
        except DeclarationError as refused:
            context["refused"], status = str(refused), 422
    elif sent:
        status = 422
    return render(request, "portal/siting/search.html", context, status=status)


def _shown(result: Mapping[str, Any], plan: ZonePackage) -> dict[str, Any]:
    """A result in the reader's language, with its outline."""
    tongue = language()
    names = {one["key"]: one for one in result["criteria"]}
    alternatives = [
        {
            **one,
            "geojson": json.dumps(one["geometry"]),
            "parts": [{**part, "name": names[part["key"]][f"name_{tongue}"]} for part in one["criteria"]],
            "met": [{**rule, "said": rule[f"said_{tongue}"]} for rule in one["rules"]],
        }
        for one in result["alternatives"]
    ]
    return {
        "result": result,
        "alternatives": alternatives,
        "rows": [
            {**row, "said": row[f"said_{tongue}"], "citation": row.get(f"citation_{tongue}", "")}
            for row in result["areas"]["rows"]
        ],
        "criteria": [
            {**one, "name": one[f"name_{tongue}"], "said": one[f"said_{tongue}"]}
            for one in result["criteria"]
        ],
        "not_scored": [
            {"name": one[f"name_{tongue}"], "layer": one[f"layer_{tongue}"]} for one in result["not_scored"]
        ],
        "missing": [one[tongue] for one in result["missing"]],
        "outline": _outline(result, plan),
    }


def _outline(result: Mapping[str, Any], plan: ZonePackage) -> Any:
    on = SitingForm.base_fields["on"].clean(result["request"]["on"])
    boundaries = versions_in_force(zone_key(), on, kinds=["administrative-boundary"])
    wanted = set(result["request"]["counties"])
    shapes = []
    if boundaries and result["alternatives"]:
        try:
            shapes = [
                (one.geometry.simplify(0.002), "other", one.name)
                for one in layer_file(boundaries[-1]).all()
                if not wanted or one.identity in wanted
            ]
        except LayerFileUnreadable:
            shapes = []
    shapes += [(shape(one["geometry"]), "own", f"{one['rank']}") for one in result["alternatives"]]
    return outline([one for one in shapes if one[0].geom_type in ("Polygon", "MultiPolygon")])


def _download(result: Mapping[str, Any], name: str) -> HttpResponse:
    response = JsonResponse(as_geojson(result), json_dumps_params={"ensure_ascii": False})
    response["Content-Type"] = "application/geo+json"
    response["Content-Disposition"] = f'attachment; filename="{name}.geojson"'
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
@with_plan
def alternatives(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The alternatives of a search as GeoJSON."""
    _require(request)
    form = SitingForm(plan, request.user, request.GET)
    if not form.is_valid():
        raise Http404(_("This is no search."))
    try:
        made = FindSites(form.asked(), zone_key(), request.user).examine()
    except _REFUSED as refused:
        raise Http404(refused.text.in_language(language())) from refused
    return _download(made.result, "siting")


@require_POST
@with_plan
def save(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Keep a search as a scenario."""
    _require(request)
    form = SitingForm(plan, request.user, request.POST)
    if form.is_valid():
        try:
            kept = FindSites(
                form.asked(), zone_key(), request.user, request.POST.get("title", "")[:200]
            ).execute()
            messages.success(request, _("Kept as %(number)s.") % {"number": kept.reference})
            return redirect("portal:siting-scenario", number=kept.number)
        except _REFUSED as refused:
            messages.error(request, refused.text.in_language(language()))
    else:
        messages.error(request, _("This is no search."))
    return redirect("portal:siting")


def _scenario(request: HttpRequest, number: int) -> SitingScenario:
    kept = SitingScenario.objects.filter(zone=zone_key(), number=number).first()
    if kept is None or not may_read_scenario(request.user, kept):
        _require(request)
        raise Http404(_("There is no such scenario."))
    return kept


@require_safe
@with_plan
def scenario(request: HttpRequest, plan: ZonePackage, number: int) -> HttpResponse:
    """One scenario as it was kept."""
    kept = _scenario(request, number)
    context = {"kept": kept, "sample": kept.sample, **_shown(kept.result, plan)}
    return render(request, "portal/siting/scenario.html", context)


@require_safe
@with_plan
def scenario_layer(request: HttpRequest, plan: ZonePackage, number: int) -> HttpResponse:
    """Its alternatives as GeoJSON."""
    kept = _scenario(request, number)
    return _download(kept.result, kept.reference)


@require_POST
@with_plan
def again(request: HttpRequest, plan: ZonePackage, number: int) -> HttpResponse:
    """Make a scenario again, compare, and say so."""
    kept = _scenario(request, number)
    try:
        made = repeat(kept)
    except _REFUSED as refused:
        messages.error(request, refused.text.in_language(language()))
        return redirect("portal:siting-scenario", number=number)
    tell_repeated(request, made)
    return redirect("portal:siting-scenario", number=number)
