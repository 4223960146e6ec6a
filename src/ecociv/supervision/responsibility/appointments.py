"""Documents of appointment (任免文件): filed in the library for the person, found there by their digest."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ecociv.evidence.library.actions import FileDocument
from ecociv.evidence.library.formats import FileNotTaken
from ecociv.evidence.library.recording import FilingRefused
from ecociv.evidence.models import Document, DocumentFiling
from ecociv.supervision.responsibility.actions import RecordRefused
from ecociv.supervision.responsibility.models import Official
from ecociv.supervision.responsibility.permissions import require_record
from ecociv.supervision.sentences import reason

TYPE = "appointment"


def subject_of(official: Official) -> str:
    """What a document of appointment is filed for."""
    return f"official:{official.pk}"


def file_appointment(official: Official, path: Path, name: str, source: str, author: Any) -> Document:
    """File a document of appointment for a person; the same file again gives the one that is there.

    Raises
    ------
    PermissionDenied, RecordRefused
    """
    require_record(author, official.zone)
    try:
        filed = FileDocument(
            path=path,
            subject=subject_of(official),
            type=TYPE,
            title=source.strip() or name,
            author=author,
            sample=official.sample,
            name=name,
            zone=official.zone,
        ).execute()
    except FileNotTaken as error:
        raise RecordRefused((reason("post-document", error.text.zh, error.text.en),)) from error
    except FilingRefused as error:
        text = error.texts[0]
        raise RecordRefused((reason("post-document", text.zh, text.en),)) from error
    return filed.filing.document


def appointment_by_digest(zone: str, digest: str, author: Any) -> Document:
    """The document of the library with these bytes, where the author may see it.

    Raises
    ------
    RecordRefused
        Where the library shows them none.
    """
    sha256 = digest.strip().lower()
    found = filings_of(author, zone, [sha256]).get(sha256)
    if found is None:
        raise RecordRefused(
            (
                reason(
                    "post-document-unknown",
                    "文件库中没有您可以查看的这个文件（SHA-256 {digest}）。",
                    "The library has no document of this digest that is open to you (SHA-256 {digest}).",
                    digest=sha256[:64],
                ),
            )
        )
    return found.document


def filings_of(user: Any, zone: str, digests: Iterable[str]) -> dict[str, DocumentFiling]:
    """The entries of the library for some files, as far as the user may see them, by digest; documents of appointment
    before others."""
    rows = (
        DocumentFiling.objects.of_zone(zone)
        .newest()
        .visible_to(user)
        .exclude(change="withdrawal")
        .filter(document_id__in=set(digests))
        .select_related("document")
    )
    return {row.document_id: row for row in sorted(rows, key=lambda row: (row.type == TYPE, row.pk))}
