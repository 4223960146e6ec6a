"""What all targets have in common: direction, the context of a judgement, the judgement, and the target itself."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from enum import Enum, StrEnum
from math import isnan

import numpy as np

from ecociv.core.decimals import shortest, to_decimal
from ecociv.core.mappings import FrozenMapping
from ecociv.core.missing import Missing
from ecociv.core.quantities import with_unit
from ecociv.core.targets import reasons
from ecociv.core.text import Text, as_text
from ecociv.core.verdicts import Reason

TargetValue = Decimal | int | float | bool | Missing | None | Mapping[str, object] | Mapping[int, object]
"""What can be judged: a number, an acceptance, a kind of missing (``None`` is `Missing.MISSING`), parts, yearly flows."""


class TargetError(ValueError):
    """A target, or the value held against it, does not make sense."""


class Direction(StrEnum):
    """Which way a series gets better. It is declared, never inferred from baseline and target.

    Examples
    --------
    >>> Direction("keep").text.en
    'neither side is better'
    """

    INCREASE = "increase"
    DECREASE = "decrease"
    KEEP = "keep"

    @property
    def text(self) -> Text:
        """The direction in words."""
        return _DIRECTION_TEXTS[self]


_DIRECTION_TEXTS = {
    Direction.INCREASE: Text(zh="越高越好", en="higher is better"),
    Direction.DECREASE: Text(zh="越低越好", en="lower is better"),
    Direction.KEEP: Text(zh="高低均不宜", en="neither side is better"),
}


class Sense(Enum):
    """The side of a bound on which a value must lie."""

    FLOOR = 1
    CEILING = -1

    def margin(self, value: Decimal, bound: Decimal) -> Decimal:
        """How far ``value`` lies on the right side of ``bound``; negative on the wrong side."""
        return (value - bound) if self is Sense.FLOOR else (bound - value)


@dataclass(frozen=True, slots=True)
class Demand:
    """One side of a numeric target: at least a floor, or at most a ceiling. A range makes two demands."""

    sense: Sense
    bound: Decimal


@dataclass(frozen=True, slots=True)
class PeerStanding:
    """What the peers' figures of the same period say, computed by a dated rule elsewhere.

    Parameters
    ----------
    rule : str
        Key of the rule, the same as in the target.
    threshold : Decimal
        The level that the rule asks for, in the unit of the series.
    rank : int or None
        Our place among the peers, 1 the best.
    of : int or None
        How many were ranked, ourselves included.
    """

    rule: str
    threshold: Decimal
    rank: int | None = None
    of: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "threshold", to_decimal(self.threshold, "peers' threshold"))


@dataclass(frozen=True, slots=True)
class Context:
    """What a judgement needs to know besides the value. Everything in it is optional; what lacks is said.

    Parameters
    ----------
    base_values : mapping of year to Decimal or Missing
        The series in the years that targets may refer to. A target takes its own base year and no other.
    peers : PeerStanding or None
        For targets relative to peers.
    handed_down : Target or None
        What the level above has set in place of a delegated target.
    tolerance : Decimal or None
        How far a value may lie from a level to be held, where the target does not say so itself. None is zero.
    part_directions : mapping of part to Direction
        For compositions that do not carry them.
    part_tolerances : mapping of part to Decimal
        The same for tolerances.
    part_names : mapping of part to Text
        How reasons call the parts; a part without a name is called by its key.
    """

    base_values: Mapping[int, Decimal | Missing] = field(default_factory=FrozenMapping)
    peers: PeerStanding | None = None
    handed_down: Target | None = None
    tolerance: Decimal | None = None
    part_directions: Mapping[str, Direction] = field(default_factory=FrozenMapping)
    part_tolerances: Mapping[str, Decimal] = field(default_factory=FrozenMapping)
    part_names: Mapping[str, Text] = field(default_factory=FrozenMapping)

    def __post_init__(self) -> None:
        bases = {
            year: value if isinstance(value, Missing) else to_decimal(value, f"value of {year}")
            for year, value in self.base_values.items()
        }
        tolerances = {part: to_decimal(value, f"tolerance of {part}") for part, value in self.part_tolerances.items()}
        directions = {part: Direction(value) for part, value in self.part_directions.items()}
        object.__setattr__(self, "base_values", FrozenMapping(bases))
        object.__setattr__(self, "part_tolerances", FrozenMapping(tolerances))
        object.__setattr__(self, "part_directions", FrozenMapping(directions))
        object.__setattr__(self, "part_names", FrozenMapping(self.part_names))
        if self.tolerance is not None:
            object.__setattr__(self, "tolerance", to_decimal(self.tolerance, "tolerance"))
        for tolerance in (self.tolerance, *tolerances.values()):
            if tolerance is not None and tolerance < 0:
                raise TargetError(f"The tolerance {tolerance} is negative; a tolerance is 0 or more.")

    def name_of(self, part: str) -> Text:
        """How a reader knows the part."""
        return self.part_names.get(part) or as_text(part)


NO_CONTEXT = Context()


@dataclass(frozen=True, slots=True)
class Judgement:
    """Whether a value meets a target, by how much, and why.

    Parameters
    ----------
    met : bool or None
        ``None`` says that it cannot be told; the reasons say why.
    distance : Decimal or None
        In the unit of the value and in the declared direction: 0 or more when met, less than 0 when not. Of a target
        with parts, that of the worst part.
    parts : mapping of part to Judgement
        For compositions and vectors.
    reasons : tuple of Reason
        Never empty.
    """

    met: bool | None
    distance: Decimal | None = None
    parts: Mapping[str, Judgement] = field(default_factory=FrozenMapping)
    reasons: tuple[Reason, ...] = ()

    @property
    def codes(self) -> tuple[str, ...]:
        """The codes of the reasons, in order."""
        return tuple(reason.code for reason in self.reasons)


class Target(ABC):
    """A promise that can be judged. All kinds are frozen, compare by value and can be hashed."""

    direction: Direction

    @abstractmethod
    def judge(self, value: TargetValue, context: Context = NO_CONTEXT) -> Judgement:
        """Say whether ``value`` meets the target.

        A missing value, or a context that lacks what the target needs, gives ``met=None`` with a reason.

        Raises
        ------
        NotANumber
            For text where a number is needed: a number written as text is refused, never guessed.
        TargetError
            For a value of another shape, such as one number for a composition.
        """

    @abstractmethod
    def show(self, language: str, unit_label: str | Text = "") -> str:
        """Write the target for a reader, in ``"zh"`` or ``"en"``, with the unit."""

    @abstractmethod
    def to_mapping(self) -> dict[str, object]:
        """Return the form that `target_from_mapping` reads; its values can be written as YAML and JSON."""

    def scaled(self, factor: Decimal) -> Target:
        """Return the same target in a unit of which one of the old makes ``factor`` (which must be positive)."""
        return self

    def resolve(self, context: Context = NO_CONTEXT) -> tuple[Demand, ...] | Reason:
        """Return the floors and ceilings that the target sets to one number, or the reason why there are none."""
        return reasons.not_a_single_number()

    def bound(self, context: Context = NO_CONTEXT) -> Decimal | None:
        """Return the one figure of the target, for a chart or a path; None if it has none or several."""
        demands = self.resolve(context)
        if isinstance(demands, Reason):
            return None
        bounds = {demand.bound for demand in demands}
        return bounds.pop() if len(bounds) == 1 else None


class NumericTarget(Target):
    """A target to one number: it is met when each of its demands is."""

    def judge(self, value: TargetValue, context: Context = NO_CONTEXT) -> Judgement:
        known = number_or_missing(value)
        if isinstance(known, Missing):
            return Judgement(None, reasons=(reasons.value_absent(known),))
        demands = self.resolve(context)
        if isinstance(demands, Reason):
            return Judgement(None, reasons=(demands,))
        margins = [(demand.sense.margin(known, demand.bound), demand) for demand in demands]
        distance = min(margin for margin, _ in margins)
        said = tuple(
            reasons.compared(known, demand.bound, margin, floor=demand.sense is Sense.FLOOR)
            for margin, demand in margins
            if (margin < 0) == (distance < 0)
        )
        return Judgement(distance >= 0, distance, reasons=said + self.remarks(context))

    def remarks(self, context: Context) -> tuple[Reason, ...]:
        """Further reasons that a reader should see beside the comparison."""
        return ()


def number_or_missing(value: TargetValue) -> Decimal | Missing:
    """Return the number, or why there is none. NaN is how arrays write a missing figure, so it is one."""
    if value is None:
        return Missing.MISSING
    if isinstance(value, Missing):
        return value
    if isinstance(value, float | np.floating) and isnan(value):
        return Missing.MISSING
    if isinstance(value, Decimal) and value.is_nan():
        return Missing.MISSING
    if isinstance(value, Mapping):
        raise TargetError(f"The value {dict(value)!r} has parts, but the target is for one number; judge a part at a time.")
    return to_decimal(value)


def positive_factor(factor: Decimal) -> Decimal:
    """Return ``factor`` as a decimal, or raise `TargetError` if it is not positive."""
    number = to_decimal(factor, "factor")
    if number <= 0:
        raise TargetError(f"The factor {number} would turn the direction round; a unit change is positive.")
    return number


def written(number: Decimal) -> object:
    """Return a number as YAML and JSON write it: an int, or a float where that is exactly the same decimal."""
    if number == number.to_integral_value():
        return int(number)
    near = float(number)
    return near if Decimal(repr(near)) == number else number


def figure(number: Decimal, unit_label: str | Text, language: str) -> str:
    """Write a number with its unit."""
    return with_unit(shortest(number), unit_label, language)
