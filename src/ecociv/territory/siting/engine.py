"""Alternatives for a use, ranked with the arithmetic of every score. Pure: no Django."""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

import numpy as np
import shapely

from ecociv.core.digests import digest_of_json
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.standards.land import adjust_areas, ledger_area
from ecociv.territory.layers.features import Features, areal, areas_of
from ecociv.territory.rules.buffers import LocalPlane
from ecociv.territory.rules.declaration import matches
from ecociv.territory.rules.judging import Status, kind_name, missing_layers
from ecociv.territory.rules.loading import SpaceRules
from ecociv.territory.rules.purposes import Purpose
from ecociv.territory.siting.candidates import Candidate, SitingRefused, Wanted, cells_of, parcels
from ecociv.territory.siting.declaration import Criterion, criteria
from ecociv.territory.siting.ground import (
    Applied,
    Ground,
    SitingLayer,
    applied_rules,
    examine_ground,
    shapes_in,
)

FORMAT = "ecociv-siting/1"


def find_sites(
    search: shapely.Geometry,
    purpose: Purpose,
    wanted: Wanted,
    layers: Sequence[SitingLayer],
    rules: SpaceRules,
    on: dt.date,
    *,
    candidates: Features | None = None,
    progress: Callable[[int, int], None] | None = None,
) -> dict[str, Any]:
    """Search ground for a purpose.

    Parameters
    ----------
    search
        Polygon or multipolygon in degrees.
    layers
        Layers in force; in any order.
    candidates
        Parcels to choose from; cells of a grid on permitted ground where not given.

    Returns
    -------
    dict
        JSON values: areas by reason that add up to the area searched, and ranked alternatives.

    Raises
    ------
    SitingRefused
        An area or weights that make no sense, a search without ground, too many cells.
    """
    ordered = sorted(layers, key=lambda one: one.key)
    scored, left_out = _criteria(purpose, wanted, ordered)
    if not wanted.area > 0 or not math.isfinite(wanted.area):
        raise SitingRefused(
            Text(zh="所需面积须大于0平方米。", en="The area wanted has to be more than 0 m².")
        )
    if search.is_empty:
        raise SitingRefused(Text(zh="搜索范围没有面积。", en="The search has no area."))
    applied = applied_rules(ordered, rules, purpose, on, wanted.documents)
    ground = examine_ground(search, applied, ordered, int(rules.tolerances.buffer_segments.value), progress)
    if ledger_area(ground.total) <= 0:
        raise SitingRefused(Text(zh="搜索范围没有面积。", en="The search has no area."))
    united = areal(shapely.union_all(ground.permitted)) if ground.permitted else shapely.Polygon()
    blocks = [one for one in shapely.get_parts(united) if not one.is_empty]
    sizes = areas_of(np.asarray(blocks, dtype=object)) if blocks else np.empty(0)
    large = [block for block, size in zip(blocks, sizes, strict=True) if size >= wanted.area]
    small = float(sizes[sizes < wanted.area].sum())
    plane = LocalPlane(search.centroid.x, search.centroid.y)
    found = parcels(large, candidates, wanted) if candidates is not None else cells_of(large, plane, wanted)
    alternatives = _scored(found, ground, scored, ordered, plane, wanted)
    held = _united_area([one.geometry for one in found])
    return {
        "format": FORMAT,
        "purpose": purpose.to_json(),
        "area_wanted_m2": str(ledger_area(wanted.area)),
        "areas": _areas(ground, applied, small, held),
        "criteria": [
            {"key": one.key, "weight": weight, **_both(one.name, "name"), **_both(one.said, "said")}
            for one, weight in scored
        ],
        "not_scored": [
            {"key": one.key, **_both(one.name, "name"), **_both(kind_name(one.layer), "layer")}
            for one in left_out
        ],
        "missing": [
            reason.to_json() for reason in missing_layers(rules, (one.kind for one in ordered), purpose, on)
        ],
        "say": sorted({trait for one in applied for trait in one.unsaid}),
        "candidates": len(found),
        "alternatives": [
            _told(rank, one, ground, applied) for rank, one in enumerate(alternatives[: wanted.most], 1)
        ],
        "rules_digest": rules.digest,
        "criteria_digest": digest_of_json(criteria().model_dump(mode="json")),
    }


def _criteria(
    purpose: Purpose, wanted: Wanted, layers: Sequence[SitingLayer]
) -> tuple[list[tuple[Criterion, int]], list[Criterion]]:
    declared = criteria().criteria
    if strange := sorted(set(wanted.weights) - {one.key for one in declared}):
        known = ", ".join(one.key for one in declared)
        raise SitingRefused(
            Text(zh=f"没有准则“{strange[0]}”：{known}。", en=f"{strange[0]!r} is no criterion: {known}.")
        )
    if any(not 0 <= weight <= 100 for weight in wanted.weights.values()):
        raise SitingRefused(Text(zh="权重为0至100的整数。", en="Weights are whole numbers from 0 to 100."))
    kinds = {one.kind for one in layers}
    meant = [
        (one, wanted.weights.get(one.key, one.weight))
        for one in declared
        if all(purpose.traits.get(trait) for trait in one.traits)
    ]
    kept = [(one, weight) for one, weight in meant if weight and (not one.layer or one.layer in kinds)]
    if not kept:
        raise SitingRefused(
            Text(zh="所有准则的权重都是0，无法排序。", en="Every weight is 0, so nothing can be ranked.")
        )
    return kept, [one for one, weight in meant if weight and one.layer and one.layer not in kinds]


# -- candidates ------------------------------------------------------------------------------------------


# -- scores ----------------------------------------------------------------------------------------------


@dataclass(frozen=True, eq=False)
class _Alternative:
    candidate: Candidate
    score: Decimal
    parts: list[dict[str, Any]]


def _scored(
    found: list[Candidate],
    ground: Ground,
    scored: list[tuple[Criterion, int]],
    layers: Sequence[SitingLayer],
    plane: LocalPlane,
    wanted: Wanted,
) -> list[_Alternative]:
    if not found:
        return []
    shapes = np.empty(len(found), dtype=object)
    shapes[:] = [one.geometry for one in found]
    sizes = np.asarray([one.area for one in found])
    flat = plane.to_plane(shapes)
    columns = []
    for criterion, weight in scored:
        values: list[float | None]
        if criterion.measure == "distance":
            values = _distances(criterion, flat, layers, plane)
            scores = [criterion.score_of(value) for value in values]
        elif criterion.measure == "compactness":
            lengths = shapely.length(flat)
            values = [float(one) for one in 4 * math.pi * shapely.area(flat) / lengths**2]
            scores = [min(1.0, value) for value in values if value is not None]
        else:
            kept = ground.limited if criterion.measure == "limited-share" else ground.encouraged
            shares = _shares(shapes, sizes, kept)
            values = list(shares)
            scores = [1.0 - one for one in shares] if kept is ground.limited else list(shares)
        columns.append((criterion, weight, values, scores))
    weights = sum(weight for _one, weight in scored)
    made = []
    for place, candidate in enumerate(found):
        parts: list[dict[str, Any]] = [
            {
                "key": criterion.key,
                "value": None if values[place] is None else str(_four(values[place])),
                "unit": "m" if criterion.measure == "distance" else "1",
                "score": str(_four(scores[place])),
                "weight": weight,
            }
            for criterion, weight, values, scores in columns
        ]
        total = sum((Decimal(part["score"]) * part["weight"] for part in parts), Decimal(0))
        made.append(_Alternative(candidate, _four(total / weights), parts))
    return sorted(made, key=lambda one: (-one.score, -one.candidate.area, one.candidate.identity))


def _four(value: Any) -> Decimal:
    rounded: Decimal = round_half_even(Decimal(str(value)), 4)
    return rounded


def _distances(
    criterion: Criterion, flat: Any, layers: Sequence[SitingLayer], plane: LocalPlane
) -> list[float | None]:
    reach = max(criterion.best, criterion.worst)
    west, south, east, north = shapely.total_bounds(flat)
    corners = plane.to_degrees(shapely.box(west - reach, south - reach, east + reach, north + reach)).bounds
    near: list[Any] = []
    for layer in layers:
        if layer.kind == criterion.layer:
            near += shapes_in(
                layer.file,
                corners,
                lambda key: not criterion.classes or any(matches(one, key) for one in criterion.classes),
            )
    found: list[float | None] = [None] * len(flat)
    if near:
        shapes = np.empty(len(near), dtype=object)
        shapes[:] = near
        tree = shapely.STRtree(plane.to_plane(shapes))
        (rows, _nearest), distances = tree.query_nearest(
            flat, max_distance=reach, return_distance=True, all_matches=False
        )
        for row, distance in zip(rows, distances, strict=True):
            found[int(row)] = float(distance)
    return found


def _shares(shapes: Any, sizes: Any, kept: Mapping[str, list[Any]]) -> list[float]:
    """Share of each candidate under any of the rules; ground under two counts once."""
    pieces = [piece for each in kept.values() for piece in each]
    if not pieces:
        return [0.0] * len(shapes)
    tree = shapely.STRtree(pieces)
    shares = []
    for shape, size in zip(shapes, sizes, strict=True):
        rows = np.sort(tree.query(shape, predicate="intersects"))
        parts = [areal(shapely.intersection(shape, pieces[row])) for row in rows]
        shares.append(min(1.0, _united_area(parts) / float(size)))
    return shares


def _united_area(shapes: Sequence[Any]) -> float:
    full = [one for one in shapes if not one.is_empty]
    if not full:
        return 0.0
    return float(areas_of(np.asarray([areal(shapely.union_all(full))], dtype=object))[0])


# -- words -----------------------------------------------------------------------------------------------


def _areas(ground: Ground, applied: Sequence[Applied], small: float, held: float) -> dict[str, Any]:
    """Areas by reason, rounded and balanced to the area searched."""
    permitted = ground.total - math.fsum(ground.excluded.values())
    beside = max(0.0, permitted - small - held)
    by_key = {one.key: one for one in applied}
    rows: list[tuple[dict[str, Any], float]] = [
        (
            {
                "reason": "undecided" if by_key[key].status is Status.OPEN else "forbidden",
                "rule": by_key[key].rule.key,
                "layer": by_key[key].layer.key,
                "unsaid": list(by_key[key].unsaid),
                **_both(by_key[key].rule.said, "said"),
                **_both(by_key[key].rule.citation, "citation"),
                "verified": by_key[key].rule.verified,
            },
            size,
        )
        for key, size in ground.excluded.items()
        if size > 0
    ]
    rows += [
        ({"reason": reason, **_both(_REASONS[reason], "said")}, size)
        for reason, size in (("too-small", small), ("beside", beside), ("candidates", held))
    ]
    total = ledger_area(ground.total)
    values = adjust_areas([size for _row, size in rows], total).value
    return {
        "searched_m2": str(total),
        "rows": [{**row, "area_m2": str(value)} for (row, _size), value in zip(rows, values, strict=True)],
    }


_REASONS = {
    "too-small": Text(
        zh="允许但连片面积小于所需面积", en="Permitted, in contiguous ground smaller than the area wanted"
    ),
    "beside": Text(
        zh="允许但不在任一备选地块内（格网裁切的余地，或没有备选地块）",
        en="Permitted, in no candidate: what the grid cuts off, or ground without a parcel",
    ),
    "candidates": Text(zh="备选地块", en="Candidates"),
}


def _told(rank: int, one: _Alternative, ground: Ground, applied: Sequence[Applied]) -> dict[str, Any]:
    """An alternative with the rules that limit or encourage it."""
    by_key = {each.key: each for each in applied}
    touched = []
    for kept, effect in ((ground.limited, "limits"), (ground.encouraged, "encourages")):
        for key, pieces in kept.items():
            here = [areal(shapely.intersection(one.candidate.geometry, piece)) for piece in pieces]
            size = _united_area(here)
            if size > 0:
                rule = by_key[key].rule
                touched.append(
                    {
                        "effect": effect,
                        "rule": rule.key,
                        "layer": by_key[key].layer.key,
                        "area_m2": str(ledger_area(size)),
                        **_both(rule.said, "said"),
                        **_both(rule.citation, "citation"),
                    }
                )
    place = one.candidate.geometry.representative_point()
    return {
        "rank": rank,
        "identity": one.candidate.identity,
        "name": one.candidate.name,
        "area_m2": str(ledger_area(one.candidate.area)),
        "score": str(one.score),
        "criteria": one.parts,
        "rules": sorted(
            touched, key=lambda each: (str(each["effect"]), str(each["layer"]), str(each["rule"]))
        ),
        "place": [round(place.x, 6), round(place.y, 6)],
        "geometry": shapely.geometry.mapping(one.candidate.geometry),
    }


def _both(text: Text, name: str) -> dict[str, str]:
    return {f"{name}_{tongue}": words for tongue, words in text.to_mapping().items()}
