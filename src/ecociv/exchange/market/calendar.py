"""When a market trades: working days of the PRC, and hours of the day in China Standard Time."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from ecociv.core.workdays import is_working_day

SECOND = 1_000_000
_DAY = 86_400
_EAST = 8 * 3600
"""China Standard Time is UTC+8 the year round."""

Hours = tuple[tuple[int, int], ...]


def trading_day(day: date) -> bool:
    """Whether the exchange trades on a day: offices work and it is no weekend, not even one worked in exchange.

    A year without a holiday notice is counted Monday to Friday.

    Examples
    --------
    Saturday 10 October 2015 was worked in exchange for a holiday; exchanges stay closed.

    >>> trading_day(date(2015, 10, 9)), trading_day(date(2015, 10, 10)), trading_day(date(2015, 10, 7))
    (True, False, False)
    """
    return day.weekday() < 5 and is_working_day(day, assume=True)


def next_trading_day(day: date) -> date:
    """The first trading day after ``day``.

    >>> next_trading_day(date(2015, 9, 30))
    datetime.date(2015, 10, 8)
    """
    day += timedelta(days=1)
    while not trading_day(day):
        day += timedelta(days=1)
    return day


def local_day(at: int) -> str:
    """The calendar day in China of a moment in microseconds since 1970 UTC.

    >>> local_day(1_498_000_000 * SECOND)
    '2017-06-21'
    """
    return date.fromordinal(719_163 + (at // SECOND + _EAST) // _DAY).isoformat()


def second_of_day(at: int) -> int:
    """Seconds since midnight in China.

    >>> second_of_day(0) // 3600
    8
    """
    return (at // SECOND + _EAST) % _DAY


def moment(day: str, clock: str) -> int:
    """Microseconds since 1970 UTC of a time of day in China.

    >>> moment("1970-01-01", "08:00"), second_of_day(moment("2017-06-21", "09:30")) == 9 * 3600 + 30 * 60
    (0, True)
    """
    days = date.fromisoformat(day).toordinal() - 719_163
    return (days * _DAY + seconds(clock) - _EAST) * SECOND


def seconds(clock: str) -> int:
    """Seconds since midnight of ``HH:MM``; ``24:00`` is the end of the day.

    Raises
    ------
    ValueError
        For anything else.
    """
    if clock == "24:00":
        return _DAY
    read = datetime.strptime(clock, "%H:%M")  # noqa: DTZ007 - a time of day has no zone
    return read.hour * 3600 + read.minute * 60


def within(hours: Hours, at: int) -> bool:
    """Whether a moment lies in one of the spans (begin included, end not); no spans at all mean always.

    >>> spans = ((9 * 3600 + 1800, 11 * 3600 + 1800), (13 * 3600, 15 * 3600))
    >>> within(spans, moment("2017-06-21", "11:29")), within(spans, moment("2017-06-21", "11:30")), within((), 0)
    (True, False, True)
    """
    if not hours:
        return True
    second = second_of_day(at)
    return any(begin <= second < end for begin, end in hours)
