"""The office's queue of reports to review: one at a time beside the report before it, or several accepted at once."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ecociv.core.workdays import add_working_days
from ecociv.evidence.library.visibility import may_read
from ecociv.people.doors import people_of_the_zone
from ecociv.people.permissions import require
from ecociv.people.policy import Action
from ecociv.plan.package import ProjectOrTask, ZonePackage
from ecociv.portal.collation import collation_key
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language, zone_key
from ecociv.supervision.actions import ReportNotFound
from ecociv.supervision.models import ProgressReport
from ecociv.supervision.parts import name_of
from ecociv.supervision.queries import latest_reports, waiting_for_review
from ecociv.supervision.reporting_rules import load_reporting_rules
from ecociv.supervision.review import REVIEWERS, Reviewed, ReviewRefused, ReviewReport, review_each
from ecociv.supervision.states import ReportingRole, ReportState, ReviewOutcome

_MOST_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class ReviewRow:
    """A report that waits for its review, with the day by which it should have one."""

    report: ProgressReport
    title: str
    body: str
    part: str
    state: str
    due: dt.date
    late: bool
    own: bool

    @property
    def key(self) -> str:
        """What the page sends back: the revision that it showed."""
        return f"{self.report.place}/{self.report.number}/{self.report.revision}"

    @property
    def kind(self) -> str:
        """``task`` or ``project``."""
        return self.report.place.partition(":")[0]

    @property
    def duty(self) -> int:
        """Number of the duty."""
        return int(self.report.place.partition(":")[2])


def _require(request: HttpRequest) -> None:
    require(request.user, Action.REVIEW_PROGRESS, zone=zone_key(), roles=REVIEWERS)


def _rows(request: HttpRequest, plan: ZonePackage) -> list[ReviewRow]:
    tongue, today = language(), timezone.localdate()
    days = load_reporting_rules(zone_key()).review.working_days
    titles = {duty.place: duty.title.in_language(tongue) for duty in plan.duties}
    waiting = list(waiting_for_review(zone_key()))
    wrote = set(
        ProgressReport.objects.filter(zone=zone_key(), author_id=request.user.pk).values_list(
            "place", "number"
        )
    )
    found = []
    for report in waiting:
        due = add_working_days(timezone.localdate(report.recorded_at), days).day
        found.append(
            ReviewRow(
                report=report,
                title=titles.get(report.place, report.place),
                body=name_of(report.organisation, plan).in_language(tongue),
                part=ReportingRole(report.role).label.in_language(tongue),
                state=ReportState(report.state).label.in_language(tongue),
                due=due,
                late=due < today,
                own=(report.place, report.number) in wrote,
            )
        )
    return found


def _columns() -> list[Column[ReviewRow]]:
    return [
        Column(
            "place",
            _("Task or project"),
            lambda r: f"{r.report.place} {r.title}",
            sort_by=lambda r: (r.kind, r.duty),
        ),
        Column("body", _("Reporting body"), lambda r: r.body, sort_by=lambda r: collation_key(r.body)),
        Column("part", _("Part"), lambda r: r.part, sort_by=lambda r: r.report.role),
        Column(
            "period", _("Year"), lambda r: r.report.period, sort_by=lambda r: r.report.period, numeric=True
        ),
        Column("state", _("State"), lambda r: r.state, sort_by=lambda r: r.report.state),
        Column(
            "percent", _("Progress in per cent"), lambda r: r.report.percent, export_only=True, numeric=True
        ),
        Column("narrative", _("Narrative"), lambda r: r.report.narrative, export_only=True),
        Column(
            "recorded",
            _("Handed in"),
            lambda r: timezone.localtime(r.report.recorded_at).strftime("%Y-%m-%d %H:%M"),
            sort_by=lambda r: r.report.recorded_at,
        ),
        Column("sample", _("Sample data"), lambda r: _("yes") if r.report.sample else "", export_only=True),
        Column("due", _("Review by"), lambda r: r.due.isoformat(), sort_by=lambda r: (r.due, r.report.pk)),
    ]


@require_safe
@people_of_the_zone
@with_plan
def queue(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Every report without a review, the one that waits longest first."""
    _require(request)
    rows = _rows(request, plan)
    bodies = sorted({(r.report.organisation, r.body) for r in rows}, key=lambda each: collation_key(each[1]))
    years = sorted({r.report.period for r in rows})
    filters = Filters(
        request.GET,
        [
            Filter("body", _("Reporting body"), [Choice(k, v) for k, v in bodies], _("All bodies")),
            Filter("year", _("Year"), [Choice(str(y), str(y)) for y in years], _("Any year")),
            Filter(
                "part",
                _("Part"),
                [Choice(each.value, each.label.in_language(language())) for each in ReportingRole],
                _("Any"),
            ),
        ],
    )
    kept = [row for row in rows if _keep(row, filters)]
    table = Table(_columns(), kept, request.GET, default_sort="due", page_size=50)
    if download := export(request, table, _("Reports to review")):
        return download
    context = {
        "table": table,
        "filters": filters,
        "total": len(rows),
        "late": sum(row.late for row in rows),
        "clock": load_reporting_rules(zone_key()).review,
    }
    return render(request, "portal/review/queue.html", context)


def _keep(row: ReviewRow, filters: Filters) -> bool:
    return (
        (not filters["body"] or row.report.organisation == filters["body"])
        and (not filters["year"] or str(row.report.period) == filters["year"])
        and (not filters["part"] or row.report.role == filters["part"])
        and matches(filters.text, row.title, row.report.place, row.body, row.report.narrative)
    )


@require_http_methods(["GET", "HEAD", "POST"])
@people_of_the_zone
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, kind: str, duty: int, number: int) -> HttpResponse:
    """One report beside the one before it, its documents, and the review; then on to the next."""
    _require(request)
    place = f"{kind}:{duty}"
    found: ProjectOrTask | None = next((each for each in plan.duties if each.place == place), None)
    report = latest_reports(zone_key(), place).filter(number=number).first()
    if found is None or report is None:
        raise Http404(f"{place} has no report {number}")
    refusal = ""
    if request.method == "POST":
        try:
            review = _review(request, place, number).execute()
        except ReportNotFound as missing:
            raise Http404(str(missing)) from missing
        except ReviewRefused as refused:
            refusal = refused.text.in_language(language())
        else:
            messages.success(request, f"{place} · {review.get_outcome_display()}")
            return _next(request, plan)
    rows = _rows(request, plan)
    here = next((i for i, row in enumerate(rows) if row.report.pk == report.pk), None)
    others = [row for i, row in enumerate(rows) if i != here]
    context = {
        "duty": found,
        "report": report,
        "row": rows[here] if here is not None else None,
        "body": name_of(report.organisation, plan),
        "sides": [(_("This report"), report, _documents(request, report))]
        + [(heading, each, _documents(request, each)) for heading, each in _before(report)],
        "following": next((row for row in rows[(here or 0) + 1 :] if here is not None), None)
        or (others[0] if others else None),
        "waiting": len(rows),
        "refusal": refusal,
        "reason": request.POST.get("reason", ""),
        "answer": load_reporting_rules(zone_key()).answer,
    }
    return render(request, "portal/review/detail.html", context, status=400 if refusal else 200)


def _before(report: ProgressReport) -> list[tuple[str, ProgressReport]]:
    """What the same body handed in before: the revision that this one corrects, and the report before it."""
    rows = ProgressReport.objects.of(report.zone, report.place).select_related("author", "review")
    found = []
    earlier = rows.filter(number=report.number, revision__lt=report.revision).order_by("-revision").first()
    if earlier is not None:
        found.append((_("The revision before"), earlier))
    same = rows.filter(organisation=report.organisation, number__lt=report.number)
    previous = same.order_by("-number", "-revision").first()
    if previous is not None:
        found.append((_("The report before"), previous))
    return found


def _documents(request: HttpRequest, report: ProgressReport) -> list[tuple[object, bool]]:
    rows = report.evidence.select_related("filing", "document")
    return [(each.filing, may_read(request.user, each.filing)) for each in rows]


def _review(request: HttpRequest, place: str, number: int) -> ReviewReport:
    try:
        outcome = ReviewOutcome(request.POST.get("outcome", ""))
    except ValueError as error:
        raise Http404("no such outcome") from error
    return ReviewReport(
        zone_key(),
        place,
        number,
        _count(request.POST.get("revision", "")),
        outcome,
        request.POST.get("reason", ""),
        request.user,
    )


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0


def _next(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    row = next((each for each in _rows(request, plan) if not each.own), None)
    if row is None:
        return redirect("portal:review")
    return redirect("portal:review-report", row.kind, row.duty, row.report.number)


@require_POST
@people_of_the_zone
@with_plan
def accept(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Accept the reports chosen, each for itself, and say for each what came of it."""
    _require(request)
    works = []
    for key in request.POST.getlist("report")[:_MOST_AT_ONCE]:
        place, _slash, rest = key.partition("/")
        number, _slash, revision = rest.partition("/")
        works.append(
            ReviewReport(
                zone_key(),
                place,
                _count(number),
                _count(revision),
                ReviewOutcome.ACCEPTED,
                request.POST.get("reason", ""),
                request.user,
            )
        )
    titles = {duty.place: duty.title.in_language(language()) for duty in plan.duties}
    outcomes: list[tuple[Reviewed, str]] = [
        (each, titles.get(each.work.place, each.work.place)) for each in review_each(works)
    ]
    done = sum(each.done for each, _title in outcomes)
    return render(request, "portal/review/accepted.html", {"outcomes": outcomes, "done": done})
