"""Tasks and projects: dates, leads, measurable outcomes, bodies, workload."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterator
from decimal import Decimal
from statistics import quantiles

from ecociv.core.quantities import label_of
from ecociv.core.text import Text
from ecociv.plan.check.figures import figure_of
from ecociv.plan.check.findings import Figure, Finding, Severity, begun, named, plain
from ecociv.plan.package import Project, QuantifiedTarget, Task, ZonePackage


def undated(package: ZonePackage) -> Iterator[Finding]:
    """A duty without any date."""
    for duty in package.duties:
        if (
            duty.cell_shared_with is None
            and duty.start is None
            and duty.recurring is None
            and not list(duty.dates())
        ):
            yield _about(duty, "duty-without-date", Severity.WARNING, "没有时间节点", "has no date")


def shared_cells(package: ZonePackage) -> Iterator[Finding]:
    """A duty whose goal cell is merged with an earlier row: nothing in it is its own."""
    for duty in package.duties:
        if duty.cell_shared_with is not None:
            owner = package.shared_cell(duty)
            yield Finding(
                "goal-shared",
                Severity.NOTE,
                (owner.place, duty.place),
                Text(
                    zh=f"{named(duty.place).zh}与{named(owner.place).zh}合用一个目标单元格，没有自己的目标与时间节点。",
                    en=begun(
                        f"{named(duty.place).en} shares the goal cell of {named(owner.place).en} and has no goal or date of its own."
                    ),
                ),
            )


def leaderless(package: ZonePackage) -> Iterator[Finding]:
    """A duty without a leading body."""
    for duty in package.duties:
        if not duty.lead:
            yield _about(duty, "duty-without-lead", Severity.ERROR, "没有牵头责任部门", "has no leading body")


def unmeasurable(package: ZonePackage) -> Iterator[Finding]:
    """A duty without a figure, a dated result or a recurring obligation: it can never be shown to be done."""
    for duty in package.duties:
        if not duty.measurable and duty.recurring is None and duty.cell_shared_with is None:
            yield _about(
                duty,
                "outcome-not-measurable",
                Severity.WARNING,
                "没有可衡量的成果，无法判定是否完成",
                "names no measurable outcome",
            )


def due_before_issue(package: ZonePackage) -> Iterator[Finding]:
    """A date that had passed when the plan was issued."""
    issued = package.zone.plan.issued
    for duty in package.duties:
        late = sorted({date for date, _ in duty.dates() if date.last_day < issued})
        if late:
            yield Finding(
                "due-before-issue",
                Severity.WARNING,
                (duty.place,),
                Text(
                    zh=f"{named(duty.place).zh}的时间节点{late[0].show('zh')}早于文件印发日{issued.isoformat()}。",
                    en=begun(
                        f"{named(duty.place).en} is due {late[0].show('en')}, before the plan was issued on {issued.isoformat()}."
                    ),
                ),
                (Figure(duty.place, late[0].show("en")),),
            )


def periods_before_issue(package: ZonePackage) -> Iterator[Finding]:
    """Periods that begin in a year before the plan's own: one finding for all."""
    year = package.zone.plan.issued.year
    early = [duty for duty in package.duties if duty.start is not None and duty.start.year < year]
    if early:
        yield Finding(
            "period-before-issue",
            Severity.NOTE,
            tuple(duty.place for duty in early),
            Text(
                zh=f"{len(early)}项任务和项目的期限自{year - 1}年或更早起算，早于{year}年印发的本文件，应说明沿用何处安排。",
                en=f"{len(early)} tasks and projects begin in {year - 1} or earlier, before this plan of {year}; say which earlier plan they continue.",
            ),
        )


def names_of_bodies(package: ZonePackage) -> Iterator[Finding]:
    """Bodies misspelt, or named in several ways."""
    used: dict[str, dict[str, list[str]]] = defaultdict(lambda: defaultdict(list))
    for duty in package.duties:
        for name in (*duty.lead, *duty.support):
            used[package.resolve(name).key][name.strip()].append(duty.place)
    for key, forms in used.items():
        body = package.organisation(key)
        wrong = {name: places for name, places in forms.items() if name in body.misspellings}
        for name, places in wrong.items():
            yield Finding(
                "body-misspelt",
                Severity.WARNING,
                tuple(places),
                Text(
                    zh=f"“{name}”应为“{body.name}”。",
                    en=f"“{name}” is meant to be “{body.name}” ({body.name_en}).",
                ),
            )
        variants = [name for name in forms if name not in wrong]
        if len(variants) > 1:
            places = [place for name in variants if name != body.name for place in forms[name]]
            yield Finding(
                "body-named-variously",
                Severity.NOTE,
                tuple(dict.fromkeys(places)),
                Text(
                    zh=f"同一单位有多种写法：{'、'.join(variants)}；应统一为“{body.name}”。",
                    en=f"One body ({body.name_en}) goes by several names: {', '.join(variants)}; use “{body.name}”.",
                ),
            )
    issued = package.zone.plan.issued
    for key, forms in used.items():
        body = package.organisation(key)
        gone = [step for step in body.successors if step.whole and step.from_ <= issued]
        if gone:
            successor = package.organisation(gone[0].to)
            yield Finding(
                "body-already-succeeded",
                Severity.WARNING,
                tuple(place for places in forms.values() for place in places),
                Text(
                    zh=f"“{body.name}”在{gone[0].from_.isoformat()}已由“{successor.name}”承接，文件仍列其名"
                    + ("。" if gone[0].verified else "(日期待核)。"),
                    en=f"“{body.name}” had passed to “{successor.name}” on {gone[0].from_.isoformat()}, yet the plan still names it"
                    + ("." if gone[0].verified else " (date to be confirmed)."),
                ),
            )


def workload(package: ZonePackage) -> Iterator[Finding]:
    """A body that leads far more than the others: beyond the outer fence Q3 + 3 (Q3 - Q1) of all leading bodies."""
    leads = Counter(lead.key for duty in package.duties for lead in package.leads(duty))
    if len(leads) < 4:
        return
    lower, _, upper = quantiles(leads.values(), n=4, method="inclusive")
    fence = upper + 3 * (upper - lower)
    total = len(package.duties)
    for key, count in leads.most_common():
        if count <= fence:
            break
        body = package.organisation(key)
        yield Finding(
            "workload",
            Severity.WARNING,
            (f"organisation:{key}",),
            Text(
                zh=f"{body.name}牵头{count}项，占全部{total}项任务和项目的{count / total:.0%}；牵头单位的四分位数为{lower:g}至{upper:g}项，超出{fence:g}项即为畸重。",
                en=f"{body.name_en} leads {count} of {total} tasks and projects ({count / total:.0%}); the quartiles of leading bodies are {lower:g} and {upper:g}, and more than {fence:g} is out of line.",
            ),
            (Figure(f"organisation:{key}", str(count)),),
        )


def sums_in_duties(package: ZonePackage) -> Iterator[Finding]:
    """Parts that are declared to make up a whole and do not."""
    for duty in package.duties:
        for whole in duty.targets:
            if not whole.made_up_of:
                continue
            by_name = {
                target.quantity.zh: figure_of(target.target)
                for target in duty.targets
                if target.year == whole.year
            }
            figures = [by_name.get(name) for name in whole.made_up_of]
            stated = figure_of(whole.target)
            if stated is None or any(figure is None for figure in figures):
                continue
            total = sum((figure for figure in figures if figure is not None), Decimal(0))
            if total != stated:
                yield Finding(
                    "sum-of-parts",
                    Severity.ERROR,
                    (duty.place,),
                    Text(
                        zh=f"{named(duty.place).zh}中“{whole.quantity.zh}”为{plain(stated)}{whole.unit_label}，各部分之和为{plain(total)}{whole.unit_label}。",
                        en=f"In {named(duty.place).en} “{whole.quantity.en}” is {plain(stated)} {label_of(whole.unit).en}, its parts add up to {plain(total)}.",
                    ),
                    (Figure(duty.place, plain(stated)), Figure(duty.place, plain(total))),
                )


def steep_steps(package: ZonePackage) -> Iterator[Finding]:
    """A figure that grows tenfold or more from one date to the next: a digit may have been lost."""
    for duty in package.duties:
        by_quantity: dict[str, list[QuantifiedTarget]] = defaultdict(list)
        for target in duty.targets:
            if target.year is not None and figure_of(target.target):
                by_quantity[target.quantity.zh].append(target)
        for name, entries in by_quantity.items():
            entries.sort(key=lambda entry: entry.year or 0)
            for before, after in zip(entries, entries[1:], strict=False):
                low, high = figure_of(before.target), figure_of(after.target)
                if low is None or high is None or high < 10 * low:
                    continue
                yield Finding(
                    "steep-step",
                    Severity.NOTE,
                    (duty.place,),
                    Text(
                        zh=f"{named(duty.place).zh}“{name}”由{before.year}年的{plain(low)}{before.unit_label}增至{after.year}年的{plain(high)}{after.unit_label}，为{plain(high / low)}倍，请核对是否漏印数字。",
                        en=f"In {named(duty.place).en} “{after.quantity.en}” grows from {plain(low)} {label_of(before.unit).en} in {before.year} to {plain(high)} in {after.year}, {plain(high / low)} times; check for a lost digit.",
                    ),
                    (
                        Figure(duty.place, f"{before.year}: {plain(low)}", before.unit_label),
                        Figure(duty.place, f"{after.year}: {plain(high)}", after.unit_label),
                    ),
                )


def _about(duty: Task | Project, code: str, severity: Severity, zh: str, en: str) -> Finding:
    return Finding(
        code,
        severity,
        (duty.place,),
        Text(
            zh=f"{named(duty.place).zh}“{duty.title.zh}”{zh}。",
            en=begun(f"{named(duty.place).en} “{duty.title.en}” {en}."),
        ),
    )
