"""Verified emissions, and surrender against them with the count shown."""

from __future__ import annotations

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from ecociv.exchange.instruments import InstrumentNotInForce
from ecociv.exchange.models import VerifiedEmission
from ecociv.exchange.rights.base import RightsRefused
from ecociv.exchange.rights.emissions import RecordVerifiedEmission, SurrenderUnits, emissions
from ecociv.exchange.rights.queries import may_act_for, may_operate, obligation_of
from ecociv.people.doors import people_of_the_zone
from ecociv.portal.exchange_figures import (
    account_names,
    instrument_choices,
    instrument_name,
    region_name,
    unit_name,
)
from ecociv.portal.exchange_forms import EmissionForm, SurrenderForm
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.views.common import export
from ecociv.portal.views.exchange_registry import readable_account
from ecociv.portal.zone import language, zone_key

EMISSION_COLUMNS: tuple[Column[VerifiedEmission], ...] = (
    sortable("year", gettext_lazy("Year"), lambda e: e.year, numeric=True),
    Column("account", pgettext_lazy("rights", "Account"), lambda e: e.account, sort_by=lambda e: e.account),
    Column(
        "instrument",
        pgettext_lazy("rights", "Instrument"),
        lambda e: instrument_name(e.instrument),
        sort_by=lambda e: e.instrument,
    ),
    Column(
        "region", gettext_lazy("Region or basin"), lambda e: region_name(e.region), sort_by=lambda e: e.region
    ),
    sortable("revision", gettext_lazy("Revision"), lambda e: e.revision, numeric=True),
    sortable("quantity", gettext_lazy("Verified emissions"), lambda e: e.quantity, numeric=True),
    sortable("document", gettext_lazy("Document"), lambda e: e.document),
    Column("reason", gettext_lazy("Reason of a restatement"), lambda e: e.reason),
    Column("recorded", gettext_lazy("Recorded by"), lambda e: e.author_name, export_only=True),
)


@people_of_the_zone
@require_safe
def emission_list(request: HttpRequest) -> HttpResponse:
    """Verified emissions with every restatement."""
    zone = zone_key()
    rows = list(emissions(zone))
    filters = Filters(
        request.GET,
        [
            Filter("instrument", pgettext("rights", "Instrument"), instrument_choices(), _("All")),
            Filter(
                "year",
                _("Year"),
                [Choice(str(year), str(year)) for year in sorted({row.year for row in rows}, reverse=True)],
                _("All years"),
            ),
        ],
    )
    names = account_names()
    kept = [
        row
        for row in rows
        if (not filters["instrument"] or row.instrument == filters["instrument"])
        and (not filters["year"] or str(row.year) == filters["year"])
        and matches(filters.text, row.account, names.get(row.account, ""), row.document)
    ]
    table = Table(EMISSION_COLUMNS, kept, request.GET, default_sort="-year")
    if download := export(request, table, _("Verified emissions")):
        return download
    last: dict[tuple[str, str, int, str], int] = {}
    for row in rows:
        key = (row.account, row.instrument, row.year, row.region)
        last[key] = max(last.get(key, 0), row.revision)
    shown = [
        {
            "row": row,
            "name": names.get(row.account, row.account),
            "instrument": instrument_name(row.instrument),
            "region": region_name(row.region),
            "unit": unit_name(row.instrument),
            "holds": last[row.account, row.instrument, row.year, row.region] == row.revision,
        }
        for row in table.page_rows
    ]
    context = {
        "table": table,
        "filters": filters,
        "shown": shown,
        "operates": may_operate(request.user, zone),
    }
    return render(request, "portal/exchange/emissions.html", context)


@people_of_the_zone
@require_http_methods(["GET", "HEAD", "POST"])
def record(request: HttpRequest) -> HttpResponse:
    """Record verified emissions, or restate them."""
    zone = zone_key()
    if not may_operate(request.user, zone):
        raise PermissionDenied(_("Only the body that operates the exchange records verified emissions."))
    form = EmissionForm(request.POST or None, initial=request.GET.dict())
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            row = RecordVerifiedEmission(
                zone=zone,
                author=request.user,
                account=said["account"],
                instrument=said["instrument"],
                year=said["vintage"],
                region=said["region"],
                quantity=said["quantity"],
                document=said["document"],
                reason=said["reason"],
            ).execute()
        except (RightsRefused, InstrumentNotInForce) as refused:
            form.refused(refused)
        else:
            messages.success(request, _("Recorded as revision %(number)s.") % {"number": row.revision})
            return redirect("portal:exchange-emissions")
    return render(
        request, "portal/exchange/emission_new.html", {"form": form}, status=422 if form.errors else 200
    )


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
def surrender(request: HttpRequest, key: str, instrument: str, year: int) -> HttpResponse:
    """One obligation: what is assessed, surrendered and due, and which units would go now."""
    zone = zone_key()
    row = readable_account(request, key)
    region = request.GET.get("region", "")[:60]
    form = SurrenderForm(request.POST or None)
    credits = 0
    if form.is_bound and form.is_valid():
        credits = form.cleaned_data["credits"] or 0
    elif request.GET.get("credits", "").isdecimal():
        credits = min(int(request.GET["credits"]), 10**12)
    found = obligation_of(zone, key, instrument, year, region, credits=credits)
    if found is None:
        raise Http404(_("No emissions of that year are verified for this account."))
    acts = may_act_for(request.user, zone, key)
    if request.method == "POST":
        if not acts:
            raise PermissionDenied(_("Only the holder of the account and the operator surrender for it."))
        if form.is_valid() and "look" not in request.POST:
            try:
                receipt = SurrenderUnits(
                    zone=zone,
                    author=request.user,
                    account=key,
                    instrument_key=instrument,
                    year=year,
                    region=region,
                    credits=credits,
                    partial=form.cleaned_data["partial"],
                    document=form.cleaned_data["document"],
                ).execute()
            except RightsRefused as refused:
                form.add_error(None, refused.text.in_language(language()))
            else:
                messages.success(
                    request, _("Surrendered; entry %(number)s of the journal.") % {"number": receipt.sequence}
                )
                return redirect(f"{request.path}?region={region}" if region else request.path)
    tongue = language()
    plan = found.plan
    context = {
        "row": row,
        "form": form,
        "found": found,
        "plan": plan,
        "year": year,
        "instrument": instrument_name(instrument),
        "region": region_name(region),
        "unit": unit_name(instrument),
        "parts": [
            (instrument_name(series.instrument), series.vintage, region_name(series.region), quantity)
            for series, quantity in (plan.parts if plan else ())
        ],
        "reasons": [one.text.in_language(tongue) for one in plan.verdict.reasons] if plan else [],
        "covered": [one.text.in_language(tongue) for one in found.covered.verdict.reasons]
        if found.covered
        else [],
        "trace": plan.trace() if plan else None,
        "history": emissions(zone, key, instrument, year, region),
        "acts": acts,
        "due": bool(plan and plan.position.due),
    }
    return render(request, "portal/exchange/surrender.html", context, status=422 if form.errors else 200)
