"""What a gathering looks at: the zone's plan, the year assessed, the day judged, and the moment of knowledge."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.utils import timezone

from ecociv.indicators.compute import plan_of
from ecociv.plan.package import ZonePackage


@dataclass(frozen=True, slots=True)
class Moment:
    """The year's last day (or today, in a year that runs), judged by what was on record at ``known_at``."""

    zone: str
    year: int
    known_at: dt.datetime
    day: dt.date
    package: ZonePackage

    @property
    def known_on(self) -> dt.date:
        """The day of knowledge, by the clock of China."""
        return timezone.localdate(self.known_at)

    @property
    def first_day(self) -> dt.date:
        """New Year of the year assessed."""
        return dt.date(self.year, 1, 1)


def moment_of(zone: str, year: int, as_of: dt.datetime | None = None) -> Moment:
    """The moment of an assessment.

    Parameters
    ----------
    as_of
        Only what was on record by then; now, when not given.

    Raises
    ------
    ZoneNotLoaded
        When no plan was on record.
    """
    known_at = as_of or timezone.now()
    day = min(dt.date(year, 12, 31), timezone.localdate(known_at))
    return Moment(zone, year, known_at, day, plan_of(zone, as_of))
