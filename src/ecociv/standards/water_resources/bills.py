"""Bills under a tiered tariff, for a household and for a distribution of households, and the effect on revenue."""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.decimals import to_decimal
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Rounding, Trace, TraceInput, TraceParameter
from ecociv.standards.arrays import Float64, MeasurementError, element, measurements, refuse_impossible
from ecociv.standards.results import DataValidity, Result, number_or_none
from ecociv.standards.water_resources.tariff import Tariff

FEN = 2
"""Decimals of a bill in yuan."""


@dataclass(frozen=True, eq=False)
class Bill(Result):
    """What households pay for a billing period.

    Attributes
    ----------
    value : Decimal or array of float
        Yuan, rounded to fen; a single household exactly, as a decimal. NaN where the use is missing.
    volumes : array
        m3 in each tier, along the last axis.
    top_tier : int or array
        The highest tier that is reached, 1 for the first; 0 without a use.
    """

    value: Decimal | float | Float64 | Any
    volumes: Float64
    top_tier: int | NDArray[np.int64] | Any
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    tariff: Tariff
    bounds: Float64 = field(repr=False)
    use: Float64 = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """The volume and the price of each tier."""
        place = self._element(at)
        volumes = self.volumes.reshape(-1, self.volumes.shape[-1])[place or 0]
        parts = []
        for number, (volume, price) in enumerate(zip(volumes.tolist(), self.tariff.prices, strict=True), 1):
            parts.append(
                Trace(
                    Text(zh=f"第{number}级", en=f"Tier {number}"),
                    number_or_none(volume * float(price)),
                    "yuan",
                    "volume * price",
                    (TraceInput(Text(zh="水（气）量", en="Volume"), number_or_none(volume), "m3"),),
                    None,
                    (TraceParameter(Text(zh="价格", en="Price"), price, "yuan/m3"),),
                )
            )
        value = self.value if isinstance(self.value, Decimal) else number_or_none(element(self.value, place))
        return Trace(
            Text(zh="应缴金额", en="Amount due"),
            value,
            "yuan",
            "sum over the tiers",
            tuple(parts),
            rounding=Rounding("half-even", FEN),
            notes=self.marks,
        )


def tier_bill(
    use: ArrayLike | Decimal,
    tariff: Tariff,
    *,
    persons: ArrayLike | None = None,
) -> Bill:
    """The bill of a household, or of many at once.

    Parameters
    ----------
    use : number or array_like
        Consumption of the billing period in m3; NaN is missing. A single number is billed exactly, in decimals.
    tariff : Tariff
        Bounds and prices of the same billing period. For accumulation over the year give the year's use and bounds.
    persons : int or array_like, optional
        Household size, where the tariff grants more volume to large households.

    Returns
    -------
    Bill
        ``value``, ``volumes``, ``top_tier``.

    Examples
    --------
    >>> tariff = Tariff((15, 22), (2, 3, 6))
    >>> tier_bill(26, tariff).value
    Decimal('75.00')
    >>> tier_bill([15, 22, 26, None], tariff).value.tolist()
    [30.0, 51.0, 75.0, nan]
    >>> tier_bill(26, Tariff((15, 22), (2, 3, 6), extra_per_person=3), persons=6).value
    Decimal('63.00')
    """
    exact = use if isinstance(use, Decimal) else None
    rows = measurements(use=float(use) if isinstance(use, Decimal) else use, persons=persons)
    given = rows.given()
    refuse_impossible("use", given["use"], unit="m3")
    bounds = _bounds(tariff, given.get("persons"), rows.size)
    if rows.is_scalar and not np.isnan(given["use"][0]):
        household = None if persons is None else int(given["persons"][0])
        number = exact if exact is not None else to_decimal(float(given["use"][0]))
        value: Any = round_half_even(_exact(number, tariff, household), FEN)
    else:
        value = float("nan") if rows.is_scalar else None
    volumes = _volumes(given["use"], bounds)
    if value is None:
        amount = (volumes * np.array([float(price) for price in tariff.prices])).sum(axis=-1)
        # Nine decimals drop the noise of binary products before fen are rounded.
        value = round_half_even(np.round(amount, 9), FEN).reshape(rows.shape)
    known = ~np.isnan(given["use"])
    top = np.where(known, 1 + (given["use"][:, None] > bounds).sum(axis=-1), 0)
    return Bill(
        value=value,
        volumes=volumes.reshape(*rows.shape, len(tariff.prices)),
        top_tier=rows.restore(top),
        edition="tariff of the caller",
        marks=(),
        validity=DataValidity(
            rows.restore(known.astype(np.int64)),
            1,
            rows.restore(known),
            Text(zh="有用量", en="the use is given"),
        ),
        tariff=tariff,
        bounds=bounds,
        use=given["use"],
    )


def bill_across_change(
    use: float | Decimal,
    before: Tariff,
    after: Tariff,
    *,
    days_before: int,
    days: int,
    persons: int | None = None,
) -> Decimal:
    """The bill of a household for a period in which the tariff changes, in yuan.

    Use and tiers are divided by days: `days_before` of `days` fall under the old tariff. A meter reading on the day
    of change is better where there is one: bill both parts by themselves.

    Examples
    --------
    >>> bill_across_change(26, Tariff((15, 22), (2, 3, 6)), Tariff((15, 22), (3, 4.5, 9)), days_before=10, days=30)
    Decimal('100.00')
    """
    if not 0 <= days_before <= days or days < 1:
        raise MeasurementError(f"{days_before} of {days} days: the change must lie within the period.")
    number = to_decimal(use)
    if number < 0:
        raise MeasurementError(f"The use is {number} m3; it cannot be negative.")
    # Dividing use and bounds by the same share divides the bill by it.
    old, new = _exact(number, before, persons), _exact(number, after, persons)
    return round_half_even((old * days_before + new * (days - days_before)) / days, FEN)


@dataclass(frozen=True, eq=False)
class RevenueEffect(Result):
    """What a new tariff does to households and to the revenue, at unchanged consumption.

    Attributes
    ----------
    value : Decimal
        Change of the revenue in yuan a billing period.
    revenue_before, revenue_after : Decimal
        Yuan a billing period.
    mean_price_before, mean_price_after : float
        Yuan/m3 over all volume.
    share_of_households, share_of_volume : tuple of float
        Percent of the households that reach each tier of the new tariff as their highest, and of the volume in it.
    share_paying_more : float
        Percent of the households whose bill rises.
    """

    value: Decimal
    revenue_before: Decimal
    revenue_after: Decimal
    mean_price_before: float
    mean_price_after: float
    share_of_households: tuple[float, ...]
    share_of_volume: tuple[float, ...]
    share_paying_more: float
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity

    @property
    def change_percent(self) -> float:
        """Change of the revenue in percent; NaN without revenue before."""
        return float(self.value / self.revenue_before * 100) if self.revenue_before else float("nan")

    def trace(self, at: int | None = None) -> Trace:
        """Revenue before and after."""
        self._element(at)
        shares = Text(
            zh="各级户数占比：" + "、".join(f"{share:.1f}%" for share in self.share_of_households),
            en="households by highest tier: "
            + ", ".join(f"{share:.1f} %" for share in self.share_of_households),
        )
        return Trace(
            Text(zh="收入变化", en="Change of revenue"),
            self.value,
            "yuan",
            "revenue after - revenue before",
            (
                TraceInput(Text(zh="调价前收入", en="Revenue before"), self.revenue_before, "yuan"),
                TraceInput(Text(zh="调价后收入", en="Revenue after"), self.revenue_after, "yuan"),
            ),
            rounding=Rounding("half-even", FEN),
            notes=(shares, *self.marks),
        )


def revenue_effect(
    use: ArrayLike,
    new: Tariff,
    old: Tariff,
    *,
    weights: ArrayLike | None = None,
    persons: ArrayLike | None = None,
) -> RevenueEffect:
    """The effect of a new tariff on revenue and households.

    Parameters
    ----------
    use : array_like
        Consumption of each household (or class of households) in m3 a billing period; NaN is left out.
    new, old : Tariff
        A uniform price is ``Tariff((), (2.5,))``.
    weights : array_like, optional
        Households that each value stands for.
    persons : array_like, optional
        Household sizes.

    Notes
    -----
    Consumption is taken as unchanged; a response to prices is not modelled.

    Examples
    --------
    >>> effect = revenue_effect([10, 18, 30], Tariff((15, 22), (2, 3, 6)), Tariff((), (2.2,)), weights=[800, 150, 50])
    >>> effect.revenue_before, effect.revenue_after, round(effect.change_percent, 1)
    (Decimal('26840.00'), Decimal('26800.00'), -0.1)
    >>> effect.share_of_households, round(effect.share_paying_more, 1)
    ((80.0, 15.0, 5.0), 5.0)
    """
    rows = measurements(use=np.atleast_1d(use), weights=1.0 if weights is None else weights, persons=persons)
    given = rows.given()
    refuse_impossible("weights", given["weights"], unit="1")
    known = ~np.isnan(given["use"]) & (np.nan_to_num(given["weights"]) > 0)
    if not known.any():
        raise MeasurementError("No household has both a use and a weight.")
    weight = given["weights"][known]
    household = given["persons"][known] if "persons" in given else None
    after = tier_bill(given["use"][known], new, persons=household)
    before = tier_bill(given["use"][known], old, persons=household)
    revenue_after, revenue_before = _revenue(after, weight), _revenue(before, weight)
    volume = float((given["use"][known] * weight).sum())
    volumes = (after.volumes * weight[:, None]).sum(axis=0)
    households = np.array([weight[after.top_tier == tier].sum() for tier in range(1, len(new.prices) + 1)])
    return RevenueEffect(
        value=revenue_after - revenue_before,
        revenue_before=revenue_before,
        revenue_after=revenue_after,
        mean_price_before=float(revenue_before) / volume if volume else float("nan"),
        mean_price_after=float(revenue_after) / volume if volume else float("nan"),
        share_of_households=tuple((households / weight.sum() * 100).tolist()),
        share_of_volume=tuple((volumes / volume * 100).tolist())
        if volume
        else (float("nan"),) * len(new.prices),
        share_paying_more=float(
            weight[np.asarray(after.value) > np.asarray(before.value)].sum() / weight.sum() * 100
        ),
        edition="tariff of the caller",
        marks=(
            Text(
                zh="用量按不变计，未考虑价格响应",
                en="consumption is taken as unchanged; no response to prices",
            ),
        ),
        validity=DataValidity(
            int(known.sum()), 1, True, Text(zh="有用量的户（组）数", en="households (or classes) with a use")
        ),
    )


def _bounds(tariff: Tariff, persons: Float64 | None, size: int) -> Float64:
    base = np.array([float(bound) for bound in tariff.bounds], dtype=np.float64)
    if persons is None or not tariff.extra_per_person:
        return np.broadcast_to(base, (size, base.size))
    if np.isnan(persons).any() or (persons < 1).any() or (persons != np.rint(persons)).any():
        raise MeasurementError(
            "Household sizes are whole numbers from 1 on; give the size of every household."
        )
    extra = np.array([float(volume) for volume in tariff.extra_per_person])
    bounds: Float64 = base + np.maximum(0.0, persons - tariff.base_persons)[:, None] * extra
    return bounds


def _volumes(use: Float64, bounds: Float64) -> Float64:
    """m3 in each tier: what lies between its bounds."""
    edges = np.concatenate([np.zeros((use.size, 1)), bounds, np.full((use.size, 1), np.inf)], axis=1)
    volumes: Float64 = np.clip(use[:, None], edges[:, :-1], edges[:, 1:]) - edges[:, :-1]
    return volumes


def _exact(use: Decimal, tariff: Tariff, persons: int | None) -> Decimal:
    amount, low = Decimal(0), Decimal(0)
    for high, price in zip((*tariff.bounds_for(persons), None), tariff.prices, strict=True):
        upper = use if high is None else min(use, high)
        if upper > low:
            amount += (upper - low) * price
        low = low if high is None else high
    return amount


def _revenue(bills: Bill, weight: Float64) -> Decimal:
    """The sum of the bills: whole fen times households."""
    fen = np.rint(np.asarray(bills.value) * 100)
    return round_half_even(to_decimal(float((fen * weight).sum())) / 100, FEN)
