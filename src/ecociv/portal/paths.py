"""Values of a series against its plan, for the chart of an indicator and for the small line in a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ecociv.core.missing import Missing
from ecociv.core.targets import Composition, Target
from ecociv.plan.package import Indicator, Series, ZonePackage
from ecociv.portal.sparkline import Spark, spark
from ecociv.portal.standings import Standing, Value


@dataclass(frozen=True, slots=True)
class Line:
    """One measured quantity: a whole series, or one part of a composition."""

    name: str
    baseline: Decimal | None
    milestones: Mapping[int, Decimal]
    actuals: Mapping[int, Decimal]


def level_of(target: Target | None, part: str | None = None) -> Decimal | None:
    """The figure that a target names, for drawing; ``None`` where it names none (delegated, qualitative, unset)."""
    if target is None:
        return None
    if part is not None:
        return target.shares.get(part) if isinstance(target, Composition) else None
    return target.bound()


def lines_of(indicator: Indicator, series: Series, standing: Standing, language: str) -> list[Line]:
    """The lines that a chart of a series draws: one, or one for each part of a composition."""
    if not indicator.parts:
        name = indicator.series_name(series).in_language(language)
        return [_line(name, series, standing, None)]
    return [
        _line(declared.name.in_language(language), series, standing, part) for part, declared in indicator.parts.items()
    ]


def _line(name: str, series: Series, standing: Standing, part: str | None) -> Line:
    levels = {year: level_of(target, part) for year, target in series.typed_targets.items()}
    return Line(
        name=name,
        baseline=_number(series.baseline_value, part),
        milestones={year: level for year, level in sorted(levels.items()) if level is not None},
        actuals={
            year: number
            for year, value in sorted(standing.actuals.items())
            if (number := _number(value, part)) is not None
        },
    )


def _number(value: Value | Missing | None, part: str | None) -> Decimal | None:
    if isinstance(value, Mapping):
        return value.get(part) if part is not None else None
    return value if isinstance(value, Decimal) else None


def spark_of(package: ZonePackage, indicator: Indicator, series: Series, standing: Standing) -> Spark | None:
    """The small line of a series; of a composition, that of its last part."""
    line = lines_of(indicator, series, standing, "en")[-1]
    baseline = None if line.baseline is None else (package.zone.base_year, float(line.baseline))
    return spark(
        baseline,
        [(year, float(value)) for year, value in line.milestones.items()],
        [(year, float(value)) for year, value in line.actuals.items()],
        (package.zone.base_year, max(package.zone.milestones)),
    )


def trajectory_values(base_year: int, line: Line, years: list[int]) -> list[float | None]:
    """The straight path from the baseline through the milestones, year by year; ``None`` outside of it.

    Drawn only; whether a value is on the path is decided in the indicators room.
    """
    points = dict(line.milestones)
    if line.baseline is not None:
        points[base_year] = line.baseline
    known = sorted(points)
    found: list[float | None] = []
    for year in years:
        before = [each for each in known if each <= year]
        after = [each for each in known if each >= year]
        if not before or not after:
            found.append(None)
            continue
        left, right = before[-1], after[0]
        if left == right:
            found.append(float(points[left]))
            continue
        share = Decimal(year - left) / Decimal(right - left)
        found.append(round(float(points[left] + (points[right] - points[left]) * share), 6))
    return found


@dataclass(frozen=True, slots=True)
class Chart:
    """A chart with its text: title, one sentence, and the same values as a table."""

    id: str
    kind: str
    title: str
    summary: str
    payload: Mapping[str, Any]
    table_heads: tuple[str, ...]
    table_rows: tuple[tuple[str, ...], ...]

    @property
    def data_id(self) -> str:
        """Id of the element that holds the values."""
        return f"chart-data-{self.id}"


def path_chart(package: ZonePackage, indicator: Indicator, series: Series, standing: Standing, language: str) -> Chart | None:
    """Baseline, path, milestones and measured values of a series; ``None`` when there is no figure at all."""
    lines = lines_of(indicator, series, standing, language)
    base_year = package.zone.base_year
    years_known = {year for line in lines for year in (*line.milestones, *line.actuals)}
    if any(line.baseline is not None for line in lines):
        years_known.add(base_year)
    if not years_known:
        return None
    years = list(range(min(years_known), max(years_known) + 1))
    several = len(lines) > 1
    drawn: list[dict[str, Any]] = []
    for place, line in enumerate(lines):
        prefix = f"{line.name} · " if several else ""
        part = place if several else None
        path = trajectory_values(base_year, line, years)
        if sum(value is not None for value in path) > 1:
            drawn.append({"role": "path", "name": prefix + _("Path"), "values": path, "part": part})
        if line.milestones:
            drawn.append(_row("milestone", prefix + _("Target"), line.milestones, years, part))
        if line.baseline is not None:
            drawn.append(_row("baseline", prefix + _("Baseline"), {base_year: line.baseline}, years, part))
        if line.actuals:
            drawn.append(_row("actual", prefix + _("Measured"), line.actuals, years, part))
    unit = indicator.unit_label.in_language(language)
    title = indicator.series_name(series).in_language(language)
    payload = {"kind": "path", "years": years, "unit": unit, "series": drawn}
    heads = (_("Year"), *(each["name"] for each in drawn))
    rows = tuple(
        (str(year), *("–" if each["values"][at] is None else _plain(each["values"][at]) for each in drawn))
        for at, year in enumerate(years)
    )
    summary = _("Values from %(first)s to %(last)s in %(unit)s.") % {"first": years[0], "last": years[-1], "unit": unit}
    return Chart(series.key.replace(".", "-"), "path", title, summary, payload, heads, rows)


def _row(role: str, name: str, values: Mapping[int, Decimal], years: list[int], part: int | None) -> dict[str, Any]:
    return {
        "role": role,
        "name": name,
        "part": part,
        "values": [float(values[year]) if year in values else None for year in years],
        "labels": [_plain(float(values[year])) if year in values else "" for year in years],
    }


def _plain(value: float) -> str:
    return f"{value:.10g}"
