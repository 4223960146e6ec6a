"""The work on one tile, and on what is left of a polygon: pure functions of their inputs, run by any engine."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ecociv.territory.overlay.overlaps import SelfOverlaps, self_overlaps
from ecociv.territory.overlay.pairs import meeting_envelopes, shared
from ecociv.territory.overlay.parts import Numbers, Parts
from ecociv.territory.overlay.plane import Floats, Geometries, areas, square_metres, to_degrees
from ecociv.territory.overlay.tiles import Tile

NOBODY = -1
"""Stands for the other layer where a piece lies in one layer only."""

NOISE = 1e-13
"""Mean width in degrees (11 nm) below which what is left of a polygon is rounding."""


@dataclass(frozen=True, eq=False)
class Packed:
    """Well-known binary of many geometries as one block, quick to send and to write."""

    data: bytes
    offsets: Numbers

    @classmethod
    def of(cls, geometries: Geometries) -> Packed:
        """Pack geometries."""
        blobs = shapely.to_wkb(geometries, byte_order=1)
        sizes = np.fromiter((len(blob) for blob in blobs), dtype=np.int64, count=len(blobs))
        return cls(b"".join(blobs), np.concatenate([[0], np.cumsum(sizes)]).astype(np.int64))

    def blobs(self) -> list[bytes]:
        """One by one again."""
        ends = self.offsets.tolist()
        return [self.data[start:end] for start, end in zip(ends, ends[1:], strict=False)]


@dataclass(frozen=True, eq=False)
class Pieces:
    """Connected pieces.

    Attributes
    ----------
    a, b : array of int64
        Numbers of the parts; `NOBODY` where a piece lies in one layer only.
    area, width : array of float64
        m2, and mean width in m.
    geometries : array of polygons in degrees, or Packed
    """

    a: Numbers
    b: Numbers
    area: Floats
    width: Floats
    geometries: Geometries | Packed

    def packed(self) -> Pieces:
        """The same, ready to be sent."""
        if isinstance(self.geometries, Packed):
            return self
        return replace(self, geometries=Packed.of(self.geometries))


@dataclass(frozen=True, eq=False)
class Inputs:
    """What every task needs: both layers, whether each is compared with itself, and whether geometries are kept."""

    a: Parts
    b: Parts
    compare_a: bool = True
    compare_b: bool = True
    keep_geometries: bool = True


@dataclass(frozen=True, eq=False)
class TileResult:
    """Pieces of a tile, and what was found beside them.

    Attributes
    ----------
    contacts, dropped : int
        Pairs that only touch; points and lines beside areas.
    rounding : float
        m2 of what was left by rounding alone (remainders only).
    """

    pieces: Pieces
    contacts: int = 0
    dropped: int = 0
    overlaps_a: SelfOverlaps | None = None
    overlaps_b: SelfOverlaps | None = None
    rounding: float = 0.0

    def packed(self) -> TileResult:
        """The same, ready to be sent."""
        return replace(self, pieces=self.pieces.packed())


def overlay_tile(inputs: Inputs, tile: Tile) -> TileResult:
    """Pieces of the pairs that `tile` owns, ordered by the numbers of their parts."""
    a, b = inputs.a.take(tile.a), inputs.b.take(tile.b)
    first, second, x, y = meeting_envelopes(a, b)
    owned = tile.owns(x, y)
    first, second = first[owned], second[owned]
    found = shared(a, b, first, second)
    degrees, width = to_degrees(found.polygons)
    pieces = Pieces(
        np.asarray(tile.a)[first[found.pair]],
        np.asarray(tile.b)[second[found.pair]],
        areas(found.polygons),
        width,
        degrees if inputs.keep_geometries else degrees[:0],
    )
    return TileResult(
        pieces,
        found.contacts,
        found.dropped,
        self_overlaps(a, tile.a, tile) if inputs.compare_a else None,
        self_overlaps(b, tile.b, tile) if inputs.compare_b else None,
    )


def inspect_tile(inputs: Inputs, tile: Tile) -> TileResult:
    """Only where the layers overlap themselves."""
    nothing = np.empty(0, dtype=np.int64)
    return TileResult(
        Pieces(nothing, nothing, np.empty(0), np.empty(0), np.empty(0, dtype=object)),
        overlaps_a=self_overlaps(inputs.a.take(tile.a), tile.a, tile) if inputs.compare_a else None,
        overlaps_b=self_overlaps(inputs.b.take(tile.b), tile.b, tile) if inputs.compare_b else None,
    )


@dataclass(frozen=True, eq=False)
class Remaining:
    """Parts of one layer whose remainder outside the other is asked for.

    Attributes
    ----------
    of_a : bool
        Whether the parts are those of the first layer.
    numbers : array of int64
    partners, offsets : array of int64
        Parts of the other layer that share area with each, ragged.
    """

    of_a: bool
    numbers: Numbers
    partners: Numbers
    offsets: Numbers


def remain(inputs: Inputs, task: Remaining) -> TileResult:
    """What is left of each part outside the other layer."""
    own, other = (inputs.a, inputs.b) if task.of_a else (inputs.b, inputs.a)
    polygons = own.take(task.numbers)
    needed, place = np.unique(task.partners, return_inverse=True)
    partners = other.take(needed)
    counts = np.diff(task.offsets)
    rest = polygons.copy()
    for which in np.flatnonzero(counts):
        around = partners[place[task.offsets[which] : task.offsets[which + 1]]]
        rest[which] = shapely.difference(polygons[which], shapely.union_all(around))
    pieces, owner = _areal(rest)
    size = np.asarray(shapely.area(pieces))
    real = size > NOISE * np.asarray(shapely.length(pieces))
    noise = float(size[~real].sum()) * square_metres()
    pieces, owner = pieces[real], owner[real]
    degrees, width = to_degrees(pieces)
    mine, nobody = np.asarray(task.numbers)[owner], np.full(len(owner), NOBODY)
    a, b = (mine, nobody) if task.of_a else (nobody, mine)
    return TileResult(
        Pieces(a, b, areas(pieces), width, degrees if inputs.keep_geometries else degrees[:0]), rounding=noise
    )


def _areal(geometries: Geometries) -> tuple[Geometries, NDArray[Any]]:
    parts, owner = shapely.get_parts(geometries, return_index=True)
    parts, within = shapely.get_parts(parts, return_index=True)
    chosen = (shapely.get_type_id(parts) == 3) & ~shapely.is_empty(parts)
    return parts[chosen], owner[within][chosen]
