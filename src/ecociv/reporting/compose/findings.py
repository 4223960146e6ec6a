"""Chapter five: what the plan check found in the plan itself."""

from __future__ import annotations

from collections import defaultdict

from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.plan.check import Finding, Severity, rule_of
from ecociv.reporting.compose.voice import Voice
from ecociv.reporting.document import Block, Cell, Column, Paragraph, Row, Run, Section, Table

ONE_BY_ONE = 12
"""Beyond this number, findings that differ in their place only are printed as one row with every place."""

_SAME_SENTENCE = frozenset(
    {"outcome-not-measurable", "indicator-without-duty", "duty-without-date", "duty-without-lead", "baseline-missing"}
)
"""Rules whose findings say the same of each place, so that a list of places loses nothing."""

_PLACE_WORDS = {
    "indicator": Text(zh="指标", en="indicator "),
    "task": Text(zh="任务", en="task "),
    "project": Text(zh="项目", en="project "),
    "text": Text(zh="正文", en="main text "),
}


def findings(voice: Voice) -> Section:
    """Counts by severity, then every finding under its rule."""
    found = voice.facts.findings
    title = voice.say("五、方案体检发现", "5. Findings of the plan check")
    if not found:
        words = voice.say("方案体检没有发现问题。", "The plan check found nothing.")
        return Section("findings", title, (Paragraph((Run(words),)),))
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in found:
        by_rule[finding.code].append(finding)
    parts = tuple(Trace(rule_of(members[0]).title, len(members), "1", "") for members in by_rule.values())
    total = voice.count(Text(zh="方案体检发现总数", en="All findings of the plan check"), _formula(voice), len(found), parts)
    words = voice.say("方案体检共发现{n}项", "The plan check found {n}", n=len(found))
    runs = [Run(words, voice.figures.number("findings", total))]
    for position, severity in enumerate(Severity):
        count = sum(finding.severity is severity for finding in found)
        join = voice.say("：", ": ") if position == 0 else voice.say("、", ", ")
        label = voice.say("{label}{n}项", "{label} {n}", label=severity.label, n=count)
        runs.append(Run(join + label, severity_mark(voice, severity)))
    runs.append(
        Run(
            voice.say(
                "。错误是两处说法不能同时成立，警告需要作出决定，提示供知悉。发现只针对方案文本，与完成情况无关；"
                "句中数值均为方案原文。",
                ". An error means that two statements cannot both hold, a warning needs a decision, a note is worth knowing. "
                "They concern the plan's text, not its execution; figures in the sentences are the plan's own.",
            )
        )
    )
    blocks: list[Block] = [Paragraph(tuple(runs)), findings_table(voice)]
    return Section("findings", title, tuple(blocks))


def findings_table(voice: Voice) -> Table:
    """Findings under their rules, gravest first; the rules with many findings in one row each."""
    by_rule: dict[str, list[Finding]] = defaultdict(list)
    for finding in voice.facts.findings:
        by_rule[finding.code].append(finding)
    rows: list[Row] = []
    number = 0
    for members in by_rule.values():
        rule = rule_of(members[0])
        words = voice.say("{title}（{n}项）：{why}", "{title} ({n}): {why}", title=rule.title, n=len(members), why=rule.why)
        rows.append(Row((Cell(words),), "group"))
        if len(members) > ONE_BY_ONE and members[0].code in _SAME_SENTENCE:
            places = voice.join(dict.fromkeys(places_in_words(voice, f.places) for f in members))
            first, last = number + 1, number + len(members)
            number = last
            severities = voice.join(dict.fromkeys(voice.text(f.severity.label) for f in members))
            rows.append(Row((Cell(f"{first}—{last}"), Cell(severities), Cell(voice.text(rule.title)), Cell(places))))
            continue
        for finding in members:
            number += 1
            rows.append(
                Row(
                    (
                        Cell(str(number), number),
                        Cell(voice.text(finding.severity.label)),
                        Cell(places_in_words(voice, finding.places, most=8)),
                        Cell(voice.text(finding.message)),
                    )
                )
            )
    columns = (
        Column(voice.say("序号", "No."), 0.7, "center"),
        Column(voice.say("级别", "Kind"), 0.75, "center"),
        Column(voice.say("位置", "Place"), 1.6),
        Column(voice.say("发现", "Finding"), 5.0),
    )
    title, sheet = voice.say("方案体检发现", "Findings of the plan check"), voice.say("方案体检发现", "Plan check")
    return Table("findings", voice.table_number(), title, sheet, columns, tuple(rows))


def places_in_words(voice: Voice, places: tuple[str, ...], most: int | None = None) -> str:
    """Places such as ``task:112`` as a reader writes them; beyond ``most`` the rest are counted."""
    shown = []
    for place in places:
        kind, _, key = place.partition(":")
        if kind == "organisation" and voice.facts.package.has_organisation(key):
            shown.append(voice.body(voice.facts.package.organisation(key)))
        elif kind in _PLACE_WORDS:
            shown.append(voice.text(_PLACE_WORDS[kind]) + key)
        else:
            shown.append(place)
    return voice.join(shown, most=most)


def severity_mark(voice: Voice, severity: Severity) -> int:
    """The number of the count of findings of a severity, which the overview shows as well."""
    members = [finding for finding in voice.facts.findings if finding.severity is severity]
    rules = {finding.code: rule_of(finding).title for finding in members}
    parts = tuple(
        Trace(title, sum(finding.code == code for finding in members), "1", "") for code, title in rules.items()
    )
    label = Text(zh=f"{severity.label.zh}级发现数", en=f"Findings of the kind “{severity.label.en.lower()}”")
    trace = voice.count(label, _formula(voice), len(members), parts)
    return voice.figures.number(f"findings:{severity.value}", trace)


def _formula(voice: Voice) -> str:
    command = f"ecociv plan check {voice.facts.package.zone.key}"
    return voice.say("按规则计数（{command}）", "count by rule ({command})", command=command)
