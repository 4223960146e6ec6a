"""Dividing a whole into parts that add up to it exactly (largest remainders)."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from fractions import Fraction

from ecociv.core.decimals import Number, to_decimal


class AllocationError(ValueError):
    """A whole cannot be divided as asked."""


def apportion(total: Number, shares: Mapping[str, Number | Fraction], *, step: Number) -> dict[str, Decimal]:
    """Divide a total in proportion to shares, in whole steps that add up to the total exactly.

    Everyone gets the whole steps of the exact part; the steps left over go to the largest remainders. Equal remainders
    are settled by the larger share and then by the name, so that the order of the mapping decides nothing.

    Parameters
    ----------
    total : Decimal, int or float
        What is divided, a multiple of `step`, 0 or more.
    shares : mapping
        Non-negative share of each name; not all 0 unless the total is.
    step : Decimal, int or float
        The smallest part, in the unit of the total.

    Raises
    ------
    AllocationError
        No shares, a negative share, all shares 0, a total that is negative or no multiple of the step.

    Examples
    --------
    >>> apportion(100, {"a": 1, "b": 1, "c": 1}, step=1)
    {'a': Decimal('34'), 'b': Decimal('33'), 'c': Decimal('33')}
    """
    whole, unit = to_decimal(total, "total"), to_decimal(step, "step")
    if unit <= 0:
        raise AllocationError(f"A step of {unit} is impossible; it must be above 0.")
    steps = Fraction(whole) / Fraction(unit)
    if whole < 0 or steps.denominator != 1:
        raise AllocationError(f"The total {whole} must be 0 or more and a multiple of the step {unit}.")
    exact = {name: _fraction(share, name) for name, share in shares.items()}
    weight = sum(exact.values(), Fraction(0))
    if not exact or (weight == 0 and whole > 0):
        raise AllocationError(f"There is nobody with a share above 0 to divide {whole} among.")
    if weight == 0:
        return dict.fromkeys(exact, 0 * unit)
    quotas = {name: steps * share / weight for name, share in exact.items()}
    parts = {name: quota.numerator // quota.denominator for name, quota in quotas.items()}
    left = int(steps) - sum(parts.values())
    by_remainder = sorted(quotas, key=lambda name: (parts[name] - quotas[name], -exact[name], name))
    for name in by_remainder[:left]:
        parts[name] += 1
    return {name: count * unit for name, count in parts.items()}


def _fraction(share: Number | Fraction, name: str) -> Fraction:
    number = share if isinstance(share, Fraction) else Fraction(to_decimal(share, f"share of {name}"))
    if number < 0:
        raise AllocationError(f"The share of {name} is {share}; it cannot be negative.")
    return number
