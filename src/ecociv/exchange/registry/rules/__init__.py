"""What the law allows with rights: each rule answers with a verdict, and with movements where something is to happen.

Pure: no Django. The registry above is arithmetic; here are allocation, transfer, surrender, banking and borrowing, bans on
conversion, reduction replacement, expiry, idle rights and restatement.
"""

from ecociv.exchange.market.receiving import Party
from ecociv.exchange.registry.rules.allocation import (
    Allocated,
    Allocation,
    AllocationRefused,
    Applicant,
    Output,
    allocate,
)
from ecociv.exchange.registry.rules.banking import BankingPlan, BorrowingPlan, plan_banking, plan_borrowing
from ecociv.exchange.registry.rules.coverage import Coverage, coverage
from ecociv.exchange.registry.rules.lifetime import (
    expired_on,
    expiry_movement,
    idle_verdict,
    last_day,
    reclaim_movement,
)
from ecociv.exchange.registry.rules.passing import buy_back, grant, may_convert, may_pass, receiving_by
from ecociv.exchange.registry.rules.replacement import ReplacementPlan, plan_replacement
from ecociv.exchange.registry.rules.surrendering import (
    Assessment,
    Position,
    SurrenderPlan,
    obligation,
    plan_surrender,
    position,
)

__all__ = [
    "Allocated",
    "Allocation",
    "AllocationRefused",
    "Applicant",
    "Assessment",
    "BankingPlan",
    "BorrowingPlan",
    "Coverage",
    "Output",
    "Party",
    "Position",
    "ReplacementPlan",
    "SurrenderPlan",
    "allocate",
    "buy_back",
    "coverage",
    "expired_on",
    "expiry_movement",
    "grant",
    "idle_verdict",
    "last_day",
    "may_convert",
    "may_pass",
    "obligation",
    "plan_banking",
    "plan_borrowing",
    "plan_replacement",
    "plan_surrender",
    "position",
    "receiving_by",
    "reclaim_movement",
]
