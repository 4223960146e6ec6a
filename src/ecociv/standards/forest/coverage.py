"""Forest coverage rate (森林覆盖率), with special shrubs, shelter belts and trees beside houses and roads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.standards.arrays import MeasurementError, measurements, refuse_impossible
from ecociv.standards.computed import Computed, Term, all_needed
from ecociv.standards.parameters import parameter

_NAMES = {
    "arbor": Text(zh="乔木林", en="arbor forest"),
    "bamboo": Text(zh="竹林", en="bamboo forest"),
    "special_shrubs": Text(zh="国家特别规定灌木林", en="shrubs specially provided for"),
    "shelter_belts": Text(zh="农田林网", en="shelter belts of fields"),
    "scattered": Text(zh="四旁树", en="trees beside villages, houses, roads and waters"),
}


@dataclass(frozen=True, eq=False, kw_only=True)
class Coverage(Computed):
    """Forest coverage.

    Attributes
    ----------
    value : float or array
        Percent of the land.
    forest : float or array
        Area that counts, in the unit given.
    """

    forest: Any


def coverage_rate(
    *,
    land: ArrayLike,
    arbor: ArrayLike,
    bamboo: ArrayLike = 0.0,
    special_shrubs: ArrayLike = 0.0,
    shelter_belts: ArrayLike = 0.0,
    scattered: ArrayLike = 0.0,
) -> Coverage:
    """Forest coverage by the definition of the forest inventory.

    Parameters
    ----------
    land : array_like
        Land area; all areas in one unit.
    arbor : array_like
        Arbor forest with a canopy density of 0.2 and more (see `counts_as_forest`).
    bamboo, special_shrubs, shelter_belts, scattered : array_like
        Bamboo forest; shrubs that the state provides for; shelter belts; trees beside houses and roads (as area).
        Give NaN, not zero, for what is unknown: the rate is then unknown too.

    Raises
    ------
    MeasurementError
        Negative areas, no land, more forest than land.

    Notes
    -----
    The definition merged with the third land survey differs; do not compare figures across the change.

    Examples
    --------
    >>> found = coverage_rate(land=5256, arbor=3100, bamboo=150, special_shrubs=120, scattered=40)
    >>> round(found.value, 2)  # 3410 / 5256
    64.88
    """
    used = parameter("forest.canopy")
    rows = measurements(
        land=land,
        arbor=arbor,
        bamboo=bamboo,
        special_shrubs=special_shrubs,
        shelter_belts=shelter_belts,
        scattered=scattered,
    )
    given = rows.given()
    for name, column in given.items():
        refuse_impossible(
            name, column, unit="", at_least=float(np.nextafter(0, 1)) if name == "land" else 0.0
        )
    forest = np.sum([given[name] for name in _NAMES], axis=0)
    with np.errstate(invalid="ignore"):
        wrong = forest > given["land"] * (1 + 1e-9)
    if wrong.any():
        place = int(np.argmax(wrong))
        raise MeasurementError(
            f"The forest ({forest[place]:g}) is larger than the land ({given['land'][place]:g}) in element {place}; "
            "check the units."
        )
    return Coverage(
        value=rows.restore(forest / given["land"] * 100),
        unit="percent",
        edition=used.edition,
        marks=(),
        validity=all_needed(rows),
        label=Text(zh="森林覆盖率", en="Forest coverage"),
        formula="(arbor + bamboo + special shrubs + shelter belts + scattered) / land * 100",
        terms=(
            *(Term(label, given[name]) for name, label in _NAMES.items()),
            Term(Text(zh="土地面积", en="land area"), given["land"]),
        ),
        standard=used.citation,
        forest=rows.restore(forest),
    )


def counts_as_forest(canopy: ArrayLike) -> Any:
    """Whether land with trees of this canopy density (0..1) counts as arbor forest; NaN does not.

    Examples
    --------
    >>> counts_as_forest([0.19, 0.2]).tolist()
    [False, True]
    """
    rows = measurements(canopy=canopy)
    column = rows.given()["canopy"]
    refuse_impossible("canopy", column, unit="")
    if (column > 1).any():
        raise MeasurementError(f"canopy is {np.nanmax(column):g}; it is a share from 0 to 1.")
    return rows.restore(column >= parameter("forest.canopy").number)
