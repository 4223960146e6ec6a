"""The ecosystem product of city and counties over the years: the whole, a category or a service, as figures or against a first year."""

from __future__ import annotations

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ecociv.accounts.gep.queries import all_areas, years_of
from ecociv.accounts.gep.statement import GepLine, GepStatement
from ecociv.core.rounding import round_half_even
from ecociv.core.text import Text
from ecociv.plan.package import ZonePackage
from ecociv.portal.paths import Chart
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.views.resource_product import CATEGORIES, money, product_asked
from ecociv.portal.zone import language
from ecociv.standards.natural_capital import Category

ALL, YUAN, INDEX = "all", "yuan", "index"


@dataclass(frozen=True, slots=True)
class Point:
    """An area in a year: the figure, and how many lines it is without."""

    year: int
    value: Decimal | None
    gaps: int

    @property
    def shown(self) -> str:
        """The figure with two decimals; a dash for none."""
        return money(self.value)


@dataclass(frozen=True, slots=True)
class AreaRow:
    """An area over the years."""

    key: str
    name: Text
    points: tuple[Point, ...]


@require_safe
@login_required
@with_plan
def compare(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Every area in every year."""
    page, declared, found = product_asked(request, plan)
    scopes = _scopes(found)
    asked = request.GET.get("what", "")
    what = asked if asked in scopes else ALL
    measure = INDEX if request.GET.get("as") == INDEX else YUAN
    years = tuple(years_of(declared))
    by_year = [all_areas(page.zone, year, page.as_of.moment) for year in years]
    rows = [
        AreaRow(areas[0].area, areas[0].area_name, tuple(_point(one, what) for one in areas))
        for areas in zip(*by_year, strict=True)
    ]
    if measure == INDEX:
        rows = [AreaRow(row.key, row.name, _against_first(row.points)) for row in rows]
    title = f"{_('Ecosystem product')}: {scopes[what]}"
    if download := export(request, Table(_columns(years), rows, request.GET), title, page.as_of):
        return download
    unit = _("10⁸ yuan") if measure == YUAN else _("first known year = 100")
    context: dict[str, Any] = {
        "page": page,
        "as_of": page.as_of,
        "scopes": scopes.items(),
        "what": what,
        "measure": measure,
        "title": scopes[what],
        "unit": unit,
        "years": years,
        "rows": rows,
        "chart": _chart(rows, years, scopes[what], unit),
        "incomplete": any(point.gaps for row in rows for point in row.points),
        "sample": any(one.sample for areas in by_year for one in areas),
        "query": f"?what={what}&as={measure}{page.as_of.more}",
    }
    return render(request, "portal/resource_accounts/product_compare.html", context)


def _scopes(found: GepStatement) -> dict[str, str]:
    """What can be compared: the whole, each category, each service by its first line."""
    scopes = {ALL: _("Ecosystem product in all")}
    for category in Category:
        lines = [line for line in found.lines if line.declared.category is category]
        if lines:
            scopes[category.value] = str(CATEGORIES[category])
        for service in dict.fromkeys(line.declared.service for line in lines):
            first = next(line for line in lines if line.declared.service == service)
            scopes[f"service:{first.declared.key}"] = f"— {service.in_language(language())}"
    return scopes


def _point(found: GepStatement, what: str) -> Point:
    lines: tuple[GepLine, ...]
    if what == ALL:
        value, lines = found.total, found.lines
    elif what.startswith("service:"):
        key = what.removeprefix("service:")
        service = next(line.declared.service for line in found.lines if line.declared.key == key)
        value = found.of_service(service)
        lines = tuple(line for line in found.lines if line.declared.service == service)
    else:
        category = Category(what)
        value = found.of_category(category)
        lines = tuple(line for line in found.lines if line.declared.category is category)
    return Point(found.year, value, sum(line.number is None for line in lines))


def _against_first(points: tuple[Point, ...]) -> tuple[Point, ...]:
    """Each against the first known one that is not 0, in per cent; years with other lines missing are told by their gaps."""
    first = next((point.value for point in points if point.value), None)
    return tuple(
        replace(point, value=None if first is None or point.value is None else point.value * 100 / first)
        for point in points
    )


def _columns(years: tuple[int, ...]) -> list[Column[AreaRow]]:
    found: list[Column[AreaRow]] = [
        Column("area", _("City or county"), lambda row: row.name.in_language(language()))
    ]
    for at, year in enumerate(years):
        found.append(Column(str(year), str(year), lambda row, at=at: row.points[at].value, numeric=True))  # type: ignore[misc]
        found.append(Column(f"gaps{year}", _("%(year)s: lines without a value") % {"year": year}, lambda row, at=at: row.points[at].gaps, numeric=True))  # type: ignore[misc]  # fmt: skip
    return found


def _chart(rows: list[AreaRow], years: tuple[int, ...], title: str, unit: str) -> Chart | None:
    """A line for each area."""
    known = [row for row in rows if any(point.value is not None for point in row.points)]
    if not known:
        return None
    tongue = language()
    series = [
        {
            "name": row.name.in_language(tongue),
            "role": "actual",
            "part": place,
            "values": [
                None if point.value is None else float(round_half_even(point.value, 2))
                for point in row.points
            ],
        }
        for place, row in enumerate(known)
    ]
    heads = (_("Year"), *(row.name.in_language(tongue) for row in rows))
    table = tuple((str(year), *(row.points[at].shown for row in rows)) for at, year in enumerate(years))
    return Chart(
        "product-areas",
        "path",
        f"{title.removeprefix('— ')}, {unit}",
        _("%(count)s areas from %(first)s to %(last)s.")
        % {"count": len(known), "first": years[0], "last": years[-1]},
        {"kind": "path", "unit": unit, "years": [str(year) for year in years], "series": series},
        heads,
        table,
    )
