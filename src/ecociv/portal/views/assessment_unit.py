"""The score of one unit: categories, items with reasons, and the arithmetic down to the readings."""

from __future__ import annotations

from decimal import Decimal

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ecociv.assessment.rules import ItemResult, UnitResult
from ecociv.core.quantities import label_of, with_unit
from ecociv.people.doors import people_of_the_zone
from ecociv.plan.package import ZonePackage
from ecociv.portal.assessed import Assessed, assessed, number_text, short_text, unit_or_404
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language


@require_safe
@people_of_the_zone
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, pk: int, unit: str) -> HttpResponse:
    """One unit of a round: frozen once it is signed off, else as it stands now."""
    found = assessed(request.user, pk)
    result = found.results[unit_or_404(found, unit)]
    table = Table(_columns(), list(result.items.values()), request.GET)
    tongue = language()
    if download := export(request, table, f"{result.name.in_language(tongue)} {found.year}"):
        return download
    context = {
        "found": found,
        "unit": unit,
        "result": result,
        "total": number_text(result.total),
        "base": number_text(result.base),
        "plus": number_text(result.plus),
        "minus": number_text(result.minus),
        "contribution": number_text(result.contribution),
        "group": found.rules.peer_groups[result.group].title,
        "interval": found.interval(unit),
        "coverage": _percent(found),
        "reasons": result.reasons,
        "categories": [_category(result, key) for key in result.categories],
        "points": _points(result),
        "limits": _limits(result),
        "peers": [(key, each.name) for key, each in found.units.items()],
        "table": table,
    }
    return render(request, "portal/assessment/unit.html", context)


def figure_text(item: ItemResult) -> str:
    """The figure with its unit, or the kind of its absence; "" for a score that a person gave."""
    tongue = language()
    if item.value is not None:
        unit = found_unit(item)
        return with_unit(short_text(item.value), label_of(unit), tongue)
    return item.missing.label.in_language(tongue) if item.missing else ""


def found_unit(item: ItemResult) -> str:
    """Unit expression of an item."""
    return item.assessment.rules.items[item.key].unit


def _category(result: UnitResult, key: str) -> dict[str, object]:
    category = result.categories[key]
    return {
        "key": key,
        "title": category.title,
        "score": number_text(category.score),
        "weight": short_text(category.weight),
        "items": [
            {
                "key": item.key,
                "title": item.title,
                "figure": figure_text(item),
                "score": number_text(item.score),
                "weight": short_text(item.weight),
                "effective": short_text(item.effective_weight),
                "shared": item.effective_weight != item.weight,
                "points": _to_thousandths(item.points),
                "counts": item.score is not None,
                "sample": item.sample,
                "reasons": item.reasons,
                "about": item.assessment.rules.items[item.key].about,
                "basis": item.assessment.rules.items[item.key].basis or item.assessment.rules.basis,
                "trace": item.trace,
            }
            for item in category.items.values()
        ],
    }


def _points(result: UnitResult) -> list[dict[str, object]]:
    """Plus and minus points, with what was counted."""
    rules = result.assessment.rules
    rows = []
    for key, points in result.adjustments.items():
        declared, entry = rules.adjustments[key], result.assessment.entry(result.unit, key)
        value, missing = getattr(entry, "value", None), getattr(entry, "missing", None)
        rows.append(
            {
                "title": declared.title,
                "sign": "+" if declared.sign == "plus" else "−",
                "points": number_text(points),
                "any": bool(points),
                "counted": missing.label.in_language(language()) if missing else short_text(value),
                "each": short_text(declared.each),
                "limit": short_text(declared.limit),
                "trace": getattr(entry, "trace", None),
                "sample": entry.sample,
            }
        )
    return rows


def _limits(result: UnitResult) -> list[tuple[object, bool, str]]:
    """Vetoes and caps with whether each was triggered, and what was counted."""
    rules = result.assessment.rules
    rows: list[tuple[object, bool, str]] = []
    for key, veto in rules.vetoes.items():
        entry = result.assessment.entry(result.unit, key)
        missing = getattr(entry, "missing", None)
        shown = (
            missing.label.in_language(language()) if missing else short_text(getattr(entry, "value", None))
        )
        rows.append((veto.title, key in result.triggered, shown))
    return rows + [(cap.title, key in result.triggered, "") for key, cap in rules.caps.items()]


def _to_thousandths(points: Decimal | None) -> str:
    """Points for the eye; the file holds all digits, and sums use exact fractions."""
    return number_text(None if points is None else points.quantize(Decimal("0.001")))


def _percent(found: Assessed) -> str:
    spread = found.rules.uncertainty
    return "" if spread is None else short_text(spread.coverage * 100)


def _columns() -> list[Column[ItemResult]]:
    tongue = language()
    return [
        Column(
            "category",
            _("Category"),
            lambda r: r.assessment.rules.categories[r.category].title.in_language(tongue),
        ),
        Column("item", _("Item"), lambda r: r.title.in_language(tongue)),
        Column("key", _("Key"), lambda r: r.key),
        Column("figure", _("Figure"), figure_text, numeric=True),
        Column("score", _("Score"), lambda r: r.score, numeric=True),
        Column("weight", _("Weight"), lambda r: r.weight, numeric=True),
        Column("effective", _("Weight after sharing out"), lambda r: r.effective_weight, numeric=True),
        Column("points", _("Points"), lambda r: r.points, numeric=True),
        Column("why", _("Why"), lambda r: " ".join(each.text.in_language(tongue) for each in r.reasons)),
        Column("source", _("Source"), lambda r: r.entry.source),
        Column("revision", _("Revision"), lambda r: getattr(r.entry, "revision", None)),
        Column("sample", _("Sample data"), lambda r: _("yes") if r.sample else ""),
    ]
