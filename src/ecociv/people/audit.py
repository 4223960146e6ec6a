"""Writing and checking the record of changes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction

from ecociv.core.digests import digest_of_json
from ecociv.people.models import AuditEntry

_LOCK = 7_204_311  # any number, the same for all writers of the record


def digest_of(content: Any) -> str:
    """SHA-256 of a value as canonical JSON; "" for nothing (the side of a creation or a removal).

    >>> digest_of({"b": 1, "a": "景"}) == digest_of({"a": "景", "b": 1})
    True
    >>> digest_of(None)
    ''
    """
    return "" if content is None else digest_of_json(content)


def hold() -> None:
    """Be the one who writes the record until the transaction ends; on SQLite a transaction is that from its beginning.

    Whoever locks rows and writes the record in one transaction holds it first: two who took both in another order
    would wait for each other.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(%s)", [_LOCK])


def record(
    *,
    actor: Any,
    action: str,
    subject_kind: str,
    subject_key: str,
    zone: str = "",
    before: Any = None,
    after: Any = None,
    reason: str = "",
) -> AuditEntry:
    """Add one entry, inside the caller's transaction when there is one.

    ``actor`` is a user, or a name for work without an account (a command, an import at night).
    ``before`` and ``after`` are values that can be written as JSON; only their digests are kept.
    """
    account = actor if getattr(actor, "pk", None) is not None else None
    with transaction.atomic():
        hold()
        last = AuditEntry.objects.order_by("-pk").values_list("seal", flat=True).first()
        entry = AuditEntry(
            actor=account,
            actor_name=getattr(actor, "name_shown", None) or str(actor),
            actor_organisation=getattr(actor, "organisation", ""),
            action=action,
            zone=zone,
            subject_kind=subject_kind,
            subject_key=subject_key,
            before_digest=digest_of(before),
            after_digest=digest_of(after),
            reason=reason,
            previous_seal=last or "",
        )
        entry.seal = _seal(entry.content())
        entry.save()
    return entry


@dataclass(frozen=True, slots=True)
class Broken:
    """The first place where the chain does not hold."""

    entry: int
    message: str


def verify() -> Broken | None:
    """Walk the whole chain; ``None`` when every seal holds."""
    previous = ""
    for entry in AuditEntry.objects.order_by("pk").iterator(chunk_size=2000):
        if entry.previous_seal != previous:
            return Broken(
                entry.pk, f"Entry {entry.pk} does not follow the one before it: one was taken out or added."
            )
        if entry.seal != _seal(entry.content()):
            return Broken(entry.pk, f"Entry {entry.pk} was altered after it was recorded.")
        previous = entry.seal
    return None


def _seal(content: Mapping[str, str]) -> str:
    return digest_of(dict(content))
