"""One tile of one layer version: what is large enough is drawn as it is, what is smaller as much area in small squares.

Vertices are put on a grid of the tile; neighbours put a shared vertex on the same point, so borders stay shared. Polygons
below a few pixels are not dropped: for each class, squares of two pixels stand for their area, to the last square. Where
more polygons meet a tile than it may hold, a square of its own size stands for each of the smaller ones. So a layer of many
small parcels keeps its density and its colours at every zoom, and a tile stays small.
"""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ecociv.territory.layers.geopackage import LayerFile, well_known_binary
from ecociv.territory.tiles.encoding import Part, Rings, encode
from ecociv.territory.tiles.grid import EXTENT, UNIT, Tile
from ecociv.territory.tiles.index import Overview, overview_of

ENCODER = 2
"""Raise it when the same file would give other tiles: kept tiles of another encoder are not used."""

LAYER = "features"
MARGIN = 64
SQUARE = 2
"""Pixels along the edge of the squares that stand for small polygons."""

SMALL = 4.0
"""Square pixels below which a polygon is drawn as squares."""

MOST = 8_000
"""Polygons drawn with their own outline in one tile; with more, the smallest are drawn as squares of their size."""


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
    pixels = found.numbers[4] / tile.square_metres_of_a_pixel((found.numbers[1] + found.numbers[3]) / 2)
    small = pixels < SMALL
    middling = np.zeros(len(pixels), dtype=bool)
    if (~small).sum() > MOST:
        middling = ~small & (pixels < np.partition(pixels, -MOST)[-MOST])
    parts = []
    for mask, boxes_of in ((small, _gathered), (middling, _boxes)):
        if mask.any():
            rings, classes = _by_class(*boxes_of(tile, found.only(mask), pixels[mask]))
            parts.append((rings, np.zeros(len(classes), np.int64), classes))
    large = found.only(~(small | middling))
    if len(large):
        order = np.argsort(large.marks[0])
        fids, classes = large.marks[:, order].astype(np.int64)
        rings = _shapes(file, tile, fids, fine=len(large) < MOST // 4)
        parts.append((rings, fids, classes))
    return encode([_joined(parts, overview.classes)])


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


def _gathered(tile: Tile, small: Overview, pixels: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """Boxes of two pixels for small features, with their classes.

    Along the curve a class takes a square each time that its area has filled another one, at most one in a place; what
    is more than a place can hold is carried on. Squares beside each other in a row are one box.
    """
    edge = SQUARE * UNIT
    cell = np.floor(tile.units(small.middles()) / edge).astype(np.int64)
    inside = ((cell >= 0) & (cell < EXTENT // edge)).all(axis=1)
    side = EXTENT // edge
    place, class_ = cell[inside, 1] * side + cell[inside, 0], small.marks[1][inside]
    share = pixels[inside].astype(np.float64) / SQUARE**2
    boxes, classes = [np.empty((0, 4), np.int64)], [np.empty(0, np.int64)]
    for one in np.unique(class_):
        mine = class_ == one
        places, first, number = np.unique(place[mine], return_index=True, return_inverse=True)
        order = np.argsort(first)
        filled = np.floor(np.cumsum(np.bincount(number, share[mine])[order]) + 0.5)
        slot = np.arange(1, len(filled) + 1)
        # So many squares are taken up to a slot: as many as are filled, one a slot at most, the rest carried on.
        taken = slot + np.minimum(0, np.minimum.accumulate(filled - slot))
        kept = np.sort(places[order][np.diff(taken, prepend=0) > 0])
        if not len(kept):
            continue
        row, column = np.divmod(kept, side)
        begins = np.flatnonzero(np.concatenate([[True], (np.diff(kept) != 1) | (row[1:] != row[:-1])]))
        ends = np.concatenate([begins[1:], [len(kept)]]) - 1
        boxes.append(np.column_stack([column[begins], row[begins], column[ends] + 1, row[ends] + 1]) * edge)
        classes.append(np.full(len(begins), one, np.int64))
    return np.concatenate(boxes), np.concatenate(classes)


def _boxes(tile: Tile, middling: Overview, pixels: NDArray[Any]) -> tuple[NDArray[Any], NDArray[Any]]:
    """A square of its own size for each feature, in its middle, with their classes."""
    half = np.sqrt(pixels.astype(np.float64))[:, None] * UNIT / 2
    middle = tile.units(middling.middles())
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


def _shapes(file: LayerFile, tile: Tile, fids: NDArray[Any], *, fine: bool) -> Rings:
    """Rings of features by row, cut at the tile's margin and put on its grid (half a pixel, finer where there is room)."""
    geometries = shapely.from_wkb(np.asarray(_blobs(file, fids), dtype=object))
    west, south, east, north = tile.with_margin(MARGIN)
    boxes = shapely.bounds(geometries)
    cut = (boxes[:, 0] < west) | (boxes[:, 1] < south) | (boxes[:, 2] > east) | (boxes[:, 3] > north)
    if cut.any():
        geometries[cut] = _clipped(geometries[cut], (west, south, east, north))
    kept = np.flatnonzero(np.isin(shapely.get_type_id(geometries), (3, 6)) & ~shapely.is_empty(geometries))
    if not len(kept):
        empty = np.zeros(0, np.int64)
        return Rings(np.zeros((0, 2), np.int64), np.zeros(1, np.int64), np.zeros(0, bool), empty)
    kind, degrees, offsets = shapely.to_ragged_array(geometries[kept], include_z=False)
    ring_starts = np.asarray(offsets[0], np.int64)
    polygon_starts = np.asarray(offsets[1], np.int64)
    polygon_of_ring = np.repeat(np.arange(len(polygon_starts) - 1), np.diff(polygon_starts))
    if kind == shapely.GeometryType.MULTIPOLYGON:
        whole = np.asarray(offsets[2], np.int64)
        feature = kept[np.repeat(np.arange(len(kept)), np.diff(whole))][polygon_of_ring]
    else:
        feature = kept[polygon_of_ring]
    outer = np.zeros(len(ring_starts) - 1, dtype=bool)
    outer[polygon_starts[:-1][np.diff(polygon_starts) > 0]] = True
    grid = 1 if fine else UNIT // 2
    vertices = np.rint(tile.units(degrees) / grid).astype(np.int64) * grid
    return Rings(vertices, ring_starts, outer, feature)


def _clipped(geometries: NDArray[Any], box: tuple[float, float, float, float]) -> NDArray[Any]:
    """Polygons cut at a box; one that the quick way cannot cut is repaired first."""
    try:
        cut = shapely.clip_by_rect(geometries, *box)
    except shapely.GEOSException:
        cut = shapely.intersection(shapely.make_valid(geometries), shapely.box(*box))
    mixed = np.flatnonzero(shapely.get_type_id(cut) == 7)
    for place in mixed:
        areas = [one for one in shapely.get_parts(cut[place]) if one.geom_type == "Polygon"]
        cut[place] = shapely.MultiPolygon(areas) if areas else None
    return np.asarray(cut, dtype=object)


def _blobs(file: LayerFile, fids: NDArray[Any]) -> list[bytes]:
    """WKB of features in the order of ``fids`` (ascending)."""
    database = sqlite3.connect(f"file:{file.path}?mode=ro&immutable=1", uri=True)
    try:
        rows = database.execute(
            "SELECT geom FROM features WHERE fid IN (SELECT value FROM json_each(?)) ORDER BY fid",
            (json.dumps([int(fid) for fid in fids]),),
        )
        return [well_known_binary(row[0]) for row in rows]
    finally:
        database.close()
