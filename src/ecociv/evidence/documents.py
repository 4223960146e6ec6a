"""Keeping the files that evidence rests on, under the digest of their bytes."""

from __future__ import annotations

import mimetypes
from pathlib import Path

from django.core.files import File
from django.core.files.storage import default_storage

from ecociv.core.digests import digest_of_stream
from ecociv.evidence.models import Document


def digest_of_file(path: Path) -> str:
    """SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return digest_of_stream(file)


def keep_document(path: Path, *, received_from: str, sample: bool) -> Document:
    """Store a file once; the same bytes give the document that is already there.

    The stored copy is named by its digest (``ab/cd/abcd...``), so that a file can neither be replaced nor
    stored twice.
    """
    sha256 = digest_of_file(path)
    known = Document.objects.filter(pk=sha256).first()
    name = f"{sha256[:2]}/{sha256[2:4]}/{sha256}"
    if not default_storage.exists(name):
        with path.open("rb") as file:
            default_storage.save(name, File(file))
    if known is not None:
        return known
    document, _ = Document.objects.get_or_create(
        pk=sha256,
        defaults={
            "name": path.name,
            "size": path.stat().st_size,
            "media_type": mimetypes.guess_type(path.name)[0] or "",
            "stored_as": name,
            "received_from": received_from,
            "sample": sample,
        },
    )
    return document
