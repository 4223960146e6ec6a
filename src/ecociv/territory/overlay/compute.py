"""An overlay from beginning to end, of arrays in memory or of stored layers."""

from __future__ import annotations

import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import shapely
from numpy.typing import ArrayLike

from ecociv.standards.land import drop_slivers
from ecociv.territory.overlay.cleaning import RepairRule, clean
from ecociv.territory.overlay.engines import Engine, Watch, engine
from ecociv.territory.overlay.kernel import (
    NOBODY,
    NOISE,
    Inputs,
    Packed,
    Pieces,
    Remaining,
    TileResult,
    inspect_tile,
    overlay_tile,
    remain,
)
from ecociv.territory.overlay.options import DoubleCover, How, Options, OverlayRefused
from ecociv.territory.overlay.overlaps import SelfOverlaps, flattened
from ecociv.territory.overlay.parts import HeldParts, Numbers, Parts, StoredParts
from ecociv.territory.overlay.plane import Floats, Geometries, square_metres
from ecociv.territory.overlay.result import Patches, PatchTable, Report, Side
from ecociv.territory.overlay.tiles import VERTICES, tiles

_LAST = np.iinfo(np.int64).max


class Keeper(Protocol):
    """Keeps the geometries of pieces until all are there and their order is known."""

    def add(self, geometries: Geometries | Packed) -> None:
        """Keep some more."""
        ...


class Held:
    """Keeps geometries in memory."""

    def __init__(self) -> None:
        self._held: list[Geometries] = []

    def add(self, geometries: Geometries | Packed) -> None:
        """See `Keeper`."""
        if isinstance(geometries, Packed):
            geometries = np.array(shapely.from_wkb(geometries.blobs()), dtype=object)
        self._held.append(geometries)

    def ordered(self, order: Numbers) -> Geometries:
        """All geometries in an order."""
        return np.concatenate([np.empty(0, dtype=object), *self._held])[order]


def overlay(
    a: ArrayLike,
    b: ArrayLike,
    *,
    class_a: Sequence[Any] | None = None,
    class_b: Sequence[Any] | None = None,
    id_a: Sequence[Any] | None = None,
    id_b: Sequence[Any] | None = None,
    how: How | str = How.INTERSECTION,
    repair: RepairRule | str = RepairRule.STRUCTURE,
    double_cover: DoubleCover | str = DoubleCover.REPORT,
    least_area: float | None = None,
    least_width: float | None = None,
    tile_vertices: int = VERTICES,
    workers: int = 1,
    progress: Callable[[int, int], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> Patches:
    """Overlay two sets of polygons on the CGCS2000 ellipsoid.

    Parameters
    ----------
    a, b : array_like of shapely geometries
        Longitude and latitude in degrees (CGCS2000 or WGS84).
    class_a, class_b : sequences, optional
        A class value for each feature; None is a missing class.
    id_a, id_b : sequences, optional
        Ids of the features; their places otherwise.
    how : How or str
        ``"intersection"``, ``"identity"`` (and what lies in `a` only) or ``"union"`` (and what lies in `b` only).
    repair, double_cover : str
        See `RepairRule` and `DoubleCover`.
    least_area, least_width : float, optional
        Pieces below are slivers: they stay in the result, marked.
    workers : int
        Processes; more than one pays from some ten thousand polygons on.
    progress, cancelled : callables, optional
        See `Watch`.

    Returns
    -------
    Patches
        One row for each connected piece; the order does not depend on workers or tiles.

    Raises
    ------
    OverlayRefused
        Columns of different length; a layer that overlaps itself where that is refused.
    OverlayCancelled

    Notes
    -----
    Edges are straight on the equal-area map (see `plane`), so the areas of pieces add up to those of the polygons.

    Examples
    --------
    >>> field = shapely.box(117.0, 27.0, 117.01, 27.01)
    >>> wood = shapely.box(117.006, 27.0, 117.02, 27.01)
    >>> found = overlay([field], [wood], class_a=["farmland"], class_b=["forest"], how="identity")
    >>> for row in found.summary().rows:
    ...     print(row.class_a, row.class_b, row.patches, row.area)
    farmland forest 1 439892.50
    farmland None 1 659838.76
    """
    options = Options(
        How(how), RepairRule(repair), DoubleCover(double_cover), least_area, least_width, tile_vertices
    )
    left, side_a = _held("a", a, class_a, id_a, options.repair)
    right, side_b = _held("b", b, class_b, id_b, options.repair)
    keeper = Held()
    with ExitStack() as stack:
        chosen = stack.enter_context(engine(workers))
        parts_a: Parts = left
        parts_b: Parts = right
        if workers > 1:
            folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="ecociv-overlay-")))
            (folder / "a").mkdir()
            (folder / "b").mkdir()
            parts_a, parts_b = StoredParts.of(left, folder / "a"), StoredParts.of(right, folder / "b")
        table, order = overlay_parts(
            parts_a, parts_b, side_a, side_b, options, chosen, keeper, Watch(progress, cancelled)
        )
    columns = {name: getattr(table, name) for name in table.__dataclass_fields__}
    return Patches(**columns, geometries=keeper.ordered(order))


def _held(
    name: str,
    geometries: ArrayLike,
    classes: Sequence[Any] | None,
    ids: Sequence[Any] | None,
    rule: RepairRule,
) -> tuple[HeldParts, Side]:
    shapes: list[Any] = list(geometries)  # type: ignore[arg-type]
    given: Geometries = np.empty(len(shapes), dtype=object)
    given[:] = shapes
    columns = []
    for what, column in (("class", classes), ("id", ids)):
        values = np.empty(len(given), dtype=object)
        if column is not None:
            if len(column) != len(given):
                raise OverlayRefused(
                    f"{what}_{name} has {len(column)} values for {len(given)} geometries; give one for each."
                )
            values[:] = list(column)
        elif what == "id":
            values[:] = range(len(given))
        columns.append(values)
    cleaned = clean(given, rule)
    return HeldParts(cleaned.polygons, cleaned.feature), Side(columns[1], columns[0], cleaned.notes)


def overlay_parts(
    a: Parts,
    b: Parts,
    side_a: Side,
    side_b: Side,
    options: Options,
    chosen: Engine,
    keeper: Keeper,
    watch: Watch | None = None,
) -> tuple[PatchTable, Numbers]:
    """Overlay cleaned layers; geometries go to `keeper` as they come.

    Returns
    -------
    PatchTable
        Columns in their final order.
    array of int64
        That order, for what `keeper` holds.
    """
    watch = watch or Watch()
    overlaps_a = overlaps_b = SelfOverlaps.none()
    settled = options.double_cover is not DoubleCover.REPORT
    if settled:
        plan = tiles(a, b, options.tile_vertices)
        seen = list(chosen.run(inspect_tile, Inputs(a, b), plan, len(plan), watch))
        overlaps_a, overlaps_b = _together(seen)
        if options.double_cover is DoubleCover.REFUSE:
            _refuse(a, side_a, overlaps_a, "first")
            _refuse(b, side_b, overlaps_b, "second")
        fronts = (a, b)
        a, b = flattened(a, overlaps_a), flattened(b, overlaps_b)
        reported = _features(fronts[0], overlaps_a), _features(fronts[1], overlaps_b)
    plan = tiles(a, b, options.tile_vertices)
    collected = _Collected(keeper)
    inputs = Inputs(a, b, not settled, not settled, options.keep_geometries)
    found = [collected.take(result) for result in chosen.run(overlay_tile, inputs, plan, len(plan), watch)]
    if not settled:
        overlaps_a, overlaps_b = _together(found)
        reported = _features(a, overlaps_a), _features(b, overlaps_b)
    rounding = 0.0
    if options.how is not How.INTERSECTION:
        open_a, noise = _unfinished(inputs, collected, True, settled or not len(overlaps_b.first))
        open_b: list[Remaining] = []
        rounding += noise
        if options.how is How.UNION:
            open_b, noise = _unfinished(inputs, collected, False, settled or not len(overlaps_a.first))
            rounding += noise
        tasks = [*open_a, *open_b]
        rounding += sum(
            collected.take(result).rounding for result in chosen.run(remain, inputs, tasks, len(tasks), watch)
        )
    report = Report(
        *reported,
        resolved=options.double_cover is DoubleCover.FIRST,
        contacts=sum(result.contacts for result in found),
        dropped=sum(result.dropped for result in found),
        rounding=rounding,
    )
    return collected.table(a, b, side_a, side_b, options, report)


class _Collected:
    """Columns of the pieces as they come."""

    def __init__(self, keeper: Keeper) -> None:
        self._keeper = keeper
        self._columns: list[tuple[Numbers, Numbers, Floats, Floats]] = []

    def take(self, result: TileResult) -> TileResult:
        """Keep the pieces; give back the rest of the result."""
        pieces = result.pieces
        self._keeper.add(pieces.geometries)
        self._columns.append((pieces.a, pieces.b, pieces.area, pieces.width))
        nothing = np.empty(0, dtype=np.int64)
        empty = Pieces(nothing, nothing, np.empty(0), np.empty(0), np.empty(0, dtype=object))
        return TileResult(
            empty, result.contacts, result.dropped, result.overlaps_a, result.overlaps_b, result.rounding
        )

    def columns(self) -> tuple[Numbers, Numbers, Floats, Floats]:
        """Parts of both layers, area and width of all pieces so far."""
        if not self._columns:
            nothing = np.empty(0, dtype=np.int64)
            return nothing, nothing, np.empty(0), np.empty(0)
        a, b, area, width = (np.concatenate([part[place] for part in self._columns]) for place in range(4))
        self._columns = [(a, b, area, width)]
        return a, b, area, width

    def table(
        self, a: Parts, b: Parts, side_a: Side, side_b: Side, options: Options, report: Report
    ) -> tuple[PatchTable, Numbers]:
        """All pieces in their final order."""
        part_a, part_b, area, width = self.columns()
        feature_a, feature_b = _feature_of(a, part_a), _feature_of(b, part_b)
        keys = [np.where(column < 0, _LAST, column) for column in (part_b, part_a, feature_b, feature_a)]
        order = np.lexsort(keys)  # a stable sort: pieces of one pair keep the order in which they were made
        small = np.zeros(len(order), dtype=bool)
        if len(order):
            kept = drop_slivers(area, width, least_area=options.least_area, least_width=options.least_width)
            small = ~np.asarray(kept.value)
        table = PatchTable(
            side_a,
            side_b,
            feature_a=feature_a[order],
            feature_b=feature_b[order],
            area=area[order],
            width=width[order],
            sliver=small[order],
            report=report,
        )
        return table, order


def _feature_of(parts: Parts, numbers: Numbers) -> Numbers:
    feature = np.append(np.asarray(parts.feature), NOBODY).astype(np.int64)
    return feature[numbers]


def _together(found: list[TileResult]) -> tuple[SelfOverlaps, SelfOverlaps]:
    return (
        SelfOverlaps.together([result.overlaps_a for result in found if result.overlaps_a is not None]),
        SelfOverlaps.together([result.overlaps_b for result in found if result.overlaps_b is not None]),
    )


def _features(parts: Parts, found: SelfOverlaps) -> SelfOverlaps:
    """Overlaps between features instead of parts."""
    if not len(found.first):
        return found
    pairs = np.column_stack([parts.feature[found.first], parts.feature[found.second]])
    unique, place = np.unique(pairs, axis=0, return_inverse=True)
    area = np.bincount(place.ravel(), weights=found.area, minlength=len(unique)).astype(np.float64)
    return SelfOverlaps(unique[:, 0], unique[:, 1], area)


def _refuse(parts: Parts, side: Side, found: SelfOverlaps, which: str) -> None:
    features = _features(parts, found)
    if not len(features.first):
        return
    some = ", ".join(
        f"{side.ids[one]} and {side.ids[other]} ({area:.2f} m2)"
        for one, other, area in list(zip(features.first, features.second, features.area, strict=True))[:5]
    )
    raise OverlayRefused(
        f"The {which} layer overlaps itself in {len(features.first)} pairs of features: {some}. Correct the layer, "
        "or let the earlier feature keep what two share (double cover: first)."
    )


def _unfinished(
    inputs: Inputs, collected: _Collected, of_a: bool, partners_apart: bool
) -> tuple[list[Remaining], float]:
    """Tasks for the parts that their pieces do not fill, and the m2 by which filled ones differ from their pieces."""
    own = inputs.a if of_a else inputs.b
    part_a, part_b, area, _ = collected.columns()
    mine, theirs = (part_a, part_b) if of_a else (part_b, part_a)
    shared_pieces = (part_a != NOBODY) & (part_b != NOBODY)
    mine, theirs, area = mine[shared_pieces], theirs[shared_pieces], area[shared_pieces]
    whole, bounds = np.asarray(own.area), np.asarray(own.bounds)
    rest = whole - np.bincount(mine, weights=area, minlength=len(whole))
    present = ~np.isnan(bounds[:, 0])
    around = 2 * ((bounds[:, 2] - bounds[:, 0]) + (bounds[:, 3] - bounds[:, 1]))
    filled = present & (np.abs(rest) <= NOISE * around * square_metres()) & partners_apart
    noise = float(rest[filled].sum())
    pairs = np.unique(np.column_stack([mine, theirs]), axis=0)
    numbers = np.flatnonzero(present & ~filled)
    begin = np.searchsorted(pairs[:, 0], numbers, side="left")
    end = np.searchsorted(pairs[:, 0], numbers, side="right")
    return list(_divided(inputs, of_a, numbers, begin, end, pairs[:, 1])), noise


def _divided(
    inputs: Inputs, of_a: bool, numbers: Numbers, begin: Numbers, end: Numbers, partners: Numbers
) -> Iterator[Remaining]:
    """Tasks of bounded size."""
    own, other = (inputs.a, inputs.b) if of_a else (inputs.b, inputs.a)
    weight = np.asarray(own.vertices)[numbers].astype(np.int64)
    load = np.concatenate([[0], np.cumsum(np.asarray(other.vertices)[partners])])
    group = np.cumsum(weight + load[end] - load[begin]) // VERTICES
    for name in np.unique(group):
        chosen = np.flatnonzero(group == name)
        lists = [partners[begin[place] : end[place]] for place in chosen]
        counts = np.array([len(part) for part in lists])
        yield Remaining(
            of_a,
            numbers[chosen],
            np.concatenate([np.empty(0, dtype=np.int64), *lists]),
            np.concatenate([[0], np.cumsum(counts)]).astype(np.int64),
        )
