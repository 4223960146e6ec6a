"""Bringing the parts of a source together in a private folder, under names of our own."""

from __future__ import annotations

import os
import shutil
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

from ecociv.core.text import Text
from ecociv.territory.importing.archives import ARCHIVES, unpack
from ecociv.territory.importing.formats import READ, Format, recognise, refuse_addresses
from ecociv.territory.importing.limits import Limits
from ecociv.territory.importing.refusals import ImportRefused

_SHAPE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg", ".cst")
_SINGLE = (".gpkg", ".geojson", ".json", ".parquet", ".geoparquet", ".dxf", ".kml")
_STEM = "layer"


@dataclass(frozen=True, slots=True)
class Staged:
    """A source that is ready to be opened: its format, its path in the private folder, its own name."""

    format: Format
    path: Path
    name: str
    layer: str | None = None

    def part(self, suffix: str) -> Path | None:
        """A part of a shapefile, such as ``.dbf``; none where it is absent."""
        found = self.path.with_suffix(suffix)
        return found if found.exists() else None


def stage(source: Path | str, folder: Path, layer: str | None, limits: Limits) -> Staged:
    """Prepare a file or folder for reading.

    Parameters
    ----------
    source : path
        A file, a folder with one shapefile or more, or a ``.gdb`` folder.
    folder : Path
        An empty private folder.
    layer : str, optional
        Which of several shapefiles or members is meant.

    Raises
    ------
    ImportRefused
        When the source is absent, unsafe, of an unknown format, or holds several layers and none is named.
    """
    refuse_addresses(str(source))
    path = Path(source)
    if not path.exists():
        raise ImportRefused(
            "not-found", Text(zh=f"没有文件“{path.name}”。", en=f"There is no file {path.name!r}.")
        )
    if path.is_dir():
        return _from_folder(path, path.name, folder, layer, limits)
    if not path.is_file():
        raise ImportRefused(
            "not-a-file", Text(zh=f"“{path.name}”不是普通文件。", en=f"{path.name!r} is no plain file.")
        )
    if path.stat().st_size > limits.file_bytes:
        size, limit = path.stat().st_size, limits.file_bytes
        raise ImportRefused(
            "too-large",
            Text(
                zh=f"“{path.name}”有{size // 2**20} MB，上限为{limit // 2**20} MB。请分成几个图层。",
                en=f"{path.name!r} has {size // 2**20} MB; the limit is {limit // 2**20} MB. Split the layer.",
            ),
        )
    with path.open("rb") as file:
        head = file.read(4)
    if head.startswith(b"PK"):
        unpacked = folder / "unpacked"
        unpacked.mkdir()
        unpack(path, unpacked, limits)
        return _from_folder(unpacked, path.name, folder, layer, limits)
    if path.suffix.casefold() in ARCHIVES:
        raise ImportRefused(
            "unknown-archive",
            Text(
                zh=f"“{path.name}”不是可解开的压缩包。请用 zip 格式。",
                en=f"{path.name!r} is no archive that is read. Use zip.",
            ),
        )
    if recognise(path, limits) is Format.SHAPEFILE:
        parts = [p for p in path.parent.iterdir() if p.stem == path.stem]
        return _shapefile(path, parts, path.name, folder)
    return _single(path, path.name, folder, limits)


def _from_folder(root: Path, name: str, folder: Path, layer: str | None, limits: Limits) -> Staged:
    if root.suffix.casefold() == ".gdb":
        return _geodatabase(root, name, limits)
    files = _files(root, name, limits)
    databases = sorted(
        {parent for file in files for parent in file.parents if parent.suffix.casefold() == ".gdb"}
    )
    inside = {file for file in files if any(parent in databases for parent in file.parents)}
    shapes = [file for file in files if file.suffix.casefold() == ".shp"]
    single = [file for file in files if file.suffix.casefold() in _SINGLE and file not in inside]
    choices = {one.stem: one for one in [*databases, *shapes, *single]}
    if not choices:
        raise ImportRefused(
            "no-layer",
            Text(
                zh=f"“{name}”里没有可导入的图层。可导入：{READ.zh}。",
                en=f"{name!r} holds no layer that is read. Read: {READ.en}.",
            ),
        )
    if len(choices) > 1 or len(databases) + len(shapes) + len(single) > 1:
        if layer not in choices:
            raise several_layers(name, sorted(choices))
        chosen, layer = choices[str(layer)], None
    else:
        chosen = next(iter(choices.values()))
    if chosen in databases:
        return _geodatabase(chosen, name, limits)
    if chosen.suffix.casefold() == ".shp":
        if recognise(chosen, limits) is not Format.SHAPEFILE:
            raise ImportRefused(
                "unknown-format",
                Text(
                    zh=f"“{chosen.name}”名为 shp 而内容不是。请重新导出。",
                    en=f"{chosen.name!r} is called a shapefile and is none. Export it again.",
                ),
            )
        return _shapefile(chosen, files, name, folder)
    return _single(chosen, name, folder, limits)


def _files(root: Path, name: str, limits: Limits) -> list[Path]:
    found: list[Path] = []
    for where, folders, files in os.walk(root, followlinks=False):
        for each in (*folders, *files):
            if (Path(where) / each).is_symlink():
                raise ImportRefused(
                    "link-in-archive",
                    Text(
                        zh=f"“{name}”里的“{each}”是链接，不予打开。请换成普通文件。",
                        en=f"{each!r} in {name!r} is a link, which is not opened. Put the plain file there.",
                    ),
                )
        found += [Path(where) / each for each in files]
        if len(found) > limits.members:
            raise ImportRefused(
                "too-many-files",
                Text(
                    zh=f"“{name}”里的文件超过{limits.members}个。请只给图层所在的文件夹。",
                    en=f"{name!r} holds more than {limits.members} files. Give the folder of the layer only.",
                ),
            )
    return sorted(found)


def several_layers(name: str, layers: Iterable[str]) -> ImportRefused:
    """The refusal that asks which layer is meant."""
    listed = list(layers)
    return ImportRefused(
        "several-layers",
        Text(
            zh=f"“{name}”里有{len(listed)}个图层：{'、'.join(listed)}。请指明图层名（layer）。",
            en=f"{name!r} holds {len(listed)} layers: {', '.join(listed)}. Say which one (layer).",
        ),
        asks="layer",
        layers=listed,
    )


def _shapefile(shape: Path, files: Iterable[Path], name: str, folder: Path) -> Staged:
    place = folder / "shape"
    place.mkdir()
    for part in files:
        suffix = part.suffix.casefold()
        if part.parent == shape.parent and part.stem == shape.stem and suffix in _SHAPE_PARTS:
            (place / f"{_STEM}{suffix}").symlink_to(part.resolve())
    return Staged(Format.SHAPEFILE, place / f"{_STEM}.shp", name, shape.stem)


def _geodatabase(root: Path, name: str, limits: Limits) -> Staged:
    files = _files(root, name, limits)
    if not any(file.suffix.casefold() == ".gdbtable" for file in files):
        raise ImportRefused(
            "unknown-format",
            Text(
                zh=f"“{root.name}”里没有地理数据库的表（.gdbtable）。请给出完整的 .gdb 文件夹。",
                en=f"{root.name!r} holds no tables of a geodatabase (.gdbtable). Give the whole .gdb folder.",
            ),
        )
    if sum(file.stat().st_size for file in files) > limits.unpacked_bytes:
        raise ImportRefused(
            "too-large",
            Text(
                zh=f"“{name}”超过{limits.unpacked_bytes // 2**20} MB。请分成几个图层。",
                en=f"{name!r} has more than {limits.unpacked_bytes // 2**20} MB. Split the layer.",
            ),
        )
    return Staged(Format.GEODATABASE, root.resolve(), name)


def _single(path: Path, name: str, folder: Path, limits: Limits) -> Staged:
    found = recognise(path, limits)
    suffix = {
        Format.GEOPACKAGE: ".gpkg",
        Format.GEOJSON: ".geojson",
        Format.GEOPARQUET: ".parquet",
        Format.DXF: ".dxf",
        Format.KML: ".kml",
    }.get(found)
    if suffix is None:
        raise ImportRefused(
            "unknown-format",
            Text(
                zh=f"“{path.name}”的内容与名称不符。请重新导出。",
                en=f"{path.name!r} is not what its name says. Export it again.",
            ),
        )
    place = folder / f"{_STEM}{suffix}"
    if found is Format.GEOPACKAGE:
        _refuse_views(path)
        # A database may want a journal beside it; a link into a folder of strangers would put it there.
        shutil.copyfile(path, place)
    else:
        place.symlink_to(path.resolve())
    return Staged(found, place, name)


def _refuse_views(path: Path) -> None:
    """A layer of a GeoPackage is a table; a view is a program of its sender that we would run."""
    try:
        connection = sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro&immutable=1", uri=True)
        try:
            views = connection.execute(
                "SELECT m.name FROM sqlite_master m JOIN gpkg_contents c ON lower(c.table_name) = lower(m.name) "
                "WHERE m.type = 'view' OR m.sql LIKE 'CREATE VIRTUAL%'"
            ).fetchall()
        finally:
            connection.close()
    except sqlite3.Error as error:
        raise ImportRefused(
            "damaged-file",
            Text(
                zh=f"GeoPackage“{path.name}”已损坏，打不开。请重新导出。",
                en=f"The GeoPackage {path.name!r} is damaged ({error}). Export it again.",
            ),
        ) from error
    if views:
        raise ImportRefused(
            "virtual-source",
            Text(
                zh=f"GeoPackage“{path.name}”的图层“{views[0][0]}”是视图，不予执行。请导出为数据表。",
                en=f"The layer {views[0][0]!r} of {path.name!r} is a view, which is not run. Export it as a table.",
            ),
        )
