"""The leader's board: lights with reasons, what to decide today, what is late; and the same for the wall."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from ecociv.casework.queries import inbox, inbox_known
from ecociv.indicators.lights import Light
from ecociv.people.doors import people_of_the_zone
from ecociv.plan.package import ZonePackage
from ecociv.portal.duties import duty_statuses
from ecociv.portal.known import read_known
from ecociv.portal.lights import counted, shown_as
from ecociv.portal.standings import standings
from ecociv.portal.views.common import with_plan
from ecociv.portal.views.ladder import proposal_rows
from ecociv.portal.zone import zone_key
from ecociv.supervision.ladder.queries import COLOURS, open_orders
from ecociv.supervision.parts import name_of
from ecociv.supervision.queries import counts_by_body, status_changes
from ecociv.supervision.states import DutyState

RED = (Light.WORSENING, Light.OFF_TRACK)
WEEK = dt.timedelta(days=7)
LATE = (DutyState.OVERDUE, DutyState.DELAYED, DutyState.STOPPED)


def _context(request: HttpRequest, plan: ZonePackage) -> dict[str, Any]:
    known = read_known(request, plan)
    plan, day = known.plan, known.day
    now = standings(plan, day, known.moment)
    categories = []
    for category in plan.zone.categories:
        keys = [key for each in plan.indicators if each.category == category.key for key in each.series_keys]
        lights = counted(now[key].light for key in keys)
        categories.append((category, lights, sum(each.count for each in lights)))
    red = [
        (indicator, series, now[series.key])
        for indicator in plan.indicators
        for series in indicator.series
        if now[series.key].light in RED
    ]
    red.sort(key=lambda row: (shown_as(row[2].light).rank, row[0].number))
    duties = duty_statuses(plan, day, known.today, known.moment)
    before = duty_statuses(plan, day - WEEK, known.today, known.moment)
    lights_before = standings(plan, day - WEEK, known.moment)
    by_body = counts_by_body(plan, duties, day)
    worst = sorted(
        (
            (name_of(key, plan), key, sum(c.get(s, 0) for s in LATE), sum(c.values()))
            for key, c in by_body.items()
        ),
        key=lambda row: (-row[2], -row[3]),
    )
    moment, today = known.moment, known.today
    rows = proposal_rows(request, plan, moment)
    waiting = [row for row in rows if row.state == "open"]
    mine = inbox_known(request.user, zone_key(), moment) if moment else inbox(request.user, zone_key(), today)
    numbers = {key: each.number for each in plan.indicators for key in each.series_keys}
    orders = open_orders(request.user, zone_key(), as_of=moment)
    return {
        "known": known,
        "as_of": known.as_of,
        "day": day,
        "plan": plan,
        "counts": counted(each.light for each in now.values()),
        "series_count": plan.series_count,
        "categories": categories,
        "red": red[:8],
        "red_count": len(red),
        "waiting": waiting[: 3 if len(mine) > 3 else 7],
        "waiting_count": len(waiting),
        "today": today,
        "approvals": mine[:6],
        "approvals_count": len(mine),
        "colours": [(colour, [case for case in orders if case.state == colour]) for colour in COLOURS],
        "late_orders": [case for case in orders if case.due is not None and case.due < today][:8],
        "worst": [row for row in worst if row[2]][:6],
        "changed_lights": [
            (numbers[key], now[key], lights_before[key])
            for key in now
            if now[key].light is not lights_before[key].light
        ][:6],
        "changed_duties": [
            (
                change,
                plan.task(int(change.place[5:]))
                if change.place.startswith("task:")
                else plan.project(int(change.place[8:])),
            )
            for change in status_changes(before, duties)
        ][:6],
    }


@require_safe
@people_of_the_zone
@with_plan
def board(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """One screen for a leader."""
    return render(request, "portal/ladder/board.html", _context(request, plan))


@require_safe
@people_of_the_zone
@with_plan
def wall(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The board for a large screen: dark, in large type, drawn anew by the browser every five minutes."""
    response = render(request, "portal/ladder/wall.html", _context(request, plan))
    response["Refresh"] = "300"
    return response
