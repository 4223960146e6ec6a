"""The calendar of due days: a month with working days, holidays, and weekends worked in exchange."""

from __future__ import annotations

import calendar
import datetime as dt

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from ecociv.casework.queries import due_between
from ecociv.core.workdays import is_working_day, known_years
from ecociv.people.doors import people_of_the_zone
from ecociv.plan.package import ZonePackage
from ecociv.portal.case_rows import CaseRow, rows_of, with_parties
from ecociv.portal.views.common import with_plan
from ecociv.portal.zone import zone_key


def _month(text: str, today: dt.date) -> dt.date:
    """The first day of the month named; that of today where it names none."""
    try:
        first = dt.date.fromisoformat(f"{text[:7]}-01")
    except ValueError:
        return today.replace(day=1)
    return first if 1990 <= first.year <= 2100 else today.replace(day=1)


@require_safe
@people_of_the_zone
@with_plan
def month(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """One month, or the month of ``?month=2016-02``."""
    today = timezone.localdate()
    first = _month(request.GET.get("month", ""), today)
    weeks = calendar.Calendar(firstweekday=0).monthdatescalendar(first.year, first.month)
    cases = due_between(zone_key(), weeks[0][0], weeks[-1][-1], request.user)
    dues: dict[dt.date | None, list[CaseRow]] = {}
    for row in rows_of(with_parties(cases), today):
        dues.setdefault(row.due, []).append(row)
    grid = [
        [
            {
                "day": day,
                "inside": day.month == first.month,
                "works": is_working_day(day, assume=True),
                "exchange": is_working_day(day, assume=True) and day.weekday() >= 5,
                "holiday": not is_working_day(day, assume=True) and day.weekday() < 5,
                "today": day == today,
                "rows": dues.get(day, []),
            }
            for day in week
        ]
        for week in weeks
    ]
    context = {
        "grid": grid,
        "first": first,
        "previous": (first - dt.timedelta(days=1)).strftime("%Y-%m"),
        "following": (first + dt.timedelta(days=32)).strftime("%Y-%m"),
        "weekdays": [cell["day"] for cell in grid[0]],
        "by_notice": known_years()[0] <= first.year <= known_years()[1],
        "count": sum(len(dues.get(day, [])) for week in weeks for day in week if day.month == first.month),
    }
    return render(request, "portal/cases/calendar.html", context)
