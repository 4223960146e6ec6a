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
        sine = np.clip(np.sin(np.radians(degrees[:, 1])), -0.9999, 0.9999)
        south = 0.5 - np.log((1 + sine) / (1 - sine)) / (4 * np.pi)
        return np.column_stack(
            [
                ((degrees[:, 0] + 180) / 360 * count - self.column) * EXTENT,
                (south * count - self.row) * EXTENT,
            ]
        )

    def square_metres_of_a_pixel(self, latitude: float | NDArray[np.float64]) -> NDArray[np.float64]:
        """Ground below one pixel at a latitude, on the sphere of the projection."""
        metre = 40_075_016.686 * np.cos(np.radians(latitude)) / (PIXELS * 2**self.zoom)
        return np.asarray(metre * metre)


def _latitude(south: float) -> float:
    return math.degrees(math.atan(math.sinh(math.pi * (1 - 2 * south))))
