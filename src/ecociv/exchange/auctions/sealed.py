"""Auctions of the government's reserve: sealed bids for a stated quantity (政府储备拍卖)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from ecociv.core.text import Text
from ecociv.exchange.auctions.offers import (
    AuctionError,
    Fill,
    Interest,
    Offer,
    Pricing,
    Rationing,
    check_offers,
    give,
    one_price,
)


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
    lot: int = 1,
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
    lot : int
        Units in whole multiples of which is awarded, also where they are divided in proportion; what is on sale or
        allowed beyond the last whole lot is not.

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
    for value in (quantity, reserve_price, 1 if limit_each is None else limit_each, lot):
        if value.__class__ is not int or value <= 0:
            raise AuctionError(
                "bad-sale",
                Text(
                    zh=f"拍卖数量、保留价、每户上限和手数应为正整数，实为 {value!r}。",
                    en=f"Units on sale, reserve price, limit each and lot are whole and above zero, but {value!r} was "
                    "found.",
                ),
            )
    low = tuple(bid.order for bid in offered if bid.price < reserve_price)
    standing, cut = _within_limit(
        [bid for bid in offered if bid.price >= reserve_price], None if limit_each is None else limit_each // lot * lot
    )
    in_lots = [Offer(bid.order, bid.price, bid.quantity // lot, bid.owner) for bid in standing]
    given = give([bid for bid in in_lots if bid.quantity], quantity // lot, 1, rationing)
    sold = sum(lots for _, lots in given) * lot
    price = one_price(in_lots, given, reserve_price, pricing, 1)
    fills = tuple(
        Fill(bid.order, lots * lot, bid.price if price is None else price, bid.owner) for bid, lots in given
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
