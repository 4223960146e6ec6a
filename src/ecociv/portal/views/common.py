"""What several pages do alike."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec, TypeVar, cast

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from ecociv.plan.package import Organisation, ZonePackage
from ecociv.plan.queries import ZoneNotLoaded
from ecociv.portal.as_of import AsOf
from ecociv.portal.collation import collation_key
from ecociv.portal.exports import FORMS, export_response
from ecociv.portal.filters import Choice
from ecociv.portal.tables import Table
from ecociv.portal.zone import language, package, sample_shown

Arguments = ParamSpec("Arguments")
Item = TypeVar("Item")

PlanView = Callable[Concatenate[HttpRequest, ZonePackage, Arguments], HttpResponse]
PageView = Callable[Concatenate[HttpRequest, Arguments], HttpResponse]


def with_plan(view: PlanView[Arguments]) -> PageView[Arguments]:
    """Give a view the plan; before a plan is loaded, a page that says how to load it."""

    @wraps(view)
    def wrapped(request: HttpRequest, *args: Arguments.args, **kwargs: Arguments.kwargs) -> HttpResponse:
        try:
            plan = package()
        except ZoneNotLoaded:
            return render(request, "portal/no_plan.html", status=503)
        return view(request, plan, *args, **kwargs)

    return cast("PageView[Arguments]", wrapped)


def found(read: Callable[[Any], Item], key: Any) -> Item:
    """An item by its key, or the page that says there is none."""
    try:
        return read(key)
    except KeyError as error:
        raise Http404(str(error)) from error


def export(
    request: HttpRequest, table: Table[Any], title: str, as_of: AsOf | None = None
) -> HttpResponse | None:
    """The table as a file when the address asks for one; it says so when it is as known on an earlier day."""
    form = request.GET.get("format")
    if form not in FORMS:
        return None
    notes = [_("Sample data: generated to show the product, not measured.")] if sample_shown() else []
    if as_of is not None and as_of.moment:
        notes.append(
            _("As known on %(moment)s; what was recorded later is left out.") % {"moment": as_of.shown}
        )
    return export_response(form, table.export_columns, table.sorted_rows, title, notes)


def body_choices(bodies: list[Organisation]) -> list[Choice]:
    """Bodies to choose from, by pinyin in Chinese and by letters in English."""
    unique = {body.key: body for body in bodies}.values()
    return [Choice(body.key, body.shown(language())) for body in sorted(unique, key=by_name)]


def by_name(body: Organisation) -> Any:
    """Sort key of a body in the reader's language."""
    return collation_key(body.shown(language()))


def names(bodies: tuple[Organisation, ...]) -> str:
    """Names of bodies in a line, in the reader's language."""
    tongue = language()
    return ("、" if tongue == "zh" else ", ").join(body.shown(tongue) for body in bodies)


def iso(day: dt.date | None) -> str | None:
    """A date for a file."""
    return day.isoformat() if day else None
