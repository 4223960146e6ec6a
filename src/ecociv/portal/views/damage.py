"""Environmental damage: the list, and one damage with its valuation, plan of payment and money."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.casework.load import case_type
from ecociv.ledger.money import shown, yuan
from ecociv.ledger.permissions import may_keep
from ecociv.liabilities.damage.actions import TYPE, may_deal_with
from ecociv.liabilities.damage.queries import Position, may_read, position, positions
from ecociv.liabilities.declaration import declared
from ecociv.liabilities.models import Damage
from ecociv.liabilities.valuation.discounting import discount_tables
from ecociv.people.doors import of_the_zone
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import read_as_of
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.liability_forms import MEDIA
from ecociv.portal.right_forms import day_of
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.views.registers import suffix_of
from ecociv.portal.zone import language, zone_key
from ecociv.registers.queries import entries, entry


@dataclass(frozen=True, slots=True)
class DamageRow:
    """One damage in the list."""

    at: Position
    enterprise: str
    state: str

    @property
    def number(self) -> str:
        """Number of its case."""
        return self.at.damage.case.number

    @property
    def title(self) -> str:
        """What it is called."""
        return self.at.damage.case.title


def _money(label: Any, key: str, read: Any) -> Column[DamageRow]:
    return Column(key, label, lambda r: yuan(read(r.at)), sort_by=lambda r: read(r.at), numeric=True)


_COLUMNS: tuple[Column[DamageRow], ...] = (
    Column("number", gettext_lazy("Number"), lambda r: r.number, sort_by=lambda r: r.at.damage.pk),
    sortable("title", gettext_lazy("Title"), lambda r: r.title),
    sortable("enterprise", gettext_lazy("Liable enterprise"), lambda r: r.enterprise),
    Column("state", gettext_lazy("State"), lambda r: r.state, sort_by=lambda r: r.at.damage.case.state),
    Column(
        "happened",
        gettext_lazy("Happened on"),
        lambda r: r.at.damage.happened_on.isoformat(),
        sort_by=lambda r: r.at.damage.happened_on,
    ),
    _money(gettext_lazy("Agreed (yuan)"), "agreed", lambda at: at.agreed),
    _money(gettext_lazy("Paid (yuan)"), "paid", lambda at: at.sums.paid),
    _money(gettext_lazy("Overdue (yuan)"), "overdue", lambda at: at.overdue),
)


@require_safe
@login_required
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Damage on record; an enterprise sees its own."""
    zone, tongue, as_of = zone_key(), language(), read_as_of(request)
    if not of_the_zone(request.user) and not getattr(request.user, "organisation", ""):
        raise PermissionDenied(
            _("Environmental damage is read by people of the zone and by the enterprise concerned.")
        )
    on = day_of(request.GET.get("on"))
    declared_type = case_type(zone, TYPE)
    names = {one.key: one.title for one in entries(zone, "enterprise", on, as_of.moment)}
    filters = Filters(
        request.GET,
        [
            Filter(
                "state",
                _("State"),
                [Choice(key, state.title.in_language(tongue)) for key, state in declared_type.states.items()],
                _("All states"),
            ),
            Filter("pay", _("Payment"), [Choice("late", _("Overdue payment"))], _("All")),
        ],
    )
    rows = [
        row
        for at in positions(zone, on, as_of.moment)
        if may_read(request.user, at.damage)
        and (not filters["state"] or at.damage.case.state == filters["state"])
        and (not filters["pay"] or at.overdue)
        for row in [
            DamageRow(
                at, names.get(at.damage.enterprise, at.damage.enterprise), state_words(at.damage, tongue)
            )
        ]
        if matches(filters.text, row.number, row.title, row.enterprise, at.damage.enterprise)
    ]
    table = Table(_COLUMNS, rows, request.GET, default_sort="-number")
    if download := export(request, table, _("Environmental damage")):
        return download
    context = {
        "table": table,
        "filters": filters,
        "filters_kept": [(key, request.GET[key]) for key in ("on", "as_of") if request.GET.get(key)],
        "as_of": as_of,
        "suffix": suffix_of(request),
        "late": sum(row.at.overdue for row in rows),
        "late_shown": shown(sum(row.at.overdue for row in rows)),
        "may_open": not as_of.moment and of_the_zone(request.user) and _may_open(request.user),
    }
    return render(request, "portal/liabilities/damages.html", context)


def state_words(damage: Damage, tongue: str) -> str:
    """The state of the case in words."""
    state = case_type(damage.zone, TYPE).states.get(damage.case.state)
    return state.title.in_language(tongue) if state else damage.case.state


def _may_open(user: Any) -> bool:
    from ecociv.casework.permissions import may_open

    return bool(may_open(user, zone_key(), case_type(zone_key(), TYPE)).ok)


@require_safe
@login_required
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, pk: int) -> HttpResponse:
    """One damage on a day, as known at a moment."""
    tongue, as_of = language(), read_as_of(request)
    damage = readable_damage(request, pk)
    if as_of.moment and damage.recorded_at > as_of.moment:
        raise Http404(_("It was not on record then."))
    on = day_of(request.GET.get("on"))
    at = position(damage, on, as_of.moment)
    holder = entry(damage.zone, "enterprise", damage.enterprise, on, as_of.moment)
    acts = not as_of.moment and on is None
    deals = acts and may_deal_with(request.user, damage) and damage.case.closed_at is None
    context = {
        "damage": damage,
        "at": at,
        "state": state_words(damage, tongue),
        "medium": dict(MEDIA).get(damage.medium, damage.medium),
        "holder": holder,
        "as_of": as_of,
        "on": on,
        "suffix": suffix_of(request),
        "trace": at.valuation.arithmetic if at.valuation else None,
        "tables": discount_tables(at.valuation.arithmetic) if at.valuation else (),
        "money": {
            "valued": shown(at.valuation.fen) if at.valuation else "",
            "agreed": shown(at.agreed) if at.settlement else "",
            "paid": shown(at.sums.paid),
            "works": shown(at.sums.works),
            "held": shown(at.sums.held),
            "outstanding": shown(at.outstanding),
            "overdue": shown(at.overdue) if at.overdue else "",
            "to_restore": shown(at.to_restore),
        },
        "instalments": [
            (one, shown(one.instalment.fen), shown(one.paid), shown(one.left)) for one in at.instalments
        ],
        "movements": [(one, shown(one.fen)) for one in at.movements],
        "valuations": [
            (one, shown(one.fen))
            for one in damage.valuations.all()
            if not as_of.moment or one.recorded_at <= as_of.moment
        ],
        "sees_case": of_the_zone(request.user),
        "may_value": deals,
        "may_settle": deals and at.valuation is not None,
        "may_book": acts and may_keep(request.user, damage.zone, declared(damage.zone).book.keeper),
    }
    return render(request, "portal/liabilities/damage.html", context)


def readable_damage(request: HttpRequest, pk: int) -> Damage:
    """The damage, or the page that says it is not for the reader."""
    damage = get_object_or_404(Damage.objects.select_related("case"), zone=zone_key(), pk=pk)
    if not may_read(request.user, damage):
        raise PermissionDenied(
            _("Environmental damage is read by people of the zone and by the enterprise concerned.")
        )
    return damage
