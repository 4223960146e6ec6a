"""Soil of agricultural land: GB 15618-2018, single-factor index, Nemerow index, the three classes of farmland."""

from ecociv.standards.soil.classes import FarmlandClass, SoilClass, classify
from ecociv.standards.soil.factors import ITEMS, LandUse, SingleFactor, single_factor
from ecociv.standards.soil.nemerow import Nemerow, nemerow

__all__ = [
    "ITEMS",
    "FarmlandClass",
    "LandUse",
    "Nemerow",
    "SingleFactor",
    "SoilClass",
    "classify",
    "nemerow",
    "single_factor",
]
