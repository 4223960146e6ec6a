"""The same file under two claims, and the same words in two files.

One paper may truly support two claims; more often it is used twice to make up for one that is not there. So it is
reported and never refused.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.db.models import Count

from ecociv.evidence.library.visibility import FilingQuerySet
from ecociv.evidence.models import DocumentFiling


@dataclass(frozen=True, slots=True)
class Repetition:
    """Current filings that rest on the same file (``kind`` "file") or on files with the same words ("words")."""

    kind: str
    digest: str
    filings: tuple[DocumentFiling, ...]


def _current(zone: str) -> FilingQuerySet:
    return (
        DocumentFiling.objects.of_zone(zone).newest().exclude(change="withdrawal").select_related("document")
    )


def same_file(filing: DocumentFiling) -> list[DocumentFiling]:
    """Other current filings of the same bytes for another claim."""
    others = _current(filing.zone).filter(document_id=filing.document_id).exclude(record=filing.record)
    return list(others.exclude(subject=filing.subject))


def same_words(filing: DocumentFiling) -> list[DocumentFiling]:
    """Current filings of other files with the same words, whatever they are filed for."""
    digest = filing.document.text_sha256
    if not digest:
        return []
    others = _current(filing.zone).filter(document__text_sha256=digest).exclude(record=filing.record)
    return list(others.exclude(document_id=filing.document_id))


def repetitions(zone: str) -> Iterable[Repetition]:
    """Every file that stands under two claims, then every text that stands in two files, by digest."""
    current = _current(zone)
    twice = (
        current.order_by()
        .values("document_id")
        .annotate(claims=Count("subject", distinct=True))
        .filter(claims__gt=1)
        .order_by("document_id")
    )
    for row in twice:
        filings = tuple(current.filter(document_id=row["document_id"]).order_by("recorded_at", "pk"))
        yield Repetition("file", row["document_id"], filings)
    alike = (
        current.exclude(document__text_sha256="")
        .order_by()
        .values("document__text_sha256")
        .annotate(files=Count("document_id", distinct=True))
        .filter(files__gt=1)
        .order_by("document__text_sha256")
    )
    for each in alike:
        digest = each["document__text_sha256"]
        yield Repetition(
            "words",
            digest,
            tuple(current.filter(document__text_sha256=digest).order_by("recorded_at", "pk")),
        )
