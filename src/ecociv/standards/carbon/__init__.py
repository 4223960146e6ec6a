"""Carbon: fuel, electricity, heat and processes, inventory with uncertainty, warming potentials, intensity."""

from ecociv.standards.carbon.control import STAGES, control_stage, intensity
from ecociv.standards.carbon.fuels import (
    CARBON_TO_CO2,
    FUEL_NAMES,
    Emission,
    FactorSet,
    fuel_combustion,
    fuel_of,
    fuel_unit,
)
from ecociv.standards.carbon.gases import GAS_NAMES, GWP_SETS, CO2Equivalent, co2_equivalent
from ecociv.standards.carbon.inventory import (
    Inventory,
    Sector,
    Source,
    SourceCategory,
    combined_uncertainty,
    inventory,
    source_categories,
    source_category,
)
from ecociv.standards.carbon.process import carbonates, process
from ecociv.standards.carbon.purchased import (
    REGIONS,
    PurchasedElectricity,
    electricity,
    heat,
    latest_factor_year,
    region_of,
)
from ecociv.standards.energy import annual_rate, cumulative_reduction, non_fossil_share, reduction_rate

__all__ = [
    "CARBON_TO_CO2",
    "FUEL_NAMES",
    "GAS_NAMES",
    "GWP_SETS",
    "REGIONS",
    "STAGES",
    "CO2Equivalent",
    "Emission",
    "FactorSet",
    "Inventory",
    "PurchasedElectricity",
    "Sector",
    "Source",
    "SourceCategory",
    "annual_rate",
    "carbonates",
    "co2_equivalent",
    "combined_uncertainty",
    "control_stage",
    "cumulative_reduction",
    "electricity",
    "fuel_combustion",
    "fuel_of",
    "fuel_unit",
    "heat",
    "intensity",
    "inventory",
    "latest_factor_year",
    "non_fossil_share",
    "process",
    "reduction_rate",
    "region_of",
    "source_categories",
    "source_category",
]
