"""Green procurement by amount: years beside the return, bodies of a year, every purchase with why it counts or not."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.core.text import Text
from ecociv.green_economy.procurement import GreenShare, Purchase, by_year, green_share
from ecociv.green_economy.purchases import (
    Returned,
    body_shares,
    purchases,
    returned,
    why_not,
    year_shares,
)
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import read_as_of
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.paths import Chart
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language, zone_key
from ecociv.registers.loading import kind_of


@dataclass(frozen=True, slots=True)
class YearRow:
    """A year: purchases on record, and the return."""

    year: int
    share: GreenShare
    said: Returned | None

    @property
    def on_record(self) -> Decimal | None:
        """Purchases on record as a share of the whole in the return, in per cent."""
        return self.said.on_record(self.share.total) if self.said else None

    @property
    def difference(self) -> Decimal | None:
        """Percentage points of the purchases over the return."""
        if self.said is None or self.said.share is None or self.share.share is None:
            return None
        return self.share.share - self.said.share


_YEARS: tuple[Column[YearRow], ...] = (
    sortable("year", gettext_lazy("Year"), lambda r: r.year),
    sortable("count", gettext_lazy("Purchases"), lambda r: r.share.count, numeric=True),
    sortable("all", gettext_lazy("All (yuan)"), lambda r: r.share.total, numeric=True),
    sortable("green", gettext_lazy("Green (yuan)"), lambda r: r.share.green, numeric=True),
    sortable("share", gettext_lazy("Share (%)"), lambda r: r.share.share, numeric=True),
    Column(
        "return", gettext_lazy("By the return (%)"), lambda r: r.said.share if r.said else None, numeric=True
    ),
    sortable("on-record", gettext_lazy("On record, of the return (%)"), lambda r: r.on_record, numeric=True),
    sortable("difference", gettext_lazy("Difference (points)"), lambda r: r.difference, numeric=True),
)


@require_safe
@with_plan
def years(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The share of each year, beside what the yearly return says (indicator 47)."""
    zone, as_of = zone_key(), read_as_of(request)
    found = purchases(zone, as_of=as_of.moment)
    shares = year_shares(found)
    said = returned(zone, (min(shares), max(shares)), as_of.moment) if shares else {}
    rows = [YearRow(year, share, said.get(year)) for year, share in shares.items()]
    table = Table(_YEARS, rows, request.GET, default_sort="-year")
    if download := export(request, table, _("Green procurement")):
        return download
    context = {
        "table": table,
        "as_of": as_of,
        "chart": _chart(rows),
        "sample": any(one.sample for one in found),
    }
    return render(request, "portal/green/procurement.html", context)


def _chart(rows: list[YearRow]) -> Chart | None:
    if not rows:
        return None
    shares = [one.share.share for one in rows]
    said = [one.said.share if one.said else None for one in rows]
    return Chart(
        "green-procurement",
        "path",
        _("Share of green procurement by amount"),
        _("In %(year)s the share was %(share)s %%.") % {"year": rows[-1].year, "share": shares[-1]},
        {
            "kind": "path",
            "unit": "%",
            "years": [one.year for one in rows],
            "series": [
                {
                    "name": _("Purchases on record"),
                    "role": "actual",
                    "values": [_float(one) for one in shares],
                },
                {"name": _("Yearly return"), "role": "path", "values": [_float(one) for one in said]},
            ],
        },
        (_("Year"), _("Purchases on record"), _("Yearly return")),
        tuple(
            (str(row.year), str(a if a is not None else "–"), str(b if b is not None else "–"))
            for row, a, b in zip(rows, shares, said, strict=True)
        ),
    )


def _float(value: Decimal | None) -> float | None:
    return None if value is None else float(value)


_PURCHASES: tuple[Column[Purchase], ...] = (
    sortable("key", gettext_lazy("Number"), lambda r: r.key),
    sortable("item", gettext_lazy("Item"), lambda r: r.item),
    sortable("body", gettext_lazy("Body"), lambda r: r.body),
    Column("day", gettext_lazy("Day"), lambda r: r.day.isoformat(), sort_by=lambda r: r.day),
    sortable("amount", gettext_lazy("Amount (yuan)"), lambda r: r.amount, numeric=True),
    Column(
        "product", gettext_lazy("Listed product"), lambda r: r.product, sort_by=lambda r: r.product or None
    ),
    Column(
        "green",
        gettext_lazy("Counts as green"),
        lambda r: _("yes") if r.green else _why(r),
        sort_by=lambda r: r.why_not,
    ),
)


def _why(one: Purchase) -> str:
    reason = why_not(one.why_not)
    return reason.in_language(language()) if reason else _("no")


@require_safe
@with_plan
def year(request: HttpRequest, plan: ZonePackage, year: int) -> HttpResponse:
    """One year: by body, and every purchase."""
    zone, as_of, tongue = zone_key(), read_as_of(request), language()
    found = purchases(zone, as_of=as_of.moment)
    own = by_year(found).get(year)
    if not own:
        raise Http404
    category = kind_of(zone, "green-purchase").field("category")
    assert category is not None
    names = {one.key: one.name.in_language(tongue) for one in category.choices}
    filters = Filters(
        request.GET,
        [
            Filter(
                "category",
                _("Category"),
                [Choice(key, name) for key, name in names.items()],
                _("All categories"),
            ),
            Filter(
                "is", _("Green"), [Choice("green", _("Green")), Choice("other", _("Not green"))], _("Any")
            ),
        ],
    )
    kept = [
        one
        for one in own
        if (not filters["category"] or one.category == filters["category"])
        and (not filters["is"] or one.green == (filters["is"] == "green"))
        and matches(filters.text, one.key, one.item, one.body, one.product)
    ]
    table = Table(_PURCHASES, kept, request.GET, default_sort="day")
    if download := export(request, table, f"{_('Green procurement')} {year}"):
        return download
    context = {
        "year": year,
        "table": table,
        "filters": filters,
        "as_of": as_of,
        "share": green_share(Text(zh=f"{year}年", en=str(year)), own),
        "bodies": body_shares(found, year),
        "rows": [
            (one, names.get(one.category, one.category), why_not(one.why_not)) for one in table.page_rows
        ],
        "sample": any(one.sample for one in own),
    }
    return render(request, "portal/green/procurement_year.html", context)
