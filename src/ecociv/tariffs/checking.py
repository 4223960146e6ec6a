"""A tariff against the national guidance on tiered prices. Pure: no Django.

The rule itself is in :mod:`ecociv.standards.water_resources`; here a declared version is put into its terms: volumes of a
month, prices without surcharges, and the use of households less what their size adds to the tiers.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from ecociv.core.decimals import to_decimal
from ecociv.core.text import Text
from ecociv.core.verdicts import Reason, Verdict
from ecociv.standards.water_resources import Tariff as Standard
from ecociv.standards.water_resources import check_tariff
from ecociv.standards.water_resources.tariff import rules, tier_bounds
from ecociv.tariffs.consumption import Consumption
from ecociv.tariffs.declaration import TariffVersion, Utility
from ecociv.tariffs.schedule import schedule_of


@dataclass(frozen=True, slots=True)
class Coverage:
    """How far a tier reaches: its monthly volume, the share it should cover, the volume that would, the share it covers."""

    tier: int
    bound: Decimal
    wanted_share: Decimal
    needed: float
    covered_share: float


@dataclass(frozen=True, slots=True)
class TariffCheck:
    """The verdict on a version, with the coverage of its tiers where consumption was given."""

    verdict: Verdict
    coverage: tuple[Coverage, ...]
    edition: str
    verified: bool


def check_version(
    utility: Utility, version: TariffVersion, consumption: Consumption | None = None
) -> TariffCheck:
    """Check tiers and price ratios against 发改价格〔2013〕2676号 (water) or 发改价格〔2014〕467号 (gas).

    Returns
    -------
    TariffCheck
        *No* with ``too-few-tiers``, ``ratio-too-low``, ``covers-too-few``, ``first-tier-free``; *unknown* with
        ``ratio-differs``, and with ``no-consumption`` where coverage could not be looked at.
    """
    guidance = rules(utility)
    months = version.months
    bounds = [tier.up_to / months for tier in version.tiers if tier.up_to is not None]
    prices = [tier.price for tier in version.tiers]
    if prices[0] == 0:
        free = Reason(
            "first-tier-free",
            Text(
                zh="第一级价格为零，无法比较比价；免费水量请用减免声明",
                en="The first tier is free, so there is no price ratio; declare free volumes as an exemption.",
            ),
        )
        return TariffCheck(Verdict(False, (free,)), (), guidance.edition, guidance.verified)
    standard = Standard(bounds, prices)
    coverage: tuple[Coverage, ...] = ()
    found = [check_tariff(standard, utility=utility)]
    if consumption is not None:
        coverage, too_few = _coverage(utility, version, standard, consumption)
        found += too_few
    verdict = Verdict.all_of(found)
    if consumption is None:
        verdict = Verdict.all_of([verdict, Verdict(None, (_NO_CONSUMPTION,))])
    return TariffCheck(verdict, coverage, guidance.edition, guidance.verified)


_NO_CONSUMPTION = Reason(
    "no-consumption",
    Text(
        zh="未给出居民用量分布，无法核对各级覆盖的户数比例",
        en="No distribution of consumption was given: whether the tiers cover enough households is not known.",
    ),
)


def _coverage(
    utility: Utility, version: TariffVersion, standard: Standard, consumption: Consumption
) -> tuple[tuple[Coverage, ...], list[Verdict]]:
    """Each border against the monthly use of households, less what their size adds to that border."""
    schedule = schedule_of(version)
    weights = consumption.weights.astype(np.float64)
    more = np.maximum(consumption.persons.astype(np.int64) - schedule.base_persons, 0)
    monthly = consumption.annual / 12
    found, verdicts = [], []
    shares = rules(utility).table["shares"]
    for place, share in enumerate(shares[: len(schedule.borders)]):
        extra = more * (schedule.extras[place] / schedule.months)
        adjusted = np.maximum(monthly - extra, 0) / 1000
        bound = standard.bounds[place]
        needed = tier_bounds(adjusted, weights, utility=utility)[place]
        # Litres of a month are fractions of a year's: a thousandth of a litre more is no use above the border.
        covered = float(weights[adjusted <= float(bound) + 1e-6].sum() / weights.sum() * 100)
        found.append(Coverage(place + 1, bound, to_decimal(share), needed, covered))
        if covered < share:
            whole = check_tariff(standard, utility=utility, consumption=adjusted, weights=weights)
            about = [
                one for one in whole.reasons if one.code == "covers-too-few" and one.data["tier"] == place + 1
            ]
            verdicts.append(Verdict(False, tuple(about)))
    return tuple(found), verdicts
