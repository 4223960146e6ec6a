"""Opening a case, and the declared types of cases."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from ecociv.casework.actions import CaseRefused, InputRefused, OpenCase
from ecociv.casework.declaration import CaseType
from ecociv.casework.diagram import diagram
from ecociv.casework.load import load_case_types
from ecociv.casework.permissions import may_open
from ecociv.casework.queries import cases_for, counts_by_state
from ecociv.people.doors import people_of_the_zone
from ecociv.plan.package import ZonePackage
from ecociv.portal.case_inputs import Inputs, given_fields, given_parties, received
from ecociv.portal.document_form import claims
from ecociv.portal.views.common import with_plan
from ecociv.portal.zone import language, zone_key


def _type(key: str) -> CaseType:
    found = load_case_types(zone_key()).get(key)
    if found is None:
        raise Http404(_("This zone declares no such type of case."))
    return found


OWN_FORMS = {"environmental-damage": "portal:damage-new"}
"""Types whose cases are opened by a form of their own, which records more than the case."""


@require_http_methods(["GET", "HEAD", "POST"])
@people_of_the_zone
@with_plan
def new(request: HttpRequest, plan: ZonePackage, key: str) -> HttpResponse:
    """The form that opens a case; what was typed stays when something is wrong."""
    case_type = _type(key)
    if key in OWN_FORMS:
        return redirect(OWN_FORMS[key])
    verdict = may_open(request.user, zone_key(), case_type)
    if not verdict.ok:
        raise PermissionDenied(" ".join(reason.text.in_language(language()) for reason in verdict.reasons))
    made, refused, status = Inputs(), "", 200
    if request.method == "POST":
        given = request.POST
        parent = cases_for(request.user, zone_key()).filter(pk=_number(given.get("parent", ""))).first()
        try:
            with received(request) as documents:
                case = OpenCase(
                    zone_key(),
                    key,
                    given.get("title", ""),
                    request.user,
                    subject=given.get("subject", "").strip(),
                    parties=given_parties(given),
                    fields=given_fields(given),
                    reason=given.get("reason", ""),
                    parent=parent,
                    documents=documents,
                ).execute()
        except InputRefused as error:
            made, status = Inputs("", given, error.faults), 422
            refused = _("Nothing was opened yet: mend what is marked. Files have to be chosen again.")
        except CaseRefused as error:
            made, status, refused = Inputs("", given), 422, error.text.in_language(language())
        else:
            messages.success(request, _("The case is open, and whoever moves next has been told."))
            return redirect("portal:case", case.type, case.number)
    inputs = made.of_opening(case_type, request.GET.get("subject", "")[:200])
    parent_key = _number(request.POST.get("parent") or request.GET.get("parent") or "")
    context = {
        "type": case_type,
        "inputs": inputs,
        "refused": refused,
        "claims": claims(),
        "parent": cases_for(request.user, zone_key()).filter(pk=parent_key).first(),
    }
    return render(request, "portal/cases/new.html", context, status=status)


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else 0


@require_safe
@with_plan
def types(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The types of cases that the zone declares."""
    counts: dict[str, int] = {}
    for (key, _state), n in counts_by_state(
        cases_for(request.user, zone_key()).filter(closed_at__isnull=True)
    ).items():
        counts[key] = counts.get(key, 0) + n
    found = [
        (each, counts.get(key, 0), may_open(request.user, zone_key(), each).ok)
        for key, each in load_case_types(zone_key()).items()
    ]
    return render(request, "portal/cases/types.html", {"types": found})


@require_safe
@with_plan
def type_detail(request: HttpRequest, plan: ZonePackage, key: str) -> HttpResponse:
    """One type: its diagram, and tables of parts, moves and clocks."""
    case_type = _type(key)
    context: dict[str, Any] = {
        "type": case_type,
        "diagram": mark_safe(diagram(case_type, language=language())),  # noqa: S308 - drawn here, its words are escaped
        "parts": case_type.parts.values(),
        "moves": [
            {
                "title": move.title,
                "from": [case_type.states[k].title for k in move.from_],
                "to": case_type.states[move.to].title,
                "by": [case_type.parts[k].title for k in move.by],
                "needs": [
                    *(case_type.fields[k].title for k in move.fields),
                    *(case_type.documents[k].title for k in move.documents),
                ],
                "guards": len(move.guards),
            }
            for move in case_type.transitions.values()
        ],
        "clocks": [
            {
                "clock": clock,
                "runs": [case_type.states[k].title for k in clock.runs_in],
                "pauses": [case_type.states[k].title for k in clock.pauses_in],
                "until": case_type.fields[clock.until_field].title if clock.until_field else None,
                "steps": [(s, [case_type.parts[k].title for k in s.to]) for s in clock.escalation],
            }
            for clock in case_type.clocks.values()
        ],
        "may_open": may_open(request.user, zone_key(), case_type).ok,
    }
    return render(request, "portal/cases/type.html", context)
