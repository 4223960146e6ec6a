"""Instants and months: what the table counts in."""

from __future__ import annotations

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from ecociv.evidence.schema import MONTH_ZONE

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)


class NaiveInstant(ValueError):
    """A moment without time zone was given where an instant is needed."""


def utc(moment: datetime) -> datetime:
    """The instant in UTC.

    Raises
    ------
    NaiveInstant
        When it has no time zone.
    """
    if moment.tzinfo is None:
        raise NaiveInstant(f"{moment} has no time zone; give an instant, for example with Asia/Shanghai.")
    return moment.astimezone(UTC)


def month_of(moment: datetime) -> str:
    """The partition that a period beginning at ``moment`` belongs to.

    >>> month_of(datetime(2014, 12, 31, 16, tzinfo=UTC))  # midnight in China
    '2015-01'
    """
    return utc(moment).astimezone(ZoneInfo(MONTH_ZONE)).strftime("%Y-%m")


def month_bounds(month: str) -> tuple[datetime, datetime]:
    """First instant of a month, and of the next.

    >>> [bound.isoformat() for bound in month_bounds("2015-12")]
    ['2015-11-30T16:00:00+00:00', '2015-12-31T16:00:00+00:00']
    """
    year, number = int(month[:4]), int(month[5:])
    zone = ZoneInfo(MONTH_ZONE)
    start = datetime(year, number, 1, tzinfo=zone)
    end = datetime(year + number // 12, number % 12 + 1, 1, tzinfo=zone)
    return start.astimezone(UTC), end.astimezone(UTC)


def months_between(first: str, last: str) -> list[str]:
    """Every month from ``first`` to ``last``.

    >>> months_between("2015-11", "2016-01")
    ['2015-11', '2015-12', '2016-01']
    """
    low, high = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    return [f"{number // 12:04d}-{number % 12 + 1:02d}" for number in range(low, high + 1)]


def microseconds(moment: datetime) -> int:
    """Microseconds since 1970 of an instant."""
    since = utc(moment) - _EPOCH
    return (since.days * 86_400 + since.seconds) * 1_000_000 + since.microseconds


def instant(count: int) -> datetime:
    """The instant of a number of microseconds since 1970."""
    seconds, rest = divmod(count, 1_000_000)
    return datetime.fromtimestamp(seconds, tz=UTC).replace(microsecond=rest)
