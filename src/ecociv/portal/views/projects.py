"""Projects: list by programme, and one project."""

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
    """All projects, filtered and sorted; in the plan's order they stand under their programmes."""
    known, tongue = read_known(request, plan), language()
    return duty_list(
        request,
        known,
        known.plan.projects,
        DutyList(
            title=_("Projects"),
            about=_("The projects of the ten programmes, with what each is to put out."),
            key="programme",
            group=_("Programme"),
            every_group=_("All programmes"),
            groups=[(each.key, each.title.in_language(tongue)) for each in known.plan.zone.programmes],
            page_size=60,
            under_groups=True,
        ),
    )


@require_safe
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, number: int) -> HttpResponse:
    """One project."""
    known = read_known(request, plan)
    project = found(known.plan.project, number)
    context = duty_context(request, known, project, project.programme)
    return render(request, "portal/project.html", context | {"project": project})
