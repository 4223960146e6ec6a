"""Reviewing a return: what changed, which rules are broken and how that is explained, what it would move."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from ecociv.evidence.models import StepKind
from ecociv.evidence.registry import SeriesConflict
from ecociv.evidence.returns import queries
from ecociv.evidence.returns.actions import AcceptReturn, ReturnRefused, ReviewReturn, SendBack, Subject
from ecociv.evidence.returns.actions.filling import subject_before
from ecociv.evidence.returns.checks import Outcome, apply_rules, check_entries
from ecociv.evidence.returns.permissions import demand, may_judge
from ecociv.plan.package import ZonePackage
from ecociv.portal.returns import address, lines
from ecociv.portal.returns_downstream import downstream
from ecociv.portal.views.returns import on_return, return_context
from ecociv.portal.zone import language


@require_http_methods(["GET", "HEAD", "POST"])
@on_return
def review(request: HttpRequest, plan: ZonePackage, about: Subject) -> HttpResponse:
    """Look through what was submitted; mark it as reviewed, accept it, or send it back with reasons."""
    of = about.on_record()
    revisions = queries.revisions_of(of) if of else []
    revision = revisions[-1] if revisions else None
    demand(
        may_judge(request.user, plan.zone.key, about.form, about.place, revision, timezone.localdate(), plan)
    )
    refused = ""
    if request.method == "POST":
        try:
            return _judged(request, plan, about)
        except ReturnRefused as error:
            refused = error.text.in_language(language())
        except SeriesConflict as error:
            refused = str(error)
    context = return_context(request, plan, about)
    if revision is None or not context["obligation"].with_reviewer:
        if refused:
            messages.error(request, refused)
        return HttpResponseRedirect(address(about))
    accepted, before = queries.accepted_of(about), subject_before(about)
    old, now = queries.entries_of(accepted), queries.entries_of(revision)
    moved = queries.moved_series(about, old, now) if accepted else []
    findings = check_entries(about.form, about.cells, now, before, revision.explanations)
    context |= {
        "revision": revision,
        "accepted": accepted,
        "lines": lines(about, {}, before, old, findings, now),
        "entries": now,
        "findings": findings,
        "kept": sum(r.outcome is Outcome.KEPT for r in apply_rules(about.form, about.cells, now, before)),
        "moved": {each.rsplit("/", 1)[-1] for each in moved},
        "downstream": downstream(plan, moved, about.period.end.year),
        "refused": refused,
        "may_review": context["obligation"].state is StepKind.SUBMITTED,
        "may_accept": context["obligation"].state in {StepKind.REVIEWED, StepKind.ACCEPTED},
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "portal/returns/review.html", context, status=422 if refused else 200)


def _judged(request: HttpRequest, plan: ZonePackage, about: Subject) -> HttpResponse:
    action, reason = request.POST.get("action", ""), request.POST.get("reason", "")[:1000]
    if action == "send-back":
        SendBack(about, request.user, plan, reason=reason).execute()
        messages.success(request, _("The return was sent back to its body with the reason."))
        return HttpResponseRedirect(address(about))
    if action == "review":
        ReviewReturn(about, request.user, plan, remark=reason).execute()
        messages.success(request, _("The return is marked as reviewed; it is evidence once it is accepted."))
        return HttpResponseRedirect(address(about, "return-review"))
    if action == "accept":
        AcceptReturn(about, request.user, plan).execute()
        messages.success(request, _("The figures are accepted, on record as evidence, and locked."))
    return HttpResponseRedirect(address(about))
