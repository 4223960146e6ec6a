"""Pieces from which local scoring rules are built: steps, ratios, piecewise lines, vetoes, bonuses with a cap."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput, TraceParameter
from ecociv.standards.arrays import Float64, MeasurementError, element, measurements
from ecociv.standards.assessment.indicators import Sense
from ecociv.standards.assessment.individual import sense_of
from ecociv.standards.results import DataValidity, Result, number_or_none

EDITION = "rule of the caller"
NOISE_DIGITS = 9
"""Gaps are rounded to this before whole steps are counted: 35.3 - 35 must not become a shade more than 0.3."""


@dataclass(frozen=True, eq=False)
class Score(Result):
    """Points of one item.

    Attributes
    ----------
    value : float or array
        Points; NaN where a figure is missing.
    full : float
        The points that can be reached.
    """

    value: Any
    full: float
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    label: Text
    formula: str
    inputs: tuple[tuple[Text, Float64], ...] = field(repr=False)
    settings: tuple[tuple[Text, float], ...] = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """The figures, the rule and its settings."""
        place = self._element(at)
        return Trace(
            self.label,
            number_or_none(element(self.value, place)),
            "1",
            self.formula,
            tuple(TraceInput(label, number_or_none(column[place or 0])) for label, column in self.inputs),
            None,
            tuple(TraceParameter(label, number_or_none(number)) for label, number in self.settings),
            notes=self.marks,
        )


_FULL, _VALUE, _TARGET = (
    Text(zh="满分", en="full"),
    Text(zh="实际值", en="actual"),
    Text(zh="目标值", en="target"),
)


def _finite(**settings: float) -> None:
    for name, number in settings.items():
        if not np.isfinite(number) or number < 0:
            raise MeasurementError(f"{name} is {number:g}; it must be finite and not negative.")


def _validity(rows: Any, value: Float64) -> DataValidity:
    known = ~np.isnan(value)
    rule = Text(zh="实际值与目标值都有", en="actual and target are there")
    return DataValidity(rows.restore(known.astype(np.int64)), 1, rows.restore(known), rule)


def step_deduction(
    actual: ArrayLike,
    target: ArrayLike,
    *,
    full: float,
    points: float,
    unit: float = 1.0,
    sense: str = "negative",
    steps: str = "proportional",
) -> Score:
    """Full points up to the target, less `points` for each `unit` beyond it, until none are left.

    Parameters
    ----------
    actual, target : array_like
        In the same unit; NaN is missing.
    full, points, unit : float
        Full points of the item, points taken for each step, length of a step.
    sense : str
        ``"negative"``: above the target is worse; ``"positive"``: below is.
    steps : str
        ``"proportional"`` (part of a step takes part of the points), ``"whole"`` (only whole steps count) or ``"started"``
        (a started step counts as a whole).

    Examples
    --------
    >>> step_deduction([35, 36, 40, 90], 35, full=5, points=0.5).value.tolist()  # each ug/m3 above takes 0.5
    [5.0, 4.5, 2.5, 0.0]
    >>> step_deduction(92.5, 94, full=5, points=0.25, sense="positive", steps="started").value
    4.5
    """
    _finite(full=full, points=points)
    if steps not in {"proportional", "whole", "started"}:
        raise MeasurementError(f"{steps!r} is no way to count steps; ways: proportional, whole, started.")
    if not (np.isfinite(unit) and unit > 0):
        raise MeasurementError(f"A step of length {unit:g} is impossible; it must be above 0.")
    rows = measurements(actual=actual, target=target)
    columns = rows.given()
    gap = columns["actual"] - columns["target"]
    beyond = np.maximum(0.0, gap if sense_of(sense) is Sense.NEGATIVE else -gap)
    count = np.round(beyond / unit, NOISE_DIGITS)
    count = np.floor(count) if steps == "whole" else np.ceil(count) if steps == "started" else count
    value = np.maximum(0.0, full - points * count)
    return Score(
        value=rows.restore(value),
        full=full,
        edition=EDITION,
        marks=(),
        validity=_validity(rows, value),
        label=Text(zh="扣分法得分", en="Score after deductions"),
        formula=f"max(0, full - points * steps({steps}, gap / unit))",
        inputs=((_VALUE, columns["actual"]), (_TARGET, columns["target"])),
        settings=(
            (_FULL, full),
            (Text(zh="每档扣分", en="points a step"), points),
            (Text(zh="档距", en="step"), unit),
        ),
    )


def ratio_score(actual: ArrayLike, target: ArrayLike, *, full: float, sense: str = "positive") -> Score:
    """Full points times actual over target, at most full and at least 0; the ratio is inverted where less is better.

    Raises
    ------
    MeasurementError
        A target of 0 or below, or (where less is better) an actual below 0: the ratio would have no meaning.

    Examples
    --------
    >>> ratio_score([30, 60, 75], 60, full=10).value.tolist(), ratio_score(50, 40, full=10, sense="negative").value
    ([5.0, 10.0, 10.0], 8.0)
    """
    _finite(full=full)
    rows = measurements(actual=actual, target=target)
    columns = rows.given()
    negative = sense_of(sense) is Sense.NEGATIVE
    if (columns["target"] <= 0).any() or (negative and (columns["actual"] < 0).any()):
        raise MeasurementError(
            "A ratio needs targets above 0 and no negative figures; use step_deduction instead."
        )
    with np.errstate(divide="ignore"):
        ratio = columns["target"] / columns["actual"] if negative else columns["actual"] / columns["target"]
    value = full * np.clip(ratio, 0.0, 1.0)
    return Score(
        value=rows.restore(value),
        full=full,
        edition=EDITION,
        marks=(),
        validity=_validity(rows, value),
        label=Text(zh="比例法得分", en="Score by ratio"),
        formula="full * min(1, target / actual)" if negative else "full * min(1, actual / target)",
        inputs=((_VALUE, columns["actual"]), (_TARGET, columns["target"])),
        settings=((_FULL, full),),
    )


def piecewise_score(actual: ArrayLike, knots: Sequence[tuple[float, float]]) -> Score:
    """Points by straight lines between knots (figure, points); flat outside them.

    Examples
    --------
    >>> piecewise_score([50, 60, 80, 99, 100], [(60, 0), (90, 8), (100, 10)]).value.round(2).tolist()
    [0.0, 0.0, 5.33, 9.8, 10.0]
    """
    at = np.array([figure for figure, _ in knots], dtype=np.float64)
    points = np.array([score for _, score in knots], dtype=np.float64)
    if at.size < 2 or not (np.diff(at) > 0).all() or not np.isfinite(points).all():
        raise MeasurementError("At least two knots (figure, points) with rising figures are needed.")
    rows = measurements(actual=actual)
    column = rows.given()["actual"]
    value = np.where(np.isnan(column), np.nan, np.interp(np.nan_to_num(column), at, points))
    return Score(
        value=rows.restore(value),
        full=float(points.max()),
        edition=EDITION,
        marks=(),
        validity=_validity(rows, value),
        label=Text(zh="分段线性得分", en="Score by straight lines"),
        formula="; ".join(f"{figure:g} -> {score:g}" for figure, score in knots),
        inputs=((_VALUE, column),),
        settings=((_FULL, float(points.max())),),
    )


def adjusted_score(
    score: ArrayLike,
    *,
    full: float,
    bonus: ArrayLike = 0.0,
    penalty: ArrayLike = 0.0,
    bonus_cap: float | None = None,
    penalty_cap: float | None = None,
    may_exceed_full: bool = False,
    vetoed: ArrayLike = False,
    veto_ceiling: float = 0.0,
) -> Score:
    """A score with bonus and penalty, each up to its cap; a veto lowers it to a ceiling at most.

    Parameters
    ----------
    score, bonus, penalty : array_like
        Points; bonus and penalty are given as positive numbers.
    full : float
        The score does not rise above it unless `may_exceed_full`, and never falls below 0.
    vetoed : array_like of bool
        Where true the score is at most `veto_ceiling` (such as 59.9 for "no better than fail").

    Examples
    --------
    >>> adjusted_score([95, 95, 60], full=100, bonus=[8, 8, 0], bonus_cap=3, vetoed=[False, True, False],
    ...                veto_ceiling=59).value.tolist()
    [98.0, 59.0, 60.0]
    """
    caps = {"bonus_cap": bonus_cap, "penalty_cap": penalty_cap}
    _finite(full=full, veto_ceiling=veto_ceiling, **{k: cap for k, cap in caps.items() if cap is not None})
    flags = np.asarray(vetoed, dtype=np.bool_).astype(np.float64)
    rows = measurements(score=score, bonus=bonus, penalty=penalty, vetoed=flags)
    columns = rows.given()
    if (columns["bonus"] < 0).any() or (columns["penalty"] < 0).any():
        raise MeasurementError("Bonus and penalty are given as positive points; one of them is negative.")
    added = columns["bonus"] if bonus_cap is None else np.minimum(columns["bonus"], bonus_cap)
    taken = columns["penalty"] if penalty_cap is None else np.minimum(columns["penalty"], penalty_cap)
    value = np.maximum(0.0, columns["score"] + added - taken)
    if not may_exceed_full:
        value = np.minimum(value, full)
    value = np.where(columns["vetoed"] > 0, np.minimum(value, veto_ceiling), value)
    settings = [(_FULL, full), (Text(zh="否决上限", en="ceiling after a veto"), veto_ceiling)]
    settings += [(Text(zh=k, en=k), cap) for k, cap in caps.items() if cap is not None]
    return Score(
        value=rows.restore(value),
        full=full,
        edition=EDITION,
        marks=(),
        validity=_validity(rows, value),
        label=Text(zh="加扣分后得分", en="Score with bonus and penalty"),
        formula="score + min(bonus, cap) - min(penalty, cap), within 0 and full; a veto sets the ceiling",
        inputs=(
            (Text(zh="得分", en="score"), columns["score"]),
            (Text(zh="加分", en="bonus"), columns["bonus"]),
            (Text(zh="扣分", en="penalty"), columns["penalty"]),
            (Text(zh="一票否决", en="veto"), columns["vetoed"]),
        ),
        settings=tuple(settings),
    )
