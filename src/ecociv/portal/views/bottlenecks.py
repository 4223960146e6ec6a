"""Where work is stuck: load by body, waiting between bodies, duties that hold up most indicators."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ecociv.people.doors import people_of_the_zone
from ecociv.plan.package import ZonePackage
from ecociv.portal.duties import duty_statuses
from ecociv.portal.known import read_known
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language
from ecociv.supervision.ladder.bottlenecks import WEIGHTS, Load, waiting
from ecociv.supervision.ladder.names import subject_name
from ecociv.supervision.ladder.stuck import blockers, loads, turns
from ecociv.supervision.parts import name_of

DRAWN = 15
BLOCKING = 25


@require_safe
@people_of_the_zone
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Load of each body with a chart; who waits for whom; what blocks most."""
    then = read_known(request, plan)
    plan, day, moment = then.plan, then.day, then.moment
    tongue = language()

    def shown(key: str) -> str:
        return name_of(key, plan).in_language(tongue)

    known = duty_statuses(plan, day, then.today, moment)
    found = loads(request.user, plan, known, day, moment)
    labels = {
        "lead": _("Leads, open"),
        "support": _("Supports, open"),
        "overdue": _("Leads, late"),
        "case": _("Cases"),
        "case-overdue": _("Cases, late"),
    }
    columns: list[Column[Load]] = [
        Column("body", _("Body"), lambda row: shown(row.body), sort_by=lambda row: shown(row.body)),
        *(_count(kind, label) for kind, label in labels.items()),
        Column("load", _("Weighted load"), lambda r: r.weighted, sort_by=lambda r: r.weighted, numeric=True),
    ]
    table = Table(columns, found, request.GET, default_sort="-load")
    if download := export(request, table, _("Bottlenecks"), then.as_of):
        return download
    drawn = found[:DRAWN]
    pairs = waiting(turns(request.user, plan, moment), then.today)
    context = {
        "day": day,
        "known": then,
        "as_of": then.as_of,
        "table": table,
        "rows": [
            (shown(r.body), r.body, [(label, r.counts.get(k, 0)) for k, label in labels.items()], r.weighted)
            for r in table.page_rows
        ],
        "labels": list(labels.values()),
        "weights": [(labels[kind], weight) for kind, weight in WEIGHTS.items()],
        "chart": {
            "kind": "bars",
            "unit": "",
            "stacked": True,
            "own": None,
            "names": [shown(each.body) for each in drawn],
            "series": [
                {
                    "name": str(labels[kind]),
                    "values": [WEIGHTS[kind] * each.counts.get(kind, 0) for each in drawn],
                }
                for kind in labels
            ],
        },
        "waits": [(shown(each.body), shown(each.asked_by), each) for each in pairs[:30]],
        "blocking": [
            (subject_name(each.place, plan), each.place.replace(":", "s/"), each, known[each.place])
            for each in blockers(plan, known, day, moment)[:BLOCKING]
        ],
    }
    return render(request, "portal/ladder/bottlenecks.html", context)


def _count(kind: str, label: str) -> Column[Load]:
    def value(row: Load) -> int:
        return row.counts.get(kind, 0)

    return Column(kind, label, value, sort_by=value, numeric=True)
