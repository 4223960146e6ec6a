"""Treatment contracts and concessions: performance from readings, what is paid, settling a month."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from ecociv.core.missing import Missing
from ecociv.green_economy.actions import GreenRefused, SettlePerformance, may_settle
from ecociv.green_economy.contracts import (
    Month,
    PerformanceRefused,
    contract_months,
    contract_of,
    contracts,
    performance,
    promises,
    settlements,
)
from ecociv.green_economy.models import PerformanceSettlement
from ecociv.people.doors import of_the_zone, people_of_the_zone
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import read_as_of
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language, zone_key
from ecociv.registers.entries import Entry
from ecociv.registers.queries import entries


@dataclass(frozen=True, slots=True)
class ContractRow:
    """One contract with what was settled."""

    contract: Entry
    provider: str
    fee: Decimal
    months: int
    full: Decimal
    paid: Decimal
    last: PerformanceSettlement | None

    @property
    def mode(self) -> str:
        """Third-party treatment, concession or trusteeship, in words."""
        return self.contract.shown("mode", language())

    @property
    def reduced(self) -> Decimal:
        """What was not paid of the fees of settled months."""
        return self.full - self.paid


_COLUMNS: tuple[Column[ContractRow], ...] = (
    sortable("key", gettext_lazy("Number"), lambda r: r.contract.key),
    sortable("title", gettext_lazy("Project"), lambda r: r.contract.title),
    sortable("provider", gettext_lazy("Provider"), lambda r: r.provider),
    Column("mode", gettext_lazy("Mode"), lambda r: r.mode),
    sortable("fee", gettext_lazy("Fee a month (yuan)"), lambda r: r.fee, numeric=True),
    sortable("months", gettext_lazy("Settled months"), lambda r: r.months, numeric=True),
    sortable("paid", gettext_lazy("Paid (yuan)"), lambda r: r.paid, numeric=True),
    sortable("reduced", gettext_lazy("Reduced by (yuan)"), lambda r: r.reduced, numeric=True),
    Column("state", gettext_lazy("State"), lambda r: r.contract.state_name.in_language(language())),
)


def enterprise_names(zone: str, as_of: dt.datetime | None) -> dict[str, str]:
    """Names of enterprises by credit code."""
    return {one.key: one.title for one in entries(zone, "enterprise", as_of=as_of)}


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Contracts with what was settled of them."""
    zone, as_of = zone_key(), read_as_of(request)
    found = contracts(zone, as_of=as_of.moment)
    names = enterprise_names(zone, as_of.moment)
    settled = settlements(zone, [one.key for one in found], as_of.moment)
    filters = Filters(
        request.GET,
        [
            Filter(
                "is",
                _("State"),
                [Choice("in-force", _("Running")), Choice("over", _("Over"))],
                _("All contracts"),
            )
        ],
    )
    rows = []
    for one in found:
        if filters["is"] and one.in_force != (filters["is"] == "in-force"):
            continue
        own = [row for (key, _month), row in settled.items() if key == one.key]
        row = ContractRow(
            one,
            names.get(one.holder, one.holder),
            one.values["monthly-fee"],  # type: ignore[arg-type]
            len(own),
            sum((each.fee for each in own if each.amount is not None), Decimal(0)),
            sum((each.amount for each in own if each.amount is not None), Decimal(0)),
            max(own, key=lambda each: each.month, default=None),
        )
        if matches(filters.text, one.key, one.title, row.provider):
            rows.append(row)
    table = Table(_COLUMNS, rows, request.GET, default_sort="key")
    if download := export(request, table, _("Treatment contracts")):
        return download
    return render(
        request,
        "portal/green/contracts.html",
        {
            "table": table,
            "filters": filters,
            "as_of": as_of,
            "of_the_zone": of_the_zone(request.user),
        },
    )


def _contract(key: str, as_of: dt.datetime | None) -> Entry:
    found = contract_of(zone_key(), key, as_of=as_of)
    if found is None:
        raise Http404
    return found


@require_safe
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, key: str) -> HttpResponse:
    """One contract: what it promises, its months, and one month with its readings."""
    zone, as_of, tongue = zone_key(), read_as_of(request), language()
    found = _contract(key, as_of.moment)
    settled = settlements(zone, [key], as_of.moment)
    months = contract_months(found, timezone.localdate(as_of.moment))
    context: dict[str, Any] = {
        "contract": found,
        "provider": enterprise_names(zone, as_of.moment).get(found.holder, found.holder),
        "facts": [
            (rule.name.in_language(tongue), found.shown(rule.key, tongue))
            for rule in found.kind.fields
            if rule.key not in ("title", "provider")
        ],
        "promises": [
            (entry, promise)
            for entry, promise in promises(zone, key, found.term[0] or found.on, as_of.moment)
        ],
        "months": [(month, settled.get((key, str(month)))) for month in months],
        "as_of": as_of,
        "may_settle": not as_of.moment and may_settle(request.user, zone),
        "of_the_zone": of_the_zone(request.user),
    }
    asked = request.GET.get("month")
    if asked:
        try:
            month = Month.read(asked)
            context["month"] = month
            context["due"] = performance(zone, found, month, as_of.moment)
            context["due_missing"] = isinstance(context["due"].amount, Missing)
            context["settled"] = settled.get((key, str(month)))
        except PerformanceRefused as refused:
            context["refused"] = refused.text.in_language(tongue)
    return render(request, "portal/green/contract.html", context)


@require_POST
@people_of_the_zone
@with_plan
def settle(request: HttpRequest, plan: ZonePackage, key: str) -> HttpResponse:
    """Settle a month."""
    month = request.POST.get("month", "")
    address = reverse("portal:treatment-contract", args=[key])
    try:
        SettlePerformance(
            zone=zone_key(),
            contract=key,
            month=month,
            author=request.user,
            reason=request.POST.get("reason", ""),
        ).execute()
    except GreenRefused as refused:
        messages.error(request, " ".join(one.in_language(language()) for one in refused.texts))
        return redirect(address)
    messages.success(request, _("%(month)s was settled.") % {"month": month})
    return redirect(f"{address}?month={month}")
