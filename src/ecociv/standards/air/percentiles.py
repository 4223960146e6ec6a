"""The percentile of HJ 663, which interpolates between two ranked values."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ecociv.standards.arrays import Float64, MeasurementError, as_float64


def percentile(values: ArrayLike, percent: float, axis: int = 0) -> Float64 | float:
    """The percentile as HJ 663 interpolates it.

    Parameters
    ----------
    values : array_like
        Daily values; NaN does not enter. Unit as given.
    percent : float
        0 to 100.
    axis : int
        The axis of days.

    Returns
    -------
    float or array
        NaN where there is no valid value. Not rounded.

    Notes
    -----
    HJ 663-2013: the values in rising order are X(1)..X(n); ``k = 1 + (n - 1) p%``, ``s = floor(k)``,
    ``m = X(s) + (X(s+1) - X(s)) (k - s)``.

    Examples
    --------
    >>> percentile([10, 20, 30, 40, 50, 60, 70, 80, 90, 100], 90)
    91.0
    >>> percentile(range(1, 366), 98)
    357.72
    """
    if not 0 <= percent <= 100:
        raise MeasurementError(f"A percentile lies between 0 and 100, not at {percent!r}.")
    column = np.moveaxis(as_float64("values", values), axis, 0)
    ranked = np.sort(column, axis=0)  # NaN comes last
    n = np.count_nonzero(~np.isnan(ranked), axis=0)
    # (n - 1) p before the division by 100, so that a whole rank stays whole in floats.
    beyond = np.maximum(n - 1, 0) * float(percent) / 100
    low = np.floor(beyond).astype(np.intp)
    high = np.minimum(low + 1, np.maximum(n - 1, 0))
    if ranked.shape[0] == 0:
        found = np.full(ranked.shape[1:], np.nan)
    else:
        below = np.take_along_axis(ranked, low[None, ...], axis=0)[0]
        above = np.take_along_axis(ranked, high[None, ...], axis=0)[0]
        found = below + (above - below) * (beyond - low)
    return found.item() if found.ndim == 0 else found
