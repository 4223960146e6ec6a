"""Alternatives as GeoJSON that any GIS opens. Pure: no Django."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any


def as_geojson(result: Mapping[str, Any]) -> dict[str, Any]:
    """One feature an alternative with rank, score and the value of each criterion; longitude and latitude, CGCS2000."""
    return {
        "type": "FeatureCollection",
        "features": [
            {
                "type": "Feature",
                "id": one["rank"],
                "geometry": one["geometry"],
                "properties": {
                    "rank": one["rank"],
                    "score": float(one["score"]),
                    "identity": one["identity"],
                    "name": one["name"],
                    "area_m2": float(one["area_m2"]),
                    **{f"score_{part['key']}": float(part["score"]) for part in one["criteria"]},
                    **{
                        f"value_{part['key']}": None if part["value"] is None else float(part["value"])
                        for part in one["criteria"]
                    },
                    "rules": [f"{rule['effect']}: {rule['layer']}/{rule['rule']}" for rule in one["rules"]],
                },
            }
            for one in result["alternatives"]
        ],
    }
