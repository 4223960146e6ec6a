"""The map on which layers are overlaid: longitude across, equal area upward, the latitude carried along.

The formula of the surveys takes an edge as straight on the cylindrical equal-area map of the ellipsoid. Overlaying on that very
map makes areas additive: a cut through an edge leaves the two halves on the line that is measured, so the parts of a polygon
add up to it to the last digits. Northings are not turned back into latitudes vertex by vertex; each vertex carries its latitude
as third coordinate, so the vertices of a source come out bit for bit, and only new corners are computed.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ecociv.standards.land.ellipsoid import area_scale, authalic, ellipsoid

Floats = NDArray[np.float64]
Geometries = NDArray[Any]
"""Array of dtype object that holds shapely geometries."""

_CLOSE_ENOUGH = 1e-14
_STEPS = 8


@lru_cache(maxsize=1)
def square_metres() -> float:
    """m2 of one square unit of the plane."""
    return area_scale() * float(np.radians(1.0)) ** 2


def northing(latitude: Floats) -> Floats:
    """Upward coordinate of a latitude in degrees, in units of a degree at the equator."""
    return np.asarray(np.degrees(authalic(np.ascontiguousarray(latitude))))


def latitude(northings: Floats, guess: Floats) -> Floats:
    """Latitude in degrees of `northings`; where `guess` already has exactly this northing it is returned as it is."""
    found = np.array(guess, dtype=np.float64)
    pole = float(northing(np.array([90.0]))[0])
    unknown = np.isnan(found)
    if unknown.any():
        found[unknown] = np.degrees(np.arcsin(np.clip(northings[unknown] / pole, -1.0, 1.0)))
    rest = northings - northing(found)
    open_ = np.flatnonzero(rest != 0)
    squared = float(ellipsoid().table["e2"])
    off = rest[open_]
    for _ in range(_STEPS):
        if not open_.size:
            break
        angle = np.radians(found[open_])
        slope = np.maximum(np.cos(angle), 1e-12) / (1 - squared * np.sin(angle) ** 2) ** 2
        step = off / slope
        found[open_] = np.clip(found[open_] + step, -90.0, 90.0)
        still = np.abs(step) > _CLOSE_ENOUGH
        open_ = open_[still]
        off = northings[open_] - northing(found[open_])
    return found


def to_plane(geometries: Geometries) -> Geometries:
    """Geometries in degrees as geometries of the plane, latitudes as third coordinate."""
    degrees = shapely.get_coordinates(geometries)
    placed = np.column_stack([degrees[:, 0], northing(degrees[:, 1]), degrees[:, 1]])
    return np.asarray(shapely.set_coordinates(shapely.force_3d(geometries), placed))


def with_latitudes(polygons: Geometries) -> Geometries:
    """Geometries of the plane whose third coordinate is the latitude again, after an operation that made new corners."""
    placed = shapely.get_coordinates(polygons, include_z=True)
    placed[:, 2] = latitude(placed[:, 1], placed[:, 2])
    return np.asarray(shapely.set_coordinates(shapely.force_3d(polygons), placed))


def areas(geometries: Geometries) -> Floats:
    """Areas in m2 of geometries of the plane: the formula of the surveys."""
    return np.asarray(shapely.area(geometries) * square_metres())


def to_degrees(polygons: Geometries) -> tuple[Geometries, Floats]:
    """Polygons of the plane in degrees, and their mean widths in m (twice the area over the perimeter)."""
    if not len(polygons):
        return polygons, np.empty(0)
    _, placed, (rings, members) = shapely.to_ragged_array(polygons, include_z=True)
    degrees = np.column_stack([placed[:, 0], latitude(placed[:, 1], placed[:, 2])])
    perimeter = _perimeters(degrees, rings)[:-1]
    around = np.add.reduceat(perimeter, members[:-1])
    with np.errstate(divide="ignore", invalid="ignore"):
        width = np.where(around > 0, 2 * areas(polygons) / around, 0.0)
    made = shapely.from_ragged_array(shapely.GeometryType.POLYGON, degrees, (rings, members))
    return np.asarray(made), width


def _perimeters(degrees: Floats, rings: NDArray[np.int64]) -> Floats:
    """Length of each ring in m, by the radii of curvature at its edges; one 0 more at the end."""
    squared, semi_major = float(ellipsoid().table["e2"]), float(ellipsoid().table["a"])
    middle = np.radians((degrees[1:, 1] + degrees[:-1, 1]) / 2)
    root = np.sqrt(1 - squared * np.sin(middle) ** 2)
    step = np.radians(np.diff(degrees, axis=0))
    east = step[:, 0] * np.cos(middle) * (semi_major / root)
    north = step[:, 1] * (semi_major * (1 - squared) / root**3)
    length = np.append(np.hypot(east, north), 0.0)
    length[rings[1:] - 1] = 0.0  # from the end of a ring to the beginning of the next is no edge
    return np.append(np.add.reduceat(length, rings[:-1]), 0.0)
