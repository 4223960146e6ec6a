"""My work: what somebody owes, by when, in what order and why."""

from __future__ import annotations

import datetime as dt

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ecociv.plan.package import ZonePackage
from ecociv.portal.days import chosen_day
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.work import Span, WorkRow, by_span, work_of
from ecociv.portal.zone import language
from ecociv.supervision.draft_actions import drafts_of
from ecociv.supervision.parts import name_of
from ecociv.supervision.self_reports.queries import self_report_drafts

PAGE = 60


@require_safe
@login_required
@with_plan
def mine(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Everything that waits for the reader, grouped by when it has to be done."""
    day, today = chosen_day(request, plan), timezone.localdate()
    everything = work_of(request.user, plan.zone.key, day)
    counts = dict.fromkeys(Span, 0)
    for row in everything:
        counts[row.span(day)] += 1
    kinds = {row.kind: row.kind_label for row in everything}
    filters = Filters(
        request.GET,
        [
            Filter(
                "span",
                _("When"),
                [Choice(span.value, span.label) for span in Span if counts[span]],
                _("Whenever"),
            ),
            Filter("kind", _("Kind"), [Choice(key, label) for key, label in kinds.items()], _("All kinds")),
        ],
    )
    kept = [
        row
        for row in everything
        if (not filters["span"] or row.span(day) == filters["span"])
        and (not filters["kind"] or row.kind == filters["kind"])
        and matches(filters.text, row.title, row.reason, row.kind_label)
    ]
    table = Table(_columns(request, day), kept, request.GET, page_size=PAGE)
    if download := export(request, table, _("My work")):
        return download
    own = getattr(request.user, "organisation", "")
    context = {
        "table": table,
        "groups": by_span(table.page_rows, day),
        "counts": [(span, counts[span]) for span in Span if span is not Span.UNDATED or counts[span]],
        "filters": filters,
        "total": len(everything),
        "day": day,
        "today": today,
        "body": name_of(own, plan).in_language(language()) if own else "",
        "drafts": drafts_of(request.user, plan),
        "self_drafts": [
            (each, each.subject.partition(":")[2]) for each in self_report_drafts(request.user, plan.zone.key)
        ],
    }
    return render(request, "portal/work/mine.html", context)


def _columns(request: HttpRequest, day: dt.date) -> list[Column[WorkRow]]:
    """Columns of the file; the page itself shows rows as cards."""
    return [
        Column("when", _("When"), lambda r: r.span(day).label),
        Column("due", _("Due"), lambda r: r.due.isoformat() if r.due else ""),
        Column("kind", _("Kind"), lambda r: r.kind_label),
        Column("title", _("Title"), lambda r: r.title),
        Column("about", _("About"), lambda r: r.subject),
        Column("state", _("State"), lambda r: r.state),
        Column("reason", _("Reason"), lambda r: r.reason),
        Column("address", _("Address"), lambda r: request.build_absolute_uri(r.url)),
        Column("sample", _("Sample data"), lambda r: _("yes") if r.sample else ""),
    ]
