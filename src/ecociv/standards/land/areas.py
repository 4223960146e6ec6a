"""Areas of polygons on the CGCS2000 ellipsoid, many at once."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.standards.arrays import Float64, as_float64, element
from ecociv.standards.land.ellipsoid import (
    EDITION,
    area_scale,
    authalic,
    beyond_chord,
    ellipsoid,
    ellipsoid_trace,
)
from ecociv.standards.land.ledger import ledger_area
from ecociv.standards.land.rings import (
    GeometryRefused,
    Offsets,
    Rings,
    refuse_unmeasurable,
    rings_from_arrays,
    rings_from_geojson,
)
from ecociv.standards.parameters import parameter
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none

EDGES = ("survey", "geodesic")

_EDGE_NOTES = {
    "survey": Text(zh="边按国土调查公式计算", en="edges as the formula of the surveys takes them"),
    "geodesic": Text(zh="边按大地线计算", en="edges taken as shortest lines"),
}

BLOCK = 1 << 14
"""Vertices measured at a time, so that the intermediate columns stay in the processor's cache."""


@dataclass(frozen=True, eq=False)
class EllipsoidalArea(Result):
    """Areas of polygons.

    Attributes
    ----------
    value : float or array
        m2, unrounded, holes taken away; NaN where a coordinate is missing.
    rings : array of float
        Area of each ring in m2, positive counter-clockwise and negative clockwise.
    """

    value: Any
    rings: Float64
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    edges: str
    shape: Rings = field(repr=False)

    def ledger(self, unit: str = "m2", at: int | None = None) -> Decimal:
        """One area as a ledger keeps it, in ``m2``, ``hectare`` or ``mu``, rounded once (see `ledger_area`)."""
        return ledger_area(float(element(self.value, self._element(at))), unit)

    def trace(self, at: int | None = None) -> Trace:
        """The rings with their vertices and areas, shells added and holes taken away."""
        place = self._element(at)
        geometry = place or 0
        inputs: list[TraceInput] = []
        for polygon in range(self.shape.geometries[geometry], self.shape.geometries[geometry + 1]):
            first, end = self.shape.polygons[polygon], self.shape.polygons[polygon + 1]
            for ring in range(first, end):
                vertices = int(self.shape.starts[ring + 1] - self.shape.starts[ring])
                kind = (
                    Text(zh="外环", en="Shell")
                    if ring == first
                    else Text(zh="内环（扣除）", en="Hole (taken away)")
                )
                label = Text(zh=f"{kind.zh}，{vertices}个点", en=f"{kind.en}, {vertices} vertices")
                inputs.append(TraceInput(label, number_or_none(abs(self.rings[ring])), "m2"))
        return Trace(
            Text(zh="椭球面积", en="Ellipsoidal area"),
            number_or_none(element(self.value, place)),
            "m2",
            "|shell| - sum |holes|, ring = sum of trapezoids (L_i + L_i+1)/2 over B_i to B_i+1",
            tuple(inputs),
            parameter("land.trapezoid").citation,
            ellipsoid_trace(),
            notes=(_EDGE_NOTES[self.edges], *self.marks),
        )


def ellipsoidal_area(
    coordinates: ArrayLike, offsets: Sequence[ArrayLike] | None = None, *, edges: str = "survey"
) -> EllipsoidalArea:
    """Area on the CGCS2000 ellipsoid of one ring, or of many polygons in flat arrays.

    Parameters
    ----------
    coordinates : array_like of shape (n, 2)
        Longitude and latitude in degrees (CGCS2000 or WGS84), ring after ring. A ring may repeat its first vertex
        at its end or not, and may run either way round.
    offsets : sequence of arrays, optional
        Where rings begin; then where polygons begin in the rings; then where multipolygons begin in the polygons:
        the second and third result of ``shapely.to_ragged_array``. With rings alone each ring is an area of its
        own. Without offsets the coordinates are one ring and the result is a single value.
    edges : str
        ``"survey"``: the formula of the surveys, edge by edge as given. ``"geodesic"``: edges are shortest lines,
        for boundaries whose vertices lie kilometres apart.

    Returns
    -------
    EllipsoidalArea
        ``value`` in m2.

    Raises
    ------
    GeometryRefused
        Fewer than three corners, coordinates off the globe, holes larger than their shell, a ring across the
        antimeridian.

    Notes
    -----
    The formula of the national land surveys: the signed sum of the trapezoids under the edges. It takes an edge as
    straight on an equal-area cylindrical map. A geodesic leaves that line by an area that grows with the cube of the
    length: up to some 7 m2 for an edge of 1 km at 29 degrees, 1000 times that for 10 km. Between patches of a
    survey this cancels, because neighbours share their edges; against areas of geodesic polygons it does not.
    ``edges="geodesic"`` adds it, taken on the sphere of equal area (what remains is below 1e-6 of a county's area).
    Longitudes count from the first vertex of each ring, so a ring keeps its area when moved along a parallel.

    Examples
    --------
    >>> cell = [(117, 27), (117.5, 27), (117.5, 27.5), (117, 27.5)]
    >>> round(ellipsoidal_area(cell).value, 3)
    2743430601.001
    >>> hole = [(117.1, 27.1), (117.1, 27.2), (117.2, 27.2), (117.2, 27.1)]
    >>> pair = ellipsoidal_area([*cell, *hole], offsets=([0, 4, 8], [0, 2]))
    >>> pair.value.round(3).tolist(), pair.ledger("hectare")
    ([2633596657.715], Decimal('263359.6658'))
    """
    if offsets is None:
        ring = as_float64("coordinates", coordinates)
        return _measure(rings_from_arrays(ring, ([0, len(ring) if ring.ndim else 0],)), edges, single=True)
    return _measure(rings_from_arrays(coordinates, offsets), edges, single=False)


def area_of_geojson(
    geometry: Mapping[str, Any] | Iterable[Mapping[str, Any]], *, edges: str = "survey"
) -> EllipsoidalArea:
    """Area of a GeoJSON polygon or multipolygon, or of a list of them; features are accepted too.

    `edges` as in `ellipsoidal_area`.

    Raises
    ------
    GeometryRefused
        As `ellipsoidal_area`, and for points and lines.

    Examples
    --------
    >>> cell = {"type": "Polygon", "coordinates": [[[117, 27], [117.5, 27], [117.5, 27.5], [117, 27.5], [117, 27]]]}
    >>> area_of_geojson(cell).ledger("mu")
    Decimal('4115145.90')
    """
    if isinstance(geometry, Mapping):
        return _measure(rings_from_geojson([geometry]), edges, single=True)
    return _measure(rings_from_geojson(geometry), edges, single=False)


def densify(ring: ArrayLike, longest: float) -> Float64:
    """A ring with vertices put into edges that span more than `longest` degrees of longitude or latitude.

    The new vertices lie on the straight line between longitudes and latitudes, as map programs draw it. The ring
    comes back closed.

    Examples
    --------
    >>> densify([(0, 0), (1, 0), (1, 1)], longest=0.5).tolist()
    [[0.0, 0.0], [0.5, 0.0], [1.0, 0.0], [1.0, 0.5], [1.0, 1.0], [0.5, 0.5], [0.0, 0.0]]
    """
    corners = as_float64("ring", ring)
    if corners.ndim != 2 or corners.shape[1] != 2 or not len(corners):
        raise GeometryRefused(f"ring has the shape {corners.shape}; give rows (longitude, latitude).")
    if not longest > 0:
        raise GeometryRefused(f"longest is {longest:g} degrees; it must be above 0.")
    if not np.array_equal(corners[0], corners[-1], equal_nan=True):
        corners = np.vstack([corners, corners[:1]])
    steps = np.diff(corners, axis=0)
    spans = np.abs(steps).max(axis=1)
    pieces = np.maximum(1, np.ceil(np.nan_to_num(spans) / longest)).astype(np.int64)
    edge = np.repeat(np.arange(len(pieces)), pieces)
    within = np.arange(len(edge)) - np.repeat(np.cumsum(pieces) - pieces, pieces)
    share = (within / pieces[edge])[:, None]
    return np.vstack([corners[edge] + share * steps[edge], corners[-1:]])


def _measure(shape: Rings, edges: str, *, single: bool) -> EllipsoidalArea:
    if edges not in EDGES:
        raise GeometryRefused(f"edges is {edges!r}; it is one of: {', '.join(EDGES)}.")
    refuse_unmeasurable(shape)
    rings = _signed_areas(shape, geodesic=edges == "geodesic")
    polygons = _per_polygon(shape, np.abs(rings))
    geometry_of = np.repeat(np.arange(len(shape.geometries) - 1), np.diff(shape.geometries))
    areas = np.bincount(geometry_of, weights=polygons, minlength=len(shape.geometries) - 1)
    enough = ~np.isnan(areas)
    count = np.diff(shape.starts[shape.polygons[shape.geometries]])
    return EllipsoidalArea(
        value=areas.item() if single else areas,
        rings=rings,
        edition=EDITION,
        marks=marks_of(ellipsoid(), parameter("land.trapezoid")),
        validity=DataValidity(
            count.item() if single else count,
            None,
            enough.item() if single else enough,
            Text(zh="所有顶点均有坐标", en="every vertex has coordinates"),
        ),
        edges=edges,
        shape=shape,
    )


def _per_polygon(shape: Rings, sizes: Float64) -> Float64:
    """Shell less holes; a polygon without rings is empty and has area 0."""
    counts = np.diff(shape.polygons)
    sign = np.full(len(sizes), -1.0)
    sign[shape.polygons[:-1][counts > 0]] = 1.0
    polygon_of = np.repeat(np.arange(len(counts)), counts)
    areas = np.bincount(polygon_of, weights=sign * sizes, minlength=len(counts))
    # A hole that is its shell again may come out below zero by the last digit.
    noise = 1e-9 * np.bincount(polygon_of, weights=sizes, minlength=len(counts))
    with np.errstate(invalid="ignore"):
        wrong = areas < -noise
    if wrong.any():
        polygon = int(np.argmax(wrong))
        raise GeometryRefused(
            f"The holes of polygon {polygon} are larger than its shell by {-areas[polygon]:.2f} m2; the first ring of "
            "a polygon must be its shell."
        )
    return np.where(areas < 0, 0.0, areas)


def _signed_areas(shape: Rings, *, geodesic: bool) -> Float64:
    """Signed area of each ring in m2, block by block."""
    found = np.empty(len(shape.starts) - 1)
    # Each block ends with the ring in which its last vertex lies.
    cuts = np.searchsorted(shape.starts, np.arange(0, shape.starts[-1], BLOCK), side="left")
    edges = np.unique(np.append(cuts, len(found)))
    for first, end in zip(edges, edges[1:], strict=False):
        begin = shape.starts[first]
        block = slice(begin, shape.starts[end])
        found[first:end] = _block(
            shape.longitude[block], shape.latitude[block], shape.starts[first : end + 1] - begin, geodesic
        )
    return found * (area_scale() / 2)


def _block(longitude: Float64, latitude: Float64, starts: Offsets, geodesic: bool) -> Float64:
    height = authalic(latitude)
    # Counted from the first vertex of the ring: short differences keep their digits, wherever the ring lies.
    width = np.radians(longitude - np.repeat(longitude[starts[:-1]], np.diff(starts)))
    edges = np.empty(len(width))
    np.add(width[1:], width[:-1], out=edges[:-1])
    edges[:-1] *= height[1:] - height[:-1]
    last = starts[1:] - 1
    # The last edge leads back to the first vertex, whose width is 0.
    edges[last] = width[last] * (height[starts[:-1]] - height[last])
    if geodesic:
        following = np.arange(1, len(width) + 1)
        following[last] = starts[:-1]
        edges -= 2 * beyond_chord(width[following] - width, height, height[following])
    return np.asarray(np.add.reduceat(edges, starts[:-1]))
