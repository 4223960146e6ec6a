"""The topology report of a layer (拓扑检查)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
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
from ecociv.territory.topology.findings import Defect, Finding, Report, Tolerances
from ecociv.territory.topology.measure import (
    Frame,
    Shapes,
    areas_in_any_state,
    is_finite,
    mean_widths,
    polygonal,
    sound,
)
from ecociv.territory.topology.spikes import spike_vertices

_LOCATION = re.compile(r"^(.*?)\s*\[(\S+) (\S+?)\]$")


def report(
    geometries: Shapes,
    identities: Sequence[str | None] | NDArray[np.object_] | None = None,
    *,
    boundary: shapely.Geometry | None = None,
    partition: bool = False,
    tolerances: Tolerances | None = None,
) -> Report:
    """What is wrong with a layer of polygons; nothing is changed.

    Parameters
    ----------
    geometries : array of Geometry
        Longitude and latitude; any state: invalid, empty, missing, of any kind.
    identities : sequence of str or None, optional
        What names a feature.
    boundary : Geometry, optional
        The area that the layer should cover; what it leaves out are gaps, what lies outside is found too. Without it
        gaps are the holes between features.
    partition : bool
        Whether gaps are errors.
    tolerances : Tolerances, optional
        What is too small to count.

    Returns
    -------
    Report

    Notes
    -----
    Polygons are looked at in degrees, as they are stored, so that no projection hides or makes a defect; areas are on
    the ellipsoid. Only polygons with edges that fit no neighbour are compared pair by pair (GEOS coverage validation),
    which is why a sound layer of 200,000 polygons takes seconds. Invalid polygons are compared by their valid copies.

    Examples
    --------
    >>> pair = np.array([shapely.box(117, 29, 117.01, 29.01), shapely.box(117.009, 29, 117.02, 29.01)])
    >>> found = report(pair, ["a", "b"])
    >>> found.errors, found.of(Defect.OVERLAP)[0].identities, round(found.areas[Defect.OVERLAP])
    (1, ('a', 'b'), 107992)
    """
    tolerances = tolerances or Tolerances()
    shapes = np.array(geometries, dtype=object)
    shapes[shapely.is_missing(shapes)] = shapely.Polygon()
    names = [
        str(name) if name else str(row + 1)
        for row, name in enumerate(identities if identities is not None else [None] * len(shapes))
    ]
    valid = sound(shapes)
    frame = Frame.of(valid)
    findings = _each(shapes, names)
    findings += _repeated(identities, names)
    same, together = _duplicates(valid, names)
    findings += same
    suspects = unmatched(valid)
    found, noise = _overlaps(valid, suspects, names, together, frame, tolerances)
    findings += found
    found, more = _gaps(valid, suspects, names, boundary, frame, tolerances)
    findings += found
    findings += _thin(valid, names, frame, tolerances)
    findings += _holes(valid, names)
    order = list(Defect)
    findings.sort(key=lambda each: (order.index(each.kind), -each.area, each.features))
    return Report(
        features=len(shapes),
        area=float(areas_in_any_state(valid).sum()),
        findings=tuple(findings),
        noise_area=noise + more,
        partition=partition,
        tolerances=tolerances,
    )


def _finding(
    kind: Defect,
    features: Iterable[int | np.integer[Any]],
    names: list[str],
    where: shapely.Geometry | None,
    *,
    area: float = 0.0,
    width: float | None = None,
    detail: str = "",
) -> Finding:
    places = tuple(int(each) for each in features)
    point = None if where is None or where.is_empty else where.representative_point()
    return Finding(
        kind,
        places,
        tuple(names[each] for each in places),
        None if point is None else point.x,
        None if point is None else point.y,
        area,
        width,
        detail,
    )


def _each(shapes: Shapes, names: list[str]) -> list[Finding]:
    found = []
    finite = is_finite(shapes)
    kinds = shapely.get_type_id(shapes)
    empty = shapely.is_empty(shapes)
    valid = shapely.is_valid(shapes)
    for place in np.flatnonzero(~finite):
        found.append(_finding(Defect.NOT_FINITE, [place], names, None))
    for place in np.flatnonzero(empty):
        found.append(_finding(Defect.EMPTY, [place], names, None))
    for place in np.flatnonzero(finite & ~empty & ~np.isin(kinds, POLYGONAL)):
        shape = shapes[place]
        found.append(_finding(Defect.NON_POLYGON, [place], names, shape, detail=shape.geom_type))
    broken = np.flatnonzero(finite & ~empty & ~valid)
    areas = areas_in_any_state(shapes[broken])
    for place, reason, area in zip(broken, shapely.is_valid_reason(shapes[broken]), areas, strict=True):
        match = _LOCATION.match(reason)
        detail = match[1] if match else reason
        east, north = (float(match[2]), float(match[3])) if match else (None, None)
        found.append(
            Finding(Defect.INVALID, (int(place),), (names[place],), east, north, float(area), None, detail)
        )
    return found


def _repeated(
    identities: Sequence[str | None] | NDArray[np.object_] | None, names: list[str]
) -> list[Finding]:
    if identities is None:
        return []
    by_name: dict[str, list[int]] = {}
    for place, name in enumerate(identities):
        if name:
            by_name.setdefault(str(name), []).append(place)
    return [
        _finding(Defect.SAME_IDENTITY, places, names, None, detail=name)
        for name, places in by_name.items()
        if len(places) > 1
    ]


def _duplicates(valid: Shapes, names: list[str]) -> tuple[list[Finding], dict[int, int]]:
    """Findings, and for each feature that has a double the number of its group."""
    found, together = [], {}
    groups = duplicates(valid)
    for number, group in enumerate(groups):
        area = float(areas_in_any_state(valid[group[:1]])[0]) * (len(group) - 1)
        found.append(_finding(Defect.DUPLICATE, group, names, valid[group[0]], area=area))
        together.update(dict.fromkeys(map(int, group), number))
    return found, together


def _overlaps(
    valid: Shapes,
    suspects: NDArray[np.bool_],
    names: list[str],
    together: dict[int, int],
    frame: Frame,
    tolerances: Tolerances,
) -> tuple[list[Finding], float]:
    pairs = overlaps(valid, suspects)
    areas = areas_in_any_state(pairs.shared)
    widths = mean_widths(pairs.shared, areas, frame)
    found, noise = [], 0.0
    for first, second, shared, area, width in zip(
        pairs.first, pairs.second, pairs.shared, areas, widths, strict=True
    ):
        group = together.get(int(first))
        if group is not None and group == together.get(int(second)):
            continue
        if width < tolerances.noise_width:
            noise += float(area)
            continue
        found.append(
            _finding(Defect.OVERLAP, (first, second), names, shared, area=float(area), width=float(width))
        )
    return found, noise


def _gaps(
    valid: Shapes,
    suspects: NDArray[np.bool_],
    names: list[str],
    boundary: shapely.Geometry | None,
    frame: Frame,
    tolerances: Tolerances,
) -> tuple[list[Finding], float]:
    whole = union(valid, suspects)
    tree = shapely.STRtree(valid)
    found, noise = [], 0.0
    wanted = [(Defect.GAP, holes_in(whole))]
    if boundary is not None:
        known = sound(np.array([boundary], dtype=object))[0]
        left_out = polygonal(np.array([shapely.difference(known, whole)], dtype=object))
        beyond = polygonal(np.array([shapely.difference(whole, known)], dtype=object))
        wanted = [
            (Defect.GAP, shapely.get_parts(left_out)),
            (Defect.OUTSIDE, shapely.get_parts(beyond)),
        ]
    for kind, shapes in wanted:
        shapes = shapes[~shapely.is_empty(shapes)]  # noqa: PLW2901
        areas = areas_in_any_state(shapes)
        widths = mean_widths(shapes, areas, frame)
        for shape, area, width in zip(shapes, areas, widths, strict=True):
            if width < tolerances.noise_width:
                noise += float(area)
                continue
            around = neighbours(valid, tree, shape)
            found.append(_finding(kind, around, names, shape, area=float(area), width=float(width)))
    return found, noise


def _thin(valid: Shapes, names: list[str], frame: Frame, tolerances: Tolerances) -> list[Finding]:
    least_area, least_width, _ = tolerances.slivers()
    areas = areas_in_any_state(valid)
    widths = mean_widths(valid, areas, frame)
    small = ((areas < least_area) | (widths < least_width)) & ~shapely.is_empty(valid)
    found = [
        _finding(
            Defect.SLIVER, [place], names, valid[place], area=float(areas[place]), width=float(widths[place])
        )
        for place in np.flatnonzero(small)
    ]
    features, points = spike_vertices(valid, frame, tolerances.spike_angle)
    found += [
        Finding(Defect.SPIKE, (int(feature),), (names[feature],), float(point[0]), float(point[1]))
        for feature, point in zip(features, points, strict=True)
    ]
    return found


def _holes(valid: Shapes, names: list[str]) -> list[Finding]:
    """Holes of single features, filled by others or not: worth a look, no errors."""
    polygons, feature = shapely.get_parts(valid, return_index=True)
    holed = np.flatnonzero(shapely.get_num_interior_rings(polygons) > 0)
    found = []
    for place in holed:
        rings = shapely.get_rings(polygons[place])[1:]
        shapes = sound(np.asarray(shapely.polygons(rings), dtype=object))
        for shape, area in zip(shapes, areas_in_any_state(shapes), strict=True):
            found.append(_finding(Defect.HOLE, [feature[place]], names, shape, area=float(area)))
    return found
