"""One period of an agreement: the figure with its arithmetic, corrections, objections, the next step, the statement."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ecociv.compensation.agreements.declaration import Agreement, OutOfForce, Version
from ecociv.compensation.agreements.periods import NoPeriod, SettlementPeriod, period_of
from ecociv.compensation.models import Settlement
from ecociv.compensation.settlements.actions import last_day_to_object, last_day_to_pay
from ecociv.compensation.settlements.permissions import may_decide, may_object, may_settle
from ecociv.compensation.settlements.preparing import PeriodRefused, Prepared, period_for, prepare
from ecociv.compensation.settlements.queries import calendar_of, newest, settlements
from ecociv.core.text import Text
from ecociv.ledger.reading import entries_read
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import AsOf, read_as_of
from ecociv.portal.internal import internal
from ecociv.portal.settlement_forms import DecisionForm, DocumentForm, ObjectionForm, TransferForm
from ecociv.portal.views.common import with_plan
from ecociv.portal.views.compensation import agreement_or_404
from ecociv.portal.views.ledger import body_name
from ecociv.portal.zone import language, zone_key
from ecociv.reporting.problems import ReportRefused
from ecociv.reporting.settlement_statement.write import FORMS, write_settlement_statement

_FLOW = Text(zh="流量", en="Flow")
MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
}


def asked(key: str, period: str) -> tuple[Agreement, SettlementPeriod]:
    """Agreement and period of an address, or the page that says there is none."""
    agreement = agreement_or_404(key)
    try:
        span, _version = period_for(agreement, period_of(period))
    except (NoPeriod, OutOfForce, PeriodRefused) as refused:
        raise Http404(refused.text.in_language(language())) from refused
    return agreement, span


@require_safe
@internal
@with_plan
def page(request: HttpRequest, plan: ZonePackage, key: str, period: str) -> HttpResponse:
    """The period as recorded; where nothing is on record, what it would come to."""
    agreement, span = asked(key, period)
    return shown(request, plan, agreement, span)


def shown(
    request: HttpRequest,
    plan: ZonePackage,
    agreement: Agreement,
    span: SettlementPeriod,
    refused: forms.Form | None = None,
) -> HttpResponse:
    """The page of a period, with a form that was refused in its place."""
    as_of = read_as_of(request)
    settlement = newest(zone_key(), agreement.key, str(span), as_of.moment)
    prepared = None
    if settlement is None:
        prepared = prepare(zone_key(), agreement, span, as_of=as_of.moment)
    version = settlement.terms if settlement is not None else agreement.version_on(span.first, span.last)
    state = next(
        (each for each in calendar_of(zone_key(), agreement, as_of=as_of.moment) if each.period == span), None
    )
    history = list(
        settlements(zone_key(), agreement.key, as_of.moment).filter(period=str(span)).order_by("pk")
    )
    transfer = getattr(settlement, "transfer", None) if settlement is not None else None
    if transfer is not None and as_of.moment is not None and transfer.recorded_at > as_of.moment:
        transfer = None
    figures = _figures(settlement, prepared)
    changed = [each for row in figures["corrections"] for each in row["changed"]]
    for each in (*figures["readings"], *changed):
        _name(each, version)
    context: dict[str, Any] = {
        "agreement": agreement,
        "period": span,
        "version": version,
        "settlement": settlement,
        "state": state,
        "upstream": body_name(plan, version.upstream),
        "downstream": body_name(plan, version.downstream),
        "history": history,
        "transfer": transfer,
        "readable": entries_read(request.user, [transfer.entry] if transfer is not None else []),
        "objections": _objections(settlement, plan, as_of),
        "corrected_by": _corrected_by(settlement, as_of),
        "as_of": as_of,
        "forms": _forms(request, agreement, span, settlement, state, plan, as_of, refused),
        **figures,
    }
    status = 422 if refused is not None else 200
    return render(request, "portal/compensation/settlement.html", context, status=status)


def _name(reading: dict[str, Any], version: Version) -> None:
    """Add the names of section and item to a reading that is about to be shown."""
    section = next((each for each in version.sections if each.place == reading["place"]), None)
    item = version.formula.items.get(reading["item"])
    reading["place_name"] = section.label.in_language(language()) if section else reading["place"]
    reading["item_name"] = item.name if item else _FLOW


def _figures(settlement: Settlement | None, prepared: Prepared | None) -> dict[str, Any]:
    if settlement is not None:
        return {
            "own": settlement.own,
            "total": settlement.total,
            "uncapped": settlement.content["uncapped"],
            "amount": settlement.content["amount"],
            "trace": settlement.trace,
            "notes": settlement.notes,
            "open_because": settlement.open_because,
            "readings": settlement.content["readings"],
            "digest": settlement.digest,
            "corrections": [
                {
                    "period": row.corrects.period,
                    "before": row.before,
                    "after": row.after,
                    "difference": row.difference,
                    "changed": row.changed,
                }
                for row in settlement.corrections.select_related("corrects")
            ],
            "until": last_day_to_object(settlement) if settlement.stage == "preliminary" else None,
            "pay_by": last_day_to_pay(settlement)
            if settlement.stage == "final" and settlement.total
            else None,
        }
    assert prepared is not None
    computed = prepared.computed
    return {
        "own": prepared.own,
        "total": prepared.total,
        "uncapped": None if computed.uncapped is None else str(computed.uncapped),
        "amount": None if computed.amount is None else str(computed.amount),
        "trace": computed.trace,
        "notes": computed.notes,
        "open_because": computed.open,
        "readings": computed.content()["readings"],
        "digest": computed.digest(),
        "corrections": [
            {
                "period": each.standing.settlement.period,
                "before": each.standing.amount,
                "after": each.after,
                "difference": each.difference,
                "changed": each.changed,
            }
            for each in prepared.corrections
        ],
        "until": None,
        "pay_by": None,
    }


def _objections(settlement: Settlement | None, plan: ZonePackage, as_of: AsOf) -> list[dict[str, Any]]:
    if settlement is None:
        return []
    subject = settlement.made_of or settlement
    found = []
    for each in subject.objections.select_related("decision").order_by("pk"):
        if as_of.moment is not None and each.recorded_at > as_of.moment:
            continue
        answer = each.answer
        if answer is not None and as_of.moment is not None and answer.recorded_at > as_of.moment:
            answer = None
        found.append({"objection": each, "body": body_name(plan, each.body), "answer": answer})
    return found


def _corrected_by(settlement: Settlement | None, as_of: AsOf) -> list[Any]:
    if settlement is None or settlement.stage != "final":
        return []
    rows = settlement.corrected_by.filter(settlement__stage="final").select_related("settlement")
    if as_of.moment is not None:
        rows = rows.filter(settlement__recorded_at__lte=as_of.moment)
    return list(rows.order_by("settlement__first_day"))


def _forms(
    request: HttpRequest,
    agreement: Agreement,
    span: SettlementPeriod,
    settlement: Settlement | None,
    state: Any,
    plan: ZonePackage,
    as_of: AsOf,
    refused: forms.Form | None,
) -> list[tuple[str, str, forms.Form, str]]:
    """The next steps that this reader may take: key, heading, form, word on the button."""
    if as_of.moment is not None or state is None:
        return []
    found: list[tuple[str, str, forms.Form, str]] = []
    settles = may_settle(request.user, zone_key(), agreement)
    bodies = [
        (body, body_name(plan, body))
        for body in ((settlement.upstream, settlement.downstream) if settlement else ())
        if may_object(request.user, zone_key(), [body])
    ]
    if settles and (settlement is None or settlement.stage == "preliminary"):
        heading = _("Compute again") if settlement else _("Record the preliminary figure")
        found.append(("preliminary", heading, DocumentForm(prefix="preliminary"), _("Put on record")))
    if settles and state.state == "to-finalise":
        found.insert(
            0, ("final", _("Record the final figure"), DocumentForm(prefix="final"), _("Make final"))
        )
    if bodies and settlement is not None and state.state in ("objection-days", "objected"):
        found.append(
            ("object", _("Object to the figure"), ObjectionForm(bodies, prefix="object"), _("Object"))
        )
    if state.state == "objected" and may_decide(request.user, zone_key()):
        found.insert(0, ("decide", _("Decide on the objection"), DecisionForm(prefix="decide"), _("Decide")))
    if settles and state.state in ("to-pay", "overdue"):
        found.insert(0, ("book", _("Pay: post it in the book"), TransferForm(prefix="book"), _("Pay")))
    if refused is not None:
        found = [
            (key, heading, refused if refused.prefix == key else form, word)
            for key, heading, form, word in found
        ]
    return found


@require_safe
@internal
@with_plan
def statement(request: HttpRequest, plan: ZonePackage, key: str, period: str, form: str) -> HttpResponse:
    """The statement of the period as a file, as known at the moment that the address names."""
    if form not in FORMS:
        raise Http404(_("There is no such form."))
    agreement, span = asked(key, period)
    as_of = read_as_of(request).moment
    found = newest(zone_key(), agreement.key, str(span), as_of)
    if found is None:
        messages.error(request, _("Nothing is on record yet: record the preliminary figure first."))
        return redirect("portal:settlement", key=key, period=period)
    try:
        content = write_settlement_statement(found, form, as_of=as_of, language=language())
    except ReportRefused as refused:
        messages.error(request, refused.text.in_language(language()))
        return redirect("portal:settlement", key=key, period=period)
    response = HttpResponse(content, content_type=MEDIA_TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="{agreement.key}-{span}-{found.stage}.{form}"'
    response["Cache-Control"] = "private, no-store"
    return response
