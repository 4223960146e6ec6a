"""The monetary extension: an account at the declared prices of its first and last day. Pure: no Django.

A column without a price in force on both days has no value, and says which day lacks it. Never the price of another year.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ecociv.accounts.forms import CLOSING, OPENING
from ecociv.accounts.sheet import AccountSheet
from ecociv.core.decimals import plain
from ecociv.core.quantities import convert
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Citation
from ecociv.standards.natural_capital import MonetaryAccount, asset_account, monetary_account
from ecociv.standards.natural_capital.balance import add_up


@dataclass(frozen=True, slots=True)
class DayPrice:
    """A price in force on a day, in yuan for one unit of the account."""

    value: Decimal
    citation: Citation


PriceOn = Callable[[str, str, dt.date], DayPrice | None]


@dataclass(frozen=True, slots=True)
class Worth:
    """The value of an account in yuan.

    Attributes
    ----------
    columns : tuple of str
        The columns that have prices on both days and a stock.
    without : mapping of str to Text
        The columns without a value, and why.
    """

    key: str
    year: int
    account: MonetaryAccount = field(repr=False)
    columns: tuple[str, ...]
    without: Mapping[str, Text]
    citations: tuple[Citation, ...]

    @property
    def verified(self) -> bool:
        """Whether every price was verified."""
        return bool(self.citations) and all(one.verified for one in self.citations)

    def rounded(self, value: Decimal | None) -> Decimal | None:
        """Yuan to the fen, rounded once."""
        return None if value is None else round_half_even(value, 2)

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""

        def line(amounts: Mapping[str, Decimal | None]) -> dict[str, str | None]:
            found = {column: self.rounded(amounts.get(column)) for column in self.columns if column in amounts}
            return {column: None if value is None else plain(value) for column, value in found.items()}

        return {
            "account": self.key,
            "unit": "yuan",
            "opening": line(self.account.opening),
            "changes": {row: line(amounts) for row, amounts in self.account.changes.items()},
            "revaluation": line(self.account.revaluation),
            "closing": line(self.account.closing),
            "without": {column: text.to_mapping() for column, text in self.without.items()},
            "prices_verified": self.verified,
        }


def worth_of(sheet: AccountSheet, year: int, price_on: PriceOn) -> Worth | None:
    """The value of an account; none where no price is declared for any of its columns.

    Changes are valued at the mean of both prices, so that opening value + changes + revaluation = closing value exactly.
    """
    if sheet.balance is None:
        return None
    days = dt.date(year - 1, 12, 31), dt.date(year, 12, 31)
    prices = {column: tuple(price_on(sheet.key, column, day) for day in days) for column in sheet.columns}
    if not any(any(pair) for pair in prices.values()):
        return None
    without: dict[str, Text] = {}
    columns: list[str] = []
    for column, (first, last) in prices.items():
        if first is None or last is None:
            day = days[0] if first is None else days[1]
            without[column] = Text(zh=f"{day}没有单价", en=f"No price is in force on {day}")
        elif column in sheet.outside:
            without[column] = Text(zh="不适用", en="not applicable")
        elif sheet.figure(OPENING, column) is None or sheet.figure(CLOSING, column) is None:
            without[column] = Text(zh="存量缺失", en="The stock is missing")
        else:
            columns.append(column)
    balance = sheet.balance
    changes: dict[str, dict[str, Decimal | None]] = {}
    for rows in (balance.added, balance.reduced):
        for row, amounts in rows.items():
            of_flow = changes.setdefault(sheet.form.rows[row].flow, {})
            for column in columns:
                if column in amounts:
                    before = of_flow.get(column, Decimal(0))
                    of_flow[column] = add_up((before, amounts[column]))
    physical = asset_account(
        {column: balance.opening.get(column) for column in columns},
        {flow: amounts for flow, amounts in changes.items() if amounts},
        {column: balance.closing.get(column) for column in columns},
        unit=sheet.unit,
        tolerance=sheet.tolerance,
    )
    found = monetary_account(
        physical,
        {column: prices[column][0].value for column in columns},  # type: ignore[union-attr]
        {column: prices[column][1].value for column in columns},  # type: ignore[union-attr]
        price_unit=f"yuan / {sheet.unit}",
    )
    citations = tuple(
        dict.fromkeys(one.citation for column in columns for one in prices[column] if one is not None)
    )
    return Worth(sheet.key, year, found, tuple(columns), without, citations)


def day_price(value: Decimal, unit: str, account_unit: str, citation: Citation) -> DayPrice:
    """A declared price as yuan for one unit of the account.

    >>> day_price(Decimal(3), "yuan / m3", "wan_m3", Citation("example")).value
    Decimal('30000')
    """
    return DayPrice(convert(value, f"({unit}) * {account_unit}", "yuan"), citation)
