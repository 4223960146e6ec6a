"""Surveys of land, forest and wetland over the years: the areas that the sample's returns give, within a part of a parcel."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecociv.territory.sample.fitting import HECTARES_PER_KM2, nearest_sum
from ecociv.territory.sample.ground import Ground
from ecociv.territory.sample.uses import Uses


def land_survey(ground: Ground, uses: Uses, year: int) -> NDArray[Any]:
    """Class of each parcel in a year: what has been built since was forest at the edge of a settlement."""
    given, survey = ground.given.construction, uses.survey.copy()
    built = np.flatnonzero(uses.urban)
    total = float(ground.area.sum())
    shrink = float(ground.area[built].sum()) - given.of(year) * total
    since = nearest_sum(ground.area, built[np.argsort(-ground.chance[built], kind="stable")], shrink)
    survey[since] = "0301"
    return survey


def forest_survey(ground: Ground, uses: Uses, year: int) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Parcels of forest land in a year and their classes: forest by the land survey first, then the land beside it.

    What of the forest land is no forest (nurseries, land to be planted) is what the cover of the returns leaves over.
    """
    order = np.lexsort((-ground.height, ~uses.forest))
    order = order[~(uses.urban | (ground.water != ""))[order]]
    hectares = ground.area * HECTARES_PER_KM2
    places = nearest_sum(hectares, order, ground.given.forest.of(year))
    by_use = {"0302": "bamboo-forest", "0305": "special-shrub"}
    classes = np.asarray([by_use.get(use, "arbor-forest") for use in uses.survey[places]], dtype=object)
    bare = float(hectares[places].sum()) - ground.given.forest_cover.of(year) * float(hectares.sum())
    # Land beside the forest of the land survey is bare first.
    turn = np.lexsort((ground.chance[places], uses.forest[places]))
    classes[np.isin(places, nearest_sum(hectares, places[turn], bare))] = "other-forest-land"
    return places, classes


def wetland_survey(ground: Ground, uses: Uses, year: int) -> tuple[NDArray[np.int64], NDArray[Any]]:
    """Parcels of wetland in a year and their classes: water, flats and ponds first, then flooded fields, then the lowest ground."""
    wet = {"river": "river-wetland", "lake": "lake-wetland", "reservoir": "constructed-wetland"}
    natural = ground.water != ""
    ponds = np.isin(uses.survey, ["1104", "1106"])
    fields = uses.survey == "0101"
    turn = np.select([natural, ponds, fields], [0, 1, 2], 3)
    order = np.lexsort((ground.height + 0.2 * ground.chance, turn))
    # Some ponds of the first survey were lost to later ones, and fields were flooded elsewhere.
    since = year - min(ground.given.wetland.hectares)
    order = order[~(ponds[order] & (ground.chance[order] * 40 % 1.0 < 0.02 * since))]
    places = nearest_sum(ground.area * HECTARES_PER_KM2, order, ground.given.wetland.of(year))
    classes = [
        wet.get(ground.water[place], "marsh" if uses.survey[place] == "1106" else "constructed-wetland")
        for place in places
    ]
    return places, np.asarray(classes, dtype=object)
