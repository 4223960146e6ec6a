"""What the room keeps; each folder has its own tables."""

from ecociv.compensation.settlements.models import (
    Objection,
    ObjectionDecision,
    Settlement,
    SettlementCorrection,
    SettlementTransfer,
)
from ecociv.compensation.yearly.models import YearlyCorrection, YearlyPayment, YearlyTransfer

__all__ = [
    "Objection",
    "ObjectionDecision",
    "Settlement",
    "SettlementCorrection",
    "SettlementTransfer",
    "YearlyCorrection",
    "YearlyPayment",
    "YearlyTransfer",
]
