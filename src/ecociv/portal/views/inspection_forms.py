"""Changing a tour: plan, publish, draw, begin, report; visits and findings on the way."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ecociv.casework.actions import CaseRefused, InputRefused
from ecociv.core.text import Text
from ecociv.evidence.declared import DeclarationError
from ecociv.people.doors import people_of_the_zone
from ecociv.portal.case_inputs import received
from ecociv.portal.position import may_ask_position
from ecociv.portal.tour_forms import (
    ConclusionForm,
    DrawForm,
    FindingForm,
    PublishForm,
    TourForm,
    VisitForm,
)
from ecociv.portal.views.common import with_plan
from ecociv.portal.zone import language, zone_key
from ecociv.supervision.inspection.actions import (
    BeginTour,
    DrawSample,
    InspectionRefused,
    PlanTour,
    PublishTour,
    ReportTour,
    TourMovedOn,
)
from ecociv.supervision.inspection.allocation import Allocation, SampleImpossible
from ecociv.supervision.inspection.field_actions import RecordFinding, RecordVisit
from ecociv.supervision.inspection.models import InspectionTour, TourState
from ecociv.supervision.inspection.permissions import require_inspect, require_plan
from ecociv.supervision.inspection.photographs import PhotographRefused
from ecociv.supervision.inspection.queries import TourStanding, estimate_of, newest_visits, tour_standing

_takes_form = require_http_methods(["GET", "HEAD", "POST"])

_View = Callable[[HttpRequest, TourStanding], HttpResponse]


def _from(
    state: TourState, may: Callable[[Any, str], None]
) -> Callable[[_View], Callable[..., HttpResponse]]:
    """A form of a tour that starts from one state, for whoever ``may``; from any other it leads back to the tour."""

    def wrap(view: _View) -> Callable[..., HttpResponse]:
        @_takes_form
        @people_of_the_zone
        @with_plan
        @wraps(view)
        def opened(request: HttpRequest, plan: object, pk: int) -> HttpResponse:
            may(request.user, zone_key())
            standing = tour_standing(get_object_or_404(InspectionTour, pk=pk, zone=zone_key()))
            if standing.state is state:
                return view(request, standing)
            messages.warning(
                request,
                _("The tour is at “%(now)s”; this starts from “%(wanted)s”.")
                % {"now": standing.state.label, "wanted": state.label},
            )
            return redirect("portal:inspection", standing.tour.pk)

        return opened

    return wrap


@_takes_form
@people_of_the_zone
@with_plan
def new(request: HttpRequest, plan: object) -> HttpResponse:
    """Plan a tour."""
    require_plan(request.user, zone_key())
    form = TourForm(request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        action = PlanTour(
            zone_key(),
            said["title"],
            said["starts"],
            said["ends"],
            tuple(said["scope"]),
            said["purpose"],
            request.user,
        )
        tour = _done(form, action.execute)
        if tour is not None:
            messages.success(request, _("The tour is planned. Next, publish its list and seed."))
            return redirect("portal:inspection", tour.pk)
    return _page(request, form, _("New tour"), _("Plan the tour"), None)


@_from(TourState.PLANNED, require_plan)
def publish(request: HttpRequest, standing: TourStanding) -> HttpResponse:
    """Publish the list, the sizes and the seed, before any draw."""
    form = PublishForm(request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        action = PublishTour(
            standing.tour,
            said["seed"],
            said["size"],
            request.user,
            how=Allocation(said["how"]),
            public_number_of=said["public_number_of"],
        )
        if done := _step(
            request,
            form,
            standing,
            action.execute,
            _("List and seed are public. Nothing of them can be changed now."),
        ):
            return done
    about = _(
        "The list of units as it stands today, their strata, the sizes and the seed become public and final."
    )
    return _page(request, form, _("Publish list and seed"), _("Publish"), standing, about=about)


@_from(TourState.PUBLISHED, require_plan)
def draw(request: HttpRequest, standing: TourStanding) -> HttpResponse:
    """Draw the sample that follows from what is public."""
    form = DrawForm(
        standing.published["public_number_of"], request.POST if request.method == "POST" else None
    )
    if form.is_valid():
        action = DrawSample(standing.tour, request.user, form.cleaned_data.get("public_number", ""))
        if done := _step(request, form, standing, action.execute, _("The sample is drawn.")):
            return done
    about = _(
        "The sample follows from the published list and seed; there is nothing to choose, and no second draw."
    )
    return _page(request, form, _("Draw the sample"), _("Draw"), standing, about=about)


@_from(TourState.DRAWN, require_plan)
def begin(request: HttpRequest, standing: TourStanding) -> HttpResponse:
    """Say that the inspectors have set out."""
    form = forms.Form(request.POST if request.method == "POST" else None)
    if form.is_valid() and (
        done := _step(
            request,
            form,
            standing,
            BeginTour(standing.tour, request.user).execute,
            _("The tour is under way."),
        )
    ):
        return done
    about = _("From now on visits and findings can be recorded.")
    return _page(request, form, _("Set out"), _("The tour begins"), standing, about=about)


@_from(TourState.UNDER_WAY, require_plan)
def report(request: HttpRequest, standing: TourStanding) -> HttpResponse:
    """Close the visits and put the estimate on record."""
    form = ConclusionForm(request.POST or None)
    if form.is_valid():
        action = ReportTour(standing.tour, form.cleaned_data["conclusion"], request.user)
        if done := _step(
            request, form, standing, action.execute, _("The tour is reported; its findings go on as cases.")
        ):
            return done
    found = estimate_of(standing)
    about = _(
        "%(visited)d of %(drawn)d units of the sample were visited. After the report no visit can be added."
    ) % {
        "visited": len(newest_visits(standing.tour)),
        "drawn": len(standing.drawn["sample"]),
    }
    notes = [reason.text.in_language(language()) for reason in found.reasons] if found else []
    return _page(request, form, _("Report the tour"), _("Report"), standing, about=about, notes=notes)


@_from(TourState.UNDER_WAY, require_inspect)
def visit(request: HttpRequest, standing: TourStanding) -> HttpResponse:
    """Record a visit to a unit of the sample."""
    form = VisitForm(standing, request.POST or None, initial=_unit_asked(request, standing))
    if form.is_valid():
        said = form.cleaned_data
        action = RecordVisit(
            standing.tour, said["unit"], said["visited_on"], said["outcome"], said["note"], request.user
        )
        if done := _step(request, form, standing, action.execute, _("The visit is on record.")):
            return done
    return _page(request, form, _("Record a visit"), _("Record"), standing)


@_from(TourState.UNDER_WAY, require_inspect)
def finding(request: HttpRequest, standing: TourStanding) -> HttpResponse:
    """Record a finding with its photographs; its case opens with it."""
    form = FindingForm(
        standing, request.POST or None, request.FILES or None, initial=_unit_asked(request, standing)
    )
    if form.is_valid():
        said: dict[str, Any] = {
            key: value for key, value in form.cleaned_data.items() if key != "photographs"
        }
        with received(request) as files:
            action = RecordFinding(
                standing.tour,
                photographs=tuple((each.path, each.name) for each in files),
                author=request.user,
                **said,
            )
            if done := _step(
                request, form, standing, action.execute, _("The finding is on record and its case is open.")
            ):
                return done
    head, button = _("Record a finding"), _("Record and open the case")
    return may_ask_position(_page(request, form, head, button, standing, position=True))


def _unit_asked(request: HttpRequest, standing: TourStanding) -> dict[str, Any]:
    asked = request.GET.get("unit", "")
    unit = next((each for each in standing.published["population"] if each["key"] == asked), None)
    return {"unit": asked, "body": next(iter(unit["bodies"]), "")} if unit else {}


def _done(form: forms.Form, execute: Callable[[], Any]) -> Any:
    """What was done; none, with the form's errors, where it was refused."""
    try:
        return execute()
    except TourMovedOn:
        raise
    except InspectionRefused as refusal:
        _say(form, refusal.field, refusal.text)
    except PhotographRefused as refusal:
        _say(form, "photographs", refusal.text)
    except SampleImpossible as refusal:
        _say(form, "size", refusal.text)
    except InputRefused as refusal:
        for name, text in refusal.faults.items():
            _say(form, name.removeprefix("fields."), text)
    except CaseRefused as refusal:
        _say(form, "", refusal.text)
    except DeclarationError as refusal:
        form.add_error(None, str(refusal))
    return None


def _say(form: forms.Form, field: str, text: Text) -> None:
    form.add_error(field if field in form.fields else None, text.in_language(language()))


def _step(
    request: HttpRequest, form: forms.Form, standing: TourStanding, execute: Callable[[], Any], said: str
) -> HttpResponse | None:
    """Take a step and go back to the tour; none, with the form's errors, where it was refused."""
    try:
        if _done(form, execute) is not None:
            messages.success(request, said)
            return redirect("portal:inspection", standing.tour.pk)
    except TourMovedOn as refusal:
        messages.warning(request, refusal.text.in_language(language()))
        return redirect("portal:inspection", standing.tour.pk)
    return None


def _page(
    request: HttpRequest,
    form: forms.Form,
    head: str,
    button: str,
    standing: TourStanding | None,
    *,
    about: str = "",
    notes: list[str] | None = None,
    position: bool = False,
) -> HttpResponse:
    """The form, with 422 where it was sent and something is wrong."""
    context = {
        "form": form,
        "head": head,
        "button": button,
        "standing": standing,
        "about": about,
        "notes": notes or [],
        "position": position,
        "files": any(isinstance(field, forms.FileField) for field in form.fields.values()),
    }
    return render(request, "portal/inspections/form.html", context, status=422 if form.errors else 200)
