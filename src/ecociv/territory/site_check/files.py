"""A site from a file: GeoJSON and WKT as they are, every other format through the reading of layers."""

from __future__ import annotations

from pathlib import Path

import shapely

from ecociv.territory.importing import ImportRefused, read_polygons
from ecociv.territory.site_check.sites import SiteRefused

TEXTS = (".wkt", ".txt")
LARGEST_TEXT = 20 * 1024**2


def site_of_file(path: Path, crs: str = "") -> tuple[str, str]:
    """The text of a site in a file, and the system of its coordinates (empty where they are CGCS2000 degrees).

    All polygons of a layer are one site.

    Raises
    ------
    SiteRefused
        With the code of what kept the file from being read.
    """
    if path.suffix.lower() in TEXTS:
        if path.stat().st_size > LARGEST_TEXT:
            raise SiteRefused("too-large", "文件超过20 MB。", "The file is larger than 20 MB.")
        return path.read_text(encoding="utf-8-sig", errors="replace"), crs
    try:
        read = read_polygons(path, crs=crs or None)
    except ImportRefused as refused:
        raise SiteRefused(refused.code, "{zh}", "{en}", zh=refused.text.zh, en=refused.text.en) from refused
    shapes = [shape for shape in read.geometries if shape is not None and not shape.is_empty]
    if not shapes:
        raise SiteRefused("empty", "文件中没有图形。", "The file has no geometry.")
    whole = shapes[0] if len(shapes) == 1 else shapely.geometrycollections(shapes)
    return shapely.to_wkt(whole, rounding_precision=12), ""
