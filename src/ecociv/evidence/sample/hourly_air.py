"""Hourly air of the stations of the zone, within the city's days, with what instruments and people do to it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from ecociv.core.missing import Missing
from ecociv.evidence.mapping import Mapping
from ecociv.evidence.sample.assumptions import POLLUTANTS, Assumptions, DayWave
from ecociv.evidence.sample.daily_air import DailyAir, carried
from ecociv.evidence.schema import STAGED, Quality, series_id

COLUMNS = {"pm2_5": "pm2_5", "pm10": "pm10", "so2": "so2", "no2": "no2", "co": "co", "o3": "o3_1h"}
"""Column of the hourly mapping for each pollutant."""
_DECIMALS = {"pm2_5": 0, "pm10": 0, "so2": 0, "no2": 0, "co": 2, "o3": 0}
_LOWEST = {"pm2_5": 1.0, "pm10": 2.0, "so2": 1.0, "no2": 1.0, "co": 0.05, "o3": 2.0}
_CLOCK_HOURS = 8
"""Hours by which the clock of China is ahead of UTC; it has had no summer time since 1991."""

Hours = NDArray[np.float64]


@dataclass(frozen=True, slots=True)
class HourlyAir:
    """Figures by station, pollutant and hour (µg/m³, CO mg/m³); NaN where there is none.

    ``notes`` holds, by number of the station, the first and last hour of declared maintenance and the note beside them.
    """

    first: datetime
    stations: tuple[str, ...]
    values: NDArray[np.float64]
    notes: dict[int, list[tuple[int, int, str]]]


def hourly_air(given: Assumptions, city: DailyAir) -> HourlyAir:
    """Hours of every station: the city's day, the wave of the day, the site, and chance that carries over.

    The mean of the honest stations over a day is near the city's day. Then instruments fail as declared, and one
    station is forged.
    """
    air, stations = given.air, given.air.stations
    days, names = len(city.days), tuple(stations.exposure)
    first = datetime.combine(city.days[0], datetime.min.time())
    values = np.empty((len(names), len(POLLUTANTS), days * 24))
    for index, pollutant in enumerate(POLLUTANTS):
        level = _level(city.figures[air.daily.home][pollutant], stations.day_wave[pollutant], pollutant)
        shared = carried(given.random("hours", pollutant), days * 24, stations.carry_over)
        for number, station in enumerate(names):
            own = carried(given.random("hours", pollutant, station), days * 24, stations.carry_over)
            chance = np.sqrt(stations.shared) * shared + np.sqrt(1 - stations.shared) * own
            noise = np.exp(stations.spread * chance - stations.spread**2 / 2)
            exposure = stations.exposure[station] if pollutant != "o3" else 2 - stations.exposure[station]
            made = np.maximum(level * exposure * noise, _LOWEST[pollutant])
            values[number, index] = np.round(made, _DECIMALS[pollutant])
    hourly = HourlyAir(first, names, values, {})
    _forge(given, hourly)
    _stick(given, hourly)
    _interrupt(given, hourly)
    return hourly


def _level(daily: Hours, wave: DayWave, pollutant: str) -> Hours:
    """The city's day, hour by hour; the ozone figure of a day is its highest hour, the others are its mean."""
    hours = np.arange(24)
    shape = 1 + wave.amplitude * np.cos(2 * np.pi * (hours - wave.hour) / 24)
    if pollutant == "o3":
        shape = shape / shape.max()
    noon = np.arange(len(daily)) * 24 + 11.5
    smooth = np.exp(np.interp(np.arange(len(daily) * 24), noon, np.log(daily)))
    return smooth * np.tile(shape, len(daily))


def _forge(given: Assumptions, hourly: HourlyAir) -> None:
    """Bring days above the limit just below it, and copy some days whole."""
    forged = given.air.stations.forged
    station = hourly.stations.index(forged.station)
    random = given.random("forged")
    start = (forged.from_ - hourly.first.date()).days
    days = hourly.values.shape[2] // 24
    by_day = hourly.values[station].reshape(len(POLLUTANTS), days, 24)
    for pollutant, (low, high) in sorted(forged.just_below.items()):
        index = POLLUTANTS.index(pollutant)
        mean = by_day[index].mean(axis=1)
        for day in range(start, days):
            wanted = random.uniform(low, high)
            if mean[day] > high:
                by_day[index, day] = np.floor(by_day[index, day] * wanted / mean[day])
    copied = np.flatnonzero(random.random(days - start) < forged.copied_share) + start
    for day in copied.tolist():
        by_day[:, day] = by_day[:, day - forged.copied_days_back]


def _stick(given: Assumptions, hourly: HourlyAir) -> None:
    for flat in given.air.stations.flat_lines:
        begin = _hour(hourly, flat.from_)
        figures = hourly.values[hourly.stations.index(flat.station), POLLUTANTS.index(flat.item)]
        figures[begin : begin + flat.hours] = figures[begin]


def _interrupt(given: Assumptions, hourly: HourlyAir) -> None:
    """Runs of hours without a figure, for all items of a station at once or for one; and declared maintenance."""
    stations = given.air.stations
    hours = hourly.values.shape[2]
    held = {(flat.station, flat.item): flat for flat in stations.flat_lines}
    for number, station in enumerate(hourly.stations):
        random = given.random("gaps", station)
        runs = round(hours * stations.missing_share / stations.missing_run_hours)
        for begin in random.integers(0, hours, runs).tolist():
            length = int(random.geometric(1 / stations.missing_run_hours))
            item = int(random.integers(-2, len(POLLUTANTS)))
            which = slice(None) if item < 0 else item
            if any(
                key[0] == station and abs(_hour(hourly, flat.from_) - begin) < flat.hours + 48
                for key, flat in held.items()
            ):
                continue
            hourly.values[number, which, begin : begin + length] = np.nan
    for each in stations.maintenance:
        number = hourly.stations.index(each.station)
        begin, end = _hour(hourly, each.from_), _hour(hourly, each.to)
        hourly.values[number, :, begin:end] = np.nan
        hourly.notes.setdefault(number, []).append((begin, end, each.note))


def _hour(hourly: HourlyAir, moment: datetime) -> int:
    return int((moment - hourly.first) / timedelta(hours=1))


def city_days(hourly: HourlyAir, least_hours: int = 20) -> dict[str, NDArray[np.float64]]:
    """The city's day from the hours of its stations: mean of the city's hours, for ozone the highest of them.

    A day with fewer hours than ``least_hours`` has no figure (NaN), as HJ 663 asks for 24-hour means.
    """
    count = hourly.values.shape[2] // 24
    made = {}
    for index, pollutant in enumerate(POLLUTANTS):
        known = np.isfinite(hourly.values[:, index])
        with np.errstate(invalid="ignore"):
            hours = np.where(known, hourly.values[:, index], 0).sum(axis=0) / known.sum(axis=0)
        by_day = hours.reshape(count, 24)
        enough = np.isfinite(by_day).sum(axis=1) >= least_hours
        filled = np.where(np.isfinite(by_day), by_day, -np.inf)
        mean = np.where(np.isfinite(by_day), by_day, 0).sum(axis=1) / np.maximum(
            np.isfinite(by_day).sum(axis=1), 1
        )
        made[pollutant] = np.where(enough, filled.max(axis=1) if pollutant == "o3" else mean, np.nan)
    return made


def staged_hours(hourly: HourlyAir, mapping: Mapping, supplier: str) -> pa.Table:
    """The hours as rows of ``schema.STAGED``, sorted by station, item and hour."""
    hours = hourly.values.shape[2]
    base = np.datetime64(hourly.first, "us") - np.timedelta64(_CLOCK_HOURS, "h")
    starts = base + np.arange(hours) * np.timedelta64(1, "h")
    blocks = []
    row = 0
    for number, station in enumerate(hourly.stations):
        notes = np.full(hours, None, dtype=object)
        for begin, end, note in hourly.notes.get(number, ()):
            notes[begin:end] = note
        written = pa.array(notes, pa.string())
        for index, pollutant in enumerate(POLLUTANTS):
            figures = hourly.values[number, index]
            absent = np.isnan(figures)
            key = mapping.series_key(station, COLUMNS[pollutant], sample=True)
            columns = {
                "series_id": pa.array(np.full(hours, series_id(key))),
                "valid_from": pa.array(starts).cast(STAGED.field("valid_from").type),
                "valid_to": pa.array(starts + np.timedelta64(1, "h")).cast(STAGED.field("valid_to").type),
                "value": pa.array(figures, mask=absent),
                "missing": pa.array(np.full(hours, Missing.MISSING.value), pa.string(), mask=~absent),
                "censored": pa.nulls(hours, pa.string()),
                "censor_limit": pa.nulls(hours, pa.float64()),
                "quality": pa.repeat(Quality.GOOD.value, hours),
                "quality_reason": pa.nulls(hours, pa.string()),
                "supplier": pa.repeat(supplier, hours),
                "note": written,
                "source_row": pa.array(np.arange(row + 1, row + hours + 1, dtype=np.int32)),
            }
            row += hours
            blocks.append(pa.table([columns[name] for name in STAGED.names], schema=STAGED))
    return pa.concat_tables(blocks)
