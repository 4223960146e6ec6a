"""Whether units may pass to somebody, or become units of another kind (转让、转换的限制). Pure: no Django."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator

from ecociv.core.verdicts import Reason, Verdict
from ecociv.exchange.instruments import Instrument
from ecociv.exchange.market.receiving import Ban, Party, Receiving, between
from ecociv.exchange.registry.making import Id, transfer
from ecociv.exchange.registry.movements import Kind, Movement, Series
from ecociv.exchange.registry.rules.lifetime import expired, last_day
from ecociv.exchange.registry.rules.reasons import no, reason


def may_pass(
    instrument: Instrument,
    series: Series,
    quantity: int,
    giver: Party,
    taker: Party,
    on: dt.date,
    *,
    held: int | None = None,
) -> Verdict:
    """Whether units may pass from one holder to another on a day.

    Parameters
    ----------
    held : int or None
        What the giver holds of the series: needed where a right passes only as a whole.

    Returns
    -------
    Verdict
        Codes ``lot``, ``whole``, ``expired``, ``sector``, ``sector-unknown`` (an unknown), ``region``,
        ``region-unknown`` (an unknown).
    """
    receiving = receiving_by(instrument, series)
    return Verdict.all_of(
        (
            no(*_of_units(instrument, series, quantity, on, held)),
            between(receiving, str(series), series.region, giver, taker, instrument.label),
        )
    )


def receiving_by(instrument: Instrument, series: Series) -> Receiving:
    """Who may receive units of a series, as the terms of its instrument have it: what the rules of a market hold of it."""
    terms = instrument.terms
    return Receiving(
        instrument.reserve,
        bool(series.region) and not terms.across_regions,
        tuple(Ban(ban.one, ban.other, ban.citation) for ban in terms.sector_bans),
        last_day(series, instrument),
    )


def may_convert(instrument: Instrument, source: Series, target: Series) -> Verdict:
    """Whether units of one series may become units of another (转换).

    Only what is declared may; the reason for a no tells apart what would leave a medium, a pollutant or a basin.

    Returns
    -------
    Verdict
        Codes ``conversion-medium`` and ``conversion-instrument``, ``conversion-region``.
    """
    named = {"source": str(source), "target": str(target)}
    if source.instrument != target.instrument:
        allowed = next((one for one in instrument.terms.conversions if one.to == target.instrument), None)
        if allowed is None:
            return no(
                reason(
                    "conversion-instrument",
                    "{source} 不得转换为 {target}：不同污染物（资源）的指标不得互换。",
                    "{source} may not become {target}: rights to different things are not exchanged for one another.",
                    **named,
                )
            )
        across = allowed.across_regions
    else:
        across = instrument.terms.across_regions
    if source.region != target.region and not across:
        return no(
            reason(
                "conversion-region",
                "{source} 不得转换为 {target}：不得跨流域、跨区域。",
                "{source} may not become {target}: rights stay in their basin or region.",
                **named,
            )
        )
    return Verdict(True)


def buy_back(
    id: Id,
    instrument: Instrument,
    series: Series,
    quantity: int,
    giver: str,
    price: int,
    *,
    document: str,
    at: int,
) -> Movement:
    """The government's reserve buys units back (政府回购): units and money in one movement.

    ``price`` in fen per unit and year: the amount is price x quantity x years of the terms.
    """
    amount = price * quantity * instrument.terms.price_years
    return transfer(
        id,
        series,
        quantity,
        giver,
        instrument.reserve,
        document=document,
        at=at,
        kind=Kind.BUY_BACK,
        amount=amount,
    )


def grant(
    id: Id,
    instrument: Instrument,
    series: Series,
    quantity: int,
    taker: str,
    price: int,
    *,
    document: str,
    at: int,
) -> Movement:
    """The reserve hands over the paid part of an allocation against its price (有偿出让): units and money in one movement.

    ``price`` in fen per unit and year: the amount is price x quantity x years of the terms.
    """
    return transfer(
        id,
        series,
        quantity,
        instrument.reserve,
        taker,
        document=document,
        at=at,
        kind=Kind.GRANT,
        amount=price * quantity * instrument.terms.price_years,
    )


def _of_units(
    instrument: Instrument, series: Series, quantity: int, on: dt.date, held: int | None
) -> Iterator[Reason]:
    if quantity % instrument.lot:
        yield reason(
            "lot",
            "数量 {quantity} 应为 {lot} 的整倍数。",
            "The quantity {quantity} has to be a whole multiple of {lot}.",
            quantity=quantity,
            lot=instrument.lot,
        )
    if not instrument.declared.divisible and quantity != held:
        yield reason(
            "whole",
            "{label}只能整体转让（持有 {held}，拟转 {quantity}）。",
            "{label} passes as a whole only ({held} held, {quantity} asked for).",
            label=instrument.label,
            held=held if held is not None else "?",
            quantity=quantity,
        )
    over = expired(series, instrument, on)
    if over is not None:
        yield over
