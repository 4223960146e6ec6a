"""What of a layer lies on a site, or within a distance of it. Pure: no Django, bounded memory.

The R*Tree of the layer's file finds the candidates; what lies wholly inside the site keeps its stored area; only what
the border cuts is intersected. A site with more than ``AT_ONCE`` candidates is cut into tiles, whose areas add up.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray
from shapely.errors import GEOSException

from ecociv.territory.layers.features import POLYGONAL, areal, areas_of
from ecociv.territory.layers.geopackage import LayerFile, Outlines
from ecociv.territory.rules.buffers import LocalPlane, widened
from ecociv.territory.site_check.coverage import edges_cancel
from ecociv.territory.site_check.outline import quick_areas

AT_ONCE = 4000
"""Candidates that are held in memory at one time."""
LARGE = 2000
"""Vertices from which a feature is first cut to the site's box."""
SMALLEST_TILE = 1e-4
"""Degrees: below this a tile is not cut again."""

Box = tuple[float, float, float, float]
"""West, south, east, north in degrees."""


@dataclass
class ClassOverlap:
    """What one class of a layer covers of a site.

    Attributes
    ----------
    area : float
        m2 of the union, so nothing is counted twice.
    gross : float
        m2 of all features added up; larger than `area` where they overlap.
    fids, areas
        Rows and areas (m2) of the features; a feature that tiles cut has several entries.
    pieces : list of geometries or None
        What lies on the site, in degrees; none where the site was too large to keep them.
    """

    area: float = 0.0
    gross: float = 0.0
    fids: list[NDArray[np.int64]] = field(default_factory=list)
    areas: list[NDArray[np.float64]] = field(default_factory=list)
    pieces: list[Any] | None = field(default_factory=list)

    def largest(self, most: int) -> tuple[list[tuple[int, float]], int]:
        """Row and area of the largest features, and how many there are in all."""
        if not self.fids:
            return [], 0
        rows, place = np.unique(np.concatenate(self.fids), return_inverse=True)
        total = np.bincount(place, np.concatenate(self.areas), minlength=len(rows))
        order = np.lexsort((rows, -total))[:most]
        return [(int(rows[each]), float(total[each])) for each in order], len(rows)

    def union(self) -> shapely.Geometry | None:
        """The part of the site that the class covers; none where the pieces were not kept."""
        if self.pieces is None:
            return None
        return areal(shapely.union_all(self.pieces)) if self.pieces else shapely.Polygon()


@dataclass
class Overlap:
    """What a layer covers of a site: by class, and all classes together without counting twice."""

    classes: dict[str, ClassOverlap] = field(default_factory=dict)
    covered: float = 0.0
    tiles: int = 0


def overlap(file: LayerFile, geometry: shapely.Geometry, area: float) -> Overlap:
    """What a layer covers of a site.

    Parameters
    ----------
    geometry
        A polygon, multipolygon or point in degrees. A point has the classes of the features that hold it, without area.
    area
        m2 of the site on the ellipsoid.
    """
    found = Overlap()
    if geometry.geom_type == "Point":
        _at_point(file, geometry, found)
        return found
    whole = file.outlines_at_once(*geometry.bounds, at_most=AT_ONCE)
    if whole is not None:
        found.tiles = 1
        _on_tile([whole], geometry, area, found, keep=True)
        return found
    tiles = list(_tiles(file, geometry))
    for tile in tiles:
        tile_area = area if len(tiles) == 1 else float(areas_of(np.asarray([tile], dtype=object))[0])
        candidates = file.outlines_in_box(*tile.bounds, at_a_time=AT_ONCE)
        _on_tile(candidates, tile, tile_area, found, keep=len(tiles) == 1)
    found.tiles = len(tiles)
    return found


def _at_point(file: LayerFile, point: shapely.Geometry, found: Overlap) -> None:
    for fids, classes, _areas, shapes in file.outlines_in_box(*point.bounds):
        for place in np.flatnonzero(shapely.intersects(shapes, point)):
            one = found.classes.setdefault(str(classes[place]), ClassOverlap())
            one.fids.append(fids[place : place + 1])
            one.areas.append(np.zeros(1))
    found.tiles = 1


def _tiles(file: LayerFile, geometry: shapely.Geometry) -> Iterator[shapely.Geometry]:
    box = geometry.bounds
    west, south, east, north = box
    if max(east - west, north - south) < SMALLEST_TILE or file.count_in_box(*box) <= AT_ONCE:
        yield geometry
        return
    middle_x, middle_y = (west + east) / 2, (south + north) / 2
    halves = (
        (shapely.box(west, south, middle_x, north), shapely.box(middle_x, south, east, north))
        if east - west >= north - south
        else (shapely.box(west, south, east, middle_y), shapely.box(west, middle_y, east, north))
    )
    for half in halves:
        part = areal(shapely.intersection(geometry, half))
        if not part.is_empty:
            yield from _tiles(file, part)


def _on_tile(
    candidates: Iterable[Outlines], site: shapely.Geometry, area: float, found: Overlap, *, keep: bool
) -> None:
    shapely.prepare(site)
    box = site.bounds
    fids, classes, areas, pieces, sources = _pieces(candidates, site, box, area)
    if not len(fids):
        return
    total = float(areas.sum())
    apart = len(fids) == 1 or (abs(total - area) <= 1e-7 * area and edges_cancel(sources, box))
    apart = apart or _disjoint(sources)
    for class_key in dict.fromkeys(classes.tolist()):
        mine = np.flatnonzero(classes == class_key)
        one = found.classes.setdefault(str(class_key), ClassOverlap())
        gross = float(areas[mine].sum())
        one.gross += gross
        one.area += gross if apart or len(mine) == 1 else _union_area(pieces[mine])
        one.fids.append(fids[mine])
        one.areas.append(areas[mine])
        if keep and one.pieces is not None:
            one.pieces.extend(pieces[mine])
        else:
            one.pieces = None
    found.covered += total if apart else _union_area(pieces)


def _pieces(
    candidates: Iterable[Outlines], site: shapely.Geometry, box: Box, area: float
) -> tuple[Any, Any, Any, Any, Any]:
    """Row, class, area and geometry of what of each feature lies on the site, and all features around it."""
    kept: list[tuple[Any, ...]] = []
    for fids, classes, areas, shapes in candidates:
        shapes = _cut_to_box(shapes, box)
        inside = shapely.contains_properly(site, shapes)
        cut = shapely.intersects(site, shapes) & ~inside
        pieces, sizes = shapes.copy(), np.where(inside, areas, 0.0)
        if cut.any():
            whole = np.zeros(len(shapes), dtype=bool)
            whole[cut] = _holding(shapes[cut], site, box)
            if whole.any():
                pieces[whole], sizes[whole] = site, area
            rest = np.flatnonzero(cut & ~whole)
            if len(rest):
                pieces[rest] = parts = _intersections(shapes[rest], site)
                sizes[rest] = quick_areas(parts)
        here = np.flatnonzero(sizes > 0)
        kept.append((fids[here], classes[here], sizes[here], pieces[here], shapes))
    if not kept:
        return (np.empty(0, np.int64), *(np.empty(0, object),) * 4)
    if len(kept) == 1:
        return kept[0]
    return tuple(np.concatenate([part[place] for part in kept]) for place in range(5))  # type: ignore[return-value]


def _holding(shapes: NDArray[Any], site: shapely.Geometry, site_box: Box) -> NDArray[np.bool_]:
    """Which features hold the whole site; only those whose box does are looked at closely."""
    west, south, east, north = site_box
    box = shapely.bounds(shapes)
    whole = (box[:, 0] <= west) & (box[:, 1] <= south) & (box[:, 2] >= east) & (box[:, 3] >= north)
    if whole.any():
        whole[whole] = shapely.covered_by(site, shapes[whole])
    return np.asarray(whole)


def _cut_to_box(shapes: NDArray[Any], box: Box) -> NDArray[Any]:
    """Features with very many vertices cut to a little more than the site's box, where that leaves something valid."""
    large = np.flatnonzero(shapely.get_num_coordinates(shapes) > LARGE)
    if not len(large):
        return shapes
    west, south, east, north = box
    margin = max(east - west, north - south, SMALLEST_TILE) * 0.05
    outer = (west - margin, south - margin, east + margin, north + margin)
    bounds = shapely.bounds(shapes[large])
    beyond = (
        (bounds[:, 0] < outer[0])
        | (bounds[:, 1] < outer[1])
        | (bounds[:, 2] > outer[2])
        | (bounds[:, 3] > outer[3])
    )
    shapes = shapes.copy()
    for place in large[beyond]:
        try:
            smaller = areal(shapely.clip_by_rect(shapes[place], *outer))
        except GEOSException:
            continue
        if smaller.is_valid:
            shapes[place] = smaller
    return shapes


def _intersections(shapes: NDArray[Any], site: shapely.Geometry) -> NDArray[Any]:
    try:
        cut = shapely.intersection(shapes, site)
    except GEOSException:  # a feature that is not valid: repair those that need it
        cut = shapely.intersection(shapely.make_valid(shapes), site)
    kinds = shapely.get_type_id(cut)
    odd = np.flatnonzero((kinds != POLYGONAL[0]) & (kinds != POLYGONAL[1]))
    for place in odd:
        cut[place] = areal(cut[place])
    return np.asarray(cut)


def _disjoint(shapes: NDArray[Any]) -> bool:
    """Whether no two features overlap: they share whole edges or nothing."""
    try:
        return bool(shapely.coverage_is_valid(shapes))
    except GEOSException:
        return False


def _union_area(pieces: NDArray[Any]) -> float:
    try:
        joined = shapely.union_all(pieces)
    except GEOSException:
        joined = shapely.union_all(shapely.make_valid(pieces))
    return float(areas_of(np.asarray([areal(joined)], dtype=object))[0])


@dataclass
class Nearness:
    """What of a site lies within a distance of some features.

    Attributes
    ----------
    area : float
        m2 of the site within the distance; for a point 0.
    distance : float or None
        m from the site to the nearest of the features, 0 where they meet; none where none is within reach.
    geometry
        The part of the site within the distance; none where the site was too large to keep it.
    """

    area: float = 0.0
    distance: float | None = None
    fids: set[int] = field(default_factory=set)
    geometry: shapely.Geometry | None = None


def within(
    file: LayerFile, geometry: shapely.Geometry, metres: float, classes: Iterable[str], segments: int
) -> Nearness:
    """What of a site lies within so many metres of features of some classes.

    The buffer is drawn in a plane around the site (see :mod:`ecociv.territory.rules.buffers`) and its area is taken on
    the ellipsoid.
    """
    wanted = set(classes)
    found = Nearness()
    tiles = [geometry] if geometry.geom_type == "Point" else list(_tiles(file, geometry))
    parts = []
    for tile in tiles:
        part = _near_tile(file, tile, metres, wanted, segments, found)
        if part is not None and not part.is_empty:
            parts.append(part)
    if geometry.geom_type != "Point" and parts:
        found.area = float(areas_of(np.asarray(parts, dtype=object)).sum())
        found.geometry = parts[0] if len(parts) == 1 else None
    return found


def _near_tile(
    file: LayerFile,
    site: shapely.Geometry,
    metres: float,
    wanted: set[str],
    segments: int,
    found: Nearness,
) -> shapely.Geometry | None:
    centre = site.centroid
    plane = LocalPlane(centre.x, centre.y)
    reach = widened(site.bounds, metres * 1.01 + 1)
    local = plane.to_plane(site)
    shapely.prepare(local)
    near = []
    for fids, classes, _areas, shapes in file.outlines_in_box(*reach):
        mine = np.isin(classes, list(wanted))
        if not mine.any():
            continue
        flat = plane.to_plane(_cut_to_box(shapes[mine], reach))
        full = ~shapely.is_empty(flat)
        distances = np.where(full, shapely.distance(flat, local), np.inf)
        close = distances <= metres
        if close.any():
            nearest = float(distances.min())
            found.distance = nearest if found.distance is None else min(found.distance, nearest)
            found.fids.update(int(fid) for fid in fids[mine][close])
            near.extend(flat[close])
    if not near or site.geom_type == "Point":
        return None
    zone = shapely.union_all(shapely.buffer(np.asarray(near, dtype=object), metres, quad_segs=segments))
    if shapely.covers(zone, local):
        return site
    inside = areal(shapely.intersection(local, zone))
    if inside.is_empty:
        return None
    return areal(shapely.intersection(_mended(plane.to_degrees(inside)), site))


def _mended(geometry: shapely.Geometry) -> shapely.Geometry:
    return geometry if geometry.is_valid else shapely.make_valid(geometry)
