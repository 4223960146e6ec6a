"""Allocation of a basin's compensation fund to counties, as in Jiangxi."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from fractions import Fraction

from ecociv.core.decimals import Number, to_decimal
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput, TraceParameter
from ecociv.standards.compensation.apportionment import AllocationError, apportion
from ecociv.standards.parameters import ParameterValue, parameter
from ecociv.standards.results import DataValidity, Result, marks_of

EDITION = "Jiangxi basin compensation"
FACTORS = {
    "water_quality": Text(zh="水环境质量", en="water quality"),
    "water_treatment": Text(zh="水环境综合治理", en="treatment of the water environment"),
    "forest": Text(zh="森林生态质量", en="forest"),
    "water_management": Text(zh="水资源管理", en="management of water resources"),
}


@dataclass(frozen=True, slots=True)
class BasinCounty:
    """What a county brings to the allocation.

    Parameters
    ----------
    name : str
        Its name; each occurs once.
    water_quality, water_treatment, forest, water_management : number
        Scores of the four factors, 0 or more, on one scale (such as 0 to 100).
    coefficient : number
        Compensation coefficient; above 0.
    base : number
        Floor in 10⁴ yuan that is paid before the rest is allocated.
    withheld : number
        Share of the year's money that is withheld after a major pollution event: 0, or 0.3 to 0.5.
    """

    name: str
    water_quality: Number
    water_treatment: Number
    forest: Number
    water_management: Number
    coefficient: Number = 1
    base: Number = 0
    withheld: Number = 0


@dataclass(frozen=True, eq=False)
class BasinAllocation(Result):
    """The fund by county, in 10⁴ yuan.

    Attributes
    ----------
    value : dict
        What each county is paid; with `carried_over` it adds up to the fund exactly.
    allocated : dict
        Before deductions; adds up to the fund exactly.
    withheld : dict
        What is withheld from each county.
    carried_over : Decimal
        The sum withheld, which goes to the pool of the next year.
    scores : dict
        Weighted score times coefficient, exact.
    """

    value: Mapping[str, Decimal]
    allocated: Mapping[str, Decimal]
    withheld: Mapping[str, Decimal]
    carried_over: Decimal
    scores: Mapping[str, Decimal]
    fund: Decimal
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    counties: tuple[BasinCounty, ...] = field(repr=False)
    factors: ParameterValue = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """The whole fund, or with `at` the county of that number in the order given."""
        if at is None:
            return Trace(
                Text(zh="流域生态补偿资金分配", en="Allocation of the basin compensation fund"),
                self.fund,
                "wan_yuan",
                "sum(paid) + carried over",
                (
                    *(self._county(county) for county in self.counties),
                    TraceInput(
                        Text(zh="结转下年", en="carried over to the next year"), self.carried_over, "wan_yuan"
                    ),
                ),
                self.factors.citation,
                notes=self.marks,
            )
        if not 0 <= at < len(self.counties):
            raise AllocationError(
                f"There are {len(self.counties)} counties, numbered from 0; there is no {at}."
            )
        return self._county(self.counties[at], self.marks)

    def _county(self, county: BasinCounty, notes: tuple[Text, ...] = ()) -> Trace:
        table = self.factors.table
        scores = tuple(TraceInput(label, to_decimal(getattr(county, key))) for key, label in FACTORS.items())
        weights = tuple(
            TraceParameter(label, to_decimal(table[key]), "1", self.factors.citation, self.factors.valid)
            for key, label in FACTORS.items()
        )
        score = Trace(
            Text(zh="综合得分", en="Weighted score"),
            self.scores[county.name],
            "1",
            "coefficient * sum(weight * score)",
            (*scores, TraceInput(Text(zh="补偿系数", en="coefficient"), to_decimal(county.coefficient))),
            parameters=weights,
        )
        return Trace(
            Text(zh=f"{county.name}补偿资金", en=f"Compensation of {county.name}"),
            self.value[county.name],
            "wan_yuan",
            "base + (fund - sum(base)) * score / sum(score) - withheld",
            (
                score,
                TraceInput(Text(zh="基数", en="base"), to_decimal(county.base), "wan_yuan"),
                TraceInput(Text(zh="扣减", en="withheld"), self.withheld[county.name], "wan_yuan"),
            ),
            self.factors.citation,
            notes=notes,
        )


def allocate_basin_fund(
    fund: Number,
    counties: Sequence[BasinCounty],
    *,
    on: date | None = None,
    edition: str | None = None,
) -> BasinAllocation:
    """Allocate a basin's fund to counties by factors, coefficient and base.

    First every base is paid, then the rest by ``coefficient * (0.5 quality + 0.2 treatment + 0.2 forest + 0.1 management)``.
    Amounts are whole hundredths of 10⁴ yuan and add up to the fund exactly (largest remainders).

    Parameters
    ----------
    fund : Decimal, int or float
        10⁴ yuan, a multiple of 0.01.
    counties : sequence of BasinCounty
        At least one; their bases together do not exceed the fund.

    Raises
    ------
    AllocationError
        A name twice, a negative score, a coefficient of 0 or below, bases above the fund, a withheld share outside the
        permitted range.

    Notes
    -----
    江西省流域生态补偿办法. The coefficients of the counties are not published; the caller gives them.

    Examples
    --------
    >>> found = allocate_basin_fund(3000, [
    ...     BasinCounty("A", 92, 95, 71.2, 88, coefficient=1.2),
    ...     BasinCounty("B", 85, 80, 64, 90),
    ...     BasinCounty("C", 78, 88, 55, 75),
    ... ])
    >>> {name: str(amount) for name, amount in found.value.items()}
    {'A': '1214.12', 'B': '922.82', 'C': '863.06'}
    """
    chosen = edition or (EDITION if on is None else None)
    factors = parameter("compensation.jiangxi.factors", on=on, edition=chosen)
    limits = parameter("compensation.jiangxi.deduction", on=on, edition=chosen)
    rounds = parameter("compensation.jiangxi.rounds", on=on, edition=chosen)
    step = to_decimal(rounds.table["step"])
    money = to_decimal(fund, "fund")
    _check(counties, limits)
    weights = {key: to_decimal(factors.table[key]) for key in FACTORS}
    scores = {county.name: _score(county, weights) for county in counties}
    bases = {county.name: to_decimal(county.base, f"base of {county.name}") for county in counties}
    for name, base in bases.items():
        if base < 0 or base % step != 0:
            raise AllocationError(
                f"The base of {name} is {base}; it must be 0 or more and a multiple of {step}."
            )
    rest = money - sum(bases.values())
    if rest < 0:
        raise AllocationError(
            f"The bases add up to {sum(bases.values())}, more than the fund of {money}; lower the bases or raise the fund."
        )
    by_score = apportion(rest, {name: Fraction(score) for name, score in scores.items()}, step=step)
    allocated = {name: bases[name] + part for name, part in by_score.items()}
    withheld = {
        county.name: _whole_steps(allocated[county.name] * to_decimal(county.withheld), step)
        for county in counties
    }
    return BasinAllocation(
        value={name: amount - withheld[name] for name, amount in allocated.items()},
        allocated=allocated,
        withheld=withheld,
        carried_over=sum(withheld.values(), 0 * step),
        scores=scores,
        fund=money,
        edition=factors.edition,
        marks=marks_of(factors, limits, rounds),
        validity=DataValidity(
            len(counties), 1, True, Text(zh="各县四项得分齐全", en="every county has its four scores")
        ),
        counties=tuple(counties),
        factors=factors,
    )


def _whole_steps(amount: Decimal, step: Decimal) -> Decimal:
    """Whole steps; a part of a step stays with the county."""
    return amount // step * step


def _score(county: BasinCounty, weights: Mapping[str, Decimal]) -> Decimal:
    parts = (weight * to_decimal(getattr(county, key)) for key, weight in weights.items())
    return to_decimal(county.coefficient) * sum(parts, Decimal(0))


def _check(counties: Sequence[BasinCounty], limits: ParameterValue) -> None:
    low, high = to_decimal(limits.table["at_least"]), to_decimal(limits.table["at_most"])
    seen: set[str] = set()
    for county in counties:
        if county.name in seen:
            raise AllocationError(f"{county.name} occurs twice; give each county once.")
        seen.add(county.name)
        for key in FACTORS:
            score = to_decimal(getattr(county, key), f"{key} of {county.name}")
            if score < 0:
                raise AllocationError(f"{key} of {county.name} is {score}; a score cannot be negative.")
        if to_decimal(county.coefficient, f"coefficient of {county.name}") <= 0:
            raise AllocationError(
                f"The coefficient of {county.name} is {county.coefficient}; it must be above 0."
            )
        share = to_decimal(county.withheld, f"withheld share of {county.name}")
        if share and not low <= share <= high:
            raise AllocationError(
                f"The withheld share of {county.name} is {share}; after a major pollution event it lies from {low} to "
                f"{high}, without one it is 0."
            )
