"""Tasks: list, timeline and one task."""

from __future__ import annotations

from django.apps import apps
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.template import TemplateDoesNotExist
from django.template.loader import get_template
from django.utils.translation import gettext as _

from ecociv.plan.package import Task, ZonePackage
from ecociv.portal import timeline
from ecociv.portal.days import chosen_day
from ecociv.portal.duties import DutyRow, duty_row
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


def system_titles(plan: ZonePackage) -> dict[str, str]:
    """Systems by key, in the reader's language."""
    return {system.key: system.title.in_language(language()) for system in plan.zone.systems}


@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """All tasks, filtered and sorted, as a table or a timeline."""
    day = chosen_day(request, plan)
    systems = system_titles(plan)
    rows = [duty_row(plan, task, day, systems[task.system]) for task in plan.tasks]
    filters = Filters(
        request.GET,
        [
            Filter("system", _("System"), [Choice(k, v) for k, v in systems.items()], _("All systems")),
            lead_filter(rows),
            phase_filter(),
            year_filter(rows),
        ],
    )
    kept = [row for row in rows if keep(row, filters) and _in_system(row, filters["system"])]
    table = Table(duty_columns(_("System")), kept, request.GET, default_sort="number")
    if download := export(request, table, _("Tasks")):
        return download
    context = {
        "table": table,
        "filters": filters,
        "day": day,
        "view": "timeline" if request.GET.get("view") == "timeline" else "table",
    }
    if context["view"] == "timeline":
        context["timeline"] = timeline.draw(plan, [row.duty for row in table.sorted_rows], day, language())
    return render(request, "portal/tasks.html", context)


def _in_system(row: DutyRow, system: str) -> bool:
    return not system or (isinstance(row.duty, Task) and row.duty.system == system)


@with_plan
def detail(request: HttpRequest, plan: ZonePackage, number: int) -> HttpResponse:
    """One task."""
    task = found(plan.task, number)
    topic = next((topic for topic in plan.zone.topics if topic.key == task.topic), None)
    context = duty_context(request, plan, task)
    context |= {
        "task": task,
        "group_title": system_titles(plan)[task.system],
        "topic": topic,
        "supervised": apps.is_installed("ecociv.supervision") and _has_progress_part(),
        "timeline": timeline.draw(plan, [task], chosen_day(request, plan), language()),
    }
    return render(request, "portal/task.html", context)


def _has_progress_part() -> bool:
    try:
        get_template("supervision/_task_progress.html")
    except TemplateDoesNotExist:
        return False
    return True
