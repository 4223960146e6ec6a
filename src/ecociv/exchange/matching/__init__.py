"""Continuous matching by price and time (连续竞价: 价格优先、时间优先). Pure: integers only, no clock, no Django.

>>> from ecociv.exchange.matching import Book
>>> book = Book()
>>> book.submit(1, "sell", 6200, 100)
[]
>>> book.submit(2, "buy", 6210, 30)
[Trade(price=6200, quantity=30, maker=1, taker=2, maker_owner=0, taker_owner=0)]
>>> book.snapshot()
{'bids': [], 'asks': [(6200, 70, 1)]}
"""

from ecociv.exchange.matching.book import Book
from ecociv.exchange.matching.orders import (
    BookError,
    Cause,
    Life,
    RestingOrder,
    SelfTrade,
    Side,
    Trade,
    Withdrawal,
)

__all__ = ["Book", "BookError", "Cause", "Life", "RestingOrder", "SelfTrade", "Side", "Trade", "Withdrawal"]
