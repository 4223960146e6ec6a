"""One tile of one layer version: what is large enough is drawn as it is, what is smaller as much area in small squares.

Vertices are put on a grid of the tile and thinned by a rule of the vertex alone; neighbours put a shared vertex on the same
point, so borders stay shared. Polygons below a few pixels are not dropped: for each class, squares of two pixels stand for their
area, to the last square, or squares of four where a tile would have too many. Of those below some more pixels, where a tile has many, and where more polygons meet a tile than it may
hold, of the smaller ones, a square of its own size stands for each. So a layer of many small parcels keeps its density and its
colours at every zoom, and a tile stays small.
"""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecociv.territory.layers.geopackage import LayerFile
from ecociv.territory.layers.rings import outlines_of
from ecociv.territory.tiles.encoding import Part, Rings, encode, tidy
from ecociv.territory.tiles.grid import EXTENT, PIXELS, UNIT, Tile
from ecociv.territory.tiles.index import Overview, curve, overview_of
from ecociv.territory.tiles.shaping import COARSE, FINE, shaped

ENCODER = 3
"""Raise it when the same file would give other tiles: kept tiles of another encoder are not used."""

LAYER = "features"
MARGIN = 64
SQUARE = 2
"""Pixels along the edge of the squares that stand for small polygons."""

SMALL = 4.0
"""Square pixels below which a polygon is drawn as squares."""

PLAIN = 16.0
"""Square pixels below which a polygon is drawn as a square of its size, in a tile that has many."""

MANY = 2_000
"""Polygons that are drawn with their own outline whatever their size."""

MOST = 6_000
"""Polygons drawn with their own outline in one tile; with more, the smallest are drawn as squares of their size."""

CROWDED = 8_000
"""Squares in a tile beyond which all polygons below a size are gathered, into squares of twice the edge."""

GATHERED = 24.0
"""That size, in square pixels."""

THINNING = ((20_000, FINE, 0), (60_000, COARSE, 6), (150_000, COARSE, 16), (None, COARSE, 24))
"""Up to so many vertices of the outlines: grid in units, and twice the triangle (squares of the grid) below which a vertex goes."""

SHARE = 0.05
"""Of the middling polygon with an outline, what the largest triangle that goes may take."""


def tile_of(file: LayerFile, tile: Tile, folder: Path) -> bytes:
    """The tile, as Mapbox Vector Tile 2.1; empty bytes where the layer has nothing.

    Parameters
    ----------
    file
        The layer version.
    folder
        Where its overview is kept.
    """
    overview = overview_of(file, folder)
    found = overview.meeting(*tile.with_margin(MARGIN))
    if not len(found):
        return b""
    pixels = found.numbers[4] * np.float32(tile.square_pixels_of_the_world)
    small, middling, square = _by_size(pixels)
    large = found.only(~(small | middling))
    order = np.argsort(large.marks[0])
    fids, of_class = large.marks[:, order].astype(np.int64)
    of_size = pixels[~(small | middling)]
    outlines = _outlines(file, tile, fids, float(np.median(of_size)) if len(large) else 0.0)
    # What is whole in the tile and has no area on its grid, as something very long and thin, is not dropped.
    lost = np.ones(len(large), bool)
    lost[order[outlines.feature]] = False
    lost &= _within(large, tile)
    boxes = [_gathered(tile, found.only(small), pixels[small], square)]
    boxes.append(_boxes(tile, found.only(middling), pixels[middling]))
    boxes.append(_boxes(tile, large.only(lost), of_size[lost]))
    squares = [_by_class(*some) for some in boxes if len(some[1])]
    parts = [(rings, np.zeros(len(classes), np.int64), classes) for rings, classes in squares]
    return encode([_joined([*parts, (outlines, fids, of_class)], overview.classes)])


def _by_size(pixels: NDArray[np.float32]) -> tuple[NDArray[np.bool_], NDArray[np.bool_], int]:
    """Which features are gathered into squares, which are a square of their own, and the edge of the former in pixels."""
    small, square = pixels < SMALL, SQUARE
    large = ~small
    if large.sum() > MANY:
        large &= (pixels >= PLAIN) | _largest(pixels, MANY)
    squares = float(pixels[small].sum(dtype=np.float64)) / SQUARE**2 + float((~small & ~large).sum())
    if squares > CROWDED:
        small, square = pixels < GATHERED, 2 * SQUARE
        large = ~small
    if large.sum() > MOST:
        large &= _largest(pixels, MOST)
    return small, ~small & ~large, square


def _largest(pixels: NDArray[np.float32], number: int) -> NDArray[np.bool_]:
    """So many of the largest; of equal ones the first along the curve."""
    least = np.partition(pixels, -number)[-number]
    found = np.asarray(pixels > least)
    found[np.flatnonzero(pixels == least)[: number - int(found.sum())]] = True
    return found


def _within(some: Overview, tile: Tile) -> NDArray[np.bool_]:
    """Which features lie wholly in the tile, margin included."""
    west, south, east, north = tile.with_margin(MARGIN)
    n = some.numbers
    return np.asarray((n[0] >= west) & (n[2] <= east) & (n[1] >= south) & (n[3] <= north))


def _outlines(file: LayerFile, tile: Tile, fids: NDArray[np.int64], pixels: float) -> Rings:
    """Outlines of features by row (ascending), cut at the margin, on the tile's grid, thinned where they have many vertices.

    ``pixels`` is the size of the middling one.
    """
    found = outlines_of(file.blobs(fids.tolist()))
    vertices = len(found.degrees)
    grid, thin = next((grid, thin) for up_to, grid, thin in THINNING if up_to is None or vertices <= up_to)
    thin = min(thin, int(2 * SHARE * pixels * (UNIT / grid) ** 2))
    return tidy(shaped(tile, found, MARGIN, grid=grid, thin=thin))


def _joined(parts: list[tuple[Rings, NDArray[np.int64], NDArray[np.int64]]], names: tuple[str, ...]) -> Part:
    """Squares first, below the shapes."""
    vertices, starts, outer, feature, ids, classes = [], [np.zeros(1, np.int64)], [], [], [], []
    before = vertex = 0
    for rings, identity, class_ in parts:
        vertices.append(rings.vertices)
        starts.append(rings.starts[1:] + vertex)
        outer.append(rings.outer)
        feature.append(rings.feature + before)
        ids.append(identity)
        classes.append(class_)
        before += len(identity)
        vertex += len(rings.vertices)
    joined = Rings(
        np.concatenate(vertices), np.concatenate(starts), np.concatenate(outer), np.concatenate(feature)
    )
    return Part(LAYER, joined, np.concatenate(ids), np.concatenate(classes), names)


def _gathered(
    tile: Tile, small: Overview, pixels: NDArray[Any], square: int
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Boxes of some pixels for small features, with their classes.

    Along the curve a class takes a square each time that its area has filled another one: first of the places of which it
    has most, then of those that nobody took, at most one in a place; what is more than a place can hold is carried on. Squares
    beside each other in a row are one box.
    """
    side = PIXELS // square
    column, row, pixels, class_ = _spread(tile, small, pixels, square)
    inside = np.flatnonzero((column >= 0) & (column < side) & (row >= 0) & (row < side))
    class_ = class_[inside]
    order = np.argsort(class_.astype(np.int16) if len(small.classes) < 2**15 else class_, kind="stable")
    class_, inside = class_[order], inside[order]
    code = curve(column[inside].astype(np.uint32), row[inside].astype(np.uint32)).astype(np.int64)
    share = pixels[inside].astype(np.float64) / square**2
    edges = np.flatnonzero(np.diff(class_, prepend=-1, append=-1)) if len(class_) else np.zeros(1, np.int64)
    wanted: list[tuple[NDArray[np.int64], NDArray[np.float64]]] = []
    most, whose = np.zeros(side * side), np.full(side * side, -1)
    for begin, end in pairwise(edges.tolist()):
        places, number = np.unique(code[begin:end], return_inverse=True)
        part = np.bincount(number, share[begin:end])
        more = places[part > most[places]]
        most[places] = np.maximum(most[places], part)
        whose[more] = len(wanted)
        wanted.append((places, np.floor(np.cumsum(part) + 0.5)))
    own = [_taken(filled, whose[places] == number) for number, (places, filled) in enumerate(wanted)]
    free = np.ones(side * side, bool)
    for (places, _filled), some in zip(wanted, own, strict=True):
        free[places[some]] = False
    boxes, classes = [np.empty((0, 4), np.int64)], [np.empty(0, np.int64)]
    for (places, filled), some, begin in zip(wanted, own, edges.tolist(), strict=False):
        rest = filled - np.cumsum(some)
        added = _taken(rest, free[places])
        # Where others have all of its places, a class shares them.
        added |= _taken(rest - np.cumsum(added), ~some & ~added)
        free[places[added]] = False
        kept = np.sort(_rows_of_curve(side)[places[some | added]])
        south, east = np.divmod(kept, side)
        first = np.flatnonzero((np.diff(kept, prepend=-2) != 1) | (np.diff(south, prepend=-1) != 0))
        last = np.append(first[1:], len(kept))[: len(first)] - 1
        boxes.append(np.column_stack([east[first], south[first], east[last] + 1, south[last] + 1]))
        classes.append(np.full(len(first), class_[begin], np.int64))
    return np.concatenate(boxes) * (square * UNIT), np.concatenate(classes)


def _taken(filled: NDArray[np.float64], allowed: NDArray[np.bool_]) -> NDArray[np.bool_]:
    """Which places are taken, in order: as many up to each as are filled from there on, of those allowed; the rest carried on."""
    filled = np.minimum.accumulate(filled[::-1])[::-1]
    slot = np.cumsum(allowed)
    taken = slot + np.minimum(0, np.minimum.accumulate(filled - slot))
    return np.asarray(np.diff(taken, prepend=0) > 0)


def _spread(
    tile: Tile, small: Overview, pixels: NDArray[Any], square: int
) -> tuple[NDArray[np.int64], NDArray[np.int64], NDArray[Any], NDArray[np.int32]]:
    """Column and row of the square in which each feature lies, its area and class; four quarters where features are as large."""
    middles, class_ = small.middles.astype(np.int64), small.marks[1]
    if len(pixels) and float(pixels.mean()) > square**2 / 4:
        west, south, east, north = small.numbers[:4].astype(np.float64)
        upright = 1 / math.cos(math.radians((tile.bounds[1] + tile.bounds[3]) / 2))
        quarter = np.stack([east - west, (north - south) * upright]) * (2.0**32 / 360 / 4)
        steps = quarter.astype(np.int64)
        middles = np.concatenate(
            [middles + steps * np.array([[x], [y]]) for y in (-1, 1) for x in (-1, 1)], axis=1
        )
        pixels, class_ = np.tile(pixels / 4, 4), np.tile(class_, 4)
    side = PIXELS // square
    column, row = middles >> (32 - tile.zoom - (side - 1).bit_length())
    return column - tile.column * side, row - tile.row * side, pixels, class_


@lru_cache(maxsize=4)
def _rows_of_curve(side: int) -> NDArray[np.int64]:
    """Row by row number of the squares of a tile in the order of the curve."""
    row, column = np.divmod(np.arange(side * side), side)
    return np.argsort(curve(column.astype(np.uint32), row.astype(np.uint32)))


def _boxes(tile: Tile, middling: Overview, pixels: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """A square of its own size for each feature, in its middle, with their classes."""
    half = np.sqrt(pixels.astype(np.float64))[:, None] * UNIT / 2
    middle = tile.units_of_world(middling.middles)
    boxes = np.rint(np.column_stack([middle - half, middle + half])).astype(np.int64)
    boxes = np.clip(boxes, -MARGIN, EXTENT + MARGIN)
    kept = (boxes[:, 2] > boxes[:, 0]) & (boxes[:, 3] > boxes[:, 1])
    return boxes[kept], middling.marks[1][kept].astype(np.int64)


def _by_class(boxes: NDArray[Any], class_: NDArray[Any]) -> tuple[Rings, NDArray[np.int64]]:
    """Rings of boxes (west, north, east, south), one feature for each class."""
    classes, owner = np.unique(class_, return_inverse=True)
    order = np.argsort(owner, kind="stable")
    west, north, east, south = boxes[order].T
    corners = np.stack([west, north, east, north, east, south, west, south, west, north], axis=1).reshape(
        -1, 2
    )
    count = len(boxes)
    return (
        Rings(corners, np.arange(count + 1) * 5, np.ones(count, bool), owner[order].astype(np.int64)),
        classes.astype(np.int64),
    )
