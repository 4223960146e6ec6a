"""What commands touched since it was last asked: what tables for pages have to be written anew."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, NamedTuple

from ecociv.exchange.registry import Movement, Series, State
from ecociv.exchange.registry.movements import MONEY, Cash, Debt, Make, Units


class TradeDone(NamedTuple):
    """One trade (成交).

    ``way`` is ``continuous``, ``call-auction``, ``block`` or ``offer``; the numbers of orders are those of bids where
    the trade came about on an offer, and of the proposal for a block.
    """

    number: int
    market: str
    day: str
    at: int
    price: int
    quantity: int
    amount: int
    buyer: str
    seller: str
    buy_order: int
    sell_order: int
    buy_fee: int
    sell_fee: int
    taker: int
    way: str


class MovementLine(NamedTuple):
    """One line of a movement as a table shows it; ``unit`` is an instrument or fen, ``place`` counts from 0."""

    movement: int
    place: int
    at: int
    kind: str
    document: str
    unit: str
    vintage: int
    region: str
    quantity: int
    giver: str
    taker: str
    before: str
    after: str
    claim: str


@dataclass(slots=True)
class Touched:
    """Keys in the order in which they were touched, with what a later command may put out of the state: a day ends, an
    order is filled, an account is closed, and each still has to be written as it then was.
    """

    accounts: dict[str, Any] = field(default_factory=dict)
    markets: dict[str, None] = field(default_factory=dict)
    days: dict[tuple[str, str], Any] = field(default_factory=dict)
    orders: dict[int, Any] = field(default_factory=dict)
    proposals: dict[int, Any] = field(default_factory=dict)
    offers: dict[int, Any] = field(default_factory=dict)
    trades: list[TradeDone] = field(default_factory=list)
    movements: list[Movement] = field(default_factory=list)

    def clear(self) -> None:
        """Forget everything."""
        for each in (
            self.accounts,
            self.markets,
            self.days,
            self.orders,
            self.proposals,
            self.offers,
            self.trades,
            self.movements,
        ):
            each.clear()

    def moved(self, movement: Movement) -> None:
        """Note a movement that happened."""
        self.movements.append(movement)


def lines_of(movement: Movement) -> list[MovementLine]:
    """The lines of a movement, flat."""
    # The plain attribute behind ``value``, which enumerations look up in a slower way: this runs for every line.
    made = []
    for place, line in enumerate(movement.lines):
        series, quantity = Series(MONEY), 0
        giver = taker = before = after = claim = ""
        if isinstance(line, Units):
            series, quantity, giver, taker = line.series, line.quantity, line.giver, line.taker
            before, after = line.before._value_, line.after._value_
            claim = line.giver_claim or line.taker_claim
        elif isinstance(line, Make):
            series, quantity, taker, after = line.series, line.quantity, line.account, _FREE
        elif isinstance(line, Debt):
            series, quantity, taker = line.series, line.quantity, line.account
            before = after = "owed"
        elif isinstance(line, Cash):
            quantity, giver, taker = line.amount, line.giver, line.taker
            before = _purse(line.giver_reserved) if giver else ""
            after = _purse(line.taker_reserved) if taker else ""
            claim = line.giver_claim or line.taker_claim
        else:
            series, taker = Series(""), line.account
        made.append(
            MovementLine(
                int(movement.id),
                place,
                movement.at,
                movement.kind._value_,
                movement.document,
                series.instrument,
                series.vintage,
                series.region,
                quantity,
                giver,
                taker,
                before,
                after,
                claim,
            )
        )
    return made


_FREE, _RESERVED = State.FREE.value, State.RESERVED.value


def _purse(reserved: bool) -> str:
    return _RESERVED if reserved else _FREE


Holding = tuple[str, Series, State]


def holdings_of(movements: list[Movement]) -> tuple[dict[Holding, None], dict[str, None]]:
    """Holdings of units, and accounts whose money changed, in the order in which movements touched them."""
    units: dict[Holding, None] = {}
    cash: dict[str, None] = {}
    for movement in movements:
        for line in movement.lines:
            if isinstance(line, Units):
                units[line.giver, line.series, line.before] = None
                units[line.taker, line.series, line.after] = None
            elif isinstance(line, Make):
                units[line.account, line.series, State.FREE] = None
            elif isinstance(line, Cash):
                for account in (line.giver, line.taker):
                    if account:
                        cash[account] = None
    return units, cash
