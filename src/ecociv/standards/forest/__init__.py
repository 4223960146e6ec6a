"""Forest: volume to biomass and carbon, stock and change, coverage rate, carbon-sink accounting."""

from ecociv.standards.forest.biomass import (
    CARBON_TO_CO2,
    CONTINUOUS_SETS,
    StandCarbon,
    bamboo_stem,
    continuous,
    stand_carbon,
)
from ecociv.standards.forest.coverage import Coverage, counts_as_forest, coverage_rate
from ecociv.standards.forest.sink import CarbonSink, carbon_sink
from ecociv.standards.forest.species import species_names, species_of
from ecociv.standards.forest.stock import (
    CarbonStock,
    StockChange,
    carbon_stock,
    gain_loss,
    growth_and_consumption,
    stock_difference,
)

__all__ = [
    "CARBON_TO_CO2",
    "CONTINUOUS_SETS",
    "CarbonSink",
    "CarbonStock",
    "Coverage",
    "StandCarbon",
    "StockChange",
    "bamboo_stem",
    "carbon_sink",
    "carbon_stock",
    "continuous",
    "counts_as_forest",
    "coverage_rate",
    "gain_loss",
    "growth_and_consumption",
    "species_names",
    "species_of",
    "stand_carbon",
    "stock_difference",
]
