"""Two rounds side by side: differences of the totals that may be compared, and why others may not."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ecociv.assessment.queries import rounds_for
from ecociv.assessment.rules import Compared, NotComparable, compare
from ecociv.core.text import Text
from ecociv.people.doors import people_of_the_zone
from ecociv.plan.package import ZonePackage
from ecociv.portal.assessed import Assessed, assessed, number_text, signed_text
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language, zone_key


@dataclass(frozen=True)
class Row:
    """A unit of both rounds."""

    unit: str
    name: Text
    totals: tuple[Decimal | None, Decimal | None]
    found: Compared | NotComparable
    items: tuple[tuple[Text, Decimal], ...]

    @property
    def difference(self) -> Decimal | None:
        """The second total less the first; none where the two may not be compared."""
        return self.found.difference if isinstance(self.found, Compared) else None

    @property
    def shown(self) -> tuple[str, str, str]:
        """Both totals and the difference, as text."""
        return number_text(self.totals[0]), number_text(self.totals[1]), signed_text(self.difference)

    @property
    def reasons(self) -> tuple[Any, ...]:
        """Why the totals may not be compared."""
        return self.found.reasons if isinstance(self.found, NotComparable) else ()

    @property
    def item_texts(self) -> list[tuple[Text, str]]:
        """Items that may be compared, with the difference of their scores."""
        return [(title, signed_text(change)) for title, change in self.items]


@require_safe
@people_of_the_zone
@with_plan
def detail(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Two rounds of the zone: choose, compare, export."""
    rounds = rounds_for(request.user, zone_key())
    numbers = {str(each.pk): each.pk for each in rounds}
    asked = [request.GET.get(name, "") for name in ("a", "b")]
    context: dict[str, Any] = {
        "rounds": [(str(each.pk), f"{each.year} · {_title(each)} · #{each.pk}") for each in rounds],
        "asked": asked,
        "unknown": [each[:40] for each in asked if each and each not in numbers],
    }
    if all(each in numbers for each in asked):
        first, second = (assessed(request.user, numbers[each]) for each in asked)
        table = Table(_columns(), _rows(first, second), request.GET, default_sort="unit")
        if download := export(request, table, _("Comparison of scores")):
            return download
        context |= {
            "table": table,
            "pair": (first, second),
            "only": [
                (found.title, [found.units[key].name for key in found.units if key not in other.units])
                for found, other in ((first, second), (second, first))
            ],
        }
    return render(request, "portal/assessment/compare.html", context)


def _title(round_: Any) -> str:
    title = round_.rules.get("title", {}) if isinstance(round_.rules, dict) else {}
    return str(title.get(language(), round_.rule_set))


def _rows(first: Assessed, second: Assessed) -> list[Row]:
    titles = {key: item.title for key, item in second.rules.items.items()}
    return [
        Row(
            unit,
            second.units[unit].name,
            (first.results[unit].total, second.results[unit].total),
            found,
            tuple((titles[key], change) for key, change in found.items.items()),
        )
        for unit, found in compare(first.results, second.results).items()
    ]


def _columns() -> list[Column[Row]]:
    tongue = language()
    return [
        Column(
            "unit",
            _("Unit"),
            lambda r: r.name.in_language(tongue),
            sort_by=lambda r: r.name.in_language(tongue),
        ),
        Column("first", _("First"), lambda r: r.totals[0], sort_by=lambda r: r.totals[0], numeric=True),
        Column("second", _("Second"), lambda r: r.totals[1], sort_by=lambda r: r.totals[1], numeric=True),
        Column(
            "difference",
            _("Difference"),
            lambda r: r.difference,
            sort_by=lambda r: r.difference,
            numeric=True,
        ),
        Column(
            "verdict",
            _("Verdict"),
            lambda r: " ".join(each.text.in_language(tongue) for each in r.reasons) or _("comparable"),
            export_only=True,
        ),
        Column(
            "items",
            _("Comparable items"),
            lambda r: "; ".join(f"{title.in_language(tongue)} {text}" for title, text in r.item_texts),
            export_only=True,
        ),
    ]
