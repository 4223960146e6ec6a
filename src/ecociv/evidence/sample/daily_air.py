"""Daily air of several cities under one weather."""

from __future__ import annotations

import csv
import math
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import accumulate
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ecociv.evidence.sample.assumptions import POLLUTANTS, AirAssumptions

_HEADER = ("city", "date", "aqi", "aqi_range", "quality", "pm2_5", "pm10", "so2", "co", "no2", "o3", "rank")
_DECIMALS = {"pm2_5": 1, "pm10": 1, "so2": 1, "no2": 1, "co": 3, "o3": 0}
_MEAN_OF_WHOLE_HOURS = {"pm2_5": 24, "pm10": 24, "so2": 24, "no2": 24}
"""A day's mean of whole hourly figures is a multiple of 1/24; the real file has it rounded half up to one decimal."""
_LOWEST = {"pm2_5": 3.0, "pm10": 5.0, "so2": 2.0, "no2": 3.0, "co": 0.1, "o3": 5.0}


@dataclass(frozen=True, slots=True)
class DailyAir:
    """Daily concentrations by city and pollutant (µg/m³, CO mg/m³), with the days that have none."""

    days: list[date]
    figures: dict[str, dict[str, NDArray[np.float64]]]
    missing: dict[str, NDArray[np.bool_]]


def daily_air(assumptions: AirAssumptions, seed: int) -> DailyAir:
    """Air of the cities under one weather.

    Every concentration is ``level x (1 + season) x exp(weather)``. The weather of a city is made of a part shared by the
    province and a part of its own; both carry over from day to day. Particles rise together with PM2.5.
    """
    random = np.random.default_rng(seed)
    days = _days(assumptions)
    shared = {name: carried(random, len(days), assumptions.carry_over) for name in POLLUTANTS}
    made = DailyAir(days, {}, {})
    for city, levels in assumptions.cities.items():
        own = {name: carried(random, len(days), assumptions.carry_over) for name in POLLUTANTS}
        made.figures[city] = _concentrations(assumptions, days, levels, shared, own)
        made.missing[city] = random.random(len(days)) < assumptions.missing_share
    return made


def write_daily(air: DailyAir, path: Path) -> None:
    """Write the daily file in the columns of the real one; the columns that are not read stay empty."""
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(_HEADER)
        for city, figures in air.figures.items():
            for place, day in enumerate(air.days):
                missing = air.missing[city][place]
                shown = {
                    name: "—"
                    if missing or not np.isfinite(figures[name][place])
                    else f"{_published(name, figures[name][place]):.{_DECIMALS[name]}f}"
                    for name in POLLUTANTS
                }
                writer.writerow([city, day.isoformat(), *(shown.get(name, "") for name in _HEADER[2:])])


def _published(name: str, figure: float) -> float:
    parts = _MEAN_OF_WHOLE_HOURS.get(name)
    return figure if parts is None else math.floor(10 * round(figure * parts) / parts + 0.5) / 10


def _days(assumptions: AirAssumptions) -> list[date]:
    first, last = date(assumptions.years.first, 1, 1), date(assumptions.years.last, 12, 31)
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def carried(random: np.random.Generator, count: int, carry_over: float) -> NDArray[np.float64]:
    """Standard normal figures of which each keeps ``carry_over`` of the one before."""
    fresh = random.standard_normal(count) * np.sqrt(1 - carry_over**2)
    fresh[0] /= np.sqrt(1 - carry_over**2)
    made: NDArray[np.float64] = np.fromiter(
        accumulate(fresh.tolist(), lambda state, step: carry_over * state + step), np.float64, count
    )
    return made


def _concentrations(
    assumptions: AirAssumptions,
    days: list[date],
    levels: dict[str, float],
    shared: dict[str, NDArray[np.float64]],
    own: dict[str, NDArray[np.float64]],
) -> dict[str, NDArray[np.float64]]:
    share = assumptions.shared_weather
    weather = {name: np.sqrt(share) * shared[name] + np.sqrt(1 - share) * own[name] for name in POLLUTANTS}
    for name, coupling in assumptions.with_pm2_5.items():
        weather[name] = coupling * weather["pm2_5"] + np.sqrt(1 - coupling**2) * weather[name]
    day_of_year = np.array([day.timetuple().tm_yday for day in days])
    years_on = np.array([day.year - assumptions.years.first for day in days])
    made = {}
    for name in POLLUTANTS:
        season = assumptions.season[name]
        wave = 1 + season.amplitude * np.cos(2 * np.pi * (day_of_year - season.day) / 365.25)
        trend = (1 + assumptions.yearly_change_percent[name] / 100) ** years_on
        spread = assumptions.spread[name]
        # exp(s x - s^2/2) has the mean 1, so that the level stays the yearly mean
        daily = levels[name] * trend * wave * np.exp(spread * weather[name] - spread**2 / 2)
        made[name] = np.maximum(daily, _LOWEST[name])
    return made
