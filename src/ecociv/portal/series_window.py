"""The observations of one series in a window of time: points, runs of absence, and what the chart draws."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
from django.http import HttpRequest
from django.utils.translation import gettext as _

from ecociv.core.missing import Missing
from ecociv.evidence.latest import Latest
from ecociv.evidence.models import Series
from ecociv.evidence.schema import Quality
from ecociv.evidence.store import EvidenceStore
from ecociv.evidence.thinning import MOST, STRETCHES, thinned
from ecociv.portal.as_of import LOCAL
from ecociv.portal.observed import is_suspect, period_text, reason_text, value_text
from ecociv.portal.zone import language

WINDOWS = ("day", "week", "month", "year", "custom")
_LENGTHS = {"day": dt.timedelta(hours=24), "week": dt.timedelta(days=7)}
_FIRST, _LAST = dt.date(1900, 1, 1), dt.date(2999, 12, 31)
_LONGEST = dt.timedelta(days=366 * 40)


@dataclass(frozen=True, slots=True)
class Window:
    """From when to when (end exclusive), and how it was chosen."""

    kind: str
    start: dt.datetime
    end: dt.datetime
    refused: str = ""

    @property
    def first_day(self) -> str:
        """First day, for a date field."""
        return self.start.astimezone(LOCAL).date().isoformat()

    @property
    def last_day(self) -> str:
        """Last day, for a date field."""
        return (self.end - dt.timedelta(microseconds=1)).astimezone(LOCAL).date().isoformat()

    @property
    def text(self) -> str:
        """From when to when, in words."""
        form = "%Y-%m-%d %H:%M"
        return f"{self.start.astimezone(LOCAL).strftime(form)} – {self.end.astimezone(LOCAL).strftime(form)}"


def read_window(request: HttpRequest, newest: Latest | None, averaging: str) -> Window:
    """The window of the address (``window``, ``from``, ``to``), else one that suits the series and ends with its
    newest period."""
    usual = {"PT1H": "week", "PT8H": "week", "P1D": "month", "P1M": "year"}.get(averaging, "custom")
    asked = request.GET.get("window", "")
    kind = asked if asked in WINDOWS else usual
    to = _day(request.GET.get("to", ""))
    latest_end = newest.valid_to if newest else dt.datetime.now(LOCAL)
    end = dt.datetime.combine(to + dt.timedelta(days=1), dt.time(), LOCAL) if to else latest_end
    if kind == "custom":
        first = _day(request.GET.get("from", ""))
        start = dt.datetime.combine(first, dt.time(), LOCAL) if first else end - dt.timedelta(days=366 * 15)
        if start >= end:
            return Window(
                kind,
                end - dt.timedelta(days=1),
                end,
                _("The window ends before it begins; its last day is shown."),
            )
        if end - start > _LONGEST:
            return Window(kind, end - _LONGEST, end, _("At most 40 years are shown at a time."))
        return Window(kind, start, end)
    return Window(kind, _start_of(kind, end), end)


def _start_of(kind: str, end: dt.datetime) -> dt.datetime:
    if kind in _LENGTHS:
        return end - _LENGTHS[kind]
    return end - dt.timedelta(days=31 if kind == "month" else 366)


def _day(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return None
    return day if _FIRST <= day <= _LAST else None


@dataclass(frozen=True, slots=True)
class Point:
    """One period as it is known: the newest revision and how many there are."""

    valid_from: dt.datetime
    valid_to: dt.datetime
    value: float | None
    missing: Missing | None
    censored: str | None
    censor_limit: float | None
    quality: Quality
    quality_reason: str | None
    revision: int
    recorded_at: dt.datetime
    batch: str
    averaging: str

    @property
    def when(self) -> str:
        """When it begins."""
        return period_text(self.valid_from, self.averaging)

    @property
    def key(self) -> str:
        """The moment for an address."""
        return self.valid_from.astimezone(dt.UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    @property
    def text(self) -> str:
        """The value in words."""
        return value_text(self)

    @property
    def suspect(self) -> bool:
        """Whether it is kept out of calculations."""
        return is_suspect(self.quality)

    @property
    def reason(self) -> str:
        """Why, in words."""
        return reason_text(self.quality_reason)

    @property
    def drawn(self) -> float | None:
        """Where the chart shows it: a limit at the limit itself."""
        return self.censor_limit if self.censored else self.value


_COLUMNS = [name for name in Point.__dataclass_fields__ if name != "averaging"]


def points_of(series: Series, window: Window, as_of: dt.datetime | None) -> list[Point]:
    """The periods of a series that begin in a window, in order of time, each as its newest revision."""
    table = EvidenceStore().observations([series.pk], start=window.start, end=window.end, as_of=as_of)
    columns = [table.column(name).to_pylist() for name in _COLUMNS]
    return [
        Point(
            **{
                **(row := dict(zip(_COLUMNS, cells, strict=True))),
                "missing": Missing(row["missing"]) if row["missing"] else None,
                "quality": Quality(row["quality"]),
                "averaging": series.averaging,
            }
        )
        for cells in zip(*columns, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class Drawn:
    """What the chart script gets, and what the page says of it."""

    payload: dict[str, Any]
    thinned_from: int
    data_id: str = "series-data"


def drawn(
    series: Series, points: list[Point], limits: list[tuple[str, float]], unit: str, window: Window
) -> Drawn:
    """The chart of some points: values, marked values by reason, runs of absence, limits.

    Beyond 1,500 points the lowest and the highest of each of 600 equal stretches of time stay; marked values are
    thinned by themselves, so that none hides behind a good one.
    """
    good = [each for each in points if each.drawn is not None and not each.suspect]
    marked: dict[str, list[Point]] = {}
    for each in points:
        if each.suspect and each.drawn is not None:
            marked.setdefault(each.reason or _("marked as suspect"), []).append(each)
    shown = _thin(good)
    payload = {
        "name": str(series.property),
        "unit": unit,
        "start": _millis(window.start),
        "end": _millis(window.end),
        "good": [_dot(each) for each in shown],
        "marked": [
            {"reason": reason, "points": [_dot(p) for p in _thin(some)]} for reason, some in marked.items()
        ],
        "absent": absences(points, whole=len(points) <= MOST),
        "unrecorded": unrecorded(points),
        "limits": [{"name": name, "value": value} for name, value in limits],
        "steps": series.averaging in {"P1M", "P1Y", "P3M"},
        "words": {
            "good": _("value"),
            "absent": _("no value"),
            "revised": _("revised"),
            "zoom": _("zoom"),
        },
        "english": language() == "en",
    }
    return Drawn(payload, len(good) if len(shown) < len(good) else 0)


def _thin(points: list[Point]) -> list[Point]:
    if len(points) <= MOST:
        return points
    times = np.array([_millis(each.valid_from) for each in points], dtype=np.int64)
    values = np.array([each.drawn for each in points], dtype=np.float64)
    return [points[place] for place in thinned(times, values, STRETCHES)]


def _dot(point: Point) -> list[Any]:
    """Milliseconds, value, text when it is no plain number, revision, key."""
    return [
        _millis(point.valid_from),
        point.drawn,
        point.text if point.censored else "",
        point.revision,
        point.key,
    ]


def absences(points: list[Point], *, whole: bool) -> list[list[Any]]:
    """Runs of periods with a recorded absence: from, to, and the kind, at most 400 of them (the longest)."""
    runs: list[list[Any]] = []
    for each in points:
        if each.missing is None:
            continue
        kind, start, end = (
            each.missing.label.in_language(language()),
            _millis(each.valid_from),
            _millis(each.valid_to),
        )
        if runs and runs[-1][2] == kind and runs[-1][1] == start:
            runs[-1][1] = end
        else:
            runs.append([start, end, kind])
    if whole or len(runs) <= 400:
        return runs
    return sorted(sorted(runs, key=lambda run: run[0] - run[1])[:400])


def unrecorded(points: list[Point]) -> list[list[int]]:
    """Stretches of which nothing is on record, from and to, at most 400 of them (the longest): the line of a chart
    must not run on over them."""
    gaps = [
        [_millis(before.valid_to), _millis(after.valid_from)]
        for before, after in pairwise(points)
        if after.valid_from > before.valid_to
    ]
    return sorted(sorted(gaps, key=lambda gap: gap[0] - gap[1])[:400])


def _millis(moment: dt.datetime) -> int:
    return int(moment.timestamp() * 1000)
