"""The sentences in which targets give their reasons. Codes are stable: pages and tests depend on them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from ecociv.core.decimals import shortest
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.core.verdicts import Reason


def _reason(code: str, zh: str, en: str, **data: object) -> Reason:
    shown = {key: shortest(value) if isinstance(value, Decimal) else value for key, value in data.items()}
    return Reason(code, Text(zh=zh, en=en).fill(**shown), data)


def compared(value: Decimal, bound: Decimal, margin: Decimal, *, floor: bool) -> Reason:
    """``met`` or ``not-met``: the value, the bound and the margin between them."""
    if margin >= 0:
        return _reason(
            "met",
            f"实际值{{value}}{'不低于' if floor else '不超过'}{{bound}}，余量{{margin}}",
            f"The value {{value}} is {'at least' if floor else 'at most'} {{bound}}, with {{margin}} to spare",
            value=value,
            bound=bound,
            margin=margin,
        )
    return _reason(
        "not-met",
        f"实际值{{value}}{'低于' if floor else '超过'}{{bound}}，相差{{short}}",
        f"The value {{value}} is {{short}} {'below' if floor else 'above'} {{bound}}",
        value=value,
        bound=bound,
        short=-margin,
    )


def value_absent(kind: Missing) -> Reason:
    """``value-missing``, ``value-planned``, ``value-not-applicable``, ``value-withheld`` or ``value-delegated``."""
    return _reason(f"value-{kind.value}", "没有数值：{kind}", "There is no value: {kind}", kind=kind.label)


def not_a_single_number() -> Reason:
    """``not-a-single-number``: the target does not set a bound to one number."""
    return _reason("not-a-single-number", "该目标不是单一数值目标", "The target is not one for a single number")


def base_value_needed(year: int, known: Iterable[int]) -> Reason:
    """``base-value-needed``: the series has no value in the base year; those of other years are not used instead."""
    years = tuple(sorted(known))
    return _reason(
        "base-value-needed",
        "缺少基期{year}年的数值，不以其他年份代替",
        "The value of the base year {year} is needed; no other year stands in for it",
        year=year,
        known_years=years,
    )


def base_below_zero(year: int, base: Decimal) -> Reason:
    """``base-below-zero``: a change in percent of a negative figure has no agreed meaning."""
    return _reason(
        "base-below-zero",
        "基期{year}年的数值{base}为负，百分比变化没有确定含义",
        "The value {base} of the base year {year} is negative, and a change in percent of it has no agreed meaning",
        year=year,
        base=base,
    )


def peers_needed(rule: str, found: str | None) -> Reason:
    """``peers-needed``: the peers' level under this rule is not known."""
    return _reason(
        "peers-needed",
        "需要同类地区的数值，按规则“{rule}”确定水平",
        "The peers' figures are needed to find the level of the rule {rule!r}",
        rule=rule,
        found_rule=found,
    )


def peers_rank(rank: int, of: int | None) -> Reason:
    """``peers-rank``: our place among the peers."""
    if of is None:
        return _reason("peers-rank", "在同类地区中列第{rank}位", "Rank {rank} among the peers", rank=rank)
    return _reason(
        "peers-rank", "在{of}个同类地区中列第{rank}位", "Rank {rank} of {of} among the peers", rank=rank, of=of
    )


def awaiting_upper_level(to: str, cell: str) -> Reason:
    """``awaiting-upper-level``: the figure has not been handed down yet."""
    return _reason(
        "awaiting-upper-level",
        "目标由上级确定（“{cell}”），数值尚未下达",
        "The target is for the level above to set ({cell!r}), and no figure has been handed down yet",
        to=to,
        cell=cell,
    )


def handed_down(to: str) -> Reason:
    """``handed-down``: judged against the figure that the level above has set."""
    return _reason(
        "handed-down", "按上级已下达的目标判断", "Judged against the figure that the level above has handed down", to=to
    )


def accepted() -> Reason:
    """``accepted``: a qualitative target passed its acceptance."""
    return _reason("accepted", "已通过验收", "Accepted")


def not_accepted() -> Reason:
    """``not-accepted``: it was examined and did not pass."""
    return _reason("not-accepted", "未通过验收", "Not accepted")


def acceptance_pending(kind: Missing) -> Reason:
    """``acceptance-pending``: nobody has examined it yet."""
    return _reason("acceptance-pending", "尚未验收：{kind}", "Not examined yet: {kind}", kind=kind.label)


def no_target_set(how: str) -> Reason:
    """``no-target-set``: the plan's cell holds a dash or nothing."""
    if how == "dash":
        return _reason("no-target-set", "规划此处为“-”，未设目标", "The plan has a dash here: no target was set", how=how)
    return _reason("no-target-set", "规划此处空白，未设目标", "The plan's cell is blank here: no target was set", how=how)


def part_missing(part: str, name: Text, kind: Missing) -> Reason:
    """``part-missing``: one part has no value."""
    return _reason(
        "part-missing", "分项“{name}”没有数值：{kind}", "The part {name} has no value: {kind}", part=part, name=name, kind=kind.label
    )


def part_not_in_target(part: str, name: Text) -> Reason:
    """``part-not-in-target``: the value has a part that the target does not speak of."""
    return _reason(
        "part-not-in-target",
        "分项“{name}”不在目标之内，未作判断",
        "The part {name} is not in the target and was not judged",
        part=part,
        name=name,
    )


def part_not_met(part: str, name: Text) -> Reason:
    """``part-not-met``: one part fails, and no other part makes up for it."""
    return _reason("part-not-met", "分项“{name}”未达到目标", "The part {name} does not meet its target", part=part, name=name)


def parts_met(count: int) -> Reason:
    """``parts-met``: each part meets its own target."""
    return _reason("parts-met", "{count}个分项均达到目标", "All {count} parts meet their targets", count=count)


def part_direction_needed(part: str, name: Text) -> Reason:
    """``part-direction-needed``: it was not declared which way the part gets better."""
    return _reason(
        "part-direction-needed",
        "未声明分项“{name}”的好坏方向，无法判断",
        "It is not declared which way the part {name} gets better, so it cannot be judged",
        part=part,
        name=name,
    )


def parts_do_not_sum(found: Decimal, expected: Decimal) -> Reason:
    """``parts-do-not-sum``: the parts of the value do not make the whole, beyond what rounding explains."""
    return _reason(
        "parts-do-not-sum",
        "各分项之和为{found}，应为{expected}，超出修约误差",
        "The parts sum to {found} instead of {expected}, more than rounding explains",
        found=found,
        expected=expected,
    )


def years_missing(years: Iterable[int], known_sum: Decimal) -> Reason:
    """``years-missing``: a sum over years lacks some of them; what is known is not passed off as the whole."""
    listed = tuple(years)
    return _reason(
        "years-missing",
        "累计缺少以下年份：{shown}（已知年份合计{known_sum}）",
        "The sum lacks the years {shown} (the known years make {known_sum})",
        shown=", ".join(str(year) for year in listed),
        years=listed,
        known_sum=known_sum,
    )


def summed(first: int, last: int, total: Decimal) -> Reason:
    """``summed``: how the total was made."""
    return _reason(
        "summed",
        "{first}至{last}年逐年相加得{total}",
        "The years {first} to {last} add up to {total}",
        first=first,
        last=last,
        total=total,
    )
