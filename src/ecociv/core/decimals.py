"""Numbers as decimals: a float enters by its shortest form, and a decimal leaves without an exponent."""

from __future__ import annotations

from decimal import Decimal
from operator import index
from typing import SupportsIndex

import numpy as np

Number = Decimal | int | float


class NotANumber(TypeError):
    """Something other than a finite number stands where a number must."""


def to_decimal(value: object, what: str = "value") -> Decimal:
    """Return ``value`` as the exact decimal that a reader sees.

    Parameters
    ----------
    value : Decimal, int, float or numpy number
        A float is taken by its shortest representation: ``0.1`` is one tenth, not
        0.1000000000000000055511151231257827.
    what : str
        What the number is, for the message.

    Returns
    -------
    Decimal
        Finite and exact.

    Raises
    ------
    NotANumber
        For text, booleans, ``None``, NaN and infinities: a number written as text is refused, never guessed.

    Examples
    --------
    >>> to_decimal(0.1) + to_decimal(0.2)
    Decimal('0.3')
    >>> to_decimal("1895")
    Traceback (most recent call last):
    ...
    ecociv.core.decimals.NotANumber: The value '1895' is text; write it as a number, without quotes.
    """
    if isinstance(value, str):
        raise NotANumber(f"The {what} {value!r} is text; write it as a number, without quotes.")
    if isinstance(value, bool | np.bool_):
        raise NotANumber(f"The {what} {value!r} is a yes/no, but a number is needed.")
    if isinstance(value, Decimal):
        number = value
    elif isinstance(value, np.floating) and not isinstance(value, float):
        number = Decimal(str(value))
    elif isinstance(value, float):
        number = Decimal(repr(float(value)))
    elif isinstance(value, SupportsIndex):
        number = Decimal(index(value))
    else:
        raise NotANumber(f"The {what} {value!r} is a {type(value).__name__}, but a number is needed.")
    if not number.is_finite():
        raise NotANumber(f"The {what} is {number}, but a finite number is needed; say why it is missing instead.")
    return number


def plain(value: Decimal) -> str:
    """Write a decimal without an exponent and without a negative zero; stated trailing zeros stay.

    Examples
    --------
    >>> plain(Decimal("1E+3")), plain(Decimal("0.50")), plain(Decimal("-0.0"))
    ('1000', '0.50', '0.0')
    """
    return format(abs(value) if value.is_zero() else value, "f")


def shortest(value: Decimal) -> str:
    """Write a decimal without an exponent and without trailing zeros.

    Examples
    --------
    >>> shortest(Decimal("0.50")), shortest(Decimal("1E+3"))
    ('0.5', '1000')
    """
    text = plain(value)
    return text.rstrip("0").rstrip(".") if "." in text else text
