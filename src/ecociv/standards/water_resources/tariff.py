"""Tiered tariffs of water and gas: volumes from the distribution of households, price ratios, checks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.decimals import to_decimal
from ecociv.core.text import Text
from ecociv.core.verdicts import Reason, Verdict
from ecociv.standards.arrays import Float64, MeasurementError, measurements, refuse_impossible
from ecociv.standards.parameters import ParameterValue, parameter

Utility = Literal["water", "gas"]
QuantileMethod = Literal["cover", "linear"]


@dataclass(frozen=True, slots=True)
class Tariff:
    """Volumes and prices of the tiers, for one billing period.

    Parameters
    ----------
    bounds : sequence of numbers
        Upper volume of each tier but the last, in m3 a billing period, rising.
    prices : sequence of numbers
        Price of each tier in yuan/m3, not falling; one more than the bounds.
    extra_per_person : number or sequence, optional
        Volume by which each bound rises for each person above `base_persons`; one number for all bounds or one each.
    base_persons : int, optional
        Household size up to which the bounds hold as they are; 5 without it, which is not verified: cities differ.

    Raises
    ------
    MeasurementError
        Bounds that do not rise, prices that fall or do not fit the bounds, negative figures.

    Examples
    --------
    >>> tariff = Tariff((15, 22), (2, 3, 6), extra_per_person=3)
    >>> tariff.bounds_for(7)
    (Decimal('21'), Decimal('28'))
    """

    bounds: tuple[Decimal, ...]
    prices: tuple[Decimal, ...]
    extra_per_person: tuple[Decimal, ...] = ()
    base_persons: int = 0

    def __init__(
        self,
        bounds: Sequence[Decimal | float],
        prices: Sequence[Decimal | float],
        extra_per_person: Decimal | float | Sequence[Decimal | float] | None = None,
        base_persons: int | None = None,
    ) -> None:
        limits, rates = tuple(map(to_decimal, bounds)), tuple(map(to_decimal, prices))
        if extra_per_person is None:
            extra: tuple[Decimal, ...] = ()
        elif isinstance(extra_per_person, Sequence):
            extra = tuple(map(to_decimal, extra_per_person))
        else:
            extra = (to_decimal(extra_per_person),) * len(limits)
        if len(rates) != len(limits) + 1:
            raise MeasurementError(
                f"{len(limits)} bounds make {len(limits) + 1} tiers, but {len(rates)} prices were given."
            )
        if any(low >= high for low, high in zip((Decimal(0), *limits), limits, strict=False)):
            raise MeasurementError(f"The bounds {', '.join(map(str, limits))} must rise from above 0.")
        if any(low > high for low, high in zip(rates, rates[1:], strict=False)) or rates[0] < 0:
            raise MeasurementError(
                f"The prices {', '.join(map(str, rates))} must not fall from tier to tier."
            )
        if extra and (len(extra) != len(limits) or min(extra) < 0):
            raise MeasurementError("extra_per_person is one volume, or one for each bound, and not negative.")
        object.__setattr__(self, "bounds", limits)
        object.__setattr__(self, "prices", rates)
        object.__setattr__(self, "extra_per_person", extra)
        if base_persons is None:
            base_persons = int(
                parameter("water_resources.tiers.household", edition="发改价格〔2013〕2676号").number
            )
        object.__setattr__(self, "base_persons", base_persons)

    @property
    def ratios(self) -> tuple[Decimal, ...]:
        """Prices over the price of the first tier."""
        if self.prices[0] == 0:
            raise MeasurementError("The first tier is free of charge; its price has no ratio to the others.")
        return tuple(price / self.prices[0] for price in self.prices)

    def bounds_for(self, persons: int | None = None) -> tuple[Decimal, ...]:
        """The bounds of a household of so many persons."""
        if persons is None or not self.extra_per_person:
            return self.bounds
        if persons < 1:
            raise MeasurementError(f"A household of {persons} persons cannot be billed; it has at least 1.")
        more = max(0, persons - self.base_persons)
        return tuple(
            bound + extra * more for bound, extra in zip(self.bounds, self.extra_per_person, strict=True)
        )


def weighted_quantile(
    values: ArrayLike,
    shares: Sequence[float],
    weights: ArrayLike | None = None,
    *,
    method: QuantileMethod = "cover",
) -> Float64:
    """Quantiles of a weighted sample.

    Parameters
    ----------
    values : array_like
        Any unit; NaN is left out.
    shares : sequence of float
        Percent, 0 to 100.
    weights : array_like, optional
        How many units (households) each value stands for; 1 without it.
    method : {"cover", "linear"}
        ``"cover"``: the smallest value that at least the share does not exceed, which is what "covers 80 % of the
        households" says. ``"linear"``: interpolated between the middles of the weights.

    Examples
    --------
    >>> weighted_quantile([8, 10, 12, 15, 30], [80, 95]).tolist()
    [15.0, 30.0]
    >>> weighted_quantile([8, 10, 12], [50], weights=[1, 1, 8]).tolist()
    [12.0]
    """
    rows = measurements(values=values, weights=1.0 if weights is None else weights)
    given = rows.given()
    refuse_impossible("weights", given["weights"], unit="1")
    if not all(0 <= share <= 100 for share in shares):
        raise MeasurementError("Shares are given in percent, between 0 and 100.")
    if method not in ("cover", "linear"):
        raise MeasurementError(f"method is {method!r}; it is 'cover' or 'linear'.")
    usable = ~np.isnan(given["values"]) & (np.nan_to_num(given["weights"]) > 0)
    if np.isinf(given["values"][usable]).any():
        raise MeasurementError("A value is infinite; mark a missing one as NaN.")
    if not usable.any():
        return np.full(len(shares), np.nan)
    order = np.argsort(given["values"][usable], kind="stable")
    ordered, weight = given["values"][usable][order], given["weights"][usable][order]
    cumulated = np.cumsum(weight)
    wanted = np.asarray(shares, dtype=np.float64) / 100 * cumulated[-1]
    if method == "linear":
        between: Float64 = np.interp(wanted, cumulated - weight / 2, ordered)
        return between
    # The guard keeps 8 of 10 households at 80 % in spite of binary fractions.
    place = np.searchsorted(cumulated, wanted * (1 - 1e-12), side="left")
    covering: Float64 = ordered[np.minimum(place, ordered.size - 1)]
    return covering


def rules(utility: Utility, on: date | None = None, edition: str | None = None) -> ParameterValue:
    """The national guidance on tiered prices of a utility: shares of households and price ratios."""
    if utility not in ("water", "gas"):
        raise MeasurementError(f"utility is {utility!r}; it is 'water' or 'gas'.")
    key = f"water_resources.tiers.{utility}"
    if on is None and edition is None:
        edition = {"water": "发改价格〔2013〕2676号", "gas": "发改价格〔2014〕467号"}[utility]
    return parameter(key, on=on, edition=edition)


def tier_bounds(
    consumption: ArrayLike,
    weights: ArrayLike | None = None,
    *,
    utility: Utility = "water",
    method: QuantileMethod = "cover",
    on: date | None = None,
    edition: str | None = None,
) -> tuple[float, ...]:
    """The volumes of the first two tiers from the monthly mean consumption of households.

    Parameters
    ----------
    consumption : array_like
        Monthly mean of each household in m3; NaN is left out.
    weights : array_like, optional
        Households that each value stands for.
    method
        As in `weighted_quantile`.

    Notes
    -----
    发改价格〔2013〕2676号 (water) and 发改价格〔2014〕467号 (gas): 80 % and 95 % of the households.

    Examples
    --------
    >>> tier_bounds([6, 8, 9, 10, 11, 12, 13, 15, 18, 26])
    (15.0, 26.0)
    """
    shares = rules(utility, on, edition).table["shares"]
    column = measurements(consumption=consumption).given()["consumption"]
    refuse_impossible("consumption", column, unit="m3")
    return tuple(weighted_quantile(consumption, shares, weights, method=method).tolist())


def check_tariff(
    tariff: Tariff,
    *,
    utility: Utility = "water",
    consumption: ArrayLike | None = None,
    weights: ArrayLike | None = None,
    on: date | None = None,
    edition: str | None = None,
) -> Verdict:
    """Whether a tariff follows the national guidance.

    Returns
    -------
    Verdict
        A *no* with the codes ``too-few-tiers``, ``ratio-too-low``, ``covers-too-few``; *unknown* with
        ``ratio-differs`` where the guidance gives ratios that need only be met roughly (gas).

    Examples
    --------
    >>> check_tariff(Tariff((15, 22), (2, 3, 6))).ok
    True
    >>> verdict = check_tariff(Tariff((15, 22), (2, 3, 5)))
    >>> verdict.ok, verdict.codes
    (False, ('ratio-too-low',))
    >>> print(verdict.reasons[0].text.en)
    Tier 3 costs 2.5 times the first; the guidance asks for at least 3.
    """
    guidance = rules(utility, on, edition)
    table = guidance.table
    reasons, unsure = [], []
    if len(tariff.prices) < table["fewest_tiers"]:
        reasons.append(
            Reason(
                "too-few-tiers",
                Text(
                    zh=f"只有{len(tariff.prices)}级，不应少于{table['fewest_tiers']}级",
                    en=f"There are {len(tariff.prices)} tiers; the guidance asks for at least {table['fewest_tiers']}.",
                ),
                {"tiers": len(tariff.prices)},
            )
        )
    for number, (found, wanted) in enumerate(
        zip(tariff.ratios, map(to_decimal, table["ratios"]), strict=False), 1
    ):
        if table["ratios_are"] == "least" and found < wanted:
            reasons.append(
                Reason(
                    "ratio-too-low",
                    Text(
                        zh=f"第{number}级价格是第一级的{found:.4g}倍，不应低于{wanted}倍",
                        en=f"Tier {number} costs {found:.4g} times the first; the guidance asks for at least {wanted}.",
                    ),
                    {"tier": number, "ratio": found, "least": wanted},
                )
            )
        elif table["ratios_are"] == "about" and found != wanted:
            unsure.append(
                Reason(
                    "ratio-differs",
                    Text(
                        zh=f"第{number}档价格是第一档的{found:.4g}倍，指导意见为{wanted}倍左右",
                        en=f"Tier {number} costs {found:.4g} times the first; the guidance names about {wanted}.",
                    ),
                    {"tier": number, "ratio": found, "about": wanted},
                )
            )
    if consumption is not None:
        least = tier_bounds(consumption, weights, utility=utility, on=on, edition=edition)
        for number, (bound, needed) in enumerate(zip(tariff.bounds, least, strict=False), 1):
            if float(bound) < needed:
                share = table["shares"][number - 1]
                reasons.append(
                    Reason(
                        "covers-too-few",
                        Text(
                            zh=f"第{number}级水（气）量{bound}m³未覆盖{share}%的居民户（需{needed:g}m³）",
                            en=f"Tier {number} ends at {bound} m3 and does not cover {share} % of the households "
                            f"({needed:g} m3 would).",
                        ),
                        {"tier": number, "bound": bound, "needed": needed},
                    )
                )
    if reasons:
        return Verdict(False, tuple(reasons + unsure))
    return Verdict(None, tuple(unsure)) if unsure else Verdict(True)
