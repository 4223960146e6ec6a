"""From a figure, its baseline and its typed targets to a light with its reasons.

How the light is found, in this order:

1. The milestone is the first one with a target in or after the year of the figure, or else the last one.
2. No target at all: *not due*. A target left to the level above and not handed down: *awaiting upper level*.
3. No figure: *no data*, or *not due* while the year runs, where the measurement is only planned, or where the question
   does not arise before the milestone's year (in it and after it the plan asks for a figure, and *not applicable* leaves
   the target unjudged), or *awaiting upper level* where the figure itself comes from there. Zero is a figure.
4. In the milestone's year, and after the last: met is *achieved*; missed is *off track*, however narrowly.
5. In between, the figure is held against the stated path. At or ahead of it: *on track*. Behind it, the share of the
   progress expected by now decides between *on track*, *at risk* and *off track* (`StatusRule`). A target whose year
   has passed and that is not met is *off track*.
6. Behind the path (or missed), and worse than the baseline **and** than any bound that the plan still sets or last set:
   *worsening*, the worst light. A ceiling that rises permits a rise: moving within it is never worsening.

Where the series met a milestone from the start (keep at least 90, starting from 95; a cap above today's use), the bound
itself is the path and no decline towards it is expected or punished. Between two bounds that loosen from milestone to
milestone, passing the path while staying within the next bound is *at risk*.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import cast

from ecociv.core.mappings import FrozenMapping
from ecociv.core.missing import Missing
from ecociv.core.targets import (
    NO_CONTEXT,
    Composition,
    Context,
    Cumulative,
    Delegated,
    Direction,
    Qualitative,
    Target,
    TargetError,
    TargetValue,
    Unset,
    Vector,
    number_or_missing,
)
from ecociv.core.targets.reasons import awaiting_upper_level, value_absent
from ecociv.core.verdicts import Reason
from ecociv.indicators import status_reasons as say
from ecociv.indicators.lights import STATUS_RULES, Light, Path, Status, StatusRule, status_rule_on, worst_of
from ecociv.indicators.status_sides import Baseline, Case, judge_number, paths_of, with_base
from ecociv.indicators.trajectory import Basis, Shape, Trajectory, TrajectoryError

__all__ = [
    "STATUS_RULES",
    "Baseline",
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
    case = Case(
        direction=direction,
        baseline=baseline,
        targets=FrozenMapping(sorted(settled.items())),
        year=year,
        value=value,
        evaluated_on=evaluated_on,
        shape=Shape(shape),
        context=with_base(context, baseline),
        rule=rule or status_rule_on(evaluated_on),
        data_due=data_due or date(year, 12, 31),
    )
    status = replace(_judged(case), rule=case.rule.key)
    return status.with_reasons(say.handed_down(delegated)) if delegated else status


def _judged(case: Case) -> Status:
    milestone = _governing(case)
    if milestone is None:
        return Status(Light.NOT_DUE, (say.no_milestone(),), year=case.year)
    target = case.targets[milestone]
    about = Status(Light.NO_DATA, (), year=case.year, milestone=milestone, target=target)
    if case.baseline is not None and case.year <= case.baseline[0]:
        return replace(
            about, light=Light.NOT_DUE, reasons=(say.plan_not_started(case.year, case.baseline[0]),)
        )
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
    return judge_number(
        replace(case, value=value, targets={**case.targets, milestone: target}), value, milestone, about
    )


def _governing(case: Case) -> int | None:
    """The first milestone with a target in or after the year; after the last one, the last one."""
    with_target = [year for year, target in case.targets.items() if not isinstance(target, Unset)]
    ahead = [year for year in with_target if year >= case.year]
    return ahead[0] if ahead else with_target[-1] if with_target else None


def _absent(case: Case, kind: Missing, about: Status) -> Status:
    said = value_absent(kind)
    if kind is Missing.DELEGATED:
        return replace(about, light=Light.AWAITING_UPPER_LEVEL, reasons=(said,))
    early = about.milestone is not None and case.year < about.milestone
    if kind is Missing.PLANNED or (kind is Missing.NOT_APPLICABLE and early):
        return replace(about, light=Light.NOT_DUE, reasons=(said,))
    if kind is Missing.MISSING and case.evaluated_on <= case.data_due:
        return replace(
            about, light=Light.NOT_DUE, reasons=(say.year_not_over(case.year, case.data_due), said)
        )
    late = (say.value_overdue(case.year, case.data_due),) if kind is Missing.MISSING else ()
    return replace(about, reasons=(said, *late))


def _awaiting(case: Case, target: Delegated, about: Status) -> Status:
    """The light cannot say more, but the reasons still tell when the last target with a figure is not met now."""
    reasons: tuple[Reason, ...] = (awaiting_upper_level(target.to, target.cell),)
    passed = [
        year
        for year in case.targets
        if year < case.year and case.targets[year].bound(case.context) is not None
    ]
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


def _qualitative(case: Case, target: Qualitative, milestone: int, about: Status) -> Status:
    judgement = target.judge(case.value, case.context)
    if judgement.met:
        return replace(about, light=Light.ACHIEVED, reasons=judgement.reasons)
    if judgement.met is False and case.year >= milestone:
        return replace(about, light=Light.OFF_TRACK, reasons=judgement.reasons)
    return replace(
        about, light=Light.QUALITATIVE, reasons=(*judgement.reasons, say.not_accepted_yet(milestone))
    )


def _parted(case: Case, target: Vector | Composition, about: Status) -> Status:
    """Judge each part as a series of its own; the worst part is the light."""
    if case.value is None or isinstance(case.value, Missing):
        return _absent(case, case.value or Missing.MISSING, about)
    if not isinstance(case.value, Mapping):
        raise TargetError(
            f"The target has parts, but the figure of {case.year} is {case.value!r}; give a figure for each part."
        )
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
                context=with_base(
                    replace(case.context, tolerance=own), _baseline_of_part(case.baseline, part)
                ),
            )
        )
    joined = worst_of(statuses, case.context.part_names)
    return replace(joined, year=case.year, milestone=about.milestone, target=about.target)


def _targets_of_part(case: Case, part: str) -> Mapping[int, Target] | Reason:
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


def _direction_of_part(
    direction: Direction | Mapping[str, Direction], part: str
) -> Direction | Mapping[str, Direction]:
    return direction.get(part, Direction.KEEP) if isinstance(direction, Mapping) else direction


def _baseline_of_part(baseline: Baseline, part: str) -> Baseline:
    if baseline is None or not isinstance(baseline[1], Mapping):
        return None
    of_parts = cast(Mapping[str, TargetValue], baseline[1])
    return (baseline[0], of_parts.get(part))


def _cumulative(case: Case, target: Cumulative, milestone: int, about: Status) -> Status:
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
    sums = {**same_sum, milestone: target.sum_target}
    return judge_number(replace(case, baseline=start, targets=sums, is_sum=True), total, milestone, about)
