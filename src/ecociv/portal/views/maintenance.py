"""Declared maintenance of stations: the windows on record, and the form that adds one."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterable

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_http_methods, require_safe

from ecociv.evidence.models import Series
from ecociv.evidence.quality.decide import AlreadyDeclared, DeclareMaintenance
from ecociv.evidence.quality.declaration import load_rules
from ecociv.evidence.quality.queries import DeclaredWindow, declared_windows
from ecociv.people.permissions import allowed
from ecociv.people.policy import Action
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import LOCAL, read_as_of
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.maintenance_form import MaintenanceForm
from ecociv.portal.quality_access import suppliers
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language


def declarable(request: HttpRequest, plan: ZonePackage) -> list[Series]:
    """Series of networks with rules for which the account may declare maintenance: its own body's, or all for the office."""
    zone, today = plan.zone.key, timezone.localdate()
    if not getattr(request.user, "is_authenticated", False):
        return []
    found = Series.objects.filter(network__in=load_rules(zone).keys).exclude(place=None)
    series = list(found.select_related("place", "property", "sensor").order_by("key"))
    if allowed(request.user, Action.RECORD_EVIDENCE, zone=zone):
        return series
    return [
        each
        for each in series
        if (lead := suppliers(plan, each, today))
        and allowed(request.user, Action.RECORD_EVIDENCE, zone=zone, lead=lead)
    ]


def lateness(one: DeclaredWindow) -> str:
    """When it was declared, in words."""
    if not one.late_days:
        return _("before it began")
    days = int(one.late_days)
    if not days:
        return _("on the day after it began") if one.window.declared_at.astimezone(LOCAL).date() > one.window.starts_at.astimezone(LOCAL).date() else _("on the day, after it began")  # fmt: skip
    return ngettext("%(days)s day after it began", "%(days)s days after it began", days) % {"days": days}


def _instrument(one: DeclaredWindow) -> str:
    series = one.window.series
    return series.property.name.in_language(language()) if series else _("all instruments")


def _moment(moment: dt.datetime) -> str:
    return moment.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M")


def _columns() -> list[Column[DeclaredWindow]]:
    return [
        Column("place", gettext_lazy("Place"), lambda r: r.window.place.name.in_language(language()), sort_by=lambda r: r.window.place.key),
        Column("instrument", gettext_lazy("Instrument"), _instrument, sort_by=_instrument),
        Column("from", gettext_lazy("From"), lambda r: _moment(r.window.starts_at), sort_by=lambda r: r.window.starts_at),
        Column("to", gettext_lazy("To"), lambda r: _moment(r.window.ends_at), sort_by=lambda r: r.window.ends_at),
        Column("reason", gettext_lazy("What was done"), lambda r: r.window.reason),
        Column("declared", gettext_lazy("Declared"), lambda r: _moment(r.window.declared_at), sort_by=lambda r: r.window.declared_at),
        Column("late", gettext_lazy("Days late"), lambda r: round(r.late_days, 1), sort_by=lambda r: r.late_days, export_only=True),
        Column("by", gettext_lazy("Declared by"), lambda r: r.window.author_name, sort_by=lambda r: r.window.author_name),
        Column("sample", gettext_lazy("Sample data"), lambda r: _("yes") if r.window.sample else _("no"), export_only=True),
    ]  # fmt: skip


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Every declared window as known on the day, the newest first."""
    as_of = read_as_of(request)
    rows = declared_windows(plan.zone.key, as_of=as_of.moment)
    tongue = language()
    places = {row.window.place.key: row.window.place.name.in_language(tongue) for row in rows}
    filters = Filters(
        request.GET,
        [
            Filter("place", _("Place"), [Choice(key, name) for key, name in sorted(places.items())], _("All places")),
            Filter("late", _("Declared"), [Choice("yes", _("After it began")), Choice("no", _("Before it began"))], _("All")),
        ],
    )  # fmt: skip
    table = Table(_columns(), list(_kept(rows, filters)), request.GET, default_sort="-from", page_size=50)
    if download := export(request, table, _("Declared maintenance")):
        return download
    context = {
        "table": table,
        "rows": [(row, _instrument(row), lateness(row)) for row in table.page_rows],
        "filters": filters,
        "as_of": as_of,
        "total": len(rows),
        "may_declare": bool(declarable(request, plan)),
    }
    return render(request, "portal/quality/maintenance.html", context)


def _kept(rows: Iterable[DeclaredWindow], filters: Filters) -> Iterable[DeclaredWindow]:
    for row in rows:
        window = row.window
        if filters["place"] and filters["place"] != window.place.key:
            continue
        if filters["late"] and (filters["late"] == "yes") != (row.late_days > 0):
            continue
        if matches(
            filters.text, window.reason, window.place.name_zh, window.place.name_en, window.author_name
        ):
            yield row


@require_http_methods(["GET", "HEAD", "POST"])
@with_plan
def declare(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The form; declaring late is allowed and said."""
    instruments = declarable(request, plan)
    if not instruments:
        raise PermissionDenied(
            _(
                "Maintenance is declared by the body that runs the station, or by the office of the leading group."
            )
        )
    form = MaintenanceForm(instruments, request.POST or None)
    if request.method == "POST" and form.is_valid() and _declared(request, plan, form):
        return redirect(reverse("portal:quality-maintenance"))
    context = {"form": form}
    return render(
        request,
        "portal/quality/declare.html",
        context,
        status=422 if request.method == "POST" else 200,
    )


def _declared(request: HttpRequest, plan: ZonePackage, form: MaintenanceForm) -> bool:
    """Record what the form says; false when it is on record already."""
    place, key, sample = form.subject()
    concerned = [form.series[key]] if key else [s for s in form.series.values() if (s.place.key, s.sample) == (place, sample)]  # fmt: skip
    leads = [suppliers(plan, series, timezone.localdate()) for series in concerned]
    try:
        window = DeclareMaintenance(
            place,
            form.cleaned_data["start"],
            form.cleaned_data["end"],
            form.cleaned_data["reason"],
            request.user,
            series=key,
            zone=plan.zone.key,
            # a body declares for a whole station only where every instrument of it is its own
            lead=frozenset.intersection(*leads),
            sample=sample,
        ).execute()
    except AlreadyDeclared:
        form.add_error(None, _("This maintenance is on record already; nothing was added."))
        return False
    made = DeclaredWindow(window)
    if made.late_days:
        messages.warning(
            request,
            _("Declared %(when)s; that stays on record with it. Its readings are left out from the next run of quality control on.")
            % {"when": lateness(made)},
        )  # fmt: skip
    else:
        messages.success(
            request, _("Declared. Its readings are left out from the next run of quality control on.")
        )
    return True
