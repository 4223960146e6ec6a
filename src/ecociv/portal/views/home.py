"""Overview: where the zone stands, what changed, what is due."""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ecociv.evidence.models import ImportRun
from ecociv.indicators.lights import Light
from ecociv.indicators.queries import Change, home_of, what_changed
from ecociv.plan.check import Severity
from ecociv.plan.package import Indicator, Series, ZonePackage
from ecociv.plan.queries import changes_since
from ecociv.portal.checks import findings_of
from ecociv.portal.days import default_day, last_evidence_day
from ecociv.portal.duties import duty_statuses
from ecociv.portal.known import read_known
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
    """The overview, as seen on the reader's day, by what was known at the moment that the reader chose."""
    known = read_known(request, plan)
    plan, day, moment, now_is = known.plan, known.day, known.moment, known.as_of.now
    now = standings(plan, day, moment)
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
    duties = duty_statuses(plan, day, known.today, moment)
    due = due_within(zone_key(), day, AHEAD.days, package=plan, known=duties)
    context = {
        "day": day,
        "known": known,
        "as_of": known.as_of,
        "today": known.today,
        "default_day": default_day(plan, known.today, last_evidence_day(plan, moment)),
        "categories": categories,
        "counts": counted(standing.light for standing in now.values()),
        "series_count": plan.series_count,
        "attention": attention[:12],
        "due": due[:10],
        "due_count": len(due),
        "ahead": day + AHEAD,
        "task_states": counts(duties[task.place] for task in plan.tasks),
        "project_states": counts(duties[project.place] for project in plan.projects),
        "reports": reported_since(zone_key(), now_is - BACK).filter(recorded_at__lte=now_is)[:6],
        "errors": sum(finding.severity is Severity.ERROR for finding in findings),
        "findings": len(findings),
        "changes": changes_since(zone_key(), now_is - BACK).filter(recorded_at__lte=now_is)[:8],
        "values": _changed_values(plan, now_is),
        "runs": ImportRun.objects.filter(
            zone=zone_key(), state=ImportRun.State.FINISHED, started_at__lte=now_is
        )
        .exclude(values_new=0, values_revised=0)
        .select_related("document")[:6],
        "plan": plan,
    }
    return render(request, "portal/home.html", context)


def _changed_values(plan: ZonePackage, until: dt.datetime) -> list[tuple[Indicator, Series, Change]]:
    """The zone's figures of the last three months that are other than before; a first computation is no change."""
    zone = plan.zone.key
    changes = what_changed(zone, until - BACK, until, place=home_of(zone))
    return [(*plan.series(each.series), each) for each in changes if each.before is not None][:6]
