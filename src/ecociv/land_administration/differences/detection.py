"""Patches on which two plans contradict each other, with areas that add up. Pure: no Django.

The kernel overlays each pair of layers between whose classes the matrix knows a conflict. Where a layer overlaps itself
each pair of classes is overlaid alone and what two features of one class share counts once: ground counts once for a
pair of classes, and none is lost because another class lies over it.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import shapely

from ecociv.core.digests import digest_of_bytes, digest_of_json
from ecociv.standards.land import adjust_areas, ledger_area
from ecociv.territory.layers.features import Features, areas_of
from ecociv.territory.location import polygonal_area
from ecociv.territory.overlay import DoubleCover, Patches, overlay
from ecociv.territory.rules.conflicts import Conflict, conflict_between

Pair = tuple[str, str, str, str]
"""Layer and class, layer and class: what a patch is about."""
OUTSIDE = ""
"""Stands for ground in no county."""


@dataclass(frozen=True, eq=False)
class Plan:
    """One layer that takes part: its key, kind and features."""

    key: str
    kind: str
    features: Features


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
    geometry: shapely.Geometry

    @property
    def county(self) -> str:
        """The county with the largest part."""
        return self.counties[0][0] if self.counties else OUTSIDE


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

    patches: tuple[Patch, ...]
    compared: tuple[tuple[str, str], ...]
    conflicts: dict[Pair, Conflict]
    total: Decimal
    covered_twice: tuple[str, ...]

    def digest(self) -> str:
        """SHA-256 over every patch with its geometry; the same for any number of workers."""
        return digest_of_json(
            [
                [
                    *one.pair,
                    one.identity_a,
                    one.identity_b,
                    one.conflict,
                    str(one.area),
                    one.sliver,
                    [[county, str(area)] for county, area in one.counties],
                    digest_of_bytes(shapely.to_wkb(one.geometry, byte_order=1)),
                ]
                for one in self.patches
            ]
        )


@dataclass(frozen=True, eq=False)
class _Piece:
    pair: Pair
    identity_a: str
    identity_b: str
    conflict: str
    area: float
    width: float
    sliver: bool
    geometry: shapely.Geometry


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
    pieces: list[_Piece] = []
    twice: set[str] = set()
    for done, task in enumerate(tasks, 1):
        pieces.extend(_overlaid(task, workers, twice))
        if progress is not None:
            progress(done, len(tasks))
    pieces.sort(
        key=lambda one: (
            one.pair,
            one.identity_a,
            one.identity_b,
            shapely.bounds(one.geometry).tolist(),
            -one.area,
        )
    )
    total = ledger_area(math.fsum(one.area for one in pieces))
    areas = (
        adjust_areas([one.area for one in pieces], total).value if total else (Decimal("0.00"),) * len(pieces)
    )
    inside = _counties_of([one.geometry for one in pieces], counties)
    patches = tuple(
        Patch(
            one.pair,
            one.identity_a,
            one.identity_b,
            one.conflict,
            one.area,
            one.width,
            area,
            one.sliver,
            _shared_out(shares, one.area, area),
            one.geometry,
        )
        for one, area, shares in zip(pieces, areas, inside, strict=True)
    )
    return Comparison(
        patches,
        tuple((task.a.key, task.b.key) for task in tasks),
        {pair: one for task in tasks for pair, one in task.conflicts.items()},
        total,
        tuple(sorted(twice)),
    )


@dataclass(frozen=True, eq=False)
class _Task:
    a: Plan
    b: Plan
    conflicts: dict[Pair, Conflict]


def _tasks(plans: Sequence[Plan], on: dt.date, zone: str) -> Iterator[_Task]:
    classes = [sorted(set(plan.features.classes.tolist())) for plan in plans]
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


def _overlaid(task: _Task, workers: int, twice: set[str]) -> Iterator[_Piece]:
    classes_a = {pair[1] for pair in task.conflicts}
    classes_b = {pair[3] for pair in task.conflicts}
    found = _overlay(task, classes_a, classes_b, workers, DoubleCover.REPORT)
    if not found.report.double_counted:
        yield from _pieces(task, found)
        return
    for plan, overlaps in ((task.a, found.report.overlaps_a), (task.b, found.report.overlaps_b)):
        if overlaps is not None and len(overlaps.first):
            twice.add(plan.key)
    for pair in task.conflicts:
        yield from _pieces(task, _overlay(task, {pair[1]}, {pair[3]}, workers, DoubleCover.FIRST))


def _overlay(
    task: _Task, classes_a: set[str], classes_b: set[str], workers: int, cover: DoubleCover
) -> Patches:
    chosen = []
    for plan, classes in ((task.a, classes_a), (task.b, classes_b)):
        rows = np.flatnonzero(np.isin(plan.features.classes.astype(str), sorted(classes)))
        # By identity, so that the order of a file decides nothing.
        chosen.append(rows[np.argsort(plan.features.identities[rows].astype(str), kind="stable")])
    a, b = task.a.features, task.b.features
    return overlay(
        a.geometries[chosen[0]],
        b.geometries[chosen[1]],
        class_a=a.classes[chosen[0]].tolist(),
        class_b=b.classes[chosen[1]].tolist(),
        id_a=a.identities[chosen[0]].tolist(),
        id_b=b.identities[chosen[1]].tolist(),
        double_cover=cover,
        workers=workers,
    )


def _pieces(task: _Task, found: Patches) -> Iterator[_Piece]:
    rows = zip(found.classes(True), found.classes(False), found.ids(True), found.ids(False), strict=True)
    for place, (class_a, class_b, identity_a, identity_b) in enumerate(rows):
        pair = (task.a.key, str(class_a), task.b.key, str(class_b))
        conflict = task.conflicts.get(pair)
        if conflict is not None:
            yield _Piece(
                pair,
                str(identity_a),
                str(identity_b),
                conflict.key,
                float(found.area[place]),
                float(found.width[place]),
                bool(found.sliver[place]),
                found.geometries[place],
            )


def _counties_of(shapes: list[Any], counties: Features | None) -> list[list[tuple[str, float]]]:
    """Share of each shape in each county, 0 to 1."""
    if counties is None or not shapes:
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


_NOISE = 1e-9
"""Share of a patch that rounding of coordinates leaves outside every county."""


def _shared_out(
    shares: list[tuple[str, float]], measured: float, area: Decimal
) -> tuple[tuple[str, Decimal], ...]:
    outside = 1.0 - math.fsum(share for _county, share in shares)
    parts = [*shares, *([(OUTSIDE, outside)] if outside > _NOISE else [])]
    if not area or measured <= 0:
        largest = max(parts, key=lambda one: one[1])[0] if parts else OUTSIDE
        return ((largest, area),)
    divided = adjust_areas([share * measured for _county, share in parts], area).value
    named = zip((county for county, _share in parts), divided, strict=True)
    return tuple(sorted(named, key=lambda one: (-one[1], one[0] == OUTSIDE, one[0])))
