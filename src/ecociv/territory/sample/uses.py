"""What each parcel is: its class in the land survey, and the zones that plans put it into."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely
from numpy.typing import NDArray

from ecociv.territory.sample.fitting import HECTARES_PER_KM2, nearest_sum
from ecociv.territory.sample.ground import Ground

_TOWNS = 0.03
"""Share of the dry land that towns may take; hamlets stand beyond."""
_PONDS, _GARDENS = 0.016, 0.017
_WATER = {"river": "1101", "lake": "1102", "reservoir": "1103"}
Mask = NDArray[np.bool_]


@dataclass(frozen=True, eq=False)
class Uses:
    """Masks and labels over the parcels of a ground.

    Attributes
    ----------
    survey : array of str
        Class of the land survey.
    forest, farmland, urban : masks
        By the survey.
    reserved : array of int
        2 inside the core of a protected area, 1 inside another part, 0 elsewhere.
    drinking : array of int
        2 inside a first-class water-source zone, 1 inside another, 0 elsewhere.
    planned : mask
        Inside the reach of a city plan.
    """

    survey: NDArray[Any]
    forest: Mask
    farmland: Mask
    urban: Mask
    reserved: NDArray[np.int64]
    drinking: NDArray[np.int64]
    planned: Mask

    def red_line(self, ground: Ground, share: float) -> NDArray[Any]:
        """Class of the red line, or empty: protected areas, water sources and the highest ``share`` of the rest."""
        dry = ground.water == ""
        eligible = dry & ~self.urban & ~self.farmland
        wild = 0.75 * ground.height + 0.25 * ground.waves(11, 16.0) - 0.3 * ground.built
        high = eligible & (ground.rank(-wild, eligible) <= share)
        line = np.where(high | (self.reserved > 0) | (self.drinking > 0), "class-two", "").astype(object)
        line[(self.reserved == 2) | (self.drinking == 2)] = "class-one"
        return line


def uses_of(ground: Ground) -> Uses:
    """Decide the use of each parcel: towns first, then farmland in the lowlands, forest above."""
    given, count = ground.given, len(ground.parcels)
    survey = np.asarray([_WATER.get(kind, "") for kind in ground.water], dtype=object)
    dry = survey == ""
    town = ground.built + 0.12 * ground.waves(5, 6.0)
    rank = ground.rank(-town, dry)
    # Towns first, from their midst outwards, then hamlets by chance, until the built share of the return is reached.
    hamlet = dry & (rank >= _TOWNS) & (rank < 0.35)
    turn = np.where(dry & (rank < _TOWNS), rank, np.where(hamlet, 1 + ground.chance, 9.0))
    order = np.argsort(turn, kind="stable")
    total = float(ground.area.sum())
    latest = max(given.construction.percent)
    later = nearest_sum(ground.area, order[turn[order] < 9], given.construction.of(latest) * total)
    settled = np.zeros(count, dtype=bool)
    settled[later] = True
    urban, village = settled & (turn < 1), settled & (turn >= 1)
    survey[urban] = _pick(
        ground.chance[urban], ("0701", 0.5), ("0601", 0.74), ("05H1", 0.84), ("08H2", 0.93), ("0810", 1)
    )
    survey[village] = _pick((ground.chance[village] * 7.0) % 1.0, ("0702", 0.86), ("0602", 0.9), ("1003", 1))
    rest = survey == ""
    low = ground.rank(ground.height + 0.1 * ground.waves(6, 9.0), rest)
    lowland = np.argsort(low, kind="stable")
    lowland = lowland[rest[lowland]]
    hectares = ground.area * HECTARES_PER_KM2
    fields = nearest_sum(hectares, lowland, given.cultivated.of(min(given.cultivated.hectares)))
    farmland = np.zeros(count, dtype=bool)
    farmland[fields] = True
    survey[farmland] = _pick(ground.chance[farmland], ("0101", 0.86), ("0103", 1))
    beside = lowland[~farmland[lowland]]
    passed = np.cumsum(ground.area[beside]) / total
    ponds, gardens = beside[passed < _PONDS], beside[(passed >= _PONDS) & (passed < _PONDS + _GARDENS)]
    survey[ponds] = _pick(ground.chance[ponds], ("1104", 0.6), ("1106", 1))
    survey[gardens] = _pick(ground.chance[gardens], ("0202", 0.6), ("0201", 1))
    wild = survey == ""
    survey[wild] = _pick(
        (ground.chance[wild] + 0.25 * (ground.waves(7, 12.0)[wild] + 1)) % 1.0, ("0301", 0.79), ("0302", 0.93), ("0305", 0.985), ("0307", 0.995), ("0404", 1)
    )  # fmt: skip
    reserved = np.zeros(count, dtype=np.int64)
    for blob in given.protected:
        radii = list(blob.classes.values())
        reserved[_inside(ground, ground.blob(blob, radii[-1]))] |= 1
        if len(radii) > 1:
            reserved[_inside(ground, ground.blob(blob, radii[0]))] = 2
    drinking = np.zeros(count, dtype=np.int64)
    for blob in given.drinking_water:
        radii = list(blob.classes.values())
        near = _inside(ground, ground.blob(blob, radii[1]))
        drinking[near] = np.maximum(drinking[near], 1)
        drinking[_inside(ground, ground.blob(blob, radii[0]))] = 2
    planned = np.zeros(count, dtype=bool)
    for centre in given.centres:
        if centre.planned:
            away = np.hypot(*(ground.centre - ground.plane.point(centre.at)).T)
            planned |= away < 2.1 * centre.reach * (1 + 0.2 * ground.waves(8, 7.0))
    return Uses(
        survey,
        np.isin(survey, ["0301", "0302", "0305", "0307"]),
        farmland,
        urban | village,
        reserved,
        drinking,
        planned,
    )


def _inside(ground: Ground, area: shapely.Geometry) -> Mask:
    shapely.prepare(area)
    return np.asarray(shapely.contains_xy(area, ground.centre[:, 0], ground.centre[:, 1]))


def _pick(chance: NDArray[np.float64], *shares: tuple[str, float]) -> NDArray[Any]:
    """A class for each number from 0 to 1, by cumulative shares."""
    bounds = np.asarray([share for _, share in shares[:-1]])
    names = np.asarray([name for name, _ in shares], dtype=object)
    return names[np.searchsorted(bounds, chance, side="right")]
