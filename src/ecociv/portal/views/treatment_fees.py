"""Fees of treatment contracts: where each month stands, and its next step; rows of the bank that pay."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.green_economy.actions import GreenRefused
from ecociv.green_economy.contracts import contracts
from ecociv.green_economy.declaration import bodies
from ecociv.green_economy.fees.actions import ApproveFee, BookFee
from ecociv.green_economy.fees.books import FeeAccounts, may_pay
from ecociv.green_economy.fees.paying import PayByRules, PayFees
from ecociv.green_economy.fees.queries import STATES, FeeState, fee_states
from ecociv.green_economy.models import PerformanceSettlement
from ecociv.ledger.bank.queries import open_rows
from ecociv.ledger.models import BankLine
from ecociv.ledger.money import yuan
from ecociv.ledger.reading import entries_read
from ecociv.people.doors import people_of_the_zone
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import read_as_of
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.settlement_forms import ApprovalForm, TransferForm
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.views.ledger import body_name
from ecociv.portal.views.treatment_contracts import enterprise_names
from ecociv.portal.zone import language, zone_key

NEXT = {
    "to-approve": gettext_lazy("approve what is owed"),
    "to-book": gettext_lazy("book it as payable"),
    "to-pay": gettext_lazy("pay it by a row of the bank"),
}
"""What is to be done next in a state."""


@dataclass(frozen=True, slots=True)
class FeeRow:
    """The fee of a month in the list."""

    fee: FeeState
    title: str
    provider: str

    @property
    def settled(self) -> Decimal | None:
        """What the month was settled at, in yuan."""
        return self.fee.settlement.amount

    @property
    def corrections(self) -> Decimal | None:
        """Corrections of earlier months, in yuan."""
        return None if self.fee.approval is None else yuan(self.fee.approval.corrections_sum)

    @property
    def owed(self) -> Decimal | None:
        """What the approval makes owed, in yuan."""
        return None if self.fee.approval is None else yuan(self.fee.approval.total)

    @property
    def next(self) -> Any:
        """What is to be done next; "" where nothing is."""
        return NEXT.get(self.fee.state, "")


_COLUMNS: tuple[Column[FeeRow], ...] = (
    Column("month", gettext_lazy("Month"), lambda r: r.fee.settlement.month, sort_by=lambda r: r.fee.settlement.month),
    sortable("contract", gettext_lazy("Contract"), lambda r: r.fee.settlement.contract),
    sortable("provider", gettext_lazy("Provider"), lambda r: r.provider),
    Column("state", gettext_lazy("State"), lambda r: r.fee.words.in_language(language()), sort_by=lambda r: list(STATES).index(r.fee.state)),
    sortable("settled", gettext_lazy("Settled (yuan)"), lambda r: r.settled, numeric=True),
    sortable("corrections", gettext_lazy("Corrections, yuan"), lambda r: r.corrections, numeric=True),
    sortable("owed", gettext_lazy("Owed (yuan)"), lambda r: r.owed, numeric=True),
    Column("document", gettext_lazy("Document"), lambda r: r.fee.approval.document if r.fee.approval else None),
    Column("next", gettext_lazy("Next step"), lambda r: r.next),
)  # fmt: skip


def waiting(states: Iterable[FeeState]) -> list[tuple[str, Text, int, Decimal]]:
    """What waits for each step: state, its words, months, and yuan (before approval as settled, after it as owed)."""
    found = []
    for key in NEXT:
        there = [one for one in states if one.state == key]
        if there:
            amounts = [
                yuan(one.approval.total) if one.approval else Decimal(one.settlement.amount or 0) for one in there
            ]
            found.append((key, STATES[key], len(there), sum(amounts, Decimal(0))))
    return found


@require_safe
@people_of_the_zone
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Every settled month with where its fee stands."""
    zone, as_of = zone_key(), read_as_of(request)
    states = fee_states(zone, as_of=as_of.moment)
    names = enterprise_names(zone, as_of.moment)
    known = {one.key: one for one in contracts(zone, as_of=as_of.moment)}
    filters = Filters(
        request.GET,
        [
            Filter("is", _("State"), [Choice(key, words.in_language(language())) for key, words in STATES.items()], _("All states")),
            Filter("year", _("Year"), [Choice(y, y) for y in sorted({one.settlement.month[:4] for one in states}, reverse=True)], _("All years")),
        ],
    )  # fmt: skip
    rows = []
    for one in states:
        key = one.settlement.contract
        entry = known.get(key)
        holder = entry.holder if entry else ""
        row = FeeRow(one, entry.title if entry else key, names.get(holder, holder))
        if (
            filters["is"] in ("", one.state)
            and filters["year"] in ("", one.settlement.month[:4])
            and matches(filters.text, key, row.title, row.provider)
        ):
            rows.append(row)
    table = Table(_COLUMNS, rows, request.GET, default_sort="-month")
    if download := export(request, table, _("Fees of treatment contracts"), as_of):
        return download
    context = {
        "table": table,
        "filters": filters,
        "as_of": as_of,
        "waiting": waiting(states),
        "booked_here": bodies(zone).book is not None,
        "may_pay": as_of.moment is None
        and may_pay(request.user, zone)
        and any(one.state == "to-pay" for one in states),
    }
    return render(request, "portal/green/fees.html", context)


class RowForm(forms.Form):
    """The row of the bank that pays a fee."""

    row = forms.TypedChoiceField(
        label=gettext_lazy("Row of the bank"), coerce=int, widget=forms.Select({"class": "form-select"})
    )

    def __init__(self, rows: list[BankLine], *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["row"].choices = [  # type: ignore[attr-defined]
            ("", "—"),
            *(
                (row.pk, f"{row.day} · {yuan(-row.amount):,} · {row.reference or row.counterparty}")
                for row in rows
            ),
        ]


def _fee(contract: str, month: str, as_of: Any) -> FeeState:
    found = [one for one in fee_states(zone_key(), [contract], as_of) if one.settlement.month == month]
    if not found:
        raise Http404(_("The month is not settled."))
    return found[0]


@require_safe
@people_of_the_zone
@with_plan
def page(request: HttpRequest, plan: ZonePackage, key: str, month: str) -> HttpResponse:
    """The fee of one month: what is owed and why, its entries, and the next step."""
    return _shown(request, plan, key, month)


def _shown(
    request: HttpRequest, plan: ZonePackage, key: str, month: str, refused: forms.Form | None = None
) -> HttpResponse:
    as_of = read_as_of(request)
    fee = _fee(key, month, as_of.moment)
    declared = bodies(zone_key()).book
    settlement = PerformanceSettlement.objects.get(pk=fee.settlement.pk)
    corrections = (
        list(fee.approval.corrections.select_related("corrects").order_by("corrects__month"))
        if fee.approval
        else []
    )
    corrected_by = (
        fee.approval.corrected_by.select_related("approval").order_by("approval__month")
        if fee.approval
        else ()
    )
    context = {
        "fee": fee,
        "contract": key,
        "month": month,
        "next": NEXT.get(fee.state, ""),
        "keeper": body_name(plan, declared.keeper) if declared else "",
        "trace": Trace.from_json(settlement.trace_said),
        "settlement": settlement,
        "corrections": corrections,
        "corrected_by": [
            row for row in corrected_by if as_of.moment is None or row.approval.recorded_at <= as_of.moment
        ],
        "as_of": as_of,
        "bank": declared,
        "may_pay": may_pay(request.user, zone_key()),
        "readable": entries_read(
            request.user, [done.entry for done in (fee.booking, fee.payment) if done is not None]
        ),
        "forms": [] if as_of.moment else _forms(request, fee, refused),
    }
    return render(request, "portal/green/fee.html", context, status=422 if refused else 200)


_STEPS: dict[str, tuple[str, str | Promise, str | Promise]] = {
    "to-approve": ("approve", gettext_lazy("Approve what is owed"), gettext_lazy("Approve for payment")),
    "to-book": ("book", gettext_lazy("Book it as payable"), gettext_lazy("Book it")),
    "to-pay": ("pay", gettext_lazy("Pay it by a row of the bank"), gettext_lazy("Record the payment")),
}
"""The step that follows a state: its key, its heading, the word on the button."""


def _forms(
    request: HttpRequest, fee: FeeState, refused: forms.Form | None
) -> list[tuple[str, str | Promise, forms.Form, str | Promise]]:
    form: forms.Form
    if not may_pay(request.user, zone_key()):
        return []
    key, heading, word = _STEPS.get(fee.state, ("", "", ""))
    if refused is not None and refused.prefix == key:
        form = refused
    elif key == "approve":
        form = ApprovalForm(prefix=key, newest=fee.settlement.pk)
    elif key == "book":
        form = TransferForm(prefix=key)
    elif key == "pay":
        form = RowForm(_rows(fee), prefix=key)
    else:
        return []
    return [(key, heading, form, word)]


def _rows(fee: FeeState) -> list[BankLine]:
    """Open rows of the bank of exactly what is owed."""
    assert fee.approval is not None
    return list(open_rows(FeeAccounts.known(zone_key()).bank).filter(amount=-fee.approval.total))


@require_POST
@people_of_the_zone
@with_plan
def step(request: HttpRequest, plan: ZonePackage, key: str, month: str) -> HttpResponse:
    """One step; where it is refused the page comes back with the reason and what was typed."""
    fee, name = _fee(key, month, None), request.POST.get("step", "")
    if not may_pay(request.user, zone_key()):
        raise PermissionDenied(_("Fees are approved, booked and paid by the body that keeps the book."))
    form: forms.Form
    if name == "approve":
        form = ApprovalForm(request.POST, prefix=name, newest=fee.settlement.pk)
    elif name == "book" and fee.approval is not None:
        form = TransferForm(request.POST, prefix=name)
    elif name == "pay" and fee.state == "to-pay":
        form = RowForm(_rows(fee), request.POST, prefix=name)
    else:
        raise Http404(_("There is no such step."))
    if not form.is_valid():
        return _shown(request, plan, key, month, form)
    try:
        _take(name, request, fee, form.cleaned_data)
    except GreenRefused as refused:
        for text in refused.texts:
            form.add_error(None, text.in_language(language()))
        return _shown(request, plan, key, month, form)
    messages.success(request, _("Recorded."))
    return redirect("portal:treatment-fee", key=key, month=month)


def _take(name: str, request: HttpRequest, fee: FeeState, said: dict[str, Any]) -> None:
    if name == "approve":
        ApproveFee(
            zone=zone_key(),
            contract=fee.settlement.contract,
            month=fee.settlement.month,
            day=said["day"],
            document=said["document"],
            seen=said["seen"],
            author=request.user,
        ).execute()
        return
    assert fee.approval is not None
    if name == "book":
        BookFee(approval=fee.approval, day=said["day"], author=request.user).execute()
        return
    row = BankLine.objects.filter(pk=said["row"]).first()
    if row is None:
        raise GreenRefused(Text(zh="没有这一行。", en="There is no such row."))
    PayFees(bank_line=row, approvals=[fee.approval], author=request.user).execute()


@require_POST
@people_of_the_zone
@with_plan
def pay(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Pay whatever the rows of the bank name, by the rules."""
    try:
        made = PayByRules(zone=zone_key(), author=request.user).execute()
    except GreenRefused as refused:
        messages.error(request, " ".join(text.in_language(language()) for text in refused.texts))
        return redirect("portal:treatment-fees")
    if made:
        messages.success(request, _("%(count)s fees were paid by rows of the bank.") % {"count": len(made)})
    else:
        messages.info(
            request, _("No open row of the bank names a fee that waits; pay it by hand on its own page.")
        )
    return redirect("portal:treatment-fees")
