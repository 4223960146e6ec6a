"""What if: other figures, weights and days of completion, and which few tasks move the score most. Nothing is recorded."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ecociv.assessment.rules import (
    Best,
    Difference,
    Figure,
    InputError,
    SetDone,
    SetValue,
    Unit,
    most_effective,
    what_if,
)
from ecociv.people.doors import people_of_the_zone
from ecociv.plan.package import ZonePackage
from ecociv.portal.assessed import Assessed, assessed, number_text, short_text, signed_text
from ecociv.portal.assessment_changes import Tried, duties_of, read_changes
from ecociv.portal.views.assessment_unit import figure_text
from ecociv.portal.views.common import with_plan
from ecociv.supervision.ladder.names import subject_name

MOST = 5
EXACT_UP_TO = 8
"""With more tasks than this, sets are built up step by step: the page answers within a second or two."""


@require_safe
@people_of_the_zone
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, pk: int) -> HttpResponse:
    """The form, before and after, and the tasks worth most."""
    found = assessed(request.user, pk)
    unit = _unit(request, found)
    tried, difference, best = Tried(), None, None
    if unit:
        tried = read_changes(request.GET.dict(), found.rules, found.inputs[unit], unit)
        difference = _difference(found, tried)
        if request.GET.get("best"):
            best = _best(found, unit, tried)
    context = {
        "found": found,
        "unit": unit,
        "name": found.units[unit].name if unit else "",
        "units": [(key, each.name) for key, each in found.units.items()],
        "tried": tried,
        "summary": _summary(found, unit, difference) if difference else None,
        "moved": _moved(found, unit, difference) if difference else [],
        "others": _others(found, unit, difference) if difference else [],
        "fields": _fields(found, unit, tried) if unit else {},
        "duties": _duties(found, unit, tried, plan) if unit else [],
        "best": _shown(best, plan) if best else None,
        "asked_best": bool(request.GET.get("best")),
        "link": request.build_absolute_uri(),
    }
    return render(request, "portal/assessment/what_if.html", context)


def _unit(request: HttpRequest, found: Assessed) -> str:
    asked = request.GET.get("unit", "")
    return asked if asked in found.units else next(iter(found.units), "")


def _difference(found: Assessed, tried: Tried) -> Difference | None:
    if not tried.changes:
        return None
    try:
        return what_if(found.rules, found.units, found.inputs, tried.changes, found.year)
    except (InputError, ValueError, ArithmeticError) as error:
        tried.refused.append(str(error))
        return None


def _best(found: Assessed, unit: str, tried: Tried) -> Best | None:
    """Unfinished tasks, each done by its day or the end of the year; the peers are scored along with the unit."""
    last = dt.date(found.year, 12, 31)
    efforts: dict[SetValue | SetDone, Decimal] = {}
    for key, (duty, items) in duties_of(found.inputs[unit]).items():
        if duty.done_on is not None:
            continue
        for item in items:
            declared = found.rules.items[item].effort if item in found.rules.items else None
            effort = tried.efforts.get(key) or declared or Decimal(1)
            efforts[SetDone(unit, item, key, min(duty.due or last, last))] = effort
    if not efforts:
        return None
    units, inputs = _peers(found, unit)
    try:
        return most_effective(
            found.rules, units, inputs, unit, efforts, found.year, at_most=MOST, exact_up_to=EXACT_UP_TO
        )
    except InputError as error:
        tried.refused.append(str(error))
        return None


def _peers(found: Assessed, unit: str) -> tuple[dict[str, Unit], dict[str, Any]]:
    """Whom the unit's score depends on: itself, and its peer group where an item is scored against the peers."""
    group = found.units[unit].group
    relative = any(item.function.kind == "relative" for item in found.rules.items.values())
    units = {
        key: each for key, each in found.units.items() if key == unit or (relative and each.group == group)
    }
    return units, {key: found.inputs.get(key, {}) for key in units}


def _summary(found: Assessed, unit: str, difference: Difference) -> dict[str, object]:
    old, new = difference.before[unit], difference.after[unit]
    change = None if old.total is None or new.total is None else new.total - old.total
    return {
        "before": number_text(old.total),
        "after": number_text(new.total),
        "change": signed_text(change),
        "grades": (old.grade and old.grade.title, new.grade and new.grade.title),
        "ranks": (old.rank, new.rank),
        "of": new.of,
        "reasons": new.reasons,
    }


def _moved(found: Assessed, unit: str, difference: Difference) -> list[dict[str, object]]:
    """The unit's items whose points changed, the largest change first, with figure, score and reason before and after."""
    old, new = difference.before[unit], difference.after[unit]
    rows = []
    moved = difference.items[unit]
    for key in sorted(moved, key=lambda each: (-abs(moved[each]), each)):
        one, two = old.items[key], new.items[key]
        rows.append(
            {
                "title": two.title,
                "figures": (figure_text(one), figure_text(two)),
                "scores": (number_text(one.score), number_text(two.score)),
                "weights": (short_text(one.effective_weight), short_text(two.effective_weight)),
                "points": signed_text(moved[key].quantize(Decimal("0.001"))),
                "reasons": two.reasons,
            }
        )
    return rows


def _others(found: Assessed, unit: str, difference: Difference) -> list[tuple[object, str, object]]:
    """Other units whose total or rank changed along."""
    touched = [key for key in found.units if key in difference.totals or key in difference.ranks]
    return [
        (found.units[key].name, signed_text(difference.totals.get(key)), difference.ranks.get(key))
        for key in touched
        if key != unit
    ]


def _fields(found: Assessed, unit: str, tried: Tried) -> dict[str, object]:
    result, rules = found.results[unit], found.rules
    titles = {key: each.title for key, each in rules.adjustments.items()}
    titles |= {key: each.title for key, each in rules.vetoes.items()}
    duties = {item for _duty, items in duties_of(found.inputs[unit]).values() for item in items}
    return {
        "categories": [
            {
                "title": category.title,
                "name": f"w.{key}",
                "now": short_text(category.weight),
                "typed": tried.asked.get(f"w.{key}", ""),
                "items": [
                    {
                        "title": item.title,
                        "name": f"v.{item.key}",
                        "now": figure_text(item) or _("given score"),
                        "typed": tried.asked.get(f"v.{item.key}", ""),
                    }
                    for item in category.items.values()
                    if item.key not in duties and not (isinstance(item.entry, Figure) and item.entry.parts)
                ],
            }
            for key, category in result.categories.items()
        ],
        "counts": [
            {
                "title": title,
                "name": f"v.{key}",
                "now": short_text(getattr(result.assessment.entry(unit, key), "value", None)),
                "typed": tried.asked.get(f"v.{key}", ""),
            }
            for key, title in titles.items()
        ],
    }


def _duties(found: Assessed, unit: str, tried: Tried, plan: ZonePackage) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = []
    for key, (duty, items) in duties_of(found.inputs[unit]).items():
        efforts = [found.rules.items[each].effort for each in items if each in found.rules.items]
        rows.append(
            {
                "key": key,
                "title": subject_name(key, plan),
                "url": f"/{key.replace(':', 's/')}/",
                "duty": duty,
                "percent": None if duty.percent is None else short_text(duty.percent),
                "share": short_text((duty.share * 100).quantize(Decimal("0.01"))),
                "day": tried.asked.get(f"d.{key}", ""),
                "effort": tried.asked.get(f"e.{key}", ""),
                "declared": short_text(next((each for each in efforts if each), Decimal(1))),
            }
        )
    rows.sort(key=lambda row: (row["duty"].done_on is not None, str(row["duty"].due or "9999"), row["key"]))
    return rows


def _shown(best: Best, plan: ZonePackage) -> dict[str, object]:
    def row(option: Any) -> dict[str, object]:
        return {
            "title": subject_name(option.change.duty, plan),
            "day": option.change.done_on,
            "effort": short_text(option.effort),
            "gain": signed_text(option.gain),
            "flat": option.flat,
        }

    return {
        "chosen": [row(each) for each in best.chosen],
        "options": len(best.options),
        "gain": signed_text(best.gain),
        "effort": short_text(best.effort),
        "exact": best.exact,
    }
