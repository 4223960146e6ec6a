"""Outlines of a tile: put on its grid, cut at its margin, thinned so that neighbours keep one border.

Everything is whole numbers of tile units and works on all rings at once. Each rule looks at a vertex and at the vertices
beside it, never at the polygon it belongs to or at the way its ring runs: two polygons with a common border lose the same
vertices and are cut at the same points.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecociv.territory.layers.rings import Outlines
from ecociv.territory.tiles.encoding import Rings
from ecociv.territory.tiles.grid import EXTENT, UNIT, Tile

FINE, COARSE = 1, UNIT // 2
"""Grids of vertices, in units: an eighth of a pixel where a tile has few vertices, half a pixel where it has many."""

MOST_THIN = 64
"""Twice the largest triangle that a vertex may span and go, in squares of the grid."""

_ROUNDS = 8
_FAR = np.uint32(2**32 - 1)
Int = NDArray[np.int64]
Steps = NDArray[np.int32]


@dataclass(frozen=True, eq=False)
class _Open:
    """Rings without the closing vertex: place of each vertex in steps of the grid, and the number of its ring."""

    x: Steps
    y: Steps
    ring: Steps

    def only(self, mask: NDArray[np.bool_]) -> _Open:
        places = np.flatnonzero(mask)
        return _Open(self.x[places], self.y[places], self.ring[places])

    def ends(self) -> tuple[Int, Int]:
        """First and last vertex of each ring."""
        first = np.flatnonzero(np.diff(self.ring, prepend=np.int32(-1)))
        return first, np.append(first[1:], len(self.ring))[: len(first)] - 1


def _before(values: Any, ends: tuple[Int, Int]) -> Any:
    """What the vertex before each has, around its ring."""
    found = np.empty_like(values)
    found[1:] = values[:-1]
    found[ends[0]] = values[ends[1]]
    return found


def _after(values: Any, ends: tuple[Int, Int]) -> Any:
    """What the vertex after each has, around its ring."""
    found = np.empty_like(values)
    found[:-1] = values[1:]
    found[ends[1]] = values[ends[0]]
    return found


def shaped(tile: Tile, outlines: Outlines, margin: int, *, grid: int, thin: int) -> Rings:
    """Outlines as closed rings on the grid of a tile.

    Parameters
    ----------
    margin
        Units outside the tile at which they are cut; a multiple of the grid, as the tile's edge is.
    grid
        Units between two places that a vertex may take.
    thin
        A vertex goes that spans a triangle of less than half as many squares of the grid with those beside it; 0 keeps all,
        `MOST_THIN` is the most.
    """
    units = tile.units(outlines.degrees)
    lengths = np.diff(outlines.starts)
    own = np.ones(len(units), bool)
    own[outlines.starts[1:][lengths > 0] - 1] = False
    line = _Open(
        np.rint(units[:, 0] / grid).astype(np.int32),
        np.rint(units[:, 1] / grid).astype(np.int32),
        np.repeat(np.arange(len(lengths), dtype=np.int32), lengths),
    ).only(own)
    ends = line.ends()
    line = line.only((line.x != _before(line.x, ends)) | (line.y != _before(line.y, ends)))
    least, most = -margin // grid, (EXTENT + margin) // grid
    line = _cut(line, least, most)
    if thin:
        line = _thinned(line, least, most, thin)
    return _closed(line, outlines, grid)


def _closed(line: _Open, outlines: Outlines, grid: int) -> Rings:
    """Rings in units, the first vertex of each repeated at its end; those of which nothing is left are left out."""
    first, last = line.ends()
    there = line.ring[first]
    starts = np.append(0, np.cumsum(last - first + 2))
    closed = np.empty((2, starts[-1]), np.int64)
    own = np.ones(starts[-1], bool)
    own[starts[1:] - 1] = False
    closed[0, own], closed[1, own] = line.x, line.y
    closed[:, starts[1:] - 1] = closed[:, starts[:-1]]
    return Rings(closed.T * grid, starts, outlines.outer[there], outlines.feature[there])


def _cut(line: _Open, least: int, most: int) -> _Open:
    """Rings cut at the margin, one side of the tile after the other; what lies outside goes along it (Sutherland and Hodgman, 1974)."""
    first, _last = line.ends()
    if not len(first):
        return line
    over = np.zeros(int(line.ring[-1]) + 1, bool)
    over[line.ring[first]] = (
        np.minimum(np.minimum.reduceat(line.x, first), np.minimum.reduceat(line.y, first)) < least
    ) | (np.maximum(np.maximum.reduceat(line.x, first), np.maximum.reduceat(line.y, first)) > most)
    if not over.any():
        return line
    mask = over[line.ring]
    cut, whole = line.only(mask), line.only(~mask)
    for side, limit in ((1, least), (-1, -most)):
        half = _half(_Open(side * cut.x, cut.y, cut.ring), limit)
        half = _half(_Open(side * half.y, side * half.x, half.ring), limit)
        cut = _Open(half.y, side * half.x, half.ring)
    ring = np.concatenate([whole.ring, cut.ring])
    order = np.argsort(ring, kind="stable")
    return _Open(
        np.concatenate([whole.x, cut.x])[order], np.concatenate([whole.y, cut.y])[order], ring[order]
    )


def _half(line: _Open, limit: int) -> _Open:
    """What of the rings has ``x`` at the limit or above."""
    inside = line.x >= limit
    if inside.all():
        return line
    ends = line.ends()
    crosses = inside != _after(inside, ends)
    place = np.cumsum(inside + crosses.astype(np.int64))
    crossing = np.flatnonzero(crosses)
    beyond = np.where(crossing == len(inside) - 1, 0, crossing + 1)
    last = np.isin(crossing, ends[1])
    beyond[last] = ends[0][np.searchsorted(ends[1], crossing[last])]
    # An edge is cut at the same point whichever way it runs.
    low = np.where(inside[crossing], beyond, crossing)
    high = np.where(inside[crossing], crossing, beyond)
    x, y = line.x.astype(np.float64), line.y.astype(np.float64)
    met = np.rint(y[low] + (limit - x[low]) / (x[high] - x[low]) * (y[high] - y[low])).astype(np.int32)
    out = np.empty((3, place[-1]), np.int32)
    kept = np.flatnonzero(inside)
    out[:, place[kept] - 1 - crosses[kept]] = line.x[kept], line.y[kept], line.ring[kept]
    at = place[crossing] - 1
    out[0, at], out[1, at], out[2, at] = limit, met, line.ring[crossing]
    return _Open(out[0], out[1], out[2])


def _thinned(line: _Open, least: int, most: int, thin: int) -> _Open:
    """Without the vertices that hardly bend their line.

    In each round a vertex goes that spans a small triangle with those beside it, smaller than either of them does. Where three
    borders meet, or a line ends at another, a vertex stays.
    """
    side = most - least + 1
    key = (line.y - least) * np.int32(side) + (line.x - least)
    stays = _meetings(key, line.ends(), side)
    bits = (side * side).bit_length()
    thin = min(thin, MOST_THIN, 1 << (31 - bits))
    for _ in range(_ROUNDS):
        ends = line.ends()
        from_x, from_y = line.x - _before(line.x, ends), line.y - _before(line.y, ends)
        twice = np.abs(from_x * _after(from_y, ends) - from_y * _after(from_x, ends))
        rank = np.where(
            stays | (twice >= thin),
            _FAR,
            (twice.astype(np.uint32) << np.uint32(bits)) | key.astype(np.uint32),
        )
        # Where a spike went, its foot stands twice.
        goes = ((rank < _before(rank, ends)) & (rank < _after(rank, ends))) | ((from_x == 0) & (from_y == 0))
        if not goes.any():
            break
        left = np.flatnonzero(~goes)
        line, stays, key = _Open(line.x[left], line.y[left], line.ring[left]), stays[left], key[left]
    return line


def _meetings(key: Steps, ends: tuple[Int, Int], side: int) -> NDArray[np.bool_]:
    """Vertices whose place has not the same two neighbours in every ring that goes through it."""
    before, after = _before(key, ends), _after(key, ends)
    both = np.minimum(before, after).astype(np.int64) << 32 | np.maximum(before, after)
    # The last that goes through a place says its neighbours there; who has others finds it.
    said = np.empty(side * side, np.int64)
    said[key] = both
    meets = np.zeros(side * side, bool)
    meets[key[said[key] != both]] = True
    return np.asarray(meets[key])
