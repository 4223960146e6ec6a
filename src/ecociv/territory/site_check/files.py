"""A site from a file: GeoJSON and WKT as they are, every other format through the reading of layers."""

from __future__ import annotations

from pathlib import Path
from typing import Literal, NamedTuple

import shapely

from ecociv.core.text import Text
from ecociv.territory.importing import ImportRefused, read_polygons
from ecociv.territory.site_check.sites import SiteRefused

TEXTS = (".wkt", ".txt")
LARGEST_TEXT = 20 * 1024**2


class FileSite(NamedTuple):
    """A site as a file gives it.

    Attributes
    ----------
    text : str
        GeoJSON or WKT.
    crs : str
        System of its coordinates; empty where they are CGCS2000 degrees.
    notes : tuple of Text
        What the reading of the file changed or left out: a check of less than the file holds must say so.
    """

    text: str
    crs: str
    notes: tuple[Text, ...] = ()


def site_of_file(
    path: Path,
    crs: str = "",
    *,
    layer: str = "",
    axis_order: Literal["", "xy", "yx"] = "",
    encoding: str = "",
) -> FileSite:
    """The site in a file: all polygons of a layer.

    Parameters
    ----------
    layer, axis_order, encoding
        What the file leaves open; see `ecociv.territory.importing.read_polygons`.

    Raises
    ------
    SiteRefused
        With the code of what kept the file from being read.
    """
    if path.suffix.lower() in TEXTS:
        if path.stat().st_size > LARGEST_TEXT:
            raise SiteRefused("too-large", "文件超过20 MB。", "The file is larger than 20 MB.")
        return FileSite(path.read_text(encoding="utf-8-sig", errors="replace"), crs)
    try:
        read = read_polygons(
            path,
            crs=crs or None,
            layer=layer or None,
            axis_order=axis_order or None,
            encoding=encoding or None,
        )
    except ImportRefused as refused:
        raise SiteRefused(refused.code, "{zh}", "{en}", zh=refused.text.zh, en=refused.text.en) from refused
    shapes = [shape for shape in read.geometries if shape is not None and not shape.is_empty]
    if not shapes:
        raise SiteRefused("empty", "文件中没有图形。", "The file has no geometry.")
    whole = shapes[0] if len(shapes) == 1 else shapely.geometrycollections(shapes)
    notes = [each.text for each in read.warnings]
    if read.crs.projected:
        notes.append(
            Text(
                zh=f"坐标由{read.crs.label}转换为CGCS2000经纬度",
                en=f"coordinates converted from {read.crs.label} to CGCS2000 degrees",
            )
        )
    return FileSite(shapely.to_wkt(whole, rounding_precision=12), "", tuple(notes))
