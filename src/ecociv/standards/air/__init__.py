"""Ambient air: index, averaging and validity, evaluation, limits, negative ions and warnings."""

from ecociv.standards.air.averages import Average, annual_mean, monthly_mean
from ecociv.standards.air.averaging import (
    city_mean,
    daily_mean,
    eight_hour_means,
    hours_by_day,
    mda8,
    without_sand_dust,
)
from ecociv.standards.air.good_days import DailySeries, GoodDayRatio, daily_aqi_by_day, good_day_ratio
from ecociv.standards.air.index import daily_aqi, hourly_aqi
from ecociv.standards.air.index_result import AirQualityIndex
from ecociv.standards.air.limits import Limit, exceedance_multiple, limit
from ecociv.standards.air.pollutants import POLLUTANT_NAMES, POLLUTANTS, PollutantSets

__all__ = [
    "POLLUTANTS",
    "POLLUTANT_NAMES",
    "AirQualityIndex",
    "Average",
    "DailySeries",
    "GoodDayRatio",
    "Limit",
    "PollutantSets",
    "annual_mean",
    "city_mean",
    "daily_aqi",
    "daily_aqi_by_day",
    "daily_mean",
    "eight_hour_means",
    "exceedance_multiple",
    "good_day_ratio",
    "hourly_aqi",
    "hours_by_day",
    "limit",
    "mda8",
    "monthly_mean",
    "without_sand_dust",
]
