"""Lengths and areas of what is drawn on a map, on the CGCS2000 ellipsoid."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from pyproj import Geod
from shapely.geometry import shape

from ecociv.core.text import Text
from ecociv.standards.land import GeometryRefused
from ecociv.territory.layers.features import areas_of

_MOST_VERTICES = 20_000


class MeasureRefused(ValueError):
    """What was drawn cannot be measured; ``text`` says why."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class Measured:
    """Metres along the line or around the polygon, square metres inside (none for a line)."""

    length: float
    area: float | None


def measure(drawing: Any) -> Measured:
    """Measure a GeoJSON LineString, Polygon or MultiPolygon in degrees.

    Lengths are geodesics between the vertices; areas have edges straight in longitude and latitude, as layers have.

    >>> square = [[117.0, 29.0], [117.01, 29.0], [117.01, 29.01], [117.0, 29.01], [117.0, 29.0]]
    >>> found = measure({"type": "Polygon", "coordinates": [square]})
    >>> round(found.length), round(found.area)
    (4165, 1079920)

    Raises
    ------
    MeasureRefused
        For other geometry, too many vertices, coordinates off the globe, a ring that crosses itself.
    """
    geometry = drawn(drawing)
    if geometry.geom_type == "LineString":
        return Measured(_length(geometry), None)
    try:
        area = float(areas_of(np.asarray([geometry], dtype=object))[0])
    except GeometryRefused as error:
        raise _refused("图形不能量算", "The drawing cannot be measured", str(error)) from error
    rings = [ring for part in shapely.get_parts(geometry) for ring in (part.exterior, *part.interiors)]
    return Measured(sum(_length(ring) for ring in rings), area)


def drawn(drawing: Any) -> shapely.Geometry:
    """The geometry of a GeoJSON drawing, checked.

    Raises
    ------
    MeasureRefused
        As :func:`measure`.
    """
    try:
        geometry = shape(drawing)
    except (AttributeError, KeyError, TypeError, ValueError, IndexError, shapely.GEOSException) as error:
        raise _refused("不是GeoJSON图形", "This is no GeoJSON geometry", str(error)) from error
    if geometry.geom_type not in {"LineString", "Polygon", "MultiPolygon"} or geometry.is_empty:
        raise _refused("只能量算线和面", "Only lines and polygons can be measured", geometry.geom_type)
    coordinates = shapely.get_coordinates(geometry)
    if len(coordinates) > _MOST_VERTICES:
        raise _refused("折点过多", "Too many vertices", f"{len(coordinates)} > {_MOST_VERTICES}")
    if not (np.isfinite(coordinates).all() and (np.abs(coordinates) <= [180.0, 90.0]).all()):
        raise _refused("坐标不是经纬度", "The coordinates are no longitudes and latitudes", "±180, ±90")
    if not geometry.is_valid:
        raise _refused("图形自相交", "The outline crosses itself", shapely.is_valid_reason(geometry))
    return geometry


def _length(line: shapely.Geometry) -> float:
    return float(_ellipsoid().line_length(*shapely.get_coordinates(line).T))


@lru_cache(maxsize=1)
def _ellipsoid() -> Geod:
    return Geod(a=6378137.0, rf=298.257222101)


def _refused(zh: str, en: str, said: str) -> MeasureRefused:
    return MeasureRefused(Text(zh=f"{zh}：{said}。", en=f"{en}: {said}."))
