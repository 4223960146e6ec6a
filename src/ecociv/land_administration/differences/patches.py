"""The patches of a comparison as columns, their outlines outside of memory. Pure: no Django.

A run over two layers of a city has some hundred thousand patches. What is asked of all at once (areas, the order, which
are slivers) stands in arrays; outlines wait in a file that has no name and goes away with the list.
"""

from __future__ import annotations

import shutil
import tempfile
from array import array
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, overload

import numpy as np
import shapely
from numpy.typing import NDArray

from ecociv.territory.overlay.kernel import Packed
from ecociv.territory.overlay.plane import Floats, Geometries

Pair = tuple[str, str, str, str]
"""Layer and class, layer and class: what a patch is about."""
OUTSIDE = ""
"""Stands for ground in no county."""
IN_MEMORY = 8 * 1024**2
"""Bytes of outlines below which no file is made."""
AT_A_TIME = 5_000
"""Outlines that are looked at together."""
_HUNDREDTHS = Decimal("0.01")


class Outlines:
    """Outlines by number, written once each; a keeper of the overlay."""

    def __init__(self) -> None:
        self._file = tempfile.SpooledTemporaryFile(max_size=IN_MEMORY)  # noqa: SIM115 - closed with the list
        self._ends: list[NDArray[np.int64]] = []
        self._bounds: list[Floats] = []
        self._end = 0
        self._starts: NDArray[np.int64] | None = None

    def add(self, geometries: Geometries | Packed) -> None:
        """Keep some more."""
        packed = geometries if isinstance(geometries, Packed) else Packed.of(geometries)
        if len(packed.offsets) < 2:
            return
        shapes = shapely.from_wkb(packed.blobs()) if isinstance(geometries, Packed) else geometries
        self._bounds.append(np.asarray(shapely.bounds(shapes)).reshape(-1, 4))
        self._file.seek(self._end)
        self._file.write(packed.data)
        self._ends.append(np.asarray(packed.offsets[1:]) + self._end)
        self._end += len(packed.data)
        self._starts = None

    def adopt(self, other: Outlines) -> int:
        """Take over all outlines of another; returns the number of the first."""
        first = len(self)
        other._file.seek(0)
        self._file.seek(self._end)
        shutil.copyfileobj(other._file, self._file, IN_MEMORY)
        self._ends += [ends + self._end for ends in other._ends]
        self._bounds += other._bounds
        self._end += other._end
        self._starts = None
        other._file.close()
        return first

    def __len__(self) -> int:
        return sum(map(len, self._ends))

    @property
    def bounds(self) -> Floats:
        """Least and greatest coordinates of each."""
        return np.concatenate([np.empty((0, 4)), *self._bounds])

    def binary(self, number: int) -> bytes:
        """Well-known binary of one."""
        if self._starts is None:
            self._starts = np.concatenate([np.zeros(1, dtype=np.int64), *self._ends])
        self._file.seek(int(self._starts[number]))
        return self._file.read(int(self._starts[number + 1] - self._starts[number]))

    def take(self, numbers: Sequence[int] | NDArray[Any]) -> Geometries:
        """Some, in the order asked for."""
        made = np.empty(len(numbers), dtype=object)
        made[:] = shapely.from_wkb([self.binary(int(number)) for number in numbers])
        return made


@dataclass(frozen=True, eq=False)
class Patch:
    """One connected piece of ground on which two features contradict each other.

    Attributes
    ----------
    measured, width : float
        m2 on the ellipsoid, unrounded; mean width in m.
    area : Decimal
        m2 of the ledger: all areas of a run add up to its total.
    sliver : bool
        Below the declared tolerance: counted apart.
    counties : tuple of (str, Decimal)
        Area in each county, the largest first; ``""`` is outside all. They add up to `area`.
    """

    pair: Pair
    identity_a: str
    identity_b: str
    conflict: str
    measured: float
    width: float
    area: Decimal
    sliver: bool
    counties: tuple[tuple[str, Decimal], ...]
    outlines: Outlines
    outline: int

    @property
    def county(self) -> str:
        """The county with the largest part."""
        return self.counties[0][0] if self.counties else OUTSIDE

    @property
    def geometry(self) -> shapely.Geometry:
        """Its outline in degrees, read when it is asked for."""
        return self.outlines.take([self.outline])[0]

    @property
    def binary(self) -> bytes:
        """Well-known binary of its outline."""
        return self.outlines.binary(self.outline)


class Shares:
    """Areas by county of many patches, in hundredths of m2."""

    def __init__(self) -> None:
        self._names: dict[str, int] = {}
        self._county = array("i")
        self._hundredths = array("q")
        self._ends = array("q", [0])

    def add(self, counties: tuple[tuple[str, Decimal], ...]) -> None:
        """Those of the next patch."""
        for name, area in counties:
            self._county.append(self._names.setdefault(name, len(self._names)))
            self._hundredths.append(int(area.scaleb(2)))
        self._ends.append(len(self._county))

    def of(self, place: int) -> tuple[tuple[str, Decimal], ...]:
        """Those of one patch, as they were added."""
        names = tuple(self._names)
        return tuple(
            (names[self._county[one]], self._hundredths[one] * _HUNDREDTHS)
            for one in range(self._ends[place], self._ends[place + 1])
        )


@dataclass(frozen=True, eq=False)
class PatchList(Sequence[Patch]):
    """Patches in the order of a run; each is made when it is asked for.

    Attributes
    ----------
    pairs, conflicts : sequences
        What occurs, by the numbers in `pair`.
    names_a, names_b : sequences of arrays
        Identities of the features by the numbers in `task` and `feature_a`, `feature_b`.
    hundredths : array of int64
        Ledger areas in hundredths of m2.
    shares : Shares
        Areas by county of each.
    """

    pairs: tuple[Pair, ...]
    conflicts: tuple[str, ...]
    names_a: tuple[NDArray[Any], ...]
    names_b: tuple[NDArray[Any], ...]
    task: NDArray[np.int32]
    pair: NDArray[np.int32]
    feature_a: NDArray[np.int64]
    feature_b: NDArray[np.int64]
    measured: Floats
    width: Floats
    sliver: NDArray[np.bool_]
    outline: NDArray[np.int64]
    hundredths: NDArray[np.int64]
    shares: Shares
    outlines: Outlines

    def __len__(self) -> int:
        return len(self.pair)

    @overload
    def __getitem__(self, place: int) -> Patch: ...
    @overload
    def __getitem__(self, place: slice) -> list[Patch]: ...
    def __getitem__(self, place: int | slice) -> Patch | list[Patch]:
        if isinstance(place, slice):
            return [self._made(one) for one in range(*place.indices(len(self)))]
        if not -len(self) <= place < len(self):
            raise IndexError(f"there are {len(self)} patches, none has the place {place}")
        return self._made(place % len(self))

    def __iter__(self) -> Iterator[Patch]:
        return (self._made(place) for place in range(len(self)))

    def by_pair(self) -> Iterator[tuple[Pair, NDArray[Any]]]:
        """Places of the patches of each pair of classes that occurs."""
        for number, pair in enumerate(self.pairs):
            places = np.flatnonzero(self.pair == number)
            if len(places):
                yield pair, places

    def area(self, *, slivers: bool) -> Decimal:
        """Ledger area in m2 of the patches that count, or of the slivers."""
        return int(self.hundredths[self.sliver == slivers].sum()) * _HUNDREDTHS

    def geometries(self, places: Sequence[int] | NDArray[Any]) -> Geometries:
        """Outlines of some patches."""
        return self.outlines.take(self.outline[np.asarray(places, dtype=np.int64)])

    def _made(self, place: int) -> Patch:
        task, pair = int(self.task[place]), int(self.pair[place])
        return Patch(
            self.pairs[pair],
            str(self.names_a[task][self.feature_a[place]]),
            str(self.names_b[task][self.feature_b[place]]),
            self.conflicts[pair],
            float(self.measured[place]),
            float(self.width[place]),
            int(self.hundredths[place]) * _HUNDREDTHS,
            bool(self.sliver[place]),
            self.shares.of(place),
            self.outlines,
            int(self.outline[place]),
        )
