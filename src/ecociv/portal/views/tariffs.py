"""Tiered prices: what is declared, what if it were otherwise, what a household pays."""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.core.decimals import shortest
from ecociv.evidence.declared import DeclarationError, declared_files
from ecociv.plan.package import ZonePackage
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.tables import Column, Table, sortable, url_with
from ecociv.portal.tariff_charts import bill_curve, decile_chart
from ecociv.portal.tariff_forms import ProposalForm, proposal_initial
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language, zone_key
from ecociv.tariffs.actions import may_compile
from ecociv.tariffs.checking import TariffCheck, check_version
from ecociv.tariffs.comparison import GroupEffect, percent
from ecociv.tariffs.consumption import Consumption, generate
from ecociv.tariffs.declaration import (
    Elasticity,
    Tariff,
    Tariffs,
    TariffVersion,
    zone_tariffs,
)
from ecociv.tariffs.papers import HearingFigures, compile_figures
from ecociv.tariffs.schedule import cubic_metres, yuan

HOUSEHOLDS = 50_000
"""Generated households that the page tries a proposal on; a paper takes what it is given."""


@dataclass(frozen=True, slots=True)
class VersionRow:
    """One version of a tariff in the list."""

    tariff: Tariff
    version: TariffVersion
    name: str
    tiers: str
    check: TariffCheck


def tiers_in_words(version: TariffVersion) -> str:
    """Tiers in a line: ``15 m³: 2 · 22 m³: 3 · 6``."""
    return " · ".join(
        f"≤ {shortest(tier.up_to)} m³: {tier.price}" if tier.up_to is not None else f"> : {tier.price}"
        for tier in version.tiers
    )


@lru_cache(maxsize=4)
def households_of(zone: str, utility: str, count: int, _files: tuple[tuple[str, int], ...]) -> Consumption:
    """Generated households, kept between requests until the file of the tariffs changes."""
    declared = zone_tariffs(zone)
    assert declared is not None
    return generate(declared.distributions[utility], count)  # type: ignore[index]


@lru_cache(maxsize=64)
def tried(
    zone: str,
    tariff: Tariff,
    before: TariffVersion,
    after: TariffVersion,
    elasticity: Elasticity,
    _files: tuple[tuple[str, int], ...],
) -> HearingFigures:
    """A proposal tried on the page's households; kept, because the page is open to everybody and the work is not small."""
    declared = zone_tariffs(zone)
    assert declared is not None
    households = generated(declared, tariff)
    return compile_figures(tariff, before, after, households, elasticity)


def generated(declared: Tariffs, tariff: Tariff, count: int = HOUSEHOLDS) -> Consumption:
    """The generated households of a tariff's utility."""
    return households_of(zone_key(), tariff.utility, count, _file())


def _file() -> tuple[tuple[str, int], ...]:
    return declared_files(zone_key(), "tariffs.yaml")


def declared_or_page(request: HttpRequest) -> Tariffs | HttpResponse:
    """The tariffs of the zone, or the page that says how to declare some."""
    try:
        declared = zone_tariffs(zone_key())
    except DeclarationError as error:
        return render(request, "portal/tariffs/none.html", {"fault": str(error)}, status=500)
    return declared or render(request, "portal/tariffs/none.html", {})


_COLUMNS: tuple[Column[VersionRow], ...] = (
    sortable("name", gettext_lazy("Tariff"), lambda r: r.name),
    Column("key", gettext_lazy("Key"), lambda r: r.tariff.key, export_only=True),
    Column(
        "from",
        gettext_lazy("In force"),
        lambda r: str(r.version.validity),
        sort_by=lambda r: r.version.valid_from,
    ),
    Column(
        "accumulation",
        gettext_lazy("Accumulated"),
        lambda r: r.version.accumulation,
        sort_by=lambda r: r.version.months,
    ),
    Column("tiers", gettext_lazy("Tiers (yuan/m³)"), lambda r: r.tiers),
    Column(
        "surcharges",
        gettext_lazy("Surcharges"),
        lambda r: " · ".join(
            f"{one.name.in_language(language())} {one.price}" for one in r.version.surcharges
        ),
    ),
    Column(
        "check",
        gettext_lazy("National guidance"),
        lambda r: " ".join(r.check.verdict.codes) or "ok",
        sort_by=lambda r: str(r.check.verdict.ok),
    ),
    Column(
        "source",
        gettext_lazy("Source"),
        lambda r: r.version.citation.in_language(language()),
        export_only=True,
    ),
)


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Every version of every tariff, with its check against the national guidance."""
    declared = declared_or_page(request)
    if isinstance(declared, HttpResponse):
        return declared
    tongue = language()
    filters = Filters(
        request.GET,
        [
            Filter(
                "utility",
                _("Utility"),
                [Choice("water", _("Water")), Choice("gas", _("Gas"))],
                _("Water and gas"),
            )
        ],
    )
    rows = [
        VersionRow(
            one,
            version,
            one.name.in_language(tongue),
            tiers_in_words(version),
            check_version(one.utility, version, generated(declared, one)),
        )
        for one in declared.tariffs
        if not filters["utility"] or one.utility == filters["utility"]
        for version in one.versions
        if matches(filters.text, one.name.zh, one.name.en, one.key)
    ]
    table = Table(_COLUMNS, rows, request.GET, default_sort="-from")
    if download := export(request, table, _("Tiered prices")):
        return download
    context = {"table": table, "filters": filters, "today": timezone.localdate()}
    return render(request, "portal/tariffs/list.html", context)


@require_safe
@with_plan
def simulator(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Other tiers instead of those in force: bills, households, revenue. The address is the permalink."""
    declared = declared_or_page(request)
    if isinstance(declared, HttpResponse):
        return declared
    chosen = next(
        (one for one in declared.tariffs if one.key == request.GET.get("tariff")), declared.tariffs[0]
    )
    sent = "prices" in request.GET
    initial = proposal_initial(chosen, timezone.localdate())
    form = ProposalForm(declared, request.GET if sent else initial)
    context: dict[str, Any] = {"form": form, "declared": declared.tariffs, "chosen": chosen}
    status = 200
    if form.is_valid():
        figures = tried(zone_key(), form.chosen(), form.before, form.proposal, form.answer(), _file())
        if download := export(request, group_table(figures, request), _("Effect of a proposed tariff")):
            return download
        context |= shown_figures(figures, _persons(request))
        context["may_compile"] = may_compile(request.user, zone_key(), form.chosen())
        context["xlsx_url"] = url_with(request.GET, format="xlsx")
        context["csv_url"] = url_with(request.GET, format="csv")
        context["sent"] = sent
    else:
        status = 422
    return render(request, "portal/tariffs/simulator.html", context, status=status)


def _persons(request: HttpRequest) -> int:
    asked = request.GET.get("persons", "")
    return int(asked) if asked.isascii() and asked.isdigit() and 1 <= int(asked[:3]) <= 12 else 3


_GROUPS: tuple[Column[tuple[str, str, GroupEffect]], ...] = (
    Column("kind", gettext_lazy("Grouped by"), lambda r: r[0]),
    Column("group", gettext_lazy("Group"), lambda r: r[1]),
    Column("households", gettext_lazy("Households"), lambda r: r[2].households, numeric=True),
    Column("use", gettext_lazy("Mean use (m³ a year)"), lambda r: r[2].mean_use, numeric=True),
    Column("before", gettext_lazy("In force (yuan)"), lambda r: r[2].mean_before, numeric=True),
    Column("after", gettext_lazy("Proposal (yuan)"), lambda r: r[2].mean_after, numeric=True),
    Column("change", gettext_lazy("Change (yuan a year)"), lambda r: r[2].mean_change, numeric=True),
    Column("percent", "%", lambda r: r[2].change_percent, numeric=True),
    Column("more", gettext_lazy("Paying more"), lambda r: r[2].paying_more, numeric=True),
    Column("less", gettext_lazy("Paying less"), lambda r: r[2].paying_less, numeric=True),
)


def group_table(figures: HearingFigures, request: HttpRequest) -> Table[tuple[str, str, GroupEffect]]:
    """Every group of a comparison as rows of a file."""
    found = figures.comparison
    names = {one.key: one.name.in_language(language()) for one in figures.after.exemptions}
    rows = [
        *((_("Use"), _("Tenth %(n)s") % {"n": one.key}, one) for one in found.deciles),
        *((_("Persons"), one.key, one) for one in found.sizes),
        *((_("Exemption"), names.get(one.key, one.key or _("None")), one) for one in found.exemptions),
        (_("All"), "", found.whole),
    ]
    return Table(_GROUPS, rows, request.GET)


def shown_figures(figures: HearingFigures, persons: int) -> dict[str, Any]:
    """What pages show of a comparison."""
    found, whole = figures.comparison, figures.comparison.whole
    tongue = language()
    names = {
        one.key: one.name.in_language(tongue)
        for version in (figures.before, figures.after)
        for one in version.exemptions
    }
    names_of_kinds = {"weak": _("weak"), "central": _("central"), "strong": _("strong"), "stated": _("stated")}
    return {
        "figures": figures,
        "whole": whole,
        "curve": bill_curve(figures.before, figures.after, persons),
        "decile_chart": decile_chart(found.deciles),
        "groups": [
            (_("By tenth of the households, by use"), [(one.key, one) for one in found.deciles]),
            (
                _("By household size"),
                [(one.key if one.key != "7" else "7+", one) for one in found.sizes],
            ),
            (
                _("By exemption"),
                [(names.get(one.key, one.key or _("None")), one) for one in found.exemptions],
            ),
        ],
        "revenue_before": yuan(whole.fen_before),
        "revenue_after": yuan(whole.fen_after),
        "revenue_change": yuan(whole.fen_after - whole.fen_before),
        "revenue_percent": whole.change_percent,
        "more_percent": percent(whole.paying_more, whole.households, 1),
        "less_percent": percent(whole.paying_less, whole.households, 1),
        "tiers": [
            (
                place,
                figures.before.tiers[place - 1] if place <= len(figures.before.tiers) else None,
                figures.after.tiers[place - 1] if place <= len(figures.after.tiers) else None,
                percent(found.tiers_after[place - 1], whole.litres)
                if place <= len(figures.after.tiers)
                else None,
            )
            for place in range(1, max(len(figures.before.tiers), len(figures.after.tiers)) + 1)
        ],
        "responses": [
            (
                names_of_kinds[one.kind],
                one,
                cubic_metres(whole.litres - one.litres),
                percent(whole.litres - one.litres, whole.litres),
                yuan(one.fen),
                figures.saving_trace(one),
            )
            for one in found.responses
        ],
        "checks": [
            (_("Tariff in force"), figures.check_before),
            (_("Proposed tariff"), figures.check_after),
        ],
        "trace": figures.change_trace(),
        "households_text": f"{figures.households:,}",
    }
