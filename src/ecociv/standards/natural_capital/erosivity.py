"""Rainfall erosivity from daily rain."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput, TraceParameter
from ecociv.standards.arrays import Float64, MeasurementError, as_float64, refuse_impossible
from ecociv.standards.parameters import ParameterValue, parameter
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none


@dataclass(frozen=True, eq=False)
class Erosivity(Result):
    """Rainfall erosivity of a station.

    Attributes
    ----------
    value : float
        Mean of the years without a gap, MJ mm hm-2 h-1 a-1; NaN without such a year.
    half_months : array of shape (years, 24)
        Erosivity of each half-month; NaN where a day is missing.
    years : array of int
        The years.
    alpha, beta : float
        Coefficients of the station.
    """

    value: float
    half_months: Float64
    years: Any
    alpha: float
    beta: float
    daily_mean: float
    yearly_mean: float
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    used: ParameterValue = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """The station's coefficients and the sum of each year."""
        cited = self.used.citation
        years = tuple(
            TraceInput(Text(zh=f"{year}年", en=f"year {year}"), number_or_none(total))
            for year, total in zip(self.years, self.half_months.sum(axis=1), strict=True)
        )
        return Trace(
            Text(zh="降雨侵蚀力R（MJ·mm·hm⁻²·h⁻¹·a⁻¹）", en="Rainfall erosivity R (MJ mm ha-1 h-1 a-1)"),
            number_or_none(self.value),
            "1",
            "mean over years of sum over half-months of alpha * sum(D^beta)",
            years,
            cited,
            (
                TraceParameter(
                    Text(zh="侵蚀性日雨量平均", en="mean of erosive days"), self.daily_mean, "mm", cited
                ),
                TraceParameter(
                    Text(zh="侵蚀性年雨量平均", en="yearly mean of erosive rain"),
                    self.yearly_mean,
                    "mm",
                    cited,
                ),
                TraceParameter(Text(zh="β", en="beta"), self.beta, "1", cited),
                TraceParameter(Text(zh="α", en="alpha"), self.alpha, "1", cited),
            ),
            notes=self.marks,
        )


def rain_erosivity(
    rain: ArrayLike,
    first_day: date | str,
    *,
    daily_mean: float | None = None,
    yearly_mean: float | None = None,
) -> Erosivity:
    """Rainfall erosivity from daily rain.

    Parameters
    ----------
    rain : array_like
        Daily rain in mm, one value a day from `first_day` on; NaN is missing and never counts as dry.
    first_day : date or str
        Such as ``"2014-01-01"``.
    daily_mean, yearly_mean : float, optional
        Long-term mean of days of at least 12 mm, and of their sum a year, in mm. From `rain` if not given: from all
        its erosive days, and from its years without a gap.

    Raises
    ------
    MeasurementError
        Negative rain, no day at all, or no erosive day and no means given.

    Notes
    -----
    Zhang Wenbo's model with half-months (days 1 to 15, and 16 to the end). Years that the series does not cover in
    full have no sum.

    Examples
    --------
    >>> wet = np.zeros(365); wet[[100, 150]] = [20.0, 40.0]
    >>> station = rain_erosivity(wet, "2014-01-01")
    >>> round(station.beta, 4), round(station.alpha, 4), round(station.value, 1)
    (1.8487, 0.2604, 304.6)
    """
    depth = as_float64("rain", rain)
    if depth.ndim != 1 or not len(depth):
        raise MeasurementError(
            f"rain has the shape {depth.shape}; give one figure for each day, at least one."
        )
    refuse_impossible("rain", depth, unit="mm")
    used = parameter("natural_capital.rusle.erosivity")
    years, depth, slot = _whole_years(depth, first_day)
    missing = np.isnan(depth)
    with np.errstate(invalid="ignore"):
        erosive = np.where(depth >= used.table["erosive_rain"], depth, 0.0)
    whole = np.bincount(slot // 24, weights=missing, minlength=len(years)) == 0
    if daily_mean is None:
        daily_mean = float(erosive[erosive > 0].mean()) if erosive.any() else 0.0
    if yearly_mean is None:
        yearly = np.bincount(slot // 24, weights=erosive, minlength=len(years))
        yearly_mean = float(yearly[whole].mean()) if whole.any() else 0.0
    if not (daily_mean > 0 and yearly_mean > 0):
        raise MeasurementError(
            f"This series gives no means of erosive rain (a year without a gap that has a day of "
            f"{used.table['erosive_rain']} mm); give daily_mean and yearly_mean of the station."
        )
    b0, b1, b2 = used.table["beta"]
    a0, a1 = used.table["alpha"]
    beta = b0 + b1 / daily_mean + b2 / yearly_mean
    alpha = a0 * beta**a1
    powers = np.where(missing, np.nan, erosive**beta)
    halves = alpha * np.bincount(slot, weights=powers, minlength=len(years) * 24).reshape(-1, 24)
    return Erosivity(
        value=float(halves[whole].sum(axis=1).mean()) if whole.any() else float("nan"),
        half_months=halves,
        years=years,
        alpha=float(alpha),
        beta=float(beta),
        daily_mean=float(daily_mean),
        yearly_mean=float(yearly_mean),
        edition=used.edition,
        marks=marks_of(used),
        validity=DataValidity(
            int(whole.sum()),
            1,
            bool(whole.any()),
            Text(zh="至少一个无缺测的整年", en="at least one whole year without a gap"),
        ),
        used=used,
    )


def _whole_years(
    depth: Float64, first_day: date | str
) -> tuple[NDArray[np.int64], Float64, NDArray[np.int64]]:
    """Years, rain on every day of them (days outside the series missing), and the half-month of each day."""
    start = np.datetime64(first_day, "D")
    last = start + len(depth) - 1
    years = np.arange(start.astype("datetime64[Y]"), last.astype("datetime64[Y]") + 1)
    days = np.arange(years[0].astype("datetime64[D]"), (years[-1] + 1).astype("datetime64[D]"))
    filled = np.full(len(days), np.nan)
    begin = int((start - days[0]).astype(np.int64))
    filled[begin : begin + len(depth)] = depth
    months = days.astype("datetime64[M]")
    second = (days - months.astype("datetime64[D]")).astype(np.int64) >= 15
    slot = (months - months[0]).astype(np.int64) * 2 + second
    return years.astype(np.int64) + 1970, filled, slot
