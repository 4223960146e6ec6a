"""Chapter one: where the zone stands, light by light, and what has to be decided."""

from __future__ import annotations

from collections import Counter, defaultdict

from ecociv.core.quantities import with_unit
from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.plan.check import Severity
from ecociv.plan.package import Indicator, Series
from ecociv.reporting.compose.due import due_in, duty_name
from ecociv.reporting.compose.findings import severity_mark
from ecociv.reporting.compose.voice import Voice
from ecociv.reporting.document import Block, Cell, Column, Heading, Paragraph, Row, Run, Section, Table
from ecociv.reporting.lights import LIGHTS, look_of

Member = tuple[Indicator, Series]


def overview(voice: Voice) -> Section:
    """The chapter: what the report rests on, the table of lights, the decisions asked for."""
    facts = voice.facts
    blocks: list[Block] = [
        Heading(voice.say("（一）基本情况", "1.1 Basis")),
        *_basis(voice),
        Heading(voice.say("（二）亮灯情况", "1.2 Lights by category")),
        Paragraph(
            (
                Run(
                    voice.say(
                        "各序列按声明的方向和路径亮灯，形状与颜色一一对应，黑白复印也能辨认。",
                        "Each series is judged in its declared direction against its stated path; "
                        "every light has a shape of its own, so that a black-and-white copy can be read.",
                    )
                ),
            )
        ),
        lights_by_category(voice),
        Heading(voice.say("（三）需要决定的事项", "1.3 What has to be decided")),
        *decisions(voice),
    ]
    title = voice.say("一、总体情况", "1. Where the zone stands in {year}", year=facts.year)
    return Section("overview", title, tuple(blocks))


def members_by_light(voice: Voice) -> dict[str, list[Member]]:
    """Every series under its light, in the order of the plan."""
    found: dict[str, list[Member]] = defaultdict(list)
    for indicator in voice.facts.package.indicators:
        for series in indicator.series:
            found[voice.facts.fact(series.key).light].append((indicator, series))
    for light in found:
        look_of(light)
    return found


def name_of(member: Member) -> Text:
    """A series with the number of its indicator, as lists of this report name it."""
    indicator, series = member
    name = indicator.series_name(series)
    return Text(zh=f"指标{indicator.number}“{name.zh}”", en=f"indicator {indicator.number} “{name.en}”")


def _basis(voice: Voice) -> list[Paragraph]:
    facts, package = voice.facts, voice.facts.package
    plan, year = package.zone.plan, facts.year
    counted = Run(
        voice.say(
            "本报告依据《{title}》（{issued}印发）编写，对照附表1的{indicators}项指标（{series}个数据序列）、"
            "附表2的{tasks}项任务和附表3的{projects}个项目",
            "This report holds {year} against the “{title}” (issued {issued}): the {indicators} indicators "
            "({series} series) of Annex 1, the {tasks} tasks of Annex 2 and the {projects} projects of Annex 3",
            title=plan.title,
            issued=voice.day(plan.issued),
            indicators=len(package.indicators),
            series=package.series_count,
            tasks=len(package.tasks),
            projects=len(package.projects),
            year=year,
        ),
        voice.figures.number("plan-items", _plan_items(voice)),
    )
    rest = Run(
        voice.say(
            "，自查{year}年度完成情况。方案取自{as_of}时的在册版本，内容摘要为sha256:{digest}。",
            ". The plan is the one on record at {as_of}, content digest sha256:{digest}.",
            year=year,
            as_of=voice.moment(facts.as_of),
            digest=package.digest[:16],
        )
    )
    paragraphs = [Paragraph((counted, rest))]
    known = [
        (indicator, series)
        for indicator in package.indicators
        for series in indicator.series
        if facts.fact(series.key).known
    ]
    if not known:
        words = voice.say(
            "截至{as_of}，没有任何序列取得{year}年的数据。本报告只能反映任务、项目的安排和方案自身的问题，"
            "不能据以判断目标是否完成。",
            "As known at {as_of}, no series has a value for {year}. This report can show how tasks and projects are "
            "arranged and what is wrong with the plan itself; it cannot say whether any target was met.",
            as_of=voice.moment(facts.as_of),
            year=year,
        )
        return [*paragraphs, Paragraph((Run(words),), "notice")]
    label = Text(zh=f"{year}年有数据的序列数", en=f"Series with a value for {year}")
    listed = voice.listed(Text(zh="有数据的序列", en="Series with a value"), [name_of(member) for member in known])
    values = [facts.fact(series.key) for _, series in known]
    trace = voice.count(label, voice.say("计数", "count"), len(known), (listed,), of=values)
    runs = (
        Run(
            voice.say(
                "截至{as_of}，{total}个序列中有{n}个", "Series with a value for {year}, as known at {as_of}: {n}",
                as_of=voice.moment(facts.as_of), total=package.series_count, n=len(known), year=year,
            ),
            voice.figures.number("known", trace),
        ),
        Run(
            voice.say(
                "取得{year}年数据，其余{rest}个没有数据，不作推算。",
                " of {total}. Without one: {rest}; none is estimated.",
                year=year, total=package.series_count, rest=package.series_count - len(known),
            )
        ),
    )
    paragraphs.append(Paragraph(runs))
    if year >= facts.as_of.year:
        words = voice.say(
            "{year}年尚未结束，本报告为年中自查，数值会变化。",
            "{year} is not over: this is an interim report, and its figures will change.", year=year,
        )
        paragraphs.append(Paragraph((Run(words),), "notice"))
    if facts.sample:
        words = voice.say(
            "本报告使用了示例数据，所涉数值均标注“示例”，只用于演示，不得作为考核、上报或公开的依据。",
            "This report uses sample data; every figure that rests on it is marked “sample”. It shows how the report "
            "works and must not be used for assessment, reporting upwards or publication.",
        )
        paragraphs.append(Paragraph((Run(words),), "notice"))
    return paragraphs


def _plan_items(voice: Voice) -> Trace:
    package = voice.facts.package
    parts = (
        Trace(Text(zh="附表1指标", en="Indicators of Annex 1"), len(package.indicators), "1", ""),
        Trace(Text(zh="指标下的数据序列", en="Series of the indicators"), package.series_count, "1", ""),
        Trace(Text(zh="附表2任务", en="Tasks of Annex 2"), len(package.tasks), "1", ""),
        Trace(Text(zh="附表3项目", en="Projects of Annex 3"), len(package.projects), "1", ""),
    )
    total = len(package.indicators) + len(package.duties)
    label = Text(zh="方案三个附表的条目数", en="Items of the plan's three annexes")
    return voice.count(label, voice.say("指标 + 任务 + 项目", "indicators + tasks + projects"), total, parts)


def lights_by_category(voice: Voice) -> Table:
    """How many series of each category show each light; the marks stand on the totals."""
    package = voice.facts.package
    categories = package.zone.categories
    by_light = members_by_light(voice)
    rows = []
    for look in LIGHTS:
        members = by_light.get(look.key, [])
        per_category = {c.key: [m for m in members if m[0].category == c.key] for c in categories}
        parts = [voice.listed(c.name, [name_of(m) for m in per_category[c.key]]) for c in categories if per_category[c.key]]
        label = Text(zh=f"亮“{look.words.zh}”灯的序列数", en=f"Series with the light “{look.words.en}”")
        values = [voice.facts.fact(series.key) for _, series in members]
        formula = voice.say("各类别计数之和", "sum of the counts by category")
        total = voice.count(label, formula, len(members), parts, of=values)
        counts = [Cell(str(len(per_category[c.key])), len(per_category[c.key])) for c in categories]
        mark = voice.figures.number(f"light:{look.key}", total)
        sign = voice.sign(look.key)
        rows.append(Row((Cell(sign.words, sign=sign), *counts, Cell(str(len(members)), len(members), mark, sample=total.sample))))
    sums = [sum(len(s.series) for s in package.indicators if s.category == c.key) for c in categories]
    assert sum(sums) == package.series_count
    totals = [Cell(str(n), n) for n in (*sums, package.series_count)]
    rows.append(Row((Cell(voice.say("合计", "Total")), *totals), "total"))
    columns = (
        Column(voice.say("灯", "Light"), 1.6),
        *(Column(voice.text(c.name), 1.3, "center") for c in categories),
        Column(voice.say("合计", "Total"), 1.0, "center"),
    )
    title = voice.say("{year}年亮灯情况（按类别，单位：个序列）", "Lights in {year} by category (series)", year=voice.facts.year)
    return Table("lights", voice.table_number(), title, voice.say("亮灯情况", "Lights"), columns, tuple(rows))


def decisions(voice: Voice) -> list[Paragraph]:
    """What the leading group is asked to decide, the most pressing first; each rests on a rule, not on taste."""
    found = [*_red(voice), *_risk(voice), *_awaiting(voice), *_silent(voice), *_plan_errors(voice), *_overdue(voice)]
    if not found:
        words = voice.say("没有需要决定的事项。", "Nothing has to be decided.")
        return [Paragraph((Run(words),))]
    return [
        Paragraph((Run(voice.say("{n}. ", "{n}. ", n=n)), *runs), "item") for n, runs in enumerate(found, start=1)
    ]


def _red(voice: Voice) -> list[tuple[Run, ...]]:
    found = []
    for light in ("worsening", "off-track"):
        for indicator, series in members_by_light(voice).get(light, []):
            fact = voice.facts.fact(series.key)
            actual, path = voice.actual(indicator, fact), voice.expected(fact)
            unit = indicator.unit_label.in_language(voice.language)
            value, due = (with_unit(cell.text, unit, voice.language) for cell in (actual, path))
            runs = [
                Run(_capital(voice.text(name_of((indicator, series)))), strong=True),
                Run(
                    voice.say(
                        "（{words}）：{year}年为{value}", " ({words}): {value} in {year}",
                        words=look_of(light).words, year=voice.facts.year, value=value,
                    ),
                    actual.mark,
                ),
            ]
            if actual.sample:
                runs.append(Run(voice.say("（示例）", " (sample)"), strong=True))
            if path.mark is not None:
                runs.append(
                    Run(voice.say("，路径值为{due}", ", path {due}", due=due), path.mark)
                )
            lead = voice.bodies([indicator.supplier.body])
            runs.append(
                Run(
                    voice.say(
                        "。请{lead}会同有关牵头单位提出整改措施和完成时限。",
                        ". {lead}, with the leading bodies concerned, to propose measures and a date.", lead=lead,
                    )
                )
            )
            found.append(tuple(runs))
    return found


def _capital(words: str) -> str:
    return words[0].upper() + words[1:]


def _risk(voice: Voice) -> list[tuple[Run, ...]]:
    members = members_by_light(voice).get("at-risk", [])
    if not members:
        return []
    names = voice.join(voice.text(name_of(member)) for member in members)
    words = voice.say(
        "有风险的指标：{names}。请牵头单位说明能否按期达标。",
        "At risk: {names}. The leading bodies to say whether the next milestone can still be met.", names=names,
    )
    return [(Run(words),)]


def _awaiting(voice: Voice) -> list[tuple[Run, ...]]:
    members = members_by_light(voice).get("awaiting-upper-level", [])
    if not members:
        return []
    names = voice.join(voice.text(name_of(member)) for member in members)
    words = voice.say(
        "目标由上级下达、尚未入库的序列：{names}。请领导小组办公室取得下达文件并登记，否则无法判定。",
        "The level above sets the target, and it is not on record: {names}. The office to obtain the document and record "
        "it; until then these cannot be judged.", names=names,
    )
    return [(Run(words),)]


def _silent(voice: Voice) -> list[tuple[Run, ...]]:
    package, facts = voice.facts.package, voice.facts
    silent = [(i, s) for i in package.indicators for s in i.series if not facts.fact(s.key).known]
    if not silent:
        return []
    by_body = Counter(package.resolve(indicator.supplier.body).key for indicator, _ in silent)
    parts = tuple(
        voice.listed(
            Text(zh=package.organisation(key).name, en=package.organisation(key).name_en),
            [name_of(m) for m in silent if package.resolve(m[0].supplier.body).key == key],
        )
        for key, _ in sorted(by_body.items(), key=lambda pair: (-pair[1], pair[0]))
    )
    label = Text(zh=f"{facts.year}年没有数据的序列数", en=f"Series without a value for {facts.year}")
    trace = voice.count(label, voice.say("各数据来源部门计数之和", "sum of the counts by supplier"), len(silent), parts)
    shown = voice.join(
        (voice.say("{body}{n}个", "{body} {n}", body=part.label, n=part.value) for part in parts), most=6
    )
    words = voice.say("{n}个序列没有{year}年数据", "Series without a value for {year}: {n}", n=len(silent), year=facts.year)
    rest = voice.say(
        "，按数据来源部门：{shown}。请明确报送时限。", "; by supplier: {shown}. A date for their returns to be set.", shown=shown
    )
    return [(Run(words, voice.figures.number("silent", trace)), Run(rest))]


def _plan_errors(voice: Voice) -> list[tuple[Run, ...]]:
    errors = [finding for finding in voice.facts.findings if finding.severity is Severity.ERROR]
    if not errors:
        return []
    count = Run(
        voice.say("方案自身有{n}处错误级问题", "The plan itself has {n} findings of the gravest kind", n=len(errors)),
        severity_mark(voice, Severity.ERROR),
    )
    rest = voice.say(
        "，两处说法不能同时成立（见第五部分）。请逐项确定以何为准，并按程序修订方案。",
        ", where two statements cannot both hold (chapter 5). To be settled one by one, and the plan to be revised.",
    )
    return [(count, Run(rest))]


def _overdue(voice: Voice) -> list[tuple[Run, ...]]:
    facts = voice.facts
    if facts.progress is None:
        return []
    due = [duty for duty in facts.package.tasks if due_in(duty, facts.year)]
    silent = [duty for duty in due if not facts.has_report(duty.place)]
    if not silent:
        return []
    label = Text(zh=f"{facts.year}年到期而未报告进展的任务数", en=f"Tasks due in {facts.year} without a progress report")
    parts = (
        voice.listed(Text(zh="到期的任务", en="Tasks due"), [duty_name(duty) for duty in due]),
        voice.listed(Text(zh="未报告的任务", en="Without a report"), [duty_name(duty) for duty in silent]),
    )
    trace = voice.count(label, voice.say("计数", "count"), len(silent), parts)
    count = Run(
        voice.say(
            "{year}年到期的{due}项任务中有{n}项未报告进展", "Of the {due} tasks due in {year}, {n} have no progress report",
            year=facts.year, due=len(due), n=len(silent),
        ),
        voice.figures.number("overdue", trace),
    )
    numbers = voice.join((str(duty.number) for duty in silent), most=20)
    rest = voice.say("：任务{numbers}。请督办。", ": tasks {numbers}. To be followed up.", numbers=numbers)
    return [(count, Run(rest))]
