"""How far a ranking depends on its weights: ranks under many perturbed sets of weights."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import ArrayLike

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput, TraceParameter
from ecociv.standards.arrays import Float64, MeasurementError, as_float64
from ecociv.standards.assessment.decision import checked_weights
from ecociv.standards.assessment.ranking import competition_rank
from ecociv.standards.results import DataValidity, Result, number_or_none

METHODS = ("relative", "dirichlet")
TIE_DIGITS = 9
"""Scores that agree to this many decimals share a rank, so that noise of binary sums decides nothing."""


@dataclass(frozen=True, eq=False)
class RankSensitivity(Result):
    """Ranks of objects under perturbed weights.

    Attributes
    ----------
    value : array of int
        Rank under the given weights, 1 for the highest score; 0 for objects with gaps.
    score : array
        Score under the given weights.
    low, high : array of float
        Interval of the rank that holds `coverage` of the draws (quantiles of the ranks); NaN without a rank.
    best, worst : array of int
        The extremes over all draws.
    stable : array of float
        Share of the draws in which the object has its own rank.
    """

    value: Any
    score: Any
    low: Any
    high: Any
    best: Any
    worst: Any
    stable: Any
    method: str
    spread: float
    draws: int
    seed: int
    coverage: float
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity

    def trace(self, at: int | None = None) -> Trace:
        """Rank and interval of one object, with the settings of the draws."""
        place = self._element(at) or 0
        return Trace(
            Text(zh="名次及其对权重的敏感性", en="Rank and its sensitivity to the weights"),
            int(self.value[place]) or None,
            "1",
            f"rank of sum(w_j * y_ij); {self.method} perturbation of w",
            (
                TraceInput(Text(zh="得分", en="score"), number_or_none(self.score[place])),
                TraceInput(Text(zh="名次区间下限", en="lower rank"), number_or_none(self.low[place])),
                TraceInput(Text(zh="名次区间上限", en="upper rank"), number_or_none(self.high[place])),
                TraceInput(
                    Text(zh="名次不变的比例", en="share of unchanged rank"),
                    number_or_none(self.stable[place]),
                ),
            ),
            None,
            (
                TraceParameter(Text(zh="扰动幅度", en="spread"), self.spread),
                TraceParameter(Text(zh="抽样次数", en="draws"), self.draws),
                TraceParameter(Text(zh="随机种子", en="seed"), self.seed),
                TraceParameter(Text(zh="区间覆盖率", en="coverage"), self.coverage),
            ),
        )


def rank_sensitivity(
    scores: ArrayLike,
    weights: ArrayLike,
    *,
    method: str = "relative",
    spread: float = 0.2,
    draws: int = 1000,
    seed: int = 0,
    coverage: float = 0.9,
) -> RankSensitivity:
    """Rank intervals of objects when the weights are perturbed.

    Parameters
    ----------
    scores : array_like
        Table: a row for each object, a column for each indicator, on one scale with more being better (such as
        individual indices). An object with a gap gets no rank.
    weights : array_like
        One for each indicator; brought to a sum of 1.
    method : str
        ``"relative"``: each weight is multiplied by 1 - spread to 1 + spread, evenly, and the sum brought back to 1.
        ``"dirichlet"``: drawn around the weights with relative standard deviation of about `spread` for the mean weight.
    spread : float
        Above 0 (up to 1 for ``"relative"``); 0 leaves the weights as they are.
    draws, seed : int
        How many sets of weights, and the seed that makes them the same each time.
    coverage : float
        Share of the draws that the interval holds.

    Examples
    --------
    >>> found = rank_sensitivity([[95, 60], [80, 80], [60, 70]], [0.5, 0.5], spread=0.3, seed=1)
    >>> found.value.tolist(), found.best.tolist(), found.worst.tolist()
    ([2, 1, 3], [1, 1, 3], [2, 2, 3])
    """
    table = as_float64("scores", scores)
    if table.ndim != 2:
        raise MeasurementError(
            f"The scores have shape {table.shape}; a table of objects by indicators is needed."
        )
    if method not in METHODS:
        raise MeasurementError(f"{method!r} is no way to perturb weights; ways: {', '.join(METHODS)}.")
    if not (np.isfinite(spread) and spread >= 0) or (method == "relative" and spread > 1):
        raise MeasurementError(
            f"A spread of {spread:g} is impossible; it lies from 0 up (to 1 for 'relative')."
        )
    if draws < 1 or not 0 < coverage <= 1:
        raise MeasurementError(
            f"{draws} draws with coverage {coverage:g}: at least 1 draw, coverage above 0 up to 1."
        )
    shares = checked_weights(weights, table.shape[1])
    complete = ~np.isnan(table).any(axis=1)
    rows = table[complete]
    own = competition_rank(np.round(rows @ shares, TIE_DIGITS))
    sets = _perturbed(shares, method, spread, draws, np.random.default_rng(seed))
    ranks = np.empty((draws, rows.shape[0]), dtype=np.int64)
    for number, perturbed in enumerate(np.round(sets @ rows.T, TIE_DIGITS)):
        ranks[number] = competition_rank(perturbed)
    tail = (1 - coverage) / 2
    n = int(complete.sum())

    def spread_out(column: Any, empty: Any) -> Any:
        full = np.full(complete.shape, empty)
        full[complete] = column
        return full

    nan, zero = np.nan, 0
    some = n > 0
    return RankSensitivity(
        value=spread_out(own, zero),
        score=spread_out(rows @ shares, nan),
        low=spread_out(np.quantile(ranks, tail, axis=0), nan) if some else np.full(complete.shape, nan),
        high=spread_out(np.quantile(ranks, 1 - tail, axis=0), nan) if some else np.full(complete.shape, nan),
        best=spread_out(ranks.min(axis=0), zero),
        worst=spread_out(ranks.max(axis=0), zero),
        stable=spread_out((ranks == own).mean(axis=0), nan),
        method=method,
        spread=spread,
        draws=draws,
        seed=seed,
        coverage=coverage,
        edition="method of the caller",
        marks=(),
        validity=DataValidity(
            n, 2, n >= 2, Text(zh="至少两个各项齐全的对象", en="at least two objects with every score")
        ),
    )


def _perturbed(
    shares: Float64, method: str, spread: float, draws: int, generator: np.random.Generator
) -> Float64:
    """Sets of weights, a row each; weights of zero stay zero."""
    used = shares > 0
    if spread == 0 or used.sum() < 2:
        return np.tile(shares, (draws, 1))
    if method == "relative":
        raw = shares * generator.uniform(1 - spread, 1 + spread, (draws, shares.size))
        total = raw.sum(axis=1, keepdims=True)
        return np.where(total > 0, raw / np.where(total > 0, total, 1.0), shares)
    # The variance of a Dirichlet share m with concentration c is m(1 - m)/(c + 1); solved for c at the mean weight.
    mean = 1 / used.sum()
    concentration = max((1 - mean) / (mean * spread**2) - 1, 1e-3)
    sets = np.zeros((draws, shares.size))
    sets[:, used] = generator.dirichlet(shares[used] * concentration, draws)
    return sets
