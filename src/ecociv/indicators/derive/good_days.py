"""The share of days with good air, from daily concentrations, by HJ 633 and HJ 663."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from functools import partial
from typing import Any

import numpy as np
from numpy.typing import NDArray

from ecociv.core.decimals import plain, to_decimal
from ecociv.core.missing import Missing
from ecociv.core.periods import Year
from ecociv.core.text import Text
from ecociv.core.trace import Trace, TraceInput
from ecociv.indicators.declarations import GoodDayRatio, OzoneReading
from ecociv.indicators.derive.city_years import CityYear
from ecociv.indicators.derive.figures import DayTable, Derived
from ecociv.indicators.derive.reported import REAL_PREFERRED, SAMPLE_NOTE
from ecociv.standards import air
from ecociv.standards.arrays import MeasurementError
from ecociv.standards.parameters import parameter

NOT_EVALUATED = Text(
    zh="有效天数达不到年评价的最低要求，本年不作评价",
    en="There are fewer valid days than a yearly evaluation asks for: the year is not evaluated",
)

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
_CONCENTRATIONS = ("so2", "no2", "co", "pm10", "pm2_5")


@dataclass(frozen=True)
class Reading:
    """The days of a year judged by one reading of the ozone figure."""

    declared: OzoneReading
    index: Floats
    sub_indices: Mapping[str, Floats]
    primary: tuple[tuple[str, ...], ...]
    good: Flags
    valid: Flags
    result: air.GoodDayRatio

    @property
    def ratio(self) -> Decimal | None:
        """Good days in percent of valid days, as published; none without valid days."""
        return to_decimal(self.result.published) if self.result.valid else None


def judge(city: CityYear, reading: OzoneReading) -> Reading | None:
    """Judge each day by the edition in force on it; none where that edition has no such ozone item.

    A day that lacks a pollutant counts only where those present already exceed: it cannot be called good.
    """
    count = len(city.days)
    index, limits = np.full(count, np.nan), np.full(count, np.nan)
    subs: dict[str, Floats] = {}
    primary: list[tuple[str, ...]] = [()] * count
    needed = [city.concentrations[name] for name in (*_CONCENTRATIONS, *(("o3",) if reading.item else ()))]
    complete = ~np.isnan(np.stack(needed)).any(axis=0)
    editions = _editions(city.days)
    for edition, days in editions.items():
        at = np.flatnonzero(days)
        given: dict[str, Any] = {name: city.concentrations[name][at] for name in _CONCENTRATIONS}
        if reading.item:
            given[reading.item] = city.concentrations["o3"][at]
        try:
            judged = air.daily_aqi(**given, edition=edition, exempt=() if reading.item else ("o3",))
        except MeasurementError:
            if reading.item != "o3_1h":
                raise
            return None  # editions from 2026 on have no 1-hour ozone in the daily index
        index[at] = judged.value
        limits[at] = parameter("air.good_day", on=city.days[int(at[0])]).number
        for place, day in enumerate(at.tolist()):
            primary[day] = tuple(judged.primary[place])
        for name, values in judged.sub_indices.items():
            subs.setdefault(name, np.full(count, np.nan))[at] = values
    exceeding = index > limits
    good = complete & (index <= limits)
    valid = good | exceeding
    result = air.good_day_ratio(
        np.where(valid, index, np.nan),
        dates=np.array(city.days, dtype="datetime64[D]"),
        period=Year(city.year),
    )
    return Reading(reading, index, subs, tuple(primary), good, valid, result)


def _editions(days: tuple[date, ...]) -> dict[str, Flags]:
    by_day = [parameter("air.breakpoints.daily", on=day).edition for day in (days[0], days[-1])]
    if by_day[0] == by_day[1]:
        return {by_day[0]: np.ones(len(days), dtype=bool)}
    names = np.array([parameter("air.breakpoints.daily", on=day).edition for day in days])
    return {name: names == name for name in dict.fromkeys(names.tolist())}


def derive_good_days(
    declared: GoodDayRatio,
    city: CityYear,
    *,
    label: Text,
    place_name: Text,
    files: Mapping[str, str],
    both_kinds: bool,
) -> Derived:
    """The ratio of one city and year with its other readings, its months and its days."""
    readings = [made for item in declared.readings if (made := judge(city, item)) is not None]
    first = readings[0]
    enough = bool(first.result.validity.enough)
    ratio = first.ratio if enough else None
    notes = list(declared.caveats)
    if not enough:
        notes.insert(0, NOT_EVALUATED)
    notes += [_other_reading(other) for other in readings[1:]]
    notes += [REAL_PREFERRED] if both_kinds and not city.sample else []
    notes += [SAMPLE_NOTE] if city.sample else []
    name = Text(zh=f"{place_name.zh}{city.year}年{label.zh}", en=f"{label.en}, {place_name.en}, {city.year}")
    trace = _trace(declared, city, first, name, Missing.MISSING if ratio is None else ratio, notes)
    extras: dict[str, Any] = {
        "good_days": first.result.good,
        "valid_days": first.result.valid,
        "days_in_year": len(Year(city.year)),
        "days_by_level": list(first.result.by_level),
        "valid_year": enough,
        "validity_rule": first.result.validity.rule.to_mapping(),
        "edition": first.result.edition,
        "readings": [
            {
                "key": made.declared.key,
                "name": made.declared.name.to_mapping(),
                "bound": made.declared.bound,
                "value": None if (value := made.ratio) is None else plain(value),
                "good_days": made.result.good,
                "valid_days": made.result.valid,
            }
            for made in readings
        ],
        "caveats": [note.to_mapping() for note in declared.caveats],
    }
    return Derived(
        declared.series,
        city.place,
        city.year,
        Missing.MISSING if ratio is None else ratio,
        "percent",
        trace,
        city.sample,
        city.digest,
        extras,
        partial(_day_table, city, readings, files),
    )


def _trace(
    declared: GoodDayRatio,
    city: CityYear,
    reading: Reading,
    name: Text,
    value: Decimal | Missing,
    notes: list[Text],
) -> Trace:
    """The arithmetic of the standard, with each count opened to its months."""
    base = reading.result.trace()
    months = np.array([day.month for day in city.days])

    def by_month(what: Text, formula: str, flags: Flags) -> Trace:
        inputs = tuple(
            TraceInput(
                Text(zh=f"{month}月{what.zh}", en=f"{what.en}, month {month}"),
                int((flags & (months == month)).sum()),
                "day",
                source_id=f"{declared.network}/{city.place}",
                revision=city.revision,
                valid=f"{city.year}-{month:02d}",
                recorded=city.recorded_at,
                sample=city.sample,
            )
            for month in range(1, 13)
        )
        return Trace(what, int(flags.sum()), "day", formula, inputs)

    return replace(
        base,
        label=name,
        value=value,
        inputs=(
            by_month(Text(zh="优良天数", en="Good days"), "valid days with AQI <= 100", reading.good),
            by_month(Text(zh="有效天数", en="Valid days"), "days that can be judged", reading.valid),
        ),
        notes=tuple(dict.fromkeys([*notes, *base.notes])),
    )


def _day_table(city: CityYear, readings: list[Reading], files: Mapping[str, str]) -> DayTable:
    """Concentrations, sub-indices and index of each day, with the row of the file that they come from."""
    first, others = readings[0], readings[1:]
    names = [*_CONCENTRATIONS, "o3"]
    subs = list(first.sub_indices)
    columns = (
        "day",
        *names,
        *(f"iaqi_{name}" for name in subs),
        "aqi",
        "primary",
        "verdict",
        *(f"aqi_{made.declared.key}" for made in others),
        "row",
        "source",
        "revision",
    )
    sources = {digest: files.get(digest, "") for digest in sorted(set(city.sources) - {""})}
    order = list(sources)
    rows = []
    for place, day in enumerate(city.days):
        if not city.known[place]:
            continue
        verdict = "good" if first.good[place] else "exceeding" if first.valid[place] else "not-valid"
        rows.append(
            (
                day.isoformat(),
                *(_number(city.concentrations[name][place]) for name in names),
                *(_number(first.sub_indices[name][place]) for name in subs),
                _number(first.index[place]),
                "+".join(first.primary[place]),
                verdict,
                *(_number(made.index[place]) for made in others),
                int(city.rows[place]),
                order.index(city.sources[place]) if city.sources[place] else None,
                int(city.revisions[place]),
            )
        )
    return DayTable(columns, tuple(rows), sources)


def _number(value: float) -> float | int | None:
    if np.isnan(value):
        return None
    return int(value) if float(value).is_integer() else float(value)


def _other_reading(other: Reading) -> Text:
    shown = "—" if other.ratio is None else plain(other.ratio)
    name, good, valid = other.declared.name, other.result.good, other.result.valid
    return Text(
        zh=f"{name.zh}：{good}/{valid}天，{shown}%",
        en=f"{name.en}: {good} of {valid} days, {shown}%",
    )
