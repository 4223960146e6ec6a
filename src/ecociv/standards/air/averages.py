"""The result of an averaging, and means of months and years with the rule on days."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.periods import Month, Year
from ecociv.core.text import Text
from ecociv.core.trace import Citation, Trace, TraceInput, TraceParameter
from ecociv.standards.arrays import Float64, MeasurementError, as_float64, element
from ecociv.standards.parameters import ParameterValue, parameter
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none


@dataclass(frozen=True, eq=False)
class Average(Result):
    """A mean (or a maximum of means) with its validity.

    Attributes
    ----------
    value : float or array
        NaN where the data were too few.
    raw : float or array
        The same from whatever data there were; to be shown only with `validity`.
    validity : DataValidity
    edition : str
    marks : tuple of Text
    """

    value: float | Float64 | Any
    raw: float | Float64 | Any
    validity: DataValidity
    edition: str
    marks: tuple[Text, ...]
    label: Text = field(repr=False)
    unit: str = field(repr=False)
    formula: str = field(repr=False)
    citation: Citation = field(repr=False)

    def trace(self, at: int | None = None) -> Trace:
        """The mean of one element with its count and the rule on it."""
        place = self._element(at)
        n = int(element(self.validity.n, place))
        inputs = (
            TraceInput(Text(zh="有效数据个数", en="Valid data"), n),
            TraceInput(
                Text(zh="有效数据的统计值", en="Statistic of the valid data"),
                number_or_none(element(self.raw, place)),
                self.unit,
            ),
        )
        enough = bool(element(self.validity.enough, place))
        verdict = Text(zh="满足", en="met") if enough else Text(zh="不满足，无效", en="not met, invalid")
        note = Text(
            zh=f"有效性：{self.validity.rule.zh}；{verdict.zh}",
            en=f"validity: {self.validity.rule.en}; {verdict.en}",
        )
        needed = TraceParameter(
            Text(zh="最低有效数据个数", en="Minimum of valid data"),
            self.validity.needed,
            "1",
            self.citation,
        )
        return Trace(
            self.label, number_or_none(element(self.value, place)), self.unit, self.formula, inputs, self.citation,
            (needed,), notes=(note, *self.marks),
        )  # fmt: skip


def monthly_mean(
    days: ArrayLike, dates: ArrayLike, month: Month, *, unit: str = "ug/m3", edition: str | None = None
) -> Average:
    """The mean of a month; valid with at least 27 daily values (February 25).

    Parameters
    ----------
    days : array_like, shape (days,) or (days, columns)
        Daily values, NaN where invalid.
    dates : array_like of datetime64
        The day of each row; days outside the month do not enter, a day that occurs twice is refused.
    month : Month
    unit : str
        Unit of the values, for the trace.
    edition : str, optional
        Edition of GB 3095; without it, the one in force on the last day of the month.

    Examples
    --------
    >>> import numpy as np
    >>> days = np.arange("2015-02-01", "2015-03-01", dtype="datetime64[D]")
    >>> monthly_mean(np.full(28, 40.0), days, Month(2015, 2)).validity.needed
    25
    """
    rules = _rules(edition, month.end)
    values, n = _within(days, dates, month.start, month.end)
    needed = _days_needed(rules, month.month)
    rule = Text(zh=f"每月至少{needed}个日均值", en=f"at least {needed} daily values in the month")
    label = Text(zh=f"{month.text.zh}平均", en=f"Mean of {month.text.en}")
    return _finish(values, n, n >= needed, needed, rule, label, unit, rules)


def annual_mean(
    days: ArrayLike, dates: ArrayLike, year: Year, *, unit: str = "ug/m3", edition: str | None = None
) -> Average:
    """The mean of a year; valid with 324 daily values, 27 of them in each month (25 in February).

    Parameters
    ----------
    days, dates, unit, edition
        As in `monthly_mean`; without an edition, the one in force on the last day of the year.
    year : Year

    Notes
    -----
    GB 3095, Table 4: the two conditions hold together; a leap year asks for no more.
    """
    rules = _rules(edition, year.end)
    values, n = _within(days, dates, year.start, year.end)
    enough, rule = year_rule(days, dates, year, rules)
    needed = int(rules.table["days_in_year"])
    label = Text(zh=f"{year.text.zh}平均", en=f"Mean of {year.text.en}")
    return _finish(values, n, enough, needed, rule, label, unit, rules)


def year_rule(
    days: ArrayLike, dates: ArrayLike, year: Year, rules: ParameterValue
) -> tuple[NDArray[np.bool_], Text]:
    """Whether a year has enough daily values in all and in each month, and the rule in words with what was found."""
    _, n = _within(days, dates, year.start, year.end)
    needed = int(rules.table["days_in_year"])
    enough = n >= needed
    short: list[int] = []
    for month in year.months():
        _, in_month = _within(days, dates, month.start, month.end)
        met = in_month >= _days_needed(rules, month.month)
        if not np.all(met):
            short.append(month.month)
        enough = enough & met
    each, february = int(rules.table["days_in_month"]), int(rules.table["days_in_february"])
    found_zh = f"；不足的月份：{'、'.join(str(m) for m in short)}" if short else ""
    found_en = f"; months short of it: {', '.join(str(m) for m in short)}" if short else ""
    rule = Text(
        zh=f"全年至少{needed}个日均值，每月至少{each}个（2月{february}个）{found_zh}",
        en=f"at least {needed} daily values in the year and {each} in each month ({february} in February){found_en}",
    )
    return enough, rule


def validity_rules(edition: str | None, day: date) -> ParameterValue:
    """The minimum data of GB 3095 Table 4 for an edition, or in force on a day."""
    return _rules(edition, day)


def _rules(edition: str | None, day: date) -> ParameterValue:
    return parameter("air.validity", edition=edition, on=None if edition else day)


def _days_needed(rules: ParameterValue, month: int) -> int:
    return int(rules.table["days_in_february" if month == 2 else "days_in_month"])


def _within(days: ArrayLike, dates: ArrayLike, first: date, last: date) -> tuple[Float64, NDArray[np.intp]]:
    """The rows of a span and how many of them are valid."""
    values = as_float64("days", days)
    stamps = np.asarray(dates, dtype="datetime64[D]").reshape(-1)
    if values.ndim == 0 or values.shape[0] != stamps.size:
        raise MeasurementError(
            f"There are {stamps.size} dates for values of shape {values.shape}; rows are days, one date each."
        )
    inside = (stamps >= np.datetime64(first)) & (stamps <= np.datetime64(last))
    chosen = stamps[inside]
    if np.unique(chosen).size != chosen.size:
        ordered = np.sort(chosen)
        twice = ordered[1:][ordered[1:] == ordered[:-1]][0]
        raise MeasurementError(f"The day {twice} occurs more than once; keep one value for each day.")
    rows = values[inside]
    return rows, (~np.isnan(rows)).sum(axis=0)


def _finish(
    rows: Float64,
    n: NDArray[np.intp],
    enough: NDArray[np.bool_],
    needed: int,
    rule: Text,
    label: Text,
    unit: str,
    rules: ParameterValue,
) -> Average:
    raw = np.where(n > 0, np.where(np.isnan(rows), 0.0, rows).sum(axis=0) / np.maximum(n, 1), np.nan)
    value = np.where(enough, raw, np.nan)
    scalar = value.ndim == 0
    return Average(
        value=value.item() if scalar else value,
        raw=raw.item() if scalar else raw,
        validity=DataValidity(
            n=int(n) if scalar else n, needed=needed, enough=bool(enough) if scalar else enough, rule=rule
        ),
        edition=rules.edition,
        marks=marks_of(rules),
        label=label,
        unit=unit,
        formula="sum(valid days) / n",
        citation=rules.citation,
    )
