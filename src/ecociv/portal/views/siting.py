"""Where could a use go: the form, ranked alternatives with their reasons, scenarios that were kept."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ecociv.evidence.declared import DeclarationError
from ecociv.plan.package import ZonePackage
from ecociv.portal.repeated import tell_repeated
from ecociv.portal.siting_forms import SitingForm
from ecociv.portal.siting_result import download, shown
from ecociv.portal.views.common import with_plan
from ecociv.portal.zone import language, zone_key
from ecociv.territory.jobs import search_sites
from ecociv.territory.models import SitingSearch
from ecociv.territory.site_check.queries import may_check
from ecociv.territory.siting.actions import FindSites, SitingRequest, may_read_scenario, repeat
from ecociv.territory.siting.declaration import criteria
from ecociv.territory.siting.models import SitingScenario
from ecociv.territory.siting.searches import AT_ONCE, OpenSearch
from ecociv.territory.siting.searches import REFUSALS as _REFUSED


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
        "searches": SitingSearch.objects.filter(zone=zone_key(), author_id=request.user.pk).defer("result")[
            :20
        ],
        "query": request.GET.urlencode(),
        "citation": criteria().citation.in_language(language()),
    }
    status = 200
    if sent and form.is_valid():
        try:
            action = FindSites(form.asked(), zone_key(), request.user)
            if (size := action.size()) > AT_ONCE:
                context["large"] = size
            else:
                made = action.examine()
                context |= shown(made.result, plan)
                context["sample"] = made.sample
        except _REFUSED as refused:
            context["refused"], status = refused.text.in_language(language()), 422
        except DeclarationError as refused:
            context["refused"], status = str(refused), 422
    elif sent:
        status = 422
    return render(request, "portal/siting/search.html", context, status=status)


@require_safe
@with_plan
def alternatives(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The alternatives of a search as GeoJSON."""
    _require(request)
    form = SitingForm(plan, request.user, request.GET)
    if not form.is_valid():
        raise Http404(_("This is no search."))
    try:
        action = FindSites(form.asked(), zone_key(), request.user)
        if action.size() > AT_ONCE:
            raise Http404(_("This search is too large to be answered at once: start it on the page."))
        made = action.examine()
    except _REFUSED as refused:
        raise Http404(refused.text.in_language(language())) from refused
    return download(made.result, "siting")


def _in_line(opening: OpenSearch) -> HttpResponse:
    search = opening.execute()
    search_sites(search.pk)
    return redirect("portal:siting-search", pk=search.pk)


@require_POST
@with_plan
def save(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Keep a search as a scenario."""
    _require(request)
    form = SitingForm(plan, request.user, request.POST)
    if form.is_valid():
        try:
            action = FindSites(form.asked(), zone_key(), request.user, request.POST.get("title", "")[:200])
            if action.size() > AT_ONCE:
                messages.info(
                    request,
                    _("This search is large: it goes in line first, and can be kept when it is done."),
                )
                return _in_line(OpenSearch(action.request, zone_key(), request.user))
            kept = action.execute()
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
    context = {"kept": kept, "sample": kept.sample, **shown(kept.result, plan)}
    return render(request, "portal/siting/scenario.html", context)


@require_safe
@with_plan
def scenario_layer(request: HttpRequest, plan: ZonePackage, number: int) -> HttpResponse:
    """Its alternatives as GeoJSON."""
    kept = _scenario(request, number)
    return download(kept.result, kept.reference)


@require_POST
@with_plan
def again(request: HttpRequest, plan: ZonePackage, number: int) -> HttpResponse:
    """Make a scenario again, compare, and say so."""
    kept = _scenario(request, number)
    try:
        opening = OpenSearch(SitingRequest.from_json(kept.request), zone_key(), request.user, kept)
        if opening.check() > AT_ONCE:
            return _in_line(opening)
        made = repeat(kept)
    except _REFUSED as refused:
        messages.error(request, refused.text.in_language(language()))
        return redirect("portal:siting-scenario", number=number)
    tell_repeated(request, made)
    return redirect("portal:siting-scenario", number=number)
