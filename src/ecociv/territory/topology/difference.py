"""What changed between two versions of a layer: features and areas, by pairs of classes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ecociv.core.text import Text
from ecociv.territory.layers.features import Features
from ecociv.territory.topology.measure import Shapes, areas_in_any_state, polygonal, sound


class ChangeKind(StrEnum):
    """What became of a feature."""

    ADDED = "added"
    REMOVED = "removed"
    MOVED = "moved"
    RECLASSED = "reclassed"
    MOVED_AND_RECLASSED = "moved-and-reclassed"
    UNCHANGED = "unchanged"

    @property
    def label(self) -> Text:
        """The kind in words."""
        return _LABELS[self]


_LABELS = {
    ChangeKind.ADDED: Text(zh="新增", en="added"),
    ChangeKind.REMOVED: Text(zh="删除", en="removed"),
    ChangeKind.MOVED: Text(zh="图形变化", en="moved"),
    ChangeKind.RECLASSED: Text(zh="类别变化", en="re-classed"),
    ChangeKind.MOVED_AND_RECLASSED: Text(zh="图形与类别均变化", en="moved and re-classed"),
    ChangeKind.UNCHANGED: Text(zh="未变", en="unchanged"),
}


@dataclass(frozen=True, slots=True)
class FeatureChange:
    """One feature in both versions; what a side does not have is ``None`` and 0.

    Attributes
    ----------
    old, new : int or None
        Positions in the versions.
    area_old, area_new, area_common : float
        m2; in common is what both cover.
    """

    kind: ChangeKind
    identity: str
    name: str
    old: int | None
    new: int | None
    class_old: str | None
    class_new: str | None
    area_old: float
    area_new: float
    area_common: float


@dataclass(frozen=True, eq=False)
class Difference:
    """Two versions compared.

    Attributes
    ----------
    features : tuple of FeatureChange
        Every feature of either version, unchanged ones included.
    areas : dict
        m2 by (class before, class after); ``None`` stands for land that a version does not cover.
    """

    features: tuple[FeatureChange, ...]
    areas: Mapping[tuple[str | None, str | None], float]

    @property
    def counts(self) -> dict[ChangeKind, int]:
        """Features by what became of them."""
        found = dict.fromkeys(ChangeKind, 0)
        for each in self.features:
            found[each.kind] += 1
        return found

    @property
    def changed(self) -> tuple[FeatureChange, ...]:
        """The features that are not the same."""
        return tuple(each for each in self.features if each.kind is not ChangeKind.UNCHANGED)

    def to_json(self) -> dict[str, Any]:
        """Plain values; unchanged features only as a number."""
        return {
            "counts": {str(kind): count for kind, count in self.counts.items()},
            "areas": [
                {"from": old, "to": new, "area_m2": round(area, 2)} for (old, new), area in self.areas.items()
            ],
            "features": [
                {
                    "kind": str(each.kind),
                    "identity": each.identity,
                    "name": each.name,
                    "class_old": each.class_old,
                    "class_new": each.class_new,
                    "area_old_m2": round(each.area_old, 2),
                    "area_new_m2": round(each.area_new, 2),
                    "area_common_m2": round(each.area_common, 2),
                }
                for each in self.changed
            ],
        }


def difference(old: Features, new: Features) -> Difference:
    """Compare two versions of a layer.

    Features are the same thing where they have the same identity.

    Returns
    -------
    Difference
        In the order of the old version, then what was added.

    Notes
    -----
    The areas by pairs of classes count each place of a version as often as its features cover it: in a layer without
    overlaps they add up to the areas of either version.

    Examples
    --------
    >>> before = Features.of([shapely.box(117, 29, 117.02, 29.01)], ["a"], ["farmland"])
    >>> after = Features.of([shapely.box(117, 29, 117.01, 29.01), shapely.box(117.01, 29, 117.02, 29.01)],
    ...     ["a", "b"], ["farmland", "built"])
    >>> found = difference(before, after)
    >>> [(each.identity, each.kind.value) for each in found.features]
    [('a', 'moved'), ('b', 'added')]
    >>> {pair: round(area) for pair, area in found.areas.items()}
    {('farmland', 'built'): 1079920, ('farmland', 'farmland'): 1079920}
    """
    places = {name: place for place, name in enumerate(new.identities)}
    shapes_old, shapes_new = sound(old.geometries), sound(new.geometries)
    areas_old, areas_new = areas_in_any_state(shapes_old), areas_in_any_state(shapes_new)
    matched = [(place, places[name]) for place, name in enumerate(old.identities) if name in places]
    pairs = np.array(matched, dtype=np.int64).reshape(-1, 2)
    same = _same(shapes_old[pairs[:, 0]], shapes_new[pairs[:, 1]])
    still_old, still_new = pairs[same, 0], pairs[same, 1]
    common = np.zeros(len(old))
    common[still_old] = areas_old[still_old]
    moved = pairs[~same]
    shared = polygonal(shapely.intersection(shapes_old[moved[:, 0]], shapes_new[moved[:, 1]]))
    common[moved[:, 0]] = areas_in_any_state(shared)
    partner = dict(matched)
    unmoved = set(still_old.tolist())
    rows = [
        _row(old, new, place, partner.get(place), areas_old, areas_new, common, place in unmoved)
        for place in range(len(old))
    ]
    known = set(old.identities)
    rows += [
        _row(old, new, None, place, areas_old, areas_new, common, False)
        for place, name in enumerate(new.identities)
        if name not in known
    ]
    areas: dict[tuple[str | None, str | None], float] = {}
    for before, after in zip(still_old, still_new, strict=True):
        _add(areas, old.classes[before], new.classes[after], float(areas_old[before]))
    loose_old = np.setdiff1d(np.arange(len(old)), still_old)
    loose_new = np.setdiff1d(np.arange(len(new)), still_new)
    _transitions(
        areas,
        (shapes_old[loose_old], old.classes[loose_old]),
        (shapes_new[loose_new], new.classes[loose_new]),
    )
    ordered = dict(sorted(areas.items(), key=lambda item: (item[0][0] or "", item[0][1] or "")))
    return Difference(tuple(rows), ordered)


def _same(one: Shapes, other: Shapes) -> NDArray[np.bool_]:
    exact = np.asarray(shapely.equals_exact(shapely.normalize(one), shapely.normalize(other)), dtype=bool)
    rest = np.flatnonzero(~exact)
    # A vertex more on a straight edge is no move.
    exact[rest] = shapely.equals(one[rest], other[rest])
    return exact


def _row(
    old: Features,
    new: Features,
    before: int | None,
    after: int | None,
    areas_old: NDArray[np.float64],
    areas_new: NDArray[np.float64],
    common: NDArray[np.float64],
    unmoved: bool,
) -> FeatureChange:
    class_old = None if before is None else str(old.classes[before])
    class_new = None if after is None else str(new.classes[after])
    if before is None:
        kind = ChangeKind.ADDED
    elif after is None:
        kind = ChangeKind.REMOVED
    elif unmoved:
        kind = ChangeKind.UNCHANGED if class_old == class_new else ChangeKind.RECLASSED
    else:
        kind = ChangeKind.MOVED if class_old == class_new else ChangeKind.MOVED_AND_RECLASSED
    side, place = (new, after) if after is not None else (old, before)
    assert place is not None
    return FeatureChange(
        kind,
        str(side.identities[place]),
        str(side.names[place] or ""),
        before,
        after,
        class_old,
        class_new,
        0.0 if before is None else float(areas_old[before]),
        0.0 if after is None else float(areas_new[after]),
        0.0 if before is None else float(common[before]),
    )


def _transitions(
    areas: dict[tuple[str | None, str | None], float],
    before: tuple[Shapes, NDArray[np.object_]],
    after: tuple[Shapes, NDArray[np.object_]],
) -> None:
    """Add what the changed features of one version became in the changed features of the other."""
    (shapes_old, classes_old), (shapes_new, classes_new) = before, after
    at_old, at_new = shapely.STRtree(shapes_new).query(shapes_old, predicate="intersects")
    shared = areas_in_any_state(polygonal(shapely.intersection(shapes_old[at_old], shapes_new[at_new])))
    for one, other, area in zip(at_old, at_new, shared, strict=True):
        if area > 0:
            _add(areas, classes_old[one], classes_new[other], float(area))
    for shapes, classes, mine, theirs, others, is_old in (
        (shapes_old, classes_old, at_old, at_new, shapes_new, True),
        (shapes_new, classes_new, at_new, at_old, shapes_old, False),
    ):
        for place, area in enumerate(_left(shapes, mine, theirs, others)):
            if area > 0:
                _add(
                    areas,
                    classes[place] if is_old else None,
                    None if is_old else classes[place],
                    float(area),
                )


def _left(
    shapes: Shapes, mine: NDArray[np.int64], theirs: NDArray[np.int64], others: Shapes
) -> NDArray[np.float64]:
    """Area of each shape that none of the others covers."""
    order = np.argsort(mine, kind="stable")
    mine, theirs = mine[order], theirs[order]
    rest = shapes.copy()
    bounds = np.searchsorted(mine, np.arange(len(shapes) + 1))
    for place in range(len(shapes)):
        around = theirs[bounds[place] : bounds[place + 1]]
        if around.size:
            rest[place] = shapely.difference(shapes[place], shapely.union_all(others[around]))
    return areas_in_any_state(polygonal(rest))


def _add(areas: dict[tuple[str | None, str | None], float], before: Any, after: Any, area: float) -> None:
    key = (None if before is None else str(before), None if after is None else str(after))
    areas[key] = areas.get(key, 0.0) + area
