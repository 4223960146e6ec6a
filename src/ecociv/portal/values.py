"""Values of indicators in words."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal

from ecociv.core.decimals import plain
from ecociv.core.missing import Missing
from ecociv.plan.package import Indicator
from ecociv.portal.paths import Figure
from ecociv.portal.zone import language


def value_text(indicator: Indicator, value: Figure | Missing | None) -> str:
    """A value for a cell, without its unit: a number, the parts of a composition in order, or the kind of absence."""
    if value is None:
        return "—"
    if isinstance(value, Missing):
        return value.label.in_language(language())
    if isinstance(value, Mapping):
        return ":".join(plain(value[part]) if part in value else "—" for part in indicator.parts)
    return plain(value)


def readable(value: Decimal) -> str:
    """A figure of a long division, such as a mean, to eight significant digits; a shorter one as it is.

    >>> readable(Decimal("36.814207975027534")), readable(Decimal("29664.5")), readable(Decimal("8910427"))
    ('36.814208', '29664.5', '8910427')
    """
    return plain(value) if len(value.as_tuple().digits) <= 10 else plain(Decimal(f"{value:.8g}"))
