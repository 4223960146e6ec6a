"""Speed of ellipsoidal areas in one run: vectorised trapezoids against pyproj's geodesic polygons.

    python benchmarks/standards_land.py [--polygons 200000] [--corners 20] [--repeat 7]

What is compared, on the same polygons:

* ``read``: the coordinates read once by NumPy (the bound that memory sets);
* ``survey``: `land.ellipsoidal_area`, edges as the surveys take them;
* ``geodesic``: the same with shortest lines as edges;
* ``Geod, arrays``: ``pyproj.Geod.polygon_area_perimeter`` polygon by polygon on array slices, on a part and scaled;
* ``Geod, shapely``: ``pyproj.Geod.geometry_area_perimeter`` on ready shapely polygons, on a part and scaled.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable

import numpy as np
import pyproj
import shapely

from ecociv.standards import land

GEOD = pyproj.Geod(a=6378137.0, rf=298.257222101)


def parcels(count: int, corners: int) -> tuple[np.ndarray, np.ndarray]:
    """Star-shaped parcels of about 100 m, spread over Jiangxi, each ring closed."""
    random = np.random.default_rng(2019)
    middle = random.uniform([113.6, 24.5], [118.5, 30.1], (count, 2))
    angle = 2 * np.pi * (np.arange(corners) + random.uniform(0, 0.9, (count, corners))) / corners
    radius = random.uniform(0.0005, 0.001, (count, corners))
    ring = middle[:, None, :] + np.stack([radius * np.cos(angle), radius * np.sin(angle)], axis=2)
    closed = np.concatenate([ring, ring[:, :1]], axis=1).reshape(-1, 2)
    return closed, np.arange(count + 1) * (corners + 1)


def best(run: Callable[[], object], times: int) -> float:
    """The shortest of some runs, in seconds."""
    shortest = float("inf")
    for _ in range(times):
        start = time.perf_counter()
        run()
        shortest = min(shortest, time.perf_counter() - start)
    return shortest


def measure(count: int, corners: int, repeat: int) -> None:
    """Time everything on one set of parcels and print the ratios."""
    coordinates, offsets = parcels(count, corners)
    part = min(count, 5000)
    shapes = shapely.polygons(
        shapely.linearrings(coordinates[: offsets[part]], indices=np.repeat(np.arange(part), corners + 1))
    )

    def by_arrays() -> list[float]:
        rows = [coordinates[offsets[place] : offsets[place + 1]] for place in range(part)]
        return [GEOD.polygon_area_perimeter(row[:, 0], row[:, 1])[0] for row in rows]

    def by_shapes() -> list[float]:
        return [GEOD.geometry_area_perimeter(shape)[0] for shape in shapes]

    survey = land.ellipsoidal_area(coordinates, (offsets,)).value
    difference = np.abs(survey[:part] / np.array(by_arrays()) - 1).max()
    seconds = {
        "read": best(coordinates.sum, repeat),
        "survey": best(lambda: land.ellipsoidal_area(coordinates, (offsets,)), repeat),
        "geodesic": best(lambda: land.ellipsoidal_area(coordinates, (offsets,), edges="geodesic"), repeat),
        "Geod, arrays": best(by_arrays, 3) * count / part,
        "Geod, shapely": best(by_shapes, 3) * count / part,
    }
    size = coordinates.nbytes / 1e6
    print(f"{count:,} parcels, {corners + 1} vertices each, {size:.0f} MB of coordinates")
    print(f"largest relative difference from Geod on {part:,} parcels: {difference:.1e}")
    for name, taken in seconds.items():
        print(
            f"  {name:14s} {taken * 1e3:9.1f} ms   {count / taken:12,.0f} parcels/s   "
            f"{taken / seconds['survey']:6.1f} x survey   {taken / seconds['read']:7.1f} x read"
        )


def main() -> None:
    """Read the sizes and measure."""
    arguments = argparse.ArgumentParser(description=__doc__)
    arguments.add_argument("--polygons", type=int, default=200_000)
    arguments.add_argument("--corners", type=int, default=20)
    arguments.add_argument("--repeat", type=int, default=7)
    given = arguments.parse_args()
    measure(given.polygons, given.corners, given.repeat)


if __name__ == "__main__":
    main()
