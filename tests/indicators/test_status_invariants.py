"""What must hold of every status, whatever the plan: monotone, continuous at milestones, the same in every unit."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from ecociv.core.missing import Missing
from ecociv.core.targets import (
    AtLeast,
    AtMost,
    Between,
    Delegated,
    Direction,
    Hold,
    Target,
    Unset,
    Zero,
)
from ecociv.indicators.status import Light, Shape, Status, status_of, worst_of

D = Decimal
figures = st.decimals(min_value=-100, max_value=100, places=2, allow_nan=False)
years = st.integers(2013, 2022)
ways = st.sampled_from([Direction.INCREASE, Direction.DECREASE])


@st.composite
def one_sided_plans(draw: st.DrawFn, direction: Direction) -> dict[int, Target]:
    """Floors for a series that should rise, ceilings for one that should fall; milestones may loosen or tighten."""
    kinds = [AtLeast, Hold] if direction is Direction.INCREASE else [AtMost, Hold]
    plan: dict[int, Target] = {}
    for year in sorted(draw(st.sets(st.sampled_from([2014, 2015, 2017, 2020]), min_size=1))):
        kind = draw(st.sampled_from([*kinds, Zero, Unset]))
        if kind is Unset:
            plan[year] = Unset("dash")
        else:
            plan[year] = Zero(direction) if kind is Zero else kind(draw(figures), direction)  # type: ignore[call-arg]
    return plan


def judged(
    direction: Direction,
    baseline: Decimal | Missing,
    plan: dict[int, Target],
    year: int,
    value: object,
    shape: Shape = Shape.LINEAR,
) -> Status:
    return status_of(
        direction=direction,
        baseline=(2012, baseline),
        targets=plan,
        year=year,
        value=value,  # type: ignore[arg-type]
        evaluated_on=date(year + 1, 3, 1),
        shape=shape,
    )


baselines = st.one_of(figures, st.just(Missing.MISSING))


@settings(max_examples=400)
@given(st.data(), ways, baselines, years, figures, st.decimals(0, 50, places=2), st.sampled_from([Shape.LINEAR, Shape.STEP]))
def test_a_better_value_never_gives_a_worse_light_or_a_smaller_gap(
    data: st.DataObject,
    direction: Direction,
    baseline: Decimal | Missing,
    year: int,
    value: Decimal,
    better_by: Decimal,
    shape: Shape,
) -> None:
    plan = data.draw(one_sided_plans(direction))
    sign = 1 if direction is Direction.INCREASE else -1
    first = judged(direction, baseline, plan, year, value, shape)
    second = judged(direction, baseline, plan, year, value + sign * better_by, shape)
    assert second.light.severity <= first.light.severity
    if first.gap is not None:
        assert second.gap is not None
        assert second.gap >= first.gap


@settings(max_examples=400)
@given(st.data(), ways, baselines, years, figures, st.sampled_from([D("0.0001"), D("0.3"), D(15), D(10_000)]))
def test_the_unit_does_not_matter(
    data: st.DataObject, direction: Direction, baseline: Decimal | Missing, year: int, value: Decimal, factor: Decimal
) -> None:
    plan = data.draw(one_sided_plans(direction))
    scaled_baseline = baseline if isinstance(baseline, Missing) else baseline * factor
    here = judged(direction, baseline, plan, year, value)
    there = judged(direction, scaled_baseline, {y: t.scaled(factor) for y, t in plan.items()}, year, value * factor)
    assert there.light is here.light
    assert there.codes == here.codes
    assert there.share == here.share


@given(st.data(), ways, figures, figures)
def test_exactly_the_milestone_in_its_year_is_achieved_and_the_path_leads_there(
    data: st.DataObject, direction: Direction, baseline: Decimal, goal: Decimal
) -> None:
    plan = data.draw(one_sided_plans(direction)) | {2016: Hold(goal, direction)}
    status = judged(direction, baseline, plan, 2016, goal)
    assert status.light is Light.ACHIEVED
    assert status.expected == goal
    assert status.gap == 0


@given(st.data(), ways, baselines, years)
def test_a_value_on_the_path_is_never_behind(
    data: st.DataObject, direction: Direction, baseline: Decimal | Missing, year: int
) -> None:
    plan = data.draw(one_sided_plans(direction))
    expected = judged(direction, baseline, plan, year, D(0)).expected
    if expected is not None:
        # A path may have no end in decimals: half a hundredth on the better side covers the cut.
        sign = 1 if direction is Direction.INCREASE else -1
        light = judged(direction, baseline, plan, year, expected + sign * D("0.005")).light
        assert light in (Light.ACHIEVED, Light.ON_TRACK, Light.NOT_DUE)


@given(st.data(), ways, figures, years, figures)
def test_not_meeting_and_worse_than_everything_is_the_worst_light(
    data: st.DataObject, direction: Direction, baseline: Decimal, year: int, below: Decimal
) -> None:
    plan = data.draw(one_sided_plans(direction))
    sign = 1 if direction is Direction.INCREASE else -1
    bounds = [bound for target in plan.values() if (bound := target.bound()) is not None]
    worst = sign * min(sign * level for level in [baseline, *bounds])
    status = judged(direction, baseline, plan, year, worst - sign * (abs(below) + 1))
    assert status.light in ((Light.WORSENING,) if bounds else (Light.NOT_DUE,))


any_target = st.one_of(
    figures.map(AtLeast),
    figures.map(AtMost),
    st.tuples(figures, figures).map(lambda ends: Between(min(ends), max(ends))),
    st.tuples(figures, st.sampled_from(list(Direction))).map(lambda pair: Hold(*pair)),
    st.sampled_from(list(Direction)).map(Zero),
    st.sampled_from([Unset("dash"), Unset("blank"), Delegated("province", "省下达的控制目标", Direction.DECREASE)]),
)


@settings(max_examples=400)
@given(
    st.dictionaries(st.sampled_from([2014, 2015, 2017, 2020]), any_target),
    st.sampled_from(list(Direction)),
    baselines,
    st.integers(2011, 2025),
    st.one_of(figures, st.sampled_from([*Missing, None, float("nan"), 0, 0.1])),
)
def test_every_status_has_a_light_and_a_reason_and_a_missing_value_never_raises(
    plan: dict[int, Target], direction: Direction, baseline: Decimal | Missing, year: int, value: object
) -> None:
    status = judged(direction, baseline, plan, year, value)
    assert status.reasons
    assert status.rule
    if not isinstance(value, Decimal | int) and not (isinstance(value, float) and value == value):
        assert not status.light.judged
    assert all(reason.text.zh and reason.text.en for reason in status.reasons)


@given(st.lists(st.sampled_from(list(Light)), min_size=1))
def test_the_worst_light_is_the_light_in_whatever_order(lights: list[Light]) -> None:
    joined = worst_of({str(n): Status(light, ()) for n, light in enumerate(lights)})
    backwards = worst_of({str(n): Status(light, ()) for n, light in enumerate(reversed(lights))})
    assert joined.light is backwards.light
    assert joined.light.severity == max(light.severity for light in lights)
