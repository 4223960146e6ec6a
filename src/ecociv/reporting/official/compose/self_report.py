"""The yearly self-report of a body (年度自查报告), sent up to the office of the leading group."""

from __future__ import annotations

import dataclasses

from ecociv.core.decimals import shortest
from ecociv.core.text import Language, Text
from ecociv.reporting.compose.due import duty_name
from ecociv.reporting.compose.outcomes import outcome_words
from ecociv.reporting.compose.voice import Voice
from ecociv.reporting.document import Cell, Column, Row, Run, Table
from ecociv.reporting.official.compose.frame import Asked, framed, office, paragraph
from ecociv.reporting.official.compose.own_report import nothing_submitted, parts_of_own_report
from ecociv.reporting.official.content import Level, OfficialDocument


def self_report(asked: Asked, language: Language) -> OfficialDocument:
    """What a body handed in on the year; while it has handed in nothing, what the record says, and that it is not its."""
    voice = Voice(asked.facts, language)
    package, year = asked.facts.package, asked.facts.year
    assert asked.body is not None  # the register asks for it
    body = asked.body
    title = f"关于{year}年度示范区建设工作自查情况的报告"
    if asked.own_report is not None:
        own = parts_of_own_report(voice, asked.own_report, year)
        return framed(
            voice, asked, "self-report", title, office(voice), own, issuer=body.full_name, upward=True
        )
    held = package.duties_held(body.key, asked.day)
    led = list({h.duty.place: h.duty for h in held if h.role == "lead"}.values())
    helped = list({h.duty.place: h.duty for h in held if h.role != "lead"}.values())
    standing = asked.standings
    done = [d for d in led if d.place in standing and standing[d.place].done]
    late = [d for d in led if d.place in standing and standing[d.place].late]

    def counted(key: str, zh: str, members: list) -> int:  # type: ignore[type-arg]
        part = voice.listed(Text(zh="事项", en="Duties"), [duty_name(duty) for duty in members])
        label = Text(zh=f"{body.name}{zh}", en=f"{body.name_en}: duties of the kind “{key}”")
        return voice.figures.number(key, voice.count(label, "计数", len(members), (part,)))

    rows = []
    for duty in led:
        state = standing.get(duty.place)
        label = "—" if state is None else voice.text(state.label)
        sign = None if state is None else dataclasses.replace(voice.sign(state.light), words=label)
        share = None if state is None else state.share
        rows.append(
            Row(
                (
                    Cell(voice.text(duty_name(duty))),
                    Cell(voice.text(duty.title)),
                    Cell(outcome_words(voice, duty)),
                    Cell(label, sign=sign),
                    Cell("—") if share is None else Cell(shortest(share), share),
                )
            )
        )
    columns = (
        Column("编号", 0.9, "center"),
        Column("事项", 2.6),
        Column("本年应完成", 2.4),
        Column("进展", 1.3),
        Column("完成%", 0.7, "center"),
    )
    table = Table(
        "led",
        voice.table_number(),
        f"牵头事项进展（{year}年末）",
        "牵头事项",
        columns,
        tuple(rows),
        empty="没有牵头事项。",
    )
    parts = (
        nothing_submitted(voice, body.name, year),
        paragraph(f"现将我单位{year}年度示范区建设工作自查情况报告如下。"),
        Level("职责情况"),
        paragraph("截至年末，我单位", Run(f"牵头{len(led)}项", counted("led", "牵头的任务和项目数", led)), "，",
                  Run(f"配合{len(helped)}项", counted("helped", "配合的任务和项目数", helped)), "。"),
        Level("进展情况"),
        paragraph("牵头事项中，", Run(f"报告完成{len(done)}项", counted("done", "报告完成的牵头事项数", done)), "，",
                  Run(f"逾期、滞后或停止{len(late)}项", counted("late", "逾期、滞后或停止的牵头事项数", late)), "，逐项情况如下。"),
        table,
        Level("下一步工作"),
        paragraph("对逾期、滞后的事项逐项明确措施和时限，按期报告进展。" if late else "继续抓好落实，按期报告进展。"),
        paragraph("特此报告。"),
    )  # fmt: skip
    return framed(
        voice, asked, "self-report", title, office(voice), parts, issuer=body.full_name, upward=True,
    )  # fmt: skip
