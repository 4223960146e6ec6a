"""Figures of quality control as a reader expects them."""

from __future__ import annotations

from django import template

register = template.Library()


@register.filter
def quality_percent(share: float) -> str:
    """A share in percent, never shown as nothing when it is something.

    >>> quality_percent(0.0), quality_percent(0.00003), quality_percent(0.123)
    ('0', '<0.1', '12.3')
    """
    if share == 0:
        return "0"
    return "<0.1" if share < 0.0005 else f"{100 * share:.1f}"


@register.filter
def quality_p(value: float) -> str:
    """A p-value; a very small one by its bound.

    >>> quality_p(0.0042), quality_p(1e-30)
    ('0.0042', '< 0.00001')
    """
    return "< 0.00001" if value < 1e-5 else f"{value:.2g}"
