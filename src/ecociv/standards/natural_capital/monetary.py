"""Monetary asset accounts: a physical account at the prices of its first and last day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal

from ecociv.core.quantities import convert
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.standards.natural_capital.asset import CITATION, EDITION, ROW_LABELS, AssetAccount
from ecociv.standards.natural_capital.balance import AccountError, Amounts, add_up
from ecociv.standards.results import DataValidity, Result


@dataclass(frozen=True, eq=False)
class MonetaryAccount(Result):
    """A monetary asset account in yuan.

    Attributes
    ----------
    value : Decimal or None
        Closing value of all items; ``None`` where an amount or a price is missing.
    opening, closing, revaluation : dict of str to (Decimal or None)
        Value of the opening stock at opening prices, of the closing stock at closing prices, and what the change
        of prices alone made of the stock.
    changes : dict of str to dict
        Each row of the physical account at the mean of both prices, negative where it reduces. The unexplained
        residual is a row of its own.
    """

    value: Decimal | None
    opening: Amounts
    changes: Mapping[str, Amounts]
    revaluation: Amounts
    closing: Amounts
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    physical: AssetAccount = field(repr=False)
    price_unit: str = "yuan"

    def trace(self, at: int | None = None) -> Trace:
        """One item by its number, or all of them."""
        items = self.physical.balance.items
        if at is None:
            return Trace(
                Text(zh="期末价值合计", en="Closing value, all items"),
                self.value,
                "yuan",
                "sum(closing stock * closing price)",
                tuple(self.trace(place) for place in range(len(items))),
                CITATION,
                notes=self.marks,
            )
        item = items[at]
        rows = [TraceInput(Text(zh="期初价值", en="Opening value"), self.opening[item], "yuan")]
        for row, amounts in self.changes.items():
            if item in amounts:
                label = ROW_LABELS.get(row, _RESIDUAL)
                rows.append(TraceInput(label, amounts[item], "yuan"))
        rows.append(TraceInput(Text(zh="重估价", en="Revaluation"), self.revaluation[item], "yuan"))
        return Trace(
            Text(zh=f"{item}期末价值", en=f"Closing value of {item}"),
            self.closing[item],
            "yuan",
            "opening + changes at mean prices + revaluation",
            tuple(rows),
            CITATION,
            notes=self.marks,
        )


_RESIDUAL = Text(zh="未解释差额", en="Unexplained residual")
RESIDUAL = "unexplained"


def monetary_account(
    physical: AssetAccount, opening_price: Amounts, closing_price: Amounts, *, price_unit: str = ""
) -> MonetaryAccount:
    """Value a physical account.

    Changes are valued at the mean of opening and closing price. Then the revaluation, ``(p1 - p0) * (opening +
    closing) / 2``, closes the account exactly: opening value + changes + revaluation = closing value.

    Parameters
    ----------
    physical : AssetAccount
        Its recorded closing stock is valued where there is one, with the residual as a row of its own.
    opening_price, closing_price : mapping of str to Decimal
        Price of each item in `price_unit`; ``None`` or absent is missing and leaves the item without a value.
    price_unit : str
        Such as ``"yuan / m3"``; yuan for one unit of the account by default.

    Raises
    ------
    AccountError
        A negative price.

    Examples
    --------
    >>> from ecociv.standards.natural_capital.asset import asset_account
    >>> stock = asset_account({"fir": Decimal(100)}, {"growth": {"fir": Decimal(20)}}, unit="m3")
    >>> worth = monetary_account(stock, {"fir": Decimal(500)}, {"fir": Decimal(600)})
    >>> [str(amount) for amount in (worth.opening["fir"], worth.changes["growth"]["fir"], worth.revaluation["fir"], worth.value)]
    ['50000', '11000', '11000', '72000']
    """
    unit = price_unit or f"yuan / {physical.unit}"
    factor = convert(Decimal(1), f"{physical.unit} * {unit}", "yuan")
    account = physical.balance
    opening: dict[str, Decimal | None] = {}
    closing: dict[str, Decimal | None] = {}
    revaluation: dict[str, Decimal | None] = {}
    changes: dict[str, dict[str, Decimal | None]] = {
        row: {} for row in (*account.added, *account.reduced, RESIDUAL)
    }
    for item in account.items:
        first, last = _price(opening_price, item, factor), _price(closing_price, item, factor)
        mean = None if first is None or last is None else (first + last) / 2
        start = account.opening.get(item)
        end = account.closing.get(item) if item in account.closing else account.computed[item]
        opening[item] = _times(start, first)
        closing[item] = _times(end, last)
        revaluation[item] = (
            None
            if first is None or last is None or start is None or end is None
            else (last - first) * (start + end) / 2
        )
        for row, amounts in account.added.items():
            if item in amounts:
                changes[row][item] = _times(amounts[item], mean)
        for row, amounts in account.reduced.items():
            if item in amounts:
                worth = _times(amounts[item], mean)
                changes[row][item] = None if worth is None else -worth
        if account.residual[item]:
            changes[RESIDUAL][item] = _times(account.residual[item], mean)
    valued = sum(1 for worth in closing.values() if worth is not None)
    return MonetaryAccount(
        value=add_up(closing.values()),
        opening=opening,
        changes={row: amounts for row, amounts in changes.items() if amounts},
        revaluation=revaluation,
        closing=closing,
        edition=EDITION,
        marks=physical.marks,
        validity=DataValidity(
            valued,
            len(account.items),
            valued == len(account.items),
            Text(zh="各项均有存量与价格", en="every item has a stock and a price"),
        ),
        physical=physical,
        price_unit=unit,
    )


def _price(prices: Amounts, item: str, factor: Decimal) -> Decimal | None:
    price = prices.get(item)
    if price is not None and (not price.is_finite() or price < 0):
        raise AccountError(
            f"The price of {item} is {price}; it must be finite and at least 0, or None where missing."
        )
    return None if price is None else price * factor


def _times(amount: Decimal | None, price: Decimal | None) -> Decimal | None:
    return None if amount is None or price is None else amount * price
