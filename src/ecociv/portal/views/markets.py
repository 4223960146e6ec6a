"""Public pages of the markets: all of them, one with its book, its trades, its days."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.exchange.models import DayRow, TradeRow
from ecociv.exchange.queries import MarketNow, daily, market, markets, trades
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.market_check import OrderWish, admissions
from ecociv.portal.market_figures import (
    LIVES,
    PHASES,
    SIDES,
    WAYS,
    Quotation,
    clock,
    is_operator,
    own_accounts,
    quotation,
    yuan,
)
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export
from ecociv.portal.zone import language, zone_key

LAST_TRADES = 10
LAST_DAYS = 60
LONGEST_LIST = 10_000

_MARKETS: tuple[Column[Quotation], ...] = (
    Column(
        "market",
        gettext_lazy("Market"),
        lambda q: q.rules.label.in_language(language()),
        sort_by=lambda q: q.rules.label.in_language(language()),
    ),
    Column("quoted", gettext_lazy("Price is in"), lambda q: q.quoted, export_only=True),
    Column(
        "last",
        gettext_lazy("Last (yuan)"),
        lambda q: yuan(q.now.last),
        sort_by=lambda q: q.now.last,
        numeric=True,
    ),
    Column(
        "change",
        gettext_lazy("Change, per cent"),
        lambda q: q.change_percent,
        sort_by=lambda q: q.change_percent,
        numeric=True,
    ),
    Column("bid", gettext_lazy("Best bid"), lambda q: yuan(q.bids[0].price) if q.bids else "", numeric=True),
    Column("ask", gettext_lazy("Best ask"), lambda q: yuan(q.asks[0].price) if q.asks else "", numeric=True),
    Column(
        "reference",
        gettext_lazy("Previous close"),
        lambda q: yuan(q.now.row.reference or None),
        sort_by=lambda q: q.now.row.reference,
        numeric=True,
    ),
    Column(
        "volume",
        gettext_lazy("Volume"),
        lambda q: q.now.day.volume if q.now.day else None,
        sort_by=lambda q: q.now.day.volume if q.now.day else None,
        numeric=True,
    ),
    Column("unit", gettext_lazy("Unit"), lambda q: q.unit, export_only=True),
    Column("phase", gettext_lazy("State"), lambda q: _("Halted") if q.now.row.halted else q.phase),
)

_TRADES: tuple[Column[TradeRow], ...] = (
    Column("number", gettext_lazy("Number"), lambda t: t.number, sort_by=lambda t: t.number, numeric=True),
    Column(
        "time",
        gettext_lazy("Time"),
        lambda t: clock(t.at).strftime("%Y-%m-%d %H:%M:%S"),
        sort_by=lambda t: t.at,
    ),
    Column(
        "price",
        gettext_lazy("Price (yuan)"),
        lambda t: yuan(t.price),
        sort_by=lambda t: t.price,
        numeric=True,
    ),
    Column(
        "quantity",
        gettext_lazy("Number of units"),
        lambda t: t.quantity,
        sort_by=lambda t: t.quantity,
        numeric=True,
    ),
    Column(
        "amount",
        gettext_lazy("Amount (yuan)"),
        lambda t: yuan(t.amount),
        sort_by=lambda t: t.amount,
        numeric=True,
    ),
    Column("way", gettext_lazy("Way"), lambda t: WAYS.get(t.way, t.way), sort_by=lambda t: t.way),
)

_DAYS: tuple[Column[DayRow], ...] = (
    Column("day", gettext_lazy("Trading day"), lambda d: d.day, sort_by=lambda d: d.day),
    Column("reference", gettext_lazy("Previous close"), lambda d: yuan(d.reference), numeric=True),
    Column("open", gettext_lazy("Opening price"), lambda d: yuan(d.open or None), numeric=True),
    Column(
        "high",
        gettext_lazy("High"),
        lambda d: yuan(d.high or None),
        sort_by=lambda d: d.high or None,
        numeric=True,
    ),
    Column(
        "low",
        gettext_lazy("Low"),
        lambda d: yuan(d.low or None),
        sort_by=lambda d: d.low or None,
        numeric=True,
    ),
    Column("last", gettext_lazy("Last"), lambda d: yuan(d.last or None), numeric=True),
    Column(
        "close",
        gettext_lazy("Close (volume-weighted)"),
        lambda d: yuan(d.close) if d.ended else "",
        sort_by=lambda d: d.close if d.ended else None,
        numeric=True,
    ),
    Column("volume", gettext_lazy("Volume"), lambda d: d.volume, sort_by=lambda d: d.volume, numeric=True),
    Column(
        "amount",
        gettext_lazy("Amount (yuan)"),
        lambda d: yuan(d.amount),
        sort_by=lambda d: d.amount,
        numeric=True,
    ),
    Column("trades", gettext_lazy("Trades"), lambda d: d.trades, sort_by=lambda d: d.trades, numeric=True),
    Column(
        "blocks",
        gettext_lazy("Volume of blocks"),
        lambda d: d.block_volume,
        sort_by=lambda d: d.block_volume,
        numeric=True,
    ),
)


def asked_market(key: str) -> MarketNow:
    """A market by its key, or the page that says there is none."""
    found = market(zone_key(), key)
    if found is None:
        raise Http404(_("There is no market %(key)s.") % {"key": key})
    return found


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All markets with their last price."""
    filters = Filters(
        request.GET,
        [Filter("phase", _("State"), [Choice(key, name) for key, name in PHASES.items()], _("All"))],
    )
    tongue = language()
    rows = [
        quotation(now)
        for now in markets(zone_key())
        if (not filters["phase"] or now.row.phase == filters["phase"])
        and matches(filters.text, now.rules.label.in_language(tongue), now.row.market)
    ]
    table = Table(_MARKETS, rows, request.GET, default_sort="market")
    if download := export(request, table, _("Markets of the exchange")):
        return download
    context = {
        "table": table,
        "filters": filters,
        "sample": any(row.now.row.sample for row in rows),
        "day_to_end": _day_to_end(rows) if is_operator(request.user) else "",
    }
    return render(request, "portal/market/list.html", context)


def _day_to_end(rows: list[Quotation]) -> str:
    """The earliest trading day that is not ended, or ""."""
    return min((row.now.day.day for row in rows if row.now.day and not row.now.day.ended), default="")


@require_safe
def detail(request: HttpRequest, key: str) -> HttpResponse:
    """One market: book, trades, days, and for participants the order form."""
    now = asked_market(key)
    accounts = own_accounts(request.user)
    context = {
        **live_context(now),
        "accounts": accounts,
        "admissions": admissions(now, accounts[0]) if accounts else [],
        "sides": SIDES,
        "lives": LIVES,
        "wish": OrderWish.read(request.GET, accounts[0].account if accounts else ""),
        "limits": now.limits,
        "days": list(daily(zone_key(), key)[:LAST_DAYS]),
        "chart_days": _chart_of_days(now),
        "operates": is_operator(request.user),
    }
    return render(request, "portal/market/detail.html", context)


@require_safe
def live(request: HttpRequest, key: str) -> HttpResponse:
    """The part of the page that changes, for readers whose browser keeps no stream open."""
    response = render(request, "portal/market/live.html", live_context(asked_market(key)))
    response["Cache-Control"] = "no-store"
    return response


def live_context(now: MarketNow) -> dict[str, Any]:
    """What the changing part of a market's page shows; nothing in it says who trades."""
    quoted = quotation(now)
    rows = list(trades(now.row.venue, now.row.market)[:LAST_TRADES])
    return {
        "market": quoted,
        "last_trades": [(row, clock(row.at), WAYS.get(row.way, row.way)) for row in rows],
        "levels": _levels(quoted),
        "chart_depth": _chart_of_depth(quoted),
    }


def _levels(quoted: Quotation) -> list[dict[str, Any]]:
    """Rows of the book: asks from the worst, then bids from the best, with the share of the largest level."""
    largest = max((level.quantity for level in (*quoted.bids, *quoted.asks)), default=1)
    asks = [("ask", place, level) for place, level in enumerate(quoted.asks, 1)][::-1]
    bids = [("bid", place, level) for place, level in enumerate(quoted.bids, 1)]
    return [
        {
            "side": side,
            "place": place,
            "price": level.price,
            "quantity": level.quantity,
            "orders": level.orders,
            "width": max(1, level.quantity * 100 // largest),
        }
        for side, place, level in (*asks, *bids)
    ]


def _chart_of_depth(quoted: Quotation) -> dict[str, Any]:
    """Units that could be bought or sold up to each price, best price first."""
    sides = {}
    for name, levels in (("bids", quoted.bids), ("asks", quoted.asks)):
        total, points = 0, []
        for level in levels:
            total += level.quantity
            points.append([level.price / 100, total])  # yuan for drawing only
        sides[name] = points
    return {
        **sides,
        "unit": quoted.unit,
        "words": {"bids": _("Bids up to this price"), "asks": _("Asks up to this price"), "price": _("yuan")},
    }


def _chart_of_days(now: MarketNow) -> dict[str, Any]:
    rows = [row for row in daily(now.row.venue, now.row.market)[:LAST_DAYS] if row.volume or row.ended][::-1]
    return {
        "days": [row.day for row in rows],
        "values": [
            [value / 100 for value in (row.open, row.close or row.last, row.low, row.high)]
            if row.volume
            else None
            for row in rows
        ],
        "close": [(row.close or row.last) / 100 if row.ended or row.volume else None for row in rows],
        "volume": [row.volume for row in rows],
        "words": {
            "prices": _("Open, close, low, high"),
            "open": _("Opening price"),
            "close": _("Close (volume-weighted)"),
            "low": _("Low"),
            "high": _("High"),
            "volume": _("Volume"),
        },
    }


@require_safe
def trade_list(request: HttpRequest, key: str) -> HttpResponse:
    """Trades of a market, of one day or the latest."""
    now = asked_market(key)
    days = [row.day for row in daily(zone_key(), key)[:LAST_DAYS]]
    filters = Filters(
        request.GET,
        [Filter("day", _("Trading day"), [Choice(day, day) for day in days], _("The latest"))],
        False,
    )
    rows = list(trades(zone_key(), key, day=filters["day"])[:LONGEST_LIST])
    table = Table(_TRADES, rows, request.GET, default_sort="-number")
    title = _("Trades of %(market)s") % {"market": now.rules.label.in_language(language())}
    if download := export(request, table, title):
        return download
    shown = [(row, clock(row.at), WAYS.get(row.way, row.way)) for row in table.page_rows]
    context = {
        "table": table,
        "filters": filters,
        "market": quotation(now, 0),
        "title": title,
        "shown": shown,
    }
    return render(request, "portal/market/trades.html", context)


@require_safe
def day_list(request: HttpRequest, key: str) -> HttpResponse:
    """Open, high, low, close and volume by trading day."""
    now = asked_market(key)
    table = Table(_DAYS, list(daily(zone_key(), key)[:LONGEST_LIST]), request.GET, default_sort="-day")
    title = _("Prices by day of %(market)s") % {"market": now.rules.label.in_language(language())}
    if download := export(request, table, title):
        return download
    context = {"table": table, "market": quotation(now, 0), "title": title}
    return render(request, "portal/market/days.html", context)
