"""Orders of a participant: looked at before they are sent, confirmed, listed, withdrawn."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ecociv.exchange.actions.base import CommandRefused
from ecociv.exchange.actions.trading import CancelOrder, SubmitOrder
from ecociv.exchange.journal.sending import JournalUnavailable, KeyReused
from ecociv.exchange.models import AccountRow, OrderRow
from ecociv.exchange.queries import holdings_of, money_of, orders_of, trades
from ecociv.portal.exchange_figures import instrument_name
from ecociv.portal.market_check import OrderWish, check_order
from ecociv.portal.market_figures import (
    CAUSES,
    LIVES,
    SIDES,
    STATES,
    clock,
    own_accounts,
    quotation,
    unit_of,
    units_of,
)
from ecociv.portal.market_lists import (
    fen_column,
    market_column,
    market_filters,
    market_names,
    number_column,
    price_and_quantity,
)
from ecociv.portal.market_sending import send
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export
from ecociv.portal.views.markets import asked_market
from ecociv.portal.zone import language, zone_key

LONGEST_LIST = 10_000


def own_account(request: HttpRequest) -> AccountRow:
    """The account with which the reader trades.

    Raises
    ------
    Http404
        If he has none.
    """
    found = own_accounts(request.user)
    if not found:
        raise Http404(_("You have no trading account. The operator of the exchange opens one."))
    return found[0]


@login_required
@require_safe
def mine(request: HttpRequest, key: str) -> HttpResponse:
    """Money, units and open orders of the reader on one market."""
    now = asked_market(key)
    return render(request, "portal/market/mine.html", _mine(now.row.instrument, key, own_account(request)))


def _mine(instrument: str, key: str, account: AccountRow) -> dict[str, Any]:
    zone = zone_key()
    rows = orders_of(zone, account.account, market_key=key, open_only=True)
    done = trades(zone, key, account=account.account)[:5]
    return {
        "account": account,
        "money": money_of(zone, account.account),
        "right_name": instrument_name(instrument),
        "right_unit": unit_of(instrument),
        "held": holdings_of(zone, account.account, instrument=instrument),
        "orders": [(row, SIDES["buy" if row.side == 1 else "sell"], clock(row.at)) for row in rows[:20]],
        "done": [
            (row, SIDES["buy" if row.buyer == account.account else "sell"], clock(row.at)) for row in done
        ],
    }


@login_required
@require_POST
def check(request: HttpRequest, key: str) -> HttpResponse:
    """What an order that is being written would hold and cost, and the rules it breaks."""
    now, account = asked_market(key), own_account(request)
    wish = OrderWish.read(request.POST, account.account)
    looked = check_order(now, wish, account)
    untouched = not wish.written["price"] and not wish.written["quantity"]
    context = {"looked": looked, "wish": wish, "market": quotation(now, 1), "untouched": untouched}
    return render(request, "portal/market/check.html", context)


@login_required
@require_POST
def order(request: HttpRequest, key: str) -> HttpResponse:
    """First the order to confirm with what it holds, then the order itself; the key makes a second click harmless."""
    now, account = asked_market(key), own_account(request)
    wish = OrderWish.read(request.POST, account.account)
    looked = check_order(now, wish, account)
    if request.POST.get("confirm") and wish.price and wish.quantity:
        return _send(request, key, wish)
    context = {
        "market": quotation(now, 1),
        "account": account,
        "wish": wish,
        "looked": looked,
        "side": SIDES[wish.side],
        "life": LIVES[wish.life],
        "sides": SIDES,
        "lives": LIVES,
        "limits": now.limits,
    }
    return render(request, "portal/market/confirm.html", context, status=200 if looked.ok else 422)


def _send(request: HttpRequest, key: str, wish: OrderWish) -> HttpResponse:
    assert wish.quantity is not None
    try:
        receipt = send(
            SubmitOrder(
                zone=zone_key(),
                author=request.user,
                key=wish.key,
                account=wish.account,
                market=key,
                side=wish.side,
                price=wish.price,
                quantity=wish.quantity,
                life=wish.life,
            )
        )
    except (CommandRefused, KeyReused) as refused:
        messages.error(request, refused.text.in_language(language()))
    except JournalUnavailable:
        messages.error(
            request, _("The order could not be written down. Send it again: it will not be taken twice.")
        )
    else:
        messages.success(request, _said(receipt.outcome, receipt.repeated))
    return redirect("portal:market", key=key)


def _said(outcome: Any, repeated: bool) -> str:
    """What came of an order, in one line."""
    said = _("Order %(number)s: traded %(traded)s, open %(open)s.") % {
        "number": outcome["order"],
        "traded": f"{outcome['traded']:,}",
        "open": f"{outcome['open']:,}",
    }
    if cause := outcome.get("cause"):
        said += " " + _("The rest was withdrawn: %(cause)s.") % {"cause": CAUSES.get(cause, cause)}
    return said + (" " + _("It had been taken before; nothing was done twice.") if repeated else "")


def _own_order(request: HttpRequest, number: int) -> OrderRow:
    row = orders_of(zone_key(), own_account(request).account).filter(number=number).first()
    if row is None:
        raise Http404(_("You have no order of this number."))
    return row


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def cancel(request: HttpRequest, number: int) -> HttpResponse:
    """Withdraw an order or a part of it, after a look at it."""
    row = _own_order(request, number)
    fault = ""
    if request.method == "POST":
        written = request.POST.get("quantity", "").strip()
        units = units_of(written) if written else None
        if written and units is None:
            fault = _("Write a whole number of units, above zero.")
        else:
            try:
                receipt = CancelOrder(
                    zone=zone_key(), author=request.user, account=row.account, order=number, quantity=units
                ).execute()
            except CommandRefused as refused:
                fault = refused.text.in_language(language())
            except JournalUnavailable:
                fault = _("The withdrawal could not be written down; send it again.")
            else:
                said = _("Order %(number)s: %(units)s units withdrawn.") % {
                    "number": number,
                    "units": f"{receipt.outcome['withdrawn']:,}",
                }
                messages.success(request, said)
                return redirect("portal:market", key=row.market)
    context = {
        "order": row,
        "side": SIDES["buy" if row.side == 1 else "sell"],
        "market": quotation(asked_market(row.market), 1),
        "state": STATES.get(row.state, row.state),
        "fault": fault,
        "written": request.POST.get("quantity", ""),
    }
    return render(request, "portal/market/cancel.html", context, status=422 if fault else 200)


@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All orders of the reader's account."""
    found = own_accounts(request.user)
    if not found:
        return render(request, "portal/market/orders.html", {"table": None})
    names = market_names()
    filters = market_filters(request, names, STATES)
    rows = orders_of(zone_key(), found[0].account, market_key=filters["market"])
    if filters["state"]:
        rows = rows.filter(state=filters["state"])
    columns: tuple[Column[OrderRow], ...] = (
        number_column(),
        Column(
            "time", gettext_lazy("Time"), lambda o: f"{clock(o.at):%Y-%m-%d %H:%M:%S}", sort_by=lambda o: o.at
        ),
        market_column(names),
        Column(
            "side",
            gettext_lazy("Side"),
            lambda o: SIDES["buy" if o.side == 1 else "sell"],
            sort_by=lambda o: o.side,
        ),
        *price_and_quantity(gettext_lazy("Price (yuan)")),
        Column(
            "traded", gettext_lazy("Traded"), lambda o: o.traded, sort_by=lambda o: o.traded, numeric=True
        ),
        Column("open", gettext_lazy("Open units"), lambda o: o.open, sort_by=lambda o: o.open, numeric=True),
        fen_column("amount", gettext_lazy("Amount (yuan)")),
        fen_column("fee", gettext_lazy("Fee (yuan)")),
        Column(
            "state", gettext_lazy("State"), lambda o: STATES.get(o.state, o.state), sort_by=lambda o: o.state
        ),
        Column(
            "cause",
            gettext_lazy("Withdrawn because"),
            lambda o: CAUSES.get(o.cause, o.cause),
            export_only=True,
        ),
    )
    table = Table(columns, list(rows[:LONGEST_LIST]), request.GET, default_sort="-number")
    if download := export(request, table, _("My orders")):
        return download
    shown = [
        {
            "row": row,
            "time": clock(row.at),
            "market": names.get(row.market, row.market),
            "side": SIDES["buy" if row.side == 1 else "sell"],
            "state": STATES.get(row.state, row.state),
            "cause": CAUSES.get(row.cause, row.cause),
        }
        for row in table.page_rows
    ]
    context = {"table": table, "filters": filters, "shown": shown, "account": found[0]}
    return render(request, "portal/market/orders.html", context)
