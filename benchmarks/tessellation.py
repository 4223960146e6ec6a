"""Irregular tessellations for benchmarks: neighbours share every vertex of their common border, about 50 vertices a polygon.

    python benchmarks/tessellation.py OUT.gpkg [--polygons 200000] [--seed 1] [--classes 12]

A Voronoi diagram of a jittered lattice whose edges are broken into fractal lines. Every coordinate is a function of the seed
and of the numbers of the sites around it, so a strip of the map is made without the others (bounded memory) and its border
vertices are bit for bit those of the next strip. The broken edge between two sites stays inside the triangle of the edge and one
of the sites and turns about that site in one direction, so no two edges cross: all polygons are valid.
"""

from __future__ import annotations

import argparse
import math
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import shapely
from numpy.typing import NDArray
from scipy.spatial import Delaunay

MARGIN = 4
"""Rows and columns of sites around what is wanted; empty circles of the jittered lattice are smaller."""

JITTER = 0.42
EXTENT = (114.0, 25.0, 118.5, 29.5)
WRITTEN_AT_A_TIME = 40_000


@dataclass(frozen=True)
class Tessellation:
    """What to generate.

    Attributes
    ----------
    polygons : int
        About how many; the lattice is filled up to full rows.
    seed : int
        Another seed gives another map of the same extent.
    classes : int
        Number of class values, ``"01"`` and up, in clusters of some 16 polygons.
    levels : int
        Each edge is halved this often: a cell has six edges on average, so 3 gives 48 vertices.
    """

    polygons: int
    seed: int = 1
    classes: int = 12
    levels: int = 3
    extent: tuple[float, float, float, float] = EXTENT

    @property
    def columns(self) -> int:
        """Sites in a row."""
        west, south, east, north = self.extent
        return max(1, round(math.sqrt(self.polygons * (east - west) / (north - south))))

    @property
    def rows(self) -> int:
        """Rows of sites."""
        return max(1, math.ceil(self.polygons / self.columns))

    def strips(
        self, sites: int = WRITTEN_AT_A_TIME
    ) -> Iterator[tuple[NDArray[Any], NDArray[Any], NDArray[Any]]]:
        """Polygons with their classes and numbers, some rows at a time."""
        height = max(1, sites // self.columns)
        for first in range(0, self.rows, height):
            yield self._strip(first, min(self.rows, first + height))

    def arrays(self) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        """All polygons, classes and numbers at once, for what fits in memory."""
        parts = list(self.strips())
        return tuple(np.concatenate([part[place] for part in parts]) for place in range(3))  # type: ignore[return-value]

    def _noise(self, *keys: Any) -> NDArray[np.float64]:
        """A number from 0 to 1 for each key, the same wherever it is asked for (SplitMix64)."""
        state = np.uint64(self.seed * 0x9E3779B97F4A7C15 % 2**64)
        with np.errstate(over="ignore"):
            for key in keys:
                state = np.asarray(state + np.asarray(key).astype(np.uint64) + np.uint64(0x9E3779B97F4A7C15))
                state = (state ^ (state >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
                state = (state ^ (state >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
                state = state ^ (state >> np.uint64(31))
        return np.asarray(state >> np.uint64(11)).astype(np.float64) * 2.0**-53

    def _strip(self, first: int, end: int) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
        width = self.columns + 2 * MARGIN
        rows = np.arange(first, end + 2 * MARGIN)
        row, column = (axis.ravel() for axis in np.meshgrid(rows, np.arange(width), indexing="ij"))
        number = row * width + column
        sites = np.column_stack(
            [
                column + JITTER * (2 * self._noise(number, 1) - 1),
                row + JITTER * (2 * self._noise(number, 2) - 1),
            ]
        )
        triangles = np.sort(Delaunay(sites).simplices.astype(np.int64), axis=1)
        centre = _circumcentres(sites, triangles)
        one, other, left, right = _edges(sites, triangles)
        paths = self._paths(sites, number, one, other, centre[right], centre[left])
        wanted = (
            (row >= first + MARGIN) & (row < end + MARGIN) & (column >= MARGIN) & (column < width - MARGIN)
        )
        rings, owner = _rings(sites, wanted, one, other, paths)
        west, south, east, north = self.extent
        rings[:, 0] = west + (rings[:, 0] - MARGIN) * ((east - west) / self.columns)
        rings[:, 1] = south + (rings[:, 1] - MARGIN) * ((north - south) / self.rows)
        kept = np.flatnonzero(wanted)
        place = np.searchsorted(kept, owner)
        polygons = shapely.polygons(shapely.linearrings(rings, indices=place))
        cluster = (row[kept] // 4) * width + column[kept] // 4
        code = np.floor(self._noise(cluster, 3) * self.classes).astype(np.int64) + 1
        names = np.array([f"{value:02d}" for value in range(self.classes + 1)], dtype=object)
        return polygons, names[code], number[kept]

    def _paths(self, sites: Any, number: Any, one: Any, other: Any, start: Any, end: Any) -> NDArray[Any]:
        """Broken lines from `start` to `end`: shape (edges, 2**levels + 1, 2)."""
        steps = 2**self.levels
        key = number[one] * 1_000_003 + number[other]
        side = np.where(self._noise(key, 4) < 0.5, one, other)
        along = np.linspace(0.0, 1.0, steps + 1)[None, :].repeat(len(one), axis=0)
        inward = np.zeros_like(along)
        half = steps // 2
        while half:
            for middle in range(half, steps, 2 * half):
                span = half / steps
                bulge = (inward[:, middle - half] + inward[:, middle + half]) / 2
                inward[:, middle] = np.clip(
                    bulge + span * (1.1 * self._noise(key, 5, middle) - 0.35), 0.0, 0.6
                )
                along[:, middle] += 0.35 / steps * (2 * self._noise(key, 6, middle) - 1)
            half //= 2
        base = start[:, None, :] + along[:, :, None] * (end - start)[:, None, :]
        path = base + inward[:, :, None] * (sites[side][:, None, :] - base)
        path[:, 0], path[:, -1] = start, end  # bit for bit, whatever the arithmetic above gave
        return np.asarray(path)


def _circumcentres(sites: NDArray[Any], triangles: NDArray[Any]) -> NDArray[Any]:
    """Centres of the circles through three sites, computed from the site with the least number."""
    base = sites[triangles[:, 0]]
    b, c = sites[triangles[:, 1]] - base, sites[triangles[:, 2]] - base
    squares = (b * b).sum(axis=1), (c * c).sum(axis=1)
    twice = 2 * (b[:, 0] * c[:, 1] - b[:, 1] * c[:, 0])
    x = (c[:, 1] * squares[0] - b[:, 1] * squares[1]) / twice
    y = (b[:, 0] * squares[1] - c[:, 0] * squares[0]) / twice
    return base + np.column_stack([x, y])


def _edges(sites: NDArray[Any], triangles: NDArray[Any]) -> tuple[NDArray[Any], ...]:
    """Pairs of neighbours (the lesser number first) with the triangle to the left and to the right of their line."""
    count = len(triangles)
    one = np.concatenate([triangles[:, 0], triangles[:, 1], triangles[:, 0]])
    other = np.concatenate([triangles[:, 1], triangles[:, 2], triangles[:, 2]])
    third = np.concatenate([triangles[:, 2], triangles[:, 0], triangles[:, 1]])
    triangle = np.tile(np.arange(count), 3)
    line, reach = sites[other] - sites[one], sites[third] - sites[one]
    is_left = line[:, 0] * reach[:, 1] - line[:, 1] * reach[:, 0] > 0
    order = np.lexsort((is_left, other, one))
    one, other, triangle, is_left = one[order], other[order], triangle[order], is_left[order]
    double = np.flatnonzero((one[1:] == one[:-1]) & (other[1:] == other[:-1]) & is_left[1:] & ~is_left[:-1])
    return one[double], other[double], triangle[double + 1], triangle[double]


def _rings(
    sites: NDArray[Any], wanted: NDArray[Any], one: NDArray[Any], other: NDArray[Any], paths: NDArray[Any]
) -> tuple[NDArray[Any], NDArray[Any]]:
    """Vertices of the cells, cell after cell and counter-clockwise, with the site of each vertex."""
    edge = np.concatenate([np.arange(len(one)), np.arange(len(one))])
    forward = np.repeat([True, False], len(one))
    site = np.concatenate([one, other])
    neighbour = np.concatenate([other, one])
    keep = wanted[site]
    edge, forward, site, neighbour = edge[keep], forward[keep], site[keep], neighbour[keep]
    toward = sites[neighbour] - sites[site]
    order = np.lexsort((np.arctan2(toward[:, 1], toward[:, 0]), site))
    edge, forward, site = edge[order], forward[order], site[order]
    steps = paths.shape[1] - 1
    lines = np.empty((len(edge), steps, 2))
    lines[forward] = paths[edge[forward], :-1]
    lines[~forward] = paths[edge[~forward], :0:-1]
    return lines.reshape(-1, 2), np.repeat(site, steps)


def write(path: Path, wanted: Tessellation) -> int:
    """Write a GeoPackage with the fields ``class`` and ``number``; returns the number of polygons."""
    names = [("geometry", pa.binary()), ("class", pa.string()), ("number", pa.int64())]
    schema = pa.schema([pa.field(name, kind) for name, kind in names])
    written = 0

    def batches() -> Iterator[pa.RecordBatch]:
        nonlocal written
        for polygons, classes, numbers in wanted.strips():
            written += len(polygons)
            columns = [
                pa.array(shapely.to_wkb(polygons), pa.binary()),
                pa.array(classes, pa.string()),
                pa.array(numbers),
            ]
            yield pa.RecordBatch.from_arrays(columns, schema=schema)

    reader = pa.RecordBatchReader.from_batches(schema, batches())
    pyogrio.write_arrow(
        reader,
        path,
        driver="GPKG",
        layer="parcels",
        geometry_name="geometry",
        geometry_type="Polygon",
        crs="EPSG:4490",
        VERSION="1.3",
    )
    return written


def main() -> None:
    """Read the sizes and write the file."""
    arguments = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    arguments.add_argument("out", type=Path)
    arguments.add_argument("--polygons", type=int, default=200_000)
    arguments.add_argument("--seed", type=int, default=1)
    arguments.add_argument("--classes", type=int, default=12)
    given = arguments.parse_args()
    started = time.perf_counter()
    written = write(given.out, Tessellation(given.polygons, given.seed, given.classes))
    sys.stdout.write(f"{written:,} polygons in {time.perf_counter() - started:.1f} s: {given.out}\n")


if __name__ == "__main__":
    main()
