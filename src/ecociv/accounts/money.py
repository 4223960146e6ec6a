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
from ecociv.accounts.sheet import RESIDUAL, AccountSheet
from ecociv.core.decimals import plain
from ecociv.core.quantities import convert
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Citation, Trace
from ecociv.standards.natural_capital import MonetaryAccount, asset_account, monetary_account
from ecociv.standards.natural_capital.asset import ROW_LABELS
from ecociv.standards.natural_capital.balance import add_up


@dataclass(frozen=True, slots=True)
class DayPrice:
    """A price in force on a day, in yuan for one unit of the account."""

    value: Decimal
    citation: Citation


REVALUATION = "revaluation"
_ENDS = (OPENING, REVALUATION, CLOSING)
_OPENED, _CLOSED = Text(zh="期初价值", en="Opening value"), Text(zh="期末价值", en="Closing value")
_REVALUED = Text(zh="重估价", en="Revaluation")
_FIRST, _LAST = Text(zh="期初单价", en="Opening price"), Text(zh="期末单价", en="Closing price")


def _label(name: Text, what: Text) -> Text:
    return Text(zh=f"{name.zh}：{what.zh}", en=f"{name.en}: {what.en}")


def _price(price: DayPrice, unit: str, when: Text) -> Trace:
    return Trace(when, price.value, f"yuan / {unit}", "as declared", (), price.citation)


def _less(end: Decimal | None, parts: list[Decimal | None]) -> Decimal | None:
    """What the parts lack to the end; none where one of them is missing."""
    taken = add_up(parts)
    return None if end is None or taken is None else end - taken


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
    sheet: AccountSheet = field(repr=False)
    prices: Mapping[str, tuple[DayPrice, DayPrice]] = field(repr=False)

    @property
    def verified(self) -> bool:
        """Whether every price was verified."""
        return bool(self.citations) and all(one.verified for one in self.citations)

    def rounded(self, value: Decimal | None) -> Decimal | None:
        """Yuan to the fen, rounded once."""
        return None if value is None else round_half_even(value, 2)

    def rows(self) -> dict[str, dict[str, Decimal | None]]:
        """Opening, changes by row of the framework (negative where they reduce), revaluation, closing, to the fen.

        What the single roundings leave over, half a fen at most for each row, is in the revaluation: what is shown adds up.
        """

        def line(amounts: Mapping[str, Decimal | None]) -> dict[str, Decimal | None]:
            return {column: self.rounded(amounts[column]) for column in self.columns if column in amounts}

        found = {OPENING: line(self.account.opening)}
        found |= {flow: made for flow, amounts in self.account.changes.items() if (made := line(amounts))}
        closing = line(self.account.closing)
        found[REVALUATION] = {
            column: _less(closing[column], [row[column] for row in found.values() if column in row])
            for column in self.columns
        }
        return {**found, CLOSING: closing}

    def trace(self, column: str) -> Trace:
        """The closing value of a column: stocks and changes at their prices, down to the cells of the account."""
        name, (first, last) = self.sheet.columns[column], self.prices[column]
        price = {day: _price(each, self.sheet.unit, when) for day, each, when in ((OPENING, first, _FIRST), (CLOSING, last, _LAST))}  # fmt: skip
        inputs: list[Trace] = [
            Trace(_label(name, _OPENED), self.account.opening[column], "yuan", "stock * price",
                  (self.sheet.trace(OPENING, column), price[OPENING]))
        ]  # fmt: skip
        for flow, amounts in self.account.changes.items():
            if column in amounts:
                label = ROW_LABELS.get(flow, RESIDUAL)
                inputs.append(Trace(_label(name, label), amounts[column], "yuan", "amount * mean of both prices",
                                    (*self._causes(flow, column), price[OPENING], price[CLOSING])))  # fmt: skip
        inputs.append(
            Trace(_label(name, _REVALUED), self.account.revaluation[column], "yuan",
                  "(closing price - opening price) * (opening stock + closing stock) / 2",
                  (price[OPENING], price[CLOSING], self.sheet.trace(CLOSING, column)))
        )  # fmt: skip
        return Trace(
            _label(name, _CLOSED), self.account.closing[column], "yuan", "opening + changes at mean prices + revaluation",
            tuple(inputs), last.citation,
        )  # fmt: skip

    def _causes(self, flow: str, column: str) -> tuple[Trace, ...]:
        if flow not in ROW_LABELS:
            return (self.sheet.trace("residual", column),)
        return tuple(
            cell.trace
            for row, declared in self.sheet.form.rows.items()
            if declared.flow == flow
            and (cell := self.sheet.cells.get((row, column)))
            and cell.number is not None
        )

    def to_json(self) -> dict[str, Any]:
        """As plain JSON values."""
        shown = {
            flow: {column: None if value is None else plain(value) for column, value in row.items()}
            for flow, row in self.rows().items()
        }
        return {
            "account": self.key,
            "unit": "yuan",
            "opening": shown[OPENING],
            "changes": {row: amounts for row, amounts in shown.items() if row not in _ENDS},
            "revaluation": shown[REVALUATION],
            "closing": shown[CLOSING],
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
    both = {column: (prices[column][0], prices[column][1]) for column in columns}
    return Worth(sheet.key, year, found, tuple(columns), without, citations, sheet, both)  # type: ignore[arg-type]


def day_price(value: Decimal, unit: str, account_unit: str, citation: Citation) -> DayPrice:
    """A declared price as yuan for one unit of the account.

    >>> day_price(Decimal(3), "yuan / m3", "wan_m3", Citation("example")).value
    Decimal('30000')
    """
    return DayPrice(convert(value, f"({unit}) * {account_unit}", "yuan"), citation)
