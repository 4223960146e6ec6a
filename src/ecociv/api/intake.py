"""From the JSON of a message to readings. Pure apart from the clock."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from ecociv.core.digests import digest_of_json
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.evidence.readings import Censored, Reading

_DURATION = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+)S)?)?")
_CENSORED = re.compile(r"\s*([<>])\s*(\d+(?:\.\d+)?(?:[eE][+-]?\d+)?)\s*")
_EARLIEST, _LATEST = datetime(1900, 1, 1, tzinfo=UTC), datetime(2300, 1, 1, tzinfo=UTC)
MEMBERS = frozenset(
    ["series", "network", "place", "property", "sample", "time", "period", "value", "key", "supplier", "note"]
)


class Unreadable(ValueError):
    """A message is not a reading; ``code`` and ``text`` say why."""

    def __init__(self, code: str, zh: str, en: str, /, **fields: object) -> None:
        self.code, self.text = code, Text(zh=zh, en=en).fill(**fields)
        super().__init__(self.text.en)


def series_of(item: Any) -> str:
    """Key of the series that a message is about.

    >>> series_of({"network": "river", "place": "lean-01", "property": "nh3n"})
    'river/lean-01/nh3n'
    """
    if not isinstance(item, dict):
        raise Unreadable(
            "not-an-object",
            "每条数据应是一个JSON对象。",
            "Each reading is a JSON object with series, time and value.",
        )
    unknown = sorted(str(name)[:40] for name in set(item) - MEMBERS)
    if unknown:
        raise Unreadable(
            "unknown-member",
            "不认识的字段：{names}；可用的字段：{known}。",
            "Unknown members: {names}; these are known: {known}.",
            names=", ".join(unknown),
            known=", ".join(sorted(MEMBERS)),
        )
    if isinstance(item.get("series"), str) and item["series"]:
        return str(item["series"])
    parts = [item.get(name) for name in ("network", "place", "property")]
    if not all(isinstance(part, str) and part for part in parts):
        raise Unreadable(
            "series-absent",
            "请给出series，或者network、place和property三项。",
            "Give series, or all of network, place and property.",
        )
    return ("sample/" if item.get("sample") is True else "") + "/".join(str(part) for part in parts)


def reading_of(item: Mapping[str, Any], series: str, averaging: str) -> Reading:
    """The reading of a message about a known series.

    A message without ``key`` is identified by its content: the same series, period and value is the same message.

    Raises
    ------
    Unreadable
        With what is wrong and how it is written rightly.
    """
    begin, end = _period(item, averaging)
    value = value_of(item.get("value"))
    key = item.get("key")
    if key is None:
        key = content_key(series, begin, end, value)
    elif not isinstance(key, str):
        raise Unreadable("key-not-text", "key应为文本。", "key is a text.")
    texts = {}
    for name, longest in (("supplier", 150), ("note", 400)):
        text = item.get(name, "")
        if not isinstance(text, str) or len(text) > longest or "\x00" in text:
            raise Unreadable(
                f"{name}-length",
                "{name}应为不超过{n}个字符的文本。",
                "{name} is a text of at most {n} characters.",
                name=name,
                n=longest,
            )
        texts[name] = text
    if "\x00" in key:
        raise Unreadable(
            "key-not-text", "key中有不可用的字符。", "key holds a character that cannot be stored."
        )
    return Reading(
        series=series,
        valid_from=begin,
        valid_to=end,
        value=value,
        key=key,
        supplier=texts["supplier"],
        note=texts["note"],
    )


def content_key(series: str, begin: datetime, end: datetime, value: float | Censored | Missing) -> str:
    """Key of a message that brings none: 40 digits of the digest of what it says.

    >>> a = content_key("a/b/c", datetime(2017, 1, 1, tzinfo=UTC), datetime(2017, 1, 2, tzinfo=UTC), 5.0)
    >>> a == content_key("a/b/c", datetime(2017, 1, 1, tzinfo=UTC), datetime(2017, 1, 2, tzinfo=UTC), 5)
    True
    """
    if isinstance(value, Missing):
        said = value.value
    elif isinstance(value, Censored):
        said = f"{value.sign}{float(value.limit)!r}"
    else:
        said = repr(float(value))
    statement = [series, begin.astimezone(UTC).isoformat(), end.astimezone(UTC).isoformat(), said]
    return "c-" + digest_of_json(statement)[:40]


def value_of(value: Any) -> float | Censored | Missing:
    """A number, ``"<0.02"``, or ``{"missing": "planned"}``.

    >>> value_of("<0.02"), value_of({"missing": "planned"}).value, value_of(0)
    (Censored(sign='<', limit=0.02), 'planned', 0.0)
    """
    if isinstance(value, int | float) and not isinstance(value, bool):
        number = _float(value)
        if number is not None:
            return number
    elif isinstance(value, str):
        found = _CENSORED.fullmatch(value)
        limit = _float(found.group(2)) if found else None
        if found and limit is not None:
            return Censored(found.group(1), limit)
    elif isinstance(value, dict) and set(value) == {"missing"} and value["missing"] in list(Missing):
        return Missing(value["missing"])
    raise Unreadable(
        "value-unreadable",
        'value应为有限数、“<0.02”这样的检出限，或{{"missing": 种类}}；种类：{kinds}。',
        'value is a finite number, a limit such as "<0.02", or {{"missing": KIND}} with one of: {kinds}.',
        kinds=", ".join(Missing),
    )


def length_of(averaging: str) -> timedelta | None:
    """Length of an averaging period; none for calendar months and years, whose length depends on the date.

    >>> length_of("PT1H"), length_of("P1M"), length_of("")
    (datetime.timedelta(seconds=3600), None, datetime.timedelta(seconds=1))
    """
    if not averaging or averaging == "PT0S":
        return timedelta(seconds=1)
    found = _DURATION.fullmatch(averaging)
    if found is None or not any(found.groups()):
        return None
    days, hours, minutes, seconds = (int(part or 0) for part in found.groups())
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds) or timedelta(seconds=1)


def instant_of(text: Any) -> datetime:
    """An instant with its time zone, between 1900 and 2300.

    >>> instant_of("2017-01-01T08:00:00+08:00").isoformat()
    '2017-01-01T00:00:00+00:00'
    """
    moment = None
    if isinstance(text, str) and len(text) <= 40 and "T" in text:
        try:
            moment = datetime.fromisoformat(text)
        except ValueError:
            moment = None
    if moment is None or moment.tzinfo is None:
        raise Unreadable(
            "time-unreadable",
            "时间应写成带时区的ISO 8601，例如2017-01-01T08:00:00+08:00；收到“{found}”。",
            "A time is written as ISO 8601 with its zone, as in 2017-01-01T08:00:00+08:00; found “{found}”.",
            found=str(text)[:60],
        )
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:
        moment = _LATEST
    if not _EARLIEST <= moment < _LATEST:
        raise Unreadable(
            "time-out-of-range",
            "时间应在1900年至2300年之间。",
            "A time lies between the years 1900 and 2300.",
        )
    return moment


def interval_of(text: Any, averaging: str) -> tuple[datetime, datetime]:
    """``BEGIN/END``, or an instant where the period of the series begins."""
    if isinstance(text, str) and "/" in text:
        begin, end = (instant_of(part) for part in text.split("/", 1))
        if begin >= end:
            raise Unreadable("period-empty", "时段的结束应晚于开始。", "A period ends after it begins.")
        return begin, end
    begin, length = instant_of(text), length_of(averaging)
    if length is None:
        raise Unreadable(
            "period-needed",
            "该序列按{averaging}统计，请给出起止时间“开始/结束”。",
            "This series is taken over {averaging}; give the period as BEGIN/END.",
            averaging=averaging,
        )
    return begin, begin + length


def _period(item: Mapping[str, Any], averaging: str) -> tuple[datetime, datetime]:
    if ("time" in item) == ("period" in item):
        raise Unreadable(
            "time-absent", "请给出time或period其中之一。", "Give one of time and period (BEGIN/END)."
        )
    if "time" in item:
        return interval_of(item["time"], averaging)
    period = item["period"]
    if isinstance(period, list) and len(period) == 2:
        period = "/".join(str(part) for part in period)
    if not (isinstance(period, str) and "/" in period):
        raise Unreadable(
            "time-unreadable",
            "period应写成“开始/结束”。",
            "period is written BEGIN/END, or as a list of both.",
        )
    return interval_of(period, averaging)


def _float(value: Any) -> float | None:
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None
