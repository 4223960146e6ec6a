"""Progress of a duty as a part of any page."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import template
from django.conf import settings
from django.utils.translation import get_language

from ecociv.core.decimals import shortest
from ecociv.core.text import Text
from ecociv.plan.package import ProjectOrTask, ZonePackage
from ecociv.plan.queries import current_package
from ecociv.supervision.panel import progress_panel
from ecociv.supervision.states import DutyState, PercentBasis, ReportState

register = template.Library()

_ICONS = {
    DutyState.OVERDUE: "alert-octagon",
    DutyState.STOPPED: "circle-x",
    DutyState.DELAYED: "alert-octagon",
    DutyState.DUE_SOON: "calendar-due",
    DutyState.NO_REPORT: "circle-dashed",
    DutyState.HISTORICAL: "history",
    DutyState.UNDER_WAY: "trending-up",
    DutyState.NOT_DUE: "hourglass",
    DutyState.NO_DATE: "message-circle",
    DutyState.DONE_LATE: "circle-check",
    DutyState.DONE: "circle-check",
}


@register.inclusion_tag("supervision/_panel.html", takes_context=True)
def duty_progress(
    context: template.Context,
    duty: ProjectOrTask,
    day: dt.date | None = None,
    as_of: dt.datetime | None = None,
    plan: ZonePackage | None = None,
) -> dict[str, Any]:
    """Status, timeline and form of a duty; ``day`` is the day that the page looks at, today when not given.

    With ``as_of``, what was on record at that moment, by the ``plan`` as it stood then.
    """
    request = context["request"]
    package = plan or current_package(settings.ECOCIV_ZONE)
    panel = progress_panel(request.user, package, duty, day or None, back=request.path, as_of=as_of or None)
    return {"panel": panel, "request": request}


@register.inclusion_tag("supervision/_state.html")
def duty_state(state: DutyState, size: str = "") -> dict[str, Any]:
    """A duty's state as colour, shape and words together: colour is never the only sign."""
    return {
        "state": state,
        "icon_name": _ICONS[state],
        "label": in_reader_language(state.label),
        "size": size,
    }


@register.filter
def in_reader_language(value: Text) -> str:
    """A text in the reader's language."""
    return value.in_language(get_language() or "zh-hans")


@register.filter
def report_state(value: str) -> str:
    """What a report says, in a word."""
    return in_reader_language(ReportState(value).label)


@register.filter
def percent_basis(value: str) -> str:
    """What a percentage was counted in."""
    return in_reader_language(PercentBasis(value).label)


@register.filter
def plain_percent(value: Any) -> str:
    """A percentage without a needless decimal place.

    >>> from decimal import Decimal
    >>> plain_percent(Decimal("40.0")), plain_percent(Decimal("37.5"))
    ('40', '37.5')
    """
    return shortest(value)
