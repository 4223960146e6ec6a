"""The basin's fund allocated to counties, and compensation by rates and areas."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.compensation.allocation.declaration import County, allocations
from ecociv.compensation.allocation.funds import allocated
from ecociv.compensation.areas.computing import CountyAmount, area_compensation
from ecociv.compensation.yearly.naming import named_trace
from ecociv.compensation.yearly.programmes import programmes
from ecociv.compensation.yearly.queries import counties_seen
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import read_as_of
from ecociv.portal.internal import internal
from ecociv.portal.paths import Chart
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.views.compensation_simulator import year_or
from ecociv.portal.views.ledger import body_name, body_texts
from ecociv.portal.zone import language, zone_key
from ecociv.standards.compensation import NoRate


@dataclass(frozen=True, slots=True)
class ShareRow:
    """What a county gets of a fund."""

    name: str
    county: County
    score: Decimal
    allocated: Decimal
    withheld: Decimal
    paid: Decimal


_FUND: tuple[Column[ShareRow], ...] = (
    sortable("county", gettext_lazy("County"), lambda r: r.name),
    sortable("quality", gettext_lazy("Water quality"), lambda r: r.county.water_quality, numeric=True),
    sortable("treatment", gettext_lazy("Water treatment"), lambda r: r.county.water_treatment, numeric=True),
    sortable("forest", gettext_lazy("Forest"), lambda r: r.county.forest, numeric=True),
    sortable("management", gettext_lazy("Water management"), lambda r: r.county.water_management, numeric=True),
    sortable("coefficient", gettext_lazy("Coefficient"), lambda r: r.county.coefficient, numeric=True),
    sortable("score", gettext_lazy("Weighted score"), lambda r: r.score, numeric=True),
    sortable("base", gettext_lazy("Base"), lambda r: r.county.base, numeric=True),
    sortable("withheld", gettext_lazy("Withheld"), lambda r: r.withheld, numeric=True),
    sortable("paid", gettext_lazy("Share after deductions"), lambda r: r.paid, numeric=True),
)  # fmt: skip


@require_safe
@internal
@with_plan
def funds(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """A fund by county, with its arithmetic; a county sees its own part."""
    declared = allocations(zone_key())
    chosen = next((each for each in declared if each.key == request.GET.get("fund")), None)
    chosen = chosen or (declared[-1] if declared else None)
    context: dict[str, Any] = {"funds": declared, "fund": chosen}
    if chosen is not None:
        found = allocated(chosen)
        seen = counties_seen(request.user, zone_key(), list(chosen.counties))
        rows = [
            ShareRow(
                body_name(plan, key),
                county,
                found.scores[key],
                found.allocated[key],
                found.withheld[key],
                found.value[key],
            )
            for key, county in chosen.counties.items()
            if seen is None or key in seen
        ]
        table = Table(_FUND, rows, request.GET, default_sort="-paid")
        if download := export(request, table, chosen.title.in_language(language())):
            return download
        heads = (_("County"), _("Paid, 10⁴ yuan"))
        payload = {
            "kind": "bars",
            "unit": _("10⁴ yuan"),
            "names": [row.name for row in table.sorted_rows],
            "series": [{"name": heads[1], "values": [float(row.paid) for row in table.sorted_rows]}],
            "own": None,
        }
        cells = tuple((row.name, f"{row.paid:,.2f}") for row in table.sorted_rows)
        summary = _("The parts add up to the fund exactly.")
        context |= {
            "found": found,
            "table": table,
            "traces": [
                named_trace(trace, body_texts(plan, chosen.counties))
                for trace in (
                    [found.trace()]
                    if seen is None
                    else [found.trace(at) for at, key in enumerate(chosen.counties) if key in seen]
                )
            ],
            "whole": seen is None,
            "paid_by_year": any(
                each.key == chosen.programme and each.terms(chosen.year) is not None
                for each in programmes(zone_key())
            ),
            "penalties": [
                (body_name(plan, key), county.penalty)
                for key, county in chosen.counties.items()
                if county.penalty and (seen is None or key in seen)
            ],
            "chart": Chart(
                "fund", "bars", chosen.title.in_language(language()), summary, payload, heads, cells
            ),
        }
    return render(request, "portal/compensation/funds.html", context)


_AREAS: tuple[Column[tuple[str, CountyAmount]], ...] = (
    Column("scheme", gettext_lazy("Compensation"), lambda r: r[1].scheme.title.in_language(language()), sort_by=lambda r: r[1].scheme.key),
    sortable("county", gettext_lazy("County"), lambda r: r[0]),
    sortable("area", gettext_lazy("Area, mu"), lambda r: _area(r[1]), numeric=True),
    sortable("amount", gettext_lazy("Amount, yuan"), lambda r: r[1].result.value if r[1].result else None, numeric=True),
)  # fmt: skip


def _area(row: CountyAmount) -> Decimal | None:
    return None if row.result is None else sum(row.result.areas.values(), Decimal(0))


@require_safe
@internal
@with_plan
def areas(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Compensation by rates and areas in a year, county by county; a county sees its own."""
    as_of = read_as_of(request)
    year = year_or(request.GET.get("year", ""), 2016)
    context: dict[str, Any] = {"year": year, "as_of": as_of}
    try:
        every = area_compensation(zone_key(), year, as_of.moment)
        seen = counties_seen(request.user, zone_key(), [each.county for each in every])
        found = [
            (body_name(plan, each.county), each) for each in every if seen is None or each.county in seen
        ]
    except NoRate as refused:
        context["refused"] = str(refused)
        found = []
    table = Table(_AREAS, found, request.GET, default_sort="scheme")
    if download := export(request, table, f"{_('Compensation by area')} {year}"):
        return download
    context["table"] = table
    return render(request, "portal/compensation/areas.html", context)
