"""What is wrong with a filled form: every fault at once, with the numbers of both sides of each broken rule."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from enum import StrEnum

from ecociv.core.decimals import shortest
from ecociv.core.missing import Missing
from ecociv.core.quantities import label_of, with_unit
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text, as_text
from ecociv.evidence.returns.cells import Entry, too_precise
from ecociv.evidence.returns.forms import Cell, Form, Rule
from ecociv.evidence.returns.formulas import Absent, DividedByZero, Figure

EXPLANATION_LONGEST = 1000
_SHOWN_DECIMALS = 6


class Severity(StrEnum):
    """What becomes of a finding."""

    ERROR = "error"
    """Stops the submission."""
    WARNING = "warning"
    """Needs an explanation."""
    NOTE = "note"
    """Said, and nothing else: a rule that could not be checked."""


class Outcome(StrEnum):
    """What came of a rule."""

    KEPT = "kept"
    BROKEN = "broken"
    NOT_CHECKABLE = "not-checkable"


@dataclass(frozen=True, slots=True)
class RuleResult:
    """One rule applied to one filled form, with both sides in the unit of the left one where they have a value."""

    rule: Rule
    outcome: Outcome
    detail: Text
    left: Decimal | None = None
    right: Decimal | None = None
    unit: str | None = None


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong or could not be checked: where, which rule, and what to do.

    ``key`` names it for its explanation (``rule:use-jump``, ``plausible:use.total``).
    """

    key: str
    code: str
    severity: Severity
    cells: tuple[str, ...]
    found: str
    text: Text
    remedy: Text
    explanation: str = ""

    @property
    def blocks(self) -> bool:
        """Whether it stops the submission: an error, or a warning that nobody has explained."""
        return self.severity is Severity.ERROR or (self.severity is Severity.WARNING and not self.explanation)

    def to_json(self) -> dict[str, object]:
        """As plain JSON values."""
        return {
            "key": self.key,
            "code": self.code,
            "severity": self.severity.value,
            "cells": list(self.cells),
            "found": self.found,
            "text": self.text.to_mapping(),
            "remedy": self.remedy.to_mapping(),
            "explanation": self.explanation,
        }


def check_entries(
    form: Form,
    cells: Sequence[Cell],
    entries: Mapping[str, Entry],
    previous: Mapping[str, Entry],
    explanations: Mapping[str, str],
) -> tuple[Finding, ...]:
    """Everything that is wrong with a filled form.

    Parameters
    ----------
    form
        The declared form.
    cells
        The cells that are asked of this place (:meth:`Form.cells_for`).
    entries
        What was filled in, by key of the cell.
    previous
        The figures of the period before, as they are on record; empty where there are none.
    explanations
        What was written to warnings, by the key of the finding.
    """
    found = [*_cells(cells, entries), *_rules(form, cells, entries, previous)]
    return tuple(replace(each, explanation=explanations.get(each.key, "").strip()) for each in found)


def apply_rules(
    form: Form, cells: Sequence[Cell], entries: Mapping[str, Entry], previous: Mapping[str, Entry]
) -> tuple[RuleResult, ...]:
    """Each rule that concerns the cells asked for, with what came of it."""
    asked = {cell.key for cell in cells}
    return tuple(
        apply_rule(form, rule, entries, previous) for rule in form.rules if rule.parsed.cells <= asked
    )


def apply_rule(
    form: Form, rule: Rule, entries: Mapping[str, Entry], previous: Mapping[str, Entry]
) -> RuleResult:
    """One rule: kept, broken, or not checkable because a figure is absent or a divisor is zero."""

    def lookup(key: str, before: bool) -> Decimal | Missing | None:
        entry = (previous if before else entries).get(key)
        return entry.value if entry else None

    try:
        left, right = rule.parsed.sides(lookup, form.units)
    except Absent as absent:
        return RuleResult(rule, Outcome.NOT_CHECKABLE, _absence(form.cell(absent.cell), absent))
    except DividedByZero:
        return RuleResult(
            rule,
            Outcome.NOT_CHECKABLE,
            Text(zh="除数为零，无法计算", en="a divisor is zero, so there is nothing to compare"),
        )
    tolerance = rule.tolerance or Decimal(0)
    if rule.relative is not None:
        tolerance = abs(rule.relative * left.number)
    kept = rule.parsed.holds(left, right, tolerance)
    return RuleResult(
        rule,
        Outcome.KEPT if kept else Outcome.BROKEN,
        _sides(left, right, rule.parsed.sign, tolerance),
        left.number,
        right.number,
        left.unit,
    )


def shown(value: Decimal, unit: str | None, language: str) -> str:
    """A number with its unit as a reader writes it; at most six decimals."""
    number = shortest(round_half_even(value, _SHOWN_DECIMALS))
    label = label_of(unit).in_language(language) if unit else ""
    return with_unit(number, label, language)


def _cells(cells: Sequence[Cell], entries: Mapping[str, Entry]) -> Iterator[Finding]:
    asked = {cell.key for cell in cells}
    for key in entries:
        if key not in asked:
            yield Finding(
                f"unknown:{key}",
                "unknown-cell",
                Severity.ERROR,
                (key,),
                key,
                Text(zh="本表没有对该地区要求{key}", en="this form does not ask {key} of this place").fill(
                    key=key
                ),
                Text(zh="删去该项", en="take it out"),
            )
    for cell in cells:
        entry = entries.get(cell.key)
        if entry is None:
            if cell.required:
                yield Finding(
                    f"empty:{cell.key}",
                    "empty",
                    Severity.ERROR,
                    (cell.key,),
                    "",
                    Text(zh="{name}没有填", en="{name} is empty").fill(name=cell.name),
                    Text(
                        zh="填数字；确实没有数字时选定原因",
                        en="give a figure, or choose why there is none; zero is a figure",
                    ),
                )
            continue
        yield from _entry(cell, entry)


def _entry(cell: Cell, entry: Entry) -> Iterator[Finding]:
    number = entry.number
    if number is None:
        if cell.required and not entry.remark.strip():
            yield Finding(
                f"absence:{cell.key}",
                "absence-without-remark",
                Severity.ERROR,
                (cell.key,),
                str(entry.value),
                Text(zh="{name}没有数字，也没有说明", en="{name} has no figure and no remark").fill(
                    name=cell.name
                ),
                Text(zh="在备注中写明原因", en="say in the remark why there is none"),
            )
        return
    found = shortest(number)
    if too_precise(number, cell):
        yield Finding(
            f"decimals:{cell.key}",
            "too-many-decimals",
            Severity.ERROR,
            (cell.key,),
            found,
            Text(
                zh="{name}只要{count}位小数，填了{found}",
                en="{name} takes {count} decimals; {found} was given",
            ).fill(name=cell.name, count=cell.decimals, found=found),
            Text(zh="按 GB/T 8170 修约后再填", en="round it by GB/T 8170 and fill it in again"),
        )
    if (
        cell.kind in {"flow", "stock", "count"}
        and number < 0
        and (cell.plausible is None or cell.plausible[0] >= 0)
    ):
        yield Finding(
            f"negative:{cell.key}",
            "negative",
            Severity.ERROR,
            (cell.key,),
            found,
            Text(zh="{name}不能是负数", en="{name} cannot be negative").fill(name=cell.name),
            Text(zh="核对正负号", en="look at the sign again"),
        )
    elif cell.plausible is not None and not cell.plausible[0] <= number <= cell.plausible[1]:
        low, high = (as_text(shortest(bound)) for bound in cell.plausible)
        yield Finding(
            f"plausible:{cell.key}",
            "outside-plausible",
            Severity.WARNING,
            (cell.key,),
            found,
            Text(
                zh="{name}通常在{low}到{high}{unit}之间，填了{found}",
                en="{name} usually lies between {low} and {high} ({unit}); {found} was given",
            ).fill(name=cell.name, low=low, high=high, unit=label_of(cell.unit), found=found),
            Text(
                zh="核对单位；数字无误时写明原因", en="look at the unit; if the figure is right, explain it"
            ),
        )


def _rules(
    form: Form, cells: Sequence[Cell], entries: Mapping[str, Entry], previous: Mapping[str, Entry]
) -> Iterator[Finding]:
    for result in apply_rules(form, cells, entries, previous):
        rule = result.rule
        if result.outcome is Outcome.KEPT:
            continue
        about = tuple(cell.key for cell in cells if cell.key in rule.parsed.cells)
        if result.outcome is Outcome.NOT_CHECKABLE:
            yield Finding(
                f"rule:{rule.key}",
                "not-checkable",
                Severity.NOTE,
                about,
                "",
                Text(zh="未能核对“{rule}”：{why}", en="not checkable: “{rule}” — {why}").fill(
                    rule=rule.text, why=result.detail
                ),
                Text(zh="补上数字后即自动核对", en="it is checked as soon as the figure is there"),
            )
            continue
        warning = rule.severity == "warning"
        yield Finding(
            f"rule:{rule.key}",
            "rule-broken",
            Severity.WARNING if warning else Severity.ERROR,
            about,
            result.detail.zh,
            Text(zh="{rule}：{detail}", en="{rule}: {detail}").fill(rule=rule.text, detail=result.detail),
            Text(zh="改正数字，或写明原因", en="correct the figures, or explain")
            if warning
            else Text(zh="改正数字", en="correct the figures"),
        )


def _absence(cell: Cell, absent: Absent) -> Text:
    about = Text(zh="{name}", en="{name}").fill(name=cell.name)
    if absent.before:
        about = Text(zh="上期的{name}", en="{name} of the period before").fill(name=cell.name)
    if absent.kind is None:
        return Text(zh="{about}没有数字", en="{about} has no figure").fill(about=about)
    return Text(zh="{about}没有数字（{kind}）", en="{about} has no figure ({kind})").fill(
        about=about, kind=absent.kind.label
    )


def _sides(left: Figure, right: Figure, sign: str, tolerance: Decimal) -> Text:
    difference = left.number - right.number
    parts = {}
    for language in ("zh", "en"):
        a, b = shown(left.number, left.unit, language), shown(right.number, left.unit, language)
        gap = shown(difference, left.unit, language)
        allowed = shown(tolerance, left.unit, language)
        if language == "zh":
            tail = f"，允许 {allowed}" if tolerance else ""
            parts[language] = f"左边 {a}，右边 {b}，应为 {sign}，相差 {gap}{tail}"
        else:
            tail = f", {allowed} allowed" if tolerance else ""
            parts[language] = f"left {a}, right {b}, should be {sign}, difference {gap}{tail}"
    return Text(zh=parts["zh"], en=parts["en"])
