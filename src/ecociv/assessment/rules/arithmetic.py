"""The arithmetic of each scoring function, over all units at once. Scores are unrounded float64; NaN is no score.

Steps, ratios, lines between knots and the 40/60 form are those of `ecociv.standards.assessment`: this module chooses and
feeds them.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from functools import singledispatch

import numpy as np
from numpy.typing import NDArray

from ecociv.assessment.rules.functions import (
    Attainment,
    Deduction,
    Function,
    Given,
    Linear,
    Piecewise,
    Ratio,
    Relative,
    Stepped,
    at_milestone,
)
from ecociv.core.targets import Direction
from ecociv.standards.assessment.indicators import Sense, dated
from ecociv.standards.assessment.individual import bounds_of, function_value
from ecociv.standards.assessment.scoring import piecewise_score, ratio_score, step_deduction

Floats = NDArray[np.float64]

NOISE_DIGITS = 9
"""A difference to a bound is rounded to this before it is judged: 35.3 - 35 is 0.3, as a reader sees it."""


@dataclass(frozen=True)
class Setting:
    """What a function needs besides the figures: the scale, the year, who is compared, and each unit's bounds."""

    full: float
    year: int
    group: NDArray[np.int64]
    low: Floats | None = None
    high: Floats | None = None
    met: Floats | None = None


def evaluate(function: Function, figures: Floats, setting: Setting) -> Floats:
    """Score of each figure, 0 to full, unrounded; NaN for NaN, and where a target cannot be judged.

    Examples
    --------
    >>> line = Linear(kind="linear", direction="increase", floor=60, ceiling=90)
    >>> evaluate(line, np.array([50.0, 75.0, 95.0, np.nan]), Setting(100.0, 2017, np.zeros(4, np.int64))).tolist()
    [0.0, 50.0, 100.0, nan]
    """
    return _evaluate(function, figures, setting)


@singledispatch
def _evaluate(function: object, figures: Floats, setting: Setting) -> Floats:
    raise TypeError(f"{type(function).__name__} is no scoring function.")


@_evaluate.register
def _(function: Linear, figures: Floats, setting: Setting) -> Floats:
    floor, ceiling, lowest = float(function.floor), float(function.ceiling), float(function.lowest)
    part: Floats = figures - floor
    part /= ceiling - floor
    np.minimum(np.maximum(part, 0.0, out=part), 1.0, out=part)
    part *= setting.full - lowest
    part += lowest
    return part


@_evaluate.register
def _(function: Stepped, figures: Floats, setting: Setting) -> Floats:
    sign = 1.0 if function.direction is Direction.INCREASE else -1.0
    scores = np.where(np.isnan(figures), np.nan, float(function.otherwise))
    along = sign * figures
    for step in function.steps:
        scores[along >= sign * float(step.at)] = float(step.score)
    return scores


@_evaluate.register
def _(function: Relative, figures: Floats, setting: Setting) -> Floats:
    table = dated(None, function.edition, "assessment.gdi.function")
    equal = float(dated(None, function.edition, "assessment.gdi.conventions").table["all_equal"])
    sense = Sense.POSITIVE if function.direction is Direction.INCREASE else Sense.NEGATIVE
    scores = np.full(figures.shape, np.nan)
    compared = np.zeros_like(setting.group) if function.among == "all" else setting.group
    for group in np.unique(compared):
        rows = compared == group
        column = figures[rows]
        if not np.isnan(column).all():
            low, high = bounds_of(column, None, None, "The item")
            scores[rows] = function_value(column, low, high, sense, table, equal)
    return scores


@_evaluate.register
def _(function: Ratio, figures: Floats, setting: Setting) -> Floats:
    target = float(of_year(function.target, setting.year))
    way = "positive" if function.direction is Direction.INCREASE else "negative"
    return _column(ratio_score(figures, target, full=setting.full, sense=way).value)


@_evaluate.register
def _(function: Deduction, figures: Floats, setting: Setting) -> Floats:
    way = "positive" if function.direction is Direction.INCREASE else "negative"
    return _column(
        step_deduction(
            figures,
            float(of_year(function.allowed, setting.year)),
            full=setting.full,
            points=float(function.each),
            unit=float(function.unit),
            sense=way,
            steps=function.steps.value,
        ).value
    )


@_evaluate.register
def _(function: Piecewise, figures: Floats, setting: Setting) -> Floats:
    knots = [(float(figure), float(score)) for figure, score in function.knots]
    return _column(piecewise_score(figures, knots).value)


@_evaluate.register
def _(function: Attainment, figures: Floats, setting: Setting) -> Floats:
    missed = float(function.missed)
    scores = np.full(figures.shape, np.nan)
    if setting.low is not None and setting.high is not None:
        shortfall = np.fmax(setting.low - figures, figures - setting.high)
        shortfall = np.fmax(0.0, np.round(shortfall, NOISE_DIGITS))
        judged = ~np.isnan(figures) & (np.isfinite(setting.low) | np.isfinite(setting.high))
        if function.exhausted_after is None:
            below = np.full(figures.shape, missed)
        else:
            below = setting.full * np.clip(1.0 - shortfall / float(function.exhausted_after), 0.0, 1.0)
        scores = np.where(judged, np.where(shortfall > 0, below, setting.full), np.nan)
    if setting.met is not None:
        answers = np.where(setting.met > 0, setting.full, missed)
        scores = np.where(np.isnan(setting.met), scores, answers)
    return scores


@_evaluate.register
def _(function: Given, figures: Floats, setting: Setting) -> Floats:
    return figures


def of_year(declared: Decimal | dict[int, Decimal], year: int) -> Decimal:
    """A figure that is declared once, or by milestone year."""
    if isinstance(declared, dict):
        found: Decimal = at_milestone(declared, year)
        return found
    return declared


def _column(values: object) -> Floats:
    return np.asarray(values, dtype=np.float64)
