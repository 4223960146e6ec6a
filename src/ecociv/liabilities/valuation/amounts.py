"""What damage costs: restoration, resource equivalency, and their sum. Pure: no Django; amounts in yuan, exact.

Each returns a :class:`~ecociv.core.trace.Trace` whose value is rounded once, to the fen.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, localcontext

from ecociv.core.decimals import plain
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Rounding, Trace, TraceInput, TraceParameter
from ecociv.liabilities.valuation.declaration import in_force, methods
from ecociv.liabilities.valuation.discounting import DIGITS, discounting

FEN_DIGITS = 2


class ValuationRefused(ValueError):
    """Figures that no method can value; ``text`` says which, and what is expected; ``field`` where."""

    def __init__(self, field: str, text: Text) -> None:
        super().__init__(text.en)
        self.field = field
        self.text = text


@dataclass(frozen=True, slots=True)
class CostItem:
    """One work of restoration: how much of what, at which price.

    Attributes
    ----------
    name : str
        What is done.
    quantity, price : Decimal
        Amount, and yuan for one unit of it; neither is negative.
    unit : str
        Unit expression of the quantity.
    source : str
        Where the price comes from (offer, price list).
    """

    name: str
    quantity: Decimal
    unit: str
    price: Decimal
    source: str = ""


def restoration_cost(
    items: Sequence[CostItem], *, overheads: Decimal = Decimal(0), sample: bool = False
) -> Trace:
    """The cost of restoring (恢复费用法): the works at their prices, and a share for planning, supervision and the rest.

    Parameters
    ----------
    items
        At least one work.
    overheads
        Share of the works, 0.08 for eight percent.

    Raises
    ------
    ValuationRefused
        Where there is no item, or a figure is negative.

    Examples
    --------
    1,200 m3 at 35 yuan and 2 ha at 15,000 yuan are 72,000 yuan; with 8 percent, 77,760.

    >>> dug = CostItem("清运", Decimal(1200), "m^3", Decimal(35))
    >>> planted = CostItem("复绿", Decimal(2), "ha", Decimal(15000))
    >>> print(restoration_cost([dug, planted], overheads=Decimal("0.08")).value)
    77760.00
    """
    if not items:
        raise ValuationRefused("items", Text(zh="请填写至少一项修复工程。", en="Give at least one work."))
    works: list[Trace] = []
    total = Decimal(0)
    for item in items:
        require_not_negative(f"items.{item.name}", item.quantity, item.price)
        amount = item.quantity * item.price
        total += amount
        works.append(
            Trace(
                same_words(item.name),
                amount,
                "yuan",
                "quantity * price",
                (
                    TraceInput(
                        Text(zh="数量", en="Quantity"), item.quantity, item.unit, item.source, sample=sample
                    ),
                    TraceInput(
                        Text(zh="单价", en="Price"),
                        item.price,
                        f"yuan/({item.unit})",
                        item.source,
                        sample=sample,
                    ),
                ),
            )
        )
    require_not_negative("overheads", overheads)
    return Trace(
        Text(zh="恢复费用", en="Cost of restoration"),
        round_half_even(total * (1 + overheads), FEN_DIGITS),
        "yuan",
        "sum(works) * (1 + overheads)",
        tuple(works),
        parameters=(
            TraceParameter(
                Text(
                    zh="规划设计、监理等费用比例",
                    en="Planning, supervision and the rest, as a share of the works",
                ),
                overheads,
            ),
        ),
        rounding=Rounding("half-even", FEN_DIGITS),
    )


def resource_equivalency(
    losses: Mapping[int, Decimal],
    gains: Mapping[int, Decimal],
    price: Decimal,
    *,
    base_year: int,
    unit: str = "ha",
    rate: Decimal | None = None,
    day: dt.date | None = None,
    source: str = "",
    sample: bool = False,
) -> Trace:
    """What it costs to give back as much as was lost meanwhile (资源等值分析法).

    Parameters
    ----------
    losses
        Units of the resource or its service that were lost, by year.
    gains
        Units that one unit of compensating restoration gives, by year.
    price
        Yuan for one unit of restoration.
    base_year
        The year to which both are discounted.
    rate
        Yearly; the declared usual one where none is given, and always within the declared range.
    day
        The day whose declared rates apply; today's rules are never assumed, so that it is the first of the base year.
    source
        Where the figures come from.

    Raises
    ------
    ValuationRefused
        For negative figures, no gain, or a rate outside the declared range.
    OutsideValidity
        Where no rate was declared for the day.

    Examples
    --------
    10 ha lost in each of two years, at 3 percent to the second: 10 * 1.03 + 10 = 20.3. One hectare restored gives 0.5
    a year in the two years after: 0.5/1.03 + 0.5/1.0609 = 1.015/1.0609. 20.3 * 1.0609 / 1.015 = 21.218 ha, at 30,000 yuan.

    >>> cost = resource_equivalency({2016: Decimal(10), 2017: Decimal(10)},
    ...     {2018: Decimal("0.5"), 2019: Decimal("0.5")}, Decimal(30000), base_year=2017)
    >>> print(cost.value)
    636540.00
    """
    declared = in_force(methods().discount, day or dt.date(base_year, 1, 1), "the discount rate")
    used = declared.usual if rate is None else rate
    if not declared.lowest <= used <= declared.highest:
        low, high = plain(declared.lowest), plain(declared.highest)
        raise ValuationRefused(
            "rate",
            Text(
                zh=f"贴现率 {plain(used)} 超出规定范围 {low} 至 {high}（{declared.citation.standard}）。",
                en=f"The rate {plain(used)} lies outside {low} to {high} ({declared.citation.standard}).",
            ),
        )
    for name, figures in (("losses", losses), ("gains", gains)):
        if not figures:
            raise ValuationRefused(name, Text(zh="请按年填写数量。", en="Give the figures by year."))
        require_not_negative(name, *figures.values())
        if any(abs(year - base_year) > 200 for year in figures):
            raise ValuationRefused(
                name,
                Text(
                    zh="年份距基准年超过200年，请核对。",
                    en="A year lies more than 200 from the base year: check it.",
                ),
            )
    require_not_negative("price", price)
    lost = _discounted(
        Text(zh="期间损失现值", en="Losses, discounted"), losses, base_year, used, unit, source, sample
    )
    gained = _discounted(
        Text(zh="单位补偿工程收益现值", en="Gains of one unit restored, discounted"),
        gains,
        base_year,
        used,
        unit,
        source,
        sample,
    )
    assert isinstance(lost.value, Decimal) and isinstance(gained.value, Decimal)
    if gained.value == 0:
        raise ValuationRefused(
            "gains",
            Text(
                zh="补偿工程没有收益，无法等值。",
                en="What is restored gives nothing: nothing makes up for the loss.",
            ),
        )
    return Trace(
        Text(zh="等值补偿费用", en="Cost of equivalent restoration"),
        round_half_even(lost.value / gained.value * price, FEN_DIGITS),
        "yuan",
        "losses / gains * price",
        (
            lost,
            gained,
            TraceInput(
                Text(zh="补偿工程单价", en="Price of one unit"), price, f"yuan/({unit})", source, sample=sample
            ),
        ),
        standard=declared.cited,
        parameters=(
            TraceParameter(
                Text(zh="贴现率", en="Yearly discount rate"), used, "1", declared.cited, declared.validity
            ),
            TraceParameter(Text(zh="基准年", en="Base year"), Decimal(base_year)),
        ),
        rounding=Rounding("half-even", FEN_DIGITS),
    )


def total(parts: Sequence[Trace], label: Text) -> Trace:
    """The sum of valued parts, each to the fen.

    Raises
    ------
    ValuationRefused
        Where there is no part.
    """
    if not parts:
        raise ValuationRefused("parts", Text(zh="没有评估项。", en="Nothing was valued."))
    added = Decimal(0)
    for part in parts:
        assert isinstance(part.value, Decimal)
        added += part.value
    return Trace(label, added, "yuan", "sum", tuple(parts))


def _discounted(
    label: Text,
    figures: Mapping[int, Decimal],
    base: int,
    rate: Decimal,
    unit: str,
    source: str,
    sample: bool,
) -> Trace:
    with localcontext() as context:
        context.prec = DIGITS
        value = sum((row.present for row in discounting(figures, base, rate)), Decimal(0))
    return Trace(
        label,
        value,
        f"{unit}*year",
        f"sum(figure * (1 + rate) ^ ({base} - year))",
        tuple(
            TraceInput(
                Text(zh=f"{year}年", en=str(year)), figure, unit, source, valid=str(year), sample=sample
            )
            for year, figure in sorted(figures.items())
        ),
    )


def require_not_negative(field: str, *figures: Decimal) -> None:
    """Refuse a figure below zero, or one that is no number."""
    for figure in figures:
        if not figure.is_finite() or figure < 0:
            raise ValuationRefused(field, Text(zh=f"{figure} 不能为负。", en=f"{figure} cannot be negative."))


def same_words(words: str) -> Text:
    """A name that is written alike in both languages."""
    return Text(zh=words or "—", en=words or "—")
