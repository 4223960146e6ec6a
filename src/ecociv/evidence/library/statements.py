"""What a filing says, as the rules of the library read it."""

from __future__ import annotations

from ecociv.evidence.library.rules import Statement
from ecociv.evidence.models import DocumentFiling


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
