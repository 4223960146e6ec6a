"""Task and project rows in the flattened text of a page, found by their running numbers.

Within a row the lines of bodies are the only landmark (see `bodies`): what stands before them is topic, content and
goal, what stands after them is the goal where the column headings say so.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Literal

from ecociv.core.text import Text
from ecociv.plan.exchange.bodies import BodyList, merged, read_bodies
from ecociv.plan.exchange.characters import fold, fold_name, tidy
from ecociv.plan.exchange.duties import DutyCells, read_duty
from ecociv.plan.exchange.headers import TableHeading
from ecociv.plan.exchange.rows import Doubt, ImportedDuty, Problem
from ecociv.plan.exchange.timing import has_date
from ecociv.plan.exchange.webtext import Group, Line, Region, group_of

_DOTTED = re.compile(r"^(\d{1,3})\s*[.、)]\s*(\S.*)$")
_LONGEST_TOPIC = 36
_ENDS_SENTENCE = ("。", ";", "!", "…")
_LOOK_AHEAD = 5


@dataclass(frozen=True)
class _Row:
    """The lines of one row."""

    number: int
    lines: tuple[Line, ...]
    group: Group | None
    line: int
    last: bool


def read_duties(
    region: Region, kind: Literal["task", "project"]
) -> tuple[list[ImportedDuty], list[Doubt], list[Problem]]:
    """All rows of a task or project table, with doubts and problems."""
    rows, doubts, problems = _rows(region, kind)
    duties: list[ImportedDuty] = []
    topic = ""
    sharing: int | None = None
    for row in rows:
        cells = _cells(row, kind, region.heading, topic)
        topic = cells.topic
        if cells.goal_state == "merged":
            cells.goal_shared_with = sharing
        else:
            sharing = row.number
        duties.append(read_duty(cells))
        doubts.extend(cells.doubts)
    return duties, doubts, problems


def _rows(region: Region, kind: Literal["task", "project"]) -> tuple[list[_Row], list[Doubt], list[Problem]]:
    lines = region.lines
    plain = _chain(lines, _plain_number)
    dotted = _chain(lines, _dotted_number)
    starts, missing = max(plain, dotted, key=lambda chain: len(chain[0]))
    is_dotted = len(dotted[0]) > len(plain[0])
    problems = [_missing_number(kind, number) for number in missing]
    doubts: list[Doubt] = []
    rows: list[_Row] = []
    group, pending = _leading_group(lines[: starts[0][0]] if starts else lines)
    for order, (at, number) in enumerate(starts):
        last = order + 1 == len(starts)
        end = len(lines) if last else starts[order + 1][0]
        own: list[Line] = []
        next_group = None
        if is_dotted:
            found = _DOTTED.match(fold(lines[at].text))
            own.append(Line(lines[at].number, found[2] if found else ""))
        for line in lines[at + 1 : end]:
            heading = group_of(line.text)
            current = next_group or group
            expected = (
                current is None
                or heading is not None
                and heading.number in (current.number, current.number + 1)
            )
            if heading is None or not expected:
                own.append(line)
                continue
            if current is not None and heading.number == current.number:
                doubts.append(_repeated_group(kind, number if last else starts[order + 1][1], line))
            next_group = heading
        duplicate = next((at for at, line in enumerate(own) if fold(line.text) == str(number)), None)
        if duplicate is not None:
            problems.append(_duplicate_number(kind, number, own[duplicate].number))
            own = own[:duplicate]
        rows.append(_Row(number, tuple(own), group, lines[at].number, last))
        group = next_group or group
    if pending:
        doubts.append(_repeated_group(kind, starts[0][1] if starts else None, pending))
    return rows, doubts, problems


def _leading_group(lines: Sequence[Line]) -> tuple[Group | None, Line | None]:
    group, repeated = None, None
    for line in lines:
        heading = group_of(line.text)
        if heading is not None:
            repeated = line if group is not None and group.number == heading.number else None
            group = heading
    return group, repeated


def _plain_number(lines: Sequence[Line], at: int) -> int | None:
    text = fold(lines[at].text)
    if not (text.isascii() and text.isdigit() and len(text) <= 3):
        return None
    following = next((lines[place].text for place in range(at + 1, len(lines)) if not lines[place].blank), "")
    return None if not following or fold(following).isdigit() else int(text)


def _dotted_number(lines: Sequence[Line], at: int) -> int | None:
    found = _DOTTED.match(fold(lines[at].text))
    return int(found[1]) if found else None


def _chain(
    lines: Sequence[Line], number_at: Callable[[Sequence[Line], int], int | None]
) -> tuple[list[tuple[int, int]], list[int]]:
    """Positions and numbers of row starts: 1, 2, 3 ... in order, and the numbers that were not found."""
    places: dict[int, list[int]] = {}
    for at in range(len(lines)):
        number = number_at(lines, at)
        if number is not None:
            places.setdefault(number, []).append(at)

    def after(number: int, position: int) -> int | None:
        found = places.get(number, [])
        order = bisect_right(found, position)
        return found[order] if order < len(found) else None

    chain: list[tuple[int, int]] = []
    missing: list[int] = []
    number, position = 1, -1
    while True:
        candidates = [(after(number + step, position), number + step) for step in range(_LOOK_AHEAD)]
        here = candidates[0][0]
        ahead = [place for place, _ in candidates[1:3] if place is not None]
        # A stray figure may look like the next number; two in a row before the expected one mean that it is missing.
        if here is None or (len(ahead) == 2 and ahead[0] < here and ahead[1] < here):
            later = [(place, found) for place, found in candidates[1:] if place is not None]
            if not later:
                return chain, missing
            here, found = min(later, key=lambda pair: pair[1])
            missing.extend(range(number, found))
            number = found
        chain.append((here, number))
        number, position = number + 1, here


def _cells(row: _Row, kind: Literal["task", "project"], heading: TableHeading, topic: str) -> DutyCells:
    cells = DutyCells(kind, row.number, line=row.line)
    if row.group is not None:
        cells.group, cells.group_number = row.group.title, row.group.number
    lines = list(row.lines)
    if kind == "project":
        while lines and lines[0].blank:
            lines.pop(0)
        cells.name = tidy(lines.pop(0).text) if lines else ""
    goal_after = heading.place("goal") > heading.place("lead") >= 0
    if row.last:
        lines = _without_page_furniture(lines, goal_after, cells)
    first, last = _body_block(lines, goal_after)
    front = [line for line in lines[:first] if not line.blank]
    after = list(lines[last:])
    blank_goal = any(line.blank for line in (lines[first - 1 : first] if not goal_after else after[:1]))
    # After the last row a blank line may be the end of the table as well as an empty cell.
    blank_support = not row.last and any(line.blank for line in [*lines[first:last], *after[:1]])
    _split_bodies([line for line in lines[first:last] if not line.blank], heading, blank_support, cells)
    rest = [line for line in after if not line.blank]
    if goal_after:
        goal = rest
    else:
        goal = _take_goal(front, heading, cells)
        if rest:
            cells.doubt(
                "goal", "text-after-bodies", " ".join(line.text for line in rest), "",
                Text(zh="责任单位之后还有文字，未读入", en="There is text after the bodies; it was left out"),
            )  # fmt: skip
    _take_topic_and_content(front, heading, topic, kind, cells)
    cells.goal = tidy(" ".join(line.text for line in goal))
    if not cells.goal:
        cells.goal_state = "absent" if not heading.has("goal") else "blank" if blank_goal else "merged"
    return cells


def _body_block(lines: Sequence[Line], goal_after: bool) -> tuple[int, int]:
    """First and one past the last position of the run of lines that name bodies only.

    Where the goal comes after the bodies the first such run counts, otherwise the last: what lies on the far side
    of them is then the row's end.
    """
    is_body = [not line.blank and read_bodies(line.text) is not None for line in lines]
    if not any(is_body):
        return len(lines), len(lines)
    step = 1 if goal_after else -1
    order = range(len(lines)) if goal_after else range(len(lines) - 1, -1, -1)
    start = next(at for at in order if is_body[at])
    end = start
    while 0 <= end + step < len(lines):
        beyond = end + 2 * step
        if is_body[end + step]:
            end += step
        elif lines[end + step].blank and 0 <= beyond < len(lines) and is_body[beyond]:
            end = beyond
        else:
            break
    return min(start, end), max(start, end) + 1


def _without_page_furniture(lines: list[Line], goal_after: bool, cells: DutyCells) -> list[Line]:
    """The lines of the last row up to the blank line that ends the table; the page goes on after it."""
    bodies = words = False
    for at, line in enumerate(lines):
        if line.blank and bodies and (words or not goal_after):
            left = [item for item in lines[at:] if not item.blank]
            if left:
                cells.doubt(
                    "goal", "text-after-table", " ".join(item.text for item in left), "",
                    Text(zh="表后的页面文字，未读入", en="Text of the page after the table; it was left out"),
                )  # fmt: skip
            # The blank line itself may be an empty support cell.
            return lines[: at + 1]
        words = words or (bodies and not line.blank and read_bodies(line.text) is None)
        bodies = bodies or (not line.blank and read_bodies(line.text) is not None)
    return lines


def _split_bodies(
    lines: Sequence[Line], heading: TableHeading, blank_support: bool, cells: DutyCells
) -> None:
    logical: list[list[BodyList]] = []
    continues = False
    for line in lines:
        bodies = read_bodies(line.text)
        assert bodies is not None
        if continues:
            logical[-1].append(bodies)
            cells.doubt(
                "support" if len(logical) > 1 else "lead", "list-over-two-lines", line.text, line.text,
                Text(zh="上一行以顿号或逗号结尾，按同一格的续行理解", en="The line before ends with a comma; read as one cell"),
            )  # fmt: skip
        else:
            logical.append([bodies])
        continues = bodies.continues
    groups = [merged(group) for group in logical]
    if not groups:
        return
    if len(groups) == 1 or not heading.has("support"):
        cells.lead = merged(groups)
        if len(groups) == 1 and heading.has("support") and not blank_support:
            cells.doubt(
                "support", "one-body-line", "、".join(cells.lead.names), "",
                Text(zh="只有一行责任单位，按牵头理解，配合为空", en="Only one line of bodies: read as lead, with no support"),
            )  # fmt: skip
        return
    open_line = next((at for at, group in enumerate(groups[:-1]) if group.open and at > 0), None)
    split = open_line if open_line is not None else len(groups) - 1
    cells.lead, cells.support = merged(groups[:split]), merged(groups[split:])
    if len(groups) > 2:
        cells.doubt(
            "lead", "lost-cell-border", " / ".join("、".join(group.names) for group in groups),
            f"{'、'.join(cells.lead.names)} | {'、'.join(cells.support.names)}",
            Text(
                zh=f"责任单位共{len(groups)}行而单元格边框已丢失：末行按配合、之前各行按牵头理解",
                en=f"{len(groups)} lines of bodies without cell borders: the last is read as support, those before as lead",
            ),
        )  # fmt: skip


def _take_goal(front: list[Line], heading: TableHeading, cells: DutyCells) -> list[Line]:
    """The goal lines, taken off the end of ``front``."""
    if not heading.has("goal") or len(front) < 2 and not (front and cells.kind == "project"):
        return []
    goal: list[Line] = []
    while len(front) > 1 and has_date(front[-1].text):
        goal.insert(0, front.pop())
    if goal:
        return goal
    sentences = [line for line in front if _ends_sentence(line.text)]
    if len(sentences) >= 2 and front[-1] is sentences[-1]:
        # Two sentences and no date in either: the last is the goal.
        goal.append(front.pop())
        cells.doubt(
            "goal", "goal-without-date", goal[0].text, goal[0].text,
            Text(zh="末句没有时间，按目标一格理解", en="The last sentence has no date; read as the goal cell"),
        )  # fmt: skip
    return goal


def _take_topic_and_content(
    front: list[Line], heading: TableHeading, topic: str, kind: Literal["task", "project"], cells: DutyCells
) -> None:
    cells.topic = topic
    taken: list[str] = []
    while kind == "task" and heading.has("topic") and len(front) > 1 and _is_topic(front[0].text):
        taken.append(tidy(front.pop(0).text))
    distinct = list(dict.fromkeys(fold_name(words) for words in taken))
    if distinct:
        # A topic broken over two lines is joined; the same words twice are a page break.
        cells.topic = "".join(distinct)
        if len(distinct) < len(taken) or cells.topic == topic:
            cells.doubt(
                "topic", "repeated-heading", " / ".join(taken), cells.topic,
                Text(zh="建设任务标题重复，应为分页所致", en="The topic is repeated, as at a page break"),
            )  # fmt: skip
    cells.content = tidy(" ".join(line.text for line in front))
    if len(front) > 1:
        cells.doubt(
            "content", "several-paragraphs", " / ".join(line.text for line in front), cells.content,
            Text(zh="内容占多行，按同一格合并", en="The content fills several lines; joined as one cell"),
        )  # fmt: skip


def _ends_sentence(words: str) -> bool:
    return fold(words).endswith(_ENDS_SENTENCE)


def _is_topic(words: str) -> bool:
    return len(words) <= _LONGEST_TOPIC and not _ends_sentence(words) and not has_date(words)


def _repeated_group(kind: Literal["task", "project"], number: int | None, line: Line) -> Doubt:
    why = Text(zh="标题重复，应为分页所致", en="The heading is repeated, as at a page break")
    return Doubt(kind, number, "group", "repeated-heading", line.text, line.text, why, line.number)


def _missing_number(kind: str, number: int) -> Problem:
    return Problem(
        "number-missing",
        Text(zh=f"没有找到第{number}项({_KIND_ZH[kind]})", en=f"Number {number} ({kind}) was not found"),
        Text(
            zh="请检查原文该行的序号是否单独成行",
            en="Check that the row's number stands on a line of its own",
        ),
    )


def _duplicate_number(kind: str, number: int, line: int) -> Problem:
    return Problem(
        "number-twice",
        Text(
            zh=f"序号{number}({_KIND_ZH[kind]})出现两次，只读了第一次",
            en=f"Number {number} ({kind}) stands twice; only the first was read",
        ),
        Text(zh="请更正重复的序号", en="Correct the repeated number"),
        line=line,
    )


_KIND_ZH = {"task": "任务", "project": "项目"}
