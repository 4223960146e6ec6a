"""One tile of one layer version: what is large enough is drawn as it is, what is smaller as much area in small squares.

Vertices are put on a grid of the tile and thinned by a rule of the vertex alone; neighbours put a shared vertex on the same
point, so borders stay shared. Polygons below a few pixels are not dropped: for each class, squares of two pixels stand for their
area, to the last square, or squares of four where a tile would have too many. Of those below some more pixels, where a tile has many, and where more polygons meet a tile than it may
hold, of the smaller ones, a square of its own size stands for each. So a layer of many small parcels keeps its density and its
colours at every zoom, and a tile stays small.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecociv.territory.layers.geopackage import LayerFile
from ecociv.territory.layers.rings import outlines_of
from ecociv.territory.tiles.encoding import Part, Rings, encode, tidy
from ecociv.territory.tiles.grid import EXTENT, PIXELS, UNIT, Tile
from ecociv.territory.tiles.index import Overview, overview_of
from ecociv.territory.tiles.shaping import COARSE, FINE, shaped

ENCODER = 3
"""Raise it when the same file would give other tiles: kept tiles of another encoder are not used."""

LAYER = "features"
MARGIN = 64
SQUARE = 2
"""Pixels along the edge of the squares that stand for small polygons."""

SMALL = 4.0
"""Square pixels below which a polygon is drawn as squares."""

CROWDED = 20_000
"""Squares in a tile beyond which polygons below twice the area are gathered too, into squares of twice the edge."""

PLAIN = 16.0
"""Square pixels below which a polygon is drawn as a square of its size, in a tile that has many."""

MANY = 2_000
"""Polygons that are drawn with their own outline whatever their size."""

MOST = 6_000
"""Polygons drawn with their own outline in one tile; with more, the smallest are drawn as squares of their size."""

THINNING = ((20_000, FINE, 0), (60_000, COARSE, 3), (150_000, COARSE, 5), (None, COARSE, 8))
"""Up to so many vertices of the outlines: grid in units, and twice the triangle (squares of the grid) below which a vertex goes."""


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
    outlines = _outlines(file, tile, fids)
    # What is whole in the tile and has no area on its grid, as something very long and thin, is not dropped.
    lost = np.ones(len(large), bool)
    lost[order[outlines.feature]] = False
    lost &= _within(large, tile)
    boxes = [_gathered(tile, found.only(small), pixels[small], square)]
    boxes.append(_boxes(tile, found.only(middling), pixels[middling]))
    boxes.append(_boxes(tile, large.only(lost), pixels[~(small | middling)][lost]))
    squares = [_by_class(*some) for some in boxes if len(some[1])]
    parts = [(rings, np.zeros(len(classes), np.int64), classes) for rings, classes in squares]
    return encode([_joined([*parts, (outlines, fids, of_class)], overview.classes)])


def _by_size(pixels: NDArray[np.float32]) -> tuple[NDArray[np.bool_], NDArray[np.bool_], int]:
    """Which features are gathered into squares, which are a square of their own, and the edge of the former in pixels."""
    small, square = pixels < SMALL, SQUARE
    large = ~small
    if large.sum() > MANY:
        large &= (pixels >= PLAIN) | _largest(pixels, MANY)
    if large.sum() > MOST:
        large &= _largest(pixels, MOST)
    if float(pixels[small].sum(dtype=np.float64)) / SQUARE**2 + float((~small & ~large).sum()) > CROWDED:
        small, square = (pixels < 2 * SMALL) & ~large, 2 * SQUARE
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


def _outlines(file: LayerFile, tile: Tile, fids: NDArray[np.int64]) -> Rings:
    """Outlines of features by row (ascending), cut at the margin, on the tile's grid, thinned where they have many vertices."""
    found = outlines_of(file.blobs(fids.tolist()))
    vertices = len(found.degrees)
    grid, thin = next((grid, thin) for up_to, grid, thin in THINNING if up_to is None or vertices <= up_to)
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

    Along the curve a class takes a square each time that its area has filled another one, at most one in a place; what
    is more than a place can hold is carried on. Squares beside each other in a row are one box.
    """
    side = PIXELS // square
    shift = np.uint32(32 - tile.zoom - (side - 1).bit_length())
    column, row = (small.middles >> shift).astype(np.int64) - np.array([[tile.column], [tile.row]]) * side
    inside = (column >= 0) & (column < side) & (row >= 0) & (row < side)
    # Features come along the curve, so what lies in one place stands together; sorted by class it still does.
    class_ = small.marks[1][inside]
    order = np.argsort(class_.astype(np.int16) if len(small.classes) < 2**15 else class_, kind="stable")
    class_, place = class_[order], (row * side + column)[inside][order]
    first = np.flatnonzero((np.diff(place, prepend=-1) != 0) | (np.diff(class_, prepend=-1) != 0))
    if not len(first):
        return np.empty((0, 4), np.int64), np.empty(0, np.int64)
    share = np.add.reduceat(pixels[inside][order].astype(np.float64) / square**2, first)
    place, class_ = place[first], class_[first]
    edges = np.flatnonzero(np.diff(class_, prepend=-1, append=-1))
    boxes, classes = [], []
    for begin, end in zip(edges[:-1].tolist(), edges[1:].tolist(), strict=True):
        filled = np.floor(np.cumsum(share[begin:end]) + 0.5)
        slot = np.arange(1, len(filled) + 1)
        # So many squares are taken up to a slot: as many as are filled, one a slot at most, the rest carried on.
        taken = slot + np.minimum(0, np.minimum.accumulate(filled - slot))
        kept = np.sort(place[begin:end][np.diff(taken, prepend=0) > 0])
        if not len(kept):
            continue
        row, column = np.divmod(kept, side)
        begins = np.flatnonzero(np.concatenate([[True], (np.diff(kept) != 1) | (row[1:] != row[:-1])]))
        ends = np.concatenate([begins[1:], [len(kept)]]) - 1
        boxes.append(np.column_stack([column[begins], row[begins], column[ends] + 1, row[ends] + 1]))
        classes.append(np.full(len(begins), class_[begin], np.int64))
    if not boxes:
        return np.empty((0, 4), np.int64), np.empty(0, np.int64)
    return np.concatenate(boxes) * (square * UNIT), np.concatenate(classes)


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
