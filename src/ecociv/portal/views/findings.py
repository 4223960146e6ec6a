"""Plan check: what a strict colleague would say of the plan."""

from __future__ import annotations

from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.plan.check import RULES, Finding, Rule, Severity, rule_of
from ecociv.plan.package import ZonePackage
from ecociv.portal.checks import Place, findings_of, place_of
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language

SEVERITY_ICONS = {Severity.ERROR: "alert-octagon", Severity.WARNING: "alert-triangle", Severity.NOTE: "info-circle"}


@dataclass(frozen=True, slots=True)
class FindingRow:
    """One finding; ``anchor`` is its address on the page, by its place in the whole list."""

    anchor: str
    finding: Finding
    rule: Rule
    places: tuple[Place, ...]
    order: int

    @property
    def icon(self) -> str:
        """The sign of its severity."""
        return SEVERITY_ICONS[self.finding.severity]


def _columns() -> list[Column[FindingRow]]:
    return [
        Column(
            "severity",
            gettext_lazy("Severity"),
            lambda row: row.finding.severity.label.in_language(language()),
            sort_by=lambda row: (row.finding.severity.rank, row.order),
        ),
        Column(
            "finding",
            gettext_lazy("Finding"),
            lambda row: row.finding.message.in_language(language()),
        ),
        Column("rule", gettext_lazy("Rule"), lambda r: r.rule.title.in_language(language()), export_only=True),
        Column("code", gettext_lazy("Code"), lambda r: r.finding.code, sort_by=lambda r: (r.finding.code, r.order)),
        Column(
            "places",
            gettext_lazy("Places in the plan"),
            lambda row: "; ".join(place.label for place in row.places),
            sort_by=lambda row: (-len(row.places), row.order),
        ),
    ]


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """All findings, filtered by severity, rule and words."""
    rows = [
        FindingRow(f"f{order}", finding, rule_of(finding), tuple(place_of(plan, p) for p in finding.places), order)
        for order, finding in enumerate(findings_of(plan), start=1)
    ]
    tongue = language()
    used = {row.finding.code for row in rows}
    filters = Filters(
        request.GET,
        [
            Filter("severity", _("Severity"), [Choice(s.value, s.label.in_language(tongue)) for s in Severity], _("All")),
            Filter(
                "code",
                _("Rule"),
                [Choice(code, rule.title.in_language(tongue)) for code, rule in RULES.items() if code in used],
                _("All rules"),
            ),
        ],
    )
    kept = [row for row in rows if _keep(row, filters)]
    table = Table(_columns(), kept, request.GET, default_sort="severity", page_size=100)
    if download := export(request, table, _("Plan check")):
        return download
    counts = [(s, sum(row.finding.severity is s for row in rows), SEVERITY_ICONS[s]) for s in Severity]
    context = {"table": table, "filters": filters, "counts": counts, "total": len(rows), "rules": RULES}
    return render(request, "portal/findings.html", context)


def _keep(row: FindingRow, filters: Filters) -> bool:
    if filters["severity"] and row.finding.severity.value != filters["severity"]:
        return False
    if filters["code"] and row.finding.code != filters["code"]:
        return False
    places = [place.label for place in row.places]
    texts = (row.finding.message.zh, row.finding.message.en, row.rule.title.zh, row.rule.title.en, row.finding.code)
    return matches(filters.text, *texts, *places)
