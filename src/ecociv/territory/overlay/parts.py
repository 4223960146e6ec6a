"""The polygons of a layer, single and valid, in the plane: held in memory, or in files that every process maps."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import shapely
from numpy.typing import NDArray

from ecociv.territory.overlay.plane import Floats, Geometries, areas

Numbers = NDArray[np.int64]
_COLUMNS = ("feature", "bounds", "vertices", "area", "segment", "within")
_SEGMENT = ("vertices", "rings", "members")


class Parts(Protocol):
    """Single polygons with their numbers 0, 1, ...

    Attributes
    ----------
    feature : array of int64
        Place of the feature of each part in its layer.
    bounds : array of shape (n, 4)
        Least and greatest coordinates of the plane; NaN for a part that another has replaced.
    vertices : array of int64
    area : array of float64
        m2.
    """

    @property
    def feature(self) -> Numbers: ...
    @property
    def bounds(self) -> Floats: ...
    @property
    def vertices(self) -> Numbers: ...
    @property
    def area(self) -> Floats: ...

    def take(self, numbers: Numbers) -> Geometries:
        """The polygons with these numbers."""
        ...

    def replaced(self, old: Numbers, polygons: Geometries, feature: Numbers) -> Parts:
        """The same with other polygons instead of the numbers `old`."""
        ...


@dataclass(frozen=True, eq=False)
class HeldParts:
    """Polygons in memory."""

    polygons: Geometries
    feature: Numbers

    @cached_property
    def bounds(self) -> Floats:
        """See `Parts`."""
        return np.asarray(shapely.bounds(self.polygons)).reshape(-1, 4)

    @cached_property
    def vertices(self) -> Numbers:
        """See `Parts`."""
        return np.asarray(shapely.get_num_coordinates(self.polygons)).astype(np.int64)

    @cached_property
    def area(self) -> Floats:
        """See `Parts`."""
        return areas(self.polygons)

    def take(self, numbers: Numbers) -> Geometries:
        """See `Parts`."""
        return self.polygons[numbers]

    def replaced(self, old: Numbers, polygons: Geometries, feature: Numbers) -> HeldParts:
        """The same with other polygons instead of the numbers `old`."""
        kept = self.polygons.copy()
        kept[old] = shapely.from_wkt("POLYGON EMPTY")
        return HeldParts(np.concatenate([kept, polygons]), np.concatenate([self.feature, feature]))


def write_segment(path: Path, polygons: Geometries) -> None:
    """Write polygons of the plane as flat arrays that can be mapped."""
    if len(polygons):
        _, vertices, (rings, members) = shapely.to_ragged_array(polygons, include_z=True)
    else:
        vertices, rings, members = np.empty((0, 3)), np.zeros(1), np.zeros(1)
    for name, column in zip(
        _SEGMENT, (vertices, rings.astype(np.int64), members.astype(np.int64)), strict=True
    ):
        np.save(f"{path}.{name}.npy", column)


@lru_cache(maxsize=4096)
def _mapped(path: str) -> NDArray[Any]:
    """A file of numbers, mapped once in each process; files never change once they are written."""
    found: NDArray[Any] = np.load(path, mmap_mode="r")
    return found


def forget_mapped() -> None:
    """Let go of the files that this process has mapped, so that those removed since give their room back."""
    _mapped.cache_clear()


@dataclass(frozen=True)
class StoredParts:
    """Polygons in a folder: one index, and segments of flat coordinates.

    A process that is given this object maps the files; nothing but the path travels.
    """

    folder: str
    generation: int = 0

    @classmethod
    def write_index(cls, folder: Path, columns: dict[str, NDArray[Any]], generation: int = 0) -> StoredParts:
        """Close a folder whose segments are written. `columns`: feature, bounds, vertices, area, segment, within."""
        for name in _COLUMNS:
            np.save(folder / f"index-{generation}.{name}.npy", columns[name])
        return cls(str(folder), generation)

    @classmethod
    def of(cls, held: HeldParts, folder: Path) -> StoredParts:
        """Store what is in memory, for other processes."""
        write_segment(folder / segment_name(0), held.polygons)
        count = len(held.polygons)
        columns = {name: getattr(held, name) for name in ("feature", "bounds", "vertices", "area")}
        return cls.write_index(
            folder, {**columns, "segment": np.zeros(count, dtype=np.int64), "within": np.arange(count)}
        )

    def _column(self, name: str) -> NDArray[Any]:
        return _mapped(f"{self.folder}/index-{self.generation}.{name}.npy")

    @property
    def feature(self) -> Numbers:
        """See `Parts`."""
        return self._column("feature")

    @property
    def bounds(self) -> Floats:
        """See `Parts`."""
        return self._column("bounds")

    @property
    def vertices(self) -> Numbers:
        """See `Parts`."""
        return self._column("vertices")

    @property
    def area(self) -> Floats:
        """See `Parts`."""
        return self._column("area")

    def take(self, numbers: Numbers) -> Geometries:
        """See `Parts`."""
        made = np.empty(len(numbers), dtype=object)
        segment, within = self._column("segment")[numbers], self._column("within")[numbers]
        for name in np.unique(segment):
            chosen = np.flatnonzero(segment == name)
            made[chosen] = self._from_segment(int(name), np.asarray(within[chosen]))
        return made

    def _from_segment(self, name: int, within: Numbers) -> Geometries:
        path = f"{self.folder}/{segment_name(name)}"
        vertices, rings, members = (_mapped(f"{path}.{part}.npy") for part in _SEGMENT)
        ring_of, member_offsets = _ranges(members[within], members[within + 1])
        vertex_of, ring_offsets = _ranges(rings[ring_of], rings[ring_of + 1])
        return np.asarray(
            shapely.from_ragged_array(
                shapely.GeometryType.POLYGON, vertices[vertex_of], (ring_offsets, member_offsets)
            )
        )

    def replaced(self, old: Numbers, polygons: Geometries, feature: Numbers) -> StoredParts:
        """The same with other polygons instead of the numbers `old`, which lose their bounds."""
        columns = {name: np.array(self._column(name)) for name in _COLUMNS}
        name = int(columns["segment"].max(initial=-1)) + 1
        folder = Path(self.folder)
        write_segment(folder / segment_name(name), polygons)
        columns["bounds"][old] = np.nan
        columns["area"][old] = 0.0
        columns["vertices"][old] = 0
        added = HeldParts(polygons, feature)
        new = {
            "feature": feature,
            "bounds": added.bounds,
            "vertices": added.vertices,
            "area": added.area,
            "segment": np.full(len(polygons), name),
            "within": np.arange(len(polygons)),
        }
        together = {key: np.concatenate([columns[key], new[key]]) for key in _COLUMNS}
        return self.write_index(folder, together, self.generation + 1)


def segment_name(number: int) -> str:
    """Beginning of the names of the files of a segment."""
    return f"segment-{number:06d}"


def _ranges(starts: Numbers, ends: Numbers) -> tuple[Numbers, Numbers]:
    """Every number of the ranges one after another, and the offset of each range."""
    counts = ends - starts
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return np.arange(offsets[-1]) + np.repeat(starts - offsets[:-1], counts), offsets
