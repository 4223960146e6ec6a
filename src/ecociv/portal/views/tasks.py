"""Tasks: list, timeline and one task."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ecociv.plan.package import ZonePackage
from ecociv.portal.known import read_known
from ecociv.portal.views.common import found, with_plan
from ecociv.portal.views.duties import DutyList, duty_context, duty_list
from ecociv.portal.zone import language


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """All tasks, filtered and sorted, as a table or a timeline."""
    known, tongue = read_known(request, plan), language()
    return duty_list(
        request,
        known,
        known.plan.tasks,
        DutyList(
            title=_("Tasks"),
            about=_("What the plan asks of each body, with dates and figures."),
            key="system",
            group=_("System"),
            every_group=_("All systems"),
            groups=[(each.key, each.title.in_language(tongue)) for each in known.plan.zone.systems],
        ),
    )


@require_safe
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, number: int) -> HttpResponse:
    """One task."""
    known = read_known(request, plan)
    plan = known.plan
    task = found(plan.task, number)
    context = duty_context(request, known, task, task.system)
    context |= {
        "task": task,
        "topic": next((topic for topic in plan.zone.topics if topic.key == task.topic), None),
    }
    return render(request, "portal/task.html", context)
