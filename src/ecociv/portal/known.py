"""What a page of figures looks at: the plan, the day on which it stands, and the moment up to which it knows things.

The two differ. ``?on=`` is a day in the calendar of the plan: which years had ended, which milestone comes next, what is
due. ``?as_of=`` is a moment in the record: what had been reported and corrected by then.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from django.http import HttpRequest
from django.utils import timezone

from ecociv.indicators.compute import plan_of
from ecociv.indicators.models import IndicatorValue
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import AsOf, read_as_of
from ecociv.portal.days import chosen_day


@dataclass(frozen=True, slots=True)
class Known:
    """Plan, day and moment of a page."""

    as_of: AsOf
    plan: ZonePackage
    day: dt.date

    @property
    def moment(self) -> dt.datetime | None:
        """The moment, or none for now."""
        return self.as_of.moment

    @property
    def today(self) -> dt.date:
        """The day of the moment by the clock of China."""
        return timezone.localdate(self.as_of.now)

    @property
    def ahead(self) -> bool:
        """Whether the page stands on a later day than it knows of: what came in between looks missing."""
        return self.moment is not None and self.day > self.today

    @property
    def first_record(self) -> dt.datetime | None:
        """When the first figure was recorded, where that was after the moment; else none."""
        if self.moment is None:
            return None
        values = IndicatorValue.objects.filter(zone=self.plan.zone.key)
        first = values.order_by("computed_at").values_list("computed_at", flat=True).first()
        return first if first is not None and first > self.moment else None


def read_year(text: str) -> int | None:
    """A year of four digits; none for anything else.

    >>> read_year("2016"), read_year(""), read_year("²016"), read_year("9" * 5000)
    (2016, None, None, None)
    """
    return int(text) if len(text) == 4 and text.isascii() and text.isdecimal() else None


def read_known(request: HttpRequest, plan: ZonePackage) -> Known:
    """Plan, day and moment that an address asks for."""
    as_of = read_as_of(request)
    then = plan if as_of.moment is None else plan_of(plan.zone.key, as_of.moment)
    return Known(as_of, then, chosen_day(request, then, as_of.moment))
