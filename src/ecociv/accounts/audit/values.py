"""The position in yuan at both ends, and its change split into volume and price. Pure: no Django.

The monetary extension stands beside the physical position and never stands in for it: a column without a price has no value, is
named, and takes no part in a sum. Whatever the prices do, *change at current prices = volume effect + price effect*, exactly:

    q1 p1 - q0 p0 = (q1 - q0) (p0 + p1) / 2 + (p1 - p0) (q0 + q1) / 2
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal, localcontext

from ecociv.accounts.audit.movements import Amount, Movement
from ecociv.accounts.money import DayPrice
from ecociv.core.text import Text
from ecociv.core.trace import Citation

PriceOn = Callable[[str, str, str, dt.date], DayPrice | None]
"""Price of a column of an account on a day, for one of the account's unit (the third)."""

_DIGITS = 60
"""More digits than two stocks and two prices can fill: products of decimals stay exact."""


@dataclass(frozen=True, slots=True)
class ColumnWorth:
    """One column at both ends, in yuan, not rounded.

    Attributes
    ----------
    opening, closing : Decimal
        At current prices: each stock at the price of its own day.
    constant_opening, constant_closing : Decimal or None
        Both stocks at the price of the base day; none where no price is in force on it.
    volume, price : Decimal
        The two effects of the change at current prices.
    """

    account: str
    title: Text
    column: str
    name: Text
    unit: str
    prices: tuple[Decimal, Decimal]
    base_price: Amount
    opening: Decimal
    closing: Decimal
    constant_opening: Amount
    constant_closing: Amount
    volume: Decimal
    price: Decimal
    citations: tuple[Citation, ...] = field(default=())

    @property
    def change(self) -> Decimal:
        """Closing less opening at current prices."""
        return _exact(self.closing, -self.opening)

    @property
    def constant_change(self) -> Amount:
        """The same at constant prices."""
        if self.constant_opening is None or self.constant_closing is None:
            return None
        return _exact(self.constant_closing, -self.constant_opening)


@dataclass(frozen=True, slots=True)
class Unpriced:
    """A column that holds something and has no value, with the reason."""

    account: str
    title: Text
    column: str
    name: Text
    reason: Text


@dataclass(frozen=True, slots=True)
class PositionWorth:
    """The values of a term.

    Attributes
    ----------
    base_on : date
        The day of whose prices constant prices are.
    columns : tuple of ColumnWorth
    without : tuple of Unpriced
        The columns that no sum here contains.
    """

    opening_on: dt.date
    closing_on: dt.date
    base_on: dt.date
    columns: tuple[ColumnWorth, ...]
    without: tuple[Unpriced, ...]

    @property
    def verified(self) -> bool:
        """Whether every price was verified."""
        cited = [one for each in self.columns for one in each.citations]
        return bool(cited) and all(one.verified for one in cited)

    def total(self, what: str) -> Amount:
        """A figure of `ColumnWorth` over the columns with a price; none where one of them lacks it, or none has a price."""
        found: list[Amount] = [getattr(each, what) for each in self.columns]
        if not found or any(each is None for each in found):
            return None
        return _exact(*(each for each in found if each is not None))


def position_worth(
    movements: Sequence[Movement],
    opening_on: dt.date,
    closing_on: dt.date,
    base_on: dt.date,
    price_on: PriceOn,
) -> PositionWorth | None:
    """The position at both ends in yuan; none where no column has a price on either day.

    Parameters
    ----------
    movements
        The physical position; only stocks have a value.
    base_on
        The day of whose prices constant prices are.

    Notes
    -----
    Never the price of another day: a column without a price on both days is listed with the day that lacks it.
    """
    columns: list[ColumnWorth] = []
    without: list[Unpriced] = []
    for one in movements:
        if not one.stock or one.empty:
            continue
        first, last, base = (
            price_on(one.account, one.column, one.unit, day) for day in (opening_on, closing_on, base_on)
        )
        reason = _why_not(one, first, last, opening_on, closing_on)
        if reason is not None:
            without.append(Unpriced(one.account, one.title, one.column, one.name, reason))
            continue
        assert first is not None and last is not None and one.opening is not None and one.closing is not None
        columns.append(_column(one, one.opening, one.closing, first, last, base))
    return PositionWorth(opening_on, closing_on, base_on, tuple(columns), tuple(without)) if columns else None


def effects(stocks: tuple[Decimal, Decimal], prices: tuple[Decimal, Decimal]) -> tuple[Decimal, Decimal]:
    """What the change of the stock, and what that of the price, made of the value.

    100 at 3 became 90 at 4: 300 became 360. Volume: -10 x 3.5 = -35; price: +1 x 95 = 95; together 60.

    >>> [str(each) for each in effects((Decimal(100), Decimal(90)), (Decimal(3), Decimal(4)))]
    ['-35.0', '95.0']
    """
    with localcontext() as context:
        context.prec = _DIGITS
        half = Decimal("0.5")
        return (
            (stocks[1] - stocks[0]) * (prices[0] + prices[1]) * half,
            (prices[1] - prices[0]) * (stocks[0] + stocks[1]) * half,
        )


def _column(
    one: Movement, opening: Decimal, closing: Decimal, first: DayPrice, last: DayPrice, base: DayPrice | None
) -> ColumnWorth:
    volume, price = effects((opening, closing), (first.value, last.value))
    with localcontext() as context:
        context.prec = _DIGITS
        constant_opening, constant_closing = (
            (None, None) if base is None else (opening * base.value, closing * base.value)
        )
        cited = dict.fromkeys(each.citation for each in (first, last, base) if each is not None)
        return ColumnWorth(
            one.account, one.title, one.column, one.name, one.unit, (first.value, last.value), base.value if base else None,
            opening * first.value, closing * last.value, constant_opening, constant_closing, volume, price, tuple(cited),
        )  # fmt: skip


def _why_not(
    one: Movement, first: DayPrice | None, last: DayPrice | None, opening_on: dt.date, closing_on: dt.date
) -> Text | None:
    if first is None or last is None:
        days = [day for price, day in ((first, opening_on), (last, closing_on)) if price is None]
        return Text(zh="{days}没有单价", en="No price is in force on {days}").fill(
            days=Text(zh="、".join(map(str, days)), en=" and ".join(map(str, days)))
        )
    if one.opening is None or one.closing is None:
        return Text(zh="存量缺失", en="The stock is missing")
    return None


def _exact(*amounts: Decimal) -> Decimal:
    with localcontext() as context:
        context.prec = _DIGITS
        return sum(amounts, Decimal(0))


def citations_of(found: PositionWorth) -> Iterable[Citation]:
    """The documents of the prices, each once."""
    return dict.fromkeys(one for each in found.columns for one in each.citations)
