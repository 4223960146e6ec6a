"""Reports of an import, a comparison and an edited workbook: as JSON data and as text in Chinese or English."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Any

from ecociv.core.text import Text, language_of
from ecociv.plan.exchange.changes import WorkbookDifference
from ecociv.plan.exchange.comparison import Difference
from ecociv.plan.exchange.rows import Doubt, ImportedPlan, Problem, jsonable, shortened
from ecociv.plan.exchange.workbook_codecs import ABSENT
from ecociv.plan.exchange.workbook_shape import KIND_NAMES

_SOURCES = {
    "web-text": Text(zh="网页文字", en="web text"),
    "word": Text(zh="Word 文档", en="Word document"),
    "workbook": Text(zh="工作簿", en="workbook"),
    "unreadable": Text(zh="无法读取的文件", en="a file that cannot be read"),
}
_FIELDS = {
    "lead": Text(zh="牵头部门", en="lead"),
    "support": Text(zh="配合部门", en="support"),
    "support_open": Text(zh="配合有“等”", en="open support list"),
    "start": Text(zh="开始时间", en="start"),
    "due": Text(zh="完成时间", en="due"),
    "goal": Text(zh="目标", en="goal"),
    "goal_shared_with": Text(zh="与某项合并目标", en="goal shared with"),
    "targets": Text(zh="量化目标", en="targets"),
    "values": Text(zh="指标值", en="values"),
    "baseline": Text(zh="基期值", en="baseline"),
    "unit": Text(zh="单位", en="unit"),
    "name": Text(zh="名称", en="name"),
    "category": Text(zh="类别", en="category"),
    "topic": Text(zh="建设任务", en="topic"),
    "content": Text(zh="内容", en="content"),
    "group": Text(zh="体系或工程标题", en="heading"),
    "heading": Text(zh="表头", en="column headings"),
    "number": Text(zh="序号", en="number"),
    "system": Text(zh="体系", en="system"),
    "programme": Text(zh="工程", en="programme"),
}


def import_report(plan: ImportedPlan, *, rows: bool = True) -> dict[str, Any]:
    """What was read, as JSON data; ``rows=False`` leaves the rows out."""
    report: dict[str, Any] = {
        "source": plan.kind,
        "counts": {
            "indicators": len(plan.indicators),
            "tasks": len(plan.tasks),
            "projects": len(plan.projects),
            "doubts": len(plan.doubts),
            "errors": len(plan.errors),
        },
        "groups": plan.groups,
        "doubts_by_code": dict(Counter(doubt.code for doubt in plan.doubts).most_common()),
        "doubts": jsonable(plan.doubts),
        "errors": [_problem_json(problem) for problem in plan.errors],
    }
    if rows:
        report |= {
            "indicators": jsonable(plan.indicators),
            "tasks": jsonable(plan.tasks),
            "projects": jsonable(plan.projects),
        }
    return report


def import_text(plan: ImportedPlan, language: str = "zh") -> str:
    """What was read, and row by row what the reader was unsure of."""
    zh = language_of(language) == "zh"
    source = _SOURCES[plan.kind].in_language(language)
    counts = len(plan.indicators), len(plan.tasks), len(plan.projects)
    if zh:
        lines = [f"来源：{source}；指标{counts[0]}项，任务{counts[1]}项，项目{counts[2]}项。"]
    else:
        lines = [f"Source: {source}; {counts[0]} indicators, {counts[1]} tasks, {counts[2]} projects."]
    lines += _problem_lines(plan.errors, language, Text(zh="错误", en="Errors"))
    lines.append(f"存疑{len(plan.doubts)}处：" if zh else f"Doubts: {len(plan.doubts)}")
    lines += [_doubt_line(doubt, language) for doubt in plan.doubts]
    return "\n".join(lines)


def comparison_report(differences: Sequence[Difference]) -> dict[str, Any]:
    """Differences between a document and a plan, as JSON data."""
    return {
        "differences": jsonable(differences),
        "count": len(differences),
        "without_doubt": sum(not difference.doubtful for difference in differences),
    }


def comparison_text(differences: Sequence[Difference], language: str = "zh") -> str:
    """Differences between a document and a plan, those without a noted doubt first."""
    zh = language_of(language) == "zh"
    if not differences:
        return "文件与规划一致。" if zh else "The document and the plan agree."
    sure = sum(not difference.doubtful for difference in differences)
    lines = [
        f"差异{len(differences)}处，其中{sure}处没有存疑记录。"
        if zh
        else f"{len(differences)} differences, {sure} of them without a noted doubt."
    ]
    for difference in sorted(differences, key=lambda item: item.doubtful):
        place = _place(difference.place, difference.number, language)
        field = _field(difference.field, language)
        mine, plan = shortened(difference.imported, 80), shortened(difference.plan, 80)
        mark = ("[存疑] " if zh else "[doubtful] ") if difference.doubtful else ""
        lines.append(
            f"{mark}{place} {field}：文件“{mine}”，规划“{plan}”"
            if zh
            else f"{mark}{place} {field}: the document has {mine!r}, the plan {plan!r}"
        )
    return "\n".join(lines)


def difference_report(difference: WorkbookDifference) -> dict[str, Any]:
    """An edited workbook against the plan, as JSON data."""
    return {
        "exported_digest": difference.exported_digest,
        "current_digest": difference.current_digest,
        "outdated": difference.outdated,
        "can_be_applied": not difference.blocking and not difference.conflicts,
        "changes": [
            {
                "sheet": change.sheet,
                "row": change.row,
                "column": change.column,
                "key": change.key,
                "series": change.series,
                "field": change.field,
                "heading": change.heading,
                "before": change.before,
                "after": change.after,
                "value": None if change.value is ABSENT else jsonable(change.value),
                "conflict": change.conflict,
                "exported": change.exported,
            }
            for change in difference.changes
        ],
        "changed_since_export": [
            {"key": f"{item.kind}:{item.number}", "fields": list(item.fields), "edited": item.edited}
            for item in difference.stale
        ],
        "problems": [_problem_json(problem) for problem in difference.problems],
    }


def difference_text(difference: WorkbookDifference, language: str = "zh") -> str:
    """An edited workbook against the plan, for someone who is to confirm it."""
    zh = language_of(language) == "zh"
    lines: list[str] = []
    if difference.outdated:
        lines.append(
            "工作簿导出之后规划又有修改:" if zh else "The plan has changed since the workbook was exported:"
        )
        for item in difference.stale:
            place = _place(item.kind, item.number, language)
            edited = ("(工作簿也改了该项)" if zh else " (edited in the workbook too)") if item.edited else ""
            lines.append(
                f"  {place}:{'、'.join(item.fields)}{edited}"
                if zh
                else f"  {place}: {', '.join(item.fields)}{edited}"
            )
    lines += _problem_lines(difference.problems, language, Text(zh="问题", en="Problems"))
    if not difference.changes:
        # Where the file could not be read, nothing can be said of changes.
        if not difference.blocking:
            lines.append("没有修改。" if zh else "Nothing was changed.")
    else:
        lines.append(
            f"待确认的修改{len(difference.changes)}处："
            if zh
            else f"Changes to confirm: {len(difference.changes)}"
        )
    for change in difference.changes:
        place = _place(change.kind, change.number, language) + (f" {change.series}" if change.series else "")
        before, after = shortened(change.before, 60), shortened(change.after, 60)
        if zh:
            conflict = f";冲突：导出时为“{shortened(change.exported, 60)}”" if change.conflict else ""
            lines.append(
                f"  {change.sheet} {change.column}{change.row} {place} {change.heading}:“{before}”→“{after}”{conflict}"
            )
        else:
            conflict = f"; conflict: {shortened(change.exported, 60)!r} at export" if change.conflict else ""
            lines.append(
                f"  {change.sheet} {change.column}{change.row} {place} {change.target.heading_en}: {before!r} -> {after!r}{conflict}"
            )
    return "\n".join(lines)


def _problem_json(problem: Problem) -> dict[str, Any]:
    where = {"zh": problem.where("zh"), "en": problem.where("en")}
    return {**jsonable(problem), "where": where}


def _problem_lines(problems: Iterable[Problem], language: str, title: Text) -> list[str]:
    listed = list(problems)
    if not listed:
        return []
    zh = language_of(language) == "zh"
    lines = [f"{title.zh}{len(listed)}处：" if zh else f"{title.en}: {len(listed)}"]
    for problem in listed:
        where = problem.where(language)
        said, remedy = problem.text.in_language(language), problem.remedy.in_language(language)
        mark = "" if problem.blocking else ("[提示] " if zh else "[note] ")
        if zh:
            lines.append(f"  {mark}{where}{':' if where else ''}{said}。{remedy}。")
        else:
            lines.append(f"  {mark}{where}{': ' if where else ''}{said}. {remedy}.")
    return lines


def _doubt_line(doubt: Doubt, language: str) -> str:
    zh = language_of(language) == "zh"
    place = _place(doubt.place, doubt.number, language)
    field, why = _field(doubt.field, language), doubt.why.in_language(language)
    where = "" if doubt.line is None else (f"(第{doubt.line}行)" if zh else f" (line {doubt.line})")
    if zh:
        found = f"“{doubt.found}”" if doubt.found else ""
        read = f"读作“{doubt.read_as}”" if doubt.read_as and doubt.read_as != doubt.found else ""
        return f"  {place} {field}{where}:{found}{read}{';' if found or read else ''}{why} [{doubt.code}]"
    found = f"{doubt.found!r}" if doubt.found else ""
    read = f" read as {doubt.read_as!r}" if doubt.read_as and doubt.read_as != doubt.found else ""
    return f"  {place} {field}{where}: {found}{read}{'; ' if found or read else ''}{why} [{doubt.code}]"


def _place(kind: str, number: int | None, language: str) -> str:
    zh = language_of(language) == "zh"
    name = KIND_NAMES[kind].in_language(language) if kind in KIND_NAMES else ("文件" if zh else "document")
    if number is None:
        return f"{name}表" if zh and kind in KIND_NAMES else (f"{name} table" if kind in KIND_NAMES else name)
    return f"{name}{number}" if zh else f"{name} {number}"


def _field(name: str, language: str) -> str:
    return _FIELDS[name].in_language(language) if name in _FIELDS else name
