"""Searches for sites that are made beside the server: start, follow, cancel, look at, keep."""

from __future__ import annotations

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ecociv.plan.package import ZonePackage
from ecociv.portal.siting_forms import SitingForm
from ecociv.portal.siting_result import download, shown
from ecociv.portal.views.common import with_plan
from ecociv.portal.zone import language, zone_key
from ecociv.territory.jobs import search_sites
from ecociv.territory.models import SitingSearch
from ecociv.territory.site_check.queries import may_check
from ecociv.territory.siting.candidates import SitingRefused
from ecociv.territory.siting.models import SearchState
from ecociv.territory.siting.searches import REFUSALS, CancelSearch, OpenSearch, keep_search


@require_POST
@with_plan
def start(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Put a search in line, and go to its page."""
    if not may_check(request.user, zone_key()):
        raise PermissionDenied(_("Log in with an account of this zone to search for sites."))
    form = SitingForm(plan, request.user, request.POST)
    if not form.is_valid():
        messages.error(request, _("This is no search."))
        return redirect("portal:siting")
    try:
        search = OpenSearch(form.asked(), zone_key(), request.user).execute()
    except REFUSALS as refused:
        messages.error(request, refused.text.in_language(language()))
        return redirect("portal:siting")
    search_sites(search.pk)
    return redirect("portal:siting-search", pk=search.pk)


def _search(request: HttpRequest, pk: int) -> SitingSearch:
    """A search of the reader's own; others see what was kept as a scenario."""
    if not may_check(request.user, zone_key()):
        raise PermissionDenied(_("Log in with an account of this zone to search for sites."))
    found = (
        SitingSearch.objects.filter(zone=zone_key(), pk=pk, author_id=request.user.pk)
        .select_related("scenario")
        .first()
    )
    if found is None:
        raise Http404(_("There is no such search."))
    return found


@require_safe
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, pk: int) -> HttpResponse:
    """How far a search is; what it found; or why it found nothing."""
    search = _search(request, pk)
    context = {
        "search": search,
        "running": search.state in (SearchState.WAITING, SearchState.RUNNING),
        "said": search.said_zh if language() == "zh" else search.said_en,
        "query": SitingForm.query_of(search.request),
        "sample": search.sample,
    }
    if search.result is not None:
        context |= shown(search.result, plan)
        if search.scenario is not None:
            context["same"] = search.scenario.digest == search.digest
    return render(request, "portal/siting/job.html", context)


@require_POST
@with_plan
def cancel(request: HttpRequest, plan: ZonePackage, pk: int) -> HttpResponse:
    """Stop a search."""
    search = _search(request, pk)
    try:
        CancelSearch(search, request.user).execute()
    except SitingRefused as refused:
        messages.error(request, refused.text.in_language(language()))
    return redirect("portal:siting-search", pk=pk)


@require_POST
@with_plan
def keep(request: HttpRequest, plan: ZonePackage, pk: int) -> HttpResponse:
    """Keep what a search found as a scenario."""
    search = _search(request, pk)
    try:
        kept = keep_search(search, request.user, request.POST.get("title", "")[:200])
    except SitingRefused as refused:
        messages.error(request, refused.text.in_language(language()))
        return redirect("portal:siting-search", pk=pk)
    messages.success(request, _("Kept as %(number)s.") % {"number": kept.reference})
    return redirect("portal:siting-scenario", number=kept.number)


@require_safe
@with_plan
def layer(request: HttpRequest, plan: ZonePackage, pk: int) -> HttpResponse:
    """The alternatives that a search found as GeoJSON."""
    search = _search(request, pk)
    if search.result is None:
        raise Http404(_("This search has no result."))
    return download(search.result, f"siting-{pk}")
