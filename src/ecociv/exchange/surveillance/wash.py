"""Wash trades: the same owner on both sides (自买自卖), or units that come back in a ring (循环对敲). Pure: no Django."""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.exchange.surveillance.alerts import MINUTE, Alert, TradeSeen, owner_of
from ecociv.exchange.surveillance.thresholds import WashTrades

DAY = 24 * 60 * MINUTE
LOCAL = 8 * 60 * MINUTE
"""China Standard Time is eight hours ahead; days are counted in it."""


def day_of(at: int) -> int:
    """The local day of a moment, as a number of days."""
    return (at + LOCAL) // DAY


def wash_trades(
    trades: Sequence[TradeSeen], rule: WashTrades, *, owners: Mapping[str, str] | None = None
) -> list[Alert]:
    """Trades of an owner with himself, and rings in which units come back to their owner.

    A ring is a chain of trades in order of time, in each of which the buyer of the one before sells about as much, until
    the first seller has it back. Each trade is evidence of one ring only: the one that starts earliest and is shortest.

    Parameters
    ----------
    trades : sequence of TradeSeen
        Of one or several markets, in any order.
    owners : mapping
        Beneficial owner by account.

    Returns
    -------
    list of Alert
        Kinds ``wash-own`` (one for each owner, market and day) and ``wash-ring``, by the number of their first trade.
    """
    owners = owners or {}
    ordered = sorted(trades, key=lambda one: one.number)
    own: dict[tuple[str, str, int], list[TradeSeen]] = {}
    others: dict[str, list[TradeSeen]] = {}
    volume: dict[tuple[str, int], int] = {}
    for trade in ordered:
        day = day_of(trade.at)
        volume[trade.market, day] = volume.get((trade.market, day), 0) + trade.quantity
        owner = owner_of(trade.buyer, owners)
        if owner == owner_of(trade.seller, owners):
            own.setdefault((trade.market, owner, day), []).append(trade)
        else:
            others.setdefault(trade.market, []).append(trade)
    alerts = [_own(market, owner, found) for (market, owner, _), found in own.items()]
    for found in others.values():
        alerts += _rings(found, rule, owners, volume)
    return sorted(alerts, key=lambda one: (one.trades[0].number, one.kind))


def _own(market: str, owner: str, trades: list[TradeSeen]) -> Alert:
    units = sum(trade.quantity for trade in trades)
    data = {"owner": owner, "units": units, "trades": len(trades)}
    text = Text(
        zh="{owner} 与自己（或同一实际控制人的账户）成交 {trades} 笔，共 {units}。",
        en="{owner} traded with itself, or between accounts that it controls: {trades} trades, {units} units.",
    ).fill(**data)
    return Alert("wash-own", market, owner, _accounts(trades), Reason("wash-own", text, data), tuple(trades))


def _rings(
    trades: list[TradeSeen],
    rule: WashTrades,
    owners: Mapping[str, str],
    volume: Mapping[tuple[str, int], int],
) -> list[Alert]:
    by_seller: dict[str, list[TradeSeen]] = {}
    for trade in trades:
        by_seller.setdefault(owner_of(trade.seller, owners), []).append(trade)
    used: set[int] = set()
    alerts = []
    for first in trades:
        if first.number in used:
            continue
        all_units = volume[first.market, day_of(first.at)]
        for ring in _closings(first, by_seller, rule, owners, used):
            units = min(trade.quantity for trade in ring)
            if units * 10_000 >= rule.minimum_share_bp * all_units:
                used |= {trade.number for trade in ring}
                alerts.append(_ring(ring, units, all_units, owners))
                break
    return alerts


def _closings(
    first: TradeSeen,
    by_seller: Mapping[str, list[TradeSeen]],
    rule: WashTrades,
    owners: Mapping[str, str],
    used: set[int],
) -> Iterator[tuple[TradeSeen, ...]]:
    """Rings that start with a trade, the shortest first; of those with the same length the one that closes earliest.

    Of all chains that bring the units to a holder in so many trades only the one that gets there first is followed: what
    can be reached from a later one can be reached from it too.
    """
    start = owner_of(first.seller, owners)
    reached: dict[str, tuple[TradeSeen, ...]] = {owner_of(first.buyer, owners): (first,)}
    for _ in range(rule.longest_ring - 1):
        further: dict[str, tuple[TradeSeen, ...]] = {}
        for holder, chain in reached.items():
            for trade in _after(by_seller.get(holder, ()), chain[-1].number):
                if trade.at - first.at > rule.window_minutes * MINUTE:
                    break
                if trade.number in used or not _as_much(trade, first, rule.quantity_match_bp):
                    continue
                buyer = owner_of(trade.buyer, owners)
                if buyer not in further or trade.number < further[buyer][-1].number:
                    further[buyer] = (*chain, trade)
        if start in further:
            yield further.pop(start)
        reached = further


def _after(trades: Sequence[TradeSeen], number: int) -> Iterator[TradeSeen]:
    """The trades of a seller that come later than a number; they are in order."""
    return islice(trades, bisect_right(trades, number, key=lambda one: one.number), None)


def _as_much(trade: TradeSeen, first: TradeSeen, match_bp: int) -> bool:
    low, high = sorted((trade.quantity, first.quantity))
    return low * 10_000 >= match_bp * high


def _ring(ring: tuple[TradeSeen, ...], units: int, all_units: int, owners: Mapping[str, str]) -> Alert:
    path = [owner_of(trade.seller, owners) for trade in ring]
    data = {
        "path": " → ".join([*path, path[0]]),
        "units": units,
        "minutes": (ring[-1].at - ring[0].at) // MINUTE,
        "day_units": all_units,
    }
    text = Text(
        zh="{units} 在 {minutes} 分钟内循环一周：{path}（当日成交 {day_units}）。",
        en="{units} units went round within {minutes} minutes: {path} ({day_units} were traded on the day).",
    ).fill(**data)
    return Alert(
        "wash-ring", ring[0].market, path[0], _accounts(ring), Reason("wash-ring", text, data), tuple(ring)
    )


def _accounts(trades: Sequence[TradeSeen]) -> tuple[str, ...]:
    return tuple(sorted({account for trade in trades for account in (trade.buyer, trade.seller)}))
