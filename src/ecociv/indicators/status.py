"""From a figure, its baseline and its typed targets to a light with its reasons.

How the light is found, in this order:

1. The milestone is the first one with a target in or after the year of the figure, or else the last one.
2. No target at all: *not due*. A target left to the level above and not handed down: *awaiting upper level*.
3. No figure: *no data*, or *not due* while the year runs or the measurement is only planned, or *awaiting upper level*
   where the figure itself comes from there. Zero is a figure.
4. In the milestone's year, and after the last: met is *achieved*; missed is *off track*, however narrowly.
5. In between, the figure is held against the stated path. At or ahead of it: *on track*. Behind it, the share of the
   progress expected by now decides between *on track*, *at risk* and *off track* (`StatusRule`). A target whose year
   has passed and that is not met is *off track*.
6. Behind the path (or missed), and worse than the baseline **and** than anything that the plan still permits:
   *worsening*, the worst light. A ceiling that rises permits a rise: moving within it is never worsening.

Where the series met a milestone from the start (keep at least 90, starting from 95; a cap above today's use), the bound
itself is the path and no decline towards it is expected or punished. Between two bounds that loosen from milestone to
milestone, passing the path while staying within the next bound is *at risk*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from typing import cast

from ecociv.core.mappings import FrozenMapping
from ecociv.core.missing import Missing
from ecociv.core.quantities import as_decimal
from ecociv.core.targets import (
    NO_CONTEXT,
    Composition,
    Context,
    Cumulative,
    Delegated,
    Demand,
    Direction,
    Qualitative,
    RelativeToPeers,
    Sense,
    Target,
    TargetError,
    TargetValue,
    Unset,
    Vector,
)
from ecociv.core.targets.base import number_or_missing
from ecociv.core.targets.reasons import awaiting_upper_level, value_absent
from ecociv.core.verdicts import Reason
from ecociv.indicators import status_reasons as say
from ecociv.indicators.lights import STATUS_RULES, Light, Path, Status, StatusRule, status_rule_on, worst_of
from ecociv.indicators.trajectory import Basis, Shape, Trajectory, TrajectoryError

__all__ = [
    "STATUS_RULES",
    "Basis",
    "Light",
    "Path",
    "Shape",
    "Status",
    "StatusRule",
    "Trajectory",
    "TrajectoryError",
    "paths_of",
    "status_of",
    "status_rule_on",
    "worst_of",
]

Baseline = tuple[int, TargetValue] | None


@dataclass(frozen=True, slots=True)
class _Case:
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

    @property
    def start(self) -> tuple[int, Decimal] | None:
        """The baseline where it is a number."""
        if self.baseline is None:
            return None
        figure = number_or_missing(self.baseline[1])
        return None if isinstance(figure, Missing) else (self.baseline[0], figure)


def status_of(
    *,
    direction: Direction | Mapping[str, Direction],
    baseline: Baseline,
    targets: Mapping[int, Target],
    year: int,
    value: TargetValue,
    evaluated_on: date,
    shape: Shape = Shape.LINEAR,
    tolerance: Decimal | None = None,
    context: Context = NO_CONTEXT,
    handed_down: Mapping[int, Target] | None = None,
    rule: StatusRule | None = None,
    data_due: date | None = None,
) -> Status:
    """Say how a series stands in one year.

    Parameters
    ----------
    direction : Direction or mapping of part to Direction
        As the series declares it.
    baseline : (year, figure) or None
        The figure may be a kind of missing, or a mapping for a composition. Without it nothing is called worsening.
    targets : mapping of year to Target
        The milestones.
    year : int
        Of the figure.
    value : number, bool, Missing, None or mapping
        The figure; parts for compositions and vectors; yearly flows (or their sum so far) for cumulative targets.
    evaluated_on : date
        The day of the judgement, which chooses the rule and says whether a missing figure is late.
    shape : Shape
        Of the path between milestones.
    tolerance : Decimal or None
        For levels to be held where neither the target nor the context states one.
    context : Context
        Peers of the same year, values of base years, directions and tolerances of parts.
    handed_down : mapping of year to Target
        Figures that the level above has set since, in place of delegated targets.
    rule : StatusRule or None
        None takes the one in force on ``evaluated_on``.
    data_due : date or None
        Until when the figure of the year may come without being missed; None is the last day of the year.

    Returns
    -------
    Status
        Always a light with a reason; a missing figure never raises.

    Raises
    ------
    NotANumber, TargetError
        For a figure written as text or of another shape than the target.
    TrajectoryError
        If no path can be stated (a compound path through zero, a baseline after a milestone).
    OutsideValidity
        If no rule was in force on ``evaluated_on``.

    Examples
    --------
    >>> from ecociv.core.targets import AtLeast, AtMost
    >>> worse = status_of(direction=Direction.INCREASE, baseline=(2012, Decimal(80)), year=2014, value=75,
    ...                   targets={2015: AtLeast(Decimal(90))}, evaluated_on=date(2015, 2, 1))
    >>> worse.light.value, worse.expected.quantize(Decimal("0.01"))     # 80 + 10 * 2/3
    ('worsening', Decimal('86.67'))
    >>> status_of(direction=Direction.DECREASE, baseline=(2012, Decimal("7.82")), year=2016, value=8.5,
    ...           targets={2015: AtMost(Decimal("8.45")), 2020: AtMost(Decimal("8.97"))},
    ...           evaluated_on=date(2017, 2, 1)).light.value
    'on-track'
    """
    settled = dict(targets)
    delegated = [y for y, given in (handed_down or {}).items() if isinstance(settled.get(y), Delegated)]
    settled |= {y: (handed_down or {})[y] for y in delegated}
    if tolerance is not None and context.tolerance is None:
        context = replace(context, tolerance=tolerance)
    case = _Case(
        direction=direction,
        baseline=baseline,
        targets=FrozenMapping(sorted(settled.items())),
        year=year,
        value=value,
        evaluated_on=evaluated_on,
        shape=Shape(shape),
        context=_with_base(context, baseline),
        rule=rule or status_rule_on(evaluated_on),
        data_due=data_due or date(year, 12, 31),
    )
    status = replace(_judged(case), rule=case.rule.key)
    return status.with_reasons(say.handed_down(delegated)) if delegated else status


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
        targets = {t.last_year: t.sum_target for t in sums if t.first_year == sums[0].first_year}
    figure = None if baseline is None or isinstance(baseline[1], Mapping) else number_or_missing(baseline[1])
    start = (baseline[0], figure) if baseline is not None and isinstance(figure, Decimal) else None
    bounds = _bounds(dict(sorted(targets.items())), _with_base(context, baseline))
    senses = [sense for sense in Sense if any(sense in of_year for of_year in bounds.values())]
    return tuple(Path(sense, _path(sense, _knots(bounds, sense), start, shape)) for sense in senses)


def _with_base(context: Context, baseline: Baseline) -> Context:
    """The baseline is also the value of its year, for targets relative to that year; a declared value goes first."""
    if baseline is None or isinstance(baseline[1], Mapping):
        return context
    figure = number_or_missing(baseline[1])
    return replace(context, base_values={baseline[0]: figure, **context.base_values})


def _judged(case: _Case) -> Status:
    milestone = _governing(case)
    if milestone is None:
        return Status(Light.NOT_DUE, (say.no_milestone(),), year=case.year)
    target = case.targets[milestone]
    about = Status(Light.NO_DATA, (), year=case.year, milestone=milestone, target=target)
    if case.baseline is not None and case.year <= case.baseline[0]:
        return replace(about, light=Light.NOT_DUE, reasons=(say.plan_not_started(case.year, case.baseline[0]),))
    if isinstance(target, Delegated) and case.context.handed_down is None:
        return _awaiting(case, target, about)
    if isinstance(target, Delegated):
        assert case.context.handed_down is not None  # the case above
        target = case.context.handed_down
        about = replace(about, target=target)
    if isinstance(target, Qualitative):
        return _qualitative(case, target, milestone, about)
    if isinstance(target, Vector | Composition):
        return _parted(case, target, about)
    if isinstance(target, Cumulative):
        return _cumulative(case, target, milestone, about)
    if isinstance(case.value, Mapping):
        raise TargetError(
            f"The figure of {case.year} has parts, but the target of {milestone} is for one number; judge a part at a time."
        )
    value = number_or_missing(case.value)
    if isinstance(value, Missing):
        return _absent(case, value, about)
    return _numeric(replace(case, value=value, targets={**case.targets, milestone: target}), value, milestone, about)


def _governing(case: _Case) -> int | None:
    """The first milestone with a target in or after the year; after the last one, the last one."""
    with_target = [year for year, target in case.targets.items() if not isinstance(target, Unset)]
    ahead = [year for year in with_target if year >= case.year]
    return ahead[0] if ahead else with_target[-1] if with_target else None


def _absent(case: _Case, kind: Missing, about: Status) -> Status:
    said = value_absent(kind)
    if kind is Missing.DELEGATED:
        return replace(about, light=Light.AWAITING_UPPER_LEVEL, reasons=(said,))
    if kind is Missing.PLANNED:
        return replace(about, light=Light.NOT_DUE, reasons=(said,))
    if kind is Missing.MISSING and case.evaluated_on <= case.data_due:
        return replace(about, light=Light.NOT_DUE, reasons=(say.year_not_over(case.year, case.data_due), said))
    late = (say.value_overdue(case.year, case.data_due),) if kind is Missing.MISSING else ()
    return replace(about, reasons=(said, *late))


def _awaiting(case: _Case, target: Delegated, about: Status) -> Status:
    """The light cannot say more, but the reasons still tell when the last target with a figure is not met now."""
    reasons: tuple[Reason, ...] = (awaiting_upper_level(target.to, target.cell),)
    passed = [year for year in case.targets if year < case.year and case.targets[year].bound(case.context) is not None]
    if not isinstance(case.value, Mapping):
        value = number_or_missing(case.value)
        if isinstance(value, Missing):
            reasons = (*reasons, value_absent(value))
        elif passed:
            last = case.targets[passed[-1]]
            bound = last.bound(case.context)
            if bound is not None and last.judge(value, case.context).met is False:
                reasons = (*reasons, say.last_set_target_not_met(passed[-1], bound, value))
    return replace(about, light=Light.AWAITING_UPPER_LEVEL, reasons=reasons)


def _qualitative(case: _Case, target: Qualitative, milestone: int, about: Status) -> Status:
    judgement = target.judge(case.value, case.context)
    if judgement.met:
        return replace(about, light=Light.ACHIEVED, reasons=judgement.reasons)
    if judgement.met is False and case.year >= milestone:
        return replace(about, light=Light.OFF_TRACK, reasons=judgement.reasons)
    return replace(about, light=Light.QUALITATIVE, reasons=(*judgement.reasons, say.not_accepted_yet(milestone)))


def _parted(case: _Case, target: Vector | Composition, about: Status) -> Status:
    """Judge each part as a series of its own; the worst part is the light."""
    if case.value is None or isinstance(case.value, Missing):
        return _absent(case, case.value or Missing.MISSING, about)
    if not isinstance(case.value, Mapping):
        raise TargetError(f"The target has parts, but the figure of {case.year} is {case.value!r}; give a figure for each part.")
    values = cast(Mapping[str, TargetValue], case.value)
    names = target.shares if isinstance(target, Composition) else target.parts
    statuses = {}
    for part in names:
        targets = _targets_of_part(case, part)
        if isinstance(targets, Reason):
            statuses[part] = Status(Light.NO_DATA, (targets,), year=case.year, milestone=about.milestone)
            continue
        own = case.context.part_tolerances.get(part, case.context.tolerance)
        statuses[part] = _judged(
            replace(
                case,
                direction=_direction_of_part(case.direction, part),
                baseline=_baseline_of_part(case.baseline, part),
                targets=targets,
                value=values.get(part),
                context=_with_base(replace(case.context, tolerance=own), _baseline_of_part(case.baseline, part)),
            )
        )
    joined = worst_of(statuses)
    return replace(joined, year=case.year, milestone=about.milestone, target=about.target)


def _targets_of_part(case: _Case, part: str) -> Mapping[int, Target] | Reason:
    targets: dict[int, Target] = {}
    for year, target in case.targets.items():
        if isinstance(target, Vector | Composition):
            names = target.shares if isinstance(target, Composition) else target.parts
            if part not in names:
                continue
            of_part = target.part_target(part, case.context)
            if isinstance(of_part, Reason):
                return of_part
            targets[year] = of_part
        elif isinstance(target, Unset | Delegated):
            targets[year] = target
    return targets


def _direction_of_part(direction: Direction | Mapping[str, Direction], part: str) -> Direction | Mapping[str, Direction]:
    return direction.get(part, Direction.KEEP) if isinstance(direction, Mapping) else direction


def _baseline_of_part(baseline: Baseline, part: str) -> Baseline:
    if baseline is None or not isinstance(baseline[1], Mapping):
        return None
    of_parts = cast(Mapping[str, TargetValue], baseline[1])
    return (baseline[0], of_parts.get(part))


def _cumulative(case: _Case, target: Cumulative, milestone: int, about: Status) -> Status:
    """A sum starts from nothing in the year before its first one, and has a path of its own from there."""
    if case.year < target.first_year:
        return replace(about, light=Light.NOT_DUE, reasons=(say.sum_not_begun(target.first_year),))
    if isinstance(case.value, Mapping):
        total = target.total(case.value, until=case.year)
        if isinstance(total, Reason):
            return replace(about, light=Light.NO_DATA, reasons=(total,))
    else:
        figure = number_or_missing(case.value)
        if isinstance(figure, Missing):
            return _absent(case, figure, about)
        total = figure
    same_sum = {
        year: other.sum_target
        for year, other in case.targets.items()
        if isinstance(other, Cumulative) and other.first_year == target.first_year
    }
    start: Baseline = (target.first_year - 1, Decimal(0))
    return _numeric(replace(case, baseline=start, targets={**same_sum, milestone: target.sum_target}), total, milestone, about)


def _numeric(case: _Case, value: Decimal, milestone: int, about: Status) -> Status:
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
    status = max(sides, key=lambda side: (side.light.severity, -(side.gap if side.gap is not None else Decimal(0))))
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


def _path(sense: Sense, knots: Mapping[int, Decimal], start: tuple[int, Decimal] | None, shape: Shape) -> Trajectory:
    """The path from the baseline, unless the series met the first milestone from the start: then the bound itself."""
    first = min(knots)
    met_from_start = start is not None and sense.margin(start[1], knots[first]) >= 0
    return Trajectory(None if met_from_start else start, knots, shape)


def _side(
    case: _Case, value: Decimal, milestone: int, demand: Demand, knots: Mapping[int, Decimal], about: Status
) -> Status:
    """Judge one side of a target: a floor or a ceiling."""
    sense, start = demand.sense, case.start
    path = _path(sense, knots, start, case.shape)
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
    case: _Case,
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
    if start is not None:
        to_come = [bound for year, bound in knots.items() if year >= min(case.year, milestone)]
        permitted = (min if sense is Sense.FLOOR else max)([start[1], *to_come])
        if sense.margin(value, permitted) < 0:
            return Light.WORSENING, say.worse_than_baseline(value, start[1], start[0], permitted)
    if due:
        return Light.OFF_TRACK, say.milestone_missed(milestone, value, demand.bound, -margin)
    passed = [year for year in knots if year < case.year]
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


def _peer_side(case: _Case, value: Decimal, milestone: int, demand: Demand, about: Status) -> Status:
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


