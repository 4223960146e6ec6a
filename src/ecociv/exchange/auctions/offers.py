"""What all auctions share: an offer, what it is given, how units that do not suffice are divided, and refusals."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from typing import NamedTuple, Protocol

from ecociv.core.text import Text


class Interest(Protocol):
    """Whatever has a number, a limit, units and an owner; a resting order of a book does."""

    @property
    def order(self) -> int: ...
    @property
    def price(self) -> int: ...
    @property
    def quantity(self) -> int: ...
    @property
    def owner(self) -> int: ...


class Offer(NamedTuple):
    """A bid or an ask in an auction (报价): a limit in fen for one unit, and units."""

    order: int
    price: int
    quantity: int
    owner: int = 0


class Fill(NamedTuple):
    """Units that an offer is given, and the price in fen for one of them."""

    order: int
    quantity: int
    price: int
    owner: int = 0


class Rationing(StrEnum):
    """Who gets the units at the last price that gets any (边际价位配售)."""

    TIME = "time"
    """Who came first."""
    PRO_RATA = "pro-rata"
    """All in proportion to what they want, in whole units; units left over go to the largest fractions, then by time."""


class Pricing(StrEnum):
    """What winners pay."""

    UNIFORM = "uniform"
    """All pay the worst bid that wins any units, the lowest of a sale (统一价)."""
    UNIFORM_REJECTED = "uniform-rejected"
    """All pay the best bid that goes without units, or the reserve price where none does (首个落标价)."""
    PAY_AS_BID = "pay-as-bid"
    """Each pays what he bid (按报价成交)."""


class AuctionError(ValueError):
    """An auction cannot do what it was told; nothing has changed.

    Attributes
    ----------
    code : str
        Stable, lower-case, joined by hyphens.
    text : Text
        What was found, which rule, what to do.
    """

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(text.en)
        self.code = code
        self.text = text


def ration(level: Sequence[Interest], units: int, rule: Rationing) -> list[int]:
    """Divide units among the offers at one price; the parts add up to ``units`` and no part exceeds its offer.

    Parameters
    ----------
    level : sequence of Interest
        In the order of their time.
    units : int
        From 0 to the sum of the quantities.
    rule : Rationing

    Examples
    --------
    >>> level = [Offer(1, 100, 50), Offer(2, 100, 30), Offer(3, 100, 20)]
    >>> ration(level, 33, Rationing.PRO_RATA)  # 16.5, 9.9 and 6.6: 16 + 9 + 6 = 31, two left for .9 and .6
    [16, 10, 7]
    >>> ration(level, 60, Rationing.TIME)
    [50, 10, 0]
    """
    if rule is Rationing.TIME:
        parts = []
        for offer in level:
            part = min(offer.quantity, units)
            parts.append(part)
            units -= part
        return parts
    total = sum(offer.quantity for offer in level)
    shares = [divmod(offer.quantity * units, total) for offer in level]
    parts = [whole for whole, _ in shares]
    by_fraction = sorted(range(len(level)), key=lambda place: (-shares[place][1], place))
    for place in by_fraction[: units - sum(parts)]:
        parts[place] += 1
    return parts


def give(offers: Sequence[Interest], units: int, sign: int, rule: Rationing) -> list[tuple[Interest, int]]:
    """Give units to offers by price and, at the last price, by the rule; offers that get none are left out.

    Parameters
    ----------
    offers : sequence of Interest
        In the order of their time.
    units : int
        At most the sum of the quantities is given.
    sign : int
        1 where the highest price comes first (bids), -1 where the lowest does (asks).
    """
    levels: dict[int, list[Interest]] = {}
    for offer in offers:
        levels.setdefault(offer.price, []).append(offer)
    given: list[tuple[Interest, int]] = []
    for price in sorted(levels, reverse=sign == 1):
        level = levels[price]
        part = min(units, sum(offer.quantity for offer in level))
        if not part:
            break
        given += [(offer, got) for offer, got in zip(level, ration(level, part, rule), strict=True) if got]
        units -= part
    return given


def one_price(
    standing: Sequence[Interest],
    given: Sequence[tuple[Interest, int]],
    reserve_price: int,
    pricing: Pricing,
    sign: int,
) -> int | None:
    """The one price that all who win pay; ``None`` where nobody wins or each pays his bid.

    Parameters
    ----------
    standing : sequence of Interest
        Every bid that took part.
    given : sequence of (Interest, int)
        Those that win, with their units.
    reserve_price : int
        Fen; the worst price that would have been taken.
    pricing : Pricing
    sign : int
        1 where the highest bid is the best, -1 where the lowest is.
    """
    if not given or pricing is Pricing.PAY_AS_BID:
        return None
    if pricing is Pricing.UNIFORM:
        return sign * min(sign * bid.price for bid, _ in given)
    got = {bid.order: units for bid, units in given}
    without = [sign * bid.price for bid in standing if got.get(bid.order, 0) < bid.quantity]
    return sign * max([sign * reserve_price, *without])


def check_offers(offers: Sequence[Interest]) -> None:
    """Refuse an offer without a whole price and units above zero, and a number that comes twice."""
    seen: set[int] = set()
    for offer in offers:
        for value, zh, en in (
            (offer.price, "价格（分）", "price (fen)"),
            (offer.quantity, "数量", "quantity"),
        ):
            if value.__class__ is not int or value <= 0:
                raise AuctionError(
                    "bad-offer",
                    Text(
                        zh=f"报价 {offer.order} 的{zh}应为正整数，实为 {value!r}。",
                        en=f"The {en} of offer {offer.order} has to be a whole number above zero, not {value!r}.",
                    ),
                )
        if offer.order in seen:
            raise AuctionError(
                "offer-twice",
                Text(
                    zh=f"报价编号 {offer.order} 出现两次，请换一个编号。",
                    en=f"Offer {offer.order} is there twice: give another number.",
                ),
            )
        seen.add(offer.order)
