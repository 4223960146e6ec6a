"""Amounts with their thousands separated in every language: the Chinese locale groups none, and long sums are misread."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation

from django import template

from ecociv.core.decimals import to_decimal
from ecociv.core.rounding import round_half_even
from ecociv.ledger.money import shown

register = template.Library()


@register.filter
def grouped(value: Decimal | float | int | None, decimals: int = 2) -> str:
    """A number with commas; a dash for none.

    >>> grouped(Decimal("147480000"), 2), grouped(1234, 0), grouped(None)
    ('147,480,000.00', '1,234', '—')
    """
    if value is None:
        return "—"
    return f"{round_half_even(to_decimal(value), decimals):,.{decimals}f}"


@register.filter
def yuan(fen: int | None) -> str:
    """Yuan with thousands apart and two decimals; a dash for none.

    >>> yuan(123456), yuan(None)
    ('1,234.56', '—')
    """
    return "—" if fen is None else shown(fen)


@register.filter
def yuan_abs(fen: int | None) -> str:
    """The same without the sign."""
    return "—" if fen is None else shown(abs(fen))


@register.filter
def amount(value: Decimal | str | None) -> str:
    """A decimal with thousands apart, its decimals as they are; a dash for none.

    >>> amount(Decimal("1234.50")), amount("-1000"), amount(None)
    ('1,234.50', '-1,000', '—')
    """
    if value is None or value == "":
        return "—"
    try:
        return f"{Decimal(value):,f}"
    except InvalidOperation:
        return str(value)
