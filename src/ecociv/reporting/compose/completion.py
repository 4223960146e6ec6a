"""Chapter two: the indicator completion table (指标完成情况表), in the order and categories of the plan."""

from __future__ import annotations

from decimal import Decimal

from ecociv.core.missing import Missing
from ecociv.core.targets import Unset
from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.plan.package import Indicator, Series
from ecociv.reporting.compose.voice import Voice
from ecociv.reporting.document import Block, Cell, Column, Paragraph, Row, Run, Section, Table
from ecociv.reporting.facts import AnnualFacts


def completion(voice: Voice) -> Section:
    """The chapter: how to read the table, and the table on pages turned sideways."""
    facts = voice.facts
    blocks: list[Block] = [
        Paragraph(
            (
                Run(
                    voice.say(
                        "下表按附表1的类别和顺序列出全部指标。“{year}年路径值”是基数与各节点目标之间按声明路径推得的当年应达位置，"
                        "不是方案下达的目标；“{milestone}年节点目标”为方案原文。带编号的数值见附录同号条目。",
                        "The table lists every indicator in the order and categories of Annex 1. The “path in {year}” is where "
                        "the stated path between baseline and milestones stands; it is not a target of the plan; the “milestone "
                        "{milestone}” is. A numbered figure has an entry of the same number in the appendix.",
                        year=facts.year,
                        milestone=_milestone(facts),
                    )
                ),
            )
        ),
        completion_table(voice),
    ]
    title = voice.say("二、指标完成情况", "2. Completion of indicators")
    return Section("indicators", title, tuple(blocks), landscape=True)


def completion_table(voice: Voice) -> Table:
    """One row a series; a composition is one row with its shares joined by colons."""
    facts, package = voice.facts, voice.facts.package
    rows: list[Row] = []
    unsure = False
    milestone = _milestone(facts)
    plan_mark = voice.figures.number("plan-figures", _transcribed(voice, milestone))
    for category in package.zone.categories:
        members = [item for item in package.indicators if item.category == category.key]
        if members:
            rows.append(Row((Cell(voice.text(category.name)),), "group"))
        for indicator in members:
            unsure = unsure or not indicator.supplier.sure
            for series in indicator.series:
                rows.append(_row(voice, indicator, series, milestone, first=series is indicator.series[0]))
    columns = (
        Column(voice.say("序号", "No."), 0.5, "center"),
        Column(voice.say("指标名称", "Indicator"), 2.9),
        Column(voice.say("单位", "Unit"), 1.05, "center"),
        Column(voice.say("{y}年基数", "Baseline {y}", y=package.zone.base_year), 1.15, "center", plan_mark),
        Column(voice.say("{y}年路径值", "Path in {y}", y=facts.year), 1.3, "center"),
        Column(voice.say("{y}年节点目标", "Milestone {y}", y=milestone), 1.45, "center", plan_mark),
        Column(voice.say("{y}年实际完成值", "Actual {y}", y=facts.year), 1.3, "center"),
        Column(voice.say("完成情况", "Status"), 1.15, "center"),
        Column(voice.say("数据来源部门", "Data supplier"), 1.5, "center"),
        Column(voice.say("备注", "Remarks"), 2.4),
    )
    note = ""
    if unsure:
        note = voice.say(
            "注：带*的数据来源部门由其统计职责推定，方案未写明。",
            "Note: a supplier with * is inferred from its usual statistics; the plan does not name one.",
        )
    title = voice.say("{y}年度指标完成情况表", "Indicator completion in {y}", y=facts.year)
    sheet = voice.say("指标完成情况表", "Indicator completion")
    return Table("completion", voice.table_number(), title, sheet, columns, tuple(rows), note)


def _milestone(facts: AnnualFacts) -> int:
    """The milestone that the year works towards; after the last one, the last one."""
    years = facts.package.zone.milestones
    return next((year for year in years if year >= facts.year), years[-1])


def _row(voice: Voice, indicator: Indicator, series: Series, milestone: int, *, first: bool) -> Row:
    fact = voice.facts.fact(series.key)
    baseline = series.baseline_value
    sign = voice.sign(fact.light)
    supplier = voice.bodies([indicator.supplier.body]) + ("" if indicator.supplier.sure else "*")
    name = indicator.name if series.name is None else indicator.series_name(series)
    return Row(
        (
            Cell(str(indicator.number), indicator.number) if first else Cell(""),
            Cell(voice.text(name)),
            Cell(indicator.unit_label.in_language(voice.language).strip() or "—"),
            Cell(voice.value(baseline), baseline if isinstance(baseline, Decimal) else None),
            voice.expected(fact),
            Cell(_target(voice, series, milestone)),
            voice.actual(indicator, fact),
            Cell(sign.words, sign=sign),
            Cell(supplier),
            Cell(_remark(voice, indicator, series)),
        )
    )


def _target(voice: Voice, series: Series, milestone: int) -> str:
    target = series.target(milestone)
    if target is None or isinstance(target, Unset):
        return voice.say("未设", "none set")
    return target.show(voice.language)


def _remark(voice: Voice, indicator: Indicator, series: Series) -> str:
    fact = voice.facts.fact(series.key)
    parts = [voice.say("示例数据", "Sample data")] if fact.sample else []
    if fact.reasons:
        parts.append(voice.text(fact.reasons[0]))
    if fact.rank is not None:
        rank, of = fact.rank
        parts.append(voice.say("{of}个同类城市中列第{rank}位", "Rank {rank} of {of} peers", rank=rank, of=of))
    if series.baseline_value is Missing.MISSING:
        parts.append(voice.say("方案未给基数", "The plan gives no baseline"))
    if indicator.unit_label.printed is not None:
        parts.append(
            voice.say("方案单位印作“{p}”", "The plan prints the unit “{p}”", p=indicator.unit_label.printed)
        )
    return ("；" if voice.language == "zh" else ". ").join(part.rstrip("。.") for part in parts)


def _transcribed(voice: Voice, milestone: int) -> Trace:
    package = voice.facts.package
    plan = package.zone.plan
    label = Text(
        zh=f"附表1的{package.zone.base_year}年基数和{milestone}年目标（整列）",
        en=f"Baselines of {package.zone.base_year} and targets of {milestone} in Annex 1 (whole columns)",
    )
    return Trace(
        label,
        package.series_count,
        "1",
        voice.say("逐行转录附表1", "as printed in Annex 1, row by row"),
        tuple(
            voice.plan_input(Text(zh=f"指标{i.number} {i.name.zh}", en=f"Indicator {i.number} {i.name.en}"), f"indicator:{i.number}")
            for i in package.indicators
        ),
        notes=(
            Text(
                zh=f"出自《{plan.title.zh}》附表1，原样转录，未经换算和修约；印错的单位在备注中说明。",
                en=f"From Annex 1 of the “{plan.title.en}”, as printed, neither converted nor rounded; units that the plan "
                "misprints are named in the remarks.",
            ),
        ),
    )
