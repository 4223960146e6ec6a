"""What must hold at every moment, beyond what the registry itself says."""

from __future__ import annotations

from collections.abc import Iterator

from ecociv.core.text import Text
from ecociv.exchange.engine.state import BUY, State
from ecociv.exchange.registry import Break
from ecociv.exchange.registry import State as Held


def breaks(state: State) -> Iterator[Break]:
    """Every break: first those of the registry, then orders against books, and reservations against their claims."""
    yield from state.registry.verify()
    yield from _books(state)
    yield from _claims(state)


def _books(state: State) -> Iterator[Break]:
    """The book of each market has exactly the open orders, and nobody pays more than somebody asks."""
    for market in state.markets.values():
        resting = {each.order: each for each in market.book.orders()}
        expected = {
            order.number: order
            for order in state.orders.values()
            if order.market == market.key and order.number not in market.collected
        }
        if resting.keys() != expected.keys():
            odd = sorted(resting.keys() ^ expected.keys())
            yield _broken("book-orders", market.key, f"委托{odd[:5]}", f"orders {odd[:5]} are in one and not in the other")
        for number in resting.keys() & expected.keys():
            rest, order = resting[number], expected[number]
            if (rest.price, rest.quantity, int(rest.side)) != (order.price, order.open, order.side):
                yield _broken("book-order", market.key, f"委托{number}", f"order {number} differs")
        bid, ask = market.book.best_bid, market.book.best_ask
        if bid is not None and ask is not None and bid >= ask:
            yield _broken("book-crossed", market.key, f"买价{bid}不低于卖价{ask}", f"bid {bid} meets ask {ask}")


def _claims(state: State) -> Iterator[Break]:
    """What is reserved is exactly what open orders, proposals, offers and bids need."""
    cash: dict[tuple[str, str], int] = {}
    units: dict[tuple[str, str, str], int] = {}
    for order in state.orders.values():
        market = state.markets[order.market]
        if order.side == BUY:
            still = order.amount + market.rules.amount(order.price, order.open)
            needed = still - order.amount + market.rules.fee.on(still) - order.fee
            if needed != order.reserved:
                yield _broken(
                    "reserved", order.claim, f"应占用{needed}分", f"{order.reserved} fen are held where {needed} are due"
                )
            cash[order.account, order.claim] = order.reserved
        else:
            units[order.account, order.claim, order.market] = order.open
    for made in state.proposals.values():
        _claim(cash, units, made.account, made.claim, made.market, made.side, made.quantity, made.reserved)
    for offer in state.offers.values():
        _claim(cash, units, offer.account, offer.claim, offer.market, offer.side, offer.quantity, offer.reserved)
        for bid in offer.bids.values():
            _claim(cash, units, bid.account, bid.claim, offer.market, -offer.side, bid.quantity, bid.reserved)
    held = {key: amount for key, amount in cash.items() if amount}
    if held != state.registry.purse.reserved:
        odd = sorted(set(held.items()) ^ set(state.registry.purse.reserved.items()))[0]
        yield _broken("cash-claims", str(odd[0]), f"{odd[1]}分", f"{odd[1]} fen are on one side only")
    kept: dict[tuple[str, str, str], int] = {}
    for market in state.markets.values():
        ledger = state.registry.ledgers.get(market.series)
        if ledger is None:
            continue
        for (account, how, claim), pool in ledger.pools.items():
            key = (account, claim, market.key)
            if how is Held.RESERVED and (key in units or _first(state, market.key)):
                kept[key] = pool.size
    wanted = {key: quantity for key, quantity in units.items() if quantity}
    if {(a, c): q for (a, c, _), q in kept.items()} != {(a, c): q for (a, c, _), q in wanted.items()}:
        found = {(a, c): q for (a, c, _), q in kept.items()}
        needed_units = {(a, c): q for (a, c, _), q in wanted.items()}
        odd_units = sorted(set(found.items()) ^ set(needed_units.items()))[0]
        yield _broken("unit-claims", str(odd_units[0]), f"{odd_units[1]}", f"{odd_units[1]} units are on one side only")


def _first(state: State, key: str) -> bool:
    """Whether a market is the first of those that trade its series: a claim is looked at once."""
    series = state.markets[key].series
    return next(each.key for each in state.markets.values() if each.series == series) == key


def _claim(
    cash: dict[tuple[str, str], int],
    units: dict[tuple[str, str, str], int],
    account: str,
    claim: str,
    market: str,
    side: int,
    quantity: int,
    reserved: int,
) -> None:
    if side == BUY:
        cash[account, claim] = reserved
    else:
        units[account, claim, market] = quantity


def _broken(code: str, place: str, zh: str, en: str) -> Break:
    return Break(code, place, Text(zh=f"{place}：{zh}不符。", en=f"{place}: {en}."))
