"""Patches of differences as a GeoPackage that any GIS opens."""

from __future__ import annotations

import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio.raw
import shapely

from ecociv.land_administration.differences.queries import Standing, patch_row
from ecociv.territory.store import opened


def as_geopackage(found: Sequence[Standing], folder: Path) -> bytes:
    """One row a difference, with its last outline, pair, areas, county, cause and case."""
    keys: dict[str, list[int]] = {}
    for one in found:
        keys.setdefault(one.patch.run.patches_sha256, []).append(int(one.patch.key))
    shapes = {
        (sha256, feature.identity): feature.geometry
        for sha256, fids in keys.items()
        for feature in opened(sha256).of_fids(sorted(fids))
    }
    geometries = np.empty(len(found), dtype=object)
    geometries[:] = [shapes[one.patch.run.patches_sha256, one.patch.key] for one in found]
    rows = [_row(one) for one in found]
    names = list(_COLUMNS)
    columns = [np.asarray([row[name] for row in rows], dtype=_COLUMNS[name]) for name in names]
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        path = Path(scratch) / "differences.gpkg"
        pyogrio.raw.write(
            path,
            shapely.to_wkb(geometries),
            columns,
            np.asarray(names, dtype=object),
            layer="plan_differences",
            driver="GPKG",
            geometry_type="Unknown",
            crs="EPSG:4490",
        )
        return path.read_bytes()


_COLUMNS: dict[str, Any] = {
    "number": object,
    "state": object,
    "layer_a": object,
    "class_a": object,
    "layer_b": object,
    "class_b": object,
    "conflict": object,
    "severity": object,
    "prevails": object,
    "area_m2": np.float64,
    "size": object,
    "county": object,
    "cause": object,
    "resolution": object,
    "case_no": object,
    "run": np.int64,
}


def _row(one: Standing) -> dict[str, Any]:
    said, difference = patch_row(one.patch), one.difference
    return {
        "number": difference.reference,
        "state": one.event.kind,
        "layer_a": difference.layer_a,
        "class_a": difference.class_a,
        "layer_b": difference.layer_b,
        "class_b": difference.class_b,
        "conflict": one.patch.conflict,
        "severity": said["severity"],
        "prevails": {"a": difference.layer_a, "b": difference.layer_b}.get(said["prevails"], ""),
        "area_m2": float(one.patch.area),
        "size": one.patch.size,
        "county": one.patch.county,
        "cause": said["cause"]["zh"],
        "resolution": said["resolution"]["zh"],
        "case_no": one.case.number if one.case else "",
        "run": one.patch.run.number,
    }
