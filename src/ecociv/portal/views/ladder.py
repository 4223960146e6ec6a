"""Proposals of the triggers and what people decide; the ladder of supervision in numbers."""

from __future__ import annotations

import datetime as dt
from contextlib import suppress
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from ecociv.casework.load import case_type
from ecociv.casework.refusals import CaseRefused
from ecociv.evidence.models import Place
from ecociv.people.doors import people_of_the_zone
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import read_as_of
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language, zone_key
from ecociv.supervision.ladder.decide import DecideProposal, ProposalRefused, may_decide, prefilled
from ecociv.supervision.ladder.declaration import Severity, load_triggers
from ecociv.supervision.ladder.models import Proposal, ProposalDecision
from ecociv.supervision.ladder.names import subject_name
from ecociv.supervision.ladder.queries import (
    TYPES,
    Standing,
    ladder_counts,
    open_orders,
    proposal_standing,
    proposals,
)
from ecociv.supervision.parts import name_of

STATES = {
    "open": gettext_lazy("To be decided"),
    "deferred": gettext_lazy("Deferred"),
    "accepted": gettext_lazy("Accepted, case opened"),
    "declined": gettext_lazy("Declined"),
    "gone": gettext_lazy("No longer holds"),
}


class ProposalRow:
    """One proposal as a row of a table."""

    def __init__(self, standing: Standing, plan: ZonePackage, today: dt.date, places: dict[str, Any]) -> None:
        self.standing, self.proposal = standing, standing.proposal
        self.state = standing.state(today)
        self.state_shown = STATES[self.state]
        self.severity = Severity(self.proposal.severity)
        tongue = language()
        self.title = self.proposal.title.in_language(tongue)
        self.subject = subject_name(self.proposal.subject, plan, places).in_language(tongue)
        self.bodies = ("、" if tongue == "zh" else ", ").join(
            name_of(key, plan).in_language(tongue) for key in self.proposal.bodies
        )
        self.first_reason = self.proposal.why[0].text.in_language(tongue) if self.proposal.reasons else ""


def proposal_rows(
    request: HttpRequest, plan: ZonePackage, as_of: dt.datetime | None = None
) -> list[ProposalRow]:
    """Every proposal that the reader may see, as known at a moment."""
    places = {each.key: each.name for each in Place.objects.all()}
    today = timezone.localdate(as_of)
    known = proposals(request.user, zone_key(), as_of=as_of)
    return [ProposalRow(each, plan, today, places) for each in known]


@require_safe
@people_of_the_zone
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Every proposal, the gravest to be decided first, as known on a day."""
    as_of = read_as_of(request)
    rows = proposal_rows(request, plan, as_of.moment)
    titles = {
        key: each.title.in_language(language()) for key, each in load_triggers(zone_key()).triggers.items()
    }
    filters = Filters(
        request.GET,
        [
            Filter("state", _("State"), [Choice(k, v) for k, v in STATES.items()], _("All states")),
            Filter("trigger", _("Trigger"), [Choice(k, v) for k, v in titles.items()], _("All triggers")),
        ],
    )
    kept = [
        row
        for row in rows
        if (not filters["state"] or row.state == filters["state"])
        and (not filters["trigger"] or row.proposal.trigger == filters["trigger"])
        and matches(filters.text, row.title, row.subject, row.bodies)
    ]
    order = list(STATES)
    columns: list[Column[ProposalRow]] = [
        Column("matter", _("Matter"), lambda r: r.title, sort_by=lambda r: r.title),
        Column("trigger", _("Trigger"), lambda r: titles.get(r.proposal.trigger, r.proposal.trigger)),
        Column(
            "weight",
            _("Weight"),
            lambda r: r.severity.label.in_language(language()),
            sort_by=lambda r: r.severity.rank,
        ),
        Column(
            "first",
            _("First fired on"),
            lambda r: r.proposal.first_day.isoformat(),
            sort_by=lambda r: r.proposal.first_day,
        ),
        Column("bodies", _("Bodies proposed"), lambda r: r.bodies),
        Column(
            "state",
            _("State"),
            lambda r: r.state_shown,
            sort_by=lambda r: (order.index(r.state), r.severity.rank),
        ),
        Column("reason", _("Reason"), lambda r: r.first_reason, export_only=True),
    ]
    table = Table(columns, kept, request.GET, default_sort="state")
    if download := export(request, table, _("Proposals")):
        return download
    return render(
        request,
        "portal/ladder/proposals.html",
        {"table": table, "filters": filters, "titles": titles, "total": len(rows), "as_of": as_of},
    )


@require_http_methods(["GET", "HEAD", "POST"])
@people_of_the_zone
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, number: int) -> HttpResponse:
    """One proposal: the rule, the reasons with their figures, what they rest on, and the decision."""
    proposal = get_object_or_404(Proposal, pk=number, zone=zone_key())
    as_of = read_as_of(request)
    if as_of.moment and proposal.recorded_at > as_of.moment:
        raise Http404(_("The proposal was not on record on that day."))
    standing = proposal_standing(request.user, proposal, as_of=as_of.moment)
    refusal = ""
    if request.method == "POST" and as_of.moment:
        refusal = _("You look at an earlier day; nothing is decided there. Go back to today first.")
    elif request.method == "POST":
        try:
            decided = _decision(request, proposal).execute()
        except (ProposalRefused, CaseRefused) as error:
            refusal = error.text.in_language(language())
        else:
            messages.success(request, decided.get_decision_display())
            return redirect("portal:proposal", number=proposal.pk)
    places = {each.key: each.name for each in Place.objects.all()}
    declared = case_type(proposal.zone, proposal.proposes)
    filled = prefilled(proposal, language())
    today = timezone.localdate(as_of.moment)
    state = standing.state(today)
    context = {
        "as_of": as_of,
        "row": ProposalRow(standing, plan, today, places),
        "standing": standing,
        "proposal": proposal,
        "trigger": load_triggers(zone_key()).triggers.get(proposal.trigger),
        "case_type": declared,
        "reasons": [reason.text.in_language(language()) for reason in proposal.why],
        "evidence": [(each, _path(each)) for each in proposal.evidence],
        "parts": [
            (key, part, request.POST.getlist(f"party-{key}") or list(filled["parties"].get(key, ())))
            for key, part in declared.parts.items()
            if part.bodies is not None
        ],
        "fields": [
            (name, declared.fields[name], request.POST.get(f"field-{name}", filled["fields"].get(name, "")))
            for name in declared.asked_at_opening
        ],
        "title": request.POST.get("title", filled["title"]),
        "reason": request.POST.get("reason", ""),
        "chosen": request.POST.get("decision", ""),
        "bodies": [
            body for body in plan.organisations if plan.body_on(body.key, timezone.localdate()) is body
        ],
        "may": may_decide(request.user, proposal),
        "undecided": state not in ("accepted", "declined") and as_of.moment is None,
        "refusal": refusal,
    }
    return render(request, "portal/ladder/proposal.html", context, status=400 if refusal else 200)


def _decision(request: HttpRequest, proposal: Proposal) -> DecideProposal:
    post = request.POST
    declared = case_type(proposal.zone, proposal.proposes)
    until = None
    with suppress(ValueError):
        until = dt.date.fromisoformat(post.get("until", ""))
    seen = post.get("seen", "0")
    return DecideProposal(
        proposal,
        request.user,
        post.get("decision", ""),
        post.get("reason", ""),
        int(seen) if seen.isascii() and seen.isdecimal() and len(seen) < 6 else 0,
        until,
        title=post.get("title", ""),
        parties={
            key: tuple(post.getlist(f"party-{key}")) for key, part in declared.parts.items() if part.bodies
        },
        fields={name: post.get(f"field-{name}", "") for name in declared.asked_at_opening},
    )


def _path(ref: dict[str, Any]) -> str:
    """Address of what a reason rests on; "" where there is no page of it."""
    kind, key, more = ref["kind"], ref["key"], ref.get("detail", "")
    if kind == "indicator":
        return f"/indicators/{key}/"
    if kind == "series":
        return f"/series/{key}/"
    if kind == "duty":
        what, _colon, number = key.partition(":")
        return f"/{what}s/{number}/"
    if kind == "conflict":
        return f"/conflicts/?year={more}"
    return {"return": "/returns/", "finding": "/quality/"}.get(kind, "")


@require_safe
@people_of_the_zone
@with_plan
def overview(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The ladder in numbers: how many cases stand on each step, and who holds them."""
    counts = ladder_counts(request.user, zone_key())
    ladders = [
        (
            declared,
            [(state, counts[key].get(name, 0)) for name, state in declared.states.items()],
            sum(counts[key].values()),
        )
        for key in TYPES
        for declared in (case_type(zone_key(), key),)
    ]
    bodies: dict[str, list[int]] = {}
    today = timezone.localdate()
    for case in open_orders(request.user, zone_key()):
        for party in case.parties.all():
            if party.part == "responsible":
                tally = bodies.setdefault(party.organisation, [0, 0])
                tally[0] += 1
                tally[1] += int(case.due is not None and case.due < today)
    rows = proposal_rows(request, plan)
    context = {
        "ladders": ladders,
        "bodies": sorted(
            ((name_of(key, plan), tally[0], tally[1]) for key, tally in bodies.items()), key=lambda b: -b[1]
        ),
        "waiting": sum(row.state == "open" for row in rows),
        "triggers": load_triggers(zone_key()).triggers,
    }
    return render(request, "portal/ladder/overview.html", context)


__all__ = ["ProposalDecision", "detail", "listing", "overview", "proposal_rows"]
