"""Whether polygons cover a box evenly, by their edges alone. Pure: no Django."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

_POLYGON, _MULTIPOLYGON = 3, 6
_FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)
_SHIFTS = np.uint64(30), np.uint64(27), np.uint64(31)


def edges_cancel(shapes: NDArray[Any], box: tuple[float, float, float, float]) -> bool:
    """Whether each edge that reaches into a box is there once for each direction.

    Then the number of polygons over a point is the same everywhere in the box, and if their areas there add up to the
    area once, none overlaps another. Vertices have to be the same to the last bit, as in a clean survey; otherwise the
    answer is no, and a slower test has to decide. Every edge is turned into a number that its reverse takes back, so
    one sum tells (a wrong yes needs a coincidence of 64 bits).

    Examples
    --------
    >>> left, right = shapely.box(0, 0, 1, 1), shapely.box(1, 0, 2, 1)
    >>> edges_cancel(np.array([left, right]), (0.5, 0.2, 1.5, 0.8))
    True
    >>> edges_cancel(np.array([left, shapely.box(0.9, 0, 2, 1)]), (0.5, 0.2, 1.5, 0.8))
    False

    What a box cuts to nothing is no edge:

    >>> edges_cancel(np.array([left, right, shapely.Polygon()]), (0.5, 0.2, 1.5, 0.8))
    True
    """
    kinds = shapely.get_type_id(shapes)
    simple = (kinds == _POLYGON).all() and not shapely.get_num_interior_rings(shapes).any()
    if not simple and not ((kinds == _POLYGON) | (kinds == _MULTIPOLYGON)).all():
        return False  # a cut that left lines or points: the slower test decides
    # Shells all run one way and holes the other: what a polygon covers lies on the same side of each of its edges.
    shapes = shapely.orient_polygons(shapes)
    rings = shapes if simple else shapely.get_rings(shapely.get_parts(shapes))
    pairs, ring = shapely.get_coordinates(rings, return_index=True)
    columns = np.ascontiguousarray(pairs.T)
    columns += 0.0  # minus zero is zero
    west, south, east, north = box
    below = np.minimum(columns[:, :-1], columns[:, 1:]) <= ((east,), (north,))
    above = np.maximum(columns[:, :-1], columns[:, 1:]) >= ((west,), (south,))
    below &= above
    # From the end of one ring to the beginning of the next is no edge.
    meets = below[0] & below[1] & (ring[:-1] == ring[1:])
    longitude, latitude = columns.view(np.uint64)
    vertex = _mixed(_mixed(longitude) + latitude)
    # The cube of a difference changes its sign with the direction. In the sum of all of them the products of the two
    # numbers of an edge go only if it is there as often one way as the other. 64 bits run over without harm.
    step = vertex[1:] - vertex[:-1]
    return not np.add.reduce((step * step * step)[meets])


def _mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Other numbers whose bits all depend on all bits of those given."""
    mixed = state ^ (state >> _SHIFTS[0])
    mixed *= _FIRST
    mixed ^= mixed >> _SHIFTS[1]
    mixed *= _SECOND
    mixed ^= mixed >> _SHIFTS[2]
    return mixed
