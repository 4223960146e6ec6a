"""What the sample says about all units: the share with findings, with a confidence interval. Pure: no Django.

Horvitz-Thompson estimator of a total, ``sum(y_i / pi_i)`` (Horvitz and Thompson, Journal of the American Statistical
Association 47, 1952), which in a stratified simple random sample is ``sum(N_h * p_h)``; its variance with finite
population correction is Cochran, Sampling Techniques, 3rd ed. 1977, section 5.11:
``sum(W_h^2 (1 - f_h) p_h q_h / (n_h - 1))``. The interval is that of Korn and Graubard (Survey Methodology 24, 1998):
Clopper-Pearson with the effective sample size, which holds where no or every unit has a finding and a normal interval
would have no width.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from math import sqrt

from ecociv.core.verdicts import Reason
from ecociv.supervision.sentences import reason

LEVEL = 0.95


@dataclass(frozen=True, slots=True)
class StratumResult:
    """One stratum: units, drawn, visited, visited with findings."""

    stratum: str
    units: int
    drawn: int
    visited: int
    found: int


@dataclass(frozen=True, slots=True)
class Estimate:
    """The share of all units that have findings.

    ``share`` is exact; it and the interval are none where the visits do not allow an estimate, and ``reasons`` say why.
    """

    units: int
    visited: int
    share: Fraction | None
    total: Fraction | None
    standard_error: float | None
    low: float | None
    high: float | None
    reasons: tuple[Reason, ...] = ()

    def to_json(self) -> dict[str, object]:
        """Plain values, rounded to four decimals."""
        return {
            "units": self.units,
            "visited": self.visited,
            "share": None if self.share is None else round(float(self.share), 4),
            "units_with_findings": None if self.total is None else round(float(self.total), 1),
            "standard_error": None if self.standard_error is None else round(self.standard_error, 4),
            "interval": None
            if self.low is None or self.high is None
            else [round(self.low, 4), round(self.high, 4)],
            "level": LEVEL,
            "reasons": [each.to_json() for each in self.reasons],
        }


def estimate(strata: Mapping[str, StratumResult]) -> Estimate:
    """Estimate the share of units with findings from what was visited.

    A unit drawn and not visited is missing, and is treated as missing at random within its stratum; the reasons say how
    many there are.

    Examples
    --------
    Two strata of 80 and 20; 8 and 5 visited, 2 and 4 with findings:
    share = 0.8 * 2/8 + 0.2 * 4/5 = 0.36; 36 units.

    >>> found = estimate({"a": StratumResult("a", 80, 8, 8, 2), "b": StratumResult("b", 20, 5, 5, 4)})
    >>> str(found.share), str(found.total), round(found.standard_error, 4)
    ('9/25', '36', 0.129)
    """
    units = sum(each.units for each in strata.values())
    visited = sum(each.visited for each in strata.values())
    reasons = []
    absent = sum(each.drawn - each.visited for each in strata.values())
    if absent:
        reasons.append(
            reason(
                "not-visited",
                "样本中有{count}个单元未到访，按层内随机缺失处理。",
                "{count} units of the sample were not visited; they are taken as missing at random in their stratum.",
                count=absent,
            )
        )
    bare = sorted(each.stratum for each in strata.values() if each.units and not each.visited)
    if bare or not units:
        reasons.append(
            reason(
                "stratum-without-visit",
                "以下各层尚无到访，不能推算总体：{strata}。",
                "No unit of these strata was visited, so nothing can be said of all units: {strata}.",
                strata=", ".join(bare) or "—",
            )
        )
        return Estimate(units, visited, None, None, None, None, None, tuple(reasons))
    used = [each for each in strata.values() if each.units]
    total = sum((Fraction(each.units * each.found, each.visited) for each in used), Fraction(0))
    share = total / units
    single = sorted(each.stratum for each in used if each.visited == 1 and each.units > 1)
    if single:
        reasons.append(
            reason(
                "stratum-with-one-visit",
                "以下各层只到访1个单元，无法估计抽样误差：{strata}。",
                "Only one unit of these strata was visited, so the sampling error cannot be estimated: {strata}.",
                strata=", ".join(single),
            )
        )
        return Estimate(units, visited, share, total, None, None, None, tuple(reasons))
    variance = float(sum((_variance(each, units) for each in used), Fraction(0)))
    low, high = _interval(share, variance, used, visited, units)
    return Estimate(units, visited, share, total, sqrt(variance), low, high, tuple(reasons))


def _variance(each: StratumResult, units: int) -> Fraction:
    if each.visited >= each.units:
        return Fraction(0)
    weight = Fraction(each.units, units)
    share = Fraction(each.found, each.visited)
    unseen = 1 - Fraction(each.visited, each.units)
    return weight**2 * unseen * share * (1 - share) / (each.visited - 1)


def _interval(
    share: Fraction, variance: float, used: list[StratumResult], visited: int, units: int
) -> tuple[float, float]:
    from scipy.stats import beta  # a second to import: only where it is used

    p = float(share)
    if visited >= units:
        return p, p  # every unit was seen: nothing is left to estimate
    sampled = sum(each.visited for each in used if each.visited < each.units)
    effective = p * (1 - p) / variance if variance > 0 else float(sampled)
    successes = p * effective
    tail = (1 - LEVEL) / 2
    low = float(beta.ppf(tail, successes, effective - successes + 1)) if successes > 0 else 0.0
    high = float(beta.ppf(1 - tail, successes + 1, effective - successes)) if successes < effective else 1.0
    # What was seen is certain: no fewer units with findings, no fewer without.
    seen = sum(each.found for each in used)
    clear = sum(each.visited - each.found for each in used)
    return max(low, seen / units), min(high, 1 - clear / units)
