"""One case: where it stands, what was done, and the moves that its reader may take."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from ecociv.casework.actions import (
    AddNote,
    AskExtension,
    CaseMovedOn,
    CaseRefused,
    DecideExtension,
    HandOver,
    InputRefused,
    NameOfficer,
    PauseClocks,
    ResumeClocks,
    TakeStep,
)
from ecociv.casework.models import Case, CaseStepDocument
from ecociv.casework.queries import cases_for
from ecociv.core.text import Text
from ecociv.evidence.documents import open_document
from ecociv.people.doors import people_of_the_zone
from ecociv.people.models import User
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import read_as_of
from ecociv.portal.case_inputs import given_fields, received
from ecociv.portal.case_page import page_of
from ecociv.portal.views.common import with_plan
from ecociv.portal.zone import language, zone_key


def readable(request: HttpRequest, type: str, number: str) -> Case:
    """The case, or the page that says there is none: who may not read it does not learn that it exists."""
    cases = (
        cases_for(request.user, zone_key()).select_related("officer", "parent").prefetch_related("parties")
    )
    case = cases.filter(type=type, number=number).first()
    if case is None:
        raise Http404(_("There is no such case, or it is not open to you."))
    return case


@require_safe
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, type: str, number: str) -> HttpResponse:
    """The page of a case."""
    case = readable(request, type, number)
    as_of = read_as_of(request)
    if as_of.moment and not case.steps.filter(number=1, recorded_at__lte=as_of.moment).exists():
        raise Http404(_("The case was not on record on that day."))
    return render(request, "portal/cases/detail.html", page_of(request, case, as_of))


@require_POST
@people_of_the_zone
@with_plan
def act(request: HttpRequest, plan: ZonePackage, type: str, number: str, what: str) -> HttpResponse:
    """Do something with a case; what is refused is said beside the input, with all that was typed."""
    case = readable(request, type, number)
    deed = _DEEDS.get(what)
    if deed is None:
        raise Http404
    status, faults, refused, conflict = 422, {}, "", False
    try:
        deed(request, case)
    except CaseMovedOn as error:
        status, refused, conflict = 409, error.text.in_language(language()), True
    except InputRefused as error:
        faults, refused = error.faults, error.text.in_language(language())
    except CaseRefused as error:
        refused = error.text.in_language(language())
    else:
        messages.success(request, _("Done and on record."))
        return redirect("portal:case", case.type, case.number)
    case = readable(request, type, number)
    sent = f"{what}-{request.POST.get('transition', '')}".strip("-")
    context = page_of(request, case, read_as_of(request), sent=sent, given=request.POST, faults=faults)
    context |= {"refused": refused, "conflict": conflict}
    return render(request, "portal/cases/detail.html", context, status=status)


def _count(request: HttpRequest, name: str) -> int:
    text = request.POST.get(name, "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _move(request: HttpRequest, case: Case) -> None:
    given = request.POST
    with received(request) as documents:
        TakeStep(
            case,
            given.get("transition", ""),
            request.user,
            _count(request, "seen"),
            given.get("reason", ""),
            given_fields(given),
            documents,
            given.get("outcome", ""),
        ).execute()


def _note(request: HttpRequest, case: Case) -> None:
    with received(request) as documents:
        AddNote(case, request.user, request.POST.get("reason", ""), documents).execute()


def _ask(request: HttpRequest, case: Case) -> None:
    given = request.POST
    AskExtension(
        case, given.get("clock", ""), _count(request, "days"), given.get("reason", ""), request.user
    ).execute()


def _decide(request: HttpRequest, case: Case) -> None:
    given = request.POST
    grant = given.get("grant") == "1"
    DecideExtension(case, grant, _count(request, "days"), given.get("reason", ""), request.user).execute()


def _hand_over(request: HttpRequest, case: Case) -> None:
    given = request.POST
    part, _sep, old = given.get("part", "").partition("/")
    HandOver(case, part, old, given.get("to", ""), request.user, given.get("reason", "")).execute()


def _officer(request: HttpRequest, case: Case) -> None:
    officer = User.objects.filter(pk=_count(request, "officer"), zone=case.zone, is_active=True).first()
    if officer is None:
        words = Text(zh="请选择承办人。", en="Choose the officer.")
        raise InputRefused({"officer": words})
    NameOfficer(case, officer, request.user, request.POST.get("reason", "")).execute()


_DEEDS: dict[str, Callable[[HttpRequest, Case], Any]] = {
    "move": _move,
    "note": _note,
    "ask": _ask,
    "decide": _decide,
    "pause": lambda request, case: PauseClocks(case, request.user, request.POST.get("reason", "")).execute(),
    "resume": lambda request, case: ResumeClocks(
        case, request.user, request.POST.get("reason", "")
    ).execute(),
    "hand-over": _hand_over,
    "officer": _officer,
}


@require_safe
def document(request: HttpRequest, type: str, number: str, key: int) -> FileResponse:
    """A file of a case, for whoever may read the case."""
    case = readable(request, type, number)
    row = CaseStepDocument.objects.select_related("document").filter(pk=key, step__case=case).first()
    if row is None:
        raise Http404
    try:
        stored = open_document(row.document)
    except FileNotFoundError as error:
        raise Http404(
            _("The stored copy of this file is gone; ask an administrator to put it back.")
        ) from error
    response = FileResponse(stored, content_type="application/octet-stream")
    name = f"filename=\"document-{row.document_id[:12]}\"; filename*=UTF-8''{quote(row.file_name)}"
    response["Content-Disposition"] = f"attachment; {name}"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response
