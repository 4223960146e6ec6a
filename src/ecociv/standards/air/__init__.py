"""Ambient air: index, averaging and validity, evaluation, limits, negative ions and warnings."""

from ecociv.standards.air.index import daily_aqi, hourly_aqi
from ecociv.standards.air.index_result import AirQualityIndex
from ecociv.standards.air.pollutants import POLLUTANT_NAMES, POLLUTANTS, PollutantSets

__all__ = [
    "POLLUTANTS",
    "POLLUTANT_NAMES",
    "AirQualityIndex",
    "PollutantSets",
    "daily_aqi",
    "hourly_aqi",
]
