"""Share of green procurement by amount (绿色采购比例, indicator 47), for a year and by body. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Rounding, Trace, TraceInput


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
    total = sum((one.amount for one in purchases), Decimal(0))
    green = sum((one.amount for one in purchases if one.green), Decimal(0))
    share = None if total == 0 else round_half_even(green * 100 / total, 1)
    sides = (
        (Text(zh="绿色产品采购额", en="Green purchases"), green, [one for one in purchases if one.green]),
        (Text(zh="有关产品采购总额", en="All purchases of the categories"), total, list(purchases)),
    )
    return GreenShare(
        label,
        len(purchases),
        total,
        green,
        Trace(
            Text(zh=f"{label.zh}绿色采购比例", en=f"Share of green procurement: {label.en}"),
            share,
            "percent",
            "green / all * 100",
            tuple(
                Trace(name, amount, "yuan", "sum of the purchases", tuple(_input(one) for one in rows))
                for name, amount, rows in sides
            ),
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


def _input(one: Purchase) -> TraceInput:
    return TraceInput(
        Text(zh=one.item, en=one.item),
        one.amount,
        "yuan",
        source_id=f"green-purchase:{one.key}",
        revision=one.revision,
        valid=one.day.isoformat(),
        sample=one.sample,
    )
