"""Changing the library: file a document or a new edition, correct what is said of it, withdraw it."""

from __future__ import annotations

import tempfile
import uuid
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ecociv.evidence.library.actions import CorrectFiling, FileDocument, WithdrawFiling
from ecociv.evidence.library.formats import LARGEST, FileNotTaken
from ecociv.evidence.library.recording import Filed, FilingRefused
from ecociv.evidence.library.statements import statement_of
from ecociv.evidence.library.visibility import may_read
from ecociv.evidence.models import DocumentFiling
from ecociv.people.permissions import require
from ecociv.people.policy import Action
from ecociv.portal.document_form import CorrectionForm, FilingForm, StatementForm, bodies, claims
from ecociv.portal.filed import claim_text, leads_of, unknown_claim
from ecociv.portal.views.documents import filings_of, require_reader
from ecociv.portal.zone import language, zone_key


def _require_filing(request: HttpRequest) -> None:
    own = getattr(request.user, "organisation", "")
    require(request.user, Action.RECORD_EVIDENCE, zone=zone_key(), lead=[own] if own else [])


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """File a document; with ``?renews=`` as a new edition of an entry."""
    _require_filing(request)
    renewed = _renewed(request)
    if request.method == "POST":
        form = FilingForm(request.POST, request.FILES)
        if form.is_valid():
            done = _file(request, form, renewed)
            if done is not None:
                _tell(request, done)
                return HttpResponseRedirect(reverse("portal:document", args=[done.filing.record]))
    else:
        said = statement_of(renewed) if renewed else None
        form = FilingForm(
            initial={name: getattr(said, name) for name in said.__dataclass_fields__}
            if said
            else {"subject": request.GET.get("subject", "")[:200]}
        )
    return render(
        request,
        "portal/documents/upload.html",
        {**_lists(form), "renewed": renewed, "limit": LARGEST // 1024**2},
        status=422 if form.errors else 200,
    )


def _renewed(request: HttpRequest) -> DocumentFiling | None:
    asked = request.GET.get("renews") or ""
    if not asked:
        return None
    try:
        found = filings_of(uuid.UUID(asked))[0]
    except ValueError as error:
        raise Http404("no such document") from error
    require_reader(request, found)
    return found


def _file(request: HttpRequest, form: FilingForm, renewed: DocumentFiling | None) -> Filed | None:
    """File what the form says; none, with the form's errors, where it was refused."""
    sent: UploadedFile[Any] = form.cleaned_data["file"]
    said = form.statement()
    if unknown_claim(said.subject):
        form.add_error("subject", _("The plan has no %(claim)s.") % {"claim": claim_text(said.subject)})
        return None
    with tempfile.TemporaryDirectory(prefix="ecociv-") as folder:
        path = Path(folder) / "sent"
        with path.open("wb") as file:
            for chunk in sent.chunks():
                file.write(chunk)
        try:
            return FileDocument(
                path,
                **{name: getattr(said, name) for name in said.__dataclass_fields__},
                author=request.user,
                name=Path(sent.name or "document").name,
                zone=zone_key(),
                lead=leads_of(said.subject, timezone.localdate()),
                supersedes=renewed.record if renewed else None,
                reason=form.cleaned_data["reason"],
            ).execute()
        except FileNotTaken as refusal:
            form.add_error("file", refusal.text.in_language(language()))
        except FilingRefused as refusal:
            for text in refusal.texts:
                form.add_error(None, text.in_language(language()))
    return None


def _tell(request: HttpRequest, done: Filed) -> None:
    """Say what came of it: filed, already there, and the same file or text under other claims."""
    if done.known:
        messages.info(request, _("This file was already filed for this; nothing was added."))
    else:
        messages.success(request, _("The document is filed."))
    for found, seen_text, unseen_text in (
        (
            done.same_file,
            _("The same file already stands for another claim: %(claims)s."),
            _("The same file already stands for a claim that you may not see."),
        ),
        (
            done.same_words,
            _("A file with the same text, under another name or format, already stands for: %(claims)s."),
            _("A file with the same text already stands for a claim that you may not see."),
        ),
    ):
        seen = [each for each in found if may_read(request.user, each)]
        if seen:
            named = sorted({claim_text(each.subject) for each in seen})
            messages.warning(request, seen_text % {"claims": ", ".join(named)})
        if len(seen) < len(found):
            messages.warning(request, unseen_text)


@require_http_methods(["GET", "HEAD", "POST"])
def correct(request: HttpRequest, record: uuid.UUID) -> HttpResponse:
    """Correct what is said of a document."""
    newest = filings_of(record)[0]
    require_reader(request, newest)
    require(
        request.user, Action.RECORD_EVIDENCE, zone=newest.zone, lead=[newest.owner] if newest.owner else []
    )
    if request.method == "POST":
        form = CorrectionForm(request.POST)
        if form.is_valid():
            try:
                CorrectFiling(
                    record, form.statement(), request.user, form.cleaned_data["reason"], zone=newest.zone
                ).execute()
            except FilingRefused as refusal:
                for text in refusal.texts:
                    form.add_error(None, text.in_language(language()))
            else:
                messages.success(
                    request, _("The correction is recorded; the earlier statement stays in the history.")
                )
                return HttpResponseRedirect(reverse("portal:document", args=[record]))
    else:
        said = statement_of(newest)
        form = CorrectionForm(initial={name: getattr(said, name) for name in said.__dataclass_fields__})
    return render(
        request,
        "portal/documents/correct.html",
        {**_lists(form), "filing": newest},
        status=422 if form.errors else 200,
    )


@require_POST
def withdraw(request: HttpRequest, record: uuid.UUID) -> HttpResponse:
    """Take a document back as evidence, with the reason."""
    newest = filings_of(record)[0]
    require_reader(request, newest)
    try:
        WithdrawFiling(record, request.user, request.POST.get("reason", "")[:500], zone=newest.zone).execute()
    except FilingRefused as refusal:
        for text in refusal.texts:
            messages.error(request, text.in_language(language()))
    else:
        messages.success(request, _("The document is withdrawn; it stays on record."))
    return HttpResponseRedirect(reverse("portal:document", args=[record]))


def _lists(form: StatementForm) -> dict[str, Any]:
    return {"form": form, "claims": claims(), "bodies": bodies()}
