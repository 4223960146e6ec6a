"""Taking the next step of a settlement from its page."""

from __future__ import annotations

import datetime as dt
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from ecociv.compensation.agreements.declaration import Agreement
from ecociv.compensation.agreements.periods import SettlementPeriod
from ecociv.compensation.models import Objection
from ecociv.compensation.settlements.actions import (
    BookSettlement,
    DecideObjection,
    Object,
    SettleFinal,
    SettlementRefused,
    SettlePreliminary,
)
from ecociv.compensation.settlements.queries import newest
from ecociv.ledger.actions import LedgerRefused
from ecociv.plan.package import ZonePackage
from ecociv.portal.internal import internal
from ecociv.portal.settlement_forms import DecisionForm, DocumentForm, ObjectionForm, TransferForm
from ecociv.portal.views.common import with_plan
from ecociv.portal.views.settlement import asked, shown
from ecociv.portal.zone import language, zone_key


@require_POST
@internal
@with_plan
def step(request: HttpRequest, plan: ZonePackage, key: str, period: str) -> HttpResponse:
    """One step; where it is refused the page comes back with the reason and what was typed."""
    agreement, span = asked(key, period)
    name = request.POST.get("step", "")
    form = _form(name, request, agreement, span)
    if form is None:
        raise Http404(_("There is no such step."))
    if not form.is_valid():
        return shown(request, plan, agreement, span, form)
    try:
        _take(name, request, agreement, span, form.cleaned_data)
    except SettlementRefused as refused:
        form.add_error(None, refused.text.in_language(language()))
        return shown(request, plan, agreement, span, form)
    except LedgerRefused as refused:
        for text in refused.texts:
            form.add_error(None, text.in_language(language()))
        return shown(request, plan, agreement, span, form)
    messages.success(request, _("Recorded."))
    return redirect("portal:settlement", key=key, period=period)


def _form(name: str, request: HttpRequest, agreement: Agreement, span: SettlementPeriod) -> forms.Form | None:
    if name in ("preliminary", "final"):
        return DocumentForm(request.POST, prefix=name)
    if name == "object":
        version = agreement.version_on(span.first, span.last)
        bodies = [(body, body) for body in (version.upstream, version.downstream)]
        return ObjectionForm(bodies, request.POST, prefix=name)
    if name == "decide":
        return DecisionForm(request.POST, prefix=name)
    return TransferForm(request.POST, prefix=name) if name == "book" else None


def _take(
    name: str, request: HttpRequest, agreement: Agreement, span: SettlementPeriod, said: dict[str, Any]
) -> None:
    day: dt.date = said["day"]
    if name == "preliminary":
        SettlePreliminary(
            zone=zone_key(),
            agreement=agreement,
            period=span,
            day=day,
            document=said["document"],
            author=request.user,
        ).execute()
        return
    settlement = newest(zone_key(), agreement.key, str(span))
    if settlement is None:
        raise Http404(_("Nothing is on record yet."))
    if name == "final":
        SettleFinal(preliminary=settlement, day=day, document=said["document"], author=request.user).execute()
    elif name == "object":
        Object(
            settlement=settlement,
            body=said["body"],
            reason=said["reason"],
            document=said["document"],
            day=day,
            author=request.user,
        ).execute()
    elif name == "decide":
        objection = (
            Objection.objects.filter(settlement=settlement, decision=None)
            .select_related("settlement")
            .order_by("pk")
            .first()
        )
        if objection is None:
            raise Http404(_("There is no objection to decide on."))
        DecideObjection(
            objection=objection,
            upheld=said["upheld"] == "yes",
            reason=said["reason"],
            day=day,
            author=request.user,
        ).execute()
    else:
        BookSettlement(settlement=settlement, day=day, author=request.user).execute()
