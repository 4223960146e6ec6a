"""Computing what an agreement comes to in a period, with the formulas of `ecociv.standards.compensation`. Pure: no Django.

The figure is positive where upstream pays. It is rounded once, to fen, by each formula; caps and the least amount are
whole yuan of the agreement and are applied afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from ecociv.compensation.agreements.computed import Computed, Given
from ecociv.compensation.agreements.declaration import (
    FLOW,
    Exceedance,
    Index,
    Load,
    Section,
    Version,
)
from ecociv.compensation.agreements.means import Means, Open
from ecociv.compensation.agreements.periods import SettlementPeriod, days_of
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Rounding, Trace, TraceParameter
from ecociv.standards.compensation import exceedance_compensation, flow_weighted_load, p_index
from ecociv.standards.compensation.section import NOISE_DIGITS

FEN = 2


def compute(
    version: Version,
    period: SettlementPeriod,
    given: Given,
    *,
    paid: tuple[Decimal, Decimal] = (Decimal(0),) * 2,
) -> Computed:
    """What a version of an agreement comes to in a period.

    Parameters
    ----------
    given
        Readings by place, item and month; others than the version asks for are passed over.
    paid
        What upstream and downstream were already to pay in the calendar year, for the yearly caps; yuan.

    Returns
    -------
    Computed
        With ``amount`` ``None`` and the reasons where the rules on readings leave the period open.
    """
    means = Means(version, period, given)
    try:
        parts = [_section(version, period, section, means) for section in version.sections]
    except Open as left:
        return Computed(period, None, None, None, means.used(), tuple(means.notes), tuple(left.texts))
    exact = sum((part.amount for part in parts), Decimal(0))
    uncapped = round_half_even(exact, FEN)
    amount, limits = _limited(version, uncapped, paid)
    trace = Trace(
        Text(
            zh=f"{period} 补偿金额（正数为上游付下游）",
            en=f"Compensation for {period} (positive: upstream pays downstream)",
        ),
        amount,
        "yuan",
        "sum(section * share)",
        tuple(part.trace for part in parts),
        version.clause("formula"),
        tuple(limits),
        Rounding("half-even", FEN),
        tuple(means.notes),
    )
    return Computed(period, amount, uncapped, trace, means.used(), tuple(means.notes))


@dataclass(frozen=True, slots=True)
class _Part:
    amount: Decimal
    trace: Trace


def _section(version: Version, period: SettlementPeriod, section: Section, means: Means) -> _Part:
    formula = version.formula
    if isinstance(formula, Exceedance):
        amount, trace = _exceedance(version, formula, section, means)
    elif isinstance(formula, Load):
        amount, trace = _load(version, formula, period, section, means)
    else:
        amount, trace = _index(version, formula, period, section, means)
    if section.share == 1:
        return _Part(amount, trace)
    share = TraceParameter(
        Text(zh="断面权重", en="share of the section"), section.share, "1", version.clause("sections")
    )
    shared = amount * section.share
    label = _named(section)
    return _Part(shared, Trace(label, shared, "yuan", "section * share", (trace,), None, (share,)))


def _exceedance(
    version: Version, formula: Exceedance, section: Section, means: Means
) -> tuple[Decimal, Trace]:
    found = means.all_of(section, [*formula.items, FLOW])
    flow = found.pop(FLOW)
    prices, steps = {}, []
    for key, item in formula.items.items():
        multiple = (found[key].value - item.limit) / item.limit
        prices[key] = item.price_at(multiple) if multiple > 0 else item.price
        if prices[key] != item.price:
            steps.append(
                Text(
                    zh=f"{item.name.zh}超标 {multiple:.4f} 倍，单价升为 {prices[key]}",
                    en=f"{item.name.en} exceeds by {multiple:.4f} times: its price rises to {prices[key]}",
                )
            )
    result = exceedance_compensation(
        {key: float(found[key].value) for key in formula.items},
        {key: float(item.limit) for key, item in formula.items.items()},
        prices,
        flow=float(flow.value),
        days=sum(days_of(month) for month in means.period.months),
        method=formula.method,
        reward_prices={key: item.reward for key, item in formula.items.items() if item.reward},
    )
    own = result.trace()
    named = tuple(
        replace(part, label=formula.items[part.label.en].name)
        if isinstance(part, Trace) and part.label.en in formula.items
        else part
        for part in own.inputs
    )
    own = replace(own, inputs=named)
    trace = Trace(
        _named(section),
        result.value,
        "yuan",
        own.formula,
        (own, *(mean.trace for mean in (*found.values(), flow))),
        version.clause("formula"),
        notes=tuple(steps),
    )
    return Decimal(result.value), trace


def _load(
    version: Version, formula: Load, period: SettlementPeriod, section: Section, means: Means
) -> tuple[Decimal, Trace]:
    total, parts = Decimal(0), []
    flows = means.by_month(section, FLOW)
    days = [days_of(month) for month in period.months]
    for key, item in formula.items.items():
        values = means.by_month(section, key)
        result = flow_weighted_load(
            [float(each.value) for each in values], [float(each.value) for each in flows], days
        )
        tonnes = Decimal(repr(float(result.load)))
        gap = tonnes - item.allowed
        price = item.price if gap > 0 else item.reward
        amount = round_half_even(gap * price, FEN)
        total += amount
        parts.append(
            Trace(
                item.name,
                amount,
                "yuan",
                "(load - allowed) * price",
                (result.trace(), *(each.trace for each in (*values, *flows))),
                version.clause("formula"),
                (
                    TraceParameter(Text(zh="允许通量", en="allowed load"), item.allowed, "tonne"),
                    TraceParameter(Text(zh="单价", en="price"), price, "yuan/tonne"),
                ),
                Rounding("half-even", FEN),
            )
        )
    label = _named(section)
    return total, Trace(label, total, "yuan", "sum(items)", tuple(parts), version.clause("formula"))


def _index(
    version: Version, formula: Index, period: SettlementPeriod, section: Section, means: Means
) -> tuple[Decimal, Trace]:
    found = means.all_of(section, list(formula.items))
    result = p_index(
        **{key: float(mean.value) for key, mean in found.items()},  # type: ignore[arg-type]
        baseline={str(key): float(item.baseline) for key, item in formula.items.items()},
        edition=formula.coefficients,
    )
    value = Decimal(repr(round(float(result.value), NOISE_DIGITS)))
    accidents = [each for each in version.accidents if period.first <= each.day <= period.last]
    step = next((each for each in formula.downstream_pays if value <= each.up_to), None)
    upstream = bool(accidents) or step is None
    amount = formula.upstream_pays if step is None or accidents else -step.pays
    notes = [
        Text(
            zh=f"{each.day} 发生重大水污染事故（{each.document}），由上游补偿",
            en=f"A major accident on {each.day} ({each.document}): upstream pays",
        )
        for each in accidents
    ]
    own = result.trace()
    # The amounts are those of this agreement; the note of the formula speaks of the river that it comes from.
    index = Trace(
        own.label,
        own.value,
        own.unit,
        own.formula,
        own.inputs,
        own.standard,
        own.parameters,
        own.rounding,
        result.marks,
    )
    rates = [
        *(
            TraceParameter(
                Text(zh=f"P≤{each.up_to} 下游补偿", en=f"P <= {each.up_to}: downstream pays"),
                each.pays,
                "yuan",
                version.clause("formula"),
                version.valid,
            )
            for each in formula.downstream_pays
        ),
        TraceParameter(
            Text(zh="其余由上游补偿", en="otherwise upstream pays"),
            formula.upstream_pays,
            "yuan",
            version.clause("formula"),
            version.valid,
        ),
    ]
    trace = Trace(
        _named(section),
        amount,
        "yuan",
        "upstream pays" if upstream else "downstream pays",
        (index, *(mean.trace for mean in found.values())),
        version.clause("formula"),
        tuple(rates),
        notes=tuple(notes),
    )
    return amount, trace


def _named(section: Section) -> Text:
    return Text(zh=f"断面 {section.label.zh}", en=f"Section {section.label.en}")


def _limited(
    version: Version, amount: Decimal, paid: tuple[Decimal, Decimal]
) -> tuple[Decimal, list[TraceParameter]]:
    limits: list[TraceParameter] = []
    if version.least and abs(amount) < version.least:
        limits.append(
            TraceParameter(
                Text(zh="起付额，未达到的不付", en="least amount; less is not paid"),
                version.least,
                "yuan",
                version.clause("least"),
                version.valid,
            )
        )
        amount = Decimal("0.00")
    side, already = ("upstream", paid[0]) if amount > 0 else ("downstream", paid[1])
    cap = version.cap.get(side)  # type: ignore[call-overload]
    if cap is None or amount == 0:
        return amount, limits
    most = abs(amount)
    for bound, label in (
        (cap.settlement, Text(zh="单次封顶", en="cap of one settlement")),
        (
            None if cap.year is None else max(cap.year - already, Decimal(0)),
            Text(zh="年度封顶余额", en="left of the cap of the year"),
        ),
    ):
        if bound is not None and most > bound:
            most = bound
            limits.append(TraceParameter(label, bound, "yuan", version.clause("cap"), version.valid))
    signed = most if amount > 0 else -most
    return round_half_even(signed, FEN).quantize(Decimal("0.01")), limits


def bodies(version: Version, amount: Decimal) -> tuple[str, str] | None:
    """Who pays whom; none where nothing is paid."""
    if amount == 0:
        return None
    return (version.upstream, version.downstream) if amount > 0 else (version.downstream, version.upstream)
