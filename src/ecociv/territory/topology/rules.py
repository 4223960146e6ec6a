"""The rules by which a layer may be repaired (修复规则); none is applied unless it is chosen."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from enum import StrEnum

from ecociv.core.text import Text
from ecociv.territory.topology.findings import Defect


class Rule(StrEnum):
    """A rule of repair, in the order in which they are applied."""

    MAKE_VALID = "make-valid"
    DROP_NON_POLYGONS = "drop-non-polygons"
    DROP_DUPLICATES = "drop-duplicates"
    DROP_SPIKES = "drop-spikes"
    SNAP = "snap"
    ASSIGN_OVERLAPS = "assign-overlaps"
    FILL_GAPS = "fill-gaps"
    DROP_EMPTY = "drop-empty"

    @property
    def label(self) -> Text:
        """The rule in words."""
        return _LABELS[self]


_LABELS = {
    Rule.MAKE_VALID: Text(zh="修正无效图形", en="make invalid geometries valid"),
    Rule.DROP_NON_POLYGONS: Text(zh="去除非面部分", en="drop parts that are no polygons"),
    Rule.DROP_DUPLICATES: Text(zh="删除重复图形（留第一个）", en="drop exact duplicates, the first stays"),
    Rule.DROP_SPIKES: Text(zh="去除尖角", en="drop spikes"),
    Rule.SNAP: Text(zh="共用边界在容差内对齐", en="snap shared boundaries within a tolerance"),
    Rule.ASSIGN_OVERLAPS: Text(zh="重叠归一方", en="assign overlaps to one of the two"),
    Rule.FILL_GAPS: Text(
        zh="窄缝并入共边最长的邻斑", en="fill narrow gaps from the neighbour with the longest border"
    ),
    Rule.DROP_EMPTY: Text(zh="删除空图形", en="drop empty geometries"),
}


_MENDS = {
    Defect.INVALID: (Rule.MAKE_VALID, ""),
    Defect.NON_POLYGON: (Rule.DROP_NON_POLYGONS, ""),
    Defect.DUPLICATE: (Rule.DROP_DUPLICATES, ""),
    Defect.OVERLAP: (Rule.ASSIGN_OVERLAPS, ":larger"),
    Defect.GAP: (Rule.FILL_GAPS, ":2"),
    Defect.EMPTY: (Rule.DROP_EMPTY, ""),
}


def mending(defects: Iterable[Defect]) -> tuple[Text, ...]:
    """The rules that mend some kinds of defect, in words and as they are written; a defect that no rule mends adds none.

    Examples
    --------
    >>> [rule.en for rule in mending([Defect.EMPTY, Defect.SAME_IDENTITY, Defect.OVERLAP])]
    ['assign overlaps to one of the two (assign-overlaps:larger)', 'drop empty geometries (drop-empty)']
    """
    wanted = set(defects)
    return tuple(
        Text(zh=f"{rule.label.zh}（{rule}{how}）", en=f"{rule.label.en} ({rule}{how})")
        for defect, (rule, how) in _MENDS.items()
        if defect in wanted
    )


class RuleRefused(ValueError):
    """A rule of repair that does not exist or lacks its tolerance."""

    def __init__(self, text: Text) -> None:
        super().__init__(text.en)
        self.text = text


@dataclass(frozen=True, slots=True)
class RepairPlan:
    """Chosen rules with what each needs.

    Attributes
    ----------
    rules : frozenset of Rule
        Rules to apply.
    snap_within : float
        Metres within which vertices of neighbours are one.
    overlaps_to : str
        ``"larger"``, ``"smaller"``, ``"first"`` (in the file), or ``"priority"`` (by `class_order`; the larger where
        the classes are equal or unlisted).
    class_order : tuple of str
        Classes, the strongest first.
    gap_width : float
        Mean width in metres up to which a gap is filled.
    spike_angle : float
        Degrees below which a vertex is a spike.

    Examples
    --------
    >>> plan = RepairPlan.parse(["make-valid", "snap:0.1", "fill-gaps:1.5", "assign-overlaps:larger"])
    >>> plan.snap_within, plan.gap_width, plan.overlaps_to
    (0.1, 1.5, 'larger')
    >>> RepairPlan.parse(["assign-overlaps:priority=red-line>farmland"]).class_order
    ('red-line', 'farmland')
    """

    rules: frozenset[Rule] = field(default_factory=frozenset)
    snap_within: float = 0.0
    overlaps_to: str = "larger"
    class_order: tuple[str, ...] = ()
    gap_width: float = 0.0
    spike_angle: float = 1.0

    @classmethod
    def parse(cls, texts: Iterable[str]) -> RepairPlan:
        """Rules as commands and forms write them: a name, with a tolerance or a choice after a colon.

        Raises
        ------
        RuleRefused
            An unknown rule, a missing or impossible tolerance.
        """
        rules: set[Rule] = set()
        given: dict[str, float | str | tuple[str, ...]] = {}
        for text in texts:
            name, _, value = text.strip().partition(":")
            if name not in set(Rule):
                raise RuleRefused(
                    Text(
                        zh=f"没有修复规则“{name}”。规则：{'、'.join(Rule)}。",
                        en=f"{name!r} is no rule of repair. Rules: {', '.join(Rule)}.",
                    )
                )
            rule = Rule(name)
            rules.add(rule)
            if rule is Rule.SNAP:
                given["snap_within"] = _metres(rule, value, most=10.0)
            elif rule is Rule.FILL_GAPS:
                given["gap_width"] = _metres(rule, value, most=100.0)
            elif rule is Rule.DROP_SPIKES and value:
                given["spike_angle"] = _metres(rule, value, most=10.0)
            elif rule is Rule.ASSIGN_OVERLAPS:
                given |= _side(value)
            elif value:
                raise RuleRefused(
                    Text(
                        zh=f"规则“{name}”不带参数。",
                        en=f"The rule {name!r} takes no value, but has {value!r}.",
                    )
                )
        return cls(frozenset(rules), **given)  # type: ignore[arg-type]

    def to_json(self) -> dict[str, object]:
        """Plain values for the log."""
        return {
            "rules": [str(rule) for rule in Rule if rule in self.rules],
            "snap_within_m": self.snap_within,
            "overlaps_to": self.overlaps_to,
            "class_order": list(self.class_order),
            "gap_width_m": self.gap_width,
            "spike_angle_degrees": self.spike_angle,
        }


def _metres(rule: Rule, value: str, most: float) -> float:
    if not re.fullmatch(r"\d{1,4}(\.\d{1,6})?", value) or not 0 < float(value) <= most:
        raise RuleRefused(
            Text(
                zh=f"规则“{rule}”须带容差，写作 {rule}:数值，大于0且不超过{most:g}；现为“{value}”。",
                en=f"The rule {rule!s} takes a tolerance, as {rule!s}:NUMBER above 0 and at most {most:g}; it has {value!r}.",
            )
        )
    return float(value)


def _side(value: str) -> dict[str, float | str | tuple[str, ...]]:
    side, _, order = value.partition("=")
    side = side or "larger"
    classes = tuple(part.strip() for part in order.split(">") if part.strip())
    if side not in ("larger", "smaller", "first", "priority") or (side == "priority") != bool(classes):
        raise RuleRefused(
            Text(
                zh=f"重叠归属“{value}”无效：larger（较大者）、smaller（较小者）、first（先列者）或 priority=类别1>类别2。",
                en=f"{value!r} does not say whose the overlap is: larger, smaller, first, or priority=CLASS>CLASS.",
            )
        )
    return {"overlaps_to": side, "class_order": classes}
