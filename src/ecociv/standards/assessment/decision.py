"""Weights from the spread of the data (entropy) and the distance to best and worst (TOPSIS)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput, TraceParameter
from ecociv.standards.arrays import Float64, MeasurementError, as_float64
from ecociv.standards.assessment.indicators import Sense
from ecociv.standards.assessment.individual import sense_of
from ecociv.standards.assessment.ranking import competition_rank
from ecociv.standards.parameters import parameter
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none


@dataclass(frozen=True, slots=True)
class Table:
    """Objects by indicators, scaled to 0 (worst) and 1 (best); rows with a gap take no part."""

    scaled: Float64
    complete: NDArray[np.bool_]
    constant: NDArray[np.bool_]


def scaled_table(figures: ArrayLike, senses: Sequence[str] | None) -> Table:
    """Min-max scaling of each column over the complete rows; a column without spread becomes 1 throughout."""
    array = as_float64("figures", figures)
    if array.ndim != 2:
        raise MeasurementError(
            f"The figures have shape {array.shape}; they must be a table with a row for each object and a column for "
            "each indicator."
        )
    if np.isinf(array).any():
        raise MeasurementError("The table holds an infinite figure; mark it as missing (NaN).")
    names = list(senses) if senses is not None else ["positive"] * array.shape[1]
    if len(names) != array.shape[1]:
        raise MeasurementError(f"{len(names)} senses were given for {array.shape[1]} indicators.")
    negative = np.array([sense_of(name) is Sense.NEGATIVE for name in names], dtype=np.bool_)
    complete = np.asarray(~np.isnan(array).any(axis=1), dtype=np.bool_)
    rows = array[complete]
    if not rows.size:
        return Table(np.empty((0, array.shape[1])), complete, np.ones(array.shape[1], dtype=np.bool_))
    low, high = rows.min(axis=0), rows.max(axis=0)
    constant = low == high
    scaled = np.where(constant, 1.0, (rows - low) / np.where(constant, 1.0, high - low))
    return Table(np.where(negative & ~constant, 1.0 - scaled, scaled), complete, constant)


_COMPLETE = Text(
    zh="至少两个各项齐全的对象；有缺项的对象不参与",
    en="at least two objects with every figure; objects with gaps take no part",
)


@dataclass(frozen=True, eq=False)
class EntropyWeights(Result):
    """Weights of indicators from their spread over the objects.

    Attributes
    ----------
    value : array
        Weight of each indicator; they add up to 1. NaN with fewer than two complete objects, or where no indicator
        varies at all.
    entropy : array
        Entropy of each indicator, 0 to 1; 1 where it does not vary, which gives weight 0.
    """

    value: Any
    entropy: Any
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity

    def trace(self, at: int | None = None) -> Trace:
        """Entropy and weight of one indicator."""
        place = self._element(at) or 0
        return Trace(
            Text(zh=f"第{place + 1}项指标的熵权", en=f"Entropy weight of indicator {place + 1}"),
            number_or_none(self.value[place]),
            "1",
            "(1 - e_j) / sum(1 - e); e_j = -sum(p ln p) / ln n",
            (TraceInput(Text(zh="熵", en="entropy"), number_or_none(self.entropy[place])),),
            notes=self.marks,
        )


def entropy_weights(figures: ArrayLike, senses: Sequence[str] | None = None) -> EntropyWeights:
    """Entropy weights.

    Parameters
    ----------
    figures : array_like
        Table: a row for each object, a column for each indicator, in any units. An object with a missing figure
        (NaN) takes no part.
    senses : sequence of str, optional
        ``"positive"`` or ``"negative"`` for each column; all positive unless given.

    Notes
    -----
    Min-max scaling, then shifted by 1e-4 so that the logarithm exists: p_ij = z_ij / sum_i z_ij.

    Examples
    --------
    >>> found = entropy_weights([[97.2, 24, 100], [93.5, 29, 95], [90.1, 33, 88]], ["positive", "negative", "positive"])
    >>> found.entropy.round(5).tolist(), found.value.round(5).tolist()
    ([0.57381, 0.56248, 0.59962], [0.33715, 0.34611, 0.31674])
    """
    table = scaled_table(figures, senses)
    shift = parameter("assessment.entropy_shift")
    n, width = table.scaled.shape
    entropy, value = np.full(width, np.nan), np.full(width, np.nan)
    if n >= 2:
        z = table.scaled + shift.number
        p = z / z.sum(axis=0)
        entropy = np.where(table.constant, 1.0, -(p * np.log(p)).sum(axis=0) / np.log(n))
        spread = 1.0 - entropy
        if not table.constant.all():
            value = spread / spread.sum()
    return EntropyWeights(
        value=value,
        entropy=entropy,
        edition=shift.edition,
        marks=marks_of(shift),
        validity=DataValidity(n, 2, n >= 2 and not bool(table.constant.all()), _COMPLETE),
    )


@dataclass(frozen=True, eq=False)
class Topsis(Result):
    """Closeness of each object to the best.

    Attributes
    ----------
    value : array
        D- / (D+ + D-), 0 to 1; NaN for objects with gaps, and where all objects are alike.
    rank : array
        1 for the closest; equals share a rank; 0 without a value.
    to_best, to_worst : array
        Distances D+ and D-.
    """

    value: Any
    rank: Any
    to_best: Any
    to_worst: Any
    weights: Float64
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    scaled: Float64 = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """The two distances of one object."""
        place = self._element(at) or 0
        return Trace(
            Text(zh="TOPSIS贴近度", en="TOPSIS closeness"),
            number_or_none(self.value[place]),
            "1",
            "D- / (D+ + D-); D = sqrt(sum((w_j * z_ij - w_j * z_j*)^2))",
            (
                TraceInput(
                    Text(zh="到最优的距离D+", en="distance to the best, D+"),
                    number_or_none(self.to_best[place]),
                ),
                TraceInput(
                    Text(zh="到最劣的距离D-", en="distance to the worst, D-"),
                    number_or_none(self.to_worst[place]),
                ),
            ),
            None,
            tuple(
                TraceParameter(Text(zh=f"权重{j + 1}", en=f"weight {j + 1}"), number_or_none(weight))
                for j, weight in enumerate(self.weights.tolist())
            ),
            notes=self.marks,
        )


def checked_weights(weights: ArrayLike, width: int) -> Float64:
    """Weights as an array that adds up to 1; `MeasurementError` where they cannot be weights."""
    column = as_float64("weights", weights)
    if column.shape != (width,):
        raise MeasurementError(
            f"The weights have shape {column.shape}; {width} indicators need {width} weights."
        )
    if not np.isfinite(column).all() or (column < 0).any() or column.sum() <= 0:
        raise MeasurementError("Weights must be finite, not negative, and not all zero.")
    shares: Float64 = column / column.sum()
    return shares


def topsis(
    figures: ArrayLike, weights: ArrayLike | None = None, senses: Sequence[str] | None = None
) -> Topsis:
    """Closeness to the ideal object (TOPSIS).

    Parameters
    ----------
    figures : array_like
        Table: a row for each object, a column for each indicator.
    weights : array_like, optional
        One for each indicator, brought to a sum of 1; entropy weights unless given.
    senses : sequence of str, optional
        ``"positive"`` or ``"negative"`` for each column.

    Examples
    --------
    >>> table = [[97.2, 24, 100], [93.5, 29, 95], [90.1, 33, 88]]
    >>> cities = topsis(table, senses=["positive", "negative", "positive"])
    >>> cities.value.round(5).tolist(), cities.rank.tolist()
    ([1.0, 0.49794, 0.0], [1, 2, 3])
    """
    table = scaled_table(figures, senses)
    n, width = table.scaled.shape
    own = entropy_weights(figures, senses) if weights is None else None
    shares = own.value if own is not None else checked_weights(weights, width)  # type: ignore[arg-type]
    v = table.scaled * shares
    shape = table.complete.shape
    closeness, best, worst = np.full(shape, np.nan), np.full(shape, np.nan), np.full(shape, np.nan)
    enough = n >= 2 and not bool(np.isnan(shares).any())
    if enough:
        to_best = np.sqrt(((v - v.max(axis=0)) ** 2).sum(axis=1))
        to_worst = np.sqrt(((v - v.min(axis=0)) ** 2).sum(axis=1))
        total = to_best + to_worst
        best[table.complete], worst[table.complete] = to_best, to_worst
        closeness[table.complete] = np.where(total > 0, to_worst / np.where(total > 0, total, 1.0), np.nan)
    return Topsis(
        value=closeness,
        rank=competition_rank(np.round(closeness, 12)),
        to_best=best,
        to_worst=worst,
        weights=shares,
        edition="TOPSIS",
        marks=own.marks if own is not None else (),
        validity=DataValidity(n, 2, enough, _COMPLETE),
        scaled=table.scaled,
    )
