"""Loading a file on a page: a trial first that says what would change, then the loading with its reason."""

from __future__ import annotations

import re
import tempfile
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.cache import cache
from django.core.files.storage import default_storage
from django.db import connections
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ecociv.evidence.actions import LoadFile, ReasonRequired
from ecociv.evidence.declared import DeclarationError
from ecociv.evidence.documents import keep_document
from ecociv.evidence.mapping import Mapping, available_mappings, load_mapping
from ecociv.evidence.models import Document
from ecociv.evidence.reading import FileRefused
from ecociv.evidence.registry import SeriesConflict
from ecociv.evidence.report import ImportReport
from ecociv.people.permissions import allowed, require
from ecociv.people.policy import Action
from ecociv.plan.package.organisations import UnknownOrganisation
from ecociv.portal.exports import FORMS, export_response
from ecociv.portal.filed import plan_or_none
from ecociv.portal.tables import Column
from ecociv.portal.zone import language, zone_key

LARGEST = 200 * 1024**2
SHOWN = 200
#: From this size on the loading goes on behind the page, which tells how far it is.
LONG = 8 * 1024**2
_KEPT = 6 * 3600


def suppliers(mapping: Mapping) -> frozenset[str]:
    """Keys of the bodies that may send a file for a mapping: its supplier, where it is a body of the plan."""
    plan, name = plan_or_none(), mapping.supplier.constant
    if plan is None or not name:
        return frozenset()
    try:
        return frozenset({plan.resolve(name).key})
    except (KeyError, UnknownOrganisation):
        return frozenset()


def may_load(user: Any) -> bool:
    """Whether a user may load a file through any mapping of the zone."""
    return any(
        allowed(user, Action.RECORD_EVIDENCE, zone=zone_key(), lead=suppliers(each))
        for each in available_mappings(zone_key())
    )


def _mapping(request: HttpRequest, key: str) -> Mapping:
    try:
        found = load_mapping(key, zone=zone_key())
    except DeclarationError as error:
        raise Http404(str(error)) from error
    require(request.user, Action.RECORD_EVIDENCE, zone=zone_key(), lead=suppliers(found))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """Choose a mapping and a file; nothing is loaded before the trial was read."""
    mappings = [
        each
        for each in available_mappings(zone_key())
        if allowed(request.user, Action.RECORD_EVIDENCE, zone=zone_key(), lead=suppliers(each))
    ]
    if not mappings:
        require(request.user, Action.RECORD_EVIDENCE, zone=zone_key())
    refused = ""
    if request.method == "POST":
        mapping, sent = _mapping(request, request.POST.get("mapping", "")), request.FILES.get("file")
        if sent is None:
            refused = _("Choose a file first.")
        elif (sent.size or 0) > LARGEST:
            refused = _("The file is larger than 200 MB. Load it with the command: ecociv evidence load.")
        elif not sent.size:
            refused = _("The file is empty.")
        else:
            name = re.sub(r"[^\w.()-]", "_", Path(sent.name or "file.csv").name)[-100:] or "file.csv"
            with tempfile.TemporaryDirectory(prefix="ecociv-") as folder:
                path = Path(folder) / name
                with path.open("wb") as file:
                    for chunk in sent.chunks():
                        file.write(chunk)
                document = keep_document(path, received_from=str(request.user), sample=False)
            return HttpResponseRedirect(reverse("portal:run-review", args=[document.pk, mapping.key]))
    context = {
        "mappings": [
            (each.key, each.title.in_language(language()), ", ".join(each.columns)) for each in mappings
        ],
        "chosen": request.POST.get("mapping", ""),
        "refused": refused,
        "limit": LARGEST // 1024**2,
    }
    return render(request, "portal/runs/upload.html", context, status=422 if refused else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def review(request: HttpRequest, digest: str, mapping: str) -> HttpResponse:
    """What a file would change, row by row; confirming it loads the file."""
    declared = _mapping(request, mapping)
    document = Document.objects.filter(pk=digest).first() if re.fullmatch(r"[0-9a-f]{64}", digest) else None
    if document is None or not default_storage.exists(document.stored_as):
        raise Http404(_("This file is no longer here; send it in again."))
    key = f"ecociv:loading:{digest}:{declared.digest}"
    running = cache.get(key)
    context: dict[str, Any] = {
        "document": document,
        "mapping": declared,
        "title": declared.title.in_language(language()),
        "reason": request.POST.get("reason", "")[:500],
    }
    if running is not None and request.method != "POST":
        return _progress(request, context, key, running)
    with _readable(document) as path:
        action = LoadFile(path, declared, request.user, context["reason"], zone=zone_key())
        if request.method == "POST":
            if document.size >= LONG:
                return _start(request, document, declared, context["reason"], key)
            answer = _load(request, action)
            if isinstance(answer, HttpResponse):
                return answer
            context["refused"] = answer
        try:
            report = action.check()
        except FileRefused as refusal:
            context["file_refused"] = refusal.text.in_language(language())
            return render(request, "portal/runs/review.html", context, status=422)
        except (SeriesConflict, DeclarationError) as refusal:
            context["file_refused"] = str(refusal)
            return render(request, "portal/runs/review.html", context, status=422)
    if request.GET.get("format") in FORMS:
        return _report_file(request.GET["format"], report)
    tongue = language()
    context.update(
        {
            "report": report,
            "skipped": sum(report.rows_skipped.values()),
            "issues": [
                (each, each.rule.in_language(tongue), each.remedy.in_language(tongue))
                for each in report.issues[:SHOWN]
            ],
            "unshown": max(0, report.issues_in_all - SHOWN),
            "caveats": [each.in_language(tongue) for each in report.caveats],
            "needs_reason": report.values_revised > 0,
        }
    )
    return render(request, "portal/runs/review.html", context, status=422 if context.get("refused") else 200)


@contextmanager
def _readable(document: Document) -> Iterator[Path]:
    """The stored bytes as a file under the name that they were sent with."""
    with tempfile.TemporaryDirectory(prefix="ecociv-") as folder:
        path = Path(folder) / (Path(document.name).name or "file")
        with default_storage.open(document.stored_as, "rb") as stored, path.open("wb") as file:
            for chunk in stored.chunks():
                file.write(chunk)
        yield path


def _load(request: HttpRequest, action: LoadFile) -> HttpResponse | str:
    """Load; the page of the run, or why it was refused."""
    try:
        report = action.execute()
    except ReasonRequired:
        return _("Values that are on record would change: say why.")
    except FileRefused as refusal:
        return refusal.text.in_language(language())
    except (SeriesConflict, DeclarationError) as refusal:
        return str(refusal)
    if report.state == "already-loaded":
        messages.info(request, _("This file was loaded before; nothing was added."))
    else:
        messages.success(
            request,
            _("Loaded: %(new)s new values, %(revised)s revised.")
            % {"new": report.values_new, "revised": report.values_revised},
        )
    return HttpResponseRedirect(reverse("portal:run", args=[report.run]))


def _start(request: HttpRequest, document: Document, mapping: Mapping, reason: str, key: str) -> HttpResponse:
    """Load a long file behind the page. What was stored can be loaded again, so a server that stops loses nothing."""
    if cache.add(key, {"state": "running", "rows": 0, "stage": "reading"}, _KEPT):
        user, zone = request.user, zone_key()

        def tell(rows: int, stage: str) -> None:
            cache.set(key, {"state": "running", "rows": rows, "stage": stage}, _KEPT)

        def work() -> None:
            try:
                with _readable(document) as path:
                    report = LoadFile(path, mapping, user, reason, zone=zone, progress=tell).execute()
                cache.set(key, {"state": "done", "run": report.run}, _KEPT)
            except ReasonRequired:
                cache.set(key, {"state": "reason"}, _KEPT)
            except FileRefused as refusal:
                cache.set(key, {"state": "refused", "zh": refusal.text.zh, "en": refusal.text.en}, _KEPT)
            except (SeriesConflict, DeclarationError) as refusal:
                cache.set(key, {"state": "refused", "zh": str(refusal), "en": str(refusal)}, _KEPT)
            except Exception:
                cache.delete(key)
                raise
            finally:
                connections.close_all()

        threading.Thread(target=work, name=f"load-{document.pk[:8]}", daemon=True).start()
    return HttpResponseRedirect(request.path)


def _progress(
    request: HttpRequest, context: dict[str, Any], key: str, running: dict[str, Any]
) -> HttpResponse:
    """How far the loading is; the run's page when it is done."""
    if running["state"] == "running":
        return render(request, "portal/runs/progress.html", {**context, "running": running})
    cache.delete(key)
    if running["state"] == "done":
        messages.success(request, _("The file is loaded."))
        return HttpResponseRedirect(reverse("portal:run", args=[running["run"]]))
    said = (
        _("Values that are on record would change: say why.")
        if running["state"] == "reason"
        else running[language()]
    )
    messages.error(request, said)
    return HttpResponseRedirect(request.path)


def _report_file(form: str, report: ImportReport) -> HttpResponse:
    tongue = language()
    columns: list[Column[Any]] = [
        Column("row", _("Row"), lambda i: i.row),
        Column("field", _("Field"), lambda i: i.field),
        Column("found", _("What was found"), lambda i: i.found),
        Column("severity", _("What became of it"), lambda i: i.severity.value),
        Column("rule", _("Rule"), lambda i: i.rule.in_language(tongue)),
        Column("remedy", _("What to do"), lambda i: i.remedy.in_language(tongue)),
    ]
    return export_response(form, columns, report.issues, _("Trial report"))
