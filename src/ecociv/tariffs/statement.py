"""The bill of one household, reading by reading, with every step in its trace. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable
from typing import Literal

from ecociv.core.text import Text
from ecociv.tariffs.declaration import Tariff, TariffVersion
from ecociv.tariffs.invoice import Bill, Household, Reading, Segment, TierPart
from ecociv.tariffs.schedule import (
    LARGEST_USE,
    Schedule,
    cubic_metres,
    schedule_of,
    shared,
)

__all__ = ["Bill", "BillRefused", "Household", "Reading", "bills_of"]

LONGEST_READING = 732
"""Days between two readings of a meter; more is a slip of the hand."""


class BillRefused(ValueError):
    """A bill that cannot be made; ``text`` says what was found and what to do, ``about`` names what it is about."""

    def __init__(self, text: Text, about: Literal["", "exemption", "persons", "last", "first", "leaked", "used_before"] = "") -> None:
        super().__init__(text.en)
        self.text, self.about = text, about


def bills_of(tariff: Tariff, household: Household, readings: Iterable[Reading]) -> list[Bill]:
    """The bill of each reading of a household, in the order of the days.

    The use counts towards the tiers from the beginning of each accumulation period of the calendar; a reading that crosses
    its border, or a change of the tariff, is divided by days.

    Raises
    ------
    BillRefused
        Readings that overlap or run backwards, a use that is negative, an exemption or a leak the tariff does not know.
    OutsideValidity
        A day on which no version is in force.
    """
    counted: dict[tuple[dt.date, dt.date | None], int] = {}
    found = []
    before: dt.date | None = None
    _check_household(tariff, household)
    for reading in readings:
        _check_reading(reading, before)
        before = reading.last
        segments = tuple(
            _bill_segment(tariff, household, span, litres, leaked, counted)
            for span, litres, leaked in _divided(tariff, reading)
        )
        found.append(Bill(tariff, household, reading, segments))
    return found


def _check_household(tariff: Tariff, household: Household) -> None:
    known = sorted({one.key for version in tariff.versions for one in version.exemptions})
    if household.exemption and household.exemption not in known:
        raise BillRefused(
            Text(
                zh=f"价格{tariff.key}没有减免类别“{household.exemption}”：{'、'.join(known) or '—'}。",
                en=f"The tariff {tariff.key} has no exemption {household.exemption!r}: {', '.join(known) or '-'}.",
            ),
            "exemption",
        )
    if not 1 <= household.persons <= 100:
        raise BillRefused(
            Text(
                zh=f"户内人数为{household.persons}，应在1到100之间。",
                en=f"A household of {household.persons} persons cannot be billed: give 1 to 100.",
            ),
            "persons",
        )


def _check_reading(reading: Reading, before: dt.date | None) -> None:
    days = (reading.last - reading.first).days + 1
    if not 1 <= days <= LONGEST_READING:
        raise BillRefused(
            Text(
                zh=f"抄表期{reading.first}至{reading.last}共{days}天，应在1到{LONGEST_READING}天之间。",
                en=f"The reading {reading.first} to {reading.last} has {days} days; it has 1 to {LONGEST_READING}.",
            ),
            "last",
        )
    if before is not None and reading.first <= before:
        raise BillRefused(
            Text(
                zh=f"抄表期自{reading.first}起，与前一次（至{before}）重叠；请按先后排列。",
                en=f"A reading begins on {reading.first}, but the one before runs to {before}: "
                "give them in order and without overlap.",
            ),
            "first",
        )
    if not 0 <= reading.leaked <= reading.litres <= LARGEST_USE:
        raise BillRefused(
            Text(
                zh=f"用量{cubic_metres(reading.litres)}m³、漏损{cubic_metres(reading.leaked)}m³不成立：应为0到"
                f"{LARGEST_USE // 1000:,}m³，漏损不大于用量。",
                en=f"A use of {cubic_metres(reading.litres)} m3 with {cubic_metres(reading.leaked)} m3 leaked cannot "
                f"stand: 0 to {LARGEST_USE // 1000:,} m3, and no more leaked than used.",
            ),
            "leaked",
        )


def _period(day: dt.date, months: int) -> tuple[dt.date, dt.date]:
    """First and last day of the accumulation period around a day."""
    start = (day.month - 1) // months * months + 1
    year, month = divmod(day.year * 12 + start - 1 + months, 12)
    return dt.date(day.year, start, 1), dt.date(year, month + 1, 1) - dt.timedelta(days=1)


def _spans(tariff: Tariff, first: dt.date, last: dt.date) -> Iterable[tuple[dt.date, dt.date]]:
    day = first
    while day <= last:
        version = tariff.version_on(day)
        end = min(last, _period(day, version.months)[1], version.valid_to or last)
        yield day, end
        day = end + dt.timedelta(days=1)


def _divided(tariff: Tariff, reading: Reading) -> list[tuple[tuple[dt.date, dt.date], int, int]]:
    """Spans with their litres and what leaked of them, in proportion to days; the parts add up to the whole."""
    spans = list(_spans(tariff, reading.first, reading.last))
    days = [(last - first).days + 1 for first, last in spans]
    return list(zip(spans, shared(reading.litres, days), shared(reading.leaked, days), strict=True))


def _bill_segment(
    tariff: Tariff,
    household: Household,
    span: tuple[dt.date, dt.date],
    litres: int,
    leaked: int,
    counted: dict[tuple[dt.date, dt.date | None], int],
) -> Segment:
    version = tariff.version_on(span[0])
    if leaked and version.leak is None:
        raise BillRefused(
            Text(
                zh=f"自{version.valid_from}起的价格没有漏损减免规则，不能填写漏损量。",
                en=f"The tariff from {version.valid_from} has no rule for leaks: leave the leak out.",
            ),
            "leaked",
        )
    start, end = _period(span[0], version.months)
    schedule, key = schedule_of(version), (start, version.valid_from)
    if version.change.tiers == "prorated":
        from_ = max(start, version.valid_from)
        to = min(end, version.valid_to or end)
        schedule = schedule.prorated((to - from_).days + 1, (end - start).days + 1)
        before = counted.get(key, 0)
    else:
        before = sum(use for (period, _), use in counted.items() if period == start)
    used = litres - leaked
    counted[key] = counted.get(key, 0) + used
    return _priced(version, schedule, household, span, (used, leaked), before)


def _priced(
    version: TariffVersion,
    schedule: Schedule,
    household: Household,
    span: tuple[dt.date, dt.date],
    volumes: tuple[int, int],
    before: int,
) -> Segment:
    used, leaked = volumes
    borders = schedule.borders_for(household.persons)
    free = schedule.free.get(household.exemption, 0)
    low, high = before, before + used
    parts = []
    edges = (0, *borders, LARGEST_USE * 2)
    for tier, (bottom, top, rate) in enumerate(zip(edges, edges[1:], schedule.rates, strict=False), 1):
        inside = _between(low, high, bottom, top)
        freed = _between(low, min(high, free), bottom, top)
        parts.append(TierPart(tier, inside, freed, rate, (inside - freed) * rate))
    waived, leak_rate = 0, 0
    if version.leak is not None and leaked:
        waived = int((leaked * version.leak.waived_share).to_integral_value(rounding="ROUND_HALF_EVEN"))
        leak_rate = schedule.rates[version.leak.price_tier - 1]
    charged_leak = leaked - waived
    surcharges = []
    for key, rate in schedule.surcharges:
        freed = _between(low, high, 0, free) if household.exemption in schedule.surcharge_free[key] else 0
        charged = used - freed + charged_leak
        surcharges.append((key, charged, rate, charged * rate))
    return Segment(
        first=span[0],
        last=span[1],
        version=version,
        litres=used + leaked,
        leaked=leaked,
        waived=waived,
        counted_before=before,
        borders=borders,
        tiers=tuple(parts),
        surcharges=tuple(surcharges),
        leak_units=charged_leak * leak_rate,
        leak_rate=leak_rate,
    )


def _between(low: int, high: int, bottom: int, top: int) -> int:
    return max(0, min(high, top) - max(low, bottom))
