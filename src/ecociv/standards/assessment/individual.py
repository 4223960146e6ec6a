"""The individual index of the green development index: a function value from 60 to 100 between two bounds."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.standards.arrays import Float64, MeasurementError, element, measurements
from ecociv.standards.assessment.indicators import Sense, dated
from ecociv.standards.parameters import ParameterValue
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none

FORMULAS = {
    Sense.POSITIVE: "(X - Xmin) / (Xmax - Xmin) * 40 + 60",
    Sense.NEGATIVE: "(Xmax - X) / (Xmax - Xmin) * 40 + 60",
}


@dataclass(frozen=True, eq=False)
class IndividualIndex(Result):
    """Individual index of one indicator.

    Attributes
    ----------
    value : float or array
        60 (worst region) to 100 (best region), unrounded; NaN where the figure is missing.
    lowest, highest : float
        The bounds, of the compared regions or as given.
    """

    value: Any
    lowest: float
    highest: float
    sense: Sense
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    figures: Float64 = field(repr=False)
    used: ParameterValue = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """The figure, the bounds and the function."""
        place = self._element(at)
        figure = number_or_none(self.figures[place or 0])
        return Trace(
            Text(zh="个体指数", en="Individual index"),
            number_or_none(element(self.value, place)),
            "1",
            FORMULAS[self.sense],
            (
                TraceInput(Text(zh="指标值X", en="figure X"), figure),
                TraceInput(Text(zh="最小值Xmin", en="lowest Xmin"), number_or_none(self.lowest)),
                TraceInput(Text(zh="最大值Xmax", en="highest Xmax"), number_or_none(self.highest)),
            ),
            self.used.citation,
            notes=self.marks,
        )


def sense_of(name: str) -> Sense:
    """The sense of that name; `MeasurementError` lists those there are."""
    if name not in set(Sense):
        raise MeasurementError(f"{name!r} is no sense of an indicator; senses: {', '.join(Sense)}.")
    return Sense(name)


def bounds_of(column: Float64, lowest: float | None, highest: float | None, what: str) -> tuple[float, float]:
    """The bounds as given, or those of the figures; figures outside bounds that were given are refused."""
    known: NDArray[np.float64] = column[~np.isnan(column)]
    if np.isinf(known).any():
        raise MeasurementError(f"{what} is infinite in one region; mark it as missing (NaN).")
    own_low, own_high = (float(known.min()), float(known.max())) if known.size else (np.nan, np.nan)
    low = own_low if lowest is None else float(lowest)
    high = own_high if highest is None else float(highest)
    if low > high:
        raise MeasurementError(f"{what}: the lowest bound {low:g} lies above the highest {high:g}.")
    if known.size and (own_low < low or own_high > high):
        raise MeasurementError(
            f"{what} runs from {own_low:g} to {own_high:g}, outside the bounds {low:g} to {high:g}; "
            "the bounds are those of all compared regions and must hold every figure."
        )
    return low, high


def function_value(
    column: Float64, low: float, high: float, sense: Sense, table: ParameterValue, all_equal: float
) -> Float64:
    """The function value of each figure; `all_equal` where the bounds coincide."""
    floor, span = float(table.table["floor"]), float(table.table["span"])
    if low == high:
        return np.where(np.isnan(column), np.nan, all_equal)
    distance = column - low if sense is Sense.POSITIVE else high - column
    return distance / (high - low) * span + floor


def individual_index(
    figures: ArrayLike,
    *,
    sense: str = "positive",
    lowest: float | None = None,
    highest: float | None = None,
    on: date | None = None,
    edition: str | None = None,
) -> IndividualIndex:
    """The individual index of one indicator over the compared regions.

    Parameters
    ----------
    figures : array_like
        The indicator in each region, in any one unit; NaN is missing. Totals are turned into relative figures (such as
        a rate of decline) beforehand.
    sense : str
        ``"positive"`` (more is better) or ``"negative"``.
    lowest, highest : float, optional
        Bounds over all compared regions; those of `figures` unless given. A single figure needs both.

    Returns
    -------
    IndividualIndex
        60 to 100. Where all regions have one value it is 100 (our convention).

    Raises
    ------
    MeasurementError
        A single figure without bounds, figures outside the bounds, an unknown sense.

    Notes
    -----
    发改环资〔2016〕2635号; function in the notes of the NBS bulletin on 2016.

    Examples
    --------
    >>> round(individual_index(63.1, lowest=10, highest=66.8).value, 2)
    97.39
    >>> individual_index([10, 30, 20, None], sense="negative").value.tolist()
    [100.0, 60.0, 80.0, nan]
    """
    direction = sense_of(sense)
    rows = measurements(figures=figures)
    column = rows.given()["figures"]
    if rows.is_scalar and (lowest is None or highest is None):
        raise MeasurementError(
            "One region alone cannot be compared; give the bounds lowest= and highest= over all compared regions."
        )
    table = dated(on, edition, "assessment.gdi.function")
    conventions = dated(on, edition, "assessment.gdi.conventions")
    low, high = bounds_of(column, lowest, highest, "The indicator")
    known = ~np.isnan(column)
    return IndividualIndex(
        value=rows.restore(
            function_value(column, low, high, direction, table, float(conventions.table["all_equal"]))
        ),
        lowest=low,
        highest=high,
        sense=direction,
        edition=table.edition,
        marks=marks_of(table, conventions) if low == high else marks_of(table),
        validity=DataValidity(
            rows.restore(known.astype(np.int64)),
            1,
            rows.restore(known),
            Text(zh="有指标值", en="the figure is there"),
        ),
        figures=column,
        used=table,
    )
