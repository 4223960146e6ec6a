"""What holds on a day, what is about to expire, what a filing must say. Pure: no Django."""

from __future__ import annotations

import datetime as dt
import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol, TypeVar

from ecociv.core.text import Text
from ecociv.evidence.library.types import document_types

SOON = 60
"""Days before the end of validity from which a document counts as about to expire."""

_SUBJECT = re.compile(r"^[a-z][a-z0-9-]*[:/][^\s<>\"'\\]{1,180}$")


class Validity(StrEnum):
    """Where a document stands in its time."""

    HOLDS = "holds"
    NOT_YET = "not-yet"
    SOON = "soon"
    EXPIRED = "expired"
    WITHDRAWN = "withdrawn"


class Revision(Protocol):
    """What the rules need to know of a filing."""

    @property
    def revision(self) -> int:
        """Order within its entry."""
        ...

    @property
    def change(self) -> str:
        """What it does to the one before it."""
        ...

    @property
    def valid_from(self) -> dt.date | None:
        """First day, or always."""
        ...

    @property
    def valid_to(self) -> dt.date | None:
        """Last day, or for good."""
        ...


Filed = TypeVar("Filed", bound=Revision)


@dataclass(frozen=True, slots=True)
class Statement:
    """What somebody says about a file when it is filed."""

    subject: str
    type: str
    title: str
    issuer: str = ""
    number: str = ""
    issued_on: dt.date | None = None
    valid_from: dt.date | None = None
    valid_to: dt.date | None = None
    confidentiality: str = "internal"
    clause: str = ""
    description: str = ""
    reader_roles: frozenset[str] = field(default_factory=frozenset)
    reader_bodies: frozenset[str] = field(default_factory=frozenset)


def validity(filing: Revision, on: dt.date, *, soon: int = SOON) -> Validity:
    """Where a filing stands on a day. The last day of validity still counts.

    Parameters
    ----------
    filing
        The revision in question.
    on
        The day.
    soon
        Days before the end from which it is about to expire.
    """
    if filing.change == "withdrawal":
        return Validity.WITHDRAWN
    if filing.valid_from is not None and on < filing.valid_from:
        return Validity.NOT_YET
    if filing.valid_to is None:
        return Validity.HOLDS
    if on > filing.valid_to:
        return Validity.EXPIRED
    return Validity.SOON if (filing.valid_to - on).days <= soon else Validity.HOLDS


def covers(filing: Revision, on: dt.date) -> bool:
    """Whether a filing says that it holds on a day."""
    return validity(filing, on) in {Validity.HOLDS, Validity.SOON}


def in_force(revisions: Iterable[Filed], on: dt.date) -> Filed | None:
    """The revision of one entry that holds on a day, out of all revisions known.

    A new edition leaves the one before it in force up to its own first day; a correction takes the place of the
    revision that it corrects; a withdrawal ends the entry, also for the days before it.
    """
    standing: list[Filed] = []
    for each in sorted(revisions, key=lambda filing: filing.revision):
        if each.change == "withdrawal":
            standing = []
        elif each.change == "correction" and standing:
            standing[-1] = each
        else:
            standing.append(each)
    return next((each for each in reversed(standing) if covers(each, on)), None)


def faults(statement: Statement, form: str) -> Sequence[Text]:
    """What is wrong with a statement, each in words that its author can act on; nothing when all is well."""
    found: list[Text] = []
    kind = document_types().get(statement.type)
    if kind is None:
        found.append(
            Text(
                zh=f"文件类型“{statement.type}”不在清单中，请从清单选择。",
                en=f"The type {statement.type!r} is not on the list; choose one from it.",
            )
        )
    elif kind.formats and form not in kind.formats:
        found.append(
            Text(
                zh=f"“{kind.name.zh}”应为 {'、'.join(kind.formats)} 格式，本文件是 {form}。",
                en=f"A file of the type “{kind.name.en}” is {' or '.join(kind.formats)}; this one is {form}.",
            )
        )
    if not _SUBJECT.match(statement.subject):
        found.append(
            Text(
                zh=f"“{statement.subject}”不是可引用的事项，请写成 task:42、indicator:29 或 patches/prohibited-development 的形式。",
                en=f"{statement.subject!r} names no subject; write it like task:42, indicator:29 or "
                "patches/prohibited-development.",
            )
        )
    if not statement.title.strip():
        found.append(Text(zh="请填写文件标题。", en="Give the title of the document."))
    for name_zh, name_en, value, most in (
        ("标题", "title", statement.title, 200),
        ("发文单位", "issuing body", statement.issuer, 128),
        ("文号", "number", statement.number, 80),
        ("依据条款", "clause", statement.clause, 200),
    ):
        if len(value) > most:
            found.append(
                Text(
                    zh=f"{name_zh}最多 {most} 个字，现有 {len(value)} 个。",
                    en=f"The {name_en} has at most {most} characters; there are {len(value)}.",
                )
            )
    if statement.valid_from and statement.valid_to and statement.valid_from > statement.valid_to:
        found.append(
            Text(
                zh=f"有效期的结束（{statement.valid_to}）早于开始（{statement.valid_from}）。",
                en=f"The validity ends ({statement.valid_to}) before it begins ({statement.valid_from}).",
            )
        )
    if statement.confidentiality not in {"public", "internal", "restricted"}:
        found.append(
            Text(
                zh="公开程度只能是公开、内部或限制。",
                en="The confidentiality is public, internal or restricted.",
            )
        )
    if statement.confidentiality == "restricted" and not statement.clause.strip():
        found.append(
            Text(
                zh="限制公开须写明依据的条款，例如《政府信息公开条例》第十五条。",
                en="A restriction names the clause that it rests on, such as article 15 of the Regulations on Open "
                "Government Information.",
            )
        )
    return found
