"""What a file is, by its first bytes: a name says nothing that a sender could not write into it."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path

from ecociv.core.text import Text
from ecociv.territory.importing.limits import Limits
from ecociv.territory.importing.refusals import ImportRefused


class Format(StrEnum):
    """A format that is read, named as its driver is (GeoParquet is read without one)."""

    SHAPEFILE = "ESRI Shapefile"
    GEOPACKAGE = "GPKG"
    GEOJSON = "GeoJSON"
    GEOPARQUET = "GeoParquet"
    GEODATABASE = "OpenFileGDB"
    DXF = "DXF"
    KML = "KML"

    @property
    def label(self) -> Text:
        """The name in words."""
        return _LABELS[self]


_LABELS = {
    Format.SHAPEFILE: Text(zh="Shapefile", en="shapefile"),
    Format.GEOPACKAGE: Text(zh="GeoPackage", en="GeoPackage"),
    Format.GEOJSON: Text(zh="GeoJSON", en="GeoJSON"),
    Format.GEOPARQUET: Text(zh="GeoParquet", en="GeoParquet"),
    Format.GEODATABASE: Text(zh="文件地理数据库", en="file geodatabase"),
    Format.DXF: Text(zh="DXF图形", en="DXF drawing"),
    Format.KML: Text(zh="KML", en="KML"),
}
READ = Text(
    zh="Shapefile（zip或文件夹）、GeoPackage、GeoJSON、GeoParquet、文件地理数据库（.gdb文件夹或zip）、DXF、KML",
    en="shapefile (zip or folder), GeoPackage, GeoJSON, GeoParquet, file geodatabase (.gdb folder or zip), DXF, KML",
)

TEXT_FORMATS = frozenset({Format.GEOJSON, Format.DXF, Format.KML})
_HEAD = 1 << 16
_SHAPEFILE = b"\x00\x00\x27\x0a"
_SQLITE = b"SQLite format 3\x00"
_GEOPACKAGE_IDS = (b"GPKG", b"GP10", b"GP11")
_ADDRESS = re.compile(r"^(/vsi|[a-z][a-z0-9+.-]*://|[A-Z][A-Za-z_]+:)")
# Drivers of GDAL that turn a harmless-looking text into a request or a query are told by these words.
_VIRTUAL = re.compile(
    rb"<OGRVRT|<VRTDataset|gdal_streamed_alg|gdal_virtual|<OGRWFS|<OGRWCS|<GDAL_WM|<OGCAPI|/vsi[a-z0-9_]+/|FeatureServer/0/query",
    re.IGNORECASE,
)
_ENTITIES = re.compile(rb"<!(DOCTYPE|ENTITY)", re.IGNORECASE)


def refuse_addresses(path: str) -> None:
    """Refuse what GDAL would take as an address or a virtual file system instead of a file.

    Raises
    ------
    ImportRefused
        ``virtual-source``.

    Examples
    --------
    >>> refuse_addresses("plans/red_line.gpkg")
    """
    if _ADDRESS.match(path) or "\x00" in path:
        raise ImportRefused(
            "virtual-source",
            Text(
                zh=f"“{path}”是网络地址或虚拟数据源，不予打开。请给出本机上的文件。",
                en=f"{path!r} is an address or a virtual source, which is not opened. Give a file on this machine.",
            ),
        )


def recognise(path: Path, limits: Limits) -> Format:
    """The format of one plain file.

    Raises
    ------
    ImportRefused
        ``empty``, ``too-large``, ``virtual-source``, ``external-entities``, ``unknown-format``.
    """
    size = path.stat().st_size
    if size == 0:
        raise ImportRefused(
            "empty", Text(zh=f"文件“{path.name}”是空的。", en=f"The file {path.name!r} is empty.")
        )
    with path.open("rb") as file:
        head = file.read(_HEAD)
        tail = b""
        if size > 8:
            file.seek(-8, 2)
            tail = file.read(8)
    found = _by_content(head, tail)
    if found is None:
        raise ImportRefused(
            "unknown-format",
            Text(
                zh=f"“{path.name}”不是可导入的格式。可导入：{READ.zh}。",
                en=f"{path.name!r} is of no format that is read. Read: {READ.en}.",
            ),
        )
    limit = limits.text_bytes if found in TEXT_FORMATS else limits.file_bytes
    if size > limit:
        raise ImportRefused(
            "too-large",
            Text(
                zh=f"“{path.name}”有{size // 2**20} MB，{found.label.zh}的上限为{limit // 2**20} MB。请分成几个图层，或改用GeoPackage。",
                en=f"{path.name!r} has {size // 2**20} MB; the limit of a {found.label.en} is {limit // 2**20} MB. Split the "
                "layer, or use a GeoPackage.",
            ),
            bytes=size,
            limit=limit,
        )
    if found in TEXT_FORMATS:
        _refuse_tricks(path, found)
    return found


def _by_content(head: bytes, tail: bytes) -> Format | None:
    if head.startswith(_SHAPEFILE):
        return Format.SHAPEFILE
    if head.startswith(_SQLITE) and head[68:72] in _GEOPACKAGE_IDS:
        return Format.GEOPACKAGE
    if head.startswith(b"PAR1") and tail.endswith(b"PAR1"):
        return Format.GEOPARQUET
    text = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if text.startswith(b"{"):
        return Format.GEOJSON
    if text.startswith(b"<") and b"<kml" in text[:4096]:
        return Format.KML
    first = text.split(b"\n", 3)
    if (len(first) > 1 and first[0].strip() == b"0" and first[1].strip() == b"SECTION") or (
        len(first) > 1 and first[0].strip() == b"999"
    ):
        return Format.DXF
    return None


def _refuse_tricks(path: Path, found: Format) -> None:
    """Look through the whole text: the readers of GDAL look for their words anywhere near its beginning."""
    previous = b""
    with path.open("rb") as file:
        while block := file.read(1 << 20):
            seen = previous + block
            if match := _VIRTUAL.search(seen):
                raise ImportRefused(
                    "virtual-source",
                    Text(
                        zh=f"“{path.name}”里有“{match[0].decode()}”，会被当作虚拟数据源，不予打开。请导出为真正的图层文件。",
                        en=f"{path.name!r} contains {match[0].decode()!r}, by which it could pass for a virtual source; not "
                        "opened. Export a real layer.",
                    ),
                )
            if found is Format.KML and _ENTITIES.search(seen):
                raise ImportRefused(
                    "external-entities",
                    Text(
                        zh=f"“{path.name}”含有文档类型或实体声明，有安全风险，不予打开。请重新导出。",
                        en=f"{path.name!r} declares a document type or entities, which is unsafe; not opened. Export it again.",
                    ),
                )
            previous = block[-64:]
