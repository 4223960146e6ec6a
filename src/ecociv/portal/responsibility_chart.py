"""The record of responsibility as a drawing: who held what when, and what followed. SVG from the server."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from ecociv.supervision.responsibility.record import DutyRecord

LEFT, WIDTH, ROW, HEAD = 270.0, 1000.0, 24.0, 30.0
_LABEL = 20


@dataclass(frozen=True, slots=True)
class Stretch:
    """One duty as a bar; ``marks`` are the places of cases."""

    label: str
    y: float
    x: float
    width: float
    open: bool
    marks: tuple[tuple[float, str], ...]


@dataclass(frozen=True, slots=True)
class Drawing:
    """Everything the template draws."""

    width: float
    height: float
    ticks: tuple[tuple[float, str], ...]
    rows: tuple[Stretch, ...]


def draw(records: Sequence[DutyRecord], day: dt.date, language: str) -> Drawing | None:
    """Lay out the duties from the first year to the day looked at; none where there is nothing to draw."""
    if not records:
        return None
    first = dt.date(min(each.span.starts for each in records).year, 1, 1)
    last = dt.date(day.year, 12, 31)
    days = (last - first).days + 1

    def x_of(at: dt.date) -> float:
        return LEFT + (WIDTH - LEFT - 12) * (min(max(at, first), last) - first).days / days

    rows = []
    for place, each in enumerate(records):
        title = each.span.title.in_language(language)
        end = each.handed_over.day if each.handed_over else day
        x = x_of(each.span.starts)
        cases = (*each.followed.during, *each.followed.after)
        rows.append(
            Stretch(
                label=title if len(title) <= _LABEL else title[:_LABEL] + "…",
                y=HEAD + ROW * place + ROW / 2,
                x=x,
                width=max(x_of(end) - x, 3.0),
                open=each.open,
                marks=tuple(
                    (x_of(matter.opened_on), f"{matter.opened_on} {matter.title}") for matter in cases
                ),
            )
        )
    ticks = tuple((x_of(dt.date(year, 1, 1)), str(year)) for year in range(first.year, last.year + 1))
    return Drawing(WIDTH, HEAD + ROW * len(records) + 8, ticks, tuple(rows))
