"""Chapter six: standards applied with their edition, the report's own rules, and what the data cannot prove."""

from __future__ import annotations

from collections.abc import Iterator

from ecociv.core.text import Text
from ecociv.core.trace import Citation, Trace
from ecociv.reporting.compose.overview import name_of
from ecociv.reporting.compose.voice import Voice
from ecociv.reporting.document import Block, Cell, Column, Heading, Paragraph, Row, Run, Section, Table


def methods(voice: Voice) -> Section:
    """The chapter, last before the appendix because it reads the traces of all others."""
    blocks: list[Block] = [
        Heading(voice.say("（一）适用标准", "6.1 Standards applied")),
        standards(voice),
        Heading(voice.say("（二）计算规则", "6.2 Rules of calculation")),
        *(Paragraph((Run(words),), "item") for words in _rules(voice)),
        Heading(voice.say("（三）数据不能证明什么", "6.3 What the data cannot prove")),
        *(Paragraph((Run(words),), "item") for words in _limits(voice)),
    ]
    return Section("methods", voice.say("六、方法说明", "6. Notes on method"), tuple(blocks))


def citations(trace: Trace) -> Iterator[Citation]:
    """Every document that a figure rests on, however deep: formulas, limits and coefficients, rounding."""
    if trace.standard is not None:
        yield trace.standard
    yield from (parameter.citation for parameter in trace.parameters if parameter.citation is not None)
    if trace.rounding is not None:
        yield Citation(trace.rounding.standard)
    for item in trace.inputs:
        if isinstance(item, Trace):
            yield from citations(item)


def standards(voice: Voice) -> Table:
    """Each standard once, with the clauses used, its year of issue and the figures that rest on it."""
    clauses: dict[str, set[str]] = {}
    years: dict[str, set[str]] = {}
    unverified: set[str] = set()
    used: dict[str, list[int]] = {}
    for number, figure in voice.figures.figures:
        for citation in citations(figure.trace):
            name = citation.standard
            clauses.setdefault(name, set())
            years.setdefault(name, set())
            if citation.clause:
                clauses[name].add(citation.clause)
            if citation.year is not None:
                years[name].add(str(citation.year))
            if not citation.verified:
                unverified.add(name)
            if number not in used.setdefault(name, []):
                used[name].append(number)
    rows = tuple(
        Row(
            (
                Cell(name),
                Cell(voice.join(sorted(clauses[name])) or "—"),
                Cell(voice.join(sorted(years[name])) or "—"),
                Cell(voice.say("待核实", "to be verified") if name in unverified else voice.say("已核实", "verified")),
                Cell(f"{len(used[name])}", len(used[name])),
            )
        )
        for name in sorted(clauses)
    )
    columns = (
        Column(voice.say("标准或文件", "Standard or document"), 2.4),
        Column(voice.say("条款", "Clauses"), 3.0),
        Column(voice.say("发布年份", "Issued"), 1.1, "center"),
        Column(voice.say("出处", "Source"), 1.2, "center"),
        Column(voice.say("所涉数值", "Figures"), 1.1, "center"),
    )
    title = voice.say("本报告适用的标准", "Standards applied in this report")
    empty = voice.say("本报告没有依据标准计算的数值。", "No figure of this report was computed by a standard.")
    return Table("standards", voice.table_number(), title, voice.say("适用标准", "Standards"), columns, rows, empty=empty)


def _rules(voice: Voice) -> list[str]:
    say, zone = voice.say, voice.facts.package.zone
    return [
        say(
            "1. 路径：除指标另有声明外，基数（{base}年）与各节点目标（{years}年）之间按直线推进，最后一个节点之后保持不变。",
            "1. Path: unless an indicator declares otherwise, straight lines join the baseline of {base} and the milestones of "
            "{years}; after the last milestone the path stays level.",
            base=zone.base_year, years=voice.join(str(year) for year in zone.milestones),
        ),
        say(
            "2. 亮灯：方向由指标声明，不从数值推断；达到节点目标、达到路径、低于路径、反向变化分别亮灯，理由写在备注。",
            "2. Lights: the direction is declared, never inferred; meeting the milestone, keeping the path, falling behind it and "
            "moving the wrong way have lights of their own, and the remarks say why.",
        ),
        say(
            "3. 修约：只在公布时修约一次，规则按GB/T 8170-2008；附录写明每个数值修约到第几位。",
            "3. Rounding: once, at publication, by GB/T 8170-2008; the appendix says to which digit.",
        ),
        say(
            "4. 缺数：缺失、计划中、不适用、不公开、由上级确定是五种不同的情况，都不是零，也不推算。",
            "4. Absence: missing, planned, not applicable, withheld and left to the upper level are five different things; none "
            "is zero and none is estimated.",
        ),
        say(
            "5. 时点：各数值均为{as_of}时在册的版本，此后的更正不进入本报告。",
            "5. Point in time: every figure is the revision on record at {as_of}; later corrections do not enter.",
            as_of=voice.moment(voice.facts.as_of),
        ),
        say(
            "6. 部门：按方案原文的单位解析，别名和误写并入正式简称；共同牵头的各计一次。",
            "6. Bodies: names are resolved as the plan prints them, aliases and misspellings under the canonical name; joint "
            "leads count once each.",
        ),
        say(
            "7. 编号：正文和表中的编号{mark}指向附录同号条目；条目末尾的摘要由该数值的完整计算过程得出，可用于核对。",
            "7. Numbers: a mark such as {mark} in text and tables leads to the entry of that number; the digest at the end of an "
            "entry is made from the whole arithmetic of the figure and serves to compare.",
            mark=say("[数1]", "[F1]"),
        ),
    ]


def _limits(voice: Voice) -> list[str]:
    facts, package = voice.facts, voice.facts.package
    by_limit: dict[Text, list[str]] = {}
    for indicator in package.indicators:
        for series in indicator.series:
            fact = facts.fact(series.key)
            for limit in fact.limits if fact.known else ():
                by_limit.setdefault(limit, []).append(voice.text(name_of((indicator, series))))
    limits = [
        voice.say("{names}：{limit}", "{names}: {limit}", names=voice.join(names, most=6), limit=limit)
        for limit, names in by_limit.items()
    ]
    limits.append(
        voice.say(
            "路径值由直线推得，方案没有下达{y}年的分年目标；低于路径不等于违反方案。",
            "The path is drawn by straight lines where the plan sets no target for {y}; to be behind it is not to break the "
            "plan.", y=facts.year,
        )
        if facts.year not in package.zone.milestones
        else voice.say(
            "节点目标为方案原文，其口径以数据来源部门的解释为准。",
            "Milestone targets are the plan's own; their exact definition is for the data supplier to say.",
        )
    )
    limits.append(
        voice.say(
            "任务和项目的进展为牵头单位报告，本报告未作现场核查；没有报告不等于没有进展。",
            "Progress of tasks and projects is what the leading bodies report, not verified on site; no report does not mean "
            "no progress.",
        )
    )
    limits.append(
        voice.say(
            "标为“待核实”的标准条款引自二手资料，作法律用途前应对照原文。",
            "Clauses marked “to be verified” come from secondary sources; check them against the original before legal use.",
        )
    )
    return [f"{n}. {words}" for n, words in enumerate(limits, start=1)]
