"""Reporting a task or a project from the list of one's work: on a phone, in two minutes, with nothing typed lost."""

from __future__ import annotations

import contextlib
import datetime as dt
from typing import Any

from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from ecociv.people.doors import people_of_the_zone
from ecociv.plan.package import ProjectOrTask, ZonePackage
from ecociv.portal.case_inputs import received
from ecociv.portal.views.common import with_plan
from ecociv.portal.zone import language
from ecociv.supervision.actions import DutyNotFound, ReportProgress, duty_at
from ecociv.supervision.draft_actions import DiscardDraft, SaveDraft, WorkDraftRefused, draft_for
from ecociv.supervision.drafts import DraftRefused, periods_open
from ecociv.supervision.enclosures import MOST, Enclosure
from ecociv.supervision.forms import ProgressForm
from ecociv.supervision.models import WorkDraft
from ecociv.supervision.panel import progress_panel, suggested_period
from ecociv.supervision.permissions import reporting_role, require_report
from ecociv.supervision.states import ReportingRole


@require_http_methods(["GET", "HEAD", "POST"])
@people_of_the_zone
@with_plan
def report(request: HttpRequest, plan: ZonePackage, kind: str, number: int) -> HttpResponse:
    """Write a report and hand it in; what was typed and not handed in is there again when the page is opened."""
    duty, today = _duty(plan, kind, number), timezone.localdate()
    require_report(request.user, duty, plan, today)
    if request.method != "POST":
        draft = draft_for(request.user, plan.zone.key, duty.place, _year(request.GET.get("year")))
        return _shown(request, plan, duty, draft=draft)
    if request.POST.get("action") == "save":
        return _saved_by_button(request, plan, duty)
    role = reporting_role(request.user, duty, plan, today)
    form = ProgressForm(duty, plan, today, request.POST, role=role)
    if form.is_valid() and form.draft is not None:
        try:
            with received(request) as files, transaction.atomic():
                enclosed = tuple(Enclosure(each.path, each.name) for each in files)
                ReportProgress(plan.zone.key, duty.place, form.draft, request.user, enclosed).execute()
                drafts = WorkDraft.objects.filter(
                    author=request.user.pk, zone=plan.zone.key, subject=duty.place
                )
                years = {form.draft.period, _year(request.POST.get("draft_year"))}
                for draft in drafts.filter(year__in=[year for year in years if year]):
                    DiscardDraft(draft, request.user).execute()
        except DraftRefused as refused:
            for problem in refused.problems:
                form.say(problem)
        else:
            messages.success(
                request,
                _("The report on “%(title)s” for %(year)s is on record.")
                % {"title": duty.title.in_language(language()), "year": form.draft.period},
            )
            return redirect("portal:work")
    return _shown(request, plan, duty, form=form)


@require_POST
@people_of_the_zone
@with_plan
def save(request: HttpRequest, plan: ZonePackage, kind: str, number: int) -> HttpResponse:
    """Save the draft while its author types; answers with the line that says so."""
    duty = _duty(plan, kind, number)
    draft, refusal = _save(request, plan, duty)
    context = {"draft": draft, "refusal": refusal, "draft_year": _year(request.POST.get("draft_year"))}
    return render(request, "portal/work/_saved.html", context)


@require_POST
@people_of_the_zone
@with_plan
def discard(request: HttpRequest, plan: ZonePackage, pk: int) -> HttpResponse:
    """Throw one's own draft away; somebody else's is not there."""
    draft = get_object_or_404(WorkDraft, pk=pk, author=request.user, zone=plan.zone.key)
    DiscardDraft(draft, request.user).execute()
    messages.success(request, _("The draft was discarded."))
    return redirect("portal:work")


def _duty(plan: ZonePackage, kind: str, number: int) -> ProjectOrTask:
    try:
        return duty_at(plan, f"{kind}:{number}")
    except DutyNotFound as error:
        raise Http404(str(error)) from error


def _year(text: str | None) -> int | None:
    with contextlib.suppress(TypeError, ValueError):
        year = int(text or "")
        return year if 1900 <= year <= 2999 else None
    return None


def _moment(text: str | None) -> dt.datetime | None:
    with contextlib.suppress(ValueError):
        moment = dt.datetime.fromisoformat(text or "")
        return moment if timezone.is_aware(moment) else None
    return None


def _save(request: HttpRequest, plan: ZonePackage, duty: ProjectOrTask) -> tuple[WorkDraft | None, str]:
    action = SaveDraft(
        zone=plan.zone.key,
        place=duty.place,
        year=_year(request.POST.get("period")) or 0,
        content={name: str(text) for name, text in request.POST.items()},
        author=request.user,
        was=_year(request.POST.get("draft_year")),
        opened=_moment(request.POST.get("opened")),
    )
    try:
        return action.execute(), ""
    except WorkDraftRefused as refused:
        return None, refused.text.in_language(language())


def _saved_by_button(request: HttpRequest, plan: ZonePackage, duty: ProjectOrTask) -> HttpResponse:
    draft, refusal = _save(request, plan, duty)
    if draft is None:
        form = ProgressForm(duty, plan, timezone.localdate(), initial=_typed(request.POST))
        return _shown(request, plan, duty, form=form, refusal=refusal)
    messages.success(request, _("The draft is saved; nothing was handed in yet."))
    address = reverse("portal:work-report", args=[duty.place_kind, duty.number])
    return HttpResponseRedirect(f"{address}?year={draft.year}")


def _typed(post: Any) -> dict[str, str]:
    return {name: str(text) for name, text in post.items() if name != "csrfmiddlewaretoken"}


def _shown(
    request: HttpRequest,
    plan: ZonePackage,
    duty: ProjectOrTask,
    *,
    draft: WorkDraft | None = None,
    form: ProgressForm | None = None,
    refusal: str = "",
) -> HttpResponse:
    today = timezone.localdate()
    panel = progress_panel(request.user, plan, duty, back=reverse("portal:work"), form=form)
    if form is None:
        asked = _year(request.GET.get("year"))
        period = (
            asked if asked in periods_open(duty, plan, today) else suggested_period(panel.status, today, plan)
        )
        initial = {"period": period} if draft is None else {"period": draft.year, **draft.content}
        role = reporting_role(request.user, duty, plan, today)
        form = ProgressForm(duty, plan, today, initial=initial, role=role)
    context = {
        "duty": duty,
        "panel": panel,
        "form": form,
        "draft": draft,
        "draft_year": draft.year if draft else _year(request.POST.get("draft_year")),
        "refusal": refusal,
        "supports": form.role is ReportingRole.SUPPORT,
        "most_files": MOST,
        "opened": request.POST.get("opened") or timezone.now().isoformat(),
        "last": panel.entries[0] if panel.entries else None,
    }
    return render(request, "portal/work/report.html", context)
