"""The one entry for reading a plan, whatever file it comes in."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Literal

from ecociv.core.text import Text
from ecociv.plan.exchange.bodies import BodyRegister
from ecociv.plan.exchange.container import FileContent, FileRefused, read_content
from ecociv.plan.exchange.duties import doubts_about_names
from ecociv.plan.exchange.rows import Doubt, ImportedDuty, ImportedIndicator, ImportedPlan, ItemKind, Problem
from ecociv.plan.exchange.webtext import find_regions, lines_of
from ecociv.plan.exchange.webtext_duties import read_duties
from ecociv.plan.exchange.webtext_indicators import read_indicators
from ecociv.plan.exchange.worddoc import read_word
from ecociv.plan.exchange.workbook_plan import plan_of_workbook

_TABLES: dict[ItemKind, Text] = {
    "indicator": Text(zh="指标体系表", en="the indicator table"),
    "task": Text(zh="任务分解表", en="the task table"),
    "project": Text(zh="项目(工程)分解表", en="the project table"),
}


def read_plan(path: Path | str, organisations: object = None) -> ImportedPlan:
    """Read a plan from flattened web text, a Word document or a workbook, told apart by content.

    Parameters
    ----------
    path : path
        The file. Text may be UTF-8 (with or without mark), UTF-16 with mark, or GB18030.
    organisations : ZonePackage, iterable of Organisation or of str, optional
        Bodies that are known; names are checked against them. Without it, names that look like slips of more
        frequent ones are doubted.

    Returns
    -------
    ImportedPlan
        Rows, doubts and errors. A file that cannot be read at all gives the kind ``unreadable`` and one error.
    """
    try:
        content = read_content(path)
    except FileRefused as refusal:
        return ImportedPlan("unreadable", errors=(refusal.problem,))
    return read_plan_content(content, organisations)


def read_plan_content(content: FileContent, organisations: object = None) -> ImportedPlan:
    """As `read_plan`, for content already in memory (an upload)."""
    register = BodyRegister(organisations)
    if content.kind == "text":
        return _from_text(content.text, register)
    if content.kind == "word":
        return _from_word(content.data, register)
    plan = plan_of_workbook(content.data)
    if register.empty:
        return plan
    return replace(plan, doubts=tuple(doubts_about_names([*plan.tasks, *plan.projects], register)))


def _from_text(text: str, register: BodyRegister) -> ImportedPlan:
    regions, doubts = find_regions(lines_of(text))
    problems: list[Problem] = []
    indicators: list[ImportedIndicator] = []
    duties: dict[str, list[ImportedDuty]] = {"task": [], "project": []}
    if "indicator" in regions:
        indicators, more, found = read_indicators(regions["indicator"])
        doubts += more
        problems += found
    both: tuple[Literal["task", "project"], ...] = ("task", "project")
    for kind in both:
        if kind in regions:
            duties[kind], more, found = read_duties(regions[kind], kind)
            doubts += more
            problems += found
    problems += _tables_missing(set(regions))
    return _plan("web-text", indicators, duties["task"], duties["project"], doubts, problems, register)


def _from_word(data: bytes, register: BodyRegister) -> ImportedPlan:
    try:
        found = read_word(data)
    except FileRefused as refusal:
        return ImportedPlan("unreadable", errors=(refusal.problem,))
    problems = [*found.problems, *_tables_missing(set(found.kinds))]
    return _plan("word", found.indicators, found.tasks, found.projects, found.doubts, problems, register)


def _plan(
    kind: str,
    indicators: list[ImportedIndicator],
    tasks: list[ImportedDuty],
    projects: list[ImportedDuty],
    doubts: list[Doubt],
    problems: list[Problem],
    register: BodyRegister,
) -> ImportedPlan:
    doubts = [*doubts, *doubts_about_names([*tasks, *projects], register)]
    order = {"document": 0, "indicator": 1, "task": 2, "project": 3}
    doubts.sort(key=lambda doubt: (order[doubt.place], doubt.number or 0))
    return ImportedPlan(
        kind,  # type: ignore[arg-type]
        tuple(indicators),
        tuple(tasks),
        tuple(projects),
        tuple(doubts),
        tuple(problems),
    )


def _tables_missing(found: set[ItemKind]) -> list[Problem]:
    return [
        Problem(
            "table-missing",
            Text(zh=f"没有找到{name.zh}", en=f"{name.en[0].upper()}{name.en[1:]} was not found"),
            Text(
                zh="请检查附表标题和表头(如“序号、建设任务、牵头部门、配合部门”)是否完整",
                en="Check that the annex heading and the column headings (number, task, lead, support ...) are complete",
            ),
        )
        for kind, name in _TABLES.items()
        if kind not in found
    ]
