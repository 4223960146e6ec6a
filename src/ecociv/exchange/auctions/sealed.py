"""Auctions of the government's reserve: sealed bids for a stated quantity (政府储备拍卖)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum

from ecociv.core.text import Text
from ecociv.exchange.auctions.offers import (
    AuctionError,
    Fill,
    Interest,
    Offer,
    Rationing,
    check_offers,
    give,
)


class Pricing(StrEnum):
    """What winners pay."""

    UNIFORM = "uniform"
    """All pay the lowest bid that wins any units (统一价)."""
    UNIFORM_REJECTED = "uniform-rejected"
    """All pay the highest bid that goes without units, at least the reserve price (首个落标价)."""
    PAY_AS_BID = "pay-as-bid"
    """Each pays what he bid (按报价成交)."""


@dataclass(frozen=True, slots=True)
class Award:
    """What a sealed auction comes to.

    Attributes
    ----------
    fills : tuple of Fill
        Units and price of each bid that wins, by price, then by the rule at the last price.
    sold, unsold : int
        Units; together they are what was on sale.
    price : int or None
        The one price in fen; ``None`` if nothing is sold or each pays his bid.
    below_reserve : tuple of int
        Bids under the reserve price, which take no part.
    cut : tuple of Fill
        Units that bids lost to the limit of a bidder, at the price that was bid.
    """

    fills: tuple[Fill, ...]
    sold: int
    unsold: int
    price: int | None
    below_reserve: tuple[int, ...]
    cut: tuple[Fill, ...]


def sealed_auction(
    bids: Iterable[Interest],
    quantity: int,
    *,
    reserve_price: int,
    pricing: Pricing,
    rationing: Rationing = Rationing.PRO_RATA,
    limit_each: int | None = None,
) -> Award:
    """Open sealed bids and award units by price.

    Parameters
    ----------
    bids : iterable of Interest
        In the order of their time; prices in fen.
    quantity : int
        Units on sale.
    reserve_price : int
        Fen; not below the government's benchmark price. Bids under it take no part.
    pricing : Pricing
        Declared for the auction; the issue leaves it to each region.
    rationing : Rationing
        At the last price that gets units.
    limit_each : int, optional
        Units that one bidder may win at most; his best bids count first, the rest is cut.

    Raises
    ------
    AuctionError
        ``bad-offer``, ``offer-twice``, ``bad-sale``.

    Examples
    --------
    >>> bids = [Offer(1, 500, 60, owner=1), Offer(2, 450, 60, owner=2), Offer(3, 380, 10, owner=3)]
    >>> award = sealed_auction(bids, 100, reserve_price=389, pricing=Pricing.UNIFORM)
    >>> award.price, [(fill.order, fill.quantity) for fill in award.fills], award.below_reserve
    (450, [(1, 60), (2, 40)], (3,))
    """
    offered = list(bids)
    check_offers(offered)
    for value in (quantity, reserve_price, 1 if limit_each is None else limit_each):
        if value.__class__ is not int or value <= 0:
            raise AuctionError(
                "bad-sale",
                Text(
                    zh=f"拍卖数量、保留价和每户上限应为正整数，实为 {value!r}。",
                    en=f"Units on sale, reserve price and limit each are whole and above zero, but {value!r} was found.",
                ),
            )
    low = tuple(bid.order for bid in offered if bid.price < reserve_price)
    standing, cut = _within_limit([bid for bid in offered if bid.price >= reserve_price], limit_each)
    given = give(standing, quantity, 1, rationing)
    sold = sum(units for _, units in given)
    price = _one_price(standing, given, reserve_price, pricing)
    fills = tuple(
        Fill(bid.order, units, bid.price if price is None else price, bid.owner) for bid, units in given
    )
    return Award(fills, sold, quantity - sold, price, low, cut)


def _within_limit(bids: list[Interest], limit: int | None) -> tuple[list[Interest], tuple[Fill, ...]]:
    """The bids with what exceeds a bidder's limit taken off his lowest; and what was taken."""
    if limit is None:
        return bids, ()
    left: dict[int, int] = {}
    kept: dict[int, int] = {}
    cut: list[Fill] = []
    for bid in sorted(
        bids, key=lambda each: -each.price
    ):  # stable: at one price the earlier bid counts first
        room = left.get(bid.owner, limit)
        units = min(room, bid.quantity)
        left[bid.owner] = room - units
        kept[bid.order] = units
        if units < bid.quantity:
            cut.append(Fill(bid.order, bid.quantity - units, bid.price, bid.owner))
    return [
        Offer(bid.order, bid.price, kept[bid.order], bid.owner) for bid in bids if kept[bid.order]
    ], tuple(cut)


def _one_price(
    standing: list[Interest], given: list[tuple[Interest, int]], reserve_price: int, pricing: Pricing
) -> int | None:
    if not given or pricing is Pricing.PAY_AS_BID:
        return None
    if pricing is Pricing.UNIFORM:
        return min(bid.price for bid, _ in given)
    got = {bid.order: units for bid, units in given}
    without = [bid.price for bid in standing if got.get(bid.order, 0) < bid.quantity]
    return max([reserve_price, *without])
