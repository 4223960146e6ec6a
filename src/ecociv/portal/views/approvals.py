"""Integrated approval: applications with the state of every opinion, one application, and receiving one."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from ecociv.casework.actions import CaseRefused, InputRefused
from ecociv.casework.load import case_type
from ecociv.casework.models import Case
from ecociv.casework.permissions import may_open, refuse
from ecociv.casework.queries import cases_for
from ecociv.core.verdicts import Verdict
from ecociv.land_administration.approvals.actions import TYPE, HandedIn, ReceiveApplication
from ecociv.land_administration.approvals.declaration import approvals
from ecociv.land_administration.approvals.models import ProjectApplication
from ecociv.people.doors import people_of_the_zone
from ecociv.plan.package import ZonePackage
from ecociv.portal.approval_forms import ApplicationForm, document_inputs
from ecociv.portal.case_inputs import received
from ecociv.portal.case_rows import CaseRow, rows_of, with_parties
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.shape_files import Given, given_shape
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language, zone_key
from ecociv.territory.rules.purposes import PurposeRefused
from ecociv.territory.site_check.actions import SiteRequest
from ecociv.territory.site_check.queries import may_read_check
from ecociv.territory.site_check.sites import SiteRefused


@dataclass(frozen=True, slots=True)
class ApplicationRow:
    """One application in the list: its case and how many opinions are in."""

    application: ProjectApplication
    case: CaseRow
    class_name: str
    asked: int
    answered: int

    @property
    def opinions(self) -> str:
        """Opinions given of those asked for."""
        return f"{self.answered}/{self.asked}" if self.asked else ""


_COLUMNS: tuple[Column[ApplicationRow], ...] = (
    sortable("project", gettext_lazy("Project"), lambda r: r.application.title),
    sortable("applicant", gettext_lazy("Applicant"), lambda r: r.application.applicant),
    sortable("class", gettext_lazy("Class of the project"), lambda r: r.class_name),
    Column(
        "check",
        gettext_lazy("Site check"),
        lambda r: r.application.check_made.answer_text.in_language(language()),
        sort_by=lambda r: r.application.check_made.answer,
    ),
    sortable("state", gettext_lazy("State"), lambda r: r.case.state),
    Column(
        "opinions", gettext_lazy("Opinions"), lambda r: r.opinions, sort_by=lambda r: r.asked - r.answered
    ),
    Column(
        "due",
        gettext_lazy("Due"),
        lambda r: r.case.due.isoformat() if r.case.due else None,
        sort_by=lambda r: r.case.due,
    ),
    Column("case", gettext_lazy("Case"), lambda r: r.case.case.number, sort_by=lambda r: r.case.case.serial),
)


@require_safe
@people_of_the_zone
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Applications whose case the reader may see."""
    zone, today = zone_key(), timezone.localdate()
    declared = approvals(zone)
    filters = Filters(
        request.GET,
        [
            Filter(
                "class",
                _("Class of the project"),
                [Choice(one.key, one.title.in_language(language())) for one in declared.classes],
                _("All classes"),
            ),
            Filter(
                "is",
                _("State"),
                [Choice("open", _("Open")), Choice("overdue", _("Overdue")), Choice("closed", _("Closed"))],
                _("Open and closed"),
            ),
        ],
    )
    found = _visible(request)
    if filters["class"]:
        found = found.filter(project_class=filters["class"])
    if filters["is"]:
        found = found.filter(case__closed_at__isnull=filters["is"] != "closed")
    if filters["is"] == "overdue":
        found = found.filter(case__due__lt=today)
    applications = list(found)
    cases = {
        row.case.pk: row
        for row in rows_of(
            with_parties(Case.objects.filter(application__in=found.order_by().values("pk"))), today
        )
    }
    tallies: dict[int, list[int]] = {}
    for parent, closed in Case.objects.filter(
        parent__application__in=found.order_by().values("pk")
    ).values_list("parent", "closed_at"):
        tally = tallies.setdefault(parent or 0, [0, 0])
        tally[0] += 1
        tally[1] += closed is not None
    rows = [
        ApplicationRow(one, cases[one.case_id], _class_name(one), *tallies.get(one.case_id, [0, 0]))
        for one in applications
        if matches(filters.text, one.title, one.applicant, cases[one.case_id].case.number)
    ]
    table = Table(_COLUMNS, rows, request.GET, default_sort="due")
    if download := export(request, table, _("Integrated approval")):
        return download
    context = {"table": table, "filters": filters, "may_receive": _reception(request, plan).ok}
    return render(request, "portal/approvals/list.html", context)


@require_safe
@people_of_the_zone
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, pk: int) -> HttpResponse:
    """One application: the site, whom it concerns and what they said, what was missing."""
    application = _visible(request).filter(pk=pk).first()
    if application is None:
        raise Http404
    today, tongue = timezone.localdate(), language()
    declared = approvals(application.zone)
    opinions = rows_of(with_parties(Case.objects.filter(parent=application.case_id)), today)
    types = case_type(application.zone, "approval-opinion")
    asked = [
        (
            plan.organisation(key).shown(tongue) if plan.has_organisation(key) else key,
            [_in(tongue, text) for text in why],
        )
        for key, why in application.bodies
    ]
    context = {
        "application": application,
        "class_name": _class_name(application),
        "case": rows_of(with_parties(Case.objects.filter(pk=application.case_id)), today)[0],
        "asked": asked,
        "opinions": [
            (
                row,
                _asked_body(row.case, plan),
                types.outcomes[row.case.outcome].in_language(tongue)
                if row.case.outcome in types.outcomes
                else "",
            )
            for row in opinions
        ],
        "documents": [
            (declared.documents[key].in_language(tongue), given)
            for key, given in application.documents
            if key in declared.documents
        ],
        "check": application.check_made if may_read_check(request.user, application.check_made) else None,
    }
    return render(request, "portal/approvals/detail.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@people_of_the_zone
@with_plan
def receive(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Receive an application; "look first" says whom it concerns and what is missing, and records nothing."""
    refuse(_reception(request, plan))
    form = ApplicationForm(
        request.POST or None, request.FILES or None, initial={"geometry": request.GET.get("geometry", "")}
    )
    preview: dict[str, Any] = {}
    given = (
        given_shape(form, "geometry", "site_file") if request.method == "POST" and form.is_valid() else None
    )
    if given is not None:
        try:
            with received(request, only="documents") as files:
                action = _action(
                    request,
                    form.cleaned_data,
                    given,
                    [HandedIn(one.key, one.path, one.name) for one in files],
                )
                if "look" in request.POST:
                    preview = _preview(action, plan)
                else:
                    done = action.execute()
                    for note in given.notes:
                        messages.info(request, note)
                    messages.success(
                        request,
                        _("The application was received as %(number)s.") % {"number": done.case.number},
                    )
                    return redirect("portal:approval", pk=done.pk)
        except InputRefused as refused:
            for name, text in refused.faults.items():
                form.add_error(name if name in form.fields else None, text.in_language(language()))
        except CaseRefused as refused:
            form.add_error(None, refused.text.in_language(language()))
        except SiteRefused as refused:
            form.add_error("geometry", refused.text.in_language(language()))
        except PurposeRefused as refused:
            form.add_error("purpose", refused.text.in_language(language()))
    context = {
        "form": form,
        "inputs": document_inputs(),
        "preview": preview,
        "notes": given.notes if given else (),
    }
    return render(request, "portal/approvals/form.html", context)


def _action(
    request: HttpRequest, said: dict[str, Any], given: Given, documents: list[HandedIn]
) -> ReceiveApplication:
    site = SiteRequest(given.text, said["purpose"], _today(), crs=given.crs)
    return ReceiveApplication(
        zone=zone_key(),
        title=said["title"],
        applicant=said["applicant"],
        contact=said["contact"],
        project_class=said["project_class"],
        site=site,
        author=request.user,
        documents=documents,
    )


def _preview(action: ReceiveApplication, plan: ZonePackage) -> dict[str, Any]:
    action.documents = tuple(action.documents)
    checked, needs = action.check()
    tongue, given = language(), {one.key for one in action.documents}
    names = approvals(action.zone).documents
    today = _today()
    return {
        "answer": checked.result[f"answer_{tongue}"],
        "bodies": [
            (plan.body_on(one.body, today).shown(tongue), [why.in_language(tongue) for why in one.why])
            for one in needs.bodies
        ],
        "missing": [names[key].in_language(tongue) for key in needs.documents if key not in given],
    }


def _today() -> dt.date:
    return timezone.localdate()


def _visible(request: HttpRequest) -> Any:
    return ProjectApplication.objects.filter(
        zone=zone_key(), case__in=cases_for(request.user, zone_key()).values("pk")
    ).select_related("case", "check_made")


def _asked_body(case: Case, plan: ZonePackage) -> str:
    """The body whose opinion a case asks for, without the window that asks."""
    keys = [party.organisation for party in case.parties.all() if party.part == "body"]
    shown = [plan.organisation(key).shown(language()) if plan.has_organisation(key) else key for key in keys]
    return ("、" if language() == "zh" else ", ").join(shown)


def _class_name(application: ProjectApplication) -> str:
    declared = approvals(application.zone).project_class(application.project_class)
    return declared.title.in_language(language()) if declared else application.project_class


def _in(tongue: str, text: dict[str, str]) -> str:
    return text.get(tongue) or text.get("zh", "")


def _reception(request: HttpRequest, plan: ZonePackage) -> Verdict:
    """Whether the reader may receive applications today."""
    today = timezone.localdate()
    window = plan.body_on(approvals(zone_key()).window, today).key
    return may_open(request.user, zone_key(), case_type(zone_key(), TYPE), {"window": (window,)}, today)
