"""Ranks: 1 for the largest, equals share a rank."""

from __future__ import annotations

from typing import Any

import numpy as np


def competition_rank(values: Any) -> Any:
    """Rank of each value, 1 for the largest; equals share a rank and the next is skipped; 0 for NaN.

    Examples
    --------
    >>> competition_rank([79.3, 80.1, 79.3, float("nan"), 70.0]).tolist()
    [2, 1, 2, 0, 4]
    """
    column = np.asarray(values, dtype=np.float64)
    known = ~np.isnan(column)
    order = np.sort(-column[known])
    ranks = np.zeros(column.shape, dtype=np.int64)
    ranks[known] = np.searchsorted(order, -column[known], side="left") + 1
    return ranks if column.ndim else int(ranks)
