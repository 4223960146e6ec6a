"""The plan as a workbook: out, back in, and the differences to confirm one by one."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path
from typing import Any

from django.contrib import messages
from django.core.files.storage import default_storage
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from ecociv.core.text import Text
from ecociv.evidence.documents import keep_document
from ecociv.people.permissions import allowed, require
from ecociv.people.policy import Action
from ecociv.plan.actions import ItemChange, PlanChangeRefused, RevisePlan
from ecociv.plan.exchange import (
    Change,
    ChangesRefused,
    FileRefused,
    WorkbookDifference,
    apply_changes,
    content_of,
    export_workbook,
    workbook_difference,
)
from ecociv.plan.models import RevisionSource
from ecociv.plan.package import Indicator, Task, ZonePackage
from ecociv.plan.package.load import payload
from ecociv.portal.views.common import with_plan
from ecociv.portal.zone import language

_OTHER_FILE = Text(
    zh="这不是工作簿（.xlsx）。请下载本页的工作簿，修改后再提交。",
    en="This is not a workbook (.xlsx). Take the workbook from this page, edit it and send that one in.",
)
LARGEST = 20 * 1024**2
SPREADSHEET = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


@require_safe
@with_plan
def download(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The plan as a workbook."""
    today = timezone.localdate()
    response = HttpResponse(export_workbook(plan, exported_on=today), content_type=SPREADSHEET)
    response["Content-Disposition"] = f'attachment; filename="plan-{plan.zone.key}-{today.isoformat()}.xlsx"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@with_plan
def upload(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Send an edited workbook in; nothing is changed before its differences are confirmed."""
    if request.method == "POST":
        require(request.user, Action.EDIT_PLAN, zone=plan.zone.key)
        sent = request.FILES.get("workbook")
        refused = ""
        if sent is None:
            refused = _("Choose the workbook first.")
        elif (sent.size or 0) > LARGEST:
            refused = _("The file is larger than 20 MB, far more than a plan's workbook; choose another.")
        else:
            data = sent.read()
            try:
                kind = content_of(data).kind
            except FileRefused as error:
                refused, kind = error.problem.sentence(language()), None
            if kind is not None and kind != "workbook":
                refused = _OTHER_FILE.in_language(language())
            elif kind is not None:
                digest = _keep(data, Path(sent.name or "plan.xlsx").name, str(request.user))
                return HttpResponseRedirect(reverse("portal:workbook-review", args=[digest]))
        return render(request, "portal/workbook.html", _upload_page(request, plan, refused), status=422)
    return render(request, "portal/workbook.html", _upload_page(request, plan))


@require_http_methods(["GET", "HEAD", "POST"])
@with_plan
def review(request: HttpRequest, plan: ZonePackage, digest: str) -> HttpResponse:
    """The differences of a workbook sent in; those that are ticked are put into the plan, all or none."""
    require(request.user, Action.EDIT_PLAN, zone=plan.zone.key)
    difference = _difference(digest, plan)
    problems: list[str] = []
    chosen = [str(place) for place, change in enumerate(difference.changes) if not change.conflict]
    reason = ""
    if request.method == "POST":
        chosen, reason = request.POST.getlist("change"), request.POST.get("reason", "")
        problems = _confirm(request, plan, difference, chosen, reason)
        if not problems:
            return HttpResponseRedirect(reverse("portal:workbook"))
    context = {
        "digest": digest,
        "difference": difference,
        "changes": [
            (str(place), change, str(place) in chosen) for place, change in enumerate(difference.changes)
        ],
        "problems": problems,
        "faults": [
            (
                fault.where(language()),
                fault.text.in_language(language()),
                fault.remedy.in_language(language()),
            )
            for fault in difference.problems
        ],
        "reason": reason,
    }
    return render(request, "portal/workbook_review.html", context, status=422 if problems else 200)


def _upload_page(request: HttpRequest, plan: ZonePackage, refused: str = "") -> dict[str, Any]:
    return {
        "may_edit": allowed(request.user, Action.EDIT_PLAN, zone=plan.zone.key),
        "refused": refused,
        "counts": plan.summary(),
    }


def _confirm(
    request: HttpRequest, plan: ZonePackage, difference: WorkbookDifference, chosen: list[str], reason: str
) -> list[str]:
    """Put the chosen changes into the plan; what stands against it, in the reader's language."""
    if not chosen:
        return [_("Tick the changes to make.")]
    if not reason.strip():
        return [_("Give the reason for the change; it stays in the history of the plan.")]
    if difference.blocking:
        return [_("Correct the workbook first: parts of it could not be read.")]
    picked: list[Change] = [change for place, change in enumerate(difference.changes) if str(place) in chosen]
    try:
        applied = apply_changes(picked, plan, accept_conflicts=True)
        changes = [ItemChange(_kind(item), str(item.number), payload(item)) for item in applied.items]
        written = RevisePlan(
            plan.zone.key, changes, request.user, reason.strip(), RevisionSource.WORKBOOK
        ).execute()
    except ChangesRefused as error:
        return [problem.sentence(language()) for problem in error.problems]
    except PlanChangeRefused as error:
        return list(error.problems)
    messages.success(
        request,
        ngettext(
            "%(count)s item of the plan was revised.",
            "%(count)s items of the plan were revised.",
            len(written),
        )
        % {"count": len(written)},
    )
    return []


def _kind(item: Any) -> str:
    if isinstance(item, Indicator):
        return "indicator"
    return "task" if isinstance(item, Task) else "project"


def _keep(data: bytes, name: str, received_from: str) -> str:
    """Store the bytes by their digest, so that what is confirmed is what was shown."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / (re.sub(r"[^\w.()-]", "_", name)[-100:] or "plan.xlsx")
        path.write_bytes(data)
        return str(keep_document(path, received_from=received_from, sample=False).pk)


def _difference(digest: str, plan: ZonePackage) -> WorkbookDifference:
    name = f"{digest[:2]}/{digest[2:4]}/{digest}"
    if not re.fullmatch(r"[0-9a-f]{64}", digest) or not default_storage.exists(name):
        raise Http404(_("This workbook is no longer here; send it in again."))
    with default_storage.open(name) as file:
        return workbook_difference(file.read(), plan)
