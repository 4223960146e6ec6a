"""Surveys of forest and wetland over the years: the areas that the sample's returns give, within one parcel."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecociv.territory.sample.declared import SurveyTarget
from ecociv.territory.sample.ground import Ground
from ecociv.territory.sample.uses import Uses

_HECTARES_PER_KM2 = 100.0


def forest_survey(ground: Ground, uses: Uses, year: int) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Parcels of forest land in a year and their classes: forest by the land survey first, then the land beside it."""
    order = np.lexsort((-ground.height, ~uses.forest))
    order = order[~(uses.urban | (ground.water != ""))[order]]
    places = _until(ground, order, ground.given.forest, year)
    by_use = {"0302": "bamboo-forest", "0305": "special-shrub", "0307": "other-forest-land"}
    classes = np.asarray(
        [
            by_use.get(use, "arbor-forest" if use == "0301" else "other-forest-land")
            for use in uses.survey[places]
        ],
        dtype=object,
    )
    return places, classes


def wetland_survey(ground: Ground, uses: Uses, year: int) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Parcels of wetland in a year and their classes: water, flats and ponds first, then flooded fields."""
    wet = {"river": "river-wetland", "lake": "lake-wetland", "reservoir": "constructed-wetland"}
    natural = ground.water != ""
    ponds = np.isin(uses.survey, ["1104", "1106"])
    fields = uses.survey == "0101"
    turn = np.select([natural, ponds, fields], [0, 1, 2], 3)
    order = np.lexsort((ground.height + 0.2 * ground.chance, turn))
    order = order[turn[order] < 3]
    places = _until(ground, order, ground.given.wetland, year)
    # Some of the natural wetland of the first survey was lost to later ones, and ponds were made elsewhere.
    lost = ponds[places] & (
        ground.chance[places] * 40 % 1.0 < 0.02 * (year - min(ground.given.wetland.hectares))
    )
    places = places[~lost]
    classes = [
        wet.get(ground.water[place], "marsh" if uses.survey[place] == "1106" else "constructed-wetland")
        for place in places
    ]
    return places, np.asarray(classes, dtype=object)


def _until(ground: Ground, order: NDArray[np.int64], target: SurveyTarget, year: int) -> NDArray[np.int64]:
    """Parcels from the front of the order until the area of the year is reached, in order of their number."""
    known = sorted(target.hectares)
    wanted = float(np.interp(year, known, [target.hectares[one] for one in known])) / _HECTARES_PER_KM2
    total = np.cumsum(ground.area[order])
    return np.sort(order[: int(np.searchsorted(total, wanted)) + 1])
