"""What the rules of auctions refuse, in the words of the engine: prices in yuan, codes that journals already hold."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from ecociv.exchange.auctions import AuctionError
from ecociv.exchange.engine.orders import allowed_price, allowed_quantity
from ecociv.exchange.engine.refusals import refuse, yuan
from ecociv.exchange.engine.state import BUY, Market, Offer

Said = dict[str, Callable[[], None]]


@contextmanager
def in_our_words(said: Said) -> Iterator[None]:
    """Refuse a command with the sentence for a code; one that nobody foresaw comes with the sentence of the rule."""
    try:
        yield
    except AuctionError as error:
        said.get(error.code, lambda: None)()
        refuse(error.code, error.text.zh, error.text.en)


def of_block(market: Market, price: int, quantity: int) -> Said:
    """Why a block may not be proposed, confirmed or declined."""
    rules = market.rules

    def size() -> None:
        refuse(
            "block-size",
            f"大宗协议的数量应不小于{rules.block_minimum}，并为{rules.lot}的整数倍。",
            f"A block has at least {rules.block_minimum} units, in multiples of {rules.lot}.",
        )

    def priced() -> None:
        allowed_price(rules, market.reference, price, block=True)

    return {
        "own-block": lambda: refuse(
            "self-trade", "双方属于同一实际控制人。", "Both accounts have the same beneficial owner."
        ),
        "too-few": size,
        "off-lot": size,
        "off-tick": priced,
        "outside-band": priced,
        "lapsed": lambda: refuse(
            "lapsed",
            "该大宗协议已过有效时间，请重新提出。",
            "The time of this proposal is over: it has to be proposed again.",
        ),
    }


def of_bid(market: Market, made: Offer, quantity: int) -> Said:
    """Why a bid may not be taken."""
    buying = made.side != BUY

    def sized() -> None:
        allowed_quantity(market.rules, quantity)

    def better() -> None:
        if made.terms.better_bids == "price":
            refuse("no-better", "新的出价应优于本账户原出价。", "A new bid has to be better than your own before it.")
        refuse(
            "no-better",
            "新的出价应在价格或数量上优于本账户原出价，两者均不得变差。",
            "A new bid has a better price or more units than your own before it, and neither may get worse.",
        )

    return {
        "not-open": lambda: refuse("bidding-over", "竞价已截止。", "Bidding on this offer is over."),
        "own-listing": lambda: refuse(
            "self-trade", "不能对自己的挂牌出价。", "Nobody bids on an offer of his own."
        ),
        "off-lot": sized,
        "too-large": sized,
        "off-step": lambda: off_tick(market),
        "too-many": lambda: refuse(
            "too-large", f"最多{made.quantity}。", f"The offer has {made.quantity} units; a bid cannot have more."
        ),
        "price-worse": lambda: refuse(
            "reserve-price",
            f"出价应{'不低于' if buying else '不高于'}{yuan(made.price)}元。",
            f"A bid is at {'least' if buying else 'most'} {yuan(made.price)} yuan.",
        ),
        "once": lambda: refuse("bid-once", "每个账户只能出价一次。", "Each account has one sealed bid."),
        "not-better": better,
    }


def off_tick(market: Market) -> None:
    """Refuse a price that is off the tick."""
    refuse(
        "tick",
        f"价格不是最小变动价位{yuan(market.rules.tick)}元的整数倍。",
        f"The price is no multiple of the tick of {yuan(market.rules.tick)} yuan.",
    )
