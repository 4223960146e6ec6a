"""Years, months and days as values, and the dates between which a rule is in force."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

from ecociv.core.text import Text

_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)
_SHAPE = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?")


class PeriodError(ValueError):
    """A text or a number does not name a period."""


class OutsideValidity(LookupError):
    """A rule, limit or parameter was asked for on a date when it was not in force."""


@dataclass(frozen=True, slots=True, order=True)
class Year:
    """A calendar year.

    Examples
    --------
    >>> Year(2016).end, len(Year(2016)), Year(2016).text.zh
    (datetime.date(2016, 12, 31), 366, '2016年')
    """

    year: int

    def __post_init__(self) -> None:
        if not 1 <= self.year <= 9999:
            raise PeriodError(f"The year {self.year} is not between 1 and 9999.")

    @property
    def start(self) -> date:
        """The first day."""
        return date(self.year, 1, 1)

    @property
    def end(self) -> date:
        """The last day, inclusive."""
        return date(self.year, 12, 31)

    @property
    def text(self) -> Text:
        """The year as readers write it."""
        return Text(zh=f"{self.year}年", en=str(self.year))

    def months(self) -> tuple[Month, ...]:
        """The twelve months."""
        return tuple(Month(self.year, month) for month in range(1, 13))

    def days(self) -> Iterator[Day]:
        """Each day, in order."""
        return _days(self.start, self.end)

    def next(self) -> Year:
        """The year after."""
        return Year(self.year + 1)

    def previous(self) -> Year:
        """The year before."""
        return Year(self.year - 1)

    def __contains__(self, day: date) -> bool:
        return self.start <= _as_date(day) <= self.end

    def __len__(self) -> int:
        return (self.end - self.start).days + 1

    def __str__(self) -> str:
        return f"{self.year:04d}"


@dataclass(frozen=True, slots=True, order=True)
class Month:
    """A calendar month.

    Examples
    --------
    >>> Month(2016, 2).end, Month(2016, 12).next(), Month(2016, 2).text.en
    (datetime.date(2016, 2, 29), Month(year=2017, month=1), 'February 2016')
    """

    year: int
    month: int

    def __post_init__(self) -> None:
        Year(self.year)
        if not 1 <= self.month <= 12:
            raise PeriodError(f"The month {self.month} of {self.year} is not between 1 and 12.")

    @property
    def start(self) -> date:
        """The first day."""
        return date(self.year, self.month, 1)

    @property
    def end(self) -> date:
        """The last day, inclusive."""
        if self.month == 12:
            return date(self.year, 12, 31)
        return date(self.year, self.month + 1, 1) - timedelta(days=1)

    @property
    def text(self) -> Text:
        """The month as readers write it."""
        return Text(zh=f"{self.year}年{self.month}月", en=f"{_MONTHS[self.month - 1]} {self.year}")

    def days(self) -> Iterator[Day]:
        """Each day, in order."""
        return _days(self.start, self.end)

    def next(self) -> Month:
        """The month after."""
        return Month(self.year + self.month // 12, self.month % 12 + 1)

    def previous(self) -> Month:
        """The month before."""
        return Month(self.year - (self.month == 1), (self.month - 2) % 12 + 1)

    def __contains__(self, day: date) -> bool:
        return self.start <= _as_date(day) <= self.end

    def __len__(self) -> int:
        return (self.end - self.start).days + 1

    def __str__(self) -> str:
        return f"{self.year:04d}-{self.month:02d}"


@dataclass(frozen=True, slots=True, order=True)
class Day:
    """A calendar day as a period, so that days, months and years can be treated alike.

    Examples
    --------
    >>> Day(date(2016, 12, 31)).next().text.zh
    '2017年1月1日'
    """

    day: date

    @property
    def start(self) -> date:
        """The day itself."""
        return self.day

    @property
    def end(self) -> date:
        """The day itself."""
        return self.day

    @property
    def text(self) -> Text:
        """The day as readers write it."""
        d = self.day
        return Text(zh=f"{d.year}年{d.month}月{d.day}日", en=f"{d.day} {_MONTHS[d.month - 1]} {d.year}")

    def next(self) -> Day:
        """The day after."""
        return Day(self.day + timedelta(days=1))

    def previous(self) -> Day:
        """The day before."""
        return Day(self.day - timedelta(days=1))

    def __contains__(self, day: date) -> bool:
        return _as_date(day) == self.day

    def __len__(self) -> int:
        return 1

    def __str__(self) -> str:
        return self.day.isoformat()


Period = Year | Month | Day


def parse_period(text: str) -> Period:
    """Read ``2016``, ``2016-03`` or ``2016-03-01``.

    Raises
    ------
    PeriodError
        If the text has another form, or names a month or a day that does not exist.

    Examples
    --------
    >>> parse_period("2016-03")
    Month(year=2016, month=3)
    >>> parse_period("2016-02-30")
    Traceback (most recent call last):
    ...
    ecociv.core.periods.PeriodError: '2016-02-30' is not a day of the calendar: day is out of range for month.
    """
    match = _SHAPE.fullmatch(text.strip())
    if match is None:
        raise PeriodError(f"{text!r} is not a period; write YYYY, YYYY-MM or YYYY-MM-DD.")
    year, month, day = (int(part) if part else None for part in match.groups())
    assert year is not None  # the pattern requires it
    if month is None:
        return Year(year)
    if day is None:
        return Month(year, month)
    try:
        return Day(date(year, month, day))
    except ValueError as error:
        reason = str(error).split(",")[0].split(";")[0]
        raise PeriodError(f"{text!r} is not a day of the calendar: {reason}.") from error


@dataclass(frozen=True, slots=True)
class Validity:
    """The dates from and to which something is in force, both inclusive; ``None`` leaves a side open.

    Parameters
    ----------
    from_, to : date or None
        First and last day in force.

    Raises
    ------
    ValueError
        If ``to`` lies before ``from_``.

    Examples
    --------
    >>> old = Validity(date(2016, 1, 1), date(2026, 2, 28))
    >>> old.contains(date(2026, 2, 28)), old.contains(date(2026, 3, 1))
    (True, False)
    >>> print(old)
    2016-01-01..2026-02-28
    """

    from_: date | None = None
    to: date | None = None

    def __post_init__(self) -> None:
        if self.from_ is not None and self.to is not None and self.to < self.from_:
            raise ValueError(f"A validity ends on {self.to}, before it begins on {self.from_}; check the two dates.")

    def contains(self, day: date) -> bool:
        """Say whether the thing is in force on ``day``."""
        day = _as_date(day)
        return (self.from_ is None or self.from_ <= day) and (self.to is None or day <= self.to)

    def overlaps(self, other: Validity) -> bool:
        """Say whether there is a day on which both are in force."""
        return not (
            (self.to is not None and other.from_ is not None and self.to < other.from_)
            or (other.to is not None and self.from_ is not None and other.to < self.from_)
        )

    def require(self, day: date, what: str) -> None:
        """Raise `OutsideValidity`, naming ``what``, if it is not in force on ``day``."""
        if not self.contains(day):
            raise OutsideValidity(
                f"{what} is in force {self}, not on {day}; choose the version that was in force on that day."
            )

    def to_mapping(self) -> dict[str, str | None]:
        """Return ``{"from": ..., "to": ...}`` with ISO dates."""
        return {
            "from": self.from_.isoformat() if self.from_ else None,
            "to": self.to.isoformat() if self.to else None,
        }

    @classmethod
    def from_mapping(cls, mapping: Mapping[str, str | date | None]) -> Validity:
        """Read the form that `to_mapping` writes; dates may also be dates, as YAML reads them."""
        unknown = set(mapping) - {"from", "to"}
        if unknown:
            raise ValueError(f"A validity has the keys 'from' and 'to', but {sorted(unknown)} was found.")
        return cls(_date_or_none(mapping.get("from")), _date_or_none(mapping.get("to")))

    def __str__(self) -> str:
        return f"{self.from_ or ''}..{self.to or ''}"


def _as_date(day: date) -> date:
    # A datetime is a date to isinstance, but the two cannot be compared.
    return date(day.year, day.month, day.day)


def _date_or_none(value: str | date | None) -> date | None:
    if value is None:
        return None
    return date.fromisoformat(value) if isinstance(value, str) else _as_date(value)


def _days(first: date, last: date) -> Iterator[Day]:
    day = first
    while day <= last:
        yield Day(day)
        day += timedelta(days=1)
