"""Bills of many households at once, in whole numbers. Pure: no Django, numpy only.

A tiered price is a broken line: its first slope is the first tier's rate, and each border adds the step of the next. So a
million households need one multiplication a tier, and nothing is ever a float.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from ecociv.tariffs.schedule import LARGEST_USE, UNITS_A_FEN, Schedule

Litres = NDArray[np.int64]
Codes = NDArray[np.int8]

LARGEST_HOUSEHOLD = 100
"""Persons; a household with more is a slip or a dormitory, which has a tariff of its own."""


class UseRefused(ValueError):
    """Figures of use that no bill can be made of."""


@dataclass(frozen=True, eq=False, slots=True)
class Charges:
    """What many households pay for one accumulation period.

    Attributes
    ----------
    fen : array of int
        Rounded once, half to even.
    tier_units : array of int
        Exact amount of the tiers in 1e-7 yuan, the free volume taken off.
    surcharge_units : array of int
        Exact amount of the surcharges.
    """

    fen: Litres
    tier_units: Litres
    surcharge_units: Litres


def charge(
    schedule: Schedule,
    litres: Litres,
    persons: NDArray[np.int16] | None = None,
    exemption: Codes | None = None,
    exemptions: Sequence[str] = (),
) -> Charges:
    """Bill many households for one accumulation period.

    Parameters
    ----------
    litres : array of int64
        Use of the period.
    persons : array of int, optional
        Household sizes; without them the tiers hold as they stand.
    exemption : array of int8, optional
        For each household the place in ``exemptions`` from 1 on, 0 for none.
    exemptions : sequence of str
        Keys of exemptions.

    Raises
    ------
    UseRefused
        A use that is negative or beyond ten to the ninth litres, a size below 1 or beyond a hundred.

    Examples
    --------
    >>> tiers = Schedule((15000, 22000), (20000, 30000, 60000), (0, 0), 1, 1)
    >>> charge(tiers, np.array([15000, 22000, 26000])).fen.tolist()  # 30.00, 51.00, 75.00 yuan
    [3000, 5100, 7500]
    """
    litres = _whole(litres)
    extra = _extra_persons(schedule, persons, litres.size)
    amount = _priced(schedule, litres, extra)
    surcharge_rate = sum(rate for _key, rate in schedule.surcharges)
    surcharged = litres * surcharge_rate
    if exemption is not None and schedule.free and exemption.any():
        where = np.flatnonzero(exemption)
        for code in np.unique(exemption[where]).tolist():
            key = exemptions[code - 1]
            if key not in schedule.free:
                continue
            these = where[exemption[where] == code]
            freed = np.minimum(litres[these], schedule.free[key])
            amount[these] -= _priced(schedule, freed, None if extra is None else extra[these])
            rate = sum(r for name, r in schedule.surcharges if key in schedule.surcharge_free[name])
            surcharged[these] -= freed * rate
    return Charges(round_to_fen(amount + surcharged), amount, surcharged)


def tier_volumes(schedule: Schedule, litres: Litres, persons: NDArray[np.int16] | None = None) -> Litres:
    """Litres of each household in each tier, one row a tier; every column adds up to the use.

    >>> tiers = Schedule((15000, 22000), (20000, 30000, 60000), (0, 0), 1, 1)
    >>> tier_volumes(tiers, np.array([26000])).T.tolist()
    [[15000, 7000, 4000]]
    """
    litres = _whole(litres)
    extra = _extra_persons(schedule, persons, litres.size)
    volumes = np.empty((len(schedule.rates), litres.size), dtype=np.int64)
    above = litres
    for place, border in enumerate(_borders(schedule, extra)):
        over = np.maximum(litres - border, 0)
        volumes[place] = above - over
        above = over
    volumes[-1] = above
    return volumes


def round_to_fen(units: Litres) -> Litres:
    """Exact amounts rounded to fen, half to even.

    >>> round_to_fen(np.array([150000, 250000, 249999, 250001])).tolist()
    [2, 2, 2, 3]
    """
    fen, rest = np.divmod(units, UNITS_A_FEN)
    half = UNITS_A_FEN // 2
    fen += (rest > half) | ((rest == half) & (fen & 1 == 1))
    return fen


def _priced(schedule: Schedule, litres: Litres, extra: Litres | None) -> Litres:
    amount: Litres = litres * schedule.rates[0]
    steps = [high - low for low, high in zip(schedule.rates, schedule.rates[1:], strict=False)]
    for border, step in zip(_borders(schedule, extra), steps, strict=True):
        if step:
            over = litres - border
            np.maximum(over, 0, out=over)
            over *= step
            amount += over
    return amount


def _borders(schedule: Schedule, extra: Litres | None) -> list[int | Litres]:
    if extra is None:
        return list(schedule.borders)
    return [
        border + extra * more if more else border
        for border, more in zip(schedule.borders, schedule.extras, strict=True)
    ]


def _extra_persons(schedule: Schedule, persons: NDArray[np.int16] | None, size: int) -> Litres | None:
    if persons is None or not any(schedule.extras):
        return None
    if persons.shape != (size,):
        raise UseRefused(f"{persons.size} household sizes were given for {size} households.")
    if size and (int(persons.min()) < 1 or int(persons.max()) > LARGEST_HOUSEHOLD):
        raise UseRefused(f"A household has 1 to {LARGEST_HOUSEHOLD} persons.")
    return np.maximum(persons.astype(np.int64) - schedule.base_persons, 0)


def _whole(litres: Litres) -> Litres:
    if litres.dtype.kind not in "iu" or litres.ndim != 1:
        raise UseRefused("Use is given in whole litres, one figure a household.")
    if litres.size and (int(litres.min()) < 0 or int(litres.max()) > LARGEST_USE):
        raise UseRefused(f"A use lies outside 0 to {LARGEST_USE:,} litres in an accumulation period.")
    return litres.astype(np.int64, copy=False)
