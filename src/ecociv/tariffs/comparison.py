"""Two tariffs on the same households: who pays what, what comes in, what may be saved. Pure: no Django."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np
from numpy.typing import NDArray

from ecociv.core.rounding import round_half_even
from ecociv.tariffs.bills import Litres, charge, tier_volumes
from ecociv.tariffs.consumption import Consumption
from ecociv.tariffs.declaration import Elasticity
from ecociv.tariffs.schedule import Schedule, cubic_metres, yuan

GROUPS = 10
"""Deciles."""
LARGEST_SIZE = 7
"""Households of so many persons and more are one group."""


@dataclass(frozen=True, eq=False, slots=True)
class YearBills:
    """What households pay in a year: the sum of the bills of its accumulation periods, in fen, and litres in each tier."""

    fen: Litres
    tier_litres: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class GroupEffect:
    """What changes for a group of households.

    Attributes
    ----------
    households : int
    litres, fen_before, fen_after : int
        Sums over the group and the year.
    paying_more, paying_less : int
        Households whose bill rises or falls by at least a fen.
    largest_rise, largest_fall : int
        Fen a year, of one household; 0 where there is none.
    """

    key: str
    households: int
    litres: int
    fen_before: int
    fen_after: int
    paying_more: int
    paying_less: int
    largest_rise: int
    largest_fall: int

    @property
    def mean_use(self) -> Decimal | None:
        """m3 a household and year; none for a group of nobody."""
        return _mean(cubic_metres(self.litres), self.households)

    @property
    def mean_before(self) -> Decimal | None:
        """Yuan a household and year under the first tariff."""
        return _mean(yuan(self.fen_before), self.households)

    @property
    def mean_after(self) -> Decimal | None:
        """Yuan a household and year under the second."""
        return _mean(yuan(self.fen_after), self.households)

    @property
    def mean_change(self) -> Decimal | None:
        """Yuan a household and year."""
        return _mean(yuan(self.fen_after - self.fen_before), self.households)

    @property
    def change_percent(self) -> Decimal | None:
        """Per cent of the bill before; none where nothing was paid."""
        return percent(self.fen_after - self.fen_before, self.fen_before)


@dataclass(frozen=True, slots=True)
class Response:
    """What households may save when the price changes, under one elasticity.

    ``litres``, ``fen``: use and revenue of the year under the second tariff after the response. ``kind``: weak, central,
    strong, or stated by whoever compares.
    """

    elasticity: Decimal
    litres: int
    fen: int
    kind: str


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two tariffs on the same households, for a year.

    Attributes
    ----------
    deciles : tuple of GroupEffect
        Tenths of the households by use, the smallest first; equal uses keep the order of the input. They are tenths by
        use and not by income.
    sizes, exemptions : tuple of GroupEffect
        By persons, and by exemption ("" for none).
    tiers_before, tiers_after : tuple of int
        Litres in each tier.
    responses : tuple of Response
        Weak, central, strong, and stated where one is.
    """

    whole: GroupEffect
    deciles: tuple[GroupEffect, ...]
    sizes: tuple[GroupEffect, ...]
    exemptions: tuple[GroupEffect, ...]
    tiers_before: tuple[int, ...]
    tiers_after: tuple[int, ...]
    responses: tuple[Response, ...]


def year_bills(schedule: Schedule, consumption: Consumption, *, with_tiers: bool = True) -> YearBills:
    """Bill a year of many households, one bill an accumulation period.

    Examples
    --------
    >>> import numpy as np
    >>> tiers = Schedule((15000, 22000), (20000, 30000, 60000), (0, 0), 1, 1)
    >>> one = Consumption(np.array([26000 * 12]), np.array([3], dtype=np.int16), np.array([0], dtype=np.int8),
    ...                   np.array([1]), (), (1,) * 12, False, "")
    >>> year_bills(tiers, one).fen.tolist()  # 12 x 75.00
    [90000]
    """
    fen = np.zeros(consumption.annual.size, dtype=np.int64)
    tiers = [0] * len(schedule.rates)
    for first in range(0, 12, schedule.months):
        litres = consumption.period(first, schedule.months)
        made = charge(schedule, litres, consumption.persons, consumption.exemption, consumption.exemptions)
        fen += made.fen
        if with_tiers:
            volumes = tier_volumes(schedule, litres, consumption.persons)
            for place, row in enumerate(volumes):
                tiers[place] += int(row @ consumption.weights)
    return YearBills(fen, tuple(tiers))


def compare(
    before: Schedule,
    after: Schedule,
    consumption: Consumption,
    elasticity: Elasticity | None = None,
) -> Comparison:
    """Compare two tariffs on the same households.

    Use is the same under both, but for the responses: there each household's use changes by its average price after over
    before, to the power of the elasticity (households that paid nothing or used nothing stay as they are).
    """
    old, new = year_bills(before, consumption), year_bills(after, consumption)
    change = new.fen - old.fen
    weights = consumption.weights
    table = _Table(consumption.annual, old.fen, new.fen, change, weights)
    order = np.argsort(consumption.annual, kind="stable")
    # A household stands in the tenth in which the middle of its weight lies.
    middle = np.cumsum(weights[order]) * 2 - weights[order]
    decile = np.empty(order.size, dtype=np.int8)
    decile[order] = np.minimum(middle * GROUPS // (2 * int(weights.sum())), GROUPS - 1)
    sizes = np.minimum(consumption.persons, LARGEST_SIZE)
    return Comparison(
        whole=table.groups(np.zeros(order.size, dtype=np.int8), ["all"])[0],
        deciles=table.groups(decile, [str(place) for place in range(1, GROUPS + 1)]),
        sizes=table.groups(sizes - 1, [str(size) for size in range(1, LARGEST_SIZE + 1)]),
        exemptions=table.groups(consumption.exemption, ["", *consumption.exemptions]),
        tiers_before=old.tier_litres,
        tiers_after=new.tier_litres,
        responses=_responses(after, consumption, old.fen, new.fen, elasticity),
    )


def _responses(
    after: Schedule,
    consumption: Consumption,
    old: Litres,
    new: Litres,
    elasticity: Elasticity | None,
) -> tuple[Response, ...]:
    if elasticity is None:
        return ()
    moved = (old > 0) & (new > 0) & (old != new)
    ratio = np.log(new[moved] / old[moved])
    found = []
    for kind, number in elasticity.answers:
        factor = np.ones(old.size)
        factor[moved] = np.exp(ratio * float(number))
        answered = consumption.scaled(factor)
        fen = year_bills(after, answered, with_tiers=False).fen
        found.append(
            Response(number, int(answered.annual @ consumption.weights), int(fen @ consumption.weights), kind)
        )
    return tuple(found)


@dataclass(frozen=True, eq=False, slots=True)
class _Table:
    """The columns from which groups are summed up, in whole numbers."""

    litres: Litres
    before: Litres
    after: Litres
    change: Litres
    weights: Litres

    def groups(self, codes: NDArray[np.integer], keys: Sequence[str]) -> tuple[GroupEffect, ...]:
        """One entry a key, empty groups too."""
        order = np.argsort(codes, kind="stable")
        sorted_codes = codes[order]
        edges = np.searchsorted(sorted_codes, np.arange(len(keys) + 1))
        found = []
        for place, key in enumerate(keys):
            rows = order[edges[place] : edges[place + 1]]
            weight, change = self.weights[rows], self.change[rows]
            found.append(
                GroupEffect(
                    key=key,
                    households=int(weight.sum()),
                    litres=int(self.litres[rows] @ weight),
                    fen_before=int(self.before[rows] @ weight),
                    fen_after=int(self.after[rows] @ weight),
                    paying_more=int(weight[change > 0].sum()),
                    paying_less=int(weight[change < 0].sum()),
                    largest_rise=max(0, int(change.max())) if rows.size else 0,
                    largest_fall=max(0, -int(change.min())) if rows.size else 0,
                )
            )
        return tuple(found)


def percent(part: int, whole: int, digits: int = 2) -> Decimal | None:
    """A share in per cent, rounded once; none of nothing.

    >>> percent(1, 8), percent(1, 0) is None
    (Decimal('12.50'), True)
    """
    return None if whole == 0 else round_half_even(Decimal(part * 100) / Decimal(whole), digits)


def _mean(amount: Decimal, households: int) -> Decimal | None:
    return None if households == 0 else round_half_even(amount / households, 2)
