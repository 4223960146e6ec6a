"""Repair of a layer by chosen rules, each change logged with the area before and after."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ecociv.territory.layers.features import POLYGONAL
from ecociv.territory.topology.coverage import (
    duplicates,
    holes_in,
    neighbours,
    overlaps,
    union,
    unmatched,
)
from ecociv.territory.topology.findings import Tolerances
from ecociv.territory.topology.measure import (
    Frame,
    Shapes,
    areas_in_any_state,
    is_finite,
    mean_widths,
    polygonal,
    sound,
)
from ecociv.territory.topology.rules import RepairPlan, Rule
from ecociv.territory.topology.snapping import snapped
from ecociv.territory.topology.spikes import spike_vertices, without_spikes

_RESIDUE = 1e-6
"""Mean width in m below which what is left of a feature is nothing but rounding of coordinates."""


@dataclass(frozen=True, slots=True)
class Repair:
    """One change to one feature: by which rule, with the area in m2 before and after."""

    rule: Rule
    feature: int
    identity: str
    before: float
    after: float
    detail: str = ""

    def to_json(self) -> dict[str, Any]:
        """Plain values for the log of a version."""
        return {
            "rule": str(self.rule),
            "row": self.feature + 1,
            "identity": self.identity,
            "before_m2": round(self.before, 4),
            "after_m2": round(self.after, 4),
            "detail": self.detail,
        }


@dataclass(frozen=True, eq=False)
class Repaired:
    """A layer after repair.

    Attributes
    ----------
    geometries : array of Geometry
        Of the features that are left.
    kept : array of int
        Their positions in the layer that was given.
    log : tuple of Repair
        In the order in which they were made; ``after - before`` over the log is the change of the total area.
    area_before, area_after : float
        m2; of invalid geometries by the ring formula.
    """

    geometries: Shapes
    kept: NDArray[np.int64]
    log: tuple[Repair, ...]
    area_before: float
    area_after: float

    @property
    def change(self) -> float:
        """Change of the total area in m2."""
        return self.area_after - self.area_before


@dataclass(slots=True)
class _Work:
    """The layer while it is being repaired."""

    shapes: Shapes
    names: list[str]
    areas: NDArray[np.float64]
    gone: NDArray[np.bool_]
    log: list[Repair] = field(default_factory=list)

    def change(
        self, rule: Rule, place: int | np.integer[Any], shape: shapely.Geometry, detail: str = ""
    ) -> None:
        before = float(self.areas[place])
        self.shapes[place] = shape
        self.areas[place] = areas_in_any_state(self.shapes[place : place + 1])[0]
        self.log.append(Repair(rule, int(place), self.names[place], before, float(self.areas[place]), detail))

    def drop(self, rule: Rule, place: int, detail: str = "") -> None:
        self.change(rule, place, shapely.Polygon(), detail)
        self.gone[place] = True

    def sound(self) -> Shapes:
        """What the rules about neighbours look at: features in order, the others left out."""
        found = self.shapes.copy()
        fit = is_finite(found) & np.isin(shapely.get_type_id(found), POLYGONAL)
        fit[fit] = shapely.is_valid(found[fit])
        found[~fit | self.gone] = shapely.Polygon()
        return found


def repair(
    geometries: Shapes,
    plan: RepairPlan,
    *,
    identities: Sequence[str | None] | NDArray[np.object_] | None = None,
    classes: Sequence[str | None] | NDArray[np.object_] | None = None,
    tolerances: Tolerances | None = None,
) -> Repaired:
    """Repair a layer by the rules of a plan, and by no others.

    Parameters
    ----------
    geometries : array of Geometry
        Longitude and latitude, in any state.
    plan : RepairPlan
        Rules and tolerances.
    identities, classes : sequences, optional
        For the log, and for overlaps that go by priority of classes. Duplicates are the same geometry of the same
        class: two classes on one place are a conflict that no rule may decide.

    Returns
    -------
    Repaired

    Notes
    -----
    The rules follow one another in the order of `Rule`. Overlaps and gaps below ``tolerances.noise_width`` stay: to cut
    them would add vertices without end. Rules about neighbours leave features aside that are invalid; choose
    ``make-valid`` with them.

    Examples
    --------
    >>> pair = np.array([shapely.box(117, 29, 117.02, 29.01), shapely.box(117.019, 29, 117.03, 29.01)])
    >>> done = repair(pair, RepairPlan.parse(["assign-overlaps:larger"]), identities=["a", "b"])
    >>> [(each.rule.value, each.identity) for each in done.log], round(done.change)
    ([('assign-overlaps', 'b')], -107992)
    """
    tolerances = tolerances or Tolerances()
    shapes = np.array(geometries, dtype=object)
    shapes[shapely.is_missing(shapes)] = shapely.Polygon()
    given = identities if identities is not None else [None] * len(shapes)
    names = [str(name) if name else str(row + 1) for row, name in enumerate(given)]
    areas = areas_in_any_state(shapes)
    before = float(areas.sum())
    work = _Work(shapes, names, areas, np.zeros(len(shapes), dtype=bool))
    frame = Frame.of(sound(shapes))
    kinds = np.asarray(classes if classes is not None else [None] * len(shapes), dtype=object)
    chosen = plan.rules
    if Rule.MAKE_VALID in chosen:
        _make_valid(work)
    if Rule.DROP_NON_POLYGONS in chosen:
        _drop_non_polygons(work)
    if Rule.DROP_DUPLICATES in chosen:
        _drop_duplicates(work, kinds)
    if Rule.DROP_SPIKES in chosen:
        _drop_spikes(work, frame, plan)
    if Rule.SNAP in chosen:
        _snap(work, frame, plan)
    if Rule.ASSIGN_OVERLAPS in chosen:
        _assign_overlaps(work, kinds, frame, plan, tolerances)
    if Rule.FILL_GAPS in chosen:
        _fill_gaps(work, frame, plan, tolerances)
    if Rule.DROP_EMPTY in chosen:
        for place in np.flatnonzero(shapely.is_empty(work.shapes) & ~work.gone):
            work.drop(Rule.DROP_EMPTY, int(place))
    kept = np.flatnonzero(~work.gone)
    return Repaired(work.shapes[kept], kept, tuple(work.log), before, float(work.areas[kept].sum()))


def _make_valid(work: _Work) -> None:
    finite = is_finite(work.shapes)
    broken = np.flatnonzero(finite & ~shapely.is_valid(work.shapes))
    reasons = shapely.is_valid_reason(work.shapes[broken])
    whole = shapely.make_valid(work.shapes[broken], method="structure", keep_collapsed=False)
    for place, shape, reason in zip(broken, whole, reasons, strict=True):
        work.change(Rule.MAKE_VALID, place, shape, str(reason))


def _drop_non_polygons(work: _Work) -> None:
    kinds = shapely.get_type_id(work.shapes)
    mixed = np.flatnonzero(~np.isin(kinds, POLYGONAL))
    for place, shape in zip(mixed, polygonal(work.shapes[mixed]), strict=True):
        work.change(Rule.DROP_NON_POLYGONS, place, shape, work.shapes[place].geom_type)


def _drop_duplicates(work: _Work, kinds: NDArray[np.object_]) -> None:
    for group in duplicates(work.sound()):
        first: dict[object, int] = {}
        for place in group:
            if kinds[place] in first:
                work.drop(Rule.DROP_DUPLICATES, int(place), f"= {work.names[first[kinds[place]]]}")
            else:
                first[kinds[place]] = int(place)


def _drop_spikes(work: _Work, frame: Frame, plan: RepairPlan) -> None:
    shapes = work.sound()
    features, _ = spike_vertices(shapes, frame, plan.spike_angle)
    for place in np.unique(features):
        plain = without_spikes(shapes[place], frame, plan.spike_angle)
        if plain.is_valid and not plain.is_empty:
            work.change(Rule.DROP_SPIKES, int(place), plain)


def _snap(work: _Work, frame: Frame, plan: RepairPlan) -> None:
    shapes = work.sound()
    for place, shape in snapped(shapes, frame, plan.snap_within):
        work.change(Rule.SNAP, place, shape, f"≤ {plan.snap_within:g} m")


def _assign_overlaps(
    work: _Work, kinds: NDArray[np.object_], frame: Frame, plan: RepairPlan, tolerances: Tolerances
) -> None:
    shapes = work.sound()
    pairs = overlaps(shapes, unmatched(shapes))
    sizes = areas_in_any_state(pairs.shared)
    wide = mean_widths(pairs.shared, sizes, frame) >= tolerances.noise_width
    whole = work.areas.copy()
    rank = {name: place for place, name in enumerate(plan.class_order)}
    for first, second in zip(pairs.first[wide].tolist(), pairs.second[wide].tolist(), strict=True):
        winner, loser = first, second
        if _second_wins(first, second, whole, [rank.get(kinds[place]) for place in (first, second)], plan):
            winner, loser = second, first
        rest = polygonal(
            np.array([shapely.difference(work.shapes[loser], work.shapes[winner])], dtype=object)
        )[0]
        if not rest.is_valid:
            rest = polygonal(np.array([shapely.make_valid(rest, method="structure")], dtype=object))[0]
        detail = f"→ {work.names[winner]}"
        size = areas_in_any_state(np.array([rest], dtype=object))
        if rest.is_empty or mean_widths(np.array([rest], dtype=object), size, frame)[0] < _RESIDUE:
            work.drop(Rule.ASSIGN_OVERLAPS, loser, detail)
        else:
            work.change(Rule.ASSIGN_OVERLAPS, loser, rest, detail)


def _second_wins(
    first: int, second: int, areas: NDArray[np.float64], ranks: list[int | None], plan: RepairPlan
) -> bool:
    if plan.overlaps_to == "first":
        return False
    if plan.overlaps_to == "priority" and ranks[0] != ranks[1]:
        mine, other = (len(plan.class_order) if rank is None else rank for rank in ranks)
        return other < mine
    if plan.overlaps_to == "smaller":
        return bool(areas[second] < areas[first])
    return bool(areas[second] > areas[first])


def _fill_gaps(work: _Work, frame: Frame, plan: RepairPlan, tolerances: Tolerances) -> None:
    shapes = work.sound()
    gaps = holes_in(union(shapes, unmatched(shapes)))
    areas = areas_in_any_state(gaps)
    widths = mean_widths(gaps, areas, frame)
    narrow = (widths <= plan.gap_width) & (widths >= tolerances.noise_width)
    tree = shapely.STRtree(shapes)
    for gap, width in zip(gaps[narrow], widths[narrow], strict=True):
        around = neighbours(shapes, tree, gap)
        around = around[~work.gone[around]]
        if not around.size:
            continue
        borders = shapely.length(shapely.intersection(work.shapes[around], gap.exterior))
        place = int(around[int(np.argmax(borders))])
        joined = polygonal(np.array([shapely.union(work.shapes[place], gap)], dtype=object))[0]
        if joined.is_valid and not joined.is_empty:
            work.change(Rule.FILL_GAPS, place, joined, f"{width:.3f} m")
