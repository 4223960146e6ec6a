"""Orders: what is looked at before one is taken, what it meets, and how it is withdrawn."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn

from ecociv.exchange.engine.changes import TradeDone
from ecociv.exchange.engine.fields import POSITIVE, SIDE, WORD, one_of, read
from ecociv.exchange.engine.receiving import may_order
from ecociv.exchange.engine.refusals import refuse, yuan
from ecociv.exchange.engine.settlement import release, reserve, settle
from ecociv.exchange.engine.state import AUCTION, BUY, CLOSED, SELL, SIDES, Market, Order, State
from ecociv.exchange.market.rules import MarketRules
from ecociv.exchange.matching import Life
from ecociv.exchange.registry import LIVE
from ecociv.exchange.registry import State as Held

LIVES = {"day": Life.DAY, "immediate": Life.IMMEDIATE, "fill-or-kill": Life.FILL_OR_KILL}
_NEEDED = {"account": WORD, "market": WORD, "side": SIDE, "quantity": POSITIVE}
_OPTIONAL = {"price": POSITIVE, "life": WORD}


def place(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``order``: a limit order, or without a price one at the market, which does not rest.

    Raises
    ------
    Refused, MovementRefused
        With the first rule that is broken; nothing has happened then.
    """
    read(command, _NEEDED, _OPTIONAL)
    life = LIVES[one_of(command, "life", LIVES)] if "life" in command else Life.DAY
    account = state.acting(command["account"])
    market = state.market(command["market"])
    side, quantity = SIDES[command["side"]], command["quantity"]
    may_order(market, account, side, at)
    open_for_orders(market, at)
    auction = market.phase == AUCTION
    price = command.get("price")
    if price is None:
        price = _market_price(market, side)
        if auction:
            refuse("auction-limit", "集合竞价只接受限价委托。", "A call auction takes limit orders only: give a price.")
        life = Life.IMMEDIATE if life is Life.DAY else life
    if auction and life is not Life.DAY:
        refuse("auction-life", "集合竞价只接受当日有效的委托。", "A call auction takes orders for the day only.")
    allowed_quantity(market.rules, quantity)
    allowed_price(market.rules, market.reference, price)
    if side == SELL:
        may_sell(state, market, account.key, quantity)
    else:
        may_hold(state, market, account.key, quantity)
    if auction:
        _no_meeting_oneself(state, market, account.number, side, price)
    number = state.numbers["order"] + 1
    held = reserve(state, market, account.key, side, price, quantity, f"order {number}", at)
    state.next("order")
    order = Order(number, account.key, market.key, side, price, quantity, quantity, at, market.day.day, reserved=held)
    state.orders[number] = order
    state.touched.orders[number] = order
    if side == BUY:
        key = (account.key, market.key)
        state.buying[key] = state.buying.get(key, 0) + quantity
    if auction:
        market.collected[number] = None
        return _told(order, [])
    return _told(order, _meet(state, market, order, account.number, life, at))


def _meet(
    state: State, market: Market, order: Order, owner: int, life: Life, at: int
) -> list[TradeDone]:
    """Hand an order to the book and settle what came about."""
    done = []
    for price, quantity, maker_number, *_ in market.book.submit(
        order.number, order.side, order.price, order.open, owner=owner, life=life
    ):
        maker = state.orders[maker_number]
        buy, sell = (order, maker) if order.side == BUY else (maker, order)
        done.append(settle(state, market, buy, sell, price, quantity, order, at))
    for withdrawal in market.book.withdrawn:
        _close(state, market, state.orders[withdrawal.order], withdrawal.cause.value, at)
    state.touched.markets[market.key] = None
    return done


def cancel(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``cancel``: an order of an account, or some of its units."""
    read(command, {"account": WORD, "order": POSITIVE}, {"quantity": POSITIVE})
    order = state.orders.get(command["order"])
    if order is None or order.account != command["account"]:
        refuse(
            "order-not-open",
            f"账户“{command['account']}”没有未成交的{command['order']}号委托。",
            f"Account {command['account']!r} has no open order {command['order']}.",
        )
    market = state.markets[order.market]
    quantity = command.get("quantity", order.open)
    if quantity >= order.open:
        withdrawn = order.open
        withdraw(state, order, "cancelled", at)
        return {"order": order.number, "withdrawn": withdrawn, "open": 0}
    if quantity % market.rules.lot:
        _bad_lot(market.rules, quantity)
    if order.number not in market.collected:
        market.book.cancel(order.number, quantity)
    _shrink(state, market, order, quantity, at)
    return {"order": order.number, "withdrawn": quantity, "open": order.open}


def withdraw(state: State, order: Order, cause: str, at: int) -> None:
    """Take an open order out of its book or auction and give back what it holds."""
    market = state.markets[order.market]
    if order.number in market.collected:
        del market.collected[order.number]
    else:
        market.book.cancel(order.number)
    _close(state, market, order, cause, at)
    state.touched.markets[market.key] = None


def withdraw_all(state: State, cause: str, at: int, *, market: str = "", account: str = "") -> list[int]:
    """Withdraw the open orders of a market or of an account, in the order of their numbers; their numbers."""
    numbers = [
        order.number
        for order in state.orders.values()
        if (not market or order.market == market) and (not account or order.account == account)
    ]
    for number in sorted(numbers):
        withdraw(state, state.orders[number], cause, at)
    return sorted(numbers)


def _close(state: State, market: Market, order: Order, cause: str, at: int) -> None:
    """An order that has left the book with units that did not trade."""
    release(state, market, order.account, order.side, order.open, order.reserved, order.claim, at)
    _less_buying(state, order, order.open)
    order.reserved = order.open = 0
    order.state, order.cause = "withdrawn", cause
    del state.orders[order.number]
    state.touched.orders[order.number] = order


def _shrink(state: State, market: Market, order: Order, quantity: int, at: int) -> None:
    held = 0
    if order.side == BUY:
        still = order.amount + market.rules.amount(order.price, order.open - quantity)
        needed = still - order.amount + market.rules.fee.on(still) - order.fee
        held = order.reserved - needed
        order.reserved = needed
    release(state, market, order.account, order.side, quantity, held, order.claim, at)
    _less_buying(state, order, quantity)
    order.open -= quantity
    order.quantity -= quantity
    state.touched.orders[order.number] = order
    state.touched.markets[market.key] = None


def _less_buying(state: State, order: Order, quantity: int) -> None:
    if order.side != BUY:
        return
    key = (order.account, order.market)
    state.buying[key] -= quantity
    if not state.buying[key]:
        del state.buying[key]


def open_for_orders(market: Market, at: int) -> None:
    """Refuse an order while the market is halted, closed or out of its hours."""
    if market.halted:
        refuse(
            "halted",
            f"市场“{market.rules.label_zh}”已停牌：{market.halted}。",
            f"The market {market.rules.label_en!r} is halted: {market.halted}.",
        )
    if market.phase == CLOSED:
        refuse(
            "closed",
            f"市场“{market.rules.label_zh}”未开市。",
            f"The market {market.rules.label_en!r} has no session open.",
        )
    if not market.rules.open_at(at):
        spans = "、".join(f"{begin}–{end}" for begin, end in market.rules.to_json()["hours"])
        refuse("hours", f"不在交易时段（{spans}）。", f"Orders are taken from {spans.replace('、', ' and ')}.")


def allowed_quantity(rules: MarketRules, quantity: int) -> None:
    """Refuse what is no multiple of the lot, or above the largest order."""
    if quantity % rules.lot:
        _bad_lot(rules, quantity)
    if rules.largest and quantity > rules.largest:
        refuse(
            "too-large",
            f"单笔最多{rules.largest}，而不是{quantity}；更大的请用大宗协议。",
            f"An order has at most {rules.largest} units, not {quantity}; larger ones are block trades.",
        )


def allowed_price(rules: MarketRules, reference: int, price: int, *, block: bool = False) -> None:
    """Refuse a price off the tick or outside the band of the day."""
    if price % rules.tick:
        refuse(
            "tick",
            f"价格{yuan(price)}元不是最小变动价位{yuan(rules.tick)}元的整数倍。",
            f"The price of {yuan(price)} yuan is no multiple of the tick of {yuan(rules.tick)} yuan.",
        )
    limits = rules.limits(reference, block=block)
    if limits and not limits[0] <= price <= limits[1]:
        low, high = yuan(limits[0]), yuan(limits[1])
        refuse(
            "band",
            f"价格{yuan(price)}元超出当日涨跌幅{low}至{high}元（基准价{yuan(reference)}元）。",
            f"The price of {yuan(price)} yuan is outside the band of the day, {low} to {high} yuan (reference {yuan(reference)}).",
        )


def may_sell(state: State, market: Market, account: str, quantity: int) -> None:
    """Refuse to sell today what was bought today, where that is not allowed; the registry sees to the rest."""
    bought = market.bought.get(account, 0)
    if not bought:
        return
    ledger = state.registry.ledgers.get(market.series)
    sellable(ledger.totals.get((account, Held.FREE), 0) if ledger else 0, bought, quantity)


def sellable(free: int, bought: int, quantity: int) -> None:
    """Refuse to sell more than is free and was not bought today."""
    if bought and quantity > free - bought:
        refuse(
            "same-day",
            f"当日买入的{bought}不得当日卖出，可卖{max(free - bought, 0)}。",
            f"{bought} units were bought today and cannot be sold today; {max(free - bought, 0)} can.",
        )


def may_hold(state: State, market: Market, account: str, quantity: int, *, instead: int = 0) -> None:
    """Refuse to buy beyond the position limit; open bids count as if they had traded.

    ``instead`` are units of a bid of the account whose place the new one takes.
    """
    if not market.rules.position:
        return
    ledger = state.registry.ledgers.get(market.series)
    held = sum(ledger.totals.get((account, each), 0) for each in LIVE) if ledger else 0
    buying = state.buying.get((account, market.key), 0)
    if market.rules.position_counts == "all":
        buying += _bidding(state, market, account) - instead
    within_position(market.rules, held, buying, quantity)


def _bidding(state: State, market: Market, account: str) -> int:
    """Units that an account is about to buy beside the book: by proposals, offers to buy, and bids on offers."""
    proposed = sum(
        each.quantity
        for each in state.proposals.values()
        if each.account == account and each.market == market.key and each.side == BUY
    )
    offers = [each for each in state.offers.values() if each.market == market.key]
    listed = sum(each.quantity for each in offers if each.account == account and each.side == BUY)
    bids = sum(
        one.quantity
        for each in offers
        if each.side == SELL
        for one in each.bids.values()
        if one.account == account
    )
    return proposed + listed + bids


def within_position(rules: MarketRules, held: int, buying: int, quantity: int) -> None:
    """Refuse what would lie above the position limit."""
    limit = rules.position
    if limit and held + buying + quantity > limit:
        refuse(
            "position",
            f"持仓上限{limit}：已有{held}，在途买入{buying}，不能再买{quantity}。",
            f"The position limit is {limit}: {held} held and {buying} about to be bought leave no room for {quantity}.",
        )


def _market_price(market: Market, side: int) -> int:
    """The end of the band that an order without a price may reach."""
    limits = market.rules.limits(market.reference)
    if limits is None:
        refuse(
            "price-missing",
            "该市场没有涨跌幅限制，请填写价格。",
            "This market has no price band, so an order needs a price: otherwise nobody knew what to hold for it.",
        )
    return limits[1] if side == BUY else limits[0]


def _no_meeting_oneself(state: State, market: Market, owner: int, side: int, price: int) -> None:
    for number in market.collected:
        other = state.orders[number]
        if other.side == side or state.accounts[other.account].number != owner:
            continue
        if (price - other.price) * side >= 0:
            refuse(
                "self-trade",
                f"与本方{number}号委托可能自成交，请先撤销该委托。",
                f"It could trade with your own order {number}: withdraw that first.",
            )


def _bad_lot(rules: MarketRules, quantity: int) -> NoReturn:
    refuse(
        "lot",
        f"数量{quantity}不是最小单位{rules.lot}的整数倍。",
        f"The quantity {quantity} is no multiple of the lot of {rules.lot}.",
    )


def _told(order: Order, trades: list[TradeDone]) -> dict[str, Any]:
    """What the sender of an order is told."""
    told: dict[str, Any] = {
        "order": order.number,
        "state": order.state,
        "traded": order.traded,
        "open": order.open,
        "trades": [[trade.number, trade.price, trade.quantity] for trade in trades],
    }
    if order.cause:
        told["cause"] = order.cause
    return told
