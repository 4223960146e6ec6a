"""Water resources: the three red lines, efficiency of use, tiered prices of water and gas.

>>> tier_bill(26, Tariff((15, 22), (2, 3, 6))).value
Decimal('75.00')
"""

from ecociv.standards.water_resources.bills import (
    Bill,
    RevenueEffect,
    bill_across_change,
    revenue_effect,
    tier_bill,
)
from ecociv.standards.water_resources.efficiency import (
    WaterFigure,
    exploitation_rate,
    unconventional_share,
    use_change,
    use_per_value_added,
)
from ecociv.standards.water_resources.irrigation import (
    irrigation_coefficient,
    irrigation_scale,
    regional_irrigation_coefficient,
)
from ecociv.standards.water_resources.red_lines import (
    LINES,
    RedLineEvaluation,
    assessment_grade,
    evaluate_red_lines,
    red_lines,
    stages,
)
from ecociv.standards.water_resources.tariff import Tariff, check_tariff, tier_bounds, weighted_quantile

__all__ = [
    "LINES",
    "Bill",
    "RedLineEvaluation",
    "RevenueEffect",
    "Tariff",
    "WaterFigure",
    "assessment_grade",
    "bill_across_change",
    "check_tariff",
    "evaluate_red_lines",
    "exploitation_rate",
    "irrigation_coefficient",
    "irrigation_scale",
    "red_lines",
    "regional_irrigation_coefficient",
    "revenue_effect",
    "stages",
    "tier_bill",
    "tier_bounds",
    "unconventional_share",
    "use_change",
    "use_per_value_added",
    "weighted_quantile",
]
