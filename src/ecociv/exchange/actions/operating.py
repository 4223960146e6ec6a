"""What the operator does: accounts, money, movements of the registry, markets, sessions, supervision."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.utils import timezone

from ecociv.core.text import Text
from ecociv.exchange.actions.base import CommandRefused, OperatorAction, require_operator, send_all
from ecociv.exchange.market.calendar import next_trading_day, trading_day
from ecociv.exchange.market.rules import MarketRules
from ecociv.exchange.queries import micros, over_time
from ecociv.exchange.registry import Movement
from ecociv.people.models import User


@dataclass(kw_only=True, slots=True)
class OpenAccount(OperatorAction):
    """Open an account (开户); ``account`` is the unified social credit code or the key of a body.

    ``owner`` names the beneficial owner where several accounts belong to one; ``sort`` is ``trader`` or ``reserve``;
    ``sector`` and ``regions`` are what the rules of receiving ask for, empty where they are not known.
    """

    kind = "open-account"
    account: str
    name: str
    document: str
    owner: str = ""
    sort: str = "trader"
    sector: str = ""
    regions: tuple[str, ...] = ()

    def command(self) -> dict[str, Any]:
        said = {"account": self.account, "name": self.name, "document": self.document, "sort": self.sort}
        return {**said, **({"owner": self.owner} if self.owner else {}), **described(self.sector, self.regions)}


def described(sector: str, regions: tuple[str, ...]) -> dict[str, Any]:
    """Sector and regions as commands hold them: what is not known is left out."""
    return {**({"sector": sector} if sector else {}), **({"regions": list(regions)} if regions else {})}


@dataclass(kw_only=True, slots=True)
class AccountAction(OperatorAction):
    """Something done to an account under a document."""

    account: str
    document: str

    def command(self) -> dict[str, Any]:
        return {"account": self.account, "document": self.document}


@dataclass(kw_only=True, slots=True)
class CloseAccount(AccountAction):
    """Close an account that holds nothing (销户)."""

    kind = "close-account"


@dataclass(kw_only=True, slots=True)
class ChangeOwner(AccountAction):
    """Record who controls an account from now on (实际控制人变更); ``owner`` is shared by the accounts of a group.

    Accounts of one owner do not trade with each other, and supervision looks at them together, at what was before too.
    """

    kind = "change-owner"
    owner: str

    def command(self) -> dict[str, Any]:
        return {"account": self.account, "owner": self.owner, "document": self.document}


@dataclass(kw_only=True, slots=True)
class ChangeAccount(AccountAction):
    """Record sector and regions of an account from now on (账户信息变更): who may receive what is judged by them."""

    kind = "change-account"
    sector: str = ""
    regions: tuple[str, ...] = ()

    def command(self) -> dict[str, Any]:
        return {"account": self.account, "document": self.document, **described(self.sector, self.regions)}


@dataclass(kw_only=True, slots=True)
class FreezeAccount(AccountAction):
    """Freeze an account by order (账户冻结): its orders, offers and bids are withdrawn."""

    kind = "freeze-account"


@dataclass(kw_only=True, slots=True)
class UnfreezeAccount(AccountAction):
    """End the freeze of an account (账户解冻)."""

    kind = "unfreeze-account"


@dataclass(kw_only=True, slots=True)
class Deposit(AccountAction):
    """Money in (入金), fen, as a document of the bank says."""

    kind = "deposit"
    amount: int

    def command(self) -> dict[str, Any]:
        return {"account": self.account, "document": self.document, "amount": self.amount}


@dataclass(kw_only=True, slots=True)
class Withdraw(Deposit):
    """Money out (出金), fen."""

    kind = "withdraw"


@dataclass(kw_only=True, slots=True)
class RecordMovement(OperatorAction):
    """A movement of the registry: issue, transfer, pledge, surrender, freezing of units, banking, conversion ...

    Number and time of ``movement`` are the journal's; use 1 and 0 when making it.
    """

    kind = "movement"
    movement: Movement

    def command(self) -> dict[str, Any]:
        said = self.movement.to_json()
        return {"movement": {key: said[key] for key in ("kind", "document", "lines")}}


@dataclass(kw_only=True, slots=True)
class OpenMarket(OperatorAction):
    """Open a market with its rules."""

    kind = "open-market"
    rules: MarketRules
    document: str

    def command(self) -> dict[str, Any]:
        return {"rules": self.rules.to_json(), "document": self.document}


@dataclass(kw_only=True, slots=True)
class ChangeRules(OpenMarket):
    """Put other rules of a market in force, after the end of a day."""

    kind = "change-rules"


@dataclass(kw_only=True, slots=True)
class OpenSession(OperatorAction):
    """Open the session of a trading day (开市), with ``auction`` for a call auction first."""

    kind = "open-session"
    market: str
    day: dt.date
    auction: bool = False

    def command(self) -> dict[str, Any]:
        return {"market": self.market, "day": self.day.isoformat(), "auction": self.auction}

    def check(self) -> None:
        """Refuse a day on which exchanges are closed: the calendar is looked at here, the journal holds what came of it."""
        OperatorAction.check(self)
        if not trading_day(self.day):
            following = next_trading_day(self.day)
            raise CommandRefused(
                "no-trading-day",
                Text(
                    zh=f"{self.day}不是交易日；下一个交易日是{following}。",
                    en=f"{self.day} is no trading day; the next one is {following}.",
                ),
            )


@dataclass(kw_only=True, slots=True)
class MarketAction(OperatorAction):
    """Something done to a market."""

    market: str

    def command(self) -> dict[str, Any]:
        return {"market": self.market}


@dataclass(kw_only=True, slots=True)
class ClearAuction(MarketAction):
    """Call the auction of what was collected (集合竞价撮合)."""

    kind = "clear-auction"


@dataclass(kw_only=True, slots=True)
class CloseSession(MarketAction):
    """Close the session (收市); open orders are withdrawn."""

    kind = "close-session"


@dataclass(kw_only=True, slots=True)
class HaltMarket(MarketAction):
    """Halt a market by order (停牌); open orders are withdrawn."""

    kind = "halt"
    document: str

    def command(self) -> dict[str, Any]:
        return {"market": self.market, "document": self.document}


@dataclass(kw_only=True, slots=True)
class ResumeMarket(HaltMarket):
    """Resume a market (复牌)."""

    kind = "resume"


@dataclass(kw_only=True, slots=True)
class EndDay(OperatorAction):
    """End a trading day (日终): closes, references of the next day, nothing left open."""

    kind = "end-of-day"
    day: dt.date

    def command(self) -> dict[str, Any]:
        return {"day": self.day.isoformat()}


@dataclass(kw_only=True, slots=True)
class CloseOffer(OperatorAction):
    """End the bidding on an offer whose time is over, and serve the bids."""

    kind = "close-offer"
    offer: int

    def command(self) -> dict[str, Any]:
        return {"offer": self.offer}


@dataclass(kw_only=True, slots=True)
class LapseBlock(OperatorAction):
    """Let a proposed block whose time is over give back what it holds (大宗协议失效)."""

    kind = "block-lapse"
    proposal: int

    def command(self) -> dict[str, Any]:
        return {"proposal": self.proposal}


@dataclass(kw_only=True, slots=True)
class LapseBlocks:
    """Let every proposed block whose time is over lapse; the jobs of the server do it each minute."""

    zone: str
    author: Any

    def check(self) -> list[LapseBlock]:
        """What is due now, and whether the author may do it.

        Raises
        ------
        PermissionDenied
        """
        if isinstance(self.author, User):
            require_operator(self.author, self.zone)
        due = over_time(self.zone, micros(timezone.now())).values_list("number", flat=True)
        return [LapseBlock(zone=self.zone, author=self.author, proposal=number) for number in due]

    def execute(self) -> list[int]:
        """Let them lapse; the numbers of those that did. One that somebody else has just ended is left out."""
        actions = self.check()
        receipts = send_all(actions)
        return [one.proposal for one, receipt in zip(actions, receipts, strict=True) if receipt.outcome["ok"]]


@dataclass(kw_only=True, slots=True)
class SendCommand(OperatorAction):
    """Any command as the journal writes it, for programs and for what has no form of its own."""

    kind = ""
    said: dict[str, Any]

    def command(self) -> dict[str, Any]:
        return {key: value for key, value in self.said.items() if key != "kind"}

    def whole(self) -> dict[str, Any]:
        return dict(self.said)
