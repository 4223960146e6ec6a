"""Interviews (约谈): who was talked to, by whom, when and where, what was promised and by when."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ecociv.casework.load import case_type
from ecociv.casework.models import Case
from ecociv.casework.queries import cases_for
from ecociv.people.doors import people_of_the_zone
from ecociv.plan.package import ZonePackage
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language, zone_key
from ecociv.supervision.parts import name_of


@dataclass(frozen=True, slots=True)
class InterviewRow:
    """One interview with what its steps put on record."""

    case: Case
    body: str
    state: str

    def said(self, name: str) -> str:
        """A field of the record; "" where it is not filled in yet."""
        value: Any = self.case.fields.get(name, "")
        return str(value or "")

    @property
    def who(self) -> str:
        """Name and post of whoever was talked to."""
        return " ".join(part for part in (self.said("interviewee"), self.said("interviewee_post")) if part)

    @property
    def when(self) -> str:
        """Day on which it was held, else for which it is planned."""
        return self.said("held_on") or self.said("planned_for")

    @property
    def interviewer(self) -> str:
        """Who talked."""
        return self.said("interviewer")

    @property
    def venue(self) -> str:
        """Where."""
        return self.said("venue")

    @property
    def commitments(self) -> str:
        """What was promised."""
        return self.said("commitments")

    @property
    def due(self) -> str:
        """By when."""
        return self.said("commitments_due")

    @property
    def follow_up(self) -> str:
        """What the check found."""
        return self.said("follow_up")


@require_safe
@people_of_the_zone
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Every interview that the reader may see."""
    declared = case_type(zone_key(), "interview")
    tongue = language()
    rows = []
    for case in cases_for(request.user, zone_key()).filter(type="interview").prefetch_related("parties"):
        body = next((p.organisation for p in case.parties.all() if p.part == "responsible"), "")
        state = declared.states.get(case.state)
        rows.append(
            InterviewRow(
                case,
                name_of(body, plan).in_language(tongue),
                state.title.in_language(tongue) if state else case.state,
            )
        )
    states = [Choice(key, state.title.in_language(tongue)) for key, state in declared.states.items()]
    filters = Filters(request.GET, [Filter("state", _("State"), states, _("All states"))])
    kept = [
        row
        for row in rows
        if (not filters["state"] or row.case.state == filters["state"])
        and matches(filters.text, row.who, row.body, row.case.title, row.case.number)
    ]
    columns: list[Column[InterviewRow]] = [
        Column("number", _("Number"), lambda r: r.case.number, sort_by=lambda r: r.case.pk),
        Column("who", _("Who was talked to"), lambda r: r.who, sort_by=lambda r: r.who or None),
        Column("body", _("Body"), lambda r: r.body, sort_by=lambda r: r.body),
        Column(
            "when",
            _("When and where"),
            lambda r: f"{r.when} {r.venue}".strip(),
            sort_by=lambda r: r.when or None,
        ),
        Column("by", _("By whom"), lambda r: r.interviewer),
        Column("commitments", _("Commitments"), lambda r: r.commitments),
        Column("due", _("Due"), lambda r: r.due, sort_by=lambda r: r.due or None),
        Column("state", _("State"), lambda r: r.state, sort_by=lambda r: r.state),
        Column("follow-up", _("Follow-up"), lambda r: r.follow_up, export_only=True),
    ]
    table = Table(columns, kept, request.GET, default_sort="-number")
    if download := export(request, table, _("Interviews")):
        return download
    return render(
        request, "portal/ladder/interviews.html", {"table": table, "filters": filters, "total": len(rows)}
    )
