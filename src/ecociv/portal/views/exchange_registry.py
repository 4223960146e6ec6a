"""The registry of rights: accounts, holdings with serial numbers, movements with their documents, statements."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from ecociv.exchange.actions import CommandRefused
from ecociv.exchange.instruments import InstrumentNotInForce
from ecociv.exchange.models import AccountRow
from ecociv.exchange.queries import Held, Money, accounts, holdings_of, micros, money_of, movements
from ecociv.exchange.queries import account as account_row
from ecociv.exchange.registry import Series
from ecociv.exchange.rights.allocating import GrantPaidPart
from ecociv.exchange.rights.base import RightsRefused
from ecociv.exchange.rights.holding import (
    BankUnits,
    BorrowUnits,
    BuyBackUnits,
    CancelUnits,
    FreezeUnits,
    PledgeUnits,
    ReclaimIdle,
    ReleasePledge,
    RepayUnits,
    ReplaceUnits,
    TransferUnits,
    UnfreezeUnits,
)
from ecociv.exchange.rights.queries import (
    SerialHolding,
    may_act_for,
    may_operate,
    may_read_account,
    obligations,
    serial_holdings,
)
from ecociv.exchange.sealed import held_under_seal
from ecociv.people.doors import of_the_zone, people_of_the_zone
from ecociv.portal.as_of import read_as_of
from ecociv.portal.exchange_figures import (
    SHOWN_BLOCKS,
    account_names,
    instrument_choices,
    kind_choices,
    region_choices,
    state_choices,
)
from ecociv.portal.exchange_forms import OperationForm
from ecociv.portal.exchange_rows import HOLDING_COLUMNS, MOVEMENT_COLUMNS, shown_holding, shown_movement
from ecociv.portal.exports import FORMS
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.market_figures import own_accounts
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.views.common import export
from ecociv.portal.zone import zone_key

LONGEST_LIST = 20_000
SHOWN_MOVEMENTS = 30
SORTS = {
    "trader": gettext_lazy("participant"),
    "reserve": gettext_lazy("government reserve"),
    "exchange": gettext_lazy("the exchange itself"),
}

ACCOUNT_COLUMNS: tuple[Column[dict[str, Any]], ...] = (
    Column("name", pgettext_lazy("rights", "Name"), lambda a: a["row"].name, sort_by=lambda a: a["row"].name),
    Column(
        "account",
        pgettext_lazy("rights", "Account"),
        lambda a: a["row"].account,
        sort_by=lambda a: a["row"].account,
    ),
    Column(
        "sort", gettext_lazy("Sort"), lambda a: SORTS.get(a["row"].sort, ""), sort_by=lambda a: a["row"].sort
    ),
    Column("owner", gettext_lazy("Beneficial owner"), lambda a: a["row"].owner, export_only=True),
    Column("state", gettext_lazy("State"), lambda a: a["state"], sort_by=lambda a: str(a["state"])),
    sortable("series", gettext_lazy("Series held"), lambda a: a["series"], numeric=True),
)


@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All accounts for people of the zone; an enterprise is led to its own."""
    if not of_the_zone(request.user):
        return _own(request)
    zone = zone_key()
    filters = Filters(
        request.GET,
        [
            Filter("sort_", _("Sort"), [Choice(key, name) for key, name in SORTS.items()], _("All")),
            Filter(
                "state",
                _("State"),
                [
                    Choice("open", pgettext("rights", "open")),
                    Choice("frozen", _("frozen by order")),
                    Choice("closed", pgettext("rights", "closed")),
                ],
                _("All states"),
            ),
        ],
    )
    series: dict[str, set[tuple[str, int, str]]] = {}
    for held in holdings_of(zone):
        series.setdefault(held.account, set()).add((held.instrument, held.vintage, held.region))
    rows = [
        {"row": row, "state": account_state(row), "series": len(series.get(row.account, ()))}
        for row in accounts(zone)
        if (not filters["sort_"] or row.sort == filters["sort_"])
        and (not filters["state"] or filters["state"] == _state_key(row))
        and matches(filters.text, row.name, row.account, row.owner)
    ]
    table = Table(ACCOUNT_COLUMNS, rows, request.GET, default_sort="name")
    if download := export(request, table, _("Accounts of the registry")):
        return download
    context = {
        "table": table,
        "filters": filters,
        "sorts": SORTS,
        "operates": may_operate(request.user, zone),
    }
    return render(request, "portal/exchange/accounts.html", context)


@people_of_the_zone
@require_safe
def holdings(request: HttpRequest) -> HttpResponse:
    """Holdings of all accounts with their serial numbers."""
    filters = Filters(
        request.GET,
        [
            Filter("instrument", pgettext("rights", "Instrument"), instrument_choices(), _("All")),
            Filter("region", _("Region or basin"), region_choices(), _("All")),
            Filter("state", _("State"), state_choices(), _("All states")),
        ],
    )
    names = account_names()
    whole = request.GET.get("format") in FORMS
    rows = [
        one
        for one in serial_holdings(
            zone_key(), instrument=filters["instrument"], at_most=None if whole else SHOWN_BLOCKS
        )
        if (not filters["region"] or one.series.region == filters["region"])
        and (not filters["state"] or one.state == filters["state"])
        and matches(filters.text, one.account, names.get(one.account, ""), one.claim)
    ]
    table = Table(HOLDING_COLUMNS, rows, request.GET, default_sort="account")
    if download := export(request, table, _("Holdings of the registry")):
        return download
    context = {
        "table": table,
        "filters": filters,
        "shown": [shown_holding(one, names) for one in table.page_rows],
        "operates": may_operate(request.user, zone_key()),
    }
    return render(request, "portal/exchange/holdings.html", context)


@people_of_the_zone
@require_safe
def movement_list(request: HttpRequest) -> HttpResponse:
    """Movements with the documents they rest on."""
    filters = Filters(
        request.GET,
        [
            Filter("instrument", pgettext("rights", "Instrument"), instrument_choices(), _("All")),
            Filter("kind", _("Kind"), kind_choices(), _("All kinds")),
        ],
    )
    found = movements(
        zone_key(), kinds=[filters["kind"]] if filters["kind"] else (), instrument=filters["instrument"]
    )
    names = account_names()
    rows = [
        row
        for row in found[:LONGEST_LIST]
        if matches(
            filters.text,
            row.document,
            row.giver,
            row.taker,
            names.get(row.giver, ""),
            names.get(row.taker, ""),
            row.claim,
        )
    ]
    table = Table(MOVEMENT_COLUMNS, rows, request.GET, default_sort="-number")
    if download := export(request, table, _("Movements of the registry")):
        return download
    context = {
        "table": table,
        "filters": filters,
        "shown": [shown_movement(row, names) for row in table.page_rows],
        "cut": len(rows) >= LONGEST_LIST,
        "operates": may_operate(request.user, zone_key()),
    }
    return render(request, "portal/exchange/movements.html", context)


def _shown_money(request: HttpRequest, key: str, moment: dt.datetime | None) -> Money:
    """Money of an account; to others than its holder what is held under seal counts as free, or it told the bid."""
    zone = zone_key()
    money = money_of(zone, key, moment)
    if _holder(request, key):
        return money
    hidden = held_under_seal(zone, key, micros(moment) if moment else None)
    return Money(money.free + hidden, money.reserved - hidden)


def _holder(request: HttpRequest, key: str) -> bool:
    """Whether it is the reader's own account: he alone sees what he has bid under seal."""
    return any(row.account == key for row in own_accounts(request.user))


@login_required
@require_safe
def detail(request: HttpRequest, key: str) -> HttpResponse:
    """One account: money, holdings with serial numbers, obligations, movements."""
    zone, as_of = zone_key(), read_as_of(request)
    row = readable_account(request, key)
    names = account_names()
    if as_of.moment:
        held = [_of_the_past(one) for one in holdings_of(zone, key, as_of=as_of.moment)]
    else:
        held = serial_holdings(zone, key, at_most=SHOWN_BLOCKS)
    past = movements(zone, key, until=as_of.moment, sealed=_holder(request, key))
    context = {
        "row": row,
        "state": account_state(row),
        "sort": SORTS.get(row.sort, row.sort),
        "money": _shown_money(request, key, as_of.moment),
        "held": [shown_holding(one, names) for one in held],
        "obligations": [] if as_of.moment else obligations(zone, key),
        "moves": [shown_movement(one, names) for one in past[:SHOWN_MOVEMENTS]],
        "more_moves": max(0, past.count() - SHOWN_MOVEMENTS),
        "as_of": as_of,
        "operates": may_operate(request.user, zone),
        "acts": may_act_for(request.user, zone, key),
    }
    return render(request, "portal/exchange/account.html", context)


@login_required
@require_safe
def statement(request: HttpRequest, key: str) -> HttpResponse:
    """The statement of an account as a file: its holdings, or its movements."""
    row = readable_account(request, key)
    if request.GET.get("format") not in FORMS:
        raise Http404(_("A statement is a workbook or a CSV file."))
    if request.GET.get("what") == "movements":
        moves: Table[Any] = Table(
            MOVEMENT_COLUMNS,
            movements(zone_key(), key, sealed=_holder(request, key))[:LONGEST_LIST],
            request.GET,
            default_sort="-number",
        )
        download = export(request, moves, _("Movements of %(name)s") % {"name": row.name})
    else:
        held: Table[Any] = Table(
            HOLDING_COLUMNS, serial_holdings(zone_key(), key), request.GET, default_sort="instrument"
        )
        download = export(request, held, _("Holdings of %(name)s") % {"name": row.name})
    assert download is not None
    return download


@people_of_the_zone
@require_http_methods(["GET", "HEAD", "POST"])
def operate(request: HttpRequest) -> HttpResponse:
    """Pledge, freeze, transfer or cancel units, under a document."""
    zone = zone_key()
    if not may_operate(request.user, zone):
        raise PermissionDenied(_("Only the body that operates the exchange enters movements."))
    form = OperationForm(request.POST or None, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        try:
            receipt = _operation(request, form).execute()
        except (RightsRefused, CommandRefused, InstrumentNotInForce) as refused:
            form.refused(refused)
        else:
            said = _("Recorded as entry %(number)s of the journal.") % {"number": receipt.sequence}
            messages.success(request, said)
            return redirect("portal:exchange-account", key=form.cleaned_data["account"])
    return render(request, "portal/exchange/operate.html", {"form": form}, status=422 if form.errors else 200)


def _operation(request: HttpRequest, form: OperationForm) -> Any:
    said = form.cleaned_data
    common = {
        "zone": zone_key(),
        "author": request.user,
        "document": said["document"],
        "series": form.series,
        "quantity": said["quantity"],
    }
    if said["operation"] == "transfer":
        return TransferUnits(giver=said["account"], taker=said["taker"], **common)
    if said["operation"] == "cancel":
        return CancelUnits(account=said["account"], **common)
    if said["operation"] == "grant":
        return GrantPaidPart(account=said["account"], price=said["price"], **common)
    if said["operation"] == "buy-back":
        return BuyBackUnits(giver=said["account"], price=said["price"], **common)
    if said["operation"] == "reclaim":
        return ReclaimIdle(giver=said["account"], last_used=said["last_used"], **common)
    if said["operation"] in ("bank", "borrow", "repay", "replace"):
        return _carrying(form, common)
    action = {
        "pledge": PledgeUnits,
        "unpledge": ReleasePledge,
        "freeze": FreezeUnits,
        "unfreeze": UnfreezeUnits,
    }[said["operation"]]
    return action(account=said["account"], claim=said["claim"], **common)


def _carrying(form: OperationForm, common: dict[str, Any]) -> Any:
    """Units that take the place of others."""
    said, series = form.cleaned_data, common.pop("series")
    account, quantity = said["account"], common.pop("quantity")
    if said["operation"] == "borrow":
        return BorrowUnits(account=account, now=series, quantity=quantity, **common)
    if said["operation"] == "repay":
        return RepayUnits(account=account, later=series, quantity=quantity, **common)
    if said["operation"] == "bank":
        net_sold = said["net_sold"] or 0
        return BankUnits(
            account=account,
            source=series,
            vintage=said["target"],
            quantity=quantity,
            net_sold=net_sold,
            **common,
        )
    met = {"met": True, "missed": False}.get(said["quality"])
    return ReplaceUnits(
        account=account,
        source=series,
        vintage=said["target"],
        needed=quantity,
        quality_met=met,
        **common,
    )


def readable_account(request: HttpRequest, key: str) -> AccountRow:
    """An account that the reader may see, or the page that says there is none."""
    row = account_row(zone_key(), key)
    if row is None or not is_readable(request, key):
        raise Http404(_("There is no account %(key)s that you may read.") % {"key": key})
    return row


def is_readable(request: HttpRequest, key: str) -> bool:
    """Whether the reader may see an account."""
    return may_read_account(request.user, zone_key(), key)


def account_state(row: AccountRow) -> str:
    """Open, frozen or closed, in words."""
    return {
        "open": pgettext("rights", "open"),
        "frozen": _("frozen by order"),
        "closed": pgettext("rights", "closed"),
    }[_state_key(row)]


def _state_key(row: AccountRow) -> str:
    return "closed" if row.closed else "frozen" if row.frozen else "open"


def _own(request: HttpRequest) -> HttpResponse:
    """The reader's own account, or the page that says how to come by one."""
    key = getattr(request.user, "organisation", "")
    if not key or account_row(zone_key(), key) is None or not is_readable(request, key):
        return render(request, "portal/exchange/no_account.html")
    return redirect("portal:exchange-account", key=key)


def _of_the_past(one: Held) -> SerialHolding:
    return SerialHolding(
        one.account, Series(one.instrument, one.vintage, one.region), one.state, "", one.quantity, ()
    )
