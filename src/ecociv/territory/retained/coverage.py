"""The area that classes of layers cover in each county: a union measured tile by tile on the ellipsoid.

Each county is cut into tiles until a tile holds few polygons, so that memory does not grow with the layer. Within a tile
the polygons are cut to the county and put together before they are measured: what several of them cover counts once.
Counties are made disjoint first (a spot in two of them belongs to the one whose key comes first), so their areas add up.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ecociv.territory.layers.features import areas_of
from ecociv.territory.layers.geopackage import LayerFile
from ecociv.territory.topology.measure import polygonal, sound

TILE_FEATURES = 2_000
"""Polygons in a tile before it is cut in four."""
DEEPEST = 14
CROSSING = 1.5
"""How much more often polygons are met in the quarters of a tile than in the tile, before it is cut no further."""
LISTED = 20
"""Patches listed for each county, the largest first."""


@dataclass(frozen=True, slots=True)
class County:
    """A county without what an earlier one has of it."""

    key: str
    name: str
    geometry: Any


@dataclass(frozen=True, slots=True)
class Chosen:
    """A layer file and the classes of it that count; ``label`` names the version in lists of patches."""

    file: LayerFile
    classes: tuple[str, ...] | None
    label: str


@dataclass(frozen=True, slots=True)
class Patch:
    """One polygon that counts, with its area inside the county in m2."""

    source: str
    identity: str
    class_key: str
    name: str
    area: float


@dataclass(frozen=True, slots=True)
class Cover:
    """What the chosen polygons cover in a county.

    Attributes
    ----------
    area : float
        m2 of the union, unrounded.
    together : float
        m2 of all of them added up, overlaps as often as they occur.
    patches : int
        How many have a part in the county.
    largest : tuple of Patch
        The largest of them.
    """

    area: float
    together: float
    patches: int
    largest: tuple[Patch, ...]


def disjoint_counties(file: LayerFile) -> tuple[tuple[County, ...], float]:
    """The counties of a boundary layer by key, and the area in m2 that two of them claim."""
    features = sorted(file.all(), key=lambda feature: feature.identity)
    shapes = sound(np.asarray([feature.geometry for feature in features], dtype=object))
    found: list[County] = []
    claimed = 0.0
    for place, feature in enumerate(features):
        shape = shapes[place]
        earlier = [other for other in shapes[:place] if shapely.relate_pattern(shape, other, "T********")]
        if earlier:
            rest = polygonal(np.asarray([shape.difference(shapely.union_all(earlier))], dtype=object))[0]
            claimed += area_of(shape) - area_of(rest)
            shape = rest
        found.append(County(feature.identity, feature.name, shape))
    return tuple(found), claimed


def area_of(shape: Any) -> float:
    """m2 of one polygonal geometry on the ellipsoid."""
    return float(areas_of(np.asarray([shape], dtype=object))[0])


def cover(county: County, chosen: Sequence[Chosen], *, tile_features: int = TILE_FEATURES) -> Cover:
    """What the chosen polygons cover in a county.

    Raises
    ------
    ecociv.territory.layers.geopackage.LayerFileUnreadable
        When a layer file cannot be read.
    """
    if county.geometry.is_empty:
        return Cover(0.0, 0.0, 0, ())
    total = 0.0
    # Eight bytes for each row of a file: rows are numbered from 1 without gaps.
    inside = [np.zeros(one.file.count + 1) for one in chosen]
    for box in _tiles(county.geometry, chosen, tile_features):
        part = polygonal(np.asarray([shapely.intersection(county.geometry, box)], dtype=object))[0]
        if part.is_empty:
            continue
        shapely.prepare(part)
        pieces: list[Any] = []
        for place, source in enumerate(chosen):
            fids, shapes = _in_box(source, box)
            cut, of = _cut(shapes, part)
            if len(cut):
                pieces.append(cut)
                np.add.at(inside[place], fids[of], areas_of(cut))
        if pieces:
            joined = polygonal(np.asarray([shapely.union_all(np.concatenate(pieces))], dtype=object))
            total += float(areas_of(joined)[0])
    return Cover(
        total,
        float(sum(areas.sum() for areas in inside)),
        int(sum(np.count_nonzero(areas > 0) for areas in inside)),
        tuple(_largest(chosen, inside)),
    )


def _tiles(shape: Any, chosen: Sequence[Chosen], most: int) -> Iterator[Any]:
    """Boxes that cover a shape, each with few polygons, or with polygons that are larger than it."""

    def count(bounds: tuple[float, float, float, float]) -> int:
        return sum(one.file.count_in_box(*bounds) for one in chosen)

    waiting = [(shape.bounds, count(shape.bounds), 0)]
    while waiting:
        bounds, here, depth = waiting.pop()
        box = shapely.box(*bounds)
        if not here or not shape.intersects(box):
            continue
        quarters = [(each, count(each)) for each in _quarters(bounds)] if here > most else []
        # Polygons that lie over each other, or are larger than the tile, are never fewer in its quarters.
        if here <= most or depth >= DEEPEST or sum(held for _, held in quarters) > CROSSING * here:
            yield box
        else:
            waiting += [(each, held, depth + 1) for each, held in quarters]


def _quarters(
    bounds: tuple[float, float, float, float],
) -> Iterator[tuple[float, float, float, float]]:
    west, south, east, north = bounds
    middle, half = (west + east) / 2, (south + north) / 2
    yield west, south, middle, half
    yield middle, south, east, half
    yield west, half, middle, north
    yield middle, half, east, north


def _in_box(one: Chosen, box: Any) -> tuple[NDArray[np.int64], NDArray[Any]]:
    fids: list[NDArray[np.int64]] = []
    shapes: list[NDArray[Any]] = []
    wanted = None if one.classes is None else set(one.classes)
    for numbers, classes, _areas, geometries in one.file.outlines_in_box(*box.bounds):
        kept = (
            np.ones(len(numbers), dtype=bool)
            if wanted is None
            else np.fromiter((each in wanted for each in classes), bool, len(classes))
        )
        fids.append(numbers[kept])
        shapes.append(np.asarray(geometries, dtype=object)[kept])
    if not fids:
        return np.empty(0, dtype=np.int64), np.empty(0, dtype=object)
    return np.concatenate(fids), np.concatenate(shapes)


def _cut(shapes: NDArray[Any], part: Any) -> tuple[NDArray[Any], NDArray[np.int64]]:
    """The polygonal pieces of shapes inside a part, and of which shape each is."""
    if not len(shapes):
        return shapes, np.empty(0, dtype=np.int64)
    whole = sound(shapes)
    within = shapely.contains_properly(part, whole)
    crossing = ~within & shapely.intersects(part, whole)
    cut = whole.copy()
    if crossing.any():
        cut[crossing] = polygonal(shapely.intersection(whole[crossing], part))
    places = np.flatnonzero(within | crossing)
    places = places[~shapely.is_empty(cut[places])]
    return cut[places], places


def _largest(chosen: Sequence[Chosen], inside: Sequence[NDArray[np.float64]]) -> Iterator[Patch]:
    candidates = [
        (-float(areas[fid]), place, int(fid))
        for place, areas in enumerate(inside)
        for fid in np.argsort(-areas, kind="stable")[:LISTED]
        if areas[fid] > 0
    ]
    for area, place, fid in sorted(candidates)[:LISTED]:
        for feature in chosen[place].file.of_fids([fid]):
            yield Patch(chosen[place].label, feature.identity, feature.class_key, feature.name, -area)
