"""Use of resources: mining, productivity, solid waste, straw, household waste, green mines and buildings.

Rates keep numerator and denominator; ``.total()`` adds them up over counties by sums.

>>> round(solid_waste_utilisation(used=86, generated=95, used_earlier=4).value, 1)
86.9
"""

from ecociv.standards.resources.balance import MassBalance, kitchen_waste_balance
from ecociv.standards.resources.minerals import (
    beneficiation_recovery,
    green_mine_share,
    mineral_utilisation,
    mining_recovery,
)
from ecociv.standards.resources.shares import Share
from ecociv.standards.resources.use import (
    RESOURCES,
    STRAW_USES,
    WasteGenerated,
    green_building_share,
    recycling_rate,
    resource_productivity,
    solid_waste_generated,
    solid_waste_utilisation,
    straw_utilisation,
)

__all__ = [
    "RESOURCES",
    "STRAW_USES",
    "MassBalance",
    "Share",
    "WasteGenerated",
    "beneficiation_recovery",
    "green_building_share",
    "green_mine_share",
    "kitchen_waste_balance",
    "mineral_utilisation",
    "mining_recovery",
    "recycling_rate",
    "resource_productivity",
    "solid_waste_generated",
    "solid_waste_utilisation",
    "straw_utilisation",
]
