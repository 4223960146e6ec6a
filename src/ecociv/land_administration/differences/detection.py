"""Patches on which two plans contradict each other, with areas that add up. Pure: no Django.

The kernel overlays each pair of layers between whose classes the matrix knows a conflict. Where a layer overlaps itself
each pair of classes is overlaid alone and what two features of one class share counts once: ground counts once for a
pair of classes, and none is lost because another class lies over it.
"""

from __future__ import annotations

import datetime as dt
import math
import shutil
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from hashlib import sha256
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from ecociv.core.digests import canonical_json, digest_of_bytes
from ecociv.land_administration.differences.patches import (
    AT_A_TIME,
    OUTSIDE,
    Outlines,
    Pair,
    PatchList,
    Shares,
)
from ecociv.standards.land import adjust_areas, ledger_area
from ecociv.territory.layers.features import Features, areas_of
from ecociv.territory.layers.geopackage import LayerFile
from ecociv.territory.location import polygonal_area
from ecociv.territory.overlay import DoubleCover, PatchTable, Side
from ecociv.territory.overlay.cleaning import clean
from ecociv.territory.overlay.compute import overlay_parts
from ecociv.territory.overlay.engines import Engine, engine
from ecociv.territory.overlay.layers import store_layer
from ecociv.territory.overlay.options import Options
from ecociv.territory.overlay.parts import HeldParts, StoredParts, forget_mapped
from ecociv.territory.rules.conflicts import Conflict, conflict_between


@dataclass(frozen=True, eq=False)
class Plan:
    """One layer that takes part: its key, kind and features, in memory or in the file of a layer."""

    key: str
    kind: str
    features: Features | LayerFile

    def classes(self) -> list[str]:
        """The classes that occur, sorted."""
        if isinstance(self.features, LayerFile):
            return self.features.classes()
        return sorted(set(self.features.classes.tolist()))


@dataclass(frozen=True, eq=False)
class Comparison:
    """Everything that comparing plans came to.

    Attributes
    ----------
    compared : tuple of (str, str)
        Pairs of layers that were overlaid.
    conflicts : dict
        The conflict of each pair of classes that occurs.
    covered_twice : tuple of str
        Layers that overlap themselves.
    """

    patches: PatchList
    compared: tuple[tuple[str, str], ...]
    conflicts: dict[Pair, Conflict]
    total: Decimal
    covered_twice: tuple[str, ...]

    def counts(self) -> Counts:
        """How many patches and slivers, and their areas."""
        found = self.patches
        slivers = int(found.sliver.sum())
        return Counts(len(found) - slivers, found.area(slivers=False), slivers, found.area(slivers=True))

    def digest(self) -> str:
        """SHA-256 over every patch with its geometry; the same for any number of workers."""
        # The canonical form of a list, one row after another: `digest_of_json` of all rows would hold them all.
        running = sha256(b"[")
        for place, one in enumerate(self.patches):
            said = canonical_json(
                [
                    *one.pair,
                    one.identity_a,
                    one.identity_b,
                    one.conflict,
                    str(one.area),
                    one.sliver,
                    [[county, str(area)] for county, area in one.counties],
                    digest_of_bytes(one.binary),
                ]
            )
            running.update(b"," + said if place else said)
        running.update(b"]")
        return running.hexdigest()


@dataclass(frozen=True, slots=True)
class Counts:
    """Patches and slivers with their areas in m2."""

    patches: int
    area: Decimal
    slivers: int
    sliver_area: Decimal


def compare(
    plans: Sequence[Plan],
    counties: Features | None,
    on: dt.date,
    *,
    zone: str,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
) -> Comparison:
    """Overlay every two plans whose classes can conflict on a day.

    Parameters
    ----------
    plans
        In any order: the result does not depend on it.
    counties
        Administrative areas, their identities being division codes; none where there is no such layer.
    progress
        Called with the pairs of layers done and their number.
    """
    ordered = sorted(plans, key=lambda one: one.key)
    tasks = list(_tasks(ordered, on, zone))
    found = _Found()
    for done, task in enumerate(tasks, 1):
        with tempfile.TemporaryDirectory(prefix="ecociv-differences-") as folder, engine(workers) as chosen:
            _overlaid(task, Path(folder), chosen, found)
        forget_mapped()
        if progress is not None:
            progress(done, len(tasks))
    patches, total = found.patches(counties)
    return Comparison(
        patches,
        tuple((task.a.key, task.b.key) for task in tasks),
        {pair: one for task in tasks for pair, one in task.conflicts.items()},
        total,
        tuple(sorted(found.twice)),
    )


@dataclass(frozen=True, eq=False)
class _Task:
    a: Plan
    b: Plan
    conflicts: dict[Pair, Conflict]


def _tasks(plans: Sequence[Plan], on: dt.date, zone: str) -> Iterator[_Task]:
    classes = [plan.classes() for plan in plans]
    for place, a in enumerate(plans):
        for other in range(place + 1, len(plans)):
            b = plans[other]
            found = {
                (a.key, one, b.key, two): conflict
                for one in classes[place]
                for two in classes[other]
                if (conflict := conflict_between(a.kind, one, b.kind, two, on, zone=zone)) is not None
            }
            if found:
                yield _Task(a, b, found)


class _Found:
    """Columns of the patches of all tasks, their outlines in a file."""

    def __init__(self) -> None:
        self.outlines = Outlines()
        self.twice: set[str] = set()
        self._pairs: dict[Pair, str] = {}
        self._names: list[tuple[Any, Any]] = []
        self._columns: list[tuple[Any, ...]] = []

    def take(self, task: _Task, table: PatchTable, order: Any, first: int) -> None:
        """Keep the patches of one overlay; its outlines are those from number `first` on."""
        codes = list(self._pairs) + [pair for pair in task.conflicts if pair not in self._pairs]
        self._pairs |= {pair: one.key for pair, one in task.conflicts.items()}
        number = {(pair[1], pair[3]): codes.index(pair) for pair in task.conflicts}
        names_a, of_a = np.unique(table.a.classes.astype(str), return_inverse=True)
        names_b, of_b = np.unique(table.b.classes.astype(str), return_inverse=True)
        code = np.full((max(1, len(names_a)), max(1, len(names_b))), -1, dtype=np.int32)
        for (one, two), place in number.items():
            row, column = np.flatnonzero(names_a == one), np.flatnonzero(names_b == two)
            if row.size and column.size:
                code[row[0], column[0]] = place
        if not len(table):
            return
        pair = code[of_a[table.feature_a], of_b[table.feature_b]]
        kept = np.flatnonzero(pair >= 0)
        self._columns.append(
            (
                np.full(len(kept), len(self._names), dtype=np.int32),
                pair[kept],
                table.feature_a[kept],
                table.feature_b[kept],
                table.area[kept],
                table.width[kept],
                table.sliver[kept],
                np.asarray(order)[kept] + first,
            )
        )
        self._names.append((table.a.ids, table.b.ids))

    def patches(self, counties: Features | None) -> tuple[PatchList, Decimal]:
        """All of them in their final order with ledger areas, and the total."""
        none: tuple[Any, ...] = (
            *(np.empty(0, dtype=np.int32),) * 2,
            *(np.empty(0, dtype=np.int64),) * 2,
            *(np.empty(0),) * 2,
            np.empty(0, dtype=bool),
            np.empty(0, dtype=np.int64),
        )
        columns = [np.concatenate(parts) for parts in zip(none, *self._columns, strict=True)]
        self._columns = []
        order = self._order(columns)
        task, pair, feature_a, feature_b, area, width, sliver, outline = (one[order] for one in columns)
        total = ledger_area(math.fsum(area))
        ledger = adjust_areas(area.tolist(), total).value if total else (Decimal("0.00"),) * len(area)
        hundredths = np.fromiter((int(one.scaleb(2)) for one in ledger), np.int64, len(area))
        del ledger
        shares = Shares()
        for start in range(0, len(area), AT_A_TIME):
            end = min(len(area), start + AT_A_TIME)
            inside = _counties_of(self.outlines.take(outline[start:end]), counties)
            for place, one in enumerate(inside, start):
                shares.add(_shared_out(one, float(area[place]), int(hundredths[place]) * _HUNDREDTHS))
        return (
            PatchList(
                tuple(self._pairs),
                tuple(self._pairs.values()),
                tuple(one for one, _other in self._names),
                tuple(other for _one, other in self._names),
                task,
                pair,
                feature_a,
                feature_b,
                area,
                width,
                sliver,
                outline,
                hundredths,
                shares,
                self.outlines,
            ),
            total,
        )

    def _order(self, columns: Sequence[Any]) -> Any:
        """By pair, identities, bounds, and the larger area first; files, tiles and workers decide nothing."""
        task, pair, feature_a, feature_b, area, _width, _sliver, outline = columns
        codes = {one: place for place, one in enumerate(sorted(self._pairs))}
        ranks = np.asarray([codes[one] for one in self._pairs], dtype=np.int64)
        bounds = self.outlines.bounds[outline]
        identity = []
        for side, feature in enumerate((feature_a, feature_b)):
            rank = np.empty(len(task), dtype=np.int64)
            for number, names in enumerate(self._names):
                mine = task == number
                # Features of a pair come from the same two layers, so ranks within a layer are enough.
                rank[mine] = np.unique(names[side].astype(str), return_inverse=True)[1][feature[mine]]
            identity.append(rank)
        return np.lexsort((-area, *bounds.T[::-1], identity[1], identity[0], ranks[pair]))


def _overlaid(task: _Task, folder: Path, chosen: Engine, found: _Found) -> None:
    classes_a = {pair[1] for pair in task.conflicts}
    classes_b = {pair[3] for pair in task.conflicts}
    outlines = Outlines()
    table, order = _overlay(task, classes_a, classes_b, folder / "all", chosen, DoubleCover.REPORT, outlines)
    if not table.report.double_counted:
        first = found.outlines.adopt(outlines)
        found.take(task, table, order, first)
        return
    for plan, overlaps in ((task.a, table.report.overlaps_a), (task.b, table.report.overlaps_b)):
        if overlaps is not None and len(overlaps.first):
            found.twice.add(plan.key)
    for number, pair in enumerate(task.conflicts):
        first = len(found.outlines)
        where = folder / f"pair-{number}"
        table, order = _overlay(task, {pair[1]}, {pair[3]}, where, chosen, DoubleCover.FIRST, found.outlines)
        found.take(task, table, order, first)
        shutil.rmtree(where)


def _overlay(
    task: _Task,
    classes_a: set[str],
    classes_b: set[str],
    folder: Path,
    chosen: Engine,
    cover: DoubleCover,
    outlines: Outlines,
) -> tuple[PatchTable, Any]:
    parts_a, side_a = _parts(task.a, classes_a, folder / "a")
    parts_b, side_b = _parts(task.b, classes_b, folder / "b")
    return overlay_parts(parts_a, parts_b, side_a, side_b, Options(double_cover=cover), chosen, outlines)


def _parts(plan: Plan, classes: set[str], folder: Path) -> tuple[StoredParts, Side]:
    """The features of some classes by identity, so that the order of a file decides nothing."""
    if isinstance(plan.features, LayerFile):
        return store_layer(plan.features, classes, folder)
    said = plan.features
    rows = np.flatnonzero(np.isin(said.classes.astype(str), sorted(classes)))
    rows = rows[np.argsort(said.identities[rows].astype(str), kind="stable")]
    cleaned = clean(said.geometries[rows])
    folder.mkdir(parents=True)
    return (
        StoredParts.of(HeldParts(cleaned.polygons, cleaned.feature), folder),
        Side(said.identities[rows], said.classes[rows], cleaned.notes),
    )


def _counties_of(shapes: Any, counties: Features | None) -> list[list[tuple[str, float]]]:
    """Share of each shape in each county, 0 to 1."""
    if counties is None or not len(shapes):
        return [[] for _shape in shapes]
    given = np.asarray(shapes, dtype=object)
    found: list[list[tuple[str, float]]] = [[] for _shape in shapes]
    tree = shapely.STRtree(given)
    wholes = areas_of(given)
    for place, county in enumerate(counties.geometries):
        shapely.prepare(county)
        for row in np.sort(tree.query(county, predicate="intersects")):
            if wholes[row] <= 0:
                continue
            inside = bool(shapely.covers(county, given[row]))
            share = 1.0 if inside else polygonal_area(shapely.intersection(county, given[row])) / wholes[row]
            if share > 0:
                found[row].append((str(counties.identities[place]), min(1.0, float(share))))
    return found


_HUNDREDTHS = Decimal("0.01")
_NOISE = 1e-9
"""Share of a patch that rounding of coordinates leaves outside every county."""


def _shared_out(
    shares: list[tuple[str, float]], measured: float, area: Decimal
) -> tuple[tuple[str, Decimal], ...]:
    outside = 1.0 - math.fsum(share for _county, share in shares)
    parts = [*shares, *([(OUTSIDE, outside)] if outside > _NOISE else [])]
    if len(parts) == 1:
        return ((parts[0][0], area),)
    if not area or measured <= 0:
        largest = max(parts, key=lambda one: one[1])[0] if parts else OUTSIDE
        return ((largest, area),)
    divided = adjust_areas([share * measured for _county, share in parts], area).value
    named = zip((county for county, _share in parts), divided, strict=True)
    return tuple(sorted(named, key=lambda one: (-one[1], one[0] == OUTSIDE, one[0])))
