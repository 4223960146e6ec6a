"""Where each series of the plan stands, as the pages ask the indicators room."""

from __future__ import annotations

import datetime as dt

from ecociv.indicators.queries import SeriesStanding, standings_on, years_with_values
from ecociv.plan.package import ZonePackage


def standings(
    package: ZonePackage, day: dt.date, as_of: dt.datetime | None = None
) -> dict[str, SeriesStanding]:
    """Every series with its standing on a day, by what was known at ``as_of`` (now, when none)."""
    return standings_on(package.zone.key, day, as_of)


def last_year(package: ZonePackage, as_of: dt.datetime | None = None) -> int | None:
    """The last year for which any series has a figure."""
    years = years_with_values(package.zone.key, as_of)
    return years[-1] if years else None
