"""Changes to the library: file a document, put a new edition in its place, correct what is said of it, withdraw it."""

from __future__ import annotations

import datetime as dt
import uuid
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import transaction

from ecociv.core.text import Text
from ecociv.evidence.actions.authors import name_of
from ecociv.evidence.documents import digest_of_file, keep_document
from ecociv.evidence.library.formats import LARGEST, Format, recognise
from ecociv.evidence.library.recording import (
    GONE,
    Filed,
    FilingRefused,
    add,
    current,
    leads,
    require_filer,
    with_duplicates,
)
from ecociv.evidence.library.rules import Statement, faults
from ecociv.evidence.library.statements import statement_of
from ecociv.evidence.library.words import digest_of_words
from ecociv.evidence.models import DocumentFiling


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
        require_filer(self.author, self.zone, leads(self.lead, before.owner if before else self._owner()))
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
                return with_duplicates(known, known=True)
            before = self._before()
            document = keep_document(
                Path(self.path), received_from=name_of(self.author), sample=self.sample, name=self._name()
            )
            if not document.text_sha256:
                document.text_sha256 = digest_of_words(Path(self.path), form.key)
                document.media_type = form.media_type
                document.save(update_fields=["text_sha256", "media_type"])
            filing = add(
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
        return with_duplicates(filing, known=False)

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
        return current(self.zone, self.supersedes)

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
        before = current(self.zone, self.record)
        if before is None:
            raise FilingRefused(GONE)
        require_filer(self.author, self.zone, leads((), before.owner))
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
            return add(filing, self.statement, before, DocumentFiling.Change.CORRECTION, self.author)


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
            before = current(self.zone, self.record)
            if before is None:
                raise FilingRefused(GONE)
            require_filer(self.author, self.zone, leads((), before.owner))
            if not self.reason.strip():
                raise FilingRefused(Text(zh="请说明撤回的理由。", en="Say why it is withdrawn."))
            filing = _copy_of(before, self.reason)
            return add(filing, statement_of(before), before, DocumentFiling.Change.WITHDRAWAL, self.author)


def recognise_stored(filing: DocumentFiling) -> str:
    """Key of the format of a file that is already in the library."""
    from ecociv.evidence.library.formats import FORMATS

    return next((each.key for each in FORMATS.values() if each.media_type == filing.document.media_type), "")


def _copy_of(before: DocumentFiling, reason: str) -> DocumentFiling:
    return DocumentFiling(
        zone=before.zone,
        document=before.document,
        file_name=before.file_name,
        owner=before.owner,
        sample=before.sample,
        reason=reason.strip(),
    )
