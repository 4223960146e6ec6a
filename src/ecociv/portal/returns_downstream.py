"""What a restatement moves downstream: the indicators that are derived from the cells that change.

The evidence room knows which series change (``evidence.returns.queries.moved_series``) and nothing of indicators; the
room of indicators knows which figures depend on a series. This page joins the two.
"""

from __future__ import annotations

from collections.abc import Iterable

from ecociv.indicators.graph import dependents
from ecociv.plan.package import Indicator, Series, ZonePackage


def downstream(plan: ZonePackage, series_keys: Iterable[str], year: int) -> list[tuple[Indicator, Series]]:
    """The series of the plan whose figures of a year depend on observations that change, in the order of the plan."""
    keys = list(series_keys)
    wanted = {node.series for node in dependents(plan.zone.key, keys, year)} if keys else set()
    return [
        (indicator, one) for indicator in plan.indicators for one in indicator.series if one.key in wanted
    ]
