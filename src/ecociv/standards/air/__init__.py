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
from ecociv.standards.air.composite import (
    CompositeIndex,
    SlidingMean,
    composite_index,
    rank_cities,
    sliding_mean,
)
from ecociv.standards.air.evaluation import (
    PollutantEvaluation,
    StatisticEvaluation,
    YearEvaluation,
    evaluate_year,
)
from ecociv.standards.air.good_days import DailySeries, GoodDayRatio, daily_aqi_by_day, good_day_ratio
from ecociv.standards.air.index import daily_aqi, hourly_aqi
from ecociv.standards.air.index_result import AirQualityIndex
from ecociv.standards.air.ions import IonGrade, ion_balance_index, negative_ion_grade
from ecociv.standards.air.limits import Limit, exceedance_multiple, limit
from ecociv.standards.air.percentiles import percentile
from ecociv.standards.air.pollutants import POLLUTANT_NAMES, POLLUTANTS, PollutantSets
from ecociv.standards.air.warning import HeavyPollutionWarning, WarningColour, warning_level

__all__ = [
    "POLLUTANTS",
    "POLLUTANT_NAMES",
    "AirQualityIndex",
    "Average",
    "CompositeIndex",
    "DailySeries",
    "GoodDayRatio",
    "HeavyPollutionWarning",
    "IonGrade",
    "Limit",
    "PollutantEvaluation",
    "PollutantSets",
    "SlidingMean",
    "StatisticEvaluation",
    "WarningColour",
    "YearEvaluation",
    "annual_mean",
    "city_mean",
    "composite_index",
    "daily_aqi",
    "daily_aqi_by_day",
    "daily_mean",
    "eight_hour_means",
    "evaluate_year",
    "exceedance_multiple",
    "good_day_ratio",
    "hourly_aqi",
    "hours_by_day",
    "ion_balance_index",
    "limit",
    "mda8",
    "monthly_mean",
    "negative_ion_grade",
    "percentile",
    "rank_cities",
    "sliding_mean",
    "warning_level",
    "without_sand_dust",
]
