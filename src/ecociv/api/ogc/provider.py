"""The provider through which pygeoapi reads a layer version. Imported only when a request comes."""

from __future__ import annotations

import json
from collections.abc import Iterator, Sequence
from typing import Any

import shapely
from pygeoapi.provider.base import BaseProvider, ProviderItemNotFoundError, ProviderQueryError

from ecociv.territory.layers.features import Feature
from ecociv.territory.layers.geopackage import SELECTABLE, LayerFile, LayerFileUnreadable
from ecociv.territory.models import LayerVersion
from ecociv.territory.queries import layer_file

COUNTED = 20_000
"""Features near a box that are looked at one by one to say how many meet it; beyond, the number is left out."""
CGCS2000 = "http://www.opengis.net/def/crs/EPSG/0/4490"


class LayerProvider(BaseProvider):  # type: ignore[misc]
    """Features of the version that ``data`` is, in longitude and latitude; latitude first in EPSG:4490, as it says."""

    def __init__(self, provider_def: dict[str, Any]) -> None:
        super().__init__(provider_def)
        self.version: LayerVersion = provider_def["data"]
        self._fields = fields_of(self._file())

    def get_fields(self) -> dict[str, Any]:
        """Names and types of the properties."""
        return dict(self._fields)

    def query(
        self,
        offset: int = 0,
        limit: int = 10,
        resulttype: str = "results",
        bbox: Sequence[float] = (),
        properties: Sequence[tuple[str, str]] = (),
        select_properties: Sequence[str] = (),
        skip_geometry: bool = False,
        crs_transform_spec: Any = None,
        **_more: Any,
    ) -> dict[str, Any]:
        """A page of features that meet a box and have the properties asked for."""
        file = self._file()
        equal = {name: value for name, value in properties if name in SELECTABLE}
        box = _flat(bbox)
        found: list[Feature] = []
        matched: int | None
        if box is None:
            matched = file.count_selected(equal=equal)
            if resulttype != "hits":
                found = list(file.selected(equal=equal, limit=limit, offset=offset))
        else:
            counted = resulttype == "hits" or file.count_selected(box, equal) <= COUNTED
            matched = 0 if counted else None
            for place, feature in enumerate(_meeting(file, box, equal)):
                if matched is not None:
                    matched = place + 1
                elif place >= offset + limit:
                    break
                if resulttype != "hits" and offset <= place < offset + limit:
                    found.append(feature)
        swapped = _swapped(crs_transform_spec)
        answer: dict[str, Any] = {
            "type": "FeatureCollection",
            "features": [self._json(one, select_properties, skip_geometry, swapped) for one in found],
        }
        if matched is not None:
            answer["numberMatched"] = matched
        answer["numberReturned"] = len(found)
        return answer

    def get(self, identifier: str, crs_transform_spec: Any = None, **_more: Any) -> dict[str, Any]:
        """One feature by its identity."""
        found = self._file().of_identity(identifier)
        if found is None:
            raise ProviderItemNotFoundError(user_msg=f"there is no feature {identifier!r} in this version")
        return self._json(found, (), False, _swapped(crs_transform_spec))

    def _file(self) -> LayerFile:
        try:
            return layer_file(self.version)
        except LayerFileUnreadable as error:
            raise ProviderQueryError(error.text.en) from error

    def _json(
        self, feature: Feature, wanted: Sequence[str], skip_geometry: bool, swapped: bool
    ) -> dict[str, Any]:
        own = {
            "identity": feature.identity,
            "class": feature.class_key,
            "name": feature.name,
            "area_m2": round(feature.area, 2),
        }
        said = {**own, **{key: value for key, value in feature.attributes.items() if key not in own}}
        geometry = None
        if not skip_geometry:
            shape = (
                shapely.transform(feature.geometry, lambda points: points[:, ::-1])
                if swapped
                else feature.geometry
            )
            geometry = json.loads(shapely.to_geojson(shape))
        return {
            "type": "Feature",
            "id": feature.identity,
            "geometry": geometry,
            "properties": {key: value for key, value in said.items() if not wanted or key in wanted},
        }


def fields_of(file: LayerFile) -> dict[str, Any]:
    """Own columns, and the attributes that the first features have."""
    fields: dict[str, Any] = {
        "identity": {"type": "string", "title": "identity"},
        "class": {"type": "string", "title": "class"},
        "name": {"type": "string", "title": "name"},
        "area_m2": {"type": "number", "title": "area on the ellipsoid", "x-ogc-unit": "m2"},
    }
    for feature in file.selected(limit=50):
        for key, value in feature.attributes.items():
            kind = (
                "boolean"
                if isinstance(value, bool)
                else "number"
                if isinstance(value, int | float)
                else "string"
            )
            fields.setdefault(key, {"type": kind, "title": key})
    return fields


def _flat(bbox: Sequence[float]) -> tuple[float, float, float, float] | None:
    if not bbox:
        return None
    west, south, east, north = bbox if len(bbox) == 4 else (bbox[0], bbox[1], bbox[3], bbox[4])
    return float(west), float(south), float(east), float(north)


def _meeting(
    file: LayerFile, box: tuple[float, float, float, float], equal: dict[str, str]
) -> Iterator[Feature]:
    outline = shapely.box(*box)
    shapely.prepare(outline)
    return (feature for feature in file.selected(box, equal=equal) if outline.intersects(feature.geometry))


def _swapped(spec: Any) -> bool:
    """Whether latitude stands first: EPSG:4490 asked for. The numbers are the same, see docs/territory-interfaces.md."""
    return spec is not None and spec.target_crs_uri == CGCS2000
