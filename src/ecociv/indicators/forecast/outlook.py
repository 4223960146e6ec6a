"""What a forecast means for a target: the chance of meeting it, the pace it needs, and how long there is to act."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum

from ecociv.core.targets import NO_CONTEXT, Composition, Context, Target, Vector
from ecociv.core.targets.base import Demand, Sense
from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.indicators.forecast.model import (
    LEAST_POINTS,
    PRIOR,
    Forecast,
    Prior,
    TooFewPoints,
    forecast,
)

LIKELY, UNLIKELY = 0.8, 0.2


class Prospect(StrEnum):
    """The chance of a target in one word."""

    MET = "met"
    """The milestone's figure is there and meets the target."""
    MISSED = "missed"
    LIKELY = "likely"
    OPEN = "open"
    UNLIKELY = "unlikely"
    UNKNOWN = "unknown"

    @property
    def label(self) -> Text:
        """The word in both languages."""
        return _LABELS[self]


_LABELS = {
    Prospect.MET: Text(zh="已达到", en="met"),
    Prospect.MISSED: Text(zh="未达到", en="missed"),
    Prospect.LIKELY: Text(zh="有望达到", en="likely"),
    Prospect.OPEN: Text(zh="尚难判断", en="open"),
    Prospect.UNLIKELY: Text(zh="难以达到", en="unlikely"),
    Prospect.UNKNOWN: Text(zh="无法预测", en="cannot be told"),
}


@dataclass(frozen=True, slots=True)
class PartOutlook:
    """The prospect of one number: a series, or one part of a composition.

    Attributes
    ----------
    part
        Name of the part; "" for a series of single figures.
    chance
        Probability of meeting the target in the milestone's year; none where it cannot be told.
    bound
        Level to be met (the nearer side of a range); none for targets without one.
    last
        Last figure on record with its year.
    required_rate
        Yearly change that leads from the last figure to the bound, in the unit of the series a year; 0 where the
        bound is met already.
    recent_rate
        Mean yearly change of the last three figures.
    best_rate
        Best yearly change on record, in the direction of the bound; none where no year moved that way.
    act_by
        Latest year in which acting still suffices: going on as forecast until the year before, and from then on at
        the best pace on record, just reaches the bound. None where that cannot be told, or is too late already.
    forecast
        The forecast itself, none with too few points.
    """

    part: str
    prospect: Prospect
    chance: float | None
    bound: Decimal | None
    last: tuple[int, Decimal] | None
    required_rate: Decimal | None
    recent_rate: Decimal | None
    best_rate: Decimal | None
    act_by: int | None
    reasons: tuple[Reason, ...]
    forecast: Forecast | None


@dataclass(frozen=True, slots=True)
class Outlook:
    """The prospect of a milestone. ``parts`` has one entry for single figures; the worst decides."""

    milestone: int
    origin: int | None
    parts: tuple[PartOutlook, ...]

    @property
    def worst(self) -> PartOutlook:
        """The part with the smallest chance; an unknown one counts as worse than a likely one."""
        order = {
            Prospect.MISSED: 0,
            Prospect.UNLIKELY: 1,
            Prospect.OPEN: 2,
            Prospect.UNKNOWN: 3,
            Prospect.LIKELY: 4,
            Prospect.MET: 5,
        }
        return min(self.parts, key=lambda part: (order[part.prospect], part.chance or 0))


def outlook(
    figures: Mapping[int, Decimal | Mapping[str, Decimal]],
    target: Target,
    milestone: int,
    *,
    whole: float | None = None,
    context: Context = NO_CONTEXT,
    prior: Prior = PRIOR,
) -> Outlook:
    """The prospect of a target in its year, from the figures on record.

    Parameters
    ----------
    figures
        By year, in the unit of the target; parts by name for a composition. Years after the milestone are ignored.
    target, milestone
        What is promised, and for which year.
    whole
        100 for a share in per cent.
    context
        What targets need besides: directions of parts, tolerances, what the level above handed down.

    Examples
    --------
    >>> from ecociv.core.targets import AtMost
    >>> energy = {2012: Decimal("0.572"), 2013: Decimal("0.549"), 2014: Decimal("0.527")}
    >>> seen = outlook(energy, AtMost(Decimal("0.51")), 2015)
    >>> seen.worst.prospect.value, seen.worst.required_rate     # 0.510 - 0.527
    ('open', Decimal('-0.017'))
    """
    known = {year: figure for year, figure in sorted(figures.items()) if year <= milestone}
    origin = max(known) if known else None
    if isinstance(target, Composition | Vector):
        names = tuple(target.shares if isinstance(target, Composition) else target.parts)
        parts = tuple(
            _part(
                name,
                {
                    year: figure[name]
                    for year, figure in known.items()
                    if isinstance(figure, Mapping) and name in figure
                },
                _demands(target.part_target(name, context), context),
                milestone,
                whole,
                prior,
            )
            for name in names
        )
        return Outlook(milestone, origin, parts)
    numbers = {year: figure for year, figure in known.items() if isinstance(figure, Decimal)}
    return Outlook(milestone, origin, (_part("", numbers, target.resolve(context), milestone, whole, prior),))


def _demands(target: Target | Reason, context: Context) -> tuple[Demand, ...] | Reason:
    return target if isinstance(target, Reason) else target.resolve(context)


def _part(
    name: str,
    figures: Mapping[int, Decimal],
    demands: tuple[Demand, ...] | Reason,
    milestone: int,
    whole: float | None,
    prior: Prior,
) -> PartOutlook:
    last = max(figures) if figures else None
    end = None if last is None else (last, figures[last])
    if isinstance(demands, Reason):
        return _unknown(name, end, demands)
    if end is None or last is None:
        return _unknown(name, None, _few(0))
    demand = _binding(demands, end[1])
    rates = _changes(figures)
    best = _best(rates, demand.sense)
    recent = _mean(rates[-2:])
    margin = demand.sense.margin(end[1], demand.bound)
    if last == milestone:
        met = all(item.sense.margin(end[1], item.bound) >= 0 for item in demands)
        said = _met(milestone) if met else _missed(milestone)
        prospect = Prospect.MET if met else Prospect.MISSED
        return PartOutlook(
            name, prospect, float(met), demand.bound, end, None, recent, best, None, (said,), None
        )
    left = milestone - last
    required = Decimal(0) if margin >= 0 else (demand.bound - end[1]) / left
    try:
        made = forecast(
            {year: float(value) for year, value in figures.items()},
            tuple(range(last + 1, milestone + 1)),
            whole=whole,
            prior=prior,
        )
    except TooFewPoints:
        return PartOutlook(
            name,
            Prospect.UNKNOWN,
            None,
            demand.bound,
            end,
            required,
            recent,
            best,
            None,
            (_few(len(figures)),),
            None,
        )
    chance = made.chance(
        milestone,
        at_least=max((float(d.bound) for d in demands if d.sense is Sense.FLOOR), default=None),
        at_most=min((float(d.bound) for d in demands if d.sense is Sense.CEILING), default=None),
    )
    prospect = (
        Prospect.LIKELY if chance >= LIKELY else Prospect.UNLIKELY if chance <= UNLIKELY else Prospect.OPEN
    )
    act_by, said = _act_by(made, demand, best, end, milestone)
    return PartOutlook(
        name, prospect, chance, demand.bound, end, required, recent, best, act_by, (said,), made
    )


def _act_by(
    made: Forecast, demand: Demand, best: Decimal | None, end: tuple[int, Decimal], milestone: int
) -> tuple[int | None, Reason]:
    """The latest year from whose beginning on the best pace on record still reaches the bound."""
    if demand.sense.margin(Decimal(str(made.median[milestone])), demand.bound) >= 0:
        return milestone, Reason(
            "trend-suffices",
            Text(zh="按目前趋势即可达到", en="Going on as before is enough"),
        )
    if best is None:
        return None, Reason(
            "never-moved-that-way",
            Text(
                zh="有记录以来没有一年向目标方向变化，无法说明何时行动仍来得及",
                en="No year on record moved towards the target, so how long there is to act cannot be told",
            ),
        )
    for start in range(milestone, end[0], -1):
        before = end[1] if start - 1 == end[0] else Decimal(str(made.median[start - 1]))
        reached = before + best * (milestone - start + 1)
        if demand.sense.margin(reached, demand.bound) >= 0:
            return start, Reason(
                "act-by",
                Text(
                    zh="最迟从{year}年起保持有记录以来的最好年变化，仍可达到",
                    en="At the best yearly change on record it can still be reached when that begins in {year} at the latest",
                ).fill(year=start),
                {"year": start},
            )
    return None, Reason(
        "best-pace-too-slow",
        Text(
            zh="即使从现在起每年都达到有记录以来的最好年变化，也来不及",
            en="Even the best yearly change on record, every year from now on, comes too late",
        ),
    )


def _binding(demands: Sequence[Demand], value: Decimal) -> Demand:
    """The demand that the value is furthest from meeting, or nearest to failing."""
    return min(demands, key=lambda demand: demand.sense.margin(value, demand.bound))


def _changes(figures: Mapping[int, Decimal]) -> list[Decimal]:
    years = sorted(figures)
    return [
        (figures[after] - figures[before]) / (after - before)
        for before, after in zip(years, years[1:], strict=False)
    ]


def _best(rates: Sequence[Decimal], sense: Sense) -> Decimal | None:
    helping = [rate for rate in rates if (rate > 0 if sense is Sense.FLOOR else rate < 0)]
    if not helping:
        return None
    return max(helping) if sense is Sense.FLOOR else min(helping)


def _mean(rates: Sequence[Decimal]) -> Decimal | None:
    return sum(rates, Decimal(0)) / len(rates) if rates else None


def _unknown(name: str, last: tuple[int, Decimal] | None, reason: Reason) -> PartOutlook:
    return PartOutlook(name, Prospect.UNKNOWN, None, None, last, None, None, None, None, (reason,), None)


def _few(count: int) -> Reason:
    return Reason(
        "too-few-points",
        Text(
            zh="只有{count}个年度数值，少于{least}个，不作预测",
            en="There are {count} yearly figures and a forecast needs {least}",
        ).fill(count=count, least=LEAST_POINTS),
        {"count": count, "least": LEAST_POINTS},
    )


def _met(year: int) -> Reason:
    return Reason("milestone-met", Text(zh=f"{year}年已达到", en=f"Met in {year}"), {"year": year})


def _missed(year: int) -> Reason:
    return Reason("milestone-missed", Text(zh=f"{year}年未达到", en=f"Missed in {year}"), {"year": year})
