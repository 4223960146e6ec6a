"""Shared boundaries that were drawn twice, brought together within a tolerance."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import shapely
from numpy.typing import NDArray

from ecociv.territory.topology.measure import Frame, Shapes


def snapped(shapes: Shapes, frame: Frame, within: float) -> Iterator[tuple[int, shapely.Geometry]]:
    """Features whose border moved to that of an earlier neighbour.

    A later feature follows an earlier one: its vertices go to vertices of the neighbour within the tolerance, and each
    takes the other's vertices into its edges. A move that would break a polygon is not made.

    Parameters
    ----------
    shapes : array of Polygon or MultiPolygon
        Valid, or empty.
    within : float
        Metres.
    """
    tolerance = within / max(frame.east, frame.north)
    loose = _loose(shapes, tolerance)
    if not loose.any():
        return
    tree = shapely.STRtree(shapes)
    asked = np.flatnonzero(loose)
    near, other = tree.query(shapes[asked], predicate="dwithin", distance=within / frame.east)
    involved = np.unique(np.concatenate([asked, other]))
    metres = frame.metres(shapes[involved])
    plane = dict(zip(involved.tolist(), metres, strict=True))
    # Snapping copies vertices, so each that comes out is one that went in: it gets its own degrees back, not a value
    # that went through metres and lost its last digit.
    degrees = _lookup(metres, shapes[involved])
    pairs = np.unique(np.sort(np.column_stack([asked[near], other]), axis=1), axis=0)
    moved: set[int] = set()
    for first, second in pairs[pairs[:, 0] != pairs[:, 1]].tolist():
        for place, target in ((second, first), (first, second)):
            candidate = shapely.snap(plane[place], plane[target], within)
            if candidate.equals_exact(plane[place]) or not candidate.is_valid or candidate.is_empty:
                continue
            if candidate.geom_type in ("Polygon", "MultiPolygon"):
                plane[place] = candidate
                moved.add(place)
    for place in sorted(moved):
        restored = _restored(plane[place], degrees, frame)
        if restored.is_valid:
            yield place, restored


def _loose(shapes: Shapes, tolerance: float) -> NDArray[np.bool_]:
    edges = shapely.coverage_invalid_edges(shapes, gap_width=tolerance)
    return np.asarray(~shapely.is_empty(edges) & ~shapely.is_missing(edges))


def _lookup(metres: Shapes, shapes: Shapes) -> dict[tuple[float, float], tuple[float, float]]:
    plane, own = shapely.get_coordinates(metres), shapely.get_coordinates(shapes)
    return dict(zip(map(tuple, plane.tolist()), map(tuple, own.tolist()), strict=True))


def _restored(
    shape: shapely.Geometry, degrees: dict[tuple[float, float], tuple[float, float]], frame: Frame
) -> shapely.Geometry:
    scale = np.array([frame.east, frame.north])

    def back(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.array(
            [degrees.get(tuple(point), tuple(np.asarray(point) / scale)) for point in points.tolist()]
        ).reshape(-1, 2)

    return shapely.transform(shape, back)
