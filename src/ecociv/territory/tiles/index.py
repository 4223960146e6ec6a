"""The overview of a layer: box, middle, class and area of every feature, in memory, so that a low zoom reads no geometry.

A layer of a million polygons takes 36 MB. It is built once from the file (three seconds for a million), kept beside the
tiles, and mapped into memory by every process that serves them. Features stand in the order of a space-filling curve over
the projection: those of one place, at any zoom, stand beside each other, and a window looks only at the blocks that it meets.
"""

from __future__ import annotations

import os
import sqlite3
import tempfile
import threading
from collections import OrderedDict
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecociv.territory.layers.geopackage import LayerFile
from ecociv.territory.tiles.grid import share_of_the_world, world_units

_AT_A_TIME = 100_000
_BLOCK = 512
"""Features whose boxes are looked at together."""

_KEPT = 24
_FORM = 2
_lock = threading.Lock()
_open: OrderedDict[str, Overview] = OrderedDict()


@dataclass(frozen=True, eq=False)
class Overview:
    """Columns over all features in the order of a space-filling curve, and the names of the classes.

    Attributes
    ----------
    numbers : (5, n) float32
        West, south, east, north in degrees; area as a share of the square of the projection, at the feature's latitude.
    middles : (2, n) uint32
        Middle of the box on the projection, east and south of its corner, 2**32 across.
    marks : (2, n) int32
        Row in the file; place of the class in ``classes``.
    """

    numbers: NDArray[np.float32]
    middles: NDArray[np.uint32]
    marks: NDArray[np.int32]
    classes: tuple[str, ...]

    def meeting(self, west: float, south: float, east: float, north: float) -> Overview:
        """The features whose box meets a box."""

        def meet(boxes: NDArray[np.float32]) -> NDArray[np.bool_]:
            found = (boxes[0] <= east) & (boxes[2] >= west) & (boxes[1] <= north) & (boxes[3] >= south)
            return np.asarray(found)

        blocks = np.flatnonzero(meet(self._blocks))
        if len(blocks) == self._blocks.shape[1]:
            return self.only(meet(self.numbers))
        places = (blocks[:, None] * _BLOCK + np.arange(_BLOCK)).ravel()
        places = places[places < len(self)]
        return self._at(places[meet(self.numbers[:4, places])])

    @cached_property
    def _blocks(self) -> NDArray[np.float32]:
        begins = np.arange(0, len(self), _BLOCK)
        least = np.minimum.reduceat(self.numbers[:2], begins, axis=1) if len(begins) else self.numbers[:2]
        most = np.maximum.reduceat(self.numbers[2:4], begins, axis=1) if len(begins) else self.numbers[2:4]
        return np.concatenate([least, most])

    def only(self, mask: NDArray[np.bool_]) -> Overview:
        """The features that a mask names."""
        return self if mask.all() else self._at(np.flatnonzero(mask))

    def _at(self, places: NDArray[np.int64]) -> Overview:
        return Overview(self.numbers[:, places], self.middles[:, places], self.marks[:, places], self.classes)

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
    return _names(folder)[-1].exists()


def _names(folder: Path) -> tuple[Path, Path, Path, Path]:
    begin = f"overview-{_FORM}"
    numbers, middles, marks = (folder / f"{begin}-{what}.npy" for what in ("numbers", "middles", "marks"))
    return numbers, middles, marks, folder / f"{begin}.txt"


def _read(folder: Path) -> Overview | None:
    *arrays, names = _names(folder)
    try:
        said = names.read_text(encoding="utf-8")
    except FileNotFoundError:
        return None
    numbers, middles, marks = (np.load(path, mmap_mode="r") for path in arrays)
    return Overview(numbers, middles, marks, tuple(said.splitlines()))


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
    latitude = (box[:, 2] + box[:, 4]) / 2
    middle = world_units((box[:, 1] + box[:, 3]) / 2, latitude)
    share = share_of_the_world(row[:, 2], latitude)
    order = np.argsort(curve(*middle), kind="stable")
    numbers, middles, marks, names = _names(folder)
    _put(numbers, np.ascontiguousarray(np.column_stack([box[:, 1:], share])[order].T, dtype="<f4"))
    _put(middles, np.ascontiguousarray(middle[:, order], dtype="<u4"))
    _put(marks, np.ascontiguousarray(row[order, :2].T, dtype="<i4"))
    _put(names, "\n".join(classes).encode())
    for old in set(folder.glob("overview-*")) - set(_names(folder)):
        old.unlink(missing_ok=True)
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


def curve(east: NDArray[np.uint32], south: NDArray[np.uint32]) -> NDArray[np.uint64]:
    """Place on the Morton curve: the bits of both numbers in turn.

    >>> curve(np.array([0, 1, 0, 1], np.uint32), np.array([0, 0, 1, 1], np.uint32)).tolist()
    [0, 1, 2, 3]
    """
    code = np.zeros(len(east), np.uint64)
    for shift, given in enumerate((east, south)):
        value = given.astype(np.uint64)
        for mask, step in (
            (0x0000FFFF0000FFFF, 16), (0x00FF00FF00FF00FF, 8), (0x0F0F0F0F0F0F0F0F, 4), (0x3333333333333333, 2), (0x5555555555555555, 1),
        ):  # fmt: skip
            value = (value | (value << np.uint64(step))) & np.uint64(mask)
        code |= value << np.uint64(shift)
    return code
