"""From hours to days, months and years: means with the validity rules of GB 3095 Table 4 and HJ 663.

An hour is named by its end: the hour 01 of a day is the mean from 00:00 to 01:00, the hour 24 ends at midnight. A day
is a row of 24 such hours.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Any, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from ecociv.core.text import Text
from ecociv.standards.air.averages import Average
from ecociv.standards.air.pollutants import ITEM_NAMES, UNITS
from ecociv.standards.arrays import Float64, MeasurementError, as_float64, refuse_impossible
from ecociv.standards.parameters import ParameterValue, parameter
from ecociv.standards.results import DataValidity, marks_of

Days = NDArray[np.datetime64]
_HOURS = 24
_DAYS_AT_A_TIME = 4096


def hours_by_day(
    times: ArrayLike, values: ArrayLike, *, named_by: Literal["end", "start"] = "end"
) -> tuple[Days, Float64]:
    """Lay an hourly series out as one row of 24 hours a day, NaN where an hour is absent.

    Parameters
    ----------
    times : array_like of datetime64
        One time for each value, in any order, in local time.
    values : array_like
        Hourly means.
    named_by : {"end", "start"}
        Whether a time names the end of its hour (as in the national feed, where 00:00 closes the day before) or
        the start.

    Returns
    -------
    days : array of datetime64[D]
        Every day from the first to the last, without a gap.
    hours : array, shape (days, 24)
        The hours 01 to 24 of each day.

    Raises
    ------
    MeasurementError
        Times that are not on the hour, or an hour that occurs twice.

    Examples
    --------
    >>> days, hours = hours_by_day(["2016-03-01T01:00", "2016-03-02T00:00"], [10, 20])
    >>> days.tolist(), hours[0, [0, 23]].tolist()
    ([datetime.date(2016, 3, 1)], [10.0, 20.0])
    """
    exact = np.asarray(times, dtype="datetime64[m]").reshape(-1)
    column = as_float64("values", values).reshape(-1)
    if exact.shape != column.shape:
        raise MeasurementError(
            f"There are {exact.size} times and {column.size} values; each value needs its time."
        )
    if not exact.size:
        return np.empty(0, dtype="datetime64[D]"), np.empty((0, _HOURS))
    stamps = exact.astype("datetime64[h]")
    if (stamps != exact).any():
        first = int(np.argmax(stamps != exact))
        raise MeasurementError(f"The time {exact[first]} (element {first}) is not on the hour.")
    start = stamps - np.timedelta64(1, "h") if named_by == "end" else stamps
    first_day, last_day = start.min().astype("datetime64[D]"), start.max().astype("datetime64[D]")
    days = np.arange(first_day, last_day + np.timedelta64(1, "D"))
    place = (start - first_day.astype("datetime64[h]")).astype(np.int64)
    count = np.bincount(place)
    if count.max() > 1:
        first = int(np.flatnonzero(count[place] > 1)[0])
        raise MeasurementError(
            f"The hour {stamps[first]} occurs {count[place[first]]} times; keep one of them."
        )
    hours = np.full(days.size * _HOURS, np.nan)
    hours[place] = column
    return days, hours.reshape(-1, _HOURS)


def daily_mean(
    hours: ArrayLike, pollutant: str, *, edition: str | None = None, on: date | None = None
) -> Average:
    """The 24-hour mean of a natural day; valid with at least 20 hourly means.

    Parameters
    ----------
    hours : array_like, shape (..., 24)
        Hourly means in ug/m3 (CO mg/m3), NaN where missing.
    pollutant : str
        ``"so2"``, ``"no2"``, ``"co"``, ``"pm10"`` or ``"pm2_5"``; ``"o3"`` has no such mean in the standard.
    edition, on
        Edition of GB 3095 (``"GB 3095-2012"``, ``"GB 3095-2026"``) or the day whose edition applies.

    Returns
    -------
    Average
        ``value`` is NaN where hours are too few; ``raw`` keeps the mean of what there is.

    Notes
    -----
    GB 3095, Table 4. All valid hours enter. Not rounded.

    Examples
    --------
    >>> day = daily_mean([10.0] * 20 + [float("nan")] * 4, "pm2_5", edition="GB 3095-2012")
    >>> day.value, day.validity.n, day.validity.needed
    (10.0, 20, 20)
    """
    if pollutant == "o3":
        raise MeasurementError(
            "Ozone has no 24-hour mean in GB 3095; use mda8, the daily maximum 8-hour mean."
        )
    rules = parameter("air.validity", edition=edition, on=on)
    grid = _days_of_hours(hours, pollutant)
    needed = int(rules.table["hours_in_day"])
    raw, n = np.empty(grid.shape[:-1]), np.empty(grid.shape[:-1], dtype=np.intp)
    for part, hours_of_part in _parts(grid):
        total, count = _sum_and_count(hours_of_part)
        raw.reshape(-1)[part] = _quotient(total, count)
        n.reshape(-1)[part] = count
    rule = Text(zh=f"每日至少{needed}个小时均值", en=f"at least {needed} hourly means a day")
    return _average(
        Text(zh=f"{ITEM_NAMES[pollutant].zh}24小时平均", en=f"{ITEM_NAMES[pollutant].en}, 24-hour mean"),
        raw, n, n >= needed, needed, rule, UNITS[pollutant], "sum(valid hours) / n", rules,
    )  # fmt: skip


def mda8(hours: ArrayLike, *, edition: str | None = None, on: date | None = None) -> Average:
    """The daily maximum 8-hour mean of ozone.

    Parameters
    ----------
    hours : array_like, shape (..., 24)
        Hourly ozone in ug/m3, NaN where missing.
    edition, on
        Edition of HJ 663 (``"HJ 663-2013"``, ``"HJ 663-2026"``) or the day whose edition applies.

    Returns
    -------
    Average
        ``validity.n`` counts the valid 8-hour means of the day.

    Notes
    -----
    HJ 663-2013, 6.1.2: 17 windows end at 08:00 to 24:00; a window needs 6 hourly means and a day 14 windows, but a
    day with fewer is valid still if the maximum exceeds 160 ug/m3.

    Examples
    --------
    >>> day = mda8([60.0] * 12 + [120.0] * 8 + [60.0] * 4, edition="HJ 663-2013")
    >>> day.value, day.validity.n
    (120.0, 17)
    """
    rules = parameter("air.mda8", edition=edition, on=on)
    windows = _valid_hours_of_window(rules)
    grid = _days_of_hours(hours, "o3")
    raw, n = np.empty(grid.shape[:-1]), np.empty(grid.shape[:-1], dtype=np.intp)
    for part, hours_of_part in _parts(grid):
        total, count = _sums_of_eight(hours_of_part)
        valid = count >= windows
        with np.errstate(invalid="ignore"):
            means = np.where(valid, total / count.astype(np.float64), -np.inf)
        found = valid.view(np.int8).sum(axis=0, dtype=np.int8)
        raw.reshape(-1)[part] = np.where(found > 0, means.max(axis=0), np.nan)
        n.reshape(-1)[part] = found
    needed, anyway = int(rules.table["windows"]), float(rules.table["valid_anyway_above"])
    with np.errstate(invalid="ignore"):
        enough = (n >= needed) | (raw > anyway)
    rule = Text(
        zh=f"至少{needed}个有效8小时均值，或最大值大于{anyway:g}",
        en=f"at least {needed} valid 8-hour means, or a maximum above {anyway:g}",
    )
    return _average(
        ITEM_NAMES["o3_8h"], raw, n, enough, needed, rule, UNITS["o3"],
        "max over end hours 08..24 of (sum of the valid hours of 8) / n", rules,
    )  # fmt: skip


def eight_hour_means(series: ArrayLike, *, edition: str | None = None, on: date | None = None) -> Average:
    """The sliding 8-hour mean that ends with each hour of a continuous series.

    Parameters
    ----------
    series : array_like, shape (..., hours)
        Hourly means along the last axis, NaN where missing.

    Returns
    -------
    Average
        Of the shape of `series`; NaN where a window holds fewer than 6 hourly means, the first seven hours among
        them unless enough lies before.

    Examples
    --------
    >>> eight_hour_means([80.0] * 8, edition="HJ 663-2013").value.tolist()[5:]
    [80.0, 80.0, 80.0]
    """
    rules = parameter("air.mda8", edition=edition, on=on)
    needed = _valid_hours_of_window(rules)
    column = np.atleast_1d(as_float64("series", series))
    refuse_impossible("o3", column.reshape(-1), unit=UNITS["o3"])
    before = np.full((*column.shape[:-1], 7), np.nan)
    padded = np.concatenate([before, column], axis=-1)
    total, count = _sums_of_eight(np.moveaxis(padded, -1, 0))
    raw, n = np.moveaxis(_quotient(total, count), 0, -1), np.moveaxis(count.astype(np.intp), 0, -1)
    rule = Text(zh=f"8小时中至少{needed}个小时均值", en=f"at least {needed} hourly means of 8")
    return _average(
        Text(zh="8小时滑动平均", en="8-hour sliding mean"), raw, n, n >= needed, needed, rule, UNITS["o3"],
        "sum(valid hours of 8) / n", rules,
    )  # fmt: skip


def city_mean(stations: ArrayLike, axis: int = -1) -> Float64:
    """The mean of a city's evaluation stations, hour by hour, before any other statistic (HJ 663).

    Parameters
    ----------
    stations : array_like
        Concentrations with the stations along `axis`; a station without a reading does not enter.

    Returns
    -------
    array
        NaN where no station has a reading.

    Examples
    --------
    >>> city_mean([[10, 20], [30, float("nan")]]).tolist()
    [15.0, 30.0]
    """
    column = as_float64("stations", stations)
    valid = ~np.isnan(column)
    return _quotient(np.where(valid, column, 0.0).sum(axis=axis), valid.sum(axis=axis))


def without_sand_dust(
    columns: Mapping[str, ArrayLike], dust: ArrayLike, *, on: date | None = None
) -> dict[str, Float64]:
    """The hours with particles left out where sand and dust is flagged, for concentrations and the composite index.

    Gases stay, and nothing is deleted: the affected readings become NaN in a copy. Good days and heavy-pollution
    days are counted from the readings with dust, so give those to `daily_aqi` unchanged.

    Parameters
    ----------
    columns : mapping of str to array_like
        Concentrations by pollutant.
    dust : array_like of bool
        Hours under sand and dust.

    Examples
    --------
    >>> left = without_sand_dust({"pm10": [900, 80], "so2": [5, 6]}, [True, False])
    >>> left["pm10"].tolist(), left["so2"].tolist()
    ([nan, 80.0], [5.0, 6.0])
    """
    leave_out = parameter("air.sand_dust").table["leave_out"]
    flagged = np.asarray(dust, dtype=np.bool_)
    kept = {}
    for name, given in columns.items():
        column = as_float64(name, given)
        kept[name] = np.where(flagged, np.nan, column) if name in leave_out else column.copy()
    return kept


def _valid_hours_of_window(rules: ParameterValue) -> int:
    edition = "GB 3095-2012" if rules.edition == "HJ 663-2013" else "GB 3095-2026"
    return int(parameter("air.validity", edition=edition).table["hours_in_8h"])


def _days_of_hours(hours: ArrayLike, pollutant: str) -> Float64:
    if pollutant not in UNITS:
        raise MeasurementError(f"{pollutant!r} is not a pollutant known here; known: {', '.join(UNITS)}.")
    grid = as_float64(pollutant, hours)
    if grid.ndim == 0 or grid.shape[-1] != _HOURS:
        raise MeasurementError(
            f"A day is a row of 24 hours, but the shape is {grid.shape}; lay a series out with hours_by_day."
        )
    refuse_impossible(pollutant, grid.reshape(-1), unit=UNITS[pollutant])
    return grid


def _parts(grid: Float64) -> Iterator[tuple[slice, Float64]]:
    """The days a few thousand at a time with the hours first, so that every step runs along the days in the cache."""
    days = grid.reshape(-1, _HOURS)
    for start in range(0, days.shape[0], _DAYS_AT_A_TIME):
        part = slice(start, min(start + _DAYS_AT_A_TIME, days.shape[0]))
        yield part, np.ascontiguousarray(days[part].T)


def _sum_and_count(rows: Float64) -> tuple[Float64, NDArray[np.int8]]:
    """Sum and count of the valid values along the first axis, none of them negative and at most 127 of them."""
    valid = ~np.isnan(rows)
    return np.fmax(rows, 0.0).sum(axis=0), valid.view(np.int8).sum(axis=0, dtype=np.int8)


def _sums_of_eight(rows: Float64) -> tuple[Float64, NDArray[np.int8]]:
    """Sum and count of the valid values of each eight consecutive rows: pairs, then fours, then eights."""
    # No value is negative, so the larger of it and zero is itself, and of NaN and zero it is zero.
    total, count = np.fmax(rows, 0.0), (~np.isnan(rows)).view(np.int8)
    for width in (1, 2, 4):
        total = total[:-width] + total[width:]
        count = count[:-width] + count[width:]
    return total, count


def _quotient(total: Float64, count: NDArray[np.signedinteger[Any]]) -> Float64:
    """The mean, NaN where nothing was counted."""
    return np.where(count > 0, total / np.maximum(count, 1), np.nan)


def _average(
    label: Text,
    raw: Float64,
    n: NDArray[np.intp],
    enough: NDArray[np.bool_],
    needed: int,
    rule: Text,
    unit: str,
    formula: str,
    rules: ParameterValue,
) -> Average:
    value = np.where(enough, raw, np.nan)
    scalar = value.ndim == 0
    return Average(
        value=value.item() if scalar else value,
        raw=np.asarray(raw).item() if scalar else raw,
        validity=DataValidity(
            n=int(n) if scalar else n, needed=needed, enough=bool(enough) if scalar else enough, rule=rule
        ),
        edition=rules.edition,
        marks=marks_of(rules),
        label=label,
        unit=unit,
        formula=formula,
        citation=rules.citation,
    )
