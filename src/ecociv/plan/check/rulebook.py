"""The rules of the plan check, documented in one place, and the run over all of them."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass

from ecociv.core.text import Text
from ecociv.plan.check import duties, figures, identities, targets
from ecociv.plan.check.findings import Finding
from ecociv.plan.package import ZonePackage

Check = Callable[[ZonePackage], Iterator[Finding]]


@dataclass(frozen=True)
class Rule:
    """A rule: its code, its name, and why it is there."""

    code: str
    title: Text
    why: Text


def _rule(code: str, zh: str, en: str, why_zh: str, why_en: str) -> Rule:
    return Rule(code, Text(zh=zh, en=en), Text(zh=why_zh, en=why_en))


RULES: dict[str, Rule] = {
    rule.code: rule
    for rule in (
        _rule(
            "figure-conflict",
            "同一指标数值不一致",
            "The same quantity with different values",
            "同一数量在两处写了不同的值，考核时各执一词。",
            "Two places give two values; at assessment each side quotes its own.",
        ),
        _rule(
            "figure-rounding",
            "修约位数不一致",
            "The same value rounded differently",
            "修约到同一位数后相同，但应统一表述。",
            "They agree once rounded, and should be stated alike.",
        ),
        _rule(
            "delegation-conflict",
            "下达主体不一致",
            "Delegated to different levels",
            "由谁下达目标决定了以哪份文件为准。",
            "Who sets the target decides which document counts.",
        ),
        _rule(
            "milestone-only-in-duty",
            "仅任务中有节点目标",
            "A milestone that only a task gives",
            "附表1空缺，任务却写了数值，应补入附表1。",
            "Annex 1 is silent where a task has a figure; it belongs in Annex 1.",
        ),
        _rule(
            "milestone-left-out",
            "任务漏写节点目标",
            "A milestone that a task leaves out",
            "任务只写了部分节点，容易被理解为其余年份不考核。",
            "A task that repeats only some milestones reads as if the others did not count.",
        ),
        _rule(
            "text-differs",
            "正文与附表不一致",
            "Main text and annex differ",
            "正文与附表的范围、层级或对象不同，应以其一为准。",
            "Scope, level or object differ; one of the two must be declared to hold.",
        ),
        _rule(
            "text-figure-without-duty",
            "正文承诺未列入附表",
            "A figure of the main text that no annex takes up",
            "没有列入附表就没有牵头单位和时间节点。",
            "What no annex takes up has no leading body.",
        ),
        _rule(
            "against-direction",
            "目标与声明方向相反",
            "A target that moves against its direction",
            "减排、节约类指标的目标值逐年变差，须说明是控制上限还是笔误。",
            "Where a saving or reduction target worsens, say whether it is a ceiling or a slip.",
        ),
        _rule(
            "milestone-missing",
            "节点目标缺失",
            "A milestone without a target",
            "没有目标就无法亮灯。",
            "Without a target there is no light.",
        ),
        _rule(
            "baseline-missing",
            "基数缺失",
            "A series without a baseline",
            "没有基数就无法说明进展。",
            "Without a baseline progress cannot be stated.",
        ),
        _rule(
            "composition-sum",
            "构成之和不为100",
            "A composition that does not make 100",
            "构成各部分之和应为100%。",
            "The parts of a composition make 100 %.",
        ),
        _rule(
            "sum-of-parts",
            "分项之和不等于总数",
            "Parts that do not make their whole",
            "分项与总数应当相等。",
            "Parts and whole must agree.",
        ),
        _rule(
            "steep-step",
            "数值陡增",
            "A figure that grows tenfold",
            "三年增长十倍以上的目标，往往是漏印了数字。",
            "A target that grows tenfold between two dates has often lost a digit.",
        ),
        _rule(
            "unit-misprint",
            "单位误印",
            "A misprinted unit",
            "单位有误会使数值被误读。",
            "A wrong unit makes a figure misread.",
        ),
        _rule(
            "indicator-without-duty",
            "指标无任务承接",
            "An indicator that no duty takes up",
            "没有任务承接的指标无人负责。",
            "Nobody answers for what no task takes up.",
        ),
        _rule(
            "duty-without-date",
            "没有时间节点",
            "A duty without a date",
            "没有日期就无法督办。",
            "Without a date nothing can be followed up.",
        ),
        _rule(
            "goal-shared",
            "多项任务合用目标",
            "Duties that share one goal cell",
            "合用目标的任务无法分别考核。",
            "Duties that share a goal cannot be assessed apart.",
        ),
        _rule(
            "duty-without-lead",
            "没有牵头单位",
            "A duty without a lead",
            "没有牵头单位就无人负责。",
            "Without a lead nobody answers.",
        ),
        _rule(
            "due-before-issue",
            "节点早于印发日",
            "Due before the plan was issued",
            "印发时已经过期的节点无法执行。",
            "A date that has passed on the day of issue cannot be met.",
        ),
        _rule(
            "period-before-issue",
            "期限早于文件年份",
            "Periods that begin before the plan",
            "沿用上级文件期限时应注明来源。",
            "Where an earlier plan's period is kept, say so.",
        ),
        _rule(
            "body-misspelt",
            "单位名称误写",
            "A body misspelt",
            "名称误写会使责任落空。",
            "A misspelt name leaves a duty without a holder.",
        ),
        _rule(
            "body-named-variously",
            "单位名称不统一",
            "One body under several names",
            "同一单位多种写法，汇总时会被拆开。",
            "Counted by name, one body falls apart into several.",
        ),
        _rule(
            "body-already-succeeded",
            "单位已被撤并",
            "A body that no longer existed",
            "印发时已撤并的单位不能承担职责。",
            "A body merged before the day of issue cannot hold a duty.",
        ),
        _rule(
            "workload",
            "牵头任务畸重",
            "A body that leads too much",
            "牵头过多的单位难以逐项落实。",
            "A body that leads far more than the others cannot follow each duty.",
        ),
        _rule(
            "identity",
            "指标之间不能同时成立",
            "Indicators that cannot all hold",
            "几个指标合起来隐含的总量或系数相互矛盾。",
            "Several indicators together imply a total or a factor, and these contradict each other.",
        ),
        _rule(
            "outcome-not-measurable",
            "成果不可衡量",
            "No measurable outcome",
            "只有起止年份而没有成果的任务，永远无法判定完成。",
            "A duty with years but no outcome can never be shown to be done.",
        ),
    )
}

_CHECKS: tuple[Check, ...] = (
    figures.conflicts_between_annexes,
    figures.conflicts_between_duties,
    figures.gaps_in_duties,
    figures.statements_against_annexes,
    targets.against_direction,
    targets.missing_milestones,
    targets.compositions,
    targets.misprinted_units,
    targets.indicators_without_duty,
    identities.identities,
    duties.undated,
    duties.shared_cells,
    duties.leaderless,
    duties.unmeasurable,
    duties.due_before_issue,
    duties.periods_before_issue,
    duties.names_of_bodies,
    duties.sums_in_duties,
    duties.steep_steps,
    duties.workload,
)


def rule_of(finding: Finding) -> Rule:
    """The rule that a finding comes from."""
    return RULES[finding.code]


def check_plan(package: ZonePackage) -> list[Finding]:
    """Every finding on a plan, gravest first, then in the order of the rules.

    Parameters
    ----------
    package : ZonePackage
        A validated zone package; what makes it unusable is refused when it is loaded, not listed here.
    """
    found = [finding for check in _CHECKS for finding in check(package)]
    order = {code: position for position, code in enumerate(RULES)}
    return sorted(found, key=lambda finding: (finding.severity.rank, order[finding.code]))
