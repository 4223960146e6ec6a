"""How the ladder names duties, bodies and subjects. Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from ecociv.core.text import Text
from ecociv.plan.package import ProjectOrTask, Task, UnknownOrganisation, ZonePackage


def duty_name(duty: ProjectOrTask) -> Text:
    """``任务112 《…》`` or ``项目26 《…》``."""
    kind = Text(zh="任务", en="Task") if isinstance(duty, Task) else Text(zh="项目", en="Project")
    return Text(
        zh=f"{kind.zh}{duty.number}“{duty.title.zh}”", en=f"{kind.en} {duty.number} “{duty.title.en}”"
    )


def holders(package: ZonePackage, named: Iterable[str], day: dt.date) -> tuple[str, ...]:
    """Keys of the bodies that hold, on a day, what bodies named by key or by name held; unknown names are left out."""
    found = []
    for name in named:
        try:
            body = package.organisation(name) if package.has_organisation(name) else package.resolve(name)
        except (KeyError, UnknownOrganisation):
            continue
        found.append(package.body_on(body.key, day).key)
    return tuple(dict.fromkeys(found))


def subject_name(subject: str, package: ZonePackage, places: dict[str, Text] | None = None) -> Text:
    """What a case or a proposal is about, in words; the key itself where the plan does not know it."""
    kind, _, key = subject.partition(":")
    try:
        if kind == "task":
            return duty_name(package.task(int(key)))
        if kind == "project":
            return duty_name(package.project(int(key)))
        if kind == "indicator":
            return package.indicator(int(key)).name
        if kind == "series":
            indicator, series = package.series(key)
            return indicator.series_name(series)
        if kind == "organisation":
            body = package.organisation(key)
            return Text(zh=body.name, en=body.name_en)
    except (KeyError, ValueError):
        pass
    if kind == "place" and places and key in places:
        return places[key]
    return Text(zh=key or "—", en=key or "—")
