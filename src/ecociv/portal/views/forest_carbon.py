"""Forest-carbon projects: their monitoring plan, net removals from surveys, requests for issuance."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from ecociv.green_economy.actions import GreenRefused, RequestIssuance, may_request
from ecociv.green_economy.forest_carbon import PlotSurvey, Removals, next_survey, survey_days
from ecociv.green_economy.models import IssuanceRequest
from ecociv.green_economy.projects import (
    period_removals,
    periods,
    plan_of,
    project_of,
    projects,
    requests,
    surveys,
)
from ecociv.people.doors import people_of_the_zone
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import read_as_of
from ecociv.portal.filters import Filters, matches
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.views.tariff_hearings import MEDIA_TYPES
from ecociv.portal.views.treatment_contracts import enterprise_names
from ecociv.portal.zone import language, zone_key
from ecociv.registers.entries import Entry
from ecociv.reporting.issuance_request.write import FORMS, write_issuance_request
from ecociv.reporting.problems import ReportRefused
from ecociv.standards.arrays import MeasurementError


@dataclass(frozen=True, slots=True)
class ProjectRow:
    """One project in the list."""

    project: Entry
    owner: str
    area: Decimal
    surveys: list[int]
    next_year: int
    late: bool
    asked: int


_COLUMNS: tuple[Column[ProjectRow], ...] = (
    sortable("key", gettext_lazy("Number"), lambda r: r.project.key),
    sortable("title", gettext_lazy("Project"), lambda r: r.project.title),
    sortable("owner", gettext_lazy("Owner"), lambda r: r.owner),
    sortable("area", gettext_lazy("Area (hm²)"), lambda r: r.area, numeric=True),
    Column("state", gettext_lazy("State"), lambda r: r.project.state_name.in_language(language())),
    Column("surveys", gettext_lazy("Surveys"), lambda r: ", ".join(map(str, r.surveys))),
    sortable("next", gettext_lazy("Next survey"), lambda r: r.next_year, numeric=True),
    sortable("asked", gettext_lazy("Asked for (tCO2)"), lambda r: r.asked, numeric=True),
)


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Projects with when the plan wants the next survey, and what was asked for."""
    zone, as_of = zone_key(), read_as_of(request)
    names = enterprise_names(zone, as_of.moment)
    filters = Filters(request.GET, [])
    today = timezone.localdate()
    asked: dict[str, int] = {}
    for one in requests(zone, as_of=as_of.moment):
        asked[one.project] = asked.get(one.project, 0) + one.tonnes
    rows = []
    for project in projects(zone, as_of=as_of.moment):
        found = surveys(zone, project.key, as_of=as_of.moment)
        declared = plan_of(project)
        due = next_survey(declared, project.term[0] or today, found)
        row = ProjectRow(
            project,
            names.get(project.holder, project.holder),
            declared.area,
            survey_days(found),
            due,
            due < today.year and project.in_force,
            asked.get(project.key, 0),
        )
        if matches(filters.text, project.key, project.title, row.owner):
            rows.append(row)
    table = Table(_COLUMNS, rows, request.GET, default_sort="key")
    if download := export(request, table, _("Forest carbon")):
        return download
    return render(
        request, "portal/green/forest_carbon.html", {"table": table, "filters": filters, "as_of": as_of}
    )


def _period(
    project: Entry, found: list[PlotSurvey], years: tuple[int, int], asked: list[IssuanceRequest]
) -> tuple[tuple[int, int], Removals | None, str, IssuanceRequest | None]:
    """Years, what was found, why nothing could be, and the request that covers it."""
    covering = next((one for one in asked if (one.first_year, one.last_year) == years), None)
    try:
        return years, period_removals(project, found, years), "", covering
    except MeasurementError as error:
        return years, None, str(error), covering


@require_safe
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, key: str) -> HttpResponse:
    """One project: plan, surveys, net removals by period, requests."""
    zone, as_of, tongue = zone_key(), read_as_of(request), language()
    project = project_of(zone, key, as_of=as_of.moment)
    if project is None:
        raise Http404
    found, asked = surveys(zone, key, as_of=as_of.moment), requests(zone, key, as_of.moment)
    declared = plan_of(project)
    counted: dict[int, int] = {}
    for one in found:
        counted[one.day.year] = counted.get(one.day.year, 0) + 1
    today = timezone.localdate()
    due = next_survey(declared, project.term[0] or today, found)
    context: dict[str, Any] = {
        "project": project,
        "owner": enterprise_names(zone, as_of.moment).get(project.holder, project.holder),
        "facts": [
            (rule.name.in_language(tongue), project.shown(rule.key, tongue))
            for rule in project.kind.fields
            if rule.key not in ("title", "owner")
        ],
        "surveys": [(year, count, declared.plots) for year, count in sorted(counted.items())],
        "next_year": due,
        "late": due < today.year and project.in_force,
        "periods": [_period(project, found, years, asked) for years in periods(found)],
        "requests": asked,
        "as_of": as_of,
        "may_request": not as_of.moment and may_request(request.user, zone),
    }
    return render(request, "portal/green/forest_carbon_project.html", context)


@require_POST
@people_of_the_zone
@with_plan
def request_issuance(request: HttpRequest, plan: ZonePackage, key: str) -> HttpResponse:
    """Ask for the issuance of a period."""
    years = [request.POST.get(name, "") for name in ("first", "last")]
    if not all(one.isascii() and one.isdigit() and len(one) == 4 for one in years):
        raise Http404
    try:
        made = RequestIssuance(
            zone=zone_key(), project=key, years=(int(years[0]), int(years[1])), author=request.user
        ).execute()
    except GreenRefused as refused:
        messages.error(request, " ".join(one.in_language(language()) for one in refused.texts))
    else:
        messages.success(
            request, _("Request %(n)s was recorded; send its paper to the registry.") % {"n": made.serial}
        )
    return redirect("portal:forest-carbon-project", key)


@require_safe
def paper(request: HttpRequest, serial: int, form: str) -> HttpResponse:
    """The request as a file."""
    moment: dt.datetime | None = read_as_of(request).moment
    found = next((one for one in requests(zone_key(), as_of=moment) if one.serial == serial), None)
    if found is None or form not in FORMS:
        raise Http404
    try:
        data = write_issuance_request(found, form, language=language())
    except ReportRefused as refused:
        messages.error(request, refused.text.in_language(language()))
        return redirect("portal:forest-carbon-project", found.project)
    response = HttpResponse(data, content_type=MEDIA_TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="issuance-request-{serial}.{form}"'
    return response
