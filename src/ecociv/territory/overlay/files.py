"""An overlay of two files into a GeoPackage of patches and a table by pair of classes."""

from __future__ import annotations

import csv
import mmap
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, BinaryIO

import numpy as np
import pyarrow as pa
import pyogrio

from ecociv.territory.overlay.compute import overlay_parts
from ecociv.territory.overlay.engines import ENGINES, Engine, Spark, Watch, engine
from ecociv.territory.overlay.kernel import Packed
from ecociv.territory.overlay.options import Options, OverlayRefused
from ecociv.territory.overlay.parts import Numbers
from ecociv.territory.overlay.plane import Geometries
from ecociv.territory.overlay.result import DIGESTED, Digest, PatchTable, Summary
from ecociv.territory.overlay.sources import TARGET, Source, describe, store


@dataclass(frozen=True, eq=False)
class Outcome:
    """An overlay of files.

    Attributes
    ----------
    digest : str or None
        SHA-256 over all patches in their order (see `PatchTable.digest_with`); None where only the table was asked for.
    """

    table: PatchTable
    summary: Summary
    digest: str | None


class _Spilled:
    """Keeps geometries in a file until their order is known."""

    def __init__(self, folder: Path) -> None:
        self._path = folder / "patches.wkb"
        self._file: BinaryIO = self._path.open("wb")
        self._offsets: list[Numbers] = []
        self._written = 0

    def add(self, geometries: Geometries | Packed) -> None:
        """See `Keeper`."""
        packed = geometries if isinstance(geometries, Packed) else Packed.of(geometries)
        self._file.write(packed.data)
        self._offsets.append(np.column_stack([packed.offsets[:-1], packed.offsets[1:]]) + self._written)
        self._written += len(packed.data)

    def close(self) -> None:
        """Nothing more will be added."""
        self._file.close()

    def ordered(self, order: Numbers) -> Iterator[list[bytes]]:
        """Every geometry in an order, `DIGESTED` at a time."""
        self.close()
        if not len(order):
            return
        places = np.concatenate(self._offsets)[order]
        with self._path.open("rb") as file, mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ) as data:
            for first in range(0, len(order), DIGESTED):
                yield [data[start:end] for start, end in places[first : first + DIGESTED].tolist()]


def overlay_files(
    a: Source,
    b: Source,
    out: Path | None,
    summary: Path | None = None,
    *,
    options: Options | None = None,
    workers: int = 1,
    engine_name: str = "local",
    drop_slivers: bool = False,
    watch: Watch | None = None,
) -> Outcome:
    """Overlay two files.

    Parameters
    ----------
    out : Path or None
        A GeoPackage; without one only the table is made, sooner; it and the table are put in place at the very end, whole.
    drop_slivers : bool
        Leave slivers out of the patches; the table shows their number and area either way.

    Raises
    ------
    OverlayRefused, EngineMissing, OverlayCancelled, WorkerLost
    """
    options = replace(options or Options(), keep_geometries=out is not None)
    beside = out or summary
    if beside is None:
        raise OverlayRefused("Neither patches nor a table are asked for; name a file for one of them.")
    if out is not None and out.suffix.lower() != ".gpkg":
        raise OverlayRefused(f"{out.name} must end in .gpkg: patches are written as a GeoPackage.")
    for target in (out, summary):
        if target is not None and not target.absolute().parent.is_dir():
            raise OverlayRefused(f"The folder {target.absolute().parent} is not there; make it first.")
        if target is not None and target.is_dir():
            raise OverlayRefused(f"{target} is a folder; name a file in it.")
        if target is not None and any(target.resolve() == source.path.resolve() for source in (a, b)):
            raise OverlayRefused(f"{target} is one of the layers; name another file.")
    if out is not None and summary is not None and out.resolve() == summary.resolve():
        raise OverlayRefused(f"{out} cannot be both the patches and the table; name two files.")
    if engine_name not in ENGINES:
        raise OverlayRefused(f"There is no engine {engine_name!r}; engines: {', '.join(ENGINES)}.")
    first, second = describe(a), describe(b)
    spark = Spark() if engine_name == "spark" else None
    with (
        tempfile.TemporaryDirectory(prefix=".ecociv-overlay-", dir=beside.absolute().parent) as made,
        engine(workers) as local,
    ):
        folder = Path(made)
        chosen: Engine = spark or local
        parts_a, side_a = store(first, folder / "a", options.repair, local, watch)
        parts_b, side_b = store(second, folder / "b", options.repair, local, watch)
        spilled = _Spilled(folder)
        table, order = overlay_parts(parts_a, parts_b, side_a, side_b, options, chosen, spilled, watch)
        found = table.summary()
        digest = None
        if out is not None:
            digest = _write_patches(
                folder / "patches.gpkg",
                table,
                spilled.ordered(order),
                (first.id_type, second.id_type),
                drop_slivers,
            )
        if summary is not None:
            write_summary(folder / "summary.csv", found)
            os.replace(folder / "summary.csv", summary)
        if out is not None:
            os.replace(folder / "patches.gpkg", out)
        spilled.close()
    return Outcome(table, found, digest)


def write_summary(path: Path, summary: Summary) -> None:
    """The table as CSV (UTF-8 with a mark, so that spreadsheets show Chinese): pairs, then the total.

    Patches and areas are those of the whole pair, as in the file of patches; slivers are a part of them.
    """
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["class_a", "class_b", "in", "patches", "area_m2", "slivers", "sliver_area_m2"])
        for row in summary.rows:
            where = "both" if row.in_a and row.in_b else "a" if row.in_a else "b"
            names = [row.class_a or "", row.class_b or ""]
            counted = (row.patches + row.slivers, row.area + row.sliver_area, row.slivers, row.sliver_area)
            writer.writerow([*names, where, *counted])
        slivers = sum(row.slivers for row in summary.rows)
        patches = sum(row.patches for row in summary.rows) + slivers
        writer.writerow(["total", "", "", patches, summary.total, slivers, summary.sliver_total])


def _write_patches(
    path: Path,
    table: PatchTable,
    geometries: Iterator[list[bytes]],
    id_types: tuple[str, str],
    drop_slivers: bool,
) -> str:
    """Write the file; returns the digest of all patches, slivers included."""
    kinds = [pa.int64() if kind.startswith(("int", "uint")) else pa.string() for kind in id_types]
    schema = pa.schema(
        [
            ("geometry", pa.binary()),
            ("id_a", kinds[0]),
            ("id_b", kinds[1]),
            ("class_a", pa.string()),
            ("class_b", pa.string()),
            ("area_m2", pa.float64()),
            ("width_m", pa.float64()),
            ("sliver", pa.bool_()),
        ]
    )
    ids = table.ids(True), table.ids(False)
    classes = table.classes(True), table.classes(False)
    digest = Digest(table)

    def batches() -> Iterator[pa.RecordBatch]:
        first = 0
        for shapes in geometries:
            here = slice(first, first + len(shapes))
            first += len(shapes)
            digest.add(shapes)
            columns: list[Any] = [pa.array(shapes, pa.binary())]
            for values, kind in zip(ids, kinds, strict=True):
                columns.append(_column(values[here], kind))
            columns += [_column(values[here], pa.string()) for values in classes]
            columns += [pa.array(table.area[here]), pa.array(table.width[here]), pa.array(table.sliver[here])]
            batch = pa.RecordBatch.from_arrays(columns, schema=schema)
            yield batch.filter(pa.array(~table.sliver[here])) if drop_slivers else batch

    pyogrio.write_arrow(
        pa.RecordBatchReader.from_batches(schema, batches()),
        path,
        driver="GPKG",
        layer="patches",
        geometry_name="geometry",
        geometry_type="Polygon",
        crs=TARGET,
        VERSION="1.3",  # readers of GDAL before 3.7 warn about 1.4
    )
    notes = list(_notes(table))
    if notes:
        names = ("layer", "id", "remark", "detail", "other_id", "area_before_m2", "area_m2")
        types = [pa.string()] * 5 + [pa.float64()] * 2
        remarks = pa.table(
            {
                name: pa.array([note[place] for note in notes], types[place])
                for place, name in enumerate(names)
            }
        )
        pyogrio.write_arrow(remarks, path, driver="GPKG", layer="remarks", append=False)
    return digest.hexdigest()


def _column(values: Any, kind: pa.DataType) -> pa.Array:
    if kind == pa.string():
        return pa.array([None if value is None else str(value) for value in values], kind)
    return pa.array(values.tolist(), kind)


def _notes(table: PatchTable) -> Iterator[tuple[Any, ...]]:
    """Every feature that was changed or left out, and every pair that overlaps within its layer."""
    report = table.report
    for name, side, overlaps in (("a", table.a, report.overlaps_a), ("b", table.b, report.overlaps_b)):
        for note in side.notes:
            yield (
                name,
                str(side.ids[note.feature]),
                str(note.remark),
                note.detail,
                None,
                note.before,
                note.after,
            )
        if overlaps is None:
            continue
        what = "overlap-resolved" if report.resolved else "overlap"
        for first, second, area in zip(overlaps.first, overlaps.second, overlaps.area, strict=True):
            yield (name, str(side.ids[first]), what, "", str(side.ids[second]), None, float(area))
