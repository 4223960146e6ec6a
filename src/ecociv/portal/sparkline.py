"""Small lines for table rows, laid out on the server: no script runs for the 57 of them, and they print."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

WIDTH, HEIGHT, EDGE = 120.0, 32.0, 4.0

Points = Sequence[tuple[int, float]]


@dataclass(frozen=True, slots=True)
class Spark:
    """Coordinates of one small line: the path to the targets, the milestones, and what was measured."""

    path: str
    goals: tuple[tuple[float, float], ...]
    base: tuple[float, float] | None
    actual: str
    last: tuple[float, float] | None


def spark(
    baseline: tuple[int, float] | None,
    milestones: Points,
    actual: Points,
    years: tuple[int, int] | None = None,
) -> Spark | None:
    """Lay out the points in a box of 120 x 32; ``None`` when there is nothing to draw.

    ``years`` are those of the box's edges, so that the lines of a table can be compared; points outside widen it.

    >>> drawn = spark((2012, 60.0), [(2015, 70.0), (2020, 80.0)], [])
    >>> drawn.path
    '4.0,28.0 46.0,16.0 116.0,4.0'
    >>> spark(None, [], []) is None
    True
    """
    planned = ([baseline] if baseline else []) + list(milestones)
    points = planned + list(actual)
    if not points:
        return None
    spanned, values = [*(years or ()), *(p[0] for p in points)], [p[1] for p in points]
    first, last = min(spanned), max(spanned)
    low, high = min(values), max(values)

    def place(point: tuple[int, float]) -> tuple[float, float]:
        year, value = point
        x = WIDTH / 2 if first == last else EDGE + (WIDTH - 2 * EDGE) * (year - first) / (last - first)
        y = HEIGHT / 2 if low == high else HEIGHT - EDGE - (HEIGHT - 2 * EDGE) * (value - low) / (high - low)
        return round(x, 1), round(y, 1)

    measured = [place(point) for point in actual]
    return Spark(
        path=_joined([place(point) for point in planned]),
        goals=tuple(place(point) for point in milestones),
        base=place(baseline) if baseline else None,
        actual=_joined(measured) if len(measured) > 1 else "",
        last=measured[-1] if measured else None,
    )


def _joined(points: Sequence[tuple[float, float]]) -> str:
    return " ".join(f"{x},{y}" for x, y in points)


def numbers(values: Mapping[int, object]) -> list[tuple[int, float]]:
    """The years that have a number, in order; kinds of missing leave a gap.

    >>> numbers({2016: 1, 2015: "missing", 2014: 2.5})
    [(2014, 2.5), (2016, 1.0)]
    """
    found = []
    for year in sorted(values):
        value = values[year]
        if isinstance(value, str) or value is None:
            continue
        found.append((year, float(value)))  # type: ignore[arg-type]
    return found
