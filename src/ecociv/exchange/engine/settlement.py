"""Delivery versus payment (券款对付): reservations before a trade, and the one movement by which it is settled."""

from __future__ import annotations

from ecociv.exchange.engine.changes import TradeDone
from ecociv.exchange.engine.state import BUY, FEES, Market, Order, State
from ecociv.exchange.registry import Cash, Kind, Line, Units
from ecociv.exchange.registry import State as Held


def reserve(state: State, market: Market, account: str, side: int, price: int, quantity: int, claim: str, at: int) -> int:
    """Hold what an order may come to cost: units of a seller, money with the fee of a buyer; the fen that are held.

    Raises
    ------
    MovementRefused
        When the account has not as much.
    """
    if side == BUY:
        amount = market.rules.amount(price, quantity)
        held = amount + market.rules.fee.on(amount)
        state.move(Kind.RESERVE_CASH, claim, at, Cash(held, account, account, False, True, "", claim))
        return held
    state.move(
        Kind.RESERVE,
        claim,
        at,
        Units(market.series, quantity, account, Held.FREE, account, Held.RESERVED, "", claim),
    )
    return 0


def release(state: State, market: Market, account: str, side: int, quantity: int, held: int, claim: str, at: int) -> None:
    """Give back what is still held."""
    if side == BUY:
        if held:
            state.sure(Kind.RELEASE_CASH, claim, at, Cash(held, account, account, True, False, claim, ""))
    elif quantity:
        state.sure(
            Kind.RELEASE,
            claim,
            at,
            Units(market.series, quantity, account, Held.RESERVED, account, Held.FREE, claim, ""),
        )


def deliver(
    state: State,
    market: Market,
    *,
    number: int,
    price: int,
    quantity: int,
    buyer: str,
    seller: str,
    cash_claim: str,
    unit_claim: str,
    buy_fee: int,
    sell_fee: int,
    back: int,
    at: int,
) -> int:
    """Units, money, fees and what is set free of the buyer's reservation, in one movement; the fen of the trade."""
    amount = market.rules.amount(price, quantity)
    lines: list[Line] = [
        Units(market.series, quantity, seller, Held.RESERVED, buyer, Held.FREE, unit_claim),
        Cash(amount, buyer, seller, True, False, cash_claim),
    ]
    if buy_fee:
        lines.append(Cash(buy_fee, buyer, FEES, True, False, cash_claim))
    if sell_fee:
        lines.append(Cash(sell_fee, seller, FEES))
    if back:
        lines.append(Cash(back, buyer, buyer, True, False, cash_claim))
    state.sure(Kind.DELIVER, f"trade {number}", at, *lines)
    if not market.rules.same_day:
        market.bought[buyer] = market.bought.get(buyer, 0) + quantity
    return amount


def settle(
    state: State, market: Market, buy: Order, sell: Order, price: int, quantity: int, taker: Order | None, at: int
) -> TradeDone:
    """Settle one trade between two orders and write it into both and into the day.

    The fee of an order counts over all its trades: each trade is charged the fee of the sum so far less what was charged
    before, so that the minimum is due once. A seller is never charged more than a trade brings; the rest waits for the
    next trade of the order and lapses with it.
    """
    rules = market.rules
    number = state.next("trade")
    amount = rules.amount(price, quantity)
    buy_fee = rules.fee.on(buy.amount + amount) - buy.fee
    sell_fee = min(rules.fee.on(sell.amount + amount) - sell.fee, amount)
    still = buy.amount + amount + rules.amount(buy.price, buy.open - quantity)
    needed = still - buy.amount - amount + rules.fee.on(still) - buy.fee - buy_fee if buy.open > quantity else 0
    back = buy.reserved - amount - buy_fee - needed
    deliver(
        state,
        market,
        number=number,
        price=price,
        quantity=quantity,
        buyer=buy.account,
        seller=sell.account,
        cash_claim=buy.claim,
        unit_claim=sell.claim,
        buy_fee=buy_fee,
        sell_fee=sell_fee,
        back=back,
        at=at,
    )
    buy.reserved = needed
    buy.fee += buy_fee
    sell.fee += sell_fee
    for order in (buy, sell):
        order.open -= quantity
        order.traded += quantity
        order.amount += amount
        if not order.open:
            order.state = "filled"
            state.orders.pop(order.number, None)
        state.touched.orders[order.number] = order
    key = (buy.account, market.key)
    state.buying[key] -= quantity
    if not state.buying[key]:
        del state.buying[key]
    traded_today(market, price, quantity, amount)
    state.touched.days[market.key, market.day.day] = market.day
    done = TradeDone(
        number,
        market.key,
        market.day.day,
        at,
        price,
        quantity,
        amount,
        buy.account,
        sell.account,
        buy.number,
        sell.number,
        buy_fee,
        sell_fee,
        0 if taker is None else taker.side,
        "call-auction" if taker is None else "continuous",
    )
    state.touched.trades.append(done)
    return done


def traded_today(market: Market, price: int, quantity: int, amount: int) -> None:
    """Count a trade of the book into the day."""
    day = market.day
    day.trades += 1
    day.volume += quantity
    day.value += price * quantity
    day.amount += amount
    day.last = price
    day.open = day.open or price
    day.high = max(day.high, price)
    day.low = min(day.low, price) if day.low else price
