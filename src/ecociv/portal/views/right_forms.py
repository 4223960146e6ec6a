"""Registering from the page: first registration, change, transfer, correction, cancellation."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods

from ecociv.land_administration.authority import require_authority
from ecociv.land_administration.rights.actions import (
    CancelUnit,
    RegisterChange,
    RegisterCorrection,
    RegisterFirst,
    RegisterTransfer,
    RegistrationRefused,
    Source,
    boundary_of,
)
from ecociv.land_administration.rights.models import Registration, RightUnit
from ecociv.land_administration.rights.state import Party
from ecociv.people.doors import people_of_the_zone
from ecociv.plan.package import ZonePackage
from ecociv.portal.case_inputs import received
from ecociv.portal.outline import outline
from ecociv.portal.right_forms import (
    BoundaryForm,
    CorrectionForm,
    EntryForm,
    FirstForm,
    HolderRows,
    RestrictionRows,
    TransferForm,
    key_of,
    more_rows,
    rows_of,
    state_of,
)
from ecociv.portal.shape_files import given_shape
from ecociv.portal.views.common import with_plan
from ecociv.portal.zone import language, zone_key

_takes_form = require_http_methods(["GET", "HEAD", "POST"])

TITLES = {
    "first": gettext_lazy("First registration"),
    "change": gettext_lazy("Register a change"),
    "transfer": gettext_lazy("Register a transfer"),
    "correct": gettext_lazy("Correct a registration"),
    "cancel": gettext_lazy("Cancel the unit"),
}


@_takes_form
@people_of_the_zone
@with_plan
def first(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Register a unit for the first time."""
    require_authority(request.user, zone_key())
    form = FirstForm(
        request.POST or None, request.FILES or None, initial={"boundary": request.GET.get("geometry", "")}
    )

    def register(said: dict[str, Any], sources: tuple[Source, ...], state: Any, shape: Any) -> Registration:
        return RegisterFirst(
            zone=zone_key(),
            kind=said["kind"],
            state=state,
            boundary=shape,
            notice_from=said["notice_from"],
            notice_to=said["notice_to"],
            **_common(request, said, sources),
        ).execute()

    return _with_rows(request, form, "first", None, register)


@_takes_form
@people_of_the_zone
@with_plan
def change(request: HttpRequest, plan: ZonePackage, number: str) -> HttpResponse:
    """Register a change."""
    unit, newest = _unit(request, number)
    form = BoundaryForm(request.POST or None, request.FILES or None, initial={"name": newest.state.name})

    def register(said: dict[str, Any], sources: tuple[Source, ...], state: Any, shape: Any) -> Registration:
        return RegisterChange(
            unit=unit, seen=_seen(request), state=state, boundary=shape, **_common(request, said, sources)
        ).execute()

    return _with_rows(request, form, "change", newest, register)


@_takes_form
@people_of_the_zone
@with_plan
def correct(request: HttpRequest, plan: ZonePackage, number: str) -> HttpResponse:
    """Correct what was registered wrongly."""
    unit, newest = _unit(request, number)
    form = CorrectionForm(
        request.POST or None,
        request.FILES or None,
        initial={"name": newest.state.name, "corrects": newest.serial},
    )

    def register(said: dict[str, Any], sources: tuple[Source, ...], state: Any, shape: Any) -> Registration:
        return RegisterCorrection(
            unit=unit,
            seen=_seen(request),
            corrects=said["corrects"],
            state=state,
            boundary=shape,
            **_common(request, said, sources),
        ).execute()

    return _with_rows(request, form, "correct", newest, register)


@_takes_form
@people_of_the_zone
@with_plan
def transfer(request: HttpRequest, plan: ZonePackage, number: str) -> HttpResponse:
    """Register that a share passed to another party."""
    unit, newest = _unit(request, number)
    form = TransferForm(newest.state, request.POST or None)

    def register(said: dict[str, Any], sources: tuple[Source, ...]) -> Registration:
        known = {(one.name, one.identifier): one.key for one in newest.state.parties}
        key = key_of(said["taker"], said["identifier"], known)
        return RegisterTransfer(
            unit=unit,
            seen=_seen(request),
            right=said["right"],
            giver=said["giver"],
            taker=Party(key, said["taker"].strip(), said["taker_kind"], said["identifier"].strip()),
            share=said["share"],
            **_common(request, said, sources),
        ).execute()

    return _plain(request, form, "transfer", newest, register)


@_takes_form
@people_of_the_zone
@with_plan
def cancel(request: HttpRequest, plan: ZonePackage, number: str) -> HttpResponse:
    """Take a unit off the register."""
    unit, newest = _unit(request, number)
    form = EntryForm(request.POST or None)

    def register(said: dict[str, Any], sources: tuple[Source, ...]) -> Registration:
        return CancelUnit(unit=unit, seen=_seen(request), **_common(request, said, sources)).execute()

    return _plain(request, form, "cancel", newest, register)


def _unit(request: HttpRequest, number: str) -> tuple[RightUnit, Registration]:
    require_authority(request.user, zone_key())
    unit = get_object_or_404(RightUnit, zone=zone_key(), number=number)
    newest = unit.registrations.select_related("boundary__layer", "unit").order_by("-serial").first()
    assert newest is not None
    return unit, newest


def _seen(request: HttpRequest) -> int:
    given = request.POST.get("seen", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 9 else 0


def _common(request: HttpRequest, said: dict[str, Any], sources: tuple[Source, ...]) -> dict[str, Any]:
    return {
        "author": request.user,
        "documents": sources,
        "reason": said.get("reason", ""),
        "effective_on": said.get("effective_on"),
    }


def _with_rows(
    request: HttpRequest,
    form: BoundaryForm,
    what: str,
    newest: Registration | None,
    register: Callable[[dict[str, Any], tuple[Source, ...], Any, Any], Registration],
) -> HttpResponse:
    holders_now, limits_now = rows_of(newest.state) if newest else ([], [])
    posted = request.POST.copy() if "holders-TOTAL_FORMS" in request.POST else None
    if posted is not None and "more" in posted:
        for name in ("holders", "limits"):
            posted[f"{name}-TOTAL_FORMS"] = more_rows(posted.get(f"{name}-TOTAL_FORMS", "0"))
    # Rows that were sent are taken as sent: beside initial values, one that says the same would count as left empty.
    holders = HolderRows(posted, prefix="holders", initial=None if posted is not None else holders_now)
    limits = RestrictionRows(posted, prefix="limits", initial=None if posted is not None else limits_now)
    shapes: list[tuple[Any, str, str]] = [(boundary_of(newest), "own", newest.unit.number)] if newest else []
    given = None
    overlaps: tuple[Any, ...] = ()
    if (
        posted is not None
        and "more" not in posted
        and all([form.is_valid(), holders.is_valid(), limits.is_valid()])
    ):
        said = form.cleaned_data
        given = given_shape(form, "boundary", "boundary_file")
        shape = given.site.geometry if given else None
        if not form.errors:
            state = state_of(
                said["name"], holders.cleaned_data, limits.cleaned_data, newest.state if newest else None
            )
            try:
                with _sources(request) as sources:
                    done = register(said, sources, state, shape)
            except RegistrationRefused as refused:
                _add(form, refused)
                overlaps = refused.overlaps
                if overlaps and shape is not None:
                    shapes = [(shape, "own", _("What was drawn"))]
                    shapes += [(one.patch, "wrong", one.unit) for one in overlaps]
            else:
                return _done(request, done, given.notes if given else ())
    context = {
        "form": form,
        "notes": given.notes if given else (),
        "holders": holders,
        "limits": limits,
        "title": TITLES[what],
        "newest": newest,
        "outline": outline(shapes),
        "overlaps": overlaps,
    }
    return render(request, "portal/rights/form.html", context)


def _plain(
    request: HttpRequest,
    form: EntryForm,
    what: str,
    newest: Registration,
    register: Callable[[dict[str, Any], tuple[Source, ...]], Registration],
) -> HttpResponse:
    if request.method == "POST" and form.is_valid():
        try:
            with _sources(request) as sources:
                done = register(form.cleaned_data, sources)
        except RegistrationRefused as refused:
            _add(form, refused)
        else:
            return _done(request, done)
    context = {"form": form, "title": TITLES[what], "newest": newest}
    return render(request, "portal/rights/form.html", context)


@contextmanager
def _sources(request: HttpRequest) -> Iterator[tuple[Source, ...]]:
    """The files of the form as documents, for as long as the action lasts."""
    with received(request, only="documents") as files:
        yield tuple(Source(one.path, one.name) for one in files)


def _add(form: forms.Form, refused: RegistrationRefused) -> None:
    for text in refused.texts:
        form.add_error(None, text.in_language(language()))


def _done(request: HttpRequest, done: Registration, notes: Sequence[str] = ()) -> HttpResponse:
    for note in notes:
        messages.info(request, note)
    messages.success(
        request,
        _("Registration %(serial)s of %(number)s was entered.")
        % {"serial": done.serial, "number": done.unit.number},
    )
    return redirect("portal:right", number=done.unit.number)
