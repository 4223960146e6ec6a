"""Rounding as GB/T 8170-2008 has it: exactly half goes to the even digit, judged on the number that a reader sees.

Binary floats are judged by their shortest decimal form, so ``2.675`` is exactly half although the binary value lies
a little below. Arrays take a fast path in float64; only the few elements that lie near a half are decided in decimals.
"""

from __future__ import annotations

from decimal import ROUND_CEILING, ROUND_HALF_EVEN, Context, Decimal
from math import isfinite
from typing import Any, overload

import numpy as np
import numpy.typing as npt

FloatArray = npt.NDArray[np.float64]

_EXACT = Context(prec=1100, rounding=ROUND_HALF_EVEN, Emax=999_999, Emin=-999_999)
"""Wide enough for any float64 rounded to any digit; the default 28 digits would refuse 1e30 with two decimals."""

_LARGEST_EXACT_POWER = 22
"""10**22 is the largest power of ten that float64 holds exactly; beyond it the fast path would not be exact."""

FLOAT_GUARD = 1e-9
"""How near to a whole number a float counts as that number when rounding up (relative above 1).

Arithmetic in float64 leaves noise of about 1e-13 on an index of up to 500, while the nearest that an air quality
index can truly lie above a whole number is about 1e-6 (a span of breakpoints of at most 1000 times concentrations
of at most three decimals). The guard lies well between the two.
"""

DECIMAL_GUARD = Decimal("1e-18")
"""The same for decimals, whose noise comes only from divisions carried to 28 digits."""


@overload
def round_half_even(value: Decimal, digits: int) -> Decimal: ...
@overload
def round_half_even(value: int, digits: int) -> int: ...
@overload
def round_half_even(value: float, digits: int) -> float: ...
@overload
def round_half_even(value: npt.NDArray[Any], digits: int) -> FloatArray: ...
def round_half_even(
    value: Decimal | float | npt.NDArray[Any], digits: int
) -> Decimal | float | FloatArray:
    """Round to ``digits`` decimals; exactly half goes to the even digit.

    Parameters
    ----------
    value : Decimal, int, float or ndarray
        In any unit. Floats are judged by their shortest decimal form (of float32 if they are float32).
    digits : int
        Decimals to keep; negative rounds to tens, hundreds, ...

    Returns
    -------
    Decimal, int, float or ndarray of float64
        The same kind as ``value``. NaN and infinities pass through. A result of minus zero becomes zero.

    Notes
    -----
    GB/T 8170-2008, clause 3.2 (rounding rules); with shortest form it is decimal-exact, which neither
    ``round`` nor ``numpy.round`` is.

    Examples
    --------
    >>> round_half_even(60.5, 0), round_half_even(0.85, 1), round_half_even(2.675, 2)
    (60.0, 0.8, 2.68)
    >>> round_half_even(np.array([0.75, 0.85, np.nan]), 1)
    array([0.8, 0.8, nan])
    >>> round_half_even(1250, -2)
    1200
    """
    if isinstance(value, Decimal):
        return _round_decimal(value, digits)
    if isinstance(value, np.ndarray):
        return _round_array(value, digits)
    if isinstance(value, int | np.integer):
        return int(_round_decimal(Decimal(int(value)), min(digits, 0)))
    return _round_float(value, digits)


@overload
def round_significant(value: Decimal, figures: int) -> Decimal: ...
@overload
def round_significant(value: float, figures: int) -> float: ...
@overload
def round_significant(value: npt.NDArray[Any], figures: int) -> FloatArray: ...
def round_significant(
    value: Decimal | float | npt.NDArray[Any], figures: int
) -> Decimal | float | FloatArray:
    """Round to ``figures`` significant figures; exactly half goes to the even digit (GB/T 8170-2008).

    Parameters
    ----------
    value : Decimal, float or ndarray
        In any unit.
    figures : int
        At least 1.

    Returns
    -------
    Decimal, float or ndarray of float64
        Zero, NaN and infinities pass through.

    Raises
    ------
    ValueError
        If ``figures`` is less than 1.

    Examples
    --------
    >>> round_significant(Decimal("9.996"), 3), round_significant(0.00012345, 4)
    (Decimal('10.0'), 0.0001234)
    """
    if figures < 1:
        raise ValueError(f"{figures} significant figures were asked for; at least 1 is needed.")
    if isinstance(value, np.ndarray):
        return _significant_array(value, figures)
    if isinstance(value, Decimal):
        return _significant_decimal(value, figures)
    return _significant_float(value, figures)


@overload
def ceil_to_integer(value: Decimal) -> Decimal: ...
@overload
def ceil_to_integer(value: int) -> int: ...
@overload
def ceil_to_integer(value: float) -> float: ...
@overload
def ceil_to_integer(value: npt.NDArray[Any]) -> FloatArray: ...
def ceil_to_integer(value: Decimal | float | npt.NDArray[Any]) -> Decimal | float | FloatArray:
    """Round up to a whole number, as air quality indices are (HJ 633-2012, 4.3), unless it only seems to lie above.

    A value within `FLOAT_GUARD` of a whole number (`DECIMAL_GUARD` for decimals) is that number:
    50.00000000000001 out of float arithmetic is 50, not 51.

    Parameters
    ----------
    value : Decimal, int, float or ndarray
        Dimensionless index.

    Returns
    -------
    Decimal, int, float or ndarray of float64
        The same kind as ``value``. NaN and infinities pass through.

    Examples
    --------
    >>> ceil_to_integer(50.00000000000001), ceil_to_integer(50.0001), ceil_to_integer(49.99999999999999)
    (50.0, 51.0, 50.0)
    """
    if isinstance(value, np.ndarray):
        numbers = _as_float64(value)
        nearest = np.rint(numbers)
        with np.errstate(invalid="ignore"):
            noise = np.abs(numbers - nearest) <= FLOAT_GUARD * np.maximum(1.0, np.abs(numbers))
        result: FloatArray = np.where(noise, nearest, np.ceil(numbers)) + 0.0
        return result
    if isinstance(value, Decimal):
        if not value.is_finite():
            return value
        nearest_decimal = value.to_integral_value(ROUND_HALF_EVEN)
        if abs(value - nearest_decimal) <= DECIMAL_GUARD * max(Decimal(1), abs(value)):
            return nearest_decimal + 0
        return value.to_integral_value(ROUND_CEILING) + 0
    if isinstance(value, int):
        return value
    return float(ceil_to_integer(np.array(value))[()])


def _round_decimal(value: Decimal, digits: int) -> Decimal:
    if not value.is_finite():
        return value
    if -value.as_tuple().exponent <= digits and digits < 0:  # type: ignore[operator]  # finite: the exponent is a number
        return value
    rounded = _EXACT.quantize(value, Decimal((0, (1,), -digits)))
    if digits < 0:
        rounded = rounded.quantize(Decimal(1), context=_EXACT)
    return abs(rounded) if rounded.is_zero() else rounded


def _round_float(value: float, digits: int) -> float:
    if not isfinite(value):
        return float(value)
    # str() of a numpy float32 is the shortest form of the float32; repr() of a Python float is its shortest form.
    text = str(value) if isinstance(value, np.floating) else repr(value)
    return float(_round_decimal(Decimal(text), digits))


def _round_array(values: npt.NDArray[Any], digits: int) -> FloatArray:
    if values.dtype.kind in "iub":
        numbers = values.astype(np.float64)
        relative = 0.0
    elif values.dtype.kind == "f":
        numbers = values.astype(np.float64)
        relative = float(np.finfo(values.dtype).eps)
    else:
        raise TypeError(f"An array of {values.dtype} cannot be rounded; give an array of floats or integers.")
    if abs(digits) > _LARGEST_EXACT_POWER:
        decide = np.isfinite(numbers)
        rounded = numbers.copy()
    else:
        power = 10.0 ** abs(digits)
        with np.errstate(over="ignore", invalid="ignore"):
            scaled = numbers * power if digits >= 0 else numbers / power
            whole = np.rint(scaled)
            # The shortest form lies within half a unit in the last place of the float, and the product is off by at
            # most another half unit of float64: two eps of the type cover both with room to spare. Where that
            # reaches one half (very large numbers) every element is decided in decimals.
            margin = 2.0 * max(relative, float(np.finfo(np.float64).eps)) * np.abs(scaled)
            decide = np.isfinite(numbers) & ~(np.abs(np.abs(scaled - np.floor(scaled)) - 0.5) > margin)
            # A whole number below 2**53 over an exact power of ten is the float nearest to that decimal.
            rounded = whole / power if digits >= 0 else whole * power
    if decide.any():
        different, places = np.unique(values[decide], return_inverse=True)
        exact = np.array([_round_float(v, digits) for v in _scalars(different)], dtype=np.float64)
        rounded[decide] = exact[places]
    result: FloatArray = rounded + 0.0  # turns minus zero into zero
    return result


def _scalars(values: npt.NDArray[Any]) -> list[Any]:
    if values.dtype == np.float64 or values.dtype.kind in "iub":
        return [float(v) for v in values.tolist()]
    return list(values)


def _as_float64(values: npt.NDArray[Any]) -> FloatArray:
    if values.dtype.kind not in "fiub":
        raise TypeError(f"An array of {values.dtype} cannot be rounded; give an array of floats or integers.")
    return values.astype(np.float64)


def _significant_decimal(value: Decimal, figures: int) -> Decimal:
    if not value.is_finite() or value.is_zero():
        return value
    digits = figures - 1 - value.adjusted()
    rounded = _round_decimal(value, digits)
    if rounded.adjusted() > value.adjusted():  # 9.996 became 10.00: one zero too many
        rounded = _round_decimal(rounded, digits - 1)
    return rounded


_POWERS_OF_TEN = np.array([float(f"1e{exponent}") for exponent in range(-25, 26)])
"""Each the float nearest to its power; ``10.0 ** n`` is not always that."""


def _significant_array(values: npt.NDArray[Any], figures: int) -> FloatArray:
    """Round in groups of one order of magnitude, each of which is a rounding to fixed decimals."""
    size = np.abs(_as_float64(values))
    result = _as_float64(values)
    known = np.isfinite(size) & (size > 0)
    # searchsorted gives the power at or below the value, without the error of a logarithm near powers of ten.
    orders = np.searchsorted(_POWERS_OF_TEN, size, side="right") - 26
    for order in np.unique(orders[known]).tolist():
        group = known & (orders == order)
        if -25 <= order <= 24:
            result[group] = _round_array(values[group], figures - 1 - order)
        else:
            result[group] = [_significant_float(value, figures) for value in _scalars(values[group])]
    return result


def _significant_float(value: float, figures: int) -> float:
    if not isfinite(value):
        return float(value)
    text = str(value) if isinstance(value, np.floating) else repr(value)
    return float(_significant_decimal(Decimal(text), figures))
