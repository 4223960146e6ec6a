"""The two lists that offices pass round: completion of indicators (指标完成情况表), breakdown of tasks (任务分解表)."""

from __future__ import annotations

import dataclasses

from ecociv.core.decimals import shortest
from ecociv.core.text import Language, Text
from ecociv.plan.package import Task
from ecociv.reporting.compose.completion import completion_table
from ecociv.reporting.compose.due import duty_name
from ecociv.reporting.compose.voice import Voice
from ecociv.reporting.document import Cell, Column, Row, Run, Table
from ecociv.reporting.official.compose.frame import Asked, framed, paragraph
from ecociv.reporting.official.content import Attachment, OfficialDocument
from ecociv.reporting.official.progress_form import form_table


def everyone(voice: Voice) -> str:
    """The counties and the departments concerned."""
    return voice.say(
        "各县（市、区）人民政府，市直有关部门", "County governments and the departments concerned"
    )


def completion_document(asked: Asked, language: Language) -> OfficialDocument:
    """A covering note and the table of every series."""
    voice = Voice(asked.facts, language)
    year, package = asked.facts.year, asked.facts.package
    table = completion_table(voice)
    series = [asked.facts.fact(key) for indicator in package.indicators for key in indicator.series_keys]
    known = [fact for fact in series if fact.known]
    label = Text(zh=f"{year}年有数据的序列数", en=f"Series with a value for {year}")
    parts = (
        voice.listed(Text(zh="有数据的序列", en="With a value"), [Text(zh=f.key, en=f.key) for f in known]),
    )
    trace = voice.count(label, voice.say("计数", "count"), len(known), parts, of=known)
    title = voice.say("关于印发{y}年度指标完成情况表的通知", "Completion of indicators in {y}", y=year)
    body = (
        paragraph(
            voice.say(
                "现将{y}年度指标完成情况表印发给你们。表列{n}个指标序列，",
                "The table lists {n} series for {y}; ",
                y=year,
                n=len(series),
            ),
            Run(
                voice.say("其中{n}个有当年数据", "{n} of them have a value", n=len(known)),
                voice.figures.number("known", trace),
            ),
            voice.say(
                "。没有数据的序列，请数据来源部门按时报送。",
                ". Suppliers of the others are asked to report in time.",
            ),
        ),
    )
    attachment = Attachment(table.title, (table,), landscape=True)
    return framed(voice, asked, "completion", title, everyone(voice), body, (attachment,))


def breakdown(asked: Asked, language: Language) -> OfficialDocument:
    """A covering note and the table of every task with its progress."""
    voice = Voice(asked.facts, language)
    package = asked.facts.package
    table = breakdown_table(voice, asked)
    form = form_table(voice, package, asked.reports)
    done = [task for task in package.tasks if (s := asked.standings.get(task.place)) and s.done]
    label = Text(zh=f"截至{asked.day}报告完成的任务数", en=f"Tasks reported done by {asked.day}")
    trace = voice.count(
        label,
        voice.say("计数", "count"),
        len(done),
        (voice.listed(Text(zh="任务", en="Tasks"), [duty_name(task) for task in done]),),
    )
    body = (
        paragraph(
            voice.say(
                "现将任务分解表印发给你们。表列任务{n}项，截至{day}，",
                "The table lists {n} tasks; by {day}, ",
                n=len(package.tasks),
                day=voice.day(asked.day),
            ),
            Run(
                voice.say("报告完成{n}项", "{n} are reported done", n=len(done)),
                voice.figures.number("done", trace),
            ),
            voice.say(
                "。请对照职责抓好落实，按时报告进展。",
                ". Each body is to carry out its part and report in time.",
            ),
        ),
    )
    title = voice.say("关于印发示范区建设任务分解表的通知", "Breakdown of the tasks of the zone")
    attachment = Attachment(table.title, (table,), landscape=True)
    return framed(voice, asked, "breakdown", title, everyone(voice), body, (attachment,), sheets=(form,))


def breakdown_table(voice: Voice, asked: Asked) -> Table:
    """Every task under its system."""
    package = asked.facts.package
    rows: list[Row] = []
    for system in package.zone.systems:
        members = [task for task in package.tasks if task.system == system.key]
        if members:
            rows.append(Row((Cell(voice.text(system.title)),), "group"))
        rows += [_row(voice, asked, task) for task in members]
    columns = (
        Column(voice.say("编号", "No."), 0.5, "center"),
        Column(voice.say("任务", "Task"), 3.4),
        Column(voice.say("牵头单位", "Lead"), 1.7),
        Column(voice.say("配合单位", "Support"), 2.4),
        Column(voice.say("期限", "Due"), 0.9, "center"),
        Column(voice.say("进展", "Progress"), 1.3),
        Column(voice.say("完成%", "Done %"), 0.6, "center"),
        Column(voice.say("最近报告", "Last report"), 0.9, "center"),
    )
    title = voice.say("任务分解表（截至{day}）", "Breakdown of tasks, as of {day}", day=voice.day(asked.day))
    return Table(
        "breakdown", voice.table_number(), title, voice.say("任务分解表", "Tasks"), columns, tuple(rows)
    )


def _row(voice: Voice, asked: Asked, task: Task) -> Row:
    standing = asked.standings.get(task.place)
    dates = [date for date, _ in task.dates()]
    state = Cell("—")
    if standing is not None:
        label = voice.text(standing.label)
        state = Cell(
            label, sign=dataclasses.replace(voice.sign(standing.light), words=label), sample=standing.sample
        )
    share = standing.share if standing is not None else None
    reported = standing.reported if standing is not None else None
    return Row(
        (
            Cell(str(task.number), task.number),
            Cell(voice.text(task.title)),
            Cell(voice.bodies(task.lead)),
            Cell(voice.bodies(task.support) or "—"),
            Cell("、".join(str(date.to_yaml()) for date in dates) or voice.say("未定", "none")),
            state,
            Cell("—") if share is None else Cell(shortest(share), share),
            Cell("—") if reported is None else Cell(reported.isoformat()),
        )
    )
