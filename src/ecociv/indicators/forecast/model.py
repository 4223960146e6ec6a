"""A forecast from very few yearly points, with intervals that are as wide as so few points deserve.

With 3 to 8 points no method can tell a trend in noise from a walk that drifts, and the residuals say little about the
spread: intervals by the textbook are then either far too wide (one degree of freedom: a factor of 12.7) or, after a
lucky straight line, far too narrow. So the forecast is an average over five structures, from a straight line with
independent noise to a random walk with drift, and over three beliefs about the slope, from small to large beside the noise; each is
weighed by how well it explains the points. The prior was chosen on real yearly series (``docs/forecast.md`` has the
back-test): it pulls wild slopes towards none, and keeps three lucky points from promising certainty.

Let ``y`` be the points on their scale, ``t`` their years, ``X = (1, t - t_n)``. For a share ``w`` of walk::

    y ~ N(X b, s2 K_w),  K_w = ((1 - w) I + w min(t_i, t_j)) / (2 (1 - w) + w)
    slope ~ N(0, tau^2 s2),  s2 ~ inverse gamma(nu / 2, nu s0^2 / 2),  the level is left free

``K_w`` is scaled so that the difference of two consecutive years has the variance ``s2`` whatever the share. The figure of
a later year then has a Student t distribution for each ``w`` and ``tau``, and the forecast is their mixture.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import product

import numpy as np
from numpy.typing import NDArray

from ecociv.indicators.forecast.scale import Scale, scale_for

Floats = NDArray[np.float64]

SHARES_OF_WALK = (0.0, 0.25, 0.5, 0.75, 1.0)
LEAST_POINTS, MOST_POINTS = 3, 8
_FREE_LEVEL = 1e6
_LEVELS = {0.80: (0.10, 0.90), 0.95: (0.025, 0.975)}


class TooFewPoints(ValueError):
    """Fewer than three yearly figures: nothing can be said that the last figure does not say already."""


@dataclass(frozen=True, slots=True)
class Prior:
    """What is believed before the points are seen.

    Attributes
    ----------
    weight
        How many yearly changes the belief about the spread is worth.
    spread
        Standard deviation of a yearly change: of the logarithm or logit, or as a share of the largest figure.
    slopes
        Standard deviations of the yearly slope, in spreads: beliefs from noise without trend to a steady trend.
    widening
        Factor on the spread of the forecast, for what five structures leave out; found on one half of the real series.
    """

    weight: float = 0.5
    spread: float = 0.01
    slopes: tuple[float, ...] = (0.3, 1.0, 3.0)
    widening: float = 1.15


PRIOR = Prior()


@dataclass(frozen=True)
class Forecast:
    """What may be expected of later years.

    Attributes
    ----------
    years : tuple of int
        The years forecast.
    median : Mapping of int to float
        In the unit of the series.
    interval : Mapping of float to Mapping of int to (float, float)
        By level (0.80, 0.95), then year.
    scale : Scale
        On which it was made.
    points : int
        How many figures it rests on (the last eight at most).
    walk : float
        Mean share of walk given the points: 0 a line with noise, 1 a random walk.
    """

    years: tuple[int, ...]
    median: Mapping[int, float]
    interval: Mapping[float, Mapping[int, tuple[float, float]]]
    scale: Scale
    points: int
    walk: float
    _mixture: _Mixture = field(repr=False)

    def chance(self, year: int, *, at_least: float | None = None, at_most: float | None = None) -> float:
        """Probability that the figure of ``year`` lies within the bounds given, both included."""
        return self._mixture.chance(self.years.index(year), at_least, at_most)


def forecast(
    figures: Mapping[int, float],
    years: tuple[int, ...],
    *,
    whole: float | None = None,
    prior: Prior = PRIOR,
) -> Forecast:
    """Forecast later years of a series.

    Parameters
    ----------
    figures
        Figures by year; gaps are allowed. Only the last eight are used: older ones speak of another time.
    years
        Years to forecast, all after the last figure.
    whole
        100 for a share in per cent; none for an amount.
    prior
        The belief before the points are seen.

    Raises
    ------
    TooFewPoints
        With fewer than three figures.

    Examples
    --------
    >>> made = forecast({2012: 100.0, 2013: 105.0, 2014: 110.0, 2015: 116.0}, (2017,))
    >>> low, high = made.interval[0.80][2017]
    >>> 110 < low < made.median[2017] < high < 145, made.scale.value
    (True, 'logarithm')
    """
    known = sorted(figures)[-MOST_POINTS:]
    if len(known) < LEAST_POINTS:
        raise TooFewPoints(
            f"There are {len(known)} yearly figures; a forecast needs at least {LEAST_POINTS} of different years."
        )
    if early := [year for year in years if year <= known[-1]]:
        raise ValueError(f"{early[0]} is not later than the last figure, which is of {known[-1]}.")
    values = [float(figures[year]) for year in known]
    scale = scale_for(values, whole=whole)
    base = whole or 100.0
    turned = scale.turn(values, base)
    largest = max(abs(value) for value in values)
    # A series of zeros has no size of its own; nor have figures too small to be divided by.
    size = 1.0 if scale is not Scale.PLAIN or largest < 1e-100 else largest
    unit = prior.spread * size
    mixture = _mix(
        np.array(known, dtype=float), turned, np.array(years, dtype=float), prior, unit, scale, base
    )
    median = mixture.quantile(0.5)
    intervals = {
        level: dict(zip(years, zip(mixture.quantile(low), mixture.quantile(high), strict=True), strict=True))
        for level, (low, high) in _LEVELS.items()
    }
    return Forecast(
        years,
        dict(zip(years, median, strict=True)),
        intervals,
        scale,
        len(known),
        float((mixture.weights * np.repeat(SHARES_OF_WALK, len(prior.slopes))).sum()),
        mixture,
    )


@dataclass(frozen=True, slots=True)
class _Mixture:
    """Student t distributions of each later year, one a structure, and the weight of each structure."""

    centre: Floats  # structure x year
    spread: Floats
    weights: Floats
    degrees: float
    scale: Scale
    whole: float

    def below(self, turned: Floats) -> Floats:
        """Probability of lying at or below a value on the scale, for each year."""
        from scipy import stats  # a second to import: only where it is used

        each = stats.t.cdf((turned - self.centre) / self.spread, self.degrees)
        made: Floats = self.weights @ each
        return made

    def quantile(self, share: float) -> list[float]:
        """By bisection on the scale: the mixture has no closed form, but its distribution function is monotone."""
        low = (self.centre - 80 * self.spread).min(axis=0)
        high = (self.centre + 80 * self.spread).max(axis=0)
        for _ in range(80):
            middle = (low + high) / 2
            under = self.below(middle) < share
            low, high = np.where(under, middle, low), np.where(under, high, middle)
        return [float(value) for value in self.scale.back((low + high) / 2, self.whole)]

    def chance(self, position: int, at_least: float | None, at_most: float | None) -> float:
        above = 0.0 if at_least is None else self._below_figure(position, at_least)
        under = 1.0 if at_most is None else self._below_figure(position, at_most)
        return max(0.0, under - above)

    def _below_figure(self, position: int, figure: float) -> float:
        from scipy import stats  # a second to import: only where it is used

        if self.scale is Scale.LOGARITHM and figure <= 0:
            return 0.0
        if self.scale is Scale.LOGIT and not 0 < figure < self.whole:
            return 0.0 if figure <= 0 else 1.0
        turned = self.scale.turn([figure], self.whole)
        each = stats.t.cdf((turned[0] - self.centre[:, position]) / self.spread[:, position], self.degrees)
        return float(self.weights @ each)


def _mix(
    at: Floats, points: Floats, later: Floats, prior: Prior, unit: float, scale: Scale, whole: float
) -> _Mixture:
    count = len(at)
    degrees = prior.weight + count - 1  # the free level takes one
    when = np.concatenate([at, later]) - at[0] + 1
    from_last = when - when[count - 1]
    offsets = (points - points[-1]) / unit
    centres, spreads, evidence = [], [], []
    for share, slope in product(SHARES_OF_WALK, prior.slopes):
        kernel = (1 - share) * np.eye(len(when)) + share * np.minimum.outer(when, when)
        kernel /= 2 * (1 - share) + share
        kernel += _FREE_LEVEL + slope**2 * np.outer(from_last, from_last)
        known, cross, own = kernel[:count, :count], kernel[count:, :count], np.diag(kernel)[count:]
        solved = np.linalg.solve(known, np.column_stack([offsets, cross.T]))
        misfit = float(offsets @ solved[:, 0])
        total = prior.weight + misfit
        variance = own - np.einsum("ij,ji->i", cross, solved[:, 1:])
        centres.append(points[-1] + unit * (cross @ solved[:, 0]))
        spreads.append(unit * prior.widening * np.sqrt(np.maximum(variance, 1e-12) * total / degrees))
        evidence.append(-0.5 * np.linalg.slogdet(known)[1] - 0.5 * degrees * np.log(total))
    logs = np.array(evidence)
    weights = np.exp(logs - logs.max())
    return _Mixture(
        np.array(centres),
        np.array(spreads),
        weights / weights.sum(),
        degrees,
        scale,
        whole,
    )
