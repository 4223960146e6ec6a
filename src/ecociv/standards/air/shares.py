"""A share of counts in percent, rounded on the exact quotient."""

from __future__ import annotations

from decimal import Decimal, localcontext

from ecociv.core.rounding import round_half_even

_DIGITS = 50
"""Far more than a quotient of two day counts needs before it is seen not to be exactly half."""


def percent_of_count(part: int, whole: int, decimals: int) -> float:
    """`part` of `whole` in percent, rounded half to even; NaN where `whole` is 0.

    The quotient is taken in decimals: 49 of 400 is 12.25, exactly half a tenth, which floats place a little above.

    Examples
    --------
    >>> percent_of_count(49, 400, 1), percent_of_count(331, 360, 1)
    (12.2, 91.9)
    """
    if not whole:
        return float("nan")
    with localcontext() as context:
        context.prec = _DIGITS
        return float(round_half_even(Decimal(part) * 100 / Decimal(whole), decimals))
