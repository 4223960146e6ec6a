"""Dates as plans give them: a year, a month or a day, never more exact than written."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer

_SHAPE = re.compile(r"^(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?$")


@dataclass(frozen=True, order=True)
class PlanDate:
    """A date with the precision the plan gives it.

    >>> PlanDate.read(2015).last_day
    datetime.date(2015, 12, 31)
    >>> PlanDate.read("2016-06").show("zh")
    '2016年6月'
    >>> PlanDate.read(dt.date(2016, 12, 31)).show("en")
    '2016-12-31'
    """

    year: int
    month: int | None = None
    day: int | None = None

    @classmethod
    def read(cls, value: object) -> PlanDate:
        """Read a YAML value: ``2015``, ``"2016-06"``, ``"2016-06-30"`` or a date.

        Raises
        ------
        ValueError
            When the value is none of these, or the day does not exist.
        """
        if isinstance(value, PlanDate):
            return value
        if isinstance(value, dt.date):
            return cls(value.year, value.month, value.day)
        found = _SHAPE.match(str(value).strip())
        if found is None or isinstance(value, bool):
            raise ValueError(
                f"{value!r} is not a date: write a year (2015), a month (2016-06) or a day (2016-06-30)"
            )
        year, month, day = (int(part) if part else None for part in found.groups())
        assert year is not None
        if month is not None:
            dt.date(year, month, day or 1)
        return cls(year, month, day)

    @property
    def first_day(self) -> dt.date:
        """The first day that the date may mean."""
        return dt.date(self.year, self.month or 1, self.day or 1)

    @property
    def last_day(self) -> dt.date:
        """The last day that the date may mean; a duty is due then."""
        month = self.month or 12
        return dt.date(self.year, month, self.day or calendar.monthrange(self.year, month)[1])

    def to_yaml(self) -> int | str:
        """The value as it stands in a zone package."""
        if self.month is None:
            return self.year
        return (
            f"{self.year}-{self.month:02d}"
            if self.day is None
            else f"{self.year}-{self.month:02d}-{self.day:02d}"
        )

    def show(self, language: str) -> str:
        """The date as a reader of ``language`` ("zh" or "en") expects it."""
        if not language.startswith("zh"):
            return str(self.to_yaml())
        month = f"{self.month}月" if self.month else ""
        day = f"{self.day}日" if self.day else ""
        return f"{self.year}年{month}{day}"


PlanDateField = Annotated[
    PlanDate, BeforeValidator(PlanDate.read), PlainSerializer(lambda value: value.to_yaml(), return_type=Any)
]
