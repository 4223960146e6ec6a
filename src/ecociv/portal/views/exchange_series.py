"""Series of rights: how much there is, until when they are valid, and letting one expire."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from ecociv.exchange.actions import CommandRefused
from ecociv.exchange.instruments import InstrumentNotInForce
from ecociv.exchange.registry import Series
from ecociv.exchange.rights.base import RightsRefused
from ecociv.exchange.rights.expiring import ExpireSeries, SeriesStanding, all_series, series_standing
from ecociv.exchange.rights.queries import may_operate
from ecociv.people.doors import people_of_the_zone
from ecociv.portal.exchange_account_forms import Confirmed
from ecociv.portal.exchange_figures import (
    account_names,
    instrument_choices,
    instrument_name,
    region_choices,
    region_name,
    state_name,
    unit_name,
)
from ecociv.portal.filters import Choice, Filter, Filters
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.views.common import export
from ecociv.portal.zone import language, zone_key

SHOWN_HOLDERS = 50

_STANDINGS = {
    "valid": gettext_lazy("valid"),
    "due": gettext_lazy("validity has ended, not yet let expire"),
    "gone": gettext_lazy("nothing left that could be used"),
}

COLUMNS: tuple[Column[dict[str, Any]], ...] = (
    Column(
        "instrument",
        pgettext_lazy("rights", "Instrument"),
        lambda s: s["instrument"],
        sort_by=lambda s: s["one"].series,
    ),
    sortable("vintage", gettext_lazy("Vintage"), lambda s: s["one"].series.vintage or None, numeric=True),
    sortable("region", gettext_lazy("Region or basin"), lambda s: s["region"]),
    sortable("issued", gettext_lazy("Units ever made"), lambda s: s["one"].issued, numeric=True),
    sortable("units", gettext_lazy("Units that can be used"), lambda s: s["one"].units, numeric=True),
    Column("unit", gettext_lazy("Unit"), lambda s: s["unit"], export_only=True),
    Column(
        "ends",
        gettext_lazy("Valid until"),
        lambda s: s["one"].ends.isoformat() if s["one"].ends else "",
        sort_by=lambda s: s["one"].ends,
    ),
    Column(
        "standing", pgettext_lazy("rights", "Standing"), lambda s: s["standing"], sort_by=lambda s: s["key"]
    ),
)


def _shown(one: SeriesStanding) -> dict[str, Any]:
    key = "due" if one.may_expire else "valid" if one.units else "gone"
    return {
        "one": one,
        "instrument": instrument_name(one.series.instrument),
        "region": region_name(one.series.region),
        "unit": unit_name(one.series.instrument),
        "key": key,
        "standing": _STANDINGS[key],
    }


@people_of_the_zone
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All series; those that are due first."""
    filters = Filters(
        request.GET,
        [
            Filter("instrument", pgettext("rights", "Instrument"), instrument_choices(), _("All")),
            Filter("region", _("Region or basin"), region_choices(), _("All")),
            Filter(
                "standing",
                pgettext("rights", "Standing"),
                [Choice(key, name) for key, name in _STANDINGS.items()],
                _("All"),
            ),
        ],
        False,
    )
    rows = [
        shown
        for shown in map(_shown, all_series(zone_key()))
        if (not filters["instrument"] or shown["one"].series.instrument == filters["instrument"])
        and (not filters["region"] or shown["one"].series.region == filters["region"])
        and (not filters["standing"] or shown["key"] == filters["standing"])
    ]
    table = Table(COLUMNS, rows, request.GET, default_sort="standing")
    if download := export(request, table, _("Series of the registry")):
        return download
    context = {"table": table, "filters": filters, "operates": may_operate(request.user, zone_key())}
    return render(request, "portal/exchange/series.html", context)


@people_of_the_zone
@require_http_methods(["GET", "HEAD", "POST"])
def expire(request: HttpRequest, instrument: str, vintage: int) -> HttpResponse:
    """Let a series expire, after a look at whose units they are. It is final."""
    zone = zone_key()
    if not may_operate(request.user, zone):
        raise PermissionDenied(_("Only the body that operates the exchange lets a series expire."))
    series = Series(instrument, vintage, request.GET.get("region", ""))
    standing = series_standing(zone, series)
    if standing is None:
        raise Http404(_("There is no series %(series)s in the registry.") % {"series": str(series)})
    form = Confirmed(request.POST or None)
    if request.method == "POST" and form.is_valid():
        action = ExpireSeries(
            zone=zone, author=request.user, series=series, document=form.cleaned_data["document"]
        )
        try:
            receipt = action.execute()
        except (RightsRefused, CommandRefused, InstrumentNotInForce) as refused:
            form.refused(refused)
        else:
            said = _("Recorded as entry %(number)s of the journal.") % {"number": receipt.sequence}
            messages.success(request, said)
            return redirect("portal:exchange-series")
    names, verdict = account_names(), standing.verdict()
    context = {
        "form": form,
        "shown": _shown(standing),
        "live": [(state_name(state.value), quantity) for state, quantity in standing.live],
        "holders": [
            (names.get(account, account), account, state_name(state.value), claim, quantity)
            for account, state, claim, quantity in standing.holders[:SHOWN_HOLDERS]
        ],
        "more": max(0, len(standing.holders) - SHOWN_HOLDERS),
        "hindered": [one.text.in_language(language()) for one in verdict.reasons] if not verdict.ok else [],
    }
    return render(request, "portal/exchange/series_expire.html", context, status=422 if form.errors else 200)
