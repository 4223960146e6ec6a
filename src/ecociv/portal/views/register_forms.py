"""Entering, revising and moving on the pages of the registers, and taking a file."""

from __future__ import annotations

import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from ecociv.evidence.library.formats import FileNotTaken
from ecociv.evidence.library.keeping import keep_paper
from ecociv.people.permissions import require
from ecociv.people.policy import Action
from ecociv.portal.case_inputs import received
from ecociv.portal.register_forms import AttachForm, EntryForm, FileForm, RecordForm
from ecociv.portal.views.registers import declared_kind
from ecociv.portal.zone import language, zone_key
from ecociv.registers.actions import ChangeState, EntryRefused, RegisterEntry, ReviseEntry
from ecociv.registers.attaching import AttachFile
from ecociv.registers.entries import Entry
from ecociv.registers.files import FileUnreadable
from ecociv.registers.importing import ImportEntries, ImportRefused
from ecociv.registers.kinds import Keepers
from ecociv.registers.queries import entry

_takes_form = require_http_methods(["GET", "HEAD", "POST"])
_FAULTS_SHOWN = 200


def _require(request: HttpRequest, who: Keepers) -> None:
    require(request.user, Action.KEEP_REGISTER, zone=zone_key(), lead=who.bodies, roles=who.roles)


@_takes_form
@login_required
def new(request: HttpRequest, kind: str) -> HttpResponse:
    """Enter a thing on a register."""
    declared = declared_kind(kind)
    _require(request, declared.may_enter())
    form = EntryForm(
        declared, request.POST or None, request.FILES or None, initial={"on": timezone.localdate()}
    )
    if request.method == "POST" and form.is_valid():
        action = RegisterEntry(
            key=form.cleaned_data["number"], values=form.values(), **_common(request, form, kind)
        )
        if done := _recorded(request, form, action, _("%(key)s was entered.")):
            return done
    return _page(request, form, kind, _("New entry"), _("Enter in the register"))


@_takes_form
@login_required
def revise(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Say something else of an entry from a day on."""
    declared = declared_kind(kind)
    _require(request, declared.may_enter())
    found = _found(kind, key)
    form = EntryForm(
        declared,
        request.POST or None,
        request.FILES or None,
        entry=found,
        initial={"on": timezone.localdate()},
    )
    if request.method == "POST" and form.is_valid():
        action = ReviseEntry(
            key=key,
            seen=_seen(request),
            sample=found.sample,
            changes=form.values(),
            **_common(request, form, kind),
        )
        if done := _recorded(request, form, action, _("The revision of %(key)s was recorded.")):
            return done
    return _page(request, form, kind, _("Revise"), _("Record the revision"), found)


@_takes_form
@login_required
def move(request: HttpRequest, kind: str, key: str, to: str) -> HttpResponse:
    """Move an entry on in its life cycle."""
    declared, found = declared_kind(kind), _found(kind, key)
    asked = declared.move(found.state, to)
    if asked is None:
        raise Http404(_("There is no such move from the state that the entry is in."))
    _require(request, declared.may_move(asked))
    form = RecordForm(request.POST or None, request.FILES or None, initial={"on": timezone.localdate()})
    form.fields["document"].required = asked.document
    if request.method == "POST" and form.is_valid():
        action = ChangeState(
            key=key, seen=_seen(request), sample=found.sample, to=to, **_common(request, form, kind)
        )
        if done := _recorded(request, form, action, _("The state of %(key)s was changed.")):
            return done
    name = asked.name.in_language(language())
    return _page(request, form, kind, name, name, found)


@_takes_form
@login_required
def take(request: HttpRequest, kind: str) -> HttpResponse:
    """Take entries from a file."""
    declared = declared_kind(kind)
    _require(request, declared.may_enter())
    form = FileForm(request.POST or None, request.FILES or None)
    faults: list[str] = []
    more = 0
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data["file"]
        with tempfile.TemporaryDirectory(prefix="ecociv-register-") as folder:
            path = Path(folder) / "entries"
            with path.open("wb") as out:
                for chunk in given.chunks():
                    out.write(chunk)
            action = ImportEntries(
                zone=zone_key(),
                kind=kind,
                path=path,
                author=request.user,
                reason=form.cleaned_data["reason"],
                document=form.cleaned_data["document"],
                name=str(given.name)[-200:],
            )
            try:
                done = action.execute()
            except FileUnreadable as refused:
                form.add_error("file", refused.text.in_language(language()))
            except ImportRefused as refused:
                faults = [fault.words(language()) for fault in refused.faults[:_FAULTS_SHOWN]]
                more = max(0, len(refused.faults) - _FAULTS_SHOWN)
            else:
                number = len(done.entered) + len(done.revised) + len(done.moved)
                messages.success(
                    request,
                    ngettext("%(number)s change was recorded.", "%(number)s changes were recorded.", number)
                    % {"number": number},
                )
                return redirect("portal:register", kind=kind)
    context = {
        "form": form,
        "kind": declared,
        "kind_name": declared.name.in_language(language()),
        "faults": faults,
        "more": more,
    }
    return render(request, "portal/registers/import.html", context)


def _attached(request: HttpRequest, kind: str, key: str, revision: int, *, public: bool) -> None:
    with received(request, only="file") as files:
        for file in files:
            AttachFile(
                zone=zone_key(),
                kind=kind,
                key=key,
                revision=revision,
                path=file.path,
                name=file.name,
                author=request.user,
                keep=keep_paper,
                public=public,
            ).execute()


@require_POST
@login_required
def attach(request: HttpRequest, kind: str, key: str) -> HttpResponse:
    """Attach a paper to the revision that the page shows."""
    declared, found = declared_kind(kind), _found(kind, key)
    form = AttachForm(declared, request.POST, request.FILES)
    if not form.is_valid():
        for errors in form.errors.values():
            messages.error(request, " ".join(str(error) for error in errors))
        return redirect("portal:register-entry", kind=kind, key=key)
    try:
        _attached(request, kind, key, _seen(request), public=bool(form.cleaned_data.get("public")))
    except EntryRefused as refused:
        messages.error(request, " ".join(text.in_language(language()) for text in refused.texts))
    except FileNotTaken as refused:
        messages.error(request, refused.text.in_language(language()))
    else:
        messages.success(request, _("The file was attached to %(key)s.") % {"key": found.key})
    return redirect("portal:register-entry", kind=kind, key=key)


def _found(kind: str, key: str) -> Entry:
    found = entry(zone_key(), kind, key)
    if found is None:
        raise Http404(_("There is no such entry that you may read."))
    return found


def _common(request: HttpRequest, form: RecordForm, kind: str) -> dict[str, Any]:
    """What every act on an entry takes from its form."""
    return {
        "zone": zone_key(),
        "kind": kind,
        "author": request.user,
        **{name: form.cleaned_data[name] for name in ("on", "reason", "document")},
    }


def _recorded(
    request: HttpRequest, form: RecordForm, action: RegisterEntry | ReviseEntry | ChangeState, said: str
) -> HttpResponse | None:
    """Record it with the file that came with it, both or neither, and go to the entry; none where either is refused."""
    try:
        with transaction.atomic():
            done = action.execute()
            if form.cleaned_data.get("file"):
                _attached(request, done.kind, done.key, done.revision, public=False)
    except EntryRefused as refused:
        form.note(refused)
        return None
    except FileNotTaken as refused:
        form.add_error("file", refused.text.in_language(language()))
        return None
    messages.success(request, said % {"key": done.key})
    return redirect("portal:register-entry", kind=action.kind, key=done.key)


def _seen(request: HttpRequest) -> int:
    given = request.POST.get("seen", "")
    if not (given.isascii() and given.isdigit() and len(given) < 9):
        raise PermissionDenied(_("The form is not complete; open it again."))
    return int(given)


def _page(
    request: HttpRequest, form: RecordForm, kind: str, title: str, button: str, found: Entry | None = None
) -> HttpResponse:
    declared = declared_kind(kind)
    context = {
        "form": form,
        "kind": declared,
        "kind_name": declared.name.in_language(language()),
        "title": title,
        "button": button,
        "entry": found,
    }
    return render(request, "portal/registers/form.html", context)
