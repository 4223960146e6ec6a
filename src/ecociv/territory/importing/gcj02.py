"""Telling a layer in GCJ-02 (火星坐标系) from a true one, by a boundary that is known.

Map services publish coordinates that are shifted by up to some 700 m. Such a layer looks right by itself; only beside
a true boundary does it show, and then by a shift that taking the known offset back makes smaller.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import shapely
from numpy.typing import NDArray

from ecociv.core.text import Text
from ecociv.standards.land.coordinates import convert_coordinates
from ecociv.territory.importing.refusals import ImportRefused

_LEAST_MATCH = 0.5
"""Intersection over union from which a feature counts as the same place as a reference polygon."""
_LEAST_RISE = 0.005
"""Rise of the mean overlap from which the layer counts as shifted; a true layer loses about as much."""


@dataclass(frozen=True, eq=False)
class OffsetTest:
    """How well features fit known boundaries, as given and with the offset of GCJ-02 taken back.

    Attributes
    ----------
    given, restored : array of float
        Intersection over union of each matched pair.
    features, references : array of int
        Which feature was compared with which reference polygon.
    shifted : bool or None
        Whether the layer is in GCJ-02; ``None`` where nothing in it matches a reference.
    """

    given: NDArray[np.float64]
    restored: NDArray[np.float64]
    features: NDArray[np.int64]
    references: NDArray[np.int64]

    @property
    def shifted(self) -> bool | None:
        """Whether the overlap rises when the offset is taken back."""
        if not self.given.size:
            return None
        return bool((self.restored - self.given).mean() > _LEAST_RISE)


def without_offset(geometries: NDArray[np.object_]) -> NDArray[np.object_]:
    """Geometries in GCJ-02 as CGCS2000."""

    def restore(points: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(
            convert_coordinates(points[:, 0], points[:, 1], source="GCJ-02", target="CGCS2000").value
        )

    return np.asarray(shapely.transform(geometries, restore), dtype=object)


def offset_test(geometries: NDArray[np.object_], references: NDArray[np.object_]) -> OffsetTest:
    """Compare a layer with known boundaries.

    Parameters
    ----------
    geometries : array of Geometry
        The layer, longitude and latitude.
    references : array of Geometry
        Known boundaries in CGCS2000 or WGS84.

    Examples
    --------
    >>> import shapely
    >>> true = shapely.Point(117.2, 29.3).buffer(0.05)
    >>> moved = shapely.transform(true, lambda xy: xy + (0.0053, -0.0027))
    >>> offset_test(np.array([moved]), np.array([true])).shifted
    True
    >>> offset_test(np.array([true]), np.array([true])).shifted
    False
    """
    known = shapely.make_valid(references)
    layer = shapely.make_valid(geometries)
    tree = shapely.STRtree(layer)
    at_reference, at_feature = tree.query(known, predicate="intersects")
    # Only features of about the size of the reference can be the same place: the rest is not measured.
    sizes = shapely.area(layer)[at_feature] / np.maximum(shapely.area(known)[at_reference], 1e-300)
    alike = (sizes > _LEAST_MATCH) & (sizes < 1 / _LEAST_MATCH)
    at_reference, at_feature = at_reference[alike], at_feature[alike]
    overlap = _overlap(layer[at_feature], known[at_reference])
    best: dict[int, int] = {}
    for place in np.argsort(overlap):
        if overlap[place] >= _LEAST_MATCH:
            best[int(at_reference[place])] = int(place)
    chosen = np.array(sorted(best.values()), dtype=np.int64)
    if not chosen.size:
        nothing: NDArray[np.float64] = np.zeros(0)
        return OffsetTest(nothing, nothing, chosen, chosen)
    restored = shapely.make_valid(without_offset(geometries[at_feature[chosen]]))
    return OffsetTest(
        overlap[chosen],
        _overlap(restored, known[at_reference[chosen]]),
        at_feature[chosen],
        at_reference[chosen],
    )


def _overlap(one: NDArray[np.object_], other: NDArray[np.object_]) -> NDArray[np.float64]:
    common = shapely.area(shapely.intersection(one, other))
    whole = shapely.area(one) + shapely.area(other) - common
    return np.asarray(common / np.maximum(whole, 1e-300), dtype=np.float64)


def refuse_gcj02(name: str, found: OffsetTest | None) -> ImportRefused:
    """The refusal of a layer in GCJ-02, declared (no test) or found."""
    if found is None:
        why_zh, why_en = "声明为GCJ-02", "is declared as GCJ-02"
    else:
        before, after = found.given.mean(), found.restored.mean()
        why_zh = f"与已知边界的重合度为{before:.3f}，去除GCJ-02偏移后升为{after:.3f}"
        why_en = f"fits the known boundaries by {before:.3f}, and by {after:.3f} once the offset of GCJ-02 is taken back"
    return ImportRefused(
        "gcj02",
        Text(
            zh=f"“{name}”{why_zh}。GCJ-02是加偏坐标，还原后仍有数米误差，不能用于管控边界。请取得CGCS2000原始数据；确需使用时选择“换算并记录”（convert_gcj02）。",
            en=f"{name!r} {why_en}. GCJ-02 is an obfuscated system; undone, it is still off by metres and no basis for control "
            "lines. Get the original in CGCS2000; if it must be used, choose to convert it with a note (convert_gcj02).",
        ),
        asks="gcj02",
    )
