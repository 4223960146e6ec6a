"""The outline of a site as the surveys' formula takes it, so that its parts add up to its area. Pure: no Django."""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ecociv.standards.land.ellipsoid import area_scale, authalic, ellipsoid

STEP = 0.0005
"""Longest edge in degrees, some 55 m: what is cut from it errs by 12 cm² at most."""
MOST = 2000
"""Vertices that are put in at most; a large site has longer steps."""


def survey_outline(geometry: shapely.Geometry) -> shapely.Geometry:
    """A polygon with vertices put into its edges where the surveys' formula sees them.

    The formula (TD/T 1055) takes an edge as straight on an equal-area map. On the map of degrees that line bends, by
    1 cm in 1 km. A site that is cut along the straight line of degrees has parts that do not add up to it (by some
    1e-7); cut along this outline they do. The area stays what it was.

    Examples
    --------
    >>> from ecociv.territory.layers.features import areas_of
    >>> site = shapely.Polygon([(117.0, 29.0), (117.02, 29.01), (117.0, 29.02)])
    >>> fine = survey_outline(site)
    >>> bool(shapely.get_num_coordinates(fine) > 100), abs(float(areas_of(fine)[0] / areas_of(site)[0] - 1)) < 1e-10
    (True, True)
    """
    if geometry.geom_type not in ("Polygon", "MultiPolygon"):
        return geometry
    step = max(STEP, float(shapely.length(geometry)) / MOST)
    if np.abs(np.diff(shapely.get_coordinates(geometry), axis=0)).max() <= step:
        return geometry
    made = [
        shapely.polygons(_ring(shell, step), [_ring(hole, step) for hole in holes] or None)
        for shell, holes in (
            (shapely.get_exterior_ring(part), part.interiors if shapely.get_num_interior_rings(part) else ())
            for part in shapely.get_parts(geometry)
        )
    ]
    outline = made[0] if len(made) == 1 else shapely.multipolygons(made)
    return outline if shapely.is_valid(outline) else geometry


def quick_areas(geometries: NDArray[Any]) -> NDArray[np.float64]:
    """Areas in m2 by the surveys' formula, as :func:`ecociv.territory.layers.features.areas_of`, without its checks.

    The formula is the plane area on a map whose northing is the area below it. For the few pieces of a small site the
    checks would take longer than the areas.
    """
    flat = shapely.transform(
        geometries, lambda pairs: np.column_stack([np.radians(pairs[:, 0]), authalic(pairs[:, 1])])
    )
    return np.asarray(shapely.area(flat) * area_scale(), dtype=np.float64)


@lru_cache(maxsize=1)
def _squared_eccentricity() -> float:
    return float(ellipsoid().table["e2"])


def _ring(ring: Any, step: float) -> NDArray[np.float64]:
    corners = shapely.get_coordinates(ring)
    moves = np.diff(corners, axis=0)
    pieces = np.maximum(1, np.ceil(np.abs(moves).max(axis=1) / step)).astype(np.int64)
    edge = np.repeat(np.arange(len(pieces)), pieces)
    share = (np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)) / pieces[edge]
    longitude = corners[edge, 0] + share * moves[edge, 0]
    latitude = corners[edge, 1] + share * moves[edge, 1]
    height = authalic(corners[:, 1])
    wanted = height[edge] + share * (height[edge + 1] - height[edge])
    # One step of Newton: the first guess is off by centimetres, so its square is below the last digit.
    turn = np.radians(latitude)
    slope = np.radians(np.cos(turn)) / (1 - _squared_eccentricity() * np.sin(turn) ** 2) ** 2
    latitude = np.where(share > 0, latitude - (authalic(latitude) - wanted) / slope, latitude)
    made = np.column_stack([longitude, latitude])
    return np.vstack([made, made[:1]])
