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


@dataclass(frozen=True, eq=False)
class Overview:
    """Columns over all features in the order of a space-filling curve, and the names of the classes.

    Attributes
    ----------
    numbers : (5, n) float32
        West, south, east, north in degrees; area in m2.
    marks : (2, n) int32
        Row in the file; place of the class in ``classes``.
    """

    numbers: NDArray[np.float32]
    marks: NDArray[np.int32]
    classes: tuple[str, ...]

    def meeting(self, west: float, south: float, east: float, north: float) -> Overview:
        """The features whose box meets a box."""
        n = self.numbers
        mask = (n[0] <= east) & (n[2] >= west) & (n[1] <= north) & (n[3] >= south)
        return self.only(mask)

    def only(self, mask: NDArray[np.bool_]) -> Overview:
        """The features that a mask names."""
        if mask.all():
            return self
        places = np.flatnonzero(mask)
        return Overview(self.numbers[:, places], self.marks[:, places], self.classes)

    def middles(self) -> NDArray[np.float64]:
        """Longitude and latitude of the middle of each box, shape (n, 2)."""
        n = self.numbers
        return np.column_stack([(n[0].astype(float) + n[2]) / 2, (n[1].astype(float) + n[3]) / 2])

    def __len__(self) -> int:
        return int(self.numbers.shape[1])


def overview_of(file: LayerFile, folder: Path) -> Overview:
    """The overview of a layer file, from memory, from ``folder``, or built now."""
    key = str(file.path)
    with _lock:
        if key in _open:
            _open.move_to_end(key)
            return _open[key]
    found = _read(folder) or build_overview(file, folder)
    with _lock:
        _open[key] = found
        while len(_open) > _KEPT:
            _open.popitem(last=False)
    return found


def is_built(folder: Path) -> bool:
    """Whether the overview is on the disk."""
    return _names(folder)[2].exists()


def _names(folder: Path) -> tuple[Path, Path, Path]:
    begin = f"overview-{_FORM}"
    return folder / f"{begin}-numbers.npy", folder / f"{begin}-marks.npy", folder / f"{begin}.txt"


def _read(folder: Path) -> Overview | None:
    numbers, marks, names = _names(folder)
    try:
        said = names.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    return Overview(np.load(numbers, mmap_mode="r"), np.load(marks, mmap_mode="r"), tuple(said.splitlines()))


def build_overview(file: LayerFile, folder: Path) -> Overview:
    """Write the overview anew.

    Two scans, one of the boxes and one of the rows: a join would look up every row of the tree by itself.
    """
    folder.mkdir(parents=True, exist_ok=True)
    database = sqlite3.connect(f"file:{file.path}?mode=ro&immutable=1", uri=True)
    classes: dict[str, int] = {}
    boxes, rows = [np.empty((0, 5))], [np.empty((0, 3))]
    try:
        asked = database.execute("SELECT id, minx, miny, maxx, maxy FROM rtree_features_geom")
        while some := asked.fetchmany(_AT_A_TIME):
            boxes.append(np.array(some))
        asked = database.execute("SELECT fid, class, area_m2 FROM features")
        while some := asked.fetchmany(_AT_A_TIME):
            rows.append(
                np.array([(fid, classes.setdefault(one, len(classes)), area) for fid, one, area in some])
            )
    finally:
        database.close()
    box, row = np.concatenate(boxes), np.concatenate(rows)
    box, row = box[np.argsort(box[:, 0])], row[np.argsort(row[:, 0])]
    row = row[np.isin(row[:, 0], box[:, 0])]
    order = np.argsort(_curve((box[:, 1] + box[:, 3]) / 2, (box[:, 2] + box[:, 4]) / 2), kind="stable")
    numbers, marks, names = _names(folder)
    _put(numbers, np.ascontiguousarray(np.column_stack([box[:, 1:], row[:, 2]])[order].T, dtype="<f4"))
    _put(marks, np.ascontiguousarray(row[order, :2].T, dtype="<i4"))
    _put(names, "\n".join(classes).encode())
    found = _read(folder)
    assert found is not None
    return found


def _put(path: Path, content: bytes | NDArray[Any]) -> None:
    """Write a file in one step, so that nobody reads half of it."""
    with tempfile.NamedTemporaryFile(dir=path.parent, suffix=".part", delete=False) as part:
        if isinstance(content, bytes):
            part.write(content)
        else:
            np.save(part, content)
    os.chmod(part.name, 0o640)
    os.replace(part.name, path)


def _curve(longitude: NDArray[np.float64], latitude: NDArray[np.float64]) -> NDArray[np.uint64]:
    """Place on the Morton curve, 21 bits each way."""
    code = np.zeros(len(longitude), np.uint64)
    for shift, (given, span, start) in enumerate(((longitude, 360.0, -180.0), (latitude, 180.0, -90.0))):
        value = np.clip((given - start) / span * 2**21, 0, 2**21 - 1).astype(np.uint64)
        for mask, step in (
            (0x1F00000000FFFF, 32), (0x1F0000FF0000FF, 16), (0x100F00F00F00F00F, 8), (0x10C30C30C30C30C3, 4), (0x1249249249249249, 2),
        ):  # fmt: skip
            value = (value | (value << np.uint64(step))) & np.uint64(mask)
        code |= value << np.uint64(shift)
    return code
