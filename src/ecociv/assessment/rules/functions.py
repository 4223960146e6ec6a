"""How a figure becomes the score of an item (评分函数): what a rule set may declare, with its consistency checks.

A score lies from 0 to the scale of the rule set (``full``, mostly 100); an item's weight says what it is worth in the
whole. The arithmetic of each function is in `ecociv.assessment.rules.arithmetic`.
"""

from __future__ import annotations

from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Any, Literal

from pydantic import BeforeValidator, Field, PlainSerializer, model_validator

from ecociv.core.targets import Direction, Target, TargetError, target_from_mapping
from ecociv.evidence.declared import Declared


def _exact(value: object) -> object:
    """YAML writes floats; they enter by their shortest form, as a reader sees them. Text is refused, never guessed."""
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, bool):
        raise ValueError(f"{value!r} is a yes/no, but a number is needed")
    if isinstance(value, str) and Decimal(repr(float(value))) == Decimal(value):
        raise ValueError(f"{value!r} is text; write the number without quotes")
    return value


def _as_written(value: Decimal) -> object:
    """The way back into YAML and JSON without losing a digit; text only for what no float holds."""
    if value == value.to_integral_value():
        return int(value)
    near = float(value)
    return near if Decimal(repr(near)) == value else str(value)


Number = Annotated[Decimal, BeforeValidator(_exact), PlainSerializer(_as_written, return_type=Any)]
Share = Annotated[Number, Field(ge=0, le=1)]


class Steps(StrEnum):
    """How a part of a step counts: in proportion, not at all, or as a whole one."""

    PROPORTIONAL = "proportional"
    WHOLE = "whole"
    STARTED = "started"


class Linear(Declared):
    """A straight line from ``floor`` (scores ``lowest``) to ``ceiling`` (scores full), flat outside (线性插值)."""

    kind: Literal["linear"]
    direction: Direction
    floor: Number
    ceiling: Number
    lowest: Number = Decimal(0)

    @model_validator(mode="after")
    def _sides(self) -> Linear:
        if self.direction is Direction.KEEP:
            raise ValueError("a line has a better side: direction is increase or decrease")
        rising = self.floor < self.ceiling
        if self.floor == self.ceiling or rising != (self.direction is Direction.INCREASE):
            raise ValueError(
                f"floor {self.floor} and ceiling {self.ceiling} do not fit direction {self.direction}: the floor is the "
                "figure that scores lowest, the ceiling the one that scores full"
            )
        return self


class Step(Declared):
    """From ``at`` on, in the better direction, the score is ``score`` (until the next step)."""

    at: Number
    score: Number = Field(ge=0)


class Stepped(Declared):
    """Steps (分档): the score of the best step that is reached, ``otherwise`` below the first."""

    kind: Literal["steps"]
    direction: Direction
    steps: tuple[Step, ...] = Field(min_length=1)
    otherwise: Number = Field(default=Decimal(0), ge=0)
    monotone: bool = True

    @model_validator(mode="after")
    def _ordered(self) -> Stepped:
        if self.direction is Direction.KEEP:
            raise ValueError("steps have a better side: direction is increase or decrease")
        figures = [step.at for step in self.steps]
        wanted = sorted(figures, reverse=self.direction is Direction.DECREASE)
        if figures != wanted or len(set(figures)) < len(figures):
            raise ValueError(f"write the steps from the worst figure to the best, each once; found {figures}")
        scores = [self.otherwise, *(step.score for step in self.steps)]
        if self.monotone and scores != sorted(scores):
            raise ValueError(
                f"a better figure would score less ({', '.join(map(str, scores))}); mend the steps or say `monotone: false`"
            )
        return self


class Relative(Declared):
    """The 40/60 form of the green development index (功效函数): 60 for the worst of those compared, 100 for the best.

    ``among`` says who is compared: the units of the peer group, or all. Floor, span and the score where all are equal are
    the dated parameters ``assessment.gdi.function`` and ``assessment.gdi.conventions`` of ``edition``.
    """

    kind: Literal["relative"]
    direction: Direction
    among: Literal["group", "all"] = "group"
    edition: str = "2016 green development index"

    @model_validator(mode="after")
    def _sides(self) -> Relative:
        if self.direction is Direction.KEEP:
            raise ValueError("a place among peers has a better side: direction is increase or decrease")
        return self


class Ratio(Declared):
    """Full times figure over target, at most full (目标比例法); inverted where less is better."""

    kind: Literal["ratio"]
    direction: Direction
    target: Number | dict[int, Number] = Field(
        description="above 0; one figure, or a figure by milestone year"
    )

    @model_validator(mode="after")
    def _positive(self) -> Ratio:
        figures = self.target.values() if isinstance(self.target, dict) else [self.target]
        if self.direction is Direction.KEEP or any(figure <= 0 for figure in figures):
            raise ValueError("a ratio needs a better side and targets above 0; use deduction instead")
        return self


class Attainment(Declared):
    """Full where the typed target is met (目标完成); below it, the points fall over ``exhausted_after`` to 0.

    ``target`` is ``plan`` (the target comes with the figure), one target, or a target by milestone year; the first
    milestone in or after the year of assessment counts, after the last one the last.
    ``exhausted_after`` is the shortfall, in the unit of the figure, at which no points are left; without it a target that
    is missed scores ``missed``.
    """

    kind: Literal["attainment"]
    direction: Direction
    target: Literal["plan"] | dict[str, Any] | dict[int, dict[str, Any]] = "plan"
    exhausted_after: Number | None = Field(default=None, gt=0)
    missed: Number = Field(default=Decimal(0), ge=0)

    @model_validator(mode="after")
    def _readable(self) -> Attainment:
        if self.exhausted_after is not None and self.missed != 0:
            raise ValueError(
                "a missed target scores by its shortfall or a fixed score: one of `exhausted_after`, `missed`"
            )
        try:
            self.targets()
        except TargetError as error:
            raise ValueError(str(error)) from error
        return self

    def targets(self) -> dict[int, Target]:
        """The declared targets by milestone year; under year 0 where one holds for all years; none for ``plan``."""
        if self.target == "plan":
            return {}
        by_year = (
            {int(year): body for year, body in self.target.items()}
            if _by_year(self.target)
            else {0: self.target}
        )
        return {year: target_from_mapping(body, self.direction) for year, body in by_year.items()}

    def target_of(self, year: int) -> Target | None:
        """The declared target that counts in a year, None where the figure brings it."""
        return at_milestone(self.targets(), year)


def _by_year(body: object) -> bool:
    return isinstance(body, dict) and bool(body) and all(str(key).isdigit() for key in body)


def at_milestone(by_year: dict[int, Any], year: int) -> Any:
    """What is declared for the first milestone in or after ``year``, for the last one after it; None of nothing.

    Examples
    --------
    >>> [at_milestone({2015: "a", 2017: "b"}, year) for year in (2014, 2015, 2016, 2020)]
    ['a', 'a', 'b', 'b']
    """
    if not by_year:
        return None
    later = [milestone for milestone in by_year if milestone >= year]
    return by_year[min(later) if later else max(by_year)]


class Deduction(Declared):
    """Full up to ``allowed``, less ``each`` for every ``unit`` beyond it, until nothing is left (扣分法，扣完为止)."""

    kind: Literal["deduction"]
    direction: Direction = Direction.DECREASE
    allowed: Number | dict[int, Number] = Decimal(0)
    each: Number = Field(gt=0)
    unit: Number = Field(default=Decimal(1), gt=0)
    steps: Steps = Steps.PROPORTIONAL

    @model_validator(mode="after")
    def _sides(self) -> Deduction:
        if self.direction is Direction.KEEP:
            raise ValueError("a deduction has a better side: direction is increase or decrease")
        return self


class Piecewise(Declared):
    """Straight lines between knots (figure, score), flat outside (分段线性). ``keep`` allows a best middle."""

    kind: Literal["piecewise"]
    direction: Direction
    knots: tuple[tuple[Number, Number], ...] = Field(min_length=2)

    @model_validator(mode="after")
    def _ordered(self) -> Piecewise:
        figures = [figure for figure, _ in self.knots]
        scores = [score for _, score in self.knots]
        if figures != sorted(set(figures)):
            raise ValueError(f"write the knots by rising figure, each once; found {figures}")
        if any(score < 0 for score in scores):
            raise ValueError("a score is never below 0")
        falling = self.direction is Direction.DECREASE
        if self.direction is not Direction.KEEP and scores != sorted(scores, reverse=falling):
            raise ValueError(f"the scores {scores} do not go with direction {self.direction}")
        return self


class Given(Declared):
    """The score as a reviewer gives it (评审打分), from 0 to full."""

    kind: Literal["given"]
    direction: Literal[Direction.INCREASE] = Direction.INCREASE


Function = Annotated[
    Linear | Stepped | Relative | Ratio | Attainment | Deduction | Piecewise | Given,
    Field(discriminator="kind"),
]


def scores_of(function: Function, full: Decimal) -> tuple[Decimal, Decimal]:
    """Lowest and highest score that the function can give; the relative form has its own floor."""
    if isinstance(function, Stepped):
        all_scores = [function.otherwise, *(step.score for step in function.steps)]
        return min(all_scores), max(all_scores)
    if isinstance(function, Piecewise):
        return min(score for _, score in function.knots), max(score for _, score in function.knots)
    if isinstance(function, Linear):
        return function.lowest, full
    if isinstance(function, Attainment):
        return function.missed, full
    return Decimal(0), full
