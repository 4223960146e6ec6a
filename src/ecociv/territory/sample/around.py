"""Sample layers that are drawn around things: lines, bands, nested zones, rights, patches."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ecociv.territory.sample.declared import DeclaredVersion
from ecociv.territory.sample.drawn import Drawn
from ecociv.territory.sample.ground import Ground, outline
from ecociv.territory.sample.uses import Uses


def control_lines(ground: Ground, uses: Uses, version: DeclaredVersion, first: bool) -> Drawn:
    """Parks as drawn, water and 50 m beside it inside the towns, heritage sites, works."""
    towns = shapely.union_all(
        [
            shapely.Point(ground.plane.point(one.at)).buffer(1.6 * one.reach)
            for one in ground.given.centres
            if one.planned
        ]
    )
    shapes: list[Any] = []
    classes: list[str] = []
    names: list[str] = []
    parks = np.flatnonzero(uses.planned & ((ground.chance * 13.0) % 1.0 >= 0.82) & (ground.chance < 0.8))
    for number, place in enumerate(parks, 1):
        shapes.append(ground.parcels[place])
        classes.append("green-line")
        names.append(f"示例绿地{number}号")
    for part in shapely.get_parts(_all_water(ground).buffer(0.05).intersection(towns)):
        shapes.append(part)
        classes.append("blue-line")
        names.append("示例水系蓝线")
    for site in ground.given.heritage:
        shapes.append(ground.blob(site, next(iter(site.classes.values()))))
        classes.append("purple-line")
        names.append(site.name.zh)
    random = np.random.default_rng([ground.given.seed, 31])
    for number in range(1, 9):
        middle = ground.centre[random.choice(np.flatnonzero(uses.planned))]
        shapes.append(
            _rectangle(middle, random.uniform(0.08, 0.4), random.uniform(0.08, 0.3), random.uniform(0, 90))
        )
        classes.append("yellow-line")
        names.append(f"示例基础设施{number}号")
    return Drawn(shapes, classes, names)


def shoreline(ground: Ground, uses: Uses, version: DeclaredVersion, first: bool) -> Drawn:
    """A band of 100 m along the water, cut every 3 km."""
    water = _all_water(ground).simplify(0.01)
    band = water.buffer(0.1, quad_segs=3).difference(water)
    west, south, east, north = ground.city.bounds
    step = 3.0
    corners = [(x, y) for x in np.arange(west, east, step) for y in np.arange(south, north, step)]
    cells = shapely.box(*np.asarray(corners).T, *(np.asarray(corners) + step).T)
    city = ground.city
    parts = [shapely.clip_by_rect(band, x, y, x + step, y + step).intersection(city) for x, y in corners]
    shapes: list[Any] = []
    classes: list[str] = []
    for number, cut in enumerate(parts):
        polygons = [one for one in shapely.get_parts(cut) if one.geom_type == "Polygon" and one.area > 1e-4]
        if not polygons:
            continue
        middle = np.asarray(cells[number].centroid.coords[0])
        near = min(
            np.hypot(*(middle - ground.plane.point(one.at))) / one.reach for one in ground.given.centres
        )
        shapes.append(shapely.MultiPolygon(polygons) if len(polygons) > 1 else polygons[0])
        classes.append(
            "development"
            if near < 0.8
            else "controlled-use"
            if near < 1.6
            else ("protection", "reserve")[number % 2]
        )
    return Drawn(shapes, classes)


def livestock(ground: Ground, uses: Uses, version: DeclaredVersion, first: bool) -> Drawn:
    """Bans around sources, reserves and towns; limits 1 km beyond; farmland elsewhere."""
    sources = [ground.blob(one, list(one.classes.values())[1]) for one in ground.given.drinking_water]
    reserves = [ground.blob(one, list(one.classes.values())[-1]) for one in ground.given.protected]
    towns = [
        shapely.Point(ground.plane.point(one.at)).buffer(1.1 * one.reach) for one in ground.given.centres
    ]
    ban = shapely.union_all([*sources, *reserves, *towns]).intersection(ground.city)
    limit = ban.buffer(1.0).difference(ban).intersection(ground.city)
    open_land = shapely.coverage_union_all(ground.parcels[uses.farmland]).difference(ban.buffer(1.0))
    shapes: list[Any] = []
    classes: list[str] = []
    for key, whole in (("ban", ban), ("limit", limit), ("suitable", open_land)):
        for part in shapely.get_parts(whole):
            if part.geom_type == "Polygon" and part.area > 1e-3:
                shapes.append(part)
                classes.append(key)
    return Drawn(shapes, classes)


def _rings(ground: Ground, blobs: Sequence[Any]) -> Drawn:
    """Nested areas: each class without the ones inside it."""
    shapes: list[Any] = []
    classes: list[str] = []
    names: list[str] = []
    for blob in blobs:
        inner: Any = shapely.Polygon()
        for key, radius in blob.classes.items():
            whole = ground.blob(blob, radius).intersection(ground.city)
            shapes.append(whole.difference(inner))
            classes.append(key)
            names.append(blob.name.zh)
            inner = whole
    return Drawn(shapes, classes, names)


def protected(ground: Ground, uses: Uses, version: DeclaredVersion, first: bool) -> Drawn:
    """Protected areas by zone."""
    return _rings(ground, ground.given.protected)


def drinking(ground: Ground, uses: Uses, version: DeclaredVersion, first: bool) -> Drawn:
    """Water-source zones by class."""
    return _rings(ground, ground.given.drinking_water)


def mining(ground: Ground, uses: Uses, version: DeclaredVersion, first: bool) -> Drawn:
    """Rights in the hills; the second version has two fewer."""
    random = np.random.default_rng([ground.given.seed, 41])
    hills = np.flatnonzero((ground.height > 0.35) & (ground.built < 0.2) & (ground.water == ""))
    shapes, classes, names, attributes = [], [], [], []
    for number in range(1, ground.given.mines + 1):
        middle = ground.centre[random.choice(hills)]
        explored = number % 3 == 0
        size = random.uniform(1.0, 3.2) if explored else random.uniform(0.25, 0.9)
        shape = _rectangle(middle, size, size * random.uniform(0.5, 1.0), random.uniform(0, 90))
        shapes.append(shape.intersection(ground.city))
        classes.append("exploration" if explored else "mining")
        names.append(f"示例矿业权{number}号")
        attributes.append(
            {"许可证号": f"示例C3602{number:06d}", "矿种": ("瓷土", "煤", "石灰岩", "金")[number % 4]}
        )
    if not first:
        # Two rights have ended.
        shapes, classes, names, attributes = shapes[2:], classes[2:], names[2:], attributes[2:]
    return Drawn(shapes, classes, names, [one["许可证号"] for one in attributes], attributes)


def changes(ground: Ground, uses: Uses, version: DeclaredVersion, first: bool) -> Drawn:
    """Small patches where such a change is likely."""
    random = np.random.default_rng([ground.given.seed, 51 if first else 52])
    told = {
        "new-construction": uses.farmland & (ground.built > 0.05),
        "farmland-loss": uses.farmland,
        "forest-loss": uses.forest,
        "mining-disturbance": ground.height > 0.5,
        "new-water": uses.farmland,
        "other-change": ground.water == "",
    }
    shapes, classes, attributes = [], [], []
    for number in range(ground.given.changes):
        key = list(told)[number % len(told)]
        candidates = np.flatnonzero(told[key])
        middle = ground.centre[
            random.choice(candidates if len(candidates) else np.arange(len(ground.parcels)))
        ]
        blob = outline(middle, random.uniform(0.04, 0.25), int(random.integers(1 << 30)), 24)
        shapes.append(blob.intersection(ground.city))
        classes.append(key)
        attributes.append(
            {"前时相": f"{version.valid_from.year - 1}-06", "后时相": f"{version.valid_from.year}-06"}
        )
    year = version.valid_from.year
    return Drawn(
        shapes, classes, None, [f"B{year}{number:04d}" for number in range(1, len(shapes) + 1)], attributes
    )


def _rectangle(middle: NDArray[np.float64], length: float, width: float, degrees: float) -> shapely.Geometry:
    angle = np.radians(degrees)
    turn = np.asarray([[np.cos(angle), np.sin(angle)], [-np.sin(angle), np.cos(angle)]])
    corners = np.asarray([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * [length / 2, width / 2]
    return shapely.Polygon(middle + corners @ turn)


def _all_water(ground: Ground) -> shapely.Geometry:
    return shapely.coverage_union_all(ground.parcels[ground.water != ""])
