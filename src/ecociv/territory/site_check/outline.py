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
    corners = shapely.get_coordinates(geometry)
    if np.abs(corners[1:] - corners[:-1]).max() <= step:
        return geometry
    if geometry.geom_type == "Polygon" and not geometry.interiors:
        outline = shapely.polygons(shapely.linearrings(_ring(corners, step)))
    else:
        made = [
            shapely.Polygon(
                _ring(shapely.get_coordinates(part.exterior), step),
                [_ring(shapely.get_coordinates(hole), step) for hole in part.interiors],
            )
            for part in shapely.get_parts(geometry)
        ]
        outline = made[0] if len(made) == 1 else shapely.multipolygons(made)
    return outline if outline.is_valid else geometry


def quick_areas(geometries: NDArray[Any]) -> NDArray[np.float64]:
    """Areas in m2 by the surveys' formula, as :func:`ecociv.territory.layers.features.areas_of`, without its checks.

    The formula is the plane area on a map whose northing is the area below it. For the few pieces of a small site the
    checks would take longer than the areas.
    """
    flat = shapely.transform(geometries, _equal_area)
    return np.asarray(shapely.area(flat) * area_scale(), dtype=np.float64)


def _equal_area(pairs: NDArray[np.float64]) -> NDArray[np.float64]:
    """Degrees on the map whose areas are true."""
    flat = np.empty_like(pairs)
    np.radians(pairs[:, 0], out=flat[:, 0])
    flat[:, 1] = authalic(pairs[:, 1])
    return flat


@lru_cache(maxsize=1)
def _squared_eccentricity() -> float:
    return float(ellipsoid().table["e2"])


def _ring(corners: NDArray[np.float64], step: float) -> NDArray[np.float64]:
    """A closed ring with vertices put into its edges; `corners` repeats its first vertex at the end."""
    moves = corners[1:] - corners[:-1]
    pieces = np.ceil(np.abs(moves).max(axis=1) / step).astype(np.int64)
    np.maximum(pieces, 1, out=pieces)
    ends = pieces.cumsum()
    edge = np.arange(len(pieces)).repeat(pieces)
    share = (np.arange(ends[-1]) - (ends - pieces)[edge]) / pieces[edge]
    made = np.empty((len(edge) + 1, 2))
    made[:-1] = corners[edge] + share[:, None] * moves[edge]
    made[-1] = made[0]
    put_in = np.flatnonzero(share)
    share, edge, latitude = share[put_in], edge[put_in], made[put_in, 1]
    # All vertices at once: of some dozens the calls cost more than the arithmetic.
    height, own = np.split(authalic(np.concatenate([corners[:, 1], latitude])), [len(corners)])
    wanted = height[edge] + share * (height[edge + 1] - height[edge])
    # One step of Newton: the first guess is off by centimetres, so its square is below the last digit.
    turn = np.radians(latitude)
    slope = np.radians(np.cos(turn)) / (1 - _squared_eccentricity() * np.sin(turn) ** 2) ** 2
    made[put_in, 1] = latitude - (own - wanted) / slope
    return made
