"""Responsibility for life: search, the record of a body and of a person, the statement of hand-over."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.plan.package import ZonePackage
from ecociv.portal.filters import Filters, matches
from ecociv.portal.known import read_known
from ecociv.portal.responsibility_chart import draw
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import by_name, export, found, with_plan
from ecociv.portal.zone import language, zone_key
from ecociv.supervision.responsibility.appointments import filings_of
from ecociv.supervision.responsibility.models import Official
from ecociv.supervision.responsibility.permissions import may_record, may_see_persons, require_see_persons
from ecociv.supervision.responsibility.queries import (
    everyone,
    name_of_body,
    record_of_body,
    record_of_official,
)
from ecociv.supervision.responsibility.record import DutyRecord

_ROLES = {
    "lead": gettext_lazy("Lead"),
    "support": gettext_lazy("Support"),
    "supply": gettext_lazy("Supplies"),
}


def _columns() -> list[Column[DutyRecord]]:
    tongue = language()
    return [
        Column("place", gettext_lazy("No."), lambda r: r.span.place),
        Column("title", gettext_lazy("What is to be done"), lambda r: r.span.title.in_language(tongue)),
        Column("role", gettext_lazy("Part"), lambda r: _ROLES[r.span.role], sort_by=lambda r: r.span.role),
        Column(
            "from", gettext_lazy("From"), lambda r: r.span.starts.isoformat(), sort_by=lambda r: r.span.starts
        ),
        Column(
            "to",
            gettext_lazy("Until"),
            lambda r: r.handed_over.day.isoformat() if r.handed_over else "",
            sort_by=lambda r: r.handed_over.day if r.handed_over else None,
        ),
        Column("taken", gettext_lazy("On taking over"), lambda r: r.taken_over.label.in_language(tongue)),
        Column(
            "handed",
            gettext_lazy("On hand-over"),
            lambda r: r.handed_over.label.in_language(tongue) if r.handed_over else "",
        ),
        Column("now", gettext_lazy("On the day looked at"), lambda r: r.now.label.in_language(tongue)),
        Column(
            "cases",
            gettext_lazy("Cases"),
            lambda r: len(r.followed.during) + len(r.followed.after),
            sort_by=lambda r: len(r.followed.during) + len(r.followed.after),
            numeric=True,
        ),
    ]


@require_safe
@with_plan
def search(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Bodies, and for people of the zone persons, by name or pinyin."""
    filters = Filters(request.GET, [])
    tongue = language()
    bodies = [b for b in plan.organisations if matches(filters.text, *b.names, b.name_en)]
    people = [
        (each, name_of_body(plan, each.post.body).in_language(tongue))
        for each in everyone(request.user, zone_key())
        if matches(filters.text, each.name, each.post.title, each.post.body)
    ]
    context = {
        "filters": filters,
        "bodies": sorted(bodies, key=by_name),
        "people": people,
        "may_record": may_record(request.user, zone_key()),
        "sees_persons": may_see_persons(request.user, zone_key()),
    }
    return render(request, "portal/responsibility/search.html", context)


@require_safe
@with_plan
def body(request: HttpRequest, plan: ZonePackage, key: str) -> HttpResponse:
    """The record of a body as of a day."""
    found(plan.organisation, key)
    known = read_known(request, plan)
    record = record_of_body(request.user, zone_key(), key, known.day, known_on=known.today)
    head = name_of_body(plan, key).in_language(language())
    return _record(
        request, record.duties, known, head, {"matters": record.matters, "officials": record.officials}
    )


@require_safe
@with_plan
def official(request: HttpRequest, plan: ZonePackage, pk: int) -> HttpResponse:
    """The record of a person as of a day; ``?statement=1`` prints the statement of hand-over."""
    require_see_persons(request.user, zone_key())
    person = get_object_or_404(Official, pk=pk, zone=zone_key())
    known = read_known(request, plan)
    record = record_of_official(request.user, person, known.day, known_on=known.today)
    papers = filings_of(request.user, zone_key(), [post.document for post, _duties in record.posts])
    posts = [
        (post, name_of_body(plan, post.body).in_language(language()), papers.get(post.document))
        for post, _duties in record.posts
    ]
    more = {
        "matters": record.matters,
        "posts": posts,
        "note": record.note,
        "sample": person.sample,
        "statement": "statement" in request.GET,
        "recorded_as": person.pk if may_record(request.user, zone_key()) else None,
    }
    return _record(request, record.duties, known, record.name, more)


def _record(
    request: HttpRequest, duties: tuple[DutyRecord, ...], known: object, head: str, more: dict[str, object]
) -> HttpResponse:
    table = Table(_columns(), duties, request.GET, page_size=300)
    if download := export(request, table, f"{_('Record of responsibility')} {head}"):
        return download
    day = known.day  # type: ignore[attr-defined]
    context = {
        "head": head,
        "table": table,
        "known": known,
        "day": day,
        "chart": draw(table.sorted_rows, day, language()),
        "roles": _ROLES,
        **more,
    }
    return render(request, "portal/responsibility/record.html", context)
