"""Polygons as flat arrays: coordinates, where each ring begins, and what cannot be measured."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.standards.arrays import Float64, MeasurementError, as_float64

Offsets = NDArray[np.int64]


class GeometryRefused(MeasurementError):
    """A ring that has no area in the sense of the formula; the message names ring, vertex and remedy."""


@dataclass(frozen=True, slots=True)
class Rings:
    """Rings in flat arrays, as ``shapely.to_ragged_array`` and GeoArrow lay them out.

    Attributes
    ----------
    longitude, latitude : array of float64
        Degrees, ring after ring.
    starts : array of int64
        Offset of each ring, and the total number of vertices at the end.
    polygons : array of int64
        Offset of each polygon in the rings, and the number of rings at the end; its first ring is the shell.
    geometries : array of int64
        Offset of each geometry in the polygons, and the number of polygons at the end.
    """

    longitude: Float64
    latitude: Float64
    starts: Offsets
    polygons: Offsets
    geometries: Offsets


def rings_from_arrays(coordinates: ArrayLike, offsets: Sequence[ArrayLike]) -> Rings:
    """Flat arrays of coordinates and one to three arrays of offsets, innermost first.

    Raises
    ------
    GeometryRefused
        Coordinates that are no pairs, offsets that do not fit them.
    """
    pairs = as_float64("coordinates", coordinates)
    if pairs.ndim != 2 or pairs.shape[1] < 2:
        raise GeometryRefused(
            f"coordinates has the shape {pairs.shape}; give one row (longitude, latitude) for each vertex."
        )
    if not 1 <= len(offsets) <= 3:
        raise GeometryRefused(
            f"{len(offsets)} arrays of offsets were given; one (rings), two (and polygons) or three (and "
            "multipolygons) are understood."
        )
    sizes, levels = len(pairs), []
    for name, level in zip(("rings", "polygons", "multipolygons"), offsets, strict=False):
        levels.append(_offsets(name, level, sizes))
        sizes = len(levels[-1]) - 1
    while len(levels) < 3:
        levels.append(np.arange(sizes + 1, dtype=np.int64))
    return Rings(
        np.ascontiguousarray(pairs[:, 0]), np.ascontiguousarray(pairs[:, 1]), levels[0], levels[1], levels[2]
    )


def _offsets(name: str, level: ArrayLike, size: int) -> Offsets:
    found = np.asarray(level)
    if found.ndim != 1 or not len(found) or found.dtype.kind not in "iu":
        raise GeometryRefused(f"The offsets of the {name} must be a list of whole numbers.")
    found = found.astype(np.int64)
    if found[0] != 0 or found[-1] != size or (np.diff(found) < 0).any():
        raise GeometryRefused(
            f"The offsets of the {name} run from {found[0]} to {found[-1]}; they must rise from 0 to {size}."
        )
    return found


def rings_from_geojson(geometries: Iterable[Mapping[str, Any]]) -> Rings:
    """Rings of GeoJSON polygons and multipolygons (or features of them).

    Raises
    ------
    GeometryRefused
        Another type of geometry, named with its place in the list.
    """
    vertices: list[Float64] = []
    polygons, members = [0], [0]
    for place, given in enumerate(geometries):
        geometry = given.get("geometry", given) or {}
        kind = geometry.get("type")
        if kind not in ("Polygon", "MultiPolygon"):
            raise GeometryRefused(
                f"Geometry {place} is a {kind}; only Polygon and MultiPolygon have an area."
            )
        parts = [geometry["coordinates"]] if kind == "Polygon" else geometry["coordinates"]
        for part in parts:
            for number, ring in enumerate(part):
                pairs = as_float64(f"ring {number} of geometry {place}", [point[:2] for point in ring])
                vertices.append(pairs.reshape(-1, 2))
            polygons.append(polygons[-1] + len(part))
        members.append(members[-1] + len(parts))
    together = np.concatenate(vertices) if vertices else np.empty((0, 2))
    starts = np.concatenate([[0], np.cumsum([len(ring) for ring in vertices], dtype=np.int64)])
    return rings_from_arrays(together, (starts.astype(np.int64), np.asarray(polygons), np.asarray(members)))


def refuse_unmeasurable(rings: Rings) -> None:
    """Refuse coordinates off the globe, rings of fewer than three corners and rings across the antimeridian."""
    _refuse_beyond(rings, rings.longitude, "longitude", 180.0)
    _refuse_beyond(rings, rings.latitude, "latitude", 90.0)
    first, last = rings.starts[:-1], rings.starts[1:] - 1
    counts = np.diff(rings.starts)
    short = counts < 3
    if not short.any() and len(counts):
        closed = (rings.longitude[first] == rings.longitude[last]) & (
            rings.latitude[first] == rings.latitude[last]
        )
        short = counts - closed < 3
    if short.any():
        ring = int(np.argmax(short))
        raise GeometryRefused(
            f"Ring {ring} has {counts[ring]} vertices; an area needs at least three different corners. "
            "Remove the ring or repair it."
        )
    _refuse_antimeridian(rings)


def _refuse_beyond(rings: Rings, column: Float64, name: str, limit: float) -> None:
    # Two passes that allocate nothing settle the ordinary case; fmin and fmax pass over NaN.
    if not len(column) or (np.fmin.reduce(column) >= -limit and np.fmax.reduce(column) <= limit):
        return
    wrong = np.abs(column) > limit
    if not wrong.any():
        return
    vertex = int(np.argmax(wrong))
    ring = int(np.searchsorted(rings.starts, vertex, side="right")) - 1
    hint = (
        "Longitude comes first, latitude second: are they swapped?"
        if name == "latitude"
        else "Give degrees from -180 to 180, and split what crosses the antimeridian there."
    )
    raise GeometryRefused(
        f"The {name} of vertex {vertex - rings.starts[ring]} of ring {ring} is {column[vertex]:g}; it lies from "
        f"{-limit:g} to {limit:g}. {hint}"
    )


def _refuse_antimeridian(rings: Rings) -> None:
    if not len(rings.longitude) or (np.fmax.reduce(rings.longitude) - np.fmin.reduce(rings.longitude) <= 180):
        return
    step = np.abs(np.diff(rings.longitude))
    step[rings.starts[1:-1] - 1] = 0.0  # from the end of a ring to the beginning of the next is no edge
    closing = np.abs(rings.longitude[rings.starts[1:] - 1] - rings.longitude[rings.starts[:-1]])
    with np.errstate(invalid="ignore"):
        if (step > 180).any():
            vertex = int(np.argmax(step > 180))
            ring = int(np.searchsorted(rings.starts, vertex, side="right")) - 1
        elif (closing > 180).any():
            ring = int(np.argmax(closing > 180))
            vertex = int(rings.starts[ring + 1]) - 1
        else:
            return
    raise GeometryRefused(
        f"Ring {ring} crosses the antimeridian after its vertex {vertex - rings.starts[ring]} (longitude "
        f"{rings.longitude[vertex]:g}); split it at 180 degrees into two rings."
    )
