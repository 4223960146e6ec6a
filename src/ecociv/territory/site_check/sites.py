"""A site as it is given (WKT, GeoJSON) made into one clean geometry in CGCS2000 degrees. Pure: no Django."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pyproj
import shapely
from shapely.errors import GEOSException

from ecociv.core.text import Text
from ecociv.standards.arrays import MeasurementError
from ecociv.territory.layers.features import areas_of
from ecociv.territory.rules.declaration import Tolerances

CGCS2000 = "EPSG:4490"
_SRID = re.compile(r"\s*SRID\s*=\s*(\d+)\s*;\s*", re.IGNORECASE)
_AREAL = ("Polygon", "MultiPolygon")
DECIMALS = 10
"""Decimals of a degree that a site keeps: a hundredth of a millimetre."""


class SiteRefused(ValueError):
    """A site that cannot be checked; ``code`` for programs, ``text`` says what was found and what to do."""

    def __init__(self, code: str, zh: str, en: str, /, **fields: object) -> None:
        self.code = code
        self.text = Text(zh=zh, en=en).fill(**fields) if fields else Text(zh=zh, en=en)
        super().__init__(self.text.en)


@dataclass(frozen=True)
class Site:
    """What is checked.

    Attributes
    ----------
    geometry : shapely Polygon, MultiPolygon or Point
        Longitude and latitude, CGCS2000, to ten decimals.
    area : float
        m2 on the ellipsoid; 0 for a point.
    crs : str
        Of the coordinates given.
    notes : tuple of Text
        What was done to the geometry: converted, joined, repaired.
    """

    geometry: shapely.Geometry
    area: float
    crs: str = CGCS2000
    notes: tuple[Text, ...] = ()

    @property
    def point(self) -> bool:
        """Whether it is a place without extent."""
        return bool(self.geometry.geom_type == "Point")

    def geojson(self) -> dict[str, Any]:
        """The geometry as GeoJSON."""
        return geojson_of(self.geometry)


def geojson_of(geometry: shapely.Geometry) -> dict[str, Any]:
    """A geometry as GeoJSON with lists, so that it reads the same before and after it was stored."""
    plain: dict[str, Any] = json.loads(shapely.to_geojson(geometry))
    return plain


def read_site(given: Any, limits: Tolerances, *, crs: str = "", repair: bool = False) -> Site:
    """A site from WKT, EWKT, GeoJSON (text or mapping) or a shapely geometry.

    Parameters
    ----------
    crs
        Such as ``EPSG:4547``. Needed where the coordinates are no degrees; degrees without one are CGCS2000.
    repair
        Whether an outline that crosses itself is repaired (by its structure) and the repair noted; refused otherwise.

    Raises
    ------
    SiteRefused
        With one of the codes ``unreadable``, ``empty``, ``not-finite``, ``not-areal``, ``crs-needed``,
        ``crs-unknown``, ``crs-datum``, ``gcj-02``, ``off-the-globe``, ``antimeridian``, ``self-crossing``,
        ``too-many-vertices``, ``too-large``, ``no-area``.
    """
    geometry, stated, notes = _parsed(given)
    system = crs.strip() or stated
    if geometry is None or geometry.is_empty:
        raise SiteRefused("empty", "地块没有图形。", "The site has no geometry.")
    if shapely.get_num_coordinates(geometry) > limits.most_vertices.value:
        raise SiteRefused(
            "too-many-vertices",
            "地块有{n}个顶点，超过{most}个；请抽稀后再试。",
            "The site has {n} vertices, more than {most}; simplify it.",
            n=int(shapely.get_num_coordinates(geometry)),
            most=int(limits.most_vertices.value),
        )
    geometry = shapely.force_2d(geometry)
    if not np.isfinite(shapely.get_coordinates(geometry)).all():
        raise SiteRefused(
            "not-finite", "坐标中有非数值（NaN或无穷）。", "A coordinate is not a number (NaN or infinite)."
        )
    geometry, joined = _areal(geometry)
    notes += joined
    geometry, converted = _in_degrees(geometry, system)
    notes += converted
    _require_on_globe(geometry)
    geometry, repaired = _valid(geometry, repair=repair)
    notes += repaired
    geometry = shapely.normalize(shapely.transform(geometry, lambda pairs: np.round(pairs, DECIMALS)))
    if geometry.geom_type == "Point":
        return Site(geometry, 0.0, system or CGCS2000, tuple(notes))
    if not geometry.is_valid:  # rounding to a hundredth of a millimetre can close a needle
        geometry = shapely.normalize(shapely.make_valid(geometry, method="structure", keep_collapsed=False))
    area = _area(geometry)
    if not area > 0:
        raise SiteRefused("no-area", "地块面积为零。", "The site has no area.")
    if area > limits.largest_site.value:
        raise SiteRefused(
            "too-large",
            "地块面积{a}平方千米，超过{most}平方千米；请分块审查。",
            "The site has {a} square kilometres, more than {most}; check it in parts.",
            a=round(area / 1e6),
            most=round(limits.largest_site.value / 1e6),
        )
    return Site(geometry, area, system or CGCS2000, tuple(notes))


def _area(geometry: shapely.Geometry) -> float:
    try:
        return float(areas_of(np.asarray([geometry], dtype=object))[0])
    except (ValueError, MeasurementError) as error:
        raise SiteRefused(
            "unreadable", "地块图形无法计算面积：{e}", "The site has no area: {e}", e=str(error)
        ) from error


def _parsed(given: Any) -> tuple[shapely.Geometry | None, str, list[Text]]:
    if isinstance(given, shapely.Geometry):
        return given, "", []
    if isinstance(given, Mapping):
        return _from_geojson(given)
    text = str(given or "").strip().lstrip("\ufeff")
    if not text:
        return None, "", []
    if text[0] in "{[":
        try:
            loaded = json.loads(text)
        except (ValueError, RecursionError) as error:
            raise SiteRefused(
                "unreadable", "GeoJSON无法读取：{e}", "The GeoJSON cannot be read: {e}", e=str(error)[:200]
            ) from error
        return _from_geojson(loaded)
    stated = ""
    if found := _SRID.match(text):
        stated, text = f"EPSG:{found.group(1)}", text[found.end() :]
    try:
        return shapely.from_wkt(text), stated, []
    except (GEOSException, ValueError) as error:
        raise SiteRefused(
            "unreadable",
            "WKT无法读取：{e}。示例：POLYGON((117.2 29.3, 117.21 29.3, 117.21 29.31, 117.2 29.3))",
            "The WKT cannot be read: {e}. Example: POLYGON((117.2 29.3, 117.21 29.3, 117.21 29.31, 117.2 29.3))",
            e=str(error)[:200].replace("{", "(").replace("}", ")"),
        ) from error


def _from_geojson(loaded: Any) -> tuple[shapely.Geometry | None, str, list[Text]]:
    if not isinstance(loaded, Mapping):
        raise SiteRefused("unreadable", "GeoJSON应是一个对象。", "GeoJSON is one object.")
    named = loaded.get("crs")
    stated = ""
    if isinstance(named, Mapping):
        stated = _crs_of_name(str((named.get("properties") or {}).get("name", "")))
    try:
        shapes = [shapely.from_geojson(json.dumps(one)) for one in _geometries(loaded)]
    except (GEOSException, ValueError, TypeError, RecursionError) as error:
        raise SiteRefused(
            "unreadable", "GeoJSON中的图形无法读取。", "A geometry of the GeoJSON cannot be read."
        ) from error
    shapes = [one for one in shapes if one is not None and not one.is_empty]
    if not shapes:
        return None, stated, []
    if len(shapes) == 1:
        return shapes[0], stated, []
    return shapely.geometrycollections(shapes), stated, []


def _geometries(loaded: Mapping[str, Any]) -> Iterator[Any]:
    kind = loaded.get("type")
    if kind == "FeatureCollection":
        for feature in loaded.get("features") or ():
            if isinstance(feature, Mapping) and feature.get("geometry"):
                yield feature["geometry"]
    elif kind == "Feature":
        if loaded.get("geometry"):
            yield loaded["geometry"]
    else:
        yield loaded


def _crs_of_name(name: str) -> str:
    if name.endswith("CRS84"):
        return "EPSG:4326"
    found = re.search(r"(\d{4,6})$", name)
    return f"EPSG:{found.group(1)}" if found else ""


def _areal(geometry: shapely.Geometry) -> tuple[shapely.Geometry, list[Text]]:
    if geometry.geom_type in (*_AREAL, "Point"):
        return geometry, []
    parts = [part for part in shapely.get_parts(shapely.get_parts(geometry)) if part.geom_type == "Polygon"]
    if geometry.geom_type == "GeometryCollection" and parts:
        if not all(part.is_valid for part in parts):
            return shapely.multipolygons(parts), []
        notes = []
        if len(parts) > 1:
            notes.append(
                Text(
                    zh=f"{len(parts)}个面合并为一个地块", en=f"{len(parts)} polygons were joined to one site"
                )
            )
        others = shapely.get_parts(geometry)
        if lines := int((shapely.get_dimensions(others) < 2).sum()):
            notes.append(
                Text(
                    zh=f"另有{lines}个线或点不是面，未参与审查",
                    en=f"{lines} lines or points beside the polygons take no part in the check",
                )
            )
        return shapely.unary_union(parts), notes
    raise SiteRefused(
        "not-areal",
        "地块应是面或点，收到的是{kind}。",
        "A site is a polygon or a point; a {kind} was given.",
        kind=geometry.geom_type,
    )


def _in_degrees(geometry: shapely.Geometry, system: str) -> tuple[shapely.Geometry, list[Text]]:
    pairs = shapely.get_coordinates(geometry)
    if "GCJ" in system.upper().replace("-", ""):
        raise SiteRefused(
            "gcj-02",
            "GCJ-02是加偏坐标，偏移可达数百米，不能用于审查；请提供CGCS2000坐标。",
            "GCJ-02 is shifted by up to hundreds of metres and cannot be used for a check; give CGCS2000 coordinates.",
        )
    if not system:
        if np.abs(pairs[:, 0]).max() > 180 or np.abs(pairs[:, 1]).max() > 180:
            raise SiteRefused(
                "crs-needed",
                "坐标不是经纬度；请指明坐标系，如EPSG:4547。",
                "The coordinates are no degrees; name their system, such as EPSG:4547.",
            )
        return geometry, []
    transformer = _transformer(system)
    if transformer is None:
        return geometry, []
    east, north = transformer.transform(pairs[:, 0], pairs[:, 1])
    if not (np.isfinite(east).all() and np.isfinite(north).all()):
        raise SiteRefused(
            "off-the-globe",
            "坐标不在{crs}的范围内。",
            "The coordinates do not lie in the reach of {crs}.",
            crs=system,
        )
    return shapely.set_coordinates(
        shapely.from_wkb(shapely.to_wkb(geometry)), np.column_stack([east, north])
    ), [
        Text(
            zh=f"坐标由{system}转换为CGCS2000经纬度",
            en=f"coordinates converted from {system} to CGCS2000 degrees",
        )
    ]


@lru_cache(maxsize=32)
def _transformer(system: str) -> pyproj.Transformer | None:
    if not re.fullmatch(r"(?i)EPSG:\d{4,6}", system):
        raise SiteRefused(
            "crs-unknown",
            "不认识坐标系“{crs}”；请写成EPSG:4547这样的代号。",
            "{crs} is no coordinate system; write a code such as EPSG:4547.",
            crs=system[:40],
        )
    if system.upper() in (CGCS2000, "EPSG:4326"):
        return None
    try:
        source = pyproj.CRS.from_user_input(system.upper())
    except pyproj.exceptions.CRSError as error:
        raise SiteRefused(
            "crs-unknown", "没有坐标系{crs}。", "There is no coordinate system {crs}.", crs=system
        ) from error
    base = source.geodetic_crs
    if base is None or not (
        base.name.startswith("China Geodetic Coordinate System 2000") or "WGS 84" in base.name
    ):
        raise SiteRefused(
            "crs-datum",
            "{crs}（{name}）不是CGCS2000或WGS84基准；旧基准须先由测绘部门转换。",
            "{crs} ({name}) is neither on CGCS2000 nor on WGS84; older datums are converted by the survey office first.",
            crs=system,
            name=source.name,
        )
    # From projected to geographic coordinates of its own datum: CGCS2000 and WGS84 differ by less than a map can show.
    return pyproj.Transformer.from_crs(source, base, always_xy=True)


def _require_on_globe(geometry: shapely.Geometry) -> None:
    west, south, east, north = geometry.bounds
    if south < -90 or north > 90 or west < -180 or east > 180:
        hint = -90 <= west <= east <= 90
        raise SiteRefused(
            "off-the-globe",
            "纬度超出±90度" + ("，经度和纬度是否颠倒？经度在前。" if hint else "或经度超出±180度。"),
            "The latitude lies beyond 90 degrees"
            + (
                "; are longitude and latitude swapped? Longitude comes first."
                if hint
                else ", or the longitude beyond 180."
            ),
        )
    if east - west > 180:
        raise SiteRefused(
            "antimeridian",
            "地块跨越180度经线，请分成东西两块。",
            "The site crosses the antimeridian; cut it in two.",
        )


def _valid(geometry: shapely.Geometry, *, repair: bool) -> tuple[shapely.Geometry, list[Text]]:
    if geometry.is_valid:
        return geometry, []
    why = shapely.is_valid_reason(geometry)
    if not repair:
        raise SiteRefused(
            "self-crossing",
            "地块边界自相交或无效（{why}）；请修正，或选择自动修复。",
            "The outline crosses itself or is not valid ({why}); correct it, or ask for the repair.",
            why=why,
        )
    made = shapely.make_valid(geometry, method="structure", keep_collapsed=False)
    if made.is_empty or made.geom_type not in _AREAL:
        raise SiteRefused("no-area", "修复后地块没有面积。", "Nothing with an area is left after the repair.")
    before, after = abs(float(shapely.area(geometry))), float(made.area)
    return made, [
        Text(
            zh=f"边界无效（{why}），已按结构修复：图形面积由{before:.10f}变为{after:.10f}平方度",
            en=f"the outline was not valid ({why}) and was repaired by its structure: from {before:.10f} to {after:.10f} square degrees",
        )
    ]
