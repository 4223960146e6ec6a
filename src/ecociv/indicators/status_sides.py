"""One number held against one side of a target: the path, the share of the progress made, and the light.

`ecociv.indicators.status` decides which target applies and what is missing; the arithmetic is here, in exact fractions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import cast

from ecociv.core.missing import Missing
from ecociv.core.quantities import as_decimal
from ecociv.core.targets import (
    NO_CONTEXT,
    Context,
    Cumulative,
    Demand,
    Direction,
    RelativeToPeers,
    Sense,
    Target,
    TargetValue,
    Unset,
    number_or_missing,
)
from ecociv.core.verdicts import Reason
from ecociv.indicators import status_reasons as say
from ecociv.indicators.lights import Light, Path, Status, StatusRule
from ecociv.indicators.trajectory import Basis, Shape, Trajectory

Baseline = tuple[int, TargetValue] | None
"""Year and figure of the start; the figure may be a kind of missing, or parts."""


@dataclass(frozen=True, slots=True)
class Case:
    """All that one judgement works on, with the defaults settled."""

    direction: Direction | Mapping[str, Direction]
    baseline: Baseline
    targets: Mapping[int, Target]
    year: int
    value: TargetValue
    evaluated_on: date
    shape: Shape
    context: Context
    rule: StatusRule
    data_due: date
    is_sum: bool = False
    """The figure is a sum that started from nothing, so that a ceiling is filled year by year."""

    @property
    def start(self) -> tuple[int, Decimal] | None:
        """The baseline where it is a number."""
        if self.baseline is None:
            return None
        figure = number_or_missing(self.baseline[1])
        return None if isinstance(figure, Missing) else (self.baseline[0], figure)


def paths_of(
    baseline: Baseline,
    targets: Mapping[int, Target],
    shape: Shape = Shape.LINEAR,
    context: Context = NO_CONTEXT,
) -> tuple[Path, ...]:
    """Return the paths that `status_of` judges by, for a chart: one floor or ceiling, or both for a range.

    Targets without a figure of their own (delegated, qualitative, relative to peers, unset, with parts) are left out.
    The path of a sum over years starts from nothing in the year before its first one.

    Examples
    --------
    >>> from ecociv.core.targets import Zero
    >>> (path,) = paths_of((2012, Decimal(10)), {2020: Zero()})
    >>> path.sense.name, path.trajectory.expected(2016)
    ('CEILING', Decimal('5'))
    """
    sums = [target for target in targets.values() if isinstance(target, Cumulative)]
    if sums:
        baseline = (sums[0].first_year - 1, Decimal(0))
        targets = {
            year: target.sum_target
            for year, target in targets.items()
            if isinstance(target, Cumulative) and target.first_year == sums[0].first_year
        }
    figure = None if baseline is None or isinstance(baseline[1], Mapping) else number_or_missing(baseline[1])
    start = (baseline[0], figure) if baseline is not None and isinstance(figure, Decimal) else None
    bounds = _bounds(dict(sorted(targets.items())), with_base(context, baseline))
    senses = [sense for sense in Sense if any(sense in of_year for of_year in bounds.values())]
    return tuple(
        Path(sense, _path(sense, _knots(bounds, sense), start, shape, bool(sums))) for sense in senses
    )


def with_base(context: Context, baseline: Baseline) -> Context:
    """Return the context with the baseline in it. The baseline is also the value of its year, for targets relative to that year; a declared value goes first."""
    if baseline is None or isinstance(baseline[1], Mapping):
        return context
    figure = number_or_missing(baseline[1])
    return replace(context, base_values={baseline[0]: figure, **context.base_values})


def judge_number(case: Case, value: Decimal, milestone: int, about: Status) -> Status:
    target = case.targets[milestone]
    demands = target.resolve(case.context)
    if isinstance(demands, Reason):
        return replace(about, light=Light.NO_DATA, reasons=(demands,))
    bounds = _bounds({**case.targets}, case.context)
    sides = [
        _peer_side(case, value, milestone, demand, about)
        if isinstance(target, RelativeToPeers)
        else _side(case, value, milestone, demand, _knots(bounds, demand.sense), about)
        for demand in demands
    ]
    status = max(
        sides, key=lambda side: (side.light.severity, -(side.gap if side.gap is not None else Decimal(0)))
    )
    if case.start is None:
        status = status.with_reasons(say.baseline_missing())
    left_out = [
        year
        for year, other in case.targets.items()
        if year < milestone and year not in bounds and not isinstance(other, Unset)
    ]
    if left_out:
        status = status.with_reasons(say.milestones_left_out(left_out))
    if isinstance(case.direction, Direction) and _against(case.direction, demands):
        status = status.with_reasons(say.against_direction(case.direction))
    if case.evaluated_on < date(case.year, 12, 31):
        status = status.with_reasons(say.year_running(case.year, case.evaluated_on))
    return status


def _against(direction: Direction, demands: tuple[Demand, ...]) -> bool:
    senses = {demand.sense for demand in demands}
    return (direction is Direction.INCREASE and senses == {Sense.CEILING}) or (
        direction is Direction.DECREASE and senses == {Sense.FLOOR}
    )


def _bounds(targets: Mapping[int, Target], context: Context) -> dict[int, dict[Sense, Decimal]]:
    """The floors and ceilings of each milestone that has figures. The peers' level is one year's, and makes no path."""
    found: dict[int, dict[Sense, Decimal]] = {}
    for year, target in targets.items():
        demands = target.resolve(context)
        if not isinstance(demands, Reason) and not isinstance(target, RelativeToPeers | Cumulative):
            found[year] = {demand.sense: demand.bound for demand in demands}
    return found


def _knots(bounds: Mapping[int, Mapping[Sense, Decimal]], sense: Sense) -> dict[int, Decimal]:
    return {year: of_year[sense] for year, of_year in bounds.items() if sense in of_year}


def _path(
    sense: Sense, knots: Mapping[int, Decimal], start: tuple[int, Decimal] | None, shape: Shape, is_sum: bool
) -> Trajectory:
    """The path from the baseline, unless the series met the first milestone from the start: then the bound itself."""
    met_from_start = start is not None and sense.margin(start[1], knots[min(knots)]) >= 0
    return Trajectory(None if met_from_start and not is_sum else start, knots, shape)


def _side(
    case: Case, value: Decimal, milestone: int, demand: Demand, knots: Mapping[int, Decimal], about: Status
) -> Status:
    """Judge one side of a target: a floor or a ceiling."""
    sense, start = demand.sense, case.start
    path = _path(sense, knots, start, case.shape, case.is_sum)
    expected = path.exact(case.year)
    sign = 1 if sense is Sense.FLOOR else -1
    gap = sign * (Fraction(value) - expected)
    share = _share(value, expected, sense, start, path)
    basis = path.basis(case.year)
    if start is not None and basis is Basis.BEFORE_FIRST and sense.margin(value, demand.bound) >= 0:
        head = say.within_bound(milestone, value, demand.bound)
        light = Light.ON_TRACK
    else:
        light, head = _light(case, value, milestone, demand, knots, gap, expected, share)
    stated = say.path_stated(case.shape, basis, case.year, as_decimal(expected))
    return replace(
        about,
        light=light,
        reasons=(head,) if basis is Basis.MILESTONE else (head, stated),
        expected=as_decimal(expected),
        gap=as_decimal(gap),
        share=None if share is None else as_decimal(share),
    )


def _share(
    value: Decimal, expected: Fraction, sense: Sense, start: tuple[int, Decimal] | None, path: Trajectory
) -> Fraction | None:
    """Progress made over progress expected by now, both from the baseline (from the first milestone without one)."""
    origin = Fraction(start[1] if start is not None else path.knots[0][1])
    sign = 1 if sense is Sense.FLOOR else -1
    due = sign * (expected - origin)
    return sign * (Fraction(value) - origin) / due if due > 0 else None


def _light(
    case: Case,
    value: Decimal,
    milestone: int,
    demand: Demand,
    knots: Mapping[int, Decimal],
    gap: Fraction,
    expected: Fraction,
    share: Fraction | None,
) -> tuple[Light, Reason]:
    sense, start = demand.sense, case.start
    margin = sense.margin(value, demand.bound)
    due = case.year >= milestone
    if due and margin >= 0:
        return Light.ACHIEVED, say.milestone_met(milestone, value, demand.bound, margin)
    if not due and start is None and case.year < min(knots):
        return Light.NOT_DUE, say.no_path_yet(min(knots), margin >= 0)
    if not due and gap >= 0:
        return Light.ON_TRACK, say.on_path(value, as_decimal(expected), as_decimal(gap))
    passed = [year for year in knots if year < case.year]
    if start is not None:
        # Until the milestone is due, the bound of the one before it is still what the plan last allowed.
        allowed = [bound for year, bound in knots.items() if year >= min(case.year, milestone)]
        allowed += [knots[passed[-1]]] if passed and not due else []
        permitted = (min if sense is Sense.FLOOR else max)([start[1], *allowed])
        if sense.margin(value, permitted) < 0:
            return Light.WORSENING, say.worse_than_baseline(value, start[1], start[0], permitted)
    if due:
        return Light.OFF_TRACK, say.milestone_missed(milestone, value, demand.bound, -margin)
    if passed:
        last = knots[passed[-1]]
        if sense.margin(demand.bound, last) >= 0 and sense.margin(value, last) < 0:
            return Light.OFF_TRACK, say.overdue(passed[-1], value, last, -sense.margin(value, last))
    if share is None:
        if margin >= 0:
            return Light.AT_RISK, say.faster_than_path(milestone, value, as_decimal(expected), demand.bound)
        return Light.OFF_TRACK, say.beyond_next(milestone, value, demand.bound, -margin)
    figures = (value, as_decimal(expected), as_decimal(-gap), as_decimal(share))
    if share >= Fraction(case.rule.on_track_share):
        return Light.ON_TRACK, say.behind_path("slightly-behind-path", *figures)
    if share >= Fraction(case.rule.at_risk_share):
        return Light.AT_RISK, say.behind_path("behind-path", *figures)
    return Light.OFF_TRACK, say.behind_path("far-behind-path", *figures)


def _peer_side(case: Case, value: Decimal, milestone: int, demand: Demand, about: Status) -> Status:
    """The peers move too, so each year is judged by the level of that year and there is no path between years."""
    margin = demand.sense.margin(value, demand.bound)
    remarks = cast(RelativeToPeers, about.target).remarks(case.context)
    due = case.year >= milestone
    worse = case.start is not None and demand.sense.margin(value, case.start[1]) < 0
    if margin >= 0:
        light = Light.ACHIEVED if due else Light.ON_TRACK
        head = say.level_with_peers(value, demand.bound, margin)
    elif worse:
        assert case.start is not None  # worse than the baseline
        light = Light.WORSENING
        head = say.worse_than_baseline(value, case.start[1], case.start[0], demand.bound)
    else:
        light = Light.OFF_TRACK if due else Light.AT_RISK
        head = say.behind_peers(value, demand.bound, -margin)
    return replace(about, light=light, reasons=(head, *remarks), expected=demand.bound, gap=margin)
