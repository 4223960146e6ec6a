"""The share of good days: days with an index of at most 100 among the days that have one."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.periods import Month, Year
from ecociv.core.text import Text
from ecociv.core.trace import Rounding, Trace, TraceInput
from ecociv.core.verdicts import Verdict
from ecociv.standards.air.averages import validity_rules, year_rule
from ecociv.standards.air.index import daily_aqi
from ecociv.standards.air.shares import percent_of_count
from ecociv.standards.arrays import Float64, MeasurementError, as_float64
from ecociv.standards.editions import comparable, editions_between
from ecociv.standards.parameters import ParameterValue, parameter
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none

_WHAT = Text(zh="日空气质量指数", en="Daily air quality index")


@dataclass(frozen=True, eq=False)
class DailySeries:
    """The daily index of a series of days, each under the edition in force on it.

    Attributes
    ----------
    dates : array of datetime64[D]
    value : array of float32
        The index, NaN where there is none.
    level : array of uint8
        1 to 6, 0 without a value.
    primary_bits : array of uint8
        Primary pollutants as bits, see `PollutantSets`.
    editions : tuple of (edition, first day, last day)
    comparable : Verdict
        A *no* where the edition changes within the series, with the day of the change.
    marks : tuple of Text
    """

    dates: NDArray[np.datetime64]
    value: NDArray[np.float32]
    level: NDArray[np.uint8]
    primary_bits: NDArray[np.uint8]
    editions: tuple[tuple[str, date, date], ...]
    comparable: Verdict
    marks: tuple[Text, ...]


def daily_aqi_by_day(dates: ArrayLike, **columns: ArrayLike) -> DailySeries:
    """The daily index of each day under the edition in force on that day.

    Parameters
    ----------
    dates : array_like of datetime64
        One day for each row, in any order.
    **columns : array_like
        Daily figures as for `daily_aqi`; ``o3_1h`` is used only for days under the 2012 edition.

    Examples
    --------
    >>> series = daily_aqi_by_day(["2026-02-28", "2026-03-01"], pm2_5=[76, 76])
    >>> series.value.tolist(), series.comparable.ok
    ([102.0, 115.0], False)
    """
    stamps = _dates(dates)
    if not stamps.size:
        raise MeasurementError("There are no days to evaluate.")
    figures = {name: as_float64(name, column).reshape(-1) for name, column in columns.items()}
    for name, column in figures.items():
        if column.shape != stamps.shape:
            raise MeasurementError(f"There are {stamps.size} days and {column.size} values of {name}.")
    value = np.full(stamps.shape, np.nan, dtype=np.float32)
    level, bits = np.zeros(stamps.shape, dtype=np.uint8), np.zeros(stamps.shape, dtype=np.uint8)
    first, last = _ends(stamps)
    editions = editions_between("air.breakpoints.daily", first, last)
    marks: dict[Text, None] = {}
    for _, start, end in editions:
        rows = np.flatnonzero((stamps >= np.datetime64(start)) & (stamps <= np.datetime64(end)))
        if not rows.size:
            continue
        known = parameter("air.breakpoints.daily", on=end).table
        chosen: dict[str, Any] = {n: c[rows] for n, c in figures.items() if n != "o3_1h" or n in known}
        part = daily_aqi(**chosen, on=start)
        value[rows], level[rows] = part.value, part.level
        bits[rows] = part.primary.bits  # type: ignore[union-attr]  # arrays in, sets out
        marks.update(dict.fromkeys(part.marks))
    return DailySeries(
        stamps,
        value,
        level,
        bits,
        editions,
        comparable("air.breakpoints.daily", first, last, _WHAT),
        tuple(marks),
    )


@dataclass(frozen=True, eq=False)
class GoodDayRatio(Result):
    """The good-day ratio with its counts.

    Attributes
    ----------
    value : float
        Percent, unrounded; NaN without a valid day.
    published : float
        Percent with one decimal, half to even.
    good, valid : int
        Days with an index of at most 100, and days with an index.
    by_level : tuple of int
        Days of level 1 to 6; levels 5 and 6 are the days of heavy pollution.
    validity : DataValidity
        Whether there were enough valid days for the period.
    edition : str
        Edition or editions of the index.
    comparable : Verdict
        A *no* where the edition of the index changes within the period.
    marks : tuple of Text
    """

    value: float
    published: float
    good: int
    valid: int
    by_level: tuple[int, ...]
    validity: DataValidity
    edition: str
    comparable: Verdict
    marks: tuple[Text, ...]
    good_day: ParameterValue = field(repr=False)
    period: Year | Month | None = field(repr=False, default=None)

    @property
    def heavy_pollution_days(self) -> int:
        """Days with an index above 200."""
        return self.by_level[4] + self.by_level[5]

    def trace(self, at: int | None = None) -> Trace:
        """The two counts, the ratio and its rounding, with the rule on valid days."""
        self._element(at)
        when = self.period.text if self.period is not None else None
        valid = str(self.period) if self.period is not None else ""
        enough = Text(zh="满足", en="met") if self.validity.enough else Text(zh="不满足", en="not met")
        rule = Text(
            zh=f"有效性：{self.validity.rule.zh}；{enough.zh}",
            en=f"validity: {self.validity.rule.en}; {enough.en}",
        )
        title = Text(zh="优良天数比例", en="Good-day ratio")
        return Trace(
            label=title if when is None else Text(zh=f"{when.zh}{title.zh}", en=f"{title.en} {when.en}"),
            value=number_or_none(self.published),
            unit="percent",
            formula="good / valid * 100",
            inputs=(
                TraceInput(Text(zh="优良天数", en="Good days"), self.good, "day", valid=valid),
                TraceInput(Text(zh="有效天数", en="Valid days"), self.valid, "day", valid=valid),
            ),
            standard=self.good_day.citation,
            parameters=(self.good_day.trace(),),
            rounding=Rounding("half-even", 1),
            notes=(rule, *(reason.text for reason in self.comparable.reasons), *self.marks),
        )


def good_day_ratio(
    aqi: ArrayLike | DailySeries,
    *,
    dates: ArrayLike | None = None,
    period: Year | Month | None = None,
    edition: str | None = None,
) -> GoodDayRatio:
    """The share of good days among the valid days.

    Parameters
    ----------
    aqi : array_like or DailySeries
        Daily index, NaN for a day without one, which then leaves the denominator. Days under sand and dust stay in.
    dates : array_like of datetime64, optional
        The day of each value; needed for the rule on valid days and for the check of editions. A `DailySeries`
        brings its own.
    period : Year or Month, optional
        The period reported; days outside it do not enter. A year needs 324 valid days with 27 in each month
        (February 25), a month 27 (25). Without a period, one valid day is enough.
    edition : str, optional
        Edition of the index where no dates are given.

    Returns
    -------
    GoodDayRatio
        The ratio is given even where the days are too few, with ``validity.enough`` saying so: the counts are facts.

    Notes
    -----
    A good day has an index of at most 100 (HJ 633, levels 1 and 2). Sand and dust is not deducted from good days
    (note of the national monitoring centre, 2021).

    Examples
    --------
    >>> year = good_day_ratio([80] * 331 + [120] * 29 + [float("nan")] * 5, edition="HJ 633-2012")
    >>> year.good, year.valid, year.published
    (331, 360, 91.9)
    """
    marks: tuple[Text, ...] = ()
    if isinstance(aqi, DailySeries):
        values, dates, marks = aqi.value.astype(np.float64), aqi.dates, aqi.marks
    else:
        values = as_float64("aqi", aqi).reshape(-1)
    verdict, rules = Verdict(True), None
    if dates is not None:
        stamps = _dates(dates)
        if stamps.shape != values.shape:
            raise MeasurementError(
                f"There are {stamps.size} dates and {values.size} values; each value needs its day."
            )
        if period is not None:
            inside = (stamps >= np.datetime64(period.start)) & (stamps <= np.datetime64(period.end))
            stamps, values = stamps[inside], values[inside]
        if np.unique(stamps).size != stamps.size:
            raise MeasurementError("A day occurs more than once; keep one index for each day.")
        first, last = (period.start, period.end) if period is not None else _ends(stamps)
        verdict = comparable("air.breakpoints.daily", first, last, _WHAT)
        named = [name for name, _, _ in editions_between("air.breakpoints.daily", first, last)]
        edition = " / ".join(dict.fromkeys(named))
        in_force = (parameter("air.breakpoints.daily", on=day) for day in (first, last))
        marks = tuple(dict.fromkeys((*marks, *marks_of(*in_force))))
    elif period is not None:
        raise MeasurementError(
            "A period needs the date of each value (dates=...), to count the valid days of it."
        )
    if edition is None:
        raise MeasurementError("Give dates=, or edition= to say under which edition the index was computed.")
    good_day = parameter("air.good_day")
    valid_days = values[~np.isnan(values)]
    good = int(np.count_nonzero(valid_days <= good_day.number))
    bounds = parameter("air.levels").table["upper"]
    level = np.searchsorted(np.asarray(bounds, dtype=np.float64), valid_days, side="left")
    counts = tuple(int(count) for count in np.bincount(level, minlength=len(bounds) + 1))
    n = int(valid_days.size)
    if period is None:
        rule = Text(zh="至少1个有效日", en="at least one valid day")
        validity = DataValidity(n, 1, n >= 1, rule)
    else:
        rules = validity_rules(None, period.end)
        validity = _validity(values, stamps, period, rules, n)
    value = good / n * 100 if n else float("nan")
    return GoodDayRatio(
        value=value,
        published=percent_of_count(good, n, 1),
        good=good,
        valid=n,
        by_level=counts,
        validity=validity,
        edition=edition,
        comparable=verdict,
        marks=tuple(dict.fromkeys((*marks, *marks_of(good_day), *(marks_of(rules) if rules else ())))),
        good_day=good_day,
        period=period,
    )


def _validity(
    values: Float64, stamps: NDArray[np.datetime64], period: Year | Month, rules: ParameterValue, n: int
) -> DataValidity:
    if isinstance(period, Year):
        enough, rule = year_rule(values, stamps, period, rules)
        return DataValidity(n, int(rules.table["days_in_year"]), bool(enough), rule)
    needed = int(rules.table["days_in_february" if period.month == 2 else "days_in_month"])
    rule = Text(zh=f"当月至少{needed}个有效日", en=f"at least {needed} valid days in the month")
    return DataValidity(n, needed, n >= needed, rule)


def _dates(dates: ArrayLike) -> NDArray[np.datetime64]:
    return np.asarray(dates, dtype="datetime64[D]").reshape(-1)


def _ends(stamps: NDArray[np.datetime64]) -> tuple[date, date]:
    if not stamps.size:
        raise MeasurementError("There are no days in the period.")
    return stamps.min().astype(object), stamps.max().astype(object)
