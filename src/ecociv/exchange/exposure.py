"""What counts against the limits of an account on a market, as the tables tell it: held, about to be bought, bought today."""

from __future__ import annotations

from typing import NamedTuple

from django.db.models import Sum

from ecociv.exchange.engine.state import BUY, SELL
from ecociv.exchange.models import OrderRow, TradeRow
from ecociv.exchange.queries import MarketNow, bids_of, holdings_of, offers, proposals
from ecociv.exchange.registry import LIVE


class Exposure(NamedTuple):
    """Units of the series of a market.

    Attributes
    ----------
    held : int
        In all live states (持仓).
    buying : int
        In open bids that count against the position limit (在途买入).
    free : int
        Held and neither reserved, frozen nor pledged.
    bought : int
        Bought on the day of the market that may not be sold on it; 0 where the same day is allowed.
    """

    held: int
    buying: int
    free: int
    bought: int


def exposure(now: MarketNow, account: str) -> Exposure:
    """What counts against the limits of an account; the engine decides by its own books when a command comes."""
    row, rules = now.row, now.rules
    held = {
        each.state: each.quantity
        for each in holdings_of(row.venue, account, instrument=row.instrument)
        if (each.vintage, each.region) == (row.vintage, row.region)
    }
    open_bids = OrderRow.objects.filter(venue=row.venue, account=account, market=row.market, state="open", side=BUY)
    buying = open_bids.aggregate(units=Sum("open"))["units"] or 0
    if rules.position_counts == "all":
        buying += _beside_the_book(now, account)
    bought = 0
    if not rules.same_day and row.day and not (now.day and now.day.ended):
        done = TradeRow.objects.filter(venue=row.venue, market=row.market, day=row.day, buyer=account)
        bought = done.aggregate(units=Sum("quantity"))["units"] or 0
    live = {state.value for state in LIVE}
    return Exposure(
        sum(units for state, units in held.items() if state in live), buying, held.get("free", 0), bought
    )


def _beside_the_book(now: MarketNow, account: str) -> int:
    """Units of proposals, of offers to buy and of bids on offers to sell."""
    row = now.row
    proposed = sum(
        each.quantity
        for each in proposals(row.venue, account).filter(market=row.market, account=account, side=BUY)
    )
    for offer in offers(row.venue).filter(market=row.market):
        if offer.side == BUY and offer.account == account:
            proposed += offer.quantity
        elif offer.side == SELL:
            proposed += sum(bid["quantity"] for bid in bids_of(offer) if bid["account"] == account)
    return proposed
