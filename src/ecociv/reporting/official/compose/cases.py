"""Documents about one case: the coloured supervision order (督办单), the notice of an interview (约谈通知书)."""

from __future__ import annotations

import datetime as dt

from ecociv.core.text import Language, Text
from ecociv.core.trace import Trace, TraceInput, TraceParameter
from ecociv.plan.package import Organisation
from ecociv.reporting.compose.voice import Voice
from ecociv.reporting.document import Cell, Column, Row, Run, Sign, Table
from ecociv.reporting.official.case_sheet import CaseSheet, Deadline
from ecociv.reporting.official.compose.frame import Asked, framed, paragraph
from ecociv.reporting.official.content import Level, OfficialDocument, Part

ORDERS = {
    "blue": (Text(zh="蓝色", en="Blue"), "◇", "1F4E9E"),
    "yellow": (Text(zh="黄色", en="Yellow"), "△", "8A6100"),
    "red": (Text(zh="红色", en="Red"), "■", "B3261E"),
}
"""Word, shape and colour of each grade; shapes differ for print in black, colours are dark enough to read on white."""
_PENDING = Text(zh="（待定）", en="(to be set)")


def supervision_order(asked: Asked, language: Language) -> OfficialDocument:
    """The order of the colour that the case has come to, to the body that must settle it."""
    voice, sheet = Voice(asked.facts, language), _sheet(asked)
    colour, shape, ink = ORDERS[sheet.colour]
    grade = voice.say("{c}督办", "{c} order", c=colour)
    parts: list[Part] = [
        paragraph(
            voice.say(
                "“{title}”（{number}）于{day}立项督办，至今未办结，现发{c}督办单。",
                "“{title}” ({number}) was filed on {day} and is not settled; this is a {c} order.",
                title=sheet.title,
                number=sheet.number,
                day=voice.day(sheet.opened_on),
                c=colour,
            )
        )
    ]
    if not sheet.issued:
        parts.append(
            paragraph(
                voice.say(
                    "本单尚未发出：须在系统中办理发单步骤，红色督办单须经分管领导批准。",
                    "This order is not issued yet: the step that issues it is still to be taken, and a red one approved.",
                )
            )
        )
    rows = [
        (voice.say("督办级别", "Grade"), Cell(grade, sign=Sign(sheet.colour, shape, grade, ink))),
        (voice.say("责任单位", "Responsible"), Cell(_names(voice, sheet, "responsible"))),
        (voice.say("配合单位", "Supporting"), Cell(_names(voice, sheet, "supporting") or "—")),
        (voice.say("督办内容", "About"), Cell(voice.text(sheet.about) if sheet.about else sheet.title)),
        (voice.say("立项依据", "Why filed"), Cell(sheet.fields.get("basis", "—"))),
        (voice.say("现处状态", "State"), Cell(voice.text(sheet.state_title))),
    ]
    parts += [
        Level(voice.say("督办事项", "The matter")),
        _facts(voice, rows, voice.say("督办事项", "The matter")),
        Level(voice.say("督办要求", "What is demanded")),
        paragraph(_sentence(voice, sheet.fields.get("demand", sheet.title))),
        Level(voice.say("办理时限", "By when")),
        *_deadline(voice, sheet),
        Level(voice.say("办理经过", "What happened so far")),
        _history(voice, sheet),
    ]
    if sheet.officer or sheet.fields.get("contact"):
        who = (
            [voice.say("督办联系人：{n}", "officer in charge: {n}", n=sheet.officer)] if sheet.officer else []
        )
        contact = sheet.fields.get("contact")
        who += [voice.say("单位联系人：{n}", "contact at the body: {n}", n=contact)] if contact else []
        parts.append(paragraph(_sentence(voice, voice.say("；", "; ").join(who))))
    title = voice.say("关于“{t}”的{c}督办单", "{c} supervision order: {t}", t=sheet.title, c=colour)
    return framed(voice, asked, "supervision-order", title, _addressees(voice, sheet), tuple(parts))


def interview_notice(asked: Asked, language: Language) -> OfficialDocument:
    """Who is asked to come, to whom, when and where, about what."""
    voice, sheet = Voice(asked.facts, language), _sheet(asked)
    given = sheet.fields
    pending = voice.text(_PENDING)
    planned = given.get("planned_for")
    when = voice.day(dt.date.fromisoformat(planned)) if planned else pending
    rows = [
        (voice.say("事项编号", "Case"), Cell(sheet.number)),
        (voice.say("被约谈单位", "Body"), Cell(_names(voice, sheet, "responsible"))),
        (voice.say("被约谈人", "Who is asked"), Cell(given.get("interviewee", pending))),
        (voice.say("职务", "Post"), Cell(given.get("interviewee_post", pending))),
        (voice.say("约谈人", "Who talks"), Cell(given.get("interviewer", pending))),
        (voice.say("约谈日期", "Day"), Cell(when)),
        (voice.say("约谈地点", "Where"), Cell(given.get("venue", pending))),
    ]
    parts: list[Part] = [
        paragraph(
            voice.say(
                "经研究，决定就下列事由对你单位有关负责人进行约谈，现将有关事项通知如下。",
                "It was decided to talk to the head of your body about the matter below.",
            )
            if sheet.taken.get("approve")
            else voice.say(
                "拟就下列事由对你单位有关负责人进行约谈；约谈尚待批准，本通知书批准前不得发出。",
                "An interview is planned on the matter below; it is not approved yet, and this notice is not to be sent before.",
            )
        ),
        Level(voice.say("约谈事由", "What it is about")),
        paragraph(_sentence(voice, given.get("matter", sheet.title))),
    ]
    if sheet.about:
        parts.append(paragraph(voice.say("关联事项：{a}。", "It concerns: {a}.", a=sheet.about)))
    parts += [
        Level(voice.say("约谈安排", "Arrangements")),
        _facts(voice, rows, voice.say("约谈安排", "Arrangements")),
        Level(voice.say("有关要求", "What is asked for")),
        paragraph(
            voice.say(
                "请被约谈人按时参加，带齐事项办理情况和佐证材料，在约谈中说明原因、提出整改措施和完成日期。",
                "Whoever is asked is to come in time with the record of what was done and its evidence, and to give reasons, "
                "remedies and a date.",
            )
        ),
    ]
    title = voice.say("关于“{t}”的约谈通知书", "Notice of interview: {t}", t=sheet.title)
    return framed(voice, asked, "interview-notice", title, _addressees(voice, sheet), tuple(parts))


def _sheet(asked: Asked) -> CaseSheet:
    assert asked.case is not None  # the register asks for it
    return asked.case


def _bodies(sheet: CaseSheet, part: str) -> tuple[Organisation, ...]:
    return sheet.bodies.get(part, ())


def _names(voice: Voice, sheet: CaseSheet, part: str) -> str:
    return voice.join(voice.body(body) for body in _bodies(sheet, part))


def _addressees(voice: Voice, sheet: CaseSheet) -> str:
    bodies = _bodies(sheet, "responsible")
    return voice.join(body.full_name if voice.language == "zh" else body.name_en for body in bodies)


def _sentence(voice: Voice, text: str) -> str:
    text = text.strip()
    return text if text.endswith(("。", "！", "？", ".", "；")) else text + voice.say("。", ".")


def _facts(voice: Voice, rows: list[tuple[str, Cell]], title: str) -> Table:
    columns = (Column(voice.say("项目", "What"), 1.0), Column(voice.say("内容", "Content"), 4.0))
    return Table(
        "facts",
        voice.table_number(),
        title,
        title,
        columns,
        tuple(Row((Cell(name), cell)) for name, cell in rows),
    )


def _history(voice: Voice, sheet: CaseSheet) -> Table:
    columns = (
        Column(voice.say("日期", "Day"), 1.2, "center"),
        Column(voice.say("步骤", "Step"), 1.6),
        Column(voice.say("办理单位", "By"), 1.6),
        Column(voice.say("其后状态", "State after"), 1.6),
    )
    rows = tuple(
        Row(
            (
                Cell(move.day.isoformat()),
                Cell(voice.text(move.title)),
                Cell(move.body or "—"),
                Cell(voice.text(move.state)),
            )
        )
        for move in sheet.moves
    )
    title = voice.say("办理经过", "Steps")
    return Table("steps", voice.table_number(), title, title, columns, rows)


def _deadline(voice: Voice, sheet: CaseSheet) -> list[Part]:
    due = sheet.deadline
    if due is None:
        return [
            paragraph(
                voice.say("办理时钟暂停，恢复后另行通知。", "The clock stands still; a date will follow.")
            )
        ]
    mark = voice.figures.number("due", _due_trace(voice, sheet, due))
    told = [
        paragraph(
            voice.say("请于", "It is to be settled and reported on by "),
            Run(voice.day(due.due_on), mark),
            voice.say("前办结并反馈办理情况，附佐证材料。", ", with evidence."),
        )
    ]
    notes = [
        voice.say(
            "时限自{start}次日起计{n}个工作日",
            "Counted from the day after {start}: {n} working days",
            start=voice.day(due.started_on),
            n=due.working_days,
        )
        if due.working_days is not None
        else voice.say("时限为事项所填日期", "The date was given in the case")
    ]
    if due.assumed:
        notes.append(
            voice.say("暂按本单成文日起算，以实际发出日为准", "as if issued on the day of this paper")
        )
    if due.extended:
        notes.append(voice.say("含批准延期{n}个工作日", "with {n} more granted", n=due.extended))
    if due.stood_still:
        notes.append(
            voice.say("扣除暂停{n}个工作日", "without {n} for which it stood still", n=due.stood_still)
        )
    if due.off:
        notes.append(voice.say("其间放假{d}", "off: {d}", d=_days(voice, due.off)))
    if due.worked:
        notes.append(voice.say("调休上班{d}", "worked in exchange: {d}", d=_days(voice, due.worked)))
    if not due.by_notice:
        notes.append(
            voice.say(
                "该年放假通知尚未收录，按周一至周五计",
                "no holiday notice is known, so Monday to Friday count",
            )
        )
    return [*told, paragraph(_sentence(voice, voice.say("，", ", ").join(notes)))]


def _days(voice: Voice, days: tuple[dt.date, ...]) -> str:
    return voice.join(f"{d.month}月{d.day}日" if voice.language == "zh" else f"{d:%-d %b}" for d in days)


def _due_trace(voice: Voice, sheet: CaseSheet, due: Deadline) -> Trace:
    days = due.working_days or 0
    total = days + due.extended + due.stood_still
    label = Text(
        zh=f"{due.title.zh}：{due.due_on}到期（工作日数）",
        en=f"{due.title.en}: due {due.due_on} (working days)",
    )
    begun = TraceInput(
        Text(zh=f"起算日{due.started_on}（当日不计）", en=f"From {due.started_on}, which does not count"),
        None,
        source_id=sheet.source,
        recorded=sheet.recorded,
        sample=sheet.sample,
    )
    parameters = (
        TraceParameter(Text(zh="规定工作日数", en="Working days declared"), days),
        TraceParameter(Text(zh="批准延期", en="Granted"), due.extended),
        TraceParameter(Text(zh="暂停", en="Stood still"), due.stood_still),
    )
    note = Text(
        zh="工作日按国务院办公厅放假通知计" if due.by_notice else "该年放假通知尚未收录，按周一至周五计",
        en="By the holiday notices of the State Council"
        if due.by_notice
        else "No holiday notice: Monday to Friday",
    )
    formula = voice.say(
        "起算日后第N个工作日，N=规定+延期+暂停",
        "the Nth working day after it; N = declared + granted + still",
    )
    return Trace(label, total, "1", formula, (begun,), parameters=parameters, notes=(note,))
