"""The self-report of a body from what it handed in: its own words, and figures that lead to their arithmetic. Pure."""

from __future__ import annotations

import dataclasses

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.reporting.compose.voice import Voice
from ecociv.reporting.document import Cell, Column, Paragraph, Row, Run, Table
from ecociv.reporting.lights import look_of
from ecociv.reporting.official.compose.frame import paragraph
from ecociv.reporting.official.content import Level, Part
from ecociv.reporting.official.self_report_sheet import SelfReportSheet, SheetDuty


def parts_of_own_report(voice: Voice, sheet: SelfReportSheet, year: int) -> tuple[Part, ...]:
    """The body of the document, from the salutation to the closing words."""
    led = [duty for duty in sheet.duties if duty.leads]
    parts: list[Part] = [
        paragraph(f"现将我单位{year}年度示范区建设工作自查情况报告如下。"),
        Level("总体情况"),
        *_text(sheet.summary),
        paragraph(
            "我单位",
            _count(voice, sheet, "led", f"牵头{len(led)}项", "牵头的任务和项目数", led),
            "、",
            _count(voice, sheet, "helped", f"配合{len(sheet.duties) - len(led)}项", "配合的任务和项目数",
                   [duty for duty in sheet.duties if not duty.leads]),
            "；牵头事项中",
            _count(voice, sheet, "done", f"完成{sum(d.done for d in led)}项", "完成的牵头事项数",
                   [duty for duty in led if duty.done]),
            "，",
            _count(voice, sheet, "late", f"逾期、滞后或停止{sum(d.late for d in led)}项", "逾期、滞后或停止的牵头事项数",
                   [duty for duty in led if duty.late]),
            "。",
        ),
        Level("牵头事项进展"),
        _duty_table(voice, led, year),
        Level("指标情况"),
        _figure_table(voice, sheet, year),
    ]  # fmt: skip
    if sheet.promised:
        parts += [
            Level("上年所列工作的落实"),
            paragraph(f"{year - 1}年度自查报告所列下一步工作："),
            *_text(sheet.promised),
            paragraph("落实情况："),
            *_text(sheet.promised_outcome),
        ]
    if sheet.cases:
        parts += [Level("未办结的督查事项"), _case_table(voice, sheet)]
    parts += [
        Level("存在的问题"),
        *_text(sheet.problems),
        Level("下一步工作"),
        *_text(sheet.next_steps),
        paragraph("特此报告。"),
        Paragraph((Run(_origin(voice, sheet)),), "note"),
    ]
    return tuple(parts)


def nothing_submitted(voice: Voice, body: str, year: int) -> Paragraph:
    """What the document says while the body has handed in nothing: it is composed from the record, not the body's."""
    words = (
        f"截至{voice.moment(voice.facts.as_of)}，{body}没有报送{year}年度自查报告；以下内容由系统按在册记录生成，不是该单位的报告。"
    )
    return Paragraph((Run(words),), "notice")


def _origin(voice: Voice, sheet: SelfReportSheet) -> str:
    late = f"（期限{voice.day(sheet.due)}，逾期报送）" if sheet.late else ""
    return (
        f"本报告依据{voice.day(sheet.reported_on)}报送的自查报告{late}第{sheet.revision}版编制，该版{voice.moment(sheet.recorded_at)}"
        f"入库，审核情况：{voice.text(sheet.outcome)}。"
    )


def _text(words: str) -> list[Paragraph]:
    return [paragraph(line.strip()) for line in words.splitlines() if line.strip()]


def _count(
    voice: Voice, sheet: SelfReportSheet, key: str, words: str, label: str, members: list[SheetDuty]
) -> Run:
    listed = voice.listed(Text(zh="事项", en="Duties"), [duty.title for duty in members])
    source = TraceInput(
        Text(zh="年度自查报告（在册版本）", en="Yearly self-report on record"),
        None,
        source_id=sheet.source,
        revision=sheet.revision,
        valid=sheet.source.rpartition("/")[2],
        recorded=sheet.recorded_at,
    )
    trace = Trace(Text(zh=label, en=f"Duties: {key}"), len(members), "1", "计数", (listed, source))
    return Run(words, voice.figures.number(key, trace))


def _duty_table(voice: Voice, led: list[SheetDuty], year: int) -> Table:
    rows = []
    for duty in led:
        words = voice.text(duty.label)
        sign = dataclasses.replace(voice.sign(duty.light), words=words)
        percent = Cell(duty.percent or "—")
        said = Cell(" ".join(duty.text.split()) or "没有另作说明")
        rows.append(Row((Cell(voice.text(duty.title)), Cell(words, sign=sign), percent, said)))
    columns = (
        Column("事项", 2.6),
        Column("进展", 1.2),
        Column("完成%", 0.7, "center"),
        Column("工作情况", 3.4),
    )
    title = f"牵头事项进展（{year}年末）"
    return Table(
        "led", voice.table_number(), title, "牵头事项", columns, tuple(rows), empty="没有牵头事项。"
    )


def _figure_table(voice: Voice, sheet: SelfReportSheet, year: int) -> Table:
    rows = []
    for each in sheet.figures:
        mark = None if each.figure is None else voice.figures.number(f"own:{each.series}", each.figure)
        look = look_of(each.light)
        rows.append(
            Row(
                (
                    Cell(each.series),
                    Cell(voice.text(each.name)),
                    Cell(each.value, mark=mark, sample=each.sample),
                    Cell(each.unit or "—"),
                    Cell(voice.text(look.words), sign=voice.sign(each.light)),
                )
            )
        )
    columns = (
        Column("序列", 0.9),
        Column("指标", 3.0),
        Column(f"{year}年", 1.2, "center"),
        Column("单位", 1.0, "center"),
        Column("亮灯", 1.3),
    )
    title = f"负责提供数据的指标（{year}年）"
    empty = "方案没有由我单位提供数据的指标。"
    return Table("figures", voice.table_number(), title, "指标", columns, tuple(rows), empty=empty)


def _case_table(voice: Voice, sheet: SelfReportSheet) -> Table:
    rows = tuple(
        Row((Cell(each.number), Cell(each.title), Cell(voice.text(each.state)), Cell(each.due or "—")))
        for each in sheet.cases
    )
    columns = (Column("编号", 1.5), Column("事项", 3.0), Column("状态", 1.2), Column("期限", 1.1, "center"))
    title = "报送时未办结的督查事项"
    return Table("cases", voice.table_number(), title, "督查事项", columns, rows)
