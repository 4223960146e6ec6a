"""Whether two assessments may be compared (可比性): of different years, rule versions, groups or methods."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from decimal import Decimal

from ecociv.assessment.rules.declaration import RuleSet
from ecociv.assessment.rules.results import Assessment
from ecociv.core.text import Text
from ecociv.core.verdicts import Reason


@dataclass(frozen=True)
class Compared:
    """The difference of two totals that may be compared: the second less the first."""

    unit: str
    difference: Decimal
    items: dict[str, Decimal]


@dataclass(frozen=True)
class NotComparable:
    """Why two totals may not be compared, and the items that still may: their differences."""

    unit: str
    reasons: tuple[Reason, ...]
    items: dict[str, Decimal]


def compare(first: Assessment, second: Assessment) -> dict[str, Compared | NotComparable]:
    """Compare the units that occur in both; the second less the first.

    An item stays comparable where its function, source and unit are the same, its figures were made by one method, and
    its score does not depend on who the peers are.
    """
    return {unit: _unit(first, second, unit) for unit in second if unit in first}


def _unit(first: Assessment, second: Assessment, unit: str) -> Compared | NotComparable:
    reasons: list[Reason] = []
    one, two = first.rules, second.rules
    if one.key != two.key:
        reasons.append(
            _reason(
                "rule-set-changed",
                f"考核办法不同：{one.key}与{two.key}",
                f"the rule sets differ: {one.key} and {two.key}",
            )
        )
    groups = first.units[unit].group, second.units[unit].group
    if groups[0] != groups[1]:
        reasons.append(
            _reason(
                "group-changed",
                f"同类组由{groups[0]}变为{groups[1]}",
                f"the peer group changed from {groups[0]} to {groups[1]}",
            )
        )
    before, after = set(one.items), set(two.items)
    for code, zh, en, keys in (
        ("items-added", "增加指标", "items were added", after - before),
        ("items-removed", "取消指标", "items were taken out", before - after),
    ):
        if keys:
            reasons.append(_listed(code, zh, en, keys, one, two))
    common = [key for key in two.items if key in before]
    changed = {key for key in common if _definition(first, key) != _definition(second, key)}
    if changed:
        shown = sorted(changed)
        reasons.append(
            _listed("function-changed", "评分方法改变", "the function or source changed", shown, one, two)
        )
    own, other = first.weights(groups[0]), second.weights(groups[1])
    moved = sorted(key for key in common if own.items[key] * other.whole != other.items[key] * own.whole)
    if moved:
        reasons.append(_listed("weights-changed", "权重改变", "the weights changed", moved, one, two))
    if _points(first) != _points(second):
        reasons.append(
            _reason(
                "points-changed",
                "加扣分、否决或封顶规则改变",
                "plus and minus points, vetoes or caps changed",
            )
        )
    methods = {key for key in common if _method(first, unit, key) != _method(second, unit, key)}
    if methods:
        shown = sorted(methods)
        reasons.append(
            _listed("method-changed", "指标计算方法改变", "the method of the figure changed", shown, one, two)
        )
    items = {}
    for key in common:
        a, b = first[unit].items[key].score, second[unit].items[key].score
        if (
            key not in changed | methods
            and a is not None
            and b is not None
            and one.items[key].function.kind != "relative"
        ):
            items[key] = b - a
    if first[unit].total is None or second[unit].total is None:
        reasons.append(_reason("no-total", "有一年没有总分", "one of the two has no total"))
    if reasons:
        return NotComparable(unit, tuple(reasons), items)
    a, b = first[unit].total, second[unit].total
    assert a is not None and b is not None
    return Compared(unit, b - a, items)


def _definition(assessment: Assessment, key: str) -> object:
    """What makes the score of an item; its weight and its words are looked at elsewhere."""
    item = assessment.rules.items[key]
    said = item.model_dump(mode="json", exclude={"title", "weight", "about", "effort", "basis", "groups"})
    return said, assessment.rules.absence_of(key).model_dump(mode="json"), assessment.rules.full


def _points(assessment: Assessment) -> object:
    said = assessment.rules.model_dump(
        mode="json", include={"adjustments", "vetoes", "caps", "plus_limit", "minus_limit", "may_exceed_full"}
    )
    for part in ("adjustments", "vetoes", "caps"):
        for entry in said[part].values():
            entry.pop("basis"), entry.pop("title"), entry.pop("effort", None)
    return said


def _method(assessment: Assessment, unit: str, key: str) -> str:
    return getattr(assessment.entry(unit, key), "method", "")


def _listed(code: str, zh: str, en: str, keys: Collection[str], first: RuleSet, second: RuleSet) -> Reason:
    """A reason with the items it speaks of by name; where it is every item, that is said instead."""
    known = {**first.items, **second.items}
    if len(keys) == len(known):
        return _reason(code, f"{zh}（所有指标）", f"{en} (all items)")
    titles = [known[key].title for key in sorted(keys)]
    return _reason(
        code,
        f"{zh}：{'、'.join(each.zh for each in titles)}",
        f"{en}: {'; '.join(each.en for each in titles)}",
    )


def _reason(code: str, zh: str, en: str) -> Reason:
    return Reason(code, Text(zh=f"不可比：{zh}。", en=f"Not comparable: {en}."))
