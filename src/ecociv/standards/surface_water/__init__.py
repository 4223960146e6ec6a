"""Surface water: classes, states of sections, basins and lakes, trophic state, ranking, trends, uses, capacity."""

from ecociv.standards.surface_water.classes import Exceedance, WaterClass
from ecociv.standards.surface_water.classify import classify, saturated_oxygen, temperature_change_complies
from ecociv.standards.surface_water.items import ITEM_NAMES, ITEMS, ItemSets, class_name
from ecociv.standards.surface_water.statistics import PeriodMean, period_mean, ph_mean, replace_censored

__all__ = [
    "ITEMS",
    "ITEM_NAMES",
    "Exceedance",
    "ItemSets",
    "PeriodMean",
    "WaterClass",
    "class_name",
    "classify",
    "period_mean",
    "ph_mean",
    "replace_censored",
    "saturated_oxygen",
    "temperature_change_complies",
]
