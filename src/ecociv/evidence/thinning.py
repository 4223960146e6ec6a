"""Fewer points of a long series for a chart, with none of its extremes lost. Pure.

A chart of a thousand pixels shows nothing more of fifty thousand points. The window is cut into equal stretches of
time, and of each stretch the lowest and the highest value stay, at their own times. An hour of alarm therefore stays
in sight in a chart of ten years, which no mean and no every-tenth-point would keep.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

MOST = 1_500
"""Points up to which a series is drawn whole."""
STRETCHES = 600


def thinned(
    times: NDArray[np.int64], values: NDArray[np.float64], stretches: int = STRETCHES
) -> NDArray[np.intp]:
    """Places of the points that stay, in order of time.

    Parameters
    ----------
    times
        Moments in any unit, rising.
    values
        One for each; NaN where there is none, such points are dropped.
    stretches
        Into how many equal stretches the time between the first and the last point is cut; at most two points of
        each stay.

    Examples
    --------
    >>> times = np.arange(8)
    >>> values = np.array([1.0, 9.0, 2.0, 3.0, np.nan, 5.0, 0.0, 4.0])
    >>> thinned(times, values, stretches=2).tolist()
    [0, 1, 5, 6]
    """
    places = np.flatnonzero(~np.isnan(values))
    if not places.size:
        return places
    at, found = times[places].astype(np.float64), values[places]
    width = max((at[-1] - at[0]) / stretches, 1e-12)
    stretch = np.minimum(((at - at[0]) / width).astype(np.int64), stretches - 1)
    order = np.lexsort((places, found, stretch))
    starts = np.flatnonzero(np.r_[True, np.diff(stretch[order]) > 0])
    ends = np.r_[starts[1:], order.size] - 1
    return np.unique(places[np.r_[order[starts], order[ends]]])
