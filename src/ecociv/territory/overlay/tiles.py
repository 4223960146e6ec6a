"""Cutting the plane into tiles of bounded work; no polygon is cut.

A pair of polygons belongs to the tile that owns the south-western corner of what their envelopes share. That corner lies in both
envelopes, so the tile has read both polygons, and no other tile counts the pair.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecociv.territory.overlay.parts import Numbers, Parts
from ecociv.territory.overlay.plane import Floats

VERTICES = 400_000
"""Vertices of both layers that a tile reads at most, where the layers can be divided so far."""


@dataclass(frozen=True, eq=False)
class Tile:
    """A rectangle of the plane (west and south belong to it, east and north do not) and the parts that reach into it."""

    west: float
    south: float
    east: float
    north: float
    a: Numbers
    b: Numbers

    def owns(self, x: Floats, y: Floats) -> NDArray[np.bool_]:
        """Which points belong to the tile."""
        owned: NDArray[np.bool_] = (x >= self.west) & (x < self.east) & (y >= self.south) & (y < self.north)
        return owned


def tiles(a: Parts, b: Parts, vertices: int = VERTICES) -> list[Tile]:
    """Tiles that together own the plane, by halving at the median until each reads at most `vertices`.

    A tile that halving does not make lighter (large polygons everywhere) stays as it is.
    """
    bounds = np.asarray(a.bounds), np.asarray(b.bounds)
    weights = np.asarray(a.vertices), np.asarray(b.vertices)
    with np.errstate(invalid="ignore"):
        start = tuple(np.flatnonzero(~np.isnan(side[:, 0])) for side in bounds)
    infinite = float("inf")
    waiting = [Tile(-infinite, -infinite, infinite, infinite, start[0], start[1])]
    done: list[Tile] = []
    while waiting:
        tile = waiting.pop()
        if not len(tile.a) and not len(tile.b):
            continue
        weight = int(weights[0][tile.a].sum() + weights[1][tile.b].sum())
        halves = _halves(tile, bounds) if weight > vertices else None
        if halves is None or all(
            int(weights[0][half.a].sum() + weights[1][half.b].sum()) > 0.9 * weight for half in halves
        ):
            done.append(tile)
        else:
            waiting.extend(reversed(halves))
    return done


def _halves(tile: Tile, bounds: tuple[Floats, Floats]) -> tuple[Tile, Tile] | None:
    here = np.concatenate([bounds[0][tile.a], bounds[1][tile.b]])
    centre = (here[:, :2] + here[:, 2:]) / 2
    spread = np.percentile(centre, 90, axis=0) - np.percentile(centre, 10, axis=0)
    axis = int(spread[1] > spread[0])
    cut = float(np.median(centre[:, axis]))
    low, high = (tile.west, tile.east) if axis == 0 else (tile.south, tile.north)
    if not low < cut < high:
        return None
    # A part that ends on the cut reaches the further half: its corner may lie on the cut, which that half owns.
    nearer = [
        numbers[side[numbers, axis] < cut] for numbers, side in ((tile.a, bounds[0]), (tile.b, bounds[1]))
    ]
    further = [
        numbers[side[numbers, axis + 2] >= cut]
        for numbers, side in ((tile.a, bounds[0]), (tile.b, bounds[1]))
    ]
    if axis == 0:
        return (
            Tile(tile.west, tile.south, cut, tile.north, nearer[0], nearer[1]),
            Tile(cut, tile.south, tile.east, tile.north, further[0], further[1]),
        )
    return (
        Tile(tile.west, tile.south, tile.east, cut, nearer[0], nearer[1]),
        Tile(tile.west, cut, tile.east, tile.north, further[0], further[1]),
    )
