"""Inspection tours: list, one tour with its sample and arithmetic, and the public page of the seed."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.evidence.documents import DocumentDamaged, read_document
from ecociv.portal.zone import zone_key
from ecociv.supervision.inspection.draw import population_text
from ecociv.supervision.inspection.models import FindingPhotograph, InspectionTour, TourState
from ecociv.supervision.inspection.permissions import may_inspect, may_plan, require_read
from ecociv.supervision.inspection.queries import estimate_of, newest_visits, tour_standing

_NEXT = {
    TourState.PLANNED: ("portal:inspection-publish", gettext_lazy("Publish list and seed")),
    TourState.PUBLISHED: ("portal:inspection-draw", gettext_lazy("Draw the sample")),
    TourState.DRAWN: ("portal:inspection-begin", gettext_lazy("Set out")),
    TourState.UNDER_WAY: ("portal:inspection-report", gettext_lazy("Report the tour")),
}
"""The form of the step that comes next, with its name."""


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All tours of the zone, for people of the zone."""
    require_read(request.user, zone_key())
    tours = [tour_standing(tour) for tour in InspectionTour.objects.filter(zone=zone_key())]
    return render(
        request,
        "portal/inspections/list.html",
        {"tours": tours, "may_plan": may_plan(request.user, zone_key())},
    )


@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One tour: sample with reasons, progress, findings, estimate."""
    require_read(request.user, zone_key())
    standing = tour_standing(get_object_or_404(InspectionTour, pk=pk, zone=zone_key()))
    units = {each["key"]: each for each in standing.published.get("population", ())}
    visits = newest_visits(standing.tour)
    rows = [(each, units[each["key"]], visits.get(each["key"])) for each in standing.drawn.get("sample", ())]
    found = estimate_of(standing)
    plans = may_plan(request.user, zone_key())
    underway = standing.state is TourState.UNDER_WAY
    context = {
        "standing": standing,
        "next_step": _NEXT.get(standing.state) if plans else None,
        "may_inspect": underway and may_inspect(request.user, zone_key()),
        "conclusion": standing.data(TourState.REPORTED).get("conclusion", ""),
        "rows": rows,
        "estimate": found.to_json() if found else None,
        "reasons": found.reasons if found else (),
        "findings": standing.tour.findings.select_related("case").prefetch_related("photographs"),
    }
    return render(request, "portal/inspections/detail.html", context)


@require_safe
def seed(request: HttpRequest, pk: int) -> HttpResponse:
    """The public page: seed, sizes, list and digests, and how to draw the sample again. ``?list=1`` is the list."""
    standing = tour_standing(get_object_or_404(InspectionTour, pk=pk, zone=zone_key()))
    if not standing.published:
        raise Http404(_("Nothing has been published yet."))
    if "list" in request.GET:
        text = population_text({each["key"]: each["stratum"] for each in standing.published["population"]})
        return HttpResponse(text, content_type="text/plain; charset=utf-8")
    return render(request, "portal/inspections/seed.html", {"standing": standing})


@require_safe
def photograph(request: HttpRequest, pk: int) -> HttpResponse:
    """A photograph of a finding, checked against its digest."""
    require_read(request.user, zone_key())
    photo = get_object_or_404(FindingPhotograph, pk=pk, finding__tour__zone=zone_key())
    try:
        content = read_document(photo.document)
    except (FileNotFoundError, DocumentDamaged) as error:
        raise Http404(str(error)) from error
    response = HttpResponse(content, content_type=photo.media_type)
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, max-age=3600"
    return response
