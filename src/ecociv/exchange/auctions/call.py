"""The call auction: all orders that were collected trade at one price (集合竞价).

The price is found by rules that follow one another, each among what the one before leaves:

1. the largest volume (最大成交量);
2. the smallest surplus, units on the longer side that find no counterpart (最小剩余量);
3. market pressure: the highest price if the surplus is of buyers at all of them, the lowest if it is of sellers;
4. the price nearest to the reference, the previous close as a rule;
5. of two prices equally near, the one that is declared.

Prices are those of the tick, also between the limits of the orders: the smallest surplus may lie there. Source: the order
of rules 1 to 4 is that of the call auctions of many exchanges; which of them a regulation of rights markets in China
prescribes is not verified.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from itertools import pairwise

from ecociv.core.text import Text
from ecociv.exchange.auctions.offers import AuctionError, Fill, Interest, Rationing, check_offers, give
from ecociv.exchange.matching import Book, Side


class Tie(StrEnum):
    """Which of two prices equally near to the reference it is."""

    HIGHER = "higher"
    LOWER = "lower"


class Decided(StrEnum):
    """The rule that left one price."""

    NOTHING = "nothing"
    """Nobody pays what somebody asks: no price."""
    VOLUME = "volume"
    SURPLUS = "surplus"
    PRESSURE = "pressure"
    REFERENCE = "reference"
    TIE = "tie"


@dataclass(frozen=True, slots=True)
class Pair:
    """Units that go from a seller to a buyer at the price of the auction."""

    buy: int
    sell: int
    quantity: int
    buyer: int
    seller: int


@dataclass(frozen=True, slots=True)
class Clearing:
    """What a call auction comes to.

    Attributes
    ----------
    price : int or None
        Fen for one unit; ``None`` if nothing trades.
    volume : int
        Units that change hands.
    surplus : int
        Units wanted at the price less units offered at it: above zero, buyers go without.
    decided : Decided
        The rule that left one price.
    bids, asks : tuple of Fill
        What each side gets, by price and then by the rule at the last price; each adds up to the volume.
    """

    price: int | None
    volume: int
    surplus: int
    decided: Decided
    bids: tuple[Fill, ...] = ()
    asks: tuple[Fill, ...] = ()

    @property
    def fills(self) -> tuple[Fill, ...]:
        """Bids, then asks."""
        return self.bids + self.asks

    def pairs(self) -> list[Pair]:
        """Who delivers to whom: both sides in their order, one against the other.

        Two orders of one owner may meet here: whoever takes orders for the auction refuses one that could (see
        `owns_counterpart`).
        """
        pairs: list[Pair] = []
        asks = iter(self.asks)
        ask, left = None, 0
        for bid in self.bids:
            wanted = bid.quantity
            while wanted:
                if ask is None or not left:
                    ask = next(asks)
                    left = ask.quantity
                units = min(wanted, left)
                pairs.append(Pair(bid.order, ask.order, units, bid.owner, ask.owner))
                wanted -= units
                left -= units
        return pairs


def call_auction(
    bids: Iterable[Interest],
    asks: Iterable[Interest],
    reference: int,
    *,
    tick: int = 1,
    tie: Tie = Tie.HIGHER,
    rationing: Rationing = Rationing.TIME,
) -> Clearing:
    """Find the price at which collected orders trade, and what each gets.

    Parameters
    ----------
    bids, asks : iterable of Interest
        In the order of their time; limits in fen, multiples of ``tick``.
    reference : int
        Fen; need not be a multiple of ``tick``.
    tick : int
        Step of prices in fen.
    tie : Tie
        Of two prices equally near to the reference.
    rationing : Rationing
        At the last price of the longer side.

    Raises
    ------
    AuctionError
        ``bad-offer``, ``offer-twice``, ``off-tick``, ``bad-reference``.

    Examples
    --------
    >>> from ecociv.exchange.auctions import Offer
    >>> found = call_auction([Offer(1, 6300, 40), Offer(2, 6200, 40)], [Offer(3, 6100, 50)], reference=6250)
    >>> found.price, found.volume, found.surplus, found.decided.value
    (6200, 50, 30, 'pressure')
    >>> found.bids
    (Fill(order=1, quantity=40, price=6200, owner=0), Fill(order=2, quantity=10, price=6200, owner=0))
    """
    buying, selling = list(bids), list(asks)
    check_offers([*buying, *selling])
    _check_prices([*buying, *selling], reference, tick)
    candidates = _candidates(buying, selling, reference, tick)
    curve = _curve(buying, selling, candidates)
    volume = max((min(wanted, offered) for _, wanted, offered in curve), default=0)
    if not volume:
        return Clearing(None, 0, 0, Decided.NOTHING)
    price, surplus, decided = _choose(
        [(at, wanted - offered) for at, wanted, offered in curve if min(wanted, offered) == volume],
        reference,
        tie,
    )
    return Clearing(
        price,
        volume,
        surplus,
        decided,
        bids=_fills([bid for bid in buying if bid.price >= price], volume, price, 1, rationing),
        asks=_fills([ask for ask in selling if ask.price <= price], volume, price, -1, rationing),
    )


def uncross(
    book: Book, reference: int, *, tick: int = 1, tie: Tie = Tie.HIGHER, rationing: Rationing = Rationing.TIME
) -> Clearing:
    """Call the auction of a book that has collected orders; what does not trade stays in it in its place.

    Parameters and errors are those of `call_auction`. Afterwards the book is not crossed and may go on continuously.
    """
    clearing = call_auction(
        book.orders(Side.BUY), book.orders(Side.SELL), reference, tick=tick, tie=tie, rationing=rationing
    )
    for fill in clearing.fills:
        book.cancel(fill.order, fill.quantity)
    return clearing


def owns_counterpart(book: Book, side: Side, price: int, owner: int) -> bool:
    """Whether an order of an owner could meet another of his in a call auction (自成交防范)."""
    return any(
        each.owner == owner and side * each.price <= side * price
        for each in book.orders(Side(-side))
        if owner
    )


def _candidates(bids: Sequence[Interest], asks: Sequence[Interest], reference: int, tick: int) -> list[int]:
    """Prices that may win: every limit, and of each gap between limits its ends and what is nearest to the reference.

    Inside a gap nothing changes, so no other price of it can be preferred by any rule.
    """
    limits = sorted({each.price for each in (*bids, *asks)})
    found = set(limits)
    below = reference // tick * tick
    for low, high in pairwise(limits):
        first, last = low + tick, high - tick
        if first <= last:
            found.update((first, last))
            found.update(price for price in (below, below + tick) if first <= price <= last)
    return sorted(found)


def _curve(
    bids: Sequence[Interest], asks: Sequence[Interest], prices: Sequence[int]
) -> list[tuple[int, int, int]]:
    """For each price, rising: the price, units wanted at it or above, units offered at it or below."""
    wanted_at: dict[int, int] = {}
    offered_at: dict[int, int] = {}
    for at, orders in ((wanted_at, bids), (offered_at, asks)):
        for each in orders:
            at[each.price] = at.get(each.price, 0) + each.quantity
    wanted, offered = sum(wanted_at.values()), 0
    curve = []
    for price in prices:
        offered += offered_at.get(price, 0)
        curve.append((price, wanted, offered))
        wanted -= wanted_at.get(price, 0)
    return curve


def _choose(tied: Sequence[tuple[int, int]], reference: int, tie: Tie) -> tuple[int, int, Decided]:
    """Rules 2 to 5 among prices of the largest volume, each with its surplus."""
    if len(tied) == 1:
        return (*tied[0], Decided.VOLUME)
    smallest = min(abs(surplus) for _, surplus in tied)
    tied = [(price, surplus) for price, surplus in tied if abs(surplus) == smallest]
    if len(tied) == 1:
        return (*tied[0], Decided.SURPLUS)
    if all(surplus > 0 for _, surplus in tied):
        return (*tied[-1], Decided.PRESSURE)
    if all(surplus < 0 for _, surplus in tied):
        return (*tied[0], Decided.PRESSURE)
    nearest = min(abs(price - reference) for price, _ in tied)
    tied = [(price, surplus) for price, surplus in tied if abs(price - reference) == nearest]
    if len(tied) == 1:
        return (*tied[0], Decided.REFERENCE)
    return (*tied[-1 if tie is Tie.HIGHER else 0], Decided.TIE)


def _fills(
    offers: Sequence[Interest], volume: int, price: int, sign: int, rule: Rationing
) -> tuple[Fill, ...]:
    return tuple(Fill(each.order, got, price, each.owner) for each, got in give(offers, volume, sign, rule))


def _check_prices(offers: Sequence[Interest], reference: int, tick: int) -> None:
    if reference.__class__ is not int or reference <= 0 or tick.__class__ is not int or tick <= 0:
        raise AuctionError(
            "bad-reference",
            Text(
                zh=f"参考价（{reference!r}分）和最小变动价位（{tick!r}分）应为正整数。",
                en=f"The reference ({reference!r} fen) and the tick ({tick!r} fen) have to be whole and above zero.",
            ),
        )
    for each in offers:
        if each.price % tick:
            raise AuctionError(
                "off-tick",
                Text(
                    zh=f"报价 {each.order} 的价格 {each.price} 分不是最小变动价位 {tick} 分的整数倍。",
                    en=f"The price of offer {each.order}, {each.price} fen, is not a multiple of the tick, {tick} fen.",
                ),
            )
