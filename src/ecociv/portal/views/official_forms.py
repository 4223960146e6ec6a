"""Recording officials and their posts, and correcting them with a reason."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from django import forms
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ecociv.evidence.models import Document
from ecociv.people.doors import people_of_the_zone
from ecociv.portal.case_inputs import received
from ecociv.portal.official_forms import OfficialCorrection, OfficialForm, PostCorrection, PostForm
from ecociv.portal.views.common import with_plan
from ecociv.portal.zone import language, zone_key
from ecociv.supervision.responsibility.actions import (
    CorrectOfficial,
    CorrectPost,
    PostDraft,
    RecordOfficial,
    RecordPost,
    RecordRefused,
)
from ecociv.supervision.responsibility.appointments import appointment_by_digest, file_appointment
from ecociv.supervision.responsibility.models import Official, PostHolding
from ecociv.supervision.responsibility.permissions import require_record

_FIELDS = {
    "official-name": "name",
    "same-name": "note",
    "no-such-body": "body",
    "post-title": "title",
    "post-source": "source",
    "post-starts": "starts",
    "post-ends": "ends",
    "post-ends-ahead": "ends",
    "correction-without-reason": "reason",
    "post-document": "file",
    "post-document-unknown": "digest",
}
"""The input that a refusal is about; those without one stand above the form."""

_takes_form = require_http_methods(["GET", "HEAD", "POST"])


@_takes_form
@people_of_the_zone
@with_plan
def new(request: HttpRequest, plan: object) -> HttpResponse:
    """Put a person on record; the first post comes next."""
    require_record(request.user, zone_key())
    form = OfficialForm(request.POST or None)
    if form.is_valid():
        said = form.cleaned_data
        made = _done(form, RecordOfficial(zone_key(), said["name"], said["note"], request.user).execute)
        if made is not None:
            messages.success(request, _("The person is on record. Now give the post."))
            return redirect("portal:official-post-new", made.pk)
    return _page(request, form, _("New official"), None)


@_takes_form
@people_of_the_zone
@with_plan
def correct(request: HttpRequest, plan: object, pk: int) -> HttpResponse:
    """Correct a name."""
    require_record(request.user, zone_key())
    person = _person(pk)
    newest = person.names.order_by("-revision").first()
    if newest is None:
        raise Http404(_("There is no name on record."))
    shown = {"name": newest.name, "note": newest.note, "seen": newest.revision}
    form = OfficialCorrection(request.POST or None, initial=shown)
    if form.is_valid():
        said = form.cleaned_data
        action = CorrectOfficial(
            person, said["seen"], said["name"], said["note"], said["reason"], request.user
        )
        if _done(form, action.execute) is not None:
            return _corrected(request, person)
    return _page(request, form, _("Correct the name"), person)


@_takes_form
@people_of_the_zone
@with_plan
def new_post(request: HttpRequest, plan: object, pk: int) -> HttpResponse:
    """Put a post on record."""
    require_record(request.user, zone_key())
    person = _person(pk)
    form = PostForm(request.POST or None, request.FILES or None)

    def record() -> PostHolding:
        with transaction.atomic(), _document(request, form, person) as document:
            return RecordPost(person, _draft(form, document), request.user).execute()

    if form.is_valid() and _done(form, record) is not None:
        messages.success(request, _("The post is on record."))
        return redirect("portal:responsibility-official", person.pk)
    return _page(request, form, _("New post"), person)


@_takes_form
@people_of_the_zone
@with_plan
def correct_post(request: HttpRequest, plan: object, pk: int, number: int) -> HttpResponse:
    """Correct a post, say that it ended, or that it was recorded by mistake."""
    require_record(request.user, zone_key())
    person = _person(pk)
    newest: PostHolding | None = person.posts.filter(number=number).order_by("-revision").first()
    if newest is None:
        raise Http404(_("There is no such post on record."))
    shown = {
        name: getattr(newest, name)
        for name in ("body", "title", "starts", "ends", "source", "without_document")
    }
    form = PostCorrection(
        request.POST or None, request.FILES or None, initial={**shown, "seen": newest.revision}
    )

    def correct() -> PostHolding:
        said = form.cleaned_data
        with transaction.atomic(), _document(request, form, person) as document:
            draft = _draft(form, document)
            return CorrectPost(
                person, number, said["seen"], draft, said["reason"], request.user, withdraw=said["withdraw"]
            ).execute()

    if form.is_valid() and _done(form, correct) is not None:
        return _corrected(request, person)
    return _page(request, form, _("Correct the post"), person)


def _person(pk: int) -> Official:
    return get_object_or_404(Official, pk=pk, zone=zone_key())


@contextmanager
def _document(request: HttpRequest, form: forms.Form, person: Official) -> Iterator[Document | None]:
    """The document of appointment that a form brings or names; none where it does neither."""
    said = form.cleaned_data
    with received(request) as files:
        if files:
            yield file_appointment(person, files[0].path, files[0].name, said["source"], request.user)
        elif said["digest"].strip():
            yield appointment_by_digest(person.zone, said["digest"], request.user)
        else:
            yield None


def _draft(form: forms.Form, document: Document | None) -> PostDraft:
    said = form.cleaned_data
    return PostDraft(
        said["body"],
        said["title"],
        said["starts"],
        said["ends"],
        said["source"],
        document,
        said["without_document"],
    )


def _corrected(request: HttpRequest, person: Official) -> HttpResponse:
    messages.success(request, _("The correction is on record; what stood before can still be read."))
    return redirect("portal:responsibility-official", person.pk)


def _done(form: forms.Form, execute: Callable[[], Any]) -> Any:
    """What was done; none, with the form's errors, where it was refused."""
    try:
        return execute()
    except RecordRefused as refusal:
        for each in refusal.problems:
            field = _FIELDS.get(each.code, "")
            form.add_error(field if field in form.fields else None, each.text.in_language(language()))
    return None


def _page(request: HttpRequest, form: forms.Form, head: str, person: Official | None) -> HttpResponse:
    context = {"form": form, "head": head, "person": person}
    return render(request, "portal/responsibility/form.html", context, status=422 if form.errors else 200)
