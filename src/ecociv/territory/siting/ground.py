"""What ground of a search is permitted, and what excludes the rest, each square metre by one reason. Pure: no Django.

The search is cut into tiles, so that memory is bounded by what one tile holds. Within a tile rules take their ground in
order of priority: what two rules forbid counts for the one that ranks first, so the areas add up to the whole.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely

from ecociv.territory.layers.features import areal, areas_of
from ecociv.territory.layers.geopackage import LayerFile
from ecociv.territory.rules.buffers import LocalPlane, widened
from ecociv.territory.rules.declaration import Rule
from ecociv.territory.rules.judging import Status, judge
from ecociv.territory.rules.loading import SpaceRules
from ecociv.territory.rules.purposes import Purpose

TILE = 0.05
"""Degrees: about 5 km."""
FUNCTION_ZONE = "function-zone"


@dataclass(frozen=True, eq=False)
class SitingLayer:
    """A layer that takes part, open for reading."""

    key: str
    kind: str
    title: Any
    file: LayerFile


@dataclass(frozen=True, eq=False)
class Applied:
    """A rule with the layer that it is about and what it means for the purpose.

    Attributes
    ----------
    zones : tuple of str
        Classes of the function zone within which alone it holds; everywhere where none is named.
    """

    rule: Rule
    layer: SitingLayer
    status: Status
    priority: int
    unsaid: tuple[str, ...] = ()
    zones: tuple[str, ...] = ()

    @property
    def key(self) -> str:
        """Names rule and layer."""
        return f"{self.layer.key}/{self.rule.key}"


@dataclass
class Ground:
    """Permitted ground and the areas of the rest.

    Attributes
    ----------
    total : float
        m2 searched.
    excluded : dict
        m2 by key of what was applied.
    limited, encouraged : dict of list
        Pieces of permitted ground by key.
    permitted : list of geometries
        Pieces; tiles cut them.
    """

    total: float = 0.0
    excluded: dict[str, float] = field(default_factory=dict)
    limited: dict[str, list[Any]] = field(default_factory=dict)
    encouraged: dict[str, list[Any]] = field(default_factory=dict)
    permitted: list[Any] = field(default_factory=list)


def applied_rules(
    layers: Sequence[SitingLayer], rules: SpaceRules, purpose: Purpose, on: Any, documents: Mapping[str, str]
) -> list[Applied]:
    """Every rule that means something for the purpose, in the order in which they take ground."""
    there = {layer.kind for layer in layers}
    found = []
    for layer in layers:
        for rule in rules.of_layer(layer.kind, on):
            zones: tuple[str, ...] = rule.function_zones if FUNCTION_ZONE in there else ()
            known = rule.function_zones if FUNCTION_ZONE in there else None
            finding = judge(rule, purpose, documents, function_zones=known)
            if finding is None or finding.status is Status.MET:
                continue
            ranks = [rules.priority(layer.kind, one) for one in (rule.classes or ("",))]
            found.append(Applied(rule, layer, finding.status, min(ranks), finding.unsaid, zones))
    # What forbids for certain comes before what cannot be decided.
    return sorted(found, key=lambda one: (one.status is Status.OPEN, one.priority, one.key))


def examine_ground(
    search: shapely.Geometry,
    applied: Sequence[Applied],
    layers: Sequence[SitingLayer],
    segments: int,
    progress: Callable[[int, int], None] | None = None,
) -> Ground:
    """Divide the ground searched by what excludes it."""
    found = Ground(excluded={one.key: 0.0 for one in applied if one.status in (Status.STANDS, Status.OPEN)})
    zones = [layer for layer in layers if layer.kind == FUNCTION_ZONE]
    tiles = list(_tiles(search))
    for done, tile in enumerate(tiles, 1):
        found.total += area(tile)
        rest = tile
        for one in applied:
            if rest.is_empty:
                break
            ground = _ground_of(one, tile, zones, segments)
            if ground.is_empty:
                continue
            here = areal(shapely.intersection(rest, ground))
            if here.is_empty:
                continue
            if one.status in (Status.STANDS, Status.OPEN):
                found.excluded[one.key] += area(here)
                rest = areal(shapely.difference(rest, ground))
        if not rest.is_empty:
            found.permitted.append(rest)
            for one in applied:
                kept = {Status.CONDITION: found.limited, Status.ENCOURAGES: found.encouraged}.get(one.status)
                if kept is not None:
                    here = areal(shapely.intersection(rest, _ground_of(one, tile, zones, segments)))
                    if not here.is_empty:
                        kept.setdefault(one.key, []).append(here)
        if progress is not None:
            progress(done, len(tiles))
    return found


def tiles_of(search: shapely.Geometry) -> int:
    """How many tiles a search looks at, about: those that the border only touches count too."""
    west, south, east, north = search.bounds
    columns = np.arange(int(np.floor(west / TILE)), int(np.floor(east / TILE)) + 1) * TILE
    rows = np.arange(int(np.floor(south / TILE)), int(np.floor(north / TILE)) + 1) * TILE
    column, row = (one.ravel() for one in np.meshgrid(columns, rows))
    shapely.prepare(search)
    return int(shapely.intersects(search, shapely.box(column, row, column + TILE, row + TILE)).sum())


def _tiles(search: shapely.Geometry) -> Iterator[shapely.Geometry]:
    west, south, east, north = search.bounds
    shapely.prepare(search)
    for row in range(int(np.floor(south / TILE)), int(np.floor(north / TILE)) + 1):
        for column in range(int(np.floor(west / TILE)), int(np.floor(east / TILE)) + 1):
            box = shapely.box(column * TILE, row * TILE, (column + 1) * TILE, (row + 1) * TILE)
            if search.intersects(box):
                part = areal(shapely.intersection(search, box))
                if not part.is_empty:
                    yield part


def _ground_of(
    one: Applied, tile: shapely.Geometry, zones: Sequence[SitingLayer], segments: int
) -> shapely.Geometry:
    rule = one.rule
    ground = (
        _near(one.layer.file, rule, tile, segments)
        if rule.within
        else _united(one.layer.file, tile.bounds, rule.names_class)
    )
    if one.zones and not ground.is_empty:
        wanted = set(one.zones)
        zone = [_united(layer.file, tile.bounds, wanted.__contains__) for layer in zones]
        ground = areal(shapely.intersection(ground, shapely.union_all(zone)))
    return ground


def shapes_in(file: LayerFile, box: tuple[float, ...], names_class: Callable[[str], bool]) -> list[Any]:
    """Valid outlines of some classes whose box meets a box."""
    found: list[Any] = []
    for _fids, classes, _areas, shapes in file.outlines_in_box(*box):
        mine = np.fromiter((names_class(str(one)) for one in classes), bool, len(classes))
        found.extend(shapes[mine])
    return [one if one.is_valid else areal(shapely.make_valid(one)) for one in found]


def _united(file: LayerFile, box: tuple[float, ...], names_class: Callable[[str], bool]) -> shapely.Geometry:
    window = shapely.box(*box)
    shapes = [areal(shapely.intersection(one, window)) for one in shapes_in(file, box, names_class)]
    return areal(shapely.union_all(shapes)) if shapes else shapely.Polygon()


def _near(file: LayerFile, rule: Rule, tile: shapely.Geometry, segments: int) -> shapely.Geometry:
    reach = widened(tile.bounds, rule.within * 1.01 + 1)
    shapes = shapes_in(file, reach, rule.names_class)
    if not shapes:
        return shapely.Polygon()
    centre = tile.centroid
    plane = LocalPlane(centre.x, centre.y)
    window = shapely.box(*reach)
    near = [areal(shapely.intersection(one, window)) for one in shapes]
    zone = plane.buffer(shapely.union_all(near), rule.within, segments)
    degrees = plane.to_degrees(zone)
    return areal(degrees if degrees.is_valid else shapely.make_valid(degrees))


def area(geometry: shapely.Geometry) -> float:
    """m2 on the ellipsoid."""
    return float(areas_of(np.asarray([geometry], dtype=object))[0])
