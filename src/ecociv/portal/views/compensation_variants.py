"""The variants of an agreement that were kept: the list, one with its terms, computing it again, removing and bringing back."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from ecociv.compensation.agreements.declaration import Agreement, OutOfForce
from ecociv.compensation.simulations.actions import MoveVariant, VariantRefused, may_put_away
from ecociv.compensation.simulations.models import KeptVariant
from ecociv.compensation.simulations.queries import computed_again, is_away, kept_variant, kept_variants
from ecociv.compensation.simulations.terms import TermRefused, lines_of
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import read_as_of
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.internal import internal
from ecociv.portal.simulated import Compared
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.views.compensation import declared
from ecociv.portal.views.ledger import body_name
from ecociv.portal.zone import language, zone_key


@dataclass(frozen=True, slots=True)
class VariantRow:
    """A kept variant in the list."""

    variant: KeptVariant
    agreement: str
    away: bool

    @property
    def years(self) -> str:
        """The years it was computed for."""
        return f"{self.variant.first_year}–{self.variant.last_year}"


_COLUMNS: tuple[Column[VariantRow], ...] = (
    Column("number", gettext_lazy("No."), lambda r: r.variant.reference, sort_by=lambda r: r.variant.serial),
    sortable("title", gettext_lazy("Variant"), lambda r: r.variant.title),
    sortable("agreement", gettext_lazy("Agreement"), lambda r: r.agreement),
    sortable("years", gettext_lazy("Years"), lambda r: r.years),
    sortable("net", gettext_lazy("Upstream net, yuan"), lambda r: r.variant.net, numeric=True),
    sortable("change", gettext_lazy("Upstream more (less), yuan"), lambda r: r.variant.change, numeric=True),
    sortable("author", gettext_lazy("Who kept it"), lambda r: r.variant.author_name),
    Column(
        "recorded",
        gettext_lazy("Kept on"),
        lambda r: timezone.localtime(r.variant.recorded_at).strftime("%Y-%m-%d %H:%M"),
        sort_by=lambda r: r.variant.recorded_at,
    ),
    Column(
        "state",
        gettext_lazy("State"),
        lambda r: _("removed") if r.away else _("kept"),
        sort_by=lambda r: r.away,
    ),
    Column("digest", gettext_lazy("Digest"), lambda r: r.variant.digest, export_only=True),
)


@require_safe
@internal
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The variants as known at a moment."""
    as_of = read_as_of(request)
    titles = _titles()
    filters = Filters(
        request.GET,
        [
            Filter(
                "agreement", _("Agreement"), [Choice(*pair) for pair in titles.items()], _("All agreements")
            ),
            Filter("is", _("State"), [Choice("all", _("Removed ones too"))], _("Those that stand")),
        ],
    )
    found = kept_variants(zone_key(), filters["agreement"], away=filters["is"] == "all", as_of=as_of.moment)
    rows = [
        VariantRow(each, titles.get(each.agreement, each.agreement), is_away(each))
        for each in found
        if matches(filters.text, each.title, each.note, each.author_name, each.reference)
    ]
    table = Table(_COLUMNS, rows, request.GET, default_sort="-number")
    if download := export(request, table, _("Kept variants"), as_of):
        return download
    return render(
        request, "portal/compensation/variants.html", {"table": table, "filters": filters, "as_of": as_of}
    )


def _titles() -> dict[str, str]:
    found = declared()
    return {each.key: each.title.in_language(language()) for each in (found.agreements if found else ())}


def _variant(serial: int) -> KeptVariant:
    found = kept_variant(zone_key(), serial)
    if found is None:
        raise Http404(_("There is no such variant."))
    return found


@require_safe
@internal
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, serial: int) -> HttpResponse:
    """One variant: its terms, what they came to, and whether it still comes to the same."""
    variant = _variant(serial)
    agreement = variant.declared
    context: dict[str, Any] = {
        "variant": variant,
        "agreement": agreement,
        "terms": lines_of(variant.terms),
        "away": variant.put_away,
        "moves": variant.moves.order_by("pk"),
        "may_move": may_put_away(request.user, variant),
        "simulator": _simulator(variant),
        "declared_since": _declared_since(agreement),
    }
    if "again" in request.GET or "format" in request.GET:
        try:
            again = computed_again(variant)
        except (OutOfForce, TermRefused) as refused:
            context["refused"] = refused.text.in_language(language())
        else:
            compared = Compared(again.made, (variant.title,), lambda key: body_name(plan, key))
            table = Table(compared.columns(_("Year")), [*compared.years(), compared.whole()], {})
            if download := export(request, table, f"{variant.reference} {variant.title}"):
                return download
            context |= {
                "again": again,
                "labels": compared.labels,
                "rows": compared.years(),
                "whole": compared.whole(),
                "chart": compared.chart(),
            }
    return render(request, "portal/compensation/variant.html", context)


def _simulator(variant: KeptVariant) -> str:
    """The address that takes the variant over into the simulator, with the evidence known today."""
    query = {
        "agreement": variant.agreement, "first": variant.first_year, "last": variant.last_year,
        "start.a": f"kept:{variant.serial}", "take": "a",
    }  # fmt: skip
    return f"{reverse('portal:compensation-simulator')}?{urlencode(query)}"


def _declared_since(then: Agreement) -> bool:
    """Whether the agreement is declared otherwise today."""
    found = declared()
    if found is None or then.key not in found.agreement_keys():
        return True
    return found.agreement(then.key) != then


@require_POST
@internal
@with_plan
def move(request: HttpRequest, plan: ZonePackage, serial: int) -> HttpResponse:
    """Remove a variant, or bring it back."""
    variant, away = _variant(serial), request.POST.get("step") != "restore"
    try:
        MoveVariant(variant=variant, away=away, author=request.user).execute()
    except VariantRefused as refused:
        messages.error(request, refused.text.in_language(language()))
    else:
        said = (
            _("%(variant)s was removed; it can be brought back here.")
            if away
            else _("%(variant)s stands again.")
        )
        messages.success(request, said % {"variant": variant})
    return redirect("portal:compensation-variant", serial)
