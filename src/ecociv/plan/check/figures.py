"""The same quantity in two places of the plan."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any

from ecociv.core.text import Text
from ecociv.plan.check.findings import Figure, Finding, Severity, begun, chapter_in_english, named, plain
from ecociv.plan.package import Indicator, Project, QuantifiedTarget, Series, Task, ZonePackage

_SINGLE = ("at_least", "at_most", "hold")
_LEVELS = {"province": Text(zh="省", en="the province"), "nation": Text(zh="国家", en="the nation")}


def figure_of(mapping: Mapping[str, Any]) -> Decimal | None:
    """The single figure of a target, or none where it has none or several."""
    for kind in _SINGLE:
        if kind in mapping:
            return Decimal(str(mapping[kind]))
    return Decimal(0) if mapping.get("zero") else None


def conflicts_between_annexes(package: ZonePackage) -> Iterator[Finding]:
    """A task or project gives another figure than the indicator for the same series and year."""
    for indicator in package.indicators:
        for series in indicator.series:
            for duty, said in package.targets_for_series(series.key):
                yield from _compare(indicator, series, duty, said)


def _compare(
    indicator: Indicator, series: Series, duty: Task | Project, said: QuantifiedTarget
) -> Iterator[Finding]:
    declared = series.targets.get(said.year) if said.year is not None else None
    if declared is None or said.year is None:
        return
    places = (f"indicator:{indicator.number}", duty.place)
    name, label = indicator.series_name(series), indicator.unit_label
    if "delegated" in declared and "delegated" in said.target:
        yield from _levels(
            places, name, said.year, declared["delegated"]["to"], said.target["delegated"]["to"]
        )
        return
    ours, theirs = figure_of(declared), figure_of(said.target)
    if theirs is None:
        return
    if "unset" in declared:
        yield Finding(
            "milestone-only-in-duty",
            Severity.WARNING,
            places,
            Text(
                zh=f"“{name.zh}”{said.year}年在附表1中没有目标值，而{named(duty.place).zh}写明{plain(theirs)}{label.zh}。",
                en=f"Annex 1 sets no {said.year} target for “{name.en}”, while {named(duty.place).en} gives {plain(theirs)} {label.en}.",
            ),
            (Figure(places[0], "", label.zh), Figure(places[1], plain(theirs), label.zh)),
        )
        return
    if ours is None or ours == theirs:
        return
    rounded = _same_when_rounded(ours, theirs)
    yield Finding(
        "figure-rounding" if rounded else "figure-conflict",
        Severity.NOTE if rounded else Severity.ERROR,
        places,
        Text(
            zh=f"“{name.zh}”{said.year}年目标，附表1为{plain(ours)}{label.zh}，{named(duty.place).zh}为{plain(theirs)}{label.zh}"
            + ("，属修约差异，应以同一精度表述。" if rounded else "，两处不一致。"),
            en=f"The {said.year} target of “{name.en}” is {plain(ours)} {label.en} in Annex 1 and {plain(theirs)} {label.en} in "
            f"{named(duty.place).en}"
            + ("; they agree once rounded and should be stated alike." if rounded else "."),
        ),
        (Figure(places[0], plain(ours), label.zh), Figure(places[1], plain(theirs), label.zh)),
    )


def _levels(places: tuple[str, str], name: Text, year: int, ours: str, theirs: str) -> Iterator[Finding]:
    if ours == theirs:
        return
    yield Finding(
        "delegation-conflict",
        Severity.WARNING,
        places,
        Text(
            zh=f"“{name.zh}”{year}年目标，附表1由{_LEVELS[ours].zh}下达，{named(places[1]).zh}写为由{_LEVELS[theirs].zh}下达，下达主体不一致。",
            en=f"For {year}, Annex 1 leaves the target of “{name.en}” to {_LEVELS[ours].en}, {named(places[1]).en} to {_LEVELS[theirs].en}.",
        ),
    )


def _same_when_rounded(first: Decimal, second: Decimal) -> bool:
    coarse, fine = sorted((first, second), key=lambda value: -value.normalize().as_tuple().exponent)  # type: ignore[operator]
    exponent = coarse.normalize().as_tuple().exponent
    assert isinstance(exponent, int)
    return exponent < 0 and fine.quantize(Decimal(1).scaleb(exponent)) == coarse


def gaps_in_duties(package: ZonePackage) -> Iterator[Finding]:
    """A task repeats some milestones of an indicator and leaves out others."""
    for duty in package.duties:
        years: dict[str, set[int]] = defaultdict(set)
        for target in duty.targets:
            if target.series is not None and target.year is not None:
                years[target.series].add(target.year)
        for key, given in years.items():
            indicator, series = package.series(key)
            figures = {
                year: figure
                for year, mapping in series.targets.items()
                if (figure := figure_of(mapping)) is not None
            }
            left_out = sorted(set(figures) - given)
            if not left_out or not given & set(figures):
                continue
            shown_zh = "、".join(
                f"{year}年{plain(figures[year])}{indicator.unit_label.zh}" for year in left_out
            )
            shown_en = ", ".join(
                f"{plain(figures[year])} {indicator.unit_label.en} for {year}" for year in left_out
            )
            name = indicator.series_name(series)
            yield Finding(
                "milestone-left-out",
                Severity.NOTE,
                (f"indicator:{indicator.number}", duty.place),
                Text(
                    zh=f"“{name.zh}”附表1另有{shown_zh}的目标，{named(duty.place).zh}未写入。",
                    en=f"Annex 1 also sets {shown_en} for “{name.en}”; {named(duty.place).en} leaves it out.",
                ),
            )


def conflicts_between_duties(package: ZonePackage) -> Iterator[Finding]:
    """Two tasks or projects give different figures for the same named quantity and year."""
    groups: dict[tuple[str, int | None, str], list[tuple[Task | Project, Decimal, QuantifiedTarget]]] = (
        defaultdict(list)
    )
    for duty in package.duties:
        for target in duty.targets:
            figure = figure_of(target.target)
            if target.series is None and figure is not None:
                groups[target.quantity.zh, target.year, target.unit].append((duty, figure, target))
    for (quantity, year, _unit), entries in groups.items():
        if len({figure for _, figure, _ in entries}) < 2 or len({duty.place for duty, _, _ in entries}) < 2:
            continue
        shown_zh = ";".join(
            f"{named(duty.place).zh}为{plain(figure)}{target.unit_label}" for duty, figure, target in entries
        )
        shown_en = "; ".join(
            f"{plain(figure)} {target.unit_label} in {named(duty.place).en}"
            for duty, figure, target in entries
        )
        yield Finding(
            "figure-conflict",
            Severity.ERROR,
            tuple(duty.place for duty, _, _ in entries),
            Text(
                zh=f"“{quantity}”{year}年的数值不一致：{shown_zh}。",
                en=f"“{entries[0][2].quantity.en}” for {year} differs: {shown_en}.",
            ),
            tuple(Figure(duty.place, plain(figure), target.unit_label) for duty, figure, target in entries),
        )


def statements_against_annexes(package: ZonePackage) -> Iterator[Finding]:
    """The main text says something else than the annexes, in a figure or in scope."""
    for statement in package.zone.statements:
        place = f"text:{statement.place}"
        within_annexes = statement.part == "annex"
        if statement.difference is not None:
            yield Finding(
                "text-differs",
                Severity.WARNING,
                statement.compare_with if within_annexes else (place, *statement.compare_with),
                Text(
                    zh=f"{'' if within_annexes else '正文'}{statement.place}：{statement.says.zh}；{statement.difference.zh}。",
                    en=begun(
                        f"{chapter_in_english(statement.place)}: {statement.says.en}; {statement.difference.en}."
                    ),
                ),
            )
        if statement.value is not None and not statement.compare_with:
            yield Finding(
                "text-figure-without-duty",
                Severity.WARNING,
                (place,),
                Text(
                    zh=f"正文{statement.place}承诺“{statement.says.zh}”，三个附表均未列入，无牵头单位。",
                    en=begun(
                        f"{chapter_in_english(statement.place)} undertakes “{statement.says.en}”, which no annex takes up: nobody leads it."
                    ),
                ),
                (
                    Figure(
                        place,
                        plain(statement.value),
                        "%" if statement.unit == "percent" else statement.unit or "",
                    ),
                ),
            )
        if statement.series is not None and statement.year is not None and statement.value is not None:
            indicator, series = package.series(statement.series)
            declared = figure_of(series.targets.get(statement.year, {}))
            if declared is not None and declared != statement.value and statement.scope is None:
                yield Finding(
                    "figure-conflict",
                    Severity.ERROR,
                    (place, f"indicator:{indicator.number}"),
                    Text(
                        zh=f"“{indicator.name.zh}”{statement.year}年，正文为{plain(statement.value)}，附表1为{plain(declared)}。",
                        en=f"“{indicator.name.en}” for {statement.year}: {plain(statement.value)} in the main text, {plain(declared)} in Annex 1.",
                    ),
                    (
                        Figure(place, plain(statement.value)),
                        Figure(f"indicator:{indicator.number}", plain(declared)),
                    ),
                )
