"""Knowing a difference again from run to run: kept, split, merged, gone, come back. Pure: no Django.

A patch is a difference of before when more than the declared share of each lies in the other. Patches of one pair of
classes do not overlap, and neither do the differences they were, so at most one fits. Every difference that was alive
is afterwards kept, succeeded or resolved, and every patch is kept, come back or new: nothing falls between two runs.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

import numpy as np
import shapely

from ecociv.land_administration.differences.patches import Pair
from ecociv.territory.layers.features import areas_of
from ecociv.territory.overlay import overlay


@dataclass(frozen=True, eq=False)
class Known:
    """A difference of before, with the ground on which it was last seen; not alive once it was resolved or succeeded."""

    number: int
    pair: Pair
    geometry: shapely.Geometry
    alive: bool = True


@dataclass(frozen=True, eq=False)
class Seen:
    """A patch of the run; slivers get no identity and are only looked at for what is left of something."""

    place: int
    pair: Pair
    geometry: shapely.Geometry
    sliver: bool = False


class Relation(StrEnum):
    """How a difference comes from another."""

    SPLIT = "split"
    MERGE = "merge"
    CHANGED = "changed"


@dataclass(frozen=True, slots=True)
class Descent:
    """A patch that comes from a difference of before without being it.

    Attributes
    ----------
    shared : float
        m2 of ground that both have.
    """

    number: int
    place: int
    relation: Relation
    shared: float


@dataclass(frozen=True, slots=True)
class Ending:
    """A difference that no patch is any more.

    Attributes
    ----------
    succeeded : bool
        Whether patches come from it; it was resolved otherwise.
    left, left_in_slivers : float
        m2 of its ground still under patches of the pair, and under slivers.
    """

    succeeded: bool
    left: float
    left_in_slivers: float


@dataclass(frozen=True)
class Matching:
    """Which patch is which difference.

    Attributes
    ----------
    kept, returned : dict
        Number of the difference by place of the patch; those that were alive, and those that had ended.
    new : tuple of int
        Places of the other patches.
    descents : tuple of Descent
        In order of number and place.
    endings : dict
        By number.
    """

    kept: dict[int, int] = field(default_factory=dict)
    returned: dict[int, int] = field(default_factory=dict)
    new: tuple[int, ...] = ()
    descents: tuple[Descent, ...] = ()
    endings: dict[int, Ending] = field(default_factory=dict)


def match(known: Iterable[Known], seen: Iterable[Seen], same_share: float) -> Matching:
    """Match the patches of a run with the differences of before.

    Parameters
    ----------
    same_share : float
        At least 0.5; more than this share of each has to lie in the other.

    Examples
    --------
    >>> pair = ("farmland", "basic-farmland", "plan", "M")
    >>> before = [Known(1, pair, shapely.box(117.0, 29.0, 117.01, 29.01))]
    >>> after = [Seen(0, pair, shapely.box(117.001, 29.0, 117.01, 29.01))]
    >>> match(before, after, 0.5).kept
    {0: 1}
    >>> match(before, [], 0.5).endings[1].succeeded
    False
    """
    groups: dict[Pair, tuple[list[Known], list[Seen]]] = defaultdict(lambda: ([], []))
    for one in known:
        groups[one.pair][0].append(one)
    for patch in seen:
        groups[patch.pair][1].append(patch)
    found = Matching()
    new: list[int] = []
    descents: list[Descent] = []
    for pair in sorted(groups):
        _match_pair(*groups[pair], same_share, found, new, descents)
    return Matching(
        found.kept,
        found.returned,
        tuple(sorted(new)),
        tuple(sorted(descents, key=lambda one: (one.number, one.place))),
        found.endings,
    )


def together(found: Iterable[Matching]) -> Matching:
    """Matchings of different pairs of classes as one.

    Patches are matched within a pair of classes only, so that matching pair by pair gives what matching all gives.
    """
    kept: dict[int, int] = {}
    returned: dict[int, int] = {}
    endings: dict[int, Ending] = {}
    new: list[int] = []
    descents: list[Descent] = []
    for one in found:
        kept |= one.kept
        returned |= one.returned
        endings |= one.endings
        new += one.new
        descents += one.descents
    return Matching(
        kept,
        returned,
        tuple(sorted(new)),
        tuple(sorted(descents, key=lambda one: (one.number, one.place))),
        endings,
    )


def _match_pair(
    known: Sequence[Known],
    seen: Sequence[Seen],
    same_share: float,
    found: Matching,
    new: list[int],
    descents: list[Descent],
) -> None:
    shared = _shared(known, seen)
    sizes_known = dict(zip((one.number for one in known), _areas(known), strict=True))
    sizes_seen = dict(zip((one.place for one in seen), _areas(seen), strict=True))
    alive = {one.number for one in known if one.alive}
    slivers = {one.place for one in seen if one.sliver}

    def both_ways(number: int, place: int, area: float) -> float:
        larger = max(sizes_known[number], sizes_seen[place])
        return area / larger if larger > 0 else 0.0

    close = sorted(
        (
            (number not in alive, -both_ways(number, place, area), number, place)
            for (number, place), area in shared.items()
            if place not in slivers and both_ways(number, place, area) > same_share
        ),
    )
    taken: set[int] = set()
    named: dict[int, int] = {}
    for ended, _share, number, place in close:
        if number in taken or place in named:
            continue
        taken.add(number)
        named[place] = number
        (found.returned if ended else found.kept)[place] = number
    new += [one.place for one in seen if not one.sliver and one.place not in named]
    kin = {
        (number, place): area
        for (number, place), area in shared.items()
        if number in alive
        and place not in slivers
        and area > same_share * min(sizes_known[number], sizes_seen[place])
    }
    of_number: dict[int, int] = defaultdict(int)
    of_place: dict[int, int] = defaultdict(int)
    for number, place in kin:
        of_number[number] += 1
        of_place[place] += 1
    succeeded = set()
    for (number, place), area in kin.items():
        if named.get(place) == number:
            continue
        succeeded.add(number)
        relation = (
            Relation.MERGE
            if of_place[place] > 1
            else Relation.SPLIT
            if of_number[number] > 1
            else Relation.CHANGED
        )
        descents.append(Descent(number, place, relation, area))
    for number in sorted(alive - taken):
        mine = [(place, area) for (one, place), area in shared.items() if one == number]
        found.endings[number] = Ending(
            number in succeeded,
            math.fsum(area for place, area in mine if place not in slivers),
            math.fsum(area for place, area in mine if place in slivers),
        )


def _areas(given: Sequence[Any]) -> list[float]:
    if not given:
        return []
    shapes = np.empty(len(given), dtype=object)
    shapes[:] = [one.geometry for one in given]
    return [float(area) for area in areas_of(shapes)]


def _shared(known: Sequence[Known], seen: Sequence[Seen]) -> dict[tuple[int, int], float]:
    """m2 of ground that each difference and each patch have in common."""
    if not known or not seen:
        return {}
    pieces = overlay(
        [one.geometry for one in known],
        [one.geometry for one in seen],
        id_a=[one.number for one in known],
        id_b=[one.place for one in seen],
    )
    parts: dict[tuple[int, int], list[float]] = defaultdict(list)
    for number, place, area in zip(pieces.ids(True), pieces.ids(False), pieces.area, strict=True):
        parts[int(number), int(place)].append(float(area))
    return {key: math.fsum(areas) for key, areas in sorted(parts.items())}
