"""Environmental thresholds: sections below their target class, days of foul air. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable, Sequence

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.standards.surface_water import class_name
from ecociv.supervision.ladder.declaration import AirTrigger, WaterTrigger
from ecociv.supervision.ladder.facts import AirFact, AirMonth, Month, SectionFact, SectionMonth
from ecociv.supervision.ladder.fired import EvidenceRef, Fired, fired
from ecociv.supervision.ladder.runs import month_end, month_text, months_through, runs
from ecociv.supervision.sentences import reason


def foul_sections(
    key: str, trigger: WaterTrigger, sections: Iterable[SectionFact], day: dt.date
) -> tuple[Fired, ...]:
    """Sections at least the declared number of classes below their target, for the declared months in a row.

    A class is 1 to 5, and 6 for worse than V. A month counts when it has ended.
    """
    found = []
    for each in sections:
        tested = {month.month: month for month in each.months if month_end(month.month) <= day}
        if not tested:
            continue
        marked: list[tuple[SectionMonth, bool | None]] = []
        for month in months_through(min(tested), max(tested)):
            result = tested.get(month)
            if result is None or not result.water_class:
                marked.append((SectionMonth(month, 0), False if trigger.untested == "breaks" else None))
            else:
                marked.append((result, result.water_class - each.target >= trigger.classes))
        for run in runs(marked):
            if len(run.items) < trigger.months:
                continue
            first, last = run.items[0], run.items[-1]
            said = reason(
                "section-below-target",
                "{name}目标为{target}，{first}至{last}有{count}个月连续低于目标{classes}个类别及以上，触发条件为{needed}个月。",
                "{name} has the target class {target}; for {count} months in a row ({first} to {last}) it was "
                "{classes} or more classes below it, and the trigger needs {needed}.",
                name=each.name,
                target=_class(each.target),
                first=month_text(first.month),
                last=month_text(last.month),
                count=len(run.items),
                classes=trigger.classes,
                needed=trigger.months,
            )
            found.append(
                fired(
                    key,
                    trigger,
                    subject=f"place:{each.place}",
                    occurrence=f"place:{each.place}{'/sample' if each.sample else ''}@{month_text(first.month)}",
                    title=Text(
                        zh="{name}连续{n}个月低于目标水质", en="{name}: below its target for {n} months"
                    ).fill(name=each.name, n=len(run.items)),
                    first_day=month_end(run.items[trigger.months - 1].month),
                    ended_on=month_end(run.ended_by.month) if run.ended_by else None,
                    reasons=(said, *(_month_reason(each, month) for month in run.items)),
                    evidence=tuple(
                        EvidenceRef("series", series, each.name, month_text(month.month))
                        for month in run.items
                        for series in month.series
                    ),
                    bodies=each.bodies,
                    sample=each.sample,
                )
            )
    return tuple(found)


def _month_reason(section: SectionFact, month: SectionMonth) -> Reason:
    return reason(
        "section-month",
        "{month}为{found}，低于目标{by}个类别，定类项目：{limiting}。",
        "{month}: {found}, {by} classes below the target, decided by {limiting}.",
        month=month_text(month.month),
        found=_class(month.water_class),
        by=month.water_class - section.target,
        limiting=_joined(month.limiting),
    )


def foul_air(key: str, trigger: AirTrigger, places: Iterable[AirFact], day: dt.date) -> tuple[Fired, ...]:
    """Places with at least the declared number of days over the limit a month, for the declared months in a row.

    A month without any value ends a run: what was not measured was not exceeded.
    """
    found = []
    for each in places:
        measured = {month.month: month for month in each.months if month_end(month.month) <= day}
        if not measured:
            continue
        marked = [
            (measured.get(month, AirMonth(month, 0, 0)), _over(measured, month) >= trigger.days)
            for month in months_through(min(measured), max(measured))
        ]
        for run in runs(marked):
            if len(run.items) < trigger.months:
                continue
            first, last = run.items[0], run.items[-1]
            said = reason(
                "air-over-limit",
                "{name}的{pollutant}在{first}至{last}连续{count}个月每月超过日均限值{limit} {unit}（{standard}）不少于{days}天，"
                "触发条件为{needed}个月。",
                "{name}: in {count} months in a row ({first} to {last}) {pollutant} exceeded the daily limit of {limit} "
                "{unit} ({standard}) on {days} days or more; the trigger needs {needed} months.",
                name=each.name,
                pollutant=each.pollutant,
                first=month_text(first.month),
                last=month_text(last.month),
                count=len(run.items),
                limit=each.limit,
                unit=each.unit,
                standard=each.standard,
                days=trigger.days,
                needed=trigger.months,
            )
            found.append(
                fired(
                    key,
                    trigger,
                    subject=f"place:{each.place}",
                    occurrence=f"place:{each.place}{'/sample' if each.sample else ''}"
                    f"@{trigger.pollutant}-{month_text(first.month)}",
                    title=Text(
                        zh="{name}{pollutant}连续{n}个月多日超标",
                        en="{name}: many days over the limit of {pollutant} in {n} months",
                    ).fill(name=each.name, pollutant=each.pollutant, n=len(run.items)),
                    first_day=month_end(run.items[trigger.months - 1].month),
                    ended_on=month_end(run.ended_by.month) if run.ended_by else None,
                    reasons=(said, *(_air_reason(month) for month in run.items)),
                    evidence=tuple(
                        EvidenceRef("series", each.series, each.name, month_text(month.month))
                        for month in run.items
                    ),
                    bodies=each.bodies,
                    sample=each.sample,
                )
            )
    return tuple(found)


def _over(measured: dict[Month, AirMonth], month: Month) -> int:
    found = measured.get(month)
    return found.over if found else 0


def _air_reason(month: AirMonth) -> Reason:
    return reason(
        "air-month",
        "{month}超标{over}天（有效{days}天），最高{highest}。",
        "{month}: {over} days over the limit of {days} with a value, the highest {highest}.",
        month=month_text(month.month),
        over=month.over,
        days=month.days,
        highest="—" if month.highest is None else month.highest,
    )


def _class(water_class: int) -> Text:
    return Text(zh=class_name(water_class, "zh"), en=class_name(water_class, "en"))


def _joined(names: Sequence[Text]) -> Text:
    return Text(zh="、".join(n.zh for n in names) or "—", en=", ".join(n.en for n in names) or "—")
