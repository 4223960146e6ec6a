"""Shapes of series that several tests need: the step of the instrument, days as rows, the middle of the neighbours."""

from __future__ import annotations

import numpy as np
from numpy.typing import ArrayLike

from ecociv.evidence.falsification.finding import Numbers

_STEPS = tuple(round(mantissa * 10.0**power, 10) for power in range(3, -6, -1) for mantissa in (5, 2, 1))


def resolution(values: ArrayLike, share: float = 0.85) -> float | None:
    """The step in which values are given: the largest of 1, 2, 5 x 10^k of which ``share`` of them are multiples.

    NaN are left out; none when there are fewer than 20 values or no step fits. The rest may come from another channel:
    in the real files one value in twenty is a converted ppb among whole numbers.

    >>> resolution(np.arange(40) * 0.1), resolution(np.arange(40))
    (0.1, 1.0)
    """
    known = _known(values)
    if known.size < 20:
        return None
    sample = known if known.size <= 4000 else known[:: known.size // 4000]
    for step in _STEPS:
        units = sample / step
        if np.mean(np.abs(units - np.rint(units)) < 1e-6 * np.maximum(1.0, np.abs(units))) >= share:
            return step
    return None


def by_day(values: ArrayLike, per_day: int = 24) -> Numbers:
    """The series as days by readings, shape (days, per_day); a last day that is not whole is left out."""
    array = np.asarray(values, dtype=float)
    days = array.size // per_day
    return array[: days * per_day].reshape(days, per_day)


def middle(neighbours: ArrayLike) -> Numbers:
    """Median over the first axis without NaN, shape (n,); NaN where no neighbour has a value.

    >>> middle([[1.0, np.nan], [3.0, np.nan], [np.nan, 5.0]]).tolist()
    [2.0, 5.0]
    """
    ordered = np.sort(np.atleast_2d(np.asarray(neighbours, dtype=float)), axis=0)
    count = np.sum(~np.isnan(ordered), axis=0)
    columns = np.arange(ordered.shape[1])
    low = ordered[np.maximum((count - 1) // 2, 0), columns]
    high = ordered[np.maximum(count // 2, 0), columns]
    centre: Numbers = np.where(count > 0, (low + high) / 2, np.nan)
    return centre


def log_of(values: ArrayLike) -> Numbers:
    """Natural logarithm; NaN for what is missing, zero or negative."""
    array = np.asarray(values, dtype=float)
    logs: Numbers = np.log(array, out=np.full(array.shape, np.nan), where=array > 0)
    return logs


def mean_of_rows(table: Numbers, least: int) -> Numbers:
    """Mean of each row without NaN; NaN where fewer than ``least`` values are known."""
    count = np.sum(~np.isnan(table), axis=1)
    total = np.nansum(table, axis=1)
    means: Numbers = np.where(count >= max(least, 1), total / np.maximum(count, 1), np.nan)
    return means


def daily_log_ratio(values: ArrayLike, neighbours: ArrayLike, per_day: int) -> Numbers:
    """Logarithm of the day's mean over that of the median of the neighbours, over the readings that both have.

    NaN where fewer than half of the day's readings are shared. Means come before the logarithm: at low levels ratios of
    single readings scatter (of 144 real station-years one in fifty shifts by 0.40 this way, by 0.55 the other).
    """
    own, others = np.asarray(values, dtype=float), middle(neighbours)
    both = np.isfinite(own) & np.isfinite(others)
    one, other = (by_day(np.where(both, part, np.nan), per_day) for part in (own, others))
    least = max(1, per_day // 2)
    ratio: Numbers = log_of(mean_of_rows(one, least)) - log_of(mean_of_rows(other, least))
    return ratio


def spread(values: ArrayLike) -> float:
    """Robust standard deviation: 1.4826 times the median distance from the median; NaN without values."""
    known = _known(values)
    return float(1.4826 * np.median(np.abs(known - np.median(known)))) if known.size else float("nan")


def _known(values: ArrayLike) -> Numbers:
    array = np.asarray(values, dtype=float).ravel()
    known: Numbers = array[np.isfinite(array)]
    return known
