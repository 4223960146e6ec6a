"""Ramping near the close (临近收盘拉抬打压): one owner makes the last trades, and the price follows. Pure: no Django."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason
from ecociv.exchange.surveillance.alerts import MINUTE, Alert, TradeSeen, owner_of
from ecociv.exchange.surveillance.positions import percent
from ecociv.exchange.surveillance.thresholds import Ramping


def ramping(
    trades: Sequence[TradeSeen],
    close: int,
    rule: Ramping,
    *,
    previous: int | None = None,
    owners: Mapping[str, str] | None = None,
) -> list[Alert]:
    """Owners who bought most in the last minutes while the price rose, or sold most while it fell.

    Parameters
    ----------
    trades : sequence of TradeSeen
        One market and one day, in any order.
    close : int
        The end of trading in microseconds; the last minutes are those up to it.
    previous : int or None
        Reference when nothing was traded before the last minutes, for instance yesterday's close. Without one there is
        nothing to compare with, and nothing is reported.

    Returns
    -------
    list of Alert
        A share and a move of exactly the threshold are reported.
    """
    owners = owners or {}
    begins = close - rule.last_minutes * MINUTE
    ordered = sorted(trades, key=lambda one: one.number)
    before = [trade for trade in ordered if trade.at < begins]
    last = [trade for trade in ordered if begins <= trade.at <= close]
    reference = before[-1].price if before else previous
    if not last or not reference:
        return []
    move = last[-1].price - reference
    if abs(move) * 10_000 < rule.price_move_bp * reference:
        return []
    total = sum(trade.quantity for trade in last)
    own: dict[str, list[TradeSeen]] = {}
    for trade in last:
        side = trade.buyer if move > 0 else trade.seller
        own.setdefault(owner_of(side, owners), []).append(trade)
    alerts = []
    for owner, found in sorted(own.items()):
        units = sum(trade.quantity for trade in found)
        if units * 10_000 < rule.own_share_bp * total:
            continue
        data = {
            "owner": owner,
            "units": units,
            "total": total,
            "minutes": rule.last_minutes,
            "from": reference,
            "to": last[-1].price,
        }
        up = move > 0
        text = Text(
            zh="{owner} 在收盘前 {minutes} 分钟{side} {units}（占 {share}%），价格由 {before} 分到 {after} 分（{move}%）。",
            en="{owner} {side} {units} in the last {minutes} minutes ({share} %); the price went from {before} to {after} fen ({move} %).",
        ).fill(
            owner=owner,
            minutes=rule.last_minutes,
            side=Text(zh="买入" if up else "卖出", en="bought" if up else "sold"),
            units=units,
            share=percent(units, total),
            before=reference,
            after=last[-1].price,
            move=("+" if up else "-") + percent(abs(move), reference),
        )
        alerts.append(
            Alert(
                "ramping",
                found[0].market,
                owner,
                tuple(sorted({trade.buyer if up else trade.seller for trade in found})),
                Reason("ramping", text, data),
                tuple(found),
            )
        )
    return alerts
