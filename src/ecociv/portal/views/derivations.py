"""Derivations: how each figure is made, what is missing for each year, and what depends on what."""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import NoReverseMatch, reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.core.missing import Missing
from ecociv.core.quantities import label_of
from ecociv.indicators.compute import plan_of
from ecociv.indicators.declarations import AnyDerivation, RegisterShare
from ecociv.indicators.derivations import load_derivations
from ecociv.indicators.graph import formula_of, graph_of
from ecociv.indicators.models import IndicatorValue
from ecociv.plan.package import Indicator, Organisation, Series, ZonePackage
from ecociv.portal.as_of import AsOf, read_as_of
from ecociv.portal.collation import collation_key
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.indicator_rows import OfSeries, leading_columns, unit_column
from ecociv.portal.known import read_known
from ecociv.portal.lineage import Lineage, lay_out
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import body_choices, by_name, export, found, with_plan
from ecociv.portal.zone import language

KINDS: dict[str, str | Promise] = {
    "formula": gettext_lazy("Formula from returns"),
    "composition": gettext_lazy("Parts of a whole"),
    "method": gettext_lazy("Method of a standard"),
    "survey_share": gettext_lazy("Stratified survey"),
    "station_share": gettext_lazy("Stations that comply"),
    "patches_union": gettext_lazy("Union of areas"),
    "layer_area": gettext_lazy("Area from layers"),
    "register_share": gettext_lazy("Amounts on a register"),
    "good_day_ratio": gettext_lazy("Days from stations"),
    "reported": gettext_lazy("As reported"),
}


@dataclass(frozen=True, slots=True)
class Year:
    """What there is for one year."""

    year: int
    state: str
    label: str
    sample: bool

    @property
    def short(self) -> str:
        """Its last two digits, for a narrow cell."""
        return f"{self.year % 100:02d}"


@dataclass(frozen=True, slots=True)
class DerivationRow(OfSeries):
    """How one series of the plan is derived."""

    indicator: Indicator
    series: Series
    declared: AnyDerivation
    supplier: Organisation
    inputs: tuple[str, ...]
    years: tuple[Year, ...]

    @property
    def kind(self) -> str:
        """Kind of derivation in words."""
        return str(KINDS[self.declared.kind])

    @property
    def formula(self) -> str:
        """The formula or method in one line."""
        return formula_of(self.declared)

    @property
    def unit(self) -> str:
        """Unit in the reader's language."""
        return label_of(self.declared.unit).in_language(language())

    @property
    def standard(self) -> str:
        """The document that lays it down."""
        cited = self.declared.standard
        return "" if cited is None else f"{cited.number}{f', {cited.clause}' if cited.clause else ''}"

    @property
    def unread(self) -> bool:
        """Whether the document was not read in its primary text."""
        return self.declared.standard is not None and not self.declared.standard.verified

    @property
    def missing(self) -> tuple[int, ...]:
        """Years without a figure that should have one."""
        return tuple(each.year for each in self.years if each.state in {"missing", "none"})

    @property
    def counties(self) -> bool:
        """Whether each county has a figure too."""
        return "county" in self.declared.levels


def _columns() -> list[Column[DerivationRow]]:
    return [
        *leading_columns(),
        Column("kind", gettext_lazy("Derivation"), lambda r: r.kind, sort_by=lambda r: collation_key(r.kind)),
        Column("formula", gettext_lazy("Formula"), lambda r: r.formula, export_only=True),
        Column("inputs", gettext_lazy("Inputs"), lambda r: "; ".join(r.inputs), export_only=True),
        unit_column(),
        Column("decimals", gettext_lazy("Decimals"), lambda r: r.declared.decimals, export_only=True),
        Column("standard", gettext_lazy("Standard"), lambda r: r.standard, export_only=True),
        Column(
            "levels", gettext_lazy("Levels"), lambda r: _("city and counties") if r.counties else _("city")
        ),
        Column(
            "supplier",
            gettext_lazy("Supplied by"),
            lambda r: r.supplier.shown(language()),
            sort_by=lambda r: by_name(r.supplier),
        ),
        Column(
            "missing",
            gettext_lazy("Years"),
            lambda r: ", ".join(map(str, r.missing)),
            sort_by=lambda r: -len(r.missing),
        ),
    ]


def _rows(plan: ZonePackage, years: list[int], as_of: dt.datetime | None) -> list[DerivationRow]:
    declared = load_derivations(plan)
    known: dict[tuple[str, int], tuple[str, bool]] = {}
    values = IndicatorValue.objects.filter(zone=plan.zone.key, place=declared.place).newest(as_of)
    for key, year, missing, sample in values.values_list("series", "year", "missing_kind", "sample"):
        known[key, year] = (missing or "value", sample)
    rows = []
    for indicator in plan.indicators:
        for series in indicator.series:
            rule = declared.by_series[series.key]
            rows.append(
                DerivationRow(
                    indicator,
                    series,
                    rule,
                    plan.resolve(rule.supplier or indicator.supplier.body),
                    tuple(
                        dict.fromkeys(
                            (*registers_read(rule), *(f"{item.form}: {item.cell}" for _, item in rule.cells))
                        )
                    ),
                    tuple(_year(year, known.get((series.key, year))) for year in years),
                )
            )
    return rows


def registers_read(rule: AnyDerivation) -> tuple[str, ...]:
    """The register and its field that a derivation adds up."""
    return (f"{rule.register_}: {rule.amount}",) if isinstance(rule, RegisterShare) else ()


def _year(year: int, state: tuple[str, bool] | None) -> Year:
    if state is None:
        return Year(year, "none", _("not computed"), False)
    kind, sample = state
    if kind == "value":
        return Year(year, "value", _("sample") if sample else _("there"), sample)
    return Year(year, kind, Missing(kind).label.in_language(language()), sample)


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Every series of the plan: kind, formula, inputs, supplier, and each year's state."""
    known = read_known(request, plan)
    plan = known.plan
    values = IndicatorValue.objects.filter(zone=plan.zone.key)
    if known.moment:
        values = values.filter(computed_at__lte=known.moment)
    years = sorted({plan.zone.base_year, *values.order_by().values_list("year", flat=True).distinct()})
    rows = _rows(plan, years, known.moment)
    used = {row.declared.kind for row in rows}
    filters = Filters(
        request.GET,
        [
            Filter(
                "kind",
                _("Derivation"),
                [Choice(k, str(v)) for k, v in KINDS.items() if k in used],
                _("All kinds"),
            ),
            Filter(
                "supplier", _("Supplied by"), body_choices([row.supplier for row in rows]), _("All bodies")
            ),
            Filter("missing", _("Missing in"), [Choice(str(y), str(y)) for y in years], _("Any year")),
        ],
    )
    kept = [row for row in rows if _keep(row, filters)]
    table = Table(_columns(), kept, request.GET, default_sort="number", page_size=100)
    if download := export(request, table, _("Derivations"), known.as_of):
        return download
    gaps = Counter(year for row in rows for year in row.missing)
    context = {
        "table": table,
        "filters": filters,
        "years": years,
        "gaps": [(year, len(rows) - gaps[year], len(rows)) for year in years],
        "known": known,
        "as_of": known.as_of,
        "filters_kept": (("as_of", known.as_of.asked),) if known.moment else (),
    }
    return render(request, "portal/derivations/list.html", context)


def _keep(row: DerivationRow, filters: Filters) -> bool:
    if filters["kind"] and row.declared.kind != filters["kind"]:
        return False
    if filters["supplier"] and row.supplier.key != filters["supplier"]:
        return False
    if filters["missing"] and filters["missing"] not in map(str, row.missing):
        return False
    name = row.indicator.series_name(row.series)
    return filters.text == str(row.indicator.number) or matches(
        filters.text, name.zh, name.en, row.formula, *row.inputs
    )


@require_safe
@with_plan
def lineage(request: HttpRequest, plan: ZonePackage, number: int) -> HttpResponse:
    """What one indicator rests on, from the evidence to the figure, as a drawing and as a list."""
    as_of = read_as_of(request)
    plan = plan if as_of.moment is None else plan_of(plan.zone.key, as_of.moment)
    indicator = found(plan.indicator, number)
    graph = graph_of(plan.zone.key, number, as_of=as_of.moment)
    place = plan.indicators.index(indicator)
    declared = load_derivations(plan)
    context = {
        "indicator": indicator,
        "as_of": as_of,
        "drawn": drawn(graph, as_of),
        "nodes": [
            node | {"words": node["label"][language()], "note": _note(node), "url": _address(node, as_of)}
            for node in graph["nodes"]
        ],
        "columns": COLUMNS,
        "rules": [
            (indicator.series_name(series), declared.by_series[series.key]) for series in indicator.series
        ],
        "formulas": {series.key: formula_of(declared.by_series[series.key]) for series in indicator.series},
        "previous": plan.indicators[place - 1] if place else None,
        "following": plan.indicators[place + 1] if place + 1 < len(plan.indicators) else None,
    }
    return render(request, "portal/derivations/lineage.html", context)


COLUMNS: tuple[tuple[int, str | Promise], ...] = (
    (0, gettext_lazy("Evidence")),
    (1, gettext_lazy("Inputs")),
    (2, gettext_lazy("Derived")),
    (3, gettext_lazy("Indicator")),
)


def drawn(graph: Mapping[str, Any], as_of: AsOf) -> Lineage:
    """The graph laid out in the reader's language; its links look from the same moment."""
    tongue = language()
    return lay_out(
        graph["nodes"],
        graph["edges"],
        words={node["id"]: node["label"][tongue] for node in graph["nodes"]},
        notes={node["id"]: _note(node) for node in graph["nodes"]},
        addresses={node["id"]: _address(node, as_of) for node in graph["nodes"]},
    )


def _note(node: Mapping[str, Any]) -> str:
    """The second line of a node: how many places, the unit, a constant."""
    if node.get("places", 1) > 1:
        return _("%(count)s places") % {"count": node["places"]}
    if node.get("value"):
        return str(node["value"])
    if node.get("unit"):
        return label_of(node["unit"]).in_language(language())
    return ""


def _address(node: Mapping[str, Any], as_of: AsOf) -> str:
    """Where a node leads: the indicator, the form it is reported on; nowhere where there is no page."""
    try:
        if node["kind"] == "indicator":
            return reverse("portal:indicator", args=[node["number"]]) + as_of.suffix
        if node.get("register"):
            return reverse("portal:register", args=[node["register"]]) + as_of.suffix
        if node.get("form"):
            return f"{reverse('portal:returns')}?form={node['form']}"
    except NoReverseMatch:
        return ""
    return ""
