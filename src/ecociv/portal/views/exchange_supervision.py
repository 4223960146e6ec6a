"""The regulator's console: alerts with their evidence, freezing by order, halts, the audit extract."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.db.models import Max
from django.http import Http404, HttpRequest, HttpResponse, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ecociv.core.text import Text
from ecociv.exchange.actions import (
    CommandRefused,
    FreezeAccount,
    HaltMarket,
    ResumeMarket,
    UnfreezeAccount,
)
from ecociv.exchange.models import AlertDecision, SurveillanceAlert, TradeRow
from ecociv.exchange.queries import accounts, markets
from ecociv.exchange.rights.base import RightsRefused
from ecociv.exchange.rights.extract import as_csv, as_json_lines
from ecociv.exchange.rights.extract import extract as rows_of_extract
from ecociv.exchange.rights.queries import may_operate
from ecociv.exchange.rights.watching import DecideAlert, LookForAlerts, alerts, standing
from ecociv.exchange.surveillance import KINDS, NoThresholds, thresholds
from ecociv.people import audit
from ecociv.people.doors import people_of_the_zone
from ecociv.portal.exchange_figures import LOCAL, account_names, alert_name, local_time
from ecociv.portal.exchange_forms import (
    AccountOrderForm,
    DecisionForm,
    ExtractForm,
    LookForm,
    MarketOrderForm,
)
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.views.common import export
from ecociv.portal.zone import language, zone_key

STANDINGS = {
    "open": gettext_lazy("Open"),
    "inquiry": gettext_lazy("Inquiry opened"),
    "acted": gettext_lazy("Acted on"),
    "dismissed": gettext_lazy("Dismissed"),
}

ALERT_COLUMNS: tuple[Column[dict[str, Any]], ...] = (
    Column(
        "day", gettext_lazy("Trading day"), lambda a: a["row"].day.isoformat(), sort_by=lambda a: a["row"].day
    ),
    Column("kind", gettext_lazy("Kind"), lambda a: a["kind"], sort_by=lambda a: a["row"].kind),
    Column("market", gettext_lazy("Market"), lambda a: a["market"], sort_by=lambda a: a["row"].market),
    Column("owner", pgettext_lazy("rights", "About"), lambda a: a["owner"], sort_by=lambda a: a["owner"]),
    Column("what", pgettext_lazy("rights", "What was observed"), lambda a: a["what"]),
    sortable("trades", gettext_lazy("Trades"), lambda a: a["trades"], numeric=True),
    Column(
        "standing",
        pgettext_lazy("rights", "Standing"),
        lambda a: a["standing"],
        sort_by=lambda a: str(a["standing"]),
    ),
)


@people_of_the_zone
@require_safe
def console(request: HttpRequest) -> HttpResponse:
    """Alerts, frozen accounts, halted markets, and the extract."""
    zone = zone_key()
    filters = Filters(
        request.GET,
        [
            Filter(
                "kind",
                _("Kind"),
                [Choice(key, text.in_language(language())) for key, text in KINDS.items()],
                _("All kinds"),
            ),
            Filter(
                "standing",
                pgettext("rights", "Standing"),
                [Choice(key, name) for key, name in STANDINGS.items()],
                _("All"),
            ),
        ],
    )
    names, labels = account_names(), _market_names()
    rows = [
        shown
        for row in alerts(zone)
        for shown in [_shown(row, names, labels)]
        if (not filters["kind"] or row.kind == filters["kind"])
        and (not filters["standing"] or standing(row) == filters["standing"])
        and matches(filters.text, shown["owner"], row.owner, shown["what"], shown["market"])
    ]
    table = Table(ALERT_COLUMNS, rows, request.GET, default_sort="-day")
    if download := export(request, table, _("Alerts of market supervision")):
        return download
    last = TradeRow.objects.filter(venue=zone).aggregate(day=Max("day"))["day"]
    today = timezone.localdate()
    day = dt.date.fromisoformat(last) if last else today
    context = {
        "table": table,
        "filters": filters,
        "open": sum(standing(row) == "open" for row in alerts(zone)),
        "frozen": accounts(zone).filter(frozen=True, closed=False),
        "halted": [(one, one.rules.label.in_language(language())) for one in markets(zone) if one.row.halted],
        "look_form": LookForm(initial={"day": day}),
        "extract_form": ExtractForm(initial={"since": today.replace(month=1, day=1), "until": today}),
        "rules": _rules(day),
        "operates": may_operate(request.user, zone),
    }
    return render(request, "portal/exchange/console.html", context)


@people_of_the_zone
@require_POST
def look(request: HttpRequest) -> HttpResponse:
    """Look at a trading day now."""
    form = LookForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Choose a trading day."))
        return redirect("portal:exchange-supervision")
    try:
        made = LookForAlerts(
            zone=zone_key(), author=request.user, day=form.cleaned_data["day"], sample=_all_sample()
        ).execute()
    except NoThresholds as refused:
        messages.error(request, refused.text.in_language(language()))
    else:
        said = _("%(day)s was looked at: %(number)s new alerts.") % {
            "day": form.cleaned_data["day"],
            "number": len(made),
        }
        messages.success(request, said)
    return redirect("portal:exchange-supervision")


@people_of_the_zone
@require_http_methods(["GET", "HEAD", "POST"])
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One alert with its evidence and what was decided about it."""
    zone = zone_key()
    row = alerts(zone).filter(pk=pk).first()
    if row is None:
        raise Http404(_("There is no such alert."))
    form = DecisionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            DecideAlert(
                alert=row,
                author=request.user,
                decision=said["decision"],
                note=said["note"],
                document=said["document"],
            ).execute()
        except RightsRefused as refused:
            form.refused(refused)
        else:
            messages.success(request, _("The decision was recorded."))
            return redirect("portal:exchange-alert", pk=pk)
    names = account_names()
    accounts_there = row.body["accounts"]
    context = {
        "alert": _shown(row, names, _market_names()),
        "form": form,
        "accounts": [(key, names.get(key, key)) for key in accounts_there],
        "trades": [
            {
                **trade,
                "time": local_time(trade["at"]),
                "buyer_name": names.get(trade["buyer"], trade["buyer"]),
                "seller_name": names.get(trade["seller"], trade["seller"]),
            }
            for trade in row.body["trades"]
        ],
        "decisions": [
            (one, AlertDecision.Decision(one.decision).label) for one in row.decisions.order_by("-pk")
        ],
        "rules": _rules(row.day),
        "operates": may_operate(request.user, zone),
    }
    return render(request, "portal/exchange/alert.html", context, status=422 if form.errors else 200)


@people_of_the_zone
@require_http_methods(["GET", "HEAD", "POST"])
def order(request: HttpRequest, what: str) -> HttpResponse:
    """Freeze or unfreeze an account, halt or resume a market: under a document."""
    zone = zone_key()
    titles = {
        "freeze": _("Freeze an account"),
        "unfreeze": _("Unfreeze an account"),
        "halt": _("Halt a market"),
        "resume": _("Resume a market"),
    }
    if what not in titles:
        raise Http404(_("There is no such order."))
    if not may_operate(request.user, zone):
        raise PermissionDenied(_("Only the body that operates the exchange gives such orders."))
    given = (request.POST or None,)
    form: Any = (
        AccountOrderForm(*given, initial=request.GET.dict(), frozen=what == "unfreeze")
        if what in ("freeze", "unfreeze")
        else MarketOrderForm(*given, initial=request.GET.dict(), halted=what == "resume")
    )
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        orders: dict[str, Any] = {
            "freeze": FreezeAccount,
            "unfreeze": UnfreezeAccount,
            "halt": HaltMarket,
            "resume": ResumeMarket,
        }
        try:
            receipt = orders[what](zone=zone, author=request.user, **said).execute()
        except CommandRefused as refused:
            form.add_error(None, refused.text.in_language(language()))
        else:
            withdrawn = len(receipt.outcome.get("withdrawn", []))
            done = _("Recorded as entry %(number)s of the journal; %(orders)s open orders were withdrawn.")
            messages.success(request, done % {"number": receipt.sequence, "orders": withdrawn})
            return redirect("portal:exchange-supervision")
    hints = {
        "freeze": _("Open orders, listings and bids of the account are withdrawn; it may still surrender."),
        "unfreeze": _("The account may trade again from now on."),
        "halt": _("Open orders are withdrawn; nothing trades until the market is resumed."),
        "resume": _("Orders are taken again; those that were withdrawn do not come back."),
    }
    context = {"form": form, "title": titles[what], "hint": hints[what], "what": what}
    return render(request, "portal/exchange/order.html", context, status=422 if form.errors else 200)


@people_of_the_zone
@require_safe
def extract(request: HttpRequest) -> Any:
    """The audit extract as a file."""
    form = ExtractForm(request.GET)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(str(error) for error in errors))
        return redirect("portal:exchange-supervision")
    said = form.cleaned_data
    since = dt.datetime.combine(said["since"], dt.time(0), LOCAL)
    until = dt.datetime.combine(said["until"] + dt.timedelta(days=1), dt.time(0), LOCAL)
    zone = zone_key()
    rows = rows_of_extract(zone, since, until, said["account"].strip())
    audit.record(
        actor=request.user,
        action="exchange.extract",
        zone=zone,
        subject_kind="exchange",
        subject_key=said["account"] or zone,
        after={"since": said["since"].isoformat(), "until": said["until"].isoformat()},
    )
    lines = as_csv(rows) if said["form"] == "csv" else as_json_lines(rows)
    kind = "text/csv; charset=utf-8" if said["form"] == "csv" else "application/x-ndjson; charset=utf-8"
    response = StreamingHttpResponse(lines, content_type=kind)
    name = f"exchange-{said['since']}-{said['until']}.{said['form']}"
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    response["Cache-Control"] = "private, no-store"
    return response


def _shown(row: SurveillanceAlert, names: dict[str, str], labels: dict[str, str]) -> dict[str, Any]:
    said = row.body["reason"]
    text = Text(zh=said["zh"], en=said["en"]).in_language(language())
    for key, name in names.items():
        text = text.replace(key, name)
    return {
        "row": row,
        "kind": alert_name(row.kind),
        "market": labels.get(row.market, row.market),
        "owner": names.get(row.owner, row.owner),
        "what": text,
        "trades": len(row.body["trades"]),
        "standing": STANDINGS[standing(row)],
        "standing_key": standing(row),
    }


def _market_names() -> dict[str, str]:
    return {one.row.market: one.rules.label.in_language(language()) for one in markets(zone_key())}


def _rules(day: dt.date) -> list[tuple[str, str, bool]]:
    """The thresholds of a day in words, with their source and whether it is verified."""
    try:
        rules = thresholds(day)
    except NoThresholds:
        return []
    tongue = language()
    return [
        (
            _("A large position is %(share)s %% of all units or more.")
            % {"share": rules.large_position.share_bp / 100},
            rules.large_position.citation.in_language(tongue),
            rules.large_position.verified,
        ),
        (
            _(
                "A ring has up to %(length)s trades within %(minutes)s minutes that bring back about as much (%(match)s %%), and at least %(share)s %% of the day."
            )
            % {
                "length": rules.wash_trades.longest_ring,
                "minutes": rules.wash_trades.window_minutes,
                "match": rules.wash_trades.quantity_match_bp / 100,
                "share": rules.wash_trades.minimum_share_bp / 100,
            },
            rules.wash_trades.citation.in_language(tongue),
            rules.wash_trades.verified,
        ),
        (
            _(
                "Ramping is %(share)s %% or more of one side in the last %(minutes)s minutes while the price moves %(move)s %% or more that way."
            )
            % {
                "share": rules.ramping.own_share_bp / 100,
                "minutes": rules.ramping.last_minutes,
                "move": rules.ramping.price_move_bp / 100,
            },
            rules.ramping.citation.in_language(tongue),
            rules.ramping.verified,
        ),
    ]


def _all_sample() -> bool:
    """Whether all markets are made up: then so are the alerts."""
    there = markets(zone_key())
    return bool(there) and all(one.row.sample for one in there)
