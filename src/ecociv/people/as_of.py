"""The "as of" picker: what was known on a day, on every page that shows figures.

A view reads the moment with :func:`read_as_of` and hands the object to its template as ``as_of``; the template
includes ``portal/components/as_of.html``. The moment stands in the address (``?as_of=2017-03-01``), so that a link
shows its receiver the same figures.
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from urllib.parse import urlencode
from zoneinfo import ZoneInfo

from django.http import HttpRequest
from django.utils import timezone

LOCAL = ZoneInfo("Asia/Shanghai")
PARAMETER = "as_of"
_FIRST, _LAST = dt.date(1990, 1, 1), dt.date(2999, 12, 31)


@dataclass(frozen=True, slots=True)
class AsOf:
    """The moment up to which a page knows things.

    ``moment`` is none for everything known now; ``refused`` is what stood in the address when it names no day.
    """

    moment: dt.datetime | None
    asked: str
    refused: str
    kept: tuple[tuple[str, str], ...]
    today_url: str

    @property
    def day(self) -> str:
        """The day for the picker, or "" for today."""
        return self.moment.astimezone(LOCAL).date().isoformat() if self.moment else ""

    @property
    def shown(self) -> str:
        """The moment in words."""
        return self.moment.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M") if self.moment else ""

    @property
    def latest(self) -> str:
        """The last day that may be picked."""
        return timezone.localdate().isoformat()

    @property
    def suffix(self) -> str:
        """What a link to another page adds to its address, so that it looks from the same moment."""
        return f"?{urlencode({PARAMETER: self.asked})}" if self.moment else ""

    @property
    def more(self) -> str:
        """The same for an address that has a query already."""
        return f"&{urlencode({PARAMETER: self.asked})}" if self.moment else ""

    @property
    def now(self) -> dt.datetime:
        """The moment, or now."""
        return self.moment or timezone.now()


def read_as_of(request: HttpRequest) -> AsOf:
    """The moment that the address names: a day (its end by the clock of China) or a local minute.

    A moment that has not come yet is the same as now; what names no day is ignored and said so.
    """
    asked = request.GET.get(PARAMETER, "").strip()[:25]
    moment = moment_of(asked) if asked else None
    others = [
        (key, value)
        for key, values in request.GET.lists()
        for value in values
        if key not in {PARAMETER, "page"}
    ]
    return AsOf(
        moment=None if moment is None or moment >= timezone.now() else moment,
        asked=asked,
        refused=asked if asked and moment is None else "",
        kept=tuple((key, value) for key, value in others if key != "format"),
        today_url="?" + urlencode([(key, value) for key, value in others if value]),
    )


def moment_of(text: str) -> dt.datetime | None:
    """The end of a day, or of a minute, by the clock of China; none where the text names neither.

    >>> moment_of("2017-03-01").isoformat()
    '2017-03-01T23:59:59.999999+08:00'
    >>> moment_of("2017-03-01T08:30").isoformat(), moment_of("yesterday"), moment_of("0001-01-01")
    ('2017-03-01T08:30:59.999999+08:00', None, None)
    """
    try:
        if len(text) == 10:
            moment = dt.datetime.combine(dt.date.fromisoformat(text), dt.time.max)
        else:
            moment = dt.datetime.fromisoformat(text).replace(second=59, microsecond=999_999)
    except ValueError:
        return None
    if not _FIRST <= moment.date() <= _LAST:
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)
