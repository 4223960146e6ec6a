"""Changes to the library: file a document, put a new edition in its place, correct what is said of it, withdraw it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from django.db import IntegrityError, transaction
from django.utils import timezone

from ecociv.core.text import Text
from ecociv.evidence.actions.authors import account_of, name_of
from ecociv.evidence.documents import digest_of_file, keep_document
from ecociv.evidence.library.formats import LARGEST, Format, recognise
from ecociv.evidence.library.rules import Statement, faults
from ecociv.evidence.library.words import digest_of_words
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


@dataclass(slots=True)
class FileDocument:
    """File one document as evidence for one claim.

    Parameters
    ----------
    path
        The file.
    subject
        What it is evidence for, such as ``task:42``, ``series/...`` or ``patches/prohibited-development``.
    type
        Key of the declared list (:func:`ecociv.evidence.library.types.document_types`).
    title
        Title as it stands on the document.
    author
        A user, or the name of a command.
    valid_from, valid_to
        First and last day on which it holds; always and for good where not given.
    confidentiality
        ``public``, ``internal`` or ``restricted``; a restriction names its ``clause``, and may name ``reader_roles``
        and ``reader_bodies`` besides the owner and the office of the leading group.
    owner
        Key of the body for which it is filed; the author's own where not given.
    supersedes
        The entry (``DocumentFiling.record``) of which this is a new edition, with the ``reason``.
    lead
        Keys of the bodies that lead the subject today; empty where it has none, then officers file for their own body.
    name
        Name under which the file was sent; the path's own where not given.
    """

    path: Path | str
    subject: str
    type: str
    title: str
    author: Any
    sample: bool = False
    issuer: str = ""
    number: str = ""
    issued_on: dt.date | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    confidentiality: str = "internal"
    clause: str = ""
    description: str = ""
    reader_roles: Iterable[str] = ()
    reader_bodies: Iterable[str] = ()
    owner: str = ""
    supersedes: uuid.UUID | str | None = None
    reason: str = ""
    lead: Iterable[str] = ()
    name: str = ""
    zone: str = "jingdezhen"
    largest: int = LARGEST

    def check(self) -> Format:
        """The file's format, when everything about it and the statement is in order.

        Raises
        ------
        FileNotTaken
            When the library does not take such a file.
        FilingRefused
            When the statement has faults, or the entry to be superseded is not there.
        PermissionDenied
            When the author may not file for this subject.
        """
        form = recognise(Path(self.path), self._name(), largest=self.largest)
        wrong = list(faults(self._statement(), form.key))
        before = self._before()
        if self.supersedes is not None and before is None:
            wrong.append(
                Text(
                    zh="要更新的文件不在库中，或已撤回。",
                    en="The entry to renew is not there, or was withdrawn.",
                )
            )
        if before is not None and not self.reason.strip():
            wrong.append(Text(zh="请说明为什么更新文件。", en="Say why there is a new edition."))
        if wrong:
            raise FilingRefused(*wrong)
        _require(self.author, self.zone, _leads(self.lead, before.owner if before else self._owner()))
        return form

    def execute(self) -> Filed:
        """Store the file by its digest and record the filing."""
        form = self.check()
        sha256 = digest_of_file(Path(self.path))
        statement = self._statement()
        with transaction.atomic():
            known = self._known(sha256)
            if known is not None:
                if statement_of(known) != statement:
                    raise FilingRefused(
                        Text(
                            zh=f"这个文件已为“{self.subject}”归档，说明却不同。要改说明请在该条目上“更正”。",
                            en=f"This file is already filed for {self.subject!r} with another statement. Correct that "
                            "entry instead of filing it again.",
                        )
                    )
                return _with_duplicates(known, known=True)
            before = self._before()
            document = keep_document(
                Path(self.path), received_from=name_of(self.author), sample=self.sample, name=self._name()
            )
            if not document.text_sha256:
                document.text_sha256 = digest_of_words(Path(self.path), form.key)
                document.media_type = form.media_type
                document.save(update_fields=["text_sha256", "media_type"])
            filing = _add(
                DocumentFiling(
                    zone=self.zone,
                    document=document,
                    file_name=self._name()[-255:],
                    owner=before.owner if before else self._owner(),
                    sample=self.sample,
                    reason=self.reason.strip(),
                ),
                statement,
                before,
                DocumentFiling.Change.EDITION if before else DocumentFiling.Change.FIRST,
                self.author,
            )
        return _with_duplicates(filing, known=False)

    def _name(self) -> str:
        return Path(self.name or Path(self.path).name).name

    def _owner(self) -> str:
        return self.owner or getattr(self.author, "organisation", "")

    def _statement(self) -> Statement:
        return Statement(
            subject=self.subject.strip(),
            type=self.type,
            title=self.title.strip(),
            issuer=self.issuer.strip(),
            number=self.number.strip(),
            issued_on=self.issued_on,
            valid_from=self.valid_from,
            valid_to=self.valid_to,
            confidentiality=self.confidentiality,
            clause=self.clause.strip(),
            description=self.description.strip(),
            reader_roles=frozenset(self.reader_roles),
            reader_bodies=frozenset(self.reader_bodies),
        )

    def _before(self) -> DocumentFiling | None:
        if self.supersedes is None:
            return None
        return _current(self.zone, self.supersedes)

    def _known(self, sha256: str) -> DocumentFiling | None:
        current = DocumentFiling.objects.of_zone(self.zone).newest().exclude(change="withdrawal")
        return current.filter(
            document_id=sha256, subject=self.subject.strip(), type=self.type, sample=self.sample
        ).first()


@dataclass(slots=True)
class CorrectFiling:
    """Correct what is said of a document; the file stays the same, the earlier statement stays to be read."""

    record: uuid.UUID | str
    statement: Statement
    author: Any
    reason: str
    zone: str = "jingdezhen"

    def check(self) -> DocumentFiling:
        """The revision that would be corrected.

        Raises
        ------
        FilingRefused
            When there is no such entry, no reason, no change, or a fault in the statement.
        """
        before = _current(self.zone, self.record)
        if before is None:
            raise FilingRefused(_GONE)
        _require(self.author, self.zone, _leads((), before.owner))
        form = recognise_stored(before)
        wrong = list(faults(self.statement, form))
        if not self.reason.strip():
            wrong.append(Text(zh="请说明更正的理由。", en="Say why it is corrected."))
        if statement_of(before) == self.statement:
            wrong.append(
                Text(
                    zh="说明与原来相同，没有可更正的内容。",
                    en="This says the same as before; nothing is corrected.",
                )
            )
        if wrong:
            raise FilingRefused(*wrong)
        return before

    def execute(self) -> DocumentFiling:
        """Record the correction."""
        with transaction.atomic():
            before = self.check()
            filing = _copy_of(before, self.reason)
            return _add(filing, self.statement, before, DocumentFiling.Change.CORRECTION, self.author)


@dataclass(slots=True)
class WithdrawFiling:
    """Take a document back as evidence. The file and all that was said of it stay on record."""

    record: uuid.UUID | str
    author: Any
    reason: str
    zone: str = "jingdezhen"

    def execute(self) -> DocumentFiling:
        """Record the withdrawal.

        Raises
        ------
        FilingRefused
            When there is no such entry, or no reason.
        """
        with transaction.atomic():
            before = _current(self.zone, self.record)
            if before is None:
                raise FilingRefused(_GONE)
            _require(self.author, self.zone, _leads((), before.owner))
            if not self.reason.strip():
                raise FilingRefused(Text(zh="请说明撤回的理由。", en="Say why it is withdrawn."))
            filing = _copy_of(before, self.reason)
            return _add(filing, statement_of(before), before, DocumentFiling.Change.WITHDRAWAL, self.author)


_GONE = Text(zh="没有这个条目，或已撤回。", en="There is no such entry, or it was withdrawn.")


def statement_of(filing: DocumentFiling) -> Statement:
    """What a filing says, as an object to compare or to change."""
    readers = list(filing.readers.all())
    return Statement(
        subject=filing.subject,
        type=filing.type,
        title=filing.title,
        issuer=filing.issuer,
        number=filing.number,
        issued_on=filing.issued_on,
        valid_from=filing.valid_from,
        valid_to=filing.valid_to,
        confidentiality=str(filing.confidentiality),
        clause=filing.clause,
        description=filing.description,
        reader_roles=frozenset(reader.key for reader in readers if reader.kind == "role"),
        reader_bodies=frozenset(reader.key for reader in readers if reader.kind == "body"),
    )


def recognise_stored(filing: DocumentFiling) -> str:
    """Key of the format of a file that is already in the library."""
    from ecociv.evidence.library.formats import FORMATS

    return next((each.key for each in FORMATS.values() if each.media_type == filing.document.media_type), "")


def _current(zone: str, record: uuid.UUID | str) -> DocumentFiling | None:
    return (
        DocumentFiling.objects.of_zone(zone)
        .filter(record=record)
        .newest()
        .exclude(change=DocumentFiling.Change.WITHDRAWAL)
        .select_related("document")
        .first()
    )


def _copy_of(before: DocumentFiling, reason: str) -> DocumentFiling:
    return DocumentFiling(
        zone=before.zone,
        document=before.document,
        file_name=before.file_name,
        owner=before.owner,
        sample=before.sample,
        reason=reason.strip(),
    )


def _leads(lead: Iterable[str], owner: str) -> frozenset[str]:
    return frozenset(lead) or frozenset({owner} - {""})


def _require(author: Any, zone: str, lead: frozenset[str]) -> None:
    if isinstance(author, User):
        require(author, Action.RECORD_EVIDENCE, zone=zone, lead=lead)


def _add(
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


def _with_duplicates(filing: DocumentFiling, *, known: bool) -> Filed:
    from ecociv.evidence.library.duplicates import same_file, same_words

    return Filed(filing, known, tuple(same_file(filing)), tuple(same_words(filing)))
