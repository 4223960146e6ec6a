"""The day on which the pages look at the zone.

A plan that has ended would show nothing but closed terms "today"; then the pages look at it as it stood at the end
of its last evidence, and the reader can choose any other day.
"""

from __future__ import annotations

import datetime as dt

from django.http import HttpRequest
from django.utils import timezone

from ecociv.plan.package import ZonePackage
from ecociv.portal.standings import last_year

SESSION_KEY = "ecociv_day"
_FIRST, _LAST = dt.date(1900, 1, 1), dt.date(2999, 12, 31)


def default_day(package: ZonePackage, today: dt.date, last_evidence: dt.date | None) -> dt.date:
    """Today while the plan runs; afterwards the last day with evidence, else the last day of the plan."""
    end = dt.date(max(package.zone.milestones), 12, 31)
    if today <= end:
        return today
    return min(last_evidence or end, end)


def chosen_day(request: HttpRequest, package: ZonePackage, as_of: dt.datetime | None = None) -> dt.date:
    """The reader's day: from ``?on=YYYY-MM-DD``, which is then remembered, else the default.

    With ``as_of`` the default is that of the earlier day: what was known then is looked at from then.
    """
    asked = request.GET.get("on")
    if asked is not None:
        day = _day(asked)
        if day is None:
            request.session.pop(SESSION_KEY, None)
        else:
            request.session[SESSION_KEY] = day.isoformat()
            return day
    remembered = _day(request.session.get(SESSION_KEY, ""))
    if remembered:
        return remembered
    today = timezone.localdate(as_of) if as_of else timezone.localdate()
    return default_day(package, today, last_evidence_day(package, as_of))


def _day(text: str) -> dt.date | None:
    """The day that a text names; none where it names no day, or one so far off that no calendar arithmetic holds."""
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if _FIRST <= day <= _LAST else None


def last_evidence_day(package: ZonePackage, as_of: dt.datetime | None = None) -> dt.date | None:
    """The end of the last year for which an indicator of the zone has a value."""
    year = last_year(package, as_of)
    return dt.date(year, 12, 31) if year else None
