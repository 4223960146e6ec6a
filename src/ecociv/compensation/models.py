"""What the room keeps; each folder has its own tables."""

from ecociv.compensation.settlements.models import (
    Objection,
    ObjectionDecision,
    Settlement,
    SettlementCorrection,
    SettlementTransfer,
)

__all__ = ["Objection", "ObjectionDecision", "Settlement", "SettlementCorrection", "SettlementTransfer"]
