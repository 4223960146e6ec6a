"""Filling in a return on a page: saved as it is typed, rules checked beside the cells, handed in whole or not at all."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ecociv.evidence.returns import queries
from ecociv.evidence.returns.actions import (
    BeginRestatement,
    DropRestatement,
    ReturnRefused,
    SavedMeanwhile,
    SaveDraft,
    Subject,
    SubmitReturn,
    findings_of,
)
from ecociv.evidence.returns.actions.filling import subject_before
from ecociv.evidence.returns.checks import Finding, Severity
from ecociv.evidence.returns.drafts import Typed
from ecociv.evidence.returns.permissions import demand, may_fill
from ecociv.evidence.returns.sheets import current
from ecociv.plan.package import ZonePackage
from ecociv.portal.returns import absences, address, lines, typed_from_post
from ecociv.portal.views.returns import on_return, return_context
from ecociv.portal.zone import language


@require_http_methods(["GET", "HEAD", "POST"])
@on_return
def fill(request: HttpRequest, plan: ZonePackage, about: Subject) -> HttpResponse:
    """The form to fill in. A post saves the draft; with ``action=submit`` it also hands it in."""
    demand(may_fill(request.user, plan.zone.key, about.form, about.place, timezone.localdate(), plan))
    if request.method != "POST":
        context = return_context(request, plan, about)
        if not context["obligation"].with_body:
            return HttpResponseRedirect(address(about))
        typed, explanations = current(about)
        return _page(request, plan, about, typed, explanations)
    typed, explanations = typed_from_post(about, request.POST.dict())
    draft = queries.draft_of(about.on_record())
    reason = request.POST.get("reason", draft.reason if draft else "")
    saving = SaveDraft(
        about, typed, request.user, explanations, _version(request), reason=reason, directory=plan
    )
    htmx = bool(request.headers.get("HX-Request"))
    try:
        saved = saving.execute()
        if request.POST.get("action") == "submit":
            SubmitReturn(about, request.user, plan, saved.version).execute()
            messages.success(request, _("The return was handed in and waits for review."))
            return HttpResponseRedirect(address(about))
    except SavedMeanwhile as refused:
        return _said(request, plan, about, typed, explanations, refused, 200 if htmx else 409)
    except ReturnRefused as refused:
        return _said(request, plan, about, typed, explanations, refused, 200 if htmx else 422)
    if htmx:
        return _findings(request, about, typed, explanations, version=saved.version, saved=True)
    messages.success(request, _("The draft was saved."))
    return HttpResponseRedirect(address(about, "return-fill"))


@require_POST
@on_return
def restate(request: HttpRequest, plan: ZonePackage, about: Subject) -> HttpResponse:
    """Begin the restatement of a locked return, or drop it."""
    try:
        if request.POST.get("action") == "drop":
            DropRestatement(about, request.user, plan).execute()
            messages.success(request, _("The restatement was dropped; the accepted figures stand."))
            return HttpResponseRedirect(address(about))
        BeginRestatement(about, request.user, request.POST.get("reason", "")[:1000], plan).execute()
    except ReturnRefused as refused:
        messages.error(request, refused.text.in_language(language()))
        return HttpResponseRedirect(address(about))
    return HttpResponseRedirect(address(about, "return-fill"))


def _page(
    request: HttpRequest,
    plan: ZonePackage,
    about: Subject,
    typed: Mapping[str, Typed],
    explanations: Mapping[str, str],
    refused: ReturnRefused | None = None,
    status: int = 200,
) -> HttpResponse:
    draft = queries.draft_of(about.on_record())
    version = (_version(request) if refused else None) or (draft.version if draft else None)
    context = return_context(request, plan, about) | _shown(about, typed, explanations)
    accepted = queries.entries_of(queries.accepted_of(about))
    context |= {
        "refused": refused.text if refused else None,
        "lines": lines(about, typed, subject_before(about), accepted, context["findings"]),
        "absences": absences(),
        "version": version if version is not None else "",
        "draft": draft,
        "reason": request.POST.get("reason", draft.reason if draft else ""),
        "restating": bool(accepted),
        "period_over": about.period.end < timezone.localdate(),
    }
    return render(request, "portal/returns/fill.html", context, status=status)


def _said(
    request: HttpRequest,
    plan: ZonePackage,
    about: Subject,
    typed: Mapping[str, Typed],
    explanations: Mapping[str, str],
    refused: ReturnRefused,
    status: int,
) -> HttpResponse:
    """The refusal beside what was typed, which stays."""
    if request.headers.get("HX-Request"):
        return _findings(request, about, typed, explanations, refused=refused)
    return _page(request, plan, about, typed, explanations, refused, status)


def _findings(
    request: HttpRequest,
    about: Subject,
    typed: Mapping[str, Typed],
    explanations: Mapping[str, str],
    *,
    version: int | None = None,
    saved: bool = False,
    refused: ReturnRefused | None = None,
) -> HttpResponse:
    context = _shown(about, typed, explanations)
    context |= {
        "about": about,
        "refused": refused.text if refused else None,
        "lines": lines(about, typed, {}, {}, context["findings"]),
        "version": version,
        "saved_at": timezone.localtime() if saved else None,
        "partial": True,
    }
    return render(request, "portal/returns/_findings.html", context)


def _shown(about: Subject, typed: Mapping[str, Typed], explanations: Mapping[str, str]) -> dict[str, Any]:
    _entries, findings = findings_of(about, typed, explanations)
    begun = any(not each.empty for each in typed.values())
    shown: Sequence[Finding] = [each for each in findings if begun or each.code != "empty"]
    return {
        "findings": shown,
        "errors": [each for each in shown if each.severity is Severity.ERROR],
        "warnings": [each for each in shown if each.severity is Severity.WARNING],
        "notes": [each for each in shown if each.severity is Severity.NOTE],
        "blocking": sum(each.blocks for each in shown),
    }


def _version(request: HttpRequest) -> int | None:
    text = request.POST.get("version", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else None
