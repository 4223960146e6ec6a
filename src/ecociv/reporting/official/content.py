"""What an official document (公文) says, free of any file format: head, body in numbered levels, attachments, imprint.

The parts of the body are those of a report (`ecociv.reporting.document`): paragraphs, tables and numbered figures.
Everything is already in one language; a renderer lays it out and decides nothing about it. Pure: no Django.
"""

from __future__ import annotations

import dataclasses
import datetime as dt
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Literal

from ecociv.core.digests import digest_of_json
from ecociv.core.text import Language, Text
from ecociv.reporting.document import (
    Block,
    Cover,
    Document,
    Entry,
    Heading,
    Paragraph,
    Run,
    Section,
    Table,
)
from ecociv.reporting.problems import ReportRefused

DIGITS = "零一二三四五六七八九"
NUMBER = re.compile(r"^(?P<prefix>[^\s〔〕\[\]]{1,20})〔(?P<year>\d{4})〕(?P<serial>[1-9]\d{0,4})号$")


class NumberUnreadable(ReportRefused):
    """What was given as a document number is none."""


@dataclass(frozen=True, slots=True)
class DocumentNumber:
    """A document number (发文字号): the office's short name, the year in 〔〕, the serial without leading zeros.

    >>> print(DocumentNumber("景生态办", 2017, 12))
    景生态办〔2017〕12号
    >>> DocumentNumber.read("景生态办〔2017〕12号").serial
    12
    """

    prefix: str
    year: int
    serial: int

    def __str__(self) -> str:
        return f"{self.prefix}〔{self.year}〕{self.serial}号"

    @classmethod
    def read(cls, text: str) -> DocumentNumber:
        """The number as an office writes it.

        Raises
        ------
        NumberUnreadable
            When it is written otherwise: square brackets, a leading zero, the word 第.
        """
        found = NUMBER.match(text.strip())
        if found is None:
            raise NumberUnreadable(
                Text(
                    zh=f"发文字号“{text}”写法不对：应为“机关代字〔年份〕序号号”，年份用六角括号，序号不编虚位、不加“第”字，如“景生态办〔2017〕12号”。",
                    en=f"{text!r} is no document number: write the office's short name, the year in 〔〕 and the serial without "
                    "leading zeros, as in 景生态办〔2017〕12号.",
                )
            )
        return cls(found["prefix"], int(found["year"]), int(found["serial"]))


@dataclass(frozen=True, slots=True)
class Level:
    """A heading of the body in one of the four levels (结构层次): 一、（一）1.（1）; ``number`` is set by `numbered`."""

    text: str
    level: Literal[1, 2, 3, 4] = 1
    number: str = ""


Part = Paragraph | Level | Table


def chinese_number(number: int) -> str:
    """A number from 1 to 99 in Chinese numerals.

    >>> [chinese_number(n) for n in (1, 10, 12, 20, 35)]
    ['一', '十', '十二', '二十', '三十五']
    """
    if not 1 <= number <= 99:
        raise ValueError(
            f"headings are numbered from 1 to 99, and {number} was asked for; divide the document"
        )
    tens, ones = divmod(number, 10)
    return ("" if tens == 0 else ("" if tens == 1 else DIGITS[tens]) + "十") + (DIGITS[ones] if ones else "")


def numeral(level: int, number: int, language: Language) -> str:
    """The number of a heading as it is printed.

    >>> [numeral(level, 3, "zh") for level in (1, 2, 3, 4)]
    ['三、', '（三）', '3.', '（3）']
    """
    if language == "en":
        return {1: f"{number}. ", 2: f"({number}) ", 3: f"{number}) ", 4: f"({chr(96 + number)}) "}[level]
    return {
        1: f"{chinese_number(number)}、",
        2: f"（{chinese_number(number)}）",
        3: f"{number}.",
        4: f"（{number}）",
    }[level]


def numbered(parts: Iterable[Part], language: Language) -> tuple[Part, ...]:
    """The parts with their headings numbered; a heading of a higher level begins those below it anew."""
    counts = [0, 0, 0, 0]
    made: list[Part] = []
    for part in parts:
        if isinstance(part, Level):
            counts[part.level - 1] += 1
            counts[part.level :] = [0] * (4 - part.level)
            part = dataclasses.replace(part, number=numeral(part.level, counts[part.level - 1], language))
        made.append(part)
    return tuple(made)


@dataclass(frozen=True, slots=True)
class Attachment:
    """An attachment (附件): begins on a page of its own; ``landscape`` where its tables are wider than a page."""

    title: str
    parts: tuple[Part, ...]
    landscape: bool = False
    entries: bool = False
    """Whether it is the one that holds the arithmetic of the numbered figures."""


@dataclass(frozen=True, slots=True)
class Imprint:
    """The block at the foot of the last page (版记): who gets a copy, who printed it, and when."""

    copies: tuple[str, ...]
    printed_by: str
    printed_on: str


@dataclass(frozen=True, slots=True)
class OfficialDocument:
    """An official document in one language.

    Attributes
    ----------
    kind, zone : str
        Keys.
    day : date
        The day of the document (成文日期), which also chooses the layout in force.
    as_of : datetime
        What was known when; also the date within the file, so that the same input gives the same file.
    issuer_mark : str
        The red line at the head (发文机关标志).
    number : str
        As printed; a place for it is kept where it is empty.
    copy_number, secrecy, urgency : str
        份号, 密级和保密期限, 紧急程度; empty where there is none.
    signer : str
        Who signs (签发人); upward documents only.
    upward : bool
        Whether it goes to a body above (上行文).
    addressees : str
        主送机关; without its colon.
    parts : tuple
        Body, headings numbered.
    sheets : tuple of Table
        Tables of the workbook alone, to be filled in and read back.
    note : str
        附注, without its brackets.
    draft_mark, sample_mark : str
        Words that every page must carry; empty when it is issued, when no sample data was used.
    entries : tuple of Entry
        The arithmetic of each numbered figure.
    """

    kind: str
    zone: str
    language: Language
    day: dt.date
    as_of: dt.datetime
    issuer_mark: str
    number: str
    title: str
    addressees: str
    parts: tuple[Part, ...]
    attachments: tuple[Attachment, ...]
    signed_by: str
    signed_on: str
    imprint: Imprint
    entries: tuple[Entry, ...] = ()
    sheets: tuple[Table, ...] = ()
    note: str = ""
    copy_number: str = ""
    secrecy: str = ""
    urgency: str = ""
    signer: str = ""
    upward: bool = False
    draft_mark: str = ""
    sample_mark: str = ""
    mark_form: str = "[{n}]"
    words: dict[str, str] = field(default_factory=dict)

    def mark(self, number: int) -> str:
        """The mark of a figure as it is printed."""
        return self.mark_form.format(n=number)

    def every_part(self) -> Iterator[Part]:
        """The parts of the body and of every attachment, in order."""
        yield from self.parts
        for attachment in self.attachments:
            yield from attachment.parts

    @property
    def tables(self) -> tuple[Table, ...]:
        """Every table, in order."""
        return tuple(part for part in self.every_part() if isinstance(part, Table))

    def marks_used(self) -> Iterator[int]:
        """The mark of each place that carries one, in the order of the text."""
        yield from self.as_report().marks_used()

    @property
    def digest(self) -> str:
        """SHA-256 of the content: the same on every machine, whatever fonts it has."""
        return digest_of_json(_plain(self))

    def attachment_label(self, position: int) -> str:
        """How an attachment names itself: 附件 where it is the only one, else 附件1."""
        one = len(self.attachments) == 1
        return self.words["attachment"] if one else f"{self.words['attachment']}{position}"

    def as_report(self) -> Document:
        """The same content as a report, which the workbook is written from."""
        sections = [Section("body", self.title, tuple(_block(part) for part in self.parts))]
        sections += [
            Section(f"attachment-{n}", each.title, tuple(_block(part) for part in each.parts), each.landscape)
            for n, each in enumerate(self.attachments, start=1)
            if not each.entries
        ]
        sections += [Section(f"sheet-{sheet.key}", sheet.title, (sheet,), True) for sheet in self.sheets]
        facts = [(self.words["number_label"], self.number), (self.words["addressees_label"], self.addressees)]
        facts += [
            (self.words["issuer_label"], self.signed_by),
            (self.words["as_of_label"], f"{self.as_of:%Y-%m-%d %H:%M}"),
        ]
        return Document(
            language=self.language,
            title=self.title,
            year=self.day.year,
            zone=self.zone,
            as_of=self.as_of,
            cover=Cover(
                self.title,
                self.draft_mark,
                tuple((a, b) for a, b in facts if b),
                self.signed_by,
                self.signed_on,
            ),
            sections=tuple(sections),
            entries=self.entries,
            sample_mark=" ".join(mark for mark in (self.draft_mark, self.sample_mark) if mark),
            mark_form=self.mark_form,
            words=self.words,
        )


def _block(part: Part) -> Block:
    if isinstance(part, Level):
        if part.level <= 2:
            return Heading(part.number + part.text, 2 if part.level == 1 else 3)
        return Paragraph((Run(part.number + part.text),))
    return part


def _plain(value: Any) -> Any:
    """Values as JSON holds them; decimals as text, so that no digit is lost."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        kind = type(value).__name__
        return {"": kind, **{f.name: _plain(getattr(value, f.name)) for f in dataclasses.fields(value)}}
    if isinstance(value, tuple | list):
        return [_plain(item) for item in value]
    if isinstance(value, dict):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, Decimal):
        return {"decimal": str(value)}
    if isinstance(value, dt.datetime):
        return value.astimezone(dt.UTC).isoformat()
    if isinstance(value, dt.date):
        return value.isoformat()
    return value
