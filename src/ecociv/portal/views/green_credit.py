"""Green loans at the end of a quarter, by class of use, and the environmental record of their borrowers."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.green_economy.credit import ClassTotal, quarter_end
from ecociv.green_economy.loans import borrower_record, class_names, loans, quarter_totals
from ecociv.people.doors import people_of_the_zone
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import read_as_of
from ecociv.portal.filters import Choice, Filter, Filters
from ecociv.portal.paths import Chart
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.views.treatment_contracts import enterprise_names
from ecociv.portal.zone import language, zone_key

FIRST_YEAR = 2012
MOST_LOANS = 200


def _columns(names: dict[str, str]) -> tuple[Column[ClassTotal], ...]:
    return (
        sortable("class", gettext_lazy("Class of use"), lambda r: names.get(r.key, r.key)),
        sortable("loans", gettext_lazy("Loans"), lambda r: r.loans, numeric=True),
        sortable("balance", gettext_lazy("Balance (yuan)"), lambda r: r.balance, numeric=True),
        sortable("lent", gettext_lazy("Lent in the quarter (yuan)"), lambda r: r.lent, numeric=True),
        sortable("bad", gettext_lazy("Non-performing (yuan)"), lambda r: r.non_performing, numeric=True),
    )


@require_safe
@people_of_the_zone
@with_plan
def quarter(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Balances by class, and each loan with what stands against its borrower."""
    zone, tongue, as_of = zone_key(), language(), read_as_of(request)
    today = timezone.localdate()
    ended = [
        (year, number)
        for year in range(today.year, FIRST_YEAR - 1, -1)
        for number in (4, 3, 2, 1)
        if quarter_end(year, number) < today
    ]
    shown = min(max(plan.zone.milestones), today.year)
    filters = Filters(
        request.GET,
        [
            Filter(
                "quarter",
                _("Quarter"),
                [Choice(f"{year}-{number}", f"{year} Q{number}") for year, number in ended],
                _("End of the plan"),
            )
        ],
        with_text=False,
    )
    asked = filters["quarter"]
    year, number = (
        map(int, asked.split("-")) if asked else next(((y, n) for y, n in ended if y <= shown), ended[0])
    )
    end = quarter_end(year, number)
    names = {key: name.in_language(tongue) for key, name in class_names(zone).items()}
    found = quarter_totals(zone, end, as_of.moment)
    table = Table(_columns(names), found, request.GET, default_sort="-balance")
    if download := export(request, table, f"{_('Green credit')} {year} Q{number}"):
        return download
    enterprises = enterprise_names(zone, as_of.moment)
    open_loans = [one for one in loans(zone, end, as_of.moment) if one.open]
    records = {
        borrower: borrower_record(zone, borrower, end, as_of.moment)
        for borrower in dict.fromkeys(one.borrower for one in open_loans)
    }
    context = {
        "table": table,
        "filters": filters,
        "as_of": as_of,
        "end": end,
        "names": [(one, names.get(one.key, one.key)) for one in table.sorted_rows],
        "balance": sum((one.balance for one in found), Decimal(0)),
        "lent": sum((one.lent for one in found), Decimal(0)),
        "bad": sum((one.non_performing for one in found), Decimal(0)),
        "chart": _chart(found, names),
        "loans": [
            (
                one,
                names.get(one.class_key, one.class_key),
                enterprises.get(one.borrower, one.borrower),
                records[one.borrower],
            )
            for one in open_loans[:MOST_LOANS]
        ],
        "more": max(0, len(open_loans) - MOST_LOANS),
        "against": sum(records[one.borrower].ok is not True for one in open_loans),
        "sample": any(one.sample for one in open_loans),
    }
    return render(request, "portal/green/credit.html", context)


def _chart(found: tuple[ClassTotal, ...], names: dict[str, str]) -> Chart | None:
    rows = sorted((one for one in found if one.balance), key=lambda one: -one.balance)
    if not rows:
        return None
    labels = [names.get(one.key, one.key) for one in rows]
    values = [one.balance / 10_000 for one in rows]
    return Chart(
        "green-credit",
        "bars",
        _("Balance by class of use"),
        _("%(name)s is the largest class.") % {"name": labels[0]},
        {
            "kind": "bars",
            "unit": _("10⁴ yuan"),
            "names": labels,
            "series": [{"name": _("Balance (10⁴ yuan)"), "values": [float(one) for one in values]}],
        },
        (_("Class of use"), _("Balance (10⁴ yuan)")),
        tuple((label, f"{value:,}") for label, value in zip(labels, values, strict=True)),
    )
