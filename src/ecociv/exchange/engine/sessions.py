"""Markets, their sessions and phases, halts, and the end of the day."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from ecociv.exchange.auctions import Offer, call_auction
from ecociv.exchange.engine.blocks import expire_proposals
from ecociv.exchange.engine.fields import DAY, DOCUMENT, FLAG, TABLE, WORD, bounded, read
from ecociv.exchange.engine.offers import end_expired
from ecociv.exchange.engine.orders import withdraw_all
from ecociv.exchange.engine.receiving import dead, still_valid
from ecociv.exchange.engine.refusals import EngineFault, refuse
from ecociv.exchange.engine.settlement import settle
from ecociv.exchange.engine.state import AUCTION, BUY, CLOSED, CONTINUOUS, SELL, Day, Market, State
from ecociv.exchange.market.prices import close
from ecociv.exchange.market.rules import rules_of


def open_market(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``open-market``: a market with its rules (开设交易品种)."""
    read(command, {"rules": TABLE, "document": DOCUMENT})
    bounded(command["rules"], "rules")
    rules = rules_of(command["rules"])
    if rules.market in state.markets:
        refuse("market-known", f"市场“{rules.market}”已开设。", f"The market {rules.market!r} is there already.")
    series = rules.series
    state.markets[rules.market] = Market(rules, series, rules.reference)
    state.touched.markets[rules.market] = None
    return {"market": rules.market}


def change_rules(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``change-rules``: other rules from the next session on; what is traded stays the same."""
    read(command, {"rules": TABLE, "document": DOCUMENT})
    bounded(command["rules"], "rules")
    rules = rules_of(command["rules"])
    market = state.market(rules.market)
    if market.phase != CLOSED or (market.day.day and not market.day.ended):
        refuse("session-open", "请在日终之后修改规则。", "Rules change after the end of the day: end it first.")
    if rules.series != market.series:
        refuse("another-series", "不能更换交易的标的。", "What a market trades cannot change: open another market.")
    steps = ("lot", "tick", "years", "quote")
    if any(getattr(rules, each) != getattr(market.rules, each) for each in steps) and any(
        each.market == market.key for each in state.offers.values()
    ):
        refuse(
            "offers-open",
            "有未结束的挂牌或竞价，不能更改手数、价位、年数和计价单位。",
            "Lot, tick, years and quote stay as they are while a listing or an auction is open: its bids were taken in them.",
        )
    market.rules = replace(rules, reference=market.rules.reference)
    state.touched.markets[market.key] = None
    return {"market": market.key}


def open_session(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``open-session``: continuous trading of a day, or with ``auction`` the collection for its call auction."""
    read(command, {"market": WORD, "day": DAY}, {"auction": FLAG})
    market, day = state.market(command["market"]), command["day"]
    if market.phase != CLOSED:
        refuse("session-open", "已经开市。", f"The market {market.key!r} has a session open already.")
    still_valid(market, at, day)
    before = market.day
    if before.day and not before.ended and before.day != day:
        refuse(
            "day-not-ended",
            f"{before.day}尚未日终结算，请先执行日终。",
            f"The day {before.day} is not ended: run the end of the day first.",
        )
    if before.day and (day < before.day or (day == before.day and before.ended)):
        refuse(
            "day-past", f"{day}已经日终结算。", f"The day {day} is over: the last day of this market is {before.day}."
        )
    if day != before.day:
        market.day = Day(day, market.reference)
        market.bought = {}
    market.phase = AUCTION if command.get("auction") else CONTINUOUS
    _touch(state, market)
    limits = market.rules.limits(market.reference)
    return {
        "market": market.key,
        "day": day,
        "phase": market.phase,
        "reference": market.reference,
        "band": list(limits) if limits else [],
    }


def clear_auction(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``clear-auction``: one price for what was collected (集合竞价); the rest goes into the book in the order of its time.

    At the last price who came first is served; of two prices equally near to the reference it is the higher.
    """
    read(command, {"market": WORD})
    market = state.market(command["market"])
    if market.phase != AUCTION:
        refuse("no-auction", "没有集合竞价。", f"The market {market.key!r} collects no orders for a call auction.")
    if dead(market, at):
        withdraw_all(state, "expired", at, market=market.key)
    collected = [state.orders[number] for number in market.collected]
    sides: dict[int, list[Offer]] = {BUY: [], SELL: []}
    for order in collected:
        owner = state.accounts[order.account].number
        sides[order.side].append(Offer(order.number, order.price, order.open, owner))
    tick = market.rules.tick
    reference = market.reference or max((order.price for order in collected), default=tick)
    found = call_auction(sides[BUY], sides[SELL], reference, tick=tick)
    trades = [
        settle(state, market, state.orders[pair.buy], state.orders[pair.sell], found.price, pair.quantity, None, at)
        for pair in found.pairs()
        if found.price is not None
    ]
    market.collected.clear()
    for order in collected:
        if order.open:
            owner = state.accounts[order.account].number
            if market.book.submit(order.number, order.side, order.price, order.open, owner=owner):
                raise EngineFault(f"order {order.number} still meets another after the auction")
    market.phase = CONTINUOUS
    _touch(state, market)
    return {
        "market": market.key,
        "price": found.price,
        "volume": found.volume,
        "decided": found.decided.value,
        "trades": [[trade.number, trade.price, trade.quantity] for trade in trades],
    }


def close_session(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``close-session``: no more orders; open ones are withdrawn."""
    read(command, {"market": WORD})
    market = state.market(command["market"])
    if market.phase == CLOSED:
        refuse("closed", "尚未开市。", f"The market {market.key!r} has no session open.")
    numbers = _shut(state, market, "session-closed", at)
    return {"market": market.key, "withdrawn": numbers}


def halt(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``halt`` (停牌): orders are withdrawn, none are taken until it is resumed."""
    read(command, {"market": WORD, "document": DOCUMENT})
    market = state.market(command["market"])
    if market.halted:
        refuse("halted", "已经停牌。", f"The market {market.key!r} is halted already: {market.halted}.")
    market.halted = command["document"]
    numbers = withdraw_all(state, "halted", at, market=market.key)
    expire_proposals(state, at, market=market.key)
    _touch(state, market)
    return {"market": market.key, "withdrawn": numbers}


def resume(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``resume`` (复牌)."""
    read(command, {"market": WORD, "document": DOCUMENT})
    market = state.market(command["market"])
    if not market.halted:
        refuse("not-halted", "没有停牌。", f"The market {market.key!r} is not halted.")
    market.halted = ""
    _touch(state, market)
    return {"market": market.key}


def end_of_day(state: State, command: Mapping[str, Any], at: int) -> dict[str, Any]:
    """``end-of-day`` (日终): every market with that day closes, and its close is the reference of the next day.

    Whatever is open on a series that expires with the day, or has before, is withdrawn, on every market.
    """
    read(command, {"day": DAY})
    day = command["day"]
    markets = [each for each in state.markets.values() if each.day.day == day and not each.day.ended]
    expired = _expired(state, day, at)
    if not markets and not expired:
        refuse("no-session", f"{day}没有开过市，或已经日终。", f"No market traded on {day}, or the day is ended already.")
    closes = {}
    for market in markets:
        _shut(state, market, "end-of-day", at)
        made = market.day
        made.close = close(made.value, made.volume, market.reference)
        made.ended = True
        market.reference = made.close
        market.bought = {}
        _touch(state, market)
        closes[market.key] = made.close
    return {"day": day, "closes": closes, **({"expired": expired} if expired else {})}


def _expired(state: State, day: str, at: int) -> dict[str, dict[str, list[int]]]:
    """Withdraw what is open on series that do not outlast a day; orders and offers by market, those without any left out."""
    found = {}
    for market in state.markets.values():
        receiving = market.rules.receiving
        if receiving is None or receiving.last_day is None or receiving.last_day.isoformat() > day:
            continue
        orders = withdraw_all(state, "expired", at, market=market.key)
        expire_proposals(state, at, market=market.key)
        offers = end_expired(state, market.key, at)
        if orders or offers:
            found[market.key] = {"orders": orders, "offers": offers}
    return found


def _shut(state: State, market: Market, cause: str, at: int) -> list[int]:
    numbers = withdraw_all(state, cause, at, market=market.key)
    expire_proposals(state, at, market=market.key)
    market.phase = CLOSED
    _touch(state, market)
    return numbers


def _touch(state: State, market: Market) -> None:
    state.touched.markets[market.key] = None
    if market.day.day:
        state.touched.days[market.key, market.day.day] = market.day
