"""Orders a second of the book, beside three order books from PyPI on the same orders in the same run.

    python benchmarks/exchange_matching.py [--orders 1000000] [--seconds 60] [--repeat 5] [--without-peers]

The flow is seeded: 60 % limit orders that rest (up to 50 ticks from the middle), 30 % withdrawals of an order that rests,
10 % orders that reach over the whole book and take what they want. About one order in ten more comes than goes, so that
the book grows to some 100,000 orders on 100 levels.

What is compared:

* ``ecociv``: the book as the exchange uses it, each order with an owner, self-trade prevention on;
* ``lightmatchingengine``, ``order-matching``, ``pyorderbook``: where installed, without owners, which they do not know. A
  peer that has not done after ``--seconds`` is stopped, and all are compared on the orders that it did. Order objects that
  a peer takes are made before its clock starts.

On the orders that both did, trades and traded units of a peer are set beside those of the plain rule (ours without owners).
"""

from __future__ import annotations

import argparse
import datetime as dt
import gc
import logging
import random
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any

from ecociv.exchange.matching import Book

MIDDLE, REACH, OWNERS = 10_000, 50, 50
NEW, CANCEL = 0, 1
Order = tuple[int, int, int, int, int]
CHUNK = 1000


def flow(count: int, seed: int = 2018) -> list[Order]:
    """Kind, number, side, price, quantity; every withdrawal is of an order that rests at that moment."""
    chance = random.Random(seed)
    book = Book()
    resting: list[int] = []
    orders: list[Order] = []
    while len(orders) < count:
        number, what = len(orders) + 1, chance.random()
        side = chance.choice((1, -1))
        if 0.6 <= what < 0.9 and resting:
            order = 0
            while order not in book and resting:
                place = chance.randrange(len(resting))
                resting[place], resting[-1] = resting[-1], resting[place]
                order = resting.pop()
            if order in book:
                book.cancel(order)
                orders.append((CANCEL, order, 0, 0, 0))
                continue
        if what >= 0.9:
            price, quantity = MIDDLE + side * REACH, chance.randint(1, 200)
        else:
            price, quantity = MIDDLE - side * chance.randint(1, REACH), chance.randint(1, 100)
        book.submit(number, side, price, quantity)
        if number in book:
            resting.append(number)
        orders.append((NEW, number, side, price, quantity))
    return orders


@dataclass
class Run:
    """How far a contender came: orders, seconds, trades, units."""

    orders: int = 0
    seconds: float = 0.0
    trades: int = 0
    units: int = 0


def play(orders: list[Order], owners: bool) -> Run:
    """Ours, on all the orders it is given."""
    book = Book()
    submit, cancel = book.submit, book.cancel
    run = Run(len(orders))
    count = units = 0
    start = time.process_time()
    if owners:
        for kind, number, side, price, quantity in orders:
            if kind == NEW:
                trades = submit(number, side, price, quantity, owner=number % OWNERS + 1)
                count += len(trades)
                for trade in trades:
                    units += trade.quantity
            elif number in book:  # with owners some orders were withdrawn by self-trade prevention
                cancel(number)
    else:
        for kind, number, side, price, quantity in orders:
            if kind == NEW:
                trades = submit(number, side, price, quantity)
                count += len(trades)
                for trade in trades:
                    units += trade.quantity
            else:
                cancel(number)
    run.seconds = time.process_time() - start
    run.trades, run.units = count, units
    return run


def best(orders: list[Order], owners: bool, repeat: int) -> Run:
    """The fastest of some runs."""
    return min((play(orders, owners) for _ in range(repeat)), key=lambda run: run.seconds)


def timed(steps: Iterator[Callable[[], tuple[int, int]]], limit: float) -> Run:
    """Play prepared steps in chunks until they end or the time is over."""
    run = Run()
    while run.seconds < limit:
        chunk = list(islice(steps, CHUNK))
        if not chunk:
            break
        start = time.process_time()
        answers = [step() for step in chunk]
        run.seconds += time.process_time() - start
        run.orders += len(chunk)
        run.trades += sum(trades for trades, _ in answers)
        run.units += sum(units for _, units in answers)
    return run


def light(orders: list[Order]) -> Iterator[Callable[[], tuple[int, int]]]:
    """Steps for ``lightmatchingengine``, which numbers the orders itself and lists each trade twice."""
    from lightmatchingengine.lightmatchingengine import LightMatchingEngine

    engine = LightMatchingEngine()
    theirs: dict[int, int] = {}

    def submit(number: int, side: int, price: int, quantity: int) -> tuple[int, int]:
        order, trades = engine.add_order("R", price, quantity, 1 if side == 1 else 2)
        theirs[number] = order.order_id
        makers = [trade.trade_qty for trade in trades if trade.order_id != order.order_id]
        return len(makers), sum(makers)

    def cancel(number: int) -> tuple[int, int]:
        engine.cancel_order(theirs.pop(number), "R")
        return 0, 0

    for kind, number, *rest in orders:
        if kind == NEW:
            yield lambda number=number, rest=rest: submit(number, *rest)
        else:
            yield lambda number=number: cancel(number)


def pyorderbook(orders: list[Order]) -> Iterator[Callable[[], tuple[int, int]]]:
    """Steps for ``pyorderbook``."""
    from pyorderbook import Book as PyOrderBook
    from pyorderbook import ask, bid

    logging.getLogger().setLevel(logging.ERROR)
    book = PyOrderBook()
    made: dict[int, Any] = {}

    def submit(order: Any) -> tuple[int, int]:
        trades = book.match(order).trades
        return len(trades), sum(trade.fill_quantity for trade in trades)

    def cancel(order: Any) -> tuple[int, int]:
        book.cancel(order)
        return 0, 0

    for kind, number, side, price, quantity in orders:
        if kind == NEW:
            made[number] = order = (bid if side == 1 else ask)("R", price, quantity)
            yield lambda order=order: submit(order)
        else:
            order = made.pop(number)
            yield lambda order=order: cancel(order)


def order_matching(orders: list[Order]) -> Iterator[Callable[[], tuple[int, int]]]:
    """Steps for ``order-matching``, whose sizes are floats and whose order of time is that of timestamps."""
    from loguru import logger
    from order_matching.enums import Side
    from order_matching.matching_engine import MatchingEngine
    from order_matching.order import LimitOrder
    from order_matching.orders import Orders

    logger.remove()
    engine = MatchingEngine(seed=1)
    begin = dt.datetime(2018, 1, 1)  # noqa: DTZ001 - the package compares naive times

    def submit(order: Any, at: dt.datetime) -> tuple[int, int]:
        engine.place(Orders([order]))
        trades = engine.match(timestamp=at).trades
        return len(trades), int(sum(trade.size for trade in trades))

    def cancel(number: int) -> tuple[int, int]:
        engine.cancel_order(str(number))
        return 0, 0

    for kind, number, side, price, quantity in orders:
        if kind == NEW:
            at = begin + dt.timedelta(microseconds=number)
            order = LimitOrder(
                side=Side.BUY if side == 1 else Side.SELL,
                price=price,
                size=quantity,
                timestamp=at,
                order_id=str(number),
                trader_id="x",
            )
            yield lambda order=order, at=at: submit(order, at)
        else:
            yield lambda number=number: cancel(number)


PEERS = {"lightmatchingengine": light, "pyorderbook": pyorderbook, "order-matching": order_matching}


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--orders", type=int, default=1_000_000)
    parser.add_argument("--seconds", type=float, default=60.0, help="limit for each peer")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--without-peers", action="store_true")
    asked = parser.parse_args()
    orders = flow(asked.orders)
    kinds = [
        sum(1 for order in orders if order[0] == NEW and crossing(order)),
        sum(o[0] == CANCEL for o in orders),
    ]
    print(f"{len(orders):,} orders, {kinds[1]:,} withdrawals, {kinds[0]:,} marketable; processor time")
    for owners in (True, False):
        run = best(orders, owners, asked.repeat)
        print(
            f"  ecociv, {'owners' if owners else 'no owners':9s} {run.orders / run.seconds:12,.0f} orders/s  "
            f"{run.trades:,} trades of {run.units:,} units"
        )
    for name, steps in {} if asked.without_peers else PEERS.items():
        gc.collect()
        try:
            run = timed(steps(orders), asked.seconds)
        except ImportError:
            print(f"  {name:19s} not installed")
            continue
        ours = best(orders[: run.orders], False, asked.repeat)
        same = "the same trades" if (ours.trades, ours.units) == (run.trades, run.units) else "OTHER TRADES"
        print(
            f"  {name:19s} {run.orders / run.seconds:12,.0f} orders/s on the first {run.orders:,}: "
            f"ecociv {ours.orders / ours.seconds:,.0f}, {run.seconds / ours.seconds:,.1f} times as fast; {same} "
            f"({run.trades:,} of {run.units:,}; ecociv {ours.trades:,} of {ours.units:,})"
        )


def crossing(order: Order) -> bool:
    """Whether a new order reaches over the middle."""
    return (order[3] - MIDDLE) * order[2] > 0


if __name__ == "__main__":
    main()
