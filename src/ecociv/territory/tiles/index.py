"""The overview of a layer: box, class and area of every feature, in memory, so that a low zoom reads no geometry.

A layer of a million polygons takes 30 MB. It is built once from the file (two seconds for a million), kept beside the
tiles, and mapped into memory by every process that serves them.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import threading
from collections import OrderedDict
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecociv.territory.layers.geopackage import LayerFile

_AT_A_TIME = 100_000
_KEPT = 24
_FORM = 1
_lock = threading.Lock()
_open: OrderedDict[str, Overview] = OrderedDict()

RECORD = np.dtype(
    [
        ("fid", "<i4"),
        ("class_", "<u2"),
        ("west", "<f4"),
        ("south", "<f4"),
        ("east", "<f4"),
        ("north", "<f4"),
        ("area", "<f4"),
    ]
)


@dataclass(frozen=True, eq=False)
class Overview:
    """Records of all features in the order of a space-filling curve, and the names of the classes."""

    records: NDArray[Any]
    classes: tuple[str, ...]

    def meeting(self, west: float, south: float, east: float, north: float) -> NDArray[Any]:
        """Records whose box meets a box."""
        r = self.records
        mask = (r["west"] <= east) & (r["east"] >= west) & (r["south"] <= north) & (r["north"] >= south)
        return np.asarray(r[mask])


def overview_of(file: LayerFile, folder: Path) -> Overview:
    """The overview of a layer file, from memory, from ``folder``, or built now."""
    key = str(file.path)
    with _lock:
        if key in _open:
            _open.move_to_end(key)
            return _open[key]
    found = _read(folder) or _build(file, folder)
    with _lock:
        _open[key] = found
        while len(_open) > _KEPT:
            _open.popitem(last=False)
    return found


def _read(folder: Path) -> Overview | None:
    path = folder / f"overview-{_FORM}.npy"
    names = folder / f"overview-{_FORM}.txt"
    if not (path.exists() and names.exists()):
        return None
    return Overview(np.load(path, mmap_mode="r"), tuple(names.read_text(encoding="utf-8").splitlines()))


def _build(file: LayerFile, folder: Path) -> Overview:
    folder.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(f"file:{file.path}?mode=ro&immutable=1", uri=True)
    classes: dict[str, int] = {}
    parts = [np.empty(0, RECORD)]
    try:
        rows = database.execute(
            "SELECT f.fid, f.class, r.minx, r.miny, r.maxx, r.maxy, f.area_m2 "
            "FROM features AS f JOIN rtree_features_geom AS r ON r.id = f.fid"
        )
        while some := rows.fetchmany(_AT_A_TIME):
            parts.append(
                np.array([(row[0], classes.setdefault(row[1], len(classes)), *row[2:]) for row in some], RECORD)
            )
    finally:
        database.close()
    records = np.concatenate(parts)
    records = records[np.argsort(_curve(records), kind="stable")]
    names = tuple(classes)
    with tempfile.NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part:
        np.save(part, records)
    os.chmod(part.name, 0o640)
    _put(folder / f"overview-{_FORM}.txt", "\n".join(names).encode())
    os.replace(part.name, folder / f"overview-{_FORM}.npy")
    return Overview(np.load(folder / f"overview-{_FORM}.npy", mmap_mode="r"), names)


def _put(path: Path, content: bytes) -> None:
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        part.write(content)
    os.chmod(part.name, 0o640)
    os.replace(part.name, path)


def _curve(records: NDArray[Any]) -> NDArray[np.uint64]:
    """Place on the Morton curve of the middle of each box, 21 bits each way."""
    code = np.zeros(len(records), np.uint64)
    for shift, (low, high, span, start) in enumerate((("west", "east", 360.0, -180.0), ("south", "north", 180.0, -90.0))):
        middle = (records[low].astype(float) + records[high]) / 2
        value = np.clip((middle - start) / span * 2**21, 0, 2**21 - 1).astype(np.uint64)
        for mask, step in (
            (0x1F00000000FFFF, 32), (0x1F0000FF0000FF, 16), (0x100F00F00F00F00F, 8), (0x10C30C30C30C30C3, 4), (0x1249249249249249, 2),
        ):  # fmt: skip
            value = (value | (value << np.uint64(step))) & np.uint64(mask)
        code |= value << np.uint64(shift)
    return code
