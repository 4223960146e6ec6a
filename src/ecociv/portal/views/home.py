"""Overview: where the zone stands, what changed, what is due."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ecociv.evidence.models import ImportRun
from ecociv.indicators.lights import Light
from ecociv.indicators.queries import Change, home_of, what_changed
from ecociv.plan.check import Severity
from ecociv.plan.package import Indicator, Series, ZonePackage
from ecociv.plan.queries import changes_since
from ecociv.portal.checks import findings_of
from ecociv.portal.days import chosen_day, default_day, last_evidence_day
from ecociv.portal.duties import duty_statuses
from ecociv.portal.lights import counted, shown_as
from ecociv.portal.standings import standings
from ecociv.portal.views.common import with_plan
from ecociv.portal.zone import zone_key
from ecociv.supervision.queries import changes_since as reported_since
from ecociv.supervision.queries import counts, due_within

AHEAD = dt.timedelta(days=365)
BACK = dt.timedelta(days=90)
ATTENTION = (Light.WORSENING, Light.OFF_TRACK, Light.AT_RISK)


@require_safe
@with_plan
def home(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The overview, as seen on the reader's day."""
    day = chosen_day(request, plan)
    now = standings(plan, day)
    categories = []
    for category in plan.zone.categories:
        members = [each for each in plan.indicators if each.category == category.key]
        lights = counted(now[key].light for each in members for key in each.series_keys)
        categories.append((category, len(members), lights, sum(each.count for each in lights)))
    attention = [
        (indicator, series, now[series.key])
        for indicator in plan.indicators
        for series in indicator.series
        if now[series.key].light in ATTENTION
    ]
    attention.sort(key=lambda row: (shown_as(row[2].light).rank, row[0].number))
    findings = findings_of(plan)
    known = duty_statuses(plan, day, timezone.localdate())
    due = due_within(zone_key(), day, AHEAD.days, package=plan, known=known)
    context = {
        "day": day,
        "today": timezone.localdate(),
        "default_day": default_day(plan, timezone.localdate(), last_evidence_day(plan)),
        "categories": categories,
        "counts": counted(standing.light for standing in now.values()),
        "series_count": plan.series_count,
        "attention": attention[:12],
        "due": due[:10],
        "due_count": len(due),
        "ahead": day + AHEAD,
        "task_states": counts(known[task.place] for task in plan.tasks),
        "project_states": counts(known[project.place] for project in plan.projects),
        "reports": reported_since(zone_key(), timezone.now() - BACK)[:6],
        "errors": sum(finding.severity is Severity.ERROR for finding in findings),
        "findings": len(findings),
        "changes": changes_since(zone_key(), timezone.now() - BACK)[:8],
        "values": _changed_values(plan),
        "runs": ImportRun.objects.filter(zone=zone_key(), state=ImportRun.State.FINISHED)
        .exclude(values_new=0, values_revised=0)
        .select_related("document")[:6],
        "plan": plan,
    }
    return render(request, "portal/home.html", context)


def _changed_values(plan: ZonePackage) -> list[tuple[Indicator, Series, Change]]:
    """The zone's figures of the last three months that are other than before; a first computation is no change."""
    zone = plan.zone.key
    changes = what_changed(zone, timezone.now() - BACK, place=home_of(zone))
    return [(*plan.series(each.series), each) for each in changes if each.before is not None][:6]
