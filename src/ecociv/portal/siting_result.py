"""What a search for sites found, in the reader's language, with its outline and as a file."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from django.http import HttpResponse, JsonResponse
from shapely.geometry import shape

from ecociv.plan.package import ZonePackage
from ecociv.portal.outline import outline
from ecociv.portal.siting_forms import SitingForm
from ecociv.portal.zone import language, zone_key
from ecociv.territory.layers.geopackage import LayerFileUnreadable
from ecociv.territory.queries import layer_file, versions_in_force
from ecociv.territory.siting.files import as_geojson


def shown(result: Mapping[str, Any], plan: ZonePackage) -> dict[str, Any]:
    """A result in the reader's language, with its outline."""
    tongue = language()
    names = {one["key"]: one for one in result["criteria"]}
    alternatives = [
        {
            **one,
            "geojson": json.dumps(one["geometry"]),
            "parts": [{**part, "name": names[part["key"]][f"name_{tongue}"]} for part in one["criteria"]],
            "met": [{**rule, "said": rule[f"said_{tongue}"]} for rule in one["rules"]],
        }
        for one in result["alternatives"]
    ]
    return {
        "result": result,
        "alternatives": alternatives,
        "rows": [
            {**row, "said": row[f"said_{tongue}"], "citation": row.get(f"citation_{tongue}", "")}
            for row in result["areas"]["rows"]
        ],
        "criteria": [
            {**one, "name": one[f"name_{tongue}"], "said": one[f"said_{tongue}"]}
            for one in result["criteria"]
        ],
        "not_scored": [
            {"name": one[f"name_{tongue}"], "layer": one[f"layer_{tongue}"]} for one in result["not_scored"]
        ],
        "missing": [one[tongue] for one in result["missing"]],
        "outline": _outline(result, plan),
    }


def _outline(result: Mapping[str, Any], plan: ZonePackage) -> Any:
    on = SitingForm.base_fields["on"].clean(result["request"]["on"])
    boundaries = versions_in_force(zone_key(), on, kinds=["administrative-boundary"])
    wanted = set(result["request"]["counties"])
    shapes = []
    if boundaries and result["alternatives"]:
        try:
            shapes = [
                (one.geometry.simplify(0.002), "other", one.name)
                for one in layer_file(boundaries[-1]).all()
                if not wanted or one.identity in wanted
            ]
        except LayerFileUnreadable:
            shapes = []
    shapes += [(shape(one["geometry"]), "own", f"{one['rank']}") for one in result["alternatives"]]
    return outline([one for one in shapes if one[0].geom_type in ("Polygon", "MultiPolygon")])


def download(result: Mapping[str, Any], name: str) -> HttpResponse:
    """The alternatives as a file of GeoJSON."""
    response = JsonResponse(as_geojson(result), json_dumps_params={"ensure_ascii": False})
    response["Content-Type"] = "application/geo+json"
    response["Content-Disposition"] = f'attachment; filename="{name}.geojson"'
    response["Cache-Control"] = "private, no-store"
    return response
