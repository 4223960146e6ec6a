"""Where each series of the plan stands, as the pages ask the indicators room."""

from __future__ import annotations

import datetime as dt

from ecociv.indicators.queries import SeriesStanding, standings_on, years_with_values
from ecociv.plan.package import ZonePackage


def standings(package: ZonePackage, day: dt.date) -> dict[str, SeriesStanding]:
    """Every series with its standing on a day, by what is known today."""
    return standings_on(package.zone.key, day)


def last_year(package: ZonePackage) -> int | None:
    """The last year for which any series has a figure."""
    years = years_with_values(package.zone.key)
    return years[-1] if years else None
