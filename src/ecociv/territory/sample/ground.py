"""The ground of the sample: counties, water and a partition into parcels whose neighbours share every vertex.

Works in a plane of kilometres (east by the cosine of the middle latitude) and returns to degrees once, at the end, by
one function of the coordinates, so that shared vertices stay shared.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from scipy.spatial import Voronoi

from ecociv.territory.layers.features import areas_of
from ecociv.territory.sample.declared import Blob, SampleTerritory, real_file, real_shapes
from ecociv.territory.sample.fitting import with_protected_area

_KM = 111.32
_DECIMALS = 9
"""Degrees are kept to a tenth of a millimetre."""

_HALVINGS = 3
_WOBBLE = 0.16
Float = NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Plane:
    """Kilometres around an origin."""

    longitude: float
    latitude: float

    def of_degrees(self, geometry: Any) -> Any:
        """A geometry, or an array of them, in km."""
        return shapely.transform(geometry, self._forth)

    def to_degrees(self, geometry: Any) -> Any:
        """A geometry, or an array of them, in degrees."""
        return shapely.transform(geometry, self._back)

    def point(self, at: Sequence[float]) -> Float:
        """East and north of a point in degrees."""
        return np.asarray(self._forth(np.asarray([at], dtype=float))[0])

    def _forth(self, degrees: Float) -> Float:
        return (degrees - [self.longitude, self.latitude]) * [self._east, _KM]

    def _back(self, km: Float) -> Float:
        return np.round(km / [self._east, _KM] + [self.longitude, self.latitude], _DECIMALS)

    @property
    def _east(self) -> float:
        return _KM * math.cos(math.radians(self.latitude))


@dataclass(frozen=True, eq=False)
class Ground:
    """Parcels and what is known of each, as arrays of equal length.

    Attributes
    ----------
    counties : array of shapely Polygon
        In km, in the order of the declaration.
    real_boundaries, real_water : bool
        Whether the outlines come from real files.
    parcels : array of shapely Polygon
        In km; together the city, without gaps and overlaps.
    county : array of int
        Place in ``counties``.
    water : array of str
        Kind of water, or empty.
    area : array of float
        km2 on the ellipsoid, as layers are measured.
    height, built : array of float, 0 to 1
        Rank by height, and nearness to towns (1 in their midst).
    chance : array of float, 0 to 1
        A number of its own for each parcel.
    """

    given: SampleTerritory
    plane: Plane
    counties: NDArray[Any]
    real_boundaries: bool
    real_water: bool
    parcels: NDArray[Any]
    centre: Float
    county: NDArray[np.int64]
    water: NDArray[Any]
    area: Float
    height: Float
    built: Float
    chance: Float
    random: np.random.Generator = field(repr=False)

    @property
    def city(self) -> shapely.Geometry:
        """The whole, in km."""
        return shapely.coverage_union_all(self.counties)

    def rank(self, values: Float, within: NDArray[np.bool_]) -> Float:
        """Share of the area ``within`` that lies below each parcel by ``values``, 0 to 1; 2 outside."""
        ranked = np.full(len(values), 2.0)
        places = np.flatnonzero(within)
        order = places[np.argsort(values[places], kind="stable")]
        total = np.cumsum(self.area[order])
        ranked[order] = (total - self.area[order] / 2) / total[-1]
        return ranked

    def waves(self, key: int, length: float) -> Float:
        """A smooth random field over the parcels with the given wave length in km, about -1 to 1."""
        random = np.random.default_rng([self.given.seed, key])
        return _waves(random, self.centre, length)

    def blob(self, blob: Blob, radius: float) -> shapely.Geometry:
        """An irregular outline around the blob's middle; outlines of growing radius are nested."""
        return outline(self.plane.point(blob.at), radius, _seed_of(self.given.seed, blob.name.en))


def ground_of(given: SampleTerritory, parcels: int) -> Ground:
    """Make the ground with about so many parcels."""
    middle = np.mean([point for county in given.counties for point in county.outline], axis=0)
    plane = Plane(round(float(middle[0]), 2), round(float(middle[1]), 2))
    random = np.random.default_rng([given.seed, 1])
    counties, real = _counties(given, plane)
    city = shapely.coverage_union_all(counties)
    kinds, waters, real_water = _waters(given, plane, city)
    sites = _sites(given, plane, city, parcels, random)
    lines = [*_fractal_edges(sites, city, random), *shapely.boundary(counties)]
    lines.extend(shapely.boundary(shapely.intersection(one, city)) for one in waters)
    faces = shapely.get_parts(shapely.polygonize([shapely.union_all(lines)]))
    inner = shapely.point_on_surface(faces)
    county = _place_in(counties, inner)
    kept = (county >= 0) & (shapely.area(faces) > 1e-9)
    faces, inner, county = faces[kept], inner[kept], county[kept]
    wet = _place_in(np.asarray(waters, dtype=object), inner)
    centre = np.column_stack([shapely.get_x(inner), shapely.get_y(inner)])
    order = np.lexsort((centre[:, 0], -np.round(centre[:, 1], 3)))
    faces, centre, county, wet = faces[order], centre[order], county[order], wet[order]
    built = np.max(
        [
            np.exp(-(((centre - plane.point(town.at)) / town.reach) ** 2).sum(axis=1))
            for town in given.centres
        ],
        axis=0,
    )
    rough = _waves(np.random.default_rng([given.seed, 2]), centre, 28.0)
    steep = centre[:, 1] / 60 + 0.45 * np.abs(centre[:, 0]) / 30 + 0.5 * rough - 0.9 * built
    water = np.asarray([kinds[place] if place >= 0 else "" for place in wet], dtype=object)
    area = areas_of(np.asarray(plane.to_degrees(faces))) / 1e6
    given = with_protected_area(given, partial(_protected, given, plane, city))
    made = Ground(
        given, plane, counties, real, real_water, faces, centre, county, water, area, steep, built,
        np.random.default_rng([given.seed, 3]).random(len(faces)), random,
    )  # fmt: skip
    height = made.rank(steep, water == "")
    object.__setattr__(made, "height", np.where(water == "", height, 0.0))
    return made


def _protected(given: SampleTerritory, plane: Plane, city: shapely.Geometry, scale: float) -> Any:
    """Everything that is protected, in degrees, with its radii times a factor."""
    shapes = [
        outline(
            plane.point(one.at), scale * list(one.classes.values())[-1], _seed_of(given.seed, one.name.en)
        )
        for one in given.protected
    ]
    return plane.to_degrees(shapely.union_all(shapes).intersection(city))


def outline(middle: Float, radius: float, seed: int, corners: int = 72) -> shapely.Geometry:
    """A wavy ring; the same seed with another radius gives the same shape larger or smaller."""
    random = np.random.default_rng(seed)
    angles = np.arange(corners) / corners * 2 * np.pi
    waves = sum(
        random.uniform(-0.3, 0.3) / wave * np.cos(wave * angles + random.uniform(0, 2 * np.pi))
        for wave in (2, 3, 5, 7, 11)
    )
    reach = radius * (1 + waves)
    return shapely.Polygon(middle + np.column_stack([reach * np.cos(angles), reach * np.sin(angles)]))


def _counties(given: SampleTerritory, plane: Plane) -> tuple[NDArray[Any], bool]:
    path = real_file(given.boundaries)
    if path is not None and given.boundaries is not None:
        known = dict(real_shapes(given.boundaries, path))
        if all(county.code in known for county in given.counties):
            return plane.of_degrees(np.asarray([known[one.code] for one in given.counties])), True
    drawn = plane.of_degrees(
        np.asarray([shapely.Polygon(county.outline) for county in given.counties], dtype=object)
    )
    # Drawn by hand they are larger than the zone is by its returns: made smaller about the origin of the plane.
    size = float(areas_of(np.asarray(plane.to_degrees(drawn))).sum()) / 10_000
    factor = math.sqrt(given.administrative / size)
    return np.asarray(shapely.transform(drawn, lambda points: points * factor)), False


def _waters(
    given: SampleTerritory, plane: Plane, city: shapely.Geometry
) -> tuple[list[str], list[shapely.Geometry], bool]:
    """Kinds and disjoint areas of water."""
    found: list[tuple[str, shapely.Geometry]] = []
    path = real_file(given.water)
    if path is not None and given.water is not None:
        for kind, one in real_shapes(given.water, path):
            moved = plane.of_degrees(one)
            if moved.intersects(city):
                found.append((kind, moved))
    else:
        for river in given.rivers:
            course = plane.of_degrees(shapely.LineString(river.course))
            found.append(
                ("river", _meander(course, _seed_of(given.seed, river.name.en)).buffer(river.width / 2))
            )
    for basin in given.reservoirs:
        radius = next(iter(basin.classes.values()))
        found.append(
            ("reservoir", outline(plane.point(basin.at), radius, _seed_of(given.seed, basin.name.en)))
        )
    kinds, areas = [], []
    taken = shapely.Polygon()
    for kind in ("river", "lake", "reservoir"):
        whole = shapely.union_all([one for known, one in found if known == kind]).intersection(city)
        whole = whole.difference(taken)
        taken = taken.union(whole)
        for part in shapely.get_parts(whole):
            if part.geom_type == "Polygon" and part.area > 1e-3:
                kinds.append(kind)
                areas.append(part)
    return kinds, areas, path is not None


def _meander(course: shapely.Geometry, seed: int) -> shapely.Geometry:
    random = np.random.default_rng(seed)
    along = np.linspace(0, course.length, max(40, int(course.length * 2)))
    points = shapely.get_coordinates(shapely.line_interpolate_point(course, along))
    for length in (11.0, 5.0, 2.2):
        points = points + np.column_stack(
            [
                length * 0.09 * np.sin(2 * np.pi * along / length + random.uniform(0, 6)),
                length * 0.06 * np.cos(2 * np.pi * along / length + random.uniform(0, 6)),
            ]
        )
    return shapely.LineString(points)


def _sites(
    given: SampleTerritory, plane: Plane, city: shapely.Geometry, count: int, random: np.random.Generator
) -> Float:
    """Sites of cells, denser about the towns."""
    west, south, east, north = city.bounds
    spread = math.sqrt(count)
    box = np.column_stack(
        [random.uniform(west - 3, east + 3, 4 * count), random.uniform(south - 3, north + 3, 4 * count)]
    )
    even = box[shapely.contains_xy(city.buffer(3), box[:, 0], box[:, 1])][: int(count * 0.62)]
    near = []
    for town in given.centres:
        share = town.reach / sum(one.reach for one in given.centres)
        near.append(
            plane.point(town.at) + random.normal(0, town.reach * 1.3, (max(3, int(count * 0.38 * share)), 2))
        )
    far = 400 * np.asarray([[-1, -1], [-1, 1], [1, -1], [1, 1], [0, 1.4], [0, -1.4], [1.4, 0], [-1.4, 0]])
    sites = np.concatenate([even, *near])
    # Two sites closer than a fifth of the mean distance make needles.
    cell = max(east - west, north - south) / spread / 5
    _, first = np.unique(np.floor(sites / cell), axis=0, return_index=True)
    return np.concatenate([sites[np.sort(first)], far])


def _fractal_edges(sites: Float, city: shapely.Geometry, random: np.random.Generator) -> list[Any]:
    """The edges of the Voronoi diagram near the city, each broken into eight by moving its midpoints."""
    diagram = Voronoi(sites)
    pairs = np.asarray([pair for pair in diagram.ridge_vertices if min(pair) >= 0])
    paths = diagram.vertices[pairs]
    for _ in range(_HALVINGS):
        start, end = paths[:, :-1], paths[:, 1:]
        across = np.stack([start[..., 1] - end[..., 1], end[..., 0] - start[..., 0]], axis=-1)
        moved = (start + end) / 2 + across * random.uniform(-_WOBBLE, _WOBBLE, (*start.shape[:2], 1))
        joined = np.empty((len(paths), 2 * paths.shape[1] - 1, 2))
        joined[:, ::2], joined[:, 1::2] = paths, moved
        paths = joined
    lines = shapely.linestrings(paths)
    return list(lines[shapely.intersects(lines, city)])


def _place_in(areas: NDArray[Any], points: NDArray[Any]) -> NDArray[np.int64]:
    """Place of the area that each point lies in, -1 for none."""
    place = np.full(len(points), -1, dtype=np.int64)
    if len(areas):
        point, area = shapely.STRtree(areas).query(points, predicate="within")
        place[point] = area
    return place


def _waves(random: np.random.Generator, centre: Float, length: float) -> Float:
    total = np.zeros(len(centre))
    for _ in range(9):
        angle, phase = random.uniform(0, 2 * np.pi, 2)
        step = 2 * np.pi / (length * random.uniform(0.5, 1.6))
        total += np.cos(step * (centre[:, 0] * np.cos(angle) + centre[:, 1] * np.sin(angle)) + phase)
    return total / 4


def _seed_of(seed: int, name: str) -> int:
    return seed + sum(place * ord(letter) for place, letter in enumerate(name, 1))
