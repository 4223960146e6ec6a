"""A book as plain JSON values, and back: orders in their priority, so that a book read back goes on alike."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from ecociv.exchange.matching.orders import BookError, SelfTrade, Side
from ecociv.exchange.matching.refusals import refuse_state

if TYPE_CHECKING:
    from ecociv.exchange.matching.book import Book

_FORMAT = 1


def dumped(book: Book) -> dict[str, Any]:
    """The state as plain JSON values."""
    return {
        "format": _FORMAT,
        "self_trade": book.self_trade.value,
        "crossed": book.crossed,
        "bids": [[o.order, o.price, o.quantity, o.owner] for o in book.orders(Side.BUY)],
        "asks": [[o.order, o.price, o.quantity, o.owner] for o in book.orders(Side.SELL)],
    }


def loaded(make: type[Book], state: Mapping[str, Any]) -> Book:
    """Read what `dumped` returned.

    Raises
    ------
    BookError
        As `Book.load`.
    """
    try:
        if state["format"] != _FORMAT:
            refuse_state(f"format {state['format']!r}")
        book = make(self_trade=SelfTrade(state["self_trade"]))
        for side, rows in ((Side.BUY, state["bids"]), (Side.SELL, state["asks"])):
            for order, price, quantity, owner in rows:
                book.collect(order, side, price, quantity, owner=owner)
    except BookError:
        raise
    except (KeyError, TypeError, ValueError) as error:
        refuse_state(str(error))
    if dumped(book) != state:
        refuse_state("priority or crossing")
    return book
