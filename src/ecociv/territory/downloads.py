"""A layer version as a file for others: GeoPackage as it is kept, GeoParquet, GeoJSON."""

from __future__ import annotations

import json
from collections.abc import Iterator
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq
import pyproj
import shapely

from ecociv.territory.layers.features import Features
from ecociv.territory.models import LayerVersion
from ecociv.territory.queries import layer_file
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


def write_download(version: LayerVersion, form: str, out: Path) -> None:
    """Write a version in a form of `FORMS` to a file."""
    if form == "gpkg":
        out.write_bytes(path_of(version.sha256).read_bytes())
    elif form == "parquet":
        _write_parquet(layer_file(version).features(), version, out)
    else:
        with out.open("w", encoding="utf-8") as file:
            file.writelines(geojson_lines(version))


def geojson_lines(version: LayerVersion) -> Iterator[str]:
    """A version as GeoJSON, feature by feature."""
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
    for place, feature in enumerate(layer_file(version).all()):
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
