"""What a book is told and what it answers: sides, lives of orders, trades, withdrawals."""

from __future__ import annotations

from enum import IntEnum, StrEnum
from typing import NamedTuple

from ecociv.core.text import Text


class Side(IntEnum):
    """The side of an order (买卖方向); the sign is that of the units it wants."""

    BUY = 1
    SELL = -1


class Life(IntEnum):
    """How long what is not traded at once stays (有效方式)."""

    DAY = 0
    """Rests in the book until it trades or is withdrawn (当日有效); who ends the day withdraws what is left."""
    IMMEDIATE = 1
    """What does not trade at once is withdrawn (即时成交剩余撤销)."""
    FILL_OR_KILL = 2
    """Trades in full at once or not at all (全部成交或撤销)."""


class SelfTrade(StrEnum):
    """What happens when an order would trade with another of the same owner (自成交防范)."""

    CANCEL_NEWEST = "cancel-newest"
    """What is left of the incoming order is withdrawn; the resting one stays."""
    CANCEL_OLDEST = "cancel-oldest"
    """The resting order is withdrawn and the incoming one goes on."""
    CANCEL_BOTH = "cancel-both"
    """Both are withdrawn."""
    ALLOW = "allow"
    """They trade. For the replay of markets that allow it."""


class Cause(StrEnum):
    """Why the book itself withdrew units."""

    SELF_TRADE = "self-trade"
    UNFILLED = "unfilled"
    """An order that does not rest found no more units at its price."""
    NOT_IN_FULL = "not-in-full"
    """A fill-or-kill order could not be filled in full."""


class Trade(NamedTuple):
    """Units that changed hands (成交), at the price of the order that was there first.

    Attributes
    ----------
    price : int
        Fen for one unit.
    quantity : int
        Units.
    maker, taker : int
        The order that rested and the order that came.
    maker_owner, taker_owner : int
        Their owners, 0 where none was said.
    """

    price: int
    quantity: int
    maker: int
    taker: int
    maker_owner: int = 0
    taker_owner: int = 0


class Withdrawal(NamedTuple):
    """Units that the book withdrew by a rule: those of the incoming order, or of a resting one (`Cause.SELF_TRADE`)."""

    order: int
    quantity: int
    cause: Cause


class RestingOrder(NamedTuple):
    """An order in the book, with the units that are still open."""

    order: int
    side: Side
    price: int
    quantity: int
    owner: int


class BookError(ValueError):
    """A book cannot do what it was told; it is as it was before.

    Attributes
    ----------
    code : str
        ``order-known``, ``order-unknown``, ``bad-side``, ``bad-price``, ``bad-quantity``, ``bad-order``, ``bad-owner``,
        ``bad-life``, ``bad-levels`` or ``bad-state``.
    text : Text
        What was found and what is expected.
    """

    def __init__(self, code: str, text: Text) -> None:
        super().__init__(text.en)
        self.code = code
        self.text = text
