"""Taking the next step of a yearly payment from its page, and its statement as a file."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ecociv.compensation.settlements.common import SettlementRefused
from ecociv.compensation.yearly.actions import ApproveYear, BookYear, ComputeYear
from ecociv.compensation.yearly.programmes import Programme
from ecociv.compensation.yearly.queries import counties_seen, newest_year, yearly_payments
from ecociv.ledger.actions import LedgerRefused
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import read_as_of
from ecociv.portal.internal import internal
from ecociv.portal.settlement_forms import ApprovalForm, DocumentForm, TransferForm
from ecociv.portal.views.common import with_plan
from ecociv.portal.views.compensation_yearly import asked, shown
from ecociv.portal.views.settlement import MEDIA_TYPES
from ecociv.portal.zone import language, zone_key
from ecociv.reporting.problems import ReportRefused
from ecociv.reporting.settlement_statement.write import FORMS
from ecociv.reporting.settlement_statement.yearly import write_yearly_statement


@require_POST
@internal
@with_plan
def step(request: HttpRequest, plan: ZonePackage, key: str, year: int) -> HttpResponse:
    """One step; where it is refused the page comes back with the reason and what was typed."""
    programme, name = asked(key), request.POST.get("step", "")
    if name not in ("compute", "approve", "book"):
        raise Http404(_("There is no such step."))
    form = _form(name, request, programme, year)
    if not form.is_valid():
        return shown(request, plan, programme, year, form)
    try:
        _take(name, request, programme, year, form.cleaned_data)
    except SettlementRefused as refused:
        form.add_error(None, refused.text.in_language(language()))
        return shown(request, plan, programme, year, form)
    except LedgerRefused as refused:
        for text in refused.texts:
            form.add_error(None, text.in_language(language()))
        return shown(request, plan, programme, year, form)
    messages.success(request, _("Recorded."))
    return redirect("portal:compensation-year", key=key, year=year)


def _form(name: str, request: HttpRequest, programme: Programme, year: int) -> forms.Form:
    if name == "approve":
        newest = newest_year(zone_key(), programme.key, year)
        return ApprovalForm(request.POST, prefix=name, newest=newest.pk if newest else None)
    return (TransferForm if name == "book" else DocumentForm)(request.POST, prefix=name)


def _take(name: str, request: HttpRequest, programme: Programme, year: int, said: dict[str, Any]) -> None:
    day: dt.date = said["day"]
    if name == "compute":
        ComputeYear(
            zone=zone_key(),
            programme=programme,
            year=year,
            day=day,
            document=said["document"],
            author=request.user,
        ).execute()
        return
    if name == "approve":
        payment = yearly_payments(zone_key(), programme.key).filter(year=year, pk=said["seen"]).first()
    else:
        payment = newest_year(zone_key(), programme.key, year)
    if payment is None:
        raise Http404(_("Nothing is on record yet."))
    if name == "approve":
        ApproveYear(computed=payment, day=day, document=said["document"], author=request.user).execute()
    else:
        BookYear(payment=payment, day=day, author=request.user).execute()


@require_safe
@internal
@with_plan
def statement(request: HttpRequest, plan: ZonePackage, key: str, year: int, form: str) -> HttpResponse:
    """The statement of a year as a file; a county gets its own part."""
    if form not in FORMS:
        raise Http404(_("There is no such form."))
    programme, as_of = asked(key), read_as_of(request).moment
    payment = newest_year(zone_key(), programme.key, year, as_of)
    if payment is None:
        messages.error(request, _("Nothing is on record yet: record what the year comes to first."))
        return redirect("portal:compensation-year", key=key, year=year)
    seen = counties_seen(request.user, zone_key(), list(payment.totals))
    try:
        content = write_yearly_statement(payment, form, counties=seen, as_of=as_of, language=language())
    except ReportRefused as refused:
        messages.error(request, refused.text.in_language(language()))
        return redirect("portal:compensation-year", key=key, year=year)
    response = HttpResponse(content, content_type=MEDIA_TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{programme.key}-{year}-{payment.stage}.{form}"'
    response["Cache-Control"] = "private, no-store"
    return response
