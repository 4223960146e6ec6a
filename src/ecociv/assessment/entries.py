"""Scores that people gave, and how they enter the result: the audit's goes before the reviewers'; a self score never counts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from decimal import Decimal

from django.db.models import Max

from ecociv.assessment.models import AssessmentRound, ScoreEntry
from ecociv.assessment.rules import Entry, Figure, InputError, ItemScore, RuleSet
from ecociv.assessment.rules.sources import DECIDED_FINDINGS, ReviewSource
from ecociv.assessment.stages import AmountKind, ScoredBy

Given = Mapping[tuple[str, str, ScoredBy], ScoreEntry]


def entries_of(
    round_: AssessmentRound, as_of: dt.datetime | None = None
) -> dict[tuple[str, str, ScoredBy], ScoreEntry]:
    """The newest revision of every score of a round, by unit, item and whose it is; as known at a moment."""
    rows = ScoreEntry.objects.filter(round=round_)
    if as_of is not None:
        rows = rows.filter(recorded_at__lte=as_of)
    newest = rows.order_by().values("unit", "item", "stage").annotate(newest=Max("pk")).values("newest")
    found = ScoreEntry.objects.filter(pk__in=newest).prefetch_related("documents")
    return {(row.unit, row.item, ScoredBy(row.stage)): row for row in found}


def counting(given: Given, unit: str, item: str) -> ScoreEntry | None:
    """The score that counts: the audit's, else the reviewers'."""
    return given.get((unit, item, ScoredBy.AUDIT)) or given.get((unit, item, ScoredBy.REVIEW))


def with_entries(computed: Mapping[str, Mapping[str, Entry]], given: Given) -> dict[str, dict[str, Entry]]:
    """The inputs with the scores that count in place of what was computed; what was computed stays beside them."""
    found = {unit: dict(row) for unit, row in computed.items()}
    for unit, row in found.items():
        for item in row:
            entry = counting(given, unit, item)
            if entry is not None and not _takes_away(row[item], entry):
                row[item] = as_input(entry)
    return found


def _takes_away(computed: Entry, entry: ScoreEntry) -> bool:
    """Whether a number given by hand would hide decisions that are on record."""
    decided = isinstance(computed, Figure) and computed.method == DECIDED_FINDINGS
    return decided and isinstance(computed, Figure) and entry.amount <= (computed.value or 0)


def as_input(entry: ScoreEntry) -> Entry:
    """A recorded score as the engine reads it."""
    source = f"entry:{entry.stage}/{entry.unit}/{entry.item}"
    if entry.kind == AmountKind.VALUE.value:
        return Figure(entry.amount, source=source, revision=entry.revision, method=f"given-by-{entry.stage}")
    return ItemScore(entry.amount, by=entry.stage, reason=entry.reason, source=f"{source} r{entry.revision}")


def gaps(rules: RuleSet, units: Mapping[str, object], given: Given) -> list[tuple[str, str]]:
    """Units and items that only a person can score and that neither review nor audit has."""
    asked = [key for key, item in rules.items.items() if isinstance(item.source, ReviewSource)]
    return [(unit, key) for unit in units for key in asked if counting(given, unit, key) is None]


def limits_of(rules: RuleSet, item: str, kind: AmountKind) -> tuple[Decimal | None, Decimal | None]:
    """Lowest and highest number that may be given.

    Raises
    ------
    InputError
        When the rule set has no such key, or takes no score for it.
    """
    if item in rules.items:
        return (Decimal(0), rules.full) if kind is AmountKind.SCORE else (None, None)
    if item not in rules.adjustments and item not in rules.vetoes:
        raise InputError(
            f"Rule set {rules.key} has no item {item!r}; choose one of {', '.join(rules.items)}."
        )
    if kind is AmountKind.SCORE:
        raise InputError(f"{item} counts what is on record: give the number of it as a figure, not a score.")
    return Decimal(0), None
