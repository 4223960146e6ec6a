"""Continuous matching by price and time (连续竞价: 价格优先、时间优先). Pure: integers only, no clock, no Django.

A book is told of orders and answers with trades. Prices are whole fen, quantities whole units; the number of an order is
whatever whole number the caller gives it.

>>> from ecociv.exchange.matching import Book
>>> book = Book()
>>> book.submit(1, "sell", 6200, 100), book.submit(2, "sell", 6200, 50), book.submit(3, "buy", 6100, 40)
([], [], [])

Who came first at a price trades first, and a trade is at the price of the order that rested:

>>> book.submit(4, "buy", 6210, 130)
[Trade(price=6200, quantity=100, maker=1, taker=4, maker_owner=0, taker_owner=0), Trade(price=6200, quantity=30, maker=2, taker=4, maker_owner=0, taker_owner=0)]

What rests is withdrawn in full or in part, and shown by price, units and number of orders:

>>> book.cancel(3, 15)
15
>>> book.snapshot()
{'bids': [(6100, 25, 1)], 'asks': [(6200, 20, 1)]}

What makes no sense is refused with a code and a sentence in both languages, and changes nothing:

>>> for order, price, quantity in ((3, 6100, 10), (5, 61.5, 10), (5, 6100, 0)):
...     try:
...         _ = book.submit(order, "buy", price, quantity)
...     except BookError as refusal:
...         print(refusal.code, "-", refusal)
order-known - An order numbered 3 is in the book already: give another number.
bad-price - The price (fen) has to be a whole number above zero, but it is 61.5.
bad-quantity - The quantity has to be a whole number above zero, but it is 0.
>>> try:
...     _ = book.cancel(1)
... except BookError as refusal:
...     print(refusal.code, "-", refusal)
order-unknown - No order numbered 1 rests in the book: it has traded in full, was withdrawn, or never came.
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
