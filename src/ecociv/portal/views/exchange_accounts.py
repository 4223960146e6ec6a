"""Opening an account of the registry, saying who controls it, closing one that is empty: each under a document."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ecociv.exchange.actions import ChangeOwner, CloseAccount, CommandRefused
from ecociv.exchange.queries import account as account_row
from ecociv.exchange.queries import accounts, holdings_of, money_of
from ecociv.exchange.rights.base import RightsRefused
from ecociv.exchange.rights.opening import Applied, OpenRegistryAccount, applied, closable
from ecociv.exchange.rights.parties import ENTERPRISE
from ecociv.exchange.rights.queries import may_operate
from ecociv.people.doors import people_of_the_zone
from ecociv.portal.exchange_account_forms import Confirmed, OpenAccountForm, OwnerForm
from ecociv.portal.zone import zone_key
from ecociv.registers.queries import entries


@people_of_the_zone
@require_http_methods(["GET", "HEAD", "POST"])
def open_account(request: HttpRequest) -> HttpResponse:
    """Who asks is looked at first; then the account is opened."""
    zone = zone_key()
    if not may_operate(request.user, zone):
        raise PermissionDenied(_("Only the body that operates the exchange opens accounts."))
    form = OpenAccountForm(request.POST or None, initial=request.GET.dict())
    asked: Applied | None = None
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        asked = applied(zone, said["account"], said["sort"], said["owner"])
        name = said["name"] or (asked.entry.title if asked.entry else "")
        try:
            if not asked.verdict.ok:
                raise RightsRefused(asked.verdict)
            if not name:
                form.add_error("name", _("The register has no such enterprise: write the name."))
            elif "make" in request.POST:
                action = OpenRegistryAccount(zone=zone, author=request.user, **{**said, "name": name})
                receipt = action.execute()
                _recorded(request, receipt.sequence)
                return redirect("portal:exchange-account", key=action.account)
        except (RightsRefused, CommandRefused) as refused:
            form.refused(refused)
    looked = asked if asked is not None and not form.errors else None
    context = {
        "form": form,
        "looked": looked,
        "name": form.cleaned_data["name"] or (looked.entry.title if looked.entry else "") if looked else "",
        "enterprises": _without_account(zone, timezone.localdate()),
    }
    return render(request, "portal/exchange/account_open.html", context, status=422 if form.errors else 200)


def _without_account(zone: str, today: dt.date) -> list[Any]:
    """Enterprises on the register that have no open account."""
    there = set(accounts(zone).filter(closed=False).values_list("account", flat=True))
    return [one for one in entries(zone, ENTERPRISE, today) if one.key not in there and one.state != "closed"]


@people_of_the_zone
@require_http_methods(["GET", "HEAD", "POST"])
def close_account(request: HttpRequest, key: str) -> HttpResponse:
    """Close an account that holds nothing: so one that was opened by mistake is taken back."""
    zone = zone_key()
    if not may_operate(request.user, zone):
        raise PermissionDenied(_("Only the body that operates the exchange closes accounts."))
    row = account_row(zone, key)
    if row is None or not closable(zone, key):
        raise Http404(_("There is no account %(key)s that could be closed.") % {"key": key})
    form = Confirmed(request.POST or None)
    if request.method == "POST" and form.is_valid():
        action = CloseAccount(
            zone=zone, author=request.user, account=key, document=form.cleaned_data["document"]
        )
        if done := _sent(request, form, action):
            return done
    money = money_of(zone, key)
    context = {
        "form": form,
        "row": row,
        "money": money.free + money.reserved,
        "units": sum(
            one.quantity
            for one in holdings_of(zone, key)
            if one.state in ("free", "frozen", "reserved", "pledged")
        ),
    }
    return render(request, "portal/exchange/account_close.html", context, status=422 if form.errors else 200)


@people_of_the_zone
@require_http_methods(["GET", "HEAD", "POST"])
def change_owner(request: HttpRequest, key: str) -> HttpResponse:
    """Record who controls an account from now on."""
    zone = zone_key()
    if not may_operate(request.user, zone):
        raise PermissionDenied(_("Only the body that operates the exchange records owners."))
    row = account_row(zone, key)
    if row is None or not closable(zone, key):
        raise Http404(_("There is no account %(key)s whose owner could change.") % {"key": key})
    form = OwnerForm(request.POST or None, initial={"owner": row.owner})
    if request.method == "POST" and form.is_valid():
        action = ChangeOwner(zone=zone, author=request.user, account=key, **form.cleaned_data)
        if done := _sent(request, form, action):
            return done
    group = accounts(zone).filter(owner=row.owner).exclude(account=key)
    context = {"form": form, "row": row, "group": group}
    return render(request, "portal/exchange/account_owner.html", context, status=422 if form.errors else 200)


def _sent(request: HttpRequest, form: Confirmed, action: CloseAccount | ChangeOwner) -> HttpResponse | None:
    """Send it and go to the account; none where it is refused, with the reason on the form."""
    try:
        receipt = action.execute()
    except CommandRefused as refused:
        form.refused(refused)
        return None
    _recorded(request, receipt.sequence)
    return redirect("portal:exchange-account", key=action.account)


def _recorded(request: HttpRequest, sequence: int) -> None:
    messages.success(request, _("Recorded as entry %(number)s of the journal.") % {"number": sequence})
