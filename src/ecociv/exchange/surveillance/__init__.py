"""Supervision of the market: large positions, wash trades, ramping near the close. Pure: no Django."""

from ecociv.exchange.surveillance.alerts import KINDS, Alert, TradeSeen, owner_of
from ecociv.exchange.surveillance.positions import large_positions
from ecociv.exchange.surveillance.ramping import ramping
from ecociv.exchange.surveillance.thresholds import NoThresholds, Thresholds, thresholds
from ecociv.exchange.surveillance.wash import wash_trades

__all__ = [
    "KINDS",
    "Alert",
    "NoThresholds",
    "Thresholds",
    "TradeSeen",
    "large_positions",
    "owner_of",
    "ramping",
    "thresholds",
    "wash_trades",
]
