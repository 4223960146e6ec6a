"""Total amounts of pollutants: accounting, permitted amounts, replacement, quotas, restrictions of trade.

>>> permitted_air(concentration_mg_m3=50, flow_m3_h=200_000, hours=7200).value
72.0
"""

from ecociv.standards.pollutants.permits import PermittedAmount, permitted_air, permitted_water
from ecociv.standards.pollutants.quotas import Quotas, benchmark_quotas, historical_quotas
from ecociv.standards.pollutants.rights import (
    Replacement,
    RightsError,
    Sector,
    may_trade,
    required_reduction,
    trade_amount,
)
from ecociv.standards.pollutants.totals import TotalAmount, total_amount

__all__ = [
    "PermittedAmount",
    "Quotas",
    "Replacement",
    "RightsError",
    "Sector",
    "TotalAmount",
    "benchmark_quotas",
    "historical_quotas",
    "may_trade",
    "permitted_air",
    "permitted_water",
    "required_reduction",
    "total_amount",
    "trade_amount",
]
