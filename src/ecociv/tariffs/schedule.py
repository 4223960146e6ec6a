"""A tariff version in whole numbers: litres and ten-thousandths of a yuan. Pure: no Django.

Amounts are litres times rate, that is ten-millionths of a yuan (:data:`UNITS_A_FEN` to the fen): exact for any declared
tariff, and rounded once, half to even, when a bill is written.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal

from ecociv.tariffs.declaration import LITRES, MONTHS, RATE, Accumulation, TariffVersion

UNITS_A_FEN = LITRES * RATE // 100
"""Units of exact amounts (1e-7 yuan) in a fen."""
LARGEST_USE = 10**9
"""Litres a household may use in an accumulation period; more is a slip, and whole numbers stay well within 64 bits."""


@dataclass(frozen=True, slots=True)
class Schedule:
    """Borders, rates and free volumes of one accumulation period.

    Attributes
    ----------
    borders : tuple of int
        Ends of the tiers but the last, in litres.
    rates : tuple of int
        Ten-thousandths of a yuan a cubic metre, one more than the borders.
    extras : tuple of int
        Litres by which each border rises for each person above ``base_persons``.
    surcharges : tuple of (str, int)
        Key and rate of each surcharge.
    free : mapping of str to int
        Free litres of each exemption in a whole accumulation period.
    surcharge_free : mapping of str to frozenset of str
        For each surcharge the exemptions whose free litres are free of it.
    months : int
        Months of the accumulation period.
    """

    borders: tuple[int, ...]
    rates: tuple[int, ...]
    extras: tuple[int, ...]
    base_persons: int
    months: int
    surcharges: tuple[tuple[str, int], ...] = ()
    free: dict[str, int] = field(default_factory=dict)
    surcharge_free: dict[str, frozenset[str]] = field(default_factory=dict)

    def borders_for(self, persons: int) -> tuple[int, ...]:
        """Ends of the tiers for a household of so many persons.

        >>> Schedule((15000, 22000), (20000, 30000, 60000), (3000, 3000), 5, 1).borders_for(7)
        (21000, 28000)
        """
        more = max(0, persons - self.base_persons)
        return tuple(border + extra * more for border, extra in zip(self.borders, self.extras, strict=True))

    def prorated(self, days: int, of: int) -> Schedule:
        """The same for so many days of the accumulation period: borders and free volumes in proportion.

        >>> Schedule((15000, 22000), (20000, 30000, 60000), (0, 0), 1, 1).prorated(10, 30).borders
        (5000, 7333)
        """
        if days == of:
            return self
        return replace(
            self,
            borders=tuple(_part(one, days, of) for one in self.borders),
            extras=tuple(_part(one, days, of) for one in self.extras),
            free={key: _part(one, days, of) for key, one in self.free.items()},
        )

    def price(self, litres: int, persons: int = 1) -> int:
        """Exact amount of the tiers for a use from the first litre on, in 1e-7 yuan."""
        amount = litres * self.rates[0]
        for border, low, high in zip(self.borders_for(persons), self.rates, self.rates[1:], strict=False):
            amount += max(0, litres - border) * (high - low)
        return amount


def schedule_of(version: TariffVersion) -> Schedule:
    """The whole numbers of a declared version."""
    return Schedule(
        borders=tuple(litres_of(tier.up_to) for tier in version.tiers if tier.up_to is not None),
        rates=tuple(rate_of(tier.price) for tier in version.tiers),
        extras=tuple(litres_of(tier.extra_per_person) for tier in version.tiers[:-1]),
        base_persons=version.household.persons if version.household else 1,
        months=version.months,
        surcharges=tuple((one.key, rate_of(one.price)) for one in version.surcharges),
        free={one.key: litres_of(one.free_per_month) * version.months for one in version.exemptions},
        surcharge_free={one.key: frozenset(one.exempt) for one in version.surcharges},
    )


def litres_of(volume: Decimal) -> int:
    """Cubic metres as whole litres; the declaration has seen to it that they are."""
    return int(volume * LITRES)


def rate_of(price: Decimal) -> int:
    """Yuan a cubic metre in ten-thousandths of a yuan."""
    return int(price * RATE)


def cubic_metres(litres: int) -> Decimal:
    """Litres as cubic metres.

    >>> cubic_metres(26500)
    Decimal('26.500')
    """
    return Decimal(litres).scaleb(-3)


def yuan(fen: int) -> Decimal:
    """Fen as yuan.

    >>> yuan(7500)
    Decimal('75.00')
    """
    return Decimal(fen).scaleb(-2)


def exact_yuan(units: int) -> Decimal:
    """An exact amount (1e-7 yuan) as yuan, without the zeros at its end.

    >>> exact_yuan(300000000)
    Decimal('30.00')
    """
    whole = Decimal(units).scaleb(-7)
    cut = whole.normalize()
    exponent = cut.as_tuple().exponent
    return cut.quantize(Decimal("0.01")) if isinstance(exponent, int) and exponent > -2 else cut


def fen_of(units: int) -> int:
    """An exact amount rounded to fen, half to even (GB/T 8170).

    >>> fen_of(150000), fen_of(250000), fen_of(249999)
    (2, 2, 2)
    """
    fen, rest = divmod(units, UNITS_A_FEN)
    double = 2 * rest
    return fen + (double > UNITS_A_FEN or (double == UNITS_A_FEN and fen % 2 == 1))


def _part(litres: int, days: int, of: int) -> int:
    """A volume in proportion to days, to the litre, half to even."""
    whole, rest = divmod(litres * days, of)
    return whole + (2 * rest > of or (2 * rest == of and whole % 2 == 1))


def shared(litres: int, days: Sequence[int]) -> list[int]:
    """Litres divided in proportion to days, in whole litres that add up.

    More litres never make a part smaller, so more use never costs less, and a part of a volume is never more than the
    same part of a larger one. Each part has at least its share rounded down; what is left goes litre by litre to the part
    with the most days for each litre it would then have, of equal ones the later (method of the greatest divisors).

    Examples
    --------
    >>> shared(26_000, [10, 20]), shared(5, [1, 1, 1])
    ([8666, 17334], [1, 2, 2])
    """
    whole = sum(days)
    parts = [litres * each // whole for each in days]
    for _litre in range(litres - sum(parts)):
        best = 0
        for at in range(1, len(days)):
            # days[at] / (parts[at] + 1) >= days[best] / (parts[best] + 1), in whole numbers
            if days[at] * (parts[best] + 1) >= days[best] * (parts[at] + 1):
                best = at
        parts[best] += 1
    return parts


def version_with(
    version: TariffVersion,
    *,
    bounds: Sequence[Decimal],
    prices: Sequence[Decimal],
    accumulation: Accumulation | None = None,
    extras: Sequence[Decimal] | None = None,
) -> TariffVersion:
    """A proposal: a declared version with other tiers, validated like a declared one.

    Bounds are m3 of the accumulation period; extra volumes a person are kept by place where none are given, and converted
    where the accumulation period is another.

    Raises
    ------
    pydantic.ValidationError
        When the proposal does not stand.
    """
    period = accumulation or version.accumulation
    if extras is None:
        kept = [tier.extra_per_person * MONTHS[period] / version.months for tier in version.tiers[:-1]]
        last = kept[-1] if kept else Decimal(0)
        extras = [
            (kept[place] if place < len(kept) else last).quantize(Decimal("0.001"))
            for place in range(len(bounds))
        ]
    sized = any(extras)
    said = version.model_dump(by_alias=True)
    said["accumulation"] = period
    said["tiers"] = [
        {"up_to": bound, "price": price, "extra_per_person": extra}
        for bound, price, extra in zip([*bounds, None], prices, [*extras, Decimal(0)], strict=True)
    ]
    said["household"] = (said["household"] or {"persons": 4}) if sized else None
    if version.leak is not None and version.leak.price_tier > len(prices):
        said["leak"]["price_tier"] = 1
    return TariffVersion.model_validate(said)
