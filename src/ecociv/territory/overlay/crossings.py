"""Pieces of pairs of simple polygons whose borders cross properly, many pairs at once in NumPy.

Where two borders meet only in proper crossings, their crossings alternate along both borders between entering and leaving, and the
pieces can be walked: from an entering along the first border to the next crossing, from there along the second, and so on until
the walk closes. All pairs walk together. GEOS builds a planar graph for each pair instead, which takes several times as long.

Nothing is guessed: a pair is left undecided (for GEOS) where a polygon has holes, where a vertex lies so near a border that
the side is not certain, where two crossings of an edge lie too near each other to be put in order, or where borders do not cross.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import shapely
from numpy.typing import NDArray

from ecociv.territory.overlay.parts import Numbers
from ecociv.territory.overlay.plane import Floats, Geometries

Flags = NDArray[np.bool_]

UNCERTAIN = 1e-9
"""Relative size of an orientation below which the side of a vertex is left to GEOS; rounding reaches 4e-16."""

TOO_NEAR = 1e-5
"""Crossings of one edge that lie nearer to each other than this share of it are left to GEOS."""

SHORTEST = 1e-8
"""Degrees (1 mm); crossings of shorter edges are left to GEOS."""

THIN = 1e-9
"""Pieces with less area than this times the square of their perimeter are left to GEOS."""

CELLS = 4
"""Cells of the search grid that an edge covers on average at most."""

WIDE = 1.5
"""Size of a cell over the mean extent of the edges."""

CANDIDATES = 60
"""Pairs of edges for each edge, at most; where edges lie closer, everything is left to GEOS."""


@dataclass(frozen=True, eq=False)
class Crossed:
    """Pieces that were walked, and the pairs that were not."""

    pair: Numbers
    polygons: Geometries
    undecided: Flags


@dataclass(frozen=True, eq=False)
class _Rings:
    """Shells of polygons without holes as edges.

    Attributes
    ----------
    vertices : array of shape (n, 3)
        Ring after ring, each closed, counter-clockwise.
    start, edges : array of int64
        First vertex and number of edges of each polygon; no edges where a polygon has holes or takes no part.
    edge, owner : array of int64
        First vertex of each edge, and its polygon.
    """

    vertices: Floats
    start: Numbers
    edges: Numbers
    edge: Numbers
    owner: Numbers

    @classmethod
    def of(cls, polygons: Geometries, used: Numbers) -> _Rings:
        shells = shapely.orient_polygons(polygons)
        _, vertices, (rings, members) = shapely.to_ragged_array(shells, include_z=True)
        simple = np.zeros(len(polygons), dtype=bool)
        simple[used] = True
        simple &= np.diff(members) == 1
        start = np.append(rings, rings[-1])[members[:-1]].astype(np.int64)
        length = np.append(np.diff(rings), 0)[np.minimum(members[:-1], len(rings) - 1)] - 1
        edges = np.where(simple, length, 0).astype(np.int64)
        offset = np.cumsum(edges) - edges
        owner = np.repeat(np.arange(len(polygons)), edges)
        edge = np.arange(len(owner)) - offset[owner] + start[owner]
        return cls(np.asarray(vertices), start, edges, edge, owner)

    @cached_property
    def ends(self) -> tuple[Floats, Floats, Floats, Floats]:
        """x and y of both ends of the edges."""
        x, y = np.ascontiguousarray(self.vertices[:, 0]), np.ascontiguousarray(self.vertices[:, 1])
        return x[self.edge], y[self.edge], x[self.edge + 1], y[self.edge + 1]


@dataclass(frozen=True, eq=False)
class _Events:
    """Crossings, ordered by pair and then along the first border.

    Attributes
    ----------
    one, other : array of int64
        Edges of the first and the second border, counted within their rings.
    along_one, along_other : array of float64
        Where on its edge, from 0 to 1.
    enters : array of bool
        Whether the first border goes into the second polygon here.
    point : array of shape (n, 3)
    """

    pair: Numbers
    one: Numbers
    other: Numbers
    along_one: Floats
    along_other: Floats
    enters: Flags
    point: Floats

    def chosen(self, which: Numbers | Flags) -> _Events:
        """Some of them, in the order given."""
        return _Events(*(getattr(self, name)[which] for name in self.__dataclass_fields__))


def cross(a: Geometries, b: Geometries, first: Numbers, second: Numbers) -> Crossed:
    """Pieces of ``a[first[i]]`` in ``b[second[i]]`` where walking decides, ordered by pair.

    The pairs must be ordered by `first`, then `second`.
    """
    undecided = np.ones(len(first), dtype=bool)
    nothing = Crossed(np.empty(0, dtype=np.int64), np.empty(0, dtype=object), undecided)
    if not len(first):
        return nothing
    one, other = _Rings.of(a, first), _Rings.of(b, second)
    candidates = _near(one, other)
    if candidates is None or not len(candidates[0]):
        return nothing
    events, doubtful = _crossings(one, other, candidates, first * len(b) + second, len(b))
    bad = np.zeros(len(first), dtype=bool)
    bad[doubtful] = True
    events = events.chosen(~bad[events.pair])
    if not len(events.pair):
        return nothing
    after, bad_links = _linked(events)
    bad[bad_links] = True
    if bad_links.size:
        events = events.chosen(~bad[events.pair])
        if not len(events.pair):
            return nothing
        after, _ = _linked(events)
    polygons, pair = _walked(events, after, one, other, first, second)
    length = shapely.length(polygons)
    thin = shapely.area(polygons) < THIN * length * length
    bad[pair[thin]] = True
    keep = ~bad[pair]
    undecided[events.pair] = False
    undecided[bad] = True
    return Crossed(pair[keep], polygons[keep], undecided)


def _near(one: _Rings, other: _Rings) -> tuple[Numbers, Numbers] | None:
    """Pairs of edges whose envelopes meet, each once; None where there would be too many."""
    boxes: list[tuple[Floats, ...]] = []
    for rings in (one, other):
        x0, y0, x1, y1 = rings.ends
        boxes.append((np.minimum(x0, x1), np.minimum(y0, y1), np.maximum(x0, x1), np.maximum(y0, y1)))
    if not len(one.edge) or not len(other.edge):
        return None
    west, south = (max(box[axis].min() for box in boxes) for axis in (0, 1))
    east, north = (min(box[axis].max() for box in boxes) for axis in (2, 3))
    inside = [
        np.flatnonzero((box[2] >= west) & (box[0] <= east) & (box[3] >= south) & (box[1] <= north))
        for box in boxes
    ]
    if not len(inside[0]) or not len(inside[1]):
        return None
    boxes = [tuple(side[chosen] for side in box) for box, chosen in zip(boxes, inside, strict=True)]
    count = len(inside[0]) + len(inside[1])
    spans = [np.maximum(box[2] - box[0], box[3] - box[1]) for box in boxes]
    size = max(
        WIDE * float(np.mean(np.concatenate(spans))), (east - west) / 30_000, (north - south) / 30_000, 1e-12
    )
    while True:
        columns = int((east - west) / size) + 1
        rows = int((north - south) / size) + 1
        cells = [
            tuple(
                np.clip((side - low) / size, 0, most - 1).astype(np.int64)
                for side, low, most in zip(box, (west, south, west, south), (columns, rows) * 2, strict=True)
            )
            for box in boxes
        ]
        covered = sum(int(((c[2] - c[0] + 1) * (c[3] - c[1] + 1)).sum()) for c in cells)
        if covered <= CELLS * count + 16:
            break
        size *= 1.5
    (edge_a, cell_a), (edge_b, cell_b) = (_in_cells(c, columns) for c in cells)
    order = np.argsort(cell_b, kind="stable")
    edge_b = edge_b[order]
    held = np.bincount(cell_b, minlength=columns * rows)
    begins = np.cumsum(held) - held
    many = held[cell_a]
    total = int(many.sum())
    if total > CANDIDATES * count:
        return None
    place = np.repeat(np.arange(len(edge_a)), many)
    within = np.arange(total) - np.repeat(np.cumsum(many) - many, many)
    cell = cell_a[place]
    left, right = edge_a[place], edge_b[begins[cell] + within]
    # Two edges may share several cells; the one with the corner of their common envelope counts.
    corner = np.maximum(cells[0][1][left], cells[1][1][right]) * columns + np.maximum(
        cells[0][0][left], cells[1][0][right]
    )
    meet = corner == cell
    for axis in (0, 1):
        meet &= boxes[0][axis][left] <= boxes[1][axis + 2][right]
        meet &= boxes[1][axis][right] <= boxes[0][axis + 2][left]
    return inside[0][left[meet]], inside[1][right[meet]]


def _in_cells(cells: tuple[Numbers, ...], columns: int) -> tuple[Numbers, Numbers]:
    """Each edge with each cell that its envelope covers."""
    wide, high = cells[2] - cells[0] + 1, cells[3] - cells[1] + 1
    many = wide * high
    edge = np.repeat(np.arange(len(many)), many)
    within = np.arange(len(edge)) - np.repeat(np.cumsum(many) - many, many)
    up, right = np.divmod(within, wide[edge])
    return edge, (cells[1][edge] + up) * columns + cells[0][edge] + right


def _crossings(
    one: _Rings, other: _Rings, candidates: tuple[Numbers, Numbers], keys: Numbers, width: int
) -> tuple[_Events, Numbers]:
    """Proper crossings of the pairs asked for, and the pairs with an edge whose side is not certain."""
    left, right = candidates
    key = one.owner[left] * width + other.owner[right]
    pair = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
    asked = keys[pair] == key
    left, right, pair = left[asked], right[asked], pair[asked]
    ax, ay, cx, cy = (side[left] for side in one.ends)
    bx, by, dx, dy = (side[right] for side in other.ends)
    long_enough = np.maximum(np.abs(cx - ax), np.abs(cy - ay)) >= SHORTEST
    long_enough &= np.maximum(np.abs(dx - bx), np.abs(dy - by)) >= SHORTEST
    start, sure_start = _side(bx, by, dx, dy, ax, ay)
    end, sure_end = _side(bx, by, dx, dy, cx, cy)
    begin, sure_begin = _side(ax, ay, cx, cy, bx, by)
    close, sure_close = _side(ax, ay, cx, cy, dx, dy)
    apart = (sure_start & sure_end & (start * end > 0)) | (sure_begin & sure_close & (begin * close > 0))
    proper = sure_start & sure_end & sure_begin & sure_close & (start * end < 0) & (begin * close < 0)
    doubtful = np.unique(pair[~apart & ~(proper & long_enough)])
    kept = np.flatnonzero(proper & long_enough)
    along = start[kept] / (start[kept] - end[kept])
    base = one.vertices[one.edge[left[kept]]]
    point = base + along[:, None] * (one.vertices[one.edge[left[kept]] + 1] - base)
    owner_a, owner_b = one.owner[left[kept]], other.owner[right[kept]]
    events = _Events(
        pair[kept],
        one.edge[left[kept]] - one.start[owner_a],
        other.edge[right[kept]] - other.start[owner_b],
        along,
        begin[kept] / (begin[kept] - close[kept]),
        end[kept] > 0,
        point,
    )
    return events.chosen(np.lexsort((events.along_one, events.one, events.pair))), doubtful


def _side(px: Floats, py: Floats, qx: Floats, qy: Floats, x: Floats, y: Floats) -> tuple[Floats, Flags]:
    """On which side of the line p-q a point lies (left is positive), and whether that is certain."""
    one, other = (qx - px) * (y - py), (qy - py) * (x - px)
    found = one - other
    return found, np.abs(found) > UNCERTAIN * (np.abs(one) + np.abs(other))


def _linked(events: _Events) -> tuple[Numbers, Numbers]:
    """The crossing that follows each on the border of its piece, and the pairs where that cannot be told."""
    count = len(events.pair)
    along_a, near_a = _following(events.pair, np.arange(count), events.one, events.along_one)
    order = np.lexsort((events.along_other, events.other, events.pair))
    along_b, near_b = _following(events.pair, order, events.other, events.along_other)
    bad = near_a | near_b
    bad |= events.enters[along_a] == events.enters
    bad |= events.enters[along_b] == events.enters
    return np.where(events.enters, along_a, along_b), np.unique(events.pair[bad])


def _following(pair: Numbers, order: Numbers, edge: Numbers, along: Floats) -> tuple[Numbers, Flags]:
    """The next crossing of the same pair along one border (round to the first), and where two are too near."""
    grouped = pair[order]
    last = np.append(grouped[1:] != grouped[:-1], True)
    begins = np.flatnonzero(np.append(True, last[:-1]))
    group = np.cumsum(np.append(True, last[:-1])) - 1
    following = np.arange(1, len(order) + 1)
    following[last] = begins[group[last]]
    nearer = ~last & (edge[order] == edge[order[following]])
    nearer &= np.abs(along[order[following]] - along[order]) < TOO_NEAR
    after, near = np.empty(len(order), dtype=np.int64), np.zeros(len(order), dtype=bool)
    after[order], near[order] = order[following], nearer
    return after, near


def _walked(
    events: _Events, after: Numbers, one: _Rings, other: _Rings, first: Numbers, second: Numbers
) -> tuple[Geometries, Numbers]:
    """Polygons of the closed walks, and the pair of each."""
    label, place = _cycles(after)
    count = len(after)
    sizes = np.bincount(label, minlength=count)
    offset = np.cumsum(sizes) - sizes
    slot = np.empty(count, dtype=np.int64)
    slot[offset[label] + place] = np.arange(count)  # crossings in the order of the walks
    ends = place[slot] == sizes[label[slot]] - 1
    enters, following = events.enters[slot], after[slot]
    edge = np.where(enters, events.one[slot], events.other[slot])
    to_edge = np.where(enters, events.one[following], events.other[following])
    along = np.where(enters, events.along_one[slot], events.along_other[slot])
    to_along = np.where(enters, events.along_one[following], events.along_other[following])
    polygon_a, polygon_b = first[events.pair[slot]], second[events.pair[slot]]
    around = np.where(enters, one.edges[polygon_a], other.edges[polygon_b])
    base = np.where(enters, one.start[polygon_a], other.start[polygon_b] + len(one.vertices))
    wraps = (to_edge < edge) | ((to_edge == edge) & (to_along <= along))
    between = to_edge - edge + np.where(wraps, around, 0)
    length = 1 + between + ends
    stop = np.cumsum(length)
    start = stop - length
    within = np.arange(int(stop[-1])) - np.repeat(start, length)
    run = np.repeat(np.arange(count), length)
    index = base[run] + (edge[run] + within) % around[run]
    crossing = len(one.vertices) + len(other.vertices)
    index[start] = crossing + slot
    index[stop[ends] - 1] = crossing + label[slot[ends]]
    pool = np.concatenate([one.vertices, other.vertices, events.point])
    rings = np.concatenate([[0], stop[ends]]).astype(np.int64)
    polygons = shapely.from_ragged_array(
        shapely.GeometryType.POLYGON, pool[index], (rings, np.arange(len(rings), dtype=np.int64))
    )
    return np.asarray(polygons), events.pair[slot[ends]]


def _cycles(after: Numbers) -> tuple[Numbers, Numbers]:
    """The least member of each cycle of a permutation, and the place of each member counted from it."""
    label, jump = np.arange(len(after)), after
    while True:
        lesser = np.minimum(label, label[jump])
        if (lesser == label).all() and (label == label[after]).all():
            break
        label, jump = lesser, jump[jump]
    tail = after == label
    onward = np.where(tail, np.arange(len(after)), after)
    distance = np.where(tail, 0, 1)
    while (step := distance[onward]).any():
        distance, onward = distance + step, onward[onward]
    return label, np.bincount(label, minlength=len(after))[label] - 1 - distance
