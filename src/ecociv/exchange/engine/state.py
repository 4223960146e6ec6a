"""What the engine holds: accounts, markets with their books and days, open orders, and the registry under them."""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from typing import Any

from ecociv.exchange.engine.changes import Touched
from ecociv.exchange.engine.refusals import EngineFault, refuse
from ecociv.exchange.market.rules import MarketRules
from ecociv.exchange.matching import Book
from ecociv.exchange.registry import Account as AccountLine
from ecociv.exchange.registry import Kind, Line, Movement, MovementRefused, Registry, Series

FEES = "EXCHANGE-FEES"
"""The account to which fees go (交易手续费账户)."""

BUY, SELL = 1, -1
SIDES = {"buy": BUY, "sell": SELL}
SIDE_NAMES = {BUY: "buy", SELL: "sell"}

CLOSED, AUCTION, CONTINUOUS = "closed", "auction", "continuous"


@dataclass(slots=True)
class Account:
    """A participant (交易参与人).

    Attributes
    ----------
    key : str
        Unified social credit code, or key of a body.
    name : str
        Name for people.
    owner : str
        Beneficial owner; accounts of one owner do not trade with each other.
    number : int
        Number of the owner in the books.
    kind : str
        ``trader``, ``reserve`` (government) or ``exchange``.
    sector : str
        As the bans of passing units on tell holders apart; "" where it is not known.
    regions : tuple of str
        Regions and basins in which the account lies; empty where they are not known.
    """

    key: str
    name: str
    owner: str
    number: int
    kind: str
    sector: str = ""
    regions: tuple[str, ...] = ()


@dataclass(slots=True)
class Order:
    """An order that is open, or has just ceased to be.

    Attributes
    ----------
    open, traded : int
        Units that wait, and units that traded.
    amount : int
        Fen of its trades.
    fee : int
        Fen charged.
    reserved : int
        Fen of a buyer that are still held for it.
    state : str
        ``open``, ``filled``, ``withdrawn`` (the reason in ``cause``).
    """

    number: int
    account: str
    market: str
    side: int
    price: int
    quantity: int
    open: int
    at: int
    day: str
    traded: int = 0
    amount: int = 0
    fee: int = 0
    reserved: int = 0
    state: str = "open"
    cause: str = ""

    @property
    def claim(self) -> str:
        """Under which name the registry keeps what the order holds."""
        return f"order {self.number}"


@dataclass(slots=True)
class Day:
    """What happened on a market on a trading day.

    ``value`` is the sum of price x quantity, of which the close is made; ``amount`` the fen that were paid. Block trades
    and auctions of listings are counted apart.
    """

    day: str = ""
    reference: int = 0
    open: int = 0
    high: int = 0
    low: int = 0
    last: int = 0
    volume: int = 0
    value: int = 0
    amount: int = 0
    trades: int = 0
    block_volume: int = 0
    block_amount: int = 0
    close: int = 0
    ended: bool = False


@dataclass(slots=True)
class Market:
    """One market: rules, phase, book and day."""

    rules: MarketRules
    series: Series
    reference: int
    phase: str = CLOSED
    halted: str = ""
    day: Day = field(default_factory=Day)
    book: Book = field(default_factory=Book)
    collected: dict[int, None] = field(default_factory=dict)
    """Orders that wait for a call auction, in the order in which they came."""
    bought: dict[str, int] = field(default_factory=dict)
    """Units that an account bought today, where they may not be sold today."""

    @property
    def key(self) -> str:
        """Key of the market."""
        return self.rules.market


@dataclass(slots=True)
class Proposal:
    """A block trade that waits for the other side (大宗协议)."""

    number: int
    market: str
    account: str
    side: int
    counterparty: str
    price: int
    quantity: int
    at: int
    reserved: int
    state: str = "open"
    until: int = 0
    """The moment from which it can no longer be confirmed; 0 while the session lasts."""

    @property
    def claim(self) -> str:
        """Under which name the registry keeps what the proposal holds."""
        return f"block {self.number}"


@dataclass(frozen=True, slots=True)
class Terms:
    """How the bids on an offer are taken and served, as the rules of its market were when it was made.

    Attributes
    ----------
    late_bids, better_bids, rationing : str
        As in the rules of a market.
    latest : int
        Moment beyond which late bids do not move the end; 0 is none.
    limit : int
        Units that one beneficial owner may win in a sealed auction; 0 is no limit.
    """

    late_bids: str = "any"
    better_bids: str = "price"
    rationing: str = "time"
    latest: int = 0
    limit: int = 0

    def said(self) -> dict[str, Any]:
        """Those that are not as they always were."""
        return {
            each.name: getattr(self, each.name) for each in fields(self) if getattr(self, each.name) != each.default
        }


@dataclass(slots=True)
class Bid:
    """One bid on an offer."""

    number: int
    account: str
    price: int
    quantity: int
    at: int
    reserved: int

    @property
    def claim(self) -> str:
        """Under which name the registry keeps what the bid holds."""
        return f"bid {self.number}"


@dataclass(slots=True)
class Offer:
    """A listing on which others bid, or a sealed auction of the government's reserve.

    Attributes
    ----------
    side : int
        What the lister does: sells (bids go up) or buys (bids go down).
    mode : str
        ``listed`` or ``sealed``.
    pricing : str
        ``pay-as-bid``, ``uniform`` or ``uniform-rejected``.
    price : int
        Lowest (when buying: highest) price that the lister accepts.
    ends, extension : int
        Microseconds: when bidding ends, and how far a late bid moves that.
    """

    number: int
    market: str
    account: str
    side: int
    mode: str
    pricing: str
    price: int
    quantity: int
    at: int
    ends: int
    extension: int
    reserved: int
    document: str
    amount: int = 0
    fee: int = 0
    bids: dict[int, Bid] = field(default_factory=dict)
    state: str = "open"
    terms: Terms = Terms()

    @property
    def claim(self) -> str:
        """Under which name the registry keeps what the offer holds."""
        return f"offer {self.number}"


class State:
    """The whole state, with the few ways in which it changes."""

    def __init__(self) -> None:
        self.registry = Registry()
        self.accounts: dict[str, Account] = {}
        self.owners: dict[str, int] = {}
        self.markets: dict[str, Market] = {}
        self.orders: dict[int, Order] = {}
        self.proposals: dict[int, Proposal] = {}
        self.offers: dict[int, Offer] = {}
        self.numbers: dict[str, int] = {"order": 0, "trade": 0, "block": 0, "offer": 0, "bid": 0}
        self.buying: dict[tuple[str, str], int] = {}
        """Units for which an account has open bids on a market; made anew from the open orders."""
        self.touched = Touched()
        self.move(Kind.OPEN, "exchange rules", 0, AccountLine(FEES))
        self.accounts[FEES] = Account(FEES, "交易手续费", FEES, self.owner(FEES), "exchange")
        self.touched.accounts[FEES] = self.accounts[FEES]

    def next(self, what: str) -> int:
        """The next number of a sort."""
        self.numbers[what] += 1
        return self.numbers[what]

    def owner(self, key: str) -> int:
        """Number of a beneficial owner; they are counted as they come."""
        return self.owners.setdefault(key, len(self.owners) + 1)

    def move(self, kind: Kind, document: str, at: int, *lines: Line) -> Movement:
        """A movement that the registry may refuse; only as the first change of a command.

        Raises
        ------
        MovementRefused
            As the registry says.
        """
        movement = Movement(self.registry.sequence + 1, kind, document, at, lines)
        self.registry.apply(movement)
        self.touched.moved(movement)
        return movement

    def sure(self, kind: Kind, document: str, at: int, *lines: Line) -> Movement:
        """A movement that follows from what was reserved before and cannot be refused.

        Raises
        ------
        EngineFault
            When it is: then reservations and orders contradict each other.
        """
        try:
            return self.move(kind, document, at, *lines)
        except MovementRefused as error:
            raise EngineFault(f"{kind} under {document!r} was refused: {error}") from error

    def account(self, key: Any) -> Account:
        """The account of a key.

        Raises
        ------
        Refused
            ``account-unknown``.
        """
        found = self.accounts.get(key) if isinstance(key, str) else None
        if found is None:
            refuse("account-unknown", f"没有账户“{key}”，请先开户。", f"There is no account {key!r}: open it first.")
        return found

    def acting(self, key: Any) -> Account:
        """The account of a key, which is not frozen.

        Raises
        ------
        Refused
            ``account-unknown`` or ``account-frozen``.
        """
        found = self.account(key)
        if self.registry.accounts.get(found.key):
            refuse(
                "account-frozen", f"账户“{key}”已被依法冻结，不能交易。", f"Account {key!r} is frozen by order: it cannot trade."
            )
        return found

    def market(self, key: Any) -> Market:
        """The market of a key.

        Raises
        ------
        Refused
            ``market-unknown``.
        """
        found = self.markets.get(key) if isinstance(key, str) else None
        if found is None:
            known = ", ".join(self.markets) or "—"
            refuse("market-unknown", f"没有市场“{key}”；现有：{known}。", f"There is no market {key!r}; there are: {known}.")
        return found
