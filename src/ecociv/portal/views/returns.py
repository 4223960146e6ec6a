"""Departmental returns: who owes what by when, and one return with its log and its revisions."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ecociv.core.text import Text
from ecociv.core.verdicts import Reason, Verdict
from ecociv.evidence.mapping import load_places
from ecociv.evidence.models import ReturnRevision
from ecociv.evidence.returns import queries
from ecociv.evidence.returns.actions import Subject
from ecociv.evidence.returns.actions.filling import subject_before
from ecociv.evidence.returns.deadlines import Timeliness
from ecociv.evidence.returns.permissions import demand, may_read
from ecociv.people.permissions import allowed, require
from ecociv.people.policy import Action
from ecociv.plan.package import ZonePackage
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.returns import REAL, SAMPLE, Rights, address, default_data, lines, rights, subject_at
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language

Arguments = ParamSpec("Arguments")
ReturnView = Callable[Concatenate[HttpRequest, ZonePackage, Subject, Arguments], HttpResponse]


def on_return(view: ReturnView[Arguments]) -> Callable[..., HttpResponse]:
    """Give a view the plan and the return of its address."""

    @wraps(view)
    def wrapped(
        request: HttpRequest,
        plan: ZonePackage,
        data: str,
        form: str,
        place: str,
        period: str,
        *args: Arguments.args,
        **kwargs: Arguments.kwargs,
    ) -> HttpResponse:
        return view(request, plan, subject_at(plan, data, form, place, period), *args, **kwargs)

    return with_plan(wrapped)


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Who owes what: first what is mine, for the office everything; filtered, sorted, searched, exported."""
    require(request.user, Action.READ, zone=plan.zone.key, public=False)
    today, tongue = timezone.localdate(), language()
    filters = _filters(request, plan)
    data = filters["data"] or default_data(plan.zone.key)
    everything = queries.obligations(plan.zone.key, today=today, directory=plan, sample=data == SAMPLE)
    own = getattr(request.user, "organisation", "")
    scope = filters["scope"] or _default_scope(everything, own)
    for each in filters.filters:
        each.chosen = each.chosen or {"data": data, "scope": scope}.get(each.name, "")
    kept = [each for each in everything if _kept(each, filters, scope, own, tongue)]
    table = Table(_columns(tongue), kept, request.GET)
    if download := export(request, table, _("Returns")):
        return download
    counted = [each for each in everything if scope != "mine" or each.body.key == own]
    counts = {
        "overdue": sum(each.deadline.timeliness is Timeliness.OVERDUE for each in counted),
        "soon": sum(each.deadline.timeliness is Timeliness.DUE_SOON for each in counted),
        "returned": sum(each.state in {"sent-back", "restating"} for each in counted),
        "waiting": sum(each.with_reviewer for each in counted),
    }
    context = {
        "table": table,
        "rows": [(each, address(each.subject)) for each in table.page_rows],
        "filters": filters,
        "counts": counts,
        "data": data,
        "scope": scope,
        "today": today,
    }
    return render(request, "portal/returns/list.html", context)


@require_safe
@on_return
def detail(request: HttpRequest, plan: ZonePackage, about: Subject) -> HttpResponse:
    """One return: where it stands, why it is locked, what is in it. The public sees accepted figures only."""
    context = return_context(request, plan, about)
    accepted = queries.accepted_of(about)
    shown = _newest(context["obligation"]) if context["rights"].reads else accepted
    if shown is None and not context["rights"].reads:
        raise Http404(_("Nothing of this return has been accepted yet."))
    entries = queries.entries_of(shown)
    context |= {
        "shown": shown,
        "is_accepted": shown is not None and accepted is not None and shown.pk == accepted.pk,
        "lines": lines(about, {}, subject_before(about), queries.entries_of(accepted), now=entries),
        "entries": entries,
    }
    return render(request, "portal/returns/detail.html", context)


@require_safe
@on_return
def history(request: HttpRequest, plan: ZonePackage, about: Subject) -> HttpResponse:
    """All revisions side by side and every step, as they were known on a day."""
    context = return_context(request, plan, about)
    if not may_read(request.user, plan.zone.key, about.form, about.place, timezone.localdate(), plan):
        demand(
            Verdict(
                False,
                (
                    Reason(
                        "log-in-first",
                        Text(
                            zh="修订和办理记录只对本区工作人员开放。",
                            en="Revisions and steps are for people of the zone.",
                        ),
                    ),
                ),
            )
        )
    of = context["obligation"].of
    day, moment = _as_of(request)
    revisions = queries.revisions_of(of, as_of=moment) if of else []
    accepted = queries.accepted_of(about, as_of=moment)
    states = [queries.entries_of(each) for each in revisions]
    rows = []
    for cell in about.cells:
        entries = [state.get(cell.key) for state in states]
        marks = [
            (
                entry,
                number > 0
                and not (entry.same_statement(entries[number - 1]) if entry else entries[number - 1] is None),
            )
            for number, entry in enumerate(entries)
        ]
        rows.append((cell, marks))
    context |= {
        "revisions": revisions,
        "accepted": accepted,
        "rows": rows,
        "steps": [(step, _body_name(plan, step.organisation)) for step in queries.steps_of(of, as_of=moment)]
        if of
        else [],
        "as_of": day,
    }
    return render(request, "portal/returns/history.html", context)


def return_context(request: HttpRequest, plan: ZonePackage, about: Subject) -> dict[str, Any]:
    """What every page of a return shows: where it stands, its lock, what the reader may do, and its other pages."""
    today = timezone.localdate()
    obligation = queries.obligation_of(about, today, plan)
    may: Rights = rights(request.user, plan, obligation, today)
    return {
        "about": about,
        "obligation": obligation,
        "lock": queries.lock_of(obligation) if may.reads else None,
        "rights": may,
        "sent_back": _sent_back(obligation) if may.reads else None,
        "urls": {
            name: address(about, f"return-{name}")
            for name in ("fill", "workbook", "review", "history", "restate", "upload")
        }
        | {"detail": address(about)},
    }


def _body_name(plan: ZonePackage, key: str) -> str:
    """The name of a body in the reader's language; the key where the plan does not know it."""
    return plan.organisation(key).shown(language()) if plan.has_organisation(key) else key


def _sent_back(obligation: queries.Obligation) -> Any:
    if obligation.of is None or obligation.state != "sent-back":
        return None
    return obligation.of.steps.filter(kind="sent-back").order_by("-pk").first()


def _newest(obligation: queries.Obligation) -> ReturnRevision | None:
    return obligation.of.revisions.order_by("-number").first() if obligation.of else None


def _as_of(request: HttpRequest) -> tuple[str, dt.datetime | None]:
    """The end of the day asked for; now, when none or no day was given."""
    try:
        day = dt.date.fromisoformat(request.GET.get("as_of", ""))
    except ValueError:
        return "", None
    return day.isoformat(), timezone.make_aware(dt.datetime.combine(day, dt.time.max))


def _default_scope(everything: list[queries.Obligation], own: str) -> str:
    return "mine" if own and any(each.body.key == own for each in everything) else "all"


def _filters(request: HttpRequest, plan: ZonePackage) -> Filters:
    from ecociv.evidence.returns.forms import load_forms

    tongue = language()
    forms = load_forms(plan.zone.key)
    places = load_places(plan.zone.key)
    keys = dict.fromkeys(key for form in forms for key in form.place_keys(places))
    years = range(timezone.localdate().year, 2011, -1)
    scopes = [
        Choice("mine", _("Mine to fill in")),
        Choice("review", _("Waiting for review")),
        Choice("all", _("All returns")),
    ]
    states = [Choice(each.value, each.label.in_language(tongue)) for each in Timeliness]
    chosen = [
        Filter("scope", _("Show"), scopes, _("As it concerns me")),
        Filter(
            "form", _("Form"), [Choice(f.key, f.title.in_language(tongue)) for f in forms], _("All forms")
        ),
        Filter(
            "place",
            _("Place"),
            [Choice(k, places.by_key[k].name.in_language(tongue)) for k in keys],
            _("All places"),
        ),
        Filter("when", _("Deadline"), states, _("All")),
        Filter("year", _("Year"), [Choice(str(year), str(year)) for year in years], _("All years")),
    ]
    if allowed(request.user, Action.READ, zone=plan.zone.key):
        kinds = [Choice(REAL, _("Real returns")), Choice(SAMPLE, _("Sample data"))]
        chosen.append(Filter("data", _("Data"), kinds, _("As there is")))
    return Filters(request.GET, chosen)


def _kept(each: queries.Obligation, filters: Filters, scope: str, own: str, tongue: str) -> bool:
    about = each.subject
    return (
        (scope != "mine" or each.body.key == own)
        and (scope != "review" or each.with_reviewer)
        and filters["form"] in {"", about.form.key}
        and filters["place"] in {"", about.place.key}
        and filters["when"] in {"", each.deadline.timeliness.value}
        and filters["year"] in {"", str(about.period.end.year)}
        and matches(
            filters.text,
            about.form.title.in_language(tongue),
            about.place.name.in_language(tongue),
            each.body.name.in_language(tongue),
            str(about.period),
        )
    )


def _columns(tongue: str) -> list[Column[queries.Obligation]]:
    return [
        Column(
            "form",
            _("Return"),
            lambda each: each.subject.form.title.in_language(tongue),
            sort_by=lambda each: each.subject.form.key,
        ),
        Column(
            "place",
            _("Place"),
            lambda each: each.subject.place.name.in_language(tongue),
            sort_by=lambda each: each.subject.place.key,
        ),
        Column(
            "period",
            _("Period"),
            lambda each: str(each.subject.period),
            sort_by=lambda each: each.subject.period.end,
        ),
        Column(
            "body",
            _("Filled by"),
            lambda each: each.body.name.in_language(tongue),
            sort_by=lambda each: each.body.key,
        ),
        Column(
            "due",
            _("Due"),
            lambda each: each.deadline.due.day.isoformat(),
            sort_by=lambda each: each.deadline.due.day,
        ),
        Column(
            "late",
            _("Working days"),
            lambda each: each.deadline.said.in_language(tongue),
            sort_by=lambda each: each.deadline.working_days,
        ),
        Column(
            "state",
            _("State"),
            lambda each: each.state_name.in_language(tongue),
            sort_by=lambda each: each.state or "",
        ),
    ]
