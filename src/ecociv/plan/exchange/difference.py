"""An edited workbook against the plan: what was changed, what cannot be, and what has changed in the plan since.

Three states of a cell are compared: as exported (kept in the workbook), as it is in the workbook now, and as the plan
is now. Only what was edited is a change; what the plan has changed since the export is reported, never undone.
"""

from __future__ import annotations

from typing import Any

from ecociv.core.text import Text
from ecociv.plan.exchange.apply import problems_of_changes
from ecociv.plan.exchange.changes import Change, StaleItem, WorkbookDifference
from ecociv.plan.exchange.container import FileRefused, content_of
from ecociv.plan.exchange.rows import ItemKind, Problem
from ecociv.plan.exchange.sheet_difference import SheetComparison
from ecociv.plan.exchange.workbook_read import WorkbookContent, read_workbook
from ecociv.plan.exchange.workbook_shape import SHEETS, choices_of
from ecociv.plan.package import ZonePackage
from ecociv.plan.package.load import payload


def workbook_difference(data: bytes, package: ZonePackage) -> WorkbookDifference:
    """Compare an edited workbook with a plan.

    Parameters
    ----------
    data : bytes
        The file. What is no workbook, or not safe to open, gives one blocking problem.
    package : ZonePackage
        The plan as it is now.
    """
    try:
        kind = content_of(data).kind
    except FileRefused as refusal:
        return WorkbookDifference((), (refusal.problem,), (), None, package.digest)
    if kind != "workbook":
        return WorkbookDifference((), (_no_workbook(package.zone.key),), (), None, package.digest)
    return difference_of_content(read_workbook(data), package)


def difference_of_content(content: WorkbookContent, package: ZonePackage) -> WorkbookDifference:
    """As `workbook_difference`, for a workbook already read."""
    problems = list(content.problems)
    base = content.base
    if base is not None and base.zone != package.zone.key:
        problems.append(_other_zone(base.zone, package.zone.key))
    if base is None and content.tables:
        problems.append(_no_base())
    current: dict[ItemKind, dict[int, dict[str, Any]]] = {
        "indicator": {item.number: payload(item) for item in package.indicators},
        "task": {item.number: payload(item) for item in package.tasks},
        "project": {item.number: payload(item) for item in package.projects},
    }
    choices = choices_of(package)
    changes: list[Change] = []
    stale: list[StaleItem] = []
    for kind, table in content.tables.items():
        exported = base.items[kind] if base is not None else {}
        known = {**current[kind], **exported}
        changes += SheetComparison(table, kind, current[kind], known, choices, problems).changes()
    problems += problems_of_changes(changes, package)
    edited = {(change.kind, change.number) for change in changes}
    for kind in SHEETS:
        for number, item in (base.items[kind] if base is not None else {}).items():
            now = current[kind].get(number)
            if now != item:
                fields = tuple(
                    sorted(key for key in {*item, *(now or {})} if (now or {}).get(key) != item.get(key))
                )
                stale.append(StaleItem(kind, number, fields, (kind, number) in edited))
    return WorkbookDifference(
        tuple(changes),
        tuple(problems),
        tuple(stale),
        base.digest if base is not None else None,
        package.digest,
    )


def _no_workbook(zone: str) -> Problem:
    return Problem(
        "not-a-workbook",
        Text(zh="这不是工作簿", en="This is not a workbook"),
        Text(
            zh=f"规划文件请用：ecociv plan import 文件 --zone {zone}",
            en=f"Compare a plan document with: ecociv plan import FILE --zone {zone}",
        ),
    )


def _other_zone(found: str, wanted: str) -> Problem:
    return Problem(
        "other-zone",
        Text(
            zh=f"工作簿导出自“{found}”，不是“{wanted}”",
            en=f"The workbook was exported from {found!r}, not from {wanted!r}",
        ),
        Text(zh="请选择对应示范区的工作簿", en="Choose the workbook of this zone"),
    )


def _no_base() -> Problem:
    return Problem(
        "no-export-base",
        Text(
            zh="工作簿里没有导出时的原值，只能与当前规划比较",
            en="The workbook lacks the plan as exported; it can only be compared with the plan of now",
        ),
        Text(zh="请核对差异是否都是有意修改", en="Check that every difference is meant"),
        blocking=False,
    )
