"""Reading polygon files of any kind that OGR knows, in blocks, into stored parts of the plane."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import pyogrio.errors
import pyproj
import shapely
from pyproj.transformer import TransformerGroup

from ecociv.territory.importing.encodings import BYTES, shapefile_encoding, undecoded
from ecociv.territory.importing.refusals import ImportRefused
from ecociv.territory.overlay.cleaning import Note, RepairRule, clean
from ecociv.territory.overlay.engines import Engine, Watch
from ecociv.territory.overlay.options import OverlayRefused
from ecociv.territory.overlay.parts import HeldParts, StoredParts, segment_name, write_segment
from ecociv.territory.overlay.plane import Geometries
from ecociv.territory.overlay.result import Side

BLOCK = 20_000
"""Features read at a time."""

DEGREES = ("EPSG:4490", "EPSG:4326", "OGC:CRS84")
"""Systems whose longitudes and latitudes are taken as they are: CGCS2000, and WGS84, which agrees with it to centimetres."""

TARGET = "EPSG:4490"
WORST_ACCURACY = 1.0
"""m; a change of datum that is less sure than this is refused."""


@dataclass(frozen=True)
class Source:
    """A layer of a file.

    Attributes
    ----------
    class_field : str or None
        Field with class values; without one all features are of one class.
    id_field : str or None
        Field with ids; the file's own feature numbers otherwise.
    crs : str or None
        Only where the file does not say.
    encoding : str or None
        Of the texts of a shapefile, where neither the file says it nor its bytes tell.
    """

    path: Path
    class_field: str | None = None
    id_field: str | None = None
    layer: str | None = None
    crs: str | None = None
    encoding: str | None = None


@dataclass(frozen=True)
class Described:
    """A source that can be read: its layer chosen, its fields there, its system known (None: degrees already).

    Its encoding is known too, where the format leaves it open (a shapefile).
    """

    source: Source
    features: int
    transform_from: str | None
    id_type: str


def describe(source: Source) -> Described:
    """Look at a file before anything is read.

    Raises
    ------
    OverlayRefused
        Not there or unreadable, several layers, a field or a reference system missing, no polygons.
    """
    path = source.path
    if not path.exists():
        raise OverlayRefused(f"{path} is not there.")
    if path.suffix.casefold() in (".parquet", ".geoparquet"):
        raise OverlayRefused(
            f"{path.name} is GeoParquet, which an overlay does not read; make it a GeoPackage first "
            "(`ecociv layer add` and `ecociv layer export` do)."
        )
    encoding = _encoding(source)
    try:
        names = [str(name) for name, kind in pyogrio.list_layers(path) if kind is not None]
        layer = source.layer or (names[0] if len(names) == 1 else None)
        if layer is None or layer not in names:
            raise OverlayRefused(
                f"{path.name} has the layers {', '.join(names) or '(none with geometry)'}; name one of them."
            )
        about = pyogrio.read_info(path, layer=layer, force_feature_count=True, encoding=encoding)
    except pyogrio.errors.DataSourceError as error:
        raise _unreadable(path, error) from error
    except UnicodeDecodeError as error:
        raise OverlayRefused(
            f"The texts of {path.name} are not in the encoding that it states; say which with --encoding-a or "
            "--encoding-b (mostly GB18030)."
        ) from error
    fields = dict(zip(map(str, about["fields"]), map(str, about["dtypes"]), strict=True))
    for field in (source.class_field, source.id_field):
        if field is not None and field not in fields:
            raise OverlayRefused(
                f"{path.name} has no field {field!r}; fields: {', '.join(fields) or '(none)'}."
            )
    if about["geometry_type"] in ("Point", "LineString", "MultiPoint", "MultiLineString"):
        raise OverlayRefused(
            f"{path.name} holds {about['geometry_type']} features; an overlay needs polygons."
        )
    if about["crs"] is None and source.crs is None:
        raise OverlayRefused(
            f"{path.name} does not say which reference system its coordinates are in; name it, for example EPSG:4547."
        )
    id_type = fields[source.id_field] if source.id_field else "int64"
    declared = str(about["crs"] or source.crs)
    if about["crs"] and source.crs:
        _require_agreement(path, declared, source.crs)
    return Described(
        replace(source, layer=layer, encoding=encoding),
        int(about["features"]),
        _needs_transform(path, declared),
        id_type,
    )


def _unreadable(path: Path, error: Exception) -> OverlayRefused:
    # The reader's words for a file of no known kind name drivers and nothing that a person could mend.
    detail = "" if "not recognized" in str(error) else f" ({error})"
    return OverlayRefused(
        f"{path.name} cannot be read as a map layer{detail}. Read: GeoPackage, shapefile, GeoJSON, file geodatabase, "
        "DXF, KML."
    )


def _encoding(source: Source) -> str | None:
    """The encoding of a shapefile's texts; None where the format leaves nothing open.

    Read in a wrong one, classes would be other words without any error.
    """
    path = source.path
    if path.suffix.casefold() != ".shp":
        return source.encoding
    try:
        _, table = pyogrio.read_arrow(path, max_features=BLOCK, read_geometry=False, encoding=BYTES)
        beside = {part.suffix.casefold(): part for part in path.parent.iterdir() if part.stem == path.stem}
        found = shapefile_encoding(
            undecoded(table, table.column_names),
            declared=source.encoding,
            cpg=beside.get(".cpg"),
            dbf=beside.get(".dbf"),
            name=path.name,
        )
    except pyogrio.errors.DataSourceError as error:
        raise _unreadable(path, error) from error
    except ImportRefused as refused:
        raise OverlayRefused(f"{refused.text.en} (--encoding-a, --encoding-b)") from refused
    return found.name


def _require_agreement(path: Path, stated: str, declared: str) -> None:
    if not (_system(path, stated).equals(_system(path, declared), ignore_axis_order=True)):
        raise OverlayRefused(
            f"{path.name} says that it is in {_system(path, stated).name}, which is not {declared}; leave --crs-a or "
            "--crs-b out, or correct the file."
        )


def _system(path: Path, declared: str) -> pyproj.CRS:
    try:
        return pyproj.CRS.from_user_input(declared)
    except pyproj.exceptions.CRSError as error:
        raise OverlayRefused(
            f"{path.name}: {declared!r} is no known reference system; write a code such as EPSG:4547."
        ) from error


def _needs_transform(path: Path, declared: str) -> str | None:
    system = _system(path, declared)
    if any(system.equals(pyproj.CRS.from_user_input(name), ignore_axis_order=True) for name in DEGREES):
        return None
    best = TransformerGroup(system, TARGET, always_xy=True, allow_ballpark=False)
    if not best.transformers:
        raise OverlayRefused(
            f"{path.name} is in {system.name}; there is no sure way from it to CGCS2000 without local parameters. "
            "Convert it with the parameters of the place first."
        )
    accuracy = best.transformers[0].accuracy
    if accuracy > WORST_ACCURACY:
        raise OverlayRefused(
            f"{path.name} is in {system.name}; the known way to CGCS2000 is sure to {accuracy:g} m only. "
            "Convert it with the parameters of the place first."
        )
    return declared


@dataclass(frozen=True, eq=False)
class Block:
    """Features to be cleaned and stored: well-known binary, and the place of the first."""

    number: int
    first: int
    geometries: Any


@dataclass(frozen=True)
class Storing:
    """Where and how blocks are stored."""

    folder: str
    rule: RepairRule
    transform_from: str | None


@dataclass(frozen=True, eq=False)
class StoredBlock:
    """Index columns of a block, and what cleaning noted."""

    columns: dict[str, Any]
    notes: tuple[Note, ...]


def store_block(storing: Storing, block: Block) -> StoredBlock:
    """Clean a block and write it as a segment of its layer."""
    given = np.empty(len(block.geometries), dtype=object)
    given[:] = shapely.from_wkb(block.geometries.to_numpy(zero_copy_only=False), on_invalid="ignore")
    if storing.transform_from is not None:
        given = _in_degrees(given, storing.transform_from)
    cleaned = clean(given, storing.rule)
    write_segment(Path(storing.folder) / segment_name(block.number), cleaned.polygons)
    held = HeldParts(cleaned.polygons, cleaned.feature)
    count = len(held.polygons)
    columns = {
        "feature": held.feature + block.first,
        "bounds": held.bounds,
        "vertices": held.vertices,
        "area": held.area,
        "segment": np.full(count, block.number, dtype=np.int64),
        "within": np.arange(count),
    }
    notes = tuple(replace(note, feature=note.feature + block.first) for note in cleaned.notes)
    return StoredBlock(columns, notes)


def _in_degrees(geometries: Geometries, system: str) -> Geometries:
    placed = shapely.get_coordinates(geometries)
    longitude, latitude = _transformer(system).transform(placed[:, 0], placed[:, 1])
    flat = shapely.force_2d(geometries)
    return np.asarray(shapely.set_coordinates(flat, np.column_stack([longitude, latitude])))


@lru_cache(maxsize=4)
def _transformer(system: str) -> pyproj.Transformer:
    return pyproj.Transformer.from_crs(system, TARGET, always_xy=True, allow_ballpark=False)


def store(
    described: Described, folder: Path, rule: RepairRule, chosen: Engine, watch: Watch | None = None
) -> tuple[StoredParts, Side]:
    """Read a whole layer into `folder`.

    Returns
    -------
    StoredParts, Side
        Its polygons, and ids, classes and notes.
    """
    folder.mkdir(parents=True, exist_ok=True)
    ids: list[Any] = []
    classes: list[Any] = []
    blocks = _blocks(described, ids, classes)
    total = -(-described.features // BLOCK)
    storing = Storing(str(folder), rule, described.transform_from)
    stored = list(chosen.run(store_block, storing, blocks, total, watch))
    if not stored:
        nothing = np.empty(0, dtype=object)
        stored = [store_block(storing, Block(0, 0, pa.array([], pa.binary())))]
        ids, classes = [nothing], [nothing]
    columns = {name: np.concatenate([block.columns[name] for block in stored]) for name in stored[0].columns}
    notes = tuple(note for block in stored for note in block.notes)
    return StoredParts.write_index(folder, columns), Side(np.concatenate(ids), np.concatenate(classes), notes)


def _blocks(described: Described, ids: list[Any], classes: list[Any]) -> Iterator[Block]:
    source = described.source
    wanted = list(dict.fromkeys(name for name in (source.class_field, source.id_field) if name))
    with pyogrio.open_arrow(
        source.path,
        layer=source.layer,
        columns=wanted,
        return_fids=True,
        batch_size=BLOCK,
        use_pyarrow=True,
        encoding=source.encoding,
    ) as (about, reader):
        geometry = about["geometry_name"] or "wkb_geometry"
        own_numbers = next(name for name in reader.schema.names if name not in (*wanted, geometry))
        first = 0
        for number, batch in enumerate(reader):
            ids.append(_objects(batch.column(source.id_field or own_numbers)))
            classes.append(
                _objects(batch.column(source.class_field))
                if source.class_field
                else np.full(len(batch), "", dtype=object)
            )
            yield Block(number, first, batch.column(geometry))
            first += len(batch)


def _objects(column: pa.Array) -> Any:
    made = np.empty(len(column), dtype=object)
    made[:] = column.to_pylist()
    return made
