"""The supervision bulletin (督查通报): duties and lights on a day, overdue duties by body."""

from __future__ import annotations

from collections import defaultdict

from ecociv.core.text import Language, Text
from ecociv.plan.package import Project, Task
from ecociv.reporting.compose.due import duty_name
from ecociv.reporting.compose.voice import Voice
from ecociv.reporting.document import Cell, Column, Row, Run, Table
from ecociv.reporting.lights import LIGHTS
from ecociv.reporting.official.compose.frame import Asked, framed, paragraph
from ecociv.reporting.official.compose.lists import everyone
from ecociv.reporting.official.content import Level, OfficialDocument, Part

Duty = Task | Project


def bulletin(asked: Asked, language: Language) -> OfficialDocument:
    """The document; every count carries the list of what was counted."""
    voice = Voice(asked.facts, language)
    package, day = asked.facts.package, voice.day(asked.day)
    late = [d for d in package.duties if (s := asked.standings.get(d.place)) and s.late]
    done = [d for d in package.duties if (s := asked.standings.get(d.place)) and s.done]
    red = [f for f in asked.facts.series.values() if f.light in ("off-track", "worsening")]
    names = [Text(zh=f"序列{f.key}", en=f"series {f.key}") for f in red]
    red_trace = voice.count(
        Text(zh="亮红灯的指标序列数", en="Series with a red light"),
        voice.say("计数", "count"),
        len(red),
        (voice.listed(Text(zh="序列", en="Series"), names),),
        of=red,
    )
    parts: tuple[Part, ...] = (
        paragraph(
            voice.say(
                "现将截至{day}示范区建设任务和指标的督查情况通报如下。",
                "This is the state of tasks, projects and indicators of the zone as of {day}.",
                day=day,
            )
        ),
        Level(voice.say("总体情况", "Overall")),
        paragraph(
            voice.say("方案共有任务和项目{n}项，", "Of {n} tasks and projects, ", n=len(package.duties)),
            Run(
                voice.say("报告完成{n}项", "{n} are reported done", n=len(done)),
                _mark(
                    voice,
                    "done",
                    Text(zh="报告完成的任务和项目数", en="Tasks and projects reported done"),
                    done,
                ),
            ),
            voice.say("，", "; "),
            Run(
                voice.say("逾期、滞后或停止{n}项", "{n} are overdue, delayed or stopped", n=len(late)),
                _mark(
                    voice,
                    "late",
                    Text(
                        zh="逾期、滞后或停止的任务和项目数",
                        en="Tasks and projects overdue, delayed or stopped",
                    ),
                    late,
                ),
            ),
            voice.say("。指标按{y}年度数据，", ". Of the indicators for {y}, ", y=asked.facts.year),
            Run(
                voice.say("亮红灯{n}个序列", "{n} series show red", n=len(red)),
                voice.figures.number("red", red_trace),
            ),
            voice.say("。", "."),
        ),
        _lights(voice, asked),
        Level(voice.say("各单位逾期情况", "Overdue duties by body")),
        paragraph(
            voice.say(
                "下表列出牵头事项中有逾期、滞后或停止的单位，单位按{day}承接职责的机构列名；多个单位共同牵头的分别计入。",
                "Bodies that lead duties which are overdue, delayed or stopped, as they hold them on {day}; a duty with several "
                "leads counts for each.",
                day=day,
            )
        ),
        _overdue(voice, asked, late),
        Level(voice.say("下一步要求", "What is asked for")),
        paragraph(
            voice.say(
                "上述单位要逐项说明原因，提出整改措施和完成时限，按期报告进展；领导小组办公室将跟踪核查。",
                "The bodies named are to give the reasons, the remedy and a date for each duty and to report in time; the office "
                "will follow up.",
            )
        ),
    )
    title = voice.say(
        "关于截至{day}示范区建设任务进展情况的督查通报",
        "Supervision bulletin: tasks of the zone as of {day}",
        day=day,
    )
    copies = (
        voice.say("市委办公室", "Office of the Party committee"),
        voice.say("市政府办公室", "Office of the government"),
    )
    return framed(voice, asked, "bulletin", title, everyone(voice), parts, copies=copies)


def _mark(voice: Voice, key: str, label: Text, members: list[Duty]) -> int:
    part = voice.listed(Text(zh="事项", en="Duties"), [duty_name(duty) for duty in members])
    return voice.figures.number(key, voice.count(label, voice.say("计数", "count"), len(members), (part,)))


def _lights(voice: Voice, asked: Asked) -> Table:
    rows = []
    for look in LIGHTS:
        members = [f for f in asked.facts.series.values() if f.light == look.key]
        if not members:
            continue
        label = Text(zh=f"“{look.words.zh}”的序列数", en=f"Series “{look.words.en}”")
        names = [Text(zh=f.key, en=f.key) for f in members]
        trace = voice.count(
            label,
            voice.say("计数", "count"),
            len(members),
            (voice.listed(Text(zh="序列", en="Series"), names),),
            of=members,
        )
        rows.append(
            Row(
                (
                    Cell(voice.text(look.words), sign=voice.sign(look.key)),
                    Cell(str(len(members)), len(members), voice.figures.number(f"light:{look.key}", trace)),
                )
            )
        )
    rows.append(
        Row(
            (Cell(voice.say("合计", "Total")), Cell(str(len(asked.facts.series)), len(asked.facts.series))),
            "total",
        )
    )
    columns = (Column(voice.say("亮灯", "Light"), 2.0), Column(voice.say("序列数", "Series"), 1.0, "center"))
    title = voice.say("指标亮灯情况（{y}年度）", "Lights of the indicators, {y}", y=asked.facts.year)
    return Table("lights", voice.table_number(), title, voice.say("亮灯情况", "Lights"), columns, tuple(rows))


def _overdue(voice: Voice, asked: Asked, late: list[Duty]) -> Table:
    package = asked.facts.package
    held: dict[str, list[Duty]] = defaultdict(list)
    for duty in late:
        for key in dict.fromkeys(package.body_on(lead.key, asked.day).key for lead in package.leads(duty)):
            held[key].append(duty)
    rows = []
    for key, members in sorted(held.items(), key=lambda item: (-len(item[1]), item[0])):
        body = package.organisation(key)
        label = Text(zh=f"{body.name}逾期、滞后或停止的牵头事项数", en=f"Late duties led by {body.name_en}")
        names = voice.join(voice.text(duty_name(duty)) for duty in members)
        rows.append(
            Row(
                (
                    Cell(voice.body(body)),
                    Cell(str(len(members)), len(members), _mark(voice, f"late:{key}", label, members)),
                    Cell(names),
                )
            )
        )
    columns = (
        Column(voice.say("单位", "Body"), 1.6),
        Column(voice.say("事项数", "Duties"), 0.8, "center"),
        Column(voice.say("事项", "Which"), 4.0),
    )
    title = voice.say("逾期、滞后或停止的牵头事项", "Duties overdue, delayed or stopped")
    empty = voice.say("没有逾期、滞后或停止的事项。", "Nothing is overdue, delayed or stopped.")
    return Table(
        "late",
        voice.table_number(),
        title,
        voice.say("逾期情况", "Overdue"),
        columns,
        tuple(rows),
        empty=empty,
    )
