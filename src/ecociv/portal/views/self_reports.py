"""Yearly self-reports: a year's list, and one report with its revisions and its review."""

from __future__ import annotations

from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ecociv.people.doors import people_of_the_zone
from ecociv.people.permissions import allowed, require
from ecociv.people.policy import Action
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import read_as_of
from ecociv.portal.collation import collation_key
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.known import read_year
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export, iso, with_plan
from ecociv.portal.zone import language
from ecociv.supervision.actions import ReportNotFound
from ecociv.supervision.ladder.names import duty_name
from ecociv.supervision.models import SelfReport
from ecociv.supervision.parts import name_of
from ecociv.supervision.reporting_rules import load_reporting_rules
from ecociv.supervision.review import REVIEWERS, ReviewRefused
from ecociv.supervision.self_reports.permissions import may_write
from ecociv.supervision.self_reports.queries import (
    NoSelfReport,
    SelfReportStanding,
    Standing,
    self_report,
    self_reports,
    years_of_self_reports,
)
from ecociv.supervision.self_reports.review import ReviewSelfReport
from ecociv.supervision.states import DutyState, ReviewOutcome


@dataclass(frozen=True, slots=True)
class SelfReportRow:
    """One body's self-report of the year."""

    each: SelfReportStanding
    name: str

    @property
    def state(self) -> str:
        """Where it stands, in the reader's language."""
        return self.each.standing.label.in_language(language())

    @property
    def handed_in(self) -> str | None:
        """The day on which it first came in."""
        current = self.each.current
        return iso(timezone.localdate(current.reported_at)) if current else None


_ORDER = {standing: place for place, standing in enumerate(Standing)}


def _columns() -> list[Column[SelfReportRow]]:
    return [
        Column("body", _("Body"), lambda r: r.name, sort_by=lambda r: collation_key(r.name)),
        Column("state", _("State"), lambda r: r.state, sort_by=lambda r: _ORDER[r.each.standing]),
        Column(
            "late", _("Late"), lambda r: _("late") if r.each.late else "", sort_by=lambda r: not r.each.late
        ),
        Column("due", _("Due"), lambda r: iso(r.each.owed.due), sort_by=lambda r: r.each.owed.due),
        Column("handed_in", _("Handed in"), lambda r: r.handed_in, sort_by=lambda r: r.handed_in),
        Column(
            "revision",
            _("Revision"),
            lambda r: r.each.current.revision if r.each.current else None,
            sort_by=lambda r: r.each.current.revision if r.each.current else None,
            numeric=True,
        ),
        Column(
            "reviewed",
            _("Reviewed"),
            lambda r: iso(timezone.localdate(r.each.review.reviewed_at)) if r.each.review else None,
            sort_by=lambda r: r.each.review.reviewed_at if r.each.review else None,
        ),
    ]


@require_safe
@people_of_the_zone
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Every body that owes a self-report on a year, and where each stands."""
    zone = plan.zone.key
    require(request.user, Action.READ, zone=zone)
    as_of = read_as_of(request)
    today = timezone.localdate(as_of.now)
    years = years_of_self_reports(zone, today, plan)
    usual = today.year if today.month > 6 else today.year - 1
    asked = read_year(request.GET.get("year", ""))
    year = asked if asked in years else usual if usual in years else (years[0] if years else usual)
    found = self_reports(zone, year, as_of.moment, package=plan)
    rows = [SelfReportRow(each, name_of(each.body, plan).in_language(language())) for each in found]
    counts = [(state, sum(row.each.standing is state for row in rows)) for state in Standing]
    filters = Filters(
        request.GET,
        [
            Filter("year", _("Year"), [Choice(str(each), str(each)) for each in years], _("The usual year")),
            Filter(
                "state",
                _("State"),
                [Choice(state.value, state.label.in_language(language())) for state in Standing],
                _("Any state"),
            ),
            Filter("late", _("Late"), [Choice("1", _("late only"))], _("In time or late")),
        ],
    )
    kept = [
        row
        for row in rows
        if (not filters["state"] or row.each.standing == filters["state"])
        and (not filters["late"] or row.each.late)
        and matches(filters.text, row.name, row.each.body, row.state)
    ]
    table = Table(_columns(), kept, request.GET, default_sort="state", page_size=100)
    if download := export(request, table, _("Self-reports %(year)s") % {"year": year}):
        return download
    context = {
        "table": table,
        "filters": filters,
        "filters_kept": [("as_of", as_of.asked)] if as_of.moment else [],
        "year": year,
        "counts": counts,
        "total": len(rows),
        "late": sum(row.each.late for row in rows),
        "rule": load_reporting_rules(zone).self_report,
        "due": load_reporting_rules(zone).self_report.due(year),
        "as_of": as_of,
    }
    return render(request, "portal/self_reports/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@people_of_the_zone
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, body: str, year: int) -> HttpResponse:
    """One self-report: any of its revisions, what the office made of each, and the review of the newest."""
    zone = plan.zone.key
    require(request.user, Action.READ, zone=zone)
    as_of = read_as_of(request)
    standing = standing_or_404(plan, body, year, as_of.moment)
    refusal = ""
    if request.method == "POST":
        try:
            outcome = ReviewOutcome(request.POST.get("outcome", ""))
            revision = request.POST.get("revision", "")
            number = int(revision) if revision.isascii() and revision.isdecimal() and len(revision) < 7 else 0
            reason = request.POST.get("reason", "")
            done = ReviewSelfReport(
                zone, standing.body, year, number, outcome, reason, request.user
            ).execute()
        except (ValueError, ReportNotFound) as error:
            if not isinstance(error, ReviewRefused):
                raise Http404(str(error)) from error
            refusal = error.text.in_language(language())
        else:
            messages.success(
                request,
                f"{name_of(standing.body, plan).in_language(language())} {year} · {done.get_outcome_display()}",
            )
            return redirect("portal:self-report", standing.body, year)
    asked = request.GET.get("revision", "")
    shown = next((each for each in standing.revisions if str(each.revision) == asked), standing.current)
    mine = request.user.pk in {each.author_id for each in standing.revisions}
    reviews = allowed(request.user, Action.REVIEW_PROGRESS, zone=zone, roles=REVIEWERS)
    duties = _duties(plan, shown) if shown else []
    context = {
        "standing": standing,
        "state": standing.standing,
        "body": name_of(standing.body, plan),
        "year": year,
        "report": shown,
        "newest": shown is not None and shown == standing.current,
        "led": [each for each in duties if each["role"] == "lead"],
        "supported": [each for each in duties if each["role"] != "lead"],
        "figures": _figures(plan, shown) if shown else [],
        "revisions": [(each, (standing.reviews or {}).get(each.revision)) for each in standing.revisions],
        "may_write": as_of.moment is None
        and may_write(request.user, standing.body, plan, timezone.localdate()).ok,
        "waits": as_of.moment is None and reviews and standing.standing is Standing.SUBMITTED,
        "own": mine,
        "answer": load_reporting_rules(zone).answer,
        "refusal": refusal,
        "reason": request.POST.get("reason", ""),
        "as_of": as_of,
    }
    return render(request, "portal/self_reports/detail.html", context, status=400 if refusal else 200)


def standing_or_404(plan: ZonePackage, body: str, year: int, moment: object = None) -> SelfReportStanding:
    """The self-report of a body on a year, or the page that says that none is owed."""
    try:
        return self_report(plan.zone.key, body, year, moment, package=plan)  # type: ignore[arg-type]
    except NoSelfReport as error:
        raise Http404(str(error)) from error


def _duties(plan: ZonePackage, report: SelfReport) -> list[dict[str, object]]:
    names = {duty.place: duty_name(duty) for duty in plan.duties}
    found = []
    for each in report.duties:
        kind, _colon, number = each["place"].partition(":")
        url = reverse(f"portal:{kind}", args=[number]) if each["place"] in names else ""
        found.append(
            {
                **each,
                "name": names.get(each["place"], each["place"]),
                "url": url,
                "shown": DutyState(each["state"]),
            }
        )
    return found


def _figures(plan: ZonePackage, report: SelfReport) -> list[dict[str, object]]:
    series = {s.key: (i, s) for i in plan.indicators for s in i.series}
    found = []
    for each in report.figures:
        indicator, one = series.get(each["series"], (None, None))
        name = indicator.series_name(one) if indicator is not None and one is not None else each["series"]
        unit = indicator.unit_label if indicator is not None else each["unit"]
        found.append({**each, "name": name, "indicator": indicator, "unit_label": unit})
    return found
