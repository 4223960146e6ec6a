"""Working days of the People's Republic of China: weekends, public holidays, and the weekends worked in exchange.

The calendar is the yearly notice of the General Office of the State Council on holidays (国务院办公厅关于部分节假日安排
的通知), as the package ``chinesecalendar`` holds it. A year for which no notice is known is not guessed silently: the
caller asks for the declared fall-back (Monday to Friday) and is told that it was used.
"""

from __future__ import annotations

from bisect import bisect_right
from dataclasses import dataclass
from datetime import date, timedelta
from functools import lru_cache

from ecociv.core.periods import OutsideValidity


@dataclass(frozen=True, slots=True)
class WorkingDay:
    """A day reached by counting working days.

    ``by_notice`` is false where part of the way lies in years without a holiday notice, which were counted Monday to
    Friday: the day may then move by some days once the notice is out.
    """

    day: date
    by_notice: bool


@lru_cache(maxsize=1)
def known_years() -> tuple[int, int]:
    """First and last year whose holiday notice is known.

    Examples
    --------
    >>> first, last = known_years()
    >>> first <= 2004, last >= 2024
    (True, True)
    """
    from chinese_calendar.constants import holidays

    return min(holidays).year, max(holidays).year


def is_working_day(day: date, *, assume: bool = False) -> bool:
    """Say whether offices work on ``day``.

    Parameters
    ----------
    day : date
        A calendar day.
    assume : bool
        Count Monday to Friday in a year without a holiday notice, instead of refusing.

    Raises
    ------
    OutsideValidity
        In a year without a notice, unless ``assume``.

    Examples
    --------
    The National Day of 2015: seven days off, and Saturday 10 October worked in exchange.

    >>> is_working_day(date(2015, 10, 7)), is_working_day(date(2015, 10, 10))
    (False, True)
    """
    first, last = known_years()
    if first <= day.year <= last:
        from chinese_calendar import is_workday

        return bool(is_workday(day))
    if assume:
        return day.weekday() < 5
    raise OutsideValidity(
        f"The holiday notices known here cover {first} to {last}, not {day.year}; update the package chinesecalendar, or "
        "ask for the fall-back that counts Monday to Friday."
    )


@lru_cache(maxsize=16_384)  # a log of a case is replayed often, and asks for the same few days each time
def add_working_days(start: date, days: int, *, assume: bool = True) -> WorkingDay:
    """The working day that lies ``days`` working days after ``start``, which itself does not count.

    Parameters
    ----------
    start : date
        The day before the count begins.
    days : int
        At least 0; 0 gives ``start`` itself, or the next working day when offices are closed on it.
    assume : bool
        Whether years without a holiday notice are counted Monday to Friday. The result says so.

    Raises
    ------
    ValueError
        For a negative number of days.
    OutsideValidity
        When the count enters a year without a notice and ``assume`` is false.

    Examples
    --------
    Five working days after the end of 2015. Friday 1 January 2016 is a holiday; Monday 4 January is the first.

    >>> add_working_days(date(2015, 12, 31), 5)
    WorkingDay(day=datetime.date(2016, 1, 8), by_notice=True)
    """
    if days < 0:
        raise ValueError(f"{days} working days lie in the past; count from an earlier day instead.")
    first, last = known_years()
    day, left, by_notice = start, days, first <= start.year <= last
    while left > 0 or not is_working_day(day, assume=assume):
        day += timedelta(days=1)
        by_notice = by_notice and first <= day.year <= last
        if is_working_day(day, assume=assume):
            left -= 1
            if left <= 0:
                break
    return WorkingDay(day, by_notice)


def working_days_between(start: date, end: date, *, assume: bool = True) -> int:
    """Working days after ``start`` up to and including ``end``; negative when ``end`` lies before.

    Examples
    --------
    >>> working_days_between(date(2015, 12, 31), date(2016, 1, 8))
    5
    >>> working_days_between(date(2016, 1, 8), date(2015, 12, 31))
    -5
    """
    if end < start:
        return -working_days_between(end, start, assume=assume)
    found = 0
    for year in range(start.year, end.year + 1):
        days = _working_days_of(year, assume)
        low = bisect_right(days, start.toordinal()) if year == start.year else 0
        high = bisect_right(days, end.toordinal()) if year == end.year else len(days)
        found += high - low
    return found


@lru_cache(maxsize=256)
def _working_days_of(year: int, assume: bool) -> tuple[int, ...]:
    """The working days of a year as ordinals: lists of thousands of deadlines count over many years."""
    first, last = date(year, 1, 1).toordinal(), date(year, 12, 31).toordinal()
    days = (date.fromordinal(number) for number in range(first, last + 1))
    return tuple(day.toordinal() for day in days if is_working_day(day, assume=assume))
