"""Amounts with their thousands separated in every language: the Chinese locale groups none, and long sums are misread."""

from __future__ import annotations

from decimal import Decimal

from django import template

from ecociv.core.decimals import to_decimal
from ecociv.core.rounding import round_half_even

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
