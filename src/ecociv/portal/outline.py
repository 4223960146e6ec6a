"""Outlines drawn by the server as SVG: a polygon and what lies over it, without scripts, printable."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

import shapely

WIDTH, EDGE = 320.0, 8.0


@dataclass(frozen=True, slots=True)
class Path:
    """One shape: its SVG path, the class that colours it, and its name for readers."""

    d: str
    style: str
    name: str


@dataclass(frozen=True, slots=True)
class Outline:
    """Shapes in one box, north up, with the true proportions of their middle latitude."""

    width: float
    height: float
    paths: tuple[Path, ...]


def outline(shapes: Iterable[tuple[shapely.Geometry, str, str]]) -> Outline | None:
    """Lay out shapes (geometry in degrees, class, name); none where nothing has an extent.

    >>> drawn = outline([(shapely.box(117, 29, 117.1, 29.1), "own", "A")])
    >>> drawn.width, drawn.paths[0].d
    (320.0, 'M312.0 355.7 L312.0 8.0 L8.0 8.0 L8.0 355.7 Z')
    """
    given = [(shape, style, name) for shape, style, name in shapes if not shape.is_empty]
    if not given:
        return None
    west, south, east, north = shapely.total_bounds([shape for shape, _style, _name in given])
    squeeze = math.cos(math.radians((south + north) / 2))
    across, up = (east - west) * squeeze, north - south
    if across <= 0 or up <= 0:
        return None
    scale = (WIDTH - 2 * EDGE) / across
    height = up * scale + 2 * EDGE

    def d(shape: shapely.Geometry) -> str:
        parts = []
        for polygon in shapely.get_parts(shape):
            for ring in (polygon.exterior, *polygon.interiors):
                points = [
                    f"{EDGE + (x - west) * squeeze * scale:.1f} {EDGE + (north - y) * scale:.1f}"
                    for x, y in shapely.get_coordinates(ring)[:-1]
                ]
                parts.append("M" + " L".join(points) + " Z")
        return " ".join(parts)

    return Outline(
        WIDTH, round(height, 1), tuple(Path(d(shape), style, name) for shape, style, name in given)
    )
