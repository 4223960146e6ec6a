"""Agreements between upstream and downstream, and the calendar of their settlements."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.compensation.agreements.declaration import Agreement, Compensation, Version, compensation
from ecociv.compensation.settlements.queries import STATES, PeriodState, calendar_of
from ecociv.core.rounding import round_half_even
from ecociv.evidence.declared import DeclarationError
from ecociv.ledger.money import yuan
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import read_as_of
from ecociv.portal.filters import Choice, Filter, Filters
from ecociv.portal.internal import internal
from ecociv.portal.paths import Chart
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.views.ledger import body_name
from ecociv.portal.zone import language, zone_key

FORMULAS = {
    "exceedance": gettext_lazy("exceedance by item and step"),
    "load": gettext_lazy("load by flow-weighted concentration"),
    "p-index": gettext_lazy("P index"),
}
PERIODS = {"month": gettext_lazy("by the month"), "year": gettext_lazy("by the year")}


def declared() -> Compensation | None:
    """What the zone declares; none where it declares nothing."""
    try:
        return compensation(zone_key())
    except DeclarationError as error:
        if "there is no such file" in str(error):
            return None
        raise


def agreement_or_404(key: str) -> Agreement:
    """An agreement of the zone, or the page that says there is none."""
    found = declared()
    if found is None or key not in found.agreement_keys():
        raise Http404(_("There is no such agreement."))
    return found.agreement(key)


@dataclass(frozen=True, slots=True)
class AgreementRow:
    """An agreement in the list: the terms that are in force last, and how many periods wait."""

    agreement: Agreement
    version: Version
    upstream: str
    downstream: str
    waiting: int
    settled: int


_WAITING = frozenset({"late", "to-compute", "objected", "upheld", "to-finalise", "to-pay", "overdue"})

_COLUMNS: tuple[Column[AgreementRow], ...] = (
    sortable("title", gettext_lazy("Agreement"), lambda r: r.agreement.title.in_language(language())),
    sortable("upstream", gettext_lazy("Upstream"), lambda r: r.upstream),
    sortable("downstream", gettext_lazy("Downstream"), lambda r: r.downstream),
    Column("formula", gettext_lazy("Formula"), lambda r: FORMULAS[r.version.formula.kind], sort_by=lambda r: r.version.formula.kind),
    Column("period", gettext_lazy("Settled"), lambda r: PERIODS[r.version.calendar.period], sort_by=lambda r: r.version.calendar.period),
    Column("valid", gettext_lazy("In force"), lambda r: f"{r.agreement.versions[0].valid_from} – {r.version.valid_to or ''}", sort_by=lambda r: r.agreement.versions[0].valid_from),
    sortable("settled", gettext_lazy("Periods settled"), lambda r: r.settled, numeric=True),
    sortable("waiting", gettext_lazy("Periods waiting"), lambda r: r.waiting, numeric=True),
)  # fmt: skip


@require_safe
@internal
@with_plan
def agreements(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The agreements of the zone."""
    as_of, found = read_as_of(request), declared()
    rows = []
    for each in found.agreements if found else ():
        states = calendar_of(zone_key(), each, as_of=as_of.moment)
        version = each.versions[-1]
        rows.append(
            AgreementRow(
                each,
                version,
                body_name(plan, version.upstream),
                body_name(plan, version.downstream),
                sum(state.state in _WAITING for state in states),
                sum(state.settlement is not None and state.settlement.stage == "final" for state in states),
            )
        )
    table = Table(_COLUMNS, rows, request.GET, default_sort="title")
    if download := export(request, table, _("Compensation agreements")):
        return download
    return render(
        request,
        "portal/compensation/agreements.html",
        {"table": table, "as_of": as_of, "formulas": FORMULAS, "periods": PERIODS},
    )


@dataclass(frozen=True, slots=True)
class CalendarRow:
    """A period in the calendar."""

    state: PeriodState
    payer: str
    receiver: str

    @property
    def own(self) -> Decimal | None:
        """The own amount in yuan, with its sign."""
        settlement = self.state.settlement
        return None if settlement is None or settlement.own is None else yuan(settlement.own)

    @property
    def total(self) -> Decimal | None:
        """The total in yuan, with its sign."""
        return None if self.state.settlement is None else yuan(self.state.settlement.total)


_CALENDAR: tuple[Column[CalendarRow], ...] = (
    Column("agreement", gettext_lazy("Agreement"), lambda r: r.state.agreement.title.in_language(language()), sort_by=lambda r: r.state.agreement.key),
    Column("period", gettext_lazy("Period"), lambda r: str(r.state.period), sort_by=lambda r: r.state.period.first),
    Column("state", gettext_lazy("State"), lambda r: r.state.words.in_language(language()), sort_by=lambda r: list(STATES).index(r.state.state)),
    sortable("own", gettext_lazy("Own amount, yuan"), lambda r: r.own, numeric=True),
    sortable("total", gettext_lazy("With corrections, yuan"), lambda r: r.total, numeric=True),
    sortable("payer", gettext_lazy("Pays"), lambda r: r.payer),
    sortable("receiver", gettext_lazy("Receives"), lambda r: r.receiver),
    Column("due", gettext_lazy("Due"), lambda r: r.state.due.isoformat() if r.state.due else None, sort_by=lambda r: r.state.due),
)  # fmt: skip


@require_safe
@internal
@with_plan
def calendar(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Every period of every agreement, with where it stands."""
    as_of, found = read_as_of(request), declared()
    every = found.agreements if found else ()
    filters = Filters(
        request.GET,
        [
            Filter(
                "agreement",
                _("Agreement"),
                [Choice(each.key, each.title.in_language(language())) for each in every],
                _("All agreements"),
            ),
            Filter(
                "is",
                _("State"),
                [Choice(key, words.in_language(language())) for key, words in STATES.items()],
                _("All states"),
            ),
            Filter("year", _("Year"), [Choice(str(y), str(y)) for y in _years(every)], _("All years")),
        ],
        with_text=False,
    )
    rows = [
        _row(plan, state)
        for each in every
        if filters["agreement"] in ("", each.key)
        for state in calendar_of(zone_key(), each, as_of=as_of.moment)
        if filters["is"] in ("", state.state) and filters["year"] in ("", str(state.period.year))
    ]
    table = Table(_CALENDAR, rows, request.GET, default_sort="-period")
    if download := export(request, table, _("Settlement calendar")):
        return download
    return render(
        request, "portal/compensation/calendar.html", {"table": table, "filters": filters, "as_of": as_of}
    )


def _years(every: Any) -> list[int]:
    return sorted(
        {
            year
            for each in every
            for version in each.versions
            for year in range(version.valid_from.year, (version.valid_to or version.valid_from).year + 1)
        },
        reverse=True,
    )


def _row(plan: ZonePackage, state: PeriodState) -> CalendarRow:
    settlement = state.settlement
    if settlement is None or not settlement.payer:
        return CalendarRow(state, "", "")
    return CalendarRow(state, body_name(plan, settlement.payer), body_name(plan, settlement.receiver))


@require_safe
@internal
@with_plan
def agreement(request: HttpRequest, plan: ZonePackage, key: str) -> HttpResponse:
    """One agreement: its versions with every term, and what each year came to."""
    found, as_of = agreement_or_404(key), read_as_of(request)
    states = calendar_of(zone_key(), found, as_of=as_of.moment)
    rows = [_row(plan, state) for state in states]
    table = Table(_CALENDAR, rows, request.GET, default_sort="-period", page_size=24)
    if download := export(request, table, found.title.in_language(language())):
        return download
    context = {
        "agreement": found,
        "office": body_name(plan, found.office),
        "versions": [
            (
                version,
                body_name(plan, version.upstream),
                body_name(plan, version.downstream),
                FORMULAS[version.formula.kind],
                PERIODS[version.calendar.period],
                list(version.formula.items.items()),
            )
            for version in found.versions[::-1]
        ],
        "table": table,
        "chart": _chart(states),
        "as_of": as_of,
        "alternatives": [
            (name, each.title.in_language(language()))
            for name, each in (declared() or compensation(zone_key())).alternatives.items()
            if key in each.agreements
        ],
    }
    return render(request, "portal/compensation/agreement.html", context)


def _chart(states: list[PeriodState]) -> Chart | None:
    """What each year came to, of final settlements."""
    sums: dict[int, list[int]] = {}
    for state in states:
        settlement = state.settlement
        if settlement is None or settlement.stage != "final":
            continue
        pair = sums.setdefault(state.period.year, [0, 0])
        pair[0 if settlement.total > 0 else 1] += abs(settlement.total)
    if not sums:
        return None
    years = sorted(sums)
    heads = (_("Year"), _("Upstream pays, 10⁴ yuan"), _("Downstream pays, 10⁴ yuan"))
    values = [[float(_wan(sums[year][side])) for year in years] for side in (0, 1)]
    payload = {
        "kind": "bars",
        "unit": _("10⁴ yuan"),
        "names": [str(year) for year in years],
        "series": [{"name": heads[1], "values": values[0]}, {"name": heads[2], "values": values[1]}],
        "own": None,
    }
    rows = tuple((str(y), f"{_wan(sums[y][0]):,.2f}", f"{_wan(sums[y][1]):,.2f}") for y in years)
    summary = _("Final settlements from %(first)s to %(last)s, corrections included.") % {
        "first": years[0],
        "last": years[-1],
    }
    return Chart("settled", "bars", _("What each year came to"), summary, payload, heads, rows)


def _wan(amount: int) -> Decimal:
    """10⁴ yuan of fen, with two decimals: what a bar has room for."""
    return round_half_even(Decimal(amount) / 1_000_000, 2)


__all__ = ["agreement", "agreement_or_404", "agreements", "calendar", "declared"]
