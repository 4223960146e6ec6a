"""Recording damage from the page: the clue, the valuation, the settlement, money."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable
from decimal import Decimal
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ecociv.casework.actions import CaseRefused, InputRefused
from ecociv.casework.load import case_type
from ecociv.casework.permissions import may_open, refuse
from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.ledger.permissions import require_keeper
from ecociv.liabilities.damage.actions import TYPE, OpenDamage, RecordValuation, SettleDamage, may_deal_with
from ecociv.liabilities.damage.payments import MoveDamageMoney
from ecociv.liabilities.declaration import declared
from ecociv.liabilities.models import Damage, Movement
from ecociv.liabilities.money import LiabilityRefused, MoveMoneyOf
from ecociv.liabilities.valuation.amounts import ValuationRefused, restoration_cost
from ecociv.liabilities.valuation.discounting import DiscountTable, discount_tables
from ecociv.liabilities.valuation.virtual_treatment import virtual_treatment_cost
from ecociv.people.doors import people_of_the_zone
from ecociv.plan.package import ZonePackage
from ecociv.portal.liability_forms import (
    DamageForm,
    EquivalencyForm,
    MoneyForm,
    RestorationForm,
    SettlementForm,
    VirtualTreatmentForm,
)
from ecociv.portal.views.common import with_plan
from ecociv.portal.views.damage import readable_damage
from ecociv.portal.zone import language, zone_key

takes_form = require_http_methods(["GET", "HEAD", "POST"])


@takes_form
@people_of_the_zone
@with_plan
def new(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Put a clue on record and open its case."""
    refuse(may_open(request.user, zone_key(), case_type(zone_key(), TYPE)))
    form = DamageForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            made = OpenDamage(zone=zone_key(), author=request.user, **form.cleaned_data).execute()
        except InputRefused as refused:
            note(form, refused.faults.items())
        except CaseRefused as refused:
            form.add_error(None, refused.text.in_language(language()))
        else:
            messages.success(request, _("%(number)s is on record.") % {"number": made.case.number})
            return redirect("portal:damage", pk=made.pk)
    return page(request, form, _("New clue of damage"), _("Put on record"), None)


@takes_form
@people_of_the_zone
@with_plan
def value(request: HttpRequest, plan: ZonePackage, pk: int, method: str) -> HttpResponse:
    """Record a valuation by one of the methods."""
    damage = _dealt_with(request, pk)
    form, title = _method(request, damage, method)
    if isinstance(form, VirtualTreatmentForm | EquivalencyForm) and form.edition is None:
        messages.error(request, _("No edition of this method was in force on the day it happened."))
        return redirect("portal:damage", pk=pk)
    preview = "preview" in request.POST
    # What is only looked at rests on no document yet.
    form.fields["document"].required = not preview
    tables: tuple[DiscountTable, ...] = ()
    worth = None
    if request.method == "POST" and form.is_valid():
        try:
            part = _valued(form, damage)
            tables, worth = discount_tables(part), part.value
            if not preview:
                RecordValuation(
                    damage=damage,
                    author=request.user,
                    document=form.cleaned_data["document"],
                    reason=form.cleaned_data["reason"],
                    parts=[part],
                ).execute()
                messages.success(request, _("The valuation was recorded."))
                return redirect("portal:damage", pk=pk)
        except ValuationRefused as refused:
            note(form, [(refused.field, refused.text)])
        except LiabilityRefused as refused:
            note(form, refused.faults)
    return page(
        request,
        form,
        title,
        _("Record the valuation"),
        damage,
        preview=_("Show the discounting") if isinstance(form, EquivalencyForm) else "",
        tables=tables,
        worth=worth,
    )


def _method(
    request: HttpRequest, damage: Damage, method: str
) -> tuple[VirtualTreatmentForm | RestorationForm | EquivalencyForm, str]:
    given = request.POST or None
    if method == "virtual-treatment":
        form = VirtualTreatmentForm(damage.medium, damage.happened_on, given)
        return form, form.edition.name.in_language(language()) if form.edition else ""
    if method == "restoration":
        return RestorationForm(given), _("Cost of restoration")
    if method == "resource-equivalency":
        return EquivalencyForm(damage.happened_on, given), _("Resource equivalency")
    raise Http404(_("There is no such method."))


def _valued(form: VirtualTreatmentForm | RestorationForm | EquivalencyForm, damage: Damage) -> Trace:
    said = form.cleaned_data
    if isinstance(form, EquivalencyForm):
        return form.part(sample=damage.sample)
    if isinstance(form, RestorationForm):
        return restoration_cost(
            form.items(), overheads=said["overheads"] / Decimal(100), sample=damage.sample
        )
    return virtual_treatment_cost(
        said["amount"],
        said["unit_cost"],
        damage.medium,
        said["function_class"],
        form.factors(),
        damage.happened_on,
        source=said["source"],
        sample=damage.sample,
    )


@takes_form
@people_of_the_zone
@with_plan
def settle(request: HttpRequest, plan: ZonePackage, pk: int) -> HttpResponse:
    """Record what is to be paid, and when."""
    damage = _dealt_with(request, pk)
    form = SettlementForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        said = form.cleaned_data
        try:
            SettleDamage(
                damage=damage,
                author=request.user,
                document=said["document"],
                reason=said["reason"],
                kind=said["kind"],
                signed_on=said["signed_on"],
                instalments=form.plan(),
            ).execute()
        except LiabilityRefused as refused:
            note(form, refused.faults)
        else:
            messages.success(request, _("What is to be paid was recorded."))
            return redirect("portal:damage", pk=pk)
    return page(request, form, _("What is to be paid"), _("Record it"), damage)


@takes_form
@people_of_the_zone
@with_plan
def money(request: HttpRequest, plan: ZonePackage, pk: int, kind: str) -> HttpResponse:
    """Book a payment, works, or what is given back."""
    damage = readable_damage(request, pk)
    require_keeper(request.user, zone_key(), declared(zone_key()).book.keeper)
    title = kind_words(kind)
    form = money_form(request)
    action = partial(MoveDamageMoney, damage=damage, kind=kind)
    if request.method == "POST" and form.is_valid() and booked(request, form, action):
        return redirect("portal:damage", pk=pk)
    return page(request, form, title, _("Book it"), damage)


def booked(request: HttpRequest, form: MoneyForm, action: Callable[..., MoveMoneyOf]) -> bool:
    """Whether what a form of money says was booked; the reader is told, or finds the faults in the form."""
    said = form.cleaned_data
    try:
        made = action(
            day=said["day"],
            fen=said["amount"],
            document=said["document"],
            author=request.user,
            reason=said["reason"],
            request=said["request"],
        ).execute()
    except LiabilityRefused as refused:
        note(form, refused.faults)
        return False
    messages.success(request, _("Booked as entry %(number)s.") % {"number": made.entry.number})
    return True


def kind_words(kind: str) -> str:
    """What a movement is called; the page that says there is none for another."""
    if kind not in Movement.Kind.values:
        raise Http404(_("There is no such movement."))
    return str(Movement.Kind(kind).label)


def money_form(request: HttpRequest) -> MoneyForm:
    """The form for money, with a name for the request so that two clicks book once."""
    return MoneyForm(
        request.POST or None, initial={"day": timezone.localdate(), "request": f"page:{uuid.uuid4()}"}
    )


def note(form: forms.Form, faults: Iterable[tuple[str, Text]]) -> None:
    """Show faults at their fields, or above the form."""
    for field, text in faults:
        name = field if field in form.fields else f"factor-{field}"
        form.add_error(name if name in form.fields else None, text.in_language(language()))


def page(
    request: HttpRequest, form: forms.Form, title: str, button: str, damage: Damage | None, **more: Any
) -> HttpResponse:
    """The page of a form."""
    context = {"form": form, "title": title, "button": button, "damage": damage, **more}
    return render(request, "portal/liabilities/form.html", context)


def _dealt_with(request: HttpRequest, pk: int) -> Damage:
    damage = readable_damage(request, pk)
    if not may_deal_with(request.user, damage):
        raise PermissionDenied(_("This is done by the body in charge of the case."))
    return damage
