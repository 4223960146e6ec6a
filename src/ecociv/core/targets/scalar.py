"""Targets to one number that stand on their own: at least, at most, between, hold and zero."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal

from ecociv.core.decimals import to_decimal
from ecociv.core.targets.base import (
    NO_CONTEXT,
    Context,
    Demand,
    Direction,
    NumericTarget,
    Sense,
    TargetError,
    figure,
    positive_factor,
    written,
)
from ecociv.core.text import Text, language_of


@dataclass(frozen=True)
class AtLeast(NumericTarget):
    """A floor: the value is the goal or more.

    Parameters
    ----------
    goal : Decimal
        In the unit of the series.
    direction : Direction
        As declared by the series; the floor holds whatever it is.

    Examples
    --------
    >>> AtLeast(Decimal(1895)).judge(1900).distance
    Decimal('5')
    >>> AtLeast(Decimal(1895)).show("zh", "万立方米")
    '不低于1895万立方米'
    """

    goal: Decimal
    direction: Direction = Direction.INCREASE

    def __post_init__(self) -> None:
        object.__setattr__(self, "goal", to_decimal(self.goal, "goal of at_least"))
        object.__setattr__(self, "direction", Direction(self.direction))

    def resolve(self, context: Context = NO_CONTEXT) -> tuple[Demand, ...]:
        return (Demand(Sense.FLOOR, self.goal),)

    def show(self, language: str, unit_label: str | Text = "") -> str:
        number = figure(self.goal, unit_label, language)
        return f"不低于{number}" if language_of(language) == "zh" else f"at least {number}"

    def to_mapping(self) -> dict[str, object]:
        return {"at_least": written(self.goal)}

    def scaled(self, factor: Decimal) -> AtLeast:
        return replace(self, goal=self.goal * positive_factor(factor))


@dataclass(frozen=True)
class AtMost(NumericTarget):
    """A ceiling: the value is the goal or less.

    Examples
    --------
    >>> AtMost(Decimal("8.45")).judge(Decimal("8.60")).distance
    Decimal('-0.15')
    >>> AtMost(Decimal("8.45")).show("en", "10⁸ m³")
    'at most 8.45 × 10⁸ m³'
    """

    goal: Decimal
    direction: Direction = Direction.DECREASE

    def __post_init__(self) -> None:
        object.__setattr__(self, "goal", to_decimal(self.goal, "goal of at_most"))
        object.__setattr__(self, "direction", Direction(self.direction))

    def resolve(self, context: Context = NO_CONTEXT) -> tuple[Demand, ...]:
        return (Demand(Sense.CEILING, self.goal),)

    def show(self, language: str, unit_label: str | Text = "") -> str:
        number = figure(self.goal, unit_label, language)
        return f"不超过{number}" if language_of(language) == "zh" else f"at most {number}"

    def to_mapping(self) -> dict[str, object]:
        return {"at_most": written(self.goal)}

    def scaled(self, factor: Decimal) -> AtMost:
        return replace(self, goal=self.goal * positive_factor(factor))


@dataclass(frozen=True)
class Between(NumericTarget):
    """A range, both ends included.

    Raises
    ------
    TargetError
        If the lower end lies above the upper one.

    Examples
    --------
    >>> Between(Decimal(1), Decimal(2)).judge(2).met, Between(Decimal(1), Decimal(2)).judge(3).distance
    (True, Decimal('-1'))
    """

    low: Decimal
    high: Decimal
    direction: Direction = Direction.KEEP

    def __post_init__(self) -> None:
        object.__setattr__(self, "low", to_decimal(self.low, "lower end of between"))
        object.__setattr__(self, "high", to_decimal(self.high, "upper end of between"))
        object.__setattr__(self, "direction", Direction(self.direction))
        if self.low > self.high:
            raise TargetError(f"The range begins at {self.low} and ends at {self.high}; write the lower end first.")

    def resolve(self, context: Context = NO_CONTEXT) -> tuple[Demand, ...]:
        return (Demand(Sense.FLOOR, self.low), Demand(Sense.CEILING, self.high))

    def show(self, language: str, unit_label: str | Text = "") -> str:
        if language_of(language) == "zh":
            return f"{figure(self.low, '', language)}至{figure(self.high, unit_label, language)}"
        return f"{figure(self.low, '', language)} to {figure(self.high, unit_label, language)}"

    def to_mapping(self) -> dict[str, object]:
        return {"between": [written(self.low), written(self.high)]}

    def scaled(self, factor: Decimal) -> Between:
        by = positive_factor(factor)
        return replace(self, low=self.low * by, high=self.high * by)


@dataclass(frozen=True)
class Hold(NumericTarget):
    """A level to be kept. Where one side is better, being better than the level is no fault.

    Parameters
    ----------
    level : Decimal
        In the unit of the series.
    direction : Direction
        ``INCREASE``: not below the level; ``DECREASE``: not above; ``KEEP``: neither.
    tolerance : Decimal or None
        How far the value may lie on a wrong side; None takes that of the context, and zero if it has none.

    Examples
    --------
    >>> Hold(Decimal(90), Direction.INCREASE).judge(92).met   # baseline 95 or not: 92 keeps 90
    True
    >>> Hold(Decimal(90), Direction.KEEP, Decimal(1)).judge(92).distance
    Decimal('-1')
    """

    level: Decimal
    direction: Direction
    tolerance: Decimal | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "level", to_decimal(self.level, "level of hold"))
        object.__setattr__(self, "direction", Direction(self.direction))
        _check_tolerance(self)

    def resolve(self, context: Context = NO_CONTEXT) -> tuple[Demand, ...]:
        return held(self.level, self.direction, self.tolerance, context)

    def bound(self, context: Context = NO_CONTEXT) -> Decimal | None:
        return self.level

    def show(self, language: str, unit_label: str | Text = "") -> str:
        number = figure(self.level, unit_label, language)
        within = ""
        if self.tolerance:
            within = f" ±{figure(self.tolerance, unit_label, language)}"
        if language_of(language) == "zh":
            side = {Direction.INCREASE: "（不降低）", Direction.DECREASE: "（不升高）", Direction.KEEP: ""}[self.direction]
            return f"稳定在{number}{within}{side}"
        side = {Direction.INCREASE: ", no lower", Direction.DECREASE: ", no higher", Direction.KEEP: ""}[self.direction]
        return f"hold {number}{within}{side}"

    def to_mapping(self) -> dict[str, object]:
        if self.tolerance is None:
            return {"hold": written(self.level)}
        return {"hold": {"value": written(self.level), "tolerance": written(self.tolerance)}}

    def scaled(self, factor: Decimal) -> Hold:
        by = positive_factor(factor)
        tolerance = None if self.tolerance is None else self.tolerance * by
        return replace(self, level=self.level * by, tolerance=tolerance)


@dataclass(frozen=True)
class Zero(NumericTarget):
    """Nothing is to be left. No small number stands in for zero: distances are differences, never ratios.

    Parameters
    ----------
    direction : Direction
        ``DECREASE``: not above zero; ``INCREASE``: not below (a deficit to be closed); ``KEEP``: exactly zero.

    Examples
    --------
    >>> Zero().judge(1).distance, Zero().judge(0).met
    (Decimal('-1'), True)
    """

    direction: Direction = Direction.DECREASE
    tolerance: Decimal | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "direction", Direction(self.direction))
        _check_tolerance(self)

    def resolve(self, context: Context = NO_CONTEXT) -> tuple[Demand, ...]:
        return held(Decimal(0), self.direction, self.tolerance, context)

    def bound(self, context: Context = NO_CONTEXT) -> Decimal | None:
        return Decimal(0)

    def show(self, language: str, unit_label: str | Text = "") -> str:
        within = f" ±{figure(self.tolerance, unit_label, language)}" if self.tolerance else ""
        return ("为零" if language_of(language) == "zh" else "zero") + within

    def to_mapping(self) -> dict[str, object]:
        if self.tolerance is None:
            return {"zero": True}
        return {"zero": {"tolerance": written(self.tolerance)}}

    def scaled(self, factor: Decimal) -> Zero:
        by = positive_factor(factor)
        return self if self.tolerance is None else replace(self, tolerance=self.tolerance * by)


def held(
    level: Decimal, direction: Direction, tolerance: Decimal | None, context: Context
) -> tuple[Demand, ...]:
    """Return the demands of keeping ``level``: one where a side is better, two where neither is."""
    slack = tolerance if tolerance is not None else context.tolerance or Decimal(0)
    floor = Demand(Sense.FLOOR, level - slack)
    ceiling = Demand(Sense.CEILING, level + slack)
    if direction is Direction.INCREASE:
        return (floor,)
    return (ceiling,) if direction is Direction.DECREASE else (floor, ceiling)


def _check_tolerance(target: Hold | Zero) -> None:
    if target.tolerance is None:
        return
    tolerance = to_decimal(target.tolerance, "tolerance")
    if tolerance < 0:
        raise TargetError(f"The tolerance {tolerance} is negative; a tolerance is 0 or more.")
    object.__setattr__(target, "tolerance", tolerance)
