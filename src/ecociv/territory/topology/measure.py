"""Measuring geometries that may be in any state: areas, widths, metres, sound copies."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely import GeometryType

from ecociv.standards.land import GeometryRefused
from ecociv.territory.layers.features import POLYGONAL, areas_of

_METRES_PER_DEGREE = 111_319.49
_SQUASH = 0.993306
"""1 - e² of the CGCS2000 ellipsoid: how much shorter a degree of latitude is at the equator."""

Shapes = NDArray[Any]


@dataclass(frozen=True, slots=True)
class Frame:
    """A plane in metres around a place, true to about 1 % within one degree: for widths, not for areas."""

    east: float
    north: float

    @classmethod
    def of(cls, shapes: Shapes) -> Frame:
        """The frame of a layer, at the latitude of its middle."""
        heights = shapely.bounds(shapes)[:, 1::2]
        heights = heights[np.isfinite(heights)]
        middle = float((heights.min() + heights.max()) / 2) if heights.size else 0.0
        latitude = np.radians(min(max(middle, -89.0), 89.0))
        return cls(_METRES_PER_DEGREE * float(np.cos(latitude)), _METRES_PER_DEGREE * _SQUASH)

    def metres(self, shapes: Shapes) -> Shapes:
        """Geometries in metres."""
        scale = np.array([self.east, self.north])
        return np.asarray(shapely.transform(shapes, lambda points: points * scale), dtype=object)

    def perimeters(self, shapes: Shapes) -> NDArray[np.float64]:
        """Lengths of the borders in metres."""
        return np.asarray(shapely.length(self.metres(shapes)), dtype=np.float64)


def polygonal(shapes: Shapes) -> Shapes:
    """The polygons in each geometry, as one polygon or multipolygon; an empty polygon where there is none."""
    found = np.array(shapes, dtype=object)
    found[shapely.is_missing(found)] = shapely.Polygon()
    mixed = np.flatnonzero(~np.isin(shapely.get_type_id(found), POLYGONAL))
    for place in mixed:
        found[place] = _polygons_in(found[place])
    return found


def _polygons_in(shape: shapely.Geometry) -> shapely.Geometry:
    parts = shapely.get_parts(shape)
    while (shapely.get_type_id(parts) >= GeometryType.MULTIPOINT).any():
        parts = shapely.get_parts(parts)
    areas = [part for part in parts if part.geom_type == "Polygon" and not part.is_empty]
    if len(areas) <= 1:
        return areas[0] if areas else shapely.Polygon()
    joined = shapely.MultiPolygon(areas)
    return joined if joined.is_valid else _one(shapely.union_all(areas))


def _one(shape: shapely.Geometry) -> shapely.Geometry:
    return shape if shape.geom_type in ("Polygon", "MultiPolygon") else shapely.Polygon()


def is_finite(shapes: Shapes) -> NDArray[np.bool_]:
    """Whether all coordinates of a geometry are numbers."""
    coordinates, index = shapely.get_coordinates(shapes, return_index=True)
    wrong = index[~np.isfinite(coordinates).all(axis=1)]
    found = np.ones(len(shapes), dtype=bool)
    found[wrong] = False
    return found


def sound(shapes: Shapes) -> Shapes:
    """Valid polygonal copies, for comparison only: what cannot be made valid is empty."""
    found = np.array(shapes, dtype=object)
    found[~is_finite(found)] = shapely.Polygon()
    broken = ~shapely.is_valid(found)
    if broken.any():
        found[broken] = shapely.make_valid(found[broken], method="structure", keep_collapsed=False)
    return polygonal(found)


def areas_in_any_state(shapes: Shapes) -> NDArray[np.float64]:
    """Areas in m2 by the ring formula, of invalid geometries too; 0 where it makes no sense."""
    found = np.array(shapes, dtype=object)
    found[~is_finite(found) | ~np.isin(shapely.get_type_id(found), POLYGONAL)] = shapely.Polygon()
    try:
        return areas_of(found)
    except GeometryRefused:
        pass
    measured = np.zeros(len(found))
    for place in range(len(found)):
        try:
            measured[place] = areas_of(found[place : place + 1])[0]
        except GeometryRefused:
            measured[place] = 0.0
    return measured


def mean_widths(shapes: Shapes, areas: NDArray[np.float64], frame: Frame) -> NDArray[np.float64]:
    """Mean widths in m: twice the area over the perimeter.

    Examples
    --------
    >>> strip = np.array([shapely.box(117, 29, 117.01, 29.00001)])  # about 973 m by 1.1 m
    >>> mean_widths(strip, areas_of(strip), Frame.of(strip)).round(2).tolist()
    [1.11]
    """
    return 2 * areas / np.maximum(frame.perimeters(shapes), 1e-9)
