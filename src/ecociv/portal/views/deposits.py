"""What is still to be restored, and the money of mines: list, one mine, booking."""

from __future__ import annotations

from decimal import Decimal
from functools import partial
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from ecociv.core.missing import Missing
from ecociv.ledger.money import shown, yuan
from ecociv.ledger.permissions import may_keep, require_keeper
from ecociv.liabilities.declaration import declared
from ecociv.liabilities.deposits.actions import MoveDepositMoney
from ecociv.liabilities.deposits.queries import MinePosition, mine_positions, readable
from ecociv.liabilities.queries import Due, due, total_due
from ecociv.people.doors import of_the_zone, people_of_the_zone
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import read_as_of
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.quality_charts import Drawn
from ecociv.portal.right_forms import day_of
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.views.damage_forms import booked, kind_words, money_form
from ecociv.portal.views.registers import suffix_of
from ecociv.portal.zone import language, zone_key
from ecociv.registers.queries import entries

_CHARTED = 20
"""Liabilities drawn, the largest; the table has them all."""


def _known(amount: object) -> Decimal | None:
    return amount if isinstance(amount, Decimal) else None


_DUE_COLUMNS: tuple[Column[Due], ...] = (
    Column("kind", gettext_lazy("What"), lambda r: due_words(r.kind), sort_by=lambda r: r.kind),
    sortable("key", gettext_lazy("Number"), lambda r: r.key),
    sortable("title", gettext_lazy("Title"), lambda r: r.title),
    sortable("holder", gettext_lazy("Enterprise"), lambda r: r.holder),
    Column(
        "amount",
        gettext_lazy("Still to be restored (yuan)"),
        lambda r: r.amount.label.in_language(language()) if isinstance(r.amount, Missing) else r.amount,
        sort_by=lambda r: _known(r.amount),
        numeric=True,
    ),
    sortable("secured", gettext_lazy("Secured (yuan)"), lambda r: r.secured, numeric=True),
)


def due_words(kind: str) -> str:
    """What a liability is, in words."""
    return _("Damage") if kind == "damage" else _("Mine")


@require_safe
@people_of_the_zone
@with_plan
def overview(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """What is still to be restored in the zone, on a day and as known at a moment."""
    zone, as_of = zone_key(), read_as_of(request)
    on = day_of(request.GET.get("on"))
    filters = Filters(
        request.GET,
        [Filter("kind", _("What"), [Choice("damage", _("Damage")), Choice("mine", _("Mine"))], _("All"))],
    )
    rows = [
        one
        for one in due(zone, on, as_of.moment)
        if (not filters["kind"] or one.kind == filters["kind"])
        and matches(filters.text, one.key, one.title, one.holder)
    ]
    table = Table(_DUE_COLUMNS, rows, request.GET, default_sort="-amount")
    if download := export(request, table, _("Restoration due")):
        return download
    names = {one.key: one.title for one in entries(zone, "enterprise", on, as_of.moment)}
    total = total_due(zone, on, as_of.moment)
    pages = _damage_pages(rows)
    context = {
        "table": table,
        "rows": [
            (
                one,
                due_words(one.kind),
                names.get(one.holder, one.holder),
                _cell(_known(one.amount)) or None,
                _cell(one.secured),
                pages.get(one.key),
            )
            for one in table.page_rows
        ],
        "total": total,
        "total_shown": _cell(total.value),
        "chart": _chart(rows),
        "filters": filters,
        "filters_kept": [(key, request.GET[key]) for key in ("on", "as_of") if request.GET.get(key)],
        "as_of": as_of,
        "on": on,
        "suffix": suffix_of(request),
    }
    return render(request, "portal/liabilities/due.html", context)


def _damage_pages(rows: list[Due]) -> dict[str, int]:
    from ecociv.liabilities.models import Damage

    numbers = [one.key for one in rows if one.kind == "damage"]
    return dict(
        Damage.objects.filter(zone=zone_key(), case__number__in=numbers).values_list("case__number", "pk")
    )


def _chart(rows: list[Due]) -> Drawn | None:
    known = sorted(
        (one for one in rows if _known(one.amount) is not None),
        key=lambda one: _known(one.amount) or 0,
        reverse=True,
    )[:_CHARTED]
    if not known:
        return None
    # 10^4 yuan: the axis has room for no more figures.
    amounts = [round(float(_known(one.amount) or 0) / 1e4, 2) for one in known]
    secured = [round(float(one.secured) / 1e4, 2) for one in known]
    labels = [one.title for one in known]
    names = _("Still to be restored"), _("Secured")
    payload: dict[str, Any] = {
        "kind": "bars",
        "labels": labels,
        "unit": _("10⁴ yuan"),
        "series": [
            {"role": "own", "name": names[0], "values": amounts},
            {"role": "beside", "name": names[1], "values": secured},
        ],
    }
    return Drawn(
        "due",
        _("Restoration still due, and what is secured for it (10⁴ yuan)"),
        _("%(name)s has the most to restore.") % {"name": labels[0]},
        payload,
        (_("Title"), *names),
        tuple(
            (label, f"{one:,.2f}", f"{two:,.2f}")
            for label, one, two in zip(labels, amounts, secured, strict=True)
        ),
    )


def _fen_column(key: str, label: Any, read: Any) -> Column[MinePosition]:
    def value(row: MinePosition) -> Decimal | None:
        found = read(row)
        return None if found is None else yuan(found)

    return Column(key, label, value, sort_by=value, numeric=True)


_COLUMNS: tuple[Column[MinePosition], ...] = (
    # On the page it stands under the name: nine columns would not fit a desk's width.
    Column(
        "key",
        gettext_lazy("Mining right"),
        lambda r: r.entry.key,
        sort_by=lambda r: r.entry.key,
        export_only=True,
    ),
    sortable("mine", gettext_lazy("Mine"), lambda r: r.entry.title),
    Column(
        "state",
        gettext_lazy("State"),
        lambda r: r.entry.state_name.in_language(language()),
        sort_by=lambda r: r.entry.state,
    ),
    _fen_column("called", gettext_lazy("Called (yuan)"), lambda r: r.called_fen),
    _fen_column("paid", gettext_lazy("Paid in (yuan)"), lambda r: r.sums.paid),
    _fen_column("works", gettext_lazy("Spent on works (yuan)"), lambda r: r.sums.works),
    _fen_column("held", gettext_lazy("Held (yuan)"), lambda r: r.sums.held),
    _fen_column("short", gettext_lazy("Short (yuan)"), lambda r: r.short),
    _fen_column("due", gettext_lazy("Still to be restored (yuan)"), lambda r: r.to_restore),
)


@require_safe
@login_required
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The mines with their money; an enterprise sees its own."""
    zone, as_of = zone_key(), read_as_of(request)
    if not of_the_zone(request.user) and not getattr(request.user, "organisation", ""):
        raise PermissionDenied(_("The money of a mine is read by people of the zone and by its holder."))
    on = day_of(request.GET.get("on"))
    filters = Filters(
        request.GET, [Filter("is", _("Security"), [Choice("short", _("Short of what is called"))], _("All"))]
    )
    rows = [
        one
        for one in readable(request.user, mine_positions(zone, on, as_of.moment))
        if (not filters["is"] or one.short)
        and matches(filters.text, one.entry.key, one.entry.title, one.entry.holder)
    ]
    table = Table(_COLUMNS, rows, request.GET, default_sort="key")
    if download := export(request, table, _("Mine restoration")):
        return download
    context = {
        "table": table,
        "rows": [
            (
                one,
                one.entry.state_name.in_language(language()),
                [(column.label, _cell(column.value(one))) for column in _COLUMNS[3:]],
            )
            for one in table.page_rows
        ],
        "regime": rows[0].regime if rows else None,
        "filters": filters,
        "filters_kept": [(key, request.GET[key]) for key in ("on", "as_of") if request.GET.get(key)],
        "as_of": as_of,
        "on": on,
        "suffix": suffix_of(request),
    }
    return render(request, "portal/liabilities/mines.html", context)


def _cell(value: Any) -> str:
    return "" if value is None else f"{value:,.2f}"


@require_safe
@login_required
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, key: str) -> HttpResponse:
    """One mine: what is called with its arithmetic, and every movement."""
    as_of, on = read_as_of(request), day_of(request.GET.get("on"))
    one = _mine(request, key)
    context = {
        "one": one,
        "state": one.entry.state_name.in_language(language()),
        "figures": [(column.label, _cell(column.value(one))) for column in _COLUMNS[3:]],
        "movements": [(each, shown(each.fen)) for each in one.movements],
        "as_of": as_of,
        "on": on,
        "suffix": suffix_of(request),
        "may_book": not as_of.moment
        and on is None
        and may_keep(request.user, zone_key(), declared(zone_key()).book.keeper),
    }
    return render(request, "portal/liabilities/mine.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@people_of_the_zone
@with_plan
def money(request: HttpRequest, plan: ZonePackage, key: str, kind: str) -> HttpResponse:
    """Book what a mine paid in, accepted works, or what is given back."""
    one = _mine(request, key)
    require_keeper(request.user, zone_key(), declared(zone_key()).book.keeper)
    title, form = kind_words(kind), money_form(request)
    action = partial(MoveDepositMoney, zone=zone_key(), right=key, kind=kind)
    if request.method == "POST" and form.is_valid() and booked(request, form, action):
        return redirect("portal:deposit", key=key)
    context = {"form": form, "title": title, "button": _("Book it"), "mine": one}
    return render(request, "portal/liabilities/form.html", context)


def _mine(request: HttpRequest, key: str) -> MinePosition:
    found = mine_positions(zone_key(), day_of(request.GET.get("on")), read_as_of(request).moment, key=key)
    if not found:
        raise Http404(_("There was no such mine on the register."))
    seen = readable(request.user, found)
    if not seen:
        raise PermissionDenied(_("The money of a mine is read by people of the zone and by its holder."))
    return seen[0]
