"""Lists of cases: all, my move, what is late; and one move on many."""

from __future__ import annotations

from itertools import groupby
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ecociv.casework.actions import BulkStep
from ecociv.casework.load import load_case_types
from ecociv.casework.models import CaseStep, StepKind
from ecociv.casework.permissions import may_open
from ecociv.casework.queries import by_body, by_type, cases_for, inbox, overdue
from ecociv.casework.recorded import declaration_of
from ecociv.people.doors import of_the_zone, people_of_the_zone
from ecociv.plan.package import ZonePackage
from ecociv.portal.case_rows import columns, rows_of, with_parties
from ecociv.portal.document_form import bodies
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.tables import Table
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language, zone_key

_MOST_AT_ONCE = 200


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Every case that the reader may see."""
    zone, day, tongue = zone_key(), timezone.localdate(), language()
    types = load_case_types(zone)
    filters = Filters(
        request.GET,
        [
            Filter(
                "type",
                _("Type"),
                [Choice(k, t.title.in_language(tongue)) for k, t in types.items()],
                _("All types"),
            ),
            Filter(
                "is",
                _("State"),
                [Choice("open", _("Open")), Choice("overdue", _("Overdue")), Choice("closed", _("Closed"))],
                _("Open and closed"),
            ),
            Filter("body", _("Body"), [Choice(k, n) for k, n in bodies()], _("All bodies")),
        ],
    )
    cases = cases_for(request.user, zone)
    if about := request.GET.get("about", "").strip()[:200]:
        cases = cases.filter(subject=about)
    if filters["type"]:
        cases = by_type(cases, filters["type"])
    if filters["body"]:
        cases = by_body(cases, zone, filters["body"], day)
    if filters["is"]:
        cases = cases.filter(closed_at__isnull=filters["is"] != "closed")
    if filters["is"] == "overdue":
        cases = cases.filter(due__lt=day)
    rows = [
        row
        for row in rows_of(with_parties(cases), day)
        if matches(filters.text, row.case.number, row.case.title, row.state, row.bodies)
    ]
    table = Table(columns(), rows, request.GET, default_sort="due")
    if download := export(request, table, _("Cases")):
        return download
    context = {
        "table": table,
        "filters": filters,
        "about": about,
        "filters_kept": [("about", about)] if about else [],
        "may_open": _openable(request),
        "moves": _moves(table.page_rows) if of_the_zone(request.user) else [],
    }
    return render(request, "portal/cases/list.html", context)


def _openable(request: HttpRequest) -> list[Any]:
    return [t for t in load_case_types(zone_key()).values() if may_open(request.user, zone_key(), t).ok]


def _moves(rows: list[Any]) -> list[tuple[str, str]]:
    """Moves that ask for a reason at most, and so can be taken on many cases at once."""
    found: dict[str, str] = {}
    for row in rows:
        for key, move in declaration_of(row.case).transitions.items():
            needs = [k for k in move.documents if declaration_of(row.case).documents[k].required]
            if (
                not row.case.closed_at
                and row.case.state in move.from_
                and not (move.fields or needs or move.outcomes)
            ):
                found[key] = move.title.in_language(language())
    return list(found.items())


@require_POST
@people_of_the_zone
@with_plan
def bulk(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Take one move on the cases chosen, and say for each what came of it."""
    keys = [int(k) for k in request.POST.getlist("case") if k.isascii() and k.isdigit() and len(k) < 16][
        :_MOST_AT_ONCE
    ]
    seen = {k: request.POST.get(f"seen-{k}", "") for k in keys}
    cases = list(cases_for(request.user, zone_key()).filter(pk__in=keys).order_by("pk"))
    for case in cases:
        # What the page showed, so that a case that moved on meanwhile is refused.
        if seen[case.pk].isascii() and seen[case.pk].isdigit():
            case.steps_taken = int(seen[case.pk][:9])
    move = request.POST.get("transition", "")
    known = [case for case in cases if move in declaration_of(case).transitions]
    outcomes = BulkStep(known, move, request.user, request.POST.get("reason", "")[:4000]).execute()
    title = declaration_of(known[0]).transitions[move].title.in_language(language()) if known else ""
    context = {"outcomes": outcomes, "move": title, "left_out": len(keys) - len(known), "chosen": len(keys)}
    return render(request, "portal/cases/bulk.html", context)


@require_safe
@people_of_the_zone
@with_plan
def waiting(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """What waits for the reader, by due day."""
    day = timezone.localdate()
    found = inbox(request.user, zone_key(), day)
    rows = rows_of([each.case for each in found], day)
    asked = {each.case.pk for each in found if each.decides_extension}
    table = Table(columns(), rows, request.GET)
    if download := export(request, table, _("My move")):
        return download
    context = {
        "table": table,
        "asked": asked,
        "late": sum(row.late for row in rows),
        "may_open": _openable(request),
    }
    return render(request, "portal/cases/inbox.html", context)


@require_safe
@people_of_the_zone
@with_plan
def late(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """What is past due, by body, with what was escalated."""
    zone, day = zone_key(), timezone.localdate()
    rows = rows_of(with_parties(overdue(zone, day, request.user)), day)
    table = Table(columns(), rows, request.GET, default_sort="due", page_size=200)
    if download := export(request, table, _("Overdue cases")):
        return download
    steps = CaseStep.objects.filter(case__in=[row.case.pk for row in rows], kind=StepKind.ESCALATED)
    escalated: dict[int, Any] = {}
    for step in steps.order_by("case", "number"):
        escalated[step.case_id] = step.at
    marked = [(row, escalated.get(row.case.pk)) for row in table.page_rows]
    groups = [
        (body or _("No body is named"), list(members))
        for body, members in groupby(
            sorted(marked, key=lambda pair: pair[0].bodies), key=lambda pair: pair[0].bodies
        )
    ]
    groups.sort(key=lambda group: -len(group[1]))
    bands = [
        (_("1 to 5 working days"), sum(-5 <= (row.days or 0) < 0 for row in rows)),
        (_("6 to 20 working days"), sum(-20 <= (row.days or 0) < -5 for row in rows)),
        (_("More than 20 working days"), sum((row.days or 0) < -20 for row in rows)),
    ]
    return render(request, "portal/cases/overdue.html", {"table": table, "groups": groups, "bands": bands})
