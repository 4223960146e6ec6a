"""Rows of the workbench: an item of a unit with the figure, the three scores, and what counts."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _

from ecociv.assessment.entries import counting
from ecociv.assessment.models import ScoreEntry
from ecociv.assessment.permissions import may_score
from ecociv.assessment.rules import Figure
from ecociv.assessment.rules.sources import ReviewSource
from ecociv.assessment.stages import ScoredBy
from ecociv.assessment.standing import Standing
from ecociv.core.decimals import plain, shortest
from ecociv.core.missing import Missing
from ecociv.core.text import Text
from ecociv.portal.zone import language


@dataclass(frozen=True, slots=True)
class Slot:
    """One of the three scores of an item: what was given, and whether the reader can give it now."""

    by: ScoredBy
    entry: ScoreEntry | None
    open: bool
    counts: bool
    amount: str = ""
    kind: str = "score"
    reason: str = ""
    refused: str = ""
    field: str = ""

    @property
    def seen(self) -> int:
        """The revision on show."""
        return self.entry.revision if self.entry else 0

    @property
    def needs_reason(self) -> bool:
        """Whether a reason has to be given."""
        return self.by is not ScoredBy.SELF


@dataclass(frozen=True, slots=True)
class BenchRow:
    """One item, adjustment or veto of a unit."""

    key: str
    title: Text
    unit: str
    weight: Decimal | None
    figure: str
    absent: str
    score: Decimal | None
    points: Decimal | None
    sample: bool
    by_hand: bool
    takes_score: bool
    slots: tuple[Slot, ...]
    reasons: tuple[str, ...]

    @property
    def waits(self) -> bool:
        """Whether only a person can score it, and nobody has."""
        return self.by_hand and not any(slot.counts for slot in self.slots)


@dataclass(frozen=True, slots=True)
class BenchGroup:
    """A category, or the points and vetoes, with their rows."""

    title: str
    rows: tuple[BenchRow, ...]


def bench_groups(standing: Standing, unit: str, user: Any) -> list[BenchGroup]:
    """Everything that is scored of a unit, by category."""
    tongue, rules = language(), standing.rules
    found = [
        BenchGroup(
            category.title.in_language(tongue),
            tuple(bench_row(standing, unit, key, user) for key in category.items),
        )
        for category in rules.categories.values()
    ]
    counted = [*rules.adjustments, *rules.vetoes]
    if counted:
        rows = tuple(bench_row(standing, unit, key, user) for key in counted)
        found.append(BenchGroup(_("Points added and taken off, vetoes"), rows))
    return found


def bench_row(standing: Standing, unit: str, key: str, user: Any) -> BenchRow:
    """One row.

    Raises
    ------
    KeyError
        When the rule set has no such key.
    """
    tongue, rules = language(), standing.rules
    declared: Any = rules.items.get(key) or {**rules.adjustments, **rules.vetoes}[key]
    result = standing.results[unit]
    item = result.items.get(key)
    computed = standing.computed[unit][key]
    value = computed.value if isinstance(computed, Figure) else None
    parts = computed.parts if isinstance(computed, Figure) else None
    missing = computed.missing if isinstance(computed, Figure) else None
    shown = shortest(round(value, 4)) if value is not None else ""
    if not shown and parts:
        shown = "; ".join(
            f"{name} {shortest(round(part, 4))}" for name, part in parts.items() if isinstance(part, Decimal)
        )
    return BenchRow(
        key,
        declared.title,
        getattr(declared, "unit", None) or "",
        item.effective_weight if item else None,
        shown,
        _absent(missing),
        item.score if item else None,
        item.points if item else result.adjustments.get(key),
        item.sample if item else computed.sample,
        isinstance(declared.source, ReviewSource),
        item is not None,
        tuple(_slot(standing, unit, key, by, user) for by in ScoredBy),
        tuple(reason.text.in_language(tongue) for reason in item.reasons) if item else (),
    )


def with_refusal(row: BenchRow, by: ScoredBy, typed: dict[str, str], refused: str, field: str) -> BenchRow:
    """The row with what was typed, and the refusal at the field that it is about."""
    slots = tuple(
        replace(
            slot,
            amount=typed["amount"],
            kind=typed["kind"],
            reason=typed["reason"],
            refused=refused,
            field=field,
        )
        if slot.by is by
        else slot
        for slot in row.slots
    )
    return replace(row, slots=slots)


def _slot(standing: Standing, unit: str, key: str, by: ScoredBy, user: Any) -> Slot:
    entry = standing.given.get((unit, key, by))
    open_now = bool(standing.stage in by.open_in and may_score(user, standing.round.zone, unit, by).ok)
    counts = entry is not None and counting(standing.given, unit, key) is entry
    if entry is None:
        return Slot(by, None, open_now, counts, kind="score" if key in standing.rules.items else "value")
    return Slot(by, entry, open_now, counts, plain(entry.amount), entry.kind, entry.reason)


def _absent(missing: Missing | None) -> str:
    return missing.label.in_language(language()) if missing else ""
