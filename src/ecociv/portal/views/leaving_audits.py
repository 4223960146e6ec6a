"""The audit workbench: every audit, one audit by tabs as known at a moment, its report as a file."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote

from django import forms
from django.contrib import messages
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.accounts.audit.actions import dossier_of
from ecociv.accounts.audit.composition import NEWEST, Composition
from ecociv.accounts.audit.dossier import Dossier
from ecociv.accounts.audit.kept import composition_at, kept_dossiers
from ecociv.accounts.audit.models import LeavingAudit
from ecociv.accounts.audit.permissions import acts_for, may_audit, may_read_all
from ecociv.accounts.audit.standing import (
    STATES,
    AuditStanding,
    audits_for,
    sees_draft,
    standing_of,
)
from ecociv.accounts.audit.term import AuditRefused
from ecociv.accounts.queries import AccountsRefused, areas, resolve_area, years
from ecociv.core.periods import OutsideValidity
from ecociv.core.text import Text
from ecociv.plan.package import ZonePackage
from ecociv.portal.as_of import AsOf, read_as_of
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.internal import internal
from ecociv.portal.leaving_audit_chart import attribution_chart
from ecociv.portal.leaving_audit_forms import CommentForm, ConclusionForm, RequestForm, SeedForm
from ecociv.portal.leaving_audit_rows import Cells, DrawnRecord, change_rows, drawn_records, position_rows
from ecociv.portal.tables import Column, Table, sortable
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.zone import language, zone_key
from ecociv.reporting.leaving_audit.content import report_data
from ecociv.reporting.leaving_audit.on_record import decided_of, requests_shown
from ecociv.reporting.leaving_audit.write import FORMS, write_leaving_audit
from ecociv.reporting.problems import ReportRefused

MEDIA_TYPES = {
    "pdf": "application/pdf",
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "json": "application/json",
}
TABS = (
    ("position", gettext_lazy("Position")),
    ("changes", gettext_lazy("Changes")),
    ("attribution", gettext_lazy("Attribution")),
    ("targets", gettext_lazy("Targets")),
    ("cases", gettext_lazy("Decisions and cases")),
    ("papers", gettext_lazy("Working papers")),
    ("conclusion", gettext_lazy("Conclusion of the audit")),
)


@dataclass(frozen=True, slots=True)
class AuditRow:
    """One audit in the list."""

    audit: LeavingAudit
    official: str
    body: str
    state: str
    conclusion: str
    papers: int


_COLUMNS: tuple[Column[AuditRow], ...] = (
    Column("number", gettext_lazy("Number"), lambda r: r.audit.number, sort_by=lambda r: (r.audit.year, r.audit.serial)),
    sortable("official", gettext_lazy("Official"), lambda r: r.official),
    sortable("body", gettext_lazy("Body"), lambda r: r.body),
    Column("first", gettext_lazy("First day"), lambda r: r.audit.first.isoformat(), sort_by=lambda r: r.audit.first),
    Column("last", gettext_lazy("Last day"), lambda r: r.audit.last.isoformat(), sort_by=lambda r: r.audit.last),
    sortable("papers", gettext_lazy("Papers"), lambda r: r.papers, numeric=True),
    sortable("state", gettext_lazy("State"), lambda r: r.state),
    sortable("conclusion", gettext_lazy("Conclusion of the audit"), lambda r: r.conclusion),
)


@require_safe
@internal
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The audits that the reader may see."""
    as_of, tongue = read_as_of(request), language()
    filters = Filters(
        request.GET,
        [Filter("is", _("State"), [Choice(key, words.in_language(tongue)) for key, words in STATES.items()], _("All states"))],
    )
    rows = []
    for audit in audits_for(request.user, zone_key(), as_of.moment):
        now = standing_of(audit, as_of.moment)
        if filters["is"] and now.state != filters["is"]:
            continue
        conclusion = Text.from_mapping(now.conclusion.data["name"]).in_language(tongue) if now.conclusion else "—"
        row = AuditRow(
            audit, str(audit.official), _body(plan, audit.body), now.state_words.in_language(tongue), conclusion, len(now.papers)
        )
        if matches(filters.text, audit.number, row.official, row.body):
            rows.append(row)
    table = Table(_COLUMNS, rows, request.GET, default_sort="-number")
    if download := export(request, table, _("Leaving-office audits")):
        return download
    context = {
        "table": table,
        "filters": filters,
        "as_of": as_of,
        "may_audit": may_audit(request.user, zone_key()) and not as_of.moment,
        "reads_all": may_read_all(request.user, zone_key()),
    }
    return render(request, "portal/leaving_audits/list.html", context)


def audit_for(request: HttpRequest, pk: int) -> LeavingAudit:
    """The audit, for whoever may see it; of the audited body only once a draft was sent."""
    audit = get_object_or_404(LeavingAudit.objects.select_related("official"), pk=pk, zone=zone_key())
    if not may_read_all(request.user, audit.zone) and not sees_draft(request.user, audit):
        raise PermissionDenied(_("Auditors, leaders and the office read audits; the audited body sees the draft that was sent to it."))
    return audit


@require_safe
@internal
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, pk: int) -> HttpResponse:
    """One audit by tabs."""
    return shown(request, plan, audit_for(request, pk))


def shown(
    request: HttpRequest, plan: ZonePackage, audit: LeavingAudit, refused: tuple[str, forms.Form] | None = None, tab: str = ""
) -> HttpResponse:
    """The page of an audit, with a form that was refused in its place."""
    as_of, full = read_as_of(request), may_read_all(request.user, audit.zone)
    now = standing_of(audit, as_of.moment)
    moment = _moment(now, as_of, full)
    offered = [key for key, _words in TABS if full or key != "papers"]
    tab = tab or request.GET.get("tab", "")
    tab = tab if tab in offered else "conclusion" if not full else "position"
    dossier, why = _dossier(audit, moment, composition_at(now, moment))
    data = report_data(dossier, language(), decided_of(audit, language(), as_of.moment)) if dossier else None
    context: dict[str, Any] = {
        "audit": audit,
        "official": str(audit.official),
        "body": _body(plan, audit.body),
        "as_of": as_of,
        "now": now,
        "full": full,
        "tabs": [(key, words) for key, words in TABS if key in offered],
        "tab": tab,
        "dossier": dossier,
        "data": data,
        "why": why,
        "frozen": moment if moment is not None and not as_of.moment else None,
        "requests": requests_shown(audit, language(), as_of.moment) if full else [],
        "writes": may_audit(request.user, audit.zone) and not as_of.moment and now.conclusion is None,
        "forms": _forms(request, plan, audit, now, dossier, as_of, tab, refused),
        "kept": as_of.more,
        "records": records_drawn(plan, audit, now, as_of) if tab == "papers" else {},
        "sent": kept_dossiers(audit, now) if tab == "conclusion" else (),
        "newest": NEWEST,
    }
    if data is not None and dossier is not None:
        context |= {f"{key}_table": _named(data, key) for key in ("attribution", "targets", "cases", "reports")}
        context |= _of_tab(request, dossier, data, tab, moment)
    return render(request, "portal/leaving_audits/detail.html", context, status=422 if refused else 200)


def records_drawn(plan: ZonePackage, audit: LeavingAudit, now: AuditStanding, as_of: AsOf) -> dict[str, DrawnRecord]:
    """The records drawn, each with the page where it is found."""
    if not now.sample:
        return {}
    area = audit.body if audit.body in {key for key, _name in areas(audit.zone)} else resolve_area(audit.zone)
    year = audit.last.year if (audit.last.month, audit.last.day) == (12, 31) else audit.last.year - 1
    return drawn_records(plan, now.sample, Cells(area, as_of.more), min(year, years(audit.zone)[-1]), language())


def _of_tab(request: HttpRequest, dossier: Dossier, data: dict[str, Any], tab: str, moment: dt.datetime | None) -> dict[str, Any]:
    """What one tab shows beside the tables of the report; its links look from the moment that the page shows."""
    at = timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M") if moment is not None else ""
    cells, tongue = Cells(dossier.term.area, f"&as_of={quote(at)}" if at else ""), language()
    if tab == "attribution":
        return {"chart": attribution_chart(dossier, tongue)}
    if tab == "changes":
        return {"changes": change_rows(dossier, cells, tongue)}
    if tab == "position":
        everything = request.GET.get("rows") == "all"
        rows, empty = position_rows(dossier, cells, tongue, everything=everything)
        return {
            "position_rows": rows, "position_heads": data["words"]["position_heads"][1:], "empty_rows": empty, "everything": everything,
            "values_table": _named(data, "values"),
        }  # fmt: skip
    return {}


def _named(data: dict[str, Any], key: str) -> dict[str, Any]:
    """A table of the report; each cell with the head of its column, which a phone shows beside it, and whether it is words."""
    found: dict[str, Any] = next((each for each in data["sections"] if each["head"] == data["words"][key]), {})
    heads = found.get("heads", ())
    labelled = [[(head, cell, any(each.isalpha() for each in cell)) for head, cell in zip(heads, row, strict=False)] for row in found.get("rows", ())]
    return found | {"labelled": labelled}


def _moment(now: AuditStanding, as_of: AsOf, full: bool) -> dt.datetime | None:
    """A concluded audit shows what it rested on; the audited body sees the draft as it was sent."""
    if as_of.moment is not None:
        return as_of.moment
    if now.conclusion is not None:
        return now.conclusion.recorded_at
    if not full and now.draft is not None:
        return now.draft.recorded_at
    return None


def _dossier(audit: LeavingAudit, moment: dt.datetime | None, made: Composition) -> tuple[Dossier | None, str]:
    try:
        return dossier_of(audit, moment, made), ""
    except (AuditRefused, AccountsRefused) as refused:
        return None, refused.text.in_language(language())
    except OutsideValidity as refused:
        return None, str(refused)


def _forms(
    request: HttpRequest,
    plan: ZonePackage,
    audit: LeavingAudit,
    now: AuditStanding,
    dossier: Dossier | None,
    as_of: AsOf,
    tab: str,
    refused: tuple[str, forms.Form] | None,
) -> list[tuple[str, str, forms.Form | None, str]]:
    """The steps that this reader may take on this tab: key, heading, form, word on the button."""
    if as_of.moment is not None or now.conclusion is not None or dossier is None:
        return []
    found: list[tuple[str, str, forms.Form | None, str]] = []
    if may_audit(request.user, audit.zone):
        if tab == "papers":
            if not now.published:
                found.append(("publish", _("Publish the list and the seed"), SeedForm(initial={"seed": audit.number}), _("Publish")))
            elif not now.sample:
                found.append(("draw", _("Draw the sample"), None, _("Draw")))
            found.append(("request", _("Ask for evidence"), RequestForm(bodies_to_ask(plan, audit)), _("Ask for evidence")))
        if tab == "conclusion":
            word = _("Send the draft again") if now.draft else _("Send the draft for comment")
            if now.draft:
                found.append(("conclude", _("Conclude the audit"), ConclusionForm(dossier.rules), _("Conclude")))
            found.append(("draft", word, None, _("Send")))
    if tab == "conclusion" and now.draft is not None and acts_for(request.user, audit):
        found.append(("comment", _("Comment on the draft"), CommentForm(), _("Send the comment")))
    if refused is not None:
        found = [(key, head, refused[1] if refused[0] == key else form, word) for key, head, form, word in found]
    return found


def bodies_to_ask(plan: ZonePackage, audit: LeavingAudit) -> list[tuple[str, str]]:
    """Bodies that can be asked for evidence, the audited one first."""
    today, tongue = timezone.localdate(), language()
    keys = [plan.body_on(audit.body, today).key] if plan.has_organisation(audit.body) else []
    keys += [body.key for body in plan.organisations if body.kind in ("county", "government")]
    return [(key, plan.organisation(key).shown(tongue)) for key in dict.fromkeys(plan.body_on(key, today).key for key in keys)]


def _body(plan: ZonePackage, key: str) -> str:
    return plan.organisation(key).shown(language()) if plan.has_organisation(key) else key


@require_safe
@internal
@with_plan
def report(request: HttpRequest, plan: ZonePackage, pk: int, form: str) -> HttpResponse:
    """The report as a file, as known at the moment that the address names."""
    if form not in FORMS:
        raise Http404(_("There is no such form."))
    audit = audit_for(request, pk)
    as_of, full = read_as_of(request), may_read_all(request.user, audit.zone)
    now = standing_of(audit, as_of.moment)
    moment = _moment(now, as_of, full)
    dossier, why = _dossier(audit, moment, composition_at(now, moment))
    if dossier is None:
        messages.error(request, why)
        return redirect("portal:leaving-audit", pk=pk)
    decided = decided_of(audit, language(), as_of.moment) if full else None
    try:
        content = write_leaving_audit(dossier, form, language=language(), decided=decided)
    except ReportRefused as refused:
        messages.error(request, refused.text.in_language(language()))
        return redirect("portal:leaving-audit", pk=pk)
    response = HttpResponse(content, content_type=MEDIA_TYPES[form])
    response["Content-Disposition"] = f'attachment; filename="leaving-audit-{audit.year}-{audit.serial}.{form}"'
    response["Cache-Control"] = "private, no-store"
    return response
