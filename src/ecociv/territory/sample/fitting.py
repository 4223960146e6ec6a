"""Making the generated ground come to given areas: parcels are taken in an order until their sum is nearest."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import shapely
from numpy.typing import NDArray

from ecociv.territory.layers.features import areas_of
from ecociv.territory.sample.declared import SampleTerritory

HECTARES_PER_KM2 = 100.0
_FILLS = 6
"""Small parcels taken from further on, to fill what the last one in order would overshoot."""
_HALVINGS = 40


def nearest_sum(area: NDArray[np.float64], order: NDArray[np.int64], wanted: float) -> NDArray[np.int64]:
    """Places from the front of an order whose areas come closest to what is wanted, in order of their number.

    Parameters
    ----------
    area
        Of every parcel, in the unit of `wanted`.

    Examples
    --------
    >>> nearest_sum(np.array([5.0, 4.0, 3.0, 1.0]), np.array([0, 1, 2, 3]), 10.0).tolist()
    [0, 1, 3]
    """
    if wanted <= 0:
        return np.empty(0, dtype=np.int64)
    total = np.cumsum(area[order])
    count = int(np.searchsorted(total, wanted, side="right"))
    taken = list(order[:count])
    rest = wanted - (float(total[count - 1]) if count else 0.0)
    further = order[count:]
    for _ in range(_FILLS):
        sizes = area[further]
        # What lies over by less than it lacks now is nearer than leaving it out.
        gains = np.abs(rest) - np.abs(rest - sizes)
        if not len(further) or gains.max() <= 0:
            break
        best = int(np.argmax(gains))
        taken.append(further[best])
        rest -= float(sizes[best])
        further = np.delete(further, best)
    return np.sort(np.asarray(taken, dtype=np.int64))


def with_protected_area(
    given: SampleTerritory, union_of: Callable[[float], shapely.Geometry]
) -> SampleTerritory:
    """The declaration with protected areas scaled so that together they have the area of the return.

    Parameters
    ----------
    union_of
        All of them in degrees, their radii times a factor.
    """
    wanted = given.prohibited.of(min(given.prohibited.hectares)) * 10_000
    low, high = 0.05, 3.0
    for _ in range(_HALVINGS):
        middle = (low + high) / 2
        size = float(areas_of(np.asarray([union_of(middle)], dtype=object))[0])
        low, high = (middle, high) if size < wanted else (low, middle)
    return given.model_copy(
        update={
            "protected": tuple(
                one.model_copy(update={"classes": {key: radius * low for key, radius in one.classes.items()}})
                for one in given.protected
            )
        }
    )
