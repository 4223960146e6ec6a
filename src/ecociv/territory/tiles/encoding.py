"""Mapbox Vector Tile 2.1: polygons in tile units to bytes, vectorised.

Whole columns of numbers become protocol-buffer bytes at once, frames of features included. Measured against
``mapbox_vector_tile`` in ``benchmarks/territory_tiles.py``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecociv.territory.tiles.grid import EXTENT

_MOVE, _LINE, _CLOSE = 1, 2, 7
_FRAME = 12
"""Numbers before the geometry of a feature: field and length of it, of its identifier, tags, type, geometry."""

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
    x, y = rings.vertices[:, 0], rings.vertices[:, 1]
    ring = np.repeat(np.arange(len(rings.outer)), np.diff(rings.starts))
    for _ in range(2):
        if not len(x):
            break
        inner = ring[1:] == ring[:-1]
        east, south = np.diff(x), np.diff(y)
        moved = np.ones(len(x), dtype=bool)
        moved[1:] = (east != 0) | (south != 0) | ~inner
        if not moved.all():
            x, y, ring = x[moved], y[moved], ring[moved]
            inner, east, south = ring[1:] == ring[:-1], np.diff(x), np.diff(y)
        bent = np.ones(len(x), dtype=bool)
        straight = east[:-1] * south[1:] == south[:-1] * east[1:]
        straight &= east[:-1] * east[1:] + south[:-1] * south[1:] > 0
        bent[1:-1] = ~(straight & inner[:-1] & inner[1:])
        x, y, ring = x[bent], y[bent], ring[bent]
    count = len(rings.outer)
    lengths = np.bincount(ring, minlength=count)
    starts = np.concatenate([[0], np.cumsum(lengths)])
    twice = np.zeros(len(x), dtype=np.int64)
    twice[:-1] = x[:-1] * y[1:] - x[1:] * y[:-1]
    if len(x):
        twice[starts[1:][lengths > 0] - 1] = 0
    total = np.concatenate([[0], np.cumsum(twice)])
    area = total[starts[1:]] - total[starts[:-1]]
    kept = (lengths >= 4) & (area != 0)
    if count:
        shell = np.maximum.accumulate(np.where(rings.outer, np.arange(count), 0))
        kept &= kept[shell] & rings.outer[shell] & (rings.feature[shell] == rings.feature)
    turned = np.where(rings.outer, area < 0, area > 0)
    number = np.arange(len(x))
    number = np.where(turned[ring], starts[ring] + starts[ring + 1] - 1 - number, number)[kept[ring]]
    return Rings(
        np.stack([x[number], y[number]]).T,
        np.concatenate([[0], np.cumsum(lengths[kept])]),
        rings.outer[kept],
        rings.feature[kept],
    )


def _layer(part: Part) -> bytes:
    rings = tidy(part.rings)
    if not len(rings.outer):
        return b""
    numbers, ends = _commands(rings)
    first = np.flatnonzero(np.diff(rings.feature, prepend=-1))
    begins = np.concatenate([[0], ends[:-1]])[first]
    many = np.diff(np.append(begins, ends[-1]))
    feature = rings.feature[first]
    used, place = np.unique(part.value_of[feature], return_inverse=True)
    size = np.add.reduceat(_widths(numbers), begins)
    identity = part.ids[feature]
    tags = 1 + _widths(place)
    whole = 6 + _widths(identity) + tags + _widths(size) + size
    stream = np.empty(len(numbers) + _FRAME * len(first), np.int64)
    at = begins + _FRAME * np.arange(len(first))
    one = np.ones_like(at)
    frame = (0x12 * one, whole, 0x08 * one, identity, 0x12 * one, tags, 0 * one, place, 0x18 * one, 3 * one, 0x22 * one, size)  # fmt: skip
    for step, column in enumerate(frame):
        stream[at + step] = column
    stream[np.arange(len(numbers)) + np.repeat(_FRAME * np.arange(1, len(first) + 1), many)] = numbers
    body = [_field(1, part.name.encode()), varints(stream)[0], _field(3, part.key.encode())]
    body.extend(_field(4, _field(1, part.values[value].encode())) for value in used.tolist())
    body.append(b"\x28" + _varint(EXTENT) + b"\x78\x02")
    return b"".join(body)


def _commands(rings: Rings) -> tuple[Int, Int]:
    """Geometry commands of all rings one after another, and the number of them at which each ring ends."""
    lengths = np.diff(rings.starts) - 1  # the closing vertex is a command of its own
    open_ = np.ones(len(rings.vertices), dtype=bool)
    open_[rings.starts[1:] - 1] = False
    starts = np.concatenate([[0], np.cumsum(lengths)])
    anew = starts[:-1][np.diff(rings.feature, prepend=-1) != 0]
    place = np.concatenate([[0], np.cumsum(2 * lengths + 3)])
    numbers = np.empty(place[-1], dtype=np.int64)
    numbers[place[:-1]] = _MOVE | (1 << 3)
    numbers[place[:-1] + 3] = _LINE | ((lengths - 1) << 3)
    numbers[place[1:] - 1] = _CLOSE | (1 << 3)
    # The first vertex stands behind the command to move, the others behind the one to draw.
    target = 2 * np.arange(starts[-1]) + np.repeat(3 * np.arange(len(lengths)) + 2, lengths)
    target[starts[:-1]] -= 1
    for axis in (0, 1):
        points = rings.vertices[open_, axis]
        steps = np.diff(points, prepend=0)
        steps[anew] = points[anew]
        numbers[target + axis] = (steps << 1) ^ (steps >> 63)
    return numbers, place[1:]


def varints(numbers: Int) -> tuple[bytes, Int]:
    """Protocol-buffer varints of numbers from 0 to below 2**35, and how many bytes each takes.

    >>> varints(np.array([1, 300]))[0].hex()
    '01ac02'
    """
    widths = _widths(numbers)
    ends = np.cumsum(widths)
    out = np.zeros(int(ends[-1]) if len(ends) else 0, dtype=np.uint8)
    begin = ends - widths
    for step in range(int(widths.max()) if len(widths) else 0):
        has = widths > step
        more = (widths[has] > step + 1).astype(np.int64) << 7
        out[begin[has] + step] = ((numbers[has] >> (7 * step)) & 127) | more
    return out.tobytes(), widths


def _widths(numbers: Int) -> Int:
    """Bytes that each varint takes."""
    widths = np.ones(len(numbers), np.int64)
    most = int(numbers.max()) if len(numbers) else 0
    for step in range(1, 5):
        if most >= 1 << (7 * step):
            widths += numbers >= (1 << (7 * step))
    return widths


def _varint(number: int) -> bytes:
    out = bytearray()
    while number > 127:
        out.append(number & 127 | 128)
        number >>= 7
    out.append(number)
    return bytes(out)


def _field(number: int, body: bytes) -> bytes:
    return bytes([number << 3 | 2]) + _varint(len(body)) + body
