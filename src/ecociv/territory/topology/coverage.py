"""Features against each other: overlaps, gaps, duplicates."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from ecociv.territory.topology.measure import Shapes, polygonal

Places = NDArray[np.int64]
_BATCH = 20_000


@dataclass(frozen=True, eq=False)
class Overlaps:
    """Pairs of features (positions, first < second) and the polygons that they share."""

    first: Places
    second: Places
    shared: Shapes

    def __len__(self) -> int:
        return len(self.first)


def unmatched(shapes: Shapes) -> NDArray[np.bool_]:
    """Which valid polygons have an edge that does not fit their neighbours.

    A layer whose polygons fit is the rule; only the others are compared pair by pair.
    """
    edges = shapely.coverage_invalid_edges(shapes)
    return np.asarray(~shapely.is_empty(edges) & ~shapely.is_missing(edges))


def overlaps(shapes: Shapes, suspects: NDArray[np.bool_] | None = None) -> Overlaps:
    """All pairs of valid polygons that share an area.

    Parameters
    ----------
    suspects : array of bool, optional
        Features of which at least one is in every pair; see `unmatched`.
    """
    suspects = unmatched(shapes) if suspects is None else suspects
    asked = np.flatnonzero(suspects)
    tree = shapely.STRtree(shapes)
    near, other = tree.query(shapes[asked], predicate="intersects")
    one = asked[near]
    pairs = np.unique(np.sort(np.column_stack([one, other]), axis=1), axis=0)
    pairs = pairs[pairs[:, 0] != pairs[:, 1]]
    first, second, shared = [], [], []
    for start in range(0, len(pairs), _BATCH):
        some = pairs[start : start + _BATCH]
        common = polygonal(shapely.intersection(shapes[some[:, 0]], shapes[some[:, 1]]))
        real = ~shapely.is_empty(common)
        first.append(some[real, 0])
        second.append(some[real, 1])
        shared.append(common[real])
    nothing: Places = np.zeros(0, dtype=np.int64)
    return Overlaps(
        np.concatenate([nothing, *first]),
        np.concatenate([nothing, *second]),
        np.concatenate([np.zeros(0, dtype=object), *shared]),
    )


def union(shapes: Shapes, suspects: NDArray[np.bool_]) -> shapely.Geometry:
    """The area that the features cover together."""
    fitting = shapes[~suspects]
    try:
        whole = shapely.coverage_union_all(fitting)
        if not suspects.any():
            return whole if whole.is_valid else shapely.union_all(fitting)
        return shapely.union_all([shapely.make_valid(whole), *shapes[suspects]])
    except shapely.GEOSException:
        return shapely.union_all(shapes)


def holes_in(whole: shapely.Geometry) -> Shapes:
    """The holes of an area as polygons: gaps between its features."""
    parts = shapely.get_parts(polygonal(np.array([whole], dtype=object)))
    parts = parts[~shapely.is_empty(parts)]
    rings, index = shapely.get_rings(parts, return_index=True)
    # The first ring of a polygon is its shell.
    shell = np.concatenate([[True], index[1:] != index[:-1]]) if len(index) else np.zeros(0, dtype=bool)
    return np.asarray(shapely.polygons(rings[~shell]), dtype=object)


def neighbours(shapes: Shapes, tree: shapely.STRtree, place: shapely.Geometry) -> Places:
    """Features that meet a polygon, border included."""
    return np.sort(np.asarray(tree.query(place, predicate="intersects"), dtype=np.int64))


def duplicates(shapes: Shapes) -> list[Places]:
    """Groups of features with exactly the same geometry, whatever its starting vertex and direction."""
    full = np.flatnonzero(~shapely.is_empty(shapes))
    if not full.size:
        return []
    keys = np.column_stack([shapely.bounds(shapes[full]), shapely.get_num_coordinates(shapes[full])])
    _, group, counts = np.unique(keys, axis=0, return_inverse=True, return_counts=True)
    alike = full[counts[group.ravel()] > 1]
    by_content: dict[bytes, list[int]] = {}
    for place, content in zip(alike, shapely.to_wkb(shapely.normalize(shapes[alike])), strict=True):
        by_content.setdefault(content, []).append(int(place))
    return [np.array(each) for each in by_content.values() if len(each) > 1]
