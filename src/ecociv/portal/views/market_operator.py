"""What the operator of the exchange does on the market pages: sessions, the end of a day, auctions of the reserve, awards."""

from __future__ import annotations

import datetime as dt
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from ecociv.exchange.actions import (
    ClearAuction,
    CloseOffer,
    CloseSession,
    EndDay,
    ExchangeAction,
    LapseBlocks,
    OpenSession,
    PlaceOffer,
)
from ecociv.exchange.journal.sending import JournalUnavailable
from ecociv.exchange.queries import accounts, markets, micros
from ecociv.portal.market_figures import PRICINGS, fen_of, quoted, require_operator_of, units_of
from ecociv.portal.market_sending import done
from ecociv.portal.views.market_offers import moment_of
from ecociv.portal.views.markets import asked_market
from ecociv.portal.zone import zone_key


@login_required
@require_POST
def session(request: HttpRequest, key: str, step: str) -> HttpResponse:
    """Open a session of today, continuously or with a call auction; call the auction; close the session."""
    require_operator_of(request.user)
    asked_market(key)
    zone, who, today = zone_key(), request.user, timezone.localdate()
    steps: dict[str, tuple[ExchangeAction, str]] = {
        "open": (OpenSession(zone=zone, author=who, market=key, day=today), _("The session is open.")),
        "collect": (
            OpenSession(zone=zone, author=who, market=key, day=today, auction=True),
            _("Orders are collected for the call auction."),
        ),
        "call": (
            ClearAuction(zone=zone, author=who, market=key),
            _("The auction is called; trading goes on."),
        ),
        "close": (
            CloseSession(zone=zone, author=who, market=key),
            _("The session is closed; open orders were withdrawn."),
        ),
    }
    if step not in steps:
        raise Http404(_("There is no such step."))
    action, said = steps[step]
    if fault := done(request, action, "", said):
        messages.error(request, fault)
    return redirect("portal:market", key=key)


@login_required
@require_POST
def end_day(request: HttpRequest) -> HttpResponse:
    """End the trading day of all markets: closes, and references of the next day."""
    require_operator_of(request.user)
    try:
        day = dt.date.fromisoformat(request.POST.get("day", ""))
    except ValueError:
        messages.error(request, _("Say which trading day ends."))
        return redirect("portal:markets")
    action = EndDay(zone=zone_key(), author=request.user, day=day)
    if fault := done(request, action, "", _("The day %(day)s is ended.") % {"day": day.isoformat()}):
        messages.error(request, fault)
    return redirect("portal:markets")


@login_required
@require_POST
def lapse(request: HttpRequest) -> HttpResponse:
    """Let proposed blocks whose time is over give back what they hold, without waiting for the schedule."""
    require_operator_of(request.user)
    try:
        done_now = LapseBlocks(zone=zone_key(), author=request.user).execute()
    except JournalUnavailable:
        messages.error(request, _("It could not be written down; send it again: it will not be taken twice."))
    else:
        said = ngettext(
            "%(count)d proposal has lapsed and given back what it held.",
            "%(count)d proposals have lapsed and given back what they held.",
            len(done_now),
        ) % {"count": len(done_now)}
        messages.success(request, said)
    return redirect("portal:market-blocks")


@login_required
@require_POST
def award(request: HttpRequest, number: int) -> HttpResponse:
    """Serve the bids on a listing or an auction whose time is over."""
    require_operator_of(request.user)
    action = CloseOffer(zone=zone_key(), author=request.user, offer=number)
    if fault := done(request, action, "", _("The bids are served.")):
        messages.error(request, fault)
    return redirect("portal:market-offer", number=number)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def sealed(request: HttpRequest) -> HttpResponse:
    """Put units of the government's reserve up for sealed bids."""
    require_operator_of(request.user)
    zone = zone_key()
    fields = ("market", "account", "price", "quantity", "ends", "document", "pricing", "limit", "key")
    written = {name: str(request.POST.get(name, "")).strip()[:300] for name in fields}
    reserves = list(accounts(zone).filter(sort="reserve", closed=False))
    fault = ""
    if request.method == "POST":
        price, quantity, ends = (
            fen_of(written["price"]),
            units_of(written["quantity"]),
            moment_of(written["ends"]),
        )
        limit = units_of(written["limit"]) if written["limit"] else None
        if not price or not quantity:
            fault = _(
                "Write a price in yuan above zero with at most two decimals, and a whole number of units."
            )
        elif ends is None:
            fault = _("Say until when bids are taken.")
        elif not written["document"]:
            fault = _("Name the document of the auction.")
        elif written["limit"] and limit is None:
            fault = _("The most that one bidder may win is a whole number of units, or empty.")
        else:
            action = PlaceOffer(
                zone=zone,
                author=request.user,
                account=written["account"],
                market=written["market"],
                side="sell",
                price=price,
                quantity=quantity,
                ends=micros(ends),
                document=written["document"],
                mode="sealed",
                pricing=written["pricing"] if written["pricing"] in PRICINGS else "pay-as-bid",
                limit=limit,
            )
            fault = done(request, action, written["key"], _("The auction is open for sealed bids."))
            if not fault:
                return redirect("portal:market-offers")
    context = {
        "reserves": reserves,
        "choices": [(now, quoted(now.rules)) for now in markets(zone)],
        "pricings": PRICINGS,
        "written": {**written, "key": written["key"] or uuid4().hex},
        "fault": fault,
    }
    return render(request, "portal/market/sealed_form.html", context, status=422 if fault else 200)
