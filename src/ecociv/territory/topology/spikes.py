"""Spikes (尖角): vertices at which a border turns back on itself."""

from __future__ import annotations

import numpy as np
import shapely
from numpy.typing import NDArray

from ecociv.territory.topology.measure import Frame, Shapes


def spike_vertices(
    shapes: Shapes, frame: Frame, angle: float
) -> tuple[NDArray[np.int64], NDArray[np.float64]]:
    """Vertices where two edges of a ring meet at less than `angle` degrees.

    Returns
    -------
    features : array of int
        Position of the feature of each spike.
    points : array of shape (n, 2)
        Longitude and latitude of its vertex.

    Examples
    --------
    >>> needle = shapely.Polygon([(117, 29), (117.01, 29), (117.02, 29.00001), (117.01, 29.0001), (117, 29.01)])
    >>> features, points = spike_vertices(np.array([needle]), Frame.of(np.array([needle])), 1.0)
    >>> features.tolist(), points.tolist()
    ([0], [[117.02, 29.00001]])
    """
    rings, feature = shapely.get_rings(shapes, return_index=True)
    points, ring = shapely.get_coordinates(rings, return_index=True)
    if not len(points):
        return np.zeros(0, dtype=np.int64), np.zeros((0, 2))
    plane = points * np.array([frame.east, frame.north])
    last = np.concatenate([ring[1:] != ring[:-1], [True]])
    first = np.concatenate([[True], ring[1:] != ring[:-1]])
    starts, ends = np.flatnonzero(first), np.flatnonzero(last)
    # A ring ends where it begins: what comes before its first vertex is the last but one.
    before = np.arange(len(points)) - 1
    before[starts] = ends - 1
    after = np.minimum(np.arange(len(points)) + 1, len(points) - 1)
    back, ahead = plane[before] - plane, plane[after] - plane
    with np.errstate(invalid="ignore", divide="ignore"):
        cosine = (back * ahead).sum(axis=1) / (np.hypot(*back.T) * np.hypot(*ahead.T))
    sharp = (cosine > np.cos(np.radians(angle))) & ~last
    return np.asarray(feature[ring[sharp]], dtype=np.int64), points[sharp]


def without_spikes(shape: shapely.Geometry, frame: Frame, angle: float) -> shapely.Geometry:
    """A polygon without its spike vertices; those that come to light beneath are taken away too.

    A ring that is nothing but a spike disappears.
    """
    parts = []
    for polygon in shapely.get_parts(shape):
        rings = [_ring(ring, frame, angle) for ring in shapely.get_rings(polygon)]
        if rings and rings[0] is not None:
            parts.append(shapely.Polygon(rings[0], [hole for hole in rings[1:] if hole is not None]))
    if not parts:
        return shapely.Polygon()
    return parts[0] if len(parts) == 1 else shapely.MultiPolygon(parts)


def _ring(ring: shapely.Geometry, frame: Frame, angle: float) -> NDArray[np.float64] | None:
    scale = np.array([frame.east, frame.north])
    least = np.cos(np.radians(angle))
    corners = list(shapely.get_coordinates(ring)[:-1])
    place = 0
    clean = 0
    while len(corners) >= 3 and clean < len(corners):
        place %= len(corners)
        here = corners[place]
        back, ahead = (
            (corners[place - 1] - here) * scale,
            (corners[(place + 1) % len(corners)] - here) * scale,
        )
        lengths = np.hypot(*back) * np.hypot(*ahead)
        if lengths == 0 or float(back @ ahead) / lengths > least:
            del corners[place]
            # The vertex before may have become a spike itself.
            place, clean = max(place - 1, 0), 0
        else:
            place, clean = place + 1, clean + 1
    return np.vstack([*corners, corners[0]]) if len(corners) >= 3 else None
