"""Who sees what of quality control: everybody how complete the readings are; findings only who oversees or supplies."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Any

from ecociv.evidence.quality.queries import Standing
from ecociv.people.permissions import allowed
from ecociv.people.policy import Action
from ecociv.plan.package import ZonePackage
from ecociv.supervision.suppliers import suppliers


def sees_all(user: Any, plan: ZonePackage) -> bool:
    """Whether the user reads every finding of the zone."""
    return allowed(user, Action.READ_HISTORY, zone=plan.zone.key)


def visible(user: Any, plan: ZonePackage, standing: Iterable[Standing], day: dt.date) -> list[Standing]:
    """The findings that the user may see."""
    if sees_all(user, plan):
        return list(standing)
    if not getattr(user, "organisation", ""):
        return []
    known: dict[int, bool] = {}
    kept = []
    for each in standing:
        series = each.finding.series
        if series.pk not in known:
            lead = suppliers(plan, series, day)
            known[series.pk] = allowed(user, Action.READ_HISTORY, zone=plan.zone.key, lead=lead)
        if known[series.pk]:
            kept.append(each)
    return kept


__all__ = ["sees_all", "suppliers", "visible"]
