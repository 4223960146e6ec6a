"""Asking who may receive what (`ecociv.exchange.market.receiving`) of the accounts and markets that the engine holds.

A market whose rules say nothing of it does not ask, and one whose rules do takes what it does not know for a no: so journals
written before there was a question replay as they were.
"""

from __future__ import annotations

import datetime as dt

from ecociv.core.text import Text
from ecociv.core.verdicts import Verdict
from ecociv.exchange.engine.refusals import Refused
from ecociv.exchange.engine.state import BUY, CLOSED, SELL, Account, Market, State
from ecociv.exchange.market.calendar import local_day
from ecociv.exchange.market.receiving import Party, between, may_enter, over
from ecociv.exchange.registry import Kind, Line, Series, Units

_TAKEN_BACK = frozenset({Kind.RECLAIM})
"""Kinds under which expired units may still pass: idle rights go back whatever they are worth."""


def party(account: Account, series: Series) -> Party:
    """An account as the rule knows it: where it lies is the region of the series, if that is one of its own."""
    region = series.region if series.region in account.regions else "、".join(account.regions)
    return Party(account.key, account.sector, region)


def still_valid(market: Market, at: int) -> None:
    """Refuse what concerns units whose validity ended before the trading day, or the day of the clock if that is later.

    Raises
    ------
    Refused
        ``expired``.
    """
    receiving = market.rules.receiving
    if receiving is None or receiving.last_day is None:
        return
    gone = over(receiving.last_day, str(market.series), dt.date.fromisoformat(_trading_day(market, at)))
    if gone is not None:
        raise Refused(gone.code, gone.text)


def dead(market: Market, at: int) -> bool:
    """Whether the validity of what a market trades is over."""
    try:
        still_valid(market, at)
    except Refused:
        return True
    return False


def may_order(market: Market, account: Account, side: int, at: int, *, book: bool = True) -> None:
    """Refuse an order (``book``) or an offer of an account that may not have it, whoever the other side may be.

    Raises
    ------
    Refused
        ``expired``, and the codes of `may_enter`.
    """
    receiving = market.rules.receiving
    if receiving is None:
        return
    still_valid(market, at)
    series = market.series
    _unless(
        may_enter(
            receiving,
            str(series),
            series.region,
            party(account, series),
            market.rules.label,
            buying=side == BUY,
            book=book,
        )
    )


def may_meet(market: Market, account: Account, side: int, other: Account, at: int) -> None:
    """Refuse a proposal or a bid where units may not pass between the two; ``side`` is that of ``account``.

    Raises
    ------
    Refused
        ``expired``, and the codes of `between`.
    """
    still_valid(market, at)
    _unless(_meeting(market, account, side, other))


def meets(market: Market, account: Account, side: int, other: Account) -> bool:
    """Whether units may pass between two accounts, of which the first is on a side."""
    return _meeting(market, account, side, other).ok is True


def may_move(state: State, kind: Kind, lines: tuple[Line, ...], at: int) -> None:
    """Refuse a movement by which units of a market come to whoever could not buy them there, or expired ones are pledged.

    Raises
    ------
    Refused
        ``account-unknown``, ``expired``, and the codes of `between`.
    """
    for line in lines:
        if not isinstance(line, Units) or (line.giver == line.taker and kind is not Kind.PLEDGE):
            continue
        market = next(
            (each for each in state.markets.values() if each.series == line.series and each.rules.receiving), None
        )
        if market is None:
            continue
        if kind not in _TAKEN_BACK:
            still_valid(market, at)
        if line.giver != line.taker:
            _unless(_meeting(market, state.account(line.giver), SELL, state.account(line.taker)))


def _meeting(market: Market, account: Account, side: int, other: Account) -> Verdict:
    receiving, series = market.rules.receiving, market.series
    if receiving is None:
        return Verdict(True)
    giver, taker = (other, account) if side == BUY else (account, other)
    return between(
        receiving, str(series), series.region, party(giver, series), party(taker, series), market.rules.label
    )


def _trading_day(market: Market, at: int) -> str:
    today = local_day(at)
    return max(market.day.day, today) if market.phase != CLOSED else today


def _unless(verdict: Verdict) -> None:
    """Go on where the verdict is a yes; what is not known is no yes."""
    if verdict.ok is not True:
        said = [reason.text for reason in verdict.reasons]
        raise Refused(
            verdict.codes[0], Text(zh="".join(text.zh for text in said), en=" ".join(text.en for text in said))
        )
