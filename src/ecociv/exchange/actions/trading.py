"""What participants do: orders, blocks, offers and bids, each with an account of their own."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from ecociv.exchange.actions.base import ExchangeAction, require_operator
from ecociv.exchange.actions.benchmark import refuse_below_benchmark
from ecociv.people.permissions import require
from ecociv.people.policy import Action


@dataclass(kw_only=True, slots=True)
class TradeAction(ExchangeAction):
    """What a participant does with an account of its own. The journal itself is the record of who did it."""

    account: str

    def permit(self) -> None:
        require(self.author, Action.TRADE, zone=self.zone, lead=[self.account])


@dataclass(kw_only=True, slots=True)
class SubmitOrder(TradeAction):
    """Place an order (委托); ``price`` in fen, none for an order at the market."""

    kind = "order"
    market: str
    side: str
    quantity: int
    price: int | None = None
    life: str = "day"

    def command(self) -> dict[str, Any]:
        said = {
            "account": self.account,
            "market": self.market,
            "side": self.side,
            "quantity": self.quantity,
            "life": self.life,
        }
        return said if self.price is None else {**said, "price": self.price}


@dataclass(kw_only=True, slots=True)
class CancelOrder(TradeAction):
    """Withdraw an order (撤单), or some of its units."""

    kind = "cancel"
    order: int
    quantity: int | None = None

    def command(self) -> dict[str, Any]:
        said = {"account": self.account, "order": self.order}
        return said if self.quantity is None else {**said, "quantity": self.quantity}


@dataclass(kw_only=True, slots=True)
class ProposeBlock(TradeAction):
    """Propose a block trade to another participant (大宗协议申报)."""

    kind = "block-propose"
    market: str
    counterparty: str
    side: str
    price: int
    quantity: int

    def command(self) -> dict[str, Any]:
        return {
            "account": self.account,
            "market": self.market,
            "counterparty": self.counterparty,
            "side": self.side,
            "price": self.price,
            "quantity": self.quantity,
        }


@dataclass(kw_only=True, slots=True)
class ConfirmBlock(TradeAction):
    """Agree to a block trade that another participant proposed (成交确认)."""

    kind = "block-confirm"
    proposal: int

    def command(self) -> dict[str, Any]:
        return {"account": self.account, "proposal": self.proposal}


@dataclass(kw_only=True, slots=True)
class WithdrawBlock(ConfirmBlock):
    """Take back a proposal of one's own."""

    kind = "block-withdraw"


@dataclass(kw_only=True, slots=True)
class DeclineBlock(ConfirmBlock):
    """Turn down a proposal of another participant (谢绝)."""

    kind = "block-decline"


@dataclass(kw_only=True, slots=True)
class PlaceOffer(TradeAction):
    """List units, or a wish to buy (挂牌); of the reserve also a sealed auction (密封竞价)."""

    kind = "offer"
    market: str
    side: str
    price: int
    quantity: int
    ends: int
    document: str
    mode: str = "listed"
    pricing: str = "pay-as-bid"
    extension: int = 0
    latest: int | None = None
    limit: int | None = None

    def permit(self) -> None:
        if self.mode == "sealed":
            require_operator(self.author, self.zone)
        else:
            TradeAction.permit(self)

    def check(self) -> None:
        """Permission, and the benchmark price below which the government does not sell."""
        ExchangeAction.check(self)
        if self.side == "sell":
            refuse_below_benchmark(self.zone, self.account, self.market, self.price)

    def command(self) -> dict[str, Any]:
        said: dict[str, Any] = {
            "account": self.account,
            "market": self.market,
            "side": self.side,
            "mode": self.mode,
            "pricing": self.pricing,
            "price": self.price,
            "quantity": self.quantity,
            "ends": self.ends,
            "extension": self.extension,
            "document": self.document,
        }
        own = {"latest": self.latest, "limit": self.limit}  # what is not said is as the rules of the market have it
        return said | {key: value for key, value in own.items() if value is not None}


@dataclass(kw_only=True, slots=True)
class PlaceBid(TradeAction):
    """Bid on an offer (应价)."""

    kind = "bid"
    offer: int
    price: int
    quantity: int

    def command(self) -> dict[str, Any]:
        return {"account": self.account, "offer": self.offer, "price": self.price, "quantity": self.quantity}


@dataclass(kw_only=True, slots=True)
class WithdrawOffer(TradeAction):
    """Take an offer back on which nobody has bid."""

    kind = "withdraw-offer"
    offer: int

    def command(self) -> dict[str, Any]:
        return {"account": self.account, "offer": self.offer}
