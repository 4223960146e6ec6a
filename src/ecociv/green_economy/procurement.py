"""Share of green procurement by amount (绿色采购比例, indicator 47), for a year and by body. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Rounding, Trace
from ecociv.registers.amounts import Amount, summed, total


@dataclass(frozen=True, slots=True)
class Purchase:
    """One purchase of a listed category; ``green`` where it names a product in force on its day, else ``why_not``."""

    key: str
    item: str
    body: str
    day: dt.date
    category: str
    amount: Decimal
    product: str
    green: bool
    why_not: str
    sample: bool
    revision: int = 1
    recorded: dt.datetime | None = None

    @property
    def on_record(self) -> Amount:
        """Its amount as it stands in a trace."""
        return Amount(
            "green-purchase",
            self.key,
            self.item,
            self.amount,
            "yuan",
            self.day,
            self.revision,
            self.recorded,
            self.sample,
        )


@dataclass(frozen=True, slots=True)
class GreenShare:
    """Amounts of a group of purchases; the share is none where nothing was bought."""

    label: Text
    count: int
    total: Decimal
    green: Decimal
    trace: Trace

    @property
    def share(self) -> Decimal | None:
        """Per cent by amount, to one decimal as indicator 47 has it."""
        return None if self.total == 0 else round_half_even(self.green * 100 / self.total, 1)


def green_share(label: Text, purchases: Sequence[Purchase]) -> GreenShare:
    """The share of a group, with every purchase in its trace.

    Examples
    --------
    >>> def bought(amount, green):
    ...     return Purchase("1", "纸", "财政局", dt.date(2016, 3, 1), "paper", Decimal(amount), "", green, "", False)
    >>> green_share(Text(zh="全市", en="City"), [bought(300, True), bought(100, False)]).share
    Decimal('75.0')
    """
    every = [one.on_record for one in purchases]
    counted = [one.on_record for one in purchases if one.green]
    whole, green = total(every), total(counted)
    share = None if whole == 0 else round_half_even(green * 100 / whole, 1)
    sides = (
        (Text(zh="绿色产品采购额", en="Green purchases"), counted),
        (Text(zh="有关产品采购总额", en="All purchases of the categories"), every),
    )
    return GreenShare(
        label,
        len(purchases),
        whole,
        green,
        Trace(
            Text(zh=f"{label.zh}绿色采购比例", en=f"Share of green procurement: {label.en}"),
            share,
            "percent",
            "green / all * 100",
            tuple(summed(name, rows, "yuan", "sum of the purchases") for name, rows in sides),
            rounding=Rounding("half-even", 1),
        ),
    )


def by_year(purchases: Iterable[Purchase]) -> dict[int, list[Purchase]]:
    """Purchases by the year of their day."""
    found: dict[int, list[Purchase]] = defaultdict(list)
    for one in purchases:
        found[one.day.year].append(one)
    return dict(sorted(found.items()))


def by_body(purchases: Iterable[Purchase]) -> dict[str, list[Purchase]]:
    """Purchases by the body that bought, in the order of names."""
    found: dict[str, list[Purchase]] = defaultdict(list)
    for one in purchases:
        found[one.body].append(one)
    return dict(sorted(found.items()))
