"""Yearly payments of the programmes: where every year stands, one year with its arithmetic and next step, the statement."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.compensation.models import YearlyPayment
from ecociv.compensation.settlements.common import SettlementRefused
from ecociv.compensation.yearly.naming import figure_name, named_trace, with_names
from ecociv.compensation.yearly.preparing import PreparedYear, prepare_year, programme_of
from ecociv.compensation.yearly.programmes import Programme, programmes
from ecociv.compensation.yearly.queries import (
    STATES,
    YearState,
    counties_seen,
    newest_year,
    year_states,
    yearly_payments,
)
from ecociv.core.quantities import label_of
from ecociv.core.text import Text
from ecociv.core.trace import Trace
from ecociv.ledger.money import yuan
from ecociv.ledger.permissions import may_keep
from ecociv.ledger.reading import entries_read
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import AsOf, read_as_of
from ecociv.portal.filters import Choice, Filter, Filters
from ecociv.portal.internal import internal
from ecociv.portal.settlement_forms import ApprovalForm, DocumentForm, TransferForm
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.views.ledger import body_name, body_texts
from ecociv.portal.zone import language, zone_key

NEXT = {
    "to-compute": gettext_lazy("record what the year comes to"),
    "to-approve": gettext_lazy("approve it"),
    "to-book": gettext_lazy("book it"),
}
"""What is to be done next in a state."""


@dataclass(frozen=True, slots=True)
class YearRow:
    """A year in the list, with the sums that the reader sees."""

    state: YearState
    own: Decimal | None
    corrections: Decimal | None
    total: Decimal | None

    @property
    def next(self) -> Any:
        """What is to be done next; "" where nothing is."""
        return NEXT.get(self.state.state, "")

    @property
    def entry(self) -> str:
        """Book and number of the entry; "" where it is not booked."""
        done = self.state.transfer
        return f"{done.entry.book.key}/{done.entry.number}" if done else ""


_YEARS: tuple[Column[YearRow], ...] = (
    Column("programme", gettext_lazy("Compensation programme"), lambda r: r.state.programme.title.in_language(language()), sort_by=lambda r: r.state.programme.key),
    sortable("year", gettext_lazy("Year"), lambda r: r.state.year),
    Column("state", gettext_lazy("State"), lambda r: r.state.words.in_language(language()), sort_by=lambda r: list(STATES).index(r.state.state)),
    sortable("own", gettext_lazy("Amount of the year, yuan"), lambda r: r.own, numeric=True),
    sortable("corrections", gettext_lazy("Corrections, yuan"), lambda r: r.corrections, numeric=True),
    sortable("total", gettext_lazy("To be moved, yuan"), lambda r: r.total, numeric=True),
    sortable("document", gettext_lazy("Document"), lambda r: r.state.payment.document if r.state.payment else None),
    sortable("entry", gettext_lazy("Entry"), lambda r: r.entry or None),
    Column("next", gettext_lazy("Next step"), lambda r: r.next),
)  # fmt: skip


@require_safe
@internal
@with_plan
def years(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Every year of every programme, with where it stands."""
    as_of, every = read_as_of(request), programmes(zone_key())
    states = [each for one in every for each in year_states(zone_key(), one, as_of=as_of.moment)]
    filters = Filters(
        request.GET,
        [
            Filter("programme", _("Compensation programme"), [Choice(each.key, each.title.in_language(language())) for each in every], _("All compensation programmes")),
            Filter("is", _("State"), [Choice(key, words.in_language(language())) for key, words in STATES.items()], _("All states")),
            Filter("year", _("Year"), [Choice(str(y), str(y)) for y in sorted({each.year for each in states}, reverse=True)], _("All years")),
        ],
        with_text=False,
    )  # fmt: skip
    bodies = sorted({key for each in states if each.payment for key in each.payment.totals})
    seen = counties_seen(request.user, zone_key(), bodies)
    rows = [
        _row(each, seen)
        for each in states
        if filters["programme"] in ("", each.programme.key)
        and filters["is"] in ("", each.state)
        and filters["year"] in ("", str(each.year))
    ]
    table = Table(_YEARS, rows, request.GET, default_sort="-year")
    if download := export(request, table, _("Yearly payments of compensation"), as_of):
        return download
    context = {
        "table": table,
        "filters": filters,
        "as_of": as_of,
        "readable": entries_read(
            request.user, [row.state.transfer.entry for row in table.page_rows if row.state.transfer]
        ),
    }
    return render(request, "portal/compensation/years.html", context)


def _row(state: YearState, seen: frozenset[str] | None) -> YearRow:
    payment = state.payment
    if payment is None:
        return YearRow(state, None, None, None)
    keys = [key for key in payment.totals if key != payment.pool and (seen is None or key in seen)]
    own = sum(payment.own.get(key) or 0 for key in keys)
    total = sum(payment.totals[key] for key in keys)
    return YearRow(state, yuan(own), yuan(total - own), yuan(total))


@dataclass(frozen=True, slots=True)
class BodyRow:
    """What a body gets of a year."""

    name: str
    key: str
    own: int | None
    corrections: int
    total: int
    trace: Trace | None
    pool: bool


_BODIES: tuple[Column[BodyRow], ...] = (
    sortable("name", gettext_lazy("County"), lambda r: r.name),
    sortable("own", gettext_lazy("Amount of the year, yuan"), lambda r: None if r.own is None else yuan(r.own), numeric=True),
    sortable("corrections", gettext_lazy("Corrections, yuan"), lambda r: yuan(r.corrections), numeric=True),
    sortable("total", gettext_lazy("To be moved, yuan"), lambda r: yuan(r.total), numeric=True),
)  # fmt: skip


def asked(key: str) -> Programme:
    """A programme of the zone, or the page that says there is none."""
    try:
        return programme_of(zone_key(), key)
    except SettlementRefused as refused:
        raise Http404(refused.text.in_language(language())) from refused


@require_safe
@internal
@with_plan
def page(request: HttpRequest, plan: ZonePackage, key: str, year: int) -> HttpResponse:
    """One year as recorded; where nothing is on record, what it would come to."""
    return shown(request, plan, asked(key), year)


def shown(
    request: HttpRequest,
    plan: ZonePackage,
    programme: Programme,
    year: int,
    refused: forms.Form | None = None,
) -> HttpResponse:
    """The page of a year, with a form that was refused in its place."""
    as_of, zone = read_as_of(request), zone_key()
    payment = newest_year(zone, programme.key, year, as_of.moment)
    prepared = None
    if payment is None:
        try:
            prepared = prepare_year(zone, programme, year, as_of=as_of.moment)
        except SettlementRefused as cannot:
            raise Http404(cannot.text.in_language(language())) from cannot
    figures = _of_payment(payment) if payment is not None else _of_prepared(prepared)
    names = body_texts(plan, programme.counties)
    seen = counties_seen(request.user, zone, [*figures["totals"], *programme.counties])
    table = Table(_BODIES, _bodies(plan, figures, names, seen), request.GET, default_sort="name")
    if download := export(request, table, f"{programme.title.in_language(language())} {year}", as_of):
        return download
    state = next(
        (each for each in year_states(zone, programme, as_of=as_of.moment) if each.year == year), None
    )
    history = yearly_payments(zone, programme.key, as_of.moment).filter(year=year).order_by("pk")
    context: dict[str, Any] = {
        "programme": programme,
        "year": year,
        "payment": payment,
        "state": state,
        "readable": entries_read(request.user, [state.transfer.entry] if state and state.transfer else []),
        "next": NEXT.get(state.state, "") if state else "",
        "payer": body_name(plan, programme.payment.payer),
        "office": body_name(plan, programme.payment.office),
        "table": table,
        "corrections": _corrections(plan, figures, seen),
        "corrected_by": _corrected_by(payment, as_of) if seen is None else [],
        "figures": _named(plan, figures, seen),
        "history": history,
        "limited": seen is not None,
        "as_of": as_of,
        "forms": _forms(request, programme, state, as_of, refused),
        "digest": figures["digest"],
        "notes": figures["notes"],
        "open_because": [with_names(text, names) for text in figures["open"]] if seen is None else (),
        "trace": named_trace(figures["trace"], names) if seen is None else None,
        "whole": figures["whole"] if seen is None else None,
        "payer_gives": sum(figures["totals"].values()) if seen is None else None,
    }
    return render(request, "portal/compensation/year.html", context, status=422 if refused else 200)


def _of_payment(payment: YearlyPayment) -> dict[str, Any]:
    return {
        "own": payment.own,
        "totals": payment.totals,
        "pool": payment.pool,
        "whole": payment.whole,
        "trace": payment.trace,
        "trace_of": payment.trace_of,
        "terms": payment.terms,
        "figures": payment.content["figures"],
        "notes": payment.notes,
        "open": payment.open_because,
        "digest": payment.digest,
        "corrections": [
            (row.corrects.year, row.before, row.after, row.differences, row.changed, row.terms)
            for row in payment.corrections.select_related("corrects").order_by("corrects__year")
        ],
    }


def _of_prepared(prepared: PreparedYear | None) -> dict[str, Any]:
    assert prepared is not None
    computed = prepared.computed
    return {
        "own": computed.amounts,
        "totals": prepared.totals,
        "pool": prepared.programme.payment.pool,
        "whole": computed.whole,
        "trace": computed.trace,
        "trace_of": computed.traces.get,
        "terms": prepared.terms,
        "figures": computed.content()["figures"],
        "notes": computed.notes,
        "open": computed.open,
        "digest": computed.digest(),
        "corrections": [
            (each.standing.payment.year, each.standing.amounts, each.computed.amounts, each.differences, each.changed, each.terms)
            for each in prepared.corrections
        ],
    }  # fmt: skip


def _bodies(
    plan: ZonePackage, figures: dict[str, Any], names: dict[str, Text], seen: frozenset[str] | None
) -> list[BodyRow]:
    own, totals = figures["own"], figures["totals"]
    return [
        BodyRow(
            body_name(plan, key),
            key,
            own.get(key),
            total - (own.get(key) or 0),
            total,
            named_trace(trace, names) if (trace := figures["trace_of"](key)) is not None else None,
            key == figures["pool"],
        )
        for key, total in totals.items()
        if seen is None or key in seen
    ]


def _corrections(
    plan: ZonePackage, figures: dict[str, Any], seen: frozenset[str] | None
) -> list[dict[str, Any]]:
    found = []
    for year, before, after, differences, changed, terms in figures["corrections"]:
        rows = [
            (body_name(plan, key), before.get(key), after.get(key), difference)
            for key, difference in sorted(differences.items())
            if difference and (seen is None or key in seen)
        ]
        figures_changed = [
            {
                **each,
                "name": body_name(plan, each["county"]) if each["county"] else "",
                "item_name": figure_name(terms, each["item"]),
            }
            for each in changed
            if seen is None or each["county"] in seen
        ]
        found.append({"year": year, "rows": rows, "changed": figures_changed})
    return found


def _corrected_by(payment: YearlyPayment | None, as_of: AsOf) -> list[Any]:
    if payment is None or payment.stage != YearlyPayment.Stage.APPROVED:
        return []
    rows = payment.corrected_by.filter(payment__stage=YearlyPayment.Stage.APPROVED).select_related("payment")
    if as_of.moment is not None:
        rows = rows.filter(payment__recorded_at__lte=as_of.moment)
    return list(rows.order_by("payment__year"))


def _named(plan: ZonePackage, figures: dict[str, Any], seen: frozenset[str] | None) -> list[dict[str, Any]]:
    return [
        {
            **each,
            "name": body_name(plan, each["county"]) if each["county"] else "",
            "item_name": figure_name(figures["terms"], each["item"]),
            "unit_name": "" if each["unit"] == "1" else label_of(each["unit"]).in_language(language()),
        }
        for each in figures["figures"]
        if seen is None or each["county"] in seen
    ]


def _forms(
    request: HttpRequest,
    programme: Programme,
    state: YearState | None,
    as_of: AsOf,
    refused: forms.Form | None,
) -> list[tuple[str, str, forms.Form, str]]:
    """The next steps that this reader may take: key, heading, form, word on the button."""
    if (
        state is None
        or as_of.moment is not None
        or not may_keep(request.user, zone_key(), programme.payment.office)
    ):
        return []
    found: list[tuple[str, str, forms.Form, str]] = []
    if state.state == "to-approve":
        newest = state.payment.pk if state.payment else None
        found.append(
            (
                "approve",
                _("Approve the payment"),
                ApprovalForm(prefix="approve", newest=newest),
                _("Approve for payment"),
            )
        )
        found.append(("compute", _("Compute again"), DocumentForm(prefix="compute"), _("Put on record")))
    elif state.state == "to-compute":
        found.append(
            (
                "compute",
                _("Record what the year comes to"),
                DocumentForm(prefix="compute"),
                _("Put on record"),
            )
        )
    elif state.state == "to-book":
        found.append(("book", _("Book the payment"), TransferForm(prefix="book"), _("Book it")))
    if refused is not None:
        found = [
            (key, heading, refused if refused.prefix == key else form, word)
            for key, heading, form, word in found
        ]
    return found
