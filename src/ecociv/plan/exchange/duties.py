"""From the cells of a task or project row to the row: bodies, dates, outcomes, figures and what is doubtful."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass, field
from typing import Literal

from ecociv.core.text import Text
from ecociv.plan.exchange.bodies import NO_BODIES, BodyList, BodyRegister, odd_names
from ecociv.plan.exchange.figures import read_targets
from ecociv.plan.exchange.rows import Doubt, ImportedDuty, ImportedTarget, shortened
from ecociv.plan.exchange.timing import read_timing

LONGEST_CELL = 5_000
_EVERY_YEAR = re.compile(r"每年(?!度)")


@dataclass
class DutyCells:
    """The cells of one row, as text, before anything is read from them.

    ``goal_state`` says why a goal cell has no words: ``blank`` where the cell is there and empty, ``merged`` where it
    is one with the row above, ``given`` where it has words, ``absent`` where the table has no such column.
    ``borders`` is true where the cell borders survive, so that merged and empty cells are known as such.
    """

    kind: Literal["task", "project"]
    number: int
    group: str = ""
    group_number: int | None = None
    topic: str = ""
    name: str = ""
    content: str = ""
    goal: str = ""
    goal_state: Literal["given", "blank", "merged", "absent"] = "given"
    goal_shared_with: int | None = None
    lead: BodyList = NO_BODIES
    support: BodyList = NO_BODIES
    borders: bool = False
    line: int | None = None
    doubts: list[Doubt] = field(default_factory=list)

    def doubt(self, field_name: str, code: str, found: str, read_as: str, why: Text) -> None:
        """Note a doubt about this row."""
        self.doubts.append(
            Doubt(
                self.kind, self.number, field_name, code, shortened(found), shortened(read_as), why, self.line
            )
        )


def read_duty(cells: DutyCells) -> ImportedDuty:
    """The row that ``cells`` give; doubts are added to ``cells.doubts``."""
    for name, bodies in (("lead", cells.lead), ("support", cells.support)):
        _doubt_names(cells, name, bodies)
    for name in ("content", "goal"):
        words = getattr(cells, name)
        if len(words) > LONGEST_CELL:
            cells.doubt(
                name, "cell-too-long", words, words[:20],
                Text(
                    zh=f"一格有{len(words)}个字，疑为多行连在一起，只读前{LONGEST_CELL}个字",
                    en=f"The cell has {len(words)} characters, as if rows ran together; the first {LONGEST_CELL} are read",
                ),
            )  # fmt: skip
            setattr(cells, name, words[:LONGEST_CELL])
    timing = read_timing(cells.goal)
    for doubt in timing.doubts:
        cells.doubt(doubt.field, doubt.code, doubt.found, doubt.read_as, doubt.why)
    if timing.recurring == "year" and timing.due is not None and timing.start is None:
        cells.doubt(
            "due", "continues-yearly", cells.goal, timing.due,
            Text(
                zh="写明年份的事之后还有逐年的工作，没有终止年份；截止时间按写明的年份理解",
                en="Yearly work follows what is dated and has no end; the due date is that of the dated part",
            ),
        )  # fmt: skip
    targets, figure_doubts = read_targets(cells.goal, "goal")
    more, content_doubts = read_targets(cells.content, "content")
    # A figure that the content column repeats from the goal column is one target.
    targets += tuple(target for target in more if not any(_repeats(target, stated) for stated in targets))
    for figure in (*figure_doubts, *content_doubts):
        cells.doubt("targets", figure.code, figure.found, figure.read_as, figure.why)
    _doubt_goal(cells)
    if not cells.lead.names:
        cells.doubt(
            "lead", "no-lead", "", "",
            Text(zh="没有找到牵头部门", en="No lead body was found in this row"),
        )  # fmt: skip
    return ImportedDuty(
        kind=cells.kind,
        number=cells.number,
        group=cells.group,
        group_number=cells.group_number,
        topic=cells.topic,
        name=cells.name,
        content=cells.content,
        goal=cells.goal,
        lead=cells.lead.names,
        support=cells.support.names,
        support_open=cells.support.open or cells.lead.open and not cells.support.names,
        start=timing.start,
        due=timing.due,
        milestones=timing.milestones,
        recurring=timing.recurring or ("year" if _EVERY_YEAR.search(cells.content) else None),
        targets=targets,
        goal_shared_with=cells.goal_shared_with,
        line=cells.line,
    )


def _repeats(target: ImportedTarget, stated: ImportedTarget) -> bool:
    same = (target.value, target.unit) == (stated.value, stated.unit) and target.year in (None, stated.year)
    return same and (target.quantity in stated.quantity or stated.quantity in target.quantity)


def _doubt_names(cells: DutyCells, name: str, bodies: BodyList) -> None:
    for token in bodies.glued:
        cells.doubt(
            name, "bodies-without-separator", token, "、".join(bodies.names),
            Text(zh="两个部门名称之间没有分隔符", en="Two names stand together without a sign between them"),
        )  # fmt: skip
    if bodies.spaced:
        cells.doubt(
            name, "bodies-parted-by-spaces", " ".join(bodies.names), "、".join(bodies.names),
            Text(zh="同一行的部门只以空格隔开，可能原为两格", en="Only spaces part the names; they may have been two cells"),
        )  # fmt: skip
    twice = [body for body, count in Counter(bodies.names).items() if count > 1]
    if twice:
        cells.doubt(
            name, "body-twice", "、".join(bodies.names), "、".join(bodies.names),
            Text(zh=f"“{twice[0]}”在同一格出现两次", en=f"{twice[0]} stands twice in the same cell"),
        )  # fmt: skip


def _doubt_goal(cells: DutyCells) -> None:
    if cells.goal_state == "blank":
        cells.doubt(
            "goal", "blank-goal", "", "",
            Text(zh="目标与时间节点一格为空，没有时限", en="The goal cell is empty: the row has no date"),
        )  # fmt: skip
    elif cells.goal_state == "merged" and cells.goal_shared_with is not None and not cells.borders:
        cells.doubt(
            "goal", "merged-goal-cell", "", f"{cells.goal_shared_with}",
            Text(
                zh=f"本行没有自己的目标，按与第{cells.goal_shared_with}项合并的单元格理解",
                en=f"The row has no goal of its own; it is read as merged with that of number {cells.goal_shared_with}",
            ),
        )  # fmt: skip


def doubts_about_names(duties: list[ImportedDuty], register: BodyRegister) -> list[Doubt]:
    """Names that the organisations list does not know or knows as misspelt; without a list, names that look like slips."""
    odd = odd_names(name for duty in duties for name in (*duty.lead, *duty.support)) if register.empty else {}
    doubts: list[Doubt] = []
    for duty in duties:
        for field_name, names in (("lead", duty.lead), ("support", duty.support)):
            for name in names:
                verdict = _verdict(name, register, odd)
                if verdict is not None:
                    code, read_as, why = verdict
                    doubts.append(
                        Doubt(duty.kind, duty.number, field_name, code, name, read_as, why, duty.line)
                    )
    return doubts


def _verdict(name: str, register: BodyRegister, odd: dict[str, str]) -> tuple[str, str, Text] | None:
    if register.empty:
        if name not in odd:
            return None
        return (
            "perhaps-misspelt",
            name,
            Text(
                zh=f"与出现更多的“{odd[name]}”只差一字，可能是误写",
                en=f"One character apart from {odd[name]}, which occurs more often: perhaps a slip",
            ),
        )
    canonical = register.canonical(name)
    if canonical is None:
        return (
            "unknown-body",
            name,
            Text(
                zh="机构名单中没有这个名称；请补充名称、别名或误写",
                en="The organisations list does not have this name; add it there",
            ),
        )
    if register.misspelt(name):
        return (
            "misspelt-body",
            canonical,
            Text(
                zh=f"机构名单把它列为“{canonical}”的误写",
                en=f"The organisations list has it as a misspelling of {canonical}",
            ),
        )
    return None
