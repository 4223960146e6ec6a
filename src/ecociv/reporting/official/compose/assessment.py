"""The bulletin of assessment results (考核结果通报): totals, ranks with their range, grades, scores by category."""

from __future__ import annotations

from decimal import Decimal

from ecociv.core.text import Language, Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.reporting.compose.voice import Voice
from ecociv.reporting.document import Cell, Column, Row, Table
from ecociv.reporting.official.compose.frame import Asked, framed, paragraph
from ecociv.reporting.official.compose.lists import everyone
from ecociv.reporting.official.content import Attachment, Level, OfficialDocument, Part
from ecociv.reporting.official.results_sheet import ResultsSheet, UnitScores


def assessment_bulletin(asked: Asked, language: Language) -> OfficialDocument:
    """The document; a peer group has a table of its own, for groups are not compared."""
    voice = Voice(asked.facts, language)
    assert asked.results is not None  # the register asks for it
    sheet = asked.results
    year, rules = sheet.year, voice.text(sheet.rules_title)
    if sheet.trial:
        opening = voice.say(
            "【试算】以下为按“{r}”（{v}版）对{y}年度的试算结果，依据{t}在案数据，未经签发，不作为考核结果。",
            "TRIAL: scores for {y} by “{r}” ({v}) from what was on record at {t}; signed off by nobody, and no result.",
            r=rules, v=sheet.version, y=year, t=voice.moment(sheet.known_at),
        )  # fmt: skip
    else:
        assert sheet.signed_on is not None
        opening = voice.say(
            "现将按“{r}”（{v}版）进行的{y}年度考核结果通报如下。结果依据{t}在案数据，由{s}于{d}签发。",
            "These are the results of the assessment of {y} by “{r}” ({v}), from what was on record at {t}, signed off by {s} on {d}.",
            r=rules, v=sheet.version, y=year, t=voice.moment(sheet.known_at), s=sheet.signed_by, d=voice.day(sheet.signed_on),
        )  # fmt: skip
    parts: list[Part] = [paragraph(opening)]
    if sheet.number > 1:
        parts.append(
            paragraph(
                voice.say(
                    "本结果为第{n}次签发，此前的结果保留在案。",
                    "This is sign-off number {n}; those before stay on record.",
                    n=sheet.number,
                )
            )
        )
    parts.append(Level(voice.say("考核结果", "Results")))
    for group, name in sheet.groups.items():
        members = [unit for unit in sheet.units if unit.group == group]
        if members:
            parts.append(_results(voice, sheet, name, members))
    unranked = [unit for unit in sheet.units if unit.rank is None]
    if unranked:
        parts.append(Level(voice.say("未列名次的单位", "Units without a rank")))
        parts.append(_unranked(voice, unranked))
    parts += [Level(voice.say("有关说明", "Notes")), *_notes(voice, sheet)]
    detail = _categories(voice, sheet)
    title = voice.say("关于{y}年度考核结果的通报", "Results of the assessment of {y}", y=year)
    if sheet.trial:
        title = voice.say("关于{y}年度考核试算情况的通报（试算）", "Trial scores for {y} (trial)", y=year)
    return framed(
        voice, asked, "assessment-bulletin", title, everyone(voice), tuple(parts),
        (Attachment(detail.title, (detail,), landscape=True),),
    )  # fmt: skip


def _results(voice: Voice, sheet: ResultsSheet, group: Text, members: list[UnitScores]) -> Table:
    rows = tuple(
        Row(
            (
                Cell("—") if unit.rank is None else Cell(str(unit.rank), unit.rank),
                Cell(voice.text(unit.name)),
                _total(voice, sheet, unit),
                Cell(voice.text(unit.grade) if unit.grade else "—"),
                Cell(_range(unit.interval)),
            )
        )
        for unit in members
    )
    columns = (
        Column(voice.say("名次", "Rank"), 0.7, "center"),
        Column(voice.say("单位", "Unit"), 2.4),
        Column(voice.say("总分", "Total"), 1.1, "center"),
        Column(voice.say("等级", "Grade"), 1.0, "center"),
        Column(voice.say("名次区间", "Range of rank"), 1.1, "center"),
    )
    number = voice.table_number()
    title = voice.say("{y}年度考核结果（{g}）", "Results of {y}, {g}", y=sheet.year, g=group)
    return Table(f"results-{number}", number, title, voice.text(group)[:31], columns, rows)


def _range(interval: tuple[int, int] | None) -> str:
    if interval is None:
        return "—"
    low, high = interval
    return str(low) if low == high else f"{low}—{high}"


def _total(voice: Voice, sheet: ResultsSheet, unit: UnitScores) -> Cell:
    if unit.total is None:
        return Cell(voice.say("不计", "left out"))
    label = Text(zh=f"{unit.name.zh}{sheet.year}年度总分", en=f"{unit.name.en}: total of {sheet.year}")
    inputs = [
        TraceInput(
            Text(
                zh="考核结果（签发件）" if not sheet.trial else "试算结果",
                en="Results as signed off" if not sheet.trial else "Trial scores",
            ),
            None,
            source_id=f"{sheet.source}@sha256:{sheet.digest[:16]}",
            revision=max(sheet.number, 1),
            recorded=sheet.known_at,
            sample=unit.sample,
        )
    ]
    parts = [_part(Text(zh="加权得分", en="Weighted score"), unit.base)] if unit.base is not None else []
    parts += [
        _part(Text(zh="加分", en="Points added"), unit.plus),
        _part(Text(zh="扣分", en="Points taken off"), unit.minus),
    ]
    formula = voice.say(
        "加权得分+加分-扣分，再按一票否决和封顶规则处理",
        "weighted score + added - taken off, then vetoes and caps",
    )
    trace = Trace(label, unit.total, "1", formula, (*inputs, *parts), notes=unit.reasons)
    return Cell(
        str(unit.total), unit.total, voice.figures.number(f"total:{unit.key}", trace), sample=unit.sample
    )


def _part(label: Text, value: Decimal) -> TraceInput:
    return TraceInput(label, value)


def _unranked(voice: Voice, units: list[UnitScores]) -> Table:
    rows = tuple(
        Row(
            (
                Cell(voice.text(unit.name)),
                Cell(voice.join(voice.text(reason) for reason in unit.reasons) or "—"),
            )
        )
        for unit in units
    )
    columns = (Column(voice.say("单位", "Unit"), 1.4), Column(voice.say("原因", "Why"), 4.0))
    title = voice.say("未列名次的单位及原因", "Units without a rank, and why")
    return Table("unranked", voice.table_number(), title, voice.say("未列名次", "Not ranked"), columns, rows)


def _notes(voice: Voice, sheet: ResultsSheet) -> list[Part]:
    told = [
        voice.say(
            "各组分别排名，组间不比较；得分相同的名次相同。各类得分见附件。",
            "Each group is ranked by itself and groups are not compared. Scores by category are attached.",
        )
    ]
    if sheet.draws:
        told.append(
            voice.say(
                "名次区间由{n}次随机模拟（种子{s}）得出：数据误差和权重在申报范围内变动时，名次落在该区间内；区间重叠的单位不宜作先后之分。",
                "The range of rank comes from {n} draws (seed {s}) over the errors of data and the declared spread of weights; units "
                "whose ranges overlap should not be told apart.",
                n=sheet.draws,
                s=sheet.seed,
            )  # fmt: skip
        )
    if sheet.unverified:
        told.append(
            voice.say(
                "所用考核办法的依据尚未核对原文，或系本系统拟定，须由有权机关审定。",
                "The rule set rests on a text that was not checked or is our own declaration, and needs approval.",
            )
        )
    told.append(
        voice.say("结果内容摘要：sha256:{d}。", "Digest of the results: sha256:{d}.", d=sheet.digest[:32])
    )
    return [paragraph(each) for each in told]


def _categories(voice: Voice, sheet: ResultsSheet) -> Table:
    rows: list[Row] = []
    for group, name in sheet.groups.items():
        members = [unit for unit in sheet.units if unit.group == group]
        if members and len(sheet.groups) > 1:
            rows.append(Row((Cell(voice.text(name)),), "group"))
        for unit in members:
            scores = [unit.categories.get(key) for key in sheet.categories]
            cells = [Cell("—") if score is None else Cell(str(score), score) for score in scores]
            points = [Cell(str(value), value) for value in (unit.plus, unit.minus)]
            total = Cell("—") if unit.total is None else Cell(str(unit.total), unit.total)
            rows.append(Row((Cell(voice.text(unit.name), sample=unit.sample), *cells, *points, total)))
    columns = (
        Column(voice.say("单位", "Unit"), 2.0),
        *(Column(voice.text(title), 1.2, "center") for title in sheet.categories.values()),
        Column(voice.say("加分", "Added"), 0.8, "center"),
        Column(voice.say("扣分", "Taken off"), 0.8, "center"),
        Column(voice.say("总分", "Total"), 1.0, "center"),
    )
    title = voice.say("各类得分（{y}年度）", "Scores by category, {y}", y=sheet.year)
    return Table(
        "categories", voice.table_number(), title, voice.say("各类得分", "By category"), columns, tuple(rows)
    )
