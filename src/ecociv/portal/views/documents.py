"""The document library: the list, one document with its history, its file, and what was filed twice."""

from __future__ import annotations

import uuid
from typing import Any
from urllib.parse import quote

from django.core.exceptions import PermissionDenied
from django.http import FileResponse, Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_safe

from ecociv.evidence.documents import open_document
from ecociv.evidence.library.duplicates import Repetition, repetitions, same_file, same_words
from ecociv.evidence.library.rules import Validity
from ecociv.evidence.library.types import document_types
from ecociv.evidence.library.visibility import may_read
from ecociv.evidence.models import DocumentFiling
from ecociv.people import audit
from ecociv.people.permissions import allowed
from ecociv.people.policy import Action
from ecociv.portal.as_of import LOCAL, read_as_of
from ecociv.portal.collation import collation_key
from ecociv.portal.filed import VALIDITIES, FilingRow, body_names, rows_of, type_text
from ecociv.portal.filters import Choice, Filter, Filters, matches
from ecociv.portal.tables import Column, Table
from ecociv.portal.views.common import export
from ecociv.portal.zone import zone_key

_SHOWN_VALIDITIES = (Validity.HOLDS, Validity.SOON, Validity.EXPIRED, Validity.NOT_YET, Validity.WITHDRAWN)


def _columns() -> list[Column[FilingRow]]:
    return [
        Column(
            "title",
            gettext_lazy("Title"),
            lambda r: r.filing.title,
            sort_by=lambda r: collation_key(r.filing.title),
        ),
        Column("type", gettext_lazy("Type"), lambda r: r.type, sort_by=lambda r: r.filing.type),
        Column("claim", gettext_lazy("Evidence for"), lambda r: r.claim, sort_by=lambda r: r.filing.subject),
        Column(
            "issuer",
            gettext_lazy("Issued by"),
            lambda r: r.filing.issuer,
            sort_by=lambda r: collation_key(r.filing.issuer) if r.filing.issuer else None,
        ),
        Column("number", gettext_lazy("Document number"), lambda r: r.filing.number, export_only=True),
        Column(
            "issued",
            gettext_lazy("Date of issue"),
            lambda r: str(r.filing.issued_on or ""),
            sort_by=lambda r: r.filing.issued_on,
        ),
        Column(
            "valid",
            gettext_lazy("Validity"),
            lambda r: f"{r.validity_text} ({r.valid_text})",
            sort_by=lambda r: r.filing.valid_to,
        ),
        Column(
            "confidentiality",
            gettext_lazy("Confidentiality"),
            lambda r: r.filing.get_confidentiality_display(),
            sort_by=lambda r: r.filing.confidentiality,
        ),
        Column("file", gettext_lazy("File"), lambda r: r.filing.file_name, export_only=True),
        Column("sha256", "SHA-256", lambda r: r.filing.document_id, export_only=True),
        Column(
            "filed",
            gettext_lazy("Filed"),
            lambda r: r.filing.recorded_at.astimezone(LOCAL).strftime("%Y-%m-%d %H:%M"),
            sort_by=lambda r: r.filing.recorded_at,
        ),
        Column(
            "sample",
            gettext_lazy("Sample data"),
            lambda r: _("yes") if r.filing.sample else "",
            export_only=True,
        ),
    ]


@require_safe
def listing(request: HttpRequest) -> HttpResponse:
    """The newest revision of every document that the reader may see."""
    as_of = read_as_of(request)
    day = as_of.now.astimezone(LOCAL).date()
    visible = (
        DocumentFiling.objects.of_zone(zone_key())
        .newest(as_of.moment)
        .visible_to(request.user)
        .select_related("document")
    )
    every = rows_of(visible, day)
    used = {row.validity for row in every}
    filters = Filters(
        request.GET,
        [
            Filter("type", _("Type"), [Choice(k, type_text(k)) for k in document_types()], _("All types")),
            Filter(
                "validity",
                _("Validity"),
                [Choice(k.value, VALIDITIES[k]) for k in _SHOWN_VALIDITIES if k in used],
                _("Any validity"),
            ),
            Filter(
                "confidentiality",
                _("Confidentiality"),
                [Choice(k, v) for k, v in DocumentFiling.Confidentiality.choices],
                _("Any"),
            ),
            Filter(
                "claim",
                _("Evidence for"),
                [Choice(k, v) for k, v in sorted({(r.filing.subject, r.claim) for r in every})],
                _("Everything"),
            ),
        ],
    )
    kept = [row for row in every if _keep(row, filters)]
    table = Table(_columns(), kept, request.GET, default_sort="-filed", page_size=50)
    if download_of_list := export(request, table, _("Document library")):
        return download_of_list
    context = {
        "as_of": as_of,
        "table": table,
        "filters": filters,
        "any_documents": bool(every),
        "soon": sum(row.validity is Validity.SOON for row in every),
        "expired": sum(row.validity is Validity.EXPIRED for row in every),
        "repeated": len(_seen_repetitions(request)),
        "may_file": _may_file(request),
    }
    return render(request, "portal/documents/listing.html", context)


def _keep(row: FilingRow, filters: Filters) -> bool:
    filing = row.filing
    if filters["type"] and filing.type != filters["type"]:
        return False
    if filters["validity"] and row.validity.value != filters["validity"]:
        return False
    if filters["confidentiality"] and filing.confidentiality != filters["confidentiality"]:
        return False
    if filters["claim"] and filing.subject != filters["claim"]:
        return False
    return matches(
        filters.text,
        filing.title,
        filing.number,
        filing.file_name,
        filing.description,
        filing.subject,
        row.claim,
        row.type,
        filing.document_id,
        *body_names(filing.issuer),
        *body_names(filing.owner),
    )


def _may_file(request: HttpRequest) -> bool:
    own = getattr(request.user, "organisation", "")
    return allowed(request.user, Action.RECORD_EVIDENCE, zone=zone_key(), lead=[own] if own else [])


def filings_of(record: uuid.UUID) -> list[DocumentFiling]:
    """All revisions of an entry, newest first; the page that says there is none for an unknown one."""
    found = list(
        DocumentFiling.objects.of_zone(zone_key())
        .filter(record=record)
        .select_related("document")
        .prefetch_related("readers")
        .order_by("-revision")
    )
    if not found:
        raise Http404(f"no document {record}")
    return found


def require_reader(request: HttpRequest, filing: DocumentFiling) -> None:
    """Refuse whoever may not see a filing, saying what it rests on and nothing of its content."""
    if may_read(request.user, filing):
        return
    if filing.confidentiality == DocumentFiling.Confidentiality.RESTRICTED and request.user.is_authenticated:
        raise PermissionDenied(
            _("This document is restricted (%(clause)s) and your role and body are not among its readers.")
            % {"clause": filing.clause}
        )
    raise PermissionDenied(_("This document is for people of the zone. Log in first."))


@require_safe
def detail(request: HttpRequest, record: uuid.UUID) -> HttpResponse:
    """One document: what is said of it, its revisions, and where else the same file or text stands."""
    revisions = filings_of(record)
    newest = revisions[0]
    require_reader(request, newest)
    alike, words = same_file(newest), same_words(newest)
    seen = [each for each in alike if may_read(request.user, each)]
    seen_words = [each for each in words if may_read(request.user, each)]
    (row,) = rows_of([newest])
    context = {
        "row": row,
        "filing": newest,
        "revisions": [each for each in rows_of(revisions) if may_read(request.user, each.filing)],
        "same_file": rows_of(seen),
        "same_words": rows_of(seen_words),
        "hidden": len(alike) + len(words) - len(seen) - len(seen_words),
        "may_change": newest.change != "withdrawal"
        and allowed(
            request.user,
            Action.RECORD_EVIDENCE,
            zone=newest.zone,
            lead=[newest.owner] if newest.owner else [],
        ),
        "reads_history": allowed(request.user, Action.READ_HISTORY, zone=newest.zone),
    }
    return render(request, "portal/documents/detail.html", context)


@require_safe
def download(request: HttpRequest, record: uuid.UUID, revision: int) -> FileResponse:
    """The file of a revision, sent to be saved and never to be shown or run in the page."""
    filing = next((each for each in filings_of(record) if each.revision == revision), None)
    if filing is None:
        raise Http404(f"no revision {revision} of document {record}")
    # Both the revision and what is said of the entry now must be open to the reader: a file that was restricted
    # later is no longer handed out through its older, wider statement.
    require_reader(request, filing)
    require_reader(request, filings_of(record)[0])
    try:
        stored = open_document(filing.document)
    except FileNotFoundError as error:
        raise Http404(
            _("The stored copy of this file is gone; ask an administrator to put it back.")
        ) from error
    if filing.confidentiality == DocumentFiling.Confidentiality.RESTRICTED:
        audit.record(
            actor=request.user,
            action="document.download",
            zone=filing.zone,
            subject_kind="document",
            subject_key=str(record),
            after={"file": filing.document_id, "revision": revision},
            reason=filing.clause,
        )
    response = FileResponse(stored, content_type=filing.document.media_type or "application/octet-stream")
    plain = f"document-{filing.document_id[:12]}"
    response["Content-Disposition"] = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(filing.file_name)}"
    )
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["X-Content-Type-Options"] = "nosniff"
    response["Cache-Control"] = "private, no-store"
    return response


@require_safe
def repeated(request: HttpRequest) -> HttpResponse:
    """Files that stand under two claims, and texts that stand in two files."""
    found = _seen_repetitions(request)
    columns: list[Column[Any]] = [
        Column(
            "kind",
            gettext_lazy("What is the same"),
            lambda r: _("the file") if r[0].kind == "file" else _("the text"),
        ),
        Column("title", gettext_lazy("Title"), lambda r: r[1].filing.title),
        Column("claim", gettext_lazy("Evidence for"), lambda r: r[1].claim),
        Column("file", gettext_lazy("File"), lambda r: r[1].filing.file_name),
        Column("filed", gettext_lazy("Filed"), lambda r: r[1].filing.recorded_at),
        Column("by", gettext_lazy("Filed by"), lambda r: r[1].filing.author_name),
        Column("sha256", "SHA-256", lambda r: r[1].filing.document_id),
    ]
    table = Table(columns, [(each, row) for each, rows, _n in found for row in rows], request.GET)
    if download_of_list := export(request, table, _("Documents filed twice")):
        return download_of_list
    return render(request, "portal/documents/repeated.html", {"found": found, "table": table})


def _seen_repetitions(request: HttpRequest) -> list[tuple[Repetition, list[FilingRow], int]]:
    """Repetitions of which the reader sees at least one filing, with how many more there are."""
    found = []
    for each in repetitions(zone_key()):
        seen = [filing for filing in each.filings if may_read(request.user, filing)]
        if seen:
            found.append((each, rows_of(seen), len(each.filings) - len(seen)))
    return found
