"""The trend over several periods: Spearman's rank correlation with time."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput, TraceParameter
from ecociv.standards.arrays import Float64, MeasurementError, element, measurements
from ecociv.standards.parameters import ParameterValue
from ecociv.standards.results import DataValidity, Result, marks_of, number_or_none
from ecociv.standards.surface_water.editions import dated


class Trend(StrEnum):
    """Direction of a trend that is significant, or none."""

    IMPROVING = "improving"
    WORSENING = "worsening"
    STEADY = "steady"

    @property
    def label(self) -> Text:
        """The trend in words."""
        return _LABELS[self]


_LABELS = {
    Trend.IMPROVING: Text(zh="显著好转", en="significant improvement"),
    Trend.WORSENING: Text(zh="显著变差", en="significant worsening"),
    Trend.STEADY: Text(zh="变化无显著意义", en="no significant change"),
}

_EQUAL = 1e-9
"""Closer than this the coefficient equals the critical value, which has three decimals."""


@dataclass(frozen=True, eq=False)
class SpearmanTrend(Result):
    """The rank correlation with time and its significance.

    Attributes
    ----------
    value : float or array
        r_s from -1 to 1; NaN with too few periods.
    critical : float or array
        The critical value; NaN where the table has none.
    significant : bool or array
        |r_s| is above the critical value.
    borderline : bool or array
        |r_s| equals the critical value: not above it, and to be looked at.
    """

    value: float | Float64 | Any
    critical: float | Float64 | Any
    significant: bool | NDArray[np.bool_] | Any
    borderline: bool | NDArray[np.bool_] | Any
    edition: str
    marks: tuple[Text, ...]
    validity: DataValidity
    significance: float
    higher_is_worse: bool
    series: Float64 = field(repr=False)
    table: ParameterValue = field(repr=False)

    @property
    def trend(self) -> Any:
        """The `Trend`; ``None`` where it could not be judged; an array of them for arrays."""
        rising = np.asarray(self.value) > 0
        worse = rising == self.higher_is_worse
        known = ~np.isnan(np.asarray(self.critical))
        number = np.where(known, np.where(self.significant, np.where(worse, 2, 1), 3), 0)
        return np.array([None, *Trend], dtype=object)[number]

    def trace(self, at: int | None = None) -> Trace:
        """The series, the coefficient and the critical value."""
        place = self._element(at)
        series = self.series.reshape(-1, self.series.shape[-1])[place or 0]
        trend = self.trend
        found = trend.reshape(-1)[place or 0] if isinstance(trend, np.ndarray) else trend
        notes = [] if found is None else [found.label]
        if element(self.borderline, place):
            notes.append(
                Text(
                    zh="系数等于临界值，未超过，按无显著意义计，应复核",
                    en="the coefficient equals the critical value: not above it, counted as not significant, to be reviewed",
                )
            )
        n = int(element(self.validity.n, place))
        listed = n in self.table.table["n"]
        if not listed and not np.isnan(element(self.critical, place)):
            notes.append(
                Text(
                    zh=f"表中无N={n}，用较小N的临界值（更严）",
                    en=f"the table has no N = {n}; the stricter value of the next smaller N is used",
                )
            )
        return Trace(
            Text(zh="秩相关系数", en="Rank correlation coefficient"),
            number_or_none(element(self.value, place)),
            "1",
            "1 - 6 * sum(d^2) / (N^3 - N), d = rank(value) - rank(time)",
            tuple(
                TraceInput(Text(zh=f"第{k}期", en=f"Period {k}"), number_or_none(value))
                for k, value in enumerate(series, start=1)
            ),
            self.table.citation,
            (
                TraceParameter(
                    Text(zh=f"临界值（{self.significance:g}）", en=f"Critical value ({self.significance:g})"),
                    number_or_none(element(self.critical, place)),
                    "1",
                    self.table.citation,
                    self.table.valid,
                ),
            ),
            notes=(*notes, *self.marks),
        )


def spearman_trend(
    values: ArrayLike,
    *,
    axis: int = -1,
    significance: float = 0.05,
    higher_is_worse: bool = True,
    edition: str | None = None,
    on: date | None = None,
) -> SpearmanTrend:
    """Whether a series of periods has a trend.

    Parameters
    ----------
    values : array_like
        Figures of consecutive periods along `axis`, oldest first; NaN is a period without data and left out.
    significance : {0.05, 0.01}
        Level of the critical values.
    higher_is_worse : bool
        True for concentrations; False for dissolved oxygen or a share of good sections.

    Returns
    -------
    SpearmanTrend
        ``value`` (r_s), ``critical``, ``significant``, ``borderline``, ``trend``.

    Notes
    -----
    环办〔2011〕22号. At least five periods. Equal values share the mean of their ranks. For an N between two rows of the
    table the stricter critical value of the smaller N is used; above 30 there is none.

    Examples
    --------
    >>> series = spearman_trend([3.2, 3.0, 2.9, 2.7, 2.8])
    >>> round(series.value, 3), series.critical, series.significant, series.borderline
    (-0.9, 0.9, False, True)
    >>> spearman_trend([3.2, 3.0, 2.9, 2.8, 2.7]).trend.value
    'improving'
    """
    table = dated("surface_water.spearman", on, edition)
    key = f"{significance:g}"
    if key not in table.table or key in ("n", "fewest"):
        raise MeasurementError(f"significance is {significance!r}; the table has 0.05 and 0.01.")
    rows = measurements(values=values)
    series = np.moveaxis(np.atleast_1d(rows.given()["values"].reshape(rows.shape)), axis, -1)
    present = ~np.isnan(series)
    n = present.sum(axis=-1)
    rank = _ranks(series, present)
    time = np.cumsum(present, axis=-1).astype(np.float64)
    squares = np.where(present, (rank - time) ** 2, 0.0).sum(axis=-1)
    enough = n >= table.table["fewest"]
    with np.errstate(invalid="ignore", divide="ignore"):
        coefficient = np.where(enough, 1 - 6 * squares / (n.astype(np.float64) ** 3 - n), np.nan)
    critical = _critical(n, table, key)
    with np.errstate(invalid="ignore"):
        over = np.abs(coefficient) - critical
        significant, borderline = over > _EQUAL, np.abs(over) <= _EQUAL
    scalar = coefficient.ndim == 0

    def plain(column: NDArray[Any]) -> Any:
        return column.item() if scalar else column

    return SpearmanTrend(
        value=plain(np.asarray(coefficient)),
        critical=plain(critical),
        significant=plain(np.asarray(significant)),
        borderline=plain(np.asarray(borderline)),
        edition=table.edition,
        marks=marks_of(table),
        validity=DataValidity(
            plain(np.asarray(n)),
            int(table.table["fewest"]),
            plain(np.asarray(enough & ~np.isnan(critical))),
            Text(zh="至少5期数据，最多30期", en="at least 5 periods and at most 30"),
        ),
        significance=significance,
        higher_is_worse=higher_is_worse,
        series=series,
        table=table,
    )


def _ranks(series: Float64, present: NDArray[np.bool_]) -> Float64:
    """Ranks along the last axis, 1 for the smallest; equal values share the mean of their ranks; NaN has none."""
    held = np.where(present, series, 0.0)
    both = present[..., :, None] & present[..., None, :]
    below = ((held[..., None, :] < held[..., :, None]) & both).sum(axis=-1)
    equal = ((held[..., None, :] == held[..., :, None]) & both).sum(axis=-1)
    ranks: Float64 = below + (equal + 1) / 2.0
    return ranks


def _critical(n: NDArray[np.intp], table: ParameterValue, key: str) -> Float64:
    listed = np.asarray(table.table["n"])
    values = np.asarray(table.table[key], dtype=np.float64)
    place = np.searchsorted(listed, n, side="right") - 1
    known = (n >= listed[0]) & (n <= listed[-1])
    found: Float64 = np.where(known, values[np.clip(place, 0, None)], np.nan)
    return found
