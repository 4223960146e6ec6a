"""Keeping the files that evidence rests on, under the digest of their bytes, and finding what was filed for a claim."""

from __future__ import annotations

import datetime as dt
import mimetypes
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

from django.core.files import File
from django.core.files.storage import default_storage

from ecociv.core.digests import digest_of_bytes, digest_of_stream
from ecociv.evidence.library.rules import in_force
from ecociv.evidence.models import Document, DocumentFiling


class DocumentDamaged(ValueError):
    """The stored bytes are not those that were filed."""


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return digest_of_stream(file)


def keep_document(path: Path, *, received_from: str, sample: bool, name: str = "") -> Document:
    """Store a file once; the same bytes give the document that is already there.

    The stored copy is named by its digest (``ab/cd/abcd...``), so that a file can neither be replaced nor
    stored twice. ``name`` is the name under which it was sent, where the path has another.
    """
    sha256 = digest_of_file(path)
    known = Document.objects.filter(pk=sha256).first()
    stored_as = f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
    if not default_storage.exists(stored_as):
        with path.open("rb") as file:
            default_storage.save(stored_as, File(file))
    if known is not None:
        return known
    document, _ = Document.objects.get_or_create(
        pk=sha256,
        defaults={
            "name": (name or path.name)[-255:],
            "size": path.stat().st_size,
            "media_type": mimetypes.guess_type(name or path.name)[0] or "",
            "stored_as": stored_as,
            "received_from": received_from,
            "sample": sample,
        },
    )
    return document


def filed(
    subject: str,
    on: dt.date,
    as_of: dt.datetime | None = None,
    *,
    zone: str = "jingdezhen",
    type: str | None = None,
) -> Document | None:
    """The document that holds for a claim on a day, as known at a moment; none where nothing was filed.

    Where several do, a real one comes before a generated one, then the one whose validity began last, then the one
    filed last. Permissions are not asked: this is for calculations, which show figures and not the file.

    Parameters
    ----------
    subject
        The claim, such as ``patches/prohibited-development``.
    on
        The day for which it has to hold.
    as_of
        Only what had been filed by then; now, when not given.
    type
        Only documents of this type.
    """
    found = filing_of(subject, on, as_of, zone=zone, type=type)
    return found.document if found else None


def filing_of(
    subject: str,
    on: dt.date,
    as_of: dt.datetime | None = None,
    *,
    zone: str = "jingdezhen",
    type: str | None = None,
) -> DocumentFiling | None:
    """The filing behind :func:`filed`, with title, number and validity."""
    revisions = (
        DocumentFiling.objects.of_zone(zone)
        .filter(
            record__in=DocumentFiling.objects.of_zone(zone)
            .filter(subject=subject)
            .values("record")
            .distinct()
        )
        .known(as_of)
        .select_related("document")
        .order_by("record", "revision")
    )
    holding = [
        standing
        for _, entry in groupby(revisions, key=lambda filing: filing.record)
        if (standing := in_force(entry, on)) is not None and standing.subject == subject
    ]
    if type is not None:
        holding = [each for each in holding if each.type == type]
    return max(
        holding,
        key=lambda each: (not each.sample, each.valid_from or dt.date.min, each.recorded_at),
        default=None,
    )


def open_document(document: Document) -> BinaryIO:
    """The stored file, opened for reading.

    Raises
    ------
    FileNotFoundError
        When the stored copy is gone.
    """
    return default_storage.open(document.stored_as, "rb")  # type: ignore[return-value]


def read_document(document: Document) -> bytes:
    """The bytes of a document, whole.

    Raises
    ------
    FileNotFoundError
        When the stored copy is gone.
    DocumentDamaged
        When the bytes do not have the digest under which they were filed.
    """
    with open_document(document) as file:
        data = file.read()
    if digest_of_bytes(data) != document.sha256:
        raise DocumentDamaged(
            f"The stored copy of {document.name} is not the file that was filed (SHA-256 {document.sha256[:12]}...). "
            "Put it back from a copy of the documents folder."
        )
    return data
