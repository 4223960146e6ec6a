"""Where a layer overlaps itself.

Edges that two neighbours share bit for bit, in opposite directions, cancel. What remains is the border of the layer, of gaps and
of overlaps: at the border of every place that is covered more than once, an edge of one of the polygons there is left. So only
polygons with an edge that is left are compared with those around them, and a clean coverage costs little more than one sort.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from ecociv.territory.overlay.pairs import shared
from ecociv.territory.overlay.parts import Numbers, Parts
from ecociv.territory.overlay.plane import Floats, Geometries, areas, with_latitudes
from ecociv.territory.overlay.tiles import Tile

_ODD = np.uint64(0x9E3779B97F4A7C15)
_FIRST, _SECOND = np.uint64(0xBF58476D1CE4E5B9), np.uint64(0x94D049BB133111EB)


@dataclass(frozen=True, eq=False)
class SelfOverlaps:
    """Pairs of parts of one layer that share area, the lesser number first.

    Attributes
    ----------
    first, second : array of int64
    area : array of float64
        m2 that the two share.
    """

    first: Numbers
    second: Numbers
    area: Floats

    @classmethod
    def none(cls) -> SelfOverlaps:
        """No pair."""
        return cls(np.empty(0, dtype=np.int64), np.empty(0, dtype=np.int64), np.empty(0))

    @classmethod
    def together(cls, found: list[SelfOverlaps]) -> SelfOverlaps:
        """Several findings as one, each pair once, ordered."""
        if not found:
            return cls.none()
        first, second, area = (
            np.concatenate([getattr(part, name) for part in found]) for name in ("first", "second", "area")
        )
        pairs, place = np.unique(np.column_stack([first, second]), axis=0, return_index=True)
        return cls(pairs[:, 0], pairs[:, 1], area[place])


def self_overlaps(polygons: Geometries, numbers: Numbers, tile: Tile) -> SelfOverlaps:
    """Pairs that overlap at an edge within `tile`. `polygons` are all that reach into it, `numbers` their numbers."""
    if len(polygons) < 2:
        return SelfOverlaps.none()
    suspects = _with_edges_left(polygons, tile)
    if not len(suspects):
        return SelfOverlaps.none()
    one, other = shapely.STRtree(polygons).query(polygons[suspects])
    one = suspects[one]
    pairs = np.unique(np.sort(np.column_stack([one, other])[one != other], axis=1), axis=0)
    if not len(pairs):
        return SelfOverlaps.none()
    # Numbers rise with place, so the first of a pair is the lesser number wherever the pair is seen.
    pieces = shared(polygons, polygons, pairs[:, 0], pairs[:, 1])
    total = np.bincount(pieces.pair, weights=areas(pieces.polygons), minlength=len(pairs))
    real = np.flatnonzero(total > 0)
    return SelfOverlaps(numbers[pairs[real, 0]], numbers[pairs[real, 1]], total[real].astype(np.float64))


def _with_edges_left(polygons: Geometries, tile: Tile) -> Numbers:
    """Places of the polygons that keep an edge within the tile after shared edges have cancelled."""
    _, vertices, (rings, members) = shapely.to_ragged_array(polygons, include_z=False)
    ring_of = np.repeat(np.arange(len(rings) - 1), np.diff(rings))
    polygon_of = np.repeat(np.arange(len(polygons)), np.diff(members))
    edges = np.flatnonzero(ring_of[1:] == ring_of[:-1])
    x, y = np.ascontiguousarray(vertices[:, 0]), np.ascontiguousarray(vertices[:, 1])
    mark = _mixed(x, y)
    here, there = mark[edges], mark[edges + 1]
    with np.errstate(over="ignore"):
        key = (here ^ there) * _ODD + (here + there)
    direction = np.where(here < there, 1, -1) * _turns(x, y, rings, members)[ring_of[edges]]
    order = np.argsort(key, kind="stable")
    begins = np.flatnonzero(np.append(True, np.diff(key[order]) != 0))
    balance = np.add.reduceat(direction[order], begins)
    group = np.cumsum(np.bincount(begins, minlength=len(order))) - 1
    left = edges[order[balance[group] != 0]]
    low_x, high_x = np.minimum(x[left], x[left + 1]), np.maximum(x[left], x[left + 1])
    low_y, high_y = np.minimum(y[left], y[left + 1]), np.maximum(y[left], y[left + 1])
    near = (high_x >= tile.west) & (low_x <= tile.east) & (high_y >= tile.south) & (low_y <= tile.north)
    return np.unique(polygon_of[ring_of[left[near]]])


def _turns(x: Floats, y: Floats, rings: Numbers, members: Numbers) -> NDArray[np.int64]:
    """+1 for rings whose polygon lies to the left, -1 to the right."""
    start = np.repeat(rings[:-1], np.diff(rings))
    east, north = x - x[start], y - y[start]
    moment = np.append(east[:-1] * north[1:] - east[1:] * north[:-1], 0.0)
    moment[rings[1:] - 1] = 0.0
    turn = np.where(np.add.reduceat(moment, rings[:-1]) > 0, 1, -1)
    hole = np.ones(len(rings) - 1, dtype=bool)
    hole[members[:-1]] = False
    return np.where(hole, -turn, turn)


def _mixed(x: Floats, y: Floats) -> NDArray[np.uint64]:
    """A number of 64 bits for each vertex; equal vertices have equal numbers."""
    with np.errstate(over="ignore"):
        state = (x + 0.0).view(np.uint64) * _FIRST
        state = (state ^ (state >> np.uint64(29))) + (y + 0.0).view(np.uint64) * _SECOND
        state = (state ^ (state >> np.uint64(32))) * _ODD
        state ^= state >> np.uint64(29)
    return np.asarray(state)


def flattened(parts: Parts, found: SelfOverlaps) -> Parts:
    """The same parts without double cover: what two share belongs to the one with the lesser number."""
    if not len(found.first):
        return parts
    old = np.unique(found.second)
    made: list[Geometries] = []
    feature: list[Numbers] = []
    for number in old:
        earlier = parts.take(found.first[found.second == number])
        rest = shapely.difference(parts.take(np.array([number]))[0], shapely.union_all(earlier))
        pieces = _polygons_of(rest)
        made.append(pieces)
        feature.append(np.full(len(pieces), parts.feature[number]))
    return parts.replaced(old, with_latitudes(np.concatenate(made)), np.concatenate(feature))


def _polygons_of(geometry: shapely.Geometry) -> Geometries:
    found = shapely.get_parts(shapely.get_parts(geometry))
    chosen: Geometries = found[(shapely.get_type_id(found) == 3) & ~shapely.is_empty(found)]
    return chosen
