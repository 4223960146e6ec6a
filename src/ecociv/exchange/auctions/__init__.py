"""Auctions and negotiated trades of the exchange (竞价与协议交易). Pure: integers only, times are handed in."""

from ecociv.exchange.auctions.blocks import Block, BlockRules, BlockState, propose
from ecociv.exchange.auctions.call import (
    Clearing,
    Decided,
    Pair,
    Tie,
    call_auction,
    owns_counterpart,
    uncross,
)
from ecociv.exchange.auctions.listed import Bidding, Listing, Standing
from ecociv.exchange.auctions.offers import AuctionError, Fill, Offer, Pricing, Rationing
from ecociv.exchange.auctions.sealed import Award, sealed_auction

__all__ = [
    "AuctionError",
    "Award",
    "Bidding",
    "Block",
    "BlockRules",
    "BlockState",
    "Clearing",
    "Decided",
    "Fill",
    "Listing",
    "Offer",
    "Pair",
    "Pricing",
    "Rationing",
    "Standing",
    "Tie",
    "call_auction",
    "owns_counterpart",
    "propose",
    "sealed_auction",
    "uncross",
]
