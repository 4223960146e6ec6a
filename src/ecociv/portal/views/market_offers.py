"""Listings on which others bid up or down, and sealed auctions of the government's reserve.

Who lists and who bids is named to nobody but himself; bids on a listing are public without names, sealed bids are seen by
their bidder alone until they are opened.
"""

from __future__ import annotations

import datetime as dt
import json
from typing import Any
from uuid import uuid4

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from ecociv.exchange.actions.trading import PlaceBid, PlaceOffer, WithdrawOffer
from ecociv.exchange.admission import may_bid
from ecociv.exchange.engine.state import SELL
from ecociv.exchange.models import AccountRow, OfferRow
from ecociv.exchange.queries import MarketNow, markets, micros, money_of, offers, quote
from ecociv.exchange.queries import account as account_of
from ecociv.portal.as_of import LOCAL
from ecociv.portal.market_check import barred
from ecociv.portal.market_figures import (
    MODES,
    OFFER_SIDES,
    OFFER_STATES,
    PRICINGS,
    clock,
    fen_of,
    is_operator,
    own_accounts,
    quoted,
    unit_of,
    units_of,
)
from ecociv.portal.market_lists import (
    market_column,
    market_filters,
    market_names,
    number_column,
    price_and_quantity,
)
from ecociv.portal.market_sending import done
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export
from ecociv.portal.views.market_orders import own_account
from ecociv.portal.zone import language, zone_key

LONGEST_LIST = 2_000
MINUTE = 60_000_000
EXTENSION = 5 * MINUTE
"""How far a bid in the last five minutes moves the end of a listing made on the page."""


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Listings and auctions, open ones first."""
    names = market_names()
    filters = market_filters(request, names, OFFER_STATES)
    rows = offers(zone_key(), open_only=False)
    if filters["state"]:
        rows = rows.filter(state=filters["state"])
    if filters["market"]:
        rows = rows.filter(market=filters["market"])
    columns: tuple[Column[OfferRow], ...] = (
        number_column(),
        market_column(names),
        Column("mode", gettext_lazy("Mode"), lambda o: MODES.get(o.mode, o.mode), sort_by=lambda o: o.mode),
        Column("side", gettext_lazy("Side"), lambda o: OFFER_SIDES[o.side], sort_by=lambda o: o.side),
        *price_and_quantity(gettext_lazy("Start price (yuan)")),
        Column(
            "ends",
            gettext_lazy("Bidding ends"),
            lambda o: f"{clock(o.ends):%Y-%m-%d %H:%M}",
            sort_by=lambda o: o.ends,
        ),
        Column(
            "state",
            gettext_lazy("State"),
            lambda o: OFFER_STATES.get(o.state, o.state),
            sort_by=lambda o: o.state,
        ),
    )
    table = Table(columns, list(rows[:LONGEST_LIST]), request.GET, default_sort="-number")
    if download := export(request, table, _("Listings and auctions")):
        return download
    shown = [
        {
            "row": row,
            "market": names.get(row.market, row.market),
            "mode": MODES.get(row.mode, row.mode),
            "side": OFFER_SIDES[row.side],
            "ends": clock(row.ends),
            "state": OFFER_STATES.get(row.state, row.state),
        }
        for row in table.page_rows
    ]
    context = {
        "table": table,
        "filters": filters,
        "shown": shown,
        "may_list": bool(own_accounts(request.user)),
    }
    return render(request, "portal/market/offers.html", context)


def _asked(number: int) -> tuple[OfferRow, MarketNow]:
    row = offers(zone_key(), open_only=False).filter(number=number).first()
    if row is None:
        raise Http404(_("There is no listing of this number."))
    return row, next(now for now in markets(zone_key()) if now.row.market == row.market)


@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, number: int) -> HttpResponse:
    """One listing with its bids, and the form to bid."""
    row, now = _asked(number)
    own = next(iter(own_accounts(request.user)), None)
    written = {name: str(request.POST.get(name, "")).strip()[:64] for name in ("price", "quantity", "key")}
    fault = ""
    if request.method == "POST":
        account = own_account(request)
        price, quantity = fen_of(written["price"]), units_of(written["quantity"])
        if not price or not quantity:
            fault = _(
                "Write a price in yuan above zero with at most two decimals, and a whole number of units."
            )
        else:
            action = PlaceBid(
                zone=zone_key(),
                author=request.user,
                account=account.account,
                offer=number,
                price=price,
                quantity=quantity,
            )
            fault = done(request, action, written["key"], _("The bid is taken."))
            if not fault:
                return redirect("portal:market-offer", number=number)
    terms = json.loads(row.terms)
    open_now = row.state == "open" and micros(timezone.now()) < row.ends
    context = {
        "offer": row,
        "market": now,
        "label": now.rules.label.in_language(language()),
        "mode": MODES.get(row.mode, row.mode),
        "pricing": PRICINGS.get(row.pricing, row.pricing),
        "latest": clock(terms["latest"]) if terms.get("latest") else None,
        "limit": terms.get("limit", 0),
        "late": terms.get("late_bids", "any"),
        "side": OFFER_SIDES[row.side],
        "state": OFFER_STATES.get(row.state, row.state),
        "ends": clock(row.ends),
        "unit": unit_of(now.rules.instrument),
        "quoted": quoted(now.rules),
        "bids": shown_bids(row, own),
        "hidden": row.mode == "sealed" and row.state == "open",
        "mine": own is not None and own.account == row.account,
        "may_award": row.state == "open" and not open_now and is_operator(request.user),
        "may_bid": own is not None and own.account != row.account and open_now,
        "barred": _barred(now, row, own),
        "open_now": open_now,
        "money": money_of(zone_key(), own.account) if own else None,
        "start": quote(now.rules, "buy", row.price, row.quantity),
        "key": written["key"] or uuid4().hex,
        "written": written,
        "fault": fault,
    }
    return render(request, "portal/market/offer.html", context, status=422 if fault else 200)


def _barred(now: MarketNow, row: OfferRow, own: AccountRow | None) -> str:
    """Why the reader's account may not have what is offered, or sell what is wanted; "" where it may."""
    lister = account_of(zone_key(), row.account)
    if own is None or lister is None:
        return ""
    return barred(may_bid(now.rules, own, "buy" if row.side == SELL else "sell", lister))


def shown_bids(row: OfferRow, own: AccountRow | None) -> list[dict[str, Any]]:
    """The bids that a reader may see, best first, his own marked; no names."""
    bids = sorted(json.loads(row.bids), key=lambda bid: (row.side * bid["price"], bid["at"], bid["bid"]))
    sealed = row.mode == "sealed" and row.state == "open"
    return [
        {
            "price": bid["price"],
            "quantity": bid["quantity"],
            "at": clock(bid["at"]),
            "own": own is not None and bid["account"] == own.account,
        }
        for bid in bids
        if not sealed or (own is not None and bid["account"] == own.account)
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """List units for sale, or a wish to buy."""
    account = own_account(request)
    fields = ("market", "side", "price", "quantity", "ends", "document", "key")
    written = {name: str(request.POST.get(name, "")).strip()[:300] for name in fields}
    fault = ""
    if request.method == "POST":
        price, quantity, ends = (
            fen_of(written["price"]),
            units_of(written["quantity"]),
            moment_of(written["ends"]),
        )
        if not price or not quantity:
            fault = _(
                "Write a price in yuan above zero with at most two decimals, and a whole number of units."
            )
        elif ends is None:
            fault = _("Say until when bids are taken.")
        elif not written["document"]:
            fault = _(
                "Name the document that the listing rests on, for instance a decision of the enterprise."
            )
        else:
            action = PlaceOffer(
                zone=zone_key(),
                author=request.user,
                account=account.account,
                market=written["market"],
                side=written["side"],
                price=price,
                quantity=quantity,
                ends=micros(ends),
                document=written["document"],
                extension=EXTENSION,
            )
            fault = done(request, action, written["key"], _("The listing is open for bids."))
            if not fault:
                return redirect("portal:market-offers")
    context = {
        "account": account,
        "choices": [
            (now, quoted(now.rules)) for now in markets(zone_key()) if now.valid_on(timezone.localdate())
        ],
        "written": {**written, "key": written["key"] or uuid4().hex},
        "fault": fault,
        "minutes": EXTENSION // MINUTE,
    }
    return render(request, "portal/market/offer_form.html", context, status=422 if fault else 200)


def moment_of(written: str) -> dt.datetime | None:
    """A day and time of the form, by the clock of China."""
    try:
        return dt.datetime.fromisoformat(written).replace(tzinfo=LOCAL)
    except ValueError:
        return None


@login_required
@require_http_methods(["POST"])
def withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """Take a listing back on which nobody has bid."""
    account = own_account(request)
    action = WithdrawOffer(zone=zone_key(), author=request.user, account=account.account, offer=number)
    if fault := done(request, action, "", _("The listing is withdrawn.")):
        messages.error(request, fault)
    return redirect("portal:market-offer", number=number)
