"""Mapbox Vector Tile 2.1: polygons in tile units to bytes, vectorised.

Whole columns of numbers become protocol-buffer bytes at once; only the short frame of each feature is put together one by
one. Measured against ``mapbox_vector_tile`` in ``benchmarks/territory_tiles.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecociv.territory.tiles.grid import EXTENT

_MOVE, _LINE, _CLOSE = 1, 2, 7
Int = NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class Rings:
    """Rings of many features, each closed (first vertex repeated at its end).

    Attributes
    ----------
    vertices : (n, 2) int
        Tile units, south positive.
    starts : (rings + 1,) int
        Where each ring begins in ``vertices``.
    outer : (rings,) bool
        Whether a ring is a shell; holes follow their shell.
    feature : (rings,) int
        Number of the feature of each ring, not decreasing.
    """

    vertices: Int
    starts: Int
    outer: NDArray[np.bool_]
    feature: Int


@dataclass(frozen=True, eq=False)
class Part:
    """One layer of a tile: rings with, by feature number, an identifier and a place in ``values``."""

    name: str
    rings: Rings
    ids: Int
    value_of: Int
    values: Sequence[str]
    key: str = "class"


def encode(parts: Sequence[Part]) -> bytes:
    """The bytes of a tile; features whose rings all vanish are left out, and so is a layer without features."""
    return b"".join(_field(3, body) for body in (_layer(part) for part in parts) if body)


def tidy(rings: Rings) -> Rings:
    """Without repeated and collinear vertices and without rings that have no area; shells clockwise on the screen.

    A hole goes with its shell. Works on whole arrays.
    """
    vertices, ring = rings.vertices, np.repeat(np.arange(len(rings.outer)), np.diff(rings.starts))
    for _ in range(2):
        if not len(vertices):
            break
        same = np.zeros(len(vertices), dtype=bool)
        same[1:] = (vertices[1:] == vertices[:-1]).all(axis=1) & (ring[1:] == ring[:-1])
        vertices, ring = vertices[~same], ring[~same]
        between = np.zeros(len(vertices), dtype=bool)
        one, other = vertices[1:-1] - vertices[:-2], vertices[2:] - vertices[1:-1]
        straight = (one[:, 0] * other[:, 1] == one[:, 1] * other[:, 0]) & ((one * other).sum(axis=1) > 0)
        between[1:-1] = straight & (ring[2:] == ring[:-2])
        vertices, ring = vertices[~between], ring[~between]
    count = len(rings.outer)
    lengths = np.bincount(ring, minlength=count)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    twice = np.zeros(len(vertices), dtype=np.int64)
    twice[:-1] = vertices[:-1, 0] * vertices[1:, 1] - vertices[1:, 0] * vertices[:-1, 1]
    if len(vertices):
        twice[starts[1:][lengths > 0] - 1] = 0
    total = np.concatenate([[0], np.cumsum(twice)])
    area = total[starts[1:]] - total[starts[:-1]]
    kept = (lengths >= 4) & (area != 0)
    shell = (
        np.maximum.accumulate(np.where(rings.outer, np.arange(count), -1)) if count else np.zeros(0, np.int64)
    )
    kept &= kept[shell] if count else kept
    turned = np.where(rings.outer, area < 0, area > 0)
    number = np.arange(len(vertices))
    flipped = turned[ring]
    number = np.where(flipped, starts[ring] + starts[ring + 1] - 1 - number, number)
    vertices = vertices[number][kept[ring]]
    return Rings(
        vertices, np.concatenate([[0], np.cumsum(lengths[kept])]), rings.outer[kept], rings.feature[kept]
    )


def _layer(part: Part) -> bytes:
    rings = tidy(part.rings)
    if not len(rings.outer):
        return b""
    geometry, ends = _commands(rings)
    first = np.flatnonzero(np.concatenate([[True], rings.feature[1:] != rings.feature[:-1]]))
    begins = np.concatenate([[0], ends[:-1]])[first]
    stops = np.concatenate([begins[1:], ends[-1:]])
    body = [_field(1, part.name.encode())]
    used = sorted({int(part.value_of[number]) for number in rings.feature[first]})
    place = {value: number for number, value in enumerate(used)}
    for number, begin, stop in zip(rings.feature[first], begins, stops, strict=True):
        tags = _varint(0) + _varint(place[int(part.value_of[number])])
        feature = (
            b"\x08" + _varint(int(part.ids[number]))
            + b"\x12" + _varint(len(tags)) + tags
            + b"\x18\x03\x22" + _varint(int(stop - begin)) + geometry[begin:stop]
        )  # fmt: skip
        body.append(b"\x12" + _varint(len(feature)) + feature)
    body.append(_field(3, part.key.encode()))
    body.extend(_field(4, _field(1, part.values[value].encode())) for value in used)
    body.append(b"\x28" + _varint(EXTENT) + b"\x78\x02")
    return b"".join(body)


def _commands(rings: Rings) -> tuple[bytes, Int]:
    """Geometry commands of all rings one after another, and the byte at which each ring ends."""
    lengths = np.diff(rings.starts) - 1  # the closing vertex is a command of its own
    last = rings.starts[1:] - 1
    open_ = np.ones(len(rings.vertices), dtype=bool)
    open_[last] = False
    points = rings.vertices[open_]
    starts = np.concatenate([[0], np.cumsum(lengths)])
    before = np.zeros_like(points)
    before[1:] = points[:-1]
    anew = np.concatenate([[True], rings.feature[1:] != rings.feature[:-1]])
    before[starts[:-1][anew]] = 0
    steps = points - before
    zigzag = (steps << 1) ^ (steps >> 63)
    size = 2 * lengths + 3
    place = np.concatenate([[0], np.cumsum(size)])
    numbers = np.empty(place[-1], dtype=np.int64)
    numbers[place[:-1]] = _MOVE | (1 << 3)
    numbers[place[:-1] + 3] = _LINE | ((lengths - 1) << 3)
    numbers[place[1:] - 1] = _CLOSE | (1 << 3)
    within = np.arange(len(points)) - np.repeat(starts[:-1], lengths)
    target = np.repeat(place[:-1], lengths) + 1 + 2 * within + (within > 0)
    numbers[target], numbers[target + 1] = zigzag[:, 0], zigzag[:, 1]
    data, widths = varints(numbers)
    return data, np.cumsum(widths)[place[1:] - 1]


def varints(numbers: Int) -> tuple[bytes, Int]:
    """Protocol-buffer varints of numbers from 0 to below 2**35, and how many bytes each takes.

    >>> varints(np.array([1, 300]))[0].hex()
    '01ac02'
    """
    widths = np.ones(len(numbers), np.int64)
    for step in range(1, 5):
        widths += numbers >= (1 << (7 * step))
    ends = np.cumsum(widths)
    out = np.zeros(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    begin = ends - widths
    for step in range(int(widths.max()) if len(widths) else 0):
        has = widths > step
        more = (widths[has] > step + 1).astype(np.int64) << 7
        out[begin[has] + step] = ((numbers[has] >> (7 * step)) & 127) | more
    return out.tobytes(), widths


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def _field(number: int, body: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(body)) + body
