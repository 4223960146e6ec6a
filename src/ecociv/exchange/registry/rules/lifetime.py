"""How long rights last: expiry (到期失效) and reclaiming of idle ones (闲置收回). Pure: no Django."""

from __future__ import annotations

import datetime as dt

from ecociv.core.verdicts import Reason, Verdict
from ecociv.exchange.instruments import Instrument
from ecociv.exchange.market.receiving import over
from ecociv.exchange.registry.making import Id, transfer
from ecociv.exchange.registry.movements import LIVE, Kind, Movement, Series, State, Units
from ecociv.exchange.registry.registry import Registry
from ecociv.exchange.registry.rules.reasons import no, reason


def last_day(series: Series, instrument: Instrument) -> dt.date | None:
    """The last day on which units of a series are valid: the end of the last year of validity, counted from the vintage.

    Returns
    -------
    date or None
        ``None`` where units do not expire, or have no vintage.
    """
    years = instrument.terms.validity_years
    if years is None or not series.vintage:
        return None
    return dt.date(series.vintage + years - 1, 12, 31)


def expired(series: Series, instrument: Instrument, on: dt.date) -> Reason | None:
    """Why units of a series are no longer worth anything on a day (code ``expired``), or ``None`` while they are valid."""
    return over(last_day(series, instrument), str(series), on)


def expired_on(registry: Registry, instrument: Instrument, on: dt.date) -> list[Series]:
    """Series whose validity has ended by a day and that still have live units."""
    found = []
    for series in registry.series_of(instrument.key):
        ends = last_day(series, instrument)
        live = registry.outstanding(series.instrument, series.vintage, series.region)
        if ends is not None and on > ends and live:
            found.append(series)
    return found


def expiry_movement(id: Id, registry: Registry, series: Series, *, document: str, at: int) -> Movement:
    """One movement that lets all live units of a series expire, whoever holds them and under whatever claim."""
    ledger = registry.ledgers[series]
    lines = tuple(
        Units(series, pool.size, account, state, account, State.EXPIRED, claim, "")
        for (account, state, claim), pool in sorted(ledger.pools.items())
        if state in LIVE
    )
    return Movement(id, Kind.EXPIRE, document, at, lines)


def idle_verdict(instrument: Instrument, last_used: dt.date | None, on: dt.date) -> Verdict:
    """Whether rights may be reclaimed because they lay idle for the declared years.

    Parameters
    ----------
    last_used : date or None
        The last day on which the holder discharged or used under them; ``None`` when nobody knows.

    Returns
    -------
    Verdict
        Yes from the day on which the years are over; codes ``idle-none``, ``idle-not-yet``, ``use-unknown``.
    """
    years = instrument.terms.idle_years
    if years is None:
        return no(
            reason(
                "idle-none",
                "{label}没有闲置收回的规定。",
                "{label} is not reclaimed for being idle.",
                label=instrument.label,
            )
        )
    if last_used is None:
        return Verdict(
            None,
            (reason("use-unknown", "最后使用日期未知。", "The last day of use is not known."),),
        )
    over = _years_later(last_used, years)
    if on >= over:
        return Verdict(True)
    return no(
        reason(
            "idle-not-yet",
            "最后使用日为 {used}，闲置满 {years} 年（{over}）后才能收回。",
            "It was used last on {used}; it may be reclaimed after {years} years, from {over}.",
            used=last_used,
            years=years,
            over=over,
        )
    )


def reclaim_movement(
    id: Id, instrument: Instrument, series: Series, quantity: int, giver: str, *, document: str, at: int
) -> Movement:
    """Idle units go back to the government's reserve, without payment."""
    return transfer(
        id, series, quantity, giver, instrument.reserve, document=document, at=at, kind=Kind.RECLAIM
    )


def _years_later(day: dt.date, years: int) -> dt.date:
    try:
        return day.replace(year=day.year + years)
    except ValueError:  # 29 February: the years are over with 28 February
        return dt.date(day.year + years, 3, 1)
