"""Means of repeated tests: pH through hydrogen ions, values below the detection limit, rounding before comparison."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.rounding import round_half_even, round_significant
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.standards.arrays import Float64, MeasurementError, element, measurements
from ecociv.standards.parameters import ParameterValue
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none
from ecociv.standards.surface_water.editions import dated
from ecociv.standards.surface_water.items import ITEM_NAMES, UNITS

Period = Literal["month", "quarter", "year"]

_PERIODS = {
    "month": Text(zh="月", en="a month"),
    "quarter": Text(zh="季度", en="a quarter"),
    "year": Text(zh="年", en="a year"),
}


def ph_mean(ph: ArrayLike, axis: int = -1) -> float | Float64:
    """The mean pH: minus the logarithm of the mean concentration of hydrogen ions.

    Parameters
    ----------
    ph : array_like
        pH values; NaN is missing and left out.
    axis : int
        Axis of the values to be averaged.

    Returns
    -------
    float or ndarray
        NaN where no value is there.

    Notes
    -----
    Regulation on statistics of surface water data (环办监测函〔2020〕82号).

    Examples
    --------
    >>> round(ph_mean([6.5, 7.5]), 2)
    6.76
    """
    values = measurements(ph=ph)
    column = values.given()["ph"].reshape(values.shape)
    _refuse("ph", column, 0.0, 14.0)
    mean, _ = _mean("ph", np.atleast_1d(column), axis)
    return float(mean) if mean.ndim == 0 else mean


def replace_censored(
    values: ArrayLike, below_limit: ArrayLike, detection_limit: ArrayLike
) -> float | Float64:
    """Half of the detection limit in place of each value that is below it.

    Parameters
    ----------
    values : array_like
        Readings, in any unit.
    below_limit : array_like of bool
        Where the laboratory reported "below the detection limit" (the letter L).
    detection_limit : array_like
        The detection limit, in the unit of `values`.

    Notes
    -----
    环办监测函〔2020〕82号, item 7. Only for statistics: a total of loads counts such values as zero.

    Examples
    --------
    >>> replace_censored([0.05, 0.32], [True, False], 0.05).tolist()
    [0.025, 0.32]
    """
    rows = measurements(
        values=values, below_limit=np.asarray(below_limit, dtype=np.float64), limit=detection_limit
    )
    given = rows.given()
    share = dated("surface_water.censored").number
    found: float | Float64 = rows.restore(
        np.where(given["below_limit"] == 1.0, given["limit"] * share, given["values"])
    )
    return found


def round_statistic(values: Float64, decimals: int, codes: Sequence[float] = ()) -> Float64:
    """Round by GB/T 8170 to the decimals of an item; what would become 0 keeps one significant figure."""
    rounded = round_half_even(values, decimals)
    lost = (rounded == 0) & (values != 0)
    if lost.any():
        rounded[lost] = round_significant(values[lost], 1)
    if len(codes):
        coded = np.isin(values, codes)
        rounded[coded] = values[coded]
    return rounded


@dataclass(frozen=True, eq=False)
class PeriodMean(Result):
    """The mean of an item over the tests of a period.

    Attributes
    ----------
    value : float or array
        The mean, unrounded, in the unit of the item; NaN where there is no valid test.
    validity : DataValidity
        Number of valid tests, the fewest that the period asks for, and whether it was reached.
    """

    value: float | Float64 | Any
    validity: DataValidity
    edition: str
    marks: tuple[Text, ...]
    item: str
    tests: Float64 = field(repr=False)
    rule: ParameterValue = field(repr=False)

    @property
    def usable(self) -> Any:
        """The mean where enough tests were there, NaN elsewhere."""
        kept = np.where(self.validity.enough, self.value, np.nan)
        return float(kept) if kept.ndim == 0 else kept

    def trace(self, at: int | None = None) -> Trace:
        """The tests and their mean."""
        place = self._element(at)
        name = ITEM_NAMES[self.item]
        tests = self.tests.reshape(-1, self.tests.shape[-1])[place or 0]
        count, needed = element(self.validity.n, place), self.validity.needed
        note = Text(
            zh=f"有效监测{count}次，至少需要{needed}次", en=f"{count} valid tests, at least {needed} needed"
        )
        return Trace(
            Text(zh=f"{name.zh}均值", en=f"Mean of {name.en}"),
            number_or_none(element(self.value, place)),
            UNITS[self.item],
            "-log10(mean(10^-pH))" if self.item == "ph" else "mean",
            tuple(TraceInput(name, number_or_none(test), UNITS[self.item]) for test in tests),
            self.rule.citation,
            notes=(note, *self.marks),
        )


def period_mean(
    values: ArrayLike,
    item: str,
    *,
    period: Period = "month",
    axis: int = -1,
    missing_codes: Sequence[float] | None = None,
    on: date | None = None,
) -> PeriodMean:
    """The mean of an item over the tests of a month, quarter or year.

    Parameters
    ----------
    values : array_like
        Tests along `axis`, in the unit of the item; NaN is a test that is missing.
    item : str
        Key of the item, as ``"codmn"``; pH is averaged through hydrogen ions.
    period : {"month", "quarter", "year"}
        Decides how many tests are needed: one, two, eight (monthly tests; fewer under ice).
    missing_codes : sequence of float, optional
        Numbers that stand for a missing value; by default -1.

    Raises
    ------
    MeasurementError
        An item or a period that is not known, or a reading that cannot be one.

    Notes
    -----
    环办〔2011〕22号, 1(2).

    Examples
    --------
    >>> year = period_mean([0.2, 0.3, None, 0.4], "nh3n", period="year")
    >>> round(year.value, 3), year.validity.n, year.validity.enough
    (0.3, 3, False)
    """
    if item not in ITEM_NAMES:
        raise MeasurementError(f"{item!r} is not an item of Table 1; items: {', '.join(ITEM_NAMES)}.")
    rule = dated("surface_water.minimum_data", on)
    if period not in rule.table:
        raise MeasurementError(f"{period!r} is not a period; periods: {', '.join(rule.table)}.")
    rows = measurements(values=values)
    known = without_codes(rows.given()["values"], missing_codes)
    tests = np.moveaxis(np.atleast_1d(known.reshape(rows.shape)), axis, -1)
    _refuse(item, tests, 0.0, 14.0 if item == "ph" else np.finfo(np.float64).max)
    mean, count = _mean(item, tests, -1)
    needed = int(rule.table[period])
    scalar = mean.ndim == 0
    enough = count >= needed
    validity = DataValidity(
        int(count) if scalar else count,
        needed,
        bool(enough) if scalar else enough,
        Text(
            zh=f"{_PERIODS[period].zh}均值至少需要{needed}次监测",
            en=f"the mean of {_PERIODS[period].en} needs at least {needed} tests",
        ),
    )
    return PeriodMean(
        value=float(mean) if scalar else mean,
        validity=validity,
        edition=rule.edition,
        marks=marks_of(rule),
        item=item,
        tests=tests,
        rule=rule,
    )


def _mean(item: str, values: Float64, axis: int) -> tuple[Float64, NDArray[np.intp]]:
    present = ~np.isnan(values)
    count = np.asarray(present.sum(axis=axis))
    linear = np.power(10.0, -values) if item == "ph" else values
    total = np.where(present, linear, 0.0).sum(axis=axis)
    with np.errstate(invalid="ignore", divide="ignore"):
        mean = total / np.where(count > 0, count, np.nan)
        return np.asarray(-np.log10(mean) if item == "ph" else mean), count


def without_codes(values: Float64, missing_codes: Sequence[float] | None) -> Float64:
    """NaN for every number that stands for a missing value; by default those of the reporting format."""
    codes = missing_codes if missing_codes is not None else dated("surface_water.missing_codes").value
    return np.where(np.isin(values, codes), np.nan, values) if len(codes) else values


def mean_over(item: str, values: Float64, axis: int) -> Float64:
    """The mean along an axis, NaN left out; pH through hydrogen ions."""
    return _mean(item, values, axis)[0]


def _refuse(item: str, values: Float64, lowest: float, highest: float) -> None:
    with np.errstate(invalid="ignore"):
        wrong = (values < lowest) | (values > highest)
    if wrong.any():
        place = int(np.argmax(wrong.reshape(-1)))
        raise MeasurementError(
            f"{item} is {values.reshape(-1)[place]:g} in element {place}; it must be finite and at least {lowest:g}"
            f"{f' and at most {highest:g}' if highest < 1e300 else ''}. Mark an invalid reading as missing (NaN)."
        )
