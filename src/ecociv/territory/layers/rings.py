"""Coordinates of polygons straight from the bytes of a layer file, without building a geometry for each.

A tile needs nothing but vertices: of a few thousand polygons reading them takes a tenth of the time of building geometries.
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecociv.core.text import Text
from ecociv.territory.layers.geopackage import ENVELOPE_BYTES, LayerFileUnreadable, well_known_binary

_POLYGON, _MULTIPOLYGON = 3, 6
_COUNT = struct.Struct("<I")
_HEAD = struct.Struct("<BI")
_POINT = 16
_SHORTEST = 8 + 5
_LONGEST_HEAD = 8 + max(ENVELOPE_BYTES) + 13


@dataclass(frozen=True, eq=False)
class Outlines:
    """Rings of polygons, closed, in the order in which the file has them.

    Attributes
    ----------
    degrees : (n, 2) float64
        Longitude and latitude.
    starts : (rings + 1,) int64
        Where each ring begins in ``degrees``.
    outer : (rings,) bool
        Whether a ring is a shell; its holes follow it.
    feature : (rings,) int64
        Number of the geometry of each ring, not decreasing.
    """

    degrees: NDArray[np.float64]
    starts: NDArray[np.int64]
    outer: NDArray[np.bool_]
    feature: NDArray[np.int64]


def outlines_of(blobs: Sequence[bytes]) -> Outlines:
    """The rings of GeoPackage geometries (OGC 12-128r18, 2.1.3); what is no polygon has none.

    Raises
    ------
    LayerFileUnreadable
        When one of them is not encoded as layer files are (little-endian WKB behind a GeoPackage header).
    """
    # What stands behind the last one may be looked at, and is not taken for any.
    joined = b"".join([*blobs, bytes(_LONGEST_HEAD)])
    data = np.frombuffer(joined, np.uint8)
    lengths = np.fromiter(map(len, blobs), np.int64, len(blobs))
    begins = np.cumsum(lengths) - lengths
    head = begins + 8 + np.asarray((*ENVELOPE_BYTES, 0, 0, 0))[(data[begins + 3] >> 1) & 7]
    # Most polygons have one ring: their places are read for all at once, other geometries one by one.
    plain = (data[begins] == ord("G")) & (data[begins + 1] == ord("P")) & (head + 13 <= begins + lengths)
    plain &= (data[head] == 1) & (_number(data, head + 1) == _POLYGON) & (_number(data, head + 5) == 1)
    one = np.flatnonzero(plain)
    at, points = [head[one] + 13], [_number(data, head[one] + 9)]
    outer, feature = [np.ones(len(one), bool)], [one]
    for number in np.flatnonzero(~plain).tolist():
        rings = _rings(blobs[number])
        at.append(np.asarray([ring[0] for ring in rings], np.int64) + begins[number])
        points.append(np.asarray([ring[1] for ring in rings], np.int64))
        outer.append(np.asarray([ring[2] for ring in rings], bool))
        feature.append(np.full(len(rings), number))
    features = np.concatenate(feature)
    order = np.argsort(features, kind="stable")
    from_, many = np.concatenate(at)[order], np.concatenate(points)[order]
    if (from_ + many * _POINT > (begins + lengths)[features[order]]).any():
        raise _unreadable("a ring longer than its geometry")
    view = memoryview(joined)
    packed = b"".join(
        [view[start:end] for start, end in zip(from_.tolist(), (from_ + many * _POINT).tolist(), strict=True)]
    )
    degrees = np.frombuffer(packed, "<f8").reshape(-1, 2)
    return Outlines(
        degrees, np.concatenate([[0], np.cumsum(many)]), np.concatenate(outer)[order], features[order]
    )


def _rings(blob: bytes) -> list[tuple[int, int, bool]]:
    """Place of the first vertex, number of vertices and whether it is a shell, of each ring of a geometry."""
    if len(blob) < _SHORTEST:
        raise _unreadable("a geometry that ends too early")
    at = len(blob) - len(well_known_binary(blob))
    found: list[tuple[int, int, bool]] = []
    try:
        order, kind = _HEAD.unpack_from(blob, at)
        if order != 1:
            raise _unreadable("big-endian coordinates")
        at += 5
        polygons = 1
        if kind == _MULTIPOLYGON:
            (polygons,) = _COUNT.unpack_from(blob, at)
            at += 4
        elif kind != _POLYGON:
            return []
        for _ in range(polygons):
            if kind == _MULTIPOLYGON:
                at += 5
            (rings,) = _COUNT.unpack_from(blob, at)
            at += 4
            for ring in range(rings):
                (points,) = _COUNT.unpack_from(blob, at)
                found.append((at + 4, points, ring == 0))
                at += 4 + _POINT * points
    except struct.error:
        raise _unreadable("a geometry that ends too early") from None
    return [one for one in found if one[1]]


def _number(data: NDArray[np.uint8], at: NDArray[np.int64]) -> NDArray[np.int64]:
    """Four bytes, least first, at each place."""
    found = data[at].astype(np.int64)
    for step in (1, 2, 3):
        found |= data[at + step].astype(np.int64) << (8 * step)
    return found


def _unreadable(what: str) -> LayerFileUnreadable:
    return LayerFileUnreadable(
        Text(
            zh=f"图层文件中的几何读不出（{what}）。请用 ecociv layer verify 核对。",
            en=f"A geometry of the layer file cannot be read ({what}). Check it with `ecociv layer verify`.",
        )
    )
