"""Protected areas that overlap, as a layer of patches (GeoJSON, WGS84)."""

from __future__ import annotations

import json
import math
from pathlib import Path

import numpy as np
from pyproj import Geod
from shapely.geometry import Polygon, mapping
from shapely.ops import unary_union

from ecociv.evidence.sample.assumptions import Assumptions, ProtectedArea

_KM_PER_DEGREE = 111.32
_CORNERS = 48
_DECIMALS = 6
_SQUARE_METRES_PER_HECTARE = 10_000


def write_patches(given: Assumptions, path: Path) -> None:
    """Write the areas; their outlines are drawn so that the union has the declared area on the ellipsoid."""
    scale = 1.0
    for _ in range(6):
        scale *= math.sqrt(given.patches.area / union_hectares(_outlines(given, scale)))
    features = [
        {
            "type": "Feature",
            "properties": {
                "class": area.class_,
                "name": area.name.zh,
                "name_en": area.name.en,
                "sample": True,
            },
            "geometry": mapping(outline),
        }
        for area, outline in zip(given.patches.areas, _outlines(given, scale), strict=True)
    ]
    layer = {"type": "FeatureCollection", "name": "prohibited-development (sample)", "features": features}
    path.write_text(json.dumps(layer, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")


def union_hectares(outlines: list[Polygon]) -> float:
    """Area of the union on the WGS84 ellipsoid, in hectare: what overlaps counts once."""
    area, _ = Geod(ellps="WGS84").geometry_area_perimeter(unary_union(outlines))
    return abs(area) / _SQUARE_METRES_PER_HECTARE


def _outlines(given: Assumptions, scale: float) -> list[Polygon]:
    return [_outline(given, area, scale) for area in given.patches.areas]


def _outline(given: Assumptions, area: ProtectedArea, scale: float) -> Polygon:
    random = given.random("patch", area.name.zh)
    angles = np.arange(_CORNERS) / _CORNERS * 2 * np.pi
    waves = sum(
        random.uniform(-0.16, 0.16) / k * np.cos(k * angles + random.uniform(0, 2 * np.pi)) for k in (2, 3, 5)
    )
    radius = area.radius_km * scale * (1 + waves)
    east = radius * np.cos(angles) / (_KM_PER_DEGREE * math.cos(math.radians(area.latitude)))
    north = radius * np.sin(angles) / _KM_PER_DEGREE
    corners = np.round(np.column_stack([area.longitude + east, area.latitude + north]), _DECIMALS)
    return Polygon(corners.tolist())
