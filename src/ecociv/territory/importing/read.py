"""Reading a layer of polygons from any of the formats, into CGCS2000 longitudes and latitudes."""

from __future__ import annotations

import json
import tempfile
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

import numpy as np
import pyarrow as pa
import shapely
from numpy.typing import NDArray

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.territory.importing.crs import (
    GCJ02,
    Bounds,
    SourceCrs,
    declared_crs,
    to_geographic,
)
from ecociv.territory.importing.encodings import (
    BYTES,
    by_bytes,
    decode_table,
    drawing_encoding,
    refuse_mojibake,
    shapefile_encoding,
    undecoded,
)
from ecociv.territory.importing.formats import Format
from ecociv.territory.importing.gcj02 import OffsetTest
from ecociv.territory.importing.limits import Limits
from ecociv.territory.importing.mapping import AttributeMapping, apply_mapping, rows_wanted
from ecociv.territory.importing.placing import require_need, system_of, taken_as_cgcs2000, true_place
from ecociv.territory.importing.process import Opened, open_source
from ecociv.territory.importing.ranges import check_place, check_ranges
from ecociv.territory.importing.refusals import ImportRefused
from ecociv.territory.importing.shapes import geometries_of, polygonal_rows
from ecociv.territory.importing.shifts import Shift
from ecociv.territory.importing.staging import Staged, stage

AxisOrder = Literal["xy", "yx"]


@dataclass(frozen=True, eq=False)
class Imported:
    """A layer as it was read.

    Attributes
    ----------
    geometries : array of Geometry
        Longitude and latitude on CGCS2000 (EPSG:4490), flat; an empty polygon where the file has none.
    identities, classes, names : array of str or None
        By the mapping; ``None`` where the file says nothing or nothing was mapped.
    attributes : pyarrow.Table
        The other attributes, row by row.
    rows : array of int
        Row of each feature in the file, from 1.
    format, layer, name : Format, str, str
        What was read: format, layer in the file, name of the file.
    crs : SourceCrs
        Reference system of origin.
    bounds : tuple of float
        West, south, east, north in degrees.
    encoding : str or None
        Encoding of the texts where the format leaves it open, and who said so.
    offset : OffsetTest or None
        Result of the test for GCJ-02, where a reference was given.
    warnings : tuple of Reason
        What its reader should know.
    counts : Mapping
        Rows in the file (``rows``), features, vertices, and features by kind of geometry.
    """

    geometries: NDArray[np.object_]
    identities: NDArray[np.object_]
    classes: NDArray[np.object_]
    names: NDArray[np.object_]
    attributes: pa.Table
    rows: NDArray[np.int64]
    format: Format
    layer: str
    name: str
    crs: SourceCrs
    bounds: Bounds
    encoding: str | None
    offset: OffsetTest | None
    warnings: tuple[Reason, ...]
    counts: Mapping[str, int] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.geometries)


def read_polygons(
    path: Path | str,
    *,
    crs: str | None = None,
    axis_order: AxisOrder | None = None,
    mapping: AttributeMapping | None = None,
    layer: str | None = None,
    encoding: str | None = None,
    within: Bounds | None = None,
    reference: NDArray[np.object_] | None = None,
    convert_gcj02: bool = False,
    datum_shift: Shift | None = None,
    limits: Limits | None = None,
) -> Imported:
    """Read a layer of polygons.

    Parameters
    ----------
    path : path
        Shapefile (file, zip or folder), GeoPackage, GeoJSON, GeoParquet, file geodatabase (folder or zip), DXF or KML.
    crs : str, optional
        Reference system, such as ``"EPSG:4548"``, ``"CGCS2000"``, ``"WGS84"``, ``"GCJ-02"``. Needed where the file has
        none; refused where it contradicts the file.
    axis_order : {"xy", "yx"}, optional
        ``"yx"`` where the file has latitude (north) first.
    mapping : AttributeMapping, optional
        Fields of identity, class and name. A drawing's layer names are its classes without one.
    layer : str, optional
        Which of several layers.
    encoding : str, optional
        Encoding of a shapefile's or drawing's texts, where the file does not say it.
    within : tuple of float, optional
        Box of the zone in degrees; a layer that does not meet it is refused.
    reference : array of Geometry, optional
        Known boundaries, by which a layer in GCJ-02 is found out.
    convert_gcj02 : bool
        Take the offset of GCJ-02 back, with a warning, where it was declared or found.
    datum_shift : DatumShift or PlaneShift, optional
        Declared parameters for a layer on Xi'an 1980 or Beijing 1954; see `load_shift`.
    limits : Limits, optional
        Sizes that are taken.

    Raises
    ------
    ImportRefused
        With a code, a sentence that says what to do, and in ``asks`` the argument that answers it.

    Notes
    -----
    The file is opened by GDAL in a process of its own, which knows the one driver that the content calls for, has no
    network, and is held to `Limits`. Nothing is repaired: see `ecociv.territory.topology`.

    Edges stay straight between their transformed vertices. WGS84 is taken as CGCS2000.
    """
    if axis_order not in (None, "xy", "yx"):
        raise ImportRefused(
            "axis-order",
            Text(
                zh=f"轴序“{axis_order}”无效，应为 xy（先东后北）或 yx（先北后东）。",
                en=f"axis_order is {axis_order!r}; it is xy (east first) or yx (north first).",
            ),
            asks="axis_order",
        )
    limits = limits or Limits()
    declared = declared_crs(crs, shift=datum_shift) if crs else None
    with tempfile.TemporaryDirectory(prefix="ecociv-import-") as temporary:
        folder = Path(temporary)
        staged = stage(path, folder, layer, limits)
        opened, said, notes = _opened(staged, folder, layer, encoding, limits)
        return _imported(
            staged,
            opened,
            said,
            notes,
            declared=declared,
            swap=axis_order == "yx",
            mapping=mapping,
            within=within,
            reference=reference,
            convert_gcj02=convert_gcj02,
            shift=datum_shift,
            limits=limits,
        )


def _opened(
    staged: Staged, folder: Path, layer: str | None, encoding: str | None, limits: Limits
) -> tuple[Opened, str | None, tuple[Reason, ...]]:
    """The rows with their words decoded, the encoding, and what there is to say about it."""
    if staged.format not in (Format.SHAPEFILE, Format.DXF):
        opened = open_source(staged, folder, layer, None, limits)
        refuse_mojibake(opened.table, _words(opened), staged.name)
        return opened, None, ()
    opened = open_source(staged, folder, layer, BYTES, limits)
    samples = undecoded(opened.table, _words(opened))
    if staged.format is Format.SHAPEFILE:
        found = shapefile_encoding(
            samples, declared=encoding, cpg=staged.part(".cpg"), dbf=staged.part(".dbf"), name=staged.name
        )
    else:
        found = drawing_encoding(staged.path, encoding)
        if not found.name:
            found = by_bytes(samples, staged.name)
    try:
        table, notes = decode_table(opened.table, opened.geometry, found.name)
    except UnicodeError as error:
        raise ImportRefused(
            "mojibake",
            Text(
                zh=f"“{staged.name}”的属性按{found.name}（依据：{found.said_by}）解码失败。请指明真正的编码（encoding）。",
                en=f"The attributes of {staged.name!r} do not decode in {found.name} (by {found.said_by}). Say their encoding.",
            ),
            asks="encoding",
        ) from error
    decoded = Opened(table, opened.geometry, opened.crs, staged.layer or opened.layer)
    refuse_mojibake(decoded.table, _words(decoded), staged.name)
    return decoded, f"{found.name} ({found.said_by})", notes


def _words(opened: Opened) -> list[str]:
    return [name for name in opened.table.column_names if name != opened.geometry]


def _imported(
    staged: Staged,
    opened: Opened,
    encoding: str | None,
    notes: tuple[Reason, ...],
    *,
    declared: SourceCrs | None,
    swap: bool,
    mapping: AttributeMapping | None,
    within: Bounds | None,
    reference: NDArray[np.object_] | None,
    convert_gcj02: bool,
    shift: Shift | None,
    limits: Limits,
) -> Imported:
    drawing = staged.format is Format.DXF
    name = staged.name
    warnings = [*notes, *([_STRAIGHTENED] if opened.curves else [])]
    if not opened.table.num_rows:
        raise ImportRefused("no-rows", Text(zh=f"“{name}”没有图斑。", en=f"{name!r} has no features."))
    geometries, said = geometries_of(opened.table.column(opened.geometry), name, limits, drawing=drawing)
    warnings += said
    chosen, said = polygonal_rows(geometries, name, drawing=drawing)
    warnings += said
    geometries, rows = geometries[chosen], np.flatnonzero(chosen) + 1
    table = opened.table.drop_columns([opened.geometry]).filter(pa.array(chosen))
    if swap:
        geometries = np.asarray(shapely.transform(geometries, lambda points: points[:, ::-1]), dtype=object)
    source = _bounds(geometries)
    system = system_of(staged, opened.crs, declared, source, within, shift)
    require_need(shift, system, name)
    warnings += check_ranges(source, system, name, within=within)
    if system.projected or system.datum not in ("CGCS2000", "WGS84", GCJ02):
        geometries = np.asarray(
            shapely.transform(geometries, lambda points: to_geographic(points, system, shift)), dtype=object
        )
    if system.datum not in ("CGCS2000", GCJ02):
        warnings.append(taken_as_cgcs2000(system, shift))
    if within is not None:
        check_place(_bounds(geometries), system, name, within, source)
    geometries, offset, said = true_place(geometries, name, system, reference, convert=convert_gcj02)
    warnings += said
    if drawing and mapping is None:
        mapping = AttributeMapping.model_validate({"class": "Layer"})
    mapping = mapping or AttributeMapping()
    wanted = rows_wanted(table, mapping)
    if not wanted.all():
        geometries, rows, table = geometries[wanted], rows[wanted], table.filter(pa.array(wanted))
        warnings.append(_left_out(int((~wanted).sum()), mapping))
    identities, classes, names, kept = apply_mapping(table, rows, mapping, name)
    return Imported(
        geometries=geometries,
        identities=identities,
        classes=classes,
        names=names,
        attributes=kept,
        rows=rows,
        format=staged.format,
        layer=opened.layer,
        name=name,
        crs=system,
        bounds=_bounds(geometries),
        encoding=encoding,
        offset=offset,
        warnings=tuple(warnings),
        counts=_counts(geometries, opened.table.num_rows),
    )


_STRAIGHTENED = Reason(
    "arcs-straightened",
    Text(
        zh="弧段已按每段4度转为折线，与弧的最大偏差为半径的万分之六。",
        en="Arcs became straight lines of four degrees each, at most 0.06 % of the radius off the arc.",
    ),
)


def _left_out(rows: int, mapping: AttributeMapping) -> Reason:
    values = ", ".join(mapping.leave_out)
    text = Text(
        zh=f"按映射未导入{rows}行（类别：{values}）。",
        en=f"{rows} rows were left out by the mapping (classes: {values}).",
    )
    return Reason("left-out", text, {"rows": rows})


def _bounds(geometries: NDArray[np.object_]) -> Bounds:
    west, south, east, north = shapely.total_bounds(geometries)
    return float(west), float(south), float(east), float(north)


def _counts(geometries: NDArray[np.object_], rows: int) -> dict[str, int]:
    kinds = Counter(
        shapely.GeometryType(int(kind)).name.casefold() for kind in shapely.get_type_id(geometries)
    )
    return {
        "rows": rows,
        "features": len(geometries),
        "vertices": int(shapely.get_num_coordinates(geometries).sum()),
        **kinds,
    }


def describe(found: Imported) -> str:
    """What was read, as JSON for a log."""
    return json.dumps(
        {
            "name": found.name,
            "format": str(found.format),
            "layer": found.layer,
            "crs": found.crs.label,
            "crs_said_by": found.crs.said_by,
            "encoding": found.encoding,
            "bounds": found.bounds,
            "counts": dict(found.counts),
            "warnings": [each.to_json() for each in found.warnings],
        },
        ensure_ascii=False,
    )
