"""Where each series of the plan stands: its values, its light and its arithmetic, as the pages show them.

The one place in the portal that asks the indicators room.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ecociv.core.trace import Trace
from ecociv.core.verdicts import Reason
from ecociv.indicators.lights import Light
from ecociv.plan.package import ZonePackage

Value = Decimal | Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Standing:
    """One series on a day.

    ``value`` is the latest figure known for a year that had ended by that day; ``actuals`` holds every figure by year.
    """

    light: Light
    year: int | None = None
    value: Value | None = None
    reasons: tuple[Reason, ...] = ()
    trace: Trace | None = None
    sample: bool = False
    actuals: Mapping[int, Value] = field(default_factory=dict)


def standings(package: ZonePackage, day: dt.date) -> dict[str, Standing]:
    """Every series with its standing on a day."""
    return {series.key: Standing(Light.NO_DATA) for indicator in package.indicators for series in indicator.series}


def last_year(package: ZonePackage) -> int | None:
    """The last year for which any series has a figure."""
    return None
