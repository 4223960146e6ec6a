"""Whole-number arithmetic on arrays: quotients rounded half to even, without a float in between."""

from __future__ import annotations

from decimal import Decimal
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

Ints = NDArray[np.int64]

SAFE = float(2**62)
"""Products below this cannot leave int64; rows that might are reckoned one by one in whole numbers without limit."""


def divide(numerator: Ints, denominator: Ints) -> Ints:
    """Quotient of whole numbers rounded half to even (GB/T 8170-2008); the numerator is not negative.

    Examples
    --------
    >>> divide(np.array([1, 3, 5, 7]), np.array([2, 2, 2, 3])).tolist()
    [0, 2, 2, 2]
    """
    whole, rest = np.divmod(numerator, denominator)
    twice = rest * 2
    up = (twice > denominator) | ((twice == denominator) & (whole % 2 == 1))
    return whole + up


def scaled(value: Decimal, digits: int) -> int:
    """A decimal as a whole number of its last digit, rounded half to even where it has more digits.

    Examples
    --------
    >>> scaled(Decimal("59.9"), 2), scaled(Decimal("0.125"), 2)
    (5990, 12)
    """
    return round(Fraction(value) * 10**digits)


def unscaled(value: int, digits: int) -> Decimal:
    """The decimal that a whole number of its last digit stands for.

    Examples
    --------
    >>> unscaled(5990, 2)
    Decimal('59.90')
    """
    return Decimal((0 if value >= 0 else 1, tuple(int(d) for d in str(abs(int(value)))), -digits))


def weighted_quotients(
    weights: Ints, numerators: Ints, denominators: Ints, whole: Ints, power_up: int, power_down: int
) -> Ints:
    """Each row's ``sum(W_c * N_c / D_c) / whole``, scaled by ``power_up / power_down``, rounded once.

    Parameters
    ----------
    weights, numerators, denominators : array (rows, categories)
        A category that takes no part has weight 0 and denominator 1.
    whole : array (rows,)
        Sum of the weights that take part; above 0.
    """
    bound = (
        denominators.astype(np.float64).prod(axis=1)
        * (weights.astype(np.float64) * numerators.astype(np.float64)).sum(axis=1)
        * power_up
    )
    bound = np.maximum(bound, denominators.astype(np.float64).prod(axis=1) * whole * power_down * 2.0)
    found = np.zeros(len(whole), dtype=np.int64)
    plain = bound < SAFE
    if plain.any():
        common = np.lcm.reduce(denominators[plain], axis=1)
        numerator = (weights[plain] * numerators[plain] * (common[:, None] // denominators[plain])).sum(
            axis=1
        )
        found[plain] = divide(numerator * power_up, common * whole[plain] * power_down)
    if not plain.all():
        found[~plain] = _one_by_one(
            weights[~plain], numerators[~plain], denominators[~plain], whole[~plain], power_up, power_down
        )
    return found


def _one_by_one(
    weights: Ints, numerators: Ints, denominators: Ints, whole: Ints, power_up: int, power_down: int
) -> list[int]:
    answers = []
    for row_w, row_n, row_d, total in zip(
        weights.tolist(), numerators.tolist(), denominators.tolist(), whole.tolist(), strict=True
    ):
        # One common denominator at a time keeps this to whole numbers; Fraction would reduce at every step.
        above, below = 0, 1
        for weight, numerator, denominator in zip(row_w, row_n, row_d, strict=True):
            if denominator == below:
                above += weight * numerator
            else:
                above, below = above * denominator + weight * numerator * below, below * denominator
        quotient, rest = divmod(above * power_up, below * total * power_down)
        twice, bottom = rest * 2, below * total * power_down
        answers.append(quotient + (1 if twice > bottom or (twice == bottom and quotient % 2) else 0))
    return answers
