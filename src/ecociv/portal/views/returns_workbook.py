"""The workbook of a return: out, filled, back in with each fault by cell, and the differences to confirm."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ecociv.evidence.documents import keep_document
from ecociv.evidence.reading import FileRefused
from ecociv.evidence.returns import queries
from ecociv.evidence.returns.actions import ReturnRefused, Subject
from ecociv.evidence.returns.actions.workbook import TakeWorkbook
from ecociv.evidence.returns.drafts import read_typed
from ecociv.evidence.returns.permissions import demand, may_fill
from ecociv.evidence.returns.sheets import current, sheet_of
from ecociv.evidence.returns.workbook import write_workbook
from ecociv.evidence.returns.workbook_reading import LARGEST, WorkbookReading, read_workbook
from ecociv.people.permissions import require
from ecociv.people.policy import Action
from ecociv.plan.package import ZonePackage
from ecociv.portal.returns import SAMPLE, address, said
from ecociv.portal.views.returns import on_return, return_context
from ecociv.portal.views.workbook import SPREADSHEET
from ecociv.portal.zone import language


@require_safe
@on_return
def workbook(request: HttpRequest, plan: ZonePackage, about: Subject) -> HttpResponse:
    """The workbook of a return, with what stands in it so far."""
    require(request.user, Action.READ, zone=plan.zone.key, public=False)
    today = timezone.localdate()
    response = HttpResponse(
        write_workbook([sheet_of(about, today, plan)], made_on=today), content_type=SPREADSHEET
    )
    name = f"{about.form.title.zh}-{about.place.name.zh}-{about.period}.xlsx"
    plain = f"{about.form.key}-{about.place.key}-{about.period}.xlsx"
    response["Content-Disposition"] = f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name)}"
    response["Cache-Control"] = "private, no-store"
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@on_return
def upload(request: HttpRequest, plan: ZonePackage, about: Subject) -> HttpResponse:
    """Send a filled workbook in; it is read and compared, and nothing is written before it is confirmed."""
    demand(may_fill(request.user, plan.zone.key, about.form, about.place, timezone.localdate(), plan))
    if request.method != "POST":
        return render(request, "portal/returns/upload.html", return_context(request, plan, about))
    sent = request.FILES.get("workbook")
    refused = ""
    if sent is None:
        refused = _("Choose the workbook first.")
    elif (sent.size or 0) > LARGEST:
        refused = _("The file is larger than 20 MB, far more than the workbook of a return; choose another.")
    else:
        data = sent.read()
        try:
            _reading(data, about)
        except FileRefused as error:
            refused = error.text.in_language(language())
        else:
            digest = _keep(data, Path(sent.name or "return.xlsx").name, str(request.user), about.sample)
            kind = SAMPLE if about.sample else "real"
            parts = [kind, about.form.key, about.place.key, str(about.period), digest]
            return HttpResponseRedirect(reverse("portal:return-confirm", args=parts))
    context = return_context(request, plan, about) | {"refused": refused}
    return render(request, "portal/returns/upload.html", context, status=422)


@require_http_methods(["GET", "HEAD", "POST"])
@on_return
def confirm(request: HttpRequest, plan: ZonePackage, about: Subject, digest: str) -> HttpResponse:
    """What the workbook says against what stands in the draft; once confirmed, it is the draft."""
    demand(may_fill(request.user, plan.zone.key, about.form, about.place, timezone.localdate(), plan))
    try:
        reading = _reading(_kept(digest), about)
    except FileRefused as error:
        raise Http404(error.text.in_language(language())) from error
    draft = queries.draft_of(about.on_record())
    refused = ""
    if request.method == "POST":
        text = request.POST.get("version", "")
        seen = int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
        action = TakeWorkbook(reading, request.user, plan, versions={about.key: seen})
        try:
            action.execute()
        except ReturnRefused as error:
            refused = error.text.in_language(language())
        else:
            messages.success(request, _("The workbook is now the draft. Look at it and hand it in."))
            return HttpResponseRedirect(address(about, "return-fill"))
    context = return_context(request, plan, about) | {
        "reading": reading,
        "problems": TakeWorkbook(reading, request.user, plan, submit=True).check(),
        "blocking": bool(reading.problems or reading.more),
        "differences": _differences(about, reading),
        "version": draft.version if draft else "",
        "refused": refused,
    }
    return render(request, "portal/returns/confirm.html", context, status=422 if refused else 200)


def _reading(data: bytes, about: Subject) -> WorkbookReading:
    return read_workbook(data, about.zone, sample=about.sample, expected=[about])


def _differences(about: Subject, reading: WorkbookReading) -> list[tuple[Any, str, str]]:
    """Cells in which the workbook says something else than the draft."""
    if not reading.sheets:
        return []
    now = read_typed(about.cells, current(about)[0]).entries
    sent = read_typed(about.cells, reading.sheets[0].typed).entries
    return [
        (each.cell, said(each.before), said(each.after))
        for each in queries.differences(about, now, sent)
        if each.before != each.after
    ]


def _keep(data: bytes, name: str, received_from: str, sample: bool) -> str:
    """Store the bytes by their digest, so that what is confirmed is what was shown."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (re.sub(r"[^\w.()-]", "_", name)[-100:] or "return.xlsx")
        path.write_bytes(data)
        return str(keep_document(path, received_from=received_from, sample=sample).pk)


def _kept(digest: str) -> bytes:
    name = f"{digest[:2]}/{digest[2:4]}/{digest}"
    if not re.fullmatch(r"[0-9a-f]{64}", digest) or not default_storage.exists(name):
        raise Http404(_("This workbook is no longer here; send it in again."))
    with default_storage.open(name) as file:
        return bytes(file.read())
