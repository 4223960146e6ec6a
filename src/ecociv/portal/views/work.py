"""My work: what somebody owes, by when, in what order and why."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ecociv.people.doors import people_of_the_zone
from ecociv.plan.package import ZonePackage
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.known import read_known
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.work import Span, WorkRow, by_span, work_of
from ecociv.portal.zone import language
from ecociv.supervision.draft_actions import drafts_of
from ecociv.supervision.parts import name_of
from ecociv.supervision.self_reports.queries import self_report_drafts

PAGE = 60


@require_safe
@people_of_the_zone
@with_plan
def mine(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Everything that waits for the reader, or waited on an earlier day, grouped by when it has to be done."""
    known = read_known(request, plan)
    plan, today, moment = known.plan, known.today, known.moment
    day = known.day if moment is None else min(known.day, today)
    everything = work_of(request.user, plan.zone.key, day, as_of=moment)
    if moment is not None:
        everything = [_as_then(row, known.as_of.suffix) for row in everything]
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
        "drafts": drafts_of(request.user, plan) if moment is None else [],
        "self_drafts": [
            (each, each.subject.partition(":")[2])
            for each in (self_report_drafts(request.user, plan.zone.key) if moment is None else [])
        ],
        "known": known,
        "as_of": known.as_of,
    }
    return render(request, "portal/work/mine.html", context)


def _as_then(row: WorkRow, suffix: str) -> WorkRow:
    """A row of an earlier day: nothing is done there, and only pages that know that day are led to."""
    looks = row.kind in ("case", "proposal")
    return replace(row, url=f"{row.url}{suffix}" if looks else "", action=_("Look at it") if looks else "")


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
        Column("address", _("Address"), lambda r: request.build_absolute_uri(r.url) if r.url else ""),
        Column("sample", _("Sample data"), lambda r: _("yes") if r.sample else ""),
    ]
