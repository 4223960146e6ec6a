"""The period that a return is about: a year, a quarter or a month."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal
from zoneinfo import ZoneInfo

from ecociv.core.periods import Month, PeriodError, Year
from ecociv.core.text import Text

Length = Literal["year", "quarter", "month"]

_LOCAL = ZoneInfo("Asia/Shanghai")
_MONTHS: dict[Length, int] = {"year": 12, "quarter": 3, "month": 1}
_AVERAGING: dict[Length, str] = {"year": "P1Y", "quarter": "P3M", "month": "P1M"}
_QUARTER = re.compile(r"(\d{4})-?[Qq]([1-4])")


@dataclass(frozen=True, slots=True, order=True)
class ReturnPeriod:
    """A year, quarter or month of the clock of China.

    Examples
    --------
    >>> period = ReturnPeriod.parse("2015-Q4")
    >>> period.end, str(period.next()), period.text.zh
    (datetime.date(2015, 12, 31), '2016-Q1', '2015年第4季度')
    >>> str(ReturnPeriod.parse("2015").previous())
    '2014'
    """

    start: date
    length: Length

    @classmethod
    def parse(cls, text: str) -> ReturnPeriod:
        """Read ``2015``, ``2015-Q3`` or ``2015-03``.

        Raises
        ------
        PeriodError
            When the text has another form or names no month.
        """
        written = text.strip()
        if quarter := _QUARTER.fullmatch(written):
            return cls(date(Year(int(quarter[1])).year, int(quarter[2]) * 3 - 2, 1), "quarter")
        if re.fullmatch(r"\d{4}", written):
            return cls(Year(int(written)).start, "year")
        if month := re.fullmatch(r"(\d{4})-(\d{2})", written):
            return cls(Month(int(month[1]), int(month[2])).start, "month")
        raise PeriodError(f"{text!r} is no period of a return; write 2015, 2015-Q3 or 2015-03.")

    @classmethod
    def containing(cls, day: date, length: Length) -> ReturnPeriod:
        """The period of a length in which a day lies."""
        months = _MONTHS[length]
        return cls(date(day.year, (day.month - 1) // months * months + 1, 1), length)

    @property
    def end(self) -> date:
        """The last day, inclusive."""
        return self.next().start - timedelta(days=1)

    @property
    def valid_from(self) -> datetime:
        """The instant at which it begins."""
        return datetime(self.start.year, self.start.month, 1, tzinfo=_LOCAL)

    @property
    def valid_to(self) -> datetime:
        """The instant at which it ends, exclusive."""
        return self.next().valid_from

    @property
    def averaging(self) -> str:
        """Its length as an ISO 8601 duration."""
        return _AVERAGING[self.length]

    @property
    def text(self) -> Text:
        """As readers write it."""
        if self.length == "year":
            return Year(self.start.year).text
        if self.length == "month":
            return Month(self.start.year, self.start.month).text
        number = self.start.month // 3 + 1
        return Text(zh=f"{self.start.year}年第{number}季度", en=f"Q{number} {self.start.year}")

    def next(self) -> ReturnPeriod:
        """The period after."""
        return self._moved(_MONTHS[self.length])

    def previous(self) -> ReturnPeriod:
        """The period before, of the same length."""
        return self._moved(-_MONTHS[self.length])

    def until(self, last: ReturnPeriod) -> Iterator[ReturnPeriod]:
        """This period and those after it, up to and including ``last``."""
        period = self
        while period.start <= last.start:
            yield period
            period = period.next()

    def _moved(self, months: int) -> ReturnPeriod:
        count = self.start.year * 12 + self.start.month - 1 + months
        return ReturnPeriod(date(count // 12, count % 12 + 1, 1), self.length)

    def __str__(self) -> str:
        if self.length == "year":
            return f"{self.start.year:04d}"
        if self.length == "month":
            return f"{self.start.year:04d}-{self.start.month:02d}"
        return f"{self.start.year:04d}-Q{self.start.month // 3 + 1}"
