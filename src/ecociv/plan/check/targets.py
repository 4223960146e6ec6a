"""Targets of the indicators: direction, milestones, sums, units."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal

from ecociv.core.missing import Missing
from ecociv.core.targets import Direction
from ecociv.core.text import Text
from ecociv.plan.check.figures import figure_of
from ecociv.plan.check.findings import Figure, Finding, Severity, plain
from ecociv.plan.package import ZonePackage


def against_direction(package: ZonePackage) -> Iterator[Finding]:
    """From one milestone to the next the target moves the wrong way."""
    for indicator in package.indicators:
        if indicator.direction is Direction.KEEP:
            continue
        place = f"indicator:{indicator.number}"
        for series in indicator.series:
            points = (
                [(package.zone.base_year, series.baseline_value)]
                if isinstance(series.baseline_value, Decimal)
                else []
            )
            points += [
                (year, figure)
                for year, target in sorted(series.targets.items())
                if (figure := figure_of(target)) is not None
            ]
            name, unit = indicator.series_name(series), indicator.unit_label
            steps = [
                (before, after)
                for before, after in zip(points, points[1:], strict=False)
                if (
                    after[1] < before[1]
                    if indicator.direction is Direction.INCREASE
                    else after[1] > before[1]
                )
            ]
            if not steps:
                continue
            first, last = steps[0][0], steps[-1][1]
            change = (last[1] - first[1]) / first[1] * 100 if first[1] else None
            percent = f"{change:+.1f} %" if change is not None else ""
            path_zh = "、".join(f"{year}年{plain(value)}" for year, value in points)
            path_en = ", ".join(f"{plain(value)} in {year}" for year, value in points)
            if "at_most" in series.targets.get(last[0], {}):
                said_zh, said_en = (
                    "是越低越好的上限，上限却逐步放宽",
                    "is a ceiling, lower being better, yet the ceiling rises",
                )
            else:
                said_zh, said_en = "声明为越高越好，目标却下降", "is declared to rise, yet its targets fall"
            yield Finding(
                "against-direction",
                Severity.WARNING,
                (place,),
                Text(
                    zh=f"“{name.zh}”{said_zh}：{path_zh}({unit.zh}，{percent.replace(' ', '')})。",
                    en=f"“{name.en}” {said_en}: {path_en} ({unit.en}, {percent}).",
                ),
                tuple(Figure(place, f"{year}: {plain(value)}", unit.zh) for year, value in points),
            )


def missing_milestones(package: ZonePackage) -> Iterator[Finding]:
    """A milestone year without a target, or a series without a baseline."""
    for indicator in package.indicators:
        place = f"indicator:{indicator.number}"
        for series in indicator.series:
            name = indicator.series_name(series)
            if isinstance(series.baseline_value, Missing):
                yield Finding(
                    "baseline-missing",
                    Severity.NOTE,
                    (place,),
                    Text(
                        zh=f"“{name.zh}”没有{package.zone.base_year}年基数，进展无从起算。",
                        en=f"“{name.en}” has no baseline for {package.zone.base_year}: progress has no starting point.",
                    ),
                )
            for year in package.zone.milestones:
                target = series.targets.get(year)
                if target is None or "unset" in target:
                    yield Finding(
                        "milestone-missing",
                        Severity.WARNING,
                        (place,),
                        Text(
                            zh=f"“{name.zh}”缺少{year}年目标值。",
                            en=f"“{name.en}” has no target for {year}.",
                        ),
                    )


def compositions(package: ZonePackage) -> Iterator[Finding]:
    """A composition whose parts do not add up to 100."""
    for indicator in package.indicators:
        for series in indicator.series:
            parts = (
                {package.zone.base_year: series.baseline_value}
                if isinstance(series.baseline_value, dict)
                else {}
            )
            for year, mapping in series.targets.items():
                if "composition" in mapping:
                    parts[year] = {key: Decimal(str(value)) for key, value in mapping["composition"].items()}
            for year, shares in sorted(parts.items()):
                assert isinstance(shares, dict)
                total = sum(shares.values(), Decimal(0))
                if total != 100:
                    yield Finding(
                        "composition-sum",
                        Severity.ERROR,
                        (f"indicator:{indicator.number}",),
                        Text(
                            zh=f"“{indicator.name.zh}”{year}年各部分之和为{plain(total)}%，应为100%。",
                            en=f"The parts of “{indicator.name.en}” for {year} add up to {plain(total)} %, not 100 %.",
                        ),
                        tuple(
                            Figure(f"indicator:{indicator.number}", plain(value), "%")
                            for value in shares.values()
                        ),
                    )


def misprinted_units(package: ZonePackage) -> Iterator[Finding]:
    """A unit that the plan prints wrongly or incompletely."""
    for indicator in package.indicators:
        label = indicator.unit_label
        if label.printed is not None:
            yield Finding(
                "unit-misprint",
                Severity.NOTE,
                (f"indicator:{indicator.number}",),
                Text(
                    zh=f"“{indicator.name.zh}”单位印作“{label.printed}”，应为“{label.zh}”。",
                    en=f"The unit of “{indicator.name.en}” is printed “{label.printed}”; “{label.zh}” is meant.",
                ),
            )


def indicators_without_duty(package: ZonePackage) -> Iterator[Finding]:
    """An indicator that no task and no project takes up with a figure."""
    for indicator in package.indicators:
        if not package.duties_for_indicator(indicator):
            yield Finding(
                "indicator-without-duty",
                Severity.NOTE,
                (f"indicator:{indicator.number}",),
                Text(
                    zh=f"“{indicator.name.zh}”的目标没有写入任何任务或项目，责任要靠数据来源部门推定。",
                    en=f"No task or project takes up the targets of “{indicator.name.en}”; who answers for it can only be inferred.",
                ),
            )
