"""Breaches that every account of natural resources words alike: unequal exchanges, openings that do not continue, totals that moved."""

from __future__ import annotations

from decimal import Decimal

from ecociv.core.decimals import plain
from ecociv.core.text import Text
from ecociv.core.verdicts import Reason


def unequal_exchange(entered: Text, left: Text, into: Decimal, out: Decimal) -> Reason:
    """What enters from other columns is not what left them; both rows by name."""
    return Reason(
        "exchange",
        Text(
            zh=f"{entered.zh}合计{plain(into)}，{left.zh}合计{plain(out)}，两者应相等",
            en=f"{entered.en} adds up to {plain(into)}, {left.en} to {plain(out)}; they must be equal",
        ),
        {"in": into, "out": out},
    )


def discontinuous(name: Text, column: str, opening: Decimal, previous: Decimal) -> Reason:
    """The opening of a column is not the closing of the year before."""
    return Reason(
        "discontinuous",
        Text(
            zh=f"{name.zh}：期初{plain(opening)}，与上年期末{plain(previous)}不一致",
            en=f"{name.en}: opening {plain(opening)} is not the closing {plain(previous)} of the year before",
        ),
        {"column": column, "opening": opening, "previous": previous},
    )


def total_changed(before: Decimal, after: Decimal) -> Reason:
    """The total of the columns moved though the boundary did not.

    Examples
    --------
    >>> total_changed(Decimal(400), Decimal(399)).text.en
    'the total went from 400 to 399; without a change of boundary it stays'
    """
    return Reason(
        "total-changed",
        Text(
            zh=f"总面积由{plain(before)}变为{plain(after)}，行政界线未变时应不变",
            en=f"the total went from {plain(before)} to {plain(after)}; without a change of boundary it stays",
        ),
        {"before": before, "after": after},
    )
