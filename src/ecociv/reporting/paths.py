"""Where the declared path of a series stands in a year, with the arithmetic that an office can check by hand."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from ecociv.core.decimals import shortest
from ecociv.core.rounding import round_half_even
from ecociv.core.targets import AtLeast, AtMost, Composition, Direction, Hold, Target, Unset
from ecociv.core.text import Text
from ecociv.core.trace import Rounding, Trace, TraceInput
from ecociv.indicators.status import Basis, Shape, Trajectory, paths_of
from ecociv.plan.package import Indicator, Series, ZonePackage
from ecociv.reporting.facts import ItemRevision, plan_input


@dataclass(frozen=True)
class PathPoint:
    """The path in a year: one figure, or one for each part of a composition."""

    value: Decimal | Mapping[str, Decimal]
    trace: Trace


def path_in(
    package: ZonePackage,
    indicator: Indicator,
    series: Series,
    year: int,
    revisions: Mapping[str, ItemRevision] | None = None,
) -> PathPoint | None:
    """The path of a series in a year, rounded once to one digit more than the plan's own figures.

    Returns
    -------
    PathPoint or None
        None where the next milestone has no figure (set by the level above, relative to peers, qualitative), where there
        is no baseline to come from before the first milestone, and where targets set both a floor and a ceiling.
    """
    about = _About(package, indicator, series, year, revisions or {})
    compositions = {y: t for y, t in series.typed_targets.items() if isinstance(t, Composition)}
    if compositions:
        return _composition(about, compositions)
    baseline = series.baseline_value
    start = (package.zone.base_year, baseline) if isinstance(baseline, Decimal) else None
    paths = paths_of(start, series.typed_targets, Shape(indicator.trajectory))
    if len(paths) != 1:
        return None
    path = paths[0].trajectory
    if start is None and path.basis(year) is Basis.BEFORE_FIRST:
        return None
    ahead = [at for at, target in series.typed_targets.items() if at >= year and not isinstance(target, Unset)]
    if ahead and min(ahead) not in path.milestones:
        return None
    name = indicator.series_name(series)
    label = Text(zh=f"{name.zh}：{year}年路径值", en=f"{name.en}: path in {year}")
    trace = _point(about, path, label)
    assert isinstance(trace.value, Decimal)
    return PathPoint(trace.value, trace)


@dataclass(frozen=True)
class _About:
    package: ZonePackage
    indicator: Indicator
    series: Series
    year: int
    revisions: Mapping[str, ItemRevision]

    def input(self, year: int, value: Decimal) -> TraceInput:
        words = Text(zh=f"{year}年目标", en=f"Target of {year}")
        if year == self.package.zone.base_year:
            words = Text(zh=f"{year}年基数", en=f"Baseline of {year}")
        place = f"indicator:{self.indicator.number}"
        return plan_input(self.package, self.revisions, words, place, value, self.indicator.unit)


def _composition(about: _About, targets: Mapping[int, Composition]) -> PathPoint | None:
    """Each part keeps a path of its own, on the side that its direction declares."""
    baseline = about.series.baseline_value
    parts: dict[str, Trace] = {}
    for key, part in about.indicator.parts.items():
        start = (about.package.zone.base_year, baseline[key]) if isinstance(baseline, Mapping) else None
        sides = {year: _side(part.direction, target.shares[key]) for year, target in targets.items() if key in target.shares}
        paths = paths_of(start, sides, Shape(about.indicator.trajectory))
        if len(paths) != 1:
            return None
        parts[key] = _point(about, paths[0].trajectory, part.name)
    name = about.indicator.series_name(about.series)
    label = Text(zh=f"{name.zh}：{about.year}年路径值", en=f"{name.en}: path in {about.year}")
    trace = Trace(label, None, about.indicator.unit, ":".join(parts), tuple(parts.values()))
    values = {key: part.value for key, part in parts.items() if isinstance(part.value, Decimal)}
    return PathPoint(values, trace)


def _side(direction: Direction, share: Decimal) -> Target:
    if direction is Direction.KEEP:
        return Hold(share, direction)
    return AtLeast(share) if direction is Direction.INCREASE else AtMost(share)


def _point(about: _About, path: Trajectory, label: Text) -> Trace:
    year, basis = about.year, path.basis(about.year)
    exact = path.expected(year)
    before = [knot for knot in path.knots if knot[0] <= year]
    after = [knot for knot in path.knots if knot[0] >= year]
    if basis is Basis.BETWEEN:
        used = [before[-1], after[0]]
        formula = _between(path.shape, year, used[0], used[1])
    else:
        used = [before[-1] if before else after[0]]
        formula = shortest(used[0][1])
    digits = max(_decimals(value) for _, value in used) + 1
    rounded = Decimal(round_half_even(exact, digits))
    value = exact if rounded == exact else rounded
    return Trace(
        label,
        value,
        about.indicator.unit,
        formula,
        tuple(about.input(at, value) for at, value in used),
        rounding=None if rounded == exact else Rounding("half-even", digits),
        notes=(
            Text(zh=f"{basis.text.zh}；节点之间{path.shape.text.zh}", en=f"{basis.text.en}; between milestones {path.shape.text.en}"),
        ),
    )


def _between(shape: Shape, year: int, before: tuple[int, Decimal], after: tuple[int, Decimal]) -> str:
    (year_a, value_a), (year_b, value_b) = before, after
    a, b = shortest(value_a), shortest(value_b)
    if shape is Shape.STEP or a == b:
        return a
    if shape is Shape.LINEAR:
        return f"{a} + ({b} - {a}) * ({year} - {year_a}) / ({year_b} - {year_a})"
    return f"{a} * ({b} / {a}) ** (({year} - {year_a}) / ({year_b} - {year_a}))"


def _decimals(value: Decimal) -> int:
    return len(shortest(value).partition(".")[2])
