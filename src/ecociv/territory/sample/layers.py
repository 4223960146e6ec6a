"""The sample layers, one function for each: from the ground and its uses to features in degrees."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ecociv.territory.layers.features import Features
from ecociv.territory.sample.around import (
    changes,
    control_lines,
    drinking,
    livestock,
    mining,
    protected,
    shoreline,
)
from ecociv.territory.sample.declared import DeclaredLayer, DeclaredVersion, SampleTerritory
from ecociv.territory.sample.drawn import Drawn
from ecociv.territory.sample.ground import Ground, ground_of
from ecociv.territory.sample.surveys import forest_survey, land_survey, wetland_survey
from ecociv.territory.sample.uses import Uses, uses_of

MARK = {"示例": True}
"""Every feature says that it is sample data, wherever the file goes."""


@dataclass(frozen=True, eq=False)
class SampleVersion:
    """One version of one sample layer, ready to be recorded."""

    layer: DeclaredLayer
    version: DeclaredVersion
    features: Features
    real: bool


def sample_versions(given: SampleTerritory, parcels: int | None = None) -> Iterator[SampleVersion]:
    """All versions, in the order of the declaration; ``parcels`` makes a coarser ground, for tests."""
    ground = ground_of(given, parcels or given.parcels)
    uses = uses_of(ground)
    for layer in given.layers:
        for number, version in enumerate(layer.versions):
            drawn = MAKERS[layer.key](ground, uses, version, number == 0)
            real = {"administrative-boundary": ground.real_boundaries, "water-surface": ground.real_water}
            yield SampleVersion(
                layer, version, _features(ground, layer.key, drawn), real.get(layer.key, False)
            )


def _features(ground: Ground, key: str, drawn: Drawn) -> Features:
    shapes = np.asarray(ground.plane.to_degrees(np.asarray(drawn.shapes, dtype=object)))
    classes = np.asarray(drawn.classes, dtype=object)
    wrong = ~shapely.is_valid(shapes)
    shapes[wrong] = shapely.make_valid(shapes[wrong], method="structure", keep_collapsed=False)
    kept = np.isin(shapely.get_type_id(shapes), (3, 6)) & ~shapely.is_empty(shapes)
    identities = drawn.identities
    if identities is None:
        prefix = "".join(word[0] for word in key.split("-")).upper()
        identities = [f"{prefix}{number:05d}" for number in range(1, len(shapes) + 1)]
    names = drawn.names if drawn.names is not None else [""] * len(shapes)
    attributes = drawn.attributes if drawn.attributes is not None else [{}] * len(shapes)
    places = [int(place) for place in np.flatnonzero(kept)]
    return Features.of(
        shapes[kept],
        [identities[place] for place in places],
        classes[kept],
        [names[place] for place in places],
        [{**attributes[place], **MARK} for place in places],
    )


def joined(
    ground: Ground, labels: NDArray[Any], *, single: bool = True
) -> tuple[list[Any], list[str], list[str]]:
    """Parcels of one label put together: shapes, classes, and an identity by the first parcel of each."""
    shapes: list[Any] = []
    classes: list[str] = []
    identities: list[str] = []
    for label in sorted({one for one in labels if one}):
        places = np.flatnonzero(labels == label)
        whole = shapely.coverage_union_all(ground.parcels[places])
        parts = shapely.get_parts(whole) if single else np.asarray([whole])
        inner = shapely.points(ground.centre[places])
        found, part = shapely.STRtree(parts).query(inner, predicate="within")
        first = np.full(len(parts), len(ground.parcels))
        np.minimum.at(first, part, places[found])
        for place in np.argsort(first, kind="stable"):
            shapes.append(parts[place])
            classes.append(label)
            identities.append(f"{label}-{first[place] + 1:05d}"[:64])
    return shapes, classes, identities


def _plan(ground: Ground, labels: NDArray[Any]) -> Drawn:
    shapes, classes, identities = joined(ground, labels)
    return Drawn(shapes, classes, None, identities)


def _boundaries(ground: Ground, uses: Uses, version: DeclaredVersion, first: bool) -> Drawn:
    counties = ground.given.counties
    note = {"来源": "真实界线" if ground.real_boundaries else "示意轮廓，非法定界线"}
    # From the parcels, so that the boundary has the vertices of every partition inside it and areas close.
    return Drawn(
        [
            shapely.coverage_union_all(ground.parcels[ground.county == place])
            for place in range(len(counties))
        ],
        [one.code for one in counties],
        [one.name.zh for one in counties],
        [one.code for one in counties],
        [{"名称": one.name.zh, **note} for one in counties],
    )


def _water(ground: Ground, uses: Uses, version: DeclaredVersion, first: bool) -> Drawn:
    return _plan(ground, ground.water)


def _land_survey(ground: Ground, uses: Uses, version: DeclaredVersion, first: bool) -> Drawn:
    survey = land_survey(ground, uses, version.year or version.valid_from.year)
    return Drawn(
        list(ground.parcels),
        list(survey),
        None,
        [f"P{number:05d}" for number in range(1, len(ground.parcels) + 1)],
        [{"县区": ground.given.counties[place].code} for place in ground.county],
    )


def _function_zones(ground: Ground, uses: Uses, version: DeclaredVersion, first: bool) -> Drawn:
    zones = np.where(
        ground.height + 0.2 * ground.waves(21, 30.0) > 0.5, "ecological-function", "agricultural-production"
    )
    zones = zones.astype(object)
    zones[(ground.built > 0.45) & (ground.chance < 2)] = "key-development"
    zones[uses.reserved == 2] = "prohibited-development"
    return _plan(ground, zones)


def _red_line(ground: Ground, uses: Uses, version: DeclaredVersion, first: bool) -> Drawn:
    line = uses.red_line(ground, 0.30 if first else 0.36)
    if not first:
        # Given up at the second delineation, beside the towns.
        line[(line == "class-two") & (ground.built > 0.12) & (uses.drinking == 0)] = ""
    return _plan(ground, line)


def _basic_farmland(ground: Ground, uses: Uses, version: DeclaredVersion, first: bool) -> Drawn:
    chance = (ground.chance * 7.0) % 1.0
    zones = np.where(uses.farmland & (chance < 0.84), "basic-farmland", "").astype(object)
    zones[uses.farmland & (chance >= 0.84) & (chance < 0.9)] = "reserve-farmland"
    return _plan(ground, zones)


def _retained_forest(ground: Ground, uses: Uses, version: DeclaredVersion, first: bool) -> Drawn:
    grade = np.select(
        [uses.reserved == 2, ground.height > 0.72, ground.height > 0.4],
        ["grade-one", "grade-two", "grade-three"],
        "grade-four",
    ).astype(object)
    grade[~uses.forest] = ""
    return _plan(ground, grade)


def _building_control(ground: Ground, uses: Uses, version: DeclaredVersion, first: bool) -> Drawn:
    line = uses.red_line(ground, 0.33)
    zones = np.full(len(line), "limited-building", dtype=object)
    zones[(ground.built > 0.1) & (ground.height < 0.45)] = "suitable-building"
    zones[(line != "") | (ground.water != "")] = "prohibited-building"
    zones[uses.urban] = "built-up"
    return _plan(ground, zones)


def _land_use_plan(ground: Ground, uses: Uses, version: DeclaredVersion, first: bool) -> Drawn:
    line = uses.red_line(ground, 0.30)
    zones = np.full(len(line), "restricted-construction", dtype=object)
    zones[(ground.built > 0.2) & ~uses.farmland] = "conditional-construction"
    zones[uses.urban | ((ground.built > 0.42) & ((ground.chance * 3) % 1.0 < 0.8))] = "permitted-construction"
    zones[(line != "") & ~uses.urban] = "prohibited-construction"
    return _plan(ground, zones)


def _urban_plan(ground: Ground, uses: Uses, version: DeclaredVersion, first: bool) -> Drawn:
    # Reaches over farmland and forest that other plans keep: the differences that have to be found.
    chance = (ground.chance * 13.0) % 1.0
    zones = np.select(
        [chance < 0.3, chance < 0.4, chance < 0.5, chance < 0.68, chance < 0.72, chance < 0.78, chance < 0.82, chance < 0.9],
        ["R", "A", "B", "M", "W", "S", "U", "G"],
        "E",
    ).astype(object)  # fmt: skip
    zones[ground.water != ""] = "E"
    zones[~uses.planned] = ""
    return _plan(ground, zones)


def _forest(ground: Ground, uses: Uses, version: DeclaredVersion, first: bool) -> Drawn:
    places, classes = forest_survey(ground, uses, version.year or version.valid_from.year)
    return _parcels(ground, places, classes)


def _wetland(ground: Ground, uses: Uses, version: DeclaredVersion, first: bool) -> Drawn:
    places, classes = wetland_survey(ground, uses, version.year or version.valid_from.year)
    return _parcels(ground, places, classes)


def _parcels(ground: Ground, places: NDArray[np.int64], classes: NDArray[Any]) -> Drawn:
    return Drawn(
        list(ground.parcels[places]),
        list(classes),
        None,
        [f"P{place + 1:05d}" for place in places],
        [{"县区": ground.given.counties[ground.county[place]].code} for place in places],
    )


Maker = Callable[[Ground, Uses, DeclaredVersion, bool], Drawn]
MAKERS: dict[str, Maker] = {
    "administrative-boundary": _boundaries,
    "water-surface": _water,
    "land-survey": _land_survey,
    "function-zone": _function_zones,
    "ecological-red-line": _red_line,
    "permanent-basic-farmland": _basic_farmland,
    "retained-forest": _retained_forest,
    "building-control": _building_control,
    "land-use-plan": _land_use_plan,
    "urban-plan": _urban_plan,
    "urban-control-lines": control_lines,
    "shoreline-zone": shoreline,
    "livestock-zone": livestock,
    "protected-area": protected,
    "drinking-water-source": drinking,
    "forest-survey": _forest,
    "wetland-survey": _wetland,
    "mining-right": mining,
    "change-patches": changes,
}
