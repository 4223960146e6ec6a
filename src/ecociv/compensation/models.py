"""What the room keeps; each folder has its own tables."""

from ecociv.compensation.settlements.models import (
    Objection,
    ObjectionDecision,
    Settlement,
    SettlementCorrection,
    SettlementTransfer,
)
from ecociv.compensation.simulations.models import KeptVariant, VariantPutAway
from ecociv.compensation.yearly.models import YearlyCorrection, YearlyPayment, YearlyTransfer

__all__ = [
    "KeptVariant",
    "Objection",
    "ObjectionDecision",
    "Settlement",
    "SettlementCorrection",
    "SettlementTransfer",
    "VariantPutAway",
    "YearlyCorrection",
    "YearlyPayment",
    "YearlyTransfer",
]
