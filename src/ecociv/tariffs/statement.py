"""The bill of one household, reading by reading, with every step in its trace. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from ecociv.core.text import Text
from ecociv.core.trace import Citation, Rounding, Trace, TraceInput, TraceParameter
from ecociv.tariffs.declaration import Tariff, TariffVersion
from ecociv.tariffs.schedule import (
    LARGEST_USE,
    Schedule,
    cubic_metres,
    exact_yuan,
    fen_of,
    schedule_of,
    yuan,
)

LONGEST_READING = 732
"""Days between two readings of a meter; more is a slip of the hand."""


class BillRefused(ValueError):
    """A bill that cannot be made; ``text`` says what was found and what to do."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class Household:
    """Who is billed: persons, and the key of the exemption that was granted ("" for none)."""

    persons: int = 1
    exemption: str = ""


@dataclass(frozen=True, slots=True)
class Reading:
    """The use between two readings of the meter: first and last day, both included, and litres.

    ``leaked`` are the litres of it that the utility confirmed as leaked behind the meter.
    """

    first: dt.date
    last: dt.date
    litres: int
    leaked: int = 0


@dataclass(frozen=True, slots=True)
class TierPart:
    """What lies in one tier: litres, of which free, and the exact amount in 1e-7 yuan."""

    tier: int
    litres: int
    free: int
    rate: int
    units: int


@dataclass(frozen=True, slots=True)
class Segment:
    """The part of a reading that lies in one accumulation period and under one version of the tariff."""

    first: dt.date
    last: dt.date
    version: TariffVersion
    litres: int
    leaked: int
    waived: int
    counted_before: int
    borders: tuple[int, ...]
    tiers: tuple[TierPart, ...]
    surcharges: tuple[tuple[str, int, int, int], ...]
    leak_units: int
    leak_rate: int

    @property
    def units(self) -> int:
        """Exact amount in 1e-7 yuan."""
        return (
            sum(part.units for part in self.tiers)
            + sum(units for _key, _litres, _rate, units in self.surcharges)
            + self.leak_units
        )


@dataclass(frozen=True, slots=True)
class Bill:
    """What is due for one reading."""

    tariff: Tariff
    household: Household
    reading: Reading
    segments: tuple[Segment, ...]

    @property
    def fen(self) -> int:
        """Amount due in fen, rounded once."""
        return fen_of(sum(segment.units for segment in self.segments))

    @property
    def amount(self) -> Decimal:
        """Amount due in yuan."""
        return yuan(self.fen)

    def trace(self) -> Trace:
        """Tiers, surcharges and rules, segment by segment."""
        about = self.reading
        return Trace(
            Text(zh=f"{self.tariff.name.zh}：应缴金额", en=f"{self.tariff.name.en}: amount due"),
            self.amount,
            "yuan",
            " + ".join(f"segment {number}" for number, _ in enumerate(self.segments, 1)),
            tuple(self._segment(segment) for segment in self.segments),
            rounding=Rounding("half-even", 2),
            notes=(
                *(
                    (
                        Text(
                            zh=f"抄表期{about.first}至{about.last}跨越周期或调价日，用量按天数分摊",
                            en=f"the reading {about.first} to {about.last} crosses a period or a change of "
                            "tariff: the use is divided by days",
                        ),
                    )
                    if len(self.segments) > 1
                    else ()
                ),
                *((_SAMPLE,) if self.tariff.sample else ()),
            ),
        )

    def _segment(self, one: Segment) -> Trace:
        version = one.version
        cited = Citation(version.citation.zh, verified=version.verified)
        parts: list[Trace | TraceInput] = [
            TraceInput(
                Text(zh="用量", en="Use"),
                cubic_metres(one.litres),
                "m3",
                valid=f"{one.first}..{one.last}",
                sample=self.tariff.sample,
            )
        ]
        if one.counted_before:
            parts.append(
                TraceInput(
                    Text(zh="本周期此前已计入阶梯的用量", en="Counted before in this period"),
                    cubic_metres(one.counted_before),
                    "m3",
                )
            )
        for part in one.tiers:
            if not part.litres:
                continue
            inputs = [TraceInput(Text(zh="水（气）量", en="Volume"), cubic_metres(part.litres), "m3")]
            if part.free:
                inputs.append(
                    TraceInput(Text(zh="其中免费", en="Of it, free"), cubic_metres(part.free), "m3")
                )
            parameters = [
                TraceParameter(
                    Text(zh="价格", en="Price"),
                    Decimal(part.rate).scaleb(-4).normalize() + 0,
                    "yuan/m3",
                    cited,
                    version.validity,
                )
            ]
            if part.tier <= len(one.borders):
                parameters.append(
                    TraceParameter(
                        Text(zh="本级上限", en="End of the tier"),
                        cubic_metres(one.borders[part.tier - 1]),
                        "m3",
                    )
                )
            parts.append(
                Trace(
                    Text(zh=f"第{part.tier}级", en=f"Tier {part.tier}"),
                    exact_yuan(part.units),
                    "yuan",
                    "(volume - free) * price" if part.free else "volume * price",
                    tuple(inputs),
                    cited,
                    tuple(parameters),
                )
            )
        names = {surcharge.key: surcharge.name for surcharge in version.surcharges}
        parts += [
            Trace(
                names[key],
                exact_yuan(units),
                "yuan",
                "volume * price",
                (TraceInput(Text(zh="计费量", en="Volume charged"), cubic_metres(litres), "m3"),),
                cited,
                (
                    TraceParameter(
                        Text(zh="价格", en="Price"), Decimal(rate).scaleb(-4).normalize() + 0, "yuan/m3"
                    ),
                ),
            )
            for key, litres, rate, units in one.surcharges
        ]
        if one.leaked:
            parts.append(self._leak(one))
        return Trace(
            Text(zh=f"{one.first}至{one.last}", en=f"{one.first} to {one.last}"),
            exact_yuan(one.units),
            "yuan",
            "tiers + surcharges" + (" + leak" if one.leaked else ""),
            tuple(parts),
            cited,
            notes=self._notes(one),
        )

    def _leak(self, one: Segment) -> Trace:
        assert one.version.leak is not None
        return Trace(
            Text(zh="确认漏损的水（气）量", en="Confirmed leak"),
            exact_yuan(one.leak_units),
            "yuan",
            "(leaked - waived) * price",
            (
                TraceInput(Text(zh="漏损量", en="Leaked"), cubic_metres(one.leaked), "m3"),
                TraceInput(Text(zh="其中免收", en="Waived"), cubic_metres(one.waived), "m3"),
            ),
            Citation(one.version.leak.citation.zh, verified=one.version.leak.verified),
            (
                TraceParameter(
                    Text(zh="价格", en="Price"), Decimal(one.leak_rate).scaleb(-4).normalize() + 0, "yuan/m3"
                ),
            ),
        )

    def _notes(self, one: Segment) -> tuple[Text, ...]:
        notes = []
        household, size = self.household, one.version.household
        if size is not None and household.persons > size.persons:
            notes.append(
                Text(
                    zh=f"{household.persons}人户，按超过{size.persons}人的人数增加各级水（气）量",
                    en=f"{household.persons} persons: the tiers grow with each above {size.persons}",
                )
            )
        exemption = one.version.exemption(household.exemption)
        if exemption is not None:
            notes.append(
                Text(
                    zh=f"{exemption.name.zh}：每月免费{exemption.free_per_month}m³",
                    en=f"{exemption.name.en}: {exemption.free_per_month} m3 a month are free",
                )
            )
        return tuple(notes)


_SAMPLE = Text(zh="示例价格，非本市公布的价格", en="sample prices, not those that the city published")


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
            )
        )
    if not 1 <= household.persons <= 100:
        raise BillRefused(
            Text(
                zh=f"户内人数为{household.persons}，应在1到100之间。",
                en=f"A household of {household.persons} persons cannot be billed: give 1 to 100.",
            )
        )


def _check_reading(reading: Reading, before: dt.date | None) -> None:
    days = (reading.last - reading.first).days + 1
    if not 1 <= days <= LONGEST_READING:
        raise BillRefused(
            Text(
                zh=f"抄表期{reading.first}至{reading.last}共{days}天，应在1到{LONGEST_READING}天之间。",
                en=f"The reading {reading.first} to {reading.last} has {days} days; it has 1 to {LONGEST_READING}.",
            )
        )
    if before is not None and reading.first <= before:
        raise BillRefused(
            Text(
                zh=f"抄表期自{reading.first}起，与前一次（至{before}）重叠；请按先后排列。",
                en=f"A reading begins on {reading.first}, but the one before runs to {before}: "
                "give them in order and without overlap.",
            )
        )
    if not 0 <= reading.leaked <= reading.litres <= LARGEST_USE:
        raise BillRefused(
            Text(
                zh=f"用量{cubic_metres(reading.litres)}m³、漏损{cubic_metres(reading.leaked)}m³不成立：应为0到"
                f"{LARGEST_USE // 1000:,}m³，漏损不大于用量。",
                en=f"A use of {cubic_metres(reading.litres)} m3 with {cubic_metres(reading.leaked)} m3 leaked cannot "
                f"stand: 0 to {LARGEST_USE // 1000:,} m3, and no more leaked than used.",
            )
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
    """Spans with their litres: in proportion to days, cut so that the parts add up to the whole."""
    days = (reading.last - reading.first).days + 1
    parts, given, leaked = [], 0, 0
    for span in _spans(tariff, reading.first, reading.last):
        so_far = (span[1] - reading.first).days + 1
        until, leak_until = reading.litres * so_far // days, reading.leaked * so_far // days
        parts.append((span, until - given, leak_until - leaked))
        given, leaked = until, leak_until
    return parts


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
            )
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


def total(bills: Sequence[Bill]) -> Decimal:
    """What several bills come to, in yuan."""
    return yuan(sum(bill.fen for bill in bills))
