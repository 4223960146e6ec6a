"""Official documents, made when they are asked for."""

from __future__ import annotations

import tempfile
from pathlib import Path

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from ecociv.people.permissions import allowed, require
from ecociv.people.policy import Action
from ecociv.plan.package import ZonePackage
from ecociv.portal.views.common import with_plan
from ecociv.portal.zone import language
from ecociv.reporting.annual import write_annual_report
from ecociv.reporting.problems import ReportRefused

FORMS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@require_safe
@with_plan
def annual(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Choose a year and a form; with both in the address, the annual report itself."""
    zone = plan.zone
    years = list(range(zone.plan.issued.year, max(zone.milestones) + 1))
    refused = ""
    form, year = request.GET.get("form", ""), request.GET.get("year", "")
    chosen = next((each for each in years if str(each) == year), None)
    if form or year:
        require(request.user, Action.READ, zone=zone.key)
        if form not in FORMS or chosen is None:
            refused = _("Choose a year and a form from the lists.")
        else:
            with tempfile.TemporaryDirectory(prefix="ecociv-report-") as folder:
                out = Path(folder) / f"annual-report-{zone.key}-{chosen}.{form}"
                try:
                    write_annual_report(zone.key, chosen, out, language=language())
                except ReportRefused as error:
                    refused = error.text.in_language(language())
                else:
                    response = HttpResponse(out.read_bytes(), content_type=FORMS[form])
                    response["Content-Disposition"] = f'attachment; filename="{out.name}"'
                    return response
    context = {
        "years": years,
        "forms": FORMS,
        "refused": refused,
        "may_read": allowed(request.user, Action.READ, zone=zone.key),
        "chosen": chosen or (years[1] if len(years) > 1 else years[0]),
    }
    return render(request, "portal/annual_report.html", context, status=422 if refused else 200)
