"""Natural capital: asset accounts that close, land transitions, water supply and use, pilot forms, ecosystem product."""

from ecociv.standards.natural_capital.air_services import (
    carbon_fixation,
    evaporation_cooling,
    negative_ions,
    oxygen_release,
    purification,
    transpiration_cooling,
)
from ecociv.standards.natural_capital.asset import AssetAccount, Change, asset_account
from ecociv.standards.natural_capital.balance import AccountError, Balance
from ecociv.standards.natural_capital.erosivity import Erosivity, rain_erosivity
from ecociv.standards.natural_capital.gep import (
    Category,
    GepAccount,
    GepItem,
    UnitPrice,
    gep_account,
    unit_price,
)
from ecociv.standards.natural_capital.monetary import MonetaryAccount, monetary_account
from ecociv.standards.natural_capital.pilot import (
    PilotCheck,
    PilotForm,
    check_pilot_form,
    pilot_form,
    pilot_forms,
)
from ecociv.standards.natural_capital.rusle import (
    cover_factor,
    slope_factor,
    soil_erodibility,
    soil_retention,
)
from ecociv.standards.natural_capital.service import ServiceQuantity
from ecociv.standards.natural_capital.soil_services import (
    nutrient_retained,
    sand_cover_area,
    sand_fixation,
    silt_avoided,
)
from ecociv.standards.natural_capital.transition import (
    TransitionMatrix,
    transition_matrix,
    transitions_of_patches,
)
from ecociv.standards.natural_capital.water import WaterSupplyUse, WaterUnit, water_supply_use
from ecociv.standards.natural_capital.water_services import (
    forest_runoff_reduction,
    lake_flood_storage,
    reservoir_flood_storage,
    swamp_flood_storage,
    water_conservation,
)

__all__ = [
    "AccountError",
    "AssetAccount",
    "Balance",
    "Category",
    "Change",
    "Erosivity",
    "GepAccount",
    "GepItem",
    "MonetaryAccount",
    "PilotCheck",
    "PilotForm",
    "ServiceQuantity",
    "TransitionMatrix",
    "UnitPrice",
    "WaterSupplyUse",
    "WaterUnit",
    "asset_account",
    "carbon_fixation",
    "check_pilot_form",
    "cover_factor",
    "evaporation_cooling",
    "forest_runoff_reduction",
    "gep_account",
    "lake_flood_storage",
    "monetary_account",
    "negative_ions",
    "nutrient_retained",
    "oxygen_release",
    "pilot_form",
    "pilot_forms",
    "purification",
    "rain_erosivity",
    "reservoir_flood_storage",
    "sand_cover_area",
    "sand_fixation",
    "silt_avoided",
    "slope_factor",
    "soil_erodibility",
    "soil_retention",
    "swamp_flood_storage",
    "transition_matrix",
    "transitions_of_patches",
    "transpiration_cooling",
    "unit_price",
    "water_conservation",
    "water_supply_use",
]
