"""One reading as a message brings it, checked before it is acknowledged. Pure: no database, no store."""

from __future__ import annotations

import math
from dataclasses import dataclass
from datetime import datetime

from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.evidence.schema import Quality


@dataclass(frozen=True, slots=True)
class Censored:
    """A value of which only a limit is known: ``Censored("<", 0.02)`` is below what the method can tell."""

    sign: str
    limit: float


@dataclass(frozen=True, slots=True)
class Reading:
    """One statement about one period of one series.

    Parameters
    ----------
    series
        Key of a registered series.
    valid_from, valid_to
        The period, as instants with a time zone, end exclusive. A momentary reading has the length of its series'
        averaging period, or one second where that is not known.
    value
        In the series' unit; or a limit; or why there is none.
    key
        What makes the message one and the same when it is sent again. Unique within a channel; at most 160 characters.
    """

    series: str
    valid_from: datetime
    valid_to: datetime
    value: float | Censored | Missing
    key: str
    quality: Quality = Quality.GOOD
    quality_reason: str = ""
    supplier: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a reading was not taken. ``position`` counts the readings of the call from 0."""

    position: int
    key: str
    code: str
    text: Text


def fault(reading: Reading) -> tuple[str, Text] | None:
    """What is wrong with a reading by itself, as code and text; none when it can be taken.

    >>> from datetime import UTC, datetime, timedelta
    >>> start = datetime(2017, 1, 1, tzinfo=UTC)
    >>> fault(Reading("a/b/c", start, start + timedelta(hours=1), float("nan"), "m1"))[0]
    'value-not-finite'
    """
    if not 1 <= len(reading.key) <= 160:
        return "key-length", Text(
            zh="报文标识应为1至160个字符", en="the key of a message has 1 to 160 characters"
        )
    if reading.valid_from.tzinfo is None or reading.valid_to.tzinfo is None:
        return "no-time-zone", Text(
            zh="时间应带时区，例如2017-01-01T08:00:00+08:00",
            en="a time has its time zone, as in 2017-01-01T08:00:00+08:00",
        )
    if reading.valid_from >= reading.valid_to:
        return "period-empty", Text(zh="时段的结束应晚于开始", en="a period ends after it begins")
    number = reading.value.limit if isinstance(reading.value, Censored) else reading.value
    if not isinstance(number, Missing) and not math.isfinite(number):
        return "value-not-finite", Text(
            zh="数值应为有限数；缺测请写明缺测种类",
            en="a value is a finite number; where there is none, say which kind of absence it is",
        )
    if isinstance(reading.value, Censored) and reading.value.sign not in {"<", ">"}:
        return "censor-sign", Text(zh="检出限的符号应为<或>", en="a limit is marked by < or >")
    return None
