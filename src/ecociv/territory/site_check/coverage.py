"""Whether polygons cover a box evenly, by their edges alone. Pure: no Django."""

from __future__ import annotations

from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

POLYGON = 3
"""Type number of a polygon."""
_FIRST, _SECOND = np.uint64(0x9E3779B97F4A7C15), np.uint64(0xC2B2AE3D27D4EB4F)


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
    shapes = shapes[~shapely.is_empty(shapes)]
    if not len(shapes):
        return True
    if not np.isin(shapely.get_type_id(shapes), (3, 6)).all():
        return False  # a cut that left lines or points: the slower test decides
    pairs, starts, shell = _rings(shapes)
    here, there = pairs[:-1], pairs[1:]
    real = np.ones(len(here), dtype=bool)
    real[starts[1:-1] - 1] = False  # from the end of one ring to the beginning of the next
    # Which way each ring runs: twice its area, from its own first vertex so that no digits are lost.
    ring = np.repeat(np.arange(len(shell)), np.diff(starts))
    local = pairs - pairs[starts[:-1]][ring]
    turns = np.append(local[:-1, 0] * local[1:, 1] - local[1:, 0] * local[:-1, 1], 0.0)
    turns[starts[1:] - 1] = 0.0
    way = np.sign(np.add.reduceat(turns, starts[:-1])) * np.where(shell, 1, -1)
    west, south, east, north = box
    low, high = np.minimum(here, there), np.maximum(here, there)
    meets = real & (low[:, 0] <= east) & (high[:, 0] >= west) & (low[:, 1] <= north) & (high[:, 1] >= south)
    with np.errstate(over="ignore"):
        vertex = _mixed(_mixed(_bits(pairs[:, 0])) + _bits(pairs[:, 1]))
        one, other = vertex[:-1][meets], vertex[1:][meets]
        key = _mixed(one + other + one * other)
        forward = (one < other) == (way[ring[:-1][meets]] > 0)
        return bool(key[forward].sum(dtype=np.uint64) == key[~forward].sum(dtype=np.uint64))


def _rings(shapes: NDArray[Any]) -> tuple[NDArray[np.float64], NDArray[np.int64], NDArray[np.bool_]]:
    """All vertices, where rings begin (and the end of the last), and which rings are shells."""
    simple = (shapely.get_type_id(shapes) == POLYGON) & (shapely.get_num_interior_rings(shapes) == 0)
    if simple.all():  # by far the most common, and three times as fast
        pairs, polygon = shapely.get_coordinates(shapes, return_index=True)
        starts = np.concatenate([[0], np.flatnonzero(polygon[1:] != polygon[:-1]) + 1, [len(pairs)]])
        return pairs, starts, np.ones(len(starts) - 1, dtype=bool)
    _kind, pairs, offsets = shapely.to_ragged_array(shapes)
    starts = np.asarray(offsets[0], dtype=np.int64)
    shell = np.zeros(len(starts) - 1, dtype=bool)
    shell[np.asarray(offsets[1], dtype=np.int64)[:-1]] = True
    return pairs, starts, shell


def _bits(values: NDArray[np.float64]) -> NDArray[np.uint64]:
    return np.ascontiguousarray(values + 0.0).view(np.uint64)


def _mixed(state: NDArray[np.uint64]) -> NDArray[np.uint64]:
    state = (state ^ (state >> np.uint64(30))) * _FIRST
    state = (state ^ (state >> np.uint64(27))) * _SECOND
    return np.asarray(state ^ (state >> np.uint64(31)))
