"""Tiles of the web map: squares of the spherical Mercator projection.

CGCS2000 and WGS84 differ by some centimetres, far below a pixel: degrees of the one are drawn as degrees of the other.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

EXTENT = 4096
"""Units along the edge of a tile, as the Mapbox Vector Tile specification recommends."""

PIXELS = 512
"""Pixels along the edge of a tile as MapLibre shows it."""

_WORLD = 2.0**32

UNIT = EXTENT // PIXELS
"""Units in a pixel."""

TILE_ZOOMS = (0, 16)
"""First and last zoom of tiles; MapLibre enlarges the last beyond it."""


class NoSuchTile(ValueError):
    """A zoom, column or row that the grid does not have."""


@dataclass(frozen=True, slots=True)
class Tile:
    """Column and row of a zoom, from the north-west corner.

    >>> west, south, east, north = Tile(1, 1, 0).bounds
    >>> west, round(south, 9), east, round(north, 4)
    (0.0, 0.0, 180.0, 85.0511)
    """

    zoom: int
    column: int
    row: int

    def __post_init__(self) -> None:
        first, last = TILE_ZOOMS
        if not first <= self.zoom <= last:
            raise NoSuchTile(f"zoom {self.zoom}: tiles have the zooms {first} to {last}")
        if not (0 <= self.column < 2**self.zoom and 0 <= self.row < 2**self.zoom):
            raise NoSuchTile(
                f"column {self.column}, row {self.row}: zoom {self.zoom} has 0 to {2**self.zoom - 1}"
            )

    @property
    def bounds(self) -> tuple[float, float, float, float]:
        """West, south, east, north in degrees."""
        return self.with_margin(0)

    def with_margin(self, units: float) -> tuple[float, float, float, float]:
        """The bounds with so many units more on each side."""
        share, count = units / EXTENT, 2**self.zoom
        return (
            (self.column - share) / count * 360 - 180,
            _latitude((self.row + 1 + share) / count),
            (self.column + 1 + share) / count * 360 - 180,
            _latitude((self.row - share) / count),
        )

    def units(self, degrees: NDArray[np.float64]) -> NDArray[np.float64]:
        """Tile units, east and south of its corner, of longitudes and latitudes (shape (n, 2))."""
        count = 2**self.zoom
        found = np.empty((2, len(degrees)))
        found[0] = ((degrees[:, 0] + 180) / 360 * count - self.column) * EXTENT
        found[1] = (_south(degrees[:, 1]) * count - self.row) * EXTENT
        return found.T

    def units_of_world(self, places: NDArray[np.uint32]) -> NDArray[np.float64]:
        """Tile units of places on the projection (shape (2, n), 2**32 across); shape (n, 2)."""
        corner = np.array([[self.column], [self.row]], np.float64)
        return ((places * (2.0**self.zoom / _WORLD) - corner) * EXTENT).T

    @property
    def square_pixels_of_the_world(self) -> float:
        """Square pixels of the whole projection at this zoom."""
        return float((PIXELS * 2**self.zoom) ** 2)


def tiles_in(zoom: int, west: float, south: float, east: float, north: float) -> list[Tile]:
    """The tiles of a zoom that a box in degrees meets, row by row.

    >>> [(one.column, one.row) for one in tiles_in(1, -10.0, 5.0, 20.0, 30.0)]
    [(0, 0), (1, 0)]
    """
    side = 2**zoom
    columns = [min(side - 1, max(0, math.floor((degrees + 180) / 360 * side))) for degrees in (west, east)]
    rows = [
        min(side - 1, max(0, math.floor(share * side)))
        for share in _south(np.array([north, south], np.float64)).tolist()
    ]
    return [
        Tile(zoom, column, row)
        for row in range(rows[0], rows[1] + 1)
        for column in range(columns[0], columns[1] + 1)
    ]


def world_units(longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> NDArray[np.uint32]:
    """Places on the projection, east and south of its corner, 2**32 across; shape (2, n)."""
    found = np.stack([(longitude + 180) / 360, _south(latitude)]) * _WORLD
    return np.clip(np.floor(found), 0, _WORLD - 1).astype(np.uint32)


def share_of_the_world(area: NDArray[np.float64], latitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """What areas on the ground (m2) at a latitude take of the square of the projection, on its sphere."""
    return np.asarray(area / (40_075_016.686 * np.cos(np.radians(latitude))) ** 2)


def _south(latitude: NDArray[np.float64]) -> NDArray[np.float64]:
    """Share of the projection south of its upper edge."""
    sine = np.clip(np.sin(np.radians(latitude)), -0.9999, 0.9999)
    return np.asarray(0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi))


def _latitude(south: float) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * south))))
