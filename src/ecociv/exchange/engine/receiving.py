"""Asking who may receive what (`ecociv.exchange.market.receiving`) of the accounts and markets that the engine holds.

A market whose rules say nothing of it does not ask, and one whose rules do takes what it does not know for a no: so journals
written before there was a question replay as they were.
"""

from __future__ import annotations

import datetime as dt

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason, Verdict
from ecociv.exchange.engine.refusals import Refused
from ecociv.exchange.engine.state import BUY, CLOSED, SELL, Account, Market, State
from ecociv.exchange.market.calendar import local_day
from ecociv.exchange.market.receiving import Party, between, may_enter, over
from ecociv.exchange.market.rules import MarketRules
from ecociv.exchange.registry import Kind, Line, Series, Units

_TAKEN_BACK = frozenset({Kind.RECLAIM})
"""Kinds under which expired units may still pass: idle rights go back whatever they are worth."""


def party(account: Account, series: Series) -> Party:
    """An account as the rule knows it: where it lies is the region of the series, if that is one of its own."""
    region = series.region if series.region in account.regions else "、".join(account.regions)
    return Party(account.key, account.sector, region)


def still_valid(market: Market, at: int, day: str = "") -> None:
    """Refuse what concerns units whose validity ended before the trading day, or the day of the clock if that is later.

    ``day`` is a trading day that is about to begin.

    Raises
    ------
    Refused
        ``expired``.
    """
    receiving = market.rules.receiving
    if receiving is None or receiving.last_day is None:
        return
    gone = over(
        receiving.last_day, str(market.series), dt.date.fromisoformat(max(day, _trading_day(market, at)))
    )
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
    if market.rules.receiving is not None:
        still_valid(market, at)
        _unless(entering(market.rules, account, side, book=book))


def entering(rules: MarketRules, account: Account, side: int, *, book: bool = True) -> Verdict:
    """Whether an account may send an order into the book of a market, or make an offer there; validity apart."""
    if rules.receiving is None:
        return Verdict(True)
    series = rules.series
    return may_enter(
        rules.receiving,
        str(series),
        series.region,
        party(account, series),
        rules.label,
        buying=side == BUY,
        book=book,
    )


def may_meet(market: Market, account: Account, side: int, other: Account, at: int) -> None:
    """Refuse a block trade where units may not pass between the two; ``side`` is that of ``account``.

    Raises
    ------
    Refused
        ``expired``, and the codes of `between`.
    """
    still_valid(market, at)
    _unless(meeting(market.rules, account, side, other))


def may_answer(market: Market, account: Account, side: int, lister: Account, at: int) -> None:
    """Refuse a bid on an offer of somebody to or from whom units may not pass.

    Raises
    ------
    Refused
        ``expired``, and the codes of `bidding`.
    """
    still_valid(market, at)
    _unless(bidding(market.rules, account, side, lister))


def bidding(rules: MarketRules, account: Account, side: int, lister: Account) -> Verdict:
    """Whether an account may bid on an offer of another; validity apart.

    What the bidder is told is about himself: who lists, and in which sector and place, is nobody's business. Where that is
    the reason the code is ``counterparty``.
    """
    whole = meeting(rules, account, side, lister)
    if whole.ok is True:
        return whole
    own = tuple(
        reason
        for reason in whole.reasons
        if reason.data.get("account") == account.key or (reason.code == "region" and side == BUY)
    )
    if own:
        return Verdict(whole.ok, own)
    return Verdict(
        False,
        (
            Reason(
                "counterparty",
                Text(
                    zh="按行业或流域的限制，这些单位不能在挂牌方与本账户之间转让。",
                    en="By the limits of sectors or basins these units may not pass between the lister and this account.",
                ),
            ),
        ),
    )


def meets(market: Market, account: Account, side: int, other: Account) -> bool:
    """Whether units may pass between two accounts, of which the first is on a side."""
    return meeting(market.rules, account, side, other).ok is True


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
            (each for each in state.markets.values() if each.series == line.series and each.rules.receiving),
            None,
        )
        if market is None:
            continue
        if kind not in _TAKEN_BACK:
            still_valid(market, at)
        if line.giver != line.taker:
            _unless(meeting(market.rules, state.account(line.giver), SELL, state.account(line.taker)))


def meeting(rules: MarketRules, account: Account, side: int, other: Account) -> Verdict:
    """Whether units of a market may pass between two accounts, of which the first is on a side; validity apart."""
    if rules.receiving is None:
        return Verdict(True)
    giver, taker = (other, account) if side == BUY else (account, other)
    series = rules.series
    return between(
        rules.receiving, str(series), series.region, party(giver, series), party(taker, series), rules.label
    )


def _trading_day(market: Market, at: int) -> str:
    today = local_day(at)
    return max(market.day.day, today) if market.phase != CLOSED else today


def _unless(verdict: Verdict) -> None:
    """Go on where the verdict is a yes; what is not known is no yes."""
    if verdict.ok is not True:
        said = [reason.text for reason in verdict.reasons]
        raise Refused(
            verdict.codes[0],
            Text(zh="".join(text.zh for text in said), en=" ".join(text.en for text in said)),
        )
