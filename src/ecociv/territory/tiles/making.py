"""One tile of one layer version: what is large enough is drawn as it is, what is smaller as much area in small squares.

Vertices are put on a grid of the tile; neighbours put a shared vertex on the same point, so borders stay shared. Polygons
below a few pixels are not dropped: for each class, squares of two pixels stand for their area, to the last square. So a
layer of many small parcels keeps its density and its colours at every zoom, and a tile stays small.
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

ENCODER = 1
"""Raise it when the same file would give other tiles: kept tiles of another encoder are not used."""

LAYER = "features"
MARGIN = 64
SQUARE = 2
"""Pixels along the edge of the squares that stand for small polygons."""

SMALL = 4.0
"""Square pixels below which a polygon is drawn as squares."""

MOST = 8_000
"""Polygons drawn as they are in one tile; with more, the smallest are drawn as squares."""


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
    if (~small).sum() > MOST:
        small = pixels < np.partition(pixels, -MOST)[-MOST]
    parts = []
    if small.any():
        rings, classes = _squares(tile, found.only(small), pixels[small])
        parts.append((rings, np.zeros(len(classes), np.int64), classes))
    large = found.only(~small)
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


def _squares(tile: Tile, small: Overview, pixels: NDArray[Any]) -> tuple[Rings, NDArray[np.int64]]:
    """Squares for small features: along the curve, one each time that a class has filled another square.

    Squares beside each other in a row are one rectangle; each class is one feature.
    """
    edge = SQUARE * UNIT
    cell = np.floor(tile.units(small.middles()) / edge).astype(np.int64)
    inside = ((cell >= 0) & (cell < EXTENT // edge)).all(axis=1)
    cell, class_, share = cell[inside], small.marks[1][inside], pixels[inside] / SQUARE**2
    boxes, owner, classes = [], [], []
    for one in np.unique(class_):
        mine = class_ == one
        filled = np.floor(np.cumsum(share[mine].astype(np.float64)) + 0.5)
        steps = np.diff(np.concatenate([[0.0], filled])) > 0
        taken = np.unique(cell[mine][steps][:, ::-1], axis=0)
        if not len(taken):
            continue
        row, column = taken.T
        breaks = np.concatenate([[True], (row[1:] != row[:-1]) | (column[1:] != column[:-1] + 1)])
        first = np.flatnonzero(breaks)
        last = np.concatenate([first[1:], [len(taken)]]) - 1
        boxes.append(np.column_stack([column[first], row[first], column[last] + 1, row[last] + 1]) * edge)
        owner.append(np.full(len(first), len(classes), np.int64))
        classes.append(one)
    if not boxes:
        empty = np.zeros(0, np.int64)
        return Rings(np.zeros((0, 2), np.int64), np.zeros(1, np.int64), np.zeros(0, bool), empty), empty
    west, north, east, south = np.concatenate(boxes).T
    corners = np.stack([west, north, east, north, east, south, west, south, west, north], axis=1).reshape(
        -1, 2
    )
    count = len(west)
    return (
        Rings(corners, np.arange(count + 1) * 5, np.ones(count, bool), np.concatenate(owner)),
        np.asarray(classes, np.int64),
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
