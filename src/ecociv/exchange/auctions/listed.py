"""One-way bidding on a listing (挂牌单向竞价): buyers bid up for a sale, sellers bid down for a purchase.

A bid never gets worse: a bidder may better his price, and then stands behind those who bid that price before, or ask for
more units at it. Units go by price, then by time, each at its own bid (价格优先、时间优先). A bid that changes who would get
units shortly before the close moves the close (延时), up to a last moment. Times are whole microseconds, handed in.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, fields
from typing import Any

from ecociv.core.text import Text
from ecociv.exchange.auctions.offers import AuctionError, Fill, Offer, Pricing, Rationing, give, one_price
from ecociv.exchange.matching import Side


@dataclass(frozen=True, slots=True)
class Listing:
    """What is listed and how it may be bid for.

    Attributes
    ----------
    number : int
    side : Side
        ``SELL``: the owner sells and others bid up; ``BUY``: he buys and others bid down.
    owner : int
        May not bid himself.
    quantity : int
        Units.
    price : int
        Fen for one unit at which bidding starts: the lowest for a sale, the highest for a purchase.
    step : int
        Fen by which a bid has to differ from the start price, or a multiple of it.
    lot : int
        Units of which a bid is a multiple.
    whole : bool
        All units go to one bidder (整体转让), or are divided (可拆分).
    opens, closes : int
        Moments from which, and before which, bids are taken.
    window, extension, latest : int
        A bid within ``window`` microseconds of the close that changes who gets units moves the close to ``extension``
        after the bid, never past ``latest`` where one is set. A window of 0 never moves it.
    every : bool
        Any bid within the window moves the close, whether or not it changes who gets units.
    smaller : bool
        A bid with a better price may ask for fewer units than before; one for more units at the same price is none.
    once : bool
        A bid stands as it was made (sealed bids).
    largest : int
        Units that a bid may ask for at most, whatever is listed; 0 is no limit.
    pricing : Pricing
        What winners pay.
    """

    number: int
    side: Side
    owner: int
    quantity: int
    price: int
    opens: int
    closes: int
    step: int = 1
    lot: int = 1
    whole: bool = False
    window: int = 0
    extension: int = 0
    latest: int | None = None
    every: bool = False
    smaller: bool = False
    once: bool = False
    largest: int = 0
    pricing: Pricing = Pricing.PAY_AS_BID

    def __post_init__(self) -> None:
        for name in ("quantity", "price", "step", "lot"):
            if getattr(self, name) <= 0:
                raise _bad_listing(name, getattr(self, name))
        if self.opens >= self.closes:
            raise _bad_listing("closes", self.closes)
        if self.window and self.latest is not None and self.latest < self.closes:
            raise _bad_listing("latest", self.latest)
        if self.window and self.extension <= 0:
            raise _bad_listing("extension", self.extension)
        if self.quantity % self.lot:
            raise _bad_listing("lot", self.lot)


@dataclass(frozen=True, slots=True)
class Standing:
    """A bid that stands, with the moment of its last change; ``place`` orders bids that came in the same moment."""

    order: int
    owner: int
    price: int
    quantity: int
    at: int
    place: int


class Bidding:
    """The bids on one listing.

    Attributes
    ----------
    listing : Listing
    closes : int
        The close as it now is, extensions counted.

    Examples
    --------
    >>> sale = Bidding(Listing(1, Side.SELL, owner=7, quantity=100, price=38900, opens=0, closes=60_000_000))
    >>> sale.bid(11, owner=8, price=39000, quantity=60, at=1), sale.bid(12, owner=9, price=39500, quantity=60, at=2)
    (False, False)
    >>> [(fill.order, fill.quantity, fill.price) for fill in sale.close(60_000_000)]
    [(12, 60, 39500), (11, 40, 39000)]
    """

    def __init__(self, listing: Listing) -> None:
        self.listing = listing
        self.closes = listing.closes
        self._bids: dict[int, Standing] = {}
        self._places = 0
        self._awards: tuple[Fill, ...] | None = None

    @classmethod
    def of(cls, listing: Listing, bids: Iterable[Offer]) -> Bidding:
        """The bidding as it stands, from bids that were taken before, in the order of their last change."""
        bidding = cls(listing)
        for place, each in enumerate(bids, start=1):
            bidding._bids[each.order] = Standing(each.order, each.owner, each.price, each.quantity, listing.opens, place)
            bidding._places = place
        return bidding

    @property
    def closed(self) -> bool:
        """Whether units have been awarded or the listing was called off."""
        return self._awards is not None

    def bid(self, order: int, *, owner: int, price: int, quantity: int, at: int) -> bool:
        """Take a bid, or better one that stands under the same number.

        Returns
        -------
        bool
            Whether the close moved.

        Raises
        ------
        AuctionError
            ``not-open``, ``own-listing``, ``off-lot``, ``too-large`` (a bid), ``off-step``, ``not-whole``, ``too-many``
            (units), ``price-worse`` (than the start price), ``other-owner``, ``once``, ``not-better``.
        """
        self._check_open(at)
        self._check_bid(order, owner, price, quantity)
        before = self.leading()
        self._places += 1
        self._bids[order] = Standing(order, owner, price, quantity, at, self._places)
        listing = self.listing
        if not listing.window or self.closes - at > listing.window:
            return False
        if not listing.every and self.leading() == before:
            return False
        moved = at + listing.extension
        if listing.latest is not None:
            moved = min(listing.latest, moved)
        if moved <= self.closes:
            return False
        self.closes = moved
        return True

    def standing(self) -> list[Standing]:
        """All bids, the best first, at one price the earlier first."""
        sign = self._sign
        return sorted(self._bids.values(), key=lambda each: (-sign * each.price, each.place))

    def leading(self) -> tuple[Fill, ...]:
        """Who would get how many units if it closed now, and at which price."""
        bids = sorted(self._bids.values(), key=lambda each: each.place)
        offers = [Offer(each.order, each.price, each.quantity, each.owner) for each in bids]
        given = give(offers, self.listing.quantity, self._sign, Rationing.TIME)
        if self.listing.whole:
            given = given[:1]
        price = one_price(offers, given, self.listing.price, self.listing.pricing, self._sign)
        return tuple(
            Fill(bid.order, units, bid.price if price is None else price, bid.owner) for bid, units in given
        )

    def close(self, at: int) -> tuple[Fill, ...]:
        """Award the units; asking again gives the same answer.

        Raises
        ------
        AuctionError
            ``not-over`` before the close.
        """
        if self._awards is None:
            if at < self.closes:
                raise AuctionError(
                    "not-over",
                    Text(
                        zh=f"挂牌 {self.listing.number} 尚未截止（截止时刻 {self.closes}，现在 {at}），不能定标。",
                        en=f"Listing {self.listing.number} is not over: it closes at {self.closes}, it is {at}.",
                    ),
                )
            self._awards = self.leading()
        return self._awards

    def call_off(self) -> list[Standing]:
        """End the listing without an award (halt, freeze of the owner); returns the bids that fall."""
        fallen = [] if self.closed else self.standing()
        if self._awards is None:
            self._awards = ()
        return fallen

    def dump(self) -> dict[str, Any]:
        """Return the state as plain JSON values."""
        return {
            "listing": {
                **asdict(self.listing),
                "side": int(self.listing.side),
                "pricing": self.listing.pricing.value,
            },
            "closes": self.closes,
            "places": self._places,
            "bids": [asdict(each) for each in sorted(self._bids.values(), key=lambda each: each.place)],
            "awards": None if self._awards is None else [list(fill) for fill in self._awards],
        }

    @classmethod
    def load(cls, state: Mapping[str, Any]) -> Bidding:
        """Read what `dump` returned."""
        told = dict(state["listing"])
        told |= {"side": Side(told["side"]), "pricing": Pricing(told["pricing"])}
        bidding = cls(Listing(**{field.name: told[field.name] for field in fields(Listing)}))
        bidding.closes = state["closes"]
        bidding._places = state["places"]
        bidding._bids = {each["order"]: Standing(**each) for each in state["bids"]}
        bidding._awards = None if state["awards"] is None else tuple(Fill(*row) for row in state["awards"])
        return bidding

    @property
    def _sign(self) -> int:
        """1 where the highest bid is the best."""
        return -int(self.listing.side)

    def _check_open(self, at: int) -> None:
        if self.closed or not self.listing.opens <= at < self.closes:
            raise AuctionError(
                "not-open",
                Text(
                    zh=f"挂牌 {self.listing.number} 不在竞价时间内（{self.listing.opens} 起，{self.closes} 止，现在 {at}）。",
                    en=f"Listing {self.listing.number} takes no bids now: from {self.listing.opens} until before "
                    f"{self.closes}; it is {at}.",
                ),
            )

    def _check_bid(self, order: int, owner: int, price: int, quantity: int) -> None:
        listing, sign = self.listing, self._sign
        if owner == listing.owner:
            raise AuctionError(
                "own-listing",
                Text(zh="挂牌方不得参与自己挂牌的竞价。", en="Who lists may not bid on his own listing."),
            )
        if quantity <= 0 or quantity % listing.lot:
            raise AuctionError(
                "off-lot",
                Text(
                    zh=f"申报数量 {quantity} 应为 {listing.lot} 的正整数倍。",
                    en=f"{quantity} units: a bid is for a multiple of {listing.lot}.",
                ),
            )
        if listing.largest and quantity > listing.largest:
            raise AuctionError(
                "too-large",
                Text(
                    zh=f"单笔申报最多 {listing.largest}，而不是 {quantity}。",
                    en=f"{quantity} units: a bid is for {listing.largest} at most.",
                ),
            )
        if (price - listing.price) % listing.step:
            raise AuctionError(
                "off-step",
                Text(
                    zh=f"报价 {price} 分与起始价 {listing.price} 分之差应为加价幅度 {listing.step} 分的整数倍。",
                    en=f"A bid of {price} fen has to be the start price of {listing.price} fen and a multiple of the "
                    f"step, {listing.step} fen.",
                ),
            )
        if quantity > listing.quantity or (listing.whole and quantity < listing.quantity):
            raise AuctionError(
                "too-many" if quantity > listing.quantity else "not-whole",
                Text(
                    zh=f"申报数量 {quantity} 与挂牌数量 {listing.quantity} 不符："
                    + ("整体转让，须全部申报。" if listing.whole else "不得超过挂牌数量。"),
                    en=f"{quantity} units bid for, {listing.quantity} listed: "
                    + ("they go as a whole, bid for all." if listing.whole else "bid for no more."),
                ),
            )
        if sign * price < sign * listing.price:
            raise AuctionError(
                "price-worse",
                Text(
                    zh=f"报价 {price} 分劣于起始价 {listing.price} 分；"
                    + ("卖出挂牌应不低于起始价。" if sign == 1 else "买入挂牌应不高于起始价。"),
                    en=f"A bid of {price} fen is worse than the start price of {listing.price} fen: bid "
                    + ("no less." if sign == 1 else "no more."),
                ),
            )
        had = self._bids.get(order)
        if had is None:
            return
        if had.owner != owner:
            raise AuctionError(
                "other-owner",
                Text(
                    zh=f"编号 {order} 的报价属于另一竞价人，请换一个编号。",
                    en=f"Bid {order} is another bidder's: give another number.",
                ),
            )
        if listing.once:
            raise AuctionError(
                "once", Text(zh="密封报价只能提交一次。", en="A sealed bid is made once and stays as it is.")
            )
        gain = sign * (price - had.price)
        if listing.smaller:
            better = gain > 0
        else:
            better = gain >= 0 and quantity >= had.quantity and (gain > 0 or quantity > had.quantity)
        if not better:
            raise AuctionError(
                "not-better",
                Text(
                    zh=f"报价 {order} 原为 {had.price} 分、{had.quantity} 单位，只能改优或增量，不得撤减。",
                    en=f"Bid {order} stands at {had.price} fen for {had.quantity} units: it can be bettered or made "
                    "larger, never taken back.",
                ),
            )


def _bad_listing(name: str, found: int) -> AuctionError:
    return AuctionError(
        "bad-listing",
        Text(
            zh=f"挂牌的 {name} 为 {found}，不合要求：数量、价格、加价幅度、手数为正，数量为手数的整数倍，截止晚于开始，"
            "延时上限不早于截止。",
            en=f"{name} of the listing is {found}: quantity, price, step and lot are above zero, the quantity is a "
            "multiple of the lot, it closes after it opens and the latest close is no earlier than the close.",
        ),
    )
