"""Writing a yearly self-report: prefilled from the record, saved while it is typed, handed in as a revision."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ecociv.people.doors import people_of_the_zone
from ecociv.plan.package import ZonePackage
from ecociv.portal.views.common import with_plan
from ecociv.portal.views.self_reports import standing_or_404
from ecociv.portal.zone import language
from ecociv.supervision.draft_actions import WorkDraftRefused
from ecociv.supervision.drafts import DraftRefused
from ecociv.supervision.models import WorkDraft
from ecociv.supervision.parts import name_of
from ecociv.supervision.self_reports.actions import (
    Opened,
    SaveSelfReportDraft,
    SubmitSelfReport,
    open_self_report,
    statement_of,
)
from ecociv.supervision.self_reports.composition import LONGEST, REASON_LONGEST
from ecociv.supervision.self_reports.permissions import require_write
from ecociv.supervision.states import DutyState


@require_http_methods(["GET", "HEAD", "POST"])
@people_of_the_zone
@with_plan
def write(request: HttpRequest, plan: ZonePackage, body: str, year: int) -> HttpResponse:
    """The form: what the record says beside what the body writes; save, or hand in."""
    standing = standing_or_404(plan, body, year)
    require_write(request.user, standing.body, plan, timezone.localdate())
    if request.method != "POST":
        return _shown(request, plan, standing.body, year)
    if request.POST.get("action") == "save":
        draft, refusal = _save(request, plan, standing.body, year)
        if draft is None:
            return _shown(request, plan, standing.body, year, typed=_typed(request), errors={"": [refusal]})
        messages.success(request, _("The draft is saved; nothing was handed in yet."))
        return redirect("portal:self-report-write", standing.body, year)
    try:
        SubmitSelfReport(
            plan.zone.key,
            standing.body,
            year,
            statement_of(_typed(request)),
            request.user,
            seen=_count(request.POST.get("seen", "")),
            reason=request.POST.get("correction_reason", ""),
        ).execute()
    except DraftRefused as refused:
        errors: dict[str, list[str]] = {}
        for problem in refused.problems:
            errors.setdefault(problem.field, []).append(problem.reason.text.in_language(language()))
        return _shown(request, plan, standing.body, year, typed=_typed(request), errors=errors)
    messages.success(request, _("The self-report on %(year)s is on record.") % {"year": year})
    return redirect("portal:self-report", standing.body, year)


@require_POST
@people_of_the_zone
@with_plan
def save(request: HttpRequest, plan: ZonePackage, body: str, year: int) -> HttpResponse:
    """Save the draft while its author types; answers with the line that says so."""
    standing = standing_or_404(plan, body, year)
    draft, refusal = _save(request, plan, standing.body, year)
    return render(request, "portal/work/_saved.html", {"draft": draft, "refusal": refusal})


def _save(request: HttpRequest, plan: ZonePackage, body: str, year: int) -> tuple[WorkDraft | None, str]:
    try:
        return SaveSelfReportDraft(plan.zone.key, body, year, _typed(request), request.user).execute(), ""
    except WorkDraftRefused as refused:
        return None, refused.text.in_language(language())


def _typed(request: HttpRequest) -> dict[str, str]:
    left_out = {"csrfmiddlewaretoken", "action", "seen", "correction_reason", "draft_year"}
    return {name: str(text) for name, text in request.POST.items() if name not in left_out}


def _count(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0


def _shown(
    request: HttpRequest,
    plan: ZonePackage,
    body: str,
    year: int,
    *,
    typed: Mapping[str, str] | None = None,
    errors: Mapping[str, list[str]] | None = None,
) -> HttpResponse:
    afresh = request.method != "POST" and request.GET.get("afresh") == "1"
    opened = open_self_report(plan.zone.key, body, year, request.user, language=language(), afresh=afresh)
    texts = {**opened.texts, **(typed or {})}
    found = dict(errors or {})
    context = {
        "body": name_of(body, plan),
        "body_key": body,
        "year": year,
        "opened": opened,
        "facts": opened.facts,
        "standing": opened.standing,
        "state": opened.standing.standing,
        "parts": _parts(opened, texts, found),
        "duties": [
            {
                "fact": duty,
                "light": DutyState(duty.state).light,
                "text": texts.get(duty.place, ""),
                "errors": found.get(duty.place, ()),
            }
            for duty in opened.facts.led
        ],
        "reason": request.POST.get("correction_reason", ""),
        "reason_errors": found.get("correction_reason", ()),
        "errors": found.get("", ()),
        "any_errors": bool(found),
        "seen": request.POST.get("seen")
        or (opened.standing.current.revision if opened.standing.current else 0),
        "longest": LONGEST,
        "reason_longest": REASON_LONGEST,
        "draft": opened.draft,
    }
    return render(request, "portal/self_reports/write.html", context, status=400 if found else 200)


def _parts(opened: Opened, texts: Mapping[str, str], errors: Mapping[str, list[str]]) -> list[dict[str, Any]]:
    asked = [
        ("summary", _("Summary"), _("How the year went, in a few sentences."), 6),
        ("promised_outcome", _("What became of last year's steps"), opened.facts.promised, 4),
        ("problems", _("Problems"), _("What is late, what is red, what is open, and why."), 6),
        (
            "next_steps",
            _("Next year's steps"),
            _("Measure, person and day; next year's report answers for them."),
            6,
        ),
    ]
    return [
        {
            "name": name,
            "label": label,
            "hint": hint,
            "rows": rows,
            "text": texts.get(name, ""),
            "errors": errors.get(name, ()),
        }
        for name, label, hint, rows in asked
        if name != "promised_outcome" or opened.facts.promised
    ]
