"""Performance of a treatment contract in a month: what share of the periods met the limit, and what is paid. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction

from ecociv.core.decimals import to_decimal
from ecociv.core.missing import Missing
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Citation, Rounding, Trace, TraceInput, TraceParameter
from ecociv.core.verdicts import Reason, Verdict
from ecociv.green_economy.declaration import PaymentRule

MOST_BREACHES = 100
"""Readings beyond the limit that are kept with a settlement; the rest are counted."""


@dataclass(frozen=True, slots=True)
class Promise:
    """What a contract promises of one series: the limit, its side, the share of periods that has to meet it."""

    key: str
    title: str
    series: str
    at_most: bool
    limit: Decimal
    share: Decimal
    weight: Decimal
    unit: str


@dataclass(frozen=True, slots=True)
class Used:
    """One reading as performance uses it; ``value`` is none where it may not be used."""

    start: dt.datetime
    value: Decimal | None
    revision: int
    sample: bool


@dataclass(frozen=True, slots=True)
class Attained:
    """How one promise was kept in a month.

    Attributes
    ----------
    due, usable, met : int
        Periods that the month has, that have a usable value, that met the limit.
    attained : Decimal or None
        Per cent, rounded to two decimals for reading; decisions use the exact share. None without a usable value.
    pay : Decimal or None
        Per cent of the fee.
    breaches : tuple of Used
        The first readings beyond the limit.
    """

    promise: Promise
    due: int
    usable: int
    met: int
    attained: Decimal | None
    pay: Decimal | None
    reasons: tuple[Reason, ...]
    breaches: tuple[Used, ...]
    trace: Trace


@dataclass(frozen=True, slots=True)
class MonthPayment:
    """What is paid for a month; ``amount`` is a kind of absence where a promise could not be judged."""

    amount: Decimal | Missing
    parts: tuple[Attained, ...]
    verdict: Verdict
    trace: Trace


def attained(promise: Promise, readings: Sequence[Used], due: int, rule: PaymentRule, month: str) -> Attained:
    """Judge one promise on the readings of a month that has ``due`` periods.

    Raises
    ------
    ValueError
        More readings than periods, or no period at all.
    """
    if due < 1 or len(readings) > due:
        raise ValueError(f"{promise.series}: {len(readings)} readings in {due} periods of {month}.")
    values = [one for one in readings if one.value is not None]
    breaches = [one for one in values if not _meets(promise, one)]
    met, usable = len(values) - len(breaches), len(values)
    reasons: list[Reason] = []
    pay: Decimal | None = None
    share: Fraction | None = None
    if usable:
        too_many = Fraction(due - usable, due) * 100 > Fraction(rule.missing_most)
        base = due if too_many else usable
        share = Fraction(met, base) * 100
        if too_many:
            reasons.append(_too_many_missing(due - usable, due, rule))
        short = Fraction(promise.share) - share
        pay = next((band.pay for band in rule.bands if short <= Fraction(band.shortfall)), Decimal(0))
        if short > 0:
            reasons.append(_short(promise, share))
    else:
        reasons.append(_nothing(promise, month))
    shown = None if share is None else _percent(share)
    return Attained(
        promise,
        due,
        usable,
        met,
        shown,
        pay,
        tuple(reasons),
        tuple(breaches[:MOST_BREACHES]),
        _trace(promise, readings, (due, usable, met), shown, rule, month),
    )


def payment(fee: Decimal, parts: Sequence[Attained], rule: PaymentRule, month: str) -> MonthPayment:
    """What a month's fee comes to: each promise by its weight.

    Raises
    ------
    ValueError
        Without a promise there is nothing to judge.
    """
    if not parts:
        raise ValueError(f"No promise was in force in {month}.")
    reasons = tuple(reason for part in parts for reason in part.reasons)
    pays = [part.pay for part in parts]
    amount: Decimal | Missing = Missing.MISSING
    if all(pay is not None for pay in pays):
        weights = sum(part.promise.weight for part in parts)
        top = sum(
            (part.promise.weight * pay for part, pay in zip(parts, pays, strict=True) if pay is not None),
            Decimal(0),
        )
        exact = Fraction(fee) * Fraction(top) / (Fraction(weights) * 100)
        amount = _money(exact)
    full = all(pay == 100 for pay in pays)
    ok = None if any(pay is None for pay in pays) else full
    trace = Trace(
        Text(zh=f"{month}应付服务费", en=f"Fee to be paid for {month}"),
        amount,
        "yuan",
        "fee * sum(weight * pay) / sum(weight)",
        (
            TraceInput(Text(zh="月服务费", en="Fee a month"), fee, "yuan"),
            *(part.trace for part in parts),
        ),
        Citation(rule.citation.zh, verified=rule.verified),
        tuple(
            TraceParameter(
                Text(zh=f"权重：{part.promise.title}", en=f"weight: {part.promise.title}"),
                part.promise.weight,
            )
            for part in parts
        ),
        Rounding("half-even", 2),
        tuple(reason.text for reason in reasons),
    )
    return MonthPayment(amount, tuple(parts), Verdict(ok, reasons), trace)


def _meets(promise: Promise, one: Used) -> bool:
    assert one.value is not None
    return one.value <= promise.limit if promise.at_most else one.value >= promise.limit


def _percent(share: Fraction) -> Decimal:
    return round_half_even(to_decimal(share.numerator) / to_decimal(share.denominator), 2)


def _money(exact: Fraction) -> Decimal:
    """An exact amount to the fen, half to even."""
    fen, rest = divmod(exact.numerator * 100, exact.denominator)
    double = 2 * rest
    fen += double > exact.denominator or (double == exact.denominator and fen % 2 == 1)
    return Decimal(fen).scaleb(-2)


def _trace(
    promise: Promise,
    readings: Sequence[Used],
    counts: tuple[int, int, int],
    shown: Decimal | None,
    rule: PaymentRule,
    month: str,
) -> Trace:
    due, usable, met = counts
    sample = any(one.sample for one in readings)

    def counted(zh: str, en: str, number: int) -> TraceInput:
        revision = max((one.revision for one in readings), default=1)
        return TraceInput(
            Text(zh=zh, en=en),
            number,
            "count",
            source_id=promise.series,
            revision=revision,
            valid=month,
            sample=sample,
        )

    return Trace(
        Text(zh=f"达标率：{promise.title}", en=f"Attainment: {promise.title}"),
        shown if shown is not None else Missing.MISSING,
        "percent",
        "met / usable * 100" if (due - usable) * 100 <= rule.missing_most * due else "met / due * 100",
        (
            counted("应有时段数", "Periods due", due),
            counted("有效时段数", "Periods with a usable value", usable),
            counted("达标时段数", "Periods within the limit", met),
        ),
        None,
        (
            TraceParameter(
                Text(
                    zh="限值（上限）" if promise.at_most else "限值（下限）",
                    en="limit (at most)" if promise.at_most else "limit (at least)",
                ),
                promise.limit,
                promise.unit,
            ),
            TraceParameter(Text(zh="应达标比例", en="share promised"), promise.share, "percent"),
        ),
        Rounding("half-even", 2),
    )


def _too_many_missing(missing: int, due: int, rule: PaymentRule) -> Reason:
    return Reason(
        "too-many-missing",
        Text(
            zh=f"{due}个时段中{missing}个没有有效值，超过{rule.missing_most}%，按未达标计",
            en=f"{missing} of {due} periods have no usable value, more than {rule.missing_most} %: they count as not met",
        ),
        {"missing": missing, "due": due},
    )


def _short(promise: Promise, share: Fraction) -> Reason:
    shown = _percent(share)
    return Reason(
        "below-promise",
        Text(
            zh=f"{promise.title}：达标率{shown}%，低于约定的{promise.share}%",
            en=f"{promise.title}: attained {shown} %, below the {promise.share} % promised",
        ),
        {"attained": shown, "promised": promise.share},
    )


def _nothing(promise: Promise, month: str) -> Reason:
    return Reason(
        "no-readings",
        Text(
            zh=f"{promise.title}：{month}没有有效监测值，无法考核，不是零",
            en=f"{promise.title}: no usable reading in {month}; it cannot be judged, which is not zero",
        ),
        {"series": promise.series},
    )
