"""The composite air quality index of HJ 663, its ranking of cities, and the sliding mean of years."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.core.trace import Rounding, Trace, TraceInput
from ecociv.standards.air.limits import Limit, limit
from ecociv.standards.air.pollutants import POLLUTANT_NAMES, POLLUTANTS, PollutantSets, decode, label
from ecociv.standards.arrays import (
    Float64,
    MeasurementError,
    Measurements,
    as_float64,
    element,
    measurements,
    refuse_impossible,
)
from ecociv.standards.parameters import ParameterValue, parameter
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none


@dataclass(frozen=True, eq=False)
class CompositeIndex(Result):
    """The composite index with its single indices.

    Attributes
    ----------
    value : float or array
        Sum of the (weighted) single indices, unrounded; NaN where a pollutant is missing.
    published : float or array
        Rounded half to even to the decimals of the edition.
    singles : dict of str to float or array
        Single index of each pollutant before its weight.
    primary : tuple of str or PollutantSets
        The pollutants with the largest single index.
    edition : str
        Edition of HJ 663, or ``"weighted 2026"``.
    limits : mapping of str to Limit
    """

    value: float | Float64 | Any
    published: float | Float64 | Any
    singles: dict[str, float | Float64 | Any]
    primary: tuple[str, ...] | PollutantSets
    validity: DataValidity
    edition: str
    marks: tuple[Text, ...]
    limits: Mapping[str, Limit] = field(repr=False)
    rows: Measurements = field(repr=False)
    rules: ParameterValue = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """Each single index, its weight, and the sum."""
        place = self._element(at)
        weights = self.rules.table["weight"]
        inputs = []
        for pollutant in POLLUTANTS:
            column = self.rows.columns[pollutant]
            given = float("nan") if column is None else float(column[place or 0])
            name, allowed = POLLUTANT_NAMES[pollutant], self.limits[pollutant]
            weight = weights[pollutant]
            inputs.append(
                Trace(
                    Text(zh=f"{name.zh}单项指数", en=f"Single index of {name.en}"),
                    number_or_none(element(self.singles[pollutant], place)),
                    "1",
                    "C / S" if weight == 1 else f"C / S, weight {weight}",
                    (TraceInput(name, number_or_none(given), allowed.unit),),
                    self.rules.citation,
                    (allowed.trace(),),
                )
            )
        primary = self.primary if isinstance(self.primary, tuple) else self.primary[place or 0]
        note = Text(zh=f"首要污染物：{label(primary, 'zh')}", en=f"primary pollutant: {label(primary, 'en')}")
        return Trace(
            Text(zh="环境空气质量综合指数", en="Composite air quality index"),
            number_or_none(element(self.published, place)), "1", "sum(weight * C / S)", tuple(inputs),
            self.rules.citation, rounding=Rounding("half-even", _decimals(self.edition)), notes=(note, *self.marks),
        )  # fmt: skip


def composite_index(
    *,
    so2: ArrayLike,
    no2: ArrayLike,
    co: ArrayLike,
    o3: ArrayLike,
    pm10: ArrayLike,
    pm2_5: ArrayLike,
    edition: str | None = None,
    on: date | None = None,
    limits_edition: str | None = None,
    weighted: bool = False,
) -> CompositeIndex:
    """The composite index of a year, a month or another period.

    Parameters
    ----------
    so2, no2, pm10, pm2_5 : array_like
        Means of the period in ug/m3.
    co : array_like
        95th percentile of the daily means in mg/m3.
    o3 : array_like
        90th percentile of the daily maximum 8-hour means in ug/m3.
    edition, on
        Edition of HJ 663 (``"HJ 663-2013"``, ``"HJ 663-2026"``) or a day whose edition applies.
    limits_edition : str, optional
        Edition of GB 3095 for the class 2 limits, where it is not the one that goes with `edition`:
        ``"GB 3095-2012"`` with 2013, ``"GB 3095-2026 transition"`` with 2026 (on a day, the one in force).
    weighted : bool
        Use the weighted form that one secondary source gives for 2026 (marked, off by default).

    Notes
    -----
    HJ 663-2013: ``I_i = C_i / S_i`` with the annual limit, for CO the daily and for O3 the 8-hour limit; the
    composite index is their sum. Figures are used as given, unrounded.

    Examples
    --------
    >>> city = composite_index(so2=8, no2=18, co=1.0, o3=132, pm10=45, pm2_5=26, edition="HJ 663-2013")
    >>> round(city.value, 3), city.published, city.primary
    (3.044, 3.04, ('o3',))
    """
    base = parameter("air.composite", edition=edition, on=on)
    rules = base
    if weighted:
        if base.edition != "HJ 663-2026":
            raise MeasurementError(
                f"The weighted form is known for HJ 663-2026 only, not for {base.edition}."
            )
        rules = parameter("air.composite.weighted", edition="weighted 2026")
    allowed = {p: _limit_of(p, rules, base.edition, on, limits_edition) for p in POLLUTANTS}
    rows = measurements(so2=so2, no2=no2, co=co, o3=o3, pm10=pm10, pm2_5=pm2_5)
    total, n = np.zeros(rows.size), np.zeros(rows.size, dtype=np.int8)
    single = np.full((len(POLLUTANTS), rows.size), np.nan)
    for place, pollutant in enumerate(POLLUTANTS):
        column = rows.columns[pollutant]
        if column is None:
            raise MeasurementError(
                f"The composite index needs all six pollutants; {pollutant} was not given."
            )
        refuse_impossible(pollutant, column, unit=allowed[pollutant].unit)
        single[place] = column / allowed[pollutant].value
        total += rules.table["weight"][pollutant] * single[place]
        n += ~np.isnan(column)
    bits = np.zeros(rows.size, dtype=np.uint8)
    complete = n == len(POLLUTANTS)
    largest = np.max(np.where(np.isnan(single), -np.inf, single), axis=0)
    for place in range(len(POLLUTANTS)):
        bits |= ((single[place] == largest) & complete).astype(np.uint8) << place
    published = round_half_even(total, _decimals(base.edition))
    rule = Text(zh="六项均须有效", en="all six pollutants must be valid")
    limit_marks = [mark for each in allowed.values() for mark in each.marks]
    return CompositeIndex(
        value=rows.restore(total),
        published=rows.restore(published),
        singles={p: rows.restore(single[place]) for place, p in enumerate(POLLUTANTS)},
        primary=decode(int(bits[0])) if rows.is_scalar else PollutantSets(bits.reshape(rows.shape)),
        validity=DataValidity(rows.restore(n), len(POLLUTANTS), rows.restore(complete), rule),
        edition=rules.edition,
        marks=tuple(dict.fromkeys((*marks_of(rules), *limit_marks))),
        limits=allowed,
        rows=rows,
        rules=rules,
    )


def rank_cities(
    composite: ArrayLike, *, edition: str | None = None, on: date | None = None
) -> NDArray[np.intp]:
    """The place of each city, the cleanest first; equal published indices share a place and the next is skipped.

    Parameters
    ----------
    composite : array_like
        Composite index of each city; rounded here to the decimals that are published.
    edition, on
        Edition of HJ 663 or a day whose edition applies.

    Returns
    -------
    array of int
        1 for the smallest index; 0 for a city without one.

    Examples
    --------
    >>> rank_cities([3.044, 2.5, 3.041, float("nan"), 4.0], edition="HJ 663-2013").tolist()
    [2, 1, 2, 0, 4]
    """
    rules = parameter("air.statistics_rounding", edition=edition, on=on)
    column = np.atleast_1d(as_float64("composite", composite))
    shown = round_half_even(column, int(rules.table["index"]))
    known = shown[~np.isnan(shown)]
    place = np.searchsorted(np.sort(known), shown, side="left") + 1
    return np.where(np.isnan(shown), 0, place)


@dataclass(frozen=True, eq=False)
class SlidingMean(Result):
    """The mean of several consecutive annual values, NaN until there are enough valid years."""

    value: Float64
    validity: DataValidity
    edition: str
    marks: tuple[Text, ...]
    years: Float64 = field(repr=False)
    rules: ParameterValue = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """The annual values that enter one element."""
        place = self._element(at) or 0
        span = int(self.rules.number)
        first = max(0, place - span + 1)
        inputs = tuple(
            TraceInput(Text(zh=f"第{k}年", en=f"year {k}"), number_or_none(self.years[k]))
            for k in range(first, place + 1)
        )
        return Trace(
            Text(zh=f"{span}年滑动平均", en=f"{span}-year sliding mean"), number_or_none(self.value[place]), "1",
            "sum(annual values) / n", inputs, self.rules.citation, (self.rules.trace(),), notes=self.marks,
        )  # fmt: skip


def sliding_mean(annual: ArrayLike, *, edition: str = "HJ 663-2026") -> SlidingMean:
    """The three-year sliding mean of annual values in consecutive years.

    Parameters
    ----------
    annual : array_like, shape (years,)
        Annual values, oldest first, NaN for an invalid year.

    Returns
    -------
    SlidingMean
        ``value[k]`` is the mean of the years ``k-2, k-1, k``; NaN unless all three are valid. Marked: the text of
        HJ 663-2026 could not be read.

    Examples
    --------
    >>> sliding_mean([36.0, 33.0, 30.0, 30.0]).value.tolist()
    [nan, nan, 33.0, 31.0]
    """
    rules = parameter("air.sliding_years", edition=edition)
    span = int(rules.number)
    column = as_float64("annual", annual).reshape(-1)
    value, n = np.full(column.size, np.nan), np.zeros(column.size, dtype=np.intp)
    for k in range(column.size):
        window = column[max(0, k - span + 1) : k + 1]
        n[k] = np.count_nonzero(~np.isnan(window))
        if n[k] == span:
            value[k] = window.sum() / span
    rule = Text(zh=f"连续{span}年均有效", en=f"all {span} years valid")
    return SlidingMean(
        value, DataValidity(n, span, n == span, rule), rules.edition, marks_of(rules), column, rules
    )


def _limit_of(
    pollutant: str, rules: ParameterValue, edition: str, on: date | None, limits_edition: str | None
) -> Limit:
    if rules.table["statistic"][pollutant] == "mean":
        period = "year"
    else:
        period = "mda8" if pollutant == "o3" else "day"
    if limits_edition is not None:
        return limit(pollutant, period, edition=limits_edition)
    if on is not None:
        return limit(pollutant, period, on=on)
    standing = "GB 3095-2012" if edition == "HJ 663-2013" else "GB 3095-2026 transition"
    return limit(pollutant, period, edition=standing)


def _decimals(edition: str) -> int:
    known = "HJ 663-2026" if edition.startswith("weighted") else edition
    return int(parameter("air.statistics_rounding", edition=known).table["index"])
