"""Tables of the room: the journal with its snapshots, and what is projected from it for pages and queries."""

from ecociv.exchange.journal.models import JournalEntry, Snapshot
from ecociv.exchange.projections.models import (
    AccountRow,
    DayRow,
    HoldingRow,
    MarketRow,
    MoneyRow,
    MovementRow,
    OfferRow,
    OrderRow,
    ProposalRow,
    TradeRow,
)
from ecociv.exchange.rights.models import (
    AlertDecision,
    AllocationRound,
    SurveillanceAlert,
    VerifiedEmission,
)

__all__ = [
    "AccountRow",
    "AlertDecision",
    "AllocationRound",
    "DayRow",
    "HoldingRow",
    "JournalEntry",
    "MarketRow",
    "MoneyRow",
    "MovementRow",
    "OfferRow",
    "OrderRow",
    "ProposalRow",
    "Snapshot",
    "SurveillanceAlert",
    "TradeRow",
    "VerifiedEmission",
]
