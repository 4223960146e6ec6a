"""Papers of a hearing on prices: list, one paper with its files, compiling one."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from ecociv.people.doors import people_of_the_zone
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import read_as_of
from ecociv.portal.filters import Filters, matches
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.tariff_forms import HearingForm, proposal_initial
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.views.tariffs import declared_or_page, generated, group_table, shown_figures
from ecociv.portal.zone import language, zone_key
from ecociv.reporting.problems import ReportRefused
from ecociv.reporting.tariff_hearing.write import FORMS, write_hearing_paper
from ecociv.tariffs.actions import CompileHearing, HearingRefused, may_compile
from ecociv.tariffs.consumption import Consumption, ConsumptionRefused, read_consumption
from ecociv.tariffs.declaration import Tariff, Tariffs
from ecociv.tariffs.models import HearingPaper
from ecociv.tariffs.queries import hearing_paper, hearing_papers
from ecociv.tariffs.schedule import yuan

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
}


@dataclass(frozen=True, slots=True)
class PaperRow:
    """One paper in the list."""

    paper: HearingPaper
    name: str
    households: int
    change: Decimal
    percent: Decimal | None


_COLUMNS: tuple[Column[PaperRow], ...] = (
    sortable("number", gettext_lazy("No."), lambda r: r.paper.serial, numeric=True),
    sortable("title", gettext_lazy("Title"), lambda r: r.paper.title),
    sortable("tariff", gettext_lazy("Tariff"), lambda r: r.name),
    sortable("households", gettext_lazy("Households"), lambda r: r.households, numeric=True),
    sortable("change", gettext_lazy("Change of the revenue (yuan)"), lambda r: r.change, numeric=True),
    Column("percent", "%", lambda r: r.percent, sort_by=lambda r: r.percent, numeric=True),
    Column(
        "recorded",
        gettext_lazy("Compiled"),
        lambda r: timezone.localtime(r.paper.recorded_at).strftime("%Y-%m-%d %H:%M"),
        sort_by=lambda r: r.paper.recorded_at,
    ),
    Column(
        "sample", gettext_lazy("Sample data"), lambda r: _("yes") if r.paper.sample else "", export_only=True
    ),
)


@require_safe
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Papers as known at a moment."""
    declared = declared_or_page(request)
    if isinstance(declared, HttpResponse):
        return declared
    as_of = read_as_of(request)
    filters = Filters(request.GET, [])
    rows = []
    for paper in hearing_papers(zone_key(), as_of.moment):
        figures = paper.figures
        whole, name = figures.comparison.whole, figures.name.in_language(language())
        if matches(filters.text, paper.title, name):
            change = yuan(whole.fen_after - whole.fen_before)
            rows.append(PaperRow(paper, name, figures.households, change, whole.change_percent))
    table = Table(_COLUMNS, rows, request.GET, default_sort="-number")
    if download := export(request, table, _("Papers of hearings")):
        return download
    context = {
        "table": table,
        "filters": filters,
        "as_of": as_of,
        "may_compile": any(may_compile(request.user, zone_key(), one) for one in declared.tariffs),
    }
    return render(request, "portal/tariffs/hearings.html", context)


def _asked(request: HttpRequest, serial: int) -> HearingPaper:
    found = hearing_paper(zone_key(), serial, read_as_of(request).moment)
    if found is None:
        raise Http404
    return found


@require_safe
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, serial: int) -> HttpResponse:
    """One paper: who pays what before and after, what comes in, what may be saved."""
    found = _asked(request, serial)
    figures = found.figures
    if download := export(request, group_table(figures, request), found.title):
        return download
    context = {"paper": found, "as_of": read_as_of(request), **shown_figures(figures, 3)}
    return render(request, "portal/tariffs/hearing.html", context)


@require_safe
def paper(request: HttpRequest, serial: int, form: str) -> HttpResponse:
    """The paper as a file."""
    found = _asked(request, serial)
    if form not in FORMS:
        raise Http404
    try:
        data = write_hearing_paper(found, form, language=language())
    except ReportRefused as refused:
        messages.error(request, refused.text.in_language(language()))
        return redirect("portal:tariff-hearing", serial)
    response = HttpResponse(data, content_type=MEDIA_TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="hearing-{serial}.{form}"'
    return response


@require_http_methods(["GET", "HEAD", "POST"])
@people_of_the_zone
@with_plan
def compile_paper(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Compile a paper from a proposal and a file of consumption."""
    declared = declared_or_page(request)
    if isinstance(declared, HttpResponse):
        return declared
    mine = [one for one in declared.tariffs if may_compile(request.user, zone_key(), one)]
    if not mine:
        bodies = "、".join(
            dict.fromkeys(plan.organisation(one.body).shown(language()) for one in declared.tariffs)
        )
        raise PermissionDenied(_("Papers of hearings are compiled by: %(bodies)s.") % {"bodies": bodies})
    status, faults = 200, []
    if request.method == "POST":
        form = HearingForm(declared, request.POST, request.FILES)
        if form.is_valid():
            try:
                made = _compiled(request, declared, form)
            except ConsumptionRefused as refused:
                form.add_error("consumption", refused.text.in_language(language()))
                faults = [(one.line, one.column, one.text.in_language(language())) for one in refused.faults]
            except HearingRefused as refused:
                form.add_error(None, " ".join(one.in_language(language()) for one in refused.texts))
            else:
                messages.success(request, _("The paper was compiled."))
                return redirect("portal:tariff-hearing", made.serial)
        status = 422
    else:
        chosen = next((one for one in mine if one.key == request.GET.get("tariff")), mine[0])
        initial: dict[str, Any] = proposal_initial(chosen, timezone.localdate())
        kept = {key: request.GET[key] for key in (*initial, "extra") if request.GET.get(key)}
        form = HearingForm(declared, initial={**initial, **kept})
    context = {"form": form, "faults": faults}
    return render(request, "portal/tariffs/hearing_form.html", context, status=status)


def _compiled(request: HttpRequest, declared: Tariffs, form: HearingForm) -> HearingPaper:
    tariff, file = form.chosen(), form.cleaned_data["consumption"]
    source = form.cleaned_data["source"]
    if not source:
        source = file.name if file else declared.distributions[tariff.utility].note.in_language(language())
    return CompileHearing(
        zone=zone_key(),
        title=form.cleaned_data["title"],
        tariff=tariff,
        before=form.before,
        after=form.proposal,
        consumption=_households(declared, tariff, file),
        source=source,
        elasticity=form.answer(),
        author=request.user,
    ).execute()


def _households(declared: Tariffs, tariff: Tariff, file: Any) -> Consumption:
    if not file:
        return generated(declared, tariff, 200_000)
    keys = tuple(sorted({one.key for version in tariff.versions for one in version.exemptions}))
    return read_consumption(file.read(), declared.distributions[tariff.utility].season, keys)
