"""Figures of markets in templates: fen as yuan, grouped digits, fees, names of states."""

from __future__ import annotations

from decimal import Decimal

from django import template
from django.utils.functional import Promise

from ecociv.core.decimals import plain
from ecociv.portal.market_figures import HOLDING_STATES
from ecociv.portal.market_figures import yuan as as_yuan

register = template.Library()


@register.filter
def yuan(fen: int | None) -> str:
    """Fen as yuan; "" where there is no figure."""
    return as_yuan(fen)


@register.filter
def grouped(number: int | None) -> str:
    """A whole number in groups of three digits.

    >>> grouped(1234567), grouped(None)
    ('1,234,567', '')
    """
    return "" if number is None else f"{number:,}"


@register.filter
def millionths(rate: int) -> str:
    """Millionths as per cent.

    >>> millionths(500), millionths(1000), millionths(0)
    ('0.05', '0.1', '0')
    """
    return plain(Decimal(rate) / 10_000)


@register.filter
def holding_state(state: str) -> str | Promise:
    """The state of units in words."""
    return HOLDING_STATES.get(state, state)
