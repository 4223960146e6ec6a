"""Departments: duties as lead and support, workload, successors."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.plan.package import Indicator, Organisation, OrganisationKind, Project, Task, ZonePackage
from ecociv.portal.checks import findings_at
from ecociv.portal.collation import collation_key
from ecociv.portal.days import chosen_day
from ecociv.portal.department_profile import profile_of
from ecociv.portal.duties import duty_rows, duty_statuses
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import by_name, export, found, with_plan
from ecociv.portal.zone import language
from ecociv.supervision.queries import counts

KIND_LABELS: dict[OrganisationKind, str | Promise] = {
    OrganisationKind.PARTY: gettext_lazy("Party body"),
    OrganisationKind.GOVERNMENT: gettext_lazy("Government department"),
    OrganisationKind.COURT: gettext_lazy("Court"),
    OrganisationKind.PROCURATORATE: gettext_lazy("Procuratorate"),
    OrganisationKind.BANK: gettext_lazy("Bank"),
    OrganisationKind.ENTERPRISE: gettext_lazy("Enterprise"),
    OrganisationKind.COUNTY: gettext_lazy("County unit"),
    OrganisationKind.PARK: gettext_lazy("Park"),
    OrganisationKind.MASS_ORGANISATION: gettext_lazy("Mass organisation"),
    OrganisationKind.PROVINCE_OR_NATION: gettext_lazy("Province or nation"),
    OrganisationKind.GROUP: gettext_lazy("Group of bodies"),
}


@dataclass(frozen=True, slots=True)
class BodyRow:
    """One body with the number of its duties. ``most`` is the largest total of all bodies, for the bars."""

    body: Organisation
    holder: Organisation
    lead_tasks: int
    lead_projects: int
    support: int
    figures: int
    most: int

    @property
    def lead(self) -> int:
        """Tasks and projects led."""
        return self.lead_tasks + self.lead_projects

    @property
    def total(self) -> int:
        """All duties."""
        return self.lead + self.support

    @property
    def kind(self) -> str | Promise:
        """What sort of body it is."""
        return KIND_LABELS[self.body.kind]

    @property
    def moved(self) -> bool:
        """Whether another body holds its duties now."""
        return self.body.key != self.holder.key


def _name(row: BodyRow) -> str:
    return row.body.shown(language())


def _columns() -> list[Column[BodyRow]]:
    return [
        Column("name", gettext_lazy("Body"), _name, sort_by=lambda row: by_name(row.body)),
        Column("kind", gettext_lazy("Kind"), lambda row: row.kind, sort_by=lambda row: str(row.kind)),
        Column("lead", gettext_lazy("Leads tasks"), lambda r: r.lead_tasks, sort_by=lambda r: r.lead_tasks, numeric=True),
        Column(
            "projects",
            gettext_lazy("Leads projects"),
            lambda row: row.lead_projects,
            sort_by=lambda row: row.lead_projects,
            numeric=True,
        ),
        Column("support", gettext_lazy("Supports"), lambda r: r.support, sort_by=lambda r: r.support, numeric=True),
        Column("load", gettext_lazy("Workload"), lambda row: row.total, sort_by=lambda row: (row.lead, row.total)),
        Column(
            "holder",
            gettext_lazy("Duties held today by"),
            lambda row: row.holder.shown(language()),
            sort_by=lambda row: by_name(row.holder) if row.moved else None,
        ),
    ]


def body_row(plan: ZonePackage, body: Organisation, most: int = 0) -> BodyRow:
    """One body's row: duties as the plan names them, those that came by a group included."""
    duties = plan.duties_of(body.key)
    led = [entry.duty for entry in duties if entry.role == "lead"]
    return BodyRow(
        body=body,
        holder=plan.body_on(body.key, timezone.localdate()),
        lead_tasks=sum(isinstance(duty, Task) for duty in led),
        lead_projects=sum(isinstance(duty, Project) for duty in led),
        support=sum(entry.role == "support" for entry in duties),
        figures=len(supplied(plan, body)),
        most=most,
    )


def supplied(plan: ZonePackage, body: Organisation) -> list[Indicator]:
    """Indicators whose figure this body supplies."""
    return [each for each in plan.indicators if plan.resolve(each.supplier.body).key == body.key]


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """All bodies that the plan names, with what they carry."""
    bodies = [body for body in plan.organisations if body.in_plan]
    most = max((len(plan.duties_of(body.key)) for body in bodies), default=0)
    rows = [body_row(plan, body, most) for body in bodies]
    kinds = {row.body.kind for row in rows}
    filters = Filters(
        request.GET,
        [Filter("kind", _("Kind"), [Choice(k.value, KIND_LABELS[k]) for k in OrganisationKind if k in kinds], _("All kinds"))],
    )
    kept = [
        row
        for row in rows
        if (not filters["kind"] or row.body.kind.value == filters["kind"])
        and matches(filters.text, *row.body.names, row.body.name_en)
    ]
    table = Table(_columns(), kept, request.GET, default_sort="-load", page_size=100)
    if download := export(request, table, _("Departments")):
        return download
    return render(request, "portal/departments.html", {"table": table, "filters": filters, "most": most})


@require_safe
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, key: str) -> HttpResponse:
    """One body: what it leads and supports, what it supplies, and who came before and after it."""
    body = found(plan.organisation, key)
    today = timezone.localdate()
    day = chosen_day(request, plan)
    held = plan.duties_of(body.key) if body.in_plan else plan.duties_held(body.key, today)
    rows = duty_rows(plan, [entry.duty for entry in held], duty_statuses(plan, day, today), language())
    entries = list(zip(held, rows, strict=True))
    context = {
        "body": body,
        "row": body_row(plan, body),
        "states": counts(row.status for entry, row in entries if entry.role == "lead"),
        "led": [pair for pair in entries if pair[0].role == "lead"],
        "supported": [pair for pair in entries if pair[0].role == "support"],
        "figures": supplied(plan, body),
        "holder": plan.body_on(body.key, today),
        "steps": [(step, plan.organisation(step.to)) for step in body.successors],
        "predecessors": sorted(plan.predecessors(body.key), key=by_name),
        "members": [member for member in plan.members(body) if member is not body],
        "findings": findings_at(plan, f"organisation:{body.key}"),
        "kind": KIND_LABELS[body.kind],
        "misspellings": sorted(body.misspellings, key=collation_key),
        "today": today,
        "profile": profile_of(request.user, plan, body, day, today),
    }
    return render(request, "portal/department.html", context)
