"""Negotiated block trades: proposed to one participant, who confirms; everything here is for the two sides alone."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ecociv.exchange.actions.trading import ConfirmBlock, DeclineBlock, ProposeBlock, WithdrawBlock
from ecociv.exchange.models import ProposalRow
from ecociv.exchange.queries import (
    MarketNow,
    accounts,
    is_participant,
    markets,
    micros,
    over_time,
    proposal_state,
    proposals,
    quote,
)
from ecociv.portal.market_figures import (
    PROPOSAL_STATES,
    SIDES,
    clock,
    fen_of,
    is_operator,
    own_accounts,
    quoted,
    unit_of,
    units_of,
)
from ecociv.portal.market_sending import done
from ecociv.portal.views.market_orders import own_account
from ecociv.portal.zone import language, zone_key

SHOWN = 100


@login_required
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """Proposals of which the reader's account is a side: those that wait first."""
    own = own_accounts(request.user)
    operates = is_operator(request.user)
    office = {"operates": operates, "over": over_time(zone_key(), micros(timezone.now())).count() if operates else 0}
    if not own:
        return render(request, "portal/market/blocks.html", {"account": None, **office})
    key = own[0].account
    names = {row.account: row.name for row in accounts(zone_key())}
    known = {now.row.market: now for now in markets(zone_key())}
    shown = [_shown(row, key, names, known) for row in proposals(zone_key(), key, open_only=False)[:SHOWN]]
    context = {
        **office,
        "account": own[0],
        "shown": sorted(shown, key=lambda one: not one["waits"]),
        "markets": [now for now in known.values() if now.rules.block_minimum],
    }
    return render(request, "portal/market/blocks.html", context)


def _shown(
    row: ProposalRow, key: str, names: Mapping[str, str], known: Mapping[str, MarketNow]
) -> dict[str, Any]:
    """A proposal from the reader's side: what he would do, and with whom."""
    mine = row.account == key
    side = row.side if mine else -row.side
    state = proposal_state(row, micros(timezone.now()))
    rules = known[row.market].rules
    return {
        "row": row,
        "mine": mine,
        "side": SIDES["buy" if side == 1 else "sell"],
        "other": names.get(row.counterparty if mine else row.account, ""),
        "market": rules.label.in_language(language()),
        "unit": unit_of(rules.instrument),
        "time": clock(row.at),
        "until": clock(row.until) if row.until else None,
        "state": PROPOSAL_STATES.get(state, state),
        "waits": state == "open",
        "sums": quote(rules, "buy" if side == 1 else "sell", row.price, row.quantity),
    }


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """Propose a block trade."""
    account = own_account(request)
    zone, given = zone_key(), request.POST if request.method == "POST" else request.GET
    today = timezone.localdate()
    choices = [now for now in markets(zone) if now.rules.block_minimum and now.valid_on(today)]
    written = {
        name: str(given.get(name, "")).strip()[:120]
        for name in ("market", "side", "counterparty", "price", "quantity", "key")
    }
    written["key"] = written["key"] or uuid4().hex
    others = [
        row
        for row in accounts(zone).filter(closed=False)
        if row.account != account.account and is_participant(row.account)
    ]
    fault = ""
    if request.method == "POST":
        price, quantity = fen_of(written["price"]), units_of(written["quantity"])
        if not price or not quantity:
            fault = _(
                "Write a price in yuan above zero with at most two decimals, and a whole number of units."
            )
        elif written["side"] not in SIDES or not written["counterparty"]:
            fault = _("Say whether you buy or sell, and to whom the proposal goes.")
        else:
            action = ProposeBlock(
                zone=zone,
                author=request.user,
                account=account.account,
                market=written["market"],
                counterparty=written["counterparty"],
                side=written["side"],
                price=price,
                quantity=quantity,
            )
            fault = done(request, action, written["key"], _("The proposal waits for the other side."))
            if not fault:
                return redirect("portal:market-blocks")
    context = {
        "account": account,
        "others": others,
        "choices": [
            (
                now,
                now.rules.limits(now.row.reference, block=True),
                quoted(now.rules),
                unit_of(now.rules.instrument),
            )
            for now in choices
        ],
        "sides": SIDES,
        "written": written,
        "fault": fault,
    }
    return render(request, "portal/market/block_form.html", context, status=422 if fault else 200)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def answer(request: HttpRequest, number: int, step: str) -> HttpResponse:
    """Confirm or end a proposal, after a look at what it means."""
    if step not in ("confirm", "withdraw"):
        raise Http404(_("There is no such step."))
    account = own_account(request)
    row = proposals(zone_key(), account.account, open_only=False).filter(number=number).first()
    if row is None or (step == "confirm" and row.account == account.account):
        raise Http404(_("No block proposal of this number waits for you."))
    fault, key = "", str(request.POST.get("key", "")) or uuid4().hex
    if request.method == "POST":
        make: type[ConfirmBlock] = ConfirmBlock
        if step == "withdraw":
            make = WithdrawBlock if row.account == account.account else DeclineBlock
        action = make(zone=zone_key(), author=request.user, account=account.account, proposal=number)
        said = _("The block trade is made.") if step == "confirm" else _("The proposal is ended.")
        fault = done(request, action, key, said)
        if not fault:
            return redirect("portal:market-blocks")
    names = {each.account: each.name for each in accounts(zone_key())}
    known = {now.row.market: now for now in markets(zone_key())}
    shown = _shown(row, account.account, names, known)
    context = {
        "shown": shown,
        "step": step,
        "fault": fault,
        "key": key,
        "quoted": quoted(known[row.market].rules),
    }
    return render(request, "portal/market/block_answer.html", context, status=422 if fault else 200)
