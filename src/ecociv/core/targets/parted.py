"""Targets with parts: a composition of a whole, and a vector of targets side by side. Parts are never averaged."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import cast

from ecociv.core.decimals import shortest, to_decimal
from ecociv.core.mappings import FrozenMapping
from ecociv.core.missing import Missing
from ecociv.core.targets import reasons
from ecociv.core.targets.base import (
    NO_CONTEXT,
    Context,
    Direction,
    Judgement,
    Target,
    TargetError,
    TargetValue,
    number_or_missing,
    positive_factor,
    written,
)
from ecociv.core.targets.scalar import Hold
from ecociv.core.text import Text, language_of
from ecociv.core.verdicts import Reason, all_hold


@dataclass(frozen=True)
class Composition(Target):
    """Shares of a whole, each judged on its own side.

    Parameters
    ----------
    shares : mapping of part to Decimal
        In order. Whether they make 100 is for the plan check to report, not for this class to refuse.
    part_directions : mapping of part to Direction
        Which way each part gets better. A part that is declared neither here nor in the context cannot be judged.
    direction : Direction
        Of the whole; ``KEEP``.

    Examples
    --------
    >>> sectors = Composition(
    ...     {"primary": Decimal("7.2"), "secondary": Decimal("58.3"), "tertiary": Decimal("34.5")},
    ...     {"primary": Direction.DECREASE, "secondary": Direction.DECREASE, "tertiary": Direction.INCREASE})
    >>> sectors.show("zh", "%")
    '7.2:58.3:34.5（%）'
    >>> judged = sectors.judge({"primary": 7.0, "secondary": 60.0, "tertiary": 33.0})
    >>> judged.met, judged.distance, judged.codes   # 58.3 - 60.0 = -1.7 is the worst part
    (False, Decimal('-1.7'), ('part-not-met', 'part-not-met'))
    """

    shares: Mapping[str, Decimal]
    part_directions: Mapping[str, Direction] = field(default_factory=FrozenMapping)
    direction: Direction = Direction.KEEP

    def __post_init__(self) -> None:
        if len(self.shares) < 2:
            raise TargetError(f"A composition has two parts or more, but {list(self.shares)} was found.")
        unknown = [part for part in self.part_directions if part not in self.shares]
        if unknown:
            raise TargetError(f"Directions are declared for {unknown}, which are not parts of {list(self.shares)}.")
        shares = {str(part): to_decimal(share, f"share of {part}") for part, share in self.shares.items()}
        directions = {part: Direction(way) for part, way in self.part_directions.items()}
        object.__setattr__(self, "shares", FrozenMapping(shares))
        object.__setattr__(self, "part_directions", FrozenMapping(directions))
        object.__setattr__(self, "direction", Direction(self.direction))

    def part_target(self, part: str, context: Context = NO_CONTEXT) -> Target | Reason:
        """Return the target of one part, or the reason why it cannot be judged."""
        way = self.part_directions.get(part) or context.part_directions.get(part)
        if way is None:
            return reasons.part_direction_needed(part, context.name_of(part))
        return Hold(self.shares[part], way, context.part_tolerances.get(part))

    def judge(self, value: TargetValue, context: Context = NO_CONTEXT) -> Judgement:
        parts = {part: self.part_target(part, context) for part in self.shares}
        judged = _judge_parts(parts, value, context)
        return replace(judged, reasons=(*judged.reasons, *self._sum_remark(value)))

    def _sum_remark(self, value: TargetValue) -> tuple[Reason, ...]:
        if not isinstance(value, Mapping):
            return ()
        by_part = cast(Mapping[object, TargetValue], value)
        found = [number_or_missing(by_part.get(part)) for part in self.shares]
        known = [share for share in found if isinstance(share, Decimal)]
        whole = sum(self.shares.values(), Decimal(0))
        if len(known) < len(found) or whole != _nearest_whole(whole):
            return ()
        # Each part was rounded by at most half a unit of its last digit.
        slack = sum((Decimal((0, (5,), int(share.as_tuple().exponent) - 1)) for share in known), Decimal(0))
        total = sum(known, Decimal(0))
        return (reasons.parts_do_not_sum(total, whole),) if abs(total - whole) > slack else ()

    def show(self, language: str, unit_label: str | Text = "") -> str:
        shown = ":".join(shortest(share) for share in self.shares.values())
        label = unit_label if isinstance(unit_label, str) else unit_label.in_language(language)
        if label in ("", "-", "—", "1"):
            return shown
        return f"{shown}（{label}）" if language_of(language) == "zh" else f"{shown} ({label})"

    def to_mapping(self) -> dict[str, object]:
        return {"composition": {part: written(share) for part, share in self.shares.items()}}

    def scaled(self, factor: Decimal) -> Composition:
        by = positive_factor(factor)
        return replace(self, shares={part: share * by for part, share in self.shares.items()})


@dataclass(frozen=True)
class Vector(Target):
    """Several targets side by side, all of which must be met. The parts are never averaged.

    Parameters
    ----------
    parts : mapping of part to Target
        In order; each a target for one number.

    Examples
    --------
    >>> from ecociv.core.targets.scalar import AtLeast
    >>> rates = Vector({"mining": AtLeast(Decimal(83)), "use": AtLeast(Decimal(72))})
    >>> rates.judge({"mining": 99, "use": 71}).met      # 99 does not make up for 71
    False
    """

    parts: Mapping[str, Target]
    direction: Direction = Direction.KEEP

    def __post_init__(self) -> None:
        if not self.parts:
            raise TargetError("A vector has one part or more, but none was found.")
        for part, target in self.parts.items():
            if isinstance(target, Vector | Composition):
                raise TargetError(f"The part {part!r} of a vector has parts itself; write them side by side.")
        object.__setattr__(self, "parts", FrozenMapping(self.parts))
        object.__setattr__(self, "direction", Direction(self.direction))

    def part_target(self, part: str, context: Context = NO_CONTEXT) -> Target | Reason:
        """Return the target of one part."""
        return self.parts[part]

    def judge(self, value: TargetValue, context: Context = NO_CONTEXT) -> Judgement:
        return _judge_parts(self.parts, value, context)

    def show(self, language: str, unit_label: str | Text = "") -> str:
        shown = [
            target.show(language, unit_label) if part.isdigit() else f"{part} {target.show(language, unit_label)}"
            for part, target in self.parts.items()
        ]
        return ("、" if language_of(language) == "zh" else "; ").join(shown)

    def to_mapping(self) -> dict[str, object]:
        return {"vector": {part: target.to_mapping() for part, target in self.parts.items()}}

    def scaled(self, factor: Decimal) -> Vector:
        return replace(self, parts={part: target.scaled(factor) for part, target in self.parts.items()})


def _judge_parts(parts: Mapping[str, Target] | Mapping[str, Target | Reason], value: TargetValue, context: Context) -> Judgement:
    if value is None or isinstance(value, Missing):
        return Judgement(None, reasons=(reasons.value_absent(value or Missing.MISSING),))
    if not isinstance(value, Mapping):
        raise TargetError(f"The target has the parts {list(parts)}, but the value is {value!r}; give a value for each part.")
    by_part = cast(Mapping[str, TargetValue], value)
    judged: dict[str, Judgement] = {}
    said: list[Reason] = []
    for part, target in parts.items():
        if isinstance(target, Reason):
            judged[part] = Judgement(None, reasons=(target,))
            said.append(target)
            continue
        figure = by_part.get(part)
        judged[part] = target.judge(figure, context)
        if judged[part].met is False:
            said.append(reasons.part_not_met(part, context.name_of(part)))
        elif figure is None or isinstance(figure, Missing):
            said.append(reasons.part_missing(part, context.name_of(part), figure or Missing.MISSING))
        elif judged[part].met is None:
            said.extend(judged[part].reasons)
    met = all_hold(judgement.met for judgement in judged.values())
    if met:
        said.append(reasons.parts_met(len(judged)))
    said.extend(reasons.part_not_in_target(part, context.name_of(part)) for part in by_part if part not in parts)
    distances = [judgement.distance for judgement in judged.values() if judgement.distance is not None]
    return Judgement(met, min(distances, default=None), FrozenMapping(judged), tuple(said))


def _nearest_whole(total: Decimal) -> Decimal:
    """100 for percentages and 1 for shares, whichever is nearer: only these are known to be wholes."""
    return Decimal(100) if total > 50 else Decimal(1)
