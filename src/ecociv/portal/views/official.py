"""Official documents by kind: choose, look at the pages, take the file."""

from __future__ import annotations

import base64
import datetime as dt
import tempfile
from pathlib import Path
from typing import Any
from urllib.parse import quote

from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ecociv.assessment.rules import rule_sets
from ecociv.casework.queries import by_type, cases_for
from ecociv.people.permissions import allowed, require
from ecociv.people.policy import Action
from ecociv.plan.package import ZonePackage
from ecociv.portal.document_form import bodies
from ecociv.portal.views.common import with_plan
from ecociv.portal.views.reports import FORMS
from ecociv.portal.zone import language
from ecociv.reporting.official.content import OfficialDocument
from ecociv.reporting.official.kinds import KINDS, Kind
from ecociv.reporting.official.register import may_issue, series_for
from ecociv.reporting.official.render.pdf import to_pictures
from ecociv.reporting.official.series import SeriesNotDeclared
from ecociv.reporting.official.write import Options, compose_document, write_document
from ecociv.reporting.problems import ReportRefused

MOST_PAGES = 6
"""Pages that are shown before the file is taken."""
MOST_CASES = 300


@require_safe
@with_plan
def chooser(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The kinds; one of them with its options; its pages; or its file, as the address says."""
    zone = plan.zone.key
    kind = KINDS.get(request.GET.get("kind", ""))
    form = request.GET.get("form", "")
    context: dict[str, Any] = {
        "kinds": list(KINDS.values()),
        "kind": kind,
        "given": request.GET,
        "may_read": allowed(request.user, Action.READ, zone=zone),
    }
    if kind is None or not context["may_read"]:
        if form:
            require(request.user, Action.READ, zone=zone)
        return render(request, "portal/official.html", context)
    context |= _choices(request, plan, kind)
    context["series"] = issuable(request, plan, kind.key)
    if not form:
        return render(request, "portal/official.html", context)
    spoken = language() if language() in kind.languages else "zh"
    try:
        options = options_of(request.GET)
        if form in FORMS:
            return _file(request, kind, zone, options, form, spoken)
        if form != "pages":
            raise ValueError(_("Choose pages or a form of file from the buttons."))
        document = compose_document(kind, zone, options, language=spoken, reader=request.user)
        context |= _pages(document)
    except ReportRefused as error:
        context["refused"] = error.text.in_language(language())
    except ValueError as error:
        context["refused"] = str(error)
    return render(request, "portal/official.html", context, status=422 if "refused" in context else 200)


def options_of(given: QueryDict) -> Options:
    """What the address asks for.

    Raises
    ------
    ValueError
        With a sentence for the reader.
    """
    year, day = given.get("year", "").strip(), given.get("day", "").strip()
    if year and not (year.isascii() and year.isdigit() and len(year) == 4):
        raise ValueError(_("“%(given)s” is no year: write it as 2016.") % {"given": year[:20]})
    try:
        told = dt.date.fromisoformat(day) if day else None
    except ValueError as error:
        raise ValueError(
            _("“%(given)s” is no date: write it as 2017-03-31.") % {"given": day[:20]}
        ) from error
    words: dict[str, Any] = {
        name: given.get(name, "").strip()[:80]
        for name in ("body", "number", "signer", "secrecy", "urgency", "case", "step", "rules")
    }
    return Options(int(year) if year else None, told, trial=given.get("trial") == "1", **words)


def _file(
    request: HttpRequest, kind: Kind, zone: str, options: Options, form: str, spoken: str
) -> HttpResponse:
    name = f"{kind.title.in_language(spoken)}-{timezone.localdate()}.{form}"
    with tempfile.TemporaryDirectory(prefix="ecociv-document-") as folder:
        out = Path(folder) / f"document.{form}"
        write_document(kind.key, zone, out, options, language=spoken, reader=request.user)
        response = HttpResponse(out.read_bytes(), content_type=FORMS[form])
    response["Content-Disposition"] = (
        f"attachment; filename=\"{kind.key}.{form}\"; filename*=UTF-8''{quote(name)}"
    )
    return response


def _pages(document: OfficialDocument) -> dict[str, Any]:
    pictures = to_pictures(document)
    shown = [base64.b64encode(each).decode("ascii") for each in pictures[:MOST_PAGES]]
    return {
        "document": document,
        "pages": shown,
        "all_pages": len(pictures),
        "more_pages": len(pictures) > len(shown),
    }


def _choices(request: HttpRequest, plan: ZonePackage, kind: Kind) -> dict[str, Any]:
    zone, today = plan.zone, timezone.localdate()
    first, last = zone.base_year + 1, min(zone.milestones[-1], today.year)
    found: dict[str, Any] = {
        "years": list(range(last, first - 1, -1)),
        "last_day": min(today, dt.date(last, 12, 31)),
    }
    if "body" in kind.needs:
        found["bodies"] = bodies()
    if kind.case_type:
        cases = by_type(cases_for(request.user, zone.key), kind.case_type)
        found["cases"] = [(case.number, case.title) for case in cases[:MOST_CASES]]
    if "rules" in kind.needs:
        sets = rule_sets(zone.key).values()
        found["rule_sets"] = [
            (each.key, each.title) for each in sets if each.unit_kind in {"county", "department"}
        ]
    return found


def issuable(request: HttpRequest, plan: ZonePackage, kind: str) -> str:
    """The series in which the reader may issue what was asked for; empty for none."""
    try:
        series = series_for(plan.zone.key, "", kind, request.GET.get("body", ""))
    except SeriesNotDeclared:
        return ""
    return series.prefix if may_issue(request.user, plan.zone.key, series).ok else ""
