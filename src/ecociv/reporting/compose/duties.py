"""Chapters three and four: tasks by system and by department, projects by programme, with what was reported."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable, Sequence

from ecociv.core.decimals import shortest
from ecociv.core.quantities import label_of
from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.plan.package import Project, Task
from ecociv.reporting.compose.due import due_in, duty_name, recurs_in
from ecociv.reporting.compose.outcomes import outcome_words
from ecociv.reporting.compose.voice import Voice
from ecociv.reporting.document import Block, Cell, Column, Heading, Paragraph, Row, Run, Section, Table

DutySeq = Sequence[Task] | Sequence[Project] | Sequence[Task | Project]


def tasks(voice: Voice) -> Section:
    """Tasks by system, by department, and one by one those that were due in the year."""
    blocks: list[Block] = [
        Paragraph((Run(_reporting_state(voice)),)),
        Heading(voice.say("（一）按体系", "3.1 By system")),
        by_system(voice),
        Heading(voice.say("（二）按部门", "3.2 By department")),
        Paragraph(
            (
                Run(
                    voice.say(
                        "部门按方案印发时的名称列出；机构改革后由其他部门承接的，注明截至报告日的承接部门。"
                        "一项任务有多个牵头单位时分别计入，“第一牵头”一列合计等于任务总数。",
                        "Departments are listed under their names in the plan; where another body has since taken over, it is "
                        "named. A task with several leading bodies counts for each; the column “first lead” adds up to the "
                        "number of tasks.",
                    )
                ),
            )
        ),
        by_department(voice),
        Heading(voice.say("（三）{y}年到期的任务", "3.3 Tasks due in {y}", y=voice.facts.year)),
        due_tasks(voice),
    ]
    return Section("tasks", voice.say("三、任务进展情况", "3. Tasks"), tuple(blocks))


def projects(voice: Voice) -> Section:
    """Projects under their programmes."""
    title = voice.say("四、重点工程项目进展情况", "4. Projects")
    blocks: list[Block] = [
        Paragraph(
            (
                Run(
                    voice.say(
                        "附表3共{n}个项目，分属{p}项工程。量化目标为方案原文数值，年份为方案写明的年份。",
                        "Annex 3 has {n} projects in {p} programmes. Quantified targets carry the plan's own figures and years.",
                        n=len(voice.facts.package.projects), p=len(voice.facts.package.zone.programmes),
                    )
                ),
            )
        ),
        by_programme(voice),
    ]
    return Section("projects", title, tuple(blocks), landscape=True)


def by_system(voice: Voice) -> Table:
    """Number of tasks of each system, those due in the year and what was reported of them."""
    package = voice.facts.package
    rows = []
    for system in package.zone.systems:
        members = [task for task in package.tasks if task.system == system.key]
        name = voice.say("{no}、{title}", "{title}", no=system.number, title=system.title)
        rows.append(Row((Cell(name), *_counts(voice, f"system:{system.key}", system.title, members))))
    rows.append(
        Row((Cell(voice.say("合计", "Total")), *_counts(voice, "tasks", Text(zh="全部任务", en="All tasks"), package.tasks)), "total")
    )
    columns = (Column(voice.say("体系", "System"), 2.4), *_count_columns(voice))
    title = voice.say("任务进展（按体系，单位：项）", "Tasks by system")
    return Table("systems", voice.table_number(), title, voice.say("任务按体系", "Tasks by system"), columns, tuple(rows))


def by_department(voice: Voice) -> Table:
    """What each body leads and supports, most leading duties first, in the plan's names."""
    facts, package = voice.facts, voice.facts.package
    rows = []
    bodies = []
    for body in package.organisations:
        led = [d for d in package.duties if body.key in [lead.key for lead in package.leads(d)]]
        helped = [d for d in package.duties if body.key in [b.key for b in package.supports(d)]]
        if led or helped:
            bodies.append((body, led, helped))
    bodies.sort(key=lambda item: (-len(item[1]), -len(item[2])))
    firsts = led_tasks = 0
    for body, led, helped in bodies:
        own = [duty for duty in led if isinstance(duty, Task)]
        first = [task for task in own if package.leads(task)[0].key == body.key]
        projects_led = [duty for duty in led if isinstance(duty, Project)]
        due = [duty for duty in led if due_in(duty, facts.year)]
        firsts, led_tasks = firsts + len(first), led_tasks + len(own)
        named = Text(zh=body.name, en=body.name_en)
        parts = (
            _listed(voice, Text(zh="全部牵头任务", en="All tasks led"), own),
            _listed(voice, Text(zh="其中第一牵头", en="Of these, as the first named"), first),
            _listed(voice, Text(zh="牵头项目", en="Projects led"), projects_led),
            _listed(voice, Text(zh="配合的任务和项目", en="Tasks and projects supported"), helped),
            _listed(voice, Text(zh=f"{facts.year}年到期的牵头事项", en=f"Led and due in {facts.year}"), due),
        )
        label = Text(zh=f"{body.name}牵头的任务数", en=f"Tasks led by {body.name_en}")
        formula = voice.say("计数：牵头单位中有该部门的任务", "count of tasks whose leading bodies include it")
        trace = voice.count(label, formula, len(own), parts)
        now = package.body_on(body.key, facts.as_of.date())
        holder = "" if now.key == body.key else voice.body(now)
        rows.append(
            Row(
                (
                    Cell(voice.text(named)),
                    Cell(str(len(own)), len(own), voice.figures.number(f"department:{body.key}", trace)),
                    *(Cell(str(len(part)), len(part)) for part in (first, projects_led, helped, due)),
                    Cell(_progress(voice, led)),
                    Cell(holder),
                )
            )
        )
    blank = Cell("")
    rows.append(
        Row(
            (Cell(voice.say("合计", "Total")), Cell(str(led_tasks), led_tasks), Cell(str(firsts), firsts), *([blank] * 5)),
            "total",
        )
    )
    columns = (
        Column(voice.say("部门", "Department"), 2.3),
        Column(voice.say("牵头任务", "Tasks led"), 1.25, "center"),
        Column(voice.say("其中第一牵头", "First lead"), 0.9, "center"),
        Column(voice.say("牵头项目", "Projects led"), 0.9, "center"),
        Column(voice.say("配合事项", "Supported"), 1.0, "center"),
        Column(voice.say("本年到期", "Due in year"), 0.9, "center"),
        Column(voice.say("已报进展", "Reported"), 1.1, "center"),
        Column(voice.say("现承接部门", "Held now by"), 1.7),
    )
    title = voice.say("任务分工与进展（按部门，单位：项）", "Duties and progress by department")
    sheet = voice.say("任务按部门", "Tasks by department")
    return Table("departments", voice.table_number(), title, sheet, columns, tuple(rows))


def due_tasks(voice: Voice) -> Table:
    """Every task with a date in the year, or that comes back in it: what is due, who leads, what was reported."""
    facts, package = voice.facts, voice.facts.package
    rows: list[Row] = []
    for system in package.zone.systems:
        members = [
            task
            for task in package.tasks
            if task.system == system.key and (due_in(task, facts.year) or recurs_in(task, facts.year))
        ]
        if members:
            rows.append(Row((Cell(voice.text(system.title)),), "group"))
        rows += [
            Row(
                (
                    Cell(str(task.number), task.number),
                    Cell(voice.text(task.title)),
                    Cell(voice.bodies(task.lead)),
                    Cell(outcome_words(voice, task)),
                    _state(voice, task),
                )
            )
            for task in members
        ]
    columns = (
        Column(voice.say("编号", "No."), 0.6, "center"),
        Column(voice.say("任务", "Task"), 2.6),
        Column(voice.say("牵头单位", "Lead"), 1.5),
        Column(voice.say("本年应完成", "Due"), 2.4),
        Column(voice.say("报告进展", "Reported"), 1.3),
    )
    title = voice.say("{y}年到期和例行的任务", "Tasks due or recurring in {y}", y=facts.year)
    sheet = voice.say("本年到期任务", "Tasks due")
    empty = voice.say("方案没有在{y}年到期的任务。", "The plan has no task that is due in {y}.", y=facts.year)
    return Table("due", voice.table_number(), title, sheet, columns, tuple(rows), empty=empty)


def by_programme(voice: Voice) -> Table:
    """The projects, programme by programme."""
    package = voice.facts.package
    rows: list[Row] = []
    for programme in package.zone.programmes:
        members = [project for project in package.projects if project.programme == programme.key]
        due = [project for project in members if due_in(project, voice.facts.year)]
        parts = (
            _listed(voice, Text(zh="项目", en="Projects"), members),
            _listed(voice, Text(zh=f"{voice.facts.year}年到期", en=f"Due in {voice.facts.year}"), due),
        )
        label = Text(zh=f"{programme.title.zh}的项目数", en=f"Projects of the programme “{programme.title.en}”")
        trace = voice.count(label, voice.say("计数：属于该工程的项目", "count of the projects of the programme"), len(members), parts)
        words = voice.say(
            "工程{no} {title}：{n}个项目，本年到期{due}个", "Programme {no}, {title}: {n} projects, {due} due in the year",
            no=programme.number, title=programme.title, n=len(members), due=len(due),
        )
        rows.append(Row((Cell(words, mark=voice.figures.number(f"programme:{programme.key}", trace)),), "group"))
        rows += [
            Row(
                (
                    Cell(str(project.number), project.number),
                    Cell(voice.text(project.title)),
                    Cell(voice.bodies(project.lead)),
                    Cell(_period(voice, project)),
                    Cell(_promised(voice, project)),
                    _state(voice, project),
                )
            )
            for project in members
        ]
    columns = (
        Column(voice.say("编号", "No."), 0.5, "center"),
        Column(voice.say("项目", "Project"), 2.4),
        Column(voice.say("牵头单位", "Lead"), 1.6),
        Column(voice.say("期限", "Period"), 1.05, "center"),
        Column(voice.say("量化目标", "Quantified targets"), 4.0),
        Column(voice.say("报告进展", "Reported"), 1.3),
    )
    title = voice.say("重点工程项目进展（按工程）", "Projects by programme")
    return Table("projects", voice.table_number(), title, voice.say("重点工程项目", "Projects"), columns, tuple(rows))


# -- what was reported ---------------------------------------------------------------------------------------


def _reporting_state(voice: Voice) -> str:
    facts, package = voice.facts, voice.facts.package
    if facts.progress is None:
        return voice.say(
            "本系统尚未启用进展报告，以下各表“报告进展”一栏均为“尚未报告”，不表示没有进展。",
            "Progress reports are not kept here yet: the column “reported” says “not yet reported” throughout, which does "
            "not mean that nothing was done.",
        )
    reported = [duty for duty in package.duties if facts.has_report(duty.place)]
    return voice.say(
        "截至报告日，{total}项任务和项目中有{n}项收到过进展报告；“尚未报告”不表示没有进展。状态按{year}年末的时点判定。",
        "By the day of this report {n} of {total} tasks and projects have a progress report; “not yet reported” does not "
        "mean that nothing was done. States are those at the end of {year}.",
        n=len(reported), total=len(package.duties), year=facts.year,
    )


def _state(voice: Voice, duty: Task | Project) -> Cell:
    standing = voice.facts.standing(duty.place)
    silent = voice.say("尚未报告", "not yet reported")
    if standing is None:
        return Cell(silent)
    label, sign = voice.text(standing.label), voice.sign(standing.light)
    sign = dataclasses.replace(sign, words=label)
    if standing.reported is None and standing.names_silence:
        return Cell(label, sign=sign)
    if standing.reported is None:
        return Cell(voice.say("{label}（{silent}）", "{label} ({silent})", label=label, silent=silent), sign=sign)
    share = f" {shortest(standing.share)}%" if standing.share is not None else ""
    return Cell(f"{label}{share} {standing.reported:%Y-%m-%d}", sign=sign, sample=standing.sample)


def _progress(voice: Voice, duties: Iterable[Task | Project]) -> str:
    all_duties = list(duties)
    if not all_duties:
        return "—"
    if voice.facts.progress is None:
        return voice.say("尚未报告", "not yet reported")
    return f"{sum(voice.facts.has_report(duty.place) for duty in all_duties)}/{len(all_duties)}"


# -- counting ------------------------------------------------------------------------------------------------


def _listed(voice: Voice, label: Text, members: DutySeq) -> Trace:
    return voice.listed(label, [duty_name(duty) for duty in members])


def _kinds(voice: Voice) -> list[tuple[Text, Callable[[Task], bool]]]:
    facts, year = voice.facts, voice.facts.year

    def done(task: Task) -> bool:
        standing = facts.standing(task.place)
        return standing is not None and standing.done

    def late(task: Task) -> bool:
        standing = facts.standing(task.place)
        return standing is not None and standing.late

    planned: list[tuple[Text, Callable[[Task], bool]]] = [
        (Text(zh=f"{year}年到期", en=f"Due in {year}"), lambda task: due_in(task, year)),
        (Text(zh="每年例行", en="Every year"), lambda task: recurs_in(task, year)),
    ]
    if facts.progress is None:
        return planned
    return [
        *planned,
        (Text(zh="报告完成", en="Reported done"), done),
        (Text(zh="逾期或滞后", en="Overdue or delayed"), late),
        (Text(zh="尚未报告", en="Not yet reported"), lambda task: not facts.has_report(task.place)),
    ]


def _counts(voice: Voice, key: str, name: Text, members: Sequence[Task]) -> tuple[Cell, ...]:
    groups = [(label, [task for task in members if test(task)]) for label, test in _kinds(voice)]
    parts = (
        _listed(voice, Text(zh="任务", en="Tasks"), members),
        *(_listed(voice, label, group) for label, group in groups),
    )
    label = Text(zh=f"{name.zh}的任务数", en=f"Tasks of “{name.en}”")
    trace = voice.count(label, voice.say("计数", "count"), len(members), parts)
    total = Cell(str(len(members)), len(members), voice.figures.number(f"tasks:{key}", trace))
    return (total, *(Cell(str(len(group)), len(group)) for _, group in groups))


def _count_columns(voice: Voice) -> tuple[Column, ...]:
    return (
        Column(voice.say("任务数", "Tasks"), 1.2, "center"),
        *(Column(voice.text(label), 1.0, "center") for label, _ in _kinds(voice)),
    )


# -- what was promised ---------------------------------------------------------------------------------------


def _period(voice: Voice, duty: Task | Project) -> str:
    if duty.start is None and duty.due is None:
        return voice.say("未写", "not given")
    start = None if duty.start is None else str(duty.start.to_yaml())
    due = None if duty.due is None else str(duty.due.to_yaml())
    if start is None:
        return voice.say("至{due}", "to {due}", due=due)
    if due is None:
        return voice.say("{start}起", "from {start}", start=start)
    return start if start == due else f"{start}–{due}"


def _promised(voice: Voice, duty: Task | Project) -> str:
    parts = []
    for target in duty.targets:
        year = "" if target.year is None else voice.say("（{y}年）", " ({y})", y=target.year)
        label = target.unit_label if voice.language == "zh" else label_of(target.unit).en
        parts.append(f"{voice.text(target.quantity)}{year} {target.typed.show(voice.language, label)}")
    if not parts:
        return outcome_words(voice, duty, every_year=True)
    return ("；" if voice.language == "zh" else "; ").join(parts)
