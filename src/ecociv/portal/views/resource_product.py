"""The ecosystem product on a page: by service and line with its interval, counties of a year, the years of an area."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.accounts.gep.declaration import GepNotDeclared, ZoneGep, load_gep
from ecociv.accounts.gep.queries import all_areas, series, statement, years_of
from ecociv.accounts.gep.statement import GepLine, GepStatement
from ecociv.core.missing import Missing
from ecociv.core.quantities import label_of
from ecociv.core.rounding import round_half_even
from ecociv.plan.package import ZonePackage
from ecociv.portal.account_rows import number
from ecociv.portal.as_of import AsOf
from ecociv.portal.paths import Chart
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.views.resource_accounts import Asked, asked
from ecociv.portal.zone import language
from ecociv.standards.natural_capital import Category

DECIMALS = 2
"""Digits of 10^8 yuan that are shown."""

FILE_DECIMALS = 6
"""Digits in a file: the formulas give many more than they know."""

CATEGORIES = {
    Category.PROVISION: gettext_lazy("Products of nature"),
    Category.REGULATION: gettext_lazy("Regulating services"),
    Category.CULTURE: gettext_lazy("Cultural services"),
}


def product_asked(request: HttpRequest, plan: ZonePackage) -> tuple[Asked, ZoneGep, GepStatement]:
    """What the address of a page of the product asks for; a year without a product gives way to the last one.

    Raises
    ------
    Http404
        Where the zone declares no product.
    """
    page = asked(request, plan)
    try:
        declared = load_gep(page.zone)
    except GepNotDeclared as none:
        raise Http404(none.text.in_language(language())) from none
    span = tuple(years_of(declared))
    page = replace(page, years=span, year=page.year if page.year in span else span[-1])
    return page, declared, statement(page.zone, page.area, page.year, page.as_of.moment)


@require_safe
@login_required
@with_plan
def product(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The product of an area and a year."""
    page, declared, found = product_asked(request, plan)
    if request.GET.get("format") in ("csv", "xlsx"):
        return _file(request, found, page.as_of)
    every = all_areas(page.zone, page.year, page.as_of.moment)
    context: dict[str, Any] = {
        "page": page,
        "as_of": page.as_of,
        "found": found,
        "total": money(found.total),
        "interval": interval(found.low, found.high),
        "level": round_half_even(declared.level * 100, 0),
        "draws": declared.draws,
        "groups": [_group(found, category) for category in Category],
        "without": [(line.declared.indicator, line.reason) for line in found.without],
        "areas": [
            (one.area_name, one.area, money(one.total), interval(one.low, one.high), len(one.without)) for one in every
        ],
        "chart": years_of_area(series(page.zone, page.area, page.as_of.moment)),
    }
    return render(request, "portal/resource_accounts/product.html", context)


def money(value: Decimal | None) -> str:
    """10^8 yuan as shown."""
    return "—" if value is None else number(round_half_even(value, DECIMALS))


def interval(low: Decimal | None, high: Decimal | None) -> str:
    """Ends of an interval; empty where there is none."""
    return "" if low is None or high is None else f"{money(low)} – {money(high)}"


def _group(found: GepStatement, category: Category) -> tuple[Any, list[dict[str, Any]], str]:
    """A category: its services with their sum, each with its lines."""
    lines = [line for line in found.lines if line.declared.category is category]
    services = []
    for service in dict.fromkeys(line.declared.service for line in lines):
        own = [line for line in lines if line.declared.service == service]
        services.append(
            {
                "name": service,
                "value": money(found.of_service(service)),
                "gaps": sum(line.number is None for line in own),
                "rows": [_row(line) for line in own],
            }
        )
    return CATEGORIES[category], services, money(found.of_category(category))


def _row(line: GepLine) -> dict[str, Any]:
    return {
        "key": line.declared.key,
        "indicator": line.declared.indicator,
        "quantity": quantity_of(line),
        "price": f"{line.price.value:,f} {label_of(line.price.unit).in_language(language())}" if line.price else "",
        "value": money(line.number),
        "absent": line.value.label if isinstance(line.value, Missing) else None,
        "reason": line.reason,
        "interval": interval(line.low, line.high),
        "sample": line.sample,
    }


def quantity_of(line: GepLine) -> str:
    """The physical quantity with its unit; empty where there is none."""
    if isinstance(line.quantity, Missing) or line.price is None:
        return ""
    digits = 0 if abs(line.quantity) >= 1000 else 2
    return f"{number(round_half_even(line.quantity, digits))} {label_of(line.unit).in_language(language())}"


def years_of_area(found: tuple[GepStatement, ...]) -> Chart | None:
    """The total by year with its interval."""
    known = [one for one in found if one.total is not None]
    if not known:
        return None

    def values(name: str) -> list[float | None]:
        return [
            None if getattr(one, name) is None else float(round_half_even(getattr(one, name), DECIMALS)) for one in found
        ]

    last = known[-1]
    return Chart(
        "product-years",
        "path",
        _("Ecosystem product by year, 10⁸ yuan at constant prices"),
        _("%(value)s in %(year)s.") % {"value": money(last.total), "year": last.year},
        {
            "kind": "path",
            "unit": _("10⁸ yuan"),
            "years": [str(one.year) for one in found],
            "series": [
                {"name": _("Product"), "role": "actual", "values": values("total")},
                {"name": _("Lower end"), "role": "path", "values": values("low")},
                {"name": _("Upper end"), "role": "path", "values": values("high")},
            ],
        },
        (_("Year"), _("Product"), _("Lower end"), _("Upper end"), _("Lines without a value")),
        tuple(
            (str(one.year), money(one.total), money(one.low), money(one.high), str(len(one.without))) for one in found
        ),
    )


def _file(request: HttpRequest, found: GepStatement, as_of: AsOf) -> HttpResponse:
    """Every line, and the total of those with a value last."""
    said = language()
    columns: list[Column[GepLine | None]] = [
        Column("category", _("Category of services"), lambda line: str(CATEGORIES[line.declared.category]) if line else _("Total")),
        Column("service", _("Service"), lambda line: line.declared.service.in_language(said) if line else ""),
        Column("indicator", _("What is counted"), lambda line: line.declared.indicator.in_language(said) if line else ""),
        Column("quantity", _("Physical quantity"), lambda line: _figure(line.quantity) if line else None, numeric=True),
        Column("unit", _("Unit"), lambda line: label_of(line.unit).in_language(said) if line and line.unit else ""),
        Column("price", _("Unit price"), lambda line: line.price.value if line and line.price else None, numeric=True),
        Column("price_unit", _("Unit of the price"), lambda line: label_of(line.price.unit).in_language(said) if line and line.price else ""),
        Column("value", _("Value (10⁸ yuan)"), lambda line: _figure(line.value if line else found.total), numeric=True),
        Column("low", _("Lower end"), lambda line: _figure(line.low if line else found.low), numeric=True),
        Column("high", _("Upper end"), lambda line: _figure(line.high if line else found.high), numeric=True),
        Column("reason", _("Why there is no value"), lambda line: line.reason.in_language(said) if line and line.reason else ""),
        Column("sample", _("Sample data"), lambda line: _("yes") if (line or found).sample else _("no")),
    ]
    title = f"{_('Ecosystem product')} {found.area_name.in_language(said)} {found.year}"
    response = export(request, Table(columns, [*found.lines, None], request.GET), title, as_of)
    assert response is not None
    return response


def _figure(value: Decimal | Missing | None) -> Decimal | str | None:
    if isinstance(value, Missing):
        return value.label.in_language(language())
    return None if value is None else round_half_even(value, FILE_DECIMALS)
