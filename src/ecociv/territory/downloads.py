"""A layer version as a file for others: GeoPackage as it is kept, GeoParquet, GeoJSON."""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely
from django.utils import timezone

from ecociv.core.text import Text
from ecociv.territory.layers.features import Feature, Features
from ecociv.territory.layers.geopackage import write_features
from ecociv.territory.models import LayerVersion
from ecociv.territory.queries import layer_file, versions_in_force
from ecociv.territory.store import path_of
from ecociv.territory.topology import Difference, difference

FORMS = {
    "gpkg": "application/geopackage+sqlite3",
    "parquet": "application/vnd.apache.parquet",
    "geojson": "application/geo+json",
}
"""Forms of a download with their media types."""


def file_name(version: LayerVersion, form: str) -> str:
    """The name of a download: layer, version, and that it is sample data where it is."""
    sample = "-sample" if version.sample else ""
    return f"{version.layer.key}-v{version.number}{sample}.{form}"


class PartRefused(ValueError):
    """A part of a layer that cannot be handed out; ``text`` says why."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class Part:
    """A part of a layer: what meets a box (west, south, east, north in degrees), or the county with a code.

    Features are handed out whole, also those that reach beyond.
    """

    box: tuple[float, float, float, float] | None = None
    county: str = ""

    @classmethod
    def of(cls, box: str = "", county: str = "") -> Part | None:
        """Read what an address or a command says; none where it says nothing.

        Raises
        ------
        PartRefused
            When the box is no four numbers in order.
        """
        if not box and not county:
            return None
        if not box:
            return cls(None, county)
        try:
            west, south, east, north = (float(each) for each in box.split(","))
        except ValueError:
            west = south = east = north = math.nan
        if not (-180 <= west <= east <= 180 and -90 <= south <= north <= 90):
            raise PartRefused(
                Text(
                    zh=f"范围“{box[:60]}”不对；写作 西,南,东,北（度），如117.1,29.2,117.2,29.3。",
                    en=f"The box {box[:60]!r} is wrong; write west,south,east,north in degrees: 117.1,29.2,117.2,29.3.",
                )
            )
        return cls((west, south, east, north), county)

    def features(self, version: LayerVersion) -> Features:
        """The features of a version that meet the part.

        Raises
        ------
        PartRefused
            When there is no county of the code, or nothing meets the part.
        """
        shapes = [shapely.box(*self.box)] if self.box else []
        if self.county:
            shapes.append(_county(version, self.county))
        kept = [
            feature
            for feature in layer_file(version).meeting(shapes[0])
            if all(shape.intersects(feature.geometry) for shape in shapes[1:])
        ]
        if not kept:
            raise PartRefused(
                Text(zh="该范围内没有图斑。", en="No feature of the layer meets this part; choose another.")
            )
        return Features.of(
            [one.geometry for one in kept],
            [one.identity for one in kept],
            [one.class_key for one in kept],
            [one.name for one in kept],
            [one.attributes for one in kept],
        )


def _county(version: LayerVersion, code: str) -> Any:
    on = max(version.valid_from, min(version.valid_to or timezone.localdate(), timezone.localdate()))
    for boundary in versions_in_force(version.layer.zone, on, kinds=["administrative-boundary"]):
        found = layer_file(boundary).of_identity(code)
        if found is not None:
            return found.geometry
    raise PartRefused(
        Text(
            zh=f"行政区划图层中没有代码为“{code[:20]}”的县（市、区）。",
            en=f"No boundary layer has a county with the code {code[:20]!r}.",
        )
    )


def write_download(version: LayerVersion, form: str, out: Path, part: Part | None = None) -> None:
    """Write a version, or a part of it, in a form of `FORMS` to a file.

    Raises
    ------
    PartRefused
        When nothing meets the part.
    """
    if part is not None:
        features = part.features(version)
        if form == "gpkg":
            write_features(features, out, title=version.title)
        elif form == "parquet":
            _write_parquet(features, version, out)
        else:
            with out.open("w", encoding="utf-8") as file:
                file.writelines(geojson_lines(version, features))
    elif form == "gpkg":
        out.write_bytes(path_of(version.sha256).read_bytes())
    elif form == "parquet":
        _write_parquet(layer_file(version).features(), version, out)
    else:
        with out.open("w", encoding="utf-8") as file:
            file.writelines(geojson_lines(version))


def geojson_lines(version: LayerVersion, features: Iterable[Feature] | None = None) -> Iterator[str]:
    """A version, or some features of it, as GeoJSON, feature by feature."""
    about = {
        "title": version.title,
        "layer": version.layer.key,
        "version": version.number,
        "sample": version.sample,
        "licence": version.licence,
        "crs_note": "CGCS2000 (EPSG:4490), taken as WGS84",
    }
    head = json.dumps({"type": "FeatureCollection", "name": version.layer.key, **about}, ensure_ascii=False)
    yield head[:-1] + ', "features": [\n'
    for place, feature in enumerate(layer_file(version).all() if features is None else features):
        properties = {
            "identity": feature.identity,
            "class": feature.class_key,
            "name": feature.name,
            "area_m2": round(feature.area, 2),
            **feature.attributes,
        }
        said = json.dumps(properties, ensure_ascii=False)
        shape = shapely.to_geojson(feature.geometry)
        yield f'{"," if place else ""}{{"type": "Feature", "properties": {said}, "geometry": {shape}}}\n'
    yield "]}\n"


def _write_parquet(features: Features, version: LayerVersion, out: Path) -> None:
    shapes = features.geometries
    kinds = sorted(
        {
            shapely.GeometryType(int(kind)).name.title().replace("Multip", "MultiP")
            for kind in np.unique(shapely.get_type_id(shapes))
        }
    )
    geo: dict[str, Any] = {
        "version": "1.1.0",
        "primary_column": "geometry",
        "columns": {
            "geometry": {
                "encoding": "WKB",
                "geometry_types": kinds,
                "crs": pyproj.CRS.from_epsg(4490).to_json_dict(),
                "edges": "planar",
                "bbox": [float(each) for each in shapely.total_bounds(shapes)],
            }
        },
    }
    table = pa.table(
        {
            "identity": pa.array(features.identities, pa.string()),
            "class": pa.array(features.classes, pa.string()),
            "name": pa.array(features.names, pa.string()),
            "area_m2": features.areas(),
            "attributes": [json.dumps(dict(one), ensure_ascii=False) for one in features.attributes],
            "geometry": pa.array(shapely.to_wkb(shapes), pa.binary()),
        }
    )
    about = {"geo": json.dumps(geo), "title": version.title, "sample": str(version.sample).lower()}
    pq.write_table(table.replace_schema_metadata(about), out)


def compared(old: LayerVersion, new: LayerVersion) -> Difference:
    """What changed between two versions of a layer; kept for a while, since versions never change."""
    return _compared(old.sha256, new.sha256)


@lru_cache(maxsize=8)
def _compared(old: str, new: str) -> Difference:
    from ecociv.territory.store import opened

    return difference(opened(old).features(), opened(new).features())
