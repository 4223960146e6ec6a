"""The months and years that are settled. Pure: no Django."""

from __future__ import annotations

import calendar
import datetime as dt
import re
from dataclasses import dataclass

from ecociv.core.text import Text

Month = tuple[int, int]


class NoPeriod(ValueError):
    """A text that names no month and no year."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True, order=True)
class SettlementPeriod:
    """A month or a year.

    Examples
    --------
    >>> period_of("2017-05").last, len(period_of("2016").months)
    (datetime.date(2017, 5, 31), 12)
    >>> str(period_of("2017-05").next), str(period_of("2016").of_month((2016, 3)))
    ('2017-06', '2016')
    """

    year: int
    month: int = 0
    """0 for the whole year."""

    @property
    def months(self) -> tuple[Month, ...]:
        """Its months."""
        return ((self.year, self.month),) if self.month else tuple((self.year, m) for m in range(1, 13))

    @property
    def first(self) -> dt.date:
        """Its first day."""
        return dt.date(self.year, self.month or 1, 1)

    @property
    def last(self) -> dt.date:
        """Its last day."""
        return self.next.first - dt.timedelta(days=1)

    @property
    def next(self) -> SettlementPeriod:
        """The period after it, of the same length."""
        if not self.month:
            return SettlementPeriod(self.year + 1)
        year, month = divmod(self.year * 12 + self.month, 12)
        return SettlementPeriod(year, month + 1)

    def of_month(self, month: Month) -> SettlementPeriod:
        """The period of this length that holds a month."""
        return SettlementPeriod(*month) if self.month else SettlementPeriod(month[0])

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02d}" if self.month else str(self.year)


def days_of(month: Month) -> int:
    """Days of a month."""
    return calendar.monthrange(*month)[1]


def period_of(text: str) -> SettlementPeriod:
    """The period that a text names: ``2017-05`` or ``2017``.

    Raises
    ------
    NoPeriod
        For everything else.
    """
    found = re.fullmatch(r"((?:19|2\d)\d\d)(?:-(0[1-9]|1[0-2]))?", text.strip())
    if not found:
        raise NoPeriod(
            Text(
                zh=f"“{text}”不是月份或年份，请写成 2017-05 或 2017。",
                en=f"{text!r} is neither a month nor a year: write 2017-05 or 2017.",
            )
        )
    return SettlementPeriod(int(found[1]), int(found[2] or 0))
