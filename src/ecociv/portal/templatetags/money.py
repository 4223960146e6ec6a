"""Money on pages: whole fen shown as yuan."""

from __future__ import annotations

from django import template

from ecociv.ledger.money import shown

register = template.Library()


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
