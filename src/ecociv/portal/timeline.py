"""A timeline of duties, drawn as SVG on the server: it prints, needs no script, and its text can be selected."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ecociv.plan.package import Project, Task, ZonePackage

LEFT = 270.0
WIDTH = 1000.0
COMPACT_LEFT = 10.0
COMPACT_WIDTH = 620.0
EDGE = 12.0
ROW = 24.0
HEAD = 30.0
_LABEL_UNITS = 38


@dataclass(frozen=True, slots=True)
class Mark:
    """A dated outcome on a bar."""

    x: float
    label: str

    @property
    def points(self) -> str:
        """The diamond as polygon points, around (x, 0)."""
        return f"{self.x:.1f},-6 {self.x + 6:.1f},0 {self.x:.1f},6 {self.x - 6:.1f},0"


@dataclass(frozen=True, slots=True)
class Bar:
    """One duty."""

    duty: Task | Project
    label: str
    y: float
    x: float
    width: float
    past: bool
    open_end: bool
    marks: tuple[Mark, ...]


@dataclass(frozen=True, slots=True)
class Tick:
    """A year on the axis."""

    x: float
    label: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything the template draws."""

    width: float
    height: float
    left: float
    ticks: tuple[Tick, ...]
    bars: tuple[Bar, ...]
    now: float | None
    day: dt.date
    compact: bool


def draw(
    plan: ZonePackage, duties: Sequence[Task | Project], day: dt.date, language: str, *, compact: bool = False
) -> Timeline:
    """Lay out the duties from the first year to the last; a duty without an end runs to the edge.

    The axis covers the years of the plan even where the duties shown do not, so that two timelines compare.
    ``compact`` leaves the names out, for the page of a single duty.
    """
    left, width_of_all = (COMPACT_LEFT, COMPACT_WIDTH) if compact else (LEFT, WIDTH)
    right = width_of_all - EDGE
    first, last = _span(plan, duties)
    start, end = dt.date(first, 1, 1), dt.date(last, 12, 31)
    days = (end - start).days + 1

    def x_of(date: dt.date) -> float:
        return left + (right - left) * (min(max(date, start), end) - start).days / days

    bars = []
    for place, duty in enumerate(duties):
        dates = list(duty.dates())
        begin = duty.start.first_day if duty.start else min((d.first_day for d, _ in dates), default=None)
        finish = duty.due.last_day if duty.due else None
        open_end = finish is None
        if begin is None and finish is None and duty.recurring is None:
            x = width = 0.0
        else:
            x = x_of(begin or start)
            width = max((x_of(finish) if finish else right) - x, 4.0)
        marks = {
            round(x_of(date.last_day), 1): f"{date.show(language)}" for date, what in dates if what != "due"
        }
        bars.append(
            Bar(
                duty=duty,
                label="" if compact else _shortened(f"{duty.number}  {duty.title.in_language(language)}"),
                y=HEAD + ROW * place + ROW / 2,
                x=x,
                width=width,
                past=finish is not None and finish < day,
                open_end=open_end,
                marks=tuple(Mark(place_x, label) for place_x, label in sorted(marks.items())),
            )
        )
    ticks = tuple(Tick(x_of(dt.date(year, 1, 1)), str(year)) for year in range(first, last + 1))
    return Timeline(
        width=width_of_all,
        height=HEAD + ROW * len(duties) + 8,
        left=left,
        ticks=ticks,
        bars=tuple(bars),
        now=x_of(day) if start <= day <= end else None,
        day=day,
        compact=compact,
    )


def _span(plan: ZonePackage, duties: Sequence[Task | Project]) -> tuple[int, int]:
    years = [plan.zone.plan.issued.year - 1, *plan.zone.milestones]
    for duty in duties:
        years += [date.year for date, _ in duty.dates()]
        if duty.start:
            years.append(duty.start.year)
    return min(years), max(years)


def _shortened(text: str) -> str:
    """A label that fits the left margin; a Chinese character takes two units."""
    used = 0
    for place, character in enumerate(text):
        used += 2 if ord(character) > 0x2E7F else 1
        if used > _LABEL_UNITS:
            return text[:place].rstrip() + "…"
    return text
