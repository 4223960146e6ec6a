"""One bill: its segments, tiers and surcharges, and the trace that shows them. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal

from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Citation, Rounding, Trace, TraceInput, TraceParameter
from ecociv.tariffs.declaration import Tariff, TariffVersion
from ecociv.tariffs.schedule import cubic_metres, exact_yuan, fen_of, yuan


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
    def counted(self) -> int:
        """Litres that count towards the tiers of the accumulation period, with those before."""
        return self.counted_before + self.litres - self.leaked

    @property
    def to_next_tier(self) -> tuple[int, int] | None:
        """Litres left until the next tier begins, and its number; none in the last one."""
        for tier, border in enumerate(self.borders, 2):
            if self.counted < border:
                return border - self.counted, tier
        return None

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

    @property
    def mean_price(self) -> Decimal | None:
        """Yuan a cubic metre of what the meter counted, surcharges included, to four decimals; none without use."""
        litres = sum(segment.litres for segment in self.segments)
        return None if not litres else round_half_even(self.amount * 1000 / litres, 4)

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
