"""Whether a frozen result can be found again, and what today's data would make of it. Neither touches what is frozen."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from ecociv.assessment.entries import entries_of, with_entries
from ecociv.assessment.frozen import first_difference, plain_results, read_frozen
from ecociv.assessment.gather import gather
from ecociv.assessment.models import Snapshot
from ecociv.assessment.rules import inputs_to_json, score, units_to_json
from ecociv.core.digests import canonical_json, digest_of_bytes


@dataclass(frozen=True, slots=True)
class Recomputed:
    """What came of a recomputation.

    Attributes
    ----------
    intact
        The stored content has the digest under which it was signed.
    from_content, from_record
        First difference when reckoned from the stored content, and from the database as of the moment of sign-off;
        "" where every bit is the same.
    """

    intact: bool
    from_content: str
    from_record: str

    @property
    def ok(self) -> bool:
        """Whether nothing differs."""
        return self.intact and not self.from_content and not self.from_record

    def to_json(self) -> dict[str, object]:
        """Plain values."""
        return {
            "ok": self.ok,
            "digest_holds": self.intact,
            "difference_from_content": self.from_content or None,
            "difference_from_record": self.from_record or None,
        }


def recompute(snapshot: Snapshot) -> Recomputed:
    """Reckon a frozen result anew, twice: from its own content, and from the database as of its moment.

    A supplement rests on the content of the one before and not on the database alone: the scores that it changed are
    taken from its content.
    """
    data, frozen = snapshot.data, read_frozen(snapshot.content)
    again = plain_results(frozen.rules, frozen.units, frozen.inputs, frozen.year)
    stored = {name: data[name] for name in ("results", "intervals")}
    found = gather(snapshot.round.zone, frozen.rules, frozen.year, as_of=snapshot.known_at)
    then: dict[str, Any] = {"units": units_to_json(found.units), "computed": inputs_to_json(found.inputs)}
    if not snapshot.objection:
        given = entries_of(snapshot.round, snapshot.known_at)
        then["inputs"] = inputs_to_json(with_entries(found.inputs, given))
    plain = json.loads(canonical_json(then))
    return Recomputed(
        digest_of_bytes(snapshot.content.encode()) == snapshot.digest,
        first_difference(stored, again),
        first_difference({name: data[name] for name in plain}, plain),
    )


@dataclass(frozen=True, slots=True)
class Impact:
    """What today's data would change in a frozen result.

    Attributes
    ----------
    totals, items
        New less frozen, where it is not zero; by unit, and by unit and item.
    ranks
        Frozen and new rank, where they differ.
    figures
        Frozen and new figure of inputs that differ, by unit and item.
    """

    totals: Mapping[str, Decimal]
    ranks: Mapping[str, tuple[int | None, int | None]]
    items: Mapping[str, Mapping[str, Decimal]]
    figures: Mapping[str, Mapping[str, tuple[str, str]]] = field(default_factory=dict)

    def to_json(self) -> dict[str, object]:
        """Plain values, decimals as text."""
        return {
            "totals": {unit: str(each) for unit, each in self.totals.items()},
            "ranks": {unit: list(each) for unit, each in self.ranks.items()},
            "items": {unit: {k: str(v) for k, v in row.items()} for unit, row in self.items.items()},
            "figures": {unit: {k: list(v) for k, v in row.items()} for unit, row in self.figures.items()},
        }


def restatement_impact(snapshot: Snapshot) -> Impact:
    """What would change with what is on record today, by the same rules and the same given scores."""
    frozen = read_frozen(snapshot.content)
    found = gather(snapshot.round.zone, frozen.rules, frozen.year)
    now: dict[str, dict[str, Any]] = {}
    figures: dict[str, dict[str, tuple[str, str]]] = {}
    for unit in frozen.units:
        now[unit] = dict(frozen.inputs[unit])
        for key, before in frozen.computed[unit].items():
            fresh = found.inputs.get(unit, {}).get(key, before)
            if frozen.inputs[unit][key] == before:
                now[unit][key] = fresh
            one, two = _shown(before), _shown(fresh)
            if one != two:
                figures.setdefault(unit, {})[key] = (one, two)
    old, new = frozen.assessment(), score(frozen.rules, frozen.units, now, frozen.year)
    totals, ranks, items = {}, {}, {}
    for unit, was in old.items():
        then = new[unit]
        if was.total != then.total:
            totals[unit] = (then.total or Decimal(0)) - (was.total or Decimal(0))
        if was.rank != then.rank:
            ranks[unit] = (was.rank, then.rank)
        moved = {
            key: (then.items[key].score or Decimal(0)) - (item.score or Decimal(0))
            for key, item in was.items.items()
            if item.score != then.items[key].score
        }
        if moved:
            items[unit] = moved
    return Impact(totals, ranks, items, figures)


def _shown(entry: Any) -> str:
    value = getattr(entry, "value", None)
    if value is not None:
        return str(value.normalize()) if value else "0"
    if parts := getattr(entry, "parts", None):
        return "; ".join(f"{key} {part}" for key, part in parts.items())
    missing = getattr(entry, "missing", None)
    return missing.value if missing else str(getattr(entry, "score", ""))
