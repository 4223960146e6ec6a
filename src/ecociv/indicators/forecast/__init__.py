"""How a yearly series may go on: forecasts from 3 to 8 points, the chance of each target, and how long there is to act."""

from ecociv.indicators.forecast.model import PRIOR, Forecast, Prior, TooFewPoints, forecast
from ecociv.indicators.forecast.outlook import Outlook, PartOutlook, outlook
from ecociv.indicators.forecast.scale import Scale, scale_for

__all__ = [
    "PRIOR",
    "Forecast",
    "Outlook",
    "PartOutlook",
    "Prior",
    "Scale",
    "TooFewPoints",
    "forecast",
    "outlook",
    "scale_for",
]
