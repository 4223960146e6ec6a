"""Net removals of a forest-carbon project between two surveys of its plots. Pure: no Django.

The carbon of a stand is :func:`ecociv.standards.forest.stand_carbon`; here plots are weighted by stratum, the uncertainty of
the sample is taken off, then baseline and leakage, and whole tonnes remain, rounded down.
"""

from __future__ import annotations

import datetime as dt
import math
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import ROUND_FLOOR, Decimal

import numpy as np
from scipy.stats import t as student

from ecociv.core.decimals import to_decimal
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Citation, Trace, TraceInput, TraceParameter, TraceValue
from ecociv.core.verdicts import Reason, Verdict
from ecociv.green_economy.declaration import CarbonDiscount
from ecociv.standards.arrays import MeasurementError
from ecociv.standards.forest import stand_carbon

DAYS_A_YEAR = Decimal("365.25")


@dataclass(frozen=True, slots=True)
class PlotSurvey:
    """One survey of a plot: growing stock in m3/hm2, and the area of its stratum."""

    key: str
    stratum: str
    plot: str
    species: str
    area: Decimal
    day: dt.date
    volume: Decimal
    sample: bool = False


@dataclass(frozen=True, slots=True)
class Plan:
    """What the project declared: baseline (tCO2/hm2 a year), leakage (per cent), plots, years between surveys."""

    area: Decimal
    baseline: Decimal
    leakage: Decimal
    plots: int
    interval: int


@dataclass(frozen=True, slots=True)
class Stratum:
    """Change of a stratum: tCO2 and the variance of it."""

    name: str
    area: Decimal
    plots: int
    before: float
    after: float
    change: float
    variance: float


@dataclass(frozen=True, slots=True)
class Removals:
    """Net removals of a monitoring period.

    Attributes
    ----------
    tonnes : int or None
        Whole tCO2 that may be asked for; none where the surveys do not bear it.
    change, half_width : float
        tCO2 over the period, and half of its interval at the declared confidence.
    uncertainty : Decimal or None
        Half-width over the change in per cent.
    """

    first: dt.date
    last: dt.date
    years: Decimal
    strata: tuple[Stratum, ...]
    change: float
    half_width: float
    uncertainty: Decimal | None
    deducted: Decimal
    baseline: Decimal
    leakage: Decimal
    tonnes: int | None
    verdict: Verdict
    trace: Trace


def survey_days(surveys: Iterable[PlotSurvey]) -> list[int]:
    """The years in which plots were surveyed, in order: a survey is all plots of one year."""
    return sorted({one.day.year for one in surveys})


def next_survey(plan: Plan, start: dt.date, surveys: Sequence[PlotSurvey]) -> int:
    """The year in which the next survey is due by the plan."""
    years = survey_days(surveys)
    return (years[-1] + plan.interval) if years else start.year


def removals(
    plan: Plan, surveys: Sequence[PlotSurvey], years: tuple[int, int], rule: CarbonDiscount
) -> Removals:
    """Net removals between the surveys of two years.

    Raises
    ------
    MeasurementError
        A species that the table does not know, a plot surveyed twice in a year, surveys that are not there.
    """
    before, after = (_by_plot(surveys, year) for year in years)
    if years[0] >= years[1] or not before or not after:
        known = ", ".join(map(str, survey_days(surveys))) or "none"
        raise MeasurementError(
            f"There are no two surveys {years[0]} and {years[1]}; years with one: {known}."
        )
    first, last = max(one.day for one in before.values()), max(one.day for one in after.values())
    span = to_decimal((last - first).days) / DAYS_A_YEAR
    lost = sorted(set(before) - set(after))
    strata = _strata(before, after)
    change = sum(one.change for one in strata)
    freedom = sum(one.plots - 1 for one in strata)
    spread = math.sqrt(sum(one.variance for one in strata))
    level = 0.5 + float(rule.confidence) / 2
    half = float(student.ppf(level, freedom)) * spread if freedom > 0 else math.inf
    uncertainty = to_decimal(round(half / change * 100, 6)) if change > 0 and math.isfinite(half) else None
    reasons = list(_reasons(plan, len(before), lost, strata, change, uncertainty, rule))
    band = (
        None if uncertainty is None else next((one for one in rule.bands if uncertainty <= one.up_to), None)
    )
    whole = to_decimal(round(change, 9))
    deducted = whole * band.deduct / 100 if band else Decimal(0)
    baseline = plan.baseline * plan.area * span
    leakage = max(whole, Decimal(0)) * plan.leakage / 100
    net = whole - deducted - baseline - leakage
    if net <= 0 and not reasons:
        reasons.append(
            Reason(
                "no-net-removals",
                Text(zh="扣除基线和泄漏后没有净碳汇量", en="nothing remains after baseline and leakage"),
            )
        )
    ok = not reasons
    tonnes = int(net.to_integral_value(ROUND_FLOOR)) if ok else None
    verdict = Verdict(ok, tuple(reasons))
    terms = {"deducted": deducted, "baseline": baseline, "leakage": leakage}
    return Removals(
        first,
        last,
        round_half_even(span, 3),
        strata,
        change,
        half,
        None if uncertainty is None else round_half_even(uncertainty, 2),
        round_half_even(deducted, 3),
        round_half_even(baseline, 3),
        round_half_even(leakage, 3),
        tonnes,
        verdict,
        _trace(plan, (first, last, span), strata, terms, tonnes, rule, any(one.sample for one in surveys)),
    )


def _by_plot(surveys: Iterable[PlotSurvey], year: int) -> dict[tuple[str, str], PlotSurvey]:
    found: dict[tuple[str, str], PlotSurvey] = {}
    for one in surveys:
        if one.day.year != year:
            continue
        if (one.stratum, one.plot) in found:
            raise MeasurementError(
                f"Plot {one.plot} of {one.stratum} was surveyed twice in {year}; reject one of them."
            )
        found[one.stratum, one.plot] = one
    return found


def _strata(
    before: Mapping[tuple[str, str], PlotSurvey], after: Mapping[tuple[str, str], PlotSurvey]
) -> tuple[Stratum, ...]:
    """Change by stratum from the plots of both surveys: area times the mean of the plots' own changes."""
    groups: dict[str, list[tuple[PlotSurvey, PlotSurvey]]] = defaultdict(list)
    for key, later in after.items():
        if key in before:
            groups[key[0]].append((before[key], later))
    found = []
    for name, pairs in sorted(groups.items()):
        area = pairs[0][1].area
        then = _carbon([one for one, _ in pairs])
        now = _carbon([one for _, one in pairs])
        difference = now - then
        variance = (
            float(difference.var(ddof=1)) / len(pairs) * float(area) ** 2 if len(pairs) > 1 else math.inf
        )
        stock, stock_after, change = (
            float(column.mean()) * float(area) for column in (then, now, difference)
        )
        found.append(Stratum(name, area, len(pairs), stock, stock_after, change, variance))
    return tuple(found)


def _carbon(surveys: Sequence[PlotSurvey]) -> np.ndarray:
    """tCO2/hm2 of each plot."""
    made = stand_carbon([float(one.volume) for one in surveys], [one.species for one in surveys])
    return np.asarray(made.value, dtype=np.float64)


def _reasons(
    plan: Plan,
    plots: int,
    lost: Sequence[tuple[str, str]],
    strata: Sequence[Stratum],
    change: float,
    uncertainty: Decimal | None,
    rule: CarbonDiscount,
) -> Iterable[Reason]:
    if plots < plan.plots:
        yield Reason(
            "fewer-plots-than-planned",
            Text(
                zh=f"监测计划{plan.plots}个样地，只调查了{plots}个",
                en=f"the plan has {plan.plots} plots, {plots} were surveyed",
            ),
            {"planned": plan.plots, "surveyed": plots},
        )
    if lost and Decimal(len(lost) * 100) > rule.lost_plots_most * plots:
        names = "、".join(plot for _stratum, plot in lost[:10])
        yield Reason(
            "plots-not-resurveyed",
            Text(
                zh=f"{len(lost)}个样地未复查：{names}",
                en=f"{len(lost)} plots were not surveyed again: {names}",
            ),
            {"lost": len(lost)},
        )
    area = sum((one.area for one in strata), Decimal(0))
    if area != plan.area:
        yield Reason(
            "strata-do-not-add-up",
            Text(
                zh=f"有复查样地的碳层面积合计{area}公顷，与项目面积{plan.area}公顷不符",
                en=f"strata with plots surveyed twice come to {area} hm2, the project has {plan.area}",
            ),
            {"strata": area, "project": plan.area},
        )
    if change <= 0:
        yield Reason(
            "stock-fell",
            Text(zh="两次调查之间碳储量没有增加", en="the stock did not grow between the surveys"),
        )
    elif uncertainty is None or uncertainty > rule.bands[-1].up_to:
        shown = "—" if uncertainty is None else str(round_half_even(uncertainty, 1))
        yield Reason(
            "too-uncertain",
            Text(
                zh=f"碳储量变化的不确定性{shown}%，超过{rule.bands[-1].up_to}%，应增加样地",
                en=f"the change is uncertain by {shown} %, more than {rule.bands[-1].up_to} %: survey more plots",
            ),
        )


def _trace(
    plan: Plan,
    when: tuple[dt.date, dt.date, Decimal],
    strata: Sequence[Stratum],
    terms: Mapping[str, Decimal],
    tonnes: int | None,
    rule: CarbonDiscount,
    sample: bool,
) -> Trace:
    first, last, span = when

    def tonnes_of(zh: str, en: str, value: TraceValue, formula: str, *inputs: Trace | TraceInput) -> Trace:
        return Trace(Text(zh=zh, en=en), value, "tonne", formula, inputs)

    parts = tuple(
        Trace(
            Text(zh=f"碳层{one.name}碳储量变化", en=f"Change of stratum {one.name}"),
            round(one.change, 3),
            "tonne",
            "area * mean(carbon later - carbon earlier)",
            (
                TraceInput(Text(zh="面积", en="Area"), one.area, "hectare", sample=sample),
                TraceInput(
                    Text(zh="复查样地数", en="Plots surveyed twice"),
                    one.plots,
                    "count",
                    valid=f"{first}..{last}",
                    sample=sample,
                ),
                TraceInput(
                    Text(zh="前次碳储量", en="Stock before"),
                    round(one.before, 3),
                    "tonne",
                    valid=str(first),
                    sample=sample,
                ),
                TraceInput(
                    Text(zh="后次碳储量", en="Stock after"),
                    round(one.after, 3),
                    "tonne",
                    valid=str(last),
                    sample=sample,
                ),
            ),
        )
        for one in strata
    )
    return Trace(
        Text(zh="可申请签发的净碳汇量", en="Net removals that may be asked for"),
        tonnes,
        "tonne",
        "floor(sum of strata - deduction - baseline - leakage)",
        (
            *parts,
            tonnes_of(
                "不确定性扣减",
                "Deduction for uncertainty",
                round_half_even(terms["deducted"], 3),
                "change * deducted share",
            ),
            tonnes_of(
                "基线",
                "Baseline",
                round_half_even(terms["baseline"], 3),
                "baseline * area * years",
                TraceInput(Text(zh="项目面积", en="Area"), plan.area, "hectare", sample=sample),
                TraceInput(Text(zh="年数", en="Years"), round_half_even(span, 3), "year"),
            ),
            tonnes_of("泄漏", "Leakage", round_half_even(terms["leakage"], 3), "change * leakage / 100"),
        ),
        Citation(rule.citation.zh, verified=rule.verified),
        (
            TraceParameter(Text(zh="基线", en="baseline"), plan.baseline, "tonne/hectare/year"),
            TraceParameter(Text(zh="泄漏", en="leakage"), plan.leakage, "percent"),
        ),
    )
