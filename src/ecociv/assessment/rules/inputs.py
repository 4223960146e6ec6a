"""What is scored: units, figures with their source and trace, scores given by reviewers; and their way to JSON and back."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Literal

from ecociv.core.decimals import to_decimal
from ecociv.core.digests import digest_of_json
from ecociv.core.mappings import FrozenMapping
from ecociv.core.missing import Missing
from ecociv.core.targets import NO_CONTEXT, Context, Direction, PeerStanding, Target, target_from_mapping
from ecociv.core.text import Text
from ecociv.core.trace import Trace


class InputError(ValueError):
    """What was handed in for scoring does not fit the rule set; the message names unit, item and remedy."""


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit that is assessed (被考核单位), with the peer group it is compared in."""

    group: str
    name: Text


@dataclass(frozen=True, slots=True)
class Duty:
    """A task or project of a unit, as its credit needs it.

    Parameters
    ----------
    key : str
        Such as ``"task:112"``.
    due, done_on : date or None
        The plan's date (None: none set), and the day on which it was reported done (None: not done).
    percent : Decimal or None
        Reported progress, 0 to 100.
    share : Decimal
        The unit's part of the duty, 0 to 1 (`ecociv.assessment.rules.split`).
    """

    key: str
    due: date | None
    done_on: date | None = None
    percent: Decimal | None = None
    share: Decimal = Decimal(1)
    part: Literal["lead", "support"] = "lead"
    sample: bool = False


@dataclass(frozen=True)
class Figure:
    """A figure for an item, an adjustment or a veto: a number, or why there is none.

    Parameters
    ----------
    value : Decimal or None
        In the unit of the item. None with `missing`, or with `parts` of a figure that has several.
    missing : Missing or None
        Zero is a value; the kinds of absence stay apart.
    source : str
        Where it was read, such as ``"indicator:35@2017"``.
    error : Decimal or None
        Standard error, for rank intervals.
    target, context : Target or None, Context
        For items that are held against the plan's target.
    duties : tuple of Duty
        What the value was made of, where it comes from tasks or projects; a what-if moves their dates.
    method : str
        Identity of the method behind the value; two years with different methods are not compared.
    """

    value: Decimal | None
    missing: Missing | None = None
    source: str = ""
    trace: Trace | None = None
    revision: int = 1
    sample: bool = False
    error: Decimal | None = None
    note: Text | None = None
    target: Target | None = None
    context: Context = NO_CONTEXT
    parts: Mapping[str, Decimal | Missing] | None = None
    duties: tuple[Duty, ...] = ()
    method: str = ""

    def __post_init__(self) -> None:
        if self.value is not None:
            object.__setattr__(
                self, "value", to_decimal(self.value, f"figure {self.source or 'without source'}")
            )
        if self.error is not None:
            object.__setattr__(self, "error", to_decimal(self.error, "standard error"))
            if self.error < 0:
                raise InputError(f"The standard error {self.error} of {self.source} is below 0.")
        if self.parts is not None:
            object.__setattr__(self, "parts", FrozenMapping(self.parts))
        if sum((self.value is not None, self.missing is not None, self.parts is not None)) != 1:
            raise InputError(
                f"The figure {self.source or 'without source'} needs exactly one of a value, parts, or why it is missing."
            )

    def to_json(self) -> dict[str, object]:
        """Plain JSON values, which `figure_from_json` reads back without losing a digit."""
        return {
            "kind": "figure",
            "value": _number_out(self.value),
            "missing": self.missing.value if self.missing else None,
            "source": self.source,
            "trace": self.trace.to_json() if self.trace else None,
            "revision": self.revision,
            "sample": self.sample,
            "error": _number_out(self.error),
            "note": self.note.to_mapping() if self.note else None,
            "target": _target_out(self.target),
            "context": _context_out(self.context),
            "parts": None
            if self.parts is None
            else {key: _either_out(part) for key, part in self.parts.items()},
            "duties": [_duty_out(duty) for duty in self.duties],
            "method": self.method,
        }


@dataclass(frozen=True, slots=True)
class ItemScore:
    """A score that a person gave (自评、评审、审计评分), in place of what the function would give."""

    score: Decimal
    by: str = "review"
    reason: str = ""
    source: str = ""
    sample: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "score", to_decimal(self.score, f"score by {self.by}"))

    def to_json(self) -> dict[str, object]:
        """Plain JSON values."""
        return {
            "kind": "score",
            "score": _number_out(self.score),
            "by": self.by,
            "reason": self.reason,
            "source": self.source,
            "sample": self.sample,
        }


Entry = Figure | ItemScore
Units = Mapping[str, Unit]
Inputs = Mapping[str, Mapping[str, Entry]]

ABSENT = Figure(
    None, Missing.MISSING, note=Text(zh="未提供该项数据", en="no figure was handed in for the item")
)
"""What stands for an item that is not mentioned at all."""


def units_to_json(units: Units) -> dict[str, object]:
    """Units as plain JSON values."""
    return {key: {"group": unit.group, "name": unit.name.to_mapping()} for key, unit in units.items()}


def units_from_json(data: Mapping[str, Any]) -> dict[str, Unit]:
    """Read what `units_to_json` wrote."""
    return {key: Unit(entry["group"], Text.from_mapping(entry["name"])) for key, entry in data.items()}


def inputs_to_json(inputs: Inputs) -> dict[str, object]:
    """Inputs as plain JSON values, for a frozen snapshot."""
    return {unit: {key: entry.to_json() for key, entry in row.items()} for unit, row in inputs.items()}


def inputs_from_json(data: Mapping[str, Any]) -> dict[str, dict[str, Entry]]:
    """Read what `inputs_to_json` wrote."""
    return {unit: {key: entry_from_json(entry) for key, entry in row.items()} for unit, row in data.items()}


def inputs_digest(inputs: Inputs) -> str:
    """SHA-256 of the inputs, the same after a way through JSON."""
    return digest_of_json(inputs_to_json(inputs))


def entry_from_json(data: Mapping[str, Any]) -> Entry:
    """Read one figure or one given score."""
    if data["kind"] == "score":
        return ItemScore(Decimal(data["score"]), data["by"], data["reason"], data["source"], data["sample"])
    return Figure(
        value=_number_in(data["value"]),
        missing=Missing(data["missing"]) if data["missing"] else None,
        source=data["source"],
        trace=Trace.from_json(data["trace"]) if data["trace"] else None,
        revision=data["revision"],
        sample=data["sample"],
        error=_number_in(data["error"]),
        note=Text.from_mapping(data["note"]) if data["note"] else None,
        target=_target_in(data["target"]),
        context=_context_in(data["context"]),
        parts=None
        if data["parts"] is None
        else {key: _either_in(part) for key, part in data["parts"].items()},
        duties=tuple(_duty_in(duty) for duty in data["duties"]),
        method=data["method"],
    )


def _number_out(value: Decimal | None) -> str | None:
    return None if value is None else str(value)


def _number_in(value: str | None) -> Decimal | None:
    return None if value is None else Decimal(value)


def _either_out(value: Decimal | Missing) -> object:
    return {"missing": value.value} if isinstance(value, Missing) else str(value)


def _either_in(value: Any) -> Decimal | Missing:
    return Missing(value["missing"]) if isinstance(value, Mapping) else Decimal(value)


def _duty_out(duty: Duty) -> dict[str, object]:
    return {
        "key": duty.key,
        "due": duty.due.isoformat() if duty.due else None,
        "done_on": duty.done_on.isoformat() if duty.done_on else None,
        "percent": _number_out(duty.percent),
        "share": str(duty.share),
        "part": duty.part,
        "sample": duty.sample,
    }


def _duty_in(data: Mapping[str, Any]) -> Duty:
    return Duty(
        data["key"],
        date.fromisoformat(data["due"]) if data["due"] else None,
        date.fromisoformat(data["done_on"]) if data["done_on"] else None,
        _number_in(data["percent"]),
        Decimal(data["share"]),
        data["part"],
        data["sample"],
    )


def _target_out(target: Target | None) -> object:
    if target is None:
        return None
    parts = getattr(target, "parts", None)
    directions = getattr(target, "directions", None)
    way: object = str(target.direction)
    if isinstance(directions, Mapping):
        way = {part: str(direction) for part, direction in directions.items()}
    elif isinstance(parts, Mapping) and all(isinstance(part, Target) for part in parts.values()):
        way = {part: str(inner.direction) for part, inner in parts.items()}
    return {"target": target.to_mapping(), "direction": way}


def _target_in(data: Any) -> Target | None:
    if data is None:
        return None
    way = data["direction"]
    return target_from_mapping(data["target"], way if isinstance(way, Mapping) else Direction(way))


def _context_out(context: Context) -> object:
    if context == NO_CONTEXT:
        return None
    peers = context.peers
    return {
        "base_values": {str(year): _either_out(value) for year, value in context.base_values.items()},
        "peers": peers
        and {"rule": peers.rule, "threshold": str(peers.threshold), "rank": peers.rank, "of": peers.of},
        "handed_down": _target_out(context.handed_down),
        "tolerance": _number_out(context.tolerance),
        "part_directions": {key: str(way) for key, way in context.part_directions.items()},
        "part_tolerances": {key: str(value) for key, value in context.part_tolerances.items()},
    }


def _context_in(data: Any) -> Context:
    if data is None:
        return NO_CONTEXT
    peers = data["peers"]
    return Context(
        base_values={int(year): _either_in(value) for year, value in data["base_values"].items()},
        peers=PeerStanding(peers["rule"], Decimal(peers["threshold"]), peers["rank"], peers["of"])
        if peers
        else None,
        handed_down=_target_in(data["handed_down"]),
        tolerance=_number_in(data["tolerance"]),
        part_directions={key: Direction(way) for key, way in data["part_directions"].items()},
        part_tolerances={key: Decimal(value) for key, value in data["part_tolerances"].items()},
    )
