"""Taking the steps of an audit from its pages: new audit, sample, papers, requests, draft, comment, conclusion."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ecociv.accounts.audit.actions import (
    CommentOnDraft,
    Conclude,
    DrawRecords,
    OpenAudit,
    PublishSample,
    RequestEvidence,
    ReviewPaper,
    SendDraft,
    WritePaper,
)
from ecociv.accounts.audit.declaration import rules_on
from ecociv.accounts.audit.models import LeavingAudit, PaperStatus
from ecociv.accounts.audit.permissions import may_audit, require_audit, require_read_all
from ecociv.accounts.audit.standing import standing_of
from ecociv.accounts.audit.term import AuditRefused
from ecociv.accounts.queries import AccountsRefused
from ecociv.casework.refusals import CaseRefused
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import read_as_of
from ecociv.portal.internal import internal
from ecociv.portal.leaving_audit_forms import (
    CommentForm,
    ConclusionForm,
    NewAuditForm,
    PaperForm,
    RequestForm,
    ReviewForm,
    SeedForm,
)
from ecociv.portal.views.common import with_plan
from ecociv.portal.views.leaving_audits import audit_for, bodies_to_ask, records_drawn, shown
from ecociv.portal.zone import language, zone_key
from ecociv.supervision.responsibility.models import Official
from ecociv.supervision.responsibility.queries import everyone

_takes_form = require_http_methods(["GET", "HEAD", "POST"])
_TAB_OF = {"publish": "papers", "draw": "papers", "request": "papers"}


@_takes_form
@internal
@with_plan
def new(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Open an audit."""
    require_audit(request.user, zone_key())
    posts = {f"{one.official}:{one.post.number}": one for one in everyone(request.user, zone_key())}
    choices = [
        (
            key,
            f"{one.name} · {plan.organisation(one.post.body).shown(language()) if plan.has_organisation(one.post.body) else one.post.body}"
            f" {one.post.title} · {one.post.starts} – {one.post.ends or '…'}",
        )
        for key, one in posts.items()
    ]
    form = NewAuditForm(choices, request.POST or None)
    if request.method == "POST" and form.is_valid():
        chosen = posts[form.cleaned_data["post"]]
        first = form.cleaned_data["first"] or chosen.post.starts
        last = form.cleaned_data["last"] or chosen.post.ends or timezone.localdate()
        try:
            made = OpenAudit(
                Official.objects.get(pk=chosen.official), chosen.post.body, first, last, request.user, sample=chosen.sample
            ).execute()
        except (AuditRefused, AccountsRefused) as refused:
            _mark(form, refused)
        else:
            messages.success(request, _("The audit is open."))
            return redirect("portal:leaving-audit", pk=made.pk)
    status = 422 if form.errors else 200
    return render(request, "portal/leaving_audits/new.html", {"form": form, "posts": bool(posts)}, status=status)


@require_POST
@internal
@with_plan
def step(request: HttpRequest, plan: ZonePackage, pk: int) -> HttpResponse:
    """One step; where it is refused the page comes back with the reason and what was typed."""
    audit = audit_for(request, pk)
    name = request.POST.get("step", "")
    tab = _TAB_OF.get(name, "conclusion")
    form = _form(name, request, plan, audit)
    if not form.is_valid():
        return shown(request, plan, audit, (name, form), tab)
    try:
        _take(name, request, audit, form.cleaned_data)
    except (AuditRefused, AccountsRefused, CaseRefused) as refused:
        _mark(form, refused)
        if name in ("draw", "draft"):
            messages.error(request, refused.text.in_language(language()))
            return redirect(f"{reverse('portal:leaving-audit', args=[pk])}?tab={tab}")
        return shown(request, plan, audit, (name, form), tab)
    messages.success(request, _("Recorded."))
    return redirect(f"{reverse('portal:leaving-audit', args=[pk])}?tab={tab}")


def _form(name: str, request: HttpRequest, plan: ZonePackage, audit: LeavingAudit) -> forms.Form:
    if name == "publish":
        return SeedForm(request.POST)
    if name == "request":
        return RequestForm(bodies_to_ask(plan, audit), request.POST)
    if name == "comment":
        return CommentForm(request.POST)
    if name == "conclude":
        return ConclusionForm(rules_on(timezone.localdate()), request.POST)
    if name in ("draw", "draft"):
        return forms.Form(request.POST)
    raise Http404(_("There is no such step."))


def _take(name: str, request: HttpRequest, audit: LeavingAudit, said: dict[str, Any]) -> None:
    user = request.user
    if name == "publish":
        PublishSample(audit, said["seed"], user, said["size"]).execute()
    elif name == "draw":
        DrawRecords(audit, user).execute()
    elif name == "request":
        RequestEvidence(audit, said["body"], said["request"], user).execute()
    elif name == "draft":
        SendDraft(audit, user).execute()
    elif name == "comment":
        CommentOnDraft(audit, said["text"], user).execute()
    else:
        Conclude(audit, said["chosen"], said["reason"], user).execute()


@_takes_form
@internal
@with_plan
def paper(request: HttpRequest, plan: ZonePackage, pk: int, number: int | None = None) -> HttpResponse:
    """One working paper with its revisions; auditors write and review it here."""
    require_read_all(request.user, zone_key())
    audit, as_of = audit_for(request, pk), read_as_of(request)
    now = standing_of(audit, as_of.moment)
    newest = next((one for one in now.papers if one.number == number), None)
    if number is not None and newest is None:
        raise Http404(_("There is no such paper."))
    audits = may_audit(request.user, audit.zone) and now.conclusion is None and not as_of.moment
    if request.method == "POST" or newest is None:
        require_audit(request.user, audit.zone)
    reviews = audits and newest is not None and newest.status == PaperStatus.SUBMITTED and newest.written_by_id != request.user.pk
    writes = audits and (newest is None or newest.status != PaperStatus.REVIEWED)
    before = {name: getattr(newest, name) for name in ("title", "procedure", "finding", "severity")} if newest else {}
    sent = request.POST.get("step", "") if request.method == "POST" else ""
    form = PaperForm(request.POST if sent == "write" else None, initial=before)
    review = ReviewForm(request.POST if sent == "review" else None)
    asked = review if sent == "review" else form
    if sent and asked.is_valid():
        said = asked.cleaned_data
        try:
            if sent == "review":
                assert number is not None
                ReviewPaper(audit, number, said["accept"] == "yes", said["note"], request.user).execute()
            else:
                WritePaper(
                    audit, request.user, said["title"], said["procedure"], said["finding"], said["severity"], number, hand_in=said["hand_in"]
                ).execute()
        except AuditRefused as refused:
            _mark(asked, refused)
        else:
            messages.success(request, _("Recorded."))
            return redirect(f"{reverse('portal:leaving-audit', args=[pk])}?tab=papers")
    revisions = audit.papers.filter(number=number).order_by("-revision") if number is not None else audit.papers.none()
    if as_of.moment is not None:
        revisions = revisions.filter(recorded_at__lte=as_of.moment)
    context = {
        "audit": audit, "as_of": as_of, "paper": newest, "revisions": revisions,
        "form": form if writes else None, "review": review if reviews else None,
        "record": records_drawn(plan, audit, now, as_of).get(newest.about) if newest else None,
        "own": newest is not None and newest.status == PaperStatus.SUBMITTED and newest.written_by_id == request.user.pk,
    }  # fmt: skip
    return render(request, "portal/leaving_audits/paper.html", context, status=422 if asked.errors else 200)


def _mark(form: forms.Form, refused: AuditRefused | AccountsRefused | CaseRefused) -> None:
    field = getattr(refused, "field", "")
    form.add_error(field if field in form.fields else None, refused.text.in_language(language()))
