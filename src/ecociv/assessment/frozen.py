"""What a sign-off freezes, as canonical JSON, and the way back: the same content gives the same results to the last bit."""

from __future__ import annotations

import datetime as dt
import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from ecociv import __version__
from ecociv.assessment.entries import Given
from ecociv.assessment.rules import (
    Assessment,
    Inputs,
    RuleSet,
    Units,
    inputs_from_json,
    inputs_to_json,
    rank_intervals,
    score,
    units_from_json,
    units_to_json,
)
from ecociv.core.digests import canonical_json, digest_of_bytes

FORMAT = 1
SEED = 20150724
"""Day on which the plan was issued: any number serves, it has only to be the same each time."""
DRAWS = 1000


@dataclass(frozen=True)
class Frozen:
    """A frozen content, read back."""

    rules: RuleSet
    units: Units
    inputs: Inputs
    computed: Inputs
    year: int

    def assessment(self) -> Assessment:
        """The results, reckoned anew."""
        return score(self.rules, self.units, self.inputs, self.year)


def content_of(
    rules: RuleSet,
    units: Units,
    inputs: Inputs,
    computed: Inputs,
    year: int,
    *,
    zone: str,
    known_at: dt.datetime,
    given: Given,
) -> tuple[str, str]:
    """Canonical JSON of everything that made a result, and its SHA-256."""
    content = {
        "format": FORMAT,
        "engine": __version__,
        "zone": zone,
        "year": year,
        "known_at": known_at.astimezone(dt.UTC).isoformat(),
        "rules": rules.to_json(),
        "units": units_to_json(units),
        "inputs": inputs_to_json(inputs),
        "computed": inputs_to_json(computed),
        "entries": [_entry(each) for _, each in sorted(given.items())],
        **results_of(rules, units, inputs, year),
    }
    text = canonical_json(content)
    return text.decode(), digest_of_bytes(text)


def results_of(rules: RuleSet, units: Units, inputs: Inputs, year: int) -> dict[str, Any]:
    """Results and rank intervals as plain values."""
    found = score(rules, units, inputs, year)
    return {
        "results": {unit: result.to_json() for unit, result in found.items()},
        "intervals": intervals_json(rules, units, inputs, year),
    }


def intervals_json(
    rules: RuleSet, units: Units, inputs: Inputs, year: int, *, seed: int = SEED, draws: int = DRAWS
) -> dict[str, Any]:
    """Rank intervals with the seed and the number of draws that they need to be found again.

    Draws go to categories, items and units in their order, which a way through canonical JSON sorts: so they are drawn
    in that order from the beginning.
    """
    rules = RuleSet.model_validate(json.loads(canonical_json(rules.to_json())))
    units = {unit: units[unit] for unit in sorted(units)}
    found = rank_intervals(rules, units, inputs, year, seed=seed, draws=draws)
    return {
        "seed": seed,
        "draws": draws,
        "units": {
            unit: {"low": each.low, "high": each.high, "shares": {str(k): v for k, v in each.shares.items()}}
            for unit, each in found.items()
        },
    }


def read_frozen(content: str) -> Frozen:
    """Rules, units and inputs of a frozen content."""
    data = json.loads(content)
    return Frozen(
        RuleSet.model_validate(data["rules"]),
        units_from_json(data["units"]),
        inputs_from_json(data["inputs"]),
        inputs_from_json(data["computed"]),
        data["year"],
    )


def plain_results(rules: RuleSet, units: Units, inputs: Inputs, year: int) -> dict[str, Any]:
    """Results in the form that they have after a way through canonical JSON."""
    found: dict[str, Any] = json.loads(canonical_json(results_of(rules, units, inputs, year)))
    return found


def first_difference(before: Any, after: Any, place: str = "") -> str:
    """Where two plain values differ first, with both; "" where they are the same.

    >>> first_difference({"a": [1, 2]}, {"a": [1, 3]})
    'a.1: 2, now 3'
    """
    if isinstance(before, Mapping) and isinstance(after, Mapping):
        for key in sorted({*before, *after}):
            here = f"{place}.{key}" if place else str(key)
            if key not in before or key not in after:
                return f"{here}: {'not there before' if key not in before else 'gone now'}"
            if found := first_difference(before[key], after[key], here):
                return found
        return ""
    if isinstance(before, list) and isinstance(after, list):
        if len(before) != len(after):
            return f"{place}: {len(before)} entries, now {len(after)}"
        for number, (one, two) in enumerate(zip(before, after, strict=True)):
            if found := first_difference(one, two, f"{place}.{number}"):
                return found
        return ""
    return "" if before == after else f"{place}: {before}, now {after}"


def _entry(entry: Any) -> dict[str, Any]:
    return {
        "unit": entry.unit,
        "item": entry.item,
        "stage": entry.stage,
        "revision": entry.revision,
        "kind": entry.kind,
        "amount": entry.amount_text,
        "reason": entry.reason,
        "by": entry.author_name,
        "organisation": entry.organisation,
        "documents": sorted(each.document_id for each in entry.documents.all()),
    }
