"""The result of a check as plain JSON values, every area rounded once, parts adding up to the site. Pure: no Django."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from typing import Any

from ecociv.core.text import Text
from ecociv.standards.land import adjust_areas, ledger_area

NEGLIGIBLE = 1e-6
"""Share of a site below which what is left over or doubled is the arithmetic's, not the map's."""
FORMAT = 1
"""Of the result; a later form is told apart by it."""


def both(text: Text, name: str) -> dict[str, str]:
    """A text as two fields.

    >>> both(Text(zh="绿线", en="Green line"), "name")
    {'name_zh': '绿线', 'name_en': 'Green line'}
    """
    return {f"{name}_zh": text.zh, f"{name}_en": text.en}


def square_metres(area: float) -> str:
    """An area as the ledger writes it.

    >>> square_metres(1234.5649)
    '1234.56'
    """
    return str(ledger_area(area))


def percent(part: float, whole: float) -> str:
    """A share in per cent to four decimals, never above 100.

    >>> percent(1.0000000001, 1.0), percent(1, 3), percent(0, 0)
    ('100.0000', '33.3333', '0.0000')
    """
    if not whole > 0:
        return "0.0000"
    return str((Decimal(100) * Decimal(min(1.0, part / whole))).quantize(Decimal("0.0001")))


def closed(areas: Sequence[float], whole: Decimal | float) -> tuple[list[str], list[str]]:
    """Areas (m2) and shares (per cent, four decimals) of parts that make up a whole: both add up to the last digit.

    >>> closed([1.0, 1.0, 1.0], 3.0)
    (['1.00', '1.00', '1.00'], ['33.3334', '33.3333', '33.3333'])
    """
    if not areas or not sum(areas) > 0:
        return ["0.00"] * len(areas), ["0.0000"] * len(areas)
    values = adjust_areas([Decimal(one) for one in areas], ledger_area(whole)).value
    # The rule keeps two decimals: shares of 10,000 are per cent with four.
    shares = adjust_areas([Decimal(one) for one in areas], Decimal(10_000)).value
    return [f"{one:.2f}" for one in values], [f"{one / 100:.4f}" for one in shares]


def site_facts(area: float) -> dict[str, Any]:
    """The area of a site in the three units of the ledger."""
    return {
        "area_m2": str(ledger_area(area)),
        "area_hectare": str(ledger_area(area, "hectare")),
        "area_mu": str(ledger_area(area, "mu")),
    }
