"""Data quality: how complete the readings are, what the rules and tests found, and what people decided."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from ecociv.core.quantities import label_of
from ecociv.core.text import Text
from ecociv.evidence.actions.append import ReasonRequired
from ecociv.evidence.disclosure import readable_series
from ecociv.evidence.mapping import available_mappings
from ecociv.evidence.models import FindingDecision, QualityFinding, QualityRun, Series
from ecociv.evidence.quality.decide import DecideFinding, DecisionRefused, LiftMarks
from ecociv.evidence.quality.declaration import QualityRules, load_rules
from ecociv.evidence.quality.names import NAMES, name_of_rule
from ecociv.evidence.quality.queries import (
    Completeness,
    Standing,
    completeness,
    decisions_on,
    standing_findings,
    windows_of,
)
from ecociv.evidence.staged import AppendRefused
from ecociv.people.doors import of_the_zone
from ecociv.people.permissions import allowed
from ecociv.people.policy import Action
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import LOCAL, AsOf, read_as_of
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.quality_access import sees_all, suppliers, visible
from ecociv.portal.quality_charts import charts_of
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language

ICONS = {"error": "alert-octagon", "warning": "alert-triangle", "note": "info-circle"}
STATES = {
    "open": gettext_lazy("Open"),
    "confirm": gettext_lazy("Confirmed"),
    "explain": gettext_lazy("Explained"),
    "dismiss": gettext_lazy("Dismissed"),
    "gone": gettext_lazy("No longer found"),
}
FIRST_YEAR = 2012


@dataclass(frozen=True, slots=True)
class Row:
    """Completeness of one series as the board shows it; ``months`` has a share and a level for each month."""

    of: Completeness
    months: tuple[tuple[str, float | None, str], ...]
    reasons: tuple[tuple[Text, int], ...]

    @property
    def place(self) -> str:
        """Name of the place."""
        return self.of.series.place.name.in_language(language())

    @property
    def observed(self) -> str:
        """Name of the property."""
        return self.of.series.property.name.in_language(language())


def _row(one: Completeness) -> Row:
    months = []
    for month in one.expected:
        share = one.of_month(month)
        level = "none" if not share else "good" if share >= 0.9 else "fair" if share >= 0.75 else "poor"
        months.append((month, None if share is None else 100 * share, level))
    reasons = tuple((name_of_rule(code), count) for code, count in one.reasons.most_common())
    return Row(one, tuple(months), reasons)


def _percent(share: float | None) -> str | None:
    return None if share is None else f"{100 * share:.1f}"


def _board_columns(months: list[str]) -> list[Column[Row]]:
    return [
        Column("place", gettext_lazy("Place"), lambda r: r.place, sort_by=lambda r: (r.of.series.place.key, r.observed)),
        Column("property", gettext_lazy("Property"), lambda r: r.observed, sort_by=lambda r: r.observed),
        Column("share", gettext_lazy("Usable %"), lambda r: _percent(r.of.share), sort_by=lambda r: r.of.share, numeric=True),
        *(
            Column(month, month, lambda r, at=at: _percent(r.of.of_month(list(r.of.expected)[at])), export_only=True)  # type: ignore[misc]
            for at, month in enumerate(months)
        ),
        Column("months", gettext_lazy("Month by month"), lambda r: "", page_only=True),
        Column(
            "suspect",
            gettext_lazy("In doubt %"),
            lambda r: _percent(r.of.share_suspect),
            sort_by=lambda r: r.of.share_suspect,
            numeric=True,
        ),
        Column(
            "reasons",
            gettext_lazy("Reasons"),
            lambda r: "; ".join(f"{name.in_language(language())} {count}" for name, count in r.reasons),
        ),
    ]  # fmt: skip


@require_safe
@with_plan
def board(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Completeness by month and marks by reason for everybody; counts of findings for those who may see them."""
    zone, as_of = plan.zone.key, read_as_of(request)
    declared = load_rules(zone)
    networks = [key for key in declared.keys if Series.objects.filter(network=key).exists()]
    titles = {mapping.network: mapping.title.in_language(language()) for mapping in available_mappings(zone)}
    last = _last_year(zone)
    years = [str(year) for year in range(max(last, timezone.localdate().year), FIRST_YEAR - 1, -1)]
    filters = Filters(
        request.GET,
        [
            Filter("network", _("Network"), [Choice(key, titles.get(key, key)) for key in networks], _("First network")),
            Filter("year", _("Year"), [Choice(year, year) for year in years], str(last)),
        ],
    )  # fmt: skip
    chosen = filters["network"] or (networks[0] if networks else "")
    year = int(filters["year"] or last)
    rows = _completeness_rows(readable_series(request.user), declared, chosen, year, as_of) if chosen else []
    kept = [
        row for row in rows
        if matches(filters.text, row.of.series.place.name_zh, row.of.series.place.name_en, row.of.series.property.name_zh, row.of.series.property.name_en, row.of.series.property.key)
    ]  # fmt: skip
    months = list(rows[0].of.expected) if rows else []
    table = Table(_board_columns(months), kept, request.GET, default_sort="place", page_size=60)
    if download := export(request, table, _("Completeness of readings")):
        return download
    seen = visible(request.user, plan, standing_findings(zone, as_of=as_of.moment), as_of.now.date())
    here = [each for each in seen if each.state == "open"]
    counts = Counter(each.finding.severity for each in here)
    context = {
        "table": table,
        "filters": filters,
        "as_of": as_of,
        "network": titles.get(chosen, chosen),
        "year": year,
        "total": len(rows),
        "sees_findings": sees_all(request.user, plan) or bool(seen),
        "counts": [(s, counts[s.value], ICONS[s.value]) for s in QualityFinding.Severity],
        "worst": _by_station(each for each in here if each.finding.severity != "note")[:8],
        "run": _newest_run(zone, as_of),
    }
    return render(request, "portal/quality/board.html", context)


def _completeness_rows(
    visible: QuerySet[Series], declared: QualityRules, network: str, year: int, as_of: AsOf
) -> list[Row]:
    rules = declared.of(network, dt.date(year, 1, 1))
    if rules is None:
        return []
    start, end = dt.datetime(year, 1, 1, tzinfo=LOCAL), dt.datetime(year + 1, 1, 1, tzinfo=LOCAL)
    until = min(end, as_of.now.astimezone(LOCAL).replace(hour=0, minute=0, second=0, microsecond=0))
    if until <= start:
        return []
    series = list(
        visible.filter(network=network, property__key__in=list(rules.properties)).select_related(
            "place", "property"
        )
    )
    found = completeness(series, start, until, rules.every_hours, as_of=as_of.moment)
    return [_row(one) for one in found if one.usable or one.suspect]


def _last_year(zone: str) -> int:
    """Year of the last day that quality control looked at, else this year."""
    newest = QualityRun.objects.filter(zone=zone).order_by("-ends_at").first()
    if newest is None:
        return timezone.localdate().year
    return (newest.ends_at - dt.timedelta(seconds=1)).astimezone(LOCAL).year


def _newest_run(zone: str, as_of: AsOf) -> QualityRun | None:
    return QualityRun.objects.filter(zone=zone, recorded_at__lte=as_of.now).order_by("-recorded_at").first()


@dataclass(frozen=True, slots=True)
class Shown:
    """A finding as a row of the list."""

    standing: Standing
    rule: Text
    state: Any
    icon: str

    @property
    def finding(self) -> QualityFinding:
        """The finding."""
        return self.standing.finding


def _shown(standing: Standing) -> Shown:
    finding = standing.finding
    return Shown(standing, name_of_rule(finding.rule), STATES[standing.state], ICONS[finding.severity])


def _by_station(standing: Iterable[Standing]) -> list[tuple[Shown, int]]:
    """The first finding of each rule at each station, and how many there are of it."""
    groups: dict[tuple[str, str, bool], list[Standing]] = {}
    for each in standing:
        series = each.finding.series
        groups.setdefault((each.finding.rule, series.place.key, series.sample), []).append(each)
    return [(_shown(members[0]), len(members)) for members in groups.values()]


def _span(finding: QualityFinding) -> str:
    first, last = finding.starts_at.astimezone(LOCAL), finding.ends_at.astimezone(LOCAL)
    if last - first <= dt.timedelta(days=1) and first.hour:
        return f"{first:%Y-%m-%d %H:%M} – {last:%H:%M}"
    return f"{first:%Y-%m-%d} – {last - dt.timedelta(seconds=1):%Y-%m-%d}"


def _finding_columns() -> list[Column[Shown]]:
    return [
        Column("severity", gettext_lazy("Severity"), lambda r: r.finding.get_severity_display(), sort_by=lambda r: r.standing.rank),
        Column("place", gettext_lazy("Place"), lambda r: r.finding.series.place.name.in_language(language()), sort_by=lambda r: r.finding.series.key),
        Column("property", gettext_lazy("Property"), lambda r: r.finding.series.property.name.in_language(language()), export_only=True),
        Column("finding", gettext_lazy("Finding"), lambda r: r.finding.sentence.in_language(language())),
        Column("rule", gettext_lazy("Rule"), lambda r: r.rule.in_language(language()), sort_by=lambda r: r.finding.rule),
        Column("period", gettext_lazy("Period"), lambda r: _span(r.finding), sort_by=lambda r: r.finding.starts_at),
        Column("score", gettext_lazy("Score"), lambda r: None if r.finding.score is None else round(r.finding.score, 3), sort_by=lambda r: r.finding.score, numeric=True),
        Column("state", gettext_lazy("State"), lambda r: str(r.state), sort_by=lambda r: r.standing.state),
        Column("sample", gettext_lazy("Sample data"), lambda r: _("yes") if r.finding.sample else _("no"), export_only=True),
    ]  # fmt: skip


def _supplies(user: Any) -> bool:
    """Whether the reader acts for a body that could supply readings; an enterprise is shown what is its own, if any."""
    return of_the_zone(user) and bool(user.organisation)


@require_safe
@with_plan
def findings(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The findings that the reader may see, the open and serious first."""
    as_of = read_as_of(request)
    seen = visible(request.user, plan, standing_findings(plan.zone.key, as_of=as_of.moment), as_of.now.date())
    if not seen and not sees_all(request.user, plan) and not _supplies(request.user):
        raise PermissionDenied(
            _("Findings about single stations are open to those who oversee the zone and to who supplies the readings. How complete the readings are is public.")
        )  # fmt: skip
    rows = [_shown(each) for each in seen]
    used = {row.finding.rule for row in rows}
    tongue = language()
    places = {row.finding.series.place.key: row.finding.series.place.name.in_language(tongue) for row in rows}
    filters = Filters(
        request.GET,
        [
            Filter("state", _("State"), [Choice(key, label) for key, label in STATES.items()], _("All")),
            Filter("severity", _("Severity"), [Choice(value, label) for value, label in QualityFinding.Severity.choices], _("All")),
            Filter("rule", _("Rule"), [Choice(key, name.in_language(tongue)) for key, name in NAMES.items() if key in used], _("All rules")),
            Filter("place", _("Place"), [Choice(key, name) for key, name in sorted(places.items())], _("All places")),
        ],
    )  # fmt: skip
    kept = [row for row in rows if _keep(row, filters)]
    table = Table(_finding_columns(), kept, request.GET, default_sort="severity", page_size=50)
    if download := export(request, table, _("Findings of quality control")):
        return download
    shown = [(row, _span(row.finding)) for row in table.page_rows]
    context = {"table": table, "rows": shown, "filters": filters, "as_of": as_of, "total": len(rows)}
    return render(request, "portal/quality/findings.html", context)


def _keep(row: Shown, filters: Filters) -> bool:
    finding = row.finding
    chosen = {
        "state": row.standing.state,
        "severity": finding.severity,
        "rule": finding.rule,
        "place": finding.series.place.key,
    }
    if any(filters[name] and filters[name] != value for name, value in chosen.items()):
        return False
    place, observed = finding.series.place, finding.series.property
    return matches(
        filters.text, finding.sentence_zh, finding.sentence_en, place.name_zh, place.name_en, observed.name_zh, observed.name_en, row.rule.zh, row.rule.en
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, number: int) -> HttpResponse:
    """One finding with all that is needed to judge it, and the form to decide."""
    zone, as_of = plan.zone.key, read_as_of(request)
    finding = (
        QualityFinding.objects.filter(pk=number, run__zone=zone)
        .select_related("series__place", "series__property", "series__sensor", "run")
        .first()
    )
    if finding is None or (as_of.moment is not None and finding.recorded_at > as_of.moment):
        raise Http404(_("There is no such finding, or it was not known yet."))
    lead = suppliers(plan, finding.series, as_of.now.date())
    if not visible(request.user, plan, [Standing(finding, None)], as_of.now.date()):
        raise PermissionDenied(
            _(
                "Findings about single stations are open to those who oversee the zone and to who supplies the readings."
            )
        )
    refused = ""
    if request.method == "POST":
        refused = _decide(request, zone, finding, lead)
        if not refused:
            return redirect(reverse("portal:quality-finding", args=[number]))
    decided = decisions_on(finding, as_of=as_of.moment)
    newest = (
        QualityFinding.objects.filter(identity=finding.identity, recorded_at__lte=as_of.now).order_by("-recorded_at", "-pk").first()
        or finding
    )  # fmt: skip
    closes = allowed(request.user, Action.RECORD_EVIDENCE, zone=zone)
    explains = closes or allowed(request.user, Action.RECORD_EVIDENCE, zone=zone, lead=lead)
    context = {
        "finding": finding,
        "newest": newest,
        "rule": name_of_rule(finding.rule),
        "span": _span(finding),
        "icon_name": ICONS[finding.severity],
        "state": STATES["gone" if newest.gone else decided[0].decision if decided else "open"],
        "decided": decided,
        "charts": charts_of(zone, finding, as_of.moment),
        "unit_label": label_of(finding.series.unit).in_language(language()),
        "bodies": sorted(
            plan.organisation(key).shown(language()) if plan.has_organisation(key) else key for key in lead
        ),
        "as_of": as_of,
        "choices": [c for c in FindingDecision.Decision.choices if closes or c[0] == "explain"]
        if explains
        else [],
        "can_lift": closes and finding.marked > 0 and not newest.gone,
        "refused": refused,
        "typed": request.POST.get("reason", "") if refused else "",
        "figures": _figures(finding),
        "windows": windows_of(zone, finding.series, finding.starts_at, finding.ends_at, as_of=as_of.moment),
    }
    return render(request, "portal/quality/finding.html", context, status=422 if refused else 200)


def _decide(request: HttpRequest, zone: str, finding: QualityFinding, lead: frozenset[str]) -> str:
    """Record the decision of the form; returns why not, or nothing."""
    decision, reason = request.POST.get("decision", ""), request.POST.get("reason", "")[:2000]
    if decision not in FindingDecision.Decision.values:
        return _("Choose what you decide.")
    if not reason.strip():
        return _("Give the reason: whoever looks at the finding later must be able to follow it.")
    try:
        DecideFinding(finding.pk, decision, reason, request.user, zone, lead).execute()
        if request.POST.get("lift") and decision != FindingDecision.Decision.CONFIRM:
            count = LiftMarks(
                finding.series.key,
                finding.rule,
                finding.starts_at,
                finding.ends_at,
                request.user,
                reason,
                zone,
            ).execute()
            messages.success(
                request, _("%(count)s values are good again; later runs leave them alone.") % {"count": count}
            )
    except DecisionRefused:
        return _("There is no mark of this rule left to take back; the decision itself is on record.")
    except (AppendRefused, ReasonRequired) as refusal:
        return str(refusal)
    messages.success(request, _("The decision is on record."))
    return ""


def _figures(finding: QualityFinding) -> list[tuple[str, str]]:
    """The plain numbers of the evidence, for the reader who wants them all."""
    return [
        (name.replace("_", " "), f"{value:.6g}" if isinstance(value, float) else str(value))
        for name, value in finding.evidence.items()
        if isinstance(value, int | float | str) and name not in ("kind", "label")
    ]
