"""What two polygons share, for many pairs at once.

The pieces of a pair depend on its two polygons alone, never on the tile or the other pairs: results are the same bit for bit
however the work is divided.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely

from ecociv.territory.overlay.crossings import cross
from ecociv.territory.overlay.parts import Numbers
from ecociv.territory.overlay.plane import Floats, Geometries

LARGE = 1_000
"""From this many vertices on a polygon is cut down to the surroundings of a much smaller partner first."""

_POLYGON = 3


@dataclass(frozen=True, eq=False)
class SharedPieces:
    """Connected pieces.

    Attributes
    ----------
    pair : array of int64
        Place of the pair in what was asked.
    polygons : array of polygons of the plane
    contacts : int
        Pairs that touch in points or lines and share no area.
    dropped : int
        Points and lines beside the pieces of pairs that do share area.
    """

    pair: Numbers
    polygons: Geometries
    contacts: int
    dropped: int


def shared(a: Geometries, b: Geometries, first: Numbers, second: Numbers) -> SharedPieces:
    """Pieces of ``a[first[i]]`` in ``b[second[i]]``, ordered by pair.

    Polygons whose borders cross one another properly and nowhere else are cut by `crossings.cross`; a polygon wholly inside
    its partner is its own piece, vertex by vertex; all others go to GEOS.
    """
    crossed = cross(a, b, first, second)
    left = np.flatnonzero(crossed.undecided)
    pair, polygons, contacts, dropped = _by_geos(a, b, first[left], second[left])
    found = np.concatenate([crossed.pair, left[pair]])
    order = np.argsort(found, kind="stable")
    return SharedPieces(found[order], np.concatenate([crossed.polygons, polygons])[order], contacts, dropped)


def _by_geos(
    a: Geometries, b: Geometries, first: Numbers, second: Numbers
) -> tuple[Numbers, Geometries, int, int]:
    shapely.prepare(a)
    shapely.prepare(b)
    meeting = np.flatnonzero(shapely.intersects(a[first], b[second]))
    first, second = first[meeting], second[meeting]
    inside = shapely.contains_properly(b[second], a[first])
    around = ~inside & shapely.contains_properly(a[first], b[second])
    result = np.empty(len(meeting), dtype=object)
    result[inside], result[around] = a[first[inside]], b[second[around]]
    rest = np.flatnonzero(~inside & ~around)
    one = _cut_down(a, first[rest], b, second[rest])
    other = _cut_down(b, second[rest], a, first[rest])
    result[rest] = shapely.intersection(one, other)
    parts, owner = shapely.get_parts(result, return_index=True)
    nested = shapely.get_type_id(parts) > _POLYGON
    if nested.any():
        parts, within = shapely.get_parts(parts, return_index=True)
        owner = owner[within]
    areal = (shapely.get_type_id(parts) == _POLYGON) & ~shapely.is_empty(parts)
    with_area = np.zeros(len(meeting), dtype=bool)
    with_area[owner[areal]] = True
    dropped = int((~areal & with_area[owner]).sum())
    return meeting[owner[areal]], parts[areal], int((~with_area).sum()), dropped


def _cut_down(large: Geometries, which: Numbers, small: Geometries, partner: Numbers) -> Geometries:
    """``large[which]``, where it is large cut to a window around its partner.

    The window is a cell of a grid of powers of two, half a cell wider on each side, so it depends on the partner alone and is
    shared by its neighbours; its border stays away from the partner.
    """
    chosen = large[which]
    many = shapely.get_num_coordinates(chosen) >= LARGE
    if not many.any():
        return chosen
    around, here = shapely.bounds(chosen), shapely.bounds(small[partner])
    size = np.maximum((here[:, 2:] - here[:, :2]).max(axis=1), 1e-9)
    cell = 2.0 ** np.ceil(np.log2(size))
    worth = many & ((around[:, 2:] - around[:, :2]).max(axis=1) > 8 * cell)
    places = np.flatnonzero(worth)
    if not len(places):
        return chosen
    corner = np.floor(here[places, :2] / cell[places, None])
    keys = np.column_stack([which[places], cell[places], corner])
    windows, back = np.unique(keys, axis=0, return_inverse=True)
    west, south = windows[:, 2] * windows[:, 1], windows[:, 3] * windows[:, 1]
    step = windows[:, 1]
    boxes = shapely.box(west - step / 2, south - step / 2, west + 2.5 * step, south + 2.5 * step)
    cut = shapely.intersection(large[windows[:, 0].astype(np.int64)], boxes)
    chosen = chosen.copy()
    chosen[places] = cut[back.ravel()]
    return chosen


def meeting_envelopes(a: Geometries, b: Geometries) -> tuple[Numbers, Numbers, Floats, Floats]:
    """Pairs whose envelopes meet, ordered, and the south-western corners of what the envelopes share."""
    first, second = shapely.STRtree(b).query(a)
    order = np.lexsort((second, first))
    first, second = first[order], second[order]
    lower_a, lower_b = shapely.bounds(a)[first, :2], shapely.bounds(b)[second, :2]
    corner = np.maximum(lower_a, lower_b)
    return first, second, corner[:, 0], corner[:, 1]
