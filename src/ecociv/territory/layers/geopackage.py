"""One immutable GeoPackage per layer version: written once, opened by any GIS, read here through SQLite alone.

The file has one table, ``features`` (fid, identity, class, name, area_m2, attributes, geom), with an R*Tree. Reading
needs no GDAL: SQLite finds the boxes, the geometry follows the GeoPackage header as WKB (OGC 12-128r18, 2.1.3).
"""

from __future__ import annotations

import json
import os
import sqlite3
import tempfile
import threading
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyogrio
import pyogrio.raw
import shapely
from pyogrio import set_gdal_config_options

from ecociv.core.text import Text
from ecociv.territory.layers.features import Feature, Features

TABLE = "features"
CRS = "EPSG:4490"
_COLUMNS = "f.fid, f.identity, f.class, f.name, f.area_m2, f.attributes, f.geom"
SELECTABLE = {"identity": "identity", "class": "class", "name": "name"}
"""Columns that may be asked for by value."""
_OUTLINES = (
    "SELECT f.fid, f.class, f.area_m2, f.geom FROM rtree_features_geom AS r CROSS JOIN features AS f ON f.fid = r.id "
    "WHERE r.minx <= ? AND r.maxx >= ? AND r.miny <= ? AND r.maxy >= ?"
)
_MAPPED = 0x7FFF0000
"""Bytes of a file that SQLite may look at where the system has them in memory, instead of copying pages: its limit.
They are shared by all processes and given back when others need the memory."""
ENVELOPE_BYTES = (0, 32, 48, 48, 64)
# A fixed date of change, so that the same features give the same bytes and with them the same address.
_DATE = "2000-01-01T00:00:00Z"


Outlines = tuple[Any, Any, Any, Any]
"""Arrays of the same length: fid, class, area (m2), geometry."""


class LayerFileUnreadable(ValueError):
    """A file that is no layer as ecociv writes them."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


def write_features(features: Features, path: Path, *, title: str = "", description: str = "") -> None:
    """Write features to a new GeoPackage; an existing file is replaced in one step, so nobody sees half of it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    set_gdal_config_options({"OGR_CURRENT_DATE": _DATE})
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        part = Path(folder) / "layer.gpkg"
        pyogrio.raw.write(
            part,
            shapely.to_wkb(shapely.force_2d(features.geometries)),
            [
                features.identities.astype(object),
                features.classes.astype(object),
                features.names.astype(object),
                features.areas(),
                np.asarray(
                    [json.dumps(dict(one), ensure_ascii=False, default=str) for one in features.attributes],
                    dtype=object,
                ),
            ],
            np.asarray(["identity", "class", "name", "area_m2", "attributes"], dtype=object),
            layer=TABLE,
            driver="GPKG",
            geometry_type="Unknown",
            crs=CRS,
            layer_options={"IDENTIFIER": title or TABLE, "DESCRIPTION": description},
        )
        _finish(part, path)


_ARROW = pa.schema(
    [
        pa.field("identity", pa.string()),
        pa.field("class", pa.string()),
        pa.field("name", pa.string()),
        pa.field("area_m2", pa.float64()),
        pa.field("attributes", pa.string()),
        pa.field("geom", pa.binary()),
    ]
)


def write_blocks(blocks: Iterable[Features], path: Path, *, title: str = "", description: str = "") -> None:
    """As :func:`write_features`, for more features than memory should hold; identities must not repeat across blocks.

    The same blocks give the same bytes, but not those that :func:`write_features` gives.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    set_gdal_config_options({"OGR_CURRENT_DATE": _DATE})
    with tempfile.TemporaryDirectory(dir=path.parent) as folder:
        part = Path(folder) / "layer.gpkg"
        pyogrio.write_arrow(
            pa.RecordBatchReader.from_batches(_ARROW, map(_batch, blocks)),
            part,
            layer=TABLE,
            driver="GPKG",
            geometry_type="Unknown",
            geometry_name="geom",
            crs=CRS,
            layer_options={"IDENTIFIER": title or TABLE, "DESCRIPTION": description},
        )
        _finish(part, path)


def _batch(features: Features) -> pa.RecordBatch:
    return pa.RecordBatch.from_arrays(
        [
            pa.array(features.identities, pa.string()),
            pa.array(features.classes, pa.string()),
            pa.array(features.names, pa.string()),
            pa.array(features.areas(), pa.float64()),
            pa.array(
                [json.dumps(dict(one), ensure_ascii=False, default=str) for one in features.attributes],
                pa.string(),
            ),
            pa.array(shapely.to_wkb(shapely.force_2d(features.geometries)), pa.binary()),
        ],
        schema=_ARROW,
    )


def _finish(part: Path, path: Path) -> None:
    """Index, write through to the disk, and put in place."""
    with sqlite3.connect(part) as database:
        database.execute(f"CREATE INDEX features_identity ON {TABLE}(identity)")
    database.close()
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.replace(path)


class LayerFile:
    """A layer version, open for reading; threads share it, each with a connection of its own.

    Raises
    ------
    LayerFileUnreadable
        When it is not there, or was not written by :func:`write_features`.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self._local = threading.local()
        try:
            found = self._rows("SELECT count(*), min(fid) FROM features AS f", ())
            self.count = int(next(iter(found))[0])
        except sqlite3.Error as error:
            raise LayerFileUnreadable(
                Text(
                    zh=f"图层文件 {path.name} 读不出：{error}。请用 ecociv layer verify 核对。",
                    en=f"The layer file {path.name} cannot be read: {error}. Check it with `ecociv layer verify`.",
                )
            ) from error

    def in_box(self, west: float, south: float, east: float, north: float) -> Iterator[Feature]:
        """Features whose own box meets the box given (degrees), in order of ``fid``."""
        return self._features(
            f"SELECT {_COLUMNS} FROM rtree_features_geom AS r CROSS JOIN features AS f ON f.fid = r.id "
            "WHERE r.minx <= ? AND r.maxx >= ? AND r.miny <= ? AND r.maxy >= ? ORDER BY f.fid",
            (east, west, north, south),
        )

    def meeting(self, geometry: shapely.Geometry) -> Iterator[Feature]:
        """Features that meet a geometry, border included, in order of ``fid``."""
        if geometry.is_empty:
            return
        shapely.prepare(geometry)
        for feature in self.in_box(*geometry.bounds):
            if geometry.intersects(feature.geometry):
                yield feature

    def of_fids(self, fids: Sequence[int]) -> Iterator[Feature]:
        """Features by row."""
        for start in range(0, len(fids), 500):
            some = [int(fid) for fid in fids[start : start + 500]]
            marks = ",".join("?" * len(some))
            yield from self._features(
                f"SELECT {_COLUMNS} FROM features AS f WHERE f.fid IN ({marks}) ORDER BY f.fid", some
            )

    def blobs(self, fids: Sequence[int]) -> list[bytes]:
        """Geometries as they stand in the file, by row, in order of ``fid``."""
        asked = "SELECT geom FROM features WHERE fid IN (SELECT value FROM json_each(?)) ORDER BY fid"
        return [row[0] for row in self._rows(asked, (json.dumps(list(map(int, fids))),))]

    def count_in_box(self, west: float, south: float, east: float, north: float) -> int:
        """How many features have a box that meets the box given."""
        asked = "SELECT count(*) FROM rtree_features_geom WHERE minx <= ? AND maxx >= ? AND miny <= ? AND maxy >= ?"
        return int(next(self._rows(asked, (east, west, north, south)))[0])

    def outlines_in_box(
        self, west: float, south: float, east: float, north: float, *, at_a_time: int = 2000
    ) -> Iterator[Outlines]:
        """The features whose box meets the box given, some at a time, in order of ``fid``."""
        rows = self._connection().execute(_OUTLINES + " ORDER BY f.fid", (east, west, north, south))
        while some := rows.fetchmany(at_a_time):
            yield _outlines(some)

    def outlines_at_once(
        self, west: float, south: float, east: float, north: float, *, at_most: int
    ) -> Outlines | None:
        """All features whose box meets the box given, in order of ``fid``; none where there are more than `at_most`.

        What is asked most, a small place: a count before it would take as long as the answer, and so would SQLite's sorting.
        """
        rows = self._connection().execute(_OUTLINES, (east, west, north, south))
        some = rows.fetchmany(at_most + 1)
        rows.close()
        if len(some) > at_most:
            return None
        some.sort(key=itemgetter(0))
        return _outlines(some)

    def selected(
        self,
        box: tuple[float, float, float, float] | None = None,
        *,
        equal: Mapping[str, str] | None = None,
        limit: int | None = None,
        offset: int = 0,
    ) -> Iterator[Feature]:
        """Features whose own box meets ``box`` and whose columns say what ``equal`` asks, in order of ``fid``.

        ``equal`` has values by the names of `SELECTABLE`.
        """
        tables, said, given = self._question(box, equal or {})
        given += [-1 if limit is None else limit, offset]
        return self._features(f"SELECT {_COLUMNS} {tables} {said} ORDER BY f.fid LIMIT ? OFFSET ?", given)

    def count_selected(
        self,
        box: tuple[float, float, float, float] | None = None,
        equal: Mapping[str, str] | None = None,
    ) -> int:
        """How many features `selected` gives without a limit."""
        tables, said, given = self._question(box, equal or {})
        return int(next(self._rows(f"SELECT count(*) {tables} {said}", given))[0])

    def _question(
        self, box: tuple[float, float, float, float] | None, equal: Mapping[str, str]
    ) -> tuple[str, str, list[Any]]:
        tables, said = "FROM features AS f", ["1"]
        given: list[Any] = []
        if box is not None:
            west, south, east, north = box
            tables = "FROM rtree_features_geom AS r CROSS JOIN features AS f ON f.fid = r.id"
            said.append("r.minx <= ? AND r.maxx >= ? AND r.miny <= ? AND r.maxy >= ?")
            given += [east, west, north, south]
        for name, value in equal.items():
            said.append(f"f.{SELECTABLE[name]} = ?")
            given.append(value)
        return tables, f"WHERE {' AND '.join(said)}", given

    def of_identity(self, identity: str) -> Feature | None:
        """The feature with an identity, or none."""
        return next(
            self._features(f"SELECT {_COLUMNS} FROM features AS f WHERE f.identity = ?", (identity,)), None
        )

    def all(self) -> Iterator[Feature]:
        """Every feature, in order of ``fid``."""
        return self._features(f"SELECT {_COLUMNS} FROM features AS f ORDER BY f.fid", ())

    def classes(self) -> list[str]:
        """The classes that occur, sorted."""
        return sorted(str(row[0]) for row in self._rows("SELECT DISTINCT class FROM features", ()))

    def by_identity(
        self, classes: Collection[str], *, at_a_time: int = 5000
    ) -> Iterator[tuple[Any, Any, Any]]:
        """Identities, classes and geometries of the features of some classes, some at a time, in order of identity."""
        marks = ",".join("?" * len(classes))
        rows = self._connection().execute(
            f"SELECT identity, class, geom FROM features WHERE class IN ({marks}) ORDER BY identity, fid",
            sorted(classes),
        )
        while some := rows.fetchmany(at_a_time):
            identities, of_class, blobs = zip(*some, strict=True)
            yield (
                np.asarray(identities, dtype=object),
                np.asarray(of_class, dtype=object),
                shapely.from_wkb(np.asarray([well_known_binary(blob) for blob in blobs], dtype=object)),
            )

    def features(self) -> Features:
        """The whole layer as arrays."""
        rows = list(self._rows(f"SELECT {_COLUMNS} FROM features AS f ORDER BY f.fid", ()))
        return Features(
            shapely.from_wkb(np.asarray([well_known_binary(row[6]) for row in rows], dtype=object)),
            np.asarray([row[1] for row in rows], dtype=object),
            np.asarray([row[2] for row in rows], dtype=object),
            np.asarray([row[3] or "" for row in rows], dtype=object),
            [json.loads(row[5] or "{}") for row in rows],
        )

    def bounds(self) -> tuple[float, float, float, float] | None:
        """West, south, east, north in degrees; none for an empty layer."""
        row = next(
            self._rows("SELECT min(minx), min(miny), max(maxx), max(maxy) FROM rtree_features_geom", ()), None
        )
        if row is None or row[0] is None:
            return None
        return float(row[0]), float(row[1]), float(row[2]), float(row[3])

    def area_by_class(self) -> dict[str, tuple[int, float]]:
        """Number and total area (m2, unrounded, overlaps counted twice) of each class."""
        return {
            row[0]: (int(row[1]), float(row[2]))
            for row in self._rows(
                "SELECT class, count(*), sum(area_m2) FROM features GROUP BY class ORDER BY class", ()
            )
        }

    def _features(self, question: str, given: Iterable[Any]) -> Iterator[Feature]:
        for fid, identity, class_key, name, area, attributes, blob in self._rows(question, given):
            yield Feature(
                fid,
                identity,
                class_key,
                name or "",
                area,
                json.loads(attributes or "{}"),
                shapely.from_wkb(well_known_binary(blob)),
            )

    def _rows(self, question: str, given: Iterable[Any]) -> Iterator[Any]:
        return iter(self._connection().execute(question, tuple(given)))

    def _connection(self) -> sqlite3.Connection:
        known = getattr(self._local, "connection", None)
        if known is None or self._local.process != os.getpid():
            # Immutable: SQLite takes no lock and keeps no journal, so many processes read at full speed.
            known = sqlite3.connect(
                f"file:{self.path}?mode=ro&immutable=1", uri=True, check_same_thread=False
            )
            known.execute(f"PRAGMA mmap_size = {_MAPPED}")
            self._local.connection, self._local.process = known, os.getpid()
        return known


def _outlines(rows: Sequence[tuple[int, str, float, bytes]]) -> Outlines:
    fids, classes, areas, blobs = zip(*rows, strict=True) if rows else ((), (), (), ())
    return (
        np.asarray(fids, dtype=np.int64),
        np.asarray(classes, dtype=object),
        np.asarray(areas, dtype=np.float64),
        shapely.from_wkb(np.asarray([well_known_binary(blob) for blob in blobs], dtype=object)),
    )


def well_known_binary(blob: bytes) -> bytes:
    """The WKB inside a GeoPackage geometry.

    Raises
    ------
    LayerFileUnreadable
        When the blob does not begin as the standard says.
    """
    if blob[:2] != b"GP":
        raise LayerFileUnreadable(
            Text(zh="几何不是 GeoPackage 编码。", en="A geometry is not encoded as GeoPackage.")
        )
    return blob[8 + ENVELOPE_BYTES[(blob[3] >> 1) & 7] :]
