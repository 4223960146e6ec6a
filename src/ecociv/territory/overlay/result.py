"""The patches of an overlay, what was found on the way, and the table by pair of classes."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ecociv.core.trace import Trace
from ecociv.standards.land import AdjustedAreas, adjust_areas, ledger_area
from ecociv.territory.overlay.cleaning import Note
from ecociv.territory.overlay.kernel import NOBODY
from ecociv.territory.overlay.overlaps import SelfOverlaps
from ecociv.territory.overlay.parts import Numbers
from ecociv.territory.overlay.plane import Floats, Geometries

Flags = NDArray[np.bool_]

DIGESTED = 50_000
"""Patches that are written and digested at a time."""


@dataclass(frozen=True, eq=False)
class Side:
    """One layer: ids and class values of its features in their order (None is a missing class), and the notes of cleaning."""

    ids: NDArray[Any]
    classes: NDArray[Any]
    notes: tuple[Note, ...] = ()

    @property
    def left_out(self) -> int:
        """Features that take no part."""
        return sum(note.remark.left_out for note in self.notes)

    @property
    def repaired(self) -> int:
        """Features whose geometry was repaired."""
        return sum(not note.remark.left_out for note in self.notes)


@dataclass(frozen=True, eq=False)
class Report:
    """What was found beside the patches.

    Attributes
    ----------
    overlaps_a, overlaps_b : SelfOverlaps or None
        Pairs of features (places in the layer) that share area within one layer; None where it was not looked for.
    resolved : bool
        Whether double cover was resolved (the earlier feature keeps what two share) or only reported.
    contacts, dropped : int
        Pairs that only touch; points and lines beside areas.
    rounding : float
        m2 lost or gained between parts and wholes by rounding (known where remainders were asked for).
    """

    overlaps_a: SelfOverlaps | None
    overlaps_b: SelfOverlaps | None
    resolved: bool
    contacts: int
    dropped: int
    rounding: float

    @property
    def double_counted(self) -> bool:
        """Whether some area may be in more than one patch: a layer overlaps itself and that was not resolved."""
        if self.resolved:
            return False
        return any(found is not None and len(found.first) for found in (self.overlaps_a, self.overlaps_b))


@dataclass(frozen=True)
class SummaryRow:
    """One pair of classes. Areas are rounded and balanced: all areas of a summary add up to its total exactly.

    Attributes
    ----------
    class_a, class_b : str or None
        None is a missing class; a layer that takes no part in the row is told by `in_a`, `in_b`.
    patches, slivers : int
        Patches (without slivers), and pieces below the tolerance.
    area, sliver_area : Decimal
        m2 of either.
    """

    class_a: str | None
    class_b: str | None
    in_a: bool
    in_b: bool
    patches: int
    area: Decimal
    slivers: int
    sliver_area: Decimal


@dataclass(frozen=True, eq=False)
class Summary:
    """Areas by pair of classes.

    Attributes
    ----------
    total : Decimal
        m2, the sum of all pieces rounded once.
    measured : float
        The same before rounding.
    """

    rows: tuple[SummaryRow, ...]
    total: Decimal
    measured: float
    adjusted: AdjustedAreas | None

    @property
    def sliver_total(self) -> Decimal:
        """m2 of the slivers, a part of `total`."""
        return sum((row.sliver_area for row in self.rows), Decimal("0.00"))

    def trace(self) -> Trace | None:
        """How the residual of rounding was shared out; None where there is no area."""
        return None if self.adjusted is None else self.adjusted.trace()


@dataclass(frozen=True, eq=False)
class PatchTable:
    """Columns of the patches without their geometry, in the order of features of the first layer, then of the second.

    Attributes
    ----------
    feature_a, feature_b : array of int64
        Places in the layers; -1 where a patch lies in one layer only.
    area, width : array of float64
        m2 on the ellipsoid, unrounded; mean width in m.
    sliver : array of bool
        Below the tolerance in area or width.
    """

    a: Side
    b: Side
    feature_a: Numbers
    feature_b: Numbers
    area: Floats
    width: Floats
    sliver: Flags
    report: Report

    def __len__(self) -> int:
        return len(self.area)

    @property
    def total(self) -> float:
        """m2 of all pieces, exactly added and rounded once to a float."""
        return math.fsum(self.area)

    def ids(self, first: bool) -> NDArray[Any]:
        """Ids of the features of one layer for each patch; None where a patch lies outside it."""
        side, feature = (self.a, self.feature_a) if first else (self.b, self.feature_b)
        return _of_features(side.ids, feature)

    def classes(self, first: bool) -> NDArray[Any]:
        """Class values of one layer for each patch; None where it is missing or a patch lies outside."""
        side, feature = (self.a, self.feature_a) if first else (self.b, self.feature_b)
        return _of_features(side.classes, feature)

    def summary(self) -> Summary:
        """Areas by pair of classes in rounded m2 that add up to the rounded total."""
        codes_a, names_a = _codes(self.a.classes, self.feature_a)
        codes_b, names_b = _codes(self.b.classes, self.feature_b)
        key = codes_a * len(names_b) + codes_b
        order = np.lexsort((self.sliver, key))
        kinds = key[order] * 2 + self.sliver[order]
        begins = np.flatnonzero(np.append(True, np.diff(kinds) != 0)[: len(kinds)])
        ends = np.append(begins[1:], len(kinds))[: len(begins)]
        sums: dict[int, list[float]] = {}
        counts: dict[int, list[int]] = {}
        for begin, end in zip(begins, ends, strict=True):
            pair, small = divmod(int(kinds[begin]), 2)
            sums.setdefault(pair, [0.0, 0.0])[small] = math.fsum(self.area[order[begin:end]])
            counts.setdefault(pair, [0, 0])[small] = int(end - begin)
        measured = self.total
        total = ledger_area(measured)
        pairs = sorted(sums)
        flat = [value for pair in pairs for value in sums[pair]]
        adjusted = adjust_areas(flat, total) if measured > 0 else None
        values: Sequence[Decimal] = adjusted.value if adjusted is not None else [total * 0] * len(flat)
        rows = []
        for place, pair in enumerate(pairs):
            one, other = divmod(pair, len(names_b))
            rows.append(
                SummaryRow(
                    names_a[one],
                    names_b[other],
                    one < len(names_a) - 1,
                    other < len(names_b) - 1,
                    counts[pair][0],
                    values[2 * place],
                    counts[pair][1],
                    values[2 * place + 1],
                )
            )
        return Summary(tuple(rows), total, measured, adjusted)

    def digest_with(self, batches: Iterable[list[bytes]]) -> str:
        """SHA-256 over every patch: ids, classes, area, and the geometry as well-known binary.

        `batches` are the geometries, `DIGESTED` at a time.
        """
        running = Digest(self)
        for batch in batches:
            running.add(batch)
        return running.hexdigest()


class Digest:
    """The digest of a table of patches, as its geometries come."""

    def __init__(self, table: PatchTable) -> None:
        self._columns = table.ids(True), table.ids(False), table.classes(True), table.classes(False)
        self._area = np.ascontiguousarray(table.area).astype("<f8")
        self._running, self._done = sha256(), 0

    def add(self, blobs: list[bytes]) -> None:
        """The next geometries: `DIGESTED`, or fewer at the end."""
        here = slice(self._done, self._done + len(blobs))
        for column in self._columns:
            self._running.update(repr(column[here].tolist()).encode())
        self._running.update(self._area[here].tobytes())
        self._running.update(b"".join(blobs))
        self._done += len(blobs)

    def hexdigest(self) -> str:
        """The digest of all that was added."""
        return self._running.hexdigest()


@dataclass(frozen=True, eq=False)
class Patches(PatchTable):
    """Patches with their geometries: an array of polygons in degrees."""

    geometries: Geometries

    def digest(self) -> str:
        """See `PatchTable.digest_with`; it is the same for every engine, number of workers and size of tiles."""
        return self.digest_with(
            shapely.to_wkb(self.geometries[first : first + DIGESTED], byte_order=1).tolist()
            for first in range(0, len(self), DIGESTED)
        )


def _of_features(values: NDArray[Any], feature: Numbers) -> NDArray[Any]:
    known = np.empty(len(values) + 1, dtype=object)
    known[:-1] = [value.item() if isinstance(value, np.generic) else value for value in values]
    return known[feature]  # NOBODY is the last


def _codes(classes: NDArray[Any], feature: Numbers) -> tuple[Numbers, list[str | None]]:
    """A number for each class value in the order of text, then the missing class, then "outside the layer"."""
    assert NOBODY == -1
    present = sorted({str(value) for value in classes if value is not None})
    number = {name: place for place, name in enumerate(present)}
    of_feature = np.array(
        [len(present) if value is None else number[str(value)] for value in classes] + [len(present) + 1],
        dtype=np.int64,
    )
    return of_feature[feature], [*present, None, None]
