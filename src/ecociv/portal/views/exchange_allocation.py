"""Rounds of allocation: looked at before they are made, and kept with their arithmetic."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.exchange.actions import CommandRefused
from ecociv.exchange.instruments import InstrumentNotInForce
from ecociv.exchange.models import AllocationRound
from ecociv.exchange.registry.rules import AllocationRefused
from ecociv.exchange.rights.allocating import AllocateRound, rounds
from ecociv.exchange.rights.applicants import FileRefused, LeftOut, applicants_of_file, applicants_of_permits
from ecociv.exchange.rights.base import RightsRefused, instrument_on
from ecociv.exchange.rights.queries import may_operate
from ecociv.people.doors import people_of_the_zone
from ecociv.portal.exchange_figures import account_names, instrument_name, region_name, unit_name
from ecociv.portal.exchange_forms import AllocationForm
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.views.common import export
from ecociv.portal.zone import language, zone_key

LARGEST_FILE = 5_000_000
PART_COLUMNS: tuple[Column[dict[str, Any]], ...] = (
    Column("name", pgettext_lazy("rights", "Name"), lambda p: p["name"], sort_by=lambda p: p["name"]),
    Column(
        "account", pgettext_lazy("rights", "Account"), lambda p: p["account"], sort_by=lambda p: p["account"]
    ),
    Column(
        "units",
        pgettext_lazy("rights", "Units"),
        lambda p: p["units"],
        sort_by=lambda p: p["units"],
        numeric=True,
    ),
    sortable("free", gettext_lazy("Free of charge"), lambda p: p["free"], numeric=True),
    sortable("paid", gettext_lazy("To be paid for"), lambda p: p["paid"], numeric=True),
)


@people_of_the_zone
@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """All rounds, the latest first."""
    shown = [
        {
            "row": row,
            "instrument": instrument_name(row.instrument),
            "region": region_name(row.region),
            "unit": unit_name(row.instrument),
            "given": sum(part["units"] for part in row.parts),
        }
        for row in rounds(zone_key())
    ]
    context = {"shown": shown, "operates": may_operate(request.user, zone_key())}
    return render(request, "portal/exchange/allocations.html", context)


@people_of_the_zone
@require_safe
def detail(request: HttpRequest, pk: int) -> HttpResponse:
    """One round with the part of each account and how it came about."""
    row = AllocationRound.objects.filter(zone=zone_key(), pk=pk).first()
    if row is None:
        raise Http404(_("There is no such round."))
    names, tongue = account_names(), language()
    parts = [{**part, "name": names.get(part["account"], part["account"])} for part in row.parts]
    table = Table(PART_COLUMNS, parts, request.GET, default_sort="-units")
    title = _("Allocation of %(instrument)s %(vintage)s") % {
        "instrument": instrument_name(row.instrument),
        "vintage": row.vintage,
    }
    if download := export(request, table, title):
        return download
    context = {
        "row": row,
        "title": title,
        "region": region_name(row.region),
        "unit": unit_name(row.instrument),
        "table": table,
        "shown": [(part, Trace.from_json(part["trace"])) for part in table.page_rows],
        "given": sum(part["units"] for part in row.parts),
        "left_out": [(one, Text.from_mapping(one["why"]).in_language(tongue)) for one in row.left_out],
    }
    return render(request, "portal/exchange/allocation.html", context)


@people_of_the_zone
@require_http_methods(["GET", "HEAD", "POST"])
def new(request: HttpRequest) -> HttpResponse:
    """A round: looked at first, then made."""
    zone = zone_key()
    if not may_operate(request.user, zone):
        raise PermissionDenied(_("Only the body that operates the exchange allocates."))
    form = AllocationForm(
        request.POST or None, request.FILES or None, initial={"on": timezone.localdate(), "source": "permits"}
    )
    preview, left_out = None, []
    if request.method == "POST" and form.is_valid():
        try:
            action = _action(request, form)
            preview = action.allocation()
            left_out = [(one, one.why.in_language(language())) for one in action.left_out]
            if "make" in request.POST:
                action.execute()
                made = rounds(zone, form.series)[0]
                messages.success(request, _("The round was made."))
                return redirect("portal:exchange-allocation", pk=made.pk)
        except FileRefused as refused:
            for fault in refused.faults:
                said = _("Row %(row)s: %(what)s") % {
                    "row": fault.row,
                    "what": fault.text.in_language(language()),
                }
                form.add_error("file", said)
        except (RightsRefused, AllocationRefused, CommandRefused, InstrumentNotInForce) as refused:
            form.refused(refused)
    names = account_names()
    context = {
        "form": form,
        "preview": preview,
        "parts": [(names.get(part.account, part.account), part) for part in preview.parts] if preview else [],
        "left_out": left_out,
    }
    return render(request, "portal/exchange/allocation_new.html", context, status=422 if form.errors else 200)


def _action(request: HttpRequest, form: AllocationForm) -> AllocateRound:
    said = form.cleaned_data
    left_out: list[LeftOut] = []
    if said["source"] == "file":
        file = said["file"]
        if file.size > LARGEST_FILE:
            raise AllocationRefused(
                Text(zh="文件超过5兆字节。", en="The file is larger than 5 million bytes.")
            )
        applicants = applicants_of_file(file.read())
    else:
        applicants, left_out = applicants_of_permits(
            zone_key(),
            instrument_on(zone_key(), said["instrument"], said["on"]),
            said["region"],
            said["on"],
            paid=Fraction(said["paid_percent"]) / 100,
        )
    return AllocateRound(
        zone=zone_key(),
        author=request.user,
        series=form.series,
        cap=said["cap"],
        applicants=applicants,
        left_out=left_out,
        supplement=said["supplement"],
        document=said["document"],
        on=said["on"],
    )
