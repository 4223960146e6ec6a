"""Putting a filing on record, for every action of the library: who may, the row, what it repeats."""

from __future__ import annotations

import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ecociv.core.text import Text
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.evidence.library.rules import Statement
from ecociv.evidence.library.statements import statement_of
from ecociv.evidence.models import DocumentFiling, FilingReader
from ecociv.people import audit
from ecociv.people.models import User
from ecociv.people.permissions import require
from ecociv.people.policy import Action


class FilingRefused(ValueError):
    """A filing that cannot stand; ``texts`` has one sentence for each fault."""

    def __init__(self, *texts: Text) -> None:
        super().__init__(" ".join(text.en for text in texts))
        self.texts = texts


@dataclass(frozen=True, slots=True)
class Filed:
    """What filing came to.

    ``known`` is true when the file was already filed for this with the same statement, and nothing was added.
    ``same_file`` are current filings of the same bytes for other claims, ``same_words`` those of other files with
    the same words.
    """

    filing: DocumentFiling
    known: bool
    same_file: tuple[DocumentFiling, ...]
    same_words: tuple[DocumentFiling, ...]


GONE = Text(zh="没有这个条目，或已撤回。", en="There is no such entry, or it was withdrawn.")


def current(zone: str, record: uuid.UUID | str) -> DocumentFiling | None:
    return (
        DocumentFiling.objects.of_zone(zone)
        .filter(record=record)
        .newest()
        .exclude(change=DocumentFiling.Change.WITHDRAWAL)
        .select_related("document")
        .first()
    )


def leads(lead: Iterable[str], owner: str) -> frozenset[str]:
    return frozenset(lead) or frozenset({owner} - {""})


def require_filer(author: Any, zone: str, lead: frozenset[str]) -> None:
    if isinstance(author, User):
        require(author, Action.RECORD_EVIDENCE, zone=zone, lead=lead)


def add(
    filing: DocumentFiling,
    statement: Statement,
    before: DocumentFiling | None,
    change: DocumentFiling.Change,
    author: Any,
) -> DocumentFiling:
    """Write a revision with its readers and its entry in the record of changes, inside the caller's transaction."""
    for name in (
        "subject",
        "type",
        "title",
        "issuer",
        "number",
        "issued_on",
        "valid_from",
        "valid_to",
        "confidentiality",
        "clause",
        "description",
    ):
        setattr(filing, name, getattr(statement, name))
    filing.change = change
    if before is not None:
        filing.record, filing.revision = before.record, before.revision + 1
    filing.author, filing.author_name = account_of(author), name_of(author)
    filing.recorded_at = timezone.now()
    try:
        with transaction.atomic():
            filing.save(force_insert=True)
    except IntegrityError as error:
        raise FilingRefused(
            Text(
                zh="另一人刚刚更新了这个条目。请重新打开后再改。",
                en="Somebody else has just changed this entry. Open it again before you change it.",
            )
        ) from error
    FilingReader.objects.bulk_create(
        [FilingReader(filing=filing, kind="role", key=key) for key in sorted(statement.reader_roles)]
        + [FilingReader(filing=filing, kind="body", key=key) for key in sorted(statement.reader_bodies)]
    )
    audit.record(
        actor=author,
        action=f"document.{change.value}",
        zone=filing.zone,
        subject_kind="document",
        subject_key=str(filing.record),
        before=_for_record(before) if before else None,
        after=_for_record(filing),
        reason=filing.reason,
    )
    return filing


def _for_record(filing: DocumentFiling) -> dict[str, Any]:
    said = replace(statement_of(filing), reader_roles=frozenset(), reader_bodies=frozenset())
    readers = sorted(str(reader) for reader in filing.readers.all())
    content = {
        name: getattr(said, name) for name in said.__dataclass_fields__ if not name.startswith("reader")
    }
    return {**content, "file": filing.document_id, "change": str(filing.change), "readers": readers}


def with_duplicates(filing: DocumentFiling, *, known: bool) -> Filed:
    from ecociv.evidence.library.duplicates import same_file, same_words

    return Filed(filing, known, tuple(same_file(filing)), tuple(same_words(filing)))
