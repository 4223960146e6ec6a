"""Tasks: list, timeline and one task."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ecociv.plan.package import ZonePackage
from ecociv.portal import timeline
from ecociv.portal.days import chosen_day
from ecociv.portal.duties import duty_rows, duty_statuses, group_of
from ecociv.portal.filters import Choice, Filter, Filters
from ecociv.portal.tables import Table
from ecociv.portal.views.common import export, found, with_plan
from ecociv.portal.views.duties import (
    duty_columns,
    duty_context,
    keep,
    lead_filter,
    state_filter,
    year_filter,
)
from ecociv.portal.zone import language


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """All tasks, filtered and sorted, as a table or a timeline."""
    day = chosen_day(request, plan)
    tongue = language()
    rows = duty_rows(plan, plan.tasks, duty_statuses(plan, day, timezone.localdate()), tongue)
    systems = [Choice(each.key, each.title.in_language(tongue)) for each in plan.zone.systems]
    filters = Filters(
        request.GET,
        [Filter("system", _("System"), systems, _("All systems")), lead_filter(rows), state_filter(rows), year_filter(rows)],
    )
    wanted = filters["system"]
    kept = [row for row in rows if keep(row, filters) and (not wanted or group_of(row.duty) == wanted)]
    table = Table(duty_columns(_("System")), kept, request.GET, default_sort="number")
    if download := export(request, table, _("Tasks")):
        return download
    context = {"table": table, "filters": filters, "day": day, "view": "table"}
    if request.GET.get("view") == "timeline":
        context["view"] = "timeline"
        context["timeline"] = timeline.draw(plan, [row.duty for row in table.sorted_rows], day, tongue)
    return render(request, "portal/tasks.html", context)


@require_safe
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, number: int) -> HttpResponse:
    """One task."""
    task = found(plan.task, number)
    context = duty_context(request, plan, task, task.system)
    context |= {"task": task, "topic": next((topic for topic in plan.zone.topics if topic.key == task.topic), None)}
    return render(request, "portal/task.html", context)
