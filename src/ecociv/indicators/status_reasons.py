"""The sentences in which a status gives its reasons. Codes are stable: pages and tests depend on them."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from decimal import Decimal

from ecociv.core.decimals import shortest
from ecociv.core.rounding import round_significant
from ecociv.core.targets import Direction
from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.indicators.trajectory import Basis, Shape

_FIGURES_SHOWN = 8
"""Interpolated figures may have no end; a sentence shows this many, the data holds all."""


def shown(number: Decimal) -> str:
    """Write a figure for a sentence.

    Examples
    --------
    >>> shown(Decimal("36.48542")), shown(Decimal(187) / 3)
    ('36.48542', '62.333333')
    """
    return (
        shortest(round_significant(number, _FIGURES_SHOWN))
        if len(number.as_tuple().digits) > 12
        else shortest(number)
    )


def _reason(code: str, zh: str, en: str, **data: object) -> Reason:
    figures = {key: shown(value) if isinstance(value, Decimal) else value for key, value in data.items()}
    return Reason(code, Text(zh=zh, en=en).fill(**figures), data)


def _percent(share: Decimal) -> str:
    return shortest(round_significant(share * 100, 3)) + "%"


def milestone_met(year: int, value: Decimal, bound: Decimal, margin: Decimal) -> Reason:
    return _reason(
        "milestone-met",
        "{year}年节点目标{bound}已达到：实际值{value}，余量{margin}",
        "The target {bound} of {year} is met: the value is {value}, with {margin} to spare",
        year=year,
        value=value,
        bound=bound,
        margin=margin,
    )


def milestone_missed(year: int, value: Decimal, bound: Decimal, short: Decimal) -> Reason:
    return _reason(
        "milestone-missed",
        "{year}年节点目标{bound}未达到：实际值{value}，相差{short}",
        "The target {bound} of {year} is missed: the value is {value}, short by {short}",
        year=year,
        value=value,
        bound=bound,
        short=short,
    )


def worse_than_baseline(value: Decimal, baseline: Decimal, year: int, permitted: Decimal) -> Reason:
    return _reason(
        "worse-than-baseline",
        "实际值{value}比{baseline_year}年基期值{baseline}更差，也差于规划今后允许的最低要求{permitted}",
        "The value {value} is worse than the {baseline} that the series started from in {baseline_year}, "
        "and worse than anything the plan still permits ({permitted})",
        value=value,
        baseline=baseline,
        baseline_year=year,
        permitted=permitted,
    )


def on_path(value: Decimal, expected: Decimal, ahead: Decimal) -> Reason:
    if ahead == 0:
        return _reason(
            "on-path",
            "实际值{value}与路径要求{expected}一致",
            "The value {value} is exactly what the path expects ({expected})",
            value=value,
            expected=expected,
            ahead=ahead,
        )
    return _reason(
        "on-path",
        "实际值{value}优于路径要求{expected}，领先{ahead}",
        "The value {value} is ahead of the path ({expected}) by {ahead}",
        value=value,
        expected=expected,
        ahead=ahead,
    )


def within_bound(year: int, value: Decimal, bound: Decimal) -> Reason:
    return _reason(
        "within-bound",
        "基期已满足{year}年的要求{bound}，实际值{value}仍在要求之内",
        "The series met the {bound} of {year} from the start, and the value {value} still does",
        year=year,
        value=value,
        bound=bound,
    )


def behind_path(code: str, value: Decimal, expected: Decimal, behind: Decimal, share: Decimal) -> Reason:
    return Reason(
        code,
        Text(
            zh="实际值{value}落后于路径要求{expected}，相差{behind}；已完成应有进度的{share}",
            en="The value {value} is behind the path ({expected}) by {behind}; {share} of the progress expected by now is made",
        ).fill(value=shown(value), expected=shown(expected), behind=shown(behind), share=_percent(share)),
        {"value": value, "expected": expected, "behind": behind, "share": share},
    )


def overdue(year: int, value: Decimal, bound: Decimal, short: Decimal) -> Reason:
    return _reason(
        "milestone-overdue",
        "{year}年到期的目标{bound}至今未达到（或得而复失）：实际值{value}，相差{short}",
        "The target {bound} that was due in {year} is still not met, or was met and lost: the value is {value}, short by {short}",
        year=year,
        value=value,
        bound=bound,
        short=short,
    )


def faster_than_path(year: int, value: Decimal, expected: Decimal, bound: Decimal) -> Reason:
    return _reason(
        "room-used-too-fast",
        "实际值{value}已越过路径{expected}，但仍在{year}年的限值{bound}之内",
        "The value {value} has passed the path ({expected}), though it is still within the {bound} of {year}",
        year=year,
        value=value,
        expected=expected,
        bound=bound,
    )


def beyond_next(year: int, value: Decimal, bound: Decimal, short: Decimal) -> Reason:
    return _reason(
        "beyond-next-milestone",
        "实际值{value}已越过{year}年的限值{bound}，超出{short}",
        "The value {value} is already beyond the {bound} of {year}, by {short}",
        year=year,
        value=value,
        bound=bound,
        short=short,
    )


def behind_peers(value: Decimal, threshold: Decimal, behind: Decimal) -> Reason:
    return _reason(
        "behind-peers",
        "实际值{value}未达到同类地区水平{threshold}，相差{behind}",
        "The value {value} is behind the peers' level {threshold} by {behind}",
        value=value,
        threshold=threshold,
        behind=behind,
    )


def level_with_peers(value: Decimal, threshold: Decimal, ahead: Decimal) -> Reason:
    return _reason(
        "level-with-peers",
        "实际值{value}达到同类地区水平{threshold}，余量{ahead}",
        "The value {value} reaches the peers' level {threshold}, with {ahead} to spare",
        value=value,
        threshold=threshold,
        ahead=ahead,
    )


def path_stated(shape: Shape, basis: Basis, year: int, expected: Decimal) -> Reason:
    return _reason(
        "path-stated",
        "{year}年路径值{expected}：{basis}；节点之间{shape}",
        "The path of {year} is {expected}: {basis}; between milestones {shape}",
        year=year,
        expected=expected,
        basis=basis.text,
        shape=shape.text,
    )


def baseline_missing() -> Reason:
    return _reason(
        "baseline-missing",
        "没有基期值，无法判断是否差于基期",
        "There is no baseline, so it cannot be told whether the series is worse than at the start",
    )


def no_path_yet(year: int, met: bool) -> Reason:
    how = (
        Text(zh="现值已满足", en="the value already meets it")
        if met
        else Text(zh="现值尚未满足", en="the value does not meet it yet")
    )
    return _reason(
        "no-path-before-first-milestone",
        "没有基期值，{year}年首个节点之前不设路径；{how}",
        "Without a baseline no path is stated before the first milestone of {year}; {how}",
        year=year,
        how=how,
        met=met,
    )


def no_milestone() -> Reason:
    return _reason("no-target-set", "规划没有为该序列设定目标", "The plan sets no target for this series")


def plan_not_started(year: int, baseline_year: int) -> Reason:
    return _reason(
        "plan-not-started",
        "{year}年不晚于基期{baseline_year}年，规划尚未开始",
        "{year} is not after the base year {baseline_year}: the plan had not begun",
        year=year,
        baseline_year=baseline_year,
    )


def year_not_over(year: int, due: date) -> Reason:
    return _reason(
        "year-not-over",
        "{year}年的数值到{due}才应有",
        "The figure of {year} is not due before {due}",
        year=year,
        due=due,
    )


def year_running(year: int, on: date) -> Reason:
    return _reason(
        "year-running",
        "评价日{on}时{year}年尚未结束，为阶段性判断",
        "On {on} the year {year} was not over: the judgement is provisional",
        year=year,
        on=on,
    )


def value_overdue(year: int, due: date) -> Reason:
    return _reason(
        "value-overdue",
        "{year}年的数值应于{due}前有，至今没有",
        "The figure of {year} was due by {due} and is not there",
        year=year,
        due=due,
    )


def milestones_left_out(years: Iterable[int]) -> Reason:
    listed = tuple(years)
    return _reason(
        "milestones-left-out",
        "路径未计入没有数值的节点：{shown_years}",
        "Milestones without a figure are not part of the path: {shown_years}",
        shown_years=", ".join(map(str, listed)),
        years=listed,
    )


def last_set_target_not_met(year: int, bound: Decimal, value: Decimal) -> Reason:
    return _reason(
        "last-set-target-not-met",
        "此前已到期的{year}年目标{bound}目前未满足：实际值{value}",
        "The last target with a figure, the {bound} of {year}, is not met now: the value is {value}",
        year=year,
        bound=bound,
        value=value,
    )


def against_direction(direction: Direction) -> Reason:
    return _reason(
        "target-against-direction",
        "目标的方向与序列声明的方向（{direction_text}）不一致，按目标判断",
        "The target points against the declared direction of the series ({direction_text}); the target was judged",
        direction=direction.value,
        direction_text=direction.text,
    )


def handed_down(years: Iterable[int]) -> Reason:
    listed = tuple(years)
    return _reason(
        "handed-down",
        "以下节点采用上级下达的目标：{shown_years}",
        "These milestones use the figures that the level above has handed down: {shown_years}",
        shown_years=", ".join(map(str, listed)),
        years=listed,
    )


def not_accepted_yet(year: int) -> Reason:
    return _reason(
        "not-accepted-yet",
        "尚未通过验收，{year}年到期",
        "Not accepted yet; due in {year}",
        year=year,
    )


def sum_not_begun(first: int) -> Reason:
    return _reason(
        "sum-not-begun",
        "累计自{first}年起，尚未开始",
        "The sum begins in {first} and has not begun",
        first=first,
    )
