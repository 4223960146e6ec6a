"""Import runs: what came in when, from whom, why, and what was wrong row by row."""

from __future__ import annotations

import uuid
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.evidence.models import ImportRun, RowIssue
from ecociv.people.permissions import allowed, require
from ecociv.people.policy import Action
from ecociv.portal.as_of import LOCAL
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export
from ecociv.portal.views.uploads import may_load
from ecociv.portal.zone import language, zone_key

NEWEST = 5_000
_SEVERITIES = {
    "rejected": gettext_lazy("row left out"),
    "flagged": gettext_lazy("taken, marked as suspect"),
    "repeated": gettext_lazy("repetition left out"),
}


def _source(run: ImportRun) -> str:
    return run.document.name if run.document else run.mapping


def _columns() -> list[Column[ImportRun]]:
    return [
        Column(
            "when",
            gettext_lazy("When"),
            lambda r: r.started_at.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M:%S"),
            sort_by=lambda r: r.started_at,
        ),
        Column("kind", gettext_lazy("Kind"), lambda r: r.get_kind_display(), sort_by=lambda r: r.kind),
        Column("source", gettext_lazy("File"), _source, sort_by=lambda r: _source(r) or None),
        Column("author", gettext_lazy("Who"), lambda r: r.author_name, sort_by=lambda r: r.author_name),
        Column("reason", gettext_lazy("Reason"), lambda r: r.reason),
        Column("state", gettext_lazy("State"), lambda r: r.get_state_display(), sort_by=lambda r: r.state),
        Column(
            "new", gettext_lazy("New"), lambda r: r.values_new, sort_by=lambda r: r.values_new, numeric=True
        ),
        Column(
            "revised",
            gettext_lazy("Revised"),
            lambda r: r.values_revised,
            sort_by=lambda r: r.values_revised,
            numeric=True,
        ),
        Column(
            "rejected",
            gettext_lazy("Rejected rows"),
            lambda r: r.rows_rejected,
            sort_by=lambda r: r.rows_rejected,
            numeric=True,
        ),
        Column(
            "flagged",
            gettext_lazy("Flagged"),
            lambda r: r.values_flagged,
            sort_by=lambda r: r.values_flagged,
            numeric=True,
        ),
        Column(
            "sample", gettext_lazy("Sample data"), lambda r: _("yes") if r.sample else "", export_only=True
        ),
    ]


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Runs of the zone, newest first. For people of the zone: they name their authors."""
    require(request.user, Action.READ, zone=zone_key(), public=False)
    runs = list(ImportRun.objects.filter(zone=zone_key()).select_related("document")[:NEWEST])
    kinds = dict(ImportRun._meta.get_field("kind").flatchoices)
    states = dict(ImportRun._meta.get_field("state").flatchoices)
    filters = Filters(
        request.GET,
        [
            Filter(
                "kind",
                _("Kind"),
                [Choice(k, kinds.get(k, k)) for k in sorted({r.kind for r in runs})],
                _("All kinds"),
            ),
            Filter(
                "state",
                _("State"),
                [Choice(k, states.get(k, k)) for k in sorted({r.state for r in runs})],
                _("Any state"),
            ),
            Filter(
                "data",
                _("Data"),
                [Choice("real", _("real")), Choice("sample", _("sample"))],
                _("Real and sample"),
            ),
        ],
    )
    kept = [
        run
        for run in runs
        if (not filters["kind"] or run.kind == filters["kind"])
        and (not filters["state"] or run.state == filters["state"])
        and (not filters["data"] or run.sample == (filters["data"] == "sample"))
        and matches(filters.text, _source(run), run.mapping, run.author_name, run.reason)
    ]
    table = Table(_columns(), kept, request.GET, default_sort="-when", page_size=50)
    if download := export(request, table, _("Import runs")):
        return download
    context = {
        "table": table,
        "filters": filters,
        "any_runs": bool(runs),
        "more": len(runs) == NEWEST,
        "may_load": may_load(request.user),
    }
    return render(request, "portal/runs/listing.html", context)


def _issue_columns() -> list[Column[RowIssue]]:
    tongue = language()
    return [
        Column("row", gettext_lazy("Row"), lambda i: i.row, sort_by=lambda i: (i.row, i.pk), numeric=True),
        Column("field", gettext_lazy("Field"), lambda i: i.field, sort_by=lambda i: i.field),
        Column("found", gettext_lazy("What was found"), lambda i: i.found),
        Column(
            "severity",
            gettext_lazy("What became of it"),
            lambda i: str(_SEVERITIES.get(i.severity, i.severity)),
            sort_by=lambda i: i.severity,
        ),
        Column("rule", gettext_lazy("Rule"), lambda i: i.rule.in_language(tongue), sort_by=lambda i: i.code),
        Column("remedy", gettext_lazy("What to do"), lambda i: i.remedy.in_language(tongue)),
    ]


@require_safe
def detail(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """One run with its counts and its report row by row, to read and to take as a file."""
    require(request.user, Action.READ, zone=zone_key(), public=False)
    run = get_object_or_404(ImportRun.objects.select_related("document"), pk=pk, zone=zone_key())
    issues = list(run.issues.all())
    filters = Filters(
        request.GET,
        [
            Filter(
                "severity",
                _("What became of it"),
                [Choice(k, v) for k, v in _SEVERITIES.items() if any(i.severity == k for i in issues)],
                _("All"),
            ),
            Filter(
                "code",
                _("Rule"),
                [
                    Choice(k, rule)
                    for k, rule in sorted({(i.code, i.rule.in_language(language())) for i in issues})
                ],
                _("All rules"),
            ),
        ],
    )
    kept = [
        issue
        for issue in issues
        if (not filters["severity"] or issue.severity == filters["severity"])
        and (not filters["code"] or issue.code == filters["code"])
        and matches(filters.text, issue.field, issue.found, str(issue.row))
    ]
    table = Table(_issue_columns(), kept, request.GET, default_sort="row", page_size=100)
    if download := export(request, table, _("Report of a run")):
        return download
    context: dict[str, Any] = {
        "run": run,
        "source": _source(run),
        "refusal": run.refusal.in_language(language()) if run.refusal else "",
        "table": table,
        "filters": filters,
        "any_issues": bool(issues),
        "rows": [
            (
                issue,
                issue.rule.in_language(language()),
                issue.remedy.in_language(language()),
                _SEVERITIES.get(issue.severity, issue.severity),
            )
            for issue in table.page_rows
        ],
        "unlisted": max(0, run.rows_rejected - sum(i.severity == "rejected" for i in issues)),
        "reads_history": allowed(request.user, Action.READ_HISTORY, zone=zone_key()),
    }
    return render(request, "portal/runs/detail.html", context)
