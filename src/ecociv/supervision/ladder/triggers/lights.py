"""Lights that stay red, and targets missed at a milestone. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.supervision.ladder.declaration import LightTrigger, MilestoneTrigger
from ecociv.supervision.ladder.facts import LightYear, SeriesLights
from ecociv.supervision.ladder.fired import EvidenceRef, Fired, fired
from ecociv.supervision.ladder.runs import runs
from ecociv.supervision.sentences import reason


def year_end(year: int) -> dt.date:
    """A year is judged when it has ended."""
    return dt.date(year, 12, 31)


def red_lights(
    key: str, trigger: LightTrigger, series: Iterable[SeriesLights], day: dt.date
) -> tuple[Fired, ...]:
    """Series whose light was red for the declared number of judged years in a row.

    A year in which no figure was judged is passed over: silence neither ends a run nor lengthens it.
    """
    found = []
    for each in series:
        judged = [year for year in each.years if year_end(year.year) <= day]
        marked = [(year, (year.light in trigger.lights) if year.light.judged else None) for year in judged]
        for run in runs(marked):
            if len(run.items) < trigger.years:
                continue
            first, last = run.items[0], run.items[-1]
            said = reason(
                "light-stays-red",
                "{name}的亮灯从{first}年到{last}年连续{count}次评价为红（{lights}），触发条件为{needed}次。",
                "The light of {name} was red in {count} evaluations in a row from {first} to {last} ({lights}); "
                "the trigger needs {needed}.",
                name=each.name,
                first=str(first.year),
                last=str(last.year),
                count=len(run.items),
                lights=_lights(run.items),
                needed=trigger.years,
            )
            found.append(
                fired(
                    key,
                    trigger,
                    subject=f"series:{each.series}",
                    occurrence=f"series:{each.series}@{first.year}",
                    title=Text(zh="{name}连续{n}次亮红灯", en="{name}: red {n} times in a row").fill(
                        name=each.name, n=len(run.items)
                    ),
                    first_day=year_end(run.items[trigger.years - 1].year),
                    ended_on=year_end(run.ended_by.year) if run.ended_by else None,
                    reasons=(said, *_why(run.items)),
                    evidence=tuple(_evidence(each, year) for year in run.items),
                    bodies=each.bodies,
                    sample=any(year.sample for year in run.items),
                )
            )
    return tuple(found)


def missed_milestones(
    key: str, trigger: MilestoneTrigger, series: Iterable[SeriesLights], day: dt.date
) -> tuple[Fired, ...]:
    """Series that missed their target in a milestone's year; it ends when the next milestone is met."""
    found = []
    for each in series:
        judged = [year for year in each.years if year_end(year.year) <= day]
        for at in judged:
            if at.milestone != at.year or at.light not in trigger.lights:
                continue
            better = next((later for later in judged if later.year > at.year and _good(later)), None)
            said = reason(
                "milestone-missed",
                "{name}没有达到{year}年的阶段目标（{light}）。",
                "{name} missed its target of {year} ({light}).",
                name=each.name,
                year=str(at.year),
                light=at.light.label,
            )
            found.append(
                fired(
                    key,
                    trigger,
                    subject=f"series:{each.series}",
                    occurrence=f"series:{each.series}@milestone-{at.year}",
                    title=Text(zh="{name}未达{year}年目标", en="{name}: target of {year} missed").fill(
                        name=each.name, year=str(at.year)
                    ),
                    first_day=year_end(at.year),
                    ended_on=year_end(better.year) if better else None,
                    reasons=(said, *_why((at,))),
                    evidence=(_evidence(each, at),),
                    bodies=each.bodies,
                    sample=at.sample,
                )
            )
    return tuple(found)


def _good(year: LightYear) -> bool:
    return year.light.judged and year.light.value in ("achieved", "on-track")


def _lights(years: Iterable[LightYear]) -> Text:
    shown = [(str(each.year), each.light.label) for each in years]
    return Text(
        zh="、".join(f"{year}年{label.zh}" for year, label in shown),
        en=", ".join(f"{year} {label.en}" for year, label in shown),
    )


def _why(years: Iterable[LightYear]) -> tuple[Reason, ...]:
    return tuple(
        Reason(
            each.reason.code,
            Text(zh=f"{each.year}年：{each.reason.text.zh}", en=f"{each.year}: {each.reason.text.en}"),
            each.reason.data,
        )
        for each in years
        if each.reason is not None
    )


def _evidence(series: SeriesLights, year: LightYear) -> EvidenceRef:
    label = Text(zh="{name} {year}年", en="{name}, {year}").fill(name=series.name, year=str(year.year))
    return EvidenceRef("indicator", str(series.indicator), label, str(year.year), year.revision)
