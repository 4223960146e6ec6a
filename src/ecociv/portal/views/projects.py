"""Projects: list by programme, and one project."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ecociv.plan.package import ZonePackage
from ecociv.portal import timeline
from ecociv.portal.duties import duty_rows, duty_statuses, group_of
from ecociv.portal.filters import Choice, Filter, Filters
from ecociv.portal.known import read_known
from ecociv.portal.tables import Table
from ecociv.portal.views.common import export, found, with_plan
from ecociv.portal.views.duties import (
    duty_columns,
    duty_context,
    keep,
    known_context,
    lead_filter,
    state_filter,
    year_filter,
)
from ecociv.portal.zone import language


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """All projects, filtered and sorted; in the plan's order they stand under their programmes."""
    known = read_known(request, plan)
    plan, day = known.plan, known.day
    tongue = language()
    rows = duty_rows(plan, plan.projects, duty_statuses(plan, day, known.today, known.moment), tongue)
    programmes = [Choice(each.key, each.title.in_language(tongue)) for each in plan.zone.programmes]
    filters = Filters(
        request.GET,
        [
            Filter("programme", _("Programme"), programmes, _("All programmes")),
            lead_filter(rows),
            state_filter(rows),
            year_filter(rows),
        ],
    )
    wanted = filters["programme"]
    kept = [row for row in rows if keep(row, filters) and (not wanted or group_of(row.duty) == wanted)]
    table = Table(duty_columns(_("Programme")), kept, request.GET, default_sort="number", page_size=60)
    if download := export(request, table, _("Projects"), known.as_of):
        return download
    context = {
        "table": table,
        "filters": filters,
        "view": "table",
        "grouped": table.sort == "number" and not table.descending,
    } | known_context(known)
    if request.GET.get("view") == "timeline":
        context["view"] = "timeline"
        context["timeline"] = timeline.draw(plan, [row.duty for row in table.sorted_rows], day, tongue)
    return render(request, "portal/projects.html", context)


@require_safe
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, number: int) -> HttpResponse:
    """One project."""
    known = read_known(request, plan)
    project = found(known.plan.project, number)
    context = duty_context(request, known, project, project.programme)
    return render(request, "portal/project.html", context | {"project": project})
