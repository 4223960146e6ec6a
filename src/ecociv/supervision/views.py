"""Pages on which progress is read, reported and corrected; each works as a page and as a part of one."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ecociv.indicators.compute import plan_of
from ecociv.people.as_of import AsOf, read_as_of
from ecociv.plan.package import ProjectOrTask, ZonePackage
from ecociv.plan.queries import ZoneNotLoaded, current_package
from ecociv.supervision.actions import CorrectReport, DutyNotFound, Reported, ReportProgress, duty_at
from ecociv.supervision.drafts import DraftRefused
from ecociv.supervision.forms import ProgressForm
from ecociv.supervision.models import ProgressReport
from ecociv.supervision.panel import address, progress_panel, suggested_period
from ecociv.supervision.permissions import reporting_role, require_correct, require_report
from ecociv.supervision.queries import latest_reports, status_of

Arguments = ParamSpec("Arguments")
DutyView = Callable[Concatenate[HttpRequest, ZonePackage, ProjectOrTask, Arguments], HttpResponse]


def on_duty(view: DutyView[Arguments]) -> Callable[..., HttpResponse]:
    """Give a view the plan and the duty; a page that says so where there is none.

    A page that is only read looks from the moment that its address names (``as_of``): plan and duty are those of then.
    """

    @wraps(view)
    def wrapped(
        request: HttpRequest, kind: str, number: int, *args: Arguments.args, **kwargs: Arguments.kwargs
    ) -> HttpResponse:
        try:
            moment = None if request.method == "POST" else read_as_of(request).moment
            package = (
                current_package(settings.ECOCIV_ZONE)
                if moment is None
                else plan_of(settings.ECOCIV_ZONE, moment)
            )
        except ZoneNotLoaded:
            return render(request, "portal/no_plan.html", status=503)
        try:
            duty = duty_at(package, f"{kind}:{number}")
        except DutyNotFound as error:
            raise Http404(str(error)) from error
        return view(request, package, duty, *args, **kwargs)

    return wrapped


@require_safe
@on_duty
def progress(request: HttpRequest, package: ZonePackage, duty: ProjectOrTask) -> HttpResponse:
    """Status and reports of one duty, today or as known on an earlier day, with the form for whoever may report."""
    return _shown(request, package, duty)


@require_http_methods(["GET", "HEAD", "POST"])
@on_duty
def report(request: HttpRequest, package: ZonePackage, duty: ProjectOrTask) -> HttpResponse:
    """Write a report; refused with the rule's sentence for whoever may not."""
    today = timezone.localdate()
    require_report(request.user, duty, package, today)
    role = reporting_role(request.user, duty, package, today)
    if request.method != "POST":
        period = suggested_period(status_of(package.zone.key, duty, today, package=package), today, package)
        form = ProgressForm(duty, package, today, initial={"period": period}, role=role)
        return _shown(request, package, duty, form=form)
    form = ProgressForm(duty, package, today, request.POST, role=role)
    if form.is_valid() and form.draft is not None:
        action = ReportProgress(package.zone.key, duty.place, form.draft, request.user)
        try:
            return _recorded(request, package, duty, action.execute())
        except DraftRefused as refused:
            for problem in refused.problems:
                form.say(problem)
    return _shown(request, package, duty, form=form)


@require_http_methods(["GET", "HEAD", "POST"])
@on_duty
def correct(request: HttpRequest, package: ZonePackage, duty: ProjectOrTask, report: int) -> HttpResponse:
    """Correct a report: the form holds what was reported, and asks for the reason."""
    today = timezone.localdate()
    require_report(request.user, duty, package, today)
    current = latest_reports(package.zone.key, duty.place).filter(number=report).first()
    if current is None:
        raise Http404(f"{duty.place} has no report number {report}")
    require_correct(request.user, current, package, today)
    action_url = address("correct", duty, report=report)
    if request.method != "POST":
        form = ProgressForm(duty, package, today, correcting=current)
        return _shown(request, package, duty, form=form, action_url=action_url)
    form = ProgressForm(duty, package, today, request.POST, correcting=current)
    if form.is_valid() and form.draft is not None:
        action = CorrectReport(
            package.zone.key,
            duty.place,
            number=report,
            seen=form.cleaned_data["seen"],
            draft=form.draft,
            reason=form.cleaned_data["correction_reason"],
            author=request.user,
        )
        try:
            return _recorded(request, package, duty, action.execute())
        except DraftRefused as refused:
            for problem in refused.problems:
                form.say(problem)
    return _shown(request, package, duty, form=form, action_url=action_url)


def _recorded(
    request: HttpRequest, package: ZonePackage, duty: ProjectOrTask, reported: Reported
) -> HttpResponse:
    """Back to where the reader came from, or the part of the page with what is now on record."""
    notice = _notice(reported.report)
    if _is_part(request):
        return _shown(request, package, duty, notice=notice)
    messages.success(request, notice)
    return HttpResponseRedirect(f"{_back(request) or address('progress', duty)}#progress")


def _notice(recorded: ProgressReport) -> str:
    if recorded.is_correction:
        return _("The correction of the report for %(year)s is on record.") % {"year": recorded.period}
    return _("The report for %(year)s is on record.") % {"year": recorded.period}


def _shown(
    request: HttpRequest,
    package: ZonePackage,
    duty: ProjectOrTask,
    *,
    form: ProgressForm | None = None,
    action_url: str = "",
    notice: str = "",
) -> HttpResponse:
    as_of: AsOf | None = None if request.method == "POST" else read_as_of(request)
    panel = progress_panel(
        request.user,
        package,
        duty,
        back=_back(request),
        form=form,
        action_url=action_url,
        notice=notice,
        as_of=as_of.moment if as_of else None,
    )
    template = "supervision/_panel.html" if _is_part(request) else "supervision/progress.html"
    return render(request, template, {"panel": panel, "duty": duty, "as_of": as_of})


def _is_part(request: HttpRequest) -> bool:
    """Whether a script of the page asks for its part only."""
    return request.headers.get("HX-Request") == "true"


def _back(request: HttpRequest) -> str:
    """The address to return to, when it is one of this site."""
    asked = request.POST.get("back") or request.GET.get("back") or ""
    safe = url_has_allowed_host_and_scheme(asked, {request.get_host()}, require_https=request.is_secure())
    return asked if safe else ""
