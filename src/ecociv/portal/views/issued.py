"""The register of issued documents: its list, one document with its check, its file, issuing and annulling."""

from __future__ import annotations

from urllib.parse import quote

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from ecociv.evidence.documents import DocumentDamaged, read_document
from ecociv.people.doors import people_of_the_zone
from ecociv.people.permissions import require
from ecociv.people.policy import Action
from ecociv.plan.package import ZonePackage
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export, with_plan
from ecociv.portal.views.official import options_of
from ecociv.portal.views.reports import FORMS
from ecociv.portal.zone import language
from ecociv.reporting.models import IssuedDocument
from ecociv.reporting.official.kinds import KINDS
from ecociv.reporting.official.register import AnnulDocument, IssueDocument, compare, may_issue, series_for
from ecociv.reporting.official.register_queries import may_see, numbers_missing, register
from ecociv.reporting.official.series import SeriesNotDeclared
from ecociv.reporting.problems import ReportRefused


def kind_name(key: str) -> str:
    """A kind in the reader's language; its key where it is no longer written."""
    kind = KINDS.get(key)
    return kind.title.in_language(language()) if kind else key


def _annulled(row: IssuedDocument) -> str:
    return str(row.annulment.reason) if hasattr(row, "annulment") else ""


def _columns() -> list[Column[IssuedDocument]]:
    return [
        Column("number", _("Number"), lambda r: r.number, sort_by=lambda r: (r.series, r.year, r.serial)),
        Column("title", _("Title"), lambda r: r.title, sort_by=lambda r: r.title),
        Column("kind", _("Kind"), lambda r: kind_name(r.kind), sort_by=lambda r: r.kind),
        Column("addressees", _("Addressees"), lambda r: r.addressees, sort_by=lambda r: r.addressees),
        Column("dated", _("Date"), lambda r: r.dated.isoformat(), sort_by=lambda r: (r.dated, r.pk)),
        Column("issued_by", _("Issued by"), lambda r: r.author_name, sort_by=lambda r: r.author_name),
        Column("annulled", _("Annulled"), _annulled, sort_by=lambda r: not _annulled(r)),
        Column("as_of", _("As known at"), lambda r: r.as_of.isoformat(), export_only=True),
        Column("content", _("Digest of the content"), lambda r: r.content_digest, export_only=True),
        Column("file", _("Digest of the file"), lambda r: r.document_id, export_only=True),
    ]


@require_safe
@people_of_the_zone
@with_plan
def listing(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """The issued documents that the reader may see."""
    zone = plan.zone.key
    require(request.user, Action.READ, zone=zone)
    rows = register(request.user, zone)
    filters = Filters(
        request.GET,
        [
            Filter(
                "kind",
                _("Kind"),
                [Choice(key, kind_name(key)) for key in sorted({row.kind for row in rows})],
                _("All kinds"),
            ),
            Filter(
                "year",
                _("Year"),
                [Choice(str(y), str(y)) for y in sorted({row.year for row in rows}, reverse=True)],
                _("Any year"),
            ),
            Filter(
                "state",
                _("State"),
                [Choice("valid", _("in force")), Choice("annulled", _("annulled"))],
                _("Any state"),
            ),
        ],
    )
    kept = [
        row
        for row in rows
        if (not filters["kind"] or row.kind == filters["kind"])
        and (not filters["year"] or str(row.year) == filters["year"])
        and (not filters["state"] or bool(_annulled(row)) == (filters["state"] == "annulled"))
        and matches(filters.text, row.number, row.title, row.addressees, row.author_name, row.content_digest)
    ]
    table = Table(_columns(), kept, request.GET, default_sort="-dated", page_size=50)
    if download := export(request, table, _("Issued documents")):
        return download
    shown = [(row, kind_name(row.kind), _annulled(row)) for row in table.page_rows]
    context = {
        "table": table,
        "shown": shown,
        "filters": filters,
        "total": len(rows),
        "missing": [
            f"{series}〔{year}〕{n}号" for (series, year), gap in numbers_missing(zone).items() for n in gap
        ],
    }
    return render(request, "portal/issued/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@people_of_the_zone
@with_plan
def detail(request: HttpRequest, plan: ZonePackage, pk: int) -> HttpResponse:
    """One issued document: what it was made from, whether it can be composed again, and its annulment."""
    issued = _visible(request, plan, pk)
    refusal = ""
    if request.method == "POST":
        try:
            AnnulDocument(issued, request.POST.get("reason", ""), request.user).execute()
        except ReportRefused as error:
            refusal = error.text.in_language(language())
        else:
            messages.success(
                request, _("%(number)s is annulled; its number stays used.") % {"number": issued.number}
            )
            return redirect("portal:issued-document", issued.pk)
    annulment = getattr(issued, "annulment", None)
    context = {
        "issued": issued,
        "kind": kind_name(issued.kind),
        "annulment": annulment,
        "parameters": sorted(issued.parameters.items()),
        "comparison": compare(issued) if request.GET.get("check") == "1" else None,
        "may_annul": annulment is None and _may_issue(request, plan, issued),
        "refusal": refusal,
        "reason": request.POST.get("reason", ""),
    }
    return render(request, "portal/issued/detail.html", context, status=400 if refusal else 200)


@require_safe
@people_of_the_zone
@with_plan
def file(request: HttpRequest, plan: ZonePackage, pk: int) -> HttpResponse:
    """The stored file, checked against its digest, sent to be saved."""
    issued = _visible(request, plan, pk)
    try:
        data = read_document(issued.document)
    except FileNotFoundError as error:
        raise Http404(
            _("The stored copy of this file is gone; ask an administrator to put it back.")
        ) from error
    except DocumentDamaged as error:
        raise Http404(str(error)) from error
    form = issued.parameters.get("form", ".docx").lstrip(".")
    response = HttpResponse(data, content_type=FORMS.get(form, "application/octet-stream"))
    name = quote(issued.file_name)
    response["Content-Disposition"] = f"attachment; filename=\"document.{form}\"; filename*=UTF-8''{name}"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_POST
@people_of_the_zone
@with_plan
def issue(request: HttpRequest, plan: ZonePackage) -> HttpResponse:
    """Issue the document that the chooser showed: it gets the next number, and the register shows it."""
    kind = KINDS.get(request.POST.get("kind", ""))
    if kind is None:
        raise Http404("no such kind")
    spoken = language() if language() in kind.languages else "zh"
    try:
        made = IssueDocument(
            kind.key,
            plan.zone.key,
            options_of(request.POST),
            request.user,
            series=request.POST.get("series", "").strip()[:20],
            form=f".{request.POST.get('form', 'docx')}",
            language=spoken,
        ).execute()
    except ReportRefused as error:
        refused = error.text.in_language(language())
    except ValueError as error:
        refused = str(error)
    else:
        messages.success(request, _("Issued as %(number)s.") % {"number": made.number})
        return redirect("portal:issued-document", made.pk)
    context = {
        "kinds": [],
        "kind": kind,
        "given": request.POST,
        "may_read": True,
        "refused": refused,
        "not_issued": True,
    }
    return render(request, "portal/official.html", context, status=422)


def _visible(request: HttpRequest, plan: ZonePackage, pk: int) -> IssuedDocument:
    """The document, where the reader may see it; what they may not see is not there."""
    rows = IssuedDocument.objects.select_related("annulment", "document")
    found = rows.filter(pk=pk, zone=plan.zone.key).first()
    if found is None or not may_see(request.user, found):
        raise Http404(f"no issued document {pk}")
    return found


def _may_issue(request: HttpRequest, plan: ZonePackage, issued: IssuedDocument) -> bool:
    try:
        body = issued.parameters.get("body", "")
        series = series_for(plan.zone.key, issued.series, issued.kind, body)
    except SeriesNotDeclared:
        return False
    return bool(may_issue(request.user, plan.zone.key, series).ok)
