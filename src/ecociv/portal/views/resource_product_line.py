"""One line of the ecosystem product: from its value to each input and coefficient, with source and what its uncertainty does."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ecociv.accounts.gep.queries import series
from ecociv.accounts.gep.spread import Influence, influences
from ecociv.core.decimals import shortest
from ecociv.core.missing import Missing
from ecociv.core.quantities import label_of
from ecociv.core.rounding import round_half_even, round_significant
from ecociv.plan.package import ZonePackage
from ecociv.portal.paths import Chart
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.views.resource_product import CATEGORIES, interval, money, product_asked, quantity_of
from ecociv.portal.zone import language

FIGURES = 6
"""Significant figures of an input that are shown; the trace has all."""


@require_safe
@login_required
@with_plan
def line(request: HttpRequest, plan: ZonePackage, key: str) -> HttpResponse:
    """The line of an area and a year."""
    page, declared, found = product_asked(request, plan)
    one = next((each for each in found.lines if each.declared.key == key), None)
    if one is None:
        raise Http404(_("There is no such line of the ecosystem product."))
    moved = influences(declared, one, found.lines)
    name = one.declared.indicator.in_language(language())
    table = Table(_columns(), moved, request.GET)
    if download := export(
        request, table, f"{name} {found.area_name.in_language(language())} {found.year}", page.as_of
    ):
        return download
    years = series(page.zone, page.area, page.as_of.moment)
    context: dict[str, Any] = {
        "page": page,
        "as_of": page.as_of,
        "line": one,
        "category": CATEGORIES[one.declared.category],
        "value": money(one.number),
        "absent": one.value.label if isinstance(one.value, Missing) else None,
        "interval": interval(one.low, one.high),
        "level": round_half_even(declared.level * 100, 0),
        "draws": declared.draws,
        "quantity": quantity_of(one),
        "inputs": [
            (each, figure_of(each), uncertainty_of(each), interval(each.low, each.high)) for each in moved
        ],
        "varies": any(each.low is not None for each in moved),
        "chart": _years(
            key, [(each.year, next(row for row in each.lines if row.declared.key == key)) for each in years]
        ),
        "neighbours": [
            (each.declared.key, each.declared.indicator)
            for each in found.lines
            if each.declared.service == one.declared.service and each.declared.key != key
        ],
    }
    return render(request, "portal/resource_accounts/product_line.html", context)


def figure_of(one: Influence) -> str:
    """The figure with its unit, or the kind of its absence."""
    if isinstance(one.figure, Missing):
        return one.figure.label.in_language(language())
    unit = label_of(one.unit).in_language(language())
    shown = f"{Decimal(shortest(round_significant(one.figure, FIGURES))):,f}" if one.figure else "0"
    return shown if unit == "—" else f"{shown} {unit}"


def uncertainty_of(one: Influence) -> str:
    """The declared relative standard uncertainty in per cent."""
    return f"{shortest(one.uncertainty * 100)} %" if one.uncertainty else ""


def _columns() -> list[Column[Influence]]:
    said = language()
    return [
        Column("input", _("Input"), lambda r: r.label.in_language(said)),
        Column("figure", _("Value taken"), lambda r: r.figure.label.in_language(said) if isinstance(r.figure, Missing) else r.figure, numeric=True),
        Column("unit", _("Unit"), lambda r: label_of(r.unit).in_language(said)),
        Column("uncertainty", _("Relative standard uncertainty"), lambda r: r.uncertainty, numeric=True),
        Column("low", _("Lower end, this alone (10⁸ yuan)"), lambda r: r.low, numeric=True),
        Column("high", _("Upper end, this alone (10⁸ yuan)"), lambda r: r.high, numeric=True),
        Column("share", _("Share of the variance (%)"), lambda r: r.share, numeric=True),
        Column("source", _("Source"), lambda r: str(r.citation) if r.citation else ""),
        Column("used", _("Also used by"), lambda r: ", ".join(each.in_language(said) for each in r.used_by)),
    ]  # fmt: skip


def _years(key: str, found: list[tuple[int, Any]]) -> Chart | None:
    """The line by year with its interval."""
    if all(one.number is None for _year, one in found):
        return None

    def values(name: str) -> list[float | None]:
        return [
            None if getattr(one, name) is None else float(round_half_even(getattr(one, name), 2))
            for _year, one in found
        ]

    known = [(year, one) for year, one in found if one.number is not None]
    return Chart(
        f"line-{key}",
        "path",
        _("By year, 10⁸ yuan at constant prices"),
        _("%(value)s in %(year)s.") % {"value": money(known[-1][1].number), "year": known[-1][0]},
        {
            "kind": "path",
            "unit": _("10⁸ yuan"),
            "years": [str(year) for year, _one in found],
            "series": [
                {"name": _("Value"), "role": "actual", "values": values("number")},
                {"name": _("Lower end"), "role": "path", "values": values("low")},
                {"name": _("Upper end"), "role": "path", "values": values("high")},
            ],
        },
        (_("Year"), _("Value"), _("Lower end"), _("Upper end")),
        tuple((str(year), money(one.number), money(one.low), money(one.high)) for year, one in found),
    )
