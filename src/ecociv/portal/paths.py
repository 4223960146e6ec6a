"""Values of a series against its plan, for the chart of an indicator and for the small line in a table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ecociv.core.missing import Missing
from ecociv.core.targets import Composition, Context, Target
from ecociv.indicators.queries import SeriesStanding
from ecociv.indicators.status import Shape, paths_of
from ecociv.plan.package import Indicator, Series, ZonePackage
from ecociv.portal.sparkline import Spark, spark

Figure = Decimal | Mapping[str, Decimal]


@dataclass(frozen=True, slots=True)
class Line:
    """One measured quantity: a whole series, or one part of a composition.

    ``targets`` are the targets by which it is judged; ``milestones`` the figures that they name.
    """

    name: str
    baseline: Decimal | None
    targets: Mapping[int, Target]
    actuals: Mapping[int, Decimal]

    @property
    def milestones(self) -> dict[int, Decimal]:
        """The figure of each milestone; years whose target names none (delegated, qualitative, unset) are left out."""
        levels = {year: target.bound() for year, target in sorted(self.targets.items())}
        return {year: level for year, level in levels.items() if level is not None}


def lines_of(
    indicator: Indicator, series: Series, actuals: Mapping[int, Figure], language: str
) -> list[Line]:
    """The lines that a chart of a series draws: one, or one for each part of a composition."""
    baseline = series.baseline_value
    if not indicator.parts:
        name = indicator.series_name(series).in_language(language)
        return [Line(name, _number(baseline, None), series.typed_targets, _numbers(actuals, None))]
    directions = Context(
        part_directions={part: declared.direction for part, declared in indicator.parts.items()}
    )
    lines = []
    for part, declared in indicator.parts.items():
        sides = {
            year: side
            for year, target in series.typed_targets.items()
            if isinstance(target, Composition)
            and isinstance(side := target.part_target(part, directions), Target)
        }
        name = declared.name.in_language(language)
        lines.append(Line(name, _number(baseline, part), sides, _numbers(actuals, part)))
    return lines


def _numbers(values: Mapping[int, Figure], part: str | None) -> dict[int, Decimal]:
    found = {year: _number(value, part) for year, value in sorted(values.items())}
    return {year: number for year, number in found.items() if number is not None}


def _number(value: Figure | Missing | None, part: str | None) -> Decimal | None:
    if isinstance(value, Mapping):
        return value.get(part) if part is not None else None
    return value if isinstance(value, Decimal) else None


def spark_of(
    package: ZonePackage, indicator: Indicator, series: Series, standing: SeriesStanding
) -> Spark | None:
    """The small line of a series; of a composition, that of its last part."""
    line = lines_of(indicator, series, standing.actuals, "en")[-1]
    baseline = None if line.baseline is None else (package.zone.base_year, float(line.baseline))
    return spark(
        baseline,
        [(year, float(value)) for year, value in line.milestones.items()],
        [(year, float(value)) for year, value in line.actuals.items()],
        (package.zone.base_year, max(package.zone.milestones)),
    )


def expected(package: ZonePackage, indicator: Indicator, line: Line, years: list[int]) -> list[list[float]]:
    """The paths by which the indicators room judges, year by year: one, two for a range, none without figures."""
    start = None if line.baseline is None else (package.zone.base_year, line.baseline)
    paths = paths_of(start, line.targets, Shape(indicator.trajectory))
    return [[round(float(path.trajectory.expected(year)), 6) for year in years] for path in paths]


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


def path_chart(
    package: ZonePackage, indicator: Indicator, series: Series, standing: SeriesStanding, language: str
) -> Chart | None:
    """Baseline, path, milestones and measured values of a series; ``None`` when there is no figure at all."""
    lines = lines_of(indicator, series, standing.actuals, language)
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
        for values in expected(package, indicator, line, years):
            drawn.append({"role": "path", "name": prefix + _("Path"), "values": values, "part": part})
        if line.milestones:
            drawn.append(_row("milestone", prefix + _("Target"), line.milestones, years, part))
        if line.baseline is not None:
            drawn.append(_row("baseline", prefix + _("Baseline"), {base_year: line.baseline}, years, part))
        if line.actuals:
            measured = _("Measured (sample data)") if standing.sample else _("Measured")
            drawn.append(_row("actual", prefix + measured, line.actuals, years, part))
    unit = indicator.unit_label.in_language(language)
    title = indicator.series_name(series).in_language(language)
    payload = {"kind": "path", "years": years, "unit": unit, "series": drawn}
    heads = (_("Year"), *(each["name"] for each in drawn))
    rows = tuple(
        (str(year), *("–" if each["values"][at] is None else _plain(each["values"][at]) for each in drawn))
        for at, year in enumerate(years)
    )
    summary = _("Values from %(first)s to %(last)s in %(unit)s.") % {
        "first": years[0],
        "last": years[-1],
        "unit": unit,
    }
    return Chart(series.key.replace(".", "-"), "path", title, summary, payload, heads, rows)


def _row(
    role: str, name: str, values: Mapping[int, Decimal], years: list[int], part: int | None
) -> dict[str, Any]:
    return {
        "role": role,
        "name": name,
        "part": part,
        "values": [float(values[year]) if year in values else None for year in years],
        "labels": [_plain(float(values[year])) if year in values else "" for year in years],
    }


def _plain(value: float) -> str:
    return f"{value:.10g}"


def peers_chart(standing: SeriesStanding, language: str, unit: str) -> Chart | None:
    """The series beside its peers of the same year, best first; ``None`` where nothing was ranked."""
    peers = standing.extras.get("peers") or []
    ranked = [peer for peer in peers if peer.get("value") is not None]
    if len(ranked) < 2:
        return None
    names = [
        f"{peer['rank']}. {peer['name'][language]}" if peer.get("rank") else peer["name"][language]
        for peer in ranked
    ]
    values = [float(Decimal(peer["value"])) for peer in ranked]
    title = _("Among the peers, %(year)s") % {"year": standing.year}
    heads = (_("Place"), _("Value"))
    rows = tuple((name, _plain(value)) for name, value in zip(names, values, strict=True))
    payload = {
        "kind": "bars",
        "unit": unit,
        "names": names,
        "series": [{"name": title, "values": values}],
        "own": next(
            (
                at
                for at, peer in enumerate(ranked)
                if standing.value and peer["place"] == standing.value.place
            ),
            None,
        ),
    }
    summary = _("%(count)s places, best first, in %(unit)s.") % {"count": len(names), "unit": unit}
    return Chart(f"peers-{standing.series.key}", "bars", title, summary, payload, heads, rows)
