"""Putting confirmed changes into a plan: all of them or none."""

from __future__ import annotations

import copy
import dataclasses
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from ecociv.core.text import Text
from ecociv.plan.exchange.changes import Change, WorkbookDifference, same_value
from ecociv.plan.exchange.rows import ItemKind, Problem
from ecociv.plan.exchange.workbook_codecs import ABSENT
from ecociv.plan.package import Indicator, Project, Task, UnknownOrganisation, ZonePackage, package_from_items
from ecociv.plan.package.consistency import inconsistencies
from ecociv.plan.package.load import payload

Item = Indicator | Task | Project
_ADVICE = Text(zh="请更正该单元格，或撤销这项修改", en="Correct the cell, or take the change back")


class ChangesRefused(ValueError):
    """Changes that cannot be put into the plan; nothing was changed. Lists every reason with its cell."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(problems)
        listed = "\n".join(
            f"  {problem.where('en')}: {problem.text.en}. {problem.remedy.en}." for problem in problems
        )
        super().__init__(
            f"the changes were refused for {len(problems)} reason(s); nothing was changed:\n{listed}"
        )


@dataclass(frozen=True)
class AppliedChanges:
    """The plan with the changes in it, and the items that are new."""

    package: ZonePackage
    items: tuple[Item, ...]


def apply_changes(
    changes: WorkbookDifference | Iterable[Change], package: ZonePackage, *, accept_conflicts: bool = False
) -> AppliedChanges:
    """A plan with changes put in. The plan given stays as it is.

    Parameters
    ----------
    changes : WorkbookDifference or iterable of Change
        What was confirmed. A whole difference is refused while it has blocking problems.
    package : ZonePackage
        The plan that the changes were compared with.
    accept_conflicts : bool
        Whether changes of fields that the plan has changed since the export may overwrite these.

    Raises
    ------
    ChangesRefused
        With every reason; never half of the changes is applied.
    """
    problems: list[Problem] = []
    if isinstance(changes, WorkbookDifference):
        problems += changes.blocking
        chosen = list(changes.changes)
    else:
        chosen = list(changes)
    if not accept_conflicts:
        problems += [_conflict(change) for change in chosen if change.conflict]
    listed = {problem for problem in problems if problem.sheet is not None}
    found, items = _examined(chosen, package)
    problems += [problem for problem in found if problem not in listed]
    if problems or items is None:
        raise ChangesRefused(problems)
    changed = {(_kind_of(item), item.number): item for item in items}
    return AppliedChanges(_with_items(package, changed), tuple(items))


def problems_of_changes(changes: Iterable[Change], package: ZonePackage) -> list[Problem]:
    """What would keep the changes from being applied, besides conflicts, each with its cell."""
    return _examined(list(changes), package)[0]


def _examined(changes: list[Change], package: ZonePackage) -> tuple[list[Problem], list[Item] | None]:
    if not changes:
        return [], []
    everything: list[Item] = [*package.indicators, *package.tasks, *package.projects]
    current = {(_kind_of(item), item.number): item for item in everything}
    by_item: dict[tuple[ItemKind, int], list[Change]] = {}
    for change in changes:
        by_item.setdefault((change.kind, change.number), []).append(change)
    problems: list[Problem] = []
    items: list[Item] = []
    for place, own in by_item.items():
        if place not in current:
            problems += [_changed_meanwhile(change) for change in own]
            continue
        data = payload(current[place])
        problems += [
            _changed_meanwhile(change)
            for change in own
            if not same_value(change.target.get(data, change.series), change.current)
        ]
        patched = _patched(data, own)
        named = [*_unknown_bodies(own, package), *_one_language(own, patched)]
        problems += named
        if not named:
            try:
                items.append(_validated(place[0], patched))
            except ValidationError as error:
                problems += [_invalid(detail, own) for detail in error.errors(include_url=False)]
    before = set(inconsistencies(package))
    after = inconsistencies(_with_items(package, {(_kind_of(item), item.number): item for item in items}))
    for inconsistency in after:
        if inconsistency not in before:
            kind, _, number = inconsistency.place.partition(":")
            own = [
                change for change in changes if (change.kind, str(change.number)) == (kind, number)
            ] or changes
            change = _nearest(own, inconsistency.path)
            problems.append(_at(change, "inconsistent", inconsistency.message))
    return problems, None if problems else items


def _validated(kind: ItemKind, data: Mapping[str, Any]) -> Item:
    if kind == "indicator":
        return Indicator.model_validate(data)
    return Task.model_validate(data) if kind == "task" else Project.model_validate(data)


def _unknown_bodies(changes: Iterable[Change], package: ZonePackage) -> list[Problem]:
    problems = []
    for change in changes:
        if change.target.path in (("lead",), ("support",)):
            names = change.value if isinstance(change.value, list) else []
        elif change.target.path == ("supplier", "body"):
            names = [change.value] if isinstance(change.value, str) else []
        else:
            continue
        for name in names:
            try:
                package.resolve(name)
            except UnknownOrganisation:
                problems.append(
                    Problem(
                        "unknown-body",
                        Text(zh=f"没有名为“{name}”的部门", en=f"No organisation goes by the name {name!r}"),
                        Text(
                            zh="请用机构名单中的名称，或先把它补入名单",
                            en="Use a name of the organisations list, or add it there first",
                        ),
                        change.sheet,
                        change.row,
                        change.column,
                    )
                )
    return problems


def _one_language(changes: Iterable[Change], data: Mapping[str, Any]) -> list[Problem]:
    """Texts that one language was taken from or given to alone."""
    problems = []
    for change in changes:
        *path, language = change.target.path
        other = {"zh": "en", "en": "zh"}.get(language)
        if other is None or change.target.empty is not ABSENT:
            continue
        partner = dataclasses.replace(change.target, path=(*path, other))
        mine, theirs = change.target.get(data, change.series), partner.get(data, change.series)
        if (mine is ABSENT) is not (theirs is ABSENT):
            problems.append(
                Problem(
                    "two-languages-needed",
                    Text(
                        zh=f"“{change.heading}”缺少中文或英文",
                        en=f"{change.heading!r} lacks one of the two languages",
                    ),
                    Text(zh="请把中英文两列都填上", en="Fill in both the Chinese and the English column"),
                    change.sheet,
                    change.row,
                    change.column,
                )
            )
    return problems


def _patched(data: Mapping[str, Any], changes: Iterable[Change]) -> dict[str, Any]:
    result = copy.deepcopy(dict(data))
    for change in changes:
        change.target.put(result, change.value, change.series)
    return result


def _with_items(package: ZonePackage, changed: Mapping[tuple[ItemKind, int], Item]) -> ZonePackage:
    def kept(items: Iterable[Any]) -> list[Any]:
        return [changed.get((_kind_of(item), item.number), item) for item in items]

    return package_from_items(
        package.zone,
        package.organisations,
        kept(package.indicators),
        kept(package.tasks),
        kept(package.projects),
    )


def _kind_of(item: Item) -> ItemKind:
    return "indicator" if isinstance(item, Indicator) else "task" if isinstance(item, Task) else "project"


def _nearest(changes: Sequence[Change], path: Sequence[str | int]) -> Change:
    """The change that shares most of its path with the place of an error."""
    steps = [str(step) for step in path if isinstance(step, str)]

    def shared(change: Change) -> int:
        own = [step for step in change.target.path if step != "series[]"]
        wanted = [step for step in steps if step != "series"]
        count = 0
        for one, other in zip(own, wanted, strict=False):
            if one != other:
                break
            count += 1
        return count

    return max(changes, key=shared)


def _invalid(detail: Any, changes: Sequence[Change]) -> Problem:
    if detail["type"] == "value_error":
        message = str(detail["ctx"]["error"])
    elif detail["type"] == "missing":
        message = f"{detail['loc'][-1]!r} is missing"
    else:
        message = f"{detail['msg']} (found {detail['input']!r})"
    return _at(_nearest(changes, detail["loc"]), "not-valid", message)


def _at(change: Change, code: str, message: str) -> Problem:
    return Problem(
        code,
        Text(
            zh=f"“{change.heading}”改成“{change.after[:40]}”后不合规定：{message}",
            en=f"With {change.heading!r} as {change.after[:40]!r} the item is not valid: {message}",
        ),
        _ADVICE,
        change.sheet,
        change.row,
        change.column,
    )


def _conflict(change: Change) -> Problem:
    return Problem(
        "conflict",
        Text(
            zh=f"“{change.heading}”在导出后已由“{change.exported}”改为“{change.before}”，工作簿中是“{change.after}”",
            en=f"{change.heading!r} was {change.exported!r} at export and is now {change.before!r}; the workbook has {change.after!r}",
        ),
        Text(
            zh="请决定采用哪一个，或重新导出后修改", en="Decide which is right, or export again and edit that"
        ),
        change.sheet,
        change.row,
        change.column,
    )


def _changed_meanwhile(change: Change) -> Problem:
    return Problem(
        "changed-meanwhile",
        Text(
            zh=f"比较之后“{change.heading}”又被修改，不再是“{change.before}”",
            en=f"{change.heading!r} has been changed since the comparison and is no longer {change.before!r}",
        ),
        Text(zh="请重新比较后再确认", en="Compare again and confirm anew"),
        change.sheet,
        change.row,
        change.column,
    )
