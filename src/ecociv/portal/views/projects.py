"""Projects: list by programme, and one project."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from ecociv.plan.package import Project, ZonePackage
from ecociv.portal import timeline
from ecociv.portal.days import chosen_day
from ecociv.portal.duties import duty_row
from ecociv.portal.filters import Choice, Filter, Filters
from ecociv.portal.tables import Table
from ecociv.portal.views.common import export, found, with_plan
from ecociv.portal.views.duties import (
    duty_columns,
    duty_context,
    keep,
    lead_filter,
    phase_filter,
    year_filter,
)
from ecociv.portal.zone import language


def _programmes(plan: ZonePackage) -> dict[str, str]:
    tongue = language()
    return {programme.key: programme.title.in_language(tongue) for programme in plan.zone.programmes}


@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """All projects, filtered and sorted; in the plan's order they stand under their programmes."""
    day = chosen_day(request, plan)
    programmes = _programmes(plan)
    rows = [duty_row(plan, project, day, programmes[project.programme]) for project in plan.projects]
    filters = Filters(
        request.GET,
        [
            Filter("programme", _("Programme"), [Choice(k, v) for k, v in programmes.items()], _("All programmes")),
            lead_filter(rows),
            phase_filter(),
            year_filter(rows),
        ],
    )
    wanted = filters["programme"]
    kept = [
        row
        for row in rows
        if keep(row, filters) and (not wanted or (isinstance(row.duty, Project) and row.duty.programme == wanted))
    ]
    table = Table(duty_columns(_("Programme")), kept, request.GET, default_sort="number", page_size=60)
    if download := export(request, table, _("Projects")):
        return download
    view = "timeline" if request.GET.get("view") == "timeline" else "table"
    context = {
        "table": table,
        "filters": filters,
        "day": day,
        "view": view,
        "grouped": table.sort == "number" and not table.descending,
    }
    if view == "timeline":
        context["timeline"] = timeline.draw(plan, [row.duty for row in table.sorted_rows], day, language())
    return render(request, "portal/projects.html", context)


@with_plan
def detail(request: HttpRequest, plan: ZonePackage, number: int) -> HttpResponse:
    """One project."""
    project = found(plan.project, number)
    context = duty_context(request, plan, project)
    context |= {
        "project": project,
        "group_title": _programmes(plan)[project.programme],
        "timeline": timeline.draw(plan, [project], chosen_day(request, plan), language()),
    }
    return render(request, "portal/project.html", context)
