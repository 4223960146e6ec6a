"""Treatment contracts on the register with their performance, month by month, from the readings of the evidence."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from ecociv.core.decimals import to_decimal
from ecociv.core.text import Text
from ecociv.evidence.models import Series
from ecociv.evidence.queries import LOCAL, Observation, observations
from ecociv.evidence.schema import Quality
from ecociv.green_economy.declaration import rules
from ecociv.green_economy.models import PerformanceSettlement
from ecociv.green_economy.performance import MonthPayment, Promise, Used, attained, payment
from ecociv.registers.entries import Entry
from ecociv.registers.queries import entries, entry

CONTRACT, OBLIGATION = "treatment-contract", "treatment-obligation"
SECONDS = {"PT1H": 3600, "P1D": 86_400}
"""Averaging periods whose number in a month is known; one a month for monthly tests."""


class PerformanceRefused(ValueError):
    """A month that cannot be judged; ``text`` says what is wrong and what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class Month:
    """A calendar month with its ends."""

    year: int
    month: int

    @classmethod
    def read(cls, given: str) -> Month:
        """Read ``2017-05``.

        Raises
        ------
        PerformanceRefused
        """
        try:
            day = dt.date.fromisoformat(f"{given}-01")
        except ValueError as error:
            raise PerformanceRefused(
                Text(zh=f"“{given}”不是月份，请写成2017-05。", en=f"{given!r} is no month: write 2017-05.")
            ) from error
        if day.year < 1990:
            raise PerformanceRefused(Text(zh=f"{given}太早。", en=f"{given} is too early."))
        return cls(day.year, day.month)

    @property
    def first(self) -> dt.date:
        """First day."""
        return dt.date(self.year, self.month, 1)

    @property
    def end(self) -> dt.date:
        """First day of the next month."""
        year, month = divmod(self.year * 12 + self.month, 12)
        return dt.date(year, month + 1, 1)

    def __str__(self) -> str:
        return f"{self.year}-{self.month:02d}"


def contract_months(contract: Entry, until: dt.date) -> list[Month]:
    """Whole months of a contract's term that have ended by a day, the newest first."""
    first, last = contract.term
    if first is None:
        return []
    found = []
    month = Month(first.year, first.month)
    while month.end <= until and (last is None or month.first <= last):
        found.append(month)
        month = Month(month.end.year, month.end.month)
    return found[::-1]


def promises(
    zone: str, contract: str, on: dt.date, as_of: dt.datetime | None = None
) -> list[tuple[Entry, Promise]]:
    """What a contract promises on a day."""
    units = dict(Series.objects.values_list("key", "unit"))
    return [
        (one, _promise(one.key, one.values, units))
        for one in entries(zone, OBLIGATION, on, as_of)
        if one.values.get("contract") == contract and one.in_force
    ]


def performance(zone: str, contract: Entry, month: Month, as_of: dt.datetime | None = None) -> MonthPayment:
    """What is due for a month, from the readings as known at a moment.

    Raises
    ------
    PerformanceRefused
        A month outside the term, a contract that promises nothing, a series that is not there.
    """
    first, last = contract.term
    if first is None or month.end <= first or (last is not None and month.first > last):
        raise PerformanceRefused(
            Text(
                zh=f"{month}不在合同期（{first}至{last}）内。",
                en=f"{month} lies outside the term of the contract ({first} to {last}).",
            )
        )
    promised = [promise for _entry, promise in promises(zone, contract.key, month.first, as_of)]
    if not promised:
        raise PerformanceRefused(
            Text(
                zh=f"合同{contract.key}在{month}没有登记绩效义务；请先在登记簿中登记。",
                en=f"Contract {contract.key} has no obligation on the register in {month}: enter one first.",
            )
        )
    known = {one.key: one for one in Series.objects.filter(key__in=[promise.series for promise in promised])}
    absent = sorted({promise.series for promise in promised} - set(known))
    if absent:
        names = ", ".join(absent)
        raise PerformanceRefused(
            Text(zh=f"证据库中没有序列：{names}。", en=f"The evidence has no series {names}.")
        )
    start, end = (dt.datetime.combine(day, dt.time(), LOCAL) for day in (month.first, month.end))
    read = observations(known, start=start, end=end, as_of=as_of)
    rule = rules().payment_rule(str(contract.values["rule"]))
    parts = []
    for promise in promised:
        found = [one for one in read.get(promise.series, []) if start <= one.valid_from < end]
        due = _due(known[promise.series], end - start, len(found))
        used = [_used(one, promise.at_most) for one in found]
        parts.append(attained(promise, used, due, rule, str(month)))
    fee = contract.values["monthly-fee"]
    assert isinstance(fee, Decimal)
    return payment(fee, parts, rule, str(month))


def contracts(zone: str, on: dt.date | None = None, as_of: dt.datetime | None = None) -> list[Entry]:
    """Contracts on the register."""
    return entries(zone, CONTRACT, on, as_of)


def contract_of(
    zone: str, key: str, on: dt.date | None = None, as_of: dt.datetime | None = None
) -> Entry | None:
    """One contract."""
    return entry(zone, CONTRACT, key, on, as_of)


def settlements(
    zone: str, contracts: Iterable[str], as_of: dt.datetime | None = None
) -> dict[tuple[str, str], PerformanceSettlement]:
    """The last settlement of each contract and month, as known at a moment."""
    rows = PerformanceSettlement.objects.filter(zone=zone, contract__in=list(contracts)).order_by("revision")
    if as_of is not None:
        rows = rows.filter(recorded_at__lte=as_of)
    return {(row.contract, row.month): row for row in rows}


def _promise(key: str, values: Mapping[str, Any], units: Mapping[str, str]) -> Promise:
    series = str(values["series"])
    return Promise(
        key=key,
        title=str(values["title"]),
        series=series,
        at_most=values["side"] == "at-most",
        limit=values["limit"],
        share=values["share"],
        weight=values["weight"],
        unit=units.get(series, "1"),
    )


def _due(series: Series, span: dt.timedelta, found: int) -> int:
    """Periods that a month has for a series; irregular ones have as many as were reported."""
    seconds = SECONDS.get(series.averaging)
    return int(span.total_seconds()) // seconds if seconds else max(1, found)


def _used(one: Observation, at_most: bool) -> Used:
    """A reading as performance uses it: suspect ones not at all, one below the detection limit by that limit."""
    value = one.usable
    if one.quality is Quality.GOOD and one.censored == "<" and one.censor_limit is not None and at_most:
        value = one.censor_limit
    decimal = None if value is None else to_decimal(value)
    return Used(one.valid_from, decimal, one.revision, one.sample)
