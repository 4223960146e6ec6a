"""Attaching the paper itself to a revision, and who may read it.

Where files are kept is not this room's: whoever calls hands over how (`ecociv.evidence.library.keeping.keep_paper`).
"""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils import timezone

from ecociv.core.text import Text
from ecociv.people import audit
from ecociv.people.models import User
from ecociv.people.permissions import require
from ecociv.people.policy import Action
from ecociv.registers.actions import SUBJECT, EntryRefused, Fault
from ecociv.registers.entries import Entry
from ecociv.registers.loading import kind_of
from ecociv.registers.models import EntryFile, EntryRevision
from ecociv.registers.queries import sees_all


class Kept(Protocol):
    """A file that is kept: its digest and its size in bytes."""

    @property
    def sha256(self) -> str:
        """SHA-256 of the bytes."""

    @property
    def size(self) -> int:
        """How many bytes."""


class Keep(Protocol):
    """Looks at a file and keeps it, or refuses it with an error of its own."""

    def __call__(self, path: Path, name: str, *, received_from: str, sample: bool) -> Kept:
        """Keep the file that was sent under a name."""


@dataclass(kw_only=True, slots=True)
class AttachFile:
    """Attach a paper to a revision of an entry (附上文件); the same file again gives the row that is there.

    Whether the public may read it is said once: the same file said otherwise is refused.

    Parameters
    ----------
    public
        Whether the public may read it as well; only where the kind is public.
    keep
        How files are looked at and kept.
    """

    zone: str
    kind: str
    key: str
    revision: int
    path: Path
    name: str
    author: Any
    keep: Keep
    public: bool = False

    def check(self) -> EntryRevision:
        """The revision to which it is attached.

        Raises
        ------
        PermissionDenied
            For whoever neither keeps this register nor recorded the revision.
        EntryRefused
            A revision that is not there; a public file of a kind that is not public. Of `execute` as well: a file that is
            attached already, and open to others than asked for now.
        """
        declared = kind_of(self.zone, self.kind)
        row = EntryRevision.objects.filter(
            zone=self.zone, kind=self.kind, key=self.key, revision=self.revision
        ).first()
        own = row is not None and isinstance(self.author, User) and row.author_id == self.author.pk
        if isinstance(self.author, str):
            if not self.author.strip():
                raise PermissionDenied("Nothing is recorded without an author.")
        elif not own:
            who = declared.may_enter()
            require(self.author, Action.KEEP_REGISTER, zone=self.zone, lead=who.bodies, roles=who.roles)
        if row is None:
            raise EntryRefused(
                [
                    Fault(
                        "revision",
                        Text(
                            zh=f"“{self.key}”没有第 {self.revision} 次修订。",
                            en=f"{self.key!r} has no revision {self.revision}.",
                        ),
                    )
                ]
            )
        if self.public and not declared.public:
            raise EntryRefused(
                [
                    Fault(
                        "public",
                        Text(
                            zh=f"{declared.name.zh}不公开，其文件也不能公开。",
                            en=f"{declared.name.en} is not public: neither are its files.",
                        ),
                    )
                ]
            )
        return row

    def execute(self) -> EntryFile:
        """Keep the file and record it; whatever `keep` refuses with passes through, and nothing is recorded."""
        with transaction.atomic():
            audit.hold()
            row = self.check()
            account = self.author if isinstance(self.author, User) else None
            name = (account.name_shown if account else str(self.author))[:150]
            kept = self.keep(Path(self.path), self.name, received_from=name, sample=row.sample)
            known = EntryFile.objects.filter(
                zone=self.zone, kind=self.kind, key=self.key, revision=row.revision, sha256=kept.sha256
            ).first()
            if known is not None:
                if known.public != self.public:
                    raise EntryRefused([_said_otherwise(known)])
                return known
            made = EntryFile(
                zone=self.zone,
                kind=self.kind,
                key=self.key,
                revision=row.revision,
                sha256=kept.sha256,
                file_name=Path(self.name).name[-255:],
                size=kept.size,
                public=self.public,
                sample=row.sample,
                recorded_at=timezone.now(),
                author=account,
                author_name=name,
            )
            made.save()
            audit.record(
                actor=self.author,
                action="register.attach",
                zone=self.zone,
                subject_kind=SUBJECT,
                subject_key=f"{self.kind}:{self.key}",
                after={"revision": row.revision, "file": made.file_name, "sha256": kept.sha256},
            )
            return made


def _said_otherwise(known: EntryFile) -> Fault:
    zh, en = (
        ("已对公众公开", "is open to the public")
        if known.public
        else ("未对公众公开", "is not open to the public")
    )
    return Fault(
        "public",
        Text(
            zh=f"同一文件已附在第 {known.revision} 次修订上（{known.file_name}），{zh}，不能更改；请先登记新的修订，再附到新修订上。",
            en=f"The same file is attached to revision {known.revision} already ({known.file_name}) and {en}, which cannot be "
            "changed: record a revision and attach it to that one.",
        ),
    )


def files_of(reader: Any, one: Entry, as_of: dt.datetime | None = None) -> list[EntryFile]:
    """The files of an entry that a reader may read, newest first, as known at a moment.

    People of the zone and the enterprise that holds the entry read all of them, the public those that are open to it, as long as
    the kind is public.
    """
    rows = EntryFile.objects.filter(zone=one.zone, kind=one.kind.key, key=one.key).order_by("-pk")
    if as_of is not None:
        rows = rows.filter(recorded_at__lte=as_of)
    if sees_all(reader, one):
        return list(rows)
    return list(rows.filter(public=True)) if one.kind.public else []
