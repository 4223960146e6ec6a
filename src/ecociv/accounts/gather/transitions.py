"""The land transition matrix between two versions of a layer, for the city and each county; measured once for the same files.

The two layers are laid over each other, then over the counties: a patch counts in the county in which it lies, so that the
counties add up to the city.
"""

from __future__ import annotations

import datetime as dt
import json
import os
import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import numpy as np
from django.conf import settings

from ecociv.accounts.declaration import Transitions
from ecociv.accounts.forms import national
from ecociv.core.digests import digest_of_json
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.evidence.mapping import load_places
from ecociv.standards.natural_capital import TransitionMatrix, transition_matrix, transitions_of_patches
from ecociv.territory.layers.geopackage import LayerFileUnreadable
from ecociv.territory.layers.kinds import layer_kind
from ecociv.territory.models import LayerVersion
from ecociv.territory.overlay.compute import overlay
from ecociv.territory.queries import layer_file, versions_in_force
from ecociv.territory.retained.declaration import BOUNDARIES, Source

ARITHMETIC = 1
UNCLASSED = "unclassed"
_M2 = Decimal(10_000)


@dataclass(frozen=True, slots=True)
class Transition:
    """The matrix of an area between two surveys, in hectare.

    Attributes
    ----------
    matrix : TransitionMatrix
    residual : mapping of str to (opening, closing)
        Area of the account less that of the matrix at both ends, where the account has it.
    patches : int
        How many patches were added up.
    """

    area: str
    first: dt.date
    last: dt.date
    matrix: TransitionMatrix = field(repr=False)
    patches: int
    sample: bool
    versions: tuple[str, ...]
    trace: Trace = field(repr=False)


@dataclass(frozen=True, slots=True)
class NoTransition:
    """No matrix, and why."""

    reason: Text


def surveys(zone: str, declared: Transitions, as_of: dt.datetime | None = None) -> tuple[LayerVersion, ...]:
    """The versions of the layer that hold one after the other, the oldest first."""
    days = sorted(
        set(
            LayerVersion.objects.filter(layer__zone=zone, layer__kind=declared.layer).values_list(
                "valid_from", flat=True
            )
        )
    )
    found: list[LayerVersion] = []
    for day in days:
        for version in versions_in_force(zone, day, as_of, kinds=[declared.layer]):
            if version.valid_from == day:
                found.append(version)
    return tuple(found)


def land_transition(
    zone: str,
    declared: Transitions,
    area: str,
    first: LayerVersion,
    last: LayerVersion,
    *,
    opening: Mapping[str, Decimal | None] | None = None,
    closing: Mapping[str, Decimal | None] | None = None,
    as_of: dt.datetime | None = None,
) -> Transition | NoTransition:
    """The transition matrix of an area between two surveys.

    Parameters
    ----------
    opening, closing
        Areas in hectare by column as the account has them: what the matrix does not explain is shown.
    """
    boundary = _boundary(zone, last, as_of)
    if boundary is None:
        return NoTransition(
            Text(
                zh="没有行政区划图层，不能按地区统计；请先导入",
                en="There is no layer of boundaries; import one first",
            )
        )
    try:
        by_county = _measured(first, last, boundary, declared)
    except LayerFileUnreadable as error:
        return NoTransition(Text(zh=str(error), en=str(error)))
    place = load_places(zone).by_key[area]
    counties = [place.code] if place.kind == "county" else sorted(by_county)
    flows: dict[tuple[str, str], Decimal] = {}
    patches = 0
    for county in counties:
        held = by_county.get(county, {"flows": [], "patches": 0})
        patches += held["patches"]
        for source, target, text in held["flows"]:
            flows[source, target] = flows.get((source, target), Decimal(0)) + Decimal(text) / _M2
    if not flows:
        return NoTransition(
            Text(
                zh=f"两期图层在{place.name.zh}没有重叠", en=f"The two surveys do not overlap in {place.name.en}"
            )
        )
    matrix = transition_matrix(
        flows,
        opening=_known(opening),
        closing=_known(closing),
        unit="hectare",
        tolerance=declared.tolerance,
        names=class_names(),
    )
    versions = tuple(f"{one.layer.key} v{one.number}" for one in (first, last, boundary))
    trace = replace(
        matrix.trace(),
        inputs=(*matrix.trace().inputs, *(_version(one) for one in (first, last, boundary))),
    )
    sample = any(one.sample for one in (first, last, boundary))
    return Transition(area, first.valid_from, last.valid_from, matrix, patches, sample, versions, trace)


def class_names() -> dict[str, Text]:
    """The columns of the land account, and what no column takes."""
    return {**national().accounts["land"].columns, UNCLASSED: Text(zh="未归类", en="not classed")}


def _known(amounts: Mapping[str, Decimal | None] | None) -> dict[str, Decimal] | None:
    found = {column: value for column, value in (amounts or {}).items() if value is not None}
    return found or None


def _version(one: LayerVersion) -> TraceInput:
    return TraceInput(
        Text(zh=f"图层：{one.title}", en=f"Layer: {one.title}"), None, "1",
        source_id=f"layer:{one.layer.key}/{one.number}@{one.sha256[:12]}", revision=one.number,
        valid=one.valid_from.isoformat(), recorded=one.recorded_at, sample=one.sample,
    )  # fmt: skip


def _boundary(zone: str, last: LayerVersion, as_of: dt.datetime | None) -> LayerVersion | None:
    found = versions_in_force(zone, last.valid_from, as_of, kinds=[BOUNDARIES])
    return max(found, key=lambda version: (version.count, version.layer.key), default=None)


def _columns(declared: Transitions) -> dict[str, str]:
    """Column of each class code, with those below the declared ones."""
    found: dict[str, str] = {}
    for column, classes in declared.classes.items():
        chosen = Source(kind=declared.layer, classes=classes).chosen() or tuple(
            layer_kind(declared.layer).class_names()
        )
        found |= dict.fromkeys(chosen, column)
    return found


def _measured(
    first: LayerVersion, last: LayerVersion, boundary: LayerVersion, declared: Transitions
) -> dict[str, dict[str, Any]]:
    key = digest_of_json([ARITHMETIC, first.sha256, last.sha256, boundary.sha256, declared.model_dump_json()])
    path = Path(settings.ECOCIV_VAR) / "transitions" / key[:2] / f"{key}.json"
    try:
        return json.loads(path.read_text(encoding="utf-8"))  # type: ignore[no-any-return]
    except (OSError, ValueError):
        found = measure(first, last, boundary, _columns(declared))
    path.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.NamedTemporaryFile("w", dir=path.parent, delete=False, encoding="utf-8") as file:
        json.dump(found, file)
    os.replace(file.name, path)
    return found


def measure(
    first: LayerVersion, last: LayerVersion, boundary: LayerVersion, columns: Mapping[str, str]
) -> dict[str, dict[str, Any]]:
    """Flows in m2 by county code, each sum rounded once to the hundredth."""
    before, after, counties = (list(layer_file(one).all()) for one in (first, last, boundary))
    moved = overlay(
        [one.geometry for one in before],
        [one.geometry for one in after],
        class_a=[columns.get(one.class_key, UNCLASSED) for one in before],
        class_b=[columns.get(one.class_key, UNCLASSED) for one in after],
        how="intersection",
        double_cover="first",
        least_area=0.0,
        least_width=0.0,
    )
    pairs = [f"{a}>{b}" for a, b in zip(moved.classes(True), moved.classes(False), strict=True)]
    placed = overlay(
        moved.geometries,
        [one.geometry for one in sorted(counties, key=lambda one: one.identity)],
        class_a=pairs,
        class_b=sorted(one.identity for one in counties),
        how="intersection",
        double_cover="first",
        least_area=0.0,
        least_width=0.0,
    )
    found: dict[str, dict[str, Any]] = {}
    where = np.asarray(placed.classes(False), dtype=str)
    which = np.asarray(placed.classes(True), dtype=str)
    for county in sorted(set(where)):
        chosen = where == county
        split = [pair.split(">") for pair in which[chosen]]
        matrix = transitions_of_patches(
            [one[0] for one in split], [one[1] for one in split], np.asarray(placed.area)[chosen]
        )
        found[county] = {
            "patches": int(chosen.sum()),
            "flows": [[source, target, str(area)] for (source, target), area in matrix.flows.items()],
        }
    return found
